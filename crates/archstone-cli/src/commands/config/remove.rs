//! `archstone config remove`: removes a cloud from the files.

use archstone::{Result, host::Host};
use clap::{ArgMatches, Command};

use super::files::{absent, cloud, files, save};
use crate::{
    command::{Answers, OwnChange, Spec},
    output::Answer,
    session::Session,
};

pub(in crate::commands) const SPEC: Spec = Spec {
    words: &["config", "remove"],
    answers: Answers::Text,
    examples: "archstone config remove mycloud",
    more: "",
    work: &OwnChange { describe, run },
};

fn describe() -> Command {
    Command::new("remove").about("Remove a cloud from clouds.yaml and secure.yaml").arg(cloud())
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let cloud = options.get_one::<String>("of_cloud").map_or("", String::as_str);
    let mut changed = String::new();
    for mut file in files(&Host::default())? {
        if file.remove(cloud)? {
            save(session, &file)?;
            changed.push_str(&format!("{}\n", file.path().display()));
        }
    }
    if changed.is_empty() {
        return Err(absent(cloud));
    }
    Ok(Answer::Text(changed))
}

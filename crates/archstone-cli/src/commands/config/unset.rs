//! `archstone config unset`: removes an option of a cloud from the files.

use archstone::{Error, ErrorKind, Result, host::Host};
use clap::{Arg, ArgMatches, Command};

use super::files::{cloud, files, save};
use crate::{
    command::{Answers, OwnChange, Spec},
    output::Answer,
    session::Session,
};

pub(in crate::commands) const SPEC: Spec = Spec {
    words: &["config", "unset"],
    answers: Answers::Text,
    examples: "archstone config unset mycloud password",
    more: "",
    work: &OwnChange { describe, run },
};

fn describe() -> Command {
    Command::new("unset")
        .about("Remove an option of a cloud from clouds.yaml and secure.yaml")
        .args([cloud(), Arg::new("option").value_name("OPTION").required(true).help("The option's name")])
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let text = |id: &str| options.get_one::<String>(id).map_or("", String::as_str);
    let (cloud, option) = (text("of_cloud"), text("option"));
    let mut changed = String::new();
    for mut file in files(&Host::default())? {
        if file.unset(cloud, option)? {
            save(session, &file)?;
            changed.push_str(&format!("{}\n", file.path().display()));
        }
    }
    if changed.is_empty() {
        return Err(Error::new(ErrorKind::NotFound, format!("no file sets `{option}` for the cloud `{cloud}`"))
            .with_hint("`archstone config show` shows where each option comes from"));
    }
    Ok(Answer::Text(changed))
}

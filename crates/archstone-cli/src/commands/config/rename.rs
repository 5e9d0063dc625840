//! `archstone config rename`: renames a cloud.

use archstone::{Result, host::Host};
use clap::{Arg, ArgMatches, Command};

use super::files::{absent, cloud, files, save};
use crate::{
    command::{Answers, OwnChange, Spec},
    output::Answer,
    session::Session,
};

pub(in crate::commands) const SPEC: Spec = Spec {
    words: &["config", "rename"],
    answers: Answers::Text,
    examples: "archstone config rename mycloud work",
    more: "",
    work: &OwnChange { describe, run },
};

fn describe() -> Command {
    Command::new("rename")
        .about("Rename a cloud in clouds.yaml and secure.yaml")
        .args([cloud(), Arg::new("name").value_name("NAME").required(true).help("The new name")])
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let text = |id: &str| options.get_one::<String>(id).map_or("", String::as_str);
    let (cloud, name) = (text("of_cloud"), text("name"));
    let mut files = files(&Host::default())?;
    let mut changed = String::new();
    // All or nothing: no file is written unless all of them can be changed.
    let mut renamed = Vec::new();
    for file in &mut files {
        renamed.push(file.rename(cloud, name)?);
    }
    for (file, _) in files.iter().zip(&renamed).filter(|(_, renamed)| **renamed) {
        save(session, file)?;
        changed.push_str(&format!("{}\n", file.path().display()));
    }
    if changed.is_empty() {
        return Err(absent(cloud));
    }
    Ok(Answer::Text(changed))
}

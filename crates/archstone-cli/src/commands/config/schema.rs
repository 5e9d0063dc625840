//! `archstone config schema`: `clouds.yaml` as JSON Schema, for editors.

use archstone::{Result, config::schema};
use clap::{ArgMatches, Command};

use crate::{
    command::{Answers, Own, Spec},
    output::Answer,
    session::Session,
};

pub(in crate::commands) const SPEC: Spec = Spec {
    words: &["config", "schema"],
    answers: Answers::Text,
    examples: "archstone config schema > ~/.config/openstack/clouds-schema.json",
    more: "\
Editors with the YAML language server use it when the first line of clouds.yaml is:
  # yaml-language-server: $schema=clouds-schema.json",
    work: &Own { describe, run },
};

fn describe() -> Command {
    Command::new("schema").about("Print the JSON Schema of clouds.yaml")
}

#[expect(clippy::unnecessary_wraps, reason = "other commands can fail")]
fn run(_session: &Session<'_>, _options: &ArgMatches) -> Result<Answer> {
    Ok(Answer::Text(format!("{:#}\n", schema())))
}

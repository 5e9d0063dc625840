//! `archstone completion`: what a shell needs to complete the command line.

use archstone::Result;
use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::Shell;

use crate::{
    command::{Answers, Spec},
    output::Answer,
    session::Session,
};

pub(super) const SPEC: Spec = Spec {
    words: &["completion"],
    answers: Answers::Text,
    describe,
    more: "\
Examples:
  archstone completion bash > ~/.local/share/bash-completion/completions/archstone
  archstone completion zsh > ~/.zfunc/_archstone
  archstone completion fish > ~/.config/fish/completions/archstone.fish",
    run,
};

fn describe() -> Command {
    Command::new("completion").about("Print a script that lets a shell complete the command line").arg(
        Arg::new("shell").value_name("SHELL").required(true).value_parser(value_parser!(Shell)).help("For which shell"),
    )
}

#[expect(clippy::unnecessary_wraps, reason = "other commands can fail")]
fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let mut script = Vec::new();
    if let Some(shell) = options.get_one::<Shell>("shell") {
        clap_complete::generate(*shell, &mut session.command_line(), "archstone", &mut script);
    }
    Ok(Answer::Text(String::from_utf8_lossy(&script).into_owned()))
}

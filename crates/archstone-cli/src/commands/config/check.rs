//! `archstone config check`: finds all mistakes in the configuration at once.

use archstone::{ErrorKind, Result, config::check, host::Host};
use clap::{ArgMatches, Command};

use crate::{
    cloud_options::in_a_shell,
    command::{Answers, Own, Spec},
    console,
    output::Answer,
    session::Session,
};

pub(in crate::commands) const SPEC: Spec = Spec {
    words: &["config", "check"],
    answers: Answers::List,
    examples: "\
archstone config check
archstone config check -f json",
    more: "\
Checks every file that is used, each cloud in each of its regions, and the environment. Sends nothing and runs no \
command. The exit status is 3 for errors, and 0 if there are only warnings.",
    work: &Own { describe, run },
};

fn describe() -> Command {
    Command::new("check").about("Find what is wrong with the configuration, and how to fix it")
}

#[expect(clippy::unnecessary_wraps, reason = "other commands can fail")]
fn run(_session: &Session<'_>, _options: &ArgMatches) -> Result<Answer> {
    let findings = check(&Host::default());
    if findings.is_empty() {
        console::tell_unless_quiet("no problems found");
    }
    let flawed = findings.iter().any(|it| it.is_error);
    let rows = findings.into_iter().map(|finding| {
        let severity = if finding.is_error { "error" } else { "warning" };
        vec![severity.into(), finding.message.into(), finding.hint.map(|hint| hint.worded(in_a_shell)).into()]
    });
    let answer = Answer::list(["Severity", "Finding", "Hint"], rows);
    Ok(if flawed { Answer::Ending(Box::new(answer), ErrorKind::InvalidConfig.exit_code()) } else { answer })
}

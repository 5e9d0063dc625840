//! `archstone config path`: the files that are searched for, and those that exist.

use archstone::{
    Result,
    config::{FileState, searched},
    host::Host,
};
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::{
    command::{Answers, Own, Spec},
    output::Answer,
    session::Session,
};

pub(in crate::commands) const SPEC: Spec = Spec {
    words: &["config", "path"],
    answers: Answers::List,
    examples: "\
archstone config path
archstone config path --all",
    more: "\
Of each kind, the first file is used, and it hides the others.",
    work: &Own { describe, run },
};

fn describe() -> Command {
    Command::new("path").about("List the configuration files that exist").arg(
        Arg::new("all")
            .long("all")
            .action(ArgAction::SetTrue)
            .help("Also list places without a file, in order of precedence"),
    )
}

#[expect(clippy::unnecessary_wraps, reason = "other commands can fail")]
fn run(_session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let all = options.get_flag("all");
    let files = searched(&Host::default()).into_iter().filter(|file| all || file.state != FileState::Missing);
    let rows = files.map(|file| {
        let state = match file.state {
            FileState::Used => "used",
            FileState::Hidden => "hidden by an earlier one",
            FileState::Unreadable => "may not be read",
            _ => "missing",
        };
        vec![file.family.name().into(), file.path.display().to_string().into(), state.into()]
    });
    Ok(Answer::list(["Kind", "Path", "State"], rows))
}

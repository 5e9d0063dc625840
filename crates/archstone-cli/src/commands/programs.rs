//! `archstone command list` and `archstone module list`: lists of the program's own parts.

use archstone::Result;

use crate::{
    command::{Answers, Changes, Spec},
    output::{Answer, Value},
    resource::{Request, Special, option, switch},
};

pub(super) const COMMANDS: &[Spec] = &[
    COMMAND_LIST.command(&["command", "list"], Answers::List, "archstone command list -f json"),
    MODULE_LIST.command(&["module", "list"], Answers::Show, "archstone module list"),
];

static COMMAND_LIST: Special = Special {
    about: "List the commands",
    arguments: &[option("group", "keyword", "Only groups whose name contains this")],
    changes: Changes::Nothing,
    run: commands,
};

static MODULE_LIST: Special = Special {
    about: "Show the program's version",
    arguments: &[switch("all", "Accepted for compatibility with `openstack`")],
    changes: Changes::Nothing,
    run: |_| Ok(Answer::show([("archstone", env!("CARGO_PKG_VERSION").into())])),
};

#[expect(clippy::unnecessary_wraps, reason = "other commands can fail")]
fn commands(request: &Request<'_>) -> Result<Answer> {
    let groups = [("archstone", words_of(&super::ALL[..2])), ("openstack.identity.v3", words_of(&super::ALL[2..]))];
    let wanted = |name: &str| request.text("group").is_none_or(|group| name.contains(group));
    let rows = groups.into_iter().filter(|(name, _)| wanted(name)).map(|(name, commands)| {
        let shown = commands.join("\n");
        let commands = Value::List(commands.into_iter().map(Into::into).collect());
        vec![name.into(), Value::Shown(shown, Box::new(commands))]
    });
    Ok(Answer::list(["Command Group", "Commands"], rows))
}

/// The words of the commands, sorted.
fn words_of(commands: &[&[Spec]]) -> Vec<String> {
    let mut words: Vec<_> = commands.iter().copied().flatten().map(|it| it.words.join(" ")).collect();
    words.sort();
    words
}

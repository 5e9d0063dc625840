//! The commands: one file each, and this list.
//!
//! A file says how the command is described, and what it does: it takes options, calls the library,
//! and returns an answer. To add a command, write its file and name it here.

mod cache;
mod catalog_list;
mod catalog_show;
mod completion;
mod config;
mod env;
mod exec;
mod project_list;
mod token_issue;
mod token_revoke;
mod url;
mod whoami;

use archstone::{Access, Result};
use clap::{ArgMatches, Command};

use crate::{
    output::{Answer, Format, Value},
    session::Session,
};

/// A command.
pub(crate) struct Spec {
    /// What one types.
    pub(crate) words: &'static [&'static str],
    pub(crate) answers: Answers,
    pub(crate) describe: fn() -> Command,
    /// The end of its help: what else there is to know, and examples.
    pub(crate) more: &'static str,
    pub(crate) run: fn(&Session<'_>, &ArgMatches) -> Result<Answer>,
}

/// Every command, in the order of the help.
pub(crate) const ALL: &[Spec] = &[
    token_issue::SPEC,
    token_revoke::SPEC,
    catalog_list::SPEC,
    catalog_show::SPEC,
    url::SPEC,
    project_list::SPEC,
    whoami::SPEC,
    env::SPEC,
    exec::SPEC,
    cache::LIST,
    cache::SHOW,
    cache::STATS,
    cache::CLEAR,
    config::SHOW,
    config::LIST,
    config::PATH,
    config::CHECK,
    config::SET,
    config::UNSET,
    config::RENAME,
    config::REMOVE,
    config::IMPORT_OPENRC,
    config::FETCH_PROFILE,
    config::SCHEMA,
    completion::SPEC,
];

/// What the first words of the two-word commands stand for.
pub(crate) const GROUPS: &[(&str, &str)] = &[
    ("token", "Get a token, or end one"),
    ("catalog", "The services and endpoints of the cloud"),
    ("project", "The projects to act in"),
    ("cache", "The tokens that are kept between runs"),
    ("config", "What is configured, whether it is right, and changes to it"),
];

/// What kind of answer a command gives, and so in which formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answers {
    /// One thing, field by field.
    Show,
    /// Rows.
    List,
    /// Text in one form.
    Text,
    /// Any of these: before it is known which command it is.
    All,
}

impl Answers {
    pub(crate) fn formats(self) -> &'static [(&'static str, Format)] {
        const ALL: &[(&str, Format)] = &[
            ("csv", Format::Csv),
            ("json", Format::Json),
            ("table", Format::Table),
            ("value", Format::Value),
            ("yaml", Format::Yaml),
            ("shell", Format::Shell),
        ];
        match self {
            Self::Show => &ALL[1..],
            Self::List => &ALL[..5],
            Self::Text | Self::All => ALL,
        }
    }
}

/// The time as `openstack` writes it: `2026-11-24T00:18:55+0000`.
fn expiry(access: &Access) -> Value {
    access.expires_at().strftime("%Y-%m-%dT%H:%M:%S%z").to_string().into()
}

/// A field, unless nothing is known of it.
fn field(name: &'static str, value: Option<impl Into<Value>>) -> Option<(&'static str, Value)> {
    value.map(|value| (name, value.into()))
}

/// `59 min 7 s`.
fn in_words(seconds: u64) -> String {
    let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")];
    let known = parts.iter().skip_while(|(amount, unit)| *amount == 0 && *unit != "s");
    known.map(|(amount, unit)| format!("{amount} {unit}")).collect::<Vec<_>>().join(" ")
}

//! What a command is: its words, its help, the kind of its answer, and what it does.

use archstone::Result;
use clap::{ArgMatches, Command};

use crate::{
    output::{Answer, Format},
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

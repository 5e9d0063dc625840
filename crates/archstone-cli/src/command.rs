//! What a command is: its words, its help, the kind of its answer, and its work.

use archstone::Result;
use clap::{ArgMatches, Command, parser::ValueSource};

use crate::{
    named::Things,
    output::{Answer, Format},
    session::Session,
};

/// A command.
pub(crate) struct Spec {
    /// What one types.
    pub(crate) words: &'static [&'static str],
    pub(crate) answers: Answers,
    /// Command lines that show what it is for, one in each line.
    pub(crate) examples: &'static str,
    /// The end of its help: what else there is to know.
    pub(crate) more: &'static str,
    pub(crate) work: &'static dyn Work,
}

/// What a command takes and does: code of its own ([`Own`]), or an operation of a resource,
/// which is only described.
pub(crate) trait Work: Sync {
    fn describe(&self) -> Command;

    fn run(&self, session: &Session<'_>, options: &ArgMatches) -> Result<Answer>;

    /// Whether it does operations of the identity API and nothing else: no files, no processes, no streams.
    fn is_of_identity(&self) -> bool {
        false
    }

    /// Whether the value of an argument, by its id, is a secret, or may be.
    fn is_secret(&self, _id: &str) -> bool {
        true
    }

    /// What it does to the cloud by [`Session::change`], and so whether `--dry-run` can show it.
    fn changes(&self) -> Changes {
        Changes::Nothing
    }

    /// The things that an argument names, where its description says so. `given` says what is on the command line for
    /// another argument.
    fn named(&self, _argument: &str, _given: &dyn Fn(&str) -> Option<String>) -> Option<Things> {
        None
    }
}

/// What a command does to what is in the cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Changes {
    Nothing,
    Something,
    /// It cannot be undone, and a person is asked first.
    Deletes,
}

/// The work of a command that has code of its own.
pub(crate) struct Own {
    pub(crate) describe: fn() -> Command,
    pub(crate) run: fn(&Session<'_>, &ArgMatches) -> Result<Answer>,
}

impl Work for Own {
    fn describe(&self) -> Command {
        (self.describe)()
    }

    fn run(&self, session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
        (self.run)(session, options)
    }
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
            ("ndjson", Format::Ndjson),
            ("table", Format::Table),
            ("value", Format::Value),
            ("yaml", Format::Yaml),
            ("shell", Format::Shell),
        ];
        match self {
            Self::Show => &ALL[1..],
            Self::List => &ALL[..6],
            Self::Text | Self::All => ALL,
        }
    }
}

/// Reads a whole number between these. The message follows the value that was given.
pub(crate) fn whole_number(least: i64, most: i64) -> impl Fn(&str) -> std::result::Result<i64, String> + Clone {
    move |text| {
        let number = text.parse().ok().filter(|number| (least..=most).contains(number));
        number.ok_or_else(|| match (least, most) {
            (i64::MIN, i64::MAX) => "it is not a whole number".to_owned(),
            (least, i64::MAX) => format!("it is not a whole number of at least {least}"),
            (least, most) => format!("it is not a whole number from {least} to {most}"),
        })
    }
}

/// Whether a form of the answer was asked for.
pub(crate) fn has_output_options(options: &ArgMatches) -> bool {
    ["format", "column", "json_fields", "jq", "output_kind"].iter().any(|id| is_given(options, id))
}

/// Whether an option is on the command line; one that is not may not even be described.
pub(crate) fn is_given(options: &ArgMatches, id: &str) -> bool {
    options.try_contains_id(id).is_ok() && options.value_source(id) == Some(ValueSource::CommandLine)
}

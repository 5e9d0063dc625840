//! Commands: their words, help, kind of answer, and work.

use std::time::Duration;

use archstone::Result;
use clap::{ArgMatches, Command, parser::ValueSource};

use crate::{
    named::Things,
    output::{Answer, Format},
    session::Session,
};

/// A command.
pub(crate) struct Spec {
    /// The words that the user types.
    pub(crate) words: &'static [&'static str],
    pub(crate) answers: Answers,
    /// Example command lines, one per line.
    pub(crate) examples: &'static str,
    /// The end of its help: further details.
    pub(crate) more: &'static str,
    pub(crate) work: &'static dyn Work,
}

/// The arguments of a command, and its code: its own ([`Own`]), or that of a resource's operation, which is only
/// described.
pub(crate) trait Work: Sync {
    fn describe(&self) -> Command;

    fn run(&self, session: &Session<'_>, options: &ArgMatches) -> Result<Answer>;

    /// Whether it only uses the identity API: no files, no processes, no streams.
    fn is_of_identity(&self) -> bool {
        false
    }

    /// Whether the value of an argument, by its ID, is or may be a secret.
    fn is_secret(&self, _id: &str) -> bool {
        true
    }

    /// What it changes, through [`Session::change`] or [`Session::only_says`], so that `--dry-run` can show it.
    fn changes(&self) -> Changes {
        Changes::Nothing
    }

    /// The things that an argument names, according to its description. `given` returns the value of another argument
    /// on the command line.
    fn named(&self, _argument: &str, _given: &dyn Fn(&str) -> Option<String>) -> Option<Things> {
        None
    }
}

/// What a command changes, in the cloud or on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Changes {
    Nothing,
    Something,
    /// It cannot be undone, and asks for confirmation first.
    Deletes,
}

/// The work of a command with its own code.
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

/// The same for a command that changes something.
pub(crate) struct OwnChange {
    pub(crate) describe: fn() -> Command,
    pub(crate) run: fn(&Session<'_>, &ArgMatches) -> Result<Answer>,
}

impl Work for OwnChange {
    fn describe(&self) -> Command {
        (self.describe)()
    }

    fn run(&self, session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
        (self.run)(session, options)
    }

    fn changes(&self) -> Changes {
        Changes::Something
    }
}

/// The kind of a command's answer, which determines its formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answers {
    /// One thing, field by field.
    Show,
    /// Rows.
    List,
    /// Text, which has only one format.
    Text,
    /// Any of these, before the command is known.
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

/// Parses an integer in this range. The error message follows the given value.
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

/// Parses a duration such as `90s`, `10m` or `1h`. The error message follows the given value.
pub(crate) fn duration(text: &str) -> std::result::Result<Duration, String> {
    let unit = |unit: char| match unit {
        's' => Some(1),
        'm' => Some(60),
        'h' => Some(3600),
        'd' => Some(86400),
        _ => None,
    };
    let seconds = || {
        let last = text.chars().last()?;
        let number: u64 = text.strip_suffix(last)?.parse().ok()?;
        number.checked_mul(unit(last)?).filter(|seconds| (1..=10 * 365 * 86400).contains(seconds))
    };
    let number =
        seconds().ok_or("it is not a time: write a whole number and a unit, such as `90s`, `10m`, `1h` or `7d`")?;
    Ok(Duration::from_secs(number))
}

/// Whether an output format or columns were requested.
pub(crate) fn has_output_options(options: &ArgMatches) -> bool {
    ["format", "column", "json_fields", "jq", "output_kind"].iter().any(|id| is_given(options, id))
}

/// Whether an option is on the command line. One that is not there may not even be described.
pub(crate) fn is_given(options: &ArgMatches, id: &str) -> bool {
    options.try_contains_id(id).is_ok() && options.value_source(id) == Some(ValueSource::CommandLine)
}

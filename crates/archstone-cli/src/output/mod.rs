//! The output of commands and its formats: those that users of `openstack` know, and a few more.

mod columns;
mod escape;
#[cfg(feature = "jq")]
mod filter;
mod json;
mod layout;
mod lines;
mod python;
mod table;
mod value;
mod width;
mod width_table;
mod wrap;
mod yaml;

use std::{borrow::Cow, fmt};

use archstone::Result;

#[cfg(feature = "jq")]
pub(crate) use self::filter::Filter;
pub(crate) use self::width::width;
pub(crate) use self::{
    escape::Escape,
    layout::{Format, Layout, Screen},
    lines::Quote,
    value::Value,
};

/// The name of a column, of a field, or of a member of an object: static, or from the cloud.
pub(crate) type Name = Cow<'static, str>;

/// A column of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: Name,
    /// Whether it is only shown on request: with `-o wide`, or by its name.
    pub(crate) is_wide: bool,
}

impl Column {
    /// A column that is only shown with `--long` or `-o wide`, or by its name after `-c`.
    pub(crate) fn long(name: impl Into<Name>, is_long: bool) -> Self {
        Self { name: name.into(), is_wide: !is_long }
    }
}

impl From<&'static str> for Column {
    fn from(name: &'static str) -> Self {
        Name::from(name).into()
    }
}

impl From<String> for Column {
    fn from(name: String) -> Self {
        Name::from(name).into()
    }
}

impl From<Name> for Column {
    fn from(name: Name) -> Self {
        Self { name, is_wide: false }
    }
}

/// The answer of a command.
#[derive(Debug)]
pub(crate) enum Answer {
    /// One thing, field by field.
    Show(Vec<(Name, Value)>),
    /// Several things, row by row.
    List { columns: Vec<Column>, rows: Vec<Vec<Value>> },
    /// Several things in parts: written as they arrive, in the formats where that is possible.
    Stream { columns: Vec<Column>, rows: Rows },
    /// Text that is written as it is.
    Text(String),
    /// Text for people instead of a table, and the same for programs.
    Told(String, Box<Answer>),
    /// An answer after which the run ends with this status.
    Ending(Box<Answer>, u8),
}

impl Answer {
    /// One thing, field by field.
    pub(crate) fn show<N: Into<Name>>(fields: impl IntoIterator<Item = (N, Value)>) -> Self {
        Self::Show(fields.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    /// Several things, row by row. Each row has a cell for each column.
    pub(crate) fn list<C: Into<Column>>(
        columns: impl IntoIterator<Item = C>,
        rows: impl IntoIterator<Item = Vec<Value>>,
    ) -> Self {
        Self::List { columns: columns.into_iter().map(Into::into).collect(), rows: rows.into_iter().collect() }
    }

    /// Rows that arrive over time: each item contains the rows that arrived together, and is written at once.
    pub(crate) fn stream<C: Into<Column>>(
        columns: impl IntoIterator<Item = C>,
        rows: impl Iterator<Item = Result<Vec<Vec<Value>>>> + 'static,
    ) -> Self {
        Self::Stream { columns: columns.into_iter().map(Into::into).collect(), rows: Rows(Box::new(rows)) }
    }

    /// Text for people instead of a table, and the same for programs.
    pub(crate) fn told(text: String, answer: Self) -> Self {
        Self::Told(text, Box::new(answer))
    }

    /// The answer itself, and the status that the run ends with.
    pub(crate) fn ending(self) -> (Self, u8) {
        match self {
            Self::Ending(answer, status) => (*answer, status),
            answer => (answer, 0),
        }
    }
}

/// Rows that arrive over time.
pub(crate) struct Rows(Box<dyn Iterator<Item = Result<Vec<Vec<Value>>>>>);

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rows(…)")
    }
}

/// JSON on one line.
pub(crate) fn line_of_json(value: &Value) -> String {
    json::json(value, json::Spacing::None)
}

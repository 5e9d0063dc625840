//! What a command answers, and how it is written: the formats that users of `openstack` know.

mod json;
mod lines;
mod table;
mod value;
mod wrap;
mod yaml;

use std::{borrow::Cow, io::IsTerminal};

use archstone::{Error, ErrorKind, host::Host};

use self::{
    json::json,
    lines::{csv_row, shell_line, value_row},
    table::{Style, table},
    yaml::{yaml_member, yaml_rows},
};
pub(crate) use self::{lines::Quote, value::Value};

/// The name of a column, of a field, or of a member of an object: known beforehand, or the cloud's.
pub(crate) type Name = Cow<'static, str>;

/// A column of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: Name,
    /// Whether it is only shown where it is asked for: by `-o wide`, or by its name.
    pub(crate) is_wide: bool,
}

impl Column {
    /// A column that `--long` shows, `-o wide`, or its name after `-c`.
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

/// What a command answers.
#[derive(Debug)]
pub(crate) enum Answer {
    /// One thing, field by field.
    Show(Vec<(Name, Value)>),
    /// Several things, row by row.
    List { columns: Vec<Column>, rows: Vec<Vec<Value>> },
    /// Text that is written as it is.
    Text(String),
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

    /// The answer itself, and the status that the run ends with.
    pub(crate) fn ending(self) -> (Self, u8) {
        match self {
            Self::Ending(answer, status) => (*answer, status),
            answer => (answer, 0),
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Format {
    #[default]
    Table,
    Value,
    Csv,
    Json,
    Yaml,
    Shell,
}

/// How an answer is written.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct Layout {
    pub(crate) format: Format,
    pub(crate) columns: Vec<String>,
    pub(crate) sort_columns: Vec<String>,
    /// Whether each column that is asked for must be there; `openstack` leaves out those that are not.
    pub(crate) is_strict: bool,
    pub(crate) descending: bool,
    pub(crate) indented: bool,
    pub(crate) prefix: String,
    pub(crate) quote: Quote,
    pub(crate) max_width: Option<usize>,
    pub(crate) fit_width: bool,
    pub(crate) print_empty: bool,
}

impl Layout {
    /// The text of an answer, with its last line break.
    ///
    /// # Errors
    ///
    /// When it has none of the columns that were asked for.
    pub(crate) fn write(&self, answer: Answer) -> Result<String, Error> {
        match answer {
            Answer::Show(fields) => self.show(fields),
            Answer::List { columns, rows } => self.list(columns, rows),
            Answer::Text(text) => Ok(text),
            Answer::Ending(answer, _) => self.write(*answer),
        }
    }

    fn show(&self, mut fields: Vec<(Name, Value)>) -> Result<String, Error> {
        let names: Vec<_> = fields.iter().map(|(name, _)| Column::from(name.clone())).collect();
        let mut wanted = self.wanted(&names)?.into_iter();
        fields.retain(|_| wanted.next().unwrap_or_default());
        Ok(match self.format {
            Format::Json => json(&Value::Object(fields), self.indented) + "\n",
            Format::Yaml => fields.iter().map(|(name, value)| yaml_member(name, value)).collect(),
            Format::Shell => fields.iter().map(|(name, value)| shell_line(&self.prefix, name, value) + "\n").collect(),
            Format::Value => fields.iter().map(|(_, value)| value.plain() + "\n").collect(),
            Format::Csv | Format::Table => {
                let rows: Vec<_> =
                    fields.into_iter().map(|(name, value)| vec![Value::Text(name.into()), value]).collect();
                self.table(&["Field".into(), "Value".into()], &rows, 16, false)
            }
        })
    }

    fn list(&self, columns: Vec<Column>, mut rows: Vec<Vec<Value>>) -> Result<String, Error> {
        if self.is_strict {
            Self::require(&self.sort_columns, &columns)?;
        }
        self.sort(&columns, &mut rows);
        let wanted = self.wanted(&columns)?;
        for row in &mut rows {
            let mut wanted = wanted.iter();
            row.retain(|_| wanted.next().copied().unwrap_or_default());
        }
        let wanted: Vec<Name> = columns
            .into_iter()
            .zip(wanted)
            .filter_map(|(column, is_wanted)| is_wanted.then_some(column.name))
            .collect();
        let objects = |rows: Vec<Vec<Value>>| -> Vec<Value> {
            rows.into_iter().map(|row| Value::object(wanted.iter().cloned().zip(row))).collect()
        };
        Ok(match self.format {
            Format::Json => json(&Value::List(objects(rows)), self.indented) + "\n",
            Format::Yaml => yaml_rows(&objects(rows)),
            Format::Value => rows.iter().map(|row| value_row(row) + "\n").collect(),
            Format::Csv => {
                let header = wanted.iter().map(|name| Value::Text(name.to_string())).collect();
                std::iter::once(&header).chain(&rows).map(|row| csv_row(row, self.quote) + "\n").collect()
            }
            Format::Shell | Format::Table => self.table(&wanted, &rows, 8, true),
        })
    }

    fn table(&self, columns: &[Name], rows: &[Vec<Value>], narrowest: usize, aligns_numbers: bool) -> String {
        if rows.is_empty() && !self.print_empty {
            return "\n".into();
        }
        table(columns, rows, Style { width: self.width(), narrowest, aligns_numbers })
    }

    /// The width that a table must fit in: as said, or the terminal's.
    fn width(&self) -> Option<usize> {
        let setting = |name: &str| Host::default().variable(name).and_then(|it| it.parse::<usize>().ok());
        let said = self.max_width.or_else(|| setting("CLIFF_MAX_TERM_WIDTH")).filter(|width| *width > 0);
        let terminal = || {
            let is_terminal = std::io::stdout().is_terminal();
            is_terminal.then(terminal_size::terminal_size)?.map(|(width, _)| usize::from(width.0))
        };
        let fits = self.fit_width || setting("CLIFF_FIT_WIDTH").is_some_and(|it| it > 0);
        said.or_else(terminal).or_else(|| setting("COLUMNS").filter(|_| fits))
    }

    /// For each column whether it is written: those that were asked for, or those of an answer that is not wide.
    fn wanted(&self, columns: &[Column]) -> Result<Vec<bool>, Error> {
        let is_wanted = |column: &Column| match self.columns.as_slice() {
            [] => !column.is_wide,
            asked => (self.is_strict || !column.is_wide) && asked.iter().any(|it| is_same_column(it, &column.name)),
        };
        let wanted: Vec<_> = columns.iter().map(is_wanted).collect();
        if self.is_strict || !wanted.contains(&true) {
            Self::require(&self.columns, columns)?;
        }
        Ok(wanted)
    }

    /// Each of these must be a column.
    fn require(asked: &[String], columns: &[Column]) -> Result<(), Error> {
        let unknown = asked.iter().find(|it| !columns.iter().any(|column| is_same_column(it, &column.name)));
        unknown.map_or(Ok(()), |name| {
            let list: Vec<_> = columns.iter().map(|it| format!("`{}`", it.name)).collect();
            Err(Error::new(ErrorKind::InvalidRequest, format!("there is no column `{name}`"))
                .with_hint(format!("the columns are {}", list.join(", "))))
        })
    }

    /// By the first of the sort columns, then by the next.
    fn sort(&self, columns: &[Column], rows: &mut [Vec<Value>]) {
        for name in self.sort_columns.iter().rev() {
            let Some(at) = columns.iter().position(|column| is_same_column(name, &column.name)) else { continue };
            rows.sort_by(|one, other| {
                let (one, other) = (&one[at], &other[at]);
                let order = match (one.machine(), other.machine()) {
                    (Value::Integer(one), Value::Integer(other)) => one.cmp(other),
                    (Value::Float(one), Value::Float(other)) => one.total_cmp(other),
                    _ => one.plain().cmp(&other.plain()),
                };
                let order = if self.descending { order.reverse() } else { order };
                // What is not known comes last, whatever the direction.
                (*one == Value::None).cmp(&(*other == Value::None)).then(order)
            });
        }
    }
}

/// Upper and lower case, and a space or an underscore, make no difference.
fn is_same_column(asked: &str, column: &str) -> bool {
    asked.replace('_', " ").eq_ignore_ascii_case(&column.replace('_', " "))
}

//! What a command answers, and how it is written: the formats that users of `openstack` know.

mod json;
mod lines;
mod table;
mod value;
mod wrap;
mod yaml;

use std::io::IsTerminal;

use archstone::{Error, ErrorKind, host::Host};

use self::{
    json::json,
    lines::{csv_row, shell_line, value_row},
    table::{Style, table},
    yaml::{yaml_member, yaml_rows},
};
pub(crate) use self::{lines::Quote, value::Value};

/// What a command answers.
#[derive(Debug)]
pub(crate) enum Answer {
    /// One thing, field by field.
    Show(Vec<(&'static str, Value)>),
    /// Several things, row by row.
    List { columns: Vec<&'static str>, rows: Vec<Vec<Value>> },
    /// Text that is written as it is.
    Text(String),
    /// An answer after which the run ends with this status.
    Ending(Box<Answer>, u8),
}

impl Answer {
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
            Answer::List { columns, rows } => self.list(&columns, rows),
            Answer::Text(text) => Ok(text),
            Answer::Ending(answer, _) => self.write(*answer),
        }
    }

    fn show(&self, fields: Vec<(&'static str, Value)>) -> Result<String, Error> {
        let names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
        let wanted = self.wanted(&names)?;
        let fields: Vec<_> = fields.into_iter().filter(|(name, _)| wanted.contains(name)).collect();
        Ok(match self.format {
            Format::Json => json(&Value::Object(fields), self.indented) + "\n",
            Format::Yaml => fields.iter().map(|(name, value)| yaml_member(name, value)).collect(),
            Format::Shell => fields.iter().map(|(name, value)| shell_line(&self.prefix, name, value) + "\n").collect(),
            Format::Value => fields.iter().map(|(_, value)| value.plain() + "\n").collect(),
            Format::Csv | Format::Table => {
                let rows: Vec<_> = fields.into_iter().map(|(name, value)| vec![name.into(), value]).collect();
                self.table(&["Field", "Value"], &rows, 16, false)
            }
        })
    }

    fn list(&self, columns: &[&'static str], mut rows: Vec<Vec<Value>>) -> Result<String, Error> {
        if self.is_strict {
            Self::require(&self.sort_columns, columns)?;
        }
        self.sort(columns, &mut rows);
        let wanted = self.wanted(columns)?;
        let positions: Vec<_> = (0..columns.len()).filter(|at| wanted.contains(&columns[*at])).collect();
        let rows: Vec<Vec<Value>> =
            rows.into_iter().map(|row| positions.iter().map(|at| row[*at].clone()).collect()).collect();
        let objects = || -> Vec<Value> {
            rows.iter().map(|row| Value::Object(wanted.iter().copied().zip(row.iter().cloned()).collect())).collect()
        };
        Ok(match self.format {
            Format::Json => json(&Value::List(objects()), self.indented) + "\n",
            Format::Yaml => yaml_rows(&objects()),
            Format::Value => rows.iter().map(|row| value_row(row) + "\n").collect(),
            Format::Csv => {
                let header = wanted.iter().map(|name| Value::from(*name)).collect();
                std::iter::once(&header).chain(&rows).map(|row| csv_row(row, self.quote) + "\n").collect()
            }
            Format::Shell | Format::Table => self.table(&wanted, &rows, 8, true),
        })
    }

    fn table(&self, columns: &[&str], rows: &[Vec<Value>], narrowest: usize, aligns_numbers: bool) -> String {
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

    /// The columns that were asked for, in their usual order.
    fn wanted(&self, columns: &[&'static str]) -> Result<Vec<&'static str>, Error> {
        let is_wanted = |column: &&str| self.columns.iter().any(|it| is_same_column(it, column));
        let wanted: Vec<_> =
            columns.iter().copied().filter(|column| self.columns.is_empty() || is_wanted(column)).collect();
        if self.is_strict || wanted.is_empty() {
            Self::require(&self.columns, columns)?;
        }
        Ok(wanted)
    }

    /// Each of these must be a column.
    fn require(asked: &[String], columns: &[&str]) -> Result<(), Error> {
        let unknown = asked.iter().find(|it| !columns.iter().any(|column| is_same_column(it, column)));
        unknown.map_or(Ok(()), |name| {
            let list: Vec<_> = columns.iter().map(|it| format!("`{it}`")).collect();
            Err(Error::new(ErrorKind::InvalidRequest, format!("there is no column `{name}`"))
                .with_hint(format!("the columns are {}", list.join(", "))))
        })
    }

    /// By the first of the sort columns, then by the next.
    fn sort(&self, columns: &[&str], rows: &mut [Vec<Value>]) {
        for name in self.sort_columns.iter().rev() {
            let Some(at) = columns.iter().position(|column| is_same_column(name, column)) else { continue };
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

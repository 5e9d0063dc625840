//! The layout of output.

use std::io::{self, IsTerminal};

use archstone::{Error, host::Host};

#[cfg(feature = "jq")]
use super::Filter;
use super::{
    Answer, Column, Escape, Name, Quote, Rows, Value,
    columns::{Chosen, Sequence},
    json::{Spacing, json},
    lines::{csv_row, shell_line, value_row},
    table::{Style, table},
    yaml::{Readers, yaml},
};
use crate::{paint, progress::Progress};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Format {
    #[default]
    Table,
    Value,
    Csv,
    Json,
    /// One object per line.
    Ndjson,
    Yaml,
    Shell,
}

/// How an answer is written.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct Layout {
    pub(crate) format: Format,
    /// The columns that `-c` names.
    pub(crate) columns: Vec<String>,
    /// The fields that `--json` names.
    pub(crate) fields: Vec<String>,
    /// The filter of `--jq`.
    #[cfg(feature = "jq")]
    pub(crate) filter: Option<Filter>,
    /// Whether columns that are hidden by default are shown, too.
    pub(crate) is_wide: bool,
    pub(crate) sort_columns: Vec<String>,
    /// Whether each requested column must exist; `openstack` ignores those that do not.
    pub(crate) is_strict: bool,
    pub(crate) descending: bool,
    pub(crate) indented: bool,
    pub(crate) prefix: String,
    /// The only variables that `shell` sets, if there are any.
    pub(crate) variables: Vec<String>,
    pub(crate) quote: Quote,
    pub(crate) max_width: Option<i64>,
    pub(crate) print_empty: bool,
    /// Whether a pager is requested.
    pub(crate) wants_pager: bool,
    pub(crate) screen: Screen,
}

/// The destination of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Screen {
    pub(crate) is_terminal: bool,
    pub(crate) is_painted: bool,
}

impl Screen {
    /// Standard output, as it is.
    pub(crate) fn stdout() -> Self {
        Self { is_terminal: io::stdout().is_terminal(), is_painted: paint::is_painted(&io::stdout()) }
    }
}

/// A sink for text.
pub(crate) type Write<'a> = &'a mut dyn FnMut(&str) -> io::Result<()>;

impl Layout {
    /// Writes an answer: at once, or as it arrives.
    ///
    /// # Errors
    ///
    /// If it has none of the requested columns, if its rows cannot be fetched, or if it cannot be written.
    pub(crate) fn write<E: From<Error> + From<io::Error>>(&self, answer: Answer, out: Write<'_>) -> Result<(), E> {
        match answer {
            Answer::Show(fields) => out(&self.show(fields)?)?,
            Answer::List { columns, rows } => out(&self.list(&columns, rows)?)?,
            Answer::Stream { columns, rows } => self.stream::<E>(&columns, rows, out)?,
            Answer::Text(text) => out(&self.escape().lines(text))?,
            Answer::Told(text, _) if self.is_for_people() => out(&self.escape().lines(text))?,
            Answer::Told(_, answer) | Answer::Ending(answer, _) => self.write::<E>(*answer, out)?,
        }
        Ok(())
    }

    /// Whether it is for people, without options for a table.
    fn is_for_people(&self) -> bool {
        self.format == Format::Table && self.columns.is_empty() && !self.is_wide
    }

    /// Whether it goes through a pager: only on a terminal.
    pub(crate) fn is_paged(&self) -> bool {
        self.wants_pager && self.screen.is_terminal
    }

    /// Which characters are escaped: on a terminal, control characters, and invisible ones except as `openstack`.
    fn escape(&self) -> Escape {
        match (self.screen.is_terminal, self.is_strict) {
            (false, _) => Escape::Nothing,
            (true, true) => Escape::Hidden,
            (true, false) => Escape::Controls,
        }
    }

    fn show(&self, fields: Vec<(Name, Value)>) -> Result<String, Error> {
        let (names, values): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
        let columns: Vec<_> = names.into_iter().map(Column::from).collect();
        let chosen = self.chosen(&columns, Sequence::Tuple)?;
        let row = project(&chosen, values);
        let fields = || chosen.iter().map(|(_, name)| name).zip(&row);
        let text = match self.format {
            Format::Table | Format::Csv => {
                let rows: Vec<_> =
                    fields().map(|(name, value)| vec![Value::Text(name.to_string()), value.clone()]).collect();
                return Ok(self.table(&["Field".into(), "Value".into()], &rows, 16, false));
            }
            Format::Json => self.json(&object(&chosen, row))?,
            Format::Ndjson => json(&object(&chosen, row), Spacing::None) + "\n",
            // Each field separately, to keep their order.
            Format::Yaml => fields()
                .map(|(name, value)| yaml(&Value::object([(name.clone(), value.clone())]), self.readers()))
                .collect(),
            Format::Shell => {
                let is_wanted = |name: &str| {
                    let name = name.to_lowercase().replace(' ', "_");
                    self.variables.is_empty() || self.variables.contains(&name)
                };
                let wanted = fields().filter(|(name, _)| is_wanted(name));
                wanted.map(|(name, value)| shell_line(&self.prefix, name, value) + "\n").collect()
            }
            Format::Value => row.iter().map(|value| value.plain() + "\n").collect(),
        };
        Ok(self.escape().lines(text))
    }

    /// The text of complete rows, with its last line break.
    ///
    /// # Errors
    ///
    /// If they have none of the requested columns.
    pub(crate) fn list(&self, columns: &[Column], mut rows: Vec<Vec<Value>>) -> Result<String, Error> {
        self.sort(columns, &mut rows)?;
        let chosen = self.chosen(columns, Sequence::List)?;
        let names = || chosen.iter().map(|(_, name)| name.clone());
        let mut rows = rows.into_iter().map(|row| project(&chosen, row));
        let objects =
            |rows: &mut dyn Iterator<Item = Vec<Value>>| Value::List(rows.map(|row| object(&chosen, row)).collect());
        let text = match self.format {
            Format::Table | Format::Shell => {
                return Ok(self.table(&names().collect::<Vec<_>>(), &rows.collect::<Vec<_>>(), 8, true));
            }
            Format::Json => self.json(&objects(&mut rows))?,
            Format::Yaml => yaml(&objects(&mut rows), self.readers()),
            Format::Csv | Format::Value | Format::Ndjson => self.heading(&chosen) + &self.lines(&chosen, &mut rows),
        };
        Ok(self.escape().lines(text))
    }

    /// Writes rows as they arrive, or all of them at the end if they are sorted or if the first lines depend on the
    /// last ones.
    fn stream<E: From<Error> + From<io::Error>>(
        &self,
        columns: &[Column],
        rows: Rows,
        out: Write<'_>,
    ) -> Result<(), E> {
        let is_by_line = matches!(self.format, Format::Csv | Format::Value | Format::Ndjson);
        if !is_by_line || !self.sort_columns.is_empty() {
            let progress = Progress::start("rows", None);
            let mut all = Vec::new();
            for arrived in rows.0 {
                let arrived = arrived?;
                progress.add(arrived.len() as u64);
                all.extend(arrived);
            }
            drop(progress);
            return Ok(out(&self.list(columns, all)?)?);
        }
        let chosen = self.chosen(columns, Sequence::List)?;
        out(&self.heading(&chosen))?;
        for arrived in rows.0 {
            let mut rows = arrived?.into_iter().map(|row| project(&chosen, row));
            out(&self.escape().lines(self.lines(&chosen, &mut rows)))?;
        }
        Ok(())
    }

    /// The lines before the first row, in formats that are written line by line.
    fn heading(&self, chosen: &Chosen) -> String {
        if self.format != Format::Csv {
            return String::new();
        }
        let names: Vec<_> = chosen.iter().map(|(_, name)| Value::Text(name.to_string())).collect();
        csv_row(&names, self.quote) + "\n"
    }

    /// Rows, in formats that are written line by line.
    fn lines(&self, chosen: &Chosen, rows: &mut dyn Iterator<Item = Vec<Value>>) -> String {
        let mut text = String::new();
        for row in rows {
            text.push_str(&match self.format {
                Format::Csv => csv_row(&row, self.quote),
                Format::Ndjson => json(&object(chosen, row), Spacing::None),
                _ => value_row(&row),
            });
            text.push('\n');
        }
        text
    }

    fn table(&self, columns: &[Name], rows: &[Vec<Value>], narrowest: usize, aligns_numbers: bool) -> String {
        if rows.is_empty() && !(self.print_empty && aligns_numbers) {
            return "\n".into();
        }
        let escape = self.escape();
        let is_painted = self.screen.is_painted;
        let keeps_words = self.is_strict;
        table(columns, rows, Style { width: self.width(), narrowest, keeps_words, aligns_numbers, escape, is_painted })
    }

    /// The maximum width of a table: as requested, or the terminal's.
    fn width(&self) -> Option<usize> {
        let variable = || Host::default().variable("CLIFF_MAX_TERM_WIDTH").and_then(|it| it.parse().ok());
        let asked = self.max_width.or_else(variable).filter(|width| *width > 0);
        let terminal = || {
            let (width, _) = self.screen.is_terminal.then(terminal_size::terminal_size)??;
            Some(usize::from(width.0)).filter(|width| *width > 0)
        };
        asked.and_then(|width| usize::try_from(width).ok()).or_else(terminal)
    }

    /// JSON, or the filter's output.
    fn json(&self, value: &Value) -> Result<String, Error> {
        #[cfg(feature = "jq")]
        if let Some(filter) = &self.filter {
            return filter.run(&json(value, Spacing::None));
        }
        Ok(json(value, if self.indented { Spacing::Lines } else { Spacing::Spaces }) + "\n")
    }

    fn readers(&self) -> Readers {
        if self.is_strict { Readers::All } else { Readers::Python }
    }
}

/// The cells of the chosen columns.
fn project(chosen: &Chosen, mut row: Vec<Value>) -> Vec<Value> {
    let is_whole = chosen.len() == row.len() && chosen.iter().enumerate().all(|(position, (at, _))| position == *at);
    if is_whole {
        return row;
    }
    let cell = |(position, (at, _)): (usize, &(usize, Name))| {
        let cell = row.get_mut(*at)?;
        // A column requested under two names is shown twice.
        let is_needed_again = chosen[position + 1..].iter().any(|(later, _)| later == at);
        Some(if is_needed_again { cell.clone() } else { std::mem::take(cell) })
    };
    chosen.iter().enumerate().map(cell).map(Option::unwrap_or_default).collect()
}

fn object(chosen: &Chosen, row: Vec<Value>) -> Value {
    Value::object(chosen.iter().map(|(_, name)| name.clone()).zip(row))
}

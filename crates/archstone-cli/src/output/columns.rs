//! Which columns are written, and the order of the rows.

use archstone::{Error, ErrorKind};

use super::{Column, Layout, Name, Value, python::repr};
use crate::events::warning;

/// A column that is written: its place in the row, and the name that it is written with.
pub(super) type Chosen = Vec<(usize, Name)>;

impl Layout {
    /// The columns that were asked for. `kind` is the sequence of Python in which `openstack` has their names.
    ///
    /// # Errors
    ///
    /// When one, or as `openstack` when all of them are not there.
    pub(super) fn chosen(&self, columns: &[Column], kind: Sequence) -> Result<Chosen, Error> {
        if !self.fields.is_empty() {
            require(&self.fields, columns)?;
            // As asked: the name is what a program reads it by.
            let chosen = self.fields.iter().map(|field| {
                let at = columns.iter().position(|column| is_same_column(field, &column.name)).unwrap_or_default();
                (at, field.clone().into())
            });
            return Ok(chosen.collect());
        }
        let is_chosen = |column: &Column| match self.columns.as_slice() {
            [] => self.is_wide || !column.is_wide,
            asked => (self.is_strict || !column.is_wide) && asked.iter().any(|it| is_same_column(it, &column.name)),
        };
        let chosen: Chosen = columns
            .iter()
            .enumerate()
            .filter(|(_, column)| is_chosen(column))
            .map(|(at, column)| (at, column.name.clone()))
            .collect();
        if self.is_strict {
            require(&self.columns, columns)?;
        } else if chosen.is_empty() && !self.columns.is_empty() {
            return Err(unrecognized(&self.columns, columns, kind));
        }
        Ok(chosen)
    }

    /// Each column to sort by must be there, but for `openstack`, which leaves out those that are not.
    pub(super) fn sort(&self, columns: &[Column], rows: &mut Vec<Vec<Value>>) -> Result<(), Error> {
        if self.is_strict {
            require(&self.sort_columns, columns)?;
        }
        // By the last one first: the order that it makes stays where the others are equal.
        for name in self.sort_columns.iter().rev() {
            let Some(at) = columns.iter().position(|column| is_same_column(name, &column.name)) else { continue };
            let mut sorted: Vec<&Vec<Value>> = rows.iter().collect();
            let mut is_sortable = true;
            sorted.sort_by(|one, other| {
                let (one, other) = (&one[at], &other[at]);
                // What is not known comes last, and first in the opposite direction.
                let order = (*one == Value::None).cmp(&(*other == Value::None)).then_with(|| {
                    one.compare(other).unwrap_or_else(|| {
                        is_sortable = false;
                        std::cmp::Ordering::Equal
                    })
                });
                if self.descending { order.reverse() } else { order }
            });
            if is_sortable {
                *rows = sorted.into_iter().cloned().collect();
            } else {
                warning!("Could not sort on field '{}'; unsortable types", columns[at].name);
            }
        }
        Ok(())
    }
}

/// How Python writes the names of all columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sequence {
    List,
    Tuple,
}

/// The words of `openstack`.
fn unrecognized(asked: &[String], columns: &[Column], kind: Sequence) -> Error {
    let list = |names: Vec<&str>| repr(&Value::List(names.into_iter().map(Value::from).collect()));
    let names: Vec<&str> = columns.iter().filter(|column| !column.is_wide).map(|column| &*column.name).collect();
    let only = names.len() == 1;
    let mut known = list(names);
    if kind == Sequence::Tuple {
        let end = if only { ",)" } else { ")" };
        known = format!("({}{end}", &known[1..known.len() - 1]);
    }
    let asked = list(asked.iter().map(String::as_str).collect());
    Error::new(
        ErrorKind::InvalidRequest,
        format!("No recognized column names in {asked}. Recognized columns are {known}."),
    )
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

/// Upper and lower case, and a space or an underscore, make no difference.
fn is_same_column(asked: &str, column: &str) -> bool {
    let normal = |name: &str| name.trim().to_lowercase().replace(' ', "_");
    asked == column || normal(asked) == normal(column)
}

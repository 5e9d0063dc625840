//! Selection of columns, and sorting of rows.

use archstone::{Error, ErrorKind};

use super::{Column, Layout, Name, Value, python::repr};
use crate::events::warning;

/// The columns to write: their indexes in the row, and the names that are written.
pub(super) type Chosen = Vec<(usize, Name)>;

impl Layout {
    /// The requested columns. `kind` is the Python sequence in which `openstack` has their names.
    ///
    /// # Errors
    ///
    /// If one of them does not exist; as `openstack`, only if none of them does.
    pub(super) fn chosen(&self, columns: &[Column], kind: Sequence) -> Result<Chosen, Error> {
        if !self.fields.is_empty() {
            require(&self.fields, columns)?;
            // In the requested spelling, which is the key that a program reads.
            let mut chosen = Chosen::new();
            for field in &self.fields {
                let at = columns.iter().position(|column| is_same_column(field, &column.name)).unwrap_or_default();
                if chosen.iter().all(|(_, name)| name != field) {
                    chosen.push((at, field.clone().into()));
                }
            }
            return Ok(chosen);
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

    /// Each column to sort by must exist, except for `openstack`, which ignores those that do not.
    pub(super) fn sort(&self, columns: &[Column], rows: &mut Vec<Vec<Value>>) -> Result<(), Error> {
        if self.is_strict {
            require(&self.sort_columns, columns)?;
        }
        // The last column first: its order is kept where the others are equal.
        for name in self.sort_columns.iter().rev() {
            let Some(at) = columns.iter().position(|column| is_same_column(name, &column.name)) else { continue };
            let mut sorted: Vec<&Vec<Value>> = rows.iter().collect();
            let mut is_sortable = true;
            sorted.sort_by(|one, other| {
                let (one, other) = (&one[at], &other[at]);
                // Missing values come last, or first in descending order.
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

/// The error as worded by `openstack`.
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

/// Fails if one of these is not a column.
fn require(asked: &[String], columns: &[Column]) -> Result<(), Error> {
    let unknown = asked.iter().find(|it| !columns.iter().any(|column| is_same_column(it, &column.name)));
    unknown.map_or(Ok(()), |name| {
        let list: Vec<_> = columns.iter().map(|it| format!("`{}`", it.name)).collect();
        let what = if name.trim().is_empty() {
            "the name of a column is empty".to_owned()
        } else {
            format!("there is no column `{name}`")
        };
        Err(Error::new(ErrorKind::InvalidRequest, what).with_hint(format!("the columns are {}", list.join(", "))))
    })
}

/// Whether names are the same, ignoring case, and with a space equal to an underscore.
fn is_same_column(asked: &str, column: &str) -> bool {
    let normal = |name: &str| name.trim().to_lowercase().replace(' ', "_");
    asked == column || normal(asked) == normal(column)
}

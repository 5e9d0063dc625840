//! What is printed of an answer.

use serde_json::Value as Json;

use super::Fields;
use crate::output::Value;

/// A column of a list, or a field of one thing.
#[derive(Clone, Copy)]
pub(crate) struct Column {
    pub(crate) title: &'static str,
    field: &'static str,
    cell: fn(&Fields, &str) -> Value,
}

/// The column of a field, under a title of its own.
pub(crate) const fn column(title: &'static str, field: &'static str) -> Column {
    Column { title, field, cell: |fields, field| fields.get(field).cloned().unwrap_or(Json::Null).into() }
}

/// Fields that are shown under their own names.
pub(crate) const fn fields<const N: usize>(names: [&'static str; N]) -> [Column; N] {
    let mut columns = [column("", ""); N];
    let mut at = 0;
    while at < N {
        columns[at] = column(names[at], names[at]);
        at += 1;
    }
    columns
}

impl Column {
    /// Made in another way than by showing the field.
    pub(crate) const fn by(mut self, cell: fn(&Fields, &str) -> Value) -> Self {
        self.cell = cell;
        self
    }

    pub(crate) fn of(&self, fields: &Fields) -> Value {
        (self.cell)(fields, self.field)
    }
}

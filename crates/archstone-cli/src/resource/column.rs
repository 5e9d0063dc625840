//! The parts of an answer that are printed.

use serde_json::Value as Json;

use super::{Fields, listed::Listed};
use crate::output::{self, Answer, Value};

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
    /// Sets the function that creates the cell.
    pub(crate) const fn by(mut self, cell: fn(&Fields, &str) -> Value) -> Self {
        self.cell = cell;
        self
    }

    pub(crate) fn of(&self, fields: &Fields) -> Value {
        (self.cell)(fields, self.field)
    }
}

/// The fields of one thing.
pub(crate) fn shown(columns: &[Column], thing: &Json) -> Answer {
    let empty = Fields::new();
    let fields = thing.as_object().unwrap_or(&empty);
    Answer::Show(columns.iter().map(|it| (it.title.into(), it.of(fields))).collect())
}

/// The rows of a list, as its items arrive. The further columns are shown where the list is long.
pub(crate) fn listed(
    columns: &'static [Column],
    long: &'static [Column],
    is_long: bool,
    items: impl Into<Listed>,
) -> Answer {
    let titles = columns.iter().map(|it| output::Column::from(it.title));
    let more = long.iter().map(|it| output::Column::long(it.title, is_long));
    let row = move |item: Json| match item {
        Json::Object(fields) => columns.iter().chain(long).map(|it| it.of(&fields)).collect(),
        _ => vec![Value::None; columns.len() + long.len()],
    };
    let rows = items.into().into_iter().map(move |some| Ok(some?.into_iter().map(row).collect()));
    Answer::stream(titles.chain(more), rows)
}

/// A sorted list of texts, or of things by their names, for people; programs get it unchanged.
pub(crate) fn sorted_names(list: Option<&Json>, name: Option<&str>) -> Value {
    let Some(Json::Array(items)) = list else { return list.cloned().unwrap_or_default().into() };
    let text = |item: &Json| name.map_or(item, |name| &item[name]).as_str().map(str::to_owned);
    let mut names: Vec<_> = items.iter().filter_map(text).collect();
    names.sort();
    Value::Shown(names.join(", "), Box::new(Value::from(Json::Array(items.clone()))))
}

//! `--timing`: the requests that were made, and how long each took.

use archstone::{Error, Timing};

use crate::output::{Format, Layout, Value};

/// An empty line, and the list: a table after a table, otherwise CSV.
pub(crate) fn text(timings: &[Timing], layout: &Layout) -> Result<String, Error> {
    let row = |what: String, seconds: f64| vec![Value::Text(what), Value::Float((seconds * 1e6).round() / 1e6)];
    let mut rows: Vec<_> =
        timings.iter().map(|it| row(format!("{} {}", it.method, it.url), it.elapsed.as_secs_f64())).collect();
    rows.push(row("Total".into(), timings.iter().map(|it| it.elapsed).sum::<std::time::Duration>().as_secs_f64()));
    let format = if layout.format == Format::Table { Format::Table } else { Format::Csv };
    let layout = Layout { format, columns: Vec::new(), fields: Vec::new(), sort_columns: Vec::new(), ..layout.clone() };
    let list = layout.list(&["URL".into(), "Seconds".into()], rows)?;
    Ok(format!("\n{list}"))
}

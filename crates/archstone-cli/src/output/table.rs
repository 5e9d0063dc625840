//! Tables for people, drawn as `openstack` draws them.

use archstone::text::escaped;
use unicode_width::UnicodeWidthStr;

use super::{Name, value::Value, wrap::wrap};

/// How a table is drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    /// The width that the table must fit in.
    pub(crate) width: Option<usize>,
    /// The width below which no column is narrowed.
    pub(crate) narrowest: usize,
    /// Whether numbers are aligned to the right.
    pub(crate) aligns_numbers: bool,
}

/// The table, with its last line break.
pub(crate) fn table(columns: &[Name], rows: &[Vec<Value>], style: Style) -> String {
    let is_right: Vec<bool> = (0..columns.len())
        .map(|column| style.aligns_numbers && rows.first().is_some_and(|row| row[column].is_number()))
        .collect();
    let header: Vec<Vec<String>> = columns.iter().map(|name| vec![name.to_string()]).collect();
    let mut lines: Vec<Vec<Vec<String>>> = std::iter::once(header)
        .chain(rows.iter().map(|row| row.iter().map(|cell| cell_lines(&cell.for_people())).collect()))
        .collect();
    if let Some(width) = style.width {
        fit(&mut lines, columns.len(), width, style.narrowest);
    }
    let widths = widths(&lines, columns.len());

    let border: String = widths.iter().map(|width| format!("+{}", "-".repeat(width + 2))).collect::<String>() + "+\n";
    let mut out = border.clone();
    for (position, row) in lines.iter().enumerate() {
        let height = row.iter().map(Vec::len).max().unwrap_or(0);
        for line in 0..height {
            for (column, cell) in row.iter().enumerate() {
                let text = cell.get(line).map_or("", String::as_str);
                let space = " ".repeat(widths[column].saturating_sub(text.width()));
                let [before, after] = if is_right[column] { [space.as_str(), ""] } else { ["", space.as_str()] };
                out.push_str(&format!("| {before}{text}{after} "));
            }
            out.push_str("|\n");
        }
        if position == 0 {
            out.push_str(&border);
        }
    }
    out + &border
}

/// The lines of a cell. Characters that move the cursor, or hide others, are escaped.
fn cell_lines(text: &str) -> Vec<String> {
    let text = text.replace("\r\n", "\n").replace('\r', " ");
    text.split('\n').map(untabbed).collect()
}

fn untabbed(line: &str) -> String {
    let mut out = String::new();
    for (position, part) in line.split('\t').enumerate() {
        if position > 0 {
            out.push_str(&" ".repeat(8 - out.width() % 8));
        }
        out.push_str(&escaped(part));
    }
    out
}

fn widths(rows: &[Vec<Vec<String>>], columns: usize) -> Vec<usize> {
    (0..columns)
        .map(|column| rows.iter().flat_map(|row| &row[column]).map(|line| line.width()).max().unwrap_or(0))
        .collect()
}

/// Breaks the lines of those columns that are wider than their share.
fn fit(rows: &mut [Vec<Vec<String>>], columns: usize, width: usize, narrowest: usize) {
    let natural = widths(rows, columns);
    if columns == 0 || natural.iter().map(|width| width + 3).sum::<usize>() < width {
        return;
    }
    let usable = width.saturating_sub(1 + 3 * columns);
    let share = usable / columns;
    let wide: Vec<usize> = (0..columns).filter(|column| natural[*column] > share).collect();
    let Some(last) = wide.last().copied() else { return };
    let kept: usize = natural.iter().filter(|width| **width <= share).sum();
    let mut left = usable.saturating_sub(kept);
    let each = left / wide.len();
    for column in wide {
        let width = if column == last { left } else { each }.max(narrowest);
        left = left.saturating_sub(each);
        for row in rows.iter_mut() {
            row[column] = row[column].iter().flat_map(|line| wrap(line, width)).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: Style = Style { width: None, narrowest: 8, aligns_numbers: true };

    #[test]
    fn a_table_is_drawn_in_columns_of_the_terminal() {
        let rows = [vec!["漢字".into(), Value::Integer(7)], vec!["a\tb\nsecond".into(), Value::Integer(123)]];

        let drawn = table(&["Name".into(), "Size".into()], &rows, STYLE);

        let expected = "\
            +-----------+------+\n\
            | Name      | Size |\n\
            +-----------+------+\n\
            | 漢字      |    7 |\n\
            | a       b |  123 |\n\
            | second    |      |\n\
            +-----------+------+\n";
        assert_eq!(drawn, expected);
    }

    #[test]
    fn a_table_too_wide_breaks_the_cells_of_its_widest_columns() {
        let rows = [vec!["id".into(), "tempest-TestDomain-1934599489".into()]];

        let drawn = table(&["ID".into(), "Name".into()], &rows, Style { width: Some(22), ..STYLE });

        let expected = "\
            +----+---------------+\n\
            | ID | Name          |\n\
            +----+---------------+\n\
            | id | tempest-TestD |\n\
            |    | omain-        |\n\
            |    | 1934599489    |\n\
            +----+---------------+\n";
        assert_eq!(drawn, expected);
    }

    #[test]
    fn a_name_cannot_move_the_cursor() {
        let drawn = table(&["Name".into()], &[vec!["\u{1b}[2Jx\u{202e}".into()]], STYLE);

        assert!(drawn.contains(r"| \u{1b}[2Jx\u{202e} |"), "{drawn}");
    }
}

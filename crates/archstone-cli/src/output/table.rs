//! Tables for people, drawn as `openstack` draws them.

use super::{
    Name,
    escape::Escape,
    value::Value,
    width::width,
    wrap::{widest_word, wrap},
};
use crate::paint::{self, Paint};

/// How a table is drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    /// The width that the table must fit in.
    pub(crate) width: Option<usize>,
    /// The width below which no column is narrowed.
    pub(crate) narrowest: usize,
    /// Whether columns whose words would be broken get more room, instead of equal shares as in `openstack`.
    pub(crate) keeps_words: bool,
    /// Whether numbers are aligned to the right.
    pub(crate) aligns_numbers: bool,
    /// Which characters are escaped.
    pub(crate) escape: Escape,
    /// Whether the heading is bold.
    pub(crate) is_painted: bool,
}

/// The table, with its last line break.
pub(crate) fn table(columns: &[Name], rows: &[Vec<Value>], style: Style) -> String {
    let headings: Vec<Vec<Line>> = columns.iter().map(|name| vec![Line::new(style.escape.text(name).into())]).collect();
    let mut cells: Vec<Vec<Vec<Line>>> =
        rows.iter().map(|row| row.iter().map(|cell| cell_lines(&cell.for_people(), style.escape)).collect()).collect();
    let natural = widths(&headings, &cells);
    let widths = match style.width {
        Some(width) if natural.iter().map(|width| width + 3).sum::<usize>() + 1 > width => {
            let widths: Vec<usize> = if style.keeps_words {
                fitted(&natural, &least(&headings, &cells), width)
            } else {
                let limits = limits(&natural, width, style.narrowest);
                (0..columns.len())
                    .map(|at| headings[at][0].width.max(natural[at].min(limits[at].unwrap_or(usize::MAX))))
                    .collect()
            };
            for row in &mut cells {
                for (cell, width) in row.iter_mut().zip(&widths) {
                    if cell.iter().any(|line| line.width > *width) {
                        *cell = cell.iter().flat_map(|line| wrap(&line.text, *width)).map(Line::new).collect();
                    }
                }
            }
            widths
        }
        _ => natural,
    };
    let is_right: Vec<bool> = (0..columns.len())
        .map(|column| style.aligns_numbers && rows.first().is_some_and(|row| row[column].is_number()))
        .collect();

    let border: String = widths.iter().map(|width| format!("+{}", "-".repeat(width + 2))).collect::<String>() + "+\n";
    let mut out = border.clone();
    draw(&mut out, &headings, &widths, &is_right, style.is_painted.then_some(paint::HEADING));
    out.push_str(&border);
    for row in &cells {
        draw(&mut out, row, &widths, &is_right, None);
    }
    out + &border
}

/// A line of a cell, and its width.
struct Line {
    text: String,
    width: usize,
}

impl Line {
    fn new(text: String) -> Self {
        Self { width: width(&text), text }
    }
}

fn draw(out: &mut String, row: &[Vec<Line>], widths: &[usize], is_right: &[bool], paint: Option<Paint>) {
    let height = row.iter().map(Vec::len).max().unwrap_or(0);
    for at in 0..height {
        for (column, cell) in row.iter().enumerate() {
            let (text, width) = cell.get(at).map_or(("", 0), |line| (line.text.as_str(), line.width));
            let space = widths[column].saturating_sub(width);
            let [before, after] = if is_right[column] { [space, 0] } else { [0, space] };
            out.push_str("| ");
            out.extend(std::iter::repeat_n(' ', before));
            match paint {
                Some(paint) => out.push_str(&paint.text(text)),
                None => out.push_str(text),
            }
            out.extend(std::iter::repeat_n(' ', after + 1));
        }
        out.push_str("|\n");
    }
}

/// The lines of a cell.
fn cell_lines(text: &str, escape: Escape) -> Vec<Line> {
    let text = if text.contains('\r') { &text.replace("\r\n", "\n").replace('\r', " ") } else { text };
    text.split('\n').map(|line| Line::new(untabbed(line, escape))).collect()
}

/// A line with tabs expanded as by Python's `expandtabs`, which counts characters.
fn untabbed(line: &str, escape: Escape) -> String {
    if !line.contains('\t') {
        return escape.text(line).into();
    }
    let mut out = String::new();
    let mut column = 0;
    for (position, part) in line.split('\t').enumerate() {
        if position > 0 {
            let space = 8 - column % 8;
            out.extend(std::iter::repeat_n(' ', space));
            column += space;
        }
        let part = escape.text(part);
        column += part.chars().count();
        out.push_str(&part);
    }
    out
}

/// The width of the widest line of each column.
fn widths(headings: &[Vec<Line>], rows: &[Vec<Vec<Line>>]) -> Vec<usize> {
    let mut widths: Vec<usize> = headings.iter().map(|cell| cell[0].width).collect();
    for row in rows {
        for (cell, width) in row.iter().zip(&mut widths) {
            *width = cell.iter().map(|line| line.width).fold(*width, usize::max);
        }
    }
    widths
}

/// The minimum widths of each column: the width of its heading, and that at which no word is broken.
fn least(headings: &[Vec<Line>], rows: &[Vec<Vec<Line>>]) -> Vec<(usize, usize)> {
    let mut least: Vec<_> = headings.iter().map(|cell| (cell[0].width, cell[0].width)).collect();
    for row in rows {
        for (cell, (_, words)) in row.iter().zip(&mut least) {
            *words = cell.iter().map(|line| widest_word(&line.text)).fold(*words, usize::max);
        }
    }
    least
}

/// The widths of columns that are too wide together. First no word is broken, except in the columns with the widest
/// words if necessary; the remaining width goes to the narrowest columns that need more.
fn fitted(natural: &[usize], least: &[(usize, usize)], width: usize) -> Vec<usize> {
    let usable = width.saturating_sub(1 + 3 * natural.len());
    let raised = |from: &[usize], to: &[usize]| {
        let at_most = |level: usize| from.iter().zip(to).map(move |(from, to)| (*from).max(level.min(*to)));
        let level = (1..=usable).take_while(|level| at_most(*level).sum::<usize>() <= usable).last();
        at_most(level.unwrap_or_default()).collect::<Vec<_>>()
    };
    let (headings, words): (Vec<usize>, Vec<usize>) = least.iter().copied().unzip();
    raised(&raised(&headings, &words), natural)
}

/// The maximum widths of columns that are wider than their share, as `openstack` distributes the width.
fn limits(natural: &[usize], width: usize, narrowest: usize) -> Vec<Option<usize>> {
    let usable = width.saturating_sub(1 + 3 * natural.len());
    let share = usable.checked_div(natural.len()).unwrap_or_default();
    let wide = natural.iter().filter(|width| **width > share).count();
    let mut left = usable.saturating_sub(natural.iter().filter(|width| **width <= share).sum());
    let each = left.checked_div(wide).unwrap_or_default();
    let last = natural.iter().rposition(|width| *width > share);
    let limit = |(at, width): (usize, &usize)| {
        (*width > share).then(|| {
            let limit = if Some(at) == last { left } else { each };
            left = left.saturating_sub(each);
            limit.max(narrowest)
        })
    };
    natural.iter().enumerate().map(limit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: Style = Style {
        width: None,
        narrowest: 8,
        keeps_words: false,
        aligns_numbers: true,
        escape: Escape::Hidden,
        is_painted: false,
    };

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
    fn words_stay_whole_where_there_is_room_for_them() {
        let columns = ["Step", "Subject", "Evidence"].map(Into::into);
        let rows = [vec!["login".into(), "user `alice` in domain `Default`".into(), "it was refused".into()]];
        let drawn = |width| table(&columns, &rows, Style { width: Some(width), keeps_words: true, ..STYLE });

        let expected = "\
            +-------+-------------+-------------+\n\
            | Step  | Subject     | Evidence    |\n\
            +-------+-------------+-------------+\n\
            | login | user        | it was      |\n\
            |       | `alice` in  | refused     |\n\
            |       | domain      |             |\n\
            |       | `Default`   |             |\n\
            +-------+-------------+-------------+\n";
        assert_eq!(drawn(38), expected);
        // Without enough room, words are broken, but no heading is.
        let expected = "\
            +------+---------+----------+\n\
            | Step | Subject | Evidence |\n\
            +------+---------+----------+\n\
            | logi | user    | it was   |\n\
            | n    | `alice` | refused  |\n\
            |      | in      |          |\n\
            |      | domain  |          |\n\
            |      | `Defaul |          |\n\
            |      | t`      |          |\n\
            +------+---------+----------+\n";
        assert_eq!(drawn(20), expected);
    }

    #[test]
    fn a_name_cannot_move_the_cursor() {
        let drawn = table(&["Name".into()], &[vec!["\u{1b}[2Jx\u{202e}".into()]], STYLE);

        assert!(drawn.contains(r"| \u{1b}[2Jx\u{202e} |"), "{drawn}");
    }
}

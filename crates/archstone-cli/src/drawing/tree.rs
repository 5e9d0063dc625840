//! Trees.

use super::{Drawing, Lines, dot, svg::Picture};
use archstone::text::escaped;

/// A node of a tree, with everything below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Branch {
    pub(crate) label: String,
    /// Whether it is drawn faintly, for example because it is disabled.
    pub(crate) is_faint: bool,
    pub(crate) below: Vec<Branch>,
}

impl Branch {
    pub(crate) fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), is_faint: false, below: Vec::new() }
    }

    fn write(&self, out: &mut String, before: &str, lines: &Lines) {
        for (position, branch) in self.below.iter().enumerate() {
            let is_last = position + 1 == self.below.len();
            let (line, past) = if is_last { (lines.last, "    ") } else { (lines.branch, lines.past) };
            out.push_str(&format!("{before}{line}{}\n", escaped(&branch.label)));
            branch.write(out, &format!("{before}{past}"), lines);
        }
    }
}

/// Several trees, one below the other.
impl Drawing for Vec<Branch> {
    fn text(&self, lines: &Lines) -> String {
        let mut out = String::new();
        for root in self {
            out.push_str(&format!("{}\n", escaped(&root.label)));
            root.write(&mut out, "", lines);
        }
        out
    }

    fn dot(&self) -> String {
        let mut lines = Vec::new();
        for row in rows(self) {
            lines.push(dot::node(row.number, &row.branch.label, row.branch.is_faint));
            lines.extend(row.parent.map(|parent| dot::edge(parent, row.number, false)));
        }
        dot::graph(&lines)
    }

    fn svg(&self) -> String {
        const INDENT: usize = 28;
        const HEIGHT: usize = 28;
        let mut picture = Picture::default();
        for row in rows(self) {
            let (x, y) = (row.depth * INDENT + 8, row.number * HEIGHT + 8);
            if let Some(parent) = row.parent {
                let (above, beside) = (parent * HEIGHT + 30, x - INDENT + 12);
                picture.line(&format!("M{beside} {above}V{}H{x}", y + 11), false);
            }
            picture.boxed(x, y, &row.branch.label, row.branch.is_faint);
        }
        picture.finish()
    }
}

struct Row<'a> {
    number: usize,
    parent: Option<usize>,
    depth: usize,
    branch: &'a Branch,
}

/// All branches from top to bottom.
fn rows(roots: &[Branch]) -> Vec<Row<'_>> {
    fn add<'a>(rows: &mut Vec<Row<'a>>, branches: &'a [Branch], parent: Option<usize>, depth: usize) {
        for branch in branches {
            let number = rows.len();
            rows.push(Row { number, parent, depth, branch });
            add(rows, &branch.below, Some(number), depth + 1);
        }
    }
    let mut rows = Vec::new();
    add(&mut rows, roots, None, 0);
    rows
}

//! Graphviz's DOT language.

use archstone::text::escaped;

pub(super) fn graph(lines: &[String]) -> String {
    let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
    format!("digraph {{\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n{lines}}}\n")
}

pub(super) fn node(number: usize, label: &str, is_faint: bool) -> String {
    let faint = if is_faint { ", color=gray, fontcolor=gray" } else { "" };
    format!("  n{number} [label={}{faint}];", quoted(label))
}

pub(super) fn edge(from: usize, to: usize, is_dashed: bool) -> String {
    let dashed = if is_dashed { " [style=dashed]" } else { "" };
    format!("  n{from} -> n{to}{dashed};")
}

/// A label, in which a backslash begins an escape, such as that for the name of the node.
fn quoted(label: &str) -> String {
    format!("\"{}\"", escaped(label).replace('\\', "\\\\").replace('"', "\\\""))
}

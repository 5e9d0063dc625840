//! Graphs in layers: the nodes of each layer in a separate column, and edges from left to right.

use std::collections::HashMap;

use super::{Branch, Drawing, Lines, dot, svg::Picture, width};

/// A node, in one of the layers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) layer: usize,
    pub(crate) label: String,
    pub(crate) is_faint: bool,
}

/// An edge between nodes, which are given by their indexes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// Whether it is drawn as a dashed line.
    pub(crate) is_dashed: bool,
}

/// A graph. As text, it is drawn as an equivalent tree.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    pub(crate) layers: Vec<&'static str>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) edges: Vec<Edge>,
    pub(crate) tree: Vec<Branch>,
}

impl Drawing for Graph {
    fn text(&self, lines: &Lines) -> String {
        self.tree.text(lines)
    }

    fn dot(&self) -> String {
        let mut lines = vec!["  rankdir=LR;".to_owned()];
        for layer in 0..self.layers.len() {
            let of_layer = self.nodes.iter().enumerate().filter(|(_, node)| node.layer == layer);
            let nodes: String = of_layer.clone().map(|(number, _)| format!(" n{number};")).collect();
            lines.extend(of_layer.map(|(number, node)| dot::node(number, &node.label, node.is_faint)));
            lines.push(format!("  {{ rank=same;{nodes} }}"));
        }
        lines.extend(self.edges.iter().map(|edge| dot::edge(edge.from, edge.to, edge.is_dashed)));
        dot::graph(&lines)
    }

    fn svg(&self) -> String {
        const HEIGHT: usize = 32;
        const TOP: usize = 40;
        const GAP: usize = 120;
        let mut picture = Picture::default();
        let order = self.order();
        let (mut places, mut left) = (HashMap::new(), 8);
        for (layer, title) in self.layers.iter().enumerate() {
            let column = &order[layer];
            if column.is_empty() {
                continue;
            }
            let widest = column.iter().map(|number| width(&self.nodes[*number].label)).chain([width(title)]).max();
            let column_width = widest.unwrap_or_default().min(super::svg::WIDEST) + 20;
            picture.title(left, 20, title);
            for (row, number) in column.iter().enumerate() {
                places.insert(*number, (left, TOP + row * HEIGHT, column_width));
            }
            left += column_width + GAP;
        }
        for edge in &self.edges {
            let (Some((x, y, wide)), Some((to_x, to_y, _))) = (places.get(&edge.from), places.get(&edge.to)) else {
                continue;
            };
            let (x, y, to_y) = (x + wide, y + 11, to_y + 11);
            let middle = usize::midpoint(x, *to_x);
            picture.line(&format!("M{x} {y}C{middle} {y} {middle} {to_y} {to_x} {to_y}"), edge.is_dashed);
        }
        for (number, node) in self.nodes.iter().enumerate() {
            let Some((x, y, wide)) = places.get(&number) else { continue };
            picture.boxed_as_wide_as(*x, *y, &node.label, node.is_faint, *wide);
        }
        picture.finish()
    }
}

impl Graph {
    /// Adds a node; returns its position.
    pub(crate) fn node(&mut self, layer: usize, label: &str, is_faint: bool) -> usize {
        self.nodes.push(Node { layer, label: label.to_owned(), is_faint });
        self.nodes.len() - 1
    }

    /// The nodes of each layer from top to bottom: each near those that it comes from, so that few edges cross.
    fn order(&self) -> Vec<Vec<usize>> {
        let mut order: Vec<Vec<usize>> = Vec::new();
        let mut rows: HashMap<usize, usize> = HashMap::new();
        let mut before: HashMap<usize, Vec<usize>> = HashMap::new();
        for edge in &self.edges {
            before.entry(edge.to).or_default().push(edge.from);
        }
        for layer in 0..self.layers.len() {
            let mut column: Vec<_> = (0..self.nodes.len()).filter(|it| self.nodes[*it].layer == layer).collect();
            let middle = |number: &usize| {
                let rows: Vec<_> = before.get(number).into_iter().flatten().filter_map(|it| rows.get(it)).collect();
                // In hundredths of a row; nodes without incoming edges come last.
                (rows.iter().copied().sum::<usize>() * 100).checked_div(rows.len()).unwrap_or(usize::MAX)
            };
            column.sort_by_key(middle);
            rows.extend(column.iter().enumerate().map(|(row, number)| (*number, row)));
            order.push(column);
        }
        order
    }
}

//! `archstone access`: effective role assignments, and how users get them.

mod asked;
mod explain;
mod graph;
mod list;
mod words;

use crate::command::Spec;

pub(super) const COMMANDS: &[Spec] = &[list::SPEC, explain::SPEC, graph::SPEC];

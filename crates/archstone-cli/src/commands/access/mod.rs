//! `archstone access`: who can do what where, and why.

mod asked;
mod explain;
mod graph;
mod list;
mod words;

use crate::command::Spec;

pub(super) const COMMANDS: &[Spec] = &[list::SPEC, explain::SPEC, graph::SPEC];

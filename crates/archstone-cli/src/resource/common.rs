//! Arguments that many commands have.

use serde_json::Value;

use super::{Argument, Arguments, option, switch};

pub(crate) const NAME: Argument = option("name", "name", "New name").sets("name");
pub(crate) const DESCRIPTION: Argument = option("description", "text", "Description").sets("description");
pub(crate) const ENABLE: Argument = switch("enable", "Enable it").sets("enabled").against(&["disable"]);
pub(crate) const DISABLE: Argument = switch("disable", "Disable it").off().sets("enabled").against(&["enable"]);
pub(crate) const IMMUTABLE: Argument =
    switch("immutable", "Protect it from being changed or deleted").sets_option("immutable").against(&["no-immutable"]);
pub(crate) const NO_IMMUTABLE: Argument =
    switch("no-immutable", "Let it be changed and deleted").off().sets_option("immutable").against(&["immutable"]);
/// [`Verb::Create`](super::Verb::Create) reads it.
pub(crate) const OR_SHOW: Argument = switch("or-show", "If it exists already, show it instead of failing");

/// For what Keystone makes disabled where nothing is said; see `Operation::adjust`.
pub(crate) fn enabled_by_default(arguments: &mut Arguments) {
    arguments.entry("enabled").or_insert(Value::Bool(true));
}

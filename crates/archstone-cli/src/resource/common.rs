//! Arguments that many commands have.

use serde_json::Value;

use super::{Argument, Arguments, Reads, option, switch};

pub(crate) const NAME: Argument = option("name", "name", "New name").sets("name");
pub(crate) const DESCRIPTION: Argument = option("description", "text", "Description").sets("description");
pub(crate) const PROJECT_DOMAIN: Argument =
    option("project-domain", "domain", "Domain that owns the project (name or ID)");
pub(crate) const USER_DOMAIN: Argument = option("user-domain", "domain", "Domain that owns the user (name or ID)");
pub(crate) const ENABLE: Argument = switch("enable", "Enable it").sets("enabled").against(&["disable"]);
pub(crate) const DISABLE: Argument = switch("disable", "Disable it").off().sets("enabled").against(&["enable"]);
pub(crate) const IMMUTABLE: Argument =
    switch("immutable", "Protect it from being changed or deleted").sets_option("immutable").against(&["no-immutable"]);
pub(crate) const NO_IMMUTABLE: Argument =
    switch("no-immutable", "Let it be changed and deleted").off().sets_option("immutable").against(&["immutable"]);
pub(crate) const ENABLED: Argument =
    switch("enabled", "Only those that are enabled").sets("enabled").instead_of(&["disabled"]);
pub(crate) const DISABLED: Argument =
    switch("disabled", "Only those that are disabled").off().sets("enabled").instead_of(&["enabled"]);
pub(crate) const LIMIT: Argument =
    option("limit", "number", "How many a request may answer; the list is the same").reads(Reads::Count).sets("limit");
pub(crate) const MARKER: Argument = option("marker", "id", "Only those after this one").filters("marker");
/// [`Request::listed`](super::Request::listed) reads it.
pub(crate) const MAX_ITEMS: Argument =
    option("max-items", "number", "Stop after so many; 0 lists all").reads(Reads::Count);
/// [`Verb::Create`](super::Verb::Create) reads it.
pub(crate) const OR_SHOW: Argument = switch("or-show", "If it exists already, show it instead of failing");

/// For what Keystone makes disabled where nothing is said; see `Operation::adjust`.
pub(crate) fn enabled_by_default(arguments: &mut Arguments) {
    arguments.entry("enabled").or_insert(Value::Bool(true));
}

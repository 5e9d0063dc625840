//! Arguments that many commands have.

use serde_json::Value;

use crate::events::warning;

use super::{Argument, Arguments, Reads, option, switch};

pub(crate) const NAME: Argument = option("name", "name", "New name").sets("name");
pub(crate) const DESCRIPTION: Argument = option("description", "text", "Description").sets("description");
pub(crate) const PROJECT_DOMAIN: Argument =
    option("project-domain", "domain", "Domain that owns the project (name or ID)");
pub(crate) const USER_DOMAIN: Argument = option("user-domain", "domain", "Domain that owns the user (name or ID)");
pub(crate) const ENABLE: Argument = switch("enable", "Enable it").sets("enabled").against(&["disable"]);
pub(crate) const DISABLE: Argument = switch("disable", "Disable it").off().sets("enabled").against(&["enable"]);
pub(crate) const IMMUTABLE: Argument =
    switch("immutable", "Protect it from changes and deletion").sets_option("immutable").against(&["no-immutable"]);
pub(crate) const NO_IMMUTABLE: Argument =
    switch("no-immutable", "Allow changes and deletion").off().sets_option("immutable").against(&["immutable"]);
pub(crate) const ENABLED: Argument = switch("enabled", "Only enabled ones").sets("enabled").instead_of(&["disabled"]);
pub(crate) const DISABLED: Argument =
    switch("disabled", "Only disabled ones").off().sets("enabled").instead_of(&["enabled"]);
pub(crate) const LIMIT: Argument = option("limit", "number", "Page size: items per request; the list stays the same")
    .reads(Reads::Count)
    .sets("limit");
pub(crate) const MARKER: Argument = option("marker", "id", "Start after the item with this ID").filters("marker");
/// Read by [`Request::listed`](super::Request::listed).
pub(crate) const MAX_ITEMS: Argument =
    option("max-items", "number", "Stop after this many; 0 lists all").reads(Reads::Count);
/// Read by [`Verb::Create`](super::Verb::Create).
pub(crate) const OR_SHOW: Argument = switch("or-show", "If it exists already, show it instead of failing");

/// Worded as in `openstack`.
pub(crate) fn warn_of_no_password() {
    warning!("No password was supplied, authentication will fail when a user does not have a password.");
}

/// For resources that Keystone creates disabled by default; see `Operation::adjust`.
pub(crate) fn enabled_by_default(arguments: &mut Arguments) {
    arguments.entry("enabled").or_insert(Value::Bool(true));
}

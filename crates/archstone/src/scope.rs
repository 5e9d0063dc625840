//! The scopes of tokens.

use std::fmt;

use serde_json::{Value, json};

use crate::reference::{DomainRef, ProjectRef};

/// The scope of a token.
///
/// ```
/// use archstone::{DomainRef, ProjectRef, Scope};
///
/// let scope = Scope::Project(ProjectRef::Name {
///     name: "web".into(),
///     domain: DomainRef::Id("default".into()),
/// });
/// assert_eq!(scope.to_string(), "project `web` in domain id `default`");
/// ```
///
/// Follows the `scope` object of Keystone's `POST /v3/auth/tokens`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scope {
    /// No scope requested: Keystone uses the user's default project if there is one. Otherwise
    /// Archstone looks up the user's projects, and uses the only one.
    #[default]
    Default,
    /// Unscoped, even if the user has a default project.
    Unscoped,
    /// One project.
    Project(ProjectRef),
    /// One domain.
    Domain(DomainRef),
    /// The deployment itself.
    System,
    /// The roles that the trust with this id delegates.
    Trust(String),
}

impl Scope {
    /// The `scope` member of a token request; `None` leaves it out.
    pub(crate) fn to_wire(&self) -> Option<Value> {
        match self {
            Self::Default => None,
            Self::Unscoped => Some(Value::from("unscoped")),
            Self::Project(project) => Some(json!({ "project": project.to_wire() })),
            Self::Domain(domain) => Some(json!({ "domain": domain.to_wire() })),
            Self::System => Some(json!({ "system": { "all": true } })),
            Self::Trust(id) => Some(json!({ "OS-TRUST:trust": { "id": id } })),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("the user's default project"),
            Self::Unscoped => f.write_str("no scope"),
            Self::Project(project) => project.fmt(f),
            Self::Domain(domain) => domain.fmt(f),
            Self::System => f.write_str("the system"),
            Self::Trust(id) => write!(f, "trust `{id}`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scope_has_keystones_form() {
        let domain = || DomainRef::Name("acme".into());
        let table = [
            (Scope::Default, None),
            (Scope::Unscoped, Some(json!("unscoped"))),
            (Scope::Project(ProjectRef::Id("p1".into())), Some(json!({"project": {"id": "p1"}}))),
            (
                Scope::Project(ProjectRef::Name { name: "web".into(), domain: domain() }),
                Some(json!({"project": {"name": "web", "domain": {"name": "acme"}}})),
            ),
            (Scope::Domain(domain()), Some(json!({"domain": {"name": "acme"}}))),
            (Scope::System, Some(json!({"system": {"all": true}}))),
            (Scope::Trust("t1".into()), Some(json!({"OS-TRUST:trust": {"id": "t1"}}))),
        ];
        for (scope, wire) in table {
            assert_eq!(scope.to_wire(), wire, "{scope}");
        }
    }
}

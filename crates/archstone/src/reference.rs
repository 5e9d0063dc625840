//! References to users, projects and domains: by id, or by a name inside a domain.

use std::fmt;

use serde_json::{Value, json};

/// A domain, by its id or by its name (domain names are unique in a deployment).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DomainRef {
    /// The domain's id, such as `default`.
    Id(String),
    /// The domain's name, such as `Default`.
    Name(String),
}

/// A project, by its id, or by its name and domain. A name without a domain cannot be constructed: project names are
/// unique only within a domain.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ProjectRef {
    /// The project's id.
    Id(String),
    /// The project's name inside its domain.
    Name {
        /// The project's name.
        name: String,
        /// The domain that owns the project.
        domain: DomainRef,
    },
}

/// A user, by its id, or by its name and domain.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum UserRef {
    /// The user's id.
    Id(String),
    /// The user's name inside its domain.
    Name {
        /// The user's name.
        name: String,
        /// The domain that owns the user.
        domain: DomainRef,
    },
}

impl DomainRef {
    pub(crate) fn to_wire(&self) -> Value {
        match self {
            Self::Id(id) => json!({ "id": id }),
            Self::Name(name) => json!({ "name": name }),
        }
    }
}

impl ProjectRef {
    pub(crate) fn to_wire(&self) -> Value {
        match self {
            Self::Id(id) => json!({ "id": id }),
            Self::Name { name, domain } => json!({ "name": name, "domain": domain.to_wire() }),
        }
    }
}

impl UserRef {
    pub(crate) fn to_wire(&self) -> Value {
        match self {
            Self::Id(id) => json!({ "id": id }),
            Self::Name { name, domain } => json!({ "name": name, "domain": domain.to_wire() }),
        }
    }
}

impl fmt::Display for DomainRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "domain id `{id}`"),
            Self::Name(name) => write!(f, "domain `{name}`"),
        }
    }
}

impl fmt::Display for ProjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "project id `{id}`"),
            Self::Name { name, domain } => write!(f, "project `{name}` in {domain}"),
        }
    }
}

impl fmt::Display for UserRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "user id `{id}`"),
            Self::Name { name, domain } => write!(f, "user `{name}` in {domain}"),
        }
    }
}

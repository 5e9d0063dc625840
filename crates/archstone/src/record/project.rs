//! The fields of a project. Tokens and clients return projects, so this module is below both.

use serde_json::{Map, Value};

/// The fields, for the struct here and for the operations in `identity::project` that set them.
macro_rules! project_fields {
    ($macro:ident $( $before:tt )*) => {
        $macro! { $( $before )* {
            /// The id.
            id: String,
            /// The name, unique within the domain.
            name: String [Create Update],
            /// The domain that owns the project.
            domain_id: Option<String> [Create] as domain,
            /// The project above it; the domain itself for a project at the top.
            parent_id: Option<String> [Create] as parent,
            /// What people wrote about it.
            description: Option<String> [Create Update],
            /// Whether tokens are issued for it.
            enabled: bool = true [Create Update],
            /// Whether it acts as a domain.
            is_domain: bool = false [Create],
            /// Its tags.
            tags: Vec<String> [Create Update],
            /// Options, such as `immutable`.
            options: Option<Map<String, Value>> [Create Update],
            /// The projects above it, when asked for: as a list or as nested ids.
            parents: Option<Value>,
            /// The projects below it, when asked for: as a list or as nested ids.
            subtree: Option<Value>,
        } }
    };
}
pub(crate) use project_fields;

project_fields! {
    record
    /// A project, which owns resources. Formerly called a tenant.
    Project key id
}

impl Project {
    /// Lists projects in a message, to choose one of them.
    pub(crate) fn list(projects: &[Self]) -> String {
        let names = projects.iter().map(|it| match &it.domain_id {
            Some(domain) => format!("`{}` (id `{}`, domain id `{domain}`)", it.name, it.id),
            None => format!("`{}` (id `{}`)", it.name, it.id),
        });
        names.collect::<Vec<_>>().join(", ")
    }
}

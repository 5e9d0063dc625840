//! Projects: what owns resources. Once called tenants.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A project.
///
/// Follows the `project` object of Keystone's Identity API v3; fields that are not known here are
/// kept in `extra`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Project {
    /// The id.
    pub id: String,
    /// The name, unique within the domain.
    pub name: String,
    /// The domain that owns the project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain_id: Option<String>,
    /// The project above it; the domain itself for a project at the top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    /// What people wrote about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether tokens are issued for it.
    #[serde(default = "enabled")]
    pub enabled: bool,
    /// Whether it acts as a domain.
    #[serde(default)]
    pub is_domain: bool,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Everything else that Keystone said.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Project {
    /// Projects as a message names them, for a choice between them.
    pub(crate) fn list(projects: &[Self]) -> String {
        let names = projects.iter().map(|it| match &it.domain_id {
            Some(domain) => format!("`{}` (id `{}`, domain id `{domain}`)", it.name, it.id),
            None => format!("`{}` (id `{}`)", it.name, it.id),
        });
        names.collect::<Vec<_>>().join(", ")
    }
}

fn enabled() -> bool {
    true
}

//! Users: who owns credentials and roles.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A user.
///
/// Follows the `user` object of Keystone's Identity API v3; fields that are not known here, such as
/// a description or options, are kept in `extra`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// The id.
    pub id: String,
    /// The name, unique within the domain.
    pub name: String,
    /// The domain that owns the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain_id: Option<String>,
    /// The project that a token is for when none is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_project_id: Option<String>,
    /// Where to write to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What people wrote about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether the user can log in.
    #[serde(default = "enabled")]
    pub enabled: bool,
    /// When the password expires, as Keystone writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_expires_at: Option<String>,
    /// Everything else that Keystone said.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

fn enabled() -> bool {
    true
}

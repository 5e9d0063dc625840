//! The fields of a user. Tokens and clients return users, so this module is below both.

use serde_json::{Map, Value};

use crate::secret::Secret;

/// The fields, for the struct here and for the operations in `identity::user` that set them.
macro_rules! user_fields {
    ($macro:ident $( $before:tt )*) => {
        $macro! { $( $before )* {
            /// The id.
            id: String,
            /// The name, unique within the domain.
            name: String [Create Update],
            /// The domain that owns the user.
            domain_id: Option<String> [Create] as domain,
            /// The project that a token is for when none is asked.
            default_project_id: Option<String> [Create Update] as default_project,
            /// Where to write to.
            email: Option<String> [Create Update],
            /// What people wrote about it.
            description: Option<String> [Create Update],
            /// Whether the user can log in.
            enabled: bool = true [Create Update],
            /// The password. It is set, and never answered.
            password: Option<Secret> [Create Update],
            /// When the password expires, as Keystone writes it.
            password_expires_at: Option<String>,
            /// Exceptions from rules for passwords, and rules for multi-factor logins.
            options: Option<Map<String, Value>> [Create Update],
            /// The user's ids at identity providers.
            federated: Option<Vec<Value>> [Create Update],
        } }
    };
}
pub(crate) use user_fields;

user_fields! {
    record
    /// A user, who owns credentials and has roles.
    User key id
}

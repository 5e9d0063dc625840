//! Users, who own credentials and have roles.

use serde_json::{Map, Value};

use super::{Body, Match};
use crate::{
    record::user::{FIELDS, user_fields},
    secret::Secret,
};

pub use crate::record::user::User;

resource! {
    /// A user, who owns credentials and has roles.
    User { member: "user", members: "users", manager: "users", key: id }
    fields of user_fields
    operations {
        /// Lists users: all, or those of a group.
        List: list() GET "users" | "groups/{group}/users" [paged()] => many(User) {
            /// Only members of this group.
            group: String,
            /// Only those of this domain.
            domain as "domain_id": String,
            /// Only those with this name.
            name: Match,
            /// Only enabled, or only disabled ones.
            enabled: bool,
            /// Only those whose password expires then: `lt:2027-01-01T00:00:00Z`, with `lt`, `lte`, `gt`, `gte`,
            /// `eq` or `neq`.
            password_expires_at: String,
            /// Only those of this identity provider.
            idp_id: String,
            /// Only those of this protocol.
            protocol_id: String,
            /// Only those with this id at an identity provider.
            unique_id: String,
            /// Sorted by this field.
            sort_key: String,
            /// Which way: `asc` or `desc`.
            sort_dir: String,
        }
        /// Gets a user.
        Get: get(user: String) GET "users/{user}" => one(User) {}
        /// Creates a user.
        Create: create(name: String) POST "users" [create("user")] => one(User) {}
        /// Changes a user.
        Update: update(user: String) PATCH "users/{user}" [update("user")] => one(User) {}
        /// Deletes a user.
        Delete: delete(user: String) DELETE "users/{user}" => nothing {}
        /// Changes the own password. It needs no token, so it also works when the password has expired.
        UpdatePassword: update_password(old_password as "original_password": Secret, new_password as "password": Secret)
            POST "users/{user}/password" [body(Body::Wrapped("user")), anonymous()] => nothing {
            /// The user (default: the token's own user).
            user: String,
        }
        /// Adds a user to a group.
        AddToGroup: add_to_group(user: String, group: String) PUT "groups/{group}/users/{user}" => nothing {}
        /// Whether a user is in a group.
        CheckInGroup: check_in_group(user: String, group: String) HEAD "groups/{group}/users/{user}" => flag {}
        /// Removes a user from a group.
        RemoveFromGroup: remove_from_group(user: String, group: String) DELETE "groups/{group}/users/{user}" => nothing {}
        /// Ends all tokens of a user.
        RevokeTokens: revoke_tokens(user: String) DELETE "users/{user}/tokens" => nothing {}
    }
}

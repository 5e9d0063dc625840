//! OAuth 1.0a access tokens: rights that a user has delegated to a consumer.

use super::{Body, Role};
use crate::secret::Secret;

resource! {
    /// An OAuth 1.0a access token: rights that a user has delegated to a consumer.
    AccessToken { member: "access_token", members: "access_tokens", manager: "oauth1.access_tokens", key: id }
    fields {
        /// The id: its key.
        id: String,
        /// The consumer.
        consumer_id: Option<String>,
        /// The project.
        project_id: Option<String>,
        /// The user who consented.
        authorizing_user_id: Option<String>,
        /// When it expires.
        expires_at: Option<String>,
    }
    operations {
        /// Gets an access token, as a consumer, for a request that was authorized: `oauth_token`,
        /// `oauth_token_secret`, `oauth_expires_at`.
        Create: create(consumer_key: String, consumer_secret: Secret, request_key as "token": String,
            request_secret as "token_secret": Secret, verifier: String)
            POST "OS-OAUTH1/access_token" [body(Body::Bare), signed()] => form {}
        /// Lists the access tokens that a user has consented to.
        List: list() GET "users/{user}/OS-OAUTH1/access_tokens" => many(AccessToken) {
            /// The user (default: the token's own user).
            user: String,
        }
        /// Gets an access token.
        Get: get(access_token: String) GET "users/{user}/OS-OAUTH1/access_tokens/{access_token}"
            => one(AccessToken) {
            /// The user (default: the token's own user).
            user: String,
        }
        /// Deletes an access token.
        Delete: delete(access_token: String) DELETE "users/{user}/OS-OAUTH1/access_tokens/{access_token}"
            => nothing {
            /// The user (default: the token's own user).
            user: String,
        }
        /// Lists the roles of an access token.
        ListRoles: list_roles(access_token: String) GET "users/{user}/OS-OAUTH1/access_tokens/{access_token}/roles"
            => many(Role) {
            /// The user (default: the token's own user).
            user: String,
        }
        /// Gets a role of an access token.
        GetRole: get_role(access_token: String, role: String)
            GET "users/{user}/OS-OAUTH1/access_tokens/{access_token}/roles/{role}" => one(Role) {
            /// The user (default: the token's own user).
            user: String,
        }
    }
}

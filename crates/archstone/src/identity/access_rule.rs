//! Access rules: the requests that an application credential may make.

use super::Match;

resource! {
    /// An access rule: a request that an application credential may make. It is made with one, and outlives it.
    AccessRule { member: "access_rule", members: "access_rules", manager: "access_rules", key: id }
    fields {
        /// The id.
        id: String,
        /// The path, with `*` for one segment, `**` for any, and names in braces.
        path: Option<String>,
        /// The HTTP method.
        method: Option<String>,
        /// The service's type.
        service: Option<String>,
    }
    operations {
        /// Lists the access rules of a user.
        List: list() GET "users/{user}/access_rules" => many(AccessRule) {
            /// The user (default: the token's own user).
            user: String,
            /// Only those for this type of service.
            service: Match,
            /// Only those for this path.
            path: Match,
            /// Only those for this method.
            method: Match,
        }
        /// Gets an access rule.
        Get: get(access_rule: String) GET "users/{user}/access_rules/{access_rule}" => one(AccessRule) {
            /// The user (default: the token's own user).
            user: String,
        }
        /// Deletes an access rule that no application credential has.
        Delete: delete(access_rule: String) DELETE "users/{user}/access_rules/{access_rule}" => nothing {
            /// The user (default: the token's own user).
            user: String,
        }
    }
}

//! Trusts: roles delegated to another user.

use serde_json::Value;

use super::Role;

resource! {
    /// A trust: roles that the trustor delegates to the trustee.
    Trust { member: "trust", members: "trusts", manager: "trusts", key: id }
    fields {
        /// The id.
        id: String,
        /// The user who delegates the roles.
        trustor_user_id: String [Create] as trustor_user,
        /// The user to whom the roles are delegated.
        trustee_user_id: String [Create] as trustee_user,
        /// Whether tokens name the trustor as their user.
        impersonation: bool [Create],
        /// The project that the roles are for.
        project_id: Option<String> [Create] as project,
        /// The roles, each as `{"id": …}` or `{"name": …}`.
        roles: Option<Vec<Value>> [Create],
        /// When it expires (default: never).
        expires_at: Option<String> [Create],
        /// How many tokens it may still be used for; any number by default.
        remaining_uses: Option<i64> [Create],
        /// Whether the trustee may delegate the roles further.
        allow_redelegation: Option<bool> [Create],
        /// How many times they may still be handed on.
        redelegation_count: Option<i64> [Create],
        /// The trust with which it was created.
        redelegated_trust_id: Option<String>,
        /// When it was deleted.
        deleted_at: Option<String>,
    }
    operations {
        /// Lists trusts. Users who may not see all trusts must say whose to list.
        List: list() GET "OS-TRUST/trusts" [exclusive(&[&["trustor_user", "trustee_user"]])] => many(Trust) {
            /// Only those of this trustor.
            trustor_user as "trustor_user_id": String,
            /// Only those of this trustee.
            trustee_user as "trustee_user_id": String,
        }
        /// Gets a trust.
        Get: get(trust: String) GET "OS-TRUST/trusts/{trust}" => one(Trust) {}
        /// Creates a trust. The trustor is the token's own user.
        Create: create(trustee_user as "trustee_user_id": String, trustor_user as "trustor_user_id": String,
            impersonation: bool) POST "OS-TRUST/trusts" [create("trust")] => one(Trust) {}
        /// Deletes a trust.
        Delete: delete(trust: String) DELETE "OS-TRUST/trusts/{trust}" => nothing {}
        /// Lists the roles of a trust.
        ListRoles: list_roles(trust: String) GET "OS-TRUST/trusts/{trust}/roles" => many(Role) {}
        /// Gets a role of a trust.
        GetRole: get_role(trust: String, role: String) GET "OS-TRUST/trusts/{trust}/roles/{role}" => one(Role) {}
        /// Whether a trust has a role.
        CheckRole: check_role(trust: String, role: String) HEAD "OS-TRUST/trusts/{trust}/roles/{role}" => flag {}
    }
}

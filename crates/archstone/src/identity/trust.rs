//! Trusts: roles handed on to another user.

use serde_json::Value;

use super::Role;

resource! {
    /// A trust: roles that the trustor hands on to the trustee.
    Trust { member: "trust", members: "trusts", manager: "trusts", key: id }
    fields {
        /// The id.
        id: String,
        /// Who hands on.
        trustor_user_id: String [Create] as trustor_user,
        /// To whom.
        trustee_user_id: String [Create] as trustee_user,
        /// Whether tokens name the trustor as their user.
        impersonation: bool [Create],
        /// The project that the roles are for.
        project_id: Option<String> [Create] as project,
        /// The roles, each as `{"id": …}` or `{"name": …}`.
        roles: Option<Vec<Value>> [Create],
        /// When it ends; never unless said.
        expires_at: Option<String> [Create],
        /// How many tokens it may still be used for; any number unless said.
        remaining_uses: Option<i64> [Create],
        /// Whether the trustee may hand the roles on.
        allow_redelegation: Option<bool> [Create],
        /// How many times they may still be handed on.
        redelegation_count: Option<i64> [Create],
        /// The trust that it was made under.
        redelegated_trust_id: Option<String>,
        /// When it was deleted.
        deleted_at: Option<String>,
    }
    operations {
        /// Lists trusts. Whoever may not see all must say whose.
        List: list() GET "OS-TRUST/trusts" [exclusive(&[&["trustor_user", "trustee_user"]])] => many(Trust) {
            /// Only those of this trustor.
            trustor_user as "trustor_user_id": String,
            /// Only those of this trustee.
            trustee_user as "trustee_user_id": String,
        }
        /// Gets a trust.
        Get: get(trust: String) GET "OS-TRUST/trusts/{trust}" => one(Trust) {}
        /// Makes a trust. The trustor is the token's own user.
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

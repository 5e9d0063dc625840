//! Policies that Keystone stores for other services.

use super::Match;

resource! {
    /// A policy: rules that Keystone keeps for other services, and does not read.
    Policy { member: "policy", members: "policies", manager: "policies", key: id }
    fields {
        /// The id.
        id: String,
        /// The rules.
        blob: String [Create Update],
        /// The rules' MIME type.
        type_ as "type": String [Create Update],
    }
    operations {
        /// Lists policies.
        List: list() GET "policies" => many(Policy) {
            /// Only those of this MIME type.
            type_ as "type": Match,
        }
        /// Gets a policy.
        Get: get(policy: String) GET "policies/{policy}" => one(Policy) {}
        /// Creates a policy.
        Create: create(blob: String, type_ as "type": String) POST "policies" [create("policy")] => one(Policy) {}
        /// Changes a policy.
        Update: update(policy: String) PATCH "policies/{policy}" [update("policy")] => one(Policy) {}
        /// Deletes a policy.
        Delete: delete(policy: String) DELETE "policies/{policy}" => nothing {}
    }
}

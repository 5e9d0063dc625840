//! Implied roles: roles that come with other roles.

use serde_json::{Map, Value};

resource! {
    /// An inference rule: users with the prior role also have the implied ones.
    InferenceRule { member: "role_inference", members: "role_inferences", manager: "inference_rules" }
    fields {
        /// The role that implies others: `id`, `name`.
        prior_role: Map<String, Value>,
        /// The role that is implied, or a list of them.
        implies: Value,
    }
    operations {
        /// Gets the roles that a role implies, as one rule.
        List: list(prior_role: String) GET "roles/{prior_role}/implies" => one(InferenceRule) {}
        /// Gets a rule.
        Get: get(prior_role: String, implied_role: String) GET "roles/{prior_role}/implies/{implied_role}"
            => one(InferenceRule) {}
        /// Makes a role imply another.
        Create: create(prior_role: String, implied_role: String) PUT "roles/{prior_role}/implies/{implied_role}"
            => one(InferenceRule) {}
        /// Whether a role implies another.
        Check: check(prior_role: String, implied_role: String) HEAD "roles/{prior_role}/implies/{implied_role}"
            => flag {}
        /// Ends it that a role implies another.
        Delete: delete(prior_role: String, implied_role: String) DELETE "roles/{prior_role}/implies/{implied_role}"
            => nothing {}
        /// Lists all rules.
        ListInferenceRoles: list_inference_roles() GET "role_inferences" => many(InferenceRule) {}
    }
}

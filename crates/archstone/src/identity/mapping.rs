//! Mappings: how the attributes from an identity provider become a user.

use serde_json::Value;

resource! {
    /// A mapping: how what an identity provider says becomes a user with groups and projects.
    Mapping { member: "mapping", members: "mappings", manager: "federation.mappings", key: id }
    fields {
        /// The id, which is also its name.
        id: String,
        /// The rules, each with `local` and `remote`.
        rules: Vec<Value> [Create Update],
        /// The version of the rules' schema.
        schema_version: Option<String> [Create Update],
    }
    operations {
        /// Lists mappings.
        List: list() GET "OS-FEDERATION/mappings" => many(Mapping) {}
        /// Gets a mapping.
        Get: get(mapping: String) GET "OS-FEDERATION/mappings/{mapping}" => one(Mapping) {}
        /// Creates a mapping.
        Create: create(mapping: String, rules: Vec<Value>) PUT "OS-FEDERATION/mappings/{mapping}"
            [create("mapping")] => one(Mapping) {}
        /// Changes a mapping.
        Update: update(mapping: String) PATCH "OS-FEDERATION/mappings/{mapping}" [update("mapping")]
            => one(Mapping) {}
        /// Deletes a mapping.
        Delete: delete(mapping: String) DELETE "OS-FEDERATION/mappings/{mapping}" => nothing {}
    }
}

//! Registered limits: the default limits for resources.

use super::Match;

resource! {
    /// A registered limit: how much of something may be used where no limit says otherwise.
    RegisteredLimit { member: "registered_limit", members: "registered_limits", manager: "registered_limits", key: id }
    fields {
        /// The id.
        id: String,
        /// The service that enforces the limit.
        service_id: String [Create Update] as service,
        /// The region.
        region_id: Option<String> [Create Update] as region,
        /// What is counted, such as `servers`.
        resource_name: String [Create Update],
        /// The limit; -1 is unlimited.
        default_limit: i64 [Create Update],
        /// The description.
        description: Option<String> [Create Update],
    }
    operations {
        /// Lists registered limits.
        List: list() GET "registered_limits" => many(RegisteredLimit) {
            /// Only those of this service.
            service as "service_id": String,
            /// Only those of this region.
            region as "region_id": String,
            /// Only those of this resource.
            resource_name: Match,
        }
        /// Gets a registered limit.
        Get: get(registered_limit: String) GET "registered_limits/{registered_limit}" => one(RegisteredLimit) {}
        /// Creates a registered limit.
        Create: create(service as "service_id": String, resource_name: String, default_limit: i64)
            POST "registered_limits" [create_element("registered_limits")] => first(RegisteredLimit) {}
        /// Changes a registered limit.
        Update: update(registered_limit: String) PATCH "registered_limits/{registered_limit}"
            [update("registered_limit")] => one(RegisteredLimit) {}
        /// Deletes a registered limit.
        Delete: delete(registered_limit: String) DELETE "registered_limits/{registered_limit}" => nothing {}
    }
}

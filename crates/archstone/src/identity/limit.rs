//! Limits: how much of something a project or a domain may use.

use super::Match;

resource! {
    /// A limit: how much of something a project or a domain may use.
    Limit { member: "limit", members: "limits", manager: "limits", key: id }
    fields {
        /// The id.
        id: String,
        /// The project.
        project_id: Option<String> [Create] as project,
        /// The domain, when it is one's limit.
        domain_id: Option<String> [Create] as domain,
        /// The service that enforces the limit.
        service_id: String [Create] as service,
        /// The region.
        region_id: Option<String> [Create] as region,
        /// What is counted, such as `servers`.
        resource_name: String [Create],
        /// The limit; -1 is unlimited.
        resource_limit: i64 [Create Update],
        /// The description.
        description: Option<String> [Create Update],
    }
    operations {
        /// Lists limits.
        List: list() GET "limits" => many(Limit) {
            /// Only those of this service.
            service as "service_id": String,
            /// Only those of this region.
            region as "region_id": String,
            /// Only those of this resource.
            resource_name: Match,
            /// Only those of this project.
            project as "project_id": String,
            /// Only those of this domain.
            domain as "domain_id": String,
        }
        /// Gets a limit.
        Get: get(limit: String) GET "limits/{limit}" => one(Limit) {}
        /// Creates a limit. There must be a registered limit for the same resource.
        Create: create(service as "service_id": String, resource_name: String, resource_limit: i64) POST "limits"
            [create_element("limits")] => first(Limit) {}
        /// Changes a limit.
        Update: update(limit: String) PATCH "limits/{limit}" [update("limit")] => one(Limit) {}
        /// Deletes a limit.
        Delete: delete(limit: String) DELETE "limits/{limit}" => nothing {}
        /// Gets the model by which limits of projects and of those below them go together: `name`, `description`.
        GetModel: get_model() GET "limits/model" => json("model") {}
    }
}

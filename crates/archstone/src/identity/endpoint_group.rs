//! Endpoint groups: endpoints with common attributes.

use serde_json::{Map, Value};

resource! {
    /// An endpoint group: all endpoints that its filters fit.
    EndpointGroup { member: "endpoint_group", members: "endpoint_groups", manager: "endpoint_groups", key: id }
    fields {
        /// The id.
        id: String,
        /// The name.
        name: String [Create Update],
        /// The description.
        description: Option<String> [Create Update],
        /// What its endpoints have in common: `interface`, `service_id`, `region_id`, `enabled`.
        filters: Map<String, Value> [Create Update],
    }
    operations {
        /// Lists endpoint groups.
        List: list() GET "OS-EP-FILTER/endpoint_groups" => many(EndpointGroup) {
            /// Only the one with this name.
            name: String,
        }
        /// Gets an endpoint group.
        Get: get(endpoint_group: String) GET "OS-EP-FILTER/endpoint_groups/{endpoint_group}" => one(EndpointGroup) {}
        /// Whether there is such an endpoint group.
        Check: check(endpoint_group: String) HEAD "OS-EP-FILTER/endpoint_groups/{endpoint_group}" => flag {}
        /// Creates an endpoint group.
        Create: create(name: String, filters: Map<String, Value>) POST "OS-EP-FILTER/endpoint_groups"
            [create("endpoint_group")] => one(EndpointGroup) {}
        /// Changes an endpoint group.
        Update: update(endpoint_group: String) PATCH "OS-EP-FILTER/endpoint_groups/{endpoint_group}"
            [update("endpoint_group")] => one(EndpointGroup) {}
        /// Deletes an endpoint group.
        Delete: delete(endpoint_group: String) DELETE "OS-EP-FILTER/endpoint_groups/{endpoint_group}" => nothing {}
    }
}

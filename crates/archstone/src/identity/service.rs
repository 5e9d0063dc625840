//! Services in the catalog.

use super::Match;

resource! {
    /// A service: something that the cloud offers.
    Service { member: "service", members: "services", manager: "services", key: id }
    fields {
        /// The id.
        id: String,
        /// The type, such as `compute`.
        type_ as "type": String [Create Update],
        /// The name, such as `nova`.
        name: Option<String> [Create Update],
        /// The description.
        description: Option<String> [Create Update],
        /// Whether it is in catalogs.
        enabled: bool = true [Create Update],
    }
    operations {
        /// Lists services.
        List: list() GET "services" => many(Service) {
            /// Only those with this name.
            name: Match,
            /// Only those of this type.
            type_ as "type": Match,
        }
        /// Gets a service.
        Get: get(service: String) GET "services/{service}" => one(Service) {}
        /// Creates a service.
        Create: create(type_ as "type": String) POST "services" [create("service")] => one(Service) {}
        /// Changes a service.
        Update: update(service: String) PATCH "services/{service}" [update("service")] => one(Service) {}
        /// Deletes a service, with its endpoints.
        Delete: delete(service: String) DELETE "services/{service}" => nothing {}
    }
}

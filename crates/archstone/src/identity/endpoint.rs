//! Endpoints: the URLs of services.

use super::Match;

resource! {
    /// An endpoint: the URL of a service, in a region, for an interface.
    Endpoint { member: "endpoint", members: "endpoints", manager: "endpoints", key: id }
    fields {
        /// The id.
        id: String,
        /// The service.
        service_id: String [Create Update] as service,
        /// For whom: `public`, `internal` or `admin`.
        interface: String [Create Update],
        /// The URL. `$(project_id)s` stands for the caller's project.
        url: String [Create Update],
        /// The region, which must exist.
        region_id: Option<String> [Create Update] as region,
        /// The region under its old name. Keystone makes a region that it is given so, if there is none yet.
        /// (`region_name` sets it.)
        region: Option<String> [Create Update] as region_name,
        /// Whether it is in catalogs.
        enabled: bool = true [Create Update],
        /// A name.
        name: Option<String> [Create Update],
        /// The description.
        description: Option<String> [Create Update],
    }
    operations {
        /// Lists endpoints.
        List: list() GET "endpoints" => many(Endpoint) {
            /// Only those of this service.
            service as "service_id": String,
            /// Only those of this interface.
            interface: Match,
            /// Only those of this region.
            region as "region_id": String,
        }
        /// Gets an endpoint.
        Get: get(endpoint: String) GET "endpoints/{endpoint}" => one(Endpoint) {}
        /// Creates an endpoint.
        Create: create(service as "service_id": String, interface: String, url: String) POST "endpoints"
            [create("endpoint")] => one(Endpoint) {}
        /// Changes an endpoint.
        Update: update(endpoint: String) PATCH "endpoints/{endpoint}" [update("endpoint")] => one(Endpoint) {}
        /// Deletes an endpoint.
        Delete: delete(endpoint: String) DELETE "endpoints/{endpoint}" => nothing {}
    }
}

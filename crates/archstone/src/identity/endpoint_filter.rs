//! Endpoint filters: the endpoints in a project's catalog.

use super::{Endpoint, EndpointGroup, Project};

resource! {
    /// Endpoint filters: the endpoints in a project's catalog, single ones and groups.
    EndpointFilter { manager: "endpoint_filter" }
    operations {
        /// Adds an endpoint to a project's catalog.
        AddEndpointToProject: add_endpoint_to_project(project: String, endpoint: String)
            PUT "OS-EP-FILTER/projects/{project}/endpoints/{endpoint}" => nothing {}
        /// Ends it that a project is shown an endpoint.
        DeleteEndpointFromProject: delete_endpoint_from_project(project: String, endpoint: String)
            DELETE "OS-EP-FILTER/projects/{project}/endpoints/{endpoint}" => nothing {}
        /// Whether an endpoint is in a project's catalog.
        CheckEndpointInProject: check_endpoint_in_project(project: String, endpoint: String)
            HEAD "OS-EP-FILTER/projects/{project}/endpoints/{endpoint}" => flag {}
        /// Lists the endpoints that a project is shown.
        ListEndpointsForProject: list_endpoints_for_project(project: String)
            GET "OS-EP-FILTER/projects/{project}/endpoints" => many(Endpoint) {}
        /// Lists the projects that are shown an endpoint.
        ListProjectsForEndpoint: list_projects_for_endpoint(endpoint: String)
            GET "OS-EP-FILTER/endpoints/{endpoint}/projects" => many(Project) {}
        /// Adds the endpoints of a group to a project's catalog.
        AddEndpointGroupToProject: add_endpoint_group_to_project(endpoint_group: String, project: String)
            PUT "OS-EP-FILTER/endpoint_groups/{endpoint_group}/projects/{project}" => nothing {}
        /// Ends it that a project is shown the endpoints of a group.
        DeleteEndpointGroupFromProject: delete_endpoint_group_from_project(endpoint_group: String, project: String)
            DELETE "OS-EP-FILTER/endpoint_groups/{endpoint_group}/projects/{project}" => nothing {}
        /// Whether the endpoints of a group are in a project's catalog.
        CheckEndpointGroupInProject: check_endpoint_group_in_project(endpoint_group: String, project: String)
            HEAD "OS-EP-FILTER/endpoint_groups/{endpoint_group}/projects/{project}" => flag {}
        /// Lists the endpoint groups that a project is shown.
        ListEndpointGroupsForProject: list_endpoint_groups_for_project(project: String)
            GET "OS-EP-FILTER/projects/{project}/endpoint_groups" => many(EndpointGroup) {}
        /// Lists the projects that are shown the endpoints of a group.
        ListProjectsForEndpointGroup: list_projects_for_endpoint_group(endpoint_group: String)
            GET "OS-EP-FILTER/endpoint_groups/{endpoint_group}/projects" => many(Project) {}
        /// Lists the endpoints of a group.
        ListEndpointsForEndpointGroup: list_endpoints_for_endpoint_group(endpoint_group: String)
            GET "OS-EP-FILTER/endpoint_groups/{endpoint_group}/endpoints" => many(Endpoint) {}
    }
}

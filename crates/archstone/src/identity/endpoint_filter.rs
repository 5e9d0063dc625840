//! Endpoint filters: which endpoints a project sees.

use super::{Endpoint, EndpointGroup, Project};

resource! {
    /// Which endpoints a project sees: single ones, and those of groups.
    EndpointFilter { manager: "endpoint_filter" }
    operations {
        /// Shows a project an endpoint.
        AddEndpointToProject: add_endpoint_to_project(project: String, endpoint: String)
            PUT "OS-EP-FILTER/projects/{project}/endpoints/{endpoint}" => nothing {}
        /// Ends it that a project is shown an endpoint.
        DeleteEndpointFromProject: delete_endpoint_from_project(project: String, endpoint: String)
            DELETE "OS-EP-FILTER/projects/{project}/endpoints/{endpoint}" => nothing {}
        /// Whether a project is shown an endpoint.
        CheckEndpointInProject: check_endpoint_in_project(project: String, endpoint: String)
            HEAD "OS-EP-FILTER/projects/{project}/endpoints/{endpoint}" => flag {}
        /// Lists the endpoints that a project is shown.
        ListEndpointsForProject: list_endpoints_for_project(project: String)
            GET "OS-EP-FILTER/projects/{project}/endpoints" => many(Endpoint) {}
        /// Lists the projects that are shown an endpoint.
        ListProjectsForEndpoint: list_projects_for_endpoint(endpoint: String)
            GET "OS-EP-FILTER/endpoints/{endpoint}/projects" => many(Project) {}
        /// Shows a project the endpoints of a group.
        AddEndpointGroupToProject: add_endpoint_group_to_project(endpoint_group: String, project: String)
            PUT "OS-EP-FILTER/endpoint_groups/{endpoint_group}/projects/{project}" => nothing {}
        /// Ends it that a project is shown the endpoints of a group.
        DeleteEndpointGroupFromProject: delete_endpoint_group_from_project(endpoint_group: String, project: String)
            DELETE "OS-EP-FILTER/endpoint_groups/{endpoint_group}/projects/{project}" => nothing {}
        /// Whether a project is shown the endpoints of a group.
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

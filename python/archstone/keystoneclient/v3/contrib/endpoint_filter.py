"""Endpoint filters: the endpoints in a project's catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archstone.keystoneclient.base import Manager
from archstone.keystoneclient.v3.endpoint_groups import EndpointGroup
from archstone.keystoneclient.v3.endpoints import Endpoint
from archstone.keystoneclient.v3.projects import Project

if TYPE_CHECKING:
    import builtins

    from archstone.keystoneclient.base import Reference


class EndpointFilterManager(Manager[Endpoint]):
    """Associates endpoints and endpoint groups with projects."""

    resource_class = Endpoint
    _name = "endpoint_filter"

    def add_endpoint_to_project(self, project: Reference, endpoint: Reference) -> None:
        """Associate an endpoint with a project."""
        return self._do("add_endpoint_to_project", project=project, endpoint=endpoint)

    def delete_endpoint_from_project(self, project: Reference, endpoint: Reference) -> None:
        """Dissociate an endpoint from a project."""
        return self._do("delete_endpoint_from_project", project=project, endpoint=endpoint)

    def check_endpoint_in_project(self, project: Reference, endpoint: Reference) -> bool:
        """Return True if an endpoint is associated with a project.

        Raises:
            NotFound: it is not.

        """
        return self._check("check_endpoint_in_project", project=project, endpoint=endpoint)

    def list_endpoints_for_project(self, project: Reference) -> builtins.list[Endpoint]:
        """List the endpoints in a project's catalog."""
        return self._list_of(Endpoint, "list_endpoints_for_project", project=project)

    def list_projects_for_endpoint(self, endpoint: Reference) -> builtins.list[Project]:
        """List the projects associated with an endpoint."""
        return self._list_of(Project, "list_projects_for_endpoint", endpoint=endpoint)

    def add_endpoint_group_to_project(self, endpoint_group: Reference, project: Reference) -> None:
        """Associate an endpoint group with a project."""
        return self._do("add_endpoint_group_to_project", endpoint_group=endpoint_group, project=project)

    def delete_endpoint_group_from_project(self, endpoint_group: Reference, project: Reference) -> None:
        """Dissociate an endpoint group from a project."""
        return self._do("delete_endpoint_group_from_project", endpoint_group=endpoint_group, project=project)

    def check_endpoint_group_in_project(self, endpoint_group: Reference, project: Reference) -> bool:
        """Return True if an endpoint group is associated with a project.

        Raises:
            NotFound: it is not.

        """
        return self._check("check_endpoint_group_in_project", endpoint_group=endpoint_group, project=project)

    def list_endpoint_groups_for_project(self, project: Reference) -> builtins.list[EndpointGroup]:
        """List the endpoint groups associated with a project."""
        return self._list_of(EndpointGroup, "list_endpoint_groups_for_project", project=project)

    def list_projects_for_endpoint_group(self, endpoint_group: Reference) -> builtins.list[Project]:
        """List the projects associated with an endpoint group."""
        return self._list_of(Project, "list_projects_for_endpoint_group", endpoint_group=endpoint_group)

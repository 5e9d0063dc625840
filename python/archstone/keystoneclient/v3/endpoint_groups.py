"""Endpoint groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archstone.keystoneclient.base import CrudManager, Resource, fields, more

if TYPE_CHECKING:
    import builtins
    from collections.abc import Mapping

    from archstone.keystoneclient.base import Reference


class EndpointGroup(Resource):
    """An endpoint group: all endpoints that match its filters."""


class EndpointGroupManager(CrudManager[EndpointGroup]):
    """Creates, finds, changes and deletes endpoint groups."""

    resource_class = EndpointGroup
    _name = "endpoint_groups"

    def create(
        self, name: str, filters: Mapping[str, Any], description: str | None = None, **kwargs: Any
    ) -> EndpointGroup:
        """Create an endpoint group."""
        return self._make("create", name=name, filters=filters, description=description, **fields(kwargs))

    def get(self, endpoint_group: Reference) -> EndpointGroup:
        """Get an endpoint group."""
        return self._get("get", endpoint_group=endpoint_group)

    def check(self, endpoint_group: Reference) -> bool:
        """Return True if there is such an endpoint group.

        Raises:
            NotFound: there is none.

        """
        return self._check("check", endpoint_group=endpoint_group)

    def list(self, **kwargs: Any) -> builtins.list[EndpointGroup]:
        """List endpoint groups, filtered by `name`."""
        return self._list("list", **more(kwargs))

    def update(
        self,
        endpoint_group: Reference,
        name: str | None = None,
        filters: Mapping[str, Any] | None = None,
        description: str | None = None,
        **kwargs: Any,
    ) -> EndpointGroup:
        """Change an endpoint group."""
        return self._make(
            "update",
            endpoint_group=endpoint_group,
            name=name,
            filters=filters,
            description=description,
            **fields(kwargs),
        )

    def delete(self, endpoint_group: Reference) -> None:
        """Delete an endpoint group."""
        return self._do("delete", endpoint_group=endpoint_group)

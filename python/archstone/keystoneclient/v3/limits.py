"""Limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archstone.keystoneclient.base import CrudManager, Resource, fields, more

if TYPE_CHECKING:
    import builtins

    from archstone.keystoneclient.base import Reference


class Limit(Resource):
    """A limit: how much of a resource a project can use."""


class LimitManager(CrudManager[Limit]):
    """Creates, finds, changes and deletes limits."""

    resource_class = Limit
    _name = "limits"

    def create(
        self,
        project: Reference | None,
        service: Reference,
        resource_name: str,
        resource_limit: int,
        description: str | None = None,
        region: Reference | None = None,
        **kwargs: Any,
    ) -> Limit:
        """Create a limit."""
        return self._make(
            "create",
            project=project,
            service=service,
            resource_name=resource_name,
            resource_limit=resource_limit,
            description=description,
            region=region,
            **fields(kwargs),
        )

    def update(
        self,
        limit: Reference,
        project: Reference | None = None,
        service: Reference | None = None,
        resource_name: str | None = None,
        resource_limit: int | None = None,
        description: str | None = None,
        **kwargs: Any,
    ) -> Limit:
        """Change a limit."""
        return self._make(
            "update",
            limit=limit,
            project=project,
            service=service,
            resource_name=resource_name,
            resource_limit=resource_limit,
            description=description,
            **fields(kwargs),
        )

    def get(self, limit: Reference) -> Limit:
        """Get a limit."""
        return self._get("get", limit=limit)

    def list(
        self,
        service: Reference | None = None,
        region: Reference | None = None,
        resource_name: str | None = None,
        **kwargs: Any,
    ) -> builtins.list[Limit]:
        """List limits."""
        return self._list("list", service=service, region=region, resource_name=resource_name, **more(kwargs))

    def delete(self, limit: Reference) -> None:
        """Delete a limit."""
        return self._do("delete", limit=limit)

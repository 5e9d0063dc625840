"""Registered limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archstone.keystoneclient.base import CrudManager, Resource, fields, more

if TYPE_CHECKING:
    import builtins

    from archstone.keystoneclient.base import Reference


class RegisteredLimit(Resource):
    """A registered limit: the default limit of a resource."""


class RegisteredLimitManager(CrudManager[RegisteredLimit]):
    """Creates, finds, changes and deletes registered limits."""

    resource_class = RegisteredLimit
    _name = "registered_limits"

    def create(
        self,
        service: Reference,
        resource_name: str,
        default_limit: int,
        description: str | None = None,
        region: Reference | None = None,
        **kwargs: Any,
    ) -> RegisteredLimit:
        """Create a registered limit."""
        return self._make(
            "create",
            service=service,
            resource_name=resource_name,
            default_limit=default_limit,
            description=description,
            region=region,
            **fields(kwargs),
        )

    def update(
        self,
        registered_limit: Reference,
        service: Reference | None = None,
        resource_name: str | None = None,
        default_limit: int | None = None,
        description: str | None = None,
        region: Reference | None = None,
        **kwargs: Any,
    ) -> RegisteredLimit:
        """Change a registered limit."""
        return self._make(
            "update",
            registered_limit=registered_limit,
            service=service,
            resource_name=resource_name,
            default_limit=default_limit,
            description=description,
            region=region,
            **fields(kwargs),
        )

    def get(self, registered_limit: Reference) -> RegisteredLimit:
        """Get a registered limit."""
        return self._get("get", registered_limit=registered_limit)

    def list(
        self,
        service: Reference | None = None,
        resource_name: str | None = None,
        region: Reference | None = None,
        **kwargs: Any,
    ) -> builtins.list[RegisteredLimit]:
        """List registered limits."""
        return self._list("list", service=service, resource_name=resource_name, region=region, **more(kwargs))

    def delete(self, registered_limit: Reference) -> None:
        """Delete a registered limit."""
        return self._do("delete", registered_limit=registered_limit)

"""Services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archstone.keystoneclient.base import CrudManager, Resource, fields, more

if TYPE_CHECKING:
    import builtins

    from archstone.keystoneclient.base import Reference


class Service(Resource):
    """A service."""


class ServiceManager(CrudManager[Service]):
    """Creates, finds, changes and deletes services. `service_type` is an old name of `type`."""

    resource_class = Service
    _name = "services"

    def create(
        self,
        name: str,
        type: str | None = None,
        enabled: bool = True,
        description: str | None = None,
        **kwargs: Any,
    ) -> Service:
        """Create a service."""
        kind = type or kwargs.pop("service_type", None)
        return self._make("create", name=name, type=kind, enabled=enabled, description=description, **fields(kwargs))

    def get(self, service: Reference) -> Service:
        """Get a service."""
        return self._get("get", service=service)

    def list(self, name: str | None = None, type: str | None = None, **kwargs: Any) -> builtins.list[Service]:
        """List services."""
        return self._list("list", name=name, type=type or kwargs.pop("service_type", None), **more(kwargs))

    def update(
        self,
        service: Reference,
        name: str | None = None,
        type: str | None = None,
        enabled: bool | None = None,
        description: str | None = None,
        **kwargs: Any,
    ) -> Service:
        """Change a service."""
        kind = type or kwargs.pop("service_type", None)
        return self._make(
            "update",
            service=service,
            name=name,
            type=kind,
            enabled=enabled,
            description=description,
            **fields(kwargs),
        )

    def delete(self, service: Reference | None = None, id: str | None = None) -> None:
        """Delete a service, with its endpoints."""
        return self._do("delete", service=service or id)

"""Endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archstone.keystoneclient.base import CrudManager, Resource, fields, more, wrong

if TYPE_CHECKING:
    import builtins

    from archstone.keystoneclient.base import Reference

VALID_INTERFACES = ["public", "admin", "internal"]


class Endpoint(Resource):
    """An endpoint."""


class EndpointManager(CrudManager[Endpoint]):
    """Creates, finds, changes and deletes endpoints."""

    resource_class = Endpoint
    _name = "endpoints"

    def create(
        self,
        service: Reference,
        url: str,
        interface: str | None = None,
        region: Reference | None = None,
        enabled: bool = True,
        **kwargs: Any,
    ) -> Endpoint:
        """Create an endpoint."""
        return self._make(
            "create",
            service=service,
            interface=_known(interface),
            url=url,
            **_in(region),
            enabled=enabled,
            **fields(kwargs),
        )

    def get(self, endpoint: Reference) -> Endpoint:
        """Get an endpoint."""
        return self._get("get", endpoint=endpoint)

    def list(
        self,
        service: Reference | None = None,
        interface: str | None = None,
        region: Reference | None = None,
        enabled: bool | None = None,
        region_id: str | None = None,
        **kwargs: Any,
    ) -> builtins.list[Endpoint]:
        """List endpoints."""
        return self._list(
            "list",
            service=service,
            interface=_known(interface),
            region=region_id or region,
            enabled=enabled,
            **more(kwargs),
        )

    def update(
        self,
        endpoint: Reference,
        service: Reference | None = None,
        url: str | None = None,
        interface: str | None = None,
        region: Reference | None = None,
        enabled: bool | None = None,
        **kwargs: Any,
    ) -> Endpoint:
        """Change an endpoint."""
        return self._make(
            "update",
            endpoint=endpoint,
            service=service,
            interface=_known(interface),
            url=url,
            **_in(region),
            enabled=enabled,
            **fields(kwargs),
        )

    def delete(self, endpoint: Reference) -> None:
        """Delete an endpoint."""
        return self._do("delete", endpoint=endpoint)


def _in(region: Reference | None) -> dict[str, Reference | None]:
    """Return the region's argument: a name uses the old key, with which Keystone creates the region if necessary."""
    return {"region_name" if isinstance(region, str) else "region": region}


def _known(interface: str | None) -> str | None:
    if interface is not None and interface not in VALID_INTERFACES:
        raise wrong(f'"interface" must be one of: {", ".join(VALID_INTERFACES)}')
    return interface

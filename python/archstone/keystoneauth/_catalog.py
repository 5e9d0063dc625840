"""The catalog of a login for keystoneauth1: lookups use it, and code that lists it gets the current one."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from keystoneauth1.access.service_catalog import ServiceCatalogV3

from archstone.keystoneauth._errors import translation

if TYPE_CHECKING:
    import archstone

_logger = logging.getLogger("keystoneauth.identity")


class CurrentCatalog(ServiceCatalogV3):
    """A catalog that is fetched again when it is listed: a token may be hours old, and so may be its catalog."""

    def __init__(self, catalog: list[dict[str, Any]], client: archstone.Client) -> None:
        """Store the login's catalog, and the client that fetches the current one."""
        super().__init__(catalog)
        self._client = client

    @property
    def catalog(self) -> list[dict[str, Any]]:
        """The current catalog: one request. If that is refused, the login's, with a warning."""
        with translation():
            current = self._client.current_catalog()
        if current.refusal is not None:
            _logger.warning("this is the catalog of the login; the current one was refused: %s", current.refusal)
            return self._catalog
        return [_described(service) for service in current]

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle only the login's catalog."""
        return ServiceCatalogV3, (self._catalog,)


class LaterCatalog(CurrentCatalog):
    """The catalog of a token that was issued without it: fetched on first use."""

    def __init__(self, client: archstone.Client) -> None:
        """Store the client that fetches it."""
        self._read: list[dict[str, Any]] | None = None
        super().__init__([], client)

    @property
    def _catalog(self) -> list[dict[str, Any]]:
        if self._read is None:
            self._read = self.catalog
        return self._read

    @_catalog.setter
    def _catalog(self, _: list[dict[str, Any]]) -> None:
        """Ignore the value: the class above sets it."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle what has been fetched."""
        return ServiceCatalogV3, (self._read or [],)


def _described(service: archstone.Service) -> dict[str, Any]:
    endpoints = [
        {
            "id": endpoint.id,
            "interface": endpoint.interface,
            "region": endpoint.region,
            "region_id": endpoint.region,
            "url": endpoint.url,
        }
        for endpoint in service.endpoints
    ]
    return {"id": service.id, "name": service.name, "type": service.type, "endpoints": endpoints}

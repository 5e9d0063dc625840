"""The catalog of a login, as keystoneauth1 has it: look-ups use it, and what lists it gets it as it is now."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from keystoneauth1.access.service_catalog import ServiceCatalogV3

from archstone.keystoneauth._errors import translation

if TYPE_CHECKING:
    import archstone

_logger = logging.getLogger("keystoneauth.identity")


class CurrentCatalog(ServiceCatalogV3):
    """A token may be hours old, and so may be the catalog that came with it."""

    def __init__(self, catalog: list[dict[str, Any]], client: archstone.Client) -> None:
        """Keep the login's catalog, and whom to ask for the current one."""
        super().__init__(catalog)
        self._client = client

    @property
    def catalog(self) -> list[dict[str, Any]]:
        """The catalog as it is now: one request. Where that is refused, the login's, with a warning."""
        with translation():
            current = self._client.current_catalog()
        if current.refusal is not None:
            _logger.warning("this is the catalog of the login; the current one was refused: %s", current.refusal)
            return self._catalog
        return [_described(service) for service in current]

    def __reduce__(self) -> tuple[Any, ...]:
        """Be copied and pickled as the login's catalog alone."""
        return ServiceCatalogV3, (self._catalog,)


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

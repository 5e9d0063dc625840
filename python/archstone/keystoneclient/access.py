"""The token's data and its catalog, with python-keystoneclient's API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import archstone
from archstone._archstone import EndpointNotFoundError
from archstone._hidden import Hidden
from archstone.keystoneclient import exceptions
from archstone.keystoneclient._errors import both, translation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archstone import Service


class AccessInfo(dict[str, Any]):
    """The token document as a dict, which `json.dumps` writes and `Client(auth_ref=…)` reads; also has attributes.

    The attributes are those of `archstone.AccessInfo`: `user_id`, `project_name`, `expires` and others.
    """

    def __init__(self, known: archstone.AccessInfo, region_name: str | None = None) -> None:
        """Wrap Archstone's data. The region is the default for lookups in the catalog."""
        state = Hidden(json.loads(known.to_ref()))
        body = state()["body"]
        super().__init__(body.get("token") or body["access"], auth_token=state()["auth_token"], version="v3")
        if region_name:
            self["region_name"] = region_name
        self._known = known

    def __getattr__(self, name: str) -> Any:
        """Return the attribute of `archstone.AccessInfo` with this name."""
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._known, name)

    @property
    def service_catalog(self) -> ServiceCatalog:
        """The catalog; empty if the token has none."""
        return ServiceCatalog(self)

    def has_service_catalog(self) -> bool:
        """Return whether the token has a catalog."""
        return self._known.has_service_catalog()

    def __repr__(self) -> str:
        """Show everything except the token."""
        return repr({**self, "auth_token": "***"})

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle the token with all its data."""
        return _restored, (self._known.to_ref(), self.get("region_name"))


def _restored(ref: str, region_name: str | None) -> AccessInfo:
    given = Hidden(ref)
    del ref
    return AccessInfo(archstone.AccessInfo.from_ref(given()), region_name)


class ServiceCatalog:
    """The catalog of a token. The default region is the client's."""

    def __init__(self, known: AccessInfo) -> None:
        """Wrap a token's data."""
        self._known = known
        self._catalog: archstone.Catalog | None = known.catalog

    @property
    def catalog(self) -> dict[str, Any]:
        """The token document, with the catalog in it."""
        return self._known

    @property
    def region_name(self) -> str | None:
        """The default region."""
        return self._known.get("region_name")

    def get_data(self) -> list[dict[str, Any]]:
        """Return the catalog as the identity service sent it."""
        return self._known.get("catalog") or []

    def get_token(self) -> dict[str, Any]:
        """Return a summary of the token."""
        known = self._known
        token = {"id": known.auth_token, "expires": known["expires_at"], "user_id": known.user_id}
        scope = {"tenant_id": known.project_id, "domain_id": known.domain_id}
        return {**token, **{name: value for name, value in scope.items() if value}}

    def get_endpoints(
        self,
        service_type: str | None = None,
        endpoint_type: str | None = None,
        region_name: str | None = None,
        service_name: str | None = None,
    ) -> dict[str, list[dict[str, Any]]]:
        """Return the endpoints by service type."""
        found: dict[str, list[dict[str, Any]]] = {}
        for service, endpoint in self._matching(service_type, endpoint_type, region_name, service_name):
            found.setdefault(service["type"], []).append(endpoint)
        return found

    def get_urls(
        self,
        attr: str | None = None,
        filter_value: object = None,
        service_type: str = "identity",
        endpoint_type: str = "public",
        region_name: str | None = None,
        service_name: str | None = None,
    ) -> tuple[str, ...] | None:
        """Return the URLs of a service, limited to those whose attribute has the value; None if there is none."""
        matching = self._matching(service_type, endpoint_type, region_name, service_name)
        urls = (it["url"] for _, it in matching if not filter_value or it.get(attr or "") == filter_value)
        return tuple(urls) or None

    def url_for(
        self,
        attr: str | None = None,
        filter_value: object = None,
        service_type: str = "identity",
        endpoint_type: str = "public",
        region_name: str | None = None,
        service_name: str | None = None,
    ) -> str:
        """Return the URL of a service.

        Raises:
            EndpointNotFound: there is none; the message lists what exists.
            EmptyCatalog: the token has no catalog.

        """
        if self._catalog is None:
            raise both(exceptions.EmptyCatalog, EndpointNotFoundError)("The service catalog is empty.")
        if filter_value:
            urls = self.get_urls(attr, filter_value, service_type, endpoint_type, region_name, service_name)
            if urls:
                return urls[0]
            message = f"no {endpoint_type} endpoint of {service_type} has {attr}={filter_value!r}"
            raise both(exceptions.EndpointNotFound, EndpointNotFoundError)(message)
        with translation():
            return self._catalog.url_for(
                service_type,
                interface=endpoint_type,
                region_name=region_name or self.region_name,
                service_name=service_name,
            )

    def _matching(
        self, service_type: str | None, endpoint_type: str | None, region_name: str | None, service_name: str | None
    ) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        region_name = region_name or self.region_name
        interface = (endpoint_type or "").removesuffix("URL")
        for service in self.get_data():
            is_other = service_type and service.get("type") != service_type
            if is_other or (service_name and service.get("name", service_name) != service_name):
                continue
            endpoints: list[dict[str, Any]] = service.get("endpoints") or []
            for endpoint in endpoints:
                region = endpoint.get("region_id") or endpoint.get("region")
                if (not interface or endpoint.get("interface") == interface) and region_name in (None, region):
                    yield service, endpoint

    def __iter__(self) -> Iterator[Service]:
        """Iterate over the services, as Archstone's objects."""
        return iter(self._catalog or ())

    def __getattr__(self, name: str) -> Any:
        """Return the attribute of `archstone.Catalog` with this name."""
        if name.startswith("_") or self._catalog is None:
            raise AttributeError(name)
        return getattr(self._catalog, name)

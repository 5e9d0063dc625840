"""Federation: logins through identity providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archstone.keystoneclient.base import CrudManager, Manager, Resource, fields, getid, more
from archstone.keystoneclient.v3.domains import Domain
from archstone.keystoneclient.v3.projects import Project

if TYPE_CHECKING:
    import builtins

    from archstone.keystoneclient._login import Login
    from archstone.keystoneclient.base import Reference


class IdentityProvider(Resource):
    """An identity provider."""


class IdentityProviderManager(CrudManager[IdentityProvider]):
    """Creates, finds, changes and deletes identity providers."""

    resource_class = IdentityProvider
    _name = "federation.identity_providers"

    def create(self, id: str, **kwargs: Any) -> IdentityProvider:
        """Create an identity provider."""
        return self._make("create", identity_provider=id, **fields(kwargs))

    def get(self, identity_provider: Reference) -> IdentityProvider:
        """Get an identity provider."""
        return self._get("get", identity_provider=identity_provider)

    def list(self, **kwargs: Any) -> builtins.list[IdentityProvider]:
        """List identity providers."""
        return self._list("list", **more(kwargs))

    def update(self, identity_provider: Reference, **kwargs: Any) -> IdentityProvider:
        """Change an identity provider."""
        return self._make("update", identity_provider=identity_provider, **fields(kwargs))

    def delete(self, identity_provider: Reference) -> None:
        """Delete an identity provider."""
        return self._do("delete", identity_provider=identity_provider)


class Mapping(Resource):
    """A mapping."""


class MappingManager(CrudManager[Mapping]):
    """Creates, finds, changes and deletes mappings."""

    resource_class = Mapping
    _name = "federation.mappings"

    def create(self, mapping_id: str, **kwargs: Any) -> Mapping:
        """Create a mapping."""
        return self._make("create", mapping=mapping_id, **fields(kwargs))

    def get(self, mapping: Reference) -> Mapping:
        """Get a mapping."""
        return self._get("get", mapping=mapping)

    def list(self, **kwargs: Any) -> builtins.list[Mapping]:
        """List mappings."""
        return self._list("list", **more(kwargs))

    def update(self, mapping: Reference, **kwargs: Any) -> Mapping:
        """Change a mapping."""
        return self._make("update", mapping=mapping, **fields(kwargs))

    def delete(self, mapping: Reference) -> None:
        """Delete a mapping."""
        return self._do("delete", mapping=mapping)


class Protocol(Resource):
    """A federation protocol of an identity provider."""


class ProtocolManager(CrudManager[Protocol]):
    """Creates, gets, changes and deletes the protocols of identity providers."""

    resource_class = Protocol
    _name = "federation.protocols"

    def create(self, protocol_id: str, identity_provider: Reference, mapping: Reference, **kwargs: Any) -> Protocol:
        """Create a protocol."""
        return self._get(
            "create", protocol=protocol_id, identity_provider=identity_provider, mapping=mapping, **fields(kwargs)
        )

    def get(self, identity_provider: Reference, protocol: Reference, **kwargs: Any) -> Protocol:
        """Get a protocol."""
        return self._get("get", identity_provider=identity_provider, protocol=protocol, **fields(kwargs))

    def list(self, identity_provider: Reference, **kwargs: Any) -> builtins.list[Protocol]:
        """List the protocols of an identity provider."""
        return self._list("list", identity_provider=identity_provider, **more(kwargs))

    def update(self, identity_provider: Reference, protocol: Reference, mapping: Reference, **kwargs: Any) -> Protocol:
        """Change a protocol."""
        return self._get(
            "update", identity_provider=identity_provider, protocol=protocol, mapping=mapping, **fields(kwargs)
        )

    def delete(self, identity_provider: Reference, protocol: Reference) -> None:
        """Delete a protocol."""
        return self._do("delete", identity_provider=identity_provider, protocol=protocol)


class ServiceProvider(Resource):
    """A service provider."""


class ServiceProviderManager(CrudManager[ServiceProvider]):
    """Creates, finds, changes and deletes service providers."""

    resource_class = ServiceProvider
    _name = "federation.service_providers"

    def create(self, id: str, **kwargs: Any) -> ServiceProvider:
        """Create a service provider."""
        return self._make("create", service_provider=id, **fields(kwargs))

    def get(self, service_provider: Reference) -> ServiceProvider:
        """Get a service provider."""
        return self._get("get", service_provider=service_provider)

    def list(self, **kwargs: Any) -> builtins.list[ServiceProvider]:
        """List service providers."""
        return self._list("list", **more(kwargs))

    def update(self, service_provider: Reference, **kwargs: Any) -> ServiceProvider:
        """Change a service provider."""
        return self._make("update", service_provider=service_provider, **fields(kwargs))

    def delete(self, service_provider: Reference) -> None:
        """Delete a service provider."""
        return self._do("delete", service_provider=service_provider)


class DomainManager(Manager[Domain]):
    """Lists the domains that the user can act on."""

    resource_class = Domain
    _name = "auth"

    def list(self) -> builtins.list[Domain]:
        """List them."""
        return self._list("domains")


class ProjectManager(Manager[Project]):
    """Lists the projects that the user can act in."""

    resource_class = Project
    _name = "auth"

    def list(self) -> builtins.list[Project]:
        """List them."""
        return self._list("projects")


class SamlManager(Manager[Resource]):
    """Creates assertions for other clouds."""

    _name = "federation.saml"

    def create_saml_assertion(self, service_provider: Reference, token_id: str) -> str:
        """Create an assertion for a token, as XML."""
        xml: str = self._plain("create_assertion", auth=_exchange(service_provider, token_id))
        return xml

    def create_ecp_assertion(self, service_provider: Reference, token_id: str) -> str:
        """Create an assertion for a token, wrapped for ECP, as XML."""
        xml: str = self._plain("create_ecp", auth=_exchange(service_provider, token_id))
        return xml


def _exchange(service_provider: Reference, token_id: str) -> dict[str, Any]:
    return {
        "identity": {"methods": ["token"], "token": {"id": token_id}},
        "scope": {"service_provider": {"id": getid(service_provider)}},
    }


class FederationManager:
    """The managers of federation."""

    def __init__(self, api: Login) -> None:
        """Create the managers for a login."""
        self.identity_providers = IdentityProviderManager(api)
        self.mappings = MappingManager(api)
        self.protocols = ProtocolManager(api)
        self.projects = ProjectManager(api)
        self.domains = DomainManager(api)
        self.saml = SamlManager(api)
        self.service_providers = ServiceProviderManager(api)

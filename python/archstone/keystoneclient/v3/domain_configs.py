"""Domain-specific settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from archstone._hidden import Hidden
from archstone.keystoneclient.base import Manager, Resource, not_supported

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archstone.keystoneclient.base import Reference


class DomainConfig(Resource):
    """The settings of a domain, each group as an attribute."""


class DomainConfigManager(Manager[DomainConfig]):
    """Sets, gets, changes and deletes the settings of a domain."""

    resource_class = DomainConfig
    _name = "domain_configs"

    def create(self, domain: Reference, config: Mapping[str, Any]) -> DomainConfig:
        """Replace the settings of a domain."""
        hidden = Hidden(config)
        del config
        return self._get("create", domain=domain, config=hidden())

    def get(self, domain: Reference) -> DomainConfig:
        """Get the settings of a domain."""
        return self._get("get", domain=domain)

    def update(self, domain: Reference, config: Mapping[str, Any]) -> DomainConfig:
        """Change settings of a domain."""
        hidden = Hidden(config)
        del config
        return self._get("update", domain=domain, config=hidden())

    def delete(self, domain: Reference) -> None:
        """Delete the settings of a domain."""
        return self._do("delete", domain=domain)

    def find(self, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise not_supported("Find not supported for domain configs")

    def list(self, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise not_supported("List not supported for domain configs")

"""Domains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archstone.keystoneclient.base import CrudManager, Resource, fields, more

if TYPE_CHECKING:
    import builtins

    from archstone.keystoneclient.base import Reference


class Domain(Resource):
    """A domain."""


class DomainManager(CrudManager[Domain]):
    """Creates, finds, changes and deletes domains."""

    resource_class = Domain
    _name = "domains"

    def create(self, name: str, description: str | None = None, enabled: bool = True, **kwargs: Any) -> Domain:
        """Create a domain."""
        return self._make("create", name=name, description=description, enabled=enabled, **fields(kwargs))

    def get(self, domain: Reference) -> Domain:
        """Get a domain."""
        return self._get("get", domain=domain)

    def list(self, **kwargs: Any) -> builtins.list[Domain]:
        """List domains, filtered by `name` and `enabled`."""
        return self._list("list", **more(kwargs))

    def update(
        self,
        domain: Reference,
        name: str | None = None,
        description: str | None = None,
        enabled: bool | None = None,
        **kwargs: Any,
    ) -> Domain:
        """Change a domain."""
        return self._make(
            "update", domain=domain, name=name, description=description, enabled=enabled, **fields(kwargs)
        )

    def delete(self, domain: Reference) -> None:
        """Delete a domain, which must not be enabled."""
        return self._do("delete", domain=domain)

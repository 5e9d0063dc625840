"""Regions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archstone.keystoneclient.base import CrudManager, Resource, fields, more

if TYPE_CHECKING:
    import builtins

    from archstone.keystoneclient.base import Reference


class Region(Resource):
    """A region."""


class RegionManager(CrudManager[Region]):
    """Creates, finds, changes and deletes regions."""

    resource_class = Region
    _name = "regions"

    def create(
        self,
        id: str | None = None,
        description: str | None = None,
        enabled: bool = True,
        parent_region: Reference | None = None,
        **kwargs: Any,
    ) -> Region:
        """Create a region."""
        return self._make(
            "create",
            id=id,
            description=description,
            enabled=enabled,
            parent_region=parent_region,
            **fields(kwargs),
        )

    def get(self, region: Reference) -> Region:
        """Get a region."""
        return self._get("get", region=region)

    def list(self, **kwargs: Any) -> builtins.list[Region]:
        """List regions, filtered by `parent_region_id`."""
        return self._list("list", **more(kwargs))

    def update(
        self,
        region: Reference,
        description: str | None = None,
        enabled: bool | None = None,
        parent_region: Reference | None = None,
        **kwargs: Any,
    ) -> Region:
        """Change a region."""
        return self._make(
            "update",
            region=region,
            description=description,
            enabled=enabled,
            parent_region=parent_region,
            **fields(kwargs),
        )

    def delete(self, region: Reference) -> None:
        """Delete a region."""
        return self._do("delete", region=region)

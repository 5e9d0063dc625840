"""Groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archstone.keystoneclient.base import CrudManager, Resource, fields, more

if TYPE_CHECKING:
    import builtins

    from archstone.keystoneclient.base import Reference


class Group(Resource):
    """A group."""

    manager: GroupManager

    def update(self, name: str | None = None, description: str | None = None) -> Group:
        """Change it; fields that are not given stay unchanged."""
        return self.manager.update(self, name=name or self.name, description=description or self.description)


class GroupManager(CrudManager[Group]):
    """Creates, finds, changes and deletes groups."""

    resource_class = Group
    _name = "groups"

    def create(
        self, name: str, domain: Reference | None = None, description: str | None = None, **kwargs: Any
    ) -> Group:
        """Create a group."""
        return self._make("create", name=name, domain=domain, description=description, **fields(kwargs))

    def list(
        self, user: Reference | None = None, domain: Reference | None = None, **kwargs: Any
    ) -> builtins.list[Group]:
        """List groups, or those of a user."""
        return self._list("list", user=user, domain=domain, **more(kwargs))

    def get(self, group: Reference) -> Group:
        """Get a group."""
        return self._get("get", group=group)

    def update(self, group: Reference, name: str | None = None, description: str | None = None, **kwargs: Any) -> Group:
        """Change a group."""
        return self._make("update", group=group, name=name, description=description, **fields(kwargs))

    def delete(self, group: Reference) -> None:
        """Delete a group."""
        return self._do("delete", group=group)

"""Users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archstone._hidden import Hidden
from archstone.keystoneclient.base import CrudManager, Resource, fields, getid, more, wrong

if TYPE_CHECKING:
    import builtins

    from archstone.keystoneclient.base import Reference


class User(Resource):
    """A user."""


class UserManager(CrudManager[User]):
    """Creates, finds, changes and deletes users, and adds them to groups."""

    resource_class = User
    _name = "users"

    def create(
        self,
        name: str,
        domain: Reference | None = None,
        project: Reference | None = None,
        password: str | None = None,
        email: str | None = None,
        description: str | None = None,
        enabled: bool = True,
        default_project: Reference | None = None,
        **kwargs: Any,
    ) -> User:
        """Create a user. `project` is an old name of `default_project`."""
        hidden, further = Hidden(password), Hidden(fields(kwargs))
        del password, kwargs
        return self._make(
            "create",
            name=name,
            domain=domain,
            default_project=default_project or project,
            password=hidden(),
            email=email,
            description=description,
            enabled=enabled,
            **further(),
        )

    def list(
        self,
        project: Reference | None = None,
        domain: Reference | None = None,
        group: Reference | None = None,
        default_project: Reference | None = None,
        **kwargs: Any,
    ) -> builtins.list[User]:
        """List users. `project` is an old name of `default_project`."""
        return self._list(
            "list", domain=domain, group=group, default_project_id=getid(default_project or project), **more(kwargs)
        )

    def get(self, user: Reference) -> User:
        """Get a user."""
        return self._get("get", user=user)

    def update(
        self,
        user: Reference,
        name: str | None = None,
        domain: Reference | None = None,
        project: Reference | None = None,
        password: str | None = None,
        email: str | None = None,
        description: str | None = None,
        enabled: bool | None = None,
        default_project: Reference | None = None,
        **kwargs: Any,
    ) -> User:
        """Change a user. `project` is an old name of `default_project`."""
        hidden, further = Hidden(password), Hidden(fields(kwargs))
        del password, kwargs
        return self._make(
            "update",
            user=user,
            name=name,
            domain=domain,
            default_project=default_project or project,
            password=hidden(),
            email=email,
            description=description,
            enabled=enabled,
            **further(),
        )

    def update_password(self, old_password: str, new_password: str) -> None:
        """Change your own password."""
        old, new = Hidden(old_password), Hidden(new_password)
        del old_password, new_password
        if not (old() and new()):
            raise wrong("Specify both the current password and a new password")
        if old() == new():
            raise wrong("Old password and new password must be different.")
        return self._do("update_password", user=self.client.user_id, old_password=old(), new_password=new())

    def add_to_group(self, user: Reference, group: Reference) -> None:
        """Add a user to a group."""
        return self._do("add_to_group", **_both(user, group))

    def check_in_group(self, user: Reference, group: Reference) -> bool:
        """Return True if a user is in a group.

        Raises:
            NotFound: the user is not in the group.

        """
        return self._check("check_in_group", **_both(user, group))

    def remove_from_group(self, user: Reference, group: Reference) -> None:
        """Remove a user from a group."""
        return self._do("remove_from_group", **_both(user, group))

    def delete(self, user: Reference) -> None:
        """Delete a user."""
        return self._do("delete", user=user)


def _both(user: Reference, group: Reference) -> dict[str, Reference]:
    if not (user and group):
        raise wrong("Specify both a user and a group")
    return {"user": user, "group": group}

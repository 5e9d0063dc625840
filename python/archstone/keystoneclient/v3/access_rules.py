"""Access rules of application credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from archstone.keystoneclient.base import CrudManager, Resource, more, not_supported

if TYPE_CHECKING:
    import builtins

    from archstone.keystoneclient.base import Reference


class AccessRule(Resource):
    """An access rule: a request that an application credential may make."""


class AccessRuleManager(CrudManager[AccessRule]):
    """Finds and deletes access rules: the user's own, unless another user is given."""

    resource_class = AccessRule
    _name = "access_rules"

    def get(self, access_rule: Reference, user: Reference | None = None) -> AccessRule:
        """Get an access rule."""
        return self._get("get", access_rule=access_rule, user=user or self.client.user_id)

    def list(self, user: Reference | None = None, **kwargs: Any) -> builtins.list[AccessRule]:
        """List access rules, filtered by `service`, `path` and `method`."""
        return self._list("list", user=user or self.client.user_id, **more(kwargs))

    def find(self, user: Reference | None = None, **kwargs: Any) -> AccessRule:
        """Return the one that matches the filters."""
        return self._only("list", user=user or self.client.user_id, **more(kwargs))

    def delete(self, access_rule: Reference, user: Reference | None = None) -> None:
        """Delete an access rule that no application credential uses."""
        return self._do("delete", access_rule=access_rule, user=user or self.client.user_id)

    def update(self) -> NoReturn:
        """Refuse."""
        raise not_supported("Access rules are immutable, updating is not supported.")

    def create(self) -> NoReturn:
        """Refuse."""
        raise not_supported("Access rules can only be created as attributes of application credentials.")

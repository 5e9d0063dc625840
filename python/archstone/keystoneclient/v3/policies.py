"""Policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archstone.keystoneclient.base import CrudManager, Resource, fields, more

if TYPE_CHECKING:
    import builtins

    from archstone.keystoneclient.base import Reference


class Policy(Resource):
    """A policy that Keystone stores for other services."""

    manager: PolicyManager

    def update(self, blob: str | None = None, type: str | None = None) -> Policy:
        """Change it; fields that are not given stay unchanged."""
        return self.manager.update(
            self, blob=self.blob if blob is None else blob, type=self.type if type is None else type
        )


class PolicyManager(CrudManager[Policy]):
    """Creates, finds, changes and deletes policies."""

    resource_class = Policy
    _name = "policies"

    def create(self, blob: str, type: str = "application/json", **kwargs: Any) -> Policy:
        """Create a policy."""
        return self._make("create", blob=blob, type=type, **fields(kwargs))

    def get(self, policy: Reference) -> Policy:
        """Get a policy."""
        return self._get("get", policy=policy)

    def list(self, **kwargs: Any) -> builtins.list[Policy]:
        """List policies, filtered by `type`."""
        return self._list("list", **more(kwargs))

    def update(self, policy: Reference, blob: str | None = None, type: str | None = None, **kwargs: Any) -> Policy:
        """Change a policy."""
        return self._make("update", policy=policy, blob=blob, type=type, **fields(kwargs))

    def delete(self, policy: Reference) -> None:
        """Delete a policy."""
        return self._do("delete", policy=policy)

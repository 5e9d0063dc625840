"""Credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archstone._hidden import Hidden
from archstone.keystoneclient.base import CrudManager, Resource, fields, more

if TYPE_CHECKING:
    import builtins

    from archstone.keystoneclient.base import Reference


class Credential(Resource):
    """A credential that Keystone stores for a user."""


class CredentialManager(CrudManager[Credential]):
    """Creates, finds, changes and deletes credentials."""

    resource_class = Credential
    _name = "credentials"

    def create(
        self, user: Reference, type: str, blob: str, project: Reference | None = None, **kwargs: Any
    ) -> Credential:
        """Create a credential."""
        hidden, further = Hidden(blob), Hidden(fields(kwargs))
        del blob, kwargs
        return self._make("create", user=user, type=type, blob=hidden(), project=project, **further())

    def get(self, credential: Reference) -> Credential:
        """Get a credential."""
        return self._get("get", credential=credential)

    def list(self, **kwargs: Any) -> builtins.list[Credential]:
        """List credentials, filtered by `user_id` and `type`."""
        return self._list("list", **more(kwargs))

    def update(
        self,
        credential: Reference,
        user: Reference | None = None,
        type: str | None = None,
        blob: str | None = None,
        project: Reference | None = None,
        **kwargs: Any,
    ) -> Credential:
        """Change a credential. Keystone changes only the blob, so `user` is not sent."""
        hidden, further = Hidden(blob), Hidden(fields(kwargs))
        del blob, kwargs
        return self._make("update", credential=credential, type=type, blob=hidden(), project=project, **further())

    def delete(self, credential: Reference) -> None:
        """Delete a credential."""
        return self._do("delete", credential=credential)

"""Application credentials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn

import archstone
from archstone._hidden import Hidden
from archstone.keystoneclient._errors import both
from archstone.keystoneclient.base import CrudManager, Resource, fields, more, not_supported
from archstone.keystoneclient.exceptions import CommandError
from archstone.keystoneclient.utils import isotime

if TYPE_CHECKING:
    import builtins
    from collections.abc import Iterable
    from datetime import datetime

    from archstone.keystoneclient.base import Reference


class ApplicationCredential(Resource):
    """An application credential: a credential for a program."""


class ApplicationCredentialManager(CrudManager[ApplicationCredential]):
    """Creates, finds and deletes application credentials: the user's own, unless another user is given."""

    resource_class = ApplicationCredential
    _name = "application_credentials"

    def create(
        self,
        name: str,
        user: Reference | None = None,
        secret: str | None = None,
        description: str | None = None,
        expires_at: datetime | str | None = None,
        roles: Any = None,
        unrestricted: bool = False,
        access_rules: Iterable[Mapping[str, str]] | None = None,
        **kwargs: Any,
    ) -> ApplicationCredential:
        """Create an application credential. `roles` are ids, or dicts with `id` or `name`."""
        hidden, further = Hidden(secret), Hidden(fields(kwargs))
        del secret, kwargs
        return self._make(
            "create",
            name=name,
            user=user or self.client.user_id,
            secret=hidden(),
            description=description,
            expires_at=isotime(expires_at),
            roles=_roles(roles),
            unrestricted=unrestricted,
            access_rules=access_rules,
            **further(),
        )

    def get(self, application_credential: Reference, user: Reference | None = None) -> ApplicationCredential:
        """Get an application credential."""
        owner = user or self.client.user_id
        return self._get("get", application_credential=application_credential, user=owner)

    def list(self, user: Reference | None = None, **kwargs: Any) -> builtins.list[ApplicationCredential]:
        """List application credentials, filtered by `name`."""
        return self._list("list", user=user or self.client.user_id, **more(kwargs))

    def find(self, user: Reference | None = None, **kwargs: Any) -> ApplicationCredential:
        """Return the one that matches the filters."""
        return self._only("list", user=user or self.client.user_id, **more(kwargs))

    def delete(self, application_credential: Reference, user: Reference | None = None) -> None:
        """Delete an application credential."""
        owner = user or self.client.user_id
        return self._do("delete", application_credential=application_credential, user=owner)

    def update(self) -> NoReturn:
        """Refuse."""
        raise not_supported("Application credentials are immutable, updating is not supported.")


def _roles(roles: Any) -> builtins.list[dict[str, Any]] | None:
    named: builtins.list[dict[str, Any]] = []
    given: builtins.list[Any] = [*roles] if isinstance(roles, list) else [roles] if roles else []
    for role in given:
        if isinstance(role, str):
            named.append({"id": role})
        elif hasattr(role, "id"):
            named.append({"id": role.id})
        elif isinstance(role, Mapping):
            named.append({**role})
        else:
            raise both(CommandError, archstone.InvalidRequestError)("Roles must be a list of IDs or role dicts.")
    return named or None

"""Trusts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from archstone.keystoneclient.base import CrudManager, Resource, fields, more, not_supported
from archstone.keystoneclient.utils import isotime

if TYPE_CHECKING:
    import builtins
    from collections.abc import Iterable
    from datetime import datetime

    from archstone.keystoneclient.base import Reference


class Trust(Resource):
    """A trust: roles that the trustor delegates to the trustee."""


class TrustManager(CrudManager[Trust]):
    """Creates, finds and deletes trusts."""

    resource_class = Trust
    _name = "trusts"

    def create(
        self,
        trustee_user: Reference,
        trustor_user: Reference,
        role_names: Iterable[str] | None = None,
        role_ids: Iterable[str] | None = None,
        project: Reference | None = None,
        impersonation: bool = False,
        expires_at: datetime | str | None = None,
        remaining_uses: int | None = None,
        **kwargs: Any,
    ) -> Trust:
        """Create a trust."""
        roles = [{"name": name} for name in role_names or ()] + [{"id": role} for role in role_ids or ()]
        return self._make(
            "create",
            trustee_user=trustee_user,
            trustor_user=trustor_user,
            roles=roles or None,
            project=project,
            impersonation=impersonation,
            expires_at=isotime(expires_at),
            remaining_uses=remaining_uses,
            **fields(kwargs),
        )

    def update(self) -> NoReturn:
        """Refuse."""
        raise not_supported("Update not supported for trusts")

    def list(
        self, trustee_user: Reference | None = None, trustor_user: Reference | None = None, **kwargs: Any
    ) -> builtins.list[Trust]:
        """List trusts. Users who may not see all trusts must filter by trustor or trustee."""
        return self._list("list", trustee_user=trustee_user, trustor_user=trustor_user, **more(kwargs))

    def get(self, trust: Reference) -> Trust:
        """Get a trust."""
        return self._get("get", trust=trust)

    def delete(self, trust: Reference) -> None:
        """Delete a trust."""
        return self._do("delete", trust=trust)

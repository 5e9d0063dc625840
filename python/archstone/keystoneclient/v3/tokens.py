"""Tokens as a service sees them."""

from __future__ import annotations

from typing import Any

import archstone
from archstone._hidden import Hidden
from archstone.keystoneclient.base import Manager, Resource


class TokenManager(Manager[Resource]):
    """Validates and revokes tokens."""

    _name = "tokens"

    def revoke_token(self, token: str | archstone.AccessInfo) -> None:
        """Revoke a token."""
        hidden = _secret(token)
        del token
        return self._do("revoke_token", token=hidden())

    def get_revoked(self, audit_id_only: bool = False) -> dict[str, Any]:
        """List revoked tokens. Keystone no longer supports this: it always refuses."""
        revoked: dict[str, Any] = self._plain("get_revoked", audit_id_only=audit_id_only)
        return revoked

    def get_token_data(
        self,
        token: str | archstone.AccessInfo,
        include_catalog: bool = True,
        allow_expired: bool = False,
        access_rules_support: float | str | None = None,
    ) -> dict[str, Any]:
        """Return a token's data, as the identity service returns it."""
        given = _given(_secret(token), include_catalog, allow_expired, access_rules_support)
        del token
        data: dict[str, Any] = self._ask("get_token_data", given, lambda answer: {"token": answer["token"]})
        return data

    def validate(
        self,
        token: str | archstone.AccessInfo,
        include_catalog: bool = True,
        allow_expired: bool = False,
        access_rules_support: float | str | None = None,
    ) -> archstone.AccessInfo:
        """Return a token's data, with attributes."""
        given = _given(_secret(token), include_catalog, allow_expired, access_rules_support)
        del token
        known: archstone.AccessInfo = self._ask("validate", given, archstone.AccessInfo.from_ref)
        return known


def _given(
    token: Hidden,
    include_catalog: bool,
    allow_expired: bool,
    access_rules_support: float | str | None,
) -> Hidden:
    given = {
        "nocatalog": not include_catalog,
        "allow_expired": allow_expired,
        "access_rules_support": str(access_rules_support) if access_rules_support else None,
    }
    return Hidden({"token": token(), **given})


def _secret(token: str | archstone.AccessInfo) -> Hidden:
    return Hidden(token if isinstance(token, str) else token.auth_token)

"""As whom the managers ask: an Archstone client's user, or a keystoneauth1 session's."""

from __future__ import annotations

import json
import threading
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import archstone
from archstone._archstone import IdentityCore
from archstone._resources import plain
from archstone.keystoneclient._errors import translation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keystoneauth1.plugin import BaseAuthPlugin
    from keystoneauth1.session import Session

_UNAUTHORIZED = 401


class Login(ABC):
    """Sends requests as somebody."""

    def __init__(self, *, include_metadata: bool) -> None:
        """Keep whether managers return request ids, too."""
        self.include_metadata = include_metadata

    def ask(self, manager: str, operation: str, given: Mapping[str, Any]) -> tuple[Any, list[str]]:
        """Do an operation of Archstone's, and return the answer and the ids of the requests."""
        arguments = json.dumps({name: plain(value) for name, value in given.items()})
        with translation():
            text, request_ids = self._whole(manager, operation, arguments)
        return json.loads(text), request_ids

    @abstractmethod
    def client(self) -> archstone.Client:
        """Return the client that sends."""

    @property
    @abstractmethod
    def user_id(self) -> str | None:
        """Who it is, as far as it has to be said."""

    def _whole(self, manager: str, operation: str, arguments: str) -> tuple[str, list[str]]:
        return IdentityCore(self.client(), manager).whole(operation, arguments)


class ClientLogin(Login):
    """Sends as an Archstone client does."""

    def __init__(self, client: archstone.Client, *, include_metadata: bool) -> None:
        """Use the client."""
        super().__init__(include_metadata=include_metadata)
        self._client = client

    def client(self) -> archstone.Client:
        """Return it."""
        return self._client

    @property
    def user_id(self) -> str | None:
        """Nothing: Archstone knows."""
        return None


class SessionLogin(Login):
    """Sends with the token and to the endpoint that a keystoneauth1 session has."""

    def __init__(
        self,
        session: Session,
        auth: BaseAuthPlugin | None,
        endpoint: str | None,
        wanted: dict[str, Any],
        *,
        include_metadata: bool,
    ) -> None:
        """Use the session. `wanted` says which endpoint, as keystoneauth1 does."""
        super().__init__(include_metadata=include_metadata)
        self.session = session
        self.auth = auth
        self._endpoint = endpoint
        self._wanted = wanted
        self._lock = threading.Lock()
        self._made: tuple[str | None, archstone.Client] | None = None

    def client(self) -> archstone.Client:
        """Return a client with the session's current token."""
        token = self.session.get_token(self.auth)
        with self._lock:
            if self._made is None or self._made[0] != token:
                self._made = (token, self._client_with(token))
            return self._made[1]

    def _client_with(self, token: str | None) -> archstone.Client:
        # Whoever has a session has keystoneauth1; nobody else needs it.
        from archstone.keystoneauth._connection import Connection  # noqa: PLC0415

        url = self.endpoint()
        options: dict[str, Any] = Connection.of(self.session, {}).options(url or "")
        timeout: float | None = getattr(self.session, "timeout", None)
        return archstone.Client(token_id=token, mgmt_url=url, timeout=timeout or None, **options)

    def endpoint(self) -> str | None:
        """Return where the identity service is: by the catalog, or where the session logs in."""
        if self._endpoint is None:
            from keystoneauth1 import exceptions, plugin  # noqa: PLC0415

            try:
                self._endpoint = self.session.get_endpoint(self.auth, **self._wanted)
            except exceptions.CatalogException:
                # A token without a scope has no catalog.
                self._endpoint = None
            if self._endpoint is None:
                wanted: dict[str, Any] = {**self._wanted, "interface": plugin.AUTH_INTERFACE}
                self._endpoint = self.session.get_endpoint(self.auth, **wanted)
        return self._endpoint

    @property
    def user_id(self) -> str | None:
        """Whose token it is."""
        return self.session.get_user_id(self.auth)

    def _whole(self, manager: str, operation: str, arguments: str) -> tuple[str, list[str]]:
        try:
            return super()._whole(manager, operation, arguments)
        except archstone.Error as error:
            # There the password is refused, not the token; a second try would count towards a lockout.
            is_password = operation == "update_password"
            if error.status != _UNAUTHORIZED or is_password or not self.session.invalidate(self.auth):
                raise
        return super()._whole(manager, operation, arguments)

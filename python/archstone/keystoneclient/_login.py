"""The login of the managers: an Archstone client's, or a keystoneauth1 session's."""

from __future__ import annotations

import json
import threading
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, TypeVar

import archstone
from archstone._archstone import IdentityCore
from archstone._hidden import Hidden
from archstone._resources import plain
from archstone.keystoneclient._errors import translation

if TYPE_CHECKING:
    from collections.abc import Callable

    from keystoneauth1.plugin import BaseAuthPlugin
    from keystoneauth1.session import Session

_UNAUTHORIZED = 401

_Answer = TypeVar("_Answer")


class Login(ABC):
    """Sends authenticated requests."""

    given_user_id: str | None = None
    """The user's id, if the caller has set it."""

    def __init__(self, *, include_metadata: bool) -> None:
        """Store whether managers return request ids, too."""
        self.include_metadata = include_metadata

    def ask(self, manager: str, operation: str, given: Hidden) -> tuple[Any, list[str]]:
        """Perform an operation of Archstone's, and return the result and the ids of the requests."""
        arguments = _written(given)
        with translation():
            # There the password is refused, not the token; a retry would count towards a lockout.
            text, request_ids = self._with_a_token(
                lambda client: IdentityCore(client, manager).whole(operation, arguments()),
                may_try_again=operation != "update_password",
            )
        return json.loads(text), request_ids

    def send(self, method: str, url: str, options: Hidden) -> tuple[archstone.Response, Any]:
        """Send a request below the endpoint, and return the response with its JSON."""
        for name in ("management", "endpoint_filter", "log"):
            options().pop(name, None)
        if "body" in options():
            options()["json"] = options().pop("body")

        def request(client: archstone.Client) -> archstone.Response:
            whole = url if "://" in url else f"{(self.endpoint() or '').rstrip('/')}/{url.lstrip('/')}"
            made: archstone.Response = client.request(method, whole, **options())
            return made

        with translation():
            response = self._with_a_token(request)
        try:
            return response, response.json() if response.content else None
        except archstone.Error:
            return response, None

    def _with_a_token(self, ask: Callable[[archstone.Client], _Answer], *, may_try_again: bool = True) -> _Answer:
        del may_try_again  # Archstone itself replaces a rejected token.
        return ask(self.client())

    @abstractmethod
    def client(self) -> archstone.Client:
        """Return the client that sends requests."""

    @abstractmethod
    def endpoint(self) -> str | None:
        """Return the URL of the identity service."""

    @property
    @abstractmethod
    def user_id(self) -> str | None:
        """The user's id, if requests must include it."""


def _written(given: Hidden) -> Hidden:
    """Return arguments as JSON. Errors are reported without the variables of the code that reads them."""
    try:
        return Hidden(json.dumps({name: plain(value) for name, value in given().items()}))
    except (TypeError, ValueError, RecursionError) as problem:
        raise problem.with_traceback(None)  # noqa: B904  the same exception


class ClientLogin(Login):
    """Sends requests with an Archstone client."""

    def __init__(self, client: archstone.Client, *, include_metadata: bool) -> None:
        """Use the client."""
        super().__init__(include_metadata=include_metadata)
        self._client = client

    def client(self) -> archstone.Client:
        """Return it."""
        return self._client

    def use(self, client: archstone.Client) -> None:
        """Use another client from now on."""
        self._client = client

    def endpoint(self) -> str | None:
        """Return the URL of the identity service: from the catalog, or where the client logs in."""
        try:
            return self._client.mgmt_url
        except archstone.EndpointNotFoundError:
            # An unscoped token has no catalog.
            return self._client.auth_ref.auth_url

    @property
    def user_id(self) -> str | None:
        """The id that the caller has set; otherwise Archstone knows it."""
        return self.given_user_id


class SessionLogin(Login):
    """Sends requests with the token and to the endpoint of a keystoneauth1 session."""

    def __init__(
        self,
        session: Session,
        auth: BaseAuthPlugin | None,
        endpoint: str | None,
        wanted: dict[str, Any],
        *,
        include_metadata: bool,
    ) -> None:
        """Use the session. `wanted` selects the endpoint, with keystoneauth1's arguments."""
        super().__init__(include_metadata=include_metadata)
        self.session = session
        self.auth = auth
        self._endpoint = endpoint
        self._wanted = wanted
        self._lock = threading.Lock()
        self._made: tuple[Hidden, archstone.Client] | None = None

    def client(self) -> archstone.Client:
        """Return a client with the session's current token."""
        token = Hidden(self.session.get_token(self.auth))
        with self._lock:
            if self._made is None or self._made[0]() != token():
                self._made = (token, self._client_with(token))
            return self._made[1]

    def _client_with(self, token: Hidden) -> archstone.Client:
        # Callers with a session have keystoneauth1; nobody else needs it.
        from archstone.keystoneauth._connection import Connection  # noqa: PLC0415

        url = self.endpoint()
        options: dict[str, Any] = Connection.of(self.session, {}).options()
        timeout: float | None = getattr(self.session, "timeout", None)
        return archstone.Client(token_id=token(), mgmt_url=url, timeout=timeout or None, **options)

    def endpoint(self) -> str | None:
        """Return the URL of the identity service: from the catalog, or where the session logs in."""
        if self._endpoint is None:
            from keystoneauth1 import exceptions, plugin  # noqa: PLC0415

            try:
                self._endpoint = self.session.get_endpoint(self.auth, **self._wanted)
            except exceptions.CatalogException:
                # An unscoped token has no catalog.
                self._endpoint = None
            if self._endpoint is None:
                wanted: dict[str, Any] = {**self._wanted, "interface": plugin.AUTH_INTERFACE}
                self._endpoint = self.session.get_endpoint(self.auth, **wanted)
        return self._endpoint

    @property
    def user_id(self) -> str | None:
        """The id of the token's user."""
        return self.session.get_user_id(self.auth) or self.given_user_id

    def move(self, endpoint: str) -> None:
        """Use another endpoint from now on."""
        with self._lock:
            self._endpoint, self._made = endpoint, None

    def _with_a_token(self, ask: Callable[[archstone.Client], _Answer], *, may_try_again: bool = True) -> _Answer:
        try:
            return ask(self.client())
        except archstone.Error as error:
            if error.status != _UNAUTHORIZED or not may_try_again or not self.session.invalidate(self.auth):
                raise
        return ask(self.client())

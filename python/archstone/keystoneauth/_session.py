"""keystoneauth1's session, whose requests are sent by Archstone."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import keystoneauth1.session
import requests
from keystoneauth1 import exceptions
from keystoneauth1 import plugin as plugins
from requests.structures import CaseInsensitiveDict

import archstone
from archstone._hidden import Hidden
from archstone.keystoneauth._connection import Connection
from archstone.keystoneauth._discovery import Outcomes
from archstone.keystoneauth._errors import refusal, translation
from archstone.keystoneauth._patches import adapters_are_patched, session_is_patched
from archstone.keystoneauth._plugin import Plugin
from archstone.keystoneauth._signature import named, signed_as
from archstone.keystoneauth._transport import Transport, can_seek

if TYPE_CHECKING:
    import logging
    from collections.abc import Generator
    from contextlib import AbstractContextManager

    from keystoneauth1.discover import EndpointData, VersionData

_Base = keystoneauth1.session.Session

# Parts of it have no type annotations.
_requests: Any = requests

# `redirect=True` means no limit; a redirect loop is still detected.
_MANY_REDIRECTS = 1000

# A `%` without a known placeholder is kept.
_NO_NAME = re.compile(r"%(?!\((?:project_id|user_id)\)s)")


class _Exchange(NamedTuple):
    """Data about a request in addition to what keystoneauth1 passes on."""

    auth: plugins.BaseAuthPlugin | None
    client: archstone.Client | None
    """The client that has the token, and replaces it when it is rejected."""
    authenticated: bool
    reauthenticate: bool
    begin: int | None
    """The initial position of the body's file."""

    def has_token(self) -> bool:
        """Return whether the client sends a token, and not something else instead."""
        return self.client is not None and self.client.authorization is None and self.client.scope_headers is None


class Session(_Base):
    """keystoneauth1's session, with Archstone's connections, retries, timeouts and replacement of tokens.

    >>> Session(auth=archstone.Client.from_env())
    >>> Session(auth=keystoneauth1.identity.v3.Password(…), timeout=30)

    It takes the arguments of keystoneauth1's; `auth` may also be an Archstone client. Requests are sent as
    keystoneauth1 would send them if a `requests.Session` or `tls_ciphers` is given, or an adapter is mounted.
    """

    @signed_as(_Base.__init__)
    def __init__(
        self,
        auth: plugins.BaseAuthPlugin | archstone.Client | None = None,
        session: requests.Session | None = None,
        *arguments: Any,  # noqa: ANN401
        **options: Any,  # noqa: ANN401
    ) -> None:
        """Create a session: see keystoneauth1's."""
        known = Plugin.from_client(auth) if isinstance(auth, archstone.Client) else auth
        options.update(named(_Base.__init__, arguments, 3))
        super().__init__(known, session, **options)
        self._outcomes = Outcomes()
        if session is None and not options.get("tls_ciphers") and self._has_stock_adapters():
            # Archstone sets its own `User-Agent`, requests gzip, and reads the machine's proxies; a password from
            # ~/.netrc would replace the token.
            self.session.headers = CaseInsensitiveDict({"Accept": "*/*"})
            self.session.trust_env = False
            transport = Transport(options.get("tls_min_version"))
            for scheme in ("http://", "https://"):
                self.session.mount(scheme, transport)

    def _has_stock_adapters(self) -> bool:
        """Return whether no other adapter is mounted, as by a recorder that creates sessions for tests."""
        return all(type(it) is keystoneauth1.session.TCPKeepAliveAdapter for it in self.session.adapters.values())

    @signed_as(_Base.request)
    def request(
        self,
        url: str,
        method: str,
        *arguments: Any,  # noqa: ANN401
        **options: Any,  # noqa: ANN401
    ) -> requests.Response:
        """Send a request, and return its response: see keystoneauth1's.

        Raises:
            HttpError: the response is 400 or above.
            ClientException: there is no response, or no token.

        """
        given = Hidden({**options, **named(_Base.request, arguments, 3)})
        del arguments, options
        given()["headers"] = CaseInsensitiveDict(given().get("headers") or {})
        if address := given().get("original_ip"):
            forwarded = f'for="[{address}]"' if ":" in address else f"for={address}"
            given()["headers"].setdefault("Forwarded", forwarded)
        if given().get("endpoint_override"):
            given()["endpoint_override"] = _NO_NAME.sub("%%", given()["endpoint_override"])
        raise_exc = given().pop("raise_exc", True)
        response = super().request(url, method, raise_exc=False, exchange=self._exchange(given), **given())
        if raise_exc and response.status_code >= requests.codes.bad_request:
            raise refusal(response, getattr(response, "error", None), method, response.url)
        return response

    def _exchange(self, given: Hidden) -> _Exchange:
        """Inspect a request before it is sent. A token that Archstone replaces is not replaced a second time."""
        auth = given().get("auth") or self.auth
        authenticated = given().get("authenticated")
        authenticated = auth is not None if authenticated is None else bool(authenticated)
        reauthenticate = authenticated and bool(given().get("allow_reauth", True))
        client = None
        if isinstance(auth, Plugin):
            client = auth.client_for(self, Connection.of(self, given()))
        begin, can_be_sent_again = _place(given().get("data"))
        if client is not None or not can_be_sent_again:
            given()["allow_reauth"] = False
        return _Exchange(auth, client, authenticated, reauthenticate, begin)

    def _send_request(  # noqa: PLR0913, PLR0917  as keystoneauth1 calls it
        self,
        url: str,
        method: str,
        redirect: int | bool,  # noqa: FBT001
        log: bool,  # noqa: FBT001
        logger: logging.Logger,
        split_loggers: bool | None,  # noqa: FBT001
        connect_retries: int,
        status_code_retries: int,
        retriable_status_codes: list[int],
        rate_semaphore: AbstractContextManager[None],
        connect_retry_delays: keystoneauth1.session._Retries,
        status_code_retry_delays: keystoneauth1.session._Retries,
        **options: Any,  # noqa: ANN401
    ) -> requests.Response:
        exchange: _Exchange | None = options.pop("exchange", None)
        asked = Hidden(options)
        del options
        with _preparation(url):
            transport = self.session.get_adapter(url)
        if exchange is None or not isinstance(transport, Transport) or self._is_patched():
            send = super()._send_request
            retries = (connect_retries, status_code_retries, retriable_status_codes, rate_semaphore)
            delays = (connect_retry_delays, status_code_retry_delays)
            known = (url, method, redirect, log, logger, split_loggers)
            response = send(*known, *retries, *delays, **asked())
            if self._may_replace(exchange, response):
                asked()["headers"].update(self.get_auth_headers(exchange and exchange.auth) or {})
                response = send(*known, *retries, *delays, **asked())
            return response
        if exchange.begin is not None:
            asked()["data"].seek(exchange.begin)
        with _preparation(url):
            prepared = Hidden(self.session.prepare_request(_request(url, method, asked)))
        pause = next(status_code_retry_delays if status_code_retries else connect_retry_delays)
        policy = archstone.Retries(
            attempts=1 + max(connect_retries, status_code_retries, 0),
            statuses=[*retriable_status_codes] if status_code_retries else [],
            pause=pause,
            # A caller that names statuses expects requests of every method to be retried.
            also_unsafe=bool(status_code_retries),
        )
        connection = Connection.of(self, asked())
        sent: dict[str, Any] = {"stream": bool(asked().get("stream")), "timeout": asked().get("timeout")}
        with rate_semaphore, translation():
            given = transport.exchange(
                exchange.client or transport.client(connection),
                prepared,
                **sent,
                retries=policy,
                redirects=_most_redirects(redirect),
                authenticated=exchange.authenticated and exchange.client is not None,
                reauthenticate=exchange.reauthenticate,
            )
        if exchange.has_token() and exchange.authenticated and exchange.auth is not None:
            # The token may have been replaced meanwhile: this informs `invalidate`.
            exchange.auth.get_token(self)
        # With everything that a hook needs to send the request again, as with `requests`.
        sent.update(verify=connection.verify, cert=connection.cert)
        answer: requests.Response = _requests.hooks.dispatch_hook(
            "response", prepared().hooks, given, **sent, proxies=dict(connection.proxies)
        )
        for one in (*answer.history, answer):
            _requests.cookies.extract_cookies_to_jar(self.session.cookies, one.request, one.raw)
        if log:
            self._http_log_response(response=answer, logger=logger, split_loggers=split_loggers)
        return answer

    def _is_patched(self) -> bool:
        return session_is_patched(self.session) or adapters_are_patched()

    @staticmethod
    def _may_replace(exchange: _Exchange | None, response: requests.Response) -> bool:
        return (
            exchange is not None
            and exchange.client is not None
            and exchange.auth is not None
            and exchange.reauthenticate
            and response.status_code == requests.codes.unauthorized
            and exchange.auth.invalidate()
        )

    @signed_as(_Base.get_endpoint)
    def get_endpoint(
        self,
        auth: plugins.BaseAuthPlugin | None = None,
        *,
        endpoint_override: str | None = None,
        **wanted: Any,  # noqa: ANN401
    ) -> str | None:
        """Return a service's URL, or None; `endpoint_override` with its placeholders filled in."""
        if endpoint_override:
            return self._filled_in(endpoint_override, auth)
        auth = self._auth_required(auth, "determine endpoint URL")
        return auth.get_endpoint(self._outcomes.seen_by(self), **wanted)

    @signed_as(_Base.get_endpoint_data)
    def get_endpoint_data(
        self,
        auth: plugins.BaseAuthPlugin | None = None,
        **wanted: Any,  # noqa: ANN401
    ) -> EndpointData | None:
        """Return the URL and the version of a service, or None."""
        auth = self._auth_required(auth, "determine endpoint URL")
        return auth.get_endpoint_data(self._outcomes.seen_by(self), **self._wanted(wanted, auth))

    @signed_as(_Base.get_api_major_version)
    def get_api_major_version(
        self,
        auth: plugins.BaseAuthPlugin | None = None,
        **wanted: Any,  # noqa: ANN401
    ) -> tuple[int | float, ...] | None:
        """Return the version of a service's API, or None."""
        auth = self._auth_required(auth, "determine endpoint URL")
        return auth.get_api_major_version(self._outcomes.seen_by(self), **self._wanted(wanted, auth))

    @signed_as(_Base.get_all_version_data)
    def get_all_version_data(
        self,
        auth: plugins.BaseAuthPlugin | None = None,
        *arguments: Any,  # noqa: ANN401
        **wanted: Any,  # noqa: ANN401
    ) -> dict[str, dict[str, dict[str, list[VersionData]]]]:
        """Return the versions of the services in the catalog, by region, interface and type."""
        auth = self._auth_required(auth, "determine endpoint URL")
        return auth.get_all_version_data(self._outcomes.seen_by(self), *arguments, **wanted)

    def _wanted(self, wanted: dict[str, Any], auth: plugins.BaseAuthPlugin | None) -> dict[str, Any]:
        if wanted.get("endpoint_override"):
            wanted["endpoint_override"] = self._filled_in(wanted["endpoint_override"], auth)
        return wanted

    def _filled_in(self, endpoint_override: str, auth: plugins.BaseAuthPlugin | None) -> str:
        values = {"project_id": self.get_project_id, "user_id": self.get_user_id}
        for name, get in values.items():
            if f"%({name})s" in endpoint_override:
                endpoint_override = endpoint_override.replace(f"%({name})s", get(auth) or "")
        return endpoint_override

    # The same logging as keystoneauth1's, but never with a body, which may contain a password.

    @signed_as(_Base._http_log_request)
    def _http_log_request(self, url: str, *arguments: Any, **said: Any) -> None:  # noqa: ANN401
        hidden = Hidden({**said, **named(_Base._http_log_request, arguments, 2), "data": None, "json": None})
        del arguments, said
        super()._http_log_request(url, **hidden())

    @signed_as(_Base._http_log_response)
    def _http_log_response(self, *arguments: Any, **said: Any) -> None:  # noqa: ANN401
        said.update(named(_Base._http_log_response, arguments, 1), text="Omitted", json=None)
        super()._http_log_response(**said)

    @staticmethod
    def _process_header(header: tuple[str, str]) -> tuple[str, str]:
        if header[0].lower() in {"openstack-auth-receipt", "cookie", "set-cookie"}:
            return header[0], _Base._process_header(("Authorization", header[1]))[1]
        return _Base._process_header(header)


@contextmanager
def _preparation(url: str) -> Generator[None]:
    try:
        yield
    except requests.exceptions.InvalidHeader:
        # The exception quotes the value, which may be a token: neither its message nor the exception is shown.
        message = f"`{url}` cannot be asked: a header begins with a blank or holds a line break"
        raise exceptions.UnknownConnectionError(message, requests.exceptions.InvalidHeader(message)) from None
    except requests.RequestException as problem:
        message = f"`{url}` cannot be asked: {problem}"
        raise exceptions.UnknownConnectionError(message, problem) from problem


def _request(url: str, method: str, asked: Hidden) -> requests.Request:
    request = requests.Request(method.upper(), url)
    for name in ("headers", "files", "data", "params", "auth", "cookies", "hooks"):
        if asked().get(name) is not None:
            setattr(request, name, asked()[name])
    return request


def _most_redirects(redirect: int | bool) -> int:  # noqa: FBT001  keystoneauth1's type
    if isinstance(redirect, bool):
        return _MANY_REDIRECTS if redirect else 0
    return max(redirect, 0)


def _place(body: Any) -> tuple[int | None, bool]:  # noqa: ANN401
    """Return the position of a file, and whether a body can be sent another time."""
    if can_seek(body):
        return body.tell(), True
    return None, body is None or isinstance(body, (bytes, bytearray, str, dict, list, tuple))

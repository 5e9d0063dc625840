"""Sends prepared requests of `requests` through Archstone, and returns responses of `requests`."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

import io
import threading
from dataclasses import replace
from http.client import HTTPMessage
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers

import archstone
from archstone._hidden import Hidden
from archstone.keystoneauth._connection import Connection
from archstone.keystoneauth._errors import as_requests_says
from archstone.keystoneauth._patches import adapters_are_patched

if TYPE_CHECKING:
    from collections.abc import Mapping

# Parts of it have no type annotations.
_requests: Any = requests

# keystoneauth1 waits indefinitely. An hour without data means that the connection is dead.
_LONGEST_SILENCE = 3600.0

# Headers that the connection sets itself.
_OWN_HEADERS = {"connection", "transfer-encoding"}


class Response(requests.Response):
    """A response of `requests` that came through Archstone."""

    error: archstone.Error | None = None
    """The error of the response, if it is 400 or above."""


class Transport(BaseAdapter):
    """The adapter that a `requests.Session` sends requests through.

    It never logs in: requests carry the headers that they have. `exchange` is for callers with a client.
    """

    def __init__(self, tls_min_version: str | None = None) -> None:
        """Create a transport. Clients are created on demand, one for each set of connection settings."""
        super().__init__()
        self._tls_min_version = tls_min_version
        self._clients: dict[Connection, archstone.Client] = {}
        self._lock = threading.Lock()
        self._stock = HTTPAdapter()

    def client(self, connection: Connection) -> archstone.Client:
        """Return a client with these connection settings, and without a token."""
        with self._lock:
            client = self._clients.get(connection)
            if client is None:
                # A token that is never sent: such requests are sent with `authenticated=False`.
                client = archstone.Client(token_id="none", **connection.options())  # noqa: S106
                self._clients[connection] = client
            return client

    def exchange(
        self,
        client: archstone.Client,
        prepared: Hidden,
        *,
        stream: bool,
        timeout: float | tuple[float | None, float | None] | None,
        **options: Any,  # noqa: ANN401
    ) -> Response:
        """Send a prepared request, and return its response, whatever the status.

        Raises:
            archstone.Error: there is no response.

        """
        answer = client.request(
            prepared().method or "GET",
            prepared().url or "",
            headers=_headers(prepared()),
            data=prepared().body,
            stream=stream,
            timeout=_limits(timeout),
            raise_exc=False,
            **options,
        )
        response = _response(answer, prepared(), stream=stream)
        for one in (*response.history, response):
            one.connection = cast("Any", self)  # authentication in `requests` uses it to send again
        return response

    def send(  # noqa: PLR0913, PLR0917  called by `requests`
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002  the signature of `requests`
        timeout: float | tuple[float | None, float | None] | None = None,
        verify: bool | str = True,  # noqa: FBT001, FBT002
        cert: Any = None,  # noqa: ANN401
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send a request of a `requests.Session` that is used directly."""
        if adapters_are_patched():
            return self._stock.send(request, stream, cast("Any", timeout), verify, cert, proxies)
        connection = Connection.of(self, {"verify": verify, "cert": cert, "proxies": proxies})
        connection = replace(connection, tls_min_version=self._tls_min_version)
        never = archstone.Retries(attempts=1)
        prepared = Hidden(request)
        del request, proxies
        try:
            client = self.client(connection)
            return self.exchange(
                client,
                prepared,
                stream=stream,
                timeout=timeout,
                authenticated=False,
                redirects=0,
                retries=never,
            )
        except archstone.Error as error:
            raise as_requests_says(error, prepared()) from error

    def close(self) -> None:
        """Close connections; the transport can be used again."""
        with self._lock:
            for client in self._clients.values():
                client.close()
        self._stock.close()


def _headers(request: requests.PreparedRequest) -> dict[str, str | bytes]:
    left_out = set(_OWN_HEADERS)
    body: object = request.body
    if isinstance(body, (bytes, str)) or can_seek(body):
        # The length of these is known; for an iterator only if the caller sets it.
        left_out.add("content-length")
    return {name: value for name, value in request.headers.items() if name.lower() not in left_out}


def can_seek(body: object) -> bool:
    """Return whether a body is a file that can be read again."""
    seekable = getattr(body, "seekable", None)
    return bool(seekable and seekable())


def _limits(timeout: float | tuple[float | None, float | None] | None) -> float | tuple[float | None, float]:
    if isinstance(timeout, tuple):
        connect, read = timeout
        return connect or None, read or _LONGEST_SILENCE
    return timeout or (None, _LONGEST_SILENCE)


def _response(answer: archstone.Response, request: requests.PreparedRequest, *, stream: bool) -> Response:
    hops = answer.history
    if not hops:
        return _built(answer, request, stream=stream)
    history: list[requests.Response] = []
    asked = request
    for hop in hops:
        asked = _moved(asked, hop.url)
        history.append(_built(hop, asked, stream=False))
    response = _built(answer, _moved(asked, answer.url), stream=stream)
    response.history = history
    return response


def _moved(request: requests.PreparedRequest, url: str) -> requests.PreparedRequest:
    """Return the request that follows a redirect: its headers are sent only to their origin."""
    if request.url == url:
        return request
    moved = request.copy()
    if urlsplit(url)[:2] != urlsplit(request.url or "")[:2]:
        moved.headers = CaseInsensitiveDict()
    moved.url = url
    return moved


def _built(answer: archstone.Response, request: requests.PreparedRequest, *, stream: bool) -> Response:
    response = Response()
    response.status_code = answer.status_code
    response.reason = answer.reason
    response.url = answer.url
    response.elapsed = answer.elapsed
    response.request = request
    response.headers = CaseInsensitiveDict(answer.headers.items())
    response.encoding = get_encoding_from_headers(response.headers)
    if not answer.ok:
        response.error = _error_of(answer)
    is_whole = not stream or not answer.ok
    body = io.BytesIO() if is_whole else cast("io.BytesIO", _Body(answer))
    response.raw = _raw(answer, body)
    _requests.cookies.extract_cookies_to_jar(response.cookies, request, response.raw)
    if is_whole:
        response._content = answer.content  # as `requests` stores it
        response._content_consumed = True  # type: ignore[attr-defined]
    return response


def _error_of(answer: archstone.Response) -> archstone.Error | None:
    try:
        answer.raise_for_status()
    except archstone.Error as error:
        return error
    return None


def _raw(answer: archstone.Response, body: io.BytesIO) -> urllib3.HTTPResponse:
    """Return `Response.raw`, with the cookies where `requests` expects them."""
    message = HTTPMessage()
    headers = urllib3.HTTPHeaderDict()
    for name in answer.headers:
        for value in answer.headers.get_all(name):
            message[name] = value
            headers.add(name, value)
    raw = urllib3.HTTPResponse(
        body=body,
        headers=headers,
        status=answer.status_code,
        version=11,
        reason=answer.reason,
        # The connection has already decoded it.
        decode_content=False,
        preload_content=False,
        enforce_content_length=False,
    )
    raw._original_response = cast("Any", _Head(message))  # where `requests` looks for cookies
    return raw


class _Head:
    def __init__(self, message: HTTPMessage) -> None:
        self.msg = message

    def isclosed(self) -> bool:
        return True

    def close(self) -> None:
        pass


class _Body(io.RawIOBase):
    """A body that is still arriving, as a file."""

    def __init__(self, answer: archstone.Response) -> None:
        self._answer = answer

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        if size == 0:
            return b""
        try:
            if size is None or size < 0:
                return b"".join(self._answer.iter_content(None))
            return next(self._answer.iter_content(size), b"")
        except archstone.Error as error:
            raise urllib3.exceptions.ProtocolError(str(error), error) from error

    def close(self) -> None:
        self._answer.close()
        super().close()

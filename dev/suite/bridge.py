"""A loopback HTTP proxy that answers from the `requests_mock` mocker that is active in this process.

`start()` runs a threaded proxy, points HTTP_PROXY and HTTPS_PROXY at it, and keeps track of every mocker that
is started. A request that arrives is rebuilt as a `requests.PreparedRequest` and passed to the adapter of the
innermost active mocker, which records it in its history exactly as for stock keystoneauth1; the mock's
response is sent back over the wire. So tests written for mocks test real requests.

What HTTP cannot carry:
* The arguments of `requests` (`verify`, `cert`, `timeout`) are those in `ARGUMENTS`: `swap.py` stores them.
* A mock that raises `Timeout` leaves the connection open without a response; every other exception resets it.
* A status outside 100 to 999 cannot be sent: the connection is reset.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import struct
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests
import requests_mock
import trustme
from requests.structures import CaseInsensitiveDict
from requests_mock import mocker as rm_mocker

ACTIVE: list = []  # The active mockers, the innermost last.
SEEN: list = []  # Method and URL of every request of the current test.
ARGUMENTS: dict = {}  # The arguments of the current request that HTTP does not carry.
HOLD = threading.Event()  # Set at the end of a test, to close connections that wait without a response.


class Body(str):
    """Text that also equals the same bytes, since the request does not show which of the two was passed."""

    def __eq__(self, other):
        return str(self) == (other.decode("utf-8", "replace") if isinstance(other, bytes) else other)

    def __ne__(self, other):
        return not self == other

    __hash__ = str.__hash__

    def decode(self, *_):
        return str(self)


def body_of(sent):
    """`PreparedRequest.body`, as far as it is known."""
    if sent is None:
        return None
    try:
        return Body(sent.decode("utf-8"))
    except UnicodeDecodeError:
        return sent


_start, _stop = rm_mocker.MockerCore.start, rm_mocker.MockerCore.stop


def _tracked_start(self):
    _start(self)
    ACTIVE.append(self)


def _tracked_stop(self):
    _stop(self)
    if self in ACTIVE:
        ACTIVE.remove(self)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    origin = ""

    def log_message(self, *_):
        pass

    def do_CONNECT(self):
        host, _, port = self.path.rpartition(":")
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self.wfile.flush()
        context = self.server.context_for(host.strip("[]"))
        try:
            self.connection = context.wrap_socket(self.connection, server_side=True)
        except OSError:
            self.close_connection = True
            return
        self.rfile = self.connection.makefile("rb", self.rbufsize)
        self.wfile = self.connection.makefile("wb", 0)
        self.origin = f"https://{host}" + ("" if port == "443" else f":{port}")
        self.close_connection = False
        while not self.close_connection:
            self.handle_one_request()
        with contextlib.suppress(OSError):
            self.connection.unwrap()

    def _body(self):
        if "chunked" in (self.headers.get("Transfer-Encoding") or "").lower():
            whole = b""
            while True:
                size = int(self.rfile.readline().split(b";")[0], 16)
                part = self.rfile.read(size)
                self.rfile.readline()
                if not size:
                    return whole
                whole += part
        length = int(self.headers.get("Content-Length") or 0)
        return self.rfile.read(length) if length else None

    def _prepared(self, body):
        prepared = requests.PreparedRequest()
        prepared.method = self.command
        url = self.path if "://" in self.path else self.origin + self.path
        prepared.url = url
        headers = CaseInsensitiveDict()
        for name, value in self.headers.items():
            if name.lower() in ("proxy-connection",):
                continue
            headers[name] = value
        prepared.headers = headers
        prepared.body = body_of(body)
        prepared._cookies = requests.cookies.RequestsCookieJar()
        return prepared

    def _reset(self):
        self.close_connection = True
        try:
            raw = self.connection
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raw.close()
        except OSError:
            pass

    def _serve(self):
        body = self._body()
        prepared = self._prepared(body)
        SEEN.append((prepared.method, prepared.url))
        answer = failure = None
        for mocker in reversed(ACTIVE):
            try:
                answer = mocker._adapter.send(prepared, **ARGUMENTS)
                break
            except requests_mock.exceptions.NoMockAddress as problem:
                failure = problem
                if not mocker.real_http:
                    break
            except Exception as problem:  # a mock can raise anything
                failure = problem
                break
        if answer is None:
            if isinstance(failure, requests.exceptions.Timeout):
                HOLD.wait(30)
            self._reset()
            return
        try:
            self._answer(prepared, answer)
        except OSError:
            self.close_connection = True

    def _answer(self, prepared, answer):
        if not 100 <= answer.status_code <= 999:
            self._reset()
            return
        try:
            content = answer.raw.read(decode_content=False) or b""
        except TypeError:
            content = answer.content
        reason = answer.reason or ""
        lines = [f"HTTP/1.1 {answer.status_code} {reason}"]
        bodiless = prepared.method == "HEAD" or answer.status_code in (204, 304) or answer.status_code < 200
        headers = getattr(answer.raw, "headers", None) or answer.headers
        for name, value in headers.items():
            if str(name).lower() in ("content-length", "transfer-encoding", "connection"):
                continue
            lines.append(f"{name}: {value}")
        if not bodiless:
            lines.append(f"Content-Length: {len(content)}")
        lines.append("Connection: close")
        self.wfile.write("\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + (b"" if bodiless else content))
        self.wfile.flush()
        self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _serve

    def __getattr__(self, name):
        if name.startswith("do_"):  # nonstandard methods
            return self._serve
        raise AttributeError(name)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_):
        pass

    def context_for(self, host):
        with self.lock:
            context = self.contexts.get(host)
            if context is None:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                self.authority.issue_cert(host).configure_cert(context)
                self.contexts[host] = context
            return context


def start() -> None:
    """Start the proxy, and make this process use it. Must be called before Archstone is imported."""
    server = Server(("127.0.0.1", 0), Handler)
    server.lock = threading.Lock()
    server.contexts = {}
    server.authority = trustme.CA()
    folder = tempfile.mkdtemp(prefix="bridge-")
    bundle = os.path.join(folder, "ca.pem")
    server.authority.cert_pem.write_to_path(bundle)
    global _bundle
    _bundle = bundle
    threading.Thread(target=server.serve_forever, daemon=True, name="bridge").start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    for name in list(os.environ):
        if name.startswith(("OS_", "ARCHSTONE_")) or name.lower().endswith("_proxy"):
            del os.environ[name]
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        os.environ[name] = address
    os.environ["SSL_CERT_FILE"] = bundle
    os.environ.pop("REQUESTS_CA_BUNDLE", None)
    os.environ.pop("CURL_CA_BUNDLE", None)
    rm_mocker.MockerCore.start = _tracked_start
    rm_mocker.MockerCore.stop = _tracked_stop


_count = 0
_bundle = None


def bundle_of_this_test() -> str:
    """The bridge's CA under a name for this test: logins with another CA are not shared."""
    name = f"{_bundle}.{_count}"
    if not os.path.exists(name):
        os.symlink(_bundle, name)
    return name


def begin_test():
    """Reset the state of the previous test."""
    global _count
    _count += 1
    HOLD.clear()
    SEEN.clear()
    ARGUMENTS.clear()


def end_test():
    """Clean up everything that a test has left behind."""
    HOLD.set()
    ACTIVE.clear()


def is_silent() -> bool:
    """Return whether the active mock simulates a server that does not respond."""
    matchers = (matcher for mocker in ACTIVE for matcher in mocker._adapter._matchers)
    raised = (answer._exc for matcher in matchers for answer in getattr(matcher, "_responses", ()))
    kinds = (it if isinstance(it, type) else type(it) for it in raised)
    return any(issubclass(it, requests.exceptions.Timeout) for it in kinds)

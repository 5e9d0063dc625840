"""`proxies` of a request and of a `requests.Session`, on a session of Archstone: with the precedence of `requests`."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple

import keystoneauth1.session
import pytest
from keystoneauth1 import exceptions

from archstone.keystoneauth import Plugin, Session
from archstone.testing import FakeKeystone, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator

HOSTS = ("127.0.0.1", "localhost")


class Server(ThreadingHTTPServer):
    """A server or proxy that records its requests, and forwards nothing."""

    def __init__(self, name: str, asked: list[str]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.name, self.asked = name, asked
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def answer(self) -> None:
        self.server.asked.append(self.server.name)
        self.send_response(502 if self.command == "CONNECT" else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST = do_CONNECT = answer  # noqa: N815  as it is called

    def log_message(self, *_: object) -> None:
        pass


class Network(NamedTuple):
    """A server, and two proxies."""

    asked: list[str]
    origin: Server
    one: Server
    two: Server

    def way(self, session: keystoneauth1.session.Session, url: str, **options: Any) -> list[str]:  # noqa: ANN401
        """Request a URL, and return the server that was contacted first."""
        self.asked.clear()
        try:
            session.get(url, connect_retries=0, **options)
        except (exceptions.ClientException, exceptions.SSLError):
            assert url.startswith("https")
        return self.asked[:1]


@contextmanager
def network() -> Iterator[Network]:
    asked: list[str] = []
    with ExitStack() as stack:
        servers = [stack.enter_context(Server(name, asked)) for name in ("origin", "one", "two")]
        for server in servers:
            Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
            stack.callback(server.shutdown)
        yield Network(asked, *servers)


@pytest.fixture
def there() -> Iterator[Network]:
    with network() as made:
        yield made


# The proxies of the session, of the request and in the environment: `1` and `2`.
CASES: list[tuple[dict[str, Any], dict[str, Any], dict[str, str]]] = [
    ({}, {}, {}),
    ({"http": "1"}, {}, {}),
    ({"all": "1"}, {}, {}),
    ({"https": "1"}, {}, {}),
    ({"http": "1", "https": "2"}, {}, {}),
    ({"http://localhost": "1"}, {}, {}),
    ({"https://localhost": "1"}, {}, {}),
    ({"all://localhost": "1"}, {}, {}),
    ({"all://localhost": "1", "all": "2"}, {}, {}),
    ({"all://localhost": "1", "http": "2"}, {}, {}),
    ({"http://localhost": "1", "http": "2", "all": "2"}, {}, {}),
    ({"http": "1"}, {"http": "2"}, {}),
    ({"http": "1"}, {"http://localhost": "2"}, {}),
    ({"http://localhost": "1"}, {"http": "2"}, {}),
    ({"http": "1"}, {"http": None}, {}),
    ({"http": "1"}, {"http": ""}, {}),
    ({"all": "1", "http": ""}, {}, {}),
    ({"ftp": "1", "no": "x", "http://localhost:80": "1", "http://a b": "1", "nonsense": "1"}, {}, {}),
    ({}, {}, {"http_proxy": "1"}),
    ({}, {"http": "2"}, {"http_proxy": "1"}),
    ({}, {"http://localhost": "2"}, {"http_proxy": "1"}),
    ({"http://localhost": "2"}, {}, {"http_proxy": "1"}),
    ({}, {"http": ""}, {"http_proxy": "1"}),
    ({}, {"http": None}, {"http_proxy": "1"}),
    ({}, {"https": "2"}, {"http_proxy": "1"}),
    ({}, {"no_proxy": "127.0.0.1,localhost"}, {"http_proxy": "1"}),
    ({}, {"no_proxy": "127.0.0.1"}, {"http_proxy": "1", "no_proxy": "localhost"}),
    ({}, {}, {"http_proxy": "1", "no_proxy": "localhost"}),
    ({}, {"http": "2"}, {"http_proxy": "1", "no_proxy": "localhost"}),
]


def named(there: Network, proxies: dict[str, Any]) -> dict[str, Any]:
    urls = {"1": there.one.url, "2": there.two.url.removeprefix("http://")}
    return {key: urls.get(value, value) for key, value in proxies.items()}


@pytest.mark.parametrize("number", range(len(CASES)))
def test_the_proxy_of_a_url_is_the_one_that_requests_uses(
    there: Network, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    of_session, of_request, environment = (named(there, it) for it in CASES[number])
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    sessions = keystoneauth1.session.Session(), Session()
    for session in sessions:
        session.session.proxies.update(of_session)
    for scheme in ("http", "https"):
        for host in HOSTS:
            url = f"{scheme}://{host}:{there.origin.server_port}/"
            stock, ours = (there.way(session, url, proxies=dict(of_request)) for session in sessions)
            assert ours == stock, url


def test_what_differs_from_requests(there: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    session, stock = Session(), keystoneauth1.session.Session()
    url = f"{there.origin.url}/"
    for it in (session, stock):
        it.session.proxies = {"http": there.one.url, "no_proxy": "127.0.0.1"}
    assert (there.way(stock, url), there.way(session, url)) == (["one"], ["origin"])
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", there.two.url)
    for it in (session, stock):
        it.session.proxies = {"http": there.one.url}
    assert (there.way(stock, url), there.way(session, url)) == (["two"], ["one"])


def test_logins_and_redirects_heed_them_too(there: Network, archstone_keystone: FakeKeystone) -> None:
    plugin = Plugin(**archstone_keystone.options())
    session = Session(auth=plugin)
    host = archstone_keystone.url.split("//", maxsplit=1)[1].split(":", maxsplit=1)[0]
    session.session.proxies = {f"http://{host}": there.one.url}
    with pytest.raises(exceptions.ClientException):
        session.get_token()
    assert set(there.asked) == {"one"}
    there.asked.clear()

    elsewhere = f"http://localhost:{there.origin.server_port}/"
    archstone_keystone.on("GET", "/moved").reply(Reply(302, headers={"Location": elsewhere}))
    session = Session()
    session.session.proxies = {"http://localhost": there.two.url}
    assert session.get(f"{archstone_keystone.url}/moved").history
    assert there.asked == ["two"]

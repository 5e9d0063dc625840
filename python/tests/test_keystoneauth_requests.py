"""Features of `requests` on a session of Archstone: responses, authentication, hooks, mocks."""

from __future__ import annotations

import base64
import hashlib
import json
import pickle
import re
import subprocess
import sys
from collections import deque
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from unittest import mock

import betamax  # type: ignore[import-untyped]
import pytest
import requests
import requests_mock
import responses
import vcr  # type: ignore[import-untyped]
from keystoneauth1 import exceptions, token_endpoint
from keystoneauth1.fixture import keystoneauth_betamax
from requests.adapters import BaseAdapter
from requests.auth import AuthBase, HTTPDigestAuth

import archstone
from archstone.keystoneauth import Adapter, Plugin, Session
from archstone.testing import Failure, FakeKeystone, FakeServer, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer() as server:
        yield server


# --- Responses -------------------------------------------------------------------------------------------------------


def test_an_answer_has_all_that_requests_gives(server: FakeServer) -> None:
    body = b'{"a": 1}'
    head = b"HTTP/1.1 200 Quite Fine\r\nSet-Cookie: a=1; Path=/\r\nSet-Cookie: b=2; Path=/\r\n"
    head += b"Content-Type: application/json\r\nLink: <http://a.example/2>; rel=next\r\nContent-Length: 8\r\n\r\n"
    server.on("*", "/x").reply(Reply.raw(head + body))
    ours, stock = Session(), requests.Session()

    for mine, theirs in (
        (ours.get(f"{server.url}/x"), stock.get(f"{server.url}/x")),
        (ours.get(f"{server.url}/x", stream=True), stock.get(f"{server.url}/x", stream=True)),
    ):
        assert mine.reason == theirs.reason == "Quite Fine"
        assert mine.cookies.get_dict() == theirs.cookies.get_dict() == {"a": "1", "b": "2"}
        for name in (
            "content",
            "text",
            "url",
            "ok",
            "links",
            "encoding",
            "history",
            "is_redirect",
            "next",
            "status_code",
        ):
            assert getattr(mine, name) == getattr(theirs, name), name
        assert mine.connection is ours.session.get_adapter(server.url)
        assert vars(theirs).keys() <= vars(mine).keys() | {"connection"}
        assert (mine.request.method, mine.request.url) == (theirs.request.method, theirs.request.url)
    kept = pickle.loads(pickle.dumps(ours.get(f"{server.url}/x")))
    assert (kept.json(), kept.reason) == ({"a": 1}, "Quite Fine")
    assert ours.session.cookies.get_dict() == {"a": "1", "b": "2"}
    assert archstone.Client(token_id="t").request("GET", f"{server.url}/x").reason == "Quite Fine"


def test_an_answer_knows_the_redirects_that_led_to_it(server: FakeServer) -> None:
    with FakeServer() as other:
        server.on("GET", "/a").reply(Reply(302, headers={"Location": "/b?q=1", "Set-Cookie": "first=1; Path=/"}))
        server.on("GET", "/b").reply(Reply(307, headers={"Location": f"{other.url}/c"}))
        other.on("GET", "/c").reply(Reply(200, headers={"Set-Cookie": "last=1; Path=/"}))
        session = Session()

        answer = session.get(f"{server.url}/a", headers={"X-Own": "marked"})

        whole = [*answer.history, answer]
        assert [(it.status_code, it.url) for it in whole] == [
            (302, f"{server.url}/a"),
            (307, f"{server.url}/b?q=1"),
            (200, f"{other.url}/c"),
        ]
        assert [it.request.url for it in whole] == [it.url for it in whole]
        assert ["X-Own" in it.request.headers for it in whole] == [True, True, False]
        assert answer.history[0].cookies.get_dict() == {"first": "1"}
        assert session.session.cookies.get_dict() == {"first": "1", "last": "1"}
        ours = archstone.Client(token_id="t").request("GET", f"{server.url}/a")
        assert [(it.status_code, it.url) for it in ours.history] == [(it.status_code, it.url) for it in answer.history]


@pytest.mark.parametrize(
    ("redirect", "status", "path"), [(0, 302, "/0"), (1, 302, "/1"), (2, 302, "/2"), (3, 200, "/3")]
)
def test_the_redirect_after_the_last_one_that_is_followed_is_the_answer(
    server: FakeServer, redirect: int, status: int, path: str
) -> None:
    for hop in range(3):
        server.on("GET", f"/{hop}").reply(Reply(302, headers={"Location": f"/{hop + 1}"}))
    server.on("GET", "/3").reply(200)

    answer = Session(redirect=redirect).get(f"{server.url}/0")

    assert (answer.status_code, answer.url, len(answer.history)) == (status, server.url + path, redirect)
    assert Session().get(f"{server.url}/0", redirect=redirect).url == answer.url


def test_a_circle_of_redirects_is_an_error(server: FakeServer) -> None:
    server.fail(Failure.REDIRECT_LOOP)

    for redirect in (2, True):
        with pytest.raises(exceptions.UnknownConnectionError, match="in a loop"):
            Session(redirect=redirect).get(f"{server.url}/x")


# --- Any collection --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    [list, tuple, set, frozenset, deque, dict.fromkeys, lambda it: dict.fromkeys(it).keys(), lambda it: map(int, it)],
)
def test_statuses_may_be_any_collection(server: FakeServer, kind: Callable[[list[int]], Any]) -> None:
    server.on("GET", "/x").reply(200)
    quick: dict[str, Any] = {"status_code_retries": 1, "status_code_retry_delay": 0.01}
    statuses = [HTTPStatus.CONFLICT, 503]
    for ask in (
        lambda: Session().get(f"{server.url}/x", retriable_status_codes=kind(statuses), **quick),
        lambda: Adapter(Session(), retriable_status_codes=kind(statuses), **quick).get(f"{server.url}/x"),
        lambda: archstone.Client(token_id="t").request(
            "GET", f"{server.url}/x", retries=archstone.Retries(statuses=kind(statuses), pause=0.01)
        ),
    ):
        server.fail_next(1, 409)
        assert ask().status_code == 200


# --- Authentication and hooks of `requests` --------------------------------------------------------------------------


def test_digest_authentication(server: FakeServer) -> None:
    challenge = Reply(401, headers={"WWW-Authenticate": 'Digest realm="r", nonce="n", qop="auth"', "Set-Cookie": "c=1"})
    server.on("POST", "/x").reply(200)
    server.fail_next(1, challenge)

    answer = Session().post(f"{server.url}/x", data=b"abc", requests_auth=HTTPDigestAuth("u", "p"))

    first, second = server.requests
    assert (first.text, second.text, answer.status_code) == ("abc", "abc", 200)
    said = dict(re.findall(r'(\w+)="?([^",]+)', second.headers["authorization"]))
    digest = [hashlib.md5(it.encode()).hexdigest() for it in ("u:r:p", "POST:/x")]
    whole = f"{digest[0]}:n:{said['nc']}:{said['cnonce']}:auth:{digest[1]}"
    assert said["response"] == hashlib.md5(whole.encode()).hexdigest()
    assert second.headers["cookie"] == "c=1"
    assert [it.status_code for it in answer.history] == [401]


class Signature(AuthBase):
    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["X-Signature"] = f"{request.method} {request.path_url}"
        request.hooks["response"].append(self.signed)
        return request

    @staticmethod
    def signed(response: requests.Response, **sent: Any) -> requests.Response:  # noqa: ANN401
        assert sent.keys() == {"stream", "timeout", "verify", "cert", "proxies"}
        response.headers["X-Seen"] = "yes"
        return response


def test_authentication_and_hooks_of_ones_own(server: FakeServer) -> None:
    server.on("GET", "/x").reply(200)
    session = Session()
    session.session.hooks["response"].append(lambda response, **_: response.headers.update({"X-Hook": "yes"}))

    answer = session.get(f"{server.url}/x", requests_auth=Signature())
    session.get(f"{server.url}/x", requests_auth=("u", "p"))

    assert server.requests[0].headers["x-signature"] == "GET /x"
    assert (answer.headers["X-Seen"], answer.headers["X-Hook"]) == ("yes", "yes")
    assert server.requests[1].headers["authorization"] == f"Basic {base64.b64encode(b'u:p').decode()}"


# --- Mocks and recorders ---------------------------------------------------------------------------------------------

NOWHERE = "http://127.0.0.1:9/x"


class Mounted(BaseAdapter):
    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        response = requests.Response()
        response.status_code, response.request, response.url = 200, request, request.url or ""
        response._content = b"mocked"  # noqa: SLF001  as `requests` keeps it
        return response

    def close(self) -> None:
        pass


def mocker(session: requests.Session | None = None) -> requests_mock.Mocker:
    made = requests_mock.Mocker(session=session) if session else requests_mock.Mocker()
    made.get(NOWHERE, text="mocked")
    return made


def patched_responses() -> responses.RequestsMock:
    made = responses.RequestsMock()
    made.get(NOWHERE, body="mocked")
    return made


@contextmanager
def mounted(session: requests.Session) -> Iterator[None]:
    session.mount("http://127.0.0.1:9/", Mounted())
    yield


def answer(*_: object, **__: object) -> requests.Response:
    return Mounted().send(requests.Request("GET", NOWHERE).prepare())


GLOBAL: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "requests_mock": mocker,
    "responses": patched_responses,
    "a wrapper of send": lambda: mock.patch("requests.Session.send", answer),
    "a mock of request": lambda: mock.patch.object(requests.Session, "request", side_effect=answer),
    "a mock of the adapter": lambda: mock.patch("requests.adapters.HTTPAdapter.send", answer),
}


@pytest.mark.parametrize("name", sorted(GLOBAL))
@pytest.mark.parametrize("is_first", [True, False])
def test_a_mock_is_used_whenever_it_came(name: str, *, is_first: bool) -> None:
    session = None if is_first else Session()
    with GLOBAL[name]():
        session = session or Session()
        for auth in (None, token_endpoint.Token("http://127.0.0.1:9", "t")):
            assert session.get(NOWHERE, auth=auth).text == "mocked"
            assert Adapter(session, auth=auth, endpoint_override="http://127.0.0.1:9").get("/x").text == "mocked"
    with pytest.raises(exceptions.ConnectFailure):
        session.get(NOWHERE)


@pytest.mark.parametrize(
    "patch",
    [
        mocker,
        lambda session: mock.patch.object(session, "request", side_effect=answer),
        lambda session: mock.patch.object(session, "send", side_effect=answer),
        lambda session: mock.patch.object(session, "get_adapter", return_value=Mounted()),
        mounted,
    ],
)
def test_a_mock_of_one_session_is_used_in_that_session(
    patch: Callable[[requests.Session], AbstractContextManager[Any]], server: FakeServer
) -> None:
    session, other = Session(), Session()
    server.on("GET", "/x").reply(200)

    with patch(session.session):
        assert session.get(NOWHERE).text == "mocked"
        with pytest.raises(exceptions.ConnectFailure):
            other.get(NOWHERE)

    assert session.get(f"{server.url}/x").connection is not None


def test_a_mock_that_is_older_than_the_import_is_used() -> None:
    program = f"""
import requests_mock
with requests_mock.Mocker() as mocker:
    mocker.get({NOWHERE!r}, text="mocked")
    from archstone.keystoneauth import Session
    assert Session().get({NOWHERE!r}).text == "mocked"
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_recorder_records_and_replays(server: FakeServer, tmp_path: Path) -> None:
    server.on("GET", "/x").reply(Reply(200, json={"a": 1}))
    session = Session()

    with betamax.Betamax(session.session, cassette_library_dir=str(tmp_path)).use_cassette("x"):
        assert session.get(f"{server.url}/x").json() == {"a": 1}
    with betamax.Betamax(session.session, cassette_library_dir=str(tmp_path)).use_cassette("x", record="none"):
        assert session.get(f"{server.url}/x").json() == {"a": 1}

    assert server.count() == 1
    assert session.get(f"{server.url}/x").ok
    assert server.count() == 2


def test_the_recorder_of_keystoneauth1_records_and_replays(server: FakeServer, tmp_path: Path) -> None:
    server.on("GET", "/x").reply(Reply(200, json={"a": 1}))
    for record in ("once", False):
        fixture = keystoneauth_betamax.BetamaxFixture("x", cassette_library_dir=str(tmp_path), record=record)
        with fixture:
            assert Session().get(f"{server.url}/x").json() == {"a": 1}

    assert server.count() == 1
    assert Session().get(f"{server.url}/x").ok
    assert server.count() == 2


@pytest.mark.parametrize("is_first", [True, False])
def test_vcr_records_and_replays_all_but_the_login(
    archstone_keystone: FakeKeystone, tmp_path: Path, *, is_first: bool
) -> None:
    def session() -> Session:
        return Session(auth=Plugin(**archstone_keystone.options()))

    archstone_keystone.on("GET", "/compute/v2.1/servers").reply(Reply(200, json={"servers": []}))
    older = session() if is_first else None
    tape = tmp_path / "tape.yaml"
    for played in (0, 1):
        with vcr.use_cassette(str(tape), record_mode="once") as cassette:
            answer = (older or session()).get("/servers", endpoint_filter={"service_type": "compute"})
            assert answer.json() == {"servers": []}
            assert (len(cassette), cassette.play_count) == (1, played)

    assert archstone_keystone.count("GET", "/compute/v2.1/servers") == 1
    assert archstone_keystone.options()["password"] not in tape.read_text()
    assert "/auth/tokens" not in tape.read_text()


def test_a_token_is_replaced_under_a_mock(archstone_keystone: FakeKeystone) -> None:
    plugin = Plugin(**archstone_keystone.options())
    session = Session(auth=plugin)
    with requests_mock.Mocker() as mocker:
        mocker.get(NOWHERE, [{"status_code": 401}, {"text": "mocked"}])
        assert session.get(NOWHERE).text == "mocked"
        tokens = [it.headers["X-Auth-Token"] for it in mocker.request_history]

    assert len(set(tokens)) == 2
    assert archstone_keystone.logins == 2
    assert json.loads(plugin.get_auth_state() or "")["auth_token"] == tokens[1]

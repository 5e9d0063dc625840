"""The identity service for tests: `archstone.testing`."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request
import zlib
from typing import TYPE_CHECKING, Any

import pytest

import archstone
from archstone import AsyncClient, Client, Retries
from archstone.testing import Failure, FakeKeystone, FakeServer, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archstone.testing import Route

SERVERS = "/compute/v2.1/servers"
QUICK = Retries(pause=0.001)


@pytest.fixture
def keystone(archstone_keystone: FakeKeystone) -> FakeKeystone:
    archstone_keystone.on("GET", SERVERS, with_token=True).reply(Reply(json={"servers": []}))
    return archstone_keystone


def log_in(keystone: FakeKeystone, identity: dict[str, Any], **headers: str) -> tuple[int, dict[str, Any], Any]:
    """Log in without a client: returns the status, the document and the headers."""
    body = json.dumps({"auth": {"identity": identity}}).encode()
    request = urllib.request.Request(f"{keystone.auth_url}/auth/tokens", body, headers, method="POST")
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer), answer.headers
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused), refused.headers


def test_a_first_test_is_three_lines(new_client: type[Client]) -> None:
    with FakeKeystone() as keystone:
        client = new_client(**keystone.options())
        assert client.auth_ref.project_name == "demo"


def test_a_service_is_found_and_asked_with_a_token(keystone: FakeKeystone) -> None:
    client = Client(**keystone.options())

    assert client.service("compute").get("servers").json() == {"servers": []}

    login, listed = keystone.requests
    assert (login.method, login.path, login.query) == ("POST", "/v3/auth/tokens", None)
    assert login.json()["auth"]["identity"]["methods"] == ["password"]
    assert (listed.method, listed.path) == ("GET", SERVERS)
    assert keystone.accepts(listed.headers["x-auth-token"])
    assert (keystone.logins, keystone.count(), keystone.count("GET", "/compute/*")) == (1, 2, 1)
    shown = repr(keystone.requests)
    assert SERVERS in shown
    assert "secret" not in shown
    assert client.token not in shown


async def test_asyncio_finds_it_too(keystone: FakeKeystone) -> None:
    client = AsyncClient(**keystone.options())
    service = client.service("compute")

    answers = await asyncio.gather(*[service.get("servers") for _ in range(20)])

    assert {answer.status_code for answer in answers} == {200}
    assert (keystone.logins, keystone.count("GET", SERVERS)) == (1, 20)


def test_failures_happen_as_often_as_is_said(keystone: FakeKeystone) -> None:
    client = Client(**keystone.options())
    keystone.on("GET", "/compute/*").fail_next(2, Failure.status(503))
    assert client.service("compute", retries=QUICK).get("servers").ok
    assert keystone.count("GET", SERVERS) == 3

    keystone.fail(503)
    with pytest.raises(archstone.ServerError):
        client.renew()
    keystone.heal()
    client.renew()


FAILURES: dict[str, tuple[Failure | Reply | int, type[archstone.Error]]] = {
    "reset before": (Failure.RESET_BEFORE, archstone.ConnectionFailedError),
    "reset during": (Failure.RESET_DURING, archstone.ConnectionFailedError),
    "close": (Failure.CLOSE, archstone.ConnectionFailedError),
    "silence": (Failure.SILENCE, archstone.RequestTimeoutError),
    "delay": (Failure.delay(60), archstone.RequestTimeoutError),
    "drip": (Failure.drip(0.02), archstone.RequestTimeoutError),
    "drip body": (Failure.drip_body(0.02), archstone.RequestTimeoutError),
    "truncated": (Failure.TRUNCATED, archstone.ConnectionFailedError),
    "broken chunks": (Failure.BROKEN_CHUNKS, archstone.ConnectionFailedError),
    "garbage": (Failure.GARBAGE, archstone.ConnectionFailedError),
    "too long": (Failure.content_length(9999), archstone.RequestTimeoutError),
    "too short": (Failure.content_length(9), archstone.InvalidResponseError),
    "redirect": (Failure.redirect(302, "/"), archstone.NotIdentityServiceError),
    "redirect loop": (Failure.REDIRECT_LOOP, archstone.NotIdentityServiceError),
    "seconds": (Failure.retry_after(429, 7), archstone.RateLimitedError),
    "date": (Failure.retry_after_date(429, 7), archstone.RateLimitedError),
    "status": (502, archstone.ServerError),
    "reply": (Reply(403, json={"error": {"message": "no"}}), archstone.ForbiddenError),
}


@pytest.mark.parametrize("case", FAILURES)
def test_every_failure_is_one_of_the_client(new_client: type[Client], keystone: FakeKeystone, case: str) -> None:
    failure, kind = FAILURES[case]
    keystone.on("POST", "/v3/auth/tokens").fail_next(1, failure)
    client = new_client(**keystone.options(), timeout=0.3)

    with pytest.raises(archstone.Error) as caught:
        client.authenticate()

    assert type(caught.value) is kind
    assert client.authenticate().user_name == "demo"


def test_an_answer_before_a_reset_arrives(keystone: FakeKeystone) -> None:
    keystone.fail(Failure.RESET_AFTER)
    assert Client(**keystone.options()).service("compute").get("servers").json() == {"servers": []}


def test_one_login_replaces_a_revoked_token_for_all(keystone: FakeKeystone) -> None:
    client = Client(**keystone.options())
    service = client.service("compute")
    service.get("servers")
    keystone.revoke_all()
    outcomes = list[bool]()
    threads = [threading.Thread(target=lambda: outcomes.append(service.get("servers").ok)) for _ in range(16)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes == [True] * 16
    assert keystone.logins == 2


def test_a_second_factor_is_asked_for_with_a_receipt(new_client: type[Client], keystone: FakeKeystone) -> None:
    keystone.add_user("grace", "grace-secret", roles={"demo": "member"}, totp="123456")
    with pytest.raises(archstone.ReceiptIssuedError) as caught:
        new_client(**keystone.options("grace")).authenticate()
    receipt = caught.value.receipt
    assert receipt is not None
    assert (receipt.methods, receipt.required_auth_methods) == (["password"], [["password", "totp"]])

    user = {"id": "grace-id", "passcode": "123456"}
    header = {"Openstack-Auth-Receipt": receipt.id}
    status, document, headers = log_in(keystone, {"methods": ["totp"], "totp": {"user": user}}, **header)
    assert (status, document["token"]["methods"]) == (201, ["totp", "password"])
    assert keystone.accepts(headers["X-Subject-Token"])


def test_everyone_and_everything_can_be_added(new_client: type[Client]) -> None:
    with FakeKeystone(empty=True) as keystone:
        keystone.add_domain("acme", "Acme")
        assert keystone.add_project("web", domain_id="acme") == "acme-web-id"
        keystone.add_project("old", id="p0", domain_id="acme", enabled=False)
        keystone.add_user(
            "alice", "a", domain_id="acme", roles={"web": "member", "old": "member"}, default_project="web"
        )
        keystone.add_user("boss", "b", id="u0", domain_roles={"acme": "admin"}, system_role="reader")
        keystone.add_user("gone", "c", enabled=False)
        keystone.add_user("late", "d", password_expired=True)
        credential = keystone.add_application_credential("alice", "ci", "ci-secret", "web")
        keystone.add_trust("t1", "alice", "boss", "web", impersonation=True)
        keystone.add_service("image", "/image", regions=["RegionTwo"])
        keystone.add_service("object-store", "http://swift.example/AUTH_$(project_id)s", name="swift")
        keystone.add_endpoint("image", "public", "RegionOne", "http://image.example")
        keystone.set_token_lifetime(60)

        alice = new_client(**keystone.options("alice")).authenticate()
        assert (alice.project_id, alice.user_domain_name, alice.remaining.seconds <= 60) == (
            "acme-web-id",
            "Acme",
            True,
        )
        catalog = alice.catalog
        assert catalog is not None
        assert catalog.url_for("image", region_name="RegionOne") == "http://image.example"
        assert catalog.url_for("image", region_name="RegionTwo") == f"{keystone.url}/image"
        assert catalog.url_for("object-store").endswith("AUTH_acme-web-id")
        boss = keystone.options("u0")
        assert new_client(**boss, domain_name="Acme").authenticate().domain_id == "acme"
        assert new_client(**boss, system_scope=True).authenticate().role_names == ["reader"]
        assert new_client(**boss, trust_id="t1").authenticate().user_name == "alice"
        application = new_client(
            auth_url=keystone.auth_url,
            application_credential_id=credential,
            application_credential_secret="ci-secret",
        )
        assert application.authenticate().project_name == "web"
        with pytest.raises(archstone.UnauthenticatedError):
            new_client(**keystone.options("gone")).authenticate()
        with pytest.raises(archstone.PasswordExpiredError):
            new_client(**keystone.options("late")).authenticate()
        for call in (keystone.options, keystone.environment, keystone.issue):
            with pytest.raises(KeyError, match="no user `nobody`"):
                call("nobody")

        keystone.set_sized_catalog(10, interfaces=2, regions=3)
        sized = new_client(**keystone.options("alice")).renew().catalog
        assert sized is not None
        assert [len(service.endpoints) for service in sized] == [6] * 10


def test_tokens_can_be_issued_revoked_and_outlived(keystone: FakeKeystone) -> None:
    first, second = keystone.issue(), keystone.issue("demo-id")
    assert first != second

    keystone.revoke(first)
    assert (keystone.accepts(first), keystone.accepts(second)) == (False, True)
    keystone.set_clock_offset(3601)
    assert not keystone.accepts(second)
    keystone.set_clock_offset(-3601)
    assert keystone.accepts(second)


def test_a_second_server_knows_the_tokens(keystone: FakeKeystone) -> None:
    with keystone.beside() as nova, FakeServer() as stranger:
        for server in (nova, stranger):
            server.on("GET", "/x", with_token=True).reply(200)
            answer = Client(token_id=keystone.issue(), mgmt_url="http://127.0.0.1:9").request("GET", f"{server.url}/x")
            assert answer.ok
        refused = Client(token_id="another", mgmt_url="http://127.0.0.1:9")
        assert refused.request("GET", f"{nova.url}/x", raise_exc=False).status_code == 401
        assert refused.request("GET", f"{stranger.url}/x").ok


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer() as server:
        yield server


def get(server: FakeServer) -> archstone.Response:
    client = Client(token_id="the-token", mgmt_url="http://127.0.0.1:9")
    return client.request("GET", f"{server.url}/x", raise_exc=False, retries=QUICK)


def test_replies_are_what_is_said(server: FakeServer) -> None:
    replies: list[Reply | Failure | int] = [
        Reply(json=[1]),
        Reply(201, text="é"),
        Reply(body=b"\xff", headers={"x-a": "b"}),
        Reply(json={"a": 1}, chunked=True),
        Reply.filler(100_000),
        Reply.raw(b"HTTP/1.1 206 X\r\ncontent-length: 1\r\n\r\n!"),
        Reply(text="late", failure=Failure.delay(0.01)),
        Failure.status(404),
        204,
    ]
    server.on("GET", "/x").replies(replies)

    answers = [get(server) for _ in replies]

    assert [answer.status_code for answer in answers] == [200, 201, 200, 200, 200, 206, 200, 404, 204]
    assert [answer.content for answer in answers[:4]] == [b"[1]", "é".encode(), b"\xff", b'{"a": 1}']
    assert (answers[2].headers["X-A"], len(answers[4].content), answers[5].text) == ("b", 100_000, "!")
    assert get(server).status_code == 404
    assert "no route for GET /x" in get(server).text


def test_large_bodies_are_measured(server: FakeServer) -> None:
    server.on("PUT", "*").reply(200)
    server.keep_bodies_up_to(10)
    body = b"a" * 1_000_000

    Client(token_id="t", mgmt_url="http://127.0.0.1:9").request("PUT", f"{server.url}/x", data=body)

    (seen,) = server.requests
    assert (seen.body, seen.text, seen.body_length, seen.body_checksum) == (b"", "", len(body), zlib.crc32(body))
    server.only_count()
    get(server)
    assert (len(server.requests), server.count()) == (1, 2)
    server.forget_requests()
    assert server.count() == 0


def test_connections_that_are_idle_can_be_reset(server: FakeServer) -> None:
    server.on("GET", "/x").reply(200)
    client = Client(token_id="t", mgmt_url="http://127.0.0.1:9")
    for _ in range(3):
        assert client.request("GET", f"{server.url}/x").ok
        server.reset_connections()
    assert server.connections == 3


def test_what_is_no_answer_is_refused(server: FakeServer) -> None:
    route: Route = server.on("GET", "/x")
    for give in (server.fail, route.fail, route.reply, lambda it: route.replies([it])):
        with pytest.raises(TypeError, match="a Reply, a Failure or a status, and not `str`"):
            give("503")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="one of `json`, `text` and `body`"):
        Reply(json={}, text="")
    with pytest.raises(ValueError, match="not a number of seconds"):
        Failure.delay(-1)


def test_a_stopped_server_is_gone(server: FakeServer) -> None:
    url = server.url
    server.stop()
    server.stop()

    with pytest.raises(RuntimeError, match="has stopped"):
        server.fail(503)
    assert "stopped" in repr(server)
    with pytest.raises(archstone.ConnectionFailedError):
        Client(token_id="t", mgmt_url="http://127.0.0.1:9").request("GET", url)


def test_the_environment_leads_to_it(archstone_environment: FakeKeystone, archstone_keystone: FakeKeystone) -> None:
    assert archstone_environment is archstone_keystone
    assert Client.from_env().auth_ref.user_name == "demo"
    assert {name for name in os.environ if name.startswith("OS_")} == set(archstone_keystone.environment())


def test_importing_the_package_imports_and_starts_nothing_of_it() -> None:
    program = "import sys, threading, archstone; print('archstone.testing' in sys.modules, 'pytest' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert said.stdout.split() == ["False", "False"]


def test_a_forked_child_leaves_the_servers_of_its_parent_alone() -> None:
    program = (
        "import os\n"
        "from archstone.testing import FakeKeystone\n"
        "keystone = FakeKeystone()\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    del keystone\n"
        "    os._exit(7)\n"
        "assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7\n"
        "print(keystone.accepts(keystone.issue()))\n"
    )
    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60)
    assert said.stdout.split() == ["True"]


def test_the_current_catalog_is_that_of_now() -> None:
    with FakeKeystone() as keystone:
        client = Client(**keystone.options())
        client.authenticate()
        assert client.current_catalog().refusal is None
        keystone.on("GET", "/v3/auth/catalog").fail(Failure.status(403))
        kept = client.current_catalog()
        assert isinstance(kept.refusal, archstone.ForbiddenError)
        assert kept.url_for("compute") == client.url_for("compute")

        async def same() -> archstone.Catalog:
            return await AsyncClient.from_client(client).current_catalog()

        assert isinstance(asyncio.run(same()).refusal, archstone.ForbiddenError)

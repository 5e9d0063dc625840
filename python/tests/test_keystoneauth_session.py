"""keystoneauth1's session and adapters on Archstone: requests as seen by existing clients."""

from __future__ import annotations

import io
import logging
import threading
import time
import traceback
from typing import TYPE_CHECKING, Any

import keystoneauth1.adapter
import keystoneauth1.session
import pytest
import requests
from keystoneauth1 import exceptions
from keystoneauth1.identity import v3

import archstone
from archstone.keystoneauth import Adapter, LegacyJsonAdapter, Plugin, Session
from archstone.testing import Failure, FakeKeystone, FakeServer, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keystone_for_tests import Keystone, TaggedKeystone


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer() as server:
        yield server


@pytest.fixture
def session(archstone_keystone: FakeKeystone) -> Session:
    return Session(auth=archstone.Client(**archstone_keystone.options()))


def test_a_certificate_that_is_not_trusted(tls_keystone: Keystone) -> None:
    with pytest.raises(exceptions.SSLError, match="not trusted"):
        Session().get(tls_keystone.auth_url)

    assert Session(verify=str(tls_keystone.ca())).get(tls_keystone.auth_url).ok
    assert Session(verify=False).get(tls_keystone.auth_url).ok
    assert Session().get(tls_keystone.auth_url, verify=str(tls_keystone.ca())).ok


def test_whom_to_trust_may_be_said_to_requests(tls_keystone: Keystone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tls_keystone.ca()))

    assert Session().get(tls_keystone.auth_url).ok


def test_a_body_is_streamed_down(server: FakeServer) -> None:
    whole = bytes(range(256)) * 4096
    server.on("GET", "/x").reply(Reply(body=whole, headers={"Content-Type": "application/octet-stream"}))
    session = Session()

    def get() -> requests.Response:
        return session.get(f"{server.url}/x", stream=True)

    with get() as response:
        assert b"".join(response.iter_content(1000)) == whole
        assert response.headers["content-LENGTH"] == str(len(whole))
    with get() as response:
        assert response.raw.read(10) == whole[:10]
        assert b"".join(response.raw.stream(1 << 16)) == whole[10:]
        assert response.raw.read(10) == b""
    assert get().content == whole
    assert session.get(f"{server.url}/x").content == whole


def test_a_body_that_breaks_off_is_what_requests_says(server: FakeServer) -> None:
    server.on("GET", "/x").reply(Reply(body=b"x" * 100_000, failure=Failure.TRUNCATED))

    response = Session().get(f"{server.url}/x", stream=True)

    with pytest.raises(requests.exceptions.ChunkedEncodingError), response:
        response.content  # noqa: B018


class OneWay(io.BytesIO):
    def seekable(self) -> bool:
        return False


@pytest.mark.parametrize(
    ("body", "options"),
    [
        (b"abc", {}),
        ("abc", {}),
        (io.BytesIO(b"abc"), {}),
        (OneWay(b"abc"), {}),
        (iter([b"a", b"", b"bc"]), {}),
        (iter([b"a", b"bc"]), {"headers": {"Content-Length": "3"}}),
    ],
)
def test_a_body_is_sent_as_it_comes(server: FakeServer, body: Any, options: dict[str, Any]) -> None:  # noqa: ANN401
    server.on("PUT", "/x").reply(201)

    assert Session().put(f"{server.url}/x", data=body, **options).status_code == 201

    (seen,) = server.requests
    assert seen.text == "abc"
    lengths = {name.lower(): value for name, value in seen.headers.items()}
    assert ("content-length" in lengths) != ("transfer-encoding" in lengths)
    assert not options or lengths["content-length"] == "3"


def test_forms_files_queries_and_json_are_sent_as_requests_does(server: FakeServer) -> None:
    server.on("*", "/x").reply(200)
    session, url = Session(), f"{server.url}/x"

    session.post(url, data={"a": "1 2"})
    session.post(url, files={"f": ("name.txt", b"content")})
    session.get(url, params={"a": ["1", "2"], "none": None, "b": "é"})
    session.patch(url, json=[{"op": "add"}], headers={"Content-Type": "application/json-patch+json"})

    form, files, query, patch = server.requests
    assert form.text == "a=1+2"
    assert form.headers["content-type"] == "application/x-www-form-urlencoded"
    assert "multipart/form-data; boundary=" in files.headers["content-type"]
    assert b"content" in files.body
    assert query.query == "a=1&a=2&b=%C3%A9"
    assert (patch.headers["content-type"], patch.json()) == ("application/json-patch+json", [{"op": "add"}])


def test_a_token_stays_with_its_origin_and_a_method_stays_itself(
    session: Session, server: FakeServer, archstone_keystone: FakeKeystone
) -> None:
    archstone_keystone.on("POST", "/moved").reply(Reply(302, headers={"Location": "/here"}))
    archstone_keystone.on("POST", "/here").reply(Reply(200, json="moved"))
    archstone_keystone.on("POST", "/away").reply(Reply(307, headers={"Location": f"{server.url}/there"}))
    server.on("POST", "/there").reply(Reply(200, json="gone"))
    root = archstone_keystone.url

    assert session.post(f"{root}/moved", data=b"x").json() == "moved"
    with pytest.raises(exceptions.UnknownConnectionError, match="the body does not follow"):
        session.post(f"{root}/away", data=b"x")
    assert session.post(f"{root}/away").json() == "gone"
    assert session.post(f"{root}/away", data=b"x", redirect=False).status_code == 307

    (seen,) = server.requests
    assert "x-auth-token" not in seen.headers
    assert seen.text == ""
    assert "x-auth-token" in archstone_keystone.requests[-1].headers


@pytest.mark.parametrize(
    ("failure", "method", "options", "sent", "is_fine"),
    [
        (503, "GET", {}, 1, False),
        (503, "GET", {"status_code_retries": 2, "status_code_retry_delay": 0.01}, 3, True),
        (503, "POST", {"status_code_retries": 2, "status_code_retry_delay": 0.01}, 3, True),
        (409, "GET", {"status_code_retries": 2, "status_code_retry_delay": 0.01}, 1, False),
        (
            409,
            "GET",
            {"status_code_retries": 2, "status_code_retry_delay": 0.01, "retriable_status_codes": [409]},
            3,
            True,
        ),
        (503, "GET", {"connect_retries": 2, "connect_retry_delay": 0.01}, 1, False),
        (Failure.RESET_BEFORE, "GET", {"connect_retries": 2, "connect_retry_delay": 0.01}, 3, True),
        (Failure.RESET_BEFORE, "POST", {"connect_retries": 2, "connect_retry_delay": 0.01}, 1, False),
    ],
)
def test_requests_are_sent_again_as_often_as_is_asked(  # noqa: PLR0913
    server: FakeServer, failure: int | Failure, method: str, options: dict[str, Any], *, sent: int, is_fine: bool
) -> None:
    route = server.on(method, "/x")
    route.reply(200)
    route.fail_next(2, failure)

    response = None
    try:
        response = Session().request(f"{server.url}/x", method, **options)
    except exceptions.ClientException:
        assert not is_fine

    assert (response is not None, server.count()) == (is_fine, sent)


@pytest.mark.parametrize("kind", [Session, keystoneauth1.session.Session])
def test_ten_threads_with_one_revoked_token_cause_one_login(
    keystone: TaggedKeystone, kind: type[keystoneauth1.session.Session]
) -> None:
    session = kind(auth=Plugin(**keystone.user("admin", project_name="admin")))
    token = session.get_token()
    assert token
    keystone.ask("DELETE", "/auth/tokens", token, subject=token)
    statuses: list[int] = []
    together = threading.Barrier(10)

    def ask() -> None:
        together.wait()
        statuses.append(session.get(f"{keystone.auth_url}/projects").status_code)

    threads = [threading.Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [200] * 10
    assert keystone.logins() == 2


def test_a_body_is_sent_again_whole_or_not_at_all(archstone_keystone: FakeKeystone) -> None:
    archstone_keystone.on("PUT", "/x", with_token=True).reply(201)
    url = f"{archstone_keystone.url}/x"
    user = archstone_keystone.options()
    ours = Session(auth=archstone.Client(**user))
    password = v3.Password(
        f"{archstone_keystone.auth_url}",
        username=user["username"],
        password=user["password"],
        user_domain_id="default",
        project_name="demo",
        project_domain_id="default",
    )
    theirs = Session(auth=password)

    for session in (ours, theirs):
        session.get_token()
        archstone_keystone.revoke_all()
        file = io.BytesIO(b"abcdef")
        file.seek(2)
        assert session.put(url, data=file).status_code == 201
        assert archstone_keystone.requests[-1].text == "cdef"

        archstone_keystone.revoke_all()
        with pytest.raises(exceptions.Unauthorized):
            session.put(url, data=iter([b"abc"]))
        assert session.put(url, data=b"abc").status_code == 201


def test_a_refused_token_may_be_the_answer(session: Session, archstone_keystone: FakeKeystone) -> None:
    archstone_keystone.on("GET", "/x", with_token=True).reply(200)
    session.get_token()
    archstone_keystone.revoke_all()

    with pytest.raises(exceptions.Unauthorized):
        session.get(f"{archstone_keystone.url}/x", allow_reauth=False)

    assert archstone_keystone.logins == 1


def test_a_request_without_a_token(session: Session, archstone_keystone: FakeKeystone) -> None:
    archstone_keystone.on("GET", "/x").reply(200)
    url = f"{archstone_keystone.url}/x"

    session.get(url, authenticated=False)
    Session().get(url)
    with pytest.raises(exceptions.MissingAuthPlugin):
        Session().get(url, authenticated=True)

    assert archstone_keystone.logins == 0
    assert not any("x-auth-token" in it.headers for it in archstone_keystone.requests)


def test_microversions_are_written_as_each_service_reads_them(server: FakeServer) -> None:
    server.on("GET", "/x").reply(200)
    adapter = Adapter(Session(), "baremetal", endpoint_override=server.url, default_microversion="1.90")

    adapter.get("/x")
    adapter.get("/x", microversion="1.2")
    adapter.get("/x", microversion=None)

    default, other, none = (it.headers for it in server.requests)
    assert default["openstack-api-version"] == "baremetal 1.90"
    assert default["x-openstack-ironic-api-version"] == "1.90"
    assert other["x-openstack-ironic-api-version"] == "1.2"
    assert "openstack-api-version" not in none


def test_who_asks_and_for_whom(server: FakeServer) -> None:
    server.on("GET", "/x").reply(200)
    session = Session(app_name="app", app_version="1", additional_headers={"X-More": "m"})
    adapter = Adapter(session, client_name="lib", client_version="2", endpoint_override=server.url)
    adapter.global_request_id = "req-global"

    adapter.get("/x", original_ip="192.0.2.7", headers={b"X-Bytes": b"b"})

    headers = server.requests[0].headers
    assert headers["user-agent"].startswith("app/1 lib/2 keystoneauth1/")
    assert (headers["x-more"], headers["x-bytes"], headers["accept"]) == ("m", "b", "*/*")
    assert headers["x-openstack-request-id"] == "req-global"
    assert headers["forwarded"] == "for=192.0.2.7"


def test_names_in_an_override_are_filled_in_and_other_percent_signs_stay(
    session: Session, archstone_keystone: FakeKeystone
) -> None:
    project = session.get_project_id()
    archstone_keystone.on("GET", f"/100%/a%2Fb/{project}/x").reply(200)
    override = f"{archstone_keystone.url}/100%25/a%2Fb/%(project_id)s"
    adapter = Adapter(session, "compute", endpoint_override=override)

    adapter.get("/x", raise_exc=False)

    assert archstone_keystone.requests[-1].path == f"/100%25/a%2Fb/{project}/x"
    assert adapter.get_endpoint() == f"{archstone_keystone.url}/100%25/a%2Fb/{project}"
    assert session.get_endpoint(endpoint_override=override) == adapter.get_endpoint()


@pytest.mark.parametrize("is_given_client", [True, False])
def test_a_service_that_lists_no_versions_is_asked_once(
    archstone_keystone: FakeKeystone, server: FakeServer, *, is_given_client: bool
) -> None:
    archstone_keystone.add_service("backup", f"{server.url}/freezer", regions=["RegionOne"])
    user = archstone_keystone.options()
    stock = v3.Password(
        archstone_keystone.auth_url,
        username=user["username"],
        password=user["password"],
        user_domain_id="default",
        project_name="demo",
        project_domain_id="default",
    )
    session = Session(auth=archstone.Client(**user) if is_given_client else stock)
    wanted: dict[str, Any] = {"service_type": "backup", "region_name": "RegionOne"}

    first = session.get_endpoint_data(**wanted)
    asked = server.count()
    for _ in range(3):
        session.get_endpoint_data(**wanted)
        Adapter(session, **wanted).get_endpoint_data()
        session.get_api_major_version(**wanted)

    assert first is not None
    assert first.url == f"{server.url}/freezer"
    assert asked > 0
    assert server.count() == asked


def test_a_session_of_requests_that_is_given_is_used(server: FakeServer, archstone_keystone: FakeKeystone) -> None:
    server.on("GET", "/x").reply(200)
    given = requests.Session()
    given.headers["X-Mine"] = "1"

    Session(session=given).get(f"{server.url}/x")
    Session(tls_ciphers="DEFAULT").get(f"{server.url}/x")

    mine, ciphers = server.requests
    assert mine.headers["x-mine"] == "1"
    assert "gzip, deflate" in ciphers.headers["accept-encoding"]

    archstone_keystone.on("GET", "/x", with_token=True).reply(200)
    session = Session(archstone.Client(**archstone_keystone.options()), given)
    session.get_token()
    archstone_keystone.revoke_all()
    assert session.get(f"{archstone_keystone.url}/x").ok
    assert archstone_keystone.logins == 2
    given.close()


def test_what_requests_sends_by_itself_travels_the_same_way(server: FakeServer) -> None:
    server.on("GET", "/x").reply(Reply(200, json=1))
    session = Session()

    assert session.session.get(f"{server.url}/x").json() == 1
    with pytest.raises(requests.ConnectionError):
        session.session.get("http://127.0.0.1:9/")

    assert server.requests[0].headers["user-agent"].startswith("archstone/")
    session.close()


def test_cookies_come_back(server: FakeServer) -> None:
    server.on("GET", "/x").reply(Reply(200, headers={"Set-Cookie": "sticky=1; Path=/"}))
    session = Session()

    session.get(f"{server.url}/x")
    session.get(f"{server.url}/x")

    first, second = server.requests
    assert "cookie" not in first.headers
    assert second.headers["cookie"] == "sticky=1"


def test_no_body_and_no_token_is_logged(
    session: Session, archstone_keystone: FakeKeystone, caplog: pytest.LogCaptureFixture
) -> None:
    archstone_keystone.on("POST", "/x").reply(Reply(200, json={"token": "body-secret"}))

    with caplog.at_level(logging.DEBUG):
        session.post(f"{archstone_keystone.url}/x", json={"password": "body-secret"})

    assert "REQ: curl" in caplog.text
    assert "RESP: [200]" in caplog.text
    assert "body-secret" not in caplog.text
    assert (session.get_token() or "?") not in caplog.text


def test_adapters_leave_the_callers_filter_alone(session: Session, archstone_keystone: FakeKeystone) -> None:
    archstone_keystone.on("GET", "/compute/v2.1/servers").reply(Reply(200, json={"servers": []}))
    mine: dict[str, Any] = {}

    adapter = Adapter(session, "compute", interface="public")
    assert adapter.get("/servers", endpoint_filter=mine).json() == {"servers": []}
    assert LegacyJsonAdapter(session, "compute").get("/servers")[1] == {"servers": []}
    assert Adapter(adapter, "compute").get("/servers").ok  # type: ignore[arg-type]

    assert mine == {}


def test_an_adapters_limits_are_kept(server: FakeServer) -> None:
    server.on("GET", "/x").reply(Reply(200, failure=Failure.delay(0.05)))
    session = Session()
    two_at_once = Adapter(session, endpoint_override=server.url, concurrency=2)
    threads = [threading.Thread(target=two_at_once.get, args=("/x",)) for _ in range(8)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began >= 4 * 0.05
    assert server.count() == 8

    server.on("GET", "/x").reply(200)
    twenty_in_a_second = Adapter(session, endpoint_override=server.url, rate_limit=20)
    began = time.monotonic()
    for _ in range(5):
        twenty_in_a_second.get("/x")
    assert time.monotonic() - began >= 4 / 20


def test_a_session_needs_no_adapter_of_ours(session: Session, archstone_keystone: FakeKeystone) -> None:
    archstone_keystone.on("GET", "/compute/v2.1/servers").reply(200)

    assert keystoneauth1.adapter.Adapter(session, "compute", concurrency=1).get("/servers").ok


def test_a_header_that_cannot_be_sent_is_not_quoted() -> None:
    with pytest.raises(exceptions.UnknownConnectionError, match="a header begins with a blank or holds") as caught:
        Session().get("http://127.0.0.1:9", authenticated=False, headers={"X-Auth-Token": "marked\nsecret"})

    # The line of this test is in the traceback.
    shown = "".join(traceback.format_exception(caught.value)).replace('"marked\\nsecret"', "")
    assert "marked" not in f"{shown} {caught.value.original!r}"

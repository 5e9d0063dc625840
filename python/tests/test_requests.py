"""Requests to services: responses, bodies, errors, streams."""

from __future__ import annotations

import asyncio
import gc
import io
import json
import logging
import os
import pickle
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

import archstone
from archstone import AsyncClient, Client, Retries
from archstone.testing import Failure, FakeKeystone, Reply

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

QUICK = Retries(pause=0.001)


@pytest.fixture
def keystone(archstone_keystone: FakeKeystone) -> FakeKeystone:
    servers = Reply(json={"servers": [{"id": "1"}, {"id": "2"}]})
    archstone_keystone.on("GET", "/compute/v2.1/servers", with_token=True).reply(servers)
    archstone_keystone.on("PUT", "/compute/v2.1/file", with_token=True).reply(Reply(204))
    archstone_keystone.on("GET", "/compute/v2.1/file", with_token=True).reply(Reply(text="0123456789" * 1000))
    return archstone_keystone


@pytest.fixture
def compute(keystone: FakeKeystone) -> archstone.ServiceClient:
    return Client(**keystone.options()).service("compute", retries=QUICK)


@pytest.fixture
def later(keystone: FakeKeystone) -> archstone.AsyncServiceClient:
    return AsyncClient(**keystone.options()).service("compute", retries=QUICK)


def test_an_answer_is_like_one_of_requests(compute: archstone.ServiceClient) -> None:
    answer = compute.get("servers", params={"limit": 2, "name": ["a", "b"], "marker": None, "deleted": False})

    assert (answer.status_code, answer.reason, answer.ok, bool(answer)) == (200, "OK", True, True)
    assert answer.url.endswith("/compute/v2.1/servers?limit=2&name=a&name=b&deleted=False")
    assert answer.json() == json.loads(answer.text) == json.loads(answer.content)
    assert answer.json(parse_int=str) == answer.json()
    assert answer.encoding == "utf-8"
    assert answer.elapsed.total_seconds() > 0
    assert answer.request_id is not None
    answer.raise_for_status()
    headers = answer.headers
    assert isinstance(headers, Mapping)
    assert headers["Content-Type"] == headers["content-type"] == headers.get("CONTENT-TYPE") == "application/json"
    assert ("content-type" in headers, headers.get("x-no", "none"), len(headers)) == (True, "none", len(dict(headers)))
    with pytest.raises(KeyError):
        headers["x-no"]


DOCUMENTS = {
    "short": b'{"a": [1, -2.5e3, true, null]}',
    "white space": b' \r\n\t{"a": 1}\t\n\r ',
    "a list": b"[]\n",
    "text": b'"a"',
    "a number": b"12345678901234567890123456789012345678901234567890",
    "no number": b"[NaN, -Infinity]",
    "a name twice": b'{"a": 1, "a": 2}',
    "other letters": '{"name": "Zoë 愛 😀"} '.encode(),
    "half a surrogate pair": b'{"name": "\\ud800"}',
    "half a surrogate pair in UTF-8": b'{"name": "\xed\xa0\x80"}',
    "UTF-8 with a mark": '{"a": "é"}'.encode("utf-8-sig"),
    **{encoding: '{"a": "é"}'.encode(encoding) for encoding in ("utf-16-le", "utf-16-be", "utf-32", "latin-1")},
    "nothing": b"",
    "a bracket": b"{",
    "an end too soon": b'{"a": [1, 2',
    "more behind": b'{"a": 1} {"b": 2}',
    "other letters behind": '{"a": 1} é'.encode(),
    "a form feed behind": b'{"a": 1}\x0c',
    "a zero behind": b'{"a": 1}\0',
    "a control character": b'{"a": "\n"}',
    "too deep": b"[" * 200_000,
}


@pytest.mark.parametrize("body", DOCUMENTS.values(), ids=DOCUMENTS)
def test_json_is_what_json_loads_makes_of_the_body(
    keystone: FakeKeystone, compute: archstone.ServiceClient, body: bytes
) -> None:
    keystone.on("GET", "/compute/v2.1/document").reply(Reply(body=body))
    answer = compute.get("document")
    try:
        expected = json.loads(body)
    except (ValueError, RecursionError):
        with pytest.raises(archstone.InvalidResponseError, match=r"is not JSON|nested too deeply"):
            answer.json()
    else:
        assert repr(answer.json()) == repr(expected)


def test_an_answer_that_is_an_error_is_raised_with_the_answer(
    keystone: FakeKeystone, compute: archstone.ServiceClient
) -> None:
    refused = Reply(409, json={"conflictingRequest": {"message": "the server is locked", "code": 409}})
    keystone.on("DELETE", "/compute/v2.1/servers/1").reply(refused)

    with pytest.raises(archstone.ConflictError, match="the server is locked") as caught:
        compute.delete("servers/1")

    assert caught.value.response is not None
    assert caught.value.response.json()["conflictingRequest"]["code"] == 409
    assert (caught.value.status, caught.value.request_id) == (409, caught.value.response.request_id)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (copy.status, copy.response.json()) == (409, caught.value.response.json())
    answer = compute.delete("servers/1", raise_exc=False)
    assert (answer.status_code, answer.ok, bool(answer)) == (409, False, False)
    with pytest.raises(archstone.ConflictError, match="the server is locked") as again:
        answer.raise_for_status()
    assert again.value.response is not None


def test_what_is_no_json_says_whose_it_is(keystone: FakeKeystone, compute: archstone.ServiceClient) -> None:
    keystone.on("GET", "/compute/v2.1/page").reply(Reply(text="<html>marked</html>"))

    with pytest.raises(archstone.InvalidResponseError, match="is not JSON") as caught:
        compute.get("page").json()

    assert "marked" not in str(caught.value)
    assert caught.value.response is not None
    assert caught.value.response.text == "<html>marked</html>"


BODIES: dict[str, Any] = {
    "bytes": lambda: b"one two",
    "text": lambda: "one two",
    "bytearray": lambda: bytearray(b"one two"),
    "memoryview": lambda: memoryview(b"one two"),
    "a file": lambda: io.BytesIO(b"one two"),
    "pieces": lambda: iter([b"one ", b"", b"two"]),
}


@pytest.mark.parametrize("kind", BODIES)
def test_bodies_of_every_kind_arrive(keystone: FakeKeystone, compute: archstone.ServiceClient, kind: str) -> None:
    compute.put("file", data=BODIES[kind]())

    assert keystone.requests[-1].body == b"one two"


@pytest.mark.parametrize("kind", BODIES)
async def test_bodies_of_every_kind_arrive_from_asyncio(
    keystone: FakeKeystone, later: archstone.AsyncServiceClient, kind: str
) -> None:
    await later.put("file", data=BODIES[kind]())

    assert keystone.requests[-1].body == b"one two"


async def test_asyncio_sends_what_comes_later(keystone: FakeKeystone, later: archstone.AsyncServiceClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for piece in (b"one ", b"two"):
            await asyncio.sleep(0)
            yield piece

    await later.put("file", data=pieces())

    assert keystone.requests[-1].body == b"one two"


def test_a_file_is_sent_again_from_where_it_stood(keystone: FakeKeystone, compute: archstone.ServiceClient) -> None:
    compute.get("servers")
    keystone.revoke_all()
    file = io.BytesIO(b"skipped, one two")
    file.seek(9)

    compute.put("file", data=file)

    sent = [it.body for it in keystone.requests if it.method == "PUT"]
    assert sent == [b"one two", b"one two"]


async def test_asyncio_sends_a_file_again(keystone: FakeKeystone, later: archstone.AsyncServiceClient) -> None:
    await later.get("servers")
    keystone.revoke_all()

    await later.put("file", data=io.BytesIO(b"one two"))

    assert [it.body for it in keystone.requests if it.method == "PUT"] == [b"one two", b"one two"]


def test_pieces_that_cannot_be_read_again_are_sent_once(
    keystone: FakeKeystone, compute: archstone.ServiceClient
) -> None:
    compute.get("servers")
    keystone.revoke_all()

    with pytest.raises(archstone.TokenRejectedError):
        compute.put("file", data=iter([b"one"]))


class Broken(io.RawIOBase):
    """A file whose disk fails."""

    def read(self, _size: int = -1) -> bytes:
        message = "the disk is broken"
        raise OSError(message)


def broken() -> Iterator[bytes]:
    yield b"one"
    message = "no more"
    raise LookupError(message)


@pytest.mark.parametrize(("body", "kind"), [(Broken, OSError), (broken, LookupError), (lambda: [1, 2], TypeError)])
async def test_what_breaks_while_a_body_is_read_is_raised(
    compute: archstone.ServiceClient,
    later: archstone.AsyncServiceClient,
    body: Callable[[], Any],
    kind: type[Exception],
) -> None:
    with pytest.raises(kind):
        compute.put("file", data=body())
    with pytest.raises(kind):
        await later.put("file", data=body())


def test_a_body_is_read_piece_by_piece(compute: archstone.ServiceClient) -> None:
    with compute.get("file", stream=True) as answer:
        pieces = list(answer.iter_content(1024))
    assert [len(it) for it in pieces] == [1024] * 9 + [10_000 - 9 * 1024]
    assert b"".join(pieces) == b"0123456789" * 1000
    assert b"".join(compute.get("file", stream=True).iter_content(None)) == b"0123456789" * 1000
    assert compute.get("file", stream=True).text == "0123456789" * 1000
    # A body that was read completely can be read again, also in chunks.
    answer = compute.get("file")
    assert len(answer.content) == len(answer.content) == 10_000
    assert len(list(answer.iter_content(4096))) == 3
    with pytest.raises(ValueError, match="chunk_size"):
        answer.iter_content(0)


async def test_asyncio_reads_a_body_piece_by_piece(later: archstone.AsyncServiceClient) -> None:
    async with await later.get("file", stream=True) as answer:
        pieces = [it async for it in answer.iter_content(1024)]
    assert b"".join(pieces) == b"0123456789" * 1000
    assert {len(it) for it in pieces[:-1]} == {1024}
    answer = await later.get("file", stream=True)
    assert (answer.status_code, await answer.text()) == (200, "0123456789" * 1000)
    assert await answer.read() == b"0123456789" * 1000


def test_a_closed_answer_gives_no_more(compute: archstone.ServiceClient) -> None:
    answer = compute.get("file", stream=True)
    answer.close()
    with pytest.raises(archstone.Error, match="closed"):
        _ = answer.content
    assert list(answer.iter_content()) == []


def test_lists_are_followed_to_their_end(keystone: FakeKeystone, compute: archstone.ServiceClient) -> None:
    pages = [
        Reply(json={"images": [{"id": "1"}, {"id": "2"}], "next": "/v2/images?marker=2&limit=2"}),
        Reply(json={"images": [{"id": "3"}]}),
    ]
    keystone.on("GET", "/compute/v2.1/images").replies(pages * 2)

    assert [it["id"] for it in compute.list("images", "images", params={"x": 1}, limit=2)] == ["1", "2", "3"]
    assert keystone.requests[-2].query == "x=1&limit=2"
    assert keystone.requests[-1].query == "marker=2&limit=2"
    later = AsyncClient(**keystone.options()).service("compute")

    async def ids() -> list[object]:
        return [it["id"] async for it in later.list("images", "images", limit=2)]

    assert asyncio.run(ids()) == ["1", "2", "3"]


def test_what_a_service_client_says_goes_with_each_request(keystone: FakeKeystone) -> None:
    client = Client(**keystone.options(), user_agent="app/1")
    service = client.service("compute", microversion="2.79", global_request_id="req-own", user_agent="library/2")

    service.get("servers")
    service.get("servers", microversion=None, global_request_id="req-other", headers={"X-Own": b"bytes"})
    service.get("servers", microversion="2.1", user_agent="just-this", original_ip="192.0.2.7")

    usual, other, last = keystone.requests[-3:]
    assert usual.headers["openstack-api-version"] == "compute 2.79"
    assert usual.headers["x-openstack-request-id"] == "req-own"
    assert usual.headers["user-agent"].startswith("app/1 library/2 archstone/")
    assert "openstack-api-version" not in other.headers
    assert (other.headers["x-openstack-request-id"], other.headers["x-own"]) == ("req-other", "bytes")
    assert last.headers["openstack-api-version"] == "compute 2.1"
    assert last.headers["user-agent"] == "just-this"
    assert last.headers["forwarded"].startswith("for=192.0.2.7;")


def test_failures_are_tried_again_as_often_as_is_said(keystone: FakeKeystone) -> None:
    client = Client(**keystone.options())
    keystone.on("GET", "/compute/v2.1/servers").fail_next(2, Failure.status(503))
    assert client.service("compute", retries=QUICK).get("servers").status_code == 200
    keystone.on("GET", "/compute/v2.1/servers").fail_next(1, Failure.status(503))
    with pytest.raises(archstone.ServerError):
        client.service("compute", retries=0).get("servers")
    keystone.on("GET", "/compute/v2.1/servers").fail_next(1, Failure.status(418))
    odd = Retries(attempts=2, statuses=[418], pause=0.001, deadline=30)
    assert client.service("compute").get("servers", retries=odd).status_code == 200
    assert repr(odd).startswith("archstone.Retries(attempts=2, statuses=[418], pause=0.001")


def test_time_is_limited(keystone: FakeKeystone, compute: archstone.ServiceClient) -> None:
    keystone.on("GET", "/compute/v2.1/late").fail(Failure.SILENCE)
    began = time.monotonic()
    for limits in ({"timeout": 0.1}, {"timeout": (1, 0.1)}, {"total_timeout": 0.1}):
        with pytest.raises(archstone.RequestTimeoutError):
            compute.get("late", retries=0, **limits)
    assert time.monotonic() - began < 30
    with pytest.raises(ValueError, match="above zero"):
        compute.get("late", timeout=0)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"nonsense": {}}, "nonsense"),
        ({"retries": "often"}, "Retries"),
        ({"data": 7}, "bytes"),
        ({"json": object()}, "JSON"),
    ],
)
def test_what_makes_no_sense_is_a_type_error(
    compute: archstone.ServiceClient, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(TypeError, match=words):
        compute.post("servers", **options)


def test_threads_share_a_service_client(keystone: FakeKeystone, compute: archstone.ServiceClient) -> None:
    statuses: list[int] = []

    def work() -> None:
        statuses.extend(compute.get("servers").status_code for _ in range(10))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    keystone.revoke_all()
    for thread in threads:
        thread.join()

    assert statuses == [200] * 80


def test_a_service_client_works_after_a_fork(keystone: FakeKeystone, compute: archstone.ServiceClient) -> None:
    compute.get("servers")
    read, write = os.pipe()
    # Calls `os.fork` itself, since that is what is tested; the child exits without the test's clean-up.
    child = os.fork()
    if child == 0:
        status = b"?"
        try:
            status = str(compute.get("servers").status_code).encode()
        finally:
            os.write(write, status)
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as end:
        assert end.read() == b"200"
    os.waitpid(child, 0)
    assert compute.get("servers").status_code == 200
    assert keystone.logins == 1


def test_the_log_shows_what_is_done_and_no_secret(keystone: FakeKeystone, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "archstone")
    keystone.on("GET", "/compute/v2.1/servers").fail_next(1, Failure.status(503))
    client = Client(**keystone.options())

    client.service("compute", retries=QUICK).get("servers", headers={"x-own": "marked"}, params={"q": "marked"})

    told = {(record.name, record.levelname) for record in caplog.records}
    assert {("archstone.request", "DEBUG"), ("archstone.retry", "WARNING")} <= told
    text = caplog.text
    assert "request method=GET" in text
    assert "/compute/v2.1/servers" in text
    assert "{SHA256}" in text
    assert client.token not in text
    assert "marked" not in text
    assert keystone.options()["password"] not in text.replace("archstone", "")
    caplog.clear()
    caplog.set_level(logging.WARNING, "archstone")
    client.service("compute").get("servers")
    assert not caplog.records


async def test_cancelling_a_request_leaves_the_client_whole(
    keystone: FakeKeystone, later: archstone.AsyncServiceClient
) -> None:
    keystone.on("GET", "/compute/v2.1/late").fail(Failure.SILENCE)
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(later.get("late"), 0.1)
    assert (await later.get("servers")).status_code == 200
    gc.collect()


def test_versions_are_told(keystone: FakeKeystone) -> None:
    client = Client(**keystone.options())

    found = client.service("identity").endpoint()
    newest = client.versions("identity")[0]
    everything = client.all_versions(service_type="identity", interface="public")

    assert found.version == "3.0"
    assert newest.status == "CURRENT"
    assert [it.service_type for it in everything] == ["identity"]
    assert everything[0].versions[0].version == newest.version

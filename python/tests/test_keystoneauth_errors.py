"""Responses of 400 and above, and missing ones, as seen by users of keystoneauth1."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import requests
from keystoneauth1 import exceptions

import archstone
from archstone.keystoneauth import Session
from archstone.testing import Failure, FakeServer, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer() as server:
        yield server


STATUSES = [
    (400, exceptions.BadRequest),
    (401, exceptions.Unauthorized),
    (402, exceptions.PaymentRequired),
    (403, exceptions.Forbidden),
    (404, exceptions.NotFound),
    (405, exceptions.MethodNotAllowed),
    (406, exceptions.NotAcceptable),
    (407, exceptions.ProxyAuthenticationRequired),
    (408, exceptions.RequestTimeout),
    (409, exceptions.Conflict),
    (410, exceptions.Gone),
    (411, exceptions.LengthRequired),
    (412, exceptions.PreconditionFailed),
    (413, exceptions.RequestEntityTooLarge),
    (414, exceptions.RequestUriTooLong),
    (415, exceptions.UnsupportedMediaType),
    (416, exceptions.RequestedRangeNotSatisfiable),
    (417, exceptions.ExpectationFailed),
    (418, exceptions.HTTPClientError),
    (422, exceptions.UnprocessableEntity),
    (429, exceptions.TooManyRequests),
    (500, exceptions.InternalServerError),
    (501, exceptions.HttpNotImplemented),
    (502, exceptions.BadGateway),
    (503, exceptions.ServiceUnavailable),
    (504, exceptions.GatewayTimeout),
    (505, exceptions.HttpVersionNotSupported),
    (507, exceptions.HttpServerError),
]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("status", "kind"), STATUSES)
def test_each_status_is_keystoneauths_exception(
    server: FakeServer,
    status: int,
    kind: type[exceptions.HttpError],
    *,
    stream: bool,
) -> None:
    headers = {"X-Openstack-Request-Id": "req-7", "Retry-After": "7"}
    body = {"error": {"message": "so it is", "details": "why"}}
    server.on("GET", "/x").reply(Reply(status, json=body, headers=headers))
    url = f"{server.url}/x"

    with pytest.raises(exceptions.HttpError) as caught:
        Session().get(url, stream=stream)

    it = caught.value
    assert type(it) is kind
    assert str(it) == it.message == f"so it is (HTTP {status}) (Request-ID: req-7)"
    assert (it.details, it.request_id, it.http_status) == ("why", "req-7", status)
    assert (it.retry_after, it.url, it.method) == (7, url, "GET")
    assert isinstance(it.response, requests.Response)
    assert it.response.json() == body
    assert isinstance(it.__cause__, archstone.Error)
    assert it.__cause__.status == status
    assert server.count() == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"badRequest": {"code": 400, "message": "bad flavor"}}, "bad flavor"),
        ({"NeutronError": {"type": "X", "message": "no ports left", "detail": ""}}, "no ports left"),
        ({"error": "invalid_client", "error_description": "who are you"}, "who are you"),
        ({"error_message": '{"faultstring": "node is locked"}'}, "node is locked"),
        ({"errors": [{"title": "Conflict", "detail": "in use"}]}, "Conflict"),
        ({"what": {"ever": 1}}, "Unrecognized schema in response body."),
    ],
)
def test_every_services_own_words_arrive(server: FakeServer, body: object, said: str) -> None:
    text = json.dumps(body).encode()
    head = f"Content-Type: application/json\r\nX-Compute-Request-Id: req-8\r\nContent-Length: {len(text)}\r\n\r\n"
    server.on("GET", "/x").reply(Reply.raw(b"HTTP/1.1 400 Bad Request\r\n" + head.encode() + text))

    with pytest.raises(exceptions.BadRequest) as caught:
        Session().get(f"{server.url}/x")

    assert caught.value.request_id == "req-8"
    assert str(caught.value) == f"{said} (HTTP 400) (Request-ID: req-8)"


def test_a_date_in_retry_after_is_seconds_from_now(server: FakeServer) -> None:
    server.fail(Failure.retry_after_date(503, 30))

    with pytest.raises(exceptions.ServiceUnavailable) as caught:
        Session().get(server.url)

    assert 25 < caught.value.retry_after <= 31


def test_an_answer_of_400_and_above_is_one_where_that_is_asked(server: FakeServer) -> None:
    server.on("GET", "/x").reply(Reply(404, text="no"))
    session = Session(collect_timing=True)

    response = session.get(f"{server.url}/x", raise_exc=False)
    with pytest.raises(exceptions.NotFound):
        session.get(f"{server.url}/x")

    assert (response.status_code, response.text, response.reason) == (404, "no", "Not Found")
    assert [(it.method, it.url) for it in session.get_timings()] == [("GET", f"{server.url}/x")] * 2


def test_a_service_without_an_answer(server: FakeServer) -> None:
    session = Session()
    server.fail_next(1, Failure.RESET_BEFORE)
    with pytest.raises(exceptions.ConnectFailure) as caught:
        session.get(server.url)
    assert isinstance(caught.value.__cause__, archstone.ConnectionFailedError)

    server.fail_next(1, Failure.SILENCE)
    with pytest.raises(exceptions.ConnectTimeout):
        session.get(server.url, timeout=0.2)

    server.fail(Failure.REDIRECT_LOOP)
    with pytest.raises(exceptions.UnknownConnectionError, match="in a loop"):
        session.get(server.url, redirect=3)

    with pytest.raises(exceptions.ConnectFailure, match="does not resolve"):
        session.get("http://nowhere.invalid/")
    with pytest.raises(exceptions.UnknownConnectionError) as unknown:
        session.get("gopher://nowhere.invalid/")
    assert unknown.value.original

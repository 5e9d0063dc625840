"""Python code that runs while a thread waits makes requests itself: it never runs inside the runtime."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import threading
from typing import TYPE_CHECKING

import pytest

from archstone import AsyncClient, Client
from archstone.testing import Failure, FakeKeystone, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SERVERS = "/compute/v2.1/servers"
needs_signals = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no timers of that kind")


@pytest.fixture
def keystone(archstone_keystone: FakeKeystone) -> FakeKeystone:
    archstone_keystone.on("GET", SERVERS, with_token=True).reply(Reply(json={"servers": []}))
    return archstone_keystone


@pytest.fixture
def alarm() -> Iterator[Callable[[Callable[[], object]], list[object]]]:
    """Send a signal while the main thread waits, and run something in its handler."""
    answers: list[object] = []
    before = signal.getsignal(signal.SIGALRM)

    def set_alarm(act: Callable[[], object]) -> list[object]:
        def heard(*_: object) -> None:
            answers.append(act())

        signal.signal(signal.SIGALRM, heard)
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        return answers

    yield set_alarm
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@needs_signals
def test_a_signal_handler_asks_a_service_while_the_thread_waits(
    keystone: FakeKeystone, alarm: Callable[[Callable[[], object]], list[object]]
) -> None:
    service = Client(**keystone.options()).service("compute")
    assert service.get("servers").ok
    keystone.fail_next(1, Failure.delay(0.4))

    answers = alarm(lambda: service.get("servers").status_code)

    assert service.get("servers").status_code == 200
    assert answers == [200]


@needs_signals
def test_a_signal_handler_waits_for_the_login_that_the_thread_waits_for(
    keystone: FakeKeystone, alarm: Callable[[Callable[[], object]], list[object]]
) -> None:
    client = Client(**keystone.options())
    keystone.on("POST", "/v3/auth/tokens").fail_next(1, Failure.delay(0.4))

    answers = alarm(lambda: client.token)

    assert [client.token] == answers
    assert keystone.logins == 1


@needs_signals
def test_what_a_signal_handler_raises_ends_the_wait_and_the_next_one_works(
    keystone: FakeKeystone, alarm: Callable[[Callable[[], object]], list[object]]
) -> None:
    service = Client(**keystone.options()).service("compute")
    assert service.get("servers").ok
    keystone.fail_next(1, Failure.SILENCE)

    def give_up() -> None:
        assert service.get("servers").ok
        raise KeyboardInterrupt

    alarm(give_up)

    with pytest.raises(KeyboardInterrupt):
        service.get("servers")
    assert service.get("servers").ok


@needs_signals
def test_a_signal_is_heard_in_every_wait_however_many_there_were(
    keystone: FakeKeystone, alarm: Callable[[Callable[[], object]], list[object]]
) -> None:
    service = Client(**keystone.options()).service("compute")

    def give_up() -> None:
        raise KeyboardInterrupt

    for waits in (1, 2, 20):
        # Long enough for the thread to sleep.
        keystone.fail_next(waits, Failure.delay(0.005))
        assert all(service.get("servers").ok for _ in range(waits))
        keystone.fail_next(1, Failure.SILENCE)
        alarm(give_up)
        with pytest.raises(KeyboardInterrupt):
            service.get("servers")


class Asking(logging.Handler):
    """A handler that makes a request for each record, except those caused by that request."""

    def __init__(self, ask: Callable[[], object]) -> None:
        super().__init__()
        self.ask = ask
        self.answers: list[tuple[str, object]] = []
        self.threads: set[int] = set()
        self.asks = False

    def emit(self, record: logging.LogRecord) -> None:
        self.threads.add(threading.get_ident())
        if not self.asks:
            self.asks = True
            self.answers.append((record.name, self.ask()))
            self.asks = False


@pytest.fixture
def asking() -> Iterator[Callable[[Callable[[], object]], Asking]]:
    """Add such a handler."""
    logger = logging.getLogger("archstone")
    added: list[Asking] = []

    def add(ask: Callable[[], object]) -> Asking:
        added.append(Asking(ask))
        logger.addHandler(added[-1])
        logger.setLevel(logging.DEBUG)
        return added[-1]

    yield add
    logger.setLevel(logging.NOTSET)
    for handler in added:
        logger.removeHandler(handler)


def test_a_logging_handler_asks_for_the_same_login(
    keystone: FakeKeystone, asking: Callable[[Callable[[], object]], Asking]
) -> None:
    client = Client(**keystone.options())
    handler = asking(lambda: client.token)

    token = client.token

    assert handler.answers
    assert {answer for _, answer in handler.answers} == {token}
    assert keystone.logins == 1
    assert handler.threads == {threading.get_ident()}


def test_a_logging_handler_asks_while_asyncio_waits(
    keystone: FakeKeystone, asking: Callable[[Callable[[], object]], Asking]
) -> None:
    service = Client(**keystone.options()).service("compute")
    handler = asking(lambda: service.get("servers").status_code)

    async def main() -> int:
        later = AsyncClient(**keystone.options()).service("compute")
        return (await later.get("servers")).status_code

    assert asyncio.run(main()) == 200
    assert handler.answers
    assert {answer for _, answer in handler.answers} == {200}
    assert handler.threads == {threading.get_ident()}


def test_records_come_before_the_outcome_and_in_order(keystone: FakeKeystone, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "archstone")
    assert Client(**keystone.options()).token
    waited = [(record.name, record.msg) for record in caplog.records]
    caplog.clear()

    with FakeKeystone() as other:
        asyncio.run(AsyncClient(**other.options()).get_token())
        awaited = [(record.name, record.msg) for record in caplog.records]

    assert waited
    assert waited == awaited


def test_a_record_that_says_why_a_thread_waits_comes_while_it_waits(
    keystone: FakeKeystone, asking: Callable[[Callable[[], object]], Asking]
) -> None:
    service = Client(**keystone.options()).service("compute", retries=1)
    assert service.get("servers").ok
    handler = asking(lambda: keystone.count("GET", SERVERS))
    keystone.forget_requests()
    keystone.on("GET", SERVERS).fail_next(1, Failure.status(503))

    assert service.get("servers").ok

    assert ("archstone.retry", 1) in handler.answers


class Cycle:
    """A cycle that only the garbage collector frees, which makes a request then."""

    def __init__(self, ask: Callable[[], object]) -> None:
        self.itself = self
        self.ask = ask

    def __del__(self) -> None:
        self.ask()


def test_a_finalizer_and_a_callback_of_the_collector_make_requests(
    keystone: FakeKeystone, asking: Callable[[Callable[[], object]], Asking]
) -> None:
    service = Client(**keystone.options()).service("compute")
    statuses: list[int] = []
    ended = threading.Event()

    def ask() -> None:
        # The last cycle may be freed when another test runs: a collection within a collection does nothing.
        if not ended.is_set():
            statuses.append(service.get("servers").status_code)

    def collected(phase: str, _: object) -> None:
        if phase == "stop":
            ask()

    def collect() -> None:
        Cycle(ask)
        gc.collect()

    asking(collect)
    gc.callbacks.append(collected)
    try:
        assert service.get("servers").ok
    finally:
        ended.set()
        gc.callbacks.remove(collected)

    assert len(statuses) >= 2
    assert set(statuses) == {200}


def test_a_body_that_asks_the_same_service_while_it_is_read(keystone: FakeKeystone) -> None:
    client = Client(**keystone.options())
    keystone.on("PUT", "/compute/v2.1/image", with_token=True).reply(201)
    service = client.service("compute")

    def pieces() -> Iterator[bytes]:
        for _ in range(3):
            yield str(service.get("servers").status_code).encode()

    assert service.put("image", data=pieces()).status_code == 201
    assert keystone.requests[-1].body == b"200200200"
    assert keystone.logins == 1

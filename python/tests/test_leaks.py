"""Nothing outlives its owner: no loop, no task, no descriptor."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import time
import weakref
from typing import TYPE_CHECKING, Any

import pytest

from archstone import AsyncClient, Client, RequestTimeoutError
from archstone.testing import Failure, FakeKeystone, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LOOPS = 100
SERVERS = "/compute/v2.1/servers"
counts_descriptors = pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="Linux shows descriptors there")  # noqa: PTH112


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208


def sockets() -> int:
    def is_socket(descriptor: str) -> bool:
        try:
            return os.readlink(f"/proc/self/fd/{descriptor}").startswith("socket:")  # noqa: PTH115
        except OSError:
            return False

    return sum(map(is_socket, os.listdir("/proc/self/fd")))  # noqa: PTH208


def settles(count: Callable[[], int], most: int) -> bool:
    """Whether a number decreases to this value: the runtime closes things in a separate thread."""
    until = time.monotonic() + 20
    while count() > most:
        if time.monotonic() > until:
            return False
        gc.collect()
        time.sleep(0.01)
    return True


class CallLoop(asyncio.SelectorEventLoop):
    """A loop without `add_reader`, like those of Windows."""

    def add_reader(self, *_: Any) -> None:  # type: ignore[override]  # noqa: ANN401
        raise NotImplementedError


@pytest.fixture(params=[asyncio.SelectorEventLoop, CallLoop], ids=["by a socket", "by a call"])
def new_loop(request: pytest.FixtureRequest) -> Callable[[], asyncio.AbstractEventLoop]:
    """Create a loop of each kind, since results are delivered differently."""
    make: Callable[[], asyncio.AbstractEventLoop] = request.param
    return make


@pytest.fixture
def silent() -> Iterator[FakeKeystone]:
    """Return an identity service whose services never respond."""
    with FakeKeystone() as keystone:
        keystone.on("*", "/compute/*").fail(Failure.SILENCE)
        yield keystone


def run(new_loop: Callable[[], asyncio.AbstractEventLoop], main: Any) -> Any:  # noqa: ANN401
    """Like `asyncio.run`, with a loop of this kind."""
    loop = new_loop()
    try:
        return loop.run_until_complete(main)
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


@counts_descriptors
def test_requests_that_are_given_up_leave_nothing(
    silent: FakeKeystone, new_loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    client = AsyncClient(**silent.options())
    run(new_loop, client.get_token())
    loops: list[weakref.ref[asyncio.AbstractEventLoop]] = []
    tasks: list[weakref.ref[asyncio.Future[Any]]] = []

    async def give_up() -> None:
        loops.append(weakref.ref(asyncio.get_running_loop()))
        asking = asyncio.ensure_future(client.service("compute").get("servers"))
        tasks.append(weakref.ref(asking))
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(asking, 0.01)

    run(new_loop, give_up())
    gc.collect()
    before = descriptors()
    for _ in range(LOOPS):
        run(new_loop, give_up())

    assert settles(descriptors, before + 2)
    assert settles(lambda: sum(it() is not None for it in loops), 0)
    assert settles(lambda: sum(it() is not None for it in tasks), 0)


@counts_descriptors
def test_a_loop_that_is_closed_with_requests_under_way_ends_them(silent: FakeKeystone) -> None:
    client = AsyncClient(**silent.options())
    asyncio.run(client.get_token())
    loops: list[weakref.ref[asyncio.AbstractEventLoop]] = []
    gc.collect()
    before = descriptors()

    async def begin() -> None:
        loops.append(weakref.ref(asyncio.get_running_loop()))
        core = client.service("compute")._core  # noqa: SLF001
        for _ in range(3):
            core.request("GET", "servers", None, False, {})  # noqa: FBT003

    for _ in range(20):
        loop = asyncio.new_event_loop()
        loop.run_until_complete(begin())
        loop.close()
        del loop

    assert settles(lambda: sum(it() is not None for it in loops), 0)
    assert settles(descriptors, before + 2)


@counts_descriptors
def test_loops_that_end_well_leave_nothing(
    archstone_keystone: FakeKeystone, new_loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    client = AsyncClient(**archstone_keystone.options())
    loops: list[weakref.ref[asyncio.AbstractEventLoop]] = []

    async def log_in() -> None:
        loops.append(weakref.ref(asyncio.get_running_loop()))
        await client.renew()

    run(new_loop, log_in())
    gc.collect()
    before = descriptors()
    for _ in range(LOOPS):
        run(new_loop, log_in())

    assert settles(descriptors, before)
    assert settles(lambda: sum(it() is not None for it in loops), 0)


@counts_descriptors
def test_a_thread_whose_wait_is_interrupted_leaves_no_connection(silent: FakeKeystone) -> None:
    signal = pytest.importorskip("signal")
    service = Client(**silent.options()).service("compute")
    with pytest.raises(KeyboardInterrupt):
        interrupted(signal, service.get)
    before = descriptors()

    for _ in range(10):
        with pytest.raises(KeyboardInterrupt):
            interrupted(signal, service.get)

    assert settles(descriptors, before)


def interrupted(signal: Any, get: Callable[[str], object]) -> None:  # noqa: ANN401
    """Start a request, and interrupt it."""

    def heard(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, heard)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        get("servers")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_a_loop_of_another_kind_gets_its_answers(
    archstone_keystone: FakeKeystone, new_loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    client = AsyncClient(**archstone_keystone.options())

    async def main() -> list[str]:
        return await asyncio.gather(*[client.url_for("compute") for _ in range(50)])

    assert len(set(run(new_loop, main()))) == 1
    assert archstone_keystone.logins == 1


def test_a_loop_that_nobody_closes_is_collected(silent: FakeKeystone) -> None:
    client = AsyncClient(**silent.options())

    async def begin() -> asyncio.Future[Any]:
        return client.service("compute")._core.request("GET", "servers", None, False, {})  # noqa: SLF001, FBT003

    def forgotten() -> weakref.ref[asyncio.AbstractEventLoop]:
        loop = asyncio.SelectorEventLoop()
        loop.run_until_complete(client.get_token())
        loop.run_until_complete(begin())
        return weakref.ref(loop)

    loops: list[weakref.ref[asyncio.AbstractEventLoop]] = []

    def collects() -> bool:
        loops.append(forgotten())
        return settles(lambda: int(loops[0]() is not None), 0)

    with pytest.warns(ResourceWarning):
        assert collects()


def a_client(keystone: FakeKeystone) -> object:
    client = Client(**keystone.options())
    client.renew()
    return client


def a_service(keystone: FakeKeystone) -> object:
    service = Client(**keystone.options()).service("compute")
    service.get("servers")
    return service


def a_list(keystone: FakeKeystone) -> object:
    items = Client(**keystone.options()).service("compute").list("servers", "servers")
    next(items)
    return items


def an_answer(keystone: FakeKeystone) -> object:
    return Client(**keystone.options()).service("compute").get("servers", stream=True)


@counts_descriptors
@pytest.mark.parametrize("hold", [a_client, a_service, a_list, an_answer])
def test_connections_end_with_their_last_holder_and_without_another_call(
    archstone_keystone: FakeKeystone, hold: Callable[[FakeKeystone], object]
) -> None:
    archstone_keystone.on("GET", SERVERS).reply(Reply(json={"servers": [{"id": "1"}]}))
    hold(archstone_keystone)
    gc.collect()
    before = sockets()

    held = [hold(archstone_keystone) for _ in range(50)]
    assert sockets() >= before + len(held)
    held.clear()

    assert settles(sockets, before)


@counts_descriptors
def test_connections_end_with_a_thread_that_drops_its_client(archstone_keystone: FakeKeystone) -> None:
    kept = Client(**archstone_keystone.options())
    kept.renew()
    before = sockets()

    def work() -> None:
        for _ in range(10):
            Client(**archstone_keystone.options()).renew()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert settles(sockets, before)


@counts_descriptors
def test_what_is_given_up_is_closed_without_another_call(archstone_keystone: FakeKeystone) -> None:
    archstone_keystone.on("GET", SERVERS).reply(Reply(json="x" * (8 << 20)))
    archstone_keystone.on("GET", "/compute/v2.1/silent").fail(Failure.SILENCE)
    client = Client(**archstone_keystone.options())
    client.get_token()
    service = client.service("compute")
    service.get("servers")
    before = sockets()

    held = [service.get("servers", stream=True) for _ in range(20)]
    assert sockets() > before + 20
    for answer in held:
        answer.close()
    assert settles(sockets, before)

    with pytest.raises(RequestTimeoutError):
        service.get("silent", timeout=0.05)
    assert settles(sockets, before)

    client.close()
    assert settles(sockets, before - 2)

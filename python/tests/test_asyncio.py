"""AsyncClient and event loops."""

from __future__ import annotations

import asyncio
import inspect
import socket
from typing import TYPE_CHECKING, Any

import pytest

import archstone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keystone_for_tests import TaggedKeystone


@pytest.fixture
def silent_url() -> Iterator[str]:
    """A URL that accepts connections but never responds."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        yield f"http://127.0.0.1:{silent.getsockname()[1]}/v3"


async def test_a_cancelled_wait_is_cancelled(silent_url: str) -> None:
    client = archstone.AsyncClient(auth_url=silent_url, username="alice", password="x")
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(client.token, 0.1)


async def test_a_cancelled_login_lets_the_next_one_try(keystone: TaggedKeystone) -> None:
    client = archstone.AsyncClient(**keystone.user("alice", "times=1", "delay=2000"))
    first = asyncio.ensure_future(client.token)
    second = asyncio.ensure_future(client.token)
    await asyncio.sleep(0.1)

    first.cancel()

    assert await second
    assert first.cancelled()


def test_a_loop_that_is_closed_is_left_in_peace(keystone: TaggedKeystone) -> None:
    complaints: list[dict[str, Any]] = []
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    client = archstone.AsyncClient(**keystone.user("alice", "delay=300"))

    async def begin() -> asyncio.Future[archstone.AccessInfo]:
        return client._core.authenticate()  # noqa: SLF001

    pending = loop.run_until_complete(begin())
    loop.close()

    # The response arrives after the loop was closed; the next loop is not affected.
    assert asyncio.run(client.get_token())
    assert not pending.done()
    assert complaints == []


async def test_one_client_serves_several_loops(keystone: TaggedKeystone) -> None:
    client = archstone.AsyncClient(**keystone.user())
    here = await client.token

    there = await asyncio.to_thread(lambda: asyncio.run(client.get_token()))

    assert here == there
    assert keystone.logins() == 1


async def test_both_clients_share_everything(keystone: TaggedKeystone) -> None:
    client = archstone.Client(**keystone.user())
    token = await asyncio.to_thread(lambda: client.token)
    shared = archstone.AsyncClient.from_client(client)

    assert await shared.token == token
    assert len(shared.timings) == len(client.timings) == 1


async def test_tasks_can_be_made_of_calls(keystone: TaggedKeystone) -> None:
    async with archstone.AsyncClient(**keystone.user()) as client:
        task = asyncio.create_task(client.authenticate())

        assert inspect.iscoroutinefunction(client.url_for)
        assert (await task).user_name == "alice"


async def test_waiting_without_a_loop_says_so() -> None:
    core = archstone.AsyncClient(auth_url="http://h:1/v3", username="a", password="b")._core  # noqa: SLF001

    with pytest.raises(RuntimeError, match="no running event loop"):
        await asyncio.to_thread(core.renew)

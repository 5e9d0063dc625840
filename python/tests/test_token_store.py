"""Cached tokens between runs, and how many logins they saved."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from archstone import AsyncClient, Client, ConnectionFailedError, InvalidConfigError, InvalidRequestError

if TYPE_CHECKING:
    from pathlib import Path

    from keystone_for_tests import TaggedKeystone


def test_a_store_lists_what_it_keeps_and_can_be_cleared(keystone: TaggedKeystone, tmp_path: Path) -> None:
    options = keystone.user(token_cache=str(tmp_path / "tokens"))
    client = Client(**options)
    assert Client(**keystone.user()).token_store_status() is None
    status = client.token_store_status()
    assert status is not None
    assert (status.place, status.own, status.others) == (str(tmp_path / "tokens"), None, [])

    token = client.get_token()

    status = client.token_store_status()
    assert status is not None
    assert status.own is not None
    assert status.own.access is not None
    assert (status.own.access.user_name, status.own.hits, status.own.logins) == ("alice", 0, 1)
    assert status.own.size > len(token)
    assert token not in repr(status) + repr(status.own)
    assert client.clear_token_store() == 1
    assert client.clear_token_store(all=True) == 0


async def test_both_clients_see_the_same_store(keystone: TaggedKeystone, tmp_path: Path) -> None:
    options = keystone.user(token_cache=str(tmp_path / "tokens"))
    async with AsyncClient(**options) as client:
        await client.get_token()
        status = await client.token_store_status()
        assert status is not None
        assert status.own is not None
        assert status.own.remaining is not None
        assert await client.clear_token_store(all=True) == 1


def test_a_store_that_does_not_answer_is_left_alone(keystone: TaggedKeystone) -> None:
    client = Client(**keystone.user(token_cache="redis://u:hidden@127.0.0.1:9"))
    began = time.monotonic()
    assert client.get_token()
    assert time.monotonic() - began < 30
    with pytest.raises(ConnectionFailedError) as caught:
        client.token_store_status()
    assert "hidden" not in str(caught.value)
    with pytest.raises(InvalidConfigError, match="which is not a store"):
        Client(**keystone.user(token_cache="etcd://host"))


def test_memcached_cannot_tell_what_it_keeps(keystone: TaggedKeystone) -> None:
    client = Client(**keystone.user(token_cache="memcached://127.0.0.1:9"))
    with pytest.raises(InvalidRequestError, match="cannot list what it keeps"):
        client.clear_token_store(all=True)

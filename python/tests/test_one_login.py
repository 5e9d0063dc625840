"""Simultaneous needs of the same token cause one login, counted at the server."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

import archstone

if TYPE_CHECKING:
    from pathlib import Path

    from keystone_for_tests import TaggedKeystone

# Long enough for all to start before the first response, even on a busy machine.
SLOWLY = "delay=1500"


def wrong(options: dict[str, Any]) -> dict[str, Any]:
    return options | {"password": "wrong-" * 2}


def outcome(client: archstone.Client) -> str:
    """Return the token, or the error with the ID of its request."""
    try:
        return client.token
    except archstone.Error as error:
        return f"{error.kind} {error.request_id}"


async def async_outcome(client: archstone.AsyncClient) -> str:
    try:
        return await client.token
    except archstone.Error as error:
        return f"{error.kind} {error.request_id}"


@pytest.mark.parametrize("fails", [False, True])
async def test_a_thousand_tasks(keystone: TaggedKeystone, *, fails: bool) -> None:
    options = keystone.user("alice", SLOWLY)
    clients = [archstone.AsyncClient(**wrong(options) if fails else options) for _ in range(10)]

    outcomes = await asyncio.gather(*(async_outcome(clients[number % 10]) for number in range(1000)))

    assert len(outcomes) == 1000
    assert len(set(outcomes)) == 1
    assert outcomes[0].startswith("unauthenticated req-") == fails
    assert keystone.logins() == 1


@pytest.mark.parametrize("fails", [False, True])
def test_fifty_threads(keystone: TaggedKeystone, *, fails: bool) -> None:
    options = keystone.user("alice", SLOWLY)
    clients = [archstone.Client(**wrong(options) if fails else options) for _ in range(5)]
    all_there = threading.Barrier(50)

    def ask(number: int) -> str:
        all_there.wait()
        return outcome(clients[number % 5])

    with ThreadPoolExecutor(50) as threads:
        outcomes = list(threads.map(ask, range(50)))

    assert len(outcomes) == 50
    assert len(set(outcomes)) == 1
    assert outcomes[0].startswith("unauthenticated req-") == fails
    assert keystone.logins() == 1


PROCESS = """
import asyncio, json, sys
import archstone

form, options = json.loads(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()

async def ask():
    return await archstone.AsyncClient(**options).token

try:
    print(archstone.Client(**options).token if form == "Client" else asyncio.run(ask()))
except archstone.Error as error:
    print(error.kind, error.request_id)
"""


@pytest.mark.parametrize("fails", [False, True])
def test_twenty_processes(keystone: TaggedKeystone, tmp_path: Path, *, fails: bool) -> None:
    options = keystone.user("alice", SLOWLY, token_cache=str(tmp_path / "tokens"))
    said = wrong(options) if fails else options
    forms = ["Client", "AsyncClient"] * 10

    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, json.dumps([form, said])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for form in forms
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    outcomes = [process.communicate()[0].strip() for process in processes]

    assert len(outcomes) == 20
    assert len(set(outcomes)) == 1
    assert outcomes[0].startswith("unauthenticated req-") == fails
    assert keystone.logins() == 1


def test_a_refused_token_is_replaced_once(keystone: TaggedKeystone) -> None:
    client = archstone.Client(**keystone.user())
    refused = client.token
    admin = archstone.Client(**keystone.keystone.tagged().user("admin", project_name="admin"))
    admin.revoke(refused)
    all_there = threading.Barrier(50)

    def replace(_: int) -> str:
        all_there.wait()
        return client.replace(refused)

    with ThreadPoolExecutor(50) as threads:
        replacements = set(threads.map(replace, range(50)))

    assert replacements == {client.token}
    assert client.token != refused
    assert keystone.logins() == 2


async def test_a_refused_token_is_replaced_once_by_tasks(keystone: TaggedKeystone) -> None:
    client = archstone.AsyncClient(**keystone.user())
    refused = await client.token
    await client.revoke(refused)

    replacements = set(await asyncio.gather(*(client.replace(refused) for _ in range(100))))

    assert replacements == {await client.token}
    assert refused not in replacements
    assert keystone.logins() == 2


def test_a_request_of_the_clients_own_replaces_a_revoked_token(
    new_client: type[archstone.Client], keystone: TaggedKeystone
) -> None:
    client = new_client(**keystone.user())
    refused = client.token
    archstone.Client(**keystone.keystone.tagged().user("admin", project_name="admin")).revoke(refused)

    assert client.user.name == "alice"
    assert client.token != refused
    assert keystone.logins() == 2


def test_a_token_that_was_given_is_not_replaced(new_client: type[archstone.Client], keystone: TaggedKeystone) -> None:
    token = archstone.Client(**keystone.keystone.tagged().user()).token
    client = new_client(token_id=token, mgmt_url=keystone.auth_url)

    with pytest.raises(archstone.TokenRejectedError, match="was refused"):
        client.replace(token)
    assert keystone.requests() == []


def test_logging_out_ends_the_token(new_client: type[archstone.Client], keystone: TaggedKeystone) -> None:
    client = new_client(**keystone.user())
    token = client.token

    assert client.log_out() is True
    assert client.log_out() is False
    with pytest.raises(archstone.TokenRejectedError):
        new_client(token_id=token, auth_url=keystone.auth_url).authenticate()
    assert client.token != token


def test_renewing_replaces_the_token(new_client: type[archstone.Client], keystone: TaggedKeystone) -> None:
    client = new_client(**keystone.user())
    before = client.token

    access = client.renew()

    assert before != access.auth_token == client.token
    assert keystone.logins() == 2

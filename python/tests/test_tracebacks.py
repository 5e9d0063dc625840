"""Tools that print the variables of each frame of a traceback show no secret of this package's frames."""

from __future__ import annotations

import asyncio
import inspect
import pickle
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import archstone
from archstone import AsyncClient, Client
from archstone.identity import AsyncBulk, Bulk
from archstone.testing import FakeKeystone, Reply

if TYPE_CHECKING:
    from collections.abc import Callable

MARK = "MARKED-SECRET"
OURS = str(Path(archstone.__file__).parent)


def printed(value: object) -> str:
    """What such a tool prints, also of what is half made."""
    try:
        return repr(value)
    except AttributeError as problem:
        return repr(problem)


def variables(error: BaseException | None) -> list[str]:
    """The variables of the frames of this package, and of what it calls, as such tools print them."""
    shown: list[str] = []
    while error is not None:
        is_ours = False
        for frame, _ in traceback.walk_tb(error.__traceback__):
            is_ours = is_ours or frame.f_code.co_filename.startswith(OURS)
            if is_ours:
                shown += [f"{frame.f_code.co_name}.{name}={printed(value)}" for name, value in frame.f_locals.items()]
                shown += [repr(vars(it)) for it in frame.f_locals.values() if hasattr(it, "__dict__")]
        error = error.__cause__ or error.__context__
    return shown


class Unserializable:
    """Something that JSON cannot say."""


CALLS: list[Callable[[Any], object]] = [
    lambda it: it.users.create("x", pasword=MARK),
    lambda it: it.users.create("x", password=MARK, name=MARK),
    lambda it: it.users.create("x", password=MARK, options={"a": Unserializable()}),
    lambda it: it.users.create("x", password=MARK),
    lambda it: it.users.update_password(MARK, MARK),
    lambda it: it.credentials.create("x", MARK, MARK, MARK),
    lambda it: it.tokens.validate(MARK),
    lambda it: it.application_credentials.create("x", secret=MARK),
    lambda it: it.replace(f"{MARK}\ud800"),
    lambda it: it.revoke(MARK),
    lambda it: it.service("compute").post("servers", json={"adminPass": MARK}),
    lambda it: it.service("compute").put("servers", data=MARK, headers={"X-Secret": MARK}),
    lambda it: it.service("compute").get("servers", headers={"X-Secret": MARK}, nosuch=True),
    lambda it: it.request("POST", "http://127.0.0.1:1/", json={"adminPass": MARK}),
    lambda it: (AsyncBulk if isinstance(it, AsyncClient) else Bulk)(it.users.create, [{"name": "x", "pasword": MARK}]),
    lambda it: type(it)(auth_url="http://h:1", username="x", password=MARK, timeout="never"),
    lambda it: type(it).from_env(auth_url="http://h:1", username="x", password=MARK, timeout="never"),
    lambda it: type(it).from_cloud("nosuch", password=MARK),
]


@pytest.mark.parametrize("number", range(len(CALLS)))
@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_no_frame_of_this_package_shows_a_secret(
    archstone_keystone: FakeKeystone, number: int, kind: type[Client | AsyncClient]
) -> None:
    client = kind(**archstone_keystone.options(), user_agent=f"traceback-{number}")
    archstone_keystone.on("*", "/compute/*").reply(400)
    archstone_keystone.on("*", "/v3/users*").reply(400)
    archstone_keystone.on("*", "/v3/credentials").reply(400)
    archstone_keystone.on("*", "/v3/users/*").reply(400)
    archstone_keystone.on("GET", "/v3/auth/tokens").reply(400)
    archstone_keystone.on("DELETE", "/v3/auth/tokens").reply(400)

    async def awaited() -> None:
        asked = CALLS[number](client)
        if inspect.isawaitable(asked):
            await asked

    with pytest.raises((archstone.Error, TypeError)) as caught:
        asyncio.run(awaited())

    assert [it for it in variables(caught.value) if MARK in it] == []


def test_an_answer_that_makes_no_sense_shows_no_secret(archstone_keystone: FakeKeystone) -> None:
    archstone_keystone.on("POST", "/v3/users").reply(Reply(201, json={"user": {"password": MARK}}))
    client = Client(**archstone_keystone.options())

    with pytest.raises((archstone.Error, ValueError)) as caught:
        client.users.create("x")

    assert [it for it in variables(caught.value) if MARK in it] == []


def test_many_operations_show_no_secret(archstone_keystone: FakeKeystone) -> None:
    bulk = Bulk(Client(**archstone_keystone.options()).users.create, [{"name": "x", "password": MARK}])

    assert MARK not in repr(vars(bulk))


def test_what_is_pickled_has_no_token(archstone_keystone: FakeKeystone) -> None:
    secrets = {"X-Subject-Token": MARK, "X-Auth-Token": MARK, "OpenStack-Auth-Receipt": MARK, "Set-Cookie": MARK}
    archstone_keystone.on("GET", "/compute/v2.1/servers").reply(
        Reply(400, json={}, headers=secrets | {"X-Other": "kept"})
    )
    service = Client(**archstone_keystone.options()).service("compute")
    answer = service.get("servers", raise_exc=False)
    with pytest.raises(archstone.Error) as caught:
        service.get("servers")

    assert answer.headers["x-subject-token"] == MARK
    for thing in (answer, caught.value):
        assert MARK.encode() not in pickle.dumps(thing)
    assert pickle.loads(pickle.dumps(answer)).headers["x-other"] == "kept"

"""Text that cannot be decoded and JSON that is nested too deeply raise this package's errors, without any secret."""

from __future__ import annotations

import asyncio
import inspect
import traceback
from typing import TYPE_CHECKING, Any

import pytest

import archstone
import archstone.config
from archstone import AsyncClient, Client
from archstone.options import Options
from archstone.testing import FakeKeystone, Reply

if TYPE_CHECKING:
    from collections.abc import Callable

MARK = "MARKED-SECRET"
ODD = f"{MARK}\ud800"


def said(error: BaseException) -> str:
    """Return everything that an exception and its causes show."""
    parts: list[object] = [*traceback.format_exception(error)]
    seen: list[BaseException | None] = [error, error.__cause__, error.__context__]
    parts += [repr(vars(it)) + repr(it.args) for it in seen if it is not None]
    return " ".join(map(str, parts))


# The options that do not take text.
OTHERS = {"environment", "ask", "on_login_page", "token_provider", "service_user"}
OPTIONS = [name for name in Options.__annotations__ if name not in OTHERS]


@pytest.mark.parametrize("name", OPTIONS)
def test_each_option_refuses_half_a_surrogate_pair(name: str) -> None:
    with pytest.raises(archstone.InvalidConfigError, match="surrogate") as caught:
        Client(**{"auth_url": "http://127.0.0.1:1/v3", name: ODD})  # type: ignore[arg-type]

    assert MARK not in said(caught.value)
    assert name in str(caught.value)


CALLS: list[Callable[[Any], object]] = [
    lambda it: it.replace(ODD),
    lambda it: it.revoke(ODD),
    lambda it: it.url_for(ODD),
    lambda it: it.url_for("compute", interface=ODD),
    lambda it: it.url_for("compute", interface=["public", ODD]),
    lambda it: it.url_for("compute", region_name=ODD),
    lambda it: it.versions(ODD),
    lambda it: it.all_versions(service_type=ODD),
    lambda it: it.request("GET", f"http://127.0.0.1:1/{ODD}"),
    lambda it: it.request(ODD, "http://127.0.0.1:1/"),
    lambda it: it.service(ODD),
    lambda it: it.service("compute", region_name=ODD),
    lambda it: it.service("compute", endpoint_override=ODD),
    lambda it: it.service("compute").get(ODD),
    lambda it: it.service("compute").get("servers", params={"q": ODD}),
    lambda it: it.service("compute").get("servers", params={ODD: "q"}),
    lambda it: it.service("compute").get("servers", headers={"X-Secret": ODD}),
    lambda it: it.service("compute").put("servers", data=ODD),
    lambda it: it.users.create("x", password=ODD),
    lambda it: it.users.get(ODD),
    lambda it: it.users.find(ODD),
    lambda it: it.users.list(name=ODD).all(),
    lambda it: it.users.list(name__contains=ODD).first(),
    lambda it: it.users.exists(ODD),
    lambda it: it.users.create("x", extra={"motto": ODD}),
]


@pytest.mark.parametrize("number", range(len(CALLS)))
@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_each_argument_refuses_it(
    archstone_keystone: FakeKeystone, number: int, kind: type[Client | AsyncClient]
) -> None:
    client = kind(**archstone_keystone.options())

    async def awaited() -> None:
        asked = CALLS[number](client)
        if inspect.isawaitable(asked):
            await asked

    with pytest.raises(archstone.InvalidRequestError) as caught:
        asyncio.run(awaited())

    assert "surrogate" in said(caught.value)
    assert MARK not in str(caught.value)
    assert MARK not in repr(vars(caught.value))
    assert archstone_keystone.requests == []


def test_other_text_refuses_it() -> None:
    with pytest.raises(archstone.InvalidConfigError, match="surrogate") as caught:
        archstone.AccessInfo.from_ref(ODD)
    assert MARK not in said(caught.value)
    with pytest.raises(archstone.InvalidRequestError, match="surrogate") as read:
        archstone.config.read_openrc(f"export OS_PASSWORD={ODD}")
    assert MARK not in said(read.value)
    with pytest.raises(archstone.InvalidRequestError, match="surrogate") as named:
        Client.from_cloud(ODD)
    assert MARK not in said(named.value)


DEEP = "[" * 200_000 + "]" * 200_000


def test_deeply_nested_json_is_an_answer_that_is_not_valid(archstone_keystone: FakeKeystone) -> None:
    archstone_keystone.on("GET", "/compute/v2.1/deep").reply(Reply(text=DEEP))
    archstone_keystone.on("GET", "/v3/users/deep").reply(Reply(text=f'{{"user": {DEEP}}}'))
    archstone_keystone.on("GET", "/v3/users").reply(Reply(text=f'{{"users": [{{"id": "u", "name": {DEEP}}}]}}'))
    client = Client(**archstone_keystone.options())
    answer = client.service("compute").get("deep")
    asks: list[Callable[[], object]] = [
        answer.json,
        lambda: client.users.get("deep"),
        client.users.list().all,
        lambda: list(client.service("compute").list("deep", "items")),
    ]

    for ask in asks:
        with pytest.raises(archstone.InvalidResponseError):
            ask()

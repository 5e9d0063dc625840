"""Tools that print the variables of each frame of a traceback show no secret of this package's frames."""

from __future__ import annotations

import asyncio
import inspect
import pickle
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keystoneauth1.session
import pytest
import requests
from keystoneauth1 import token_endpoint

import archstone
from archstone import AsyncClient, Client
from archstone.identity import AsyncBulk, Bulk
from archstone.keystoneauth import Adapter, LegacyJsonAdapter, Loader, Plugin, Session
from archstone.keystoneclient.v3.client import Client as DropIn
from archstone.testing import FakeKeystone, Reply

if TYPE_CHECKING:
    from collections.abc import Callable

MARK = "MARKED-SECRET"
OURS = str(Path(archstone.__file__).parent)


def printed(value: object) -> str:
    """Return what such a tool prints, also of partially initialized objects."""
    try:
        return repr(value)
    except AttributeError as problem:
        return repr(problem)


def variables(error: BaseException | None, *, with_callees: bool = True) -> list[str]:
    """Return the variables of the frames of this package, and of its callees, as such tools print them."""
    shown: list[str] = []
    while error is not None:
        was_ours = False
        for frame, _ in traceback.walk_tb(error.__traceback__):
            is_ours = frame.f_code.co_filename.startswith(OURS)
            was_ours = was_ours or is_ours
            if is_ours or (was_ours and with_callees):
                shown += [f"{frame.f_code.co_name}.{name}={printed(value)}" for name, value in frame.f_locals.items()]
                shown += [repr(vars(it)) for it in frame.f_locals.values() if hasattr(it, "__dict__")]
        error = error.__cause__ or error.__context__
    return shown


class Unserializable:
    """An object that is not JSON serializable."""


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


# In the drop-ins, frames of keystoneauth1 and requests lie between ours: their variables are not ours to hide.


def options_with_secrets(keystone: FakeKeystone, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the options of a login whose password is marked."""
    return {**keystone.options(), "password": MARK, **more}


def ours(keystone: FakeKeystone) -> keystoneauth1.session.Session:
    return Session(auth=Plugin(**keystone.options()))


def stock(keystone: FakeKeystone) -> keystoneauth1.session.Session:
    return keystoneauth1.session.Session(auth=Plugin(**keystone.options()))


def managers(keystone: FakeKeystone) -> DropIn:
    return DropIn(session=ours(keystone), user_id="u")


def keystoneclient(keystone: FakeKeystone) -> DropIn:
    return DropIn(**keystone.options())


def refused(keystone: FakeKeystone) -> Plugin:
    """Return a plugin whose token was refused, and cannot be replaced."""
    known = Client(**keystone.options()).auth_ref
    plugin = Plugin(**keystone.options())
    plugin.set_auth_state(known.to_ref().replace(known.auth_token, MARK))
    assert plugin.get_token(Session()) == MARK
    keystone.on("POST", "/v3/auth/tokens").reply(401)
    plugin.invalidate()
    return plugin


def with_failing_hook(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Authentication for `requests` that fails once the response has arrived."""
    request.hooks["response"].append(unable)
    return request


def unable(*_: object, **__: object) -> None:
    message = "the answer cannot be checked"
    raise ValueError(message)


PROXIES = {"http": f"http://u:{MARK}@127.0.0.1:1"}
BODY: Any = {"json": {"adminPass": MARK}, "headers": {"X-Secret": MARK}}

OF_DROP_INS: list[Callable[[FakeKeystone], object]] = [
    lambda it: Plugin(**options_with_secrets(it, timeout="never")),
    lambda it: Loader().create_plugin(**it.options() | {"password": None, "login_password": MARK, "timeout": "never"}),
    lambda it: Plugin(**options_with_secrets(it)).get_token(Session()),
    lambda it: Plugin(**it.options()).set_auth_state(f'{{"auth_token": "{MARK}"'),
    lambda it: Session(auth=Plugin(**options_with_secrets(it))).get(f"{it.url}/compute/v2.1"),
    lambda it: ours(it).post(f"{it.url}/compute/servers", **BODY),
    lambda it: ours(it).post("http://127.0.0.1:1/", authenticated=False, **BODY),
    lambda it: ours(it).post("nowhere", authenticated=False, **BODY),
    lambda it: Session(session=requests.Session()).post(f"{it.url}/compute/servers", **BODY),
    lambda _: Session().session.post("http://127.0.0.1:1/", **BODY),
    lambda _: Session().get("http://127.0.0.1:1/", proxies=PROXIES),
    lambda _: Session().session.get("http://127.0.0.1:1/", proxies=PROXIES),
    lambda it: ours(it).get(f"{it.url}/v3", requests_auth=with_failing_hook, **BODY),
    lambda it: ours(it).get(f"{it.url}/v3", proxies=PROXIES, requests_auth=with_failing_hook),
    lambda it: refused(it).get_token(Session()),
    lambda it: Adapter(ours(it), "compute").post("/servers", **BODY),
    lambda it: LegacyJsonAdapter(ours(it), "compute").post("/servers", body=BODY["json"], headers=BODY["headers"]),
    lambda it: Adapter(ours(it), "compute", additional_headers={"X-Secret": MARK}, nosuch=1),
    lambda it: Adapter(stock(it), "compute").post("/servers", **BODY),
    lambda it: DropIn(**options_with_secrets(it)),
    lambda it: DropIn(**options_with_secrets(it, nosuch=1)),
    lambda it: DropIn(**options_with_secrets(it, timeout="never")),
    lambda it: DropIn(auth_ref={"auth_token": MARK, "x": 1}, auth_url=it.url),
    lambda it: keystoneclient(it).authenticate(password=MARK),
    lambda it: keystoneclient(it).authenticate(password=MARK, nosuch=1),
    lambda it: setattr(managers(it), "auth_token", MARK),
    lambda it: setattr(keystoneclient(it), "auth_token", f"{MARK}\n"),
    lambda it: managers(it).users.create("x", password=MARK),
    lambda it: managers(it).users.create("x", pasword=MARK),
    lambda it: managers(it).users.create("x", password=MARK, options={"a": Unserializable()}),
    lambda it: managers(it).users.update("x", password=MARK),
    lambda it: managers(it).users.update_password(MARK, MARK),
    lambda it: managers(it).users.update_password(MARK, f"{MARK}2"),
    lambda it: managers(it).credentials.create("x", "t", MARK),
    lambda it: managers(it).credentials.update("x", blob=MARK),
    lambda it: managers(it).credentials.find(type="t"),
    lambda it: managers(it).application_credentials.create("x", secret=MARK),
    lambda it: managers(it).domain_configs.create("x", {"ldap": {"password": MARK}}),
    lambda it: managers(it).domain_configs.update("x", {"ldap": {"password": MARK}}),
    lambda it: managers(it).tokens.revoke_token(MARK),
    lambda it: managers(it).tokens.validate(MARK),
    lambda it: managers(it).tokens.get_token_data(MARK),
    lambda it: managers(it).oauth1.request_tokens.create("k", MARK, "p"),
    lambda it: managers(it).oauth1.access_tokens.create("k", MARK, "r", MARK, MARK),
    lambda it: managers(it).request("/users", "POST", body=MARK),
    lambda it: managers(it).get("/users/x", headers={"X-Secret": MARK}),
    lambda it: managers(it).post("/users", body=MARK),
    lambda it: managers(it).put("/users/x", body=MARK),
    lambda it: managers(it).patch("/users/x", body=MARK),
    lambda it: managers(it).delete("/users/x", headers={"X-Secret": MARK}),
    lambda _: DropIn(session=keystoneauth1.session.Session(token_endpoint.Token("nowhere", MARK))).users.list(),
]


@pytest.mark.parametrize("number", range(len(OF_DROP_INS)))
def test_no_frame_of_the_drop_ins_shows_a_secret(archstone_keystone: FakeKeystone, number: int) -> None:
    for path in ("/compute/*", "/v3/users*", "/v3/users/*", "/v3/credentials/*", "/v3/domains/*", "/v3/OS-OAUTH1/*"):
        archstone_keystone.on("*", path).reply(400)
    archstone_keystone.on("POST", "/v3/credentials").reply(400)
    secret = {"id": "1", "type": "t", "user_id": "u", "blob": MARK}
    archstone_keystone.on("GET", "/v3/credentials").reply(Reply(json={"credentials": [secret, secret], "links": {}}))
    archstone_keystone.on("GET", "/v3/auth/tokens").reply(400)
    archstone_keystone.on("DELETE", "/v3/auth/tokens").reply(400)
    with pytest.raises(Exception) as caught:  # noqa: PT011  each has its own
        OF_DROP_INS[number](archstone_keystone)

    shown = variables(caught.value, with_callees=False)
    assert shown
    assert [it for it in shown if MARK in it] == []


def test_no_object_of_the_drop_ins_shows_a_secret(archstone_keystone: FakeKeystone) -> None:
    archstone_keystone.on("GET", "/v3/users").reply(Reply(json={"users": [], "links": {}}))
    known = Client(**archstone_keystone.options()).auth_ref
    plugin = Plugin(**archstone_keystone.options())
    restored = Plugin(**archstone_keystone.options())
    restored.set_auth_state(known.to_ref())
    session = Session(auth=plugin)
    adapter = Adapter(session, "identity")
    alone, below = keystoneclient(archstone_keystone), DropIn(session=session)
    given = DropIn(token=known.auth_token, endpoint=f"{archstone_keystone.url}/v3")
    assert below.users.list() == []
    assert alone.auth_ref is not None
    token = session.get_token()
    assert isinstance(token, str)
    assert alone.auth_ref["auth_token"] == alone.get_token()
    assert plugin.invalidate()

    secrets = {archstone_keystone.options()["password"], token, known.auth_token, alone.get_token()}
    objects = [plugin, restored, session, adapter, alone, below, given, alone._login, below._login]  # noqa: SLF001
    objects += [plugin._sent, session.session, below.users, alone.auth_ref, alone.service_catalog]  # noqa: SLF001
    for it in objects:
        assert [secret for secret in secrets if secret in repr(it) + repr(vars(it))] == [], it

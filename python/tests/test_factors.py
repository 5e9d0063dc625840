"""One-time passcodes, and logins with several factors."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import struct
import time
from typing import TYPE_CHECKING

import keystoneauth1.session
import pytest

import archstone
from archstone import AsyncClient, Client
from archstone._archstone import auth_methods, option_table
from archstone.keystoneauth import Loader
from archstone.options import Options
from archstone.testing import FakeServer, Reply

if TYPE_CHECKING:
    from keystone_for_tests import TaggedKeystone

# Of grace, in `dev/cloud.json`.
SEED = base64.b32decode("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")


def passcode() -> str:
    """The passcode of RFC 6238 for now."""
    mac = hmac.digest(SEED, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1)
    start = mac[19] & 15
    return f"{(struct.unpack('>I', mac[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def test_all_factors_in_one_login(keystone: TaggedKeystone) -> None:
    client = Client(
        **keystone.user("grace"),
        auth_type="v3multifactor",
        auth_methods=["v3password", "v3totp"],
        passcode=passcode(),
    )

    assert client.auth_ref.user_name == "grace"


async def test_all_factors_in_one_login_of_a_task(keystone: TaggedKeystone) -> None:
    client = AsyncClient(**keystone.user("grace"), auth_methods="v3password,v3totp", passcode=passcode())

    assert (await client.auth_ref).user_name == "grace"


def test_a_function_is_asked_for_what_is_missing(keystone: TaggedKeystone) -> None:
    asked: list[str] = []

    def ask(option: str) -> str:
        asked.append(option)
        return passcode()

    client = Client(**keystone.user("grace"), ask=ask)

    assert client.renew().user_name == "grace"
    assert asked == ["passcode"]


async def test_a_function_is_asked_beside_the_tasks(keystone: TaggedKeystone) -> None:
    client = AsyncClient(**keystone.user("grace"), ask=lambda _: passcode())

    assert (await client.renew()).user_name == "grace"


def test_what_a_function_raises_is_named_and_none_is_no_answer(keystone: TaggedKeystone) -> None:
    said = "marked"

    def fails(_: str) -> str:
        raise EOFError(said)

    with pytest.raises(archstone.NotConfiguredError, match="`ask` raised EOFError when") as it:
        Client(**keystone.user("grace"), auth_methods="v3password,v3totp", ask=fails).renew()
    assert said not in str(it.value)
    with pytest.raises(archstone.ReceiptIssuedError):
        Client(**keystone.user("grace"), ask=lambda _: None).renew()
    with pytest.raises(archstone.InvalidConfigError, match="`ask` must be a function"):
        Client(**keystone.user("grace"), ask="passcode")  # type: ignore[arg-type]


def test_keystoneauth1_sessions_log_in_with_all_factors(keystone: TaggedKeystone) -> None:
    options = keystone.user("grace")
    password = options.pop("password")
    loaded = Loader().load_from_options(
        **options, login_password=password, auth_methods="v3password,v3totp", passcode=passcode()
    )

    assert keystoneauth1.session.Session(auth=loaded).get_token()


def test_services_without_an_identity_service() -> None:
    server = FakeServer()
    server.on("GET", "/servers").reply(Reply(json={}))
    basic: Options = {"auth_type": "http_basic", "username": "alice", "password": "secret", "mgmt_url": server.url}
    header = "Basic YWxpY2U6c2VjcmV0"

    Client(**basic).service("compute").get("servers")
    Client(auth_type="none", mgmt_url=server.url).service("compute").get("servers")
    loaded = Loader().load_from_options(
        archstone_auth_type="http_basic",
        username="alice",
        login_password="secret",
        mgmt_url=server.url,
        auth_url="http://k/v3",
    )
    keystoneauth1.session.Session(auth=loaded).get(f"{server.url}/servers")

    sent = [(it.headers.get("authorization"), it.headers.get("x-auth-token")) for it in server.requests]
    assert sent == [(header, None), (None, "notused"), (header, None)]
    assert (Client(**basic).authorization, AsyncClient(**basic).authorization) == (header, header)
    with pytest.raises(archstone.NotAuthenticatedError):
        _ = Client(**basic).token


def test_every_option_of_a_method_is_typed_and_one_of_the_loader() -> None:
    names = {option["name"] for method in json.loads(auth_methods()) for option in method["options"]}

    assert {"passcode", "auth_methods", "password"} <= names <= set(Options.__annotations__)
    assert names <= {name for name, *_ in option_table()}
    known = {option.dest for option in Loader().get_options()}
    assert {"passcode", "auth_methods", "login_password", "application_credential_id"} <= known

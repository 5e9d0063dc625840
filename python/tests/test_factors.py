"""One-time passcodes, and logins with several factors."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import struct
import time
from typing import TYPE_CHECKING, Any

import keystoneauth1.session
import pytest

import archstone
from archstone import AsyncClient, Client
from archstone._archstone import auth_methods, option_table
from archstone.keystoneauth import Loader, Session
from archstone.options import Options
from archstone.testing import FakeServer, Reply

if TYPE_CHECKING:
    from keystone_for_tests import TaggedKeystone

# The seed of grace in `dev/cloud.json`.
SEED = base64.b32decode("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")


def passcode() -> str:
    """Return the current passcode, by RFC 6238."""
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


async def test_a_function_is_called_outside_the_tasks(keystone: TaggedKeystone) -> None:
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


def receipt_of(keystone: TaggedKeystone) -> archstone.Receipt:
    """Return the receipt of a login with only the password."""
    with pytest.raises(archstone.ReceiptIssuedError) as it:
        Client(**keystone.user("grace")).renew()
    assert it.value.receipt is not None
    return it.value.receipt


def without_password(keystone: TaggedKeystone) -> dict[str, Any]:
    """Return the options of a client that continues the login."""
    return {"auth_url": keystone.url(), "username": "grace"}


def test_a_stored_receipt_is_continued(keystone: TaggedKeystone) -> None:
    receipt = receipt_of(keystone)
    options = without_password(keystone)
    stored = receipt.to_ref()

    for given in (receipt, stored, receipt.id):
        client = Client(**options, receipt=given, passcode=passcode())
        assert client.renew().user_name == "grace"
    named = Client(**options, password="wrong", auth_methods="v3password,v3totp", receipt=stored, passcode=passcode())
    assert named.renew().user_name == "grace"


async def test_a_stored_receipt_is_continued_by_a_task(keystone: TaggedKeystone) -> None:
    stored = receipt_of(keystone).to_ref()

    client = AsyncClient(**without_password(keystone), receipt=stored, passcode=passcode())

    assert (await client.renew()).user_name == "grace"


def test_a_receipt_that_is_not_accepted_is_not_shown(keystone: TaggedKeystone) -> None:
    options = without_password(keystone)
    with pytest.raises(archstone.UnauthenticatedError, match="the receipt to continue the login of") as it:
        Client(**options, receipt="gAAAA-marked-receipt", passcode=passcode()).renew()

    assert "marked" not in str(it.value)
    assert it.value.hint is not None
    assert "log in again, without `receipt=`" in it.value.hint
    with pytest.raises(archstone.InvalidConfigError, match="the receipt is not JSON") as malformed:
        Client(**options, receipt="{marked", passcode="471100")
    assert "marked" not in str(malformed.value)
    with pytest.raises(TypeError, match="`receipt` cannot be of the type `bytes`"):
        Client(**options, receipt=b"7")  # type: ignore[arg-type]


def test_keystoneauth1_sessions_continue_with_a_receipt(keystone: TaggedKeystone) -> None:
    stored = receipt_of(keystone).to_ref()
    options = without_password(keystone)
    loaded = Loader().load_from_options(**options, receipt=stored, passcode=passcode())

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
    Session(auth=loaded).get(f"{server.url}/servers")

    sent = [(it.headers.get("authorization"), it.headers.get("x-auth-token")) for it in server.requests]
    assert sent == [(header, None), (None, "notused"), (header, None), (header, None)]
    assert (Client(**basic).authorization, AsyncClient(**basic).authorization) == (header, header)
    with pytest.raises(archstone.NotAuthenticatedError):
        _ = Client(**basic).token


def test_every_option_of_a_method_is_typed_and_one_of_the_loader() -> None:
    names = {option["name"] for method in json.loads(auth_methods()) for option in method["options"]}

    assert {"passcode", "auth_methods", "password"} <= names <= set(Options.__annotations__)
    assert names <= {name for name, *_ in option_table()}
    known = {option.dest for option in Loader().get_options()}
    assert {"passcode", "auth_methods", "login_password", "application_credential_id"} <= known

"""Marked secrets never appear, however an object of this package is printed."""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
import traceback
from typing import TYPE_CHECKING, Any

import pytest
from keystone_for_tests import password_of

import archstone
import archstone.config
import archstone.grants
from archstone.testing import FakeKeystone, Reply

if TYPE_CHECKING:
    from pathlib import Path

    from keystone_for_tests import TaggedKeystone

    from archstone.options import Options

MARK = "MARKED-SECRET"


def request_to_a_provider(keystone: TaggedKeystone, token: str) -> archstone.TokenRequest:
    """Return the argument of a provider's call."""
    requests: list[archstone.TokenRequest] = []

    class Passing(archstone.TokenProvider):
        def identity(self) -> str:
            return "alice"

        def token(self, request: archstone.TokenRequest) -> str:
            requests.append(request)
            return token

    assert archstone.Client(auth_url=keystone.user()["auth_url"], token_provider=Passing()).token == token
    return requests[0]


def page_of_a_login(keystone: TaggedKeystone) -> archstone.LoginPage:
    """Return the argument of a call to show the login page."""
    pages: list[archstone.LoginPage] = []

    def show(page: archstone.LoginPage) -> None:
        pages.append(page)
        raise LookupError

    options: Options = {"auth_type": "v3websso", "identity_provider": "sso", "protocol": "openid"}
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        options["redirect_port"] = listener.getsockname()[1]
    options |= {"auth_url": keystone.auth_url, "on_login_page": show}
    with pytest.raises(archstone.NotConfiguredError):
        archstone.Client(**options).authenticate()
    return pages[0]


def shown(thing: object) -> str:
    """Return everything that a program could print of an object by accident."""
    notes = getattr(thing, "__notes__", [])
    return " ".join([repr(thing), str(thing), f"{thing}", repr(getattr(thing, "__dict__", "")), *notes])


async def test_no_object_shows_a_secret(
    keystone: TaggedKeystone, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clouds = tmp_path / "clouds.yaml"
    clouds.write_text(
        f"clouds: {{c: {{auth: {{auth_url: 'http://h/v3', username: u, password: {MARK}}}, verifi: no}}}}"
    )
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(clouds))
    client = await asyncio.to_thread(archstone.Client, **keystone.user())
    later = archstone.AsyncClient.from_client(client)
    access = await later.auth_ref
    assert access.catalog is not None
    with pytest.raises(archstone.ReceiptIssuedError) as caught:
        await archstone.AsyncClient(**keystone.user("grace")).authenticate()
    receipt = caught.value.receipt
    assert receipt is not None
    # A login as a separate request: the response contains a token.
    user = {"name": "alice", "domain": {"id": "default"}, "password": password_of("alice")}
    login = {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}}}
    identity = later.service("identity", endpoint_override=keystone.auth_url)
    answer = await identity.post("auth/tokens", json=login, authenticated=False, params={"q": MARK})
    blocking = client.service("identity", endpoint_override=keystone.auth_url)
    whole = await asyncio.to_thread(blocking.post, "auth/tokens", json=login, authenticated=False, params={"q": MARK})
    refused = await identity.post("auth/tokens", json={"auth": MARK}, authenticated=False, raise_exc=False)
    streamed = await identity.request("POST", "auth/tokens", json=login, authenticated=False, stream=True)
    kept = archstone.AsyncClient(**keystone.user("bob", token_cache=str(tmp_path / "kept")))
    await kept.get_token()
    status = await kept.token_store_status()
    assert status is not None
    assert status.own is not None
    with FakeKeystone() as vendor:
        vendor.on("GET", "/.well-known/openstack/api").reply(Reply(json={"profile": {"auth": {"password": MARK}}}))
        profile = await asyncio.to_thread(archstone.config.fetch_profile, vendor.auth_url)
    checks = archstone.config.diagnose(offline=True, auth_url="http://127.0.0.1:9/v3", username="u", password=MARK)
    granted = await later.effective_grants()
    grants = [granted, granted.effective[0], granted.effective[0].place, granted.unseen[0]]
    admin = archstone.AsyncClient(**keystone.user("admin", system_scope=True))
    as_admin = await admin.effective_grants()
    place, role = await admin.projects.find("admin"), await admin.roles.find("reader")
    lacking = await admin.effective_grants(user=(await later.auth_ref).user_id, project=place, role=role)
    things: list[object] = [
        *grants,
        lacking.gaps[0],
        as_admin.effective[0].chains[0],
        checks[0],
        status,
        status.own,
        profile,
        archstone.config.read_openrc(f"export OS_PASSWORD={MARK}"),
        archstone.config.KeyringPlace("demo"),
        client,
        later,
        access,
        access.catalog,
        access.catalog.services[0],
        access.catalog.endpoints()[0],
        await later.user,
        (await later.projects)[0],
        later.timings[0],
        receipt,
        caught.value,
        identity,
        blocking,
        answer,
        whole,
        whole.headers,
        refused,
        streamed,
        archstone.Retries(),
        (await later.versions("identity"))[0],
        (await later.all_versions(service_type="identity"))[0],
        await identity.endpoint(),
        archstone.config.ConfigFile(clouds),
        archstone.config.explain(cloud="c"),
        *archstone.config.explain(cloud="c"),
        *archstone.config.clouds(),
        *archstone.config.check(),
        archstone.AuthOption("vault_key", secret=True),
        archstone.ProvidedToken(access.auth_token),
        archstone.TokenProvider(),
        request_to_a_provider(keystone, access.auth_token),
        await asyncio.to_thread(page_of_a_login, keystone),
    ]

    texts = [shown(thing) for thing in things]

    secrets = [access.auth_token[8:40], whole.headers["x-subject-token"][8:40], receipt.id, password_of("alice"), MARK]
    assert not [text for text in texts if any(secret in text for secret in secrets)]
    names = [
        getattr(module, name) for module in (archstone, archstone.config, archstone.grants) for name in module.__all__
    ]
    classes = {it for it in names if isinstance(it, type) and not issubclass(it, archstone.Error)}
    assert classes - {type(thing) for thing in things} == set()


WRONG: list[dict[str, Any]] = [
    {"password": f"{MARK}-password"},
    {"password": f"{MARK}\npassword", "timeout": "never"},
    {"password": f"{MARK}", "project_name": "web", "system_scope": True},
    {"application_credential_id": "1", "application_credential_secret": MARK, "username": None, "password": None},
    {"token": f"{MARK}-token", "username": None, "password": None},
    {"token": f"{MARK} with\nline break", "username": None, "password": None},
    {"token_id": f"{MARK}\ntoken"},
    {"token_ref": f'"{MARK}"'},
    {"token_ref": f'{{"auth_token": "{MARK}", "body": "{MARK}"}}'},
    {"token_ref": f'{{"auth_token": ["{MARK}"], "body": {{}}}}'},
    {"token_ref": f'{{"{MARK}": '},
    {"token_ref": {"auth_token": MARK, "body": {"token": MARK}}},
    {"auth_url": f"http://alice:{MARK}@127.0.0.1:1/v3"},
    {"auth_url": f"https//{MARK}@h"},
    {"auth_url": f"http://127.0.0.1:1/v3?password={MARK}"},
    {"mgmt_url": f"http://{MARK}:{MARK}@h/v3"},
]


@pytest.mark.parametrize("number", range(len(WRONG)))
def test_errors_show_no_secret(
    new_client: type[archstone.Client],
    keystone: TaggedKeystone,
    number: int,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    client: object = None

    with pytest.raises(archstone.Error) as caught:
        client = new_client(**keystone.user() | WRONG[number])
        client.authenticate()

    # The lines of the frames belong to the test; only the error itself matters.
    lines = traceback.format_exception_only(type(caught.value), caught.value)
    said = " ".join([*lines, shown(caught.value), shown(client), caplog.text, *capfd.readouterr()])
    assert MARK not in said


def test_a_secret_of_a_wrong_type_is_not_shown(new_client: type[archstone.Client]) -> None:
    for value in ([1, MARK], {MARK: 1}, MARK.encode(), (MARK, 1)):
        with pytest.raises(TypeError) as caught:
            new_client(password=value)  # type: ignore[arg-type]
        assert MARK not in shown(caught.value)


def test_a_client_that_is_gone_leaves_no_python_text_of_its_token(keystone: TaggedKeystone) -> None:
    client = archstone.Client(**keystone.user())
    digest = hash(client.token)

    del client
    gc.collect()

    assert digest not in {hash(thing) for thing in gc.get_objects() if isinstance(thing, str)}

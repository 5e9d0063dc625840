"""The page of a login in a browser: who opens it, and how."""

from __future__ import annotations

import json
import os
import pty
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import keystoneauth1.session
import pytest

import archstone
from archstone import AsyncClient, Client, LoginPage
from archstone.keystoneauth import Plugin
from archstone.testing import FakeServer, Reply

if TYPE_CHECKING:
    from pathlib import Path

    from keystone_for_tests import TaggedKeystone

# A browser's request when it submits the form in the identity service's page.
PERSON = """
import sys, urllib.parse, urllib.request
def confirm(url, token):
    back = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)["origin"][0]
    fetch = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "cross-site"}
    form = urllib.parse.urlencode({"token": token}).encode()
    request = urllib.request.Request(back, form, {**fetch, "Origin": "null"})
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request).close()
"""
_person: dict[str, Any] = {}
exec(PERSON, _person)
confirm = _person["confirm"]


def websso(keystone: TaggedKeystone) -> dict[str, Any]:
    """Return a login with Keystone's page, on a free port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return {
        "auth_url": keystone.auth_url,
        "auth_type": "v3websso",
        "identity_provider": "sso",
        "protocol": "openid",
        "redirect_port": port,
        "project_name": "web",
        "project_domain_id": "default",
        "login_timeout": 120,
    }


@pytest.fixture
def token(keystone: TaggedKeystone) -> str:
    """Return the token that Keystone's page would send."""
    return Client(**{**keystone.user(), "project_name": None, "project_domain_id": None}, unscoped=True).token


def test_a_function_is_called_with_the_page(keystone: TaggedKeystone, token: str) -> None:
    pages: list[LoginPage] = []

    def show(page: LoginPage) -> None:
        pages.append(page)
        assert threading.current_thread() is not threading.main_thread()
        # A function may use clients, too.
        assert Client(**keystone.user()).token
        confirm(page.url, token)

    client = Client(**websso(keystone), on_login_page=show)

    assert (client.auth_ref.project_name, len(pages)) == ("web", 1)
    [page] = pages
    assert page.url.startswith(
        f"{keystone.auth_url}/auth/OS-FEDERATION/identity_providers/sso/protocols/openid/websso?"
    )
    assert (page.browser_url, page.user_code) == (page.url, None)
    assert str(page) == f"to log in, open {page.url} in a browser on this machine"
    assert repr(page) == f"<archstone.LoginPage url='{page.url.split('?')[0]}'>"


@pytest.mark.parametrize("is_coroutine", [False, True])
async def test_a_task_goes_on_while_the_page_is_shown(keystone: TaggedKeystone, token: str, is_coroutine: bool) -> None:  # noqa: FBT001
    def show(page: LoginPage) -> None:
        confirm(page.url, token)

    async def show_later(page: LoginPage) -> None:
        show(page)

    client = AsyncClient(**websso(keystone), on_login_page=show_later if is_coroutine else show)

    assert (await client.auth_ref).project_name == "web"


def test_the_plugin_shows_it_too(keystone: TaggedKeystone, token: str) -> None:
    def plugin() -> Plugin:
        return Plugin(**websso(keystone) | {"redirect_port": 9990}, on_login_page=lambda page: confirm(page.url, token))

    assert plugin().get_cache_id() == plugin().get_cache_id(), "it does not decide who logs in"
    auth = Plugin(**websso(keystone), on_login_page=lambda page: confirm(page.url, token))
    session = keystoneauth1.session.Session(auth=auth)
    assert auth.get_access(session).project_name == "web"


def test_what_a_function_raises_ends_the_login(keystone: TaggedKeystone) -> None:
    def fail(_: LoginPage) -> None:
        raise LookupError

    client = Client(**websso(keystone), on_login_page=fail)

    with pytest.raises(
        archstone.NotConfiguredError, match=r"^`on_login_page` raised LookupError when it was called"
    ) as it:
        client.authenticate()
    assert isinstance(it.value.__cause__, LookupError)
    with pytest.raises(archstone.InvalidConfigError, match="`on_login_page` must be a function"):
        Client(**websso(keystone), on_login_page="firefox")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_a_device_login_has_a_code() -> None:
    with FakeServer() as provider:
        pages: list[LoginPage] = []
        endpoints = {"issuer": provider.url, "token_endpoint": f"{provider.url}/token"}
        endpoints["device_authorization_endpoint"] = f"{provider.url}/device"
        provider.on("GET", "/discovery").reply(Reply(200, json=endpoints))
        device = {"device_code": "secret", "user_code": "WDJB-MJHT", "verification_uri": f"{provider.url}/code"}
        device |= {"expires_in": "600", "interval": "1"}
        provider.on("POST", "/device").reply(Reply(200, json={**device, "expires_in": 600, "interval": 1}))
        provider.on("POST", "/token").reply(Reply(400, json={"error": "access_denied"}))
        client = Client(
            auth_url=f"{provider.url}/v3",
            auth_type="v3oidcdeviceauthz",
            identity_provider="sso",
            protocol="openid",
            client_id="keystone",
            discovery_endpoint=f"{provider.url}/discovery",
            on_login_page=pages.append,
        )

        with pytest.raises(archstone.AuthenticationError):
            client.authenticate()

    assert [(page.url, page.user_code) for page in pages] == [(device["verification_uri"], "WDJB-MJHT")]


def run(options: dict[str, Any], environment: dict[str, str], **files: Any) -> subprocess.Popen[str]:  # noqa: ANN401
    """Start a program that logs in."""
    program = "import archstone, json, sys; print(archstone.Client(**json.loads(sys.argv[1])).auth_ref.project_name)"
    display = {"DISPLAY", "WAYLAND_DISPLAY", "BROWSER"}
    env = {name: value for name, value in os.environ.items() if name not in display} | environment
    command = [sys.executable, "-c", program, json.dumps(options)]
    return subprocess.Popen(command, env=env, text=True, stdout=subprocess.PIPE, **files)


def test_at_a_terminal_it_is_printed_and_opened(keystone: TaggedKeystone, token: str, tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f"#!{sys.executable}\n{PERSON}\nconfirm(sys.argv[1], {token!r})\n")
    browser.chmod(0o700)
    controller, terminal = pty.openpty()

    program = run(websso(keystone), {"BROWSER": str(browser)}, stderr=terminal)
    os.close(terminal)

    output, _ = program.communicate(timeout=120)
    printed = os.read(controller, 4096).decode()
    os.close(controller)
    assert (program.returncode, output) == (0, "web\n")
    assert printed.startswith(f"To log in, open {keystone.auth_url}/auth/OS-FEDERATION/")
    assert printed.count("\n") == 1, printed


def test_a_browser_that_does_not_start_is_said_and_the_login_goes_on(keystone: TaggedKeystone, token: str) -> None:
    controller, terminal = pty.openpty()

    program = run(websso(keystone), {"BROWSER": "/nowhere/browser"}, stderr=terminal)
    os.close(terminal)

    printed = ""
    while printed.count("\n") < 2:
        printed += os.read(controller, 4096).decode()
    url = printed.split()[4]
    assert "no browser could be started: open the URL yourself" in printed
    confirm(url, token)
    output, _ = program.communicate(timeout=120)
    os.close(controller)
    assert (program.returncode, output) == (0, "web\n")


def test_without_a_terminal_it_is_a_warning_and_nothing_is_opened(
    keystone: TaggedKeystone, token: str, tmp_path: Path
) -> None:
    opened = tmp_path / "opened"

    program = run(websso(keystone), {"BROWSER": f"touch {opened} %s"}, stderr=subprocess.PIPE)

    assert program.stderr is not None
    line = program.stderr.readline()
    assert line.startswith("to log in, open http://")
    confirm(line.split()[4], token)
    output, _ = program.communicate(timeout=120)
    assert (program.returncode, output, opened.exists()) == (0, "web\n", False)

"""Login methods added in Python, against a real Keystone."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import keystoneauth1.exceptions
import keystoneauth1.session
import pytest

import archstone
from archstone import AsyncClient, AuthOption, Client, ProvidedToken, TokenProvider, register_auth_method
from archstone.keystoneauth import Plugin
from archstone.testing import FakeServer, Reply

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keystone_for_tests import TaggedKeystone

    from archstone import TokenRequest


class Alice(TokenProvider):
    """Gets alice's unscoped token with another client, or with the function of a test."""

    def __init__(self, keystone: TaggedKeystone, get: Callable[[TokenRequest], Any] | None = None) -> None:
        """Take the function that gets the token; by default a synchronous client does."""
        self.keystone = keystone
        self.get = get or (lambda _: self.new_token())
        self.requests: list[TokenRequest] = []
        self.threads: list[threading.Thread] = []

    def new_token(self) -> str:
        """Return another token of alice."""
        return Client(**self.keystone.user("alice"), unscoped=True).renew().auth_token

    def identity(self) -> str:
        """Return a value that no other test uses."""
        return str(id(self))

    def token(self, request: TokenRequest) -> Any:  # noqa: ANN401
        """Return the token, or what the test's function returns."""
        self.requests.append(request)
        self.threads.append(threading.current_thread())
        return self.get(request)


class Later(Alice):
    """The same with a coroutine."""

    async def token(self, request: TokenRequest) -> Any:  # noqa: ANN401
        """Return the same after an iteration of the loop."""
        await asyncio.sleep(0)
        self.requests.append(request)
        if self.get.__name__ == "<lambda>":
            return (await AsyncClient(**self.keystone.user("alice"), unscoped=True).renew()).auth_token
        return self.get(request)


@pytest.fixture(params=[Alice, Later])
def provider(request: pytest.FixtureRequest, keystone: TaggedKeystone) -> Alice:
    """Return a provider whose `token()` is a function or a coroutine."""
    made: Alice = request.param(keystone)
    return made


def _options(provider: Alice, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"auth_url": provider.keystone.url(), "token_provider": provider, **more}


def test_clients_log_in_for_any_scope_and_renew(provider: Alice, new_client: type[Client]) -> None:
    client = new_client(**_options(provider, project_name="web"))

    first = client.token
    assert (client.auth_ref.user_name, client.auth_ref.project_name) == ("alice", "web")
    asked = provider.requests[0]
    assert asked.auth_url == provider.keystone.url()
    assert asked.scope == {"project": {"name": "web", "domain": {"id": "default"}}}
    assert client.renew().auth_token != first
    # Another client of the same provider shares the token.
    assert new_client(**_options(provider, project_name="web")).token == client.token
    assert len(provider.requests) == 2


async def test_tasks_log_in_without_blocking_the_loop(provider: Alice) -> None:
    clients = [AsyncClient(**_options(provider)) for _ in range(8)]
    accesses = await asyncio.gather(*(client.auth_ref for client in clients))
    assert {access.user_name for access in accesses} == {"alice"}
    assert len(provider.requests) == 1
    assert threading.current_thread() not in provider.threads


def test_what_it_raises_is_the_cause(keystone: TaggedKeystone, new_client: type[Client]) -> None:
    mine = ValueError("the vault is sealed")

    def fail(_: TokenRequest) -> str:
        raise mine

    for provider in (Alice(keystone, fail), Later(keystone, fail)):
        with pytest.raises(archstone.ProviderFailedError, match=r"^(Alice|Later) failed$") as it:
            _ = new_client(**_options(provider)).token
        assert it.value.__cause__ is mine
        assert isinstance(it.value, archstone.AuthenticationError)
        with pytest.raises(keystoneauth1.exceptions.AuthorizationFailure):
            keystoneauth1.session.Session(auth=Plugin(**_options(provider))).get_token()


def test_a_secret_in_what_it_raises_is_not_shown(keystone: TaggedKeystone) -> None:
    class Careless(Alice):
        def secret(self) -> str:
            return "marked-secret"

        def token(self, request: TokenRequest) -> str:  # noqa: ARG002
            message = "marked-secret opens nothing"
            raise ValueError(message)

    with pytest.raises(archstone.ProviderFailedError) as it:
        _ = Client(**_options(Careless(keystone))).token
    assert it.value.__cause__ is None
    assert "marked-secret" not in f"{it.value} {getattr(it.value, '__notes__', '')}"


@pytest.mark.parametrize(
    ("returned", "error", "words"),
    [
        (None, archstone.ProviderFailedError, "failed"),
        (7, archstone.ProviderFailedError, "failed"),
        ("", archstone.ProviderFailedError, "returned an empty token"),
        ("MAR\nKED", archstone.ProviderFailedError, "cannot be written in an HTTP header"),
        ("MARKED", archstone.TokenRejectedError, "has expired, was revoked"),
        (
            ProvidedToken("MARKED", datetime.now(timezone.utc) - timedelta(days=1)),
            archstone.ProviderFailedError,
            "returned a token that ended at",
        ),
        (ProvidedToken("MARKED", datetime(2999, 1, 1)), archstone.ProviderFailedError, "failed"),  # noqa: DTZ001
    ],
)
def test_what_it_returns_is_checked(
    returned: object, error: type[archstone.Error], words: str, keystone: TaggedKeystone
) -> None:
    client = Client(**_options(Alice(keystone, lambda _: returned)))
    with pytest.raises(error, match=words) as it:
        _ = client.token
    assert "MARKED" not in f"{it.value!r} {it.value.__cause__!r} {returned!r}".replace("'MARKED'", "")


def test_a_token_with_its_end_is_taken(keystone: TaggedKeystone) -> None:
    end = datetime.now(timezone.utc) + timedelta(minutes=5)
    provider = Alice(keystone)
    provider.get = lambda _: ProvidedToken(provider.new_token(), end)
    assert Client(**_options(provider)).auth_ref.user_name == "alice"


def test_it_can_send_requests(keystone: TaggedKeystone) -> None:
    server = FakeServer()
    server.on("POST", "/token").reply(Reply(200, text=Alice(keystone).new_token(), headers={"X-Of": "vault"}))

    def ask(request: TokenRequest) -> str:
        status, headers, body = request.send(
            f"{server.url}/token", method="POST", headers={"X-Key": "k"}, body=b"please"
        )
        assert (status, headers["x-of"]) == (200, "vault")
        with pytest.raises(archstone.ConnectionFailedError):
            request.send("http://127.0.0.1:9/token")
        with pytest.raises(ValueError, match="cannot be sent"):
            request.send(server.url, headers={"a b": "c"})
        return body.decode()

    for provider in (Alice(keystone, ask), Later(keystone, ask)):
        assert Client(**_options(provider)).auth_ref.user_name == "alice"
    asked = server.requests[0]
    assert (asked.body, asked.headers["x-key"]) == (b"please", "k")


def test_keystoneauth1_sessions_log_in(provider: Alice) -> None:
    session = keystoneauth1.session.Session(auth=Plugin(**_options(provider, project_name="web")))
    first = session.get_token()
    assert session.invalidate()
    assert session.get_token() != first
    plugin = Plugin(**_options(provider))
    assert plugin.get_cache_id() == Plugin(**_options(provider)).get_cache_id()
    assert plugin.get_cache_id() != Plugin(**_options(Alice(provider.keystone))).get_cache_id()


def test_what_is_no_provider_is_refused(keystone: TaggedKeystone) -> None:
    with pytest.raises(TypeError, match=r"`str` is not a token provider.*archstone.TokenProvider"):
        Client(auth_url=keystone.url(), token_provider="vault")  # type: ignore[arg-type]
    with pytest.raises(archstone.InvalidConfigError, match="two login methods are configured: by Alice and"):
        Client(**_options(Alice(keystone), password="p"))
    with pytest.raises(NotImplementedError):
        Client(auth_url=keystone.url(), token_provider=TokenProvider())


class Vault(TokenProvider):
    """A method with options, for `clouds.yaml`."""

    options = (
        AuthOption("pyvault_token", "the token", required=True, secret=True),
        AuthOption("pyvault_realm", "the realm"),
    )

    def __init__(self, pyvault_token: str, pyvault_realm: str = "usual") -> None:
        """Store the options."""
        if pyvault_realm == "wrong":
            message = f"there is no realm {pyvault_realm}, whatever {pyvault_token} says"
            raise ValueError(message)
        if pyvault_realm == "unknown":
            message = "there is no such realm"
            raise LookupError(message)
        self._token = pyvault_token

    def identity(self) -> str:
        """Return nothing: the secret alone identifies the login."""
        return ""

    def secret(self) -> str:
        """Return the token."""
        return self._token

    def token(self, request: TokenRequest) -> str:  # noqa: ARG002
        """Return the token."""
        return self._token


def test_a_registered_method_is_chosen_by_its_name(
    keystone: TaggedKeystone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register_auth_method("pyvault", Vault, help="the company's vault")
    token = Alice(keystone).new_token()
    (tmp_path / "token").write_text(token)
    (tmp_path / "clouds.yaml").write_text(
        f"clouds:\n  demo:\n    auth_type: pyvault\n    auth:\n      auth_url: {keystone.url()}\n"
        f"      pyvault_token_file: {tmp_path / 'token'}\n      project_name: web\n"
    )
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))

    assert Client(cloud="demo").auth_ref.project_name == "web"
    options: dict[str, Any] = {"auth_type": "pyvault", "auth_url": keystone.url(), "pyvault_token": token}
    assert Client(**options).auth_ref.user_name == "alice"
    session = keystoneauth1.session.Session(auth=Plugin(**options))
    assert session.get_user_id() == Client(**options).auth_ref.user_id
    # Missing, wrong and unknown options are reported with a suggestion.
    with pytest.raises(archstone.NotConfiguredError, match="lacks `pyvault_token`"):
        Client(auth_url=keystone.url(), auth_type="pyvault")
    with pytest.raises(archstone.InvalidConfigError, match="`pyvault` refuses its options") as it:
        Client(**{**options, "pyvault_realm": "unknown"})
    assert isinstance(it.value.__cause__, LookupError)
    with pytest.raises(archstone.InvalidConfigError, match="`pyvault` refuses its options") as it:
        Client(**{**options, "pyvault_realm": "wrong"})
    assert token not in f"{it.value} {it.value.__cause__} {it.value.__dict__}"
    with pytest.raises(archstone.InvalidConfigError) as it:
        Client(auth_url=keystone.url(), auth_type="mycorp")
    assert "`pyvault`" in str(it.value.hint)
    with pytest.raises(archstone.InvalidConfigError, match="the library has a method of that name"):
        register_auth_method("v3password", Vault)


PACKAGE = """
from archstone import AuthOption, TokenProvider

class Corp(TokenProvider):
    options = (AuthOption("corp_token", required=True, secret=True),)

    def __init__(self, corp_token):
        self._token = corp_token

    def identity(self):
        return "corp"

    def token(self, request):
        return self._token
"""

PROGRAM = """
import sys, warnings
from archstone import Client

url, token = sys.argv[1:]
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    first = Client(auth_url=url, auth_type="corp", corp_token=token)
    second = Client(cloud="corp")
print(first.auth_ref.user_name, second.auth_ref.user_name, *(it.message for it in caught), sep="; ")
"""


def test_an_installed_package_adds_a_method(keystone: TaggedKeystone, tmp_path: Path) -> None:
    token = Alice(keystone).new_token()
    (tmp_path / "corp_auth.py").write_text(PACKAGE)
    information = tmp_path / "corp_auth-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: corp-auth\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(
        "[archstone.auth_methods]\nbroken = corp_auth:Missing\ncorp = corp_auth:Corp\n"
    )
    (tmp_path / "clouds.yaml").write_text(
        f"clouds: {{corp: {{auth_type: corp, auth: {{auth_url: '{keystone.url()}', corp_token: '{token}'}}}}}}\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, keystone.url(), token],
        env={"PYTHONPATH": str(tmp_path), "OS_CLIENT_CONFIG_FILE": str(tmp_path / "clouds.yaml")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    first, second, *warnings = ran.stdout.strip().split("; ")
    assert (first, second) == ("alice", "alice")
    assert len(warnings) == 1
    assert "`broken` of an installed package cannot be used" in warnings[0]

"""OpenID Connect with real servers, run by `dev/lab oidc up`: they need packages that only root can install."""

from __future__ import annotations

import base64
import json
import logging
import subprocess
import urllib.parse
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keystoneauth1.exceptions
import keystoneauth1.session
import pytest
from provider_person import Person

import archstone
from archstone import AsyncClient, Client
from archstone.keystoneauth import Loader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LAB = Path(__file__).resolve().parents[2] / "dev" / "lab"


@pytest.fixture(scope="module")
def lab() -> dict[str, str]:
    """Return the addresses of the servers, and the credentials."""
    env = subprocess.run([LAB, "oidc", "env"], capture_output=True, text=True, check=False)
    if env.returncode:
        pytest.skip("NOT RUN: `dev/lab oidc up` is needed, whose packages only root can install")
    facts: dict[str, str] = json.loads(env.stdout)
    return facts


@pytest.fixture(autouse=True)
def person(lab: dict[str, str]) -> Iterator[Person]:
    """Return a person who reads the log."""
    person = Person(lab)
    logger = logging.getLogger("archstone.login")
    logger.addHandler(person)
    yield person
    logger.removeHandler(person)


def password(lab: dict[str, str]) -> dict[str, Any]:
    """Return a login with the user's password."""
    return {**_client(lab, "v3oidcpassword"), "username": lab["username"], "password": lab["password"]}


def client_credentials(lab: dict[str, str]) -> dict[str, Any]:
    """Return a login as the client itself."""
    return _client(lab, "v3oidcclientcredentials")


def access_token(lab: dict[str, str]) -> dict[str, Any]:
    """Return a login with a token that another program has obtained from the provider."""
    form = {"grant_type": "password", "scope": "openid profile"}
    form |= {name: lab[name] for name in ("username", "password")}
    pair = base64.b64encode(f"{lab['client_id']}:{lab['client_secret']}".encode()).decode()
    url, data = f"{lab['provider']}/api/oidc/token", urllib.parse.urlencode(form).encode()
    request = urllib.request.Request(url, data, {"Authorization": f"Basic {pair}"})
    with Person(lab).opener().open(request) as answer:
        token = json.load(answer)["access_token"]
    options = _client(lab, "v3oidcaccesstoken")
    for name in ("client_id", "client_secret", "discovery_endpoint"):
        del options[name]
    return {**options, "access_token": token}


def device(lab: dict[str, str]) -> dict[str, Any]:
    """Return a login that a person confirms on any device."""
    return _client(lab, "v3oidcdeviceauthz")


def browser(lab: dict[str, str]) -> dict[str, Any]:
    """Return a login with a browser on this machine."""
    return {**_client(lab, "v3oidcauthcode"), "redirect_uri": "http://localhost:9990/"}


def websso(lab: dict[str, str]) -> dict[str, Any]:
    """Return a login with the identity service's own page."""
    options = _client(lab, "v3websso")
    for name in ("client_id", "client_secret", "discovery_endpoint"):
        del options[name]
    return options


def _client(lab: dict[str, str], auth_type: str) -> dict[str, Any]:
    names = ("auth_url", "cacert", "identity_provider", "protocol", "client_id", "client_secret", "discovery_endpoint")
    return {"auth_type": auth_type, "project_name": "web", "proxy": "none", **{name: lab[name] for name in names}}


@pytest.fixture(
    params=[password, client_credentials, access_token, device, browser, websso], ids=lambda it: str(it.__name__)
)
def options(request: pytest.FixtureRequest, lab: dict[str, str]) -> dict[str, Any]:
    """Return a login method."""
    make: Callable[[dict[str, str]], dict[str, Any]] = request.param
    return make(lab)


def admin(lab: dict[str, str]) -> Client:
    """Return the administrator of Keystone."""
    return Client(
        auth_url=lab["auth_url"],
        cacert=lab["cacert"],
        proxy="none",
        username="admin",
        password="admin-secret",
        project_name="admin",
    )


def test_clients_log_in_and_renew(
    options: dict[str, Any], lab: dict[str, str], new_client: type[Client], person: Person, tmp_path: Path
) -> None:
    client = new_client(**options, token_cache=str(tmp_path))
    client.renew()
    first = client.token
    assert client.auth_ref.project_name == "web"
    assert admin(lab).tokens.check(first)
    # The same login is used for another project, whose token is revoked with the first one.
    other = new_client(**{**options, "project_name": "db"}, token_cache=str(tmp_path))
    assert other.auth_ref.expires == client.auth_ref.expires
    admin(lab).tokens.revoke_token(first)
    pages = len(person.pages)
    assert client.renew().auth_token != first
    assert len(person.pages) == pages, "a person is asked again"
    assert client.log_out()
    assert other.log_out()


def refresh_tokens(lab: dict[str, str]) -> int:
    """Return how many refresh tokens of the user are valid at the provider."""
    opener = Person(lab).opener()
    login = json.dumps({"username": lab["username"], "password": lab["password"]}).encode()
    headers = {"Content-Type": "application/json"}
    opener.open(urllib.request.Request(f"{lab['provider']}/api/auth/", login, headers)).close()
    with opener.open(f"{lab['provider']}/api/oidc/token?limit=1000") as answer:
        return sum(token["enabled"] for token in json.load(answer))


def test_logging_out_ends_the_refresh_token_at_the_provider(
    lab: dict[str, str], new_client: type[Client], caplog: pytest.LogCaptureFixture
) -> None:
    client = new_client(**device(lab))
    before = refresh_tokens(lab)
    assert client.token
    assert refresh_tokens(lab) == before + 1
    assert client.log_out()
    assert refresh_tokens(lab) == before
    assert "at the provider" not in caplog.text


def test_the_promise_holds(options: dict[str, Any], new_client: type[Client]) -> None:
    client = new_client(**options)
    access = client.auth_ref
    assert (client.user.id, client.user.name) == (access.user_id, access.user_name)
    assert client.tenant is not None
    assert (client.tenant.name, access.tenant_name) == ("web", "web")
    assert {tenant.name for tenant in client.tenants} == {"web", "db"}
    assert client.url_for("identity") == options["auth_url"]
    # Without a project nothing is selected, and both are available.
    unscoped = new_client(**{**options, "project_name": None})
    assert unscoped.auth_ref.tenant_name is None
    with pytest.raises(archstone.EndpointNotFoundError) as it:
        unscoped.url_for("compute")
    assert all(f"`{name}`" in str(it.value.hint) for name in ("web", "db"))
    assert client.log_out()


def test_a_wrong_secret_is_refused_with_a_hint(options: dict[str, Any], new_client: type[Client]) -> None:
    if options["auth_type"] == "v3websso":
        pytest.skip("nothing but a person proves it")
    name = "client_secret" if "client_secret" in options else "access_token"
    with pytest.raises(archstone.UnauthenticatedError) as it:
        _ = new_client(**{**options, name: "not the secret"}).token
    assert it.value.hint
    assert "not the secret" not in f"{it.value} {it.value.__dict__}"


def test_an_unreachable_provider_is_named(options: dict[str, Any], new_client: type[Client]) -> None:
    if "discovery_endpoint" not in options:
        pytest.skip("the provider is not asked")
    with pytest.raises(archstone.ConnectionFailedError, match="localhost:9"):
        _ = new_client(**{**options, "discovery_endpoint": "https://localhost:9/x"}).token


async def test_tasks_log_in(options: dict[str, Any]) -> None:
    client = AsyncClient(**options)
    assert (await client.auth_ref).project_name == "web"
    assert await client.log_out()


def test_keystoneauth1_sessions_log_in(options: dict[str, Any]) -> None:
    own = {"auth_type": "archstone_auth_type", "password": "login_password", "token": "login_token"}
    of_session = {"cacert"}
    given = {own.get(name, name): value for name, value in options.items() if name not in of_session}
    session = keystoneauth1.session.Session(auth=Loader().load_from_options(**given), verify=options["cacert"])
    first = session.get_token()
    assert session.get_project_id()
    assert session.invalidate()
    assert session.get_token() != first
    if options["auth_type"] == "v3websso":
        return
    name = "client_secret" if "client_secret" in options else "access_token"
    wrong = Loader().load_from_options(**{**given, name: "not the secret"})
    with pytest.raises(keystoneauth1.exceptions.ClientException):
        keystoneauth1.session.Session(auth=wrong, verify=options["cacert"]).get_token()

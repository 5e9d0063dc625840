"""SAML and Keystone to Keystone with real servers, run by `dev/lab saml up`: needs packages that only root can install.

Active Directory Federation Services is a stub.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keystoneauth1.exceptions
import keystoneauth1.session
import pytest

import archstone
from archstone import AsyncClient, Client
from archstone.keystoneauth import Loader

if TYPE_CHECKING:
    from collections.abc import Callable

LAB = Path(__file__).resolve().parents[2] / "dev" / "lab"
Facts = dict[str, Any]


@pytest.fixture(scope="module")
def lab() -> Facts:
    """Return the addresses of the servers, and the credentials."""
    env = subprocess.run([LAB, "saml", "env"], capture_output=True, text=True, check=False)
    if env.returncode:
        pytest.skip("NOT RUN: `dev/lab saml up` is needed, whose packages only root can install")
    facts: Facts = json.loads(env.stdout)
    return facts


def mellon(lab: Facts) -> dict[str, Any]:
    """Return a login with mod_auth_mellon."""
    names = ("identity_provider", "identity_provider_url", "username", "password")
    return {"auth_type": "v3samlpassword", "protocol": "saml2", **{name: lab[name] for name in names}}


def shibboleth(lab: Facts) -> dict[str, Any]:
    """Return a login with Shibboleth."""
    return {**mellon(lab), "protocol": "mapped"}


def adfs(lab: Facts) -> dict[str, Any]:
    """Return a login with the stub."""
    return {"auth_type": "v3adfspassword", **lab["adfs"]}


def onward(lab: Facts) -> dict[str, Any]:
    """Return a login at one Keystone that continues to another."""
    home = {"auth_url": lab["home_auth_url"], "username": "alice", "password": "alice-secret", "project_name": "web"}
    return {**home, "service_provider": "south", "remote_project_name": "web"}


@pytest.fixture(params=[mellon, shibboleth, adfs, onward], ids=lambda it: str(it.__name__))
def options(request: pytest.FixtureRequest, lab: Facts) -> dict[str, Any]:
    """Return a login method."""
    make: Callable[[Facts], dict[str, Any]] = request.param
    common = {"auth_url": lab["auth_url"], "cacert": lab["cacert"], "proxy": "none", "project_name": "web"}
    return {**common, **make(lab)}


def test_clients_log_in_and_renew(
    options: dict[str, Any], lab: Facts, new_client: type[Client], tmp_path: Path
) -> None:
    client = new_client(**options, token_cache=str(tmp_path))
    client.renew()
    first = client.token
    assert client.auth_ref.project_name == "web"
    assert client.auth_ref.auth_url == lab["auth_url"]
    admin = Client(
        auth_url=lab["auth_url"], cacert=lab["cacert"], username="admin", password="admin-secret", project_name="admin"
    )
    assert admin.tokens.check(first)
    # The same login is used for another project, whose token is revoked with the first one.
    project = "remote_project_name" if "service_provider" in options else "project_name"
    other = new_client(**{**options, project: "db"}, token_cache=str(tmp_path))
    assert (other.auth_ref.project_name, other.auth_ref.expires) == ("db", client.auth_ref.expires)
    admin.tokens.revoke_token(first)
    assert client.renew().auth_token != first
    assert client.log_out()
    assert other.log_out()


def test_the_promise_holds(options: dict[str, Any], lab: Facts, new_client: type[Client]) -> None:
    client = new_client(**options)
    access = client.auth_ref
    assert (client.user.id, client.user.name) == (access.user_id, access.user_name)
    assert client.tenant is not None
    assert (client.tenant.name, access.tenant_name) == ("web", "web")
    assert {tenant.name for tenant in client.tenants} == {"web", "db"}
    assert client.url_for("identity") == lab["auth_url"]
    # Without a project nothing is selected, and both are available.
    project = "remote_project_name" if "service_provider" in options else "project_name"
    unscoped = new_client(**{**options, project: None})
    assert unscoped.auth_ref.tenant_name is None
    with pytest.raises(archstone.EndpointNotFoundError) as it:
        unscoped.url_for("compute")
    assert all(f"`{name}`" in str(it.value.hint) for name in ("web", "db"))


def test_a_wrong_password_is_refused_with_a_hint(options: dict[str, Any], new_client: type[Client]) -> None:
    with pytest.raises(archstone.UnauthenticatedError) as it:
        _ = new_client(**{**options, "password": "not the password"}).token
    assert "password" in str(it.value.hint)
    assert "not the password" not in f"{it.value} {it.value.__dict__}"


async def test_tasks_log_in(options: dict[str, Any]) -> None:
    assert (await AsyncClient(**options).auth_ref).project_name == "web"


def test_keystoneauth1_sessions_log_in(options: dict[str, Any], lab: Facts) -> None:
    own = {"auth_type": "archstone_auth_type", "password": "login_password", "token": "login_token"}
    given = {own.get(name, name): value for name, value in options.items() if name != "cacert"}
    session = keystoneauth1.session.Session(auth=Loader().load_from_options(**given), verify=options["cacert"])
    first = session.get_token()
    assert session.get_project_id()
    assert session.get(f"{lab['auth_url']}/auth/projects").json()["projects"]
    assert session.invalidate()
    assert session.get_token() != first
    wrong = Loader().load_from_options(**{**given, "login_password": "not the password"})
    with pytest.raises(keystoneauth1.exceptions.ClientException):
        keystoneauth1.session.Session(auth=wrong, verify=options["cacert"]).get_token()

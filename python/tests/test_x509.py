"""Client certificates with a real server, run by `dev/lab x509 up`: it needs packages that only root can install."""

from __future__ import annotations

import json
import logging
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keystoneauth1.exceptions
import keystoneauth1.session
import pytest

import archstone
from archstone import AsyncClient, Client
from archstone.keystoneauth import Loader
from archstone.keystoneauth import Session as OurSession

if TYPE_CHECKING:
    from collections.abc import Callable

    Options = dict[str, Any]

LAB = Path(__file__).resolve().parents[2] / "dev" / "lab"


@pytest.fixture(scope="module")
def lab() -> dict[str, str]:
    """Return the address of the server, and the available certificates."""
    env = subprocess.run([LAB, "x509", "env"], capture_output=True, text=True, check=False)
    if env.returncode:
        pytest.skip("NOT RUN: `dev/lab x509 up` is needed, whose packages only root can install")
    facts: dict[str, str] = json.loads(env.stdout)
    return facts


def pem(lab: dict[str, str], name: str) -> Options:
    """Return a certificate with its unencrypted key."""
    return {"cert": f"{lab['folder']}/{name}.pem", "key": f"{lab['folder']}/{name}.key"}


def encrypted(lab: dict[str, str], name: str) -> Options:
    """Return a certificate with its encrypted key."""
    folder = lab["folder"]
    return {
        "cert": f"{folder}/{name}.pem",
        "key": f"{folder}/{name}.encrypted.key",
        "key_password": lab["passphrase"],
    }


def pkcs12(lab: dict[str, str], name: str) -> Options:
    """Return both in one file."""
    return {"cert": f"{lab['folder']}/{name}.p12", "key_password": lab["passphrase"]}


FORMS = pytest.mark.parametrize("form", [pem, encrypted, pkcs12])


def cloud(lab: dict[str, str]) -> Options:
    """Return the options for the server."""
    return {"auth_url": lab["auth_url"], "cacert": lab["cacert"], "proxy": "none"}


def oauth2(lab: dict[str, str]) -> Options:
    """Return the OAuth2 client."""
    return {"auth_type": "v3oauth2mtlsclientcredential", "oauth2_client_id": lab["oauth2_client_id"]}


def tokenless(lab: dict[str, str]) -> Options:
    """Return the scope of requests without a token."""
    return {
        "auth_type": "v3tokenlessauth",
        "project_name": lab["project"],
        "project_domain_id": "default",
    }


@pytest.fixture
def admin(lab: dict[str, str]) -> Client:
    """Return an administrator that validates tokens."""
    return Client(
        **cloud(lab),
        username="admin",
        password="admin-secret",
        project_name="admin",
    )


def validated(client: Client, token: str) -> dict[str, Any]:
    """Return Keystone's validation of a token."""
    answer = client.service("identity").get("auth/tokens", headers={"X-Subject-Token": token})
    document: dict[str, Any] = answer.json()["token"]
    return document


@FORMS
def test_oauth2_client(
    lab: dict[str, str],
    admin: Client,
    form: Callable[..., Options],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The token belongs to the user, is bound to the certificate, and can be replaced."""
    caplog.set_level(logging.DEBUG)
    client = Client(**cloud(lab), **oauth2(lab), **form(lab, "client"))
    assert client.sends_bearer
    assert client.auth_ref.user_id == lab["oauth2_client_id"]
    assert (client.user.name, client.tenant.name if client.tenant else None) == ("client", lab["project"])
    assert client.tenants
    first = client.token
    assert "x5t#S256" in validated(admin, first)["oauth2_credential"]
    second = client.replace(first)
    assert second != first
    assert validated(admin, second)["user"]["name"] == "client"
    for secret in (first, second, lab["passphrase"]):
        assert secret not in caplog.text
        assert secret not in repr(client)


@FORMS
async def test_oauth2_client_asyncio(lab: dict[str, str], admin: Client, form: Callable[..., Options]) -> None:
    """The same with asyncio."""
    async with AsyncClient(**cloud(lab), **oauth2(lab), **form(lab, "client")) as client:
        token, known = await client.get_token(), await client.authenticate()
    assert (validated(admin, token)["user"]["name"], known.user_name) == ("client", "client")


@pytest.mark.parametrize("session_class", [keystoneauth1.session.Session, OurSession])
def test_oauth2_client_in_keystoneauth(
    lab: dict[str, str], admin: Client, session_class: type[keystoneauth1.session.Session]
) -> None:
    """keystoneauth1's sessions present the same certificate."""
    options = {name.replace("auth_type", "archstone_auth_type"): value for name, value in oauth2(lab).items()}
    plugin = Loader().load_from_options(auth_url=lab["auth_url"], **options)
    files = pem(lab, "client")
    session = session_class(plugin, verify=lab["cacert"], cert=(files["cert"], files["key"]))
    headers = session.get_auth_headers()
    assert headers is not None
    assert headers["Authorization"] == f"Bearer {headers['X-Auth-Token']}"
    assert validated(admin, headers["X-Auth-Token"])["user"]["name"] == "client"
    assert session.get("/auth/projects", endpoint_filter={"service_type": "identity"}).status_code == 200


@FORMS
def test_tokenless(lab: dict[str, str], admin: Client, form: Callable[..., Options]) -> None:
    """At Keystone a certificate replaces the token; methods that need a token report that there is none."""
    client = Client(**cloud(lab), **tokenless(lab), **form(lab, "admin"))
    assert client.scope_headers == {"x-project-name": lab["project"], "x-project-domain-id": "default"}
    assert validated(client, admin.token)["user"]["name"] == "admin"
    assert "admin" in [user.name for user in client.users.list()]
    for get in (lambda: client.token, lambda: client.auth_ref, lambda: client.user, lambda: client.tenants):
        with pytest.raises(archstone.NotAuthenticatedError, match="there is no token"):
            get()


async def test_tokenless_asyncio(lab: dict[str, str]) -> None:
    """The same with asyncio."""
    async with AsyncClient(**cloud(lab), **tokenless(lab), **pkcs12(lab, "admin")) as client:
        assert client.scope_headers is not None
        assert (await client.service("identity").get("users")).status_code == 200
        with pytest.raises(archstone.NotAuthenticatedError, match="there is no token"):
            await client.get_token()


@pytest.mark.parametrize("session_class", [keystoneauth1.session.Session, OurSession])
def test_tokenless_in_keystoneauth(lab: dict[str, str], session_class: type[keystoneauth1.session.Session]) -> None:
    """keystoneauth1's sessions present the certificate, and send the scope."""
    options = {name.replace("auth_type", "archstone_auth_type"): it for name, it in tokenless(lab).items()}
    plugin = Loader().load_from_options(auth_url=lab["auth_url"], **options)
    files = pem(lab, "admin")
    session = session_class(plugin, verify=lab["cacert"], cert=(files["cert"], files["key"]))
    assert session.get("/users", endpoint_filter={"service_type": "identity"}).status_code == 200
    assert plugin.get_auth_ref(session) is None
    assert plugin.get_user_id(session) is None
    with pytest.raises(keystoneauth1.exceptions.ClientException):
        session.get("/servers", endpoint_filter={"service_type": "compute"})


@pytest.mark.parametrize("session_class", [keystoneauth1.session.Session, OurSession])
def test_tokenless_without_a_certificate(
    lab: dict[str, str], session_class: type[keystoneauth1.session.Session]
) -> None:
    """A client and a session both report what is missing, before Keystone refuses the request."""
    with pytest.raises(archstone.NotConfiguredError, match="lacks `cert`"):
        Client(**cloud(lab), **tokenless(lab))
    options = {name.replace("auth_type", "archstone_auth_type"): it for name, it in tokenless(lab).items()}
    plugin = Loader().load_from_options(auth_url=lab["auth_url"], **options)
    session = session_class(plugin, verify=lab["cacert"])
    with pytest.raises(keystoneauth1.exceptions.OptionError, match="lacks `cert`"):
        session.get("/users", endpoint_filter={"service_type": "identity"})


def test_what_is_wrong_is_told(lab: dict[str, str]) -> None:
    """A certificate of another user, one that is unknown to the server, and a wrong passphrase."""
    with pytest.raises(archstone.UnauthenticatedError, match="refused"):
        _ = Client(**cloud(lab), **oauth2(lab), **pem(lab, "other")).token
    with pytest.raises(archstone.TlsNotTrustedError, match="client certificate"):
        _ = Client(**cloud(lab), **oauth2(lab), **pkcs12(lab, "rogue")).token
    wrong = {**pkcs12(lab, "client"), "key_password": "another"}
    with pytest.raises(archstone.InvalidConfigError, match="passphrase does not open"):
        _ = Client(**cloud(lab), **oauth2(lab), **wrong).token
    other = Client(**cloud(lab), **tokenless(lab), **pem(lab, "other"))
    with pytest.raises(archstone.TokenRejectedError):
        other.service("identity").get("users")

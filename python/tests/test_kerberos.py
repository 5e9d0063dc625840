"""Kerberos with real servers, run by `dev/lab kerberos up`: they need packages that only root can install.

The extension must be built with Kerberos: `maturin develop --features kerberos`.
"""

from __future__ import annotations

import json
import logging
import subprocess
from pathlib import Path
from typing import Any

import keystoneauth1.session
import pytest

import archstone
from archstone import AsyncClient, Client
from archstone.keystoneauth import Loader, Session

Options = dict[str, Any]

LAB = Path(__file__).resolve().parents[2] / "dev" / "lab"


def _knows_kerberos() -> bool:
    try:
        Client(auth_type="v3kerberos", auth_url="http://127.0.0.1:9/v3")
    except archstone.InvalidConfigError:
        return False
    return True


@pytest.mark.skipif(_knows_kerberos(), reason="this build has Kerberos")
@pytest.mark.parametrize(
    ("auth_type", "more"), [("v3kerberos", {}), ("v3fedkerb", {"identity_provider": "kdc", "protocol": "mapped"})]
)
def test_a_build_without_kerberos_says_so(auth_type: str, more: Options) -> None:
    """The method is known, and the error says at once that Kerberos is missing."""
    with pytest.raises(archstone.InvalidConfigError, match="this build of Archstone does not have") as error:
        Client(auth_type=auth_type, auth_url="http://127.0.0.1:9/v3", **more)
    assert "`kerberos`" in (error.value.hint or "")


@pytest.fixture(scope="module")
def lab() -> dict[str, str]:
    """Return the addresses of the servers, and the users with tickets."""
    if not _knows_kerberos():
        pytest.skip("NOT RUN: this build has no Kerberos (maturin develop --features kerberos)")
    env = subprocess.run([LAB, "kerberos", "env"], capture_output=True, text=True, check=False)
    if env.returncode:
        pytest.skip("NOT RUN: `dev/lab kerberos up` is needed, whose packages only root can install")
    facts: dict[str, str] = json.loads(env.stdout)
    return facts


@pytest.fixture
def alice(lab: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return the same, with the ticket of a user who is known to Keystone."""
    monkeypatch.setenv("KRB5_CONFIG", lab["krb5_config"])
    monkeypatch.setenv("KRB5CCNAME", lab["alice"])
    return lab


def kerberos(lab: dict[str, str]) -> Options:
    """Return the options of `v3kerberos`."""
    return {
        "auth_type": "v3kerberos",
        "auth_url": lab["kerberos_auth_url"],
        "project_name": lab["project"],
        "project_domain_id": "default",
    }


def federated(lab: dict[str, str]) -> Options:
    """Return the options of `v3fedkerb`."""
    return {
        **kerberos(lab),
        "auth_type": "v3fedkerb",
        "auth_url": lab["auth_url"],
        "identity_provider": lab["identity_provider"],
        "protocol": lab["protocol"],
    }


METHODS = pytest.mark.parametrize("method", [kerberos, federated])


def validated(lab: dict[str, str], token: str) -> dict[str, Any]:
    """Return Keystone's validation of a token."""
    admin = Client(
        auth_url=lab["auth_url"],
        cacert=lab["cacert"],
        proxy="none",
        username="admin",
        password="admin-secret",
        project_name="admin",
    )
    answer = admin.service("identity").get("auth/tokens", headers={"X-Subject-Token": token})
    document: dict[str, Any] = answer.json()["token"]
    return document


@METHODS
@pytest.mark.parametrize("way", ["optional", "required", "disabled"])
def test_login(alice: dict[str, str], method: Any, way: str, caplog: pytest.LogCaptureFixture) -> None:  # noqa: ANN401
    """The ticket's user gets a token, and a new one after that."""
    caplog.set_level(logging.DEBUG)
    client = Client(cacert=alice["cacert"], proxy="none", mutual_auth=way, **method(alice))
    assert (client.auth_ref.user_name, client.auth_ref.tenant_name) == ("alice", alice["project"])
    first = client.token
    second = client.replace(first)
    assert second != first
    assert validated(alice, second)["user"]["name"] == "alice"
    assert client.tenants
    for secret in (first, second):
        assert secret not in caplog.text
        assert secret not in repr(client)


@METHODS
async def test_login_asyncio(alice: dict[str, str], method: Any) -> None:  # noqa: ANN401
    """The same with asyncio."""
    async with AsyncClient(cacert=alice["cacert"], proxy="none", **method(alice)) as client:
        assert validated(alice, await client.get_token())["user"]["name"] == "alice"


@METHODS
@pytest.mark.parametrize("session_class", [keystoneauth1.session.Session, Session])
def test_login_in_keystoneauth(
    alice: dict[str, str],
    method: Any,  # noqa: ANN401
    session_class: type[keystoneauth1.session.Session],
) -> None:
    """keystoneauth1's sessions log in with the ticket."""
    options = {name.replace("auth_type", "archstone_auth_type"): it for name, it in method(alice).items()}
    plugin = Loader().load_from_options(**options)
    session = session_class(plugin, verify=alice["cacert"])
    token = session.get_token()
    assert token is not None
    assert validated(alice, token)["project"]["name"] == alice["project"]


@METHODS
def test_who_has_no_ticket_is_told(
    lab: dict[str, str],
    method: Any,  # noqa: ANN401
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing is sent, and the error explains what to do."""
    monkeypatch.setenv("KRB5_CONFIG", lab["krb5_config"])
    monkeypatch.setenv("KRB5CCNAME", "FILE:/none/of/it")
    with pytest.raises(archstone.UnauthenticatedError, match="no Kerberos ticket") as error:
        _ = Client(cacert=lab["cacert"], proxy="none", **method(lab)).token
    assert "kinit" in (error.value.hint or "")


def test_whom_keystone_does_not_know_is_refused(lab: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The hint explains how to find the ticket's user."""
    monkeypatch.setenv("KRB5_CONFIG", lab["krb5_config"])
    monkeypatch.setenv("KRB5CCNAME", lab["yuri"])
    with pytest.raises(archstone.UnauthenticatedError) as error:
        _ = Client(cacert=lab["cacert"], proxy="none", **kerberos(lab)).token
    assert "klist" in (error.value.hint or "")

"""Logins without an identity service at a real Ironic, run by `dev/lab ironic up`."""

from __future__ import annotations

import json
import logging
import os
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import keystoneauth1.adapter
import keystoneauth1.exceptions
import keystoneauth1.session
import openstack.connection
import pytest
from keystone_for_tests import DEV
from login_surfaces import built

import archstone
from archstone import AsyncClient, Client
from archstone.keystoneauth import Adapter as OurAdapter
from archstone.keystoneauth import Loader
from archstone.keystoneauth import Session as OurSession

if TYPE_CHECKING:
    from pathlib import Path

    Options = dict[str, Any]

# Ironic's authentication strategies, and the login methods for them.
METHODS = {"noauth": "none", "http_basic": "http_basic"}
each_method = pytest.mark.parametrize("strategy", METHODS)
SERVICE = {"service_type": "baremetal"}
NEWER = {"X-OpenStack-Ironic-API-Version": "1.50"}
WRONG = "MARKED-WRONG-PASSWORD"

# A program with openstacksdk that is configured by the variables.
LIST_NODES = "import openstack; print([it.name for it in openstack.connect(load_yaml_config=False).baremetal.nodes()])"


@pytest.fixture(scope="module")
def lab() -> dict[str, str]:
    """Return the URLs of both servers, and the user of the one with passwords."""
    env = subprocess.run([DEV / "lab", "ironic", "env"], capture_output=True, text=True, check=False)
    if env.returncode:
        pytest.skip("NOT RUN: `dev/lab ironic up` is needed")
    facts: dict[str, str] = json.loads(env.stdout)
    return facts


def login(lab: dict[str, str], strategy: str) -> Options:
    """Return the options of a login."""
    options: Options = {"auth_type": METHODS[strategy], "mgmt_url": lab[strategy]}
    if strategy == "http_basic":
        options |= {"username": lab["username"], "password": lab["password"]}
    return options


def plugin(options: Options) -> Any:  # noqa: ANN401
    """Return the plugin for keystoneauth1's sessions, which require an auth URL for every login."""
    own = {"auth_type": "archstone_auth_type", "password": "login_password", "mgmt_url": "endpoint"}
    given = {own.get(name, name): value for name, value in options.items()}
    return Loader().load_from_options(auth_url="http://127.0.0.1:9/v3", **given)


@each_method
def test_client(lab: dict[str, str], strategy: str, caplog: pytest.LogCaptureFixture) -> None:
    """A node is created, shown and deleted."""
    caplog.set_level(logging.DEBUG)
    client = Client(**login(lab, strategy), proxy="none")
    ironic = client.service("baremetal")
    made = ironic.post("v1/nodes", json={"driver": "fake-hardware", "name": "of-client"}, headers=NEWER)
    assert made.status_code == 201
    try:
        names = [node["name"] for node in ironic.get("v1/nodes", headers=NEWER).json()["nodes"]]
        assert "of-client" in names
    finally:
        ironic.delete("v1/nodes/of-client", headers=NEWER)
    # The version document has Ironic's own format.
    assert [str(it.version) for it in client.versions("baremetal")] == ["1.0"]
    with pytest.raises(archstone.Error, match="there is no token"):
        _ = client.auth_ref
    assert lab["password"] not in caplog.text + repr(client)


@each_method
async def test_asyncio(lab: dict[str, str], strategy: str) -> None:
    """The same with asyncio."""
    async with AsyncClient(**login(lab, strategy), proxy="none") as client:
        answer = await client.service("baremetal").get("v1/nodes")
    assert isinstance(answer.json()["nodes"], list)


@each_method
@pytest.mark.parametrize("session_class", [keystoneauth1.session.Session, OurSession])
@pytest.mark.parametrize("adapter_class", [keystoneauth1.adapter.Adapter, OurAdapter])
def test_keystoneauth(
    lab: dict[str, str],
    strategy: str,
    session_class: type[keystoneauth1.session.Session],
    adapter_class: type[keystoneauth1.adapter.Adapter],
) -> None:
    """Sessions and adapters, theirs and ours, with our plugin."""
    adapter = adapter_class(session_class(plugin(login(lab, strategy))), service_type="baremetal")
    assert (adapter.get_endpoint() or "").rstrip("/") == lab[strategy]
    assert isinstance(adapter.get("/v1/nodes").json()["nodes"], list)


# openstacksdk announces its own future changes.
@pytest.mark.filterwarnings("ignore::openstack.warnings.RemovedInSDK50Warning")
@each_method
def test_openstacksdk(lab: dict[str, str], strategy: str) -> None:
    """openstacksdk lists nodes with a session of our plugin."""
    session = keystoneauth1.session.Session(plugin(login(lab, strategy)))
    connection: Any = openstack.connection.Connection(session=session, baremetal_endpoint_override=lab[strategy])
    names = [node.name for node in connection.baremetal.nodes()]
    assert ("bench" in names) == (strategy == "noauth")


def variables(options: Options, home: Path) -> dict[str, str]:
    """Return an environment for a program, with nothing else from this machine."""
    own = {"PATH": os.environ["PATH"], "HOME": str(home), "NO_PROXY": "127.0.0.1"}
    return own | {f"OS_{name.upper().replace('MGMT_URL', 'ENDPOINT')}": value for name, value in options.items()}


def run(options: Options, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command line."""
    command = [str(built("--bin", "archstone")), *words]
    return subprocess.run(command, env=variables(options, home), cwd=home, capture_output=True, text=True, check=False)


@each_method
def test_command_line(lab: dict[str, str], strategy: str, tmp_path: Path) -> None:
    """Identity commands fail, requests need no login, and child processes get the variables."""
    options = login(lab, strategy)
    at_v3 = {**options, "mgmt_url": f"{lab[strategy]}/v3"}
    answer = run(at_v3, tmp_path, "--debug", "user", "list")
    assert (answer.returncode, "HTTP 404" in answer.stderr) == (6, True), answer
    assert run(options, tmp_path, "url", "baremetal").stdout.strip().rstrip("/") == lab[strategy]
    doctor = run(options, tmp_path, "doctor")
    assert doctor.returncode == 0, doctor
    assert "runs without an identity service" in doctor.stdout
    versions = run(options, tmp_path, "versions", "show", "--service", "baremetal", "-f", "value", "-c", "Version")
    assert (versions.returncode, versions.stdout) == (0, "1.0\n"), versions
    printed = run(options, tmp_path, "env").stdout
    exported = dict(shlex.split(line)[1].split("=", 1) for line in printed.splitlines())
    child = subprocess.run(
        [sys.executable, "-c", LIST_NODES],
        env={**variables({}, tmp_path), **exported},
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    assert ("bench" in child.stdout) == (strategy == "noauth")
    assert lab["password"] not in answer.stderr


def test_a_wrong_password_is_told(lab: dict[str, str], tmp_path: Path) -> None:
    """Every interface reports that the name or the password is wrong, and shows neither."""
    options: Options = {**login(lab, "http_basic"), "password": WRONG}
    with pytest.raises(archstone.TokenRejectedError, match="Incorrect username or password") as refused:
        Client(**options, proxy="none").service("baremetal").get("v1/nodes")
    assert "password" in str(refused.value.hint)
    assert WRONG not in f"{refused.value!r} {refused.value} {refused.value.hint}"
    for session in (keystoneauth1.session.Session(plugin(options)), OurSession(plugin(options))):
        with pytest.raises(keystoneauth1.exceptions.Unauthorized, match="Incorrect username or password"):
            session.get("/v1/nodes", endpoint_filter=SERVICE)
    answer = run({**options, "mgmt_url": f"{lab['http_basic']}/v3"}, tmp_path, "--debug", "user", "list")
    assert answer.returncode == 4, answer
    assert "Incorrect username or password" in answer.stderr
    assert "check the user's name and the password" in answer.stderr
    assert WRONG not in answer.stderr


async def test_a_login_without_a_password_is_refused(lab: dict[str, str]) -> None:
    """If a password is required, a login with `none` is refused."""
    options: Options = {"auth_type": "none", "mgmt_url": lab["http_basic"], "proxy": "none"}
    with pytest.raises(archstone.Error, match="HTTP 401") as refused:
        Client(**options).service("baremetal").get("v1/nodes")
    assert refused.value.status == 401
    async with AsyncClient(**options) as client:
        with pytest.raises(archstone.Error, match="HTTP 401"):
            await client.service("baremetal").get("v1/nodes")

"""Every login method that needs no browser and no provider, against a real Keystone."""

from __future__ import annotations

import gc
import logging
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import keystoneauth1.adapter
import keystoneauth1.exceptions
import keystoneauth1.loading
import keystoneauth1.session
import pytest

import archstone
from archstone import AsyncClient, Client
from archstone.keystoneauth import Loader, Session
from archstone.testing import FakeKeystone, FakeServer, Reply

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keystone_for_tests import TaggedKeystone


SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
WRONG = "MARKEDMARKEDMARKEDMARKED"


@dataclass
class Case:
    """A login method."""

    options: dict[str, Any]
    user: str
    secret: str
    hint: str


def _admin(keystone: TaggedKeystone) -> Any:  # noqa: ANN401
    return Client(**keystone.user("admin", project_name="admin"))


def oauth1(keystone: TaggedKeystone) -> Case:
    """Return keys of a consumer to which the administrator has delegated a role."""
    client = _admin(keystone)
    consumer = client.oauth1.consumers.create()
    asked = client.oauth1.request_tokens.create(consumer, consumer.secret, client.auth_ref.project_id)
    role = client.roles.find(name="admin")
    consented = client.oauth1.request_tokens.authorize(asked["oauth_token"], [{"id": role.id}])
    got = client.oauth1.access_tokens.create(
        consumer, consumer.secret, asked["oauth_token"], asked["oauth_token_secret"], consented["oauth_verifier"]
    )
    keys = {"consumer_key": consumer.id, "consumer_secret": consumer.secret}
    keys |= {"access_key": got["oauth_token"], "access_secret": got["oauth_token_secret"]}
    return Case({"auth_type": "v3oauth1", **keys}, "admin", "access_secret", "consumer_secret=")


def oauth2(keystone: TaggedKeystone) -> Case:
    """Return an application credential of alice, as an OAuth2 client."""
    alice: Any = Client(**keystone.user("alice"))
    credential = alice.application_credentials.create(alice.renew().audit_id, secret="marked client secret")
    options = {"oauth2_client_id": credential.id, "oauth2_client_secret": "marked client secret"}
    return Case({"auth_type": "v3oauth2clientcredential", **options}, "alice", "oauth2_client_secret", "client_secret=")


def ec2(keystone: TaggedKeystone) -> Case:
    """Return a credential of alice, which the user `service` validates."""
    alice: Any = Client(**keystone.user("alice"))
    credential = alice.ec2.create(alice.auth_ref.project_id)
    options = {"ec2_access": credential.access, "ec2_secret": credential.secret}
    caller = {"username": "service", "password": "service-secret"}
    return Case({"auth_type": "v3ec2", **options, **caller}, "alice", "ec2_secret", "ec2_secret=")


def totp(keystone: TaggedKeystone) -> Case:
    """Return a user with only a TOTP device."""
    client = _admin(keystone)
    user = client.users.create(f"totp-{client.auth_ref.audit_id}")
    client.credentials.create(user, "totp", SEED)
    return Case({"auth_type": "v3totp", "user_id": user.id, "totp_secret": SEED}, user.name, "totp_secret", "passcodes")


def two_factors(_: TaggedKeystone) -> Case:
    """Return grace's password and device: Keystone requires the second factor."""
    options = {"username": "grace", "password": "grace-secret", "totp_secret": SEED}
    return Case(options, "grace", "password", "password")


@pytest.fixture(params=[oauth1, oauth2, ec2, totp, two_factors], ids=lambda it: str(it.__name__))
def case(request: pytest.FixtureRequest, keystone: TaggedKeystone) -> Case:
    """Return a login method."""
    make: Callable[[TaggedKeystone], Case] = request.param
    case = make(keystone)
    case.options["auth_url"] = keystone.url()
    return case


def test_clients_log_in_and_renew(case: Case, keystone: TaggedKeystone, new_client: type[Client]) -> None:
    client = new_client(**case.options)

    first = client.token
    assert client.auth_ref.user_name == case.user
    assert client.renew().auth_token != first
    assert _admin(keystone).tokens.check(client.token)


async def test_tasks_log_in(case: Case) -> None:
    assert (await AsyncClient(**case.options).auth_ref).user_name == case.user


def test_a_wrong_secret_is_refused_with_a_hint(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = {**case.options, case.secret: WRONG}

    refused = (archstone.UnauthenticatedError, archstone.ApplicationCredentialRefusedError)
    with pytest.raises(refused) as it:
        Client(**wrong).renew()

    error = it.value
    assert case.hint in str(error.hint), error
    shown = f"{error} {error!r} {error.hint} {caplog.text}"
    for name in ("consumer_secret", "access_secret", "ec2_secret", "oauth2_client_secret", "totp_secret", "password"):
        assert wrong.get(name, WRONG) not in shown


def _plugin(options: dict[str, Any]) -> Any:  # noqa: ANN401
    own = {"auth_type": "archstone_auth_type", "password": "login_password", "token": "login_token"}
    return Loader().load_from_options(**{own.get(name, name): value for name, value in options.items()})


def test_keystoneauth1_sessions_log_in(case: Case, keystone: TaggedKeystone) -> None:
    plugin = _plugin(case.options)
    session = keystoneauth1.session.Session(auth=plugin)

    first = session.get_token()
    assert plugin.get_access(session).username == case.user
    assert _admin(keystone).tokens.check(first)
    # A refused token is replaced.
    assert session.invalidate()
    assert session.get_token() != first
    with pytest.raises(keystoneauth1.exceptions.Unauthorized):
        keystoneauth1.session.Session(auth=_plugin({**case.options, case.secret: WRONG})).get_token()
    gc.collect()


def test_a_bearer_is_in_both_headers(keystone: TaggedKeystone) -> None:
    options = oauth2(keystone).options | {"auth_url": keystone.url()}
    server = FakeServer()
    server.on("GET", "/*").reply(Reply(json={}))
    stock = keystoneauth1.session.Session(auth=_plugin(options))
    client = Client(**options)

    stock.get(f"{server.url}/servers")
    Session(auth=_plugin(options)).get(f"{server.url}/servers")
    client.request("GET", f"{server.url}/servers")

    for request in server.requests:
        assert request.headers["authorization"] == f"Bearer {request.headers['x-auth-token']}"
    assert (client.sends_bearer, AsyncClient(**options).sends_bearer) == (True, True)
    assert not Client(**keystone.user()).sends_bearer
    with pytest.raises(archstone.EndpointNotFoundError, match="is plain HTTP, over which no OAuth2 token is sent"):
        client.request("GET", "http://service.invalid/")


def test_a_totp_secret_is_read_from_a_file(keystone: TaggedKeystone, tmp_path: Any) -> None:  # noqa: ANN401
    place = tmp_path / "seed"
    place.write_text(f"{SEED}\n")
    place.chmod(0o600)
    several: dict[str, Any] = {"auth_methods": ["v3password", "v3totp"]}
    for options in ({}, several):
        client = Client(**{**keystone.user("grace"), "totp_secret_file": place, **options})
        assert client.renew().user_name == "grace"


def test_what_is_no_totp_secret_is_refused_by_its_place() -> None:
    with pytest.raises(archstone.InvalidConfigError, match=r"`totp_secret`.* not base32") as it:
        Client(auth_url="http://k/v3", username="grace", auth_type="v3totp", totp_secret="marked!")
    assert "marked" not in f"{it.value} {it.value.hint}"


def _program(keystone: TaggedKeystone, tmp_path: Path) -> dict[str, Any]:
    """Return the options of a login with a program: another client that gets an unscoped token of alice."""
    program = tmp_path / "program.py"
    options: dict[str, Any] = {**keystone.user("alice"), "unscoped": True}
    program.write_text(
        "import json, os, archstone\n"
        f"client = archstone.Client(**{options!r})\n"
        "assert json.loads(os.environ['ARCHSTONE_EXEC_REQUEST'])['version'] == 1\n"
        "print(json.dumps({'token': client.token, 'expires_at': client.auth_ref.expires_at.isoformat()}))\n"
    )
    exec_options: dict[str, Any] = {"auth_url": keystone.url(), "auth_type": "exec"}
    exec_options["exec_command"] = [sys.executable, str(program)]
    return exec_options


async def test_a_program_logs_tasks_in(keystone: TaggedKeystone, tmp_path: Path) -> None:
    assert (await AsyncClient(**_program(keystone, tmp_path)).auth_ref).user_name == "alice"


def test_a_program_logs_in(keystone: TaggedKeystone, tmp_path: Path, new_client: type[Client]) -> None:
    exec_options = _program(keystone, tmp_path)
    project = Client(**keystone.user("alice")).auth_ref
    client: Any = new_client(**exec_options, project_id=project.project_id)

    first = client.token
    assert (client.user.name, client.tenant.name) == ("alice", project.project_name)
    assert client.renew().auth_token != first
    stock = keystoneauth1.session.Session(auth=_plugin(exec_options))
    assert _admin(keystone).tokens.check(stock.get_token())
    with pytest.raises(archstone.InvalidConfigError, match=r"prints something that is not JSON") as it:
        new_client(**exec_options | {"exec_command": "echo MARKED"}).renew()
    assert "MARKED" not in f"{it.value} {it.value.hint}"


def test_version_2_against_a_stub(new_client: type[Client]) -> None:
    """Current versions of Keystone no longer have version 2.0."""
    with FakeKeystone() as keystone:
        keystone.speak_v2()
        options: dict[str, Any] = {"auth_url": keystone.url, "username": "demo", "password": "secret"}
        options["auth_type"] = "v2password"
        client: Any = new_client(**options, tenant_name="demo")

        assert (client.auth_ref.user_name, client.auth_ref.tenant_name) == ("demo", "demo")
        assert client.auth_ref.auth_url == f"{keystone.url}/v2.0"
        assert client.url_for("compute", endpoint="private") == f"{keystone.url}/compute/v2.1"
        assert (client.user.name, client.tenant.name, [it.name for it in client.tenants]) == ("demo", "demo", ["demo"])
        first = client.token
        keystone.revoke_all()
        assert client.renew().auth_token != first
        exchanged = new_client(auth_url=keystone.url, auth_type="v2token", token=client.token, tenant_id="demo-id")
        assert exchanged.auth_ref.tenant_id == "demo-id"
        with pytest.raises(archstone.UnauthenticatedError, match="demo") as it:
            new_client(**{**options, "password": WRONG}).renew()
        assert WRONG not in f"{it.value!r} {it.value.hint}"


def test_keystoneauth1_sessions_log_in_at_version_2() -> None:
    with FakeKeystone() as keystone:
        keystone.speak_v2()
        keystone.on("GET", "/compute/v2.1/servers", with_token=True).reply(Reply(json={"servers": []}))
        options = {"auth_url": keystone.url, "username": "demo", "password": "secret", "tenant_name": "demo"}
        plugin = _plugin({"auth_type": "v2password", **options})
        session = keystoneauth1.session.Session(auth=plugin)

        assert session.get("/servers", endpoint_filter={"service_type": "compute"}).json() == {"servers": []}
        known = plugin.get_access(session)
        assert (known.version, known.username, known.tenant_name) == ("v2.0", "demo", "demo")
        keystone.revoke_all()
        assert session.get("/servers", endpoint_filter={"service_type": "compute"}).status_code == 200
        wrong = keystoneauth1.session.Session(auth=_plugin({"auth_type": "v2password", **options, "password": WRONG}))
        with pytest.raises(keystoneauth1.exceptions.Unauthorized):
            wrong.get_token()


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("admin_token", {"token": "given"}),
        ("none", {}),
        ("http_basic", {"username": "alice", "password": "secret"}),
    ],
)
def test_look_ups_without_a_catalog_are_those_of_keystoneauth1(name: str, options: dict[str, str]) -> None:
    server = FakeServer()
    server.on("GET", "/*").reply(Reply(json={"servers": []}))
    document = {"id": "v2.1", "status": "CURRENT", "links": [{"rel": "self", "href": f"{server.url}/v2.1/"}]}
    server.on("GET", "/").reply(Reply(json={"versions": [document]}))
    server.on("GET", "/v2.1").reply(Reply(json={"version": document}))
    theirs: Any = keystoneauth1.loading.get_plugin_loader(name).load_from_options(endpoint=server.url, **options)
    ours = _plugin({"auth_type": name, "auth_url": "http://k/v3", "mgmt_url": server.url, **options})
    seen = []
    for plugin in (ours, theirs):
        session = keystoneauth1.session.Session(auth=plugin)
        adapter = keystoneauth1.adapter.Adapter(session, service_type="compute", interface="admin")
        data = plugin.get_endpoint_data(session, service_type="compute")
        assert adapter.get("/servers").status_code == 200
        seen.append(
            [
                *(adapter.get_endpoint(), session.get_endpoint(service_type="image", region_name="x")),
                *(
                    data.url,
                    data.api_version,
                    plugin.get_endpoint_data(session, endpoint_override=f"{server.url}/v2.1").url,
                ),
                *(plugin.get_auth_ref(session), session.get_user_id(), session.get_project_id()),
                session.get_auth_headers(),
            ]
        )
    assert seen[0] == seen[1]


@pytest.mark.parametrize("method", ["password", "totp"])
def test_a_trust_is_a_scope_of_each_method_of_a_user(
    method: str, keystone: TaggedKeystone, new_client: type[Client]
) -> None:
    alice: Any = Client(**keystone.user("alice"))
    role = _admin(keystone).roles.find(name="member")
    case = totp(keystone)
    options = case.options
    if method == "password":
        options = {"username": "carol", "password": "carol-secret"}
    options = {**options, "auth_url": keystone.url()}
    trustee = Client(**options).auth_ref.user_id
    own = alice.auth_ref
    made = alice.trusts.create(
        trustee, own.user_id, impersonation=True, project=own.project_id, roles=[{"id": role.id}]
    )

    known = new_client(**options, trust_id=made.id).auth_ref
    assert (known.trust_id, known.user_name, known.project_name) == (made.id, "alice", "web")
    plugin = _plugin({**options, "trust_id": made.id})
    session = keystoneauth1.session.Session(auth=plugin)
    assert plugin.get_access(session).trust_id == made.id
    first = session.get_token()
    assert session.invalidate()
    assert session.get_token() != first
    with pytest.raises(archstone.Error):
        _ = new_client(**options, trust_id="0" * 32).token

"""The auth plugin in keystoneauth1's own sessions: logins, states, options."""

from __future__ import annotations

import argparse
import copy
import json
import pickle
import textwrap
import threading
from typing import TYPE_CHECKING, Any

import keystoneauth1.session
import pytest
from keystone_for_tests import password_of
from keystoneauth1 import access, exceptions, loading, plugin
from keystoneauth1.identity import BaseIdentityPlugin, v3
from openstack.config import OpenStackConfig
from oslo_config import cfg

import archstone
from archstone.keystoneauth import Loader, Plugin, Session
from archstone.options import Options
from archstone.testing import FakeServer, Reply

if TYPE_CHECKING:
    from pathlib import Path

    from keystone_for_tests import Keystone, TaggedKeystone

    from archstone.testing import FakeKeystone

# openstacksdk announces its own future changes.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning")


def stock(auth: plugin.BaseAuthPlugin, **options: Any) -> keystoneauth1.session.Session:  # noqa: ANN401
    return keystoneauth1.session.Session(auth=auth, **options)


def test_a_stock_session_logs_in_once_and_knows_everything(keystone: TaggedKeystone) -> None:
    auth = Plugin(**keystone.user())
    session = stock(auth)

    known = auth.get_auth_ref(session)

    assert isinstance(known, access.AccessInfoV3)
    assert (known.username, known.project_name, sorted(known.role_names or [])) == (
        "alice",
        "web",
        ["member", "reader"],
    )
    assert known.has_service_catalog()
    assert not known.will_expire_soon(120)
    assert auth.get_access(session) is known
    assert session.get_token() == known.auth_token
    assert session.get_auth_headers() == {"X-Auth-Token": known.auth_token}
    assert (session.get_user_id(), session.get_project_id()) == (known.user_id, known.project_id)
    assert not session.get_auth_connection_params()
    assert (auth.get_sp_auth_url(session, "sp"), auth.get_sp_url(session, "sp")) == (None, None)
    assert keystone.logins() == 1


def test_endpoints_are_found_as_keystoneauth_finds_them(keystone: TaggedKeystone) -> None:
    ours = stock(Plugin(**keystone.user()))
    password = v3.Password(
        keystone.auth_url,
        username="alice",
        password=password_of("alice"),
        user_domain_id="default",
        project_name="web",
        project_domain_id="default",
    )
    theirs = stock(password)
    wanted: list[dict[str, Any]] = [
        {"service_type": "compute", "interface": "internal", "region_name": "RegionTwo"},
        {"service_type": "identity", "version": "3"},
        {"service_type": "identity", "version": "2"},
        {"service_type": "identity", "interface": plugin.AUTH_INTERFACE},
        {"service_type": "compute", "skip_discovery": True, "interface": ["admin", "public"]},
    ]

    for it in wanted:
        assert ours.get_endpoint(**it) == theirs.get_endpoint(**it)
    identity = ours.get_endpoint_data(service_type="identity")
    assert identity is not None
    assert (identity.api_version or ())[0] == 3
    assert ours.get_api_major_version(service_type="identity") == theirs.get_api_major_version(service_type="identity")
    assert ours.get_all_version_data(service_type="identity") == theirs.get_all_version_data(service_type="identity")


def test_a_service_that_is_not_there_says_what_is(keystone: TaggedKeystone) -> None:
    session = stock(Plugin(**keystone.user()))

    with pytest.raises(exceptions.EndpointNotFound, match="did you mean `image`"):
        session.get_endpoint(service_type="imag")
    with pytest.raises(exceptions.EndpointNotFound, match="`RegionOne`, `RegionTwo`"):
        session.get_endpoint(service_type="compute", region_name="Nowhere")
    with pytest.raises(ValueError, match="implies major API version 3"):
        session.get_endpoint(service_type="volumev3", version="2")


def test_each_failed_login_is_keystoneauths_exception(keystone: TaggedKeystone) -> None:
    free = "http://127.0.0.1:9/v3"
    table: list[tuple[dict[str, Any], type[exceptions.ClientException], str]] = [
        (keystone.user(password="wrong"), exceptions.Unauthorized, "`alice`"),
        (keystone.user("frank"), exceptions.Unauthorized, "password"),
        (keystone.user(project_name="nope"), exceptions.Unauthorized, "`nope`"),
        (keystone.user("grace"), exceptions.MissingAuthMethods, "totp"),
        (keystone.user("bob"), exceptions.EndpointNotFound, "`lab`"),
        (keystone.user("alice", "status=503"), exceptions.ServiceUnavailable, "503"),
        (keystone.user() | {"auth_url": free}, exceptions.ConnectFailure, "nothing listens"),
        (keystone.user() | {"auth_url": keystone.auth_url + "/users"}, exceptions.ClientException, "users"),
    ]
    outcomes = []
    for options, kind, word in table:
        with pytest.raises(exceptions.ClientException) as caught:
            stock(Plugin(**options)).get_endpoint(service_type="compute")
        it = caught.value
        outcomes.append((options.get("username"), type(it), str(it)))
        assert isinstance(it, kind), outcomes
        assert word in str(it), outcomes
        assert isinstance(it.__cause__, archstone.Error)
        assert it.__cause__.hint is None or it.__cause__.hint in str(it) or it.__cause__.receipt


def test_a_receipt_is_what_keystoneauth_knows_of_it(keystone: TaggedKeystone) -> None:
    with pytest.raises(exceptions.MissingAuthMethods) as caught:
        stock(Plugin(**keystone.user("grace"))).get_token()

    assert caught.value.methods == ["password"]
    # Keystone's order varies.
    assert [sorted(rule) for rule in caught.value.required_auth_methods] == [["password", "totp"]]
    assert caught.value.receipt
    assert caught.value.expires_at.tzinfo


def test_what_is_missing_or_wrong_is_said_when_the_plugin_is_made() -> None:
    with pytest.raises(exceptions.OptionError, match="password"):
        Plugin(auth_url="http://keystone/v3", username="alice")
    with pytest.raises(exceptions.AuthorizationFailure, match="project_name"):
        Plugin(auth_url="http://keystone/v3", username="a", password="b", project_name="p", domain_name="d")
    with pytest.raises(exceptions.MissingRequiredOptions, match="auth_url"):
        Loader().load_from_options(username="alice")
    with pytest.raises(TypeError, match="usernam"):
        Loader().load_from_options(auth_url="http://keystone/v3", usernam="alice")


def test_trust_is_the_sessions(tls_keystone: Keystone) -> None:
    user: dict[str, Any] = {
        "auth_url": tls_keystone.auth_url,
        "username": "alice",
        "password": password_of("alice"),
    }

    with pytest.raises(exceptions.SSLError, match="not trusted"):
        stock(Plugin(**user)).get_token()
    assert stock(Plugin(**user), verify=str(tls_keystone.ca())).get_token()
    assert stock(Plugin(**user), verify=False).get_token()
    assert stock(Plugin(**user, cacert=tls_keystone.ca())).get_token()


def test_a_token_goes_from_one_plugin_to_another(keystone: TaggedKeystone) -> None:
    first = Plugin(**keystone.user())
    assert first.get_auth_state() is None
    token = stock(first).get_token()
    state = first.get_auth_state()
    assert state
    assert json.loads(state)["auth_token"] == token

    second = Plugin(**keystone.user())
    second.set_auth_state(state)
    assert stock(second).get_token() == token
    assert second.get_access(stock(second)).username == "alice"

    theirs = v3.Password(keystone.auth_url, username="alice", password="?")
    theirs.set_auth_state(state)
    assert stock(theirs).get_token() == token
    second.set_auth_state(theirs.get_auth_state())
    assert stock(second).get_token() == token

    assert keystone.logins() == 1
    second.set_auth_state(None)
    with pytest.raises(exceptions.OptionError):
        second.set_auth_state("?")


def test_what_is_known_follows_the_token(archstone_keystone: FakeKeystone) -> None:
    auth, given = Plugin(**archstone_keystone.options()), Plugin(**archstone_keystone.options())
    session = stock(auth)
    assert auth.auth_ref is None

    token = auth.get_token(session)
    assert auth.auth_ref is not None
    assert auth.auth_ref.auth_token == token
    state = auth.get_auth_state()
    given.set_auth_state(state)
    assert given.auth_ref is not None
    assert (given.auth_ref.auth_token, given.auth_ref.username) == (token, auth.auth_ref.username)
    assert stock(given).get_token() == token
    assert given.get_auth_state() == state
    ours = Session(auth=auth)
    archstone_keystone.on("GET", "/x", with_token=True).reply(200)
    archstone_keystone.revoke_all()
    ours.get(f"{archstone_keystone.url}/x")
    assert auth.auth_ref.auth_token == ours.get_token() != token

    assert auth.invalidate()
    assert auth.auth_ref is None
    assert not auth.invalidate()
    given.set_auth_state(None)
    assert given.auth_ref is None
    unknown = Plugin(token_id="given", mgmt_url=archstone_keystone.auth_url)
    assert unknown.get_token(stock(unknown)) == "given"
    assert unknown.auth_ref is None


def test_where_and_for_what_it_logs_in() -> None:
    user: dict[str, Any] = {"auth_url": "http://keystone/", "username": "alice", "password": "alice-secret"}

    assert not Plugin(**user).has_scope_parameters
    scopes: list[Any] = [{"project_name": "web"}, {"domain_id": "d"}, {"system_scope": "all"}, {"trust_id": "t"}]
    for scope in scopes:
        assert Plugin(**user, **scope).has_scope_parameters
    assert Plugin(**user).token_url == "http://keystone/v3/auth/tokens"
    assert Plugin(**user | {"auth_url": "http://keystone/v3"}).token_url == "http://keystone/v3/auth/tokens"


def test_a_plugin_that_says_its_own_headers_is_heeded(archstone_keystone: FakeKeystone) -> None:
    class Own(Plugin):
        def get_headers(self, session: object) -> dict[str, str]:  # noqa: ARG002  as it is called
            return {"X-Auth-Token": "own", "X-More": "more"}

    archstone_keystone.on("GET", "/x").reply(200)
    Session(auth=Own(**archstone_keystone.options())).get(f"{archstone_keystone.url}/x")

    (asked,) = archstone_keystone.requests
    assert (asked.headers["x-auth-token"], asked.headers["x-more"]) == ("own", "more")


def test_who_lists_the_catalog_gets_it_as_it_is_now(
    archstone_keystone: FakeKeystone, caplog: pytest.LogCaptureFixture
) -> None:
    auth = Plugin(**archstone_keystone.options())
    session = stock(auth)
    known: Any = auth.get_auth_ref(session)
    archstone_keystone.add_service("backup", "http://backup.example", regions=["RegionOne"])
    listed = "/v3/auth/catalog"

    assert session.get_endpoint(service_type="compute", region_name="RegionOne")
    assert archstone_keystone.count("GET", listed) == 0
    latest: Any = auth.get_auth_ref(session)
    for again in (known, latest):
        (added,) = [it for it in again.service_catalog.catalog if it["type"] == "backup"]
        assert (
            added["endpoints"][0] | {"url": "http://backup.example", "region_id": "RegionOne"} == added["endpoints"][0]
        )
    assert archstone_keystone.count("GET", listed) == 2
    assert not caplog.records
    for copied in (copy.deepcopy(known), pickle.loads(pickle.dumps(known))):
        assert "backup" not in {it["type"] for it in copied.service_catalog.catalog}

    archstone_keystone.on("GET", listed).reply(403)
    assert "backup" not in {it["type"] for it in known.service_catalog.catalog}
    assert "catalog of the login" in caplog.text
    assert archstone_keystone.logins == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Reply(401, json={"unauthorized": {"code": 401, "message": "no such key"}}), exceptions.Unauthorized),
        (Reply(401, json={"error_msg": "no such key", "error_code": "APIGW.0301"}), exceptions.Unauthorized),
        (Reply(401, text="<html>no</html>"), exceptions.Unauthorized),
        (Reply(403, json={"forbidden": {"message": "no"}}), exceptions.Forbidden),
        (Reply(404, json={"nothing": "here"}), exceptions.NotFound),
        (Reply(429, text="slowly"), exceptions.TooManyRequests),
        (Reply(500, text="<html>"), exceptions.InternalServerError),
        (Reply(503, json={}), exceptions.ServiceUnavailable),
        (Reply(201, json={"hello": "world"}), exceptions.InvalidResponse),
        (Reply(201, json={"hello": "world"}, headers={"X-Subject-Token": "t"}), exceptions.InvalidResponse),
        (Reply(200, text="hello"), exceptions.InvalidResponse),
    ],
)
def test_a_login_fails_as_that_of_keystoneauth1(
    archstone_keystone: FakeKeystone, answer: Reply, kind: type[Exception]
) -> None:
    archstone_keystone.on("POST", "/v3/auth/tokens").reply(answer)
    ours = Plugin(**archstone_keystone.options())
    theirs = v3.Password(archstone_keystone.auth_url, username="u", password="p", user_domain_id="default")

    for session in (stock(ours), Session(auth=ours), stock(theirs), Session(auth=theirs)):
        with pytest.raises(kind) as told:
            session.get_token()
        assert type(told.value).__name__.lstrip("_") == kind.__name__
        if "no such key" in str(answer) and session.auth is ours:
            assert "no such key" in str(told.value)


def test_a_cache_id_distinguishes_logins_and_shows_no_secret() -> None:
    user: dict[str, Any] = {"auth_url": "http://keystone/v3", "username": "alice", "password": "alice-secret"}
    variants: list[dict[str, Any]] = [
        user,
        user | {"password": "other"},
        user | {"project_name": "web"},
        user | {"system_scope": "all"},
        user | {"unscoped": True},
        user | {"receipt": archstone.Receipt("one", ["totp"], [["password", "totp"]])},
        user | {"receipt": archstone.Receipt("two", ["totp"], [["password", "totp"]])},
    ]

    ids = [Plugin(**it).get_cache_id() for it in variants]

    assert len(set(ids)) == len(ids)
    assert Plugin(**user).get_cache_id() == ids[0]
    client = Plugin.from_client(archstone.Client(**user))
    assert client.get_cache_id() is None
    with pytest.raises(NotImplementedError):
        client.set_auth_state("{}")


def test_invalidating_replaces_only_the_token_that_was_refused(archstone_keystone: FakeKeystone) -> None:
    auth = Plugin(**archstone_keystone.options())
    session = stock(auth)
    assert not session.invalidate()
    replaced = threading.Event()
    late: list[object] = []

    def refused_late() -> None:
        late.append(session.get_token())
        begun.set()
        replaced.wait()
        late.extend([session.invalidate(), session.get_token()])

    begun = threading.Event()
    thread = threading.Thread(target=refused_late)
    thread.start()
    begun.wait()
    old = session.get_token()
    assert session.invalidate()
    new = session.get_token()
    replaced.set()
    thread.join()

    assert new != old
    assert late == [old, True, new]
    assert archstone_keystone.logins == 2


def test_reauthenticate_may_be_forbidden(archstone_keystone: FakeKeystone) -> None:
    archstone_keystone.set_token_lifetime(1)
    auth = Loader().load_from_options(**archstone_keystone.options(), reauthenticate=False)
    session = stock(auth)
    known = auth.get_access(session)

    assert [session.get_token() for _ in range(3)] == [known.auth_token] * 3
    assert archstone_keystone.logins == 1


def test_a_token_that_was_given_is_used_as_it_is(keystone: TaggedKeystone) -> None:
    token = archstone.Client(**keystone.user()).token
    session = stock(Plugin(token_id=token))

    assert session.get(f"{keystone.auth_url}/auth/projects").json()["projects"]
    assert (session.get_user_id(), session.get_project_id()) == (None, None)
    with pytest.raises(exceptions.AuthorizationFailure, match="nothing is known"):
        session.get_endpoint(service_type="compute")
    keystone.ask("DELETE", "/auth/tokens", token, subject=token)
    with pytest.raises(exceptions.Unauthorized, match="the token that was given was refused"):
        session.get(f"{keystone.auth_url}/auth/projects")
    assert keystone.logins() == 1


OF_OTHERS = {
    "cacert",
    "cert",
    "cloud",
    "environment",
    "insecure",
    "interface",
    "key",
    "profile",
    "region_name",
    "timeout",
    "tls_min_version",
    "verify",
}
# Options that keystoneauth1 knows under other names.
ONWARD = ["service_provider", *(f"remote_project_{it}" for it in ["id", "name", "domain_id", "domain_name"])]
ALIASES = {"tenant_id": "project-id", "tenant_name": "project-name"}
ALIASES |= {name: f"archstone-{name}".replace("_", "-") for name in ONWARD}


def test_the_loader_has_every_option() -> None:
    options = {it.name: it for it in loading.get_plugin_options("archstone")}

    objects = {"ask", "on_login_page", "service_user", "token_provider"}
    for name in set(Options.__annotations__) - OF_OTHERS - {"auth_type"} - objects:
        option = options[ALIASES.get(name, name.replace("_", "-"))]
        assert option.help
        secrets = {"password", "token", "token_id", "token_ref", "proxy", "application_credential_secret"}
        secrets |= {"token_cache_password", "token_cache_secret", "passcode", "totp_secret", "receipt"}
        secrets |= {
            "consumer_secret",
            "access_secret",
            "ec2_secret",
            "oauth2_client_secret",
            "client_secret",
            "access_token",
            "subject_token",
            "code",
            "key_password",
        }
        assert option.secret == (name in secrets)
    assert [it.name for it in options["project-id"].deprecated] == ["tenant-id"]
    # The `openstack` command has options with these names, and configuration uses them.
    for name in ONWARD:
        option = options[ALIASES[name]]
        assert (option.dest, [it.name for it in option.deprecated]) == (name, [name.replace("_", "-")])
    # With `mgmt_url`, some methods need none.
    assert not [name for name, it in options.items() if it.required]
    assert not OF_OTHERS & {name.replace("-", "_") for name in options}
    assert "archstone" in loading.get_available_plugin_names()


# The options of each method without an identity service, and the headers that its requests contain.
GIVEN: list[tuple[str, dict[str, str], tuple[str | None, str | None]]] = [
    ("none", {}, (None, "notused")),
    ("http_basic", {"username": "alice", "login_password": "secret"}, ("Basic YWxpY2U6c2VjcmV0", None)),
    ("admin_token", {"login_token": "the-token"}, (None, "the-token")),
]


@pytest.mark.parametrize(("auth_type", "options", "headers"), GIVEN)
def test_services_at_a_url_of_their_own_need_no_auth_url(
    auth_type: str,
    options: dict[str, str],
    headers: tuple[str | None, str | None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = FakeServer()
    server.on("GET", "/servers").reply(Reply(json={}))
    names = {"login_password": "password", "login_token": "token"}
    own = {names.get(name, name): value for name, value in options.items()}
    lines = [f"{name} = {value}" for name, value in own.items()]
    head = ["[service]", "auth_type = archstone", f"archstone_auth_type = {auth_type}", f"endpoint = {server.url}"]
    (tmp_path / "own.conf").write_text("\n".join([*head, *lines]))
    conf = cfg.ConfigOpts()
    loading.register_auth_conf_options(conf, "service")
    conf(["--config-file", str(tmp_path / "own.conf")])
    loading.register_auth_conf_options(conf, "service")
    monkeypatch.setenv("OS_AUTH_TYPE", "archstone")
    arguments = ["--os-archstone-auth-type", auth_type, "--os-endpoint", server.url]
    arguments += [word for name, value in own.items() for word in (f"--os-{name}", value)]
    parser = argparse.ArgumentParser()
    loading.register_auth_argparse_arguments(parser, arguments)

    loaded = [
        Loader().load_from_options(archstone_auth_type=auth_type, mgmt_url=server.url, **options),
        loading.load_auth_from_conf_options(conf, "service"),
        loading.load_auth_from_argparse_arguments(parser.parse_args(arguments)),
    ]

    for auth in loaded:
        assert isinstance(auth, Plugin)
        for session in (stock(auth), Session(auth=auth)):
            session.get("/servers", endpoint_filter={"service_type": "compute"})
    sent = [(it.headers.get("authorization"), it.headers.get("x-auth-token")) for it in server.requests]
    assert sent == [headers] * len(sent)
    assert len(sent) == 2 * len(loaded)


def test_a_bundle_that_requests_is_told_of_is_one_for_all_and_so_is_the_token(
    tls_keystone: Keystone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tls_keystone.ca()))
    user = {"auth_url": tls_keystone.auth_url, "username": "bob", "password": password_of("bob")}
    for name, value in user.items():
        monkeypatch.setenv(f"OS_{name.upper()}", value)
    auth = Loader().load_from_options(**user)

    token = auth.get_token(stock(auth))

    assert archstone.Client.from_env().token == token


def test_a_services_file_for_a_password_works_as_it_is(
    keystone: TaggedKeystone, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def section(auth_type: str) -> str:
        return f"""
            [keystone_authtoken]
            auth_type = {auth_type}
            auth_url = {keystone.auth_url}
            username = alice
            password = {password_of("alice")}
            user_domain_name = Default
            project_name = web
            project_domain_name = Default
        """

    seen = []
    for auth_type in ["password", "archstone"]:
        file = tmp_path / f"{auth_type}.conf"
        file.write_text(textwrap.dedent(section(auth_type)))
        conf = cfg.ConfigOpts()
        conf(["--config-file", str(file)])
        loading.register_auth_conf_options(conf, "keystone_authtoken")
        auth = loading.load_auth_from_conf_options(conf, "keystone_authtoken")
        assert isinstance(auth, BaseIdentityPlugin)
        known = auth.get_access(stock(auth))
        seen.append((known.username, known.project_name, type(auth) is Plugin))

    assert seen == [("alice", "web", False), ("alice", "web", True)]
    assert "deprecated" not in caplog.text


def test_a_services_file_may_use_the_names_inside_too(tmp_path: Path) -> None:
    (tmp_path / "own.conf").write_text(
        "[one]\nauth_type = archstone\nauth_url = http://k/v3\nusername = a\nlogin_password = p\n"
        "[two]\nauth_type = archstone\nauth_url = http://k/v3\ntoken = t\n"
    )
    conf = cfg.ConfigOpts()
    conf(["--config-file", str(tmp_path / "own.conf")])
    for group in ["one", "two"]:
        loading.register_auth_conf_options(conf, group)
        assert isinstance(loading.load_auth_from_conf_options(conf, group), Plugin)


def test_options_come_from_the_command_line_and_the_environment(
    keystone: TaggedKeystone, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OS_AUTH_TYPE", "archstone")
    monkeypatch.setenv("OS_USERNAME", "alice")
    monkeypatch.setenv("OS_TENANT_NAME", "db")
    monkeypatch.setenv("ARCHSTONE_TOKEN_CACHE", str(tmp_path / "tokens"))
    arguments = ["--os-auth-url", keystone.auth_url, "--os-password", password_of("alice")]
    parser = argparse.ArgumentParser()
    loading.register_auth_argparse_arguments(parser, arguments)

    auth = loading.load_auth_from_argparse_arguments(parser.parse_args(arguments))

    assert isinstance(auth, Plugin)
    assert auth.get_access(stock(auth)).project_name == "db"
    assert list((tmp_path / "tokens").iterdir())


@pytest.mark.parametrize("place", ["auth", "top"])
def test_clouds_yaml_names_the_plugin_in_one_line(keystone: TaggedKeystone, tmp_path: Path, place: str) -> None:
    user = keystone.user(project_name="web", token_cache=str(tmp_path / "tokens"))
    cache = user.pop("token_cache")
    cloud = {"auth_type": "archstone", "auth": user, "region_name": "RegionTwo"}
    (cloud if place == "top" else user)["token_cache"] = cache
    (tmp_path / "clouds.yaml").write_text(json.dumps({"clouds": {"here": cloud}}))
    config = OpenStackConfig(config_files=[str(tmp_path / "clouds.yaml")], session_constructor=Session)
    region = config.get_one("here")
    session = region.get_session()

    auth = session.auth

    assert isinstance(session, Session)
    assert isinstance(auth, Plugin)
    assert auth.get_access(session).project_name == "web"
    assert region.get_region_name() == "RegionTwo"
    assert list((tmp_path / "tokens").iterdir())


def test_archstone_reads_a_cloud_that_names_the_plugin(
    keystone: TaggedKeystone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud = {"auth_type": "archstone", "auth": keystone.user()}
    (tmp_path / "clouds.yaml").write_text(json.dumps({"clouds": {"here": cloud}}))
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))

    assert archstone.Client.from_cloud("here").auth_ref.user_name == "alice"

"""Each login method with a server that tests it: how to configure it, and how to make it fail."""

from __future__ import annotations

import base64
import http.server
import json
import subprocess
import sys
import tempfile
import threading
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import test_methods
from keystone_for_tests import DEV, Keystone, TaggedKeystone
from login_surfaces import has_kerberos
from provider_person import Person

import archstone
from archstone import Client
from archstone.testing import FakeKeystone, FakePlatform, FakeProvider, Reply

if TYPE_CHECKING:
    from collections.abc import Callable

Options = dict[str, Any]
# Gets another token, for methods without a command that meets a refusal of the old one.
ANEW = "token issue --renew"
WRONG = "MARKEDMARKEDMARKEDMARKED"

# The kinds of errors for each failure; a case whose provider is not a server has others.
KINDS = {
    "wrong secret": {"unauthenticated", "application_credential_refused", "token_rejected"},
    "unreachable": {"connection_failed"},
    "malformed": {"not_identity_service", "invalid_response"},
}


class NotRunError(Exception):
    """The servers of a case are not running."""


@dataclass
class Case:
    """A login method with a server."""

    options: Options
    server: str
    # Validates a token at Keystone, and revokes one there.
    validated: Callable[[str], dict[str, Any]]
    revoke: Callable[[str], None]
    user: str | None = None
    project: str | None = None
    # Options that make a login fail.
    wrong: Options = field(default_factory=dict)
    nowhere: Options = field(default_factory=lambda: {"auth_url": "http://127.0.0.1:9/v3"})
    astray: Callable[[str], Options] = lambda url: {"auth_url": f"{url}/v3"}
    kinds: dict[str, set[str]] = field(default_factory=dict)
    # A request that needs the login, and a command that sends one.
    service: str = "identity"
    path: str = "auth/projects"
    command: str = "project list --my-projects -f json"
    # The command that gets another token, if no command sends a request that can be refused.
    renew_command: str = ""
    has_token: bool = True
    is_stub: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    person: Person | None = None
    # Checks that are not possible, and why.
    excuses: dict[str, str] = field(default_factory=dict)

    def expected(self, check: str) -> set[str]:
        """Return the kinds of errors of which one is expected."""
        return self.kinds.get(check, KINDS[check])


class Authority:
    """A real Keystone, and its administrator."""

    def __init__(self, auth_url: str, **options: Any) -> None:  # noqa: ANN401
        self.admin: Any = Client(
            auth_url=auth_url, username="admin", password="admin-secret", project_name="admin", proxy="none", **options
        )

    def validated(self, token: str) -> dict[str, Any]:
        """Return Keystone's validation of a token."""
        answer = self.admin.service("identity").get("auth/tokens", headers={"X-Subject-Token": token})
        document: dict[str, Any] = answer.json()["token"]
        return document

    def revoke(self, token: str) -> None:
        """Revoke a token."""
        self.admin.tokens.revoke_token(token)


class Service:
    """A service that accepts only tokens that it can validate."""

    def __init__(self, validated: Callable[[str], object], header: str) -> None:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                try:
                    validated(self.headers[header] or "")
                    status, body = 200, b'{"users": [], "servers": []}'
                except (archstone.Error, AssertionError):
                    status, body = 401, b"{}"
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Suppress the log."""

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{server.server_port}/v3"


# --- Keystone alone


@cache
def plain() -> tuple[Keystone, Authority]:
    """Return Keystone, run by `dev/keystone up`."""
    keystone = Keystone("default")
    return keystone, Authority(keystone.auth_url)


def at_keystone(options: Options, **more: Any) -> Case:  # noqa: ANN401
    """Return a case with a real Keystone only."""
    keystone, authority = plain()
    options = {"auth_url": keystone.auth_url, **options}
    return Case(options, "Keystone", authority.validated, authority.revoke, **more)


def tagged() -> TaggedKeystone:
    """Return the same Keystone, for cases prepared by other tests."""
    return plain()[0].tagged()


def user(name: str = "alice") -> Options:
    """Return a seeded user."""
    return {"username": name, "password": f"{name}-secret"}


def client_of(name: str) -> Any:  # noqa: ANN401
    """Return a client of a seeded user."""
    return Client(auth_url=plain()[0].auth_url, **user(name))


def password() -> Case:
    options = {"auth_type": "password", **user(), "project_name": "web"}
    return at_keystone(options, user="alice", project="web", wrong={"password": WRONG})


def token() -> Case:
    given = Client(auth_url=plain()[0].auth_url, **user(), unscoped=True).token
    options = {"auth_type": "token", "token": given, "project_name": "web", "project_domain_id": "default"}
    return at_keystone(options, user="alice", project="web", wrong={"token": WRONG})


def application_credential() -> Case:
    alice = client_of("alice")
    made = alice.application_credentials.create(f"{alice.renew().audit_id}", secret="marked secret of it")
    options = {"application_credential_id": made.id, "application_credential_secret": "marked secret of it"}
    wrong = {"application_credential_secret": WRONG}
    return at_keystone({"auth_type": "v3applicationcredential", **options}, user="alice", project="web", wrong=wrong)


def prepared(make: Callable[[TaggedKeystone], test_methods.Case], **more: Any) -> Case:  # noqa: ANN401
    """Return a case prepared by other tests."""
    case = make(tagged())
    return at_keystone(case.options, user=case.user, wrong={case.secret: WRONG}, **more)


def totp() -> Case:
    case, admin = prepared(test_methods.totp, project="web"), plain()[1].admin
    admin.roles.grant(
        admin.roles.find(name="member"),
        user=case.options["user_id"],
        project=admin.projects.find(name="web", domain="default"),
    )
    case.options |= {"project_name": "web", "project_domain_id": "default"}
    return case


def multi_factor() -> Case:
    options = {"auth_type": "v3multifactor", "auth_methods": ["v3password", "v3totp"], **user("grace")}
    options["totp_secret"] = test_methods.SEED
    return at_keystone(options, user="grace", wrong={"password": WRONG})


def oauth1() -> Case:
    return prepared(test_methods.oauth1)


def ec2() -> Case:
    service = Service(plain()[1].validated, "x-auth-token")
    case = prepared(test_methods.ec2, service="compute", path="servers", command="whoami", renew_command=ANEW)
    # Keystone refuses such a token for its own API.
    case.options["compute_endpoint_override"] = service.url
    case.astray = lambda url: {"auth_url": f"{url}/v3"}
    return case


def oauth2() -> Case:
    return prepared(test_methods.oauth2)


def trust() -> Case:
    alice, carol = client_of("alice"), client_of("carol")
    own = alice.auth_ref
    role = plain()[1].admin.roles.find(name="member")
    trustee = carol.auth_ref.user_id
    made = alice.trusts.create(
        trustee, own.user_id, impersonation=True, project=own.project_id, roles=[{"id": role.id}]
    )
    options = {"auth_type": "password", **user("carol"), "trust_id": made.id}
    return at_keystone(options, user="alice", project="web", wrong={"password": WRONG})


def program(name: str, password: str) -> list[str]:
    """Return a program that prints an unscoped token."""
    options = {**user(name), "password": password, "unscoped": True, "auth_url": plain()[0].auth_url}
    code = (
        "import json, archstone\n"
        f"client = archstone.Client(**{options!r})\n"
        "print(json.dumps({'token': client.token, 'expires_at': client.auth_ref.expires_at.isoformat()}))\n"
    )
    return [sys.executable, "-c", code]


def exec_() -> Case:
    options = {"auth_type": "exec", "exec_command": program("alice", "alice-secret"), "project_name": "web"}
    options["project_domain_id"] = "default"
    # Errors inside the program have kinds of their own.
    own = {"invalid_config", "provider_failed"}
    return at_keystone(
        options,
        user="alice",
        project="web",
        wrong={"exec_command": program("alice", WRONG)},
        nowhere={"exec_command": ["/none/of/it"]},
        astray=lambda url: {"exec_command": ["echo", url]},
        kinds={"wrong secret": own, "unreachable": own, "malformed": own},
    )


def token_file() -> Case:
    _, authority = plain()
    folder = Path(tempfile.mkdtemp(prefix="archstone-cases-"))
    place, other = folder / "token", folder / "other"

    def write(path: Path, text: str) -> None:
        path.write_text(text)
        path.chmod(0o600)

    def replace() -> None:
        write(place, Client(auth_url=plain()[0].auth_url, **user(), unscoped=True).renew().auth_token)

    def revoke(token: str) -> None:
        authority.revoke(token)
        replace()

    replace()
    write(other, WRONG)
    options = {"auth_type": "token_file", "token_id_file": str(place), "project_name": "web"}
    case = at_keystone(
        {**options, "project_domain_id": "default"}, user="alice", project="web", wrong={"token_id_file": str(other)}
    )
    case.revoke = revoke
    return case


def admin_token() -> Case:
    keystone, authority = plain()
    given = authority.admin.renew().auth_token
    options = {"auth_type": "admin_token", "token": given, "mgmt_url": keystone.auth_url}
    case = without_auth_url(Case(options, "Keystone", authority.validated, authority.revoke, user="admin"))
    case.wrong, case.has_token = {"token": WRONG}, True
    del case.excuses["validated"]
    case.excuses["renewal"] = "the token is used as it is"
    return case


# --- Stubs


def without_keystone(options: Options, *, authorization: str) -> Case:
    """Return a login without an identity service, at a stub that accepts only this header."""

    def check(given: str) -> None:
        assert given == authorization, "another authorization"

    service = Service(check, "authorization")
    case = Case({**options, "mgmt_url": service.url}, "a stub", lambda _: {}, lambda _: None, is_stub=True)
    return without_auth_url(case)


def without_auth_url(case: Case) -> Case:
    """Change a case to one whose services all have the same URL."""
    case.nowhere = {"mgmt_url": "http://127.0.0.1:9/v3"}
    case.astray = lambda url: {"mgmt_url": f"{url}/v3"}
    case.path, case.command, case.has_token = "users", "user list -f json", False
    case.excuses = {"validated": "there is no token", "renewal": "there is no token"}
    # The response is returned to the caller.
    case.excuses["malformed in keystoneauth1"] = "the caller reads the answer"
    return case


def version_2(options: Callable[[FakeKeystone], Options], wrong: Options) -> Case:
    """Return a login at a stub of Identity API v2.0, which current versions of Keystone no longer have."""
    keystone = FakeKeystone()
    keystone.speak_v2()
    keystone.on("GET", "/compute/v2.1/servers", with_token=True).reply(Reply(json={"servers": []}))

    def validated(token: str) -> dict[str, Any]:
        assert keystone.accepts(token)
        return {"user": {"name": "demo"}, "project": {"name": "demo"}}

    options_ = {"auth_url": keystone.url, "tenant_name": "demo", **options(keystone)}
    case = Case(options_, "a stub", validated, keystone.revoke, "demo", "demo", wrong=wrong, is_stub=True)
    case.nowhere, case.astray = {"auth_url": "http://127.0.0.1:9"}, lambda url: {"auth_url": url}
    case.service, case.path = "compute", "servers"
    case.command, case.renew_command = "whoami", ANEW
    return case


def v2password() -> Case:
    return version_2(
        lambda _: {"auth_type": "v2password", "username": "demo", "password": "secret"}, {"password": WRONG}
    )


def v2token() -> Case:
    return version_2(lambda keystone: {"auth_type": "v2token", "token": keystone.issue()}, {"token": WRONG})


# --- The servers of dev/lab


@cache
def lab(name: str) -> dict[str, Any]:
    """Return the addresses of a lab's servers."""
    env = subprocess.run([DEV / "lab", name, "env"], capture_output=True, text=True, check=False)
    if env.returncode:
        message = f"`dev/lab {name} up` is needed, whose packages only root can install"
        raise NotRunError(message)
    facts: dict[str, Any] = json.loads(env.stdout)
    return facts


def at_lab(name: str, options: Options, server: str, **more: Any) -> Case:  # noqa: ANN401
    """Return a case with a Keystone of a lab."""
    facts = lab(name)
    authority = authority_of(name)
    options = {"auth_url": facts["auth_url"], "cacert": facts["cacert"], "proxy": "none", **options}
    return Case(options, server, authority.validated, authority.revoke, **more)


@cache
def authority_of(name: str) -> Authority:
    """Return the administrator of a lab's Keystone."""
    return Authority(lab(name)["auth_url"], cacert=lab(name)["cacert"])


def openid(auth_type: str, *names: str, **more: Any) -> Case:  # noqa: ANN401
    """Return a login at Glewlwyd."""
    facts = lab("oidc")
    options = {"auth_type": auth_type, "project_name": "web", "project_domain_id": "default"}
    options |= {name: facts[name] for name in ("identity_provider", "protocol", *names)}
    case = at_lab("oidc", options, "Glewlwyd, mod_auth_openidc, Keystone", project="web", **more)
    if "discovery_endpoint" in names:
        case.nowhere = {"discovery_endpoint": "https://localhost:9/x"}
        case.astray = lambda url: {"discovery_endpoint": f"{url}/x"}
        case.kinds = {"malformed": {"invalid_response", "invalid_config", "provider_failed"}}
    if "client_secret" in names:
        case.wrong = {"client_secret": WRONG}
    return case


CLIENT = ("client_id", "client_secret", "discovery_endpoint")


def oidc_password() -> Case:
    case = openid("v3oidcpassword", *CLIENT, "username", "password")
    case.wrong = {"password": WRONG}
    return case


def oidc_client_credentials() -> Case:
    return openid("v3oidcclientcredentials", *CLIENT)


def oidc_access_token() -> Case:
    facts = lab("oidc")
    form = {"grant_type": "password", "scope": "openid profile"}
    form |= {name: facts[name] for name in ("username", "password")}
    pair = base64.b64encode(f"{facts['client_id']}:{facts['client_secret']}".encode()).decode()
    url, data = f"{facts['provider']}/api/oidc/token", urllib.parse.urlencode(form).encode()
    request = urllib.request.Request(url, data, {"Authorization": f"Basic {pair}"})
    with Person(facts).opener().open(request) as answer:
        given = json.load(answer)["access_token"]
    case = openid("v3oidcaccesstoken", wrong={"access_token": WRONG})
    case.options["access_token"] = given
    return case


def oidc_device() -> Case:
    return openid("v3oidcdeviceauthz", *CLIENT, person=Person(lab("oidc")))


def oidc_auth_code() -> Case:
    case = openid("v3oidcauthcode", *CLIENT, person=Person(lab("oidc")))
    case.options["redirect_uri"] = "http://localhost:9990/"
    return case


def websso() -> Case:
    case = openid("v3websso", person=Person(lab("oidc")))
    case.excuses = {"wrong secret": "the client has none: a person logs in at the provider"}
    # `crates/archstone/tests/fake/websso.rs` tests the possible responses.
    case.excuses |= dict.fromkeys(("unreachable", "malformed"), "the browser asks the provider, not the client")
    return case


def certificate(name: str) -> Options:
    """Return a client certificate."""
    folder = lab("x509")["folder"]
    return {"cert": f"{folder}/{name}.pem", "key": f"{folder}/{name}.key"}


def oauth2_mtls() -> Case:
    options = {"auth_type": "v3oauth2mtlsclientcredential", "oauth2_client_id": lab("x509")["oauth2_client_id"]}
    return at_lab(
        "x509", {**options, **certificate("client")}, "mod_ssl, Keystone", user="client", wrong=certificate("other")
    )


def tokenless() -> Case:
    options = {"auth_type": "v3tokenlessauth", "project_name": "admin", "project_domain_id": "default"}
    case = at_lab(
        "x509", {**options, **certificate("admin")}, "mod_ssl, Keystone", wrong=certificate("other"), has_token=False
    )
    case.path, case.command = "users", "user list -f json"
    case.excuses = {"validated": "there is no token", "renewal": "there is no token"}
    case.excuses["malformed in keystoneauth1"] = "the caller reads the answer"
    return case


def tickets(auth_type: str, user: str, wrong: str, **options: Any) -> Case:  # noqa: ANN401
    """Return a login with a ticket."""
    if not has_kerberos():
        message = "this build has no Kerberos (`maturin develop --features kerberos`)"
        raise NotRunError(message)
    facts = lab("kerberos")
    options = {"auth_type": auth_type, "project_name": "web", "project_domain_id": "default", **options}
    case = at_lab("kerberos", options, "MIT Kerberos, mod_auth_gssapi, Keystone", user=user, project="web")
    case.environment = {"KRB5_CONFIG": facts["krb5_config"], "KRB5CCNAME": facts[user]}
    # The ticket of a user who is unknown to Keystone, or none.
    case.wrong = {"environment": {**case.environment, "KRB5CCNAME": facts.get(wrong, "FILE:/none/of/it")}}
    case.excuses = {"renewal in command line": "no token is kept: each run shows the ticket"}
    case.nowhere = {"auth_url": "https://localhost:9/v3"}
    case.astray = lambda url: {"auth_url": f"{url.replace('127.0.0.1', 'localhost')}/v3"}
    return case


def kerberos() -> Case:
    return tickets("v3kerberos", "alice", "yuri", auth_url=lab("kerberos")["kerberos_auth_url"])


def federated_kerberos() -> Case:
    facts = lab("kerberos")
    more = {name: facts[name] for name in ("identity_provider", "protocol")}
    return tickets("v3fedkerb", "yuri", "nobody", **more)


def saml(protocol: str, server: str) -> Case:
    """Return a login at SimpleSAMLphp."""
    facts = lab("saml")
    names = ("identity_provider", "identity_provider_url", "username", "password")
    options = {"auth_type": "v3samlpassword", "protocol": protocol, **{name: facts[name] for name in names}}
    options |= {"project_name": "web", "project_domain_id": "default"}
    case = at_lab("saml", options, f"SimpleSAMLphp, {server}, Keystone", project="web", wrong={"password": WRONG})
    case.nowhere = {"identity_provider_url": "http://localhost:9/x"}
    case.astray = lambda url: {"identity_provider_url": f"{url}/x"}
    return case


def saml_mellon() -> Case:
    return saml("saml2", "mod_auth_mellon")


def saml_shibboleth() -> Case:
    return saml("mapped", "Shibboleth")


def adfs() -> Case:
    facts = lab("saml")
    options = {"auth_type": "v3adfspassword", **facts["adfs"], "project_name": "web", "project_domain_id": "default"}
    case = at_lab("saml", options, "Keystone, a stub of ADFS", project="web", wrong={"password": WRONG}, is_stub=True)
    case.nowhere = {"identity_provider_url": "http://localhost:9/x"}
    case.astray = lambda url: {"identity_provider_url": f"{url}/x"}
    return case


def onward() -> Case:
    facts = lab("saml")
    options = {"auth_type": "k2k", "auth_url": facts["home_auth_url"], **user(), "project_name": "web"}
    options |= {"service_provider": "south", "remote_project_name": "web", "remote_project_domain_id": "default"}
    return at_lab("saml", options, "two Keystones, mod_auth_mellon", project="web", wrong={"password": WRONG})


def none() -> Case:
    case = without_keystone({"auth_type": "none"}, authorization="")
    case.excuses["wrong secret"] = "there is no secret"
    return case


def http_basic() -> Case:
    pair = base64.b64encode(b"alice:alice-secret").decode()
    case = without_keystone({"auth_type": "http_basic", **user()}, authorization=f"Basic {pair}")
    case.wrong = {"password": WRONG}
    return case


class Workloads:
    """Fakes of a platform with workload tokens, a provider that exchanges them, and a Keystone for both."""

    def __init__(self) -> None:
        self.keystone, self.platform, self.provider = FakeKeystone(), FakePlatform(), FakeProvider()
        self.keystone.trust_platform("ci", "jwt", self.platform, "keystone")
        self.keystone.trust("sso", "openid", self.provider)
        self.provider.trust_platform(self.platform)
        self.folder = Path(tempfile.mkdtemp(prefix="archstone-cases-"))

    def file(self, name: str, text: str) -> str:
        """Write a secret to a file."""
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o600)
        return str(path)

    def validated(self, token: str) -> dict[str, Any]:
        """Return the user of a token."""
        assert self.keystone.accepts(token)
        return {"user": {"name": "demo"}, "project": {"name": "demo"}}

    def case(self, auth_type: str, options: Options, wrong: Options, server: str) -> Case:
        """Return a case with this provider."""
        options = {"auth_type": auth_type, "project_name": "demo", "project_domain_id": "default", **options}
        options["auth_url"] = self.keystone.auth_url
        case = Case(options, server, self.validated, self.keystone.revoke, "demo", "demo", wrong=wrong, is_stub=True)
        if "discovery_endpoint" in options:
            case.nowhere = {"discovery_endpoint": "http://127.0.0.1:9/x"}
            case.astray = lambda url: {"discovery_endpoint": f"{url}/x"}
            case.kinds = {"malformed": {"invalid_response", "invalid_config", "provider_failed"}}
        return case

    def at_provider(self) -> Options:
        """Return the options for the provider."""
        own = {"identity_provider": "sso", "protocol": "openid", "client_id": self.provider.client_id}
        return {**own, "discovery_endpoint": self.provider.discovery_endpoint}


@cache
def workloads() -> Workloads:
    """Return the stubs."""
    return Workloads()


def workload_file() -> Case:
    stubs = workloads()
    good = {"access_token_file": stubs.file("token", stubs.platform.token("keystone"))}
    wrong = {"access_token_file": stubs.file("other-token", stubs.platform.token("another audience"))}
    options = {"identity_provider": "ci", "protocol": "jwt", **good}
    return stubs.case("v3oidcaccesstoken", options, wrong, "a stub of Kubernetes and Keystone")


def workload_url() -> Case:
    stubs = workloads()
    options = {"identity_provider": "ci", "protocol": "jwt", "access_token_url": "github?audience=keystone"}
    variables = {"ACTIONS_ID_TOKEN_REQUEST_URL": stubs.platform.request_url}
    variables["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = stubs.platform.request_token
    wrong = {"environment": {**variables, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": WRONG}}
    case = stubs.case("v3oidcaccesstoken", options, wrong, "a stub of GitHub and Keystone")
    case.environment = variables

    def elsewhere(url: str) -> Options:
        # Another audience, since clients in a process share the tokens of a login.
        changed = {**variables, "ACTIONS_ID_TOKEN_REQUEST_URL": f"{url}/token"}
        return {"environment": changed, "access_token_url": f"github?audience={url.rpartition(':')[2]}"}

    case.nowhere, case.astray = elsewhere("http://127.0.0.1:9"), elsewhere
    return case


def oidc_token_exchange() -> Case:
    stubs = workloads()
    good = {"subject_token_file": stubs.file("subject", stubs.platform.token(stubs.provider.url))}
    wrong = {"subject_token_file": stubs.file("other-subject", stubs.platform.token("another audience"))}
    options = {**stubs.at_provider(), "client_secret": stubs.provider.client_secret, "audience": "keystone", **good}
    return stubs.case("v3oidctokenexchange", options, wrong, "a stub of a provider and Keystone")


def oidc_client_key() -> Case:
    # Separate fakes, since the provider accepts nothing else from a client that has a key.
    stubs = Workloads()
    with FakeProvider() as other:
        wrong = {"client_private_key_file": stubs.file("other-key", other.new_client_key())}
    options = {**stubs.at_provider(), "client_auth_method": "private_key_jwt"}
    options["client_private_key_file"] = stubs.file("key", stubs.provider.new_client_key())
    options["client_private_key_id"] = stubs.provider.client_key_id
    return stubs.case("v3oidcclientcredentials", options, wrong, "a stub of a provider and Keystone")


# The rows of the table: the method, a suffix if a method has several rows, and the case.
ROWS: list[tuple[str, str, Callable[[], Case]]] = [
    ("password", "", password),
    ("password", "with a trust", trust),
    ("token", "", token),
    ("v3applicationcredential", "", application_credential),
    ("v3totp", "", totp),
    ("v3multifactor", "", multi_factor),
    ("v3oauth1", "", oauth1),
    ("v3ec2", "", ec2),
    ("v3oauth2clientcredential", "", oauth2),
    ("v3oauth2mtlsclientcredential", "", oauth2_mtls),
    ("v3oidcpassword", "", oidc_password),
    ("v3oidcclientcredentials", "", oidc_client_credentials),
    ("v3oidcclientcredentials", "`private_key_jwt`", oidc_client_key),
    ("v3oidcaccesstoken", "", oidc_access_token),
    ("v3oidcaccesstoken", "from a file, as in Kubernetes", workload_file),
    ("v3oidcaccesstoken", "from GitHub Actions", workload_url),
    ("v3oidctokenexchange", "", oidc_token_exchange),
    ("v3oidcdeviceauthz", "", oidc_device),
    ("v3oidcauthcode", "", oidc_auth_code),
    ("v3websso", "", websso),
    ("v3samlpassword", "mod_auth_mellon", saml_mellon),
    ("v3samlpassword", "Shibboleth", saml_shibboleth),
    ("v3adfspassword", "", adfs),
    ("k2k", "", onward),
    ("v3kerberos", "", kerberos),
    ("v3fedkerb", "", federated_kerberos),
    ("v3tokenlessauth", "", tokenless),
    ("v2password", "", v2password),
    ("v2token", "", v2token),
    ("exec", "", exec_),
    ("token_file", "", token_file),
    ("admin_token", "", admin_token),
    ("http_basic", "", http_basic),
    ("none", "", none),
]

# One of each family, for a run with too little time for all.
REPRESENTATIVES = ["password", "v3oidcpassword", "v3samlpassword", "v3oauth2mtlsclientcredential", "v3kerberos"]

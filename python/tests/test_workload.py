"""Logins of workloads, and of clients with a key, with strict fakes of platforms and providers."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import keystoneauth1.exceptions
import keystoneauth1.session
import pytest
from mutual_provider import CLIENT, MutualProvider

import archstone
from archstone.keystoneauth import Loader
from archstone.testing import FakeKeystone, FakePlatform, FakeProvider, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from archstone import Client

    Options = dict[str, Any]


class Clouds:
    """A platform that Keystone trusts directly, and a provider that exchanges its tokens."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.keystone, self.platform, self.provider = FakeKeystone(), FakePlatform(), FakeProvider()
        self.keystone.trust_platform("ci", "jwt", self.platform, "keystone")
        self.keystone.trust("sso", "openid", self.provider)
        self.provider.trust_platform(self.platform)
        self.mutual = MutualProvider(folder, self.provider.issue)
        self.file = folder / "secret"
        self.monkeypatch = monkeypatch
        self.set_request_token(self.platform.request_token)
        monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", self.platform.request_url)

    def set_request_token(self, token: str) -> None:
        """Set the credential with which the job requests a token."""
        self.monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", token)

    def own(self, auth_type: str) -> Options:
        """Return the common options of these logins."""
        where = {"auth_url": self.keystone.auth_url, "project_name": "demo"}
        if auth_type == "v3oidcaccesstoken":
            return {**where, "auth_type": auth_type, "identity_provider": "ci", "protocol": "jwt"}
        names = {"identity_provider": "sso", "protocol": "openid", "client_id": self.provider.client_id}
        return {**where, "auth_type": auth_type, **names, "discovery_endpoint": self.provider.discovery_endpoint}

    def stop(self) -> None:
        """Stop all of them."""
        for server in (self.keystone, self.platform, self.provider, self.mutual):
            server.stop()


@pytest.fixture
def clouds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clouds]:
    clouds = Clouds(tmp_path, monkeypatch)
    yield clouds
    clouds.stop()


def pod(clouds: Clouds, *, good: bool) -> Options:
    """Log in with a token in a file, as in Kubernetes."""
    make = clouds.platform.token if good else clouds.platform.expired_token
    clouds.file.write_text(make("keystone"))
    return {**clouds.own("v3oidcaccesstoken"), "access_token_file": str(clouds.file)}


def job(clouds: Clouds, *, good: bool) -> Options:
    """Log in as a job of GitHub Actions."""
    clouds.set_request_token(clouds.platform.request_token if good else "MARKED-SECRET")
    return {**clouds.own("v3oidcaccesstoken"), "access_token_url": "github?audience=keystone"}


def exchanged(clouds: Clouds, *, good: bool) -> Options:
    """Have a provider exchange a token of the platform."""
    clouds.file.write_text(clouds.platform.token(clouds.provider.url if good else "elsewhere"))
    own = {**clouds.own("v3oidctokenexchange"), "client_secret": clouds.provider.client_secret}
    return {**own, "subject_token_file": str(clouds.file), "audience": "keystone"}


def signing(clouds: Clouds, *, good: bool) -> Options:
    """Log in as a client with a key."""
    key = clouds.provider.new_client_key()
    if not good:
        with FakeProvider() as other:
            key = other.new_client_key()
    clouds.file.write_text(key)
    own = {**clouds.own("v3oidcclientcredentials"), "client_auth_method": "private_key_jwt"}
    return {
        **own,
        "client_private_key_file": str(clouds.file),
        "client_private_key_id": clouds.provider.client_key_id,
    }


def certified(clouds: Clouds, *, good: bool) -> Options:
    """Log in as a client with a TLS client certificate."""
    new = clouds.file.with_suffix(".new")
    new.write_text(clouds.mutual.new_client() if good else clouds.mutual.other_client())
    new.replace(clouds.file)
    own = {**clouds.own("v3oidcclientcredentials"), "client_id": CLIENT, "client_auth_method": "tls_client_auth"}
    trust = {"cacert": str(clouds.mutual.cacert), "cert": str(clouds.file)}
    return {**own, **trust, "discovery_endpoint": clouds.mutual.discovery_endpoint}


@pytest.fixture(params=[pod, job, exchanged, signing, certified], ids=lambda it: str(it.__name__))
def way(request: pytest.FixtureRequest) -> Callable[..., Options]:
    """Return a login method."""
    make: Callable[..., Options] = request.param
    return make


def hidden(clouds: Clouds) -> list[str]:
    """Return the text that must not be shown."""
    text = clouds.file.read_text() if clouds.file.exists() else "MARKED-SECRET"
    line = text.splitlines()[1] if "\n" in text else text
    return [line, "eyJ", "MARKED-SECRET", "token-of-provider", clouds.platform.request_token, "client:secret"]


def test_clients_log_in_and_renew_with_what_is_new(
    way: Callable[..., Options], clouds: Clouds, new_client: type[Client], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = new_client(**way(clouds, good=True))
    first = client.token
    assert (client.auth_ref.user_name, client.auth_ref.project_name) == ("demo", "demo")
    assert client.tenant is not None
    assert client.tenant.name == "demo"
    # By now, the secret has changed, the old one is no longer accepted, and the token is revoked.
    way(clouds, good=True)
    clouds.keystone.revoke_all()
    assert client.renew().auth_token != first
    way(clouds, good=False)
    clouds.keystone.revoke_all()
    with pytest.raises(archstone.UnauthenticatedError) as it:
        client.renew()
    way(clouds, good=True)
    client.renew()
    shown = f"{it.value} {it.value!r} {it.value.__dict__} {client!r} {caplog.text}"
    assert not [secret for secret in hidden(clouds) if secret in shown]


def test_what_is_wrong_is_said(way: Callable[..., Options], clouds: Clouds, new_client: type[Client]) -> None:
    with pytest.raises(archstone.UnauthenticatedError) as it:
        _ = new_client(**way(clouds, good=False)).token
    assert it.value.hint
    options = way(clouds, good=True)
    if "discovery_endpoint" in options:
        with pytest.raises(archstone.ConnectionFailedError, match=r"127\.0\.0\.1:9"):
            _ = new_client(**{**options, "discovery_endpoint": "http://127.0.0.1:9/x"}).token
        with pytest.raises(archstone.InvalidConfigError, match="plain HTTP"):
            _ = new_client(**{**options, "discovery_endpoint": "http://192.0.2.1/x"}).token
    if "access_token_url" in options:
        clouds.platform.on("GET", "/token").reply(Reply(302, headers={"location": clouds.keystone.url}))
        with pytest.raises(archstone.InvalidResponseError, match="HTTP 302"):
            _ = new_client(**options).token


def test_keystoneauth1_sessions_log_in(way: Callable[..., Options], clouds: Clouds) -> None:
    def session(options: Options) -> keystoneauth1.session.Session:
        given = {"archstone_auth_type" if name == "auth_type" else name: value for name, value in options.items()}
        # These options belong to the session.
        cacert, cert = given.pop("cacert", True), given.pop("cert", None)
        return keystoneauth1.session.Session(auth=Loader().load_from_options(**given), verify=cacert, cert=cert)

    good = session(way(clouds, good=True))
    first = good.get_token()
    assert good.get_project_id()
    way(clouds, good=True)
    clouds.keystone.revoke_all()
    assert good.invalidate()
    assert good.get_token() != first
    with pytest.raises(keystoneauth1.exceptions.ClientException):
        session(way(clouds, good=False)).get_token()

"""Every failure of a real Keystone and of the network has its own exception."""

from __future__ import annotations

import builtins
import pickle
import socket
import sys
from typing import TYPE_CHECKING, Any

import pytest

import archstone

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keystone_for_tests import Keystone, TaggedKeystone

    from archstone import Client

    Options = Callable[[TaggedKeystone], dict[str, Any]]


def fails(new_client: type[Client], options: dict[str, Any]) -> archstone.Error:
    """Try to log in, and return the error, which must not contain a secret."""
    with pytest.raises(archstone.Error) as caught:
        new_client(**options).authenticate()
    error = caught.value
    secrets = [str(value) for name, value in options.items() if "password" in name or "secret" in name]
    shown = "\n".join([str(error), repr(error), *getattr(error, "__notes__", []), str(error.hint)])
    assert not [secret for secret in secrets if secret in shown]
    assert "\n" not in str(error)
    assert not str(error).endswith(".") or error.status is not None
    return error


REFUSED: dict[str, tuple[type[archstone.Error], Options]] = {
    "wrong password": (archstone.UnauthenticatedError, lambda k: k.user(password="wrong-" * 2)),
    "unknown user": (archstone.UnauthenticatedError, lambda k: k.user(username="nobody-here")),
    "unknown domain": (archstone.UnauthenticatedError, lambda k: k.user(user_domain_name="nowhere")),
    "expired password": (archstone.PasswordExpiredError, lambda k: k.user("frank")),
    "more factors needed": (archstone.ReceiptIssuedError, lambda k: k.user("grace")),
    "unknown application credential": (
        archstone.ApplicationCredentialRefusedError,
        lambda k: {
            "auth_url": k.auth_url,
            "application_credential_id": "0" * 32,
            "application_credential_secret": "made-up-secret",
        },
    ),
    "a token of nobody": (archstone.TokenRejectedError, lambda k: {"auth_url": k.auth_url, "token": "gAAAAAmade-up"}),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(new_client: type[Client], keystone: TaggedKeystone, case: str) -> None:
    kind, options = REFUSED[case]

    error = fails(new_client, options(keystone))

    assert type(error) is kind
    assert isinstance(error, archstone.AuthenticationError)
    assert error.status in {401, 403, 404}
    assert (error.request_id or "").startswith("req-")
    assert keystone.logins() == 1


SCOPES: dict[str, Options] = {
    "unknown project": lambda k: k.user(project_name="no-such-project"),
    "another's project": lambda k: k.user("carol", project_name="db"),
    "domain without a role": lambda k: k.user(domain_id="default"),
    "system without a role": lambda k: k.user(system_scope=True),
}


@pytest.mark.parametrize("case", SCOPES)
def test_a_scope_that_is_not_allowed_where_keystone_says_so(
    new_client: type[Client], talkative_keystone: TaggedKeystone, case: str
) -> None:
    error = fails(new_client, SCOPES[case](talkative_keystone))

    assert type(error) is archstone.ScopeNotAllowedError
    assert error.hint


@pytest.mark.parametrize("case", SCOPES)
def test_a_scope_that_is_not_allowed_where_it_takes_a_diagnosis(
    new_client: type[Client], keystone: TaggedKeystone, case: str
) -> None:
    client = new_client(**SCOPES[case](keystone))
    with pytest.raises(archstone.UnauthenticatedError) as caught:
        client.authenticate()

    diagnosis = client.diagnose(caught.value)

    assert type(diagnosis) is archstone.ScopeNotAllowedError
    assert "may log in, but not for" in str(diagnosis)
    assert keystone.logins() == 2


def test_a_diagnosis_that_finds_nothing_more(new_client: type[Client], keystone: TaggedKeystone) -> None:
    client = new_client(**keystone.user() | {"password": "wrong-" * 2})
    with pytest.raises(archstone.UnauthenticatedError) as caught:
        client.authenticate()

    assert client.diagnose(caught.value) is caught.value
    with pytest.raises(TypeError):
        client.diagnose(archstone.Error("of nobody"))


def test_a_disabled_user_looks_like_a_wrong_password(new_client: type[Client], keystone: TaggedKeystone) -> None:
    error = fails(new_client, keystone.user("erin"))

    assert type(error) is archstone.UnauthenticatedError
    assert "disabled" in (error.hint or "")


def test_a_receipt_says_what_is_missing(new_client: type[Client], keystone: TaggedKeystone) -> None:
    error = fails(new_client, keystone.user("grace"))

    receipt = error.receipt
    assert receipt is not None
    assert receipt.methods == ["password"]
    # Keystone's order varies.
    assert [sorted(rule) for rule in receipt.required_auth_methods] == [["password", "totp"]]
    assert receipt.expires_at is not None
    assert receipt.expires_at.tzinfo is not None
    assert "totp" in str(error) + str(error.hint)
    assert receipt.id
    assert receipt.id not in repr(receipt) + repr(error) + str(error)


NOT_REACHED: dict[str, tuple[type[archstone.Error], Options]] = {
    "no such host": (archstone.HostNotFoundError, lambda k: k.user(auth_url="http://no-such-host.invalid:5000/v3")),
    "timeout": (archstone.RequestTimeoutError, lambda k: k.user("alice", "delay=3000", timeout=0.2)),
    "too many requests": (archstone.RateLimitedError, lambda k: k.user("alice", "status=429")),
    "server error": (archstone.ServerError, lambda k: k.user("alice", "status=503")),
    "bad gateway": (archstone.ServerError, lambda k: k.user("alice", "html", "status=502")),
}


@pytest.mark.parametrize("case", NOT_REACHED)
def test_not_reached(new_client: type[Client], keystone: TaggedKeystone, case: str) -> None:
    kind, options = NOT_REACHED[case]

    error = fails(new_client, options(keystone))

    assert type(error) is kind
    assert isinstance(error, archstone.UnavailableError)


def test_connection_refused(new_client: type[Client], keystone: TaggedKeystone) -> None:
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody_listens.getsockname()[1]}/v3"

        error = fails(new_client, keystone.user(auth_url=url))

    assert type(error) is archstone.ConnectionFailedError
    assert error.url is not None
    assert error.url.startswith(url)


def test_too_many_requests_says_how_long_to_wait(new_client: type[Client], keystone: TaggedKeystone) -> None:
    error = fails(new_client, keystone.user("alice", "status=429"))

    assert (error.status, error.retry_after) == (429, 7.0)


def test_an_authority_that_is_not_trusted(new_client: type[Client], tls_keystone: Keystone) -> None:
    keystone = tls_keystone.tagged()

    error = fails(new_client, keystone.user())

    assert type(error) is archstone.TlsNotTrustedError
    assert "cacert" in (error.hint or "")
    assert new_client(**keystone.user(cacert=tls_keystone.ca())).token
    assert new_client(**keystone.user(insecure=True)).token
    assert new_client(**keystone.user(verify=False)).token


NOT_KEYSTONE: dict[str, tuple[type[archstone.Error], Options]] = {
    "a web page": (archstone.NotIdentityServiceError, lambda k: k.user("alice", "html")),
    "another API": (archstone.NotIdentityServiceError, lambda k: k.user("alice", "other")),
    "nothing there": (archstone.NotIdentityServiceError, lambda k: k.user("alice", "status=404")),
    "JSON that breaks off": (archstone.InvalidResponseError, lambda k: k.user("alice", "garbage")),
    "an empty list": (archstone.NotIdentityServiceError, lambda k: k.user("alice", "list")),
    "no token in the answer": (archstone.InvalidResponseError, lambda k: k.user("alice", "notoken")),
}


@pytest.mark.parametrize("case", NOT_KEYSTONE)
def test_not_keystone(new_client: type[Client], keystone: TaggedKeystone, case: str) -> None:
    kind, options = NOT_KEYSTONE[case]

    error = fails(new_client, options(keystone))

    assert type(error) is kind
    assert error.url is not None


CONTRADICTIONS: dict[str, tuple[type[archstone.Error], dict[str, Any]]] = {
    "two scopes": (archstone.ScopeConflictError, {"project_name": "web", "domain_id": "default"}),
    "a project and the system": (archstone.ScopeConflictError, {"project_name": "web", "system_scope": "all"}),
    "a project and none": (archstone.ScopeConflictError, {"project_id": "1", "unscoped": True}),
    "one domain of two": (archstone.InvalidConfigError, {"user_domain_id": "default", "project_name": "web"}),
    "no password": (archstone.NotConfiguredError, {"password": None}),
    "no URL": (archstone.NotConfiguredError, {"auth_url": None}),
    "half a URL": (archstone.InvalidConfigError, {"auth_url": "keystone.example"}),
    "a password in the URL": (archstone.InvalidConfigError, {"auth_url": "http://alice:secret-in-url@h:5000/v3"}),
    "no time at all": (archstone.InvalidConfigError, {"timeout": 0}),
    "no such interface": (archstone.InvalidConfigError, {"interface": "publc"}),
    "no such cloud": (archstone.NotConfiguredError, {"cloud": "nowhere"}),
}


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_contradictions_are_refused_before_anything_is_sent(
    new_client: type[Client], keystone: TaggedKeystone, case: str
) -> None:
    kind, more = CONTRADICTIONS[case]

    with pytest.raises(archstone.ConfigurationError) as caught:
        new_client(**keystone.user() | more)

    assert type(caught.value) is kind
    assert caught.value.hint
    assert "secret" not in str(caught.value)
    assert keystone.requests() == []


def test_an_application_credential_takes_no_scope(new_client: type[Client], keystone: TaggedKeystone) -> None:
    options: dict[str, Any] = {
        "auth_url": keystone.auth_url,
        "application_credential_id": "0" * 32,
        "application_credential_secret": "made-up-secret",
        "project_name": "web",
    }

    with pytest.raises(archstone.ScopeConflictError, match="`project_name`") as caught:
        new_client(**options)

    assert "remove the scope" in (caught.value.hint or "")


def test_application_credentials_by_id_and_by_name(new_client: type[Client], keystone: TaggedKeystone) -> None:
    owner = archstone.Client(**keystone.keystone.tagged().user())
    path = f"/users/{owner.auth_ref.user_id}/application_credentials"
    body = {"application_credential": {"name": keystone.word, "secret": "secret-of-the-credential"}}
    made = keystone.ask("POST", path, owner.token, body)["application_credential"]
    secret: dict[str, Any] = {
        "auth_url": keystone.auth_url,
        "application_credential_secret": "secret-of-the-credential",
    }

    by_id = new_client(**secret, application_credential_id=made["id"])
    by_name = new_client(**secret, application_credential_name=keystone.word, username="alice")
    wrong = secret | {"application_credential_id": made["id"], "application_credential_secret": "another-secret"}

    assert by_id.auth_ref.application_credential_id == made["id"]
    assert by_id.auth_ref.application_credential_name == keystone.word
    assert (by_id.auth_ref.application_credential or {})["restricted"] is True
    assert by_name.auth_ref.project_name == "web"
    assert by_name.auth_ref.methods == ["application_credential"]
    assert type(fails(new_client, wrong)) is archstone.ApplicationCredentialRefusedError


def test_an_application_credential_that_has_expired(new_client: type[Client], keystone: TaggedKeystone) -> None:
    from datetime import datetime, timedelta, timezone  # noqa: PLC0415

    owner = archstone.Client(**keystone.keystone.tagged().user())
    path = f"/users/{owner.auth_ref.user_id}/application_credentials"
    # Late enough for Keystone to create it, also on a busy machine.
    expires_at = (datetime.now(timezone.utc) + timedelta(seconds=5)).strftime("%Y-%m-%dT%H:%M:%S")
    body = {"application_credential": {"name": keystone.word, "secret": "short-lived", "expires_at": expires_at}}
    made = keystone.ask("POST", path, owner.token, body)["application_credential"]
    options: dict[str, Any] = {
        "auth_url": keystone.auth_url,
        "application_credential_id": made["id"],
        "application_credential_secret": "short-lived",
    }

    while True:  # It may still be valid; a new client each time, so that no token is cached.
        client = new_client(**options, user_agent="test/1")
        try:
            client.renew()
        except archstone.InvalidResponseError as error:
            assert "already expired" in str(error)  # noqa: PT017 - a token of its last second
        except archstone.Error as error:
            assert type(error) is archstone.ApplicationCredentialRefusedError  # noqa: PT017
            break


def test_an_unknown_endpoint_says_what_there_is(new_client: type[Client], keystone: TaggedKeystone) -> None:
    client = new_client(**keystone.user())

    with pytest.raises(archstone.EndpointNotFoundError) as no_type:
        client.url_for("computer")
    with pytest.raises(archstone.EndpointNotFoundError) as no_region:
        client.url_for("compute", region_name="RegionThree")

    assert "compute" in f"{no_type.value} {no_type.value.hint}".replace("computer", "")
    assert "RegionOne" in f"{no_region.value} {no_region.value.hint}"


def test_a_wrong_option_names_the_nearest(new_client: type[Client]) -> None:
    with pytest.raises(TypeError, match="no option `pasword`: did you mean `password`"):
        new_client(pasword="something")  # type: ignore[call-arg]


def test_a_value_of_a_wrong_type_is_not_shown(new_client: type[Client]) -> None:
    with pytest.raises(TypeError, match="`password` cannot be of the type `bytes`") as caught:
        new_client(password=b"marked-secret")  # type: ignore[arg-type]

    assert "marked-secret" not in str(caught.value)


def test_two_words_for_the_interface_are_one_too_many(new_client: type[Client], keystone: TaggedKeystone) -> None:
    client = new_client(**keystone.user())

    with pytest.raises(TypeError, match="old name"):
        client.url_for("compute", endpoint="public", interface="public")
    with pytest.raises(TypeError, match="say which service"):
        client.url_for()


CLASSES = [kind for kind in vars(archstone).values() if isinstance(kind, type) and issubclass(kind, archstone.Error)]


@pytest.mark.parametrize("kind", CLASSES)
def test_each_class_is_documented_and_shadows_nothing(kind: type[archstone.Error]) -> None:
    assert kind.__doc__
    assert kind.__module__ == "archstone"
    assert not hasattr(builtins, kind.__name__)
    assert kind.__name__ in archstone.__all__


def test_each_kind_has_one_class() -> None:
    kinds = [kind.kind for kind in CLASSES if kind.kind]

    assert len(kinds) == len(set(kinds)) == len(CLASSES) - 4


def test_an_error_can_be_pickled(keystone: TaggedKeystone) -> None:
    error = fails(archstone.Client, keystone.user("grace"))

    copy = pickle.loads(pickle.dumps(error))

    assert (type(copy), str(copy), copy.hint, copy.status) == (type(error), str(error), error.hint, error.status)
    assert copy.receipt == error.receipt


@pytest.mark.skipif(sys.version_info < (3, 11), reason="notes came with Python 3.11")
def test_the_hint_and_the_cause_are_notes(keystone: TaggedKeystone, tmp_path: Path) -> None:
    error = fails(archstone.Client, keystone.user() | {"password": "wrong-again"})
    with pytest.raises(archstone.Error) as unreadable:
        archstone.Client(
            **keystone.user(auth_url="https://127.0.0.1:1/v3", cacert=tmp_path / "none.pem")
        ).authenticate()

    assert f"hint: {error.hint}" in getattr(error, "__notes__", [])
    causes = [note for note in getattr(unreadable.value, "__notes__", []) if note.startswith("caused by: ")]
    assert "No such file" in causes[0]

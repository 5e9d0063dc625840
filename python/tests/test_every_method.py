"""Every login method through every interface, each with a server that tests it.

The results are stored in `dev/.state/login-methods.json`, from which `dev/login-methods` generates the table of
`docs/login-methods.md`. With `--every-method` all methods run, otherwise one of each family.
"""

from __future__ import annotations

import json
import logging
import time
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from keystone_for_tests import DEV
from login_cases import REPRESENTATIVES, ROWS, WRONG, Case, NotRunError
from login_surfaces import SURFACES, LoginFailedError, Surface

import archstone
from archstone.testing import FakeServer, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CHECKS = ["login", "validated", "renewal", "wrong secret", "unreachable", "malformed"]
RECORDS: dict[str, dict[str, Any]] = {}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose the methods of this run."""
    if "row" not in metafunc.fixturenames:
        return
    is_whole = metafunc.config.getoption("--every-method")
    rows = [row for row in ROWS if is_whole or row[0] in REPRESENTATIVES]
    metafunc.parametrize("row", rows, ids=[" ".join(filter(None, row[:2])).replace(" ", "-") for row in rows])
    metafunc.parametrize("surface", SURFACES, ids=[name.replace(" ", "-") for name in SURFACES])


@pytest.fixture(scope="module", autouse=True)
def _records() -> Iterator[None]:
    """Store the results of the run for `dev/login-methods`."""
    yield
    place = DEV / ".state" / "login-methods.json"
    place.write_text(json.dumps({"surfaces": list(SURFACES), "of": len(ROWS), "rows": RECORDS}, indent=1) + "\n")


@cache
def made(make: Callable[[], Case]) -> Case | str:
    """Create a case, or skip the test if it is not possible."""
    try:
        return make()
    except NotRunError as error:
        return str(error)


@pytest.fixture
def case(row: tuple[str, str, Callable[[], Case]], surface: str) -> Case:
    """Return the case, and record that it was started."""
    method, more, make = row
    record = RECORDS.setdefault(
        f"{method} {more}".strip(), {"method": method, "more": more, "order": ROWS.index(row), "surfaces": {}}
    )
    case = made(make)
    if isinstance(case, str):
        record["not run"] = case
        pytest.skip(f"NOT RUN: {case}")
    record |= {"server": case.server, "is_stub": case.is_stub, "excuses": case.excuses}
    record["surfaces"].setdefault(surface, [])
    return case


@pytest.fixture
def shown(row: tuple[str, str, Any], surface: str) -> Callable[[str], None]:
    """Return a function that records a passed check."""
    record = RECORDS[f"{row[0]} {row[1]}".strip()]
    show: Callable[[str], None] = record["surfaces"][surface].append
    return show


@pytest.fixture
def start(
    case: Case, surface: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[dict[str, Any]], Surface]]:
    """Return a function that starts a login through the interface, with some options changed."""
    begun: list[Surface] = []
    environment = dict(case.environment)

    def begin(changes: dict[str, Any]) -> Surface:
        changes = dict(changes)
        case.environment = changes.pop("environment", environment)
        for name, value in case.environment.items():
            monkeypatch.setenv(name, value)
        home = tmp_path / str(len(begun))
        home.mkdir()
        login = SURFACES[surface](case, {**case.options, **changes}, home)
        begun.append(login)
        return login

    logger = logging.getLogger("archstone.login")
    if case.person:
        logger.addHandler(case.person)
    yield begin
    case.environment = environment
    if case.person:
        logger.removeHandler(case.person)
    for login in begun:
        login.end()


def check_document(case: Case, token: str) -> None:
    """Check that Keystone's validation of a token is as expected."""
    document = case.validated(token)
    if case.user:
        assert document["user"]["name"] == case.user
    if case.project:
        assert document["project"]["name"] == case.project


def is_valid(case: Case, token: str) -> bool:
    """Whether Keystone accepts a token."""
    try:
        case.validated(token)
    except (archstone.Error, AssertionError):
        return False
    return True


def wait_until_ended(case: Case, token: str) -> None:
    """Wait for a Keystone that caches validated tokens for a moment."""
    deadline = time.monotonic() + 60
    while is_valid(case, token):
        assert time.monotonic() < deadline, "the token is still valid"


def renewed(login: Surface, token: str) -> str:
    """Return the token after the first refusal; each Keystone thread in Apache caches validated tokens for a moment."""
    deadline = time.monotonic() + 60
    while (other := login.renew()) == token:
        assert time.monotonic() < deadline, "the token is still used"
    return other


def test_it_logs_in_and_again_when_the_token_is_ended(
    case: Case, surface: str, start: Callable[[dict[str, Any]], Surface], shown: Callable[[str], None]
) -> None:
    login = start({})
    first = login.use()
    shown("login")
    if not case.has_token:
        assert not first
        return
    check_document(case, first)
    shown("validated")
    if {"renewal", f"renewal in {surface}"} & case.excuses.keys():
        return
    assert login.use() == first
    pages = len(case.person.pages) if case.person else 0
    case.revoke(first)
    wait_until_ended(case, first)
    second = renewed(login, first)
    check_document(case, second)
    assert not case.person or len(case.person.pages) == pages, "a person is asked again"
    shown("renewal")


def test_a_wrong_secret_is_refused(
    case: Case, start: Callable[[dict[str, Any]], Surface], shown: Callable[[str], None]
) -> None:
    if "wrong secret" in case.excuses:
        return
    with pytest.raises(LoginFailedError) as it:
        start(case.wrong).use()
    assert it.value.kinds & case.expected("wrong secret"), it.value
    assert WRONG not in str(it.value)
    shown("wrong secret")


def test_a_provider_that_is_not_there_is_told(
    case: Case, start: Callable[[dict[str, Any]], Surface], shown: Callable[[str], None]
) -> None:
    if "unreachable" in case.excuses:
        return
    with pytest.raises(LoginFailedError) as it:
        start(case.nowhere).use()
    assert it.value.kinds & case.expected("unreachable"), it.value
    shown("unreachable")


def test_a_malformed_answer_is_told(
    case: Case, surface: str, start: Callable[[dict[str, Any]], Surface], shown: Callable[[str], None]
) -> None:
    if "malformed" in case.excuses or f"malformed in {surface}" in case.excuses:
        return
    replies = [Reply(text="<html>down", headers={"content-type": "text/html"})]
    if case.has_token and "mgmt_url" not in case.options:
        replies.append(Reply(json=[{"surprise": 7}]))
    for reply in replies:
        with FakeServer() as server:
            for method in ("GET", "POST"):
                server.on(method, "/*").reply(reply)
            with pytest.raises(LoginFailedError) as it:
                start(case.astray(server.url)).use()
        assert it.value.kinds & case.expected("malformed"), it.value
    shown("malformed")


def test_every_method_of_the_library_has_a_row() -> None:
    schema = json.loads((DEV.parent / "docs" / "clouds-schema.json").read_text())
    described = schema["$defs"]["cloud"]["properties"]["auth_type"]["description"]
    methods = described.removeprefix("authentication method: ").split(", ")
    assert set(methods) == {method for method, _, _ in ROWS}

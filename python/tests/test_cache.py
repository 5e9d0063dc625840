"""Tokens cached between runs: available with the right credentials, useless without them."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from keystone_for_tests import TaggedKeystone

PROGRAMS = {
    "Client": "print(archstone.Client(**options).token)",
    "AsyncClient": "print(asyncio.run(archstone.AsyncClient(**options).get_token()))",
}


def token_of(form: str, options: dict[str, Any]) -> str:
    """Return the token of a newly started program."""
    program = f"import archstone, asyncio, json, sys; options = json.loads(sys.argv[1]); {PROGRAMS[form]}"
    command = [sys.executable, "-c", program, json.dumps(options)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return done.stdout.strip() or done.stderr


@pytest.fixture(params=PROGRAMS)
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def options(keystone: TaggedKeystone, tmp_path: Path) -> dict[str, Any]:
    return keystone.user(token_cache=str(tmp_path / "tokens"))


def test_the_next_program_finds_the_token(form: str, options: dict[str, Any], keystone: TaggedKeystone) -> None:
    assert token_of(form, options) == token_of(form, options)
    assert keystone.logins() == 1


def test_both_forms_find_the_same(options: dict[str, Any], keystone: TaggedKeystone) -> None:
    assert token_of("Client", options) == token_of("AsyncClient", options)
    assert keystone.logins() == 1


def test_without_a_folder_nothing_is_kept(form: str, options: dict[str, Any], keystone: TaggedKeystone) -> None:
    memory_only = options | {"token_cache": "none"}

    assert token_of(form, memory_only) != token_of(form, memory_only)
    assert keystone.logins() == 2


def test_a_copy_elsewhere_yields_nothing(
    form: str, options: dict[str, Any], keystone: TaggedKeystone, tmp_path: Path
) -> None:
    token = token_of(form, options)
    shutil.copytree(tmp_path / "tokens", tmp_path / "copy")

    assert token_of(form, options | {"token_cache": str(tmp_path / "copy")}) != token
    assert keystone.logins() == 2


def test_another_password_yields_nothing(form: str, options: dict[str, Any], keystone: TaggedKeystone) -> None:
    token_of(form, options)

    assert "UnauthenticatedError" in token_of(form, options | {"password": "another-password"})
    assert keystone.logins() == 2


@pytest.mark.parametrize(
    "other", [{"project_name": "db"}, {"unscoped": True}, {"username": "bob", "password": "bob-secret"}]
)
def test_another_scope_or_user_yields_nothing(
    form: str, options: dict[str, Any], keystone: TaggedKeystone, other: dict[str, Any]
) -> None:
    token = token_of(form, options)

    assert token_of(form, options | other) != token
    assert keystone.logins() == 2


def test_the_folder_shows_nothing_and_is_for_its_owner(form: str, options: dict[str, Any], tmp_path: Path) -> None:
    token = token_of(form, options)
    files = [path for path in (tmp_path / "tokens").rglob("*") if path.is_file()]

    kept = b"".join(path.read_bytes() for path in files)

    assert kept
    assert not [secret for secret in (token, token[20:60], options["password"], "alice") if secret.encode() in kept]
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in [tmp_path / "tokens", *files]} == {0}


def test_what_is_broken_is_as_if_it_were_not_there(
    form: str, options: dict[str, Any], keystone: TaggedKeystone, tmp_path: Path
) -> None:
    token = token_of(form, options)
    for path in (tmp_path / "tokens").rglob("*"):
        if path.is_file() and path.name != "salt":
            path.write_bytes(path.read_bytes()[:-7] + b"garbage")

    assert token_of(form, options) not in {"", token}
    assert keystone.logins() == 2


def test_a_folder_that_cannot_be_made_costs_only_the_keeping(
    form: str, options: dict[str, Any], keystone: TaggedKeystone, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()

    assert len(token_of(form, options | {"token_cache": str(tmp_path / "file" / "tokens")})) > 100
    assert keystone.logins() == 1

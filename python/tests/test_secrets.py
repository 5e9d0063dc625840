"""Marked secrets never show, wherever an object of this package is looked at."""

from __future__ import annotations

import gc
import logging
import traceback
from typing import TYPE_CHECKING, Any

import pytest

import archstone

if TYPE_CHECKING:
    from keystone_for_tests import TaggedKeystone

MARK = "MARKED-SECRET"


def shown(thing: object) -> str:
    """Return all that a program could print of an object by accident."""
    notes = getattr(thing, "__notes__", [])
    return " ".join([repr(thing), str(thing), f"{thing}", repr(getattr(thing, "__dict__", "")), *notes])


def test_objects_show_no_token(keystone: TaggedKeystone) -> None:
    client = archstone.Client(**keystone.user())
    access = client.auth_ref
    assert access.catalog is not None
    things: list[object] = [
        client,
        archstone.AsyncClient.from_client(client),
        access,
        access.catalog,
        access.catalog.services,
        access.catalog.endpoints(),
        client.user,
        client.projects,
        client.timings,
    ]

    texts = [shown(thing) for thing in things]

    assert not [text for text in texts if client.token[8:40] in text or keystone.user()["password"] in text]


WRONG: list[dict[str, Any]] = [
    {"password": f"{MARK}-password"},
    {"password": f"{MARK}\npassword", "timeout": "never"},
    {"password": f"{MARK}", "project_name": "web", "system_scope": True},
    {"application_credential_id": "1", "application_credential_secret": MARK, "username": None, "password": None},
    {"token": f"{MARK}-token", "username": None, "password": None},
    {"token": f"{MARK} with\nline break", "username": None, "password": None},
    {"token_id": f"{MARK}\ntoken"},
    {"token_ref": f'"{MARK}"'},
    {"token_ref": f'{{"auth_token": "{MARK}", "body": "{MARK}"}}'},
    {"token_ref": f'{{"auth_token": ["{MARK}"], "body": {{}}}}'},
    {"token_ref": f'{{"{MARK}": '},
    {"token_ref": {"auth_token": MARK, "body": {"token": MARK}}},
    {"auth_url": f"http://alice:{MARK}@127.0.0.1:1/v3"},
    {"auth_url": f"https//{MARK}@h"},
    {"auth_url": f"http://127.0.0.1:1/v3?password={MARK}"},
    {"mgmt_url": f"http://{MARK}:{MARK}@h/v3"},
]


@pytest.mark.parametrize("number", range(len(WRONG)))
def test_errors_show_no_secret(
    new_client: type[archstone.Client],
    keystone: TaggedKeystone,
    number: int,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    client: object = None

    with pytest.raises(archstone.Error) as caught:
        client = new_client(**keystone.user() | WRONG[number])
        client.authenticate()

    # The frames' own lines are the test's; what matters is what the error itself says.
    lines = traceback.format_exception_only(type(caught.value), caught.value)
    said = " ".join([*lines, shown(caught.value), shown(client), caplog.text, *capfd.readouterr()])
    assert MARK not in said


def test_a_secret_of_a_wrong_type_is_not_shown(new_client: type[archstone.Client]) -> None:
    for value in ([1, MARK], {MARK: 1}, MARK.encode(), (MARK, 1)):
        with pytest.raises(TypeError) as caught:
            new_client(password=value)  # type: ignore[arg-type]
        assert MARK not in shown(caught.value)


def test_a_client_that_is_gone_leaves_no_python_text_of_its_token(keystone: TaggedKeystone) -> None:
    client = archstone.Client(**keystone.user())
    digest = hash(client.token)

    del client
    gc.collect()

    assert digest not in {hash(thing) for thing in gc.get_objects() if isinstance(thing, str)}

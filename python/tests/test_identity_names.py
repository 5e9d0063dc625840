"""Fields, filters and changes of resources have fixed names, and unknown ones are refused."""

from __future__ import annotations

import asyncio
import inspect
import pydoc
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import archstone
from archstone import AsyncClient, Client
from archstone._resources import RESOURCES
from archstone.identity import Bulk
from archstone.testing import FakeKeystone, Reply

if TYPE_CHECKING:
    from collections.abc import Callable

USER = {"id": "u1", "name": "x", "department": "hr"}


@pytest.fixture
def keystone(archstone_keystone: FakeKeystone) -> FakeKeystone:
    archstone_keystone.on("GET", "/v3/users").reply(Reply(json={"users": [USER]}))
    archstone_keystone.on("POST", "/v3/users").reply(Reply(201, json={"user": USER}))
    archstone_keystone.on("PATCH", "/v3/users/u1").reply(Reply(json={"user": USER}))
    archstone_keystone.on("*", "/v3/projects").reply(
        Reply(201, json={"projects": [], "project": {"id": "p", "name": "x"}})
    )
    return archstone_keystone


REFUSED: list[tuple[Callable[[Any], Any], str]] = [
    (lambda it: it.users.list(domian="x"), "`list` has no parameter `domian`: did you mean `domain`?"),
    (lambda it: it.users.list(name__startwith="x"), "did you mean `name__startswith`?"),
    (lambda it: it.users.list(name__contain="x"), "did you mean `name__contains`?"),
    # Keystone ignores filters that a route does not know, and returns everything.
    (lambda it: it.users.list(email__contains="x"), "`list` has no parameter `email__contains`"),
    (lambda it: it.users.list(department="hr"), "a filter that Archstone does not know goes into `extra`"),
    (lambda it: it.projects.list(enabled__contains="x"), "`list` has no parameter `enabled__contains`"),
    (lambda it: it.role_assignments.list(user_id="u"), "`list` has no parameter `user_id`"),
    (lambda it: it.users.find("alice", domian="x"), "did you mean `domain`?"),
    (lambda it: it.users.exists("u", domain="x"), "`get` has no parameter `domain`"),
    (lambda it: it.role_assignments.list_named(usr="u"), "did you mean `user`?"),
    (lambda it: it.users.create("x", domain="default", pasword="s3cret"), "did you mean `password`?"),
    (lambda it: it.users.create("x", department="hr"), "a custom attribute goes into `extra`"),
    (lambda it: it.users.create("x", id="u"), "`id` cannot be set"),
    (lambda it: it.users.update("u", domain_id="d"), "`domain_id` cannot be changed"),
    (lambda it: it.users.update("u", enable=True), "did you mean `enabled`?"),
    (lambda it: it.projects.create("x", desciption="y"), "did you mean `description`?"),
    (lambda it: it.users.get("u", doman="x"), "`get` has no parameter `doman`"),
    (lambda it: it.users.add_to_group("u", "g", extra={"x": 1}), "`add_to_group` has no parameter `extra`"),
    (lambda it: it.roles.grant("r", usr="u", project="p"), "did you mean `user`?"),
    (lambda it: it.users.create("x", "y"), "takes 1 positional arguments"),
    (lambda it: it.users.get("u", user_id="v"), "two values for 'user'"),
]


@pytest.mark.parametrize("number", range(len(REFUSED)))
@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_a_name_that_is_not_known_is_a_type_error_with_the_nearest(
    keystone: FakeKeystone, number: int, kind: type[Client | AsyncClient]
) -> None:
    ask, message = REFUSED[number]
    client = kind(**keystone.options())

    async def awaited() -> None:
        asked = ask(client)
        if inspect.isawaitable(asked):
            await asked

    with pytest.raises(TypeError) as caught:
        asyncio.run(awaited())

    assert message in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert keystone.requests == []


def test_each_operation_refuses_what_it_does_not_know() -> None:
    client = Client(auth_url="http://127.0.0.1:1/v3", username="demo", password="x")
    tried = 0
    for described in RESOURCES.values():
        manager: Any = client
        for name in described["manager"].split("."):
            manager = getattr(manager, name)
        for operation in described["operations"]:
            required = ["x" for it in operation["parameters"] if it["required"]]
            with pytest.raises(TypeError, match="nosuchthing"):
                getattr(manager, operation["name"])(*required, nosuchthing="x")
            tried += 1

    assert tried > 150


def test_bulk_refuses_it_before_anything_is_sent(keystone: FakeKeystone) -> None:
    client = Client(**keystone.options())

    with pytest.raises(TypeError, match="did you mean `password`"):
        Bulk(client.users.create, [{"name": "x", "password": "a"}, {"name": "y", "pasword": "b"}])


def test_custom_attributes_are_given_as_such(keystone: FakeKeystone) -> None:
    client = Client(**keystone.options())

    made = client.users.create("x", domain="default", extra={"department": "hr", "floor": 3})
    client.users.update("u1", extra={"department": None})
    client.users.list(extra={"of_tomorrow": "yes"}, name__startswith="a", limit=7).all()

    created, updated, listed = keystone.requests[1:]
    assert created.json() == {"user": {"name": "x", "domain_id": "default", "department": "hr", "floor": 3}}
    assert updated.json() == {"user": {"department": None}}
    assert sorted((listed.query or "").split("&")) == ["limit=7", "name__istartswith=a", "of_tomorrow=yes"]
    assert made.extra == {"department": "hr"}
    with pytest.raises(archstone.InvalidRequestError, match="`password` is not a custom attribute"):
        client.users.create("x", extra={"password": "s3cret"})
    with pytest.raises(archstone.InvalidRequestError, match="`id` cannot be set"):
        client.users.create("x", extra={"id": "s3cret"})
    with pytest.raises(archstone.InvalidRequestError, match="`extra` is not an object"):
        client.users.create("x", extra="department=hr")  # type: ignore[arg-type]


def test_python_keystoneclients_names_take_what_it_takes(keystone: FakeKeystone) -> None:
    from archstone.keystoneclient.v3.client import Client as KeystoneClient  # noqa: PLC0415

    client = KeystoneClient(**keystone.options())

    client.users.create("x", department="hr")
    client.users.list(department="hr")

    created, listed = keystone.requests[-2:]
    assert created.json() == {"user": {"name": "x", "enabled": True, "department": "hr"}}
    assert "department=hr" in (listed.query or "")


def test_help_lists_the_fields() -> None:
    client = Client(auth_url="http://127.0.0.1:1/v3", username="demo", password="x")

    for create in (client.users.create, type(client.users).create):
        shown = pydoc.plain(pydoc.render_doc(create))
        # Python 3.13 writes long signatures on several lines.
        assert "create(name,*,domain=None" in "".join(shown.split())
        for field in ("default_project: ", "email: Where to write to.", "password: The password.", "extra: Custom"):
            assert field in shown
    listed = pydoc.plain(pydoc.render_doc(client.users.list))
    assert "extra: Query parameters" in listed
    assert str(inspect.signature(client.users.get)) == "(user)"


WRONG = """
from archstone import AsyncClient, Client
from datetime import datetime

def wrong(client: Client, later: AsyncClient) -> None:
    client.users.list(domian="x")
    client.users.list(name__startwith="x")
    client.users.list(email__contains="x")
    client.users.create("x", domain="default", pasword="s3cret")
    client.users.create("x", email=datetime.now())
    client.users.create("x", email=client.users.get("u"))
    client.users.find("x", domian="default")
    client.users.exists("x", domain="default")
    client.users.update("u", domain="d")
    client.role_assignments.list_named(usr="u")
    later.users.list(domian="x")
"""

RIGHT = """
from archstone import AsyncClient, Client
from datetime import datetime

async def right(client: Client, later: AsyncClient) -> None:
    domain = client.domains.find("default")
    client.users.list(domain=domain, name__startswith="x", extra={"a": 1}, limit=5)
    client.users.create("x", domain_id="default", password="s3cret", extra={"department": "hr"})
    client.users.find("x", domain=domain)
    client.federation.protocols.exists("mapped", identity_provider="ours")
    client.trusts.create(trustor_user="a", trustee_user="b", impersonation=True, expires_at=datetime.now())
    client.role_assignments.list_named(user="u", project=client.projects.get("p"))
    (await later.users.get(user="u")).name
"""


def checked(tmp_path: Path, program: str) -> list[str]:
    """Return the lines that `mypy --strict` complains about."""
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--no-error-summary",
        f"--cache-dir={tmp_path}/cache",
        "program.py",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    return [line for line in done.stdout.splitlines() if ": error:" in line]


def test_mypy_sees_it_too(tmp_path: Path) -> None:
    wrong = checked(tmp_path, WRONG)
    assert [int(line.split(":")[1]) for line in wrong] == list(range(6, 17)), wrong
    assert checked(tmp_path, RIGHT) == []


def test_stubs_take_nothing_that_is_not_named() -> None:
    stub = (Path(archstone.__file__).parent / "identity.pyi").read_text(encoding="utf-8")

    assert "**" not in stub
    assert "email: str | None" in stub
    assert "Resource | datetime" not in stub

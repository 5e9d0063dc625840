"""Every resource that can be created, from the table of the Rust tests: created, read, found, changed, deleted."""

from __future__ import annotations

import json
import secrets
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import archstone
from archstone import Client
from archstone._resources import RESOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keystone_for_tests import Keystone

    from archstone.identity import Resource

ROOT = Path(__file__).parents[2]
TABLE: dict[str, Any] = json.loads((ROOT / "crates/archstone/tests/live/identity/round_trips.json").read_text("utf-8"))
BY_MANAGER = {it["manager"]: it for it in RESOURCES.values()}

Row = dict[str, Any]
Known = dict[str, Any]


def fill(value: Any, known: Known) -> Any:  # noqa: ANN401  any JSON
    """Replace the placeholders; unknown ones are left unchanged."""
    if isinstance(value, str):
        return f"trip-{secrets.token_hex(8)}" if value == "{unique}" else known.get(value, value)
    if isinstance(value, dict):
        return {name: fill(it, known) for name, it in value.items()}
    return [fill(it, known) for it in value] if isinstance(value, list) else value


def holds(actual: object, expected: object) -> bool:
    """Whether it is as expected; objects may have more members, since Keystone completes references."""
    if isinstance(actual, dict) and isinstance(expected, dict):
        return all(name in actual and holds(actual[name], it) for name, it in expected.items())
    if isinstance(actual, list) and isinstance(expected, list):
        return len(actual) == len(expected) and all(map(holds, actual, expected))
    return actual == expected


def otherwise(filters: Row) -> Iterator[Row]:
    """Yield the same filters, each time with a different value for one of them."""
    for name, value in filters.items():
        if not name.startswith("not_"):
            other = secrets.token_hex(16)
            yield filters | {
                name: not value if isinstance(value, bool) else [other] if isinstance(value, list) else other
            }


CUSTOM = {"cost_centre", "motto"}
"""The attributes of the table that Keystone keeps without knowing them."""


def given(fields: Row) -> Row:
    """Return a manager's arguments for these fields: custom attributes are passed as such."""
    custom = {name: value for name, value in fields.items() if name in CUSTOM}
    described = {name: value for name, value in fields.items() if name not in CUSTOM}
    return described | ({"extra": custom} if custom else {})


def key_of(resource: Resource) -> str:
    return str(getattr(resource, resource._described["key"]))  # noqa: SLF001  what it is made of


class Trip:
    """A row of the table."""

    def __init__(self, row: Row, known: Known, clients: dict[str, Client]) -> None:
        self.row, self.known = row, known
        self.manager: Any = attrgetter(row["resource"])(clients[row.get("user", "admin")])
        self.finder: Any = attrgetter(row["resource"])(clients[row.get("finder") or row.get("user", "admin")])
        self.within: Row = fill(row.get("in", {}), known)
        get = next(it for it in BY_MANAGER[row["resource"]]["operations"] if it["name"] == "get")
        self.itself: str = get["itself"]

    def make(self) -> Resource:
        made: Resource = self.manager.create(**self.within, **given(fill(self.row["create"], self.known)))
        return made

    def get(self, key: str) -> Any:  # noqa: ANN401  the manager's own class
        return self.manager.get(**self.within, **{self.itself: key})

    def is_among(self, filters: Row, key: str) -> bool:
        try:
            return any(key_of(it) == key for it in self.finder.list(**self.within, **filters))
        except (archstone.NotFoundError, archstone.InvalidRequestError):
            return False  # Some filters accept only valid values, or existing ones.

    def is_found(self, made: Resource) -> None:
        known = self.known | {f"{{.{name}}}": value for name, value in made.to_dict().items()}
        for filters in (fill(it, known) for it in self.row.get("found_by", [{}])):
            assert self.is_among(filters, key_of(made)), filters
            for other in otherwise(filters):
                assert not self.is_among(other, key_of(made)), other
        for filters in (fill(it, known) for it in self.row.get("not_found_by", [])):
            assert not self.is_among(filters, key_of(made)), filters

    def change(self, key: str) -> None:
        """Change one field after the other, and check that no other has changed."""
        before = self.get(key).to_dict()
        for name, value in fill(self.row.get("update", {}), self.known).items():
            along = {it: before[it] for it in self.row.get("along", []) if it != name}
            self.manager.update(**self.within, **{self.itself: key}, **given({name: value} | along))
            after = self.get(key).to_dict()
            told = None if name in self.row.get("never_told", []) else self.row.get("becomes", {}).get(name, value)
            assert after.get(name) == told, name
            # An endpoint has two fields for its region.
            both = {"region", "region_id"}
            others = both if name in both else {name}
            assert {it: after[it] for it in after.keys() - others} == {it: before[it] for it in before.keys() - others}
            before = after

    def delete(self, key: str) -> None:
        if self.row["resource"] == "domains" or self.row["create"].get("is_domain"):
            self.manager.update(key, enabled=False)
        self.manager.delete(**self.within, **{self.itself: key})

    def there_and_back(self) -> None:
        create = fill(self.row["create"], self.known)
        made: Resource = self.manager.create(**self.within, **given(create))
        key = key_of(made)
        for name, value in create.items():
            if name != self.itself and name not in self.row.get("never_told", []):
                assert holds(made.to_dict()[name], value), name
        told_once = self.row.get("told_once", [])
        assert all(getattr(made, name) for name in told_once)
        lasting = {name: value for name, value in made.to_dict().items() if name not in told_once}
        assert self.get(key).to_dict() == lasting
        self.is_found(made)
        assert key_of(self.manager.find(key, **self.within)) == key
        assert self.manager.exists(key, **self.within)
        self.change(key)
        self.delete(key)
        with pytest.raises(archstone.NotFoundError):
            self.get(key)
        assert not self.manager.exists(key, **self.within)


@pytest.fixture(scope="module")
def clients(real_keystone: Keystone) -> dict[str, Client]:
    keystone = real_keystone.tagged()
    return {
        "admin": Client(**keystone.user("admin", system_scope=True)),
        "bob": Client(**keystone.user("bob", project_name="lab")),
    }


@pytest.fixture(scope="module")
def known(clients: dict[str, Client]) -> Iterator[Known]:
    """Return the values of the placeholders; their resources are created before and deleted after."""
    bob = clients["bob"].auth_ref
    known: Known = {"{bob}": bob.user_id, "{lab}": bob.project_id}
    trips: list[tuple[Trip, str]] = []
    for row in TABLE["before"]:
        trip = Trip(row, known, clients)
        key = key_of(trip.make())
        known["{" + row["as"] + "}"] = key
        trips.append((trip, key))
    yield known
    for trip, key in reversed(trips):
        trip.delete(key)


@pytest.mark.parametrize("row", TABLE["trips"], ids=lambda row: row["resource"])
def test_it_is_made_read_found_changed_field_by_field_and_deleted(
    row: Row, known: Known, clients: dict[str, Client]
) -> None:
    Trip(row, known, clients).there_and_back()

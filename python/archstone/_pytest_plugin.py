"""Fixtures for pytest, which finds them automatically."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archstone.testing import FakeKeystone


@pytest.fixture
def archstone_keystone() -> Iterator[FakeKeystone]:
    """Run an identity service with a user `demo`, password `secret`: an `archstone.testing.FakeKeystone`."""
    # Imported here, so that it costs nothing unless the fixture is used.
    from archstone.testing import FakeKeystone  # noqa: PLC0415

    with FakeKeystone() as keystone:
        yield keystone


@pytest.fixture
def archstone_environment(archstone_keystone: FakeKeystone, monkeypatch: pytest.MonkeyPatch) -> FakeKeystone:
    """Set the `OS_*` variables for `archstone_keystone` and its user `demo`, replacing existing ones."""
    for name in list(os.environ):
        if name.startswith("OS_"):
            monkeypatch.delenv(name)
    for name, value in archstone_keystone.environment().items():
        monkeypatch.setenv(name, value)
    return archstone_keystone

"""Shared fixtures: a real Keystone, and every client in two forms, synchronous and asyncio."""

from __future__ import annotations

import asyncio
import inspect
import os
from typing import TYPE_CHECKING, Any, cast

import pytest
from keystone_for_tests import Keystone, Services, TaggedKeystone

from archstone import AsyncClient, Client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option of `test_every_method.py`."""
    parser.addoption("--every-method", action="store_true", help="run every login method, not one of each family")


@pytest.fixture(scope="session")
def real_keystone() -> Keystone:
    """Keystone, run by `dev/keystone up`."""
    return Keystone("default")


@pytest.fixture(scope="session")
def services() -> Services:
    """Placement and Glance with their Keystone, run by `dev/services up`."""
    return Services()


@pytest.fixture
def keystone(real_keystone: Keystone) -> TaggedKeystone:
    """Keystone under a separate path for the test, so that it can count its requests."""
    return real_keystone.tagged()


@pytest.fixture(scope="session")
def tls_keystone() -> Iterator[Keystone]:
    """Keystone with HTTPS."""
    keystone = Keystone("python-tests-tls", "--tls")
    yield keystone
    keystone.stop()


@pytest.fixture(scope="session")
def real_talkative_keystone() -> Iterator[Keystone]:
    """Keystone that says why it refuses a request."""
    keystone = Keystone("python-tests-debug", "--insecure-debug")
    yield keystone
    keystone.stop()


@pytest.fixture
def talkative_keystone(real_talkative_keystone: Keystone) -> TaggedKeystone:
    """The same, under a separate path for the test."""
    return real_talkative_keystone.tagged()


@pytest.fixture(autouse=True)
def _no_configuration_of_this_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for name in os.environ:
        if name.startswith(("OS_", "ARCHSTONE_")):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.chdir(home)


class Awaited:
    """An AsyncClient that can be used like a Client: every awaitable is awaited immediately."""

    def __init__(self, client: AsyncClient, loop: asyncio.AbstractEventLoop) -> None:
        self.client = client
        self.loop = loop

    def __getattr__(self, name: str) -> object:
        return self._awaited(lambda: getattr(self.client, name))

    def _awaited(self, get: Callable[[], Any]) -> object:
        async def run() -> object:
            value = get()
            return await value if inspect.isawaitable(value) else value

        value = self.loop.run_until_complete(run())
        if callable(value):
            return lambda *arguments, **options: self._awaited(lambda: value(*arguments, **options))
        return value


@pytest.fixture(params=["Client", "AsyncClient"])
def new_client(request: pytest.FixtureRequest) -> Iterator[type[Client]]:
    """Create a client, in each of the two forms."""
    if request.param == "Client":
        yield Client
        return
    loop = asyncio.new_event_loop()

    class NewAwaited:
        def __new__(cls, **options: Any) -> Awaited:  # type: ignore[misc]  # noqa: ANN401
            return Awaited(AsyncClient(**options), loop)

        @staticmethod
        def from_env(**options: Any) -> Awaited:  # noqa: ANN401
            return Awaited(AsyncClient.from_env(**options), loop)

        @staticmethod
        def from_cloud(name: str, **options: Any) -> Awaited:  # noqa: ANN401
            return Awaited(AsyncClient.from_cloud(name, **options), loop)

    yield cast("type[Client]", NewAwaited)
    loop.close()

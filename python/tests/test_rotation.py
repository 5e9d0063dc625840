"""Secrets that are rotated while clients run."""

from __future__ import annotations

import asyncio
import os
import secrets
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from keystoneauth1 import loading

from archstone import AsyncClient, Client, UnauthenticatedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keystone_for_tests import TaggedKeystone


class Rotated:
    """A user of Keystone whose password is in a file."""

    def __init__(self, keystone: TaggedKeystone, folder: Path) -> None:
        self.admin = Client(**keystone.user("admin", system_scope=True))
        self.password = "first secret"
        name = f"rotated-{secrets.token_hex(6)}"
        self.user = self.admin.users.create(name, domain="default", password=self.password)
        self.file = folder / "password"
        self._write()
        self.options: dict[str, Any] = {
            "auth_url": keystone.auth_url,
            "user_id": self.user.id,
            "password_file": str(self.file),
        }

    def rotate(self, password: str) -> None:
        """Set another password: Keystone revokes the tokens of the old one."""
        self.password = password
        self._write()
        self.admin.users.update(self.user.id, password=password)

    def _write(self) -> None:
        new = self.file.with_suffix(".new")
        new.write_text(f"{self.password}\n")
        new.replace(self.file)


@pytest.fixture
def rotated(keystone: TaggedKeystone, tmp_path: Path) -> Iterator[Rotated]:
    rotated = Rotated(keystone, tmp_path)
    yield rotated
    rotated.admin.users.delete(rotated.user.id)


def test_a_rotated_password_fails_none_of_64_threads(rotated: Rotated, keystone: TaggedKeystone) -> None:
    client = Client(**rotated.options)
    service = client.service("identity", endpoint_override=keystone.auth_url)
    stop = threading.Event()
    done: list[int] = []

    def work() -> None:
        try:
            while not stop.is_set():
                done.append(len(service.get("/auth/projects").json()))
        finally:
            stop.set()

    def further(count: int) -> None:
        """Wait for as many answers from now on."""
        until = len(done) + count
        while len(done) < until and not stop.is_set():
            time.sleep(0.001)

    first = client.token
    with ThreadPoolExecutor(64) as pool:
        tasks = [pool.submit(work) for _ in range(64)]
        try:
            further(64)
            for password in ["second secret", "third secret"]:
                rotated.rotate(password)
                client.renew()
                # Up to 64 of them were sent before.
                further(128)
        finally:
            stop.set()
        for task in tasks:
            task.result()
    assert client.token != first


def test_a_rotated_password_fails_none_of_64_coroutines(rotated: Rotated, keystone: TaggedKeystone) -> None:
    async def run() -> None:
        client = AsyncClient(**rotated.options)
        service = client.service("identity", endpoint_override=keystone.auth_url)
        stop = asyncio.Event()
        done: list[int] = []

        async def work() -> None:
            try:
                while not stop.is_set():
                    answer = await service.get("/auth/projects")
                    done.append(len(answer.json()))
            finally:
                stop.set()

        async def further(count: int) -> None:
            """Wait for as many answers from now on."""
            until = len(done) + count
            while len(done) < until and not stop.is_set():  # noqa: ASYNC110  an event for each answer says no more
                await asyncio.sleep(0.001)

        await client.authenticate()
        tasks = [asyncio.create_task(work()) for _ in range(64)]
        await further(64)
        for password in ["second secret", "third secret"]:
            await asyncio.to_thread(rotated.rotate, password)
            await client.renew()
            # Up to 64 of them were sent before.
            await further(128)
        stop.set()
        await asyncio.gather(*tasks)

    asyncio.run(run())


def test_a_source_that_fails_is_named_when_no_token_is_left(rotated: Rotated) -> None:
    client = Client(**rotated.options)
    first = client.authenticate()
    rotated.file.unlink()

    assert client.authenticate().auth_token == first.auth_token
    with pytest.raises(Exception, match="password_file") as caught:
        client.renew()
    assert str(rotated.file) in str(caught.value)
    assert rotated.password not in str(caught.value)
    rotated.rotate("second secret")
    assert client.renew().auth_token != first.auth_token
    rotated.file.write_text("wrong\n")
    with pytest.raises(UnauthenticatedError):
        client.renew()


def test_the_drop_in_follows_a_rotated_password(rotated: Rotated) -> None:
    plugin: Any = loading.get_plugin_loader("archstone").load_from_options(**rotated.options)
    session = loading.session.Session().load_from_options()
    first = plugin.get_token(session)
    rotated.rotate("second secret")

    assert plugin.invalidate()
    assert plugin.get_token(session) != first


def test_a_changed_clouds_yaml_counts_at_the_next_login(
    rotated: Rotated, keystone: TaggedKeystone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clouds = tmp_path / "clouds.yaml"
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", os.fspath(clouds))
    auth = f"{{auth_url: '{keystone.auth_url}', user_id: {rotated.user.id}, password: PASSWORD}}"
    text = f"clouds: {{mine: {{auth: {auth}}}}}"
    clouds.write_text(text.replace("PASSWORD", "first secret"))
    following = Client(cloud="mine", reload_config=True)
    fixed = Client(cloud="mine")
    first = following.authenticate()
    assert fixed.authenticate().auth_token == first.auth_token

    rotated.rotate("second secret")
    clouds.write_text(text.replace("PASSWORD", "second secret"))

    assert following.renew().auth_token != first.auth_token
    with pytest.raises(UnauthenticatedError):
        fixed.renew()

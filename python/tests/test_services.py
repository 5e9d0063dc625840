"""Requests to a real Placement and a real Glance from the catalog."""

from __future__ import annotations

import io
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

import archstone
from archstone import AsyncClient, Client

if TYPE_CHECKING:
    from keystone_for_tests import Services, TaggedKeystone

GIGABYTE = 1 << 30
PIECE = 1 << 18
# A gigabyte in memory would exceed this.
FLAT = 150 << 20


@pytest.fixture
def keystone(services: Services) -> TaggedKeystone:
    return services.keystone.tagged()


@pytest.fixture
def admin(keystone: TaggedKeystone) -> dict[str, Any]:
    return keystone.user("admin", project_name="admin", region_name="RegionOne")


def revoke_elsewhere(keystone: TaggedKeystone, token: str) -> None:
    """Revoke a token behind the client's back."""
    Client(**keystone.user("admin", system_scope=True)).revoke(token)


@pytest.mark.parametrize(("service", "path"), [("placement", "resource_providers"), ("image", "v2/images")])
def test_a_service_found_in_the_catalog_takes_the_token(
    services: Services, keystone: TaggedKeystone, admin: dict[str, Any], service: str, path: str
) -> None:
    client = Client(**admin)
    assert client.url_for(service) == services.url(service)

    answer = client.service(service).get(path)

    assert path.rpartition("/")[2] in answer.json()
    assert services.requests(service, "--path", f"/{path}")
    assert keystone.logins() == 1


async def test_a_service_acts_for_a_caller_and_renews_its_own_token(
    keystone: TaggedKeystone, admin: dict[str, Any]
) -> None:
    # keystonemiddleware accepts a service token only from a user with the role `service`.
    identity = Client(**keystone.user("admin", system_scope=True))
    role = next(iter(identity.roles.list(name="service")), None) or identity.roles.create("service")
    user = identity.users.create(f"nova-{uuid4()}", domain="default", password="nova's")
    project = identity.projects.find("admin", domain="default")
    identity.roles.grant(role, user=user, project=project)
    own = {"auth_url": admin["auth_url"], "user_id": user.id, "password": "nova's", "project_id": project.id}
    service, asynchronous = Client(**own), AsyncClient(**own)
    token = Client(**admin).token
    given = {"auth_url": admin["auth_url"], "token_id": token, "region_name": "RegionOne"}
    caller, async_caller = Client(**given, service_user=service), AsyncClient(**given, service_user=asynchronous)
    caller.authenticate()
    await async_caller.authenticate()

    for _ in range(2):
        first = service.token
        assert caller.service("placement").get("resource_providers").status_code == HTTPStatus.OK
        assert (await async_caller.service("placement").get("resource_providers")).status_code == HTTPStatus.OK
        revoke_elsewhere(keystone, first)
        assert caller.service("placement").get("resource_providers").status_code == HTTPStatus.OK
        assert service.token != first

    revoke_elsewhere(keystone, token)
    with pytest.raises(archstone.TokenRejectedError):
        caller.service("placement").get("resource_providers")
    wrong: Any = "nova"
    with pytest.raises(archstone.InvalidConfigError, match="`service_user` must be a `Client` or an `AsyncClient`"):
        Client(**given, service_user=wrong)


def test_a_resource_provider_is_made_read_listed_and_deleted(keystone: TaggedKeystone, admin: dict[str, Any]) -> None:
    client = Client(**admin)
    placement = client.service("placement", min_microversion="1.20", max_microversion="latest")
    own = str(uuid4())

    made = placement.post("resource_providers", json={"name": own, "uuid": own}).json()
    revoke_elsewhere(keystone, client.token)
    assert placement.get(f"resource_providers/{own}").json() == made
    assert list(placement.list("resource_providers", "resource_providers", params={"name": own})) == [made]
    assert placement.delete(f"resource_providers/{own}").status_code == 204
    with pytest.raises(archstone.NotFoundError) as gone:
        placement.get(f"resource_providers/{own}")
    assert gone.value.response is not None
    assert gone.value.response.status_code == 404
    # Before 1.20, Placement does not return what it has created.
    assert placement.post("resource_providers", json={"name": own}, microversion="1.19").status_code == 201
    info = placement.version_info()
    assert info is not None
    assert info.min_microversion == "1.0"


async def test_asyncio_does_the_same(keystone: TaggedKeystone, admin: dict[str, Any]) -> None:
    client = AsyncClient(**admin)
    placement = client.service("placement", microversion="1.39")
    own = str(uuid4())

    made = (await placement.post("resource_providers", json={"name": own, "uuid": own})).json()
    revoke_elsewhere(keystone, await client.token)
    assert (await placement.get(f"resource_providers/{own}")).json() == made
    listed = placement.list("resource_providers", "resource_providers", params={"name": own})
    assert [it async for it in listed] == [made]
    assert (await placement.delete(f"resource_providers/{own}")).status_code == 204
    with pytest.raises(archstone.NotFoundError):
        await placement.get(f"resource_providers/{own}")


class Made(io.RawIOBase):
    """A file of a gigabyte, generated while it is read; each chunk has a different byte."""

    def __init__(self) -> None:
        self.place = 0

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.place

    def seek(self, offset: int, whence: int = 0) -> int:
        self.place = offset + (GIGABYTE if whence == 2 else 0)
        return self.place

    def read(self, size: int = -1) -> bytes:
        length = min(size, PIECE, GIGABYTE - self.place)
        piece = bytes([self.place // PIECE % 251]) * length
        self.place += length
        return piece


def peak() -> int:
    """Return the peak memory of this process in bytes."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) << 10


NEW_IMAGE = {"disk_format": "raw", "container_format": "bare"}
OCTETS = {"content-type": "application/octet-stream"}


def check(place: int, piece: bytes) -> int:
    assert piece[0] == place // PIECE % 251
    assert piece[-1] == (place + len(piece) - 1) // PIECE % 251
    return place + len(piece)


def test_a_gigabyte_goes_up_and_down_through_little_memory(keystone: TaggedKeystone, admin: dict[str, Any]) -> None:
    client = Client(**admin)
    images = client.service("image", version="2")
    image = images.post("images", json={"name": "sync", **NEW_IMAGE}).json()["id"]
    before = peak()

    revoke_elsewhere(keystone, client.token)
    assert images.put(f"images/{image}/file", data=Made(), headers=OCTETS).status_code == 204
    revoke_elsewhere(keystone, client.token)
    received = 0
    with images.get(f"images/{image}/file", stream=True) as answer:
        for piece in answer.iter_content(1 << 20):
            received = check(received, piece)

    assert received == GIGABYTE
    assert peak() - before < FLAT
    images.delete(f"images/{image}")


async def test_asyncio_does_it_too(keystone: TaggedKeystone, admin: dict[str, Any]) -> None:
    client = AsyncClient(**admin)
    images = client.service("image", version="2")
    image = (await images.post("images", json={"name": "async", **NEW_IMAGE})).json()["id"]
    before = peak()

    revoke_elsewhere(keystone, await client.token)
    assert (await images.put(f"images/{image}/file", data=Made(), headers=OCTETS)).status_code == 204
    revoke_elsewhere(keystone, await client.token)
    received = 0
    async with await images.get(f"images/{image}/file", stream=True) as answer:
        async for piece in answer.iter_content(1 << 20):
            received = check(received, piece)

    assert received == GIGABYTE
    assert peak() - before < FLAT
    await images.delete(f"images/{image}")


def test_images_are_listed_page_by_page_though_the_token_was_revoked_between(
    keystone: TaggedKeystone, admin: dict[str, Any]
) -> None:
    client = Client(**admin)
    images = client.service("image", version="2")
    tag = uuid4().hex
    made = [
        images.post("images", json={"name": f"{tag}-{n}", "tags": [tag], **NEW_IMAGE}).json()["id"] for n in range(5)
    ]

    listed = images.list("images", "images", params={"tag": tag, "sort": "name:asc"}, limit=2)
    found = [next(listed)["id"]]
    revoke_elsewhere(keystone, client.token)
    found += [it["id"] for it in listed]

    assert found == made
    for image in made:
        images.delete(f"images/{image}")

"""Unmodified existing clients on Archstone: against a real Keystone, Placement and Glance."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import glanceclient
import keystoneclient.v3.client
import novaclient.client
import novaclient.exceptions
import openstack.connection
import openstack.exceptions
import pytest
import swiftclient
from glanceclient import exc as glance_exceptions
from keystone_for_tests import password_of
from keystoneauth1 import exceptions

import archstone
from archstone.keystoneauth import Adapter, Plugin, Session
from archstone.testing import Reply

if TYPE_CHECKING:
    from keystone_for_tests import Services, TaggedKeystone

    from archstone.testing import FakeKeystone

# These clients announce their own future changes.
pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::PendingDeprecationWarning", "ignore::ResourceWarning"
)


@pytest.fixture
def admin(keystone: TaggedKeystone) -> Session:
    return Session(auth=archstone.Client(**keystone.user("admin", project_name="admin")))


@pytest.fixture
def tagged(services: Services) -> TaggedKeystone:
    return services.keystone.tagged()


@pytest.fixture
def cloud(tagged: TaggedKeystone) -> Session:
    """Return a session of the cloud with Placement and Glance."""
    return Session(auth=Plugin(**tagged.user("admin", project_name="admin", region_name="RegionOne")))


def revoke(keystone: TaggedKeystone, session: Session) -> None:
    token = session.get_token()
    assert token
    keystone.ask("DELETE", "/auth/tokens", token, subject=token)


def test_keystoneclient(admin: Session, keystone: TaggedKeystone) -> None:
    client = keystoneclient.v3.client.Client(session=admin)
    name = f"dropin-{uuid4().hex}"

    project = client.projects.create(name, domain="default", description="hé")
    assert client.projects.get(project.id).description == "hé"
    revoke(keystone, admin)
    assert client.projects.update(project, description="new").description == "new"
    assert [it.id for it in client.projects.list(domain="default", name=name)] == [project.id]
    client.projects.delete(project)
    with pytest.raises(exceptions.NotFound, match=project.id):
        client.projects.get(project.id)
    with pytest.raises(exceptions.Conflict):
        client.projects.create("admin", domain="default")

    assert [it.name for it in client.users.list(domain="default", name="alice")] == ["alice"]
    assert keystone.logins() == 2


def test_openstacksdk(admin: Session, keystone: TaggedKeystone) -> None:
    connection: Any = openstack.connection.Connection(session=admin)
    name = f"dropin-{uuid4().hex}"

    group = connection.identity.create_group(name=name, domain_id="default")
    assert connection.identity.find_group(name, domain_id="default").id == group.id
    connection.identity.delete_group(group, ignore_missing=False)
    with pytest.raises(openstack.exceptions.NotFoundException):
        connection.identity.get_group(group.id)
    assert {it.name for it in connection.identity.domains()} >= {"Default", "acme"}
    assert connection.current_user_id == admin.get_user_id()
    assert keystone.logins() == 1


@pytest.mark.parametrize("name", ["OS_CLOUD", "OS_AUTH_TYPE"])
def test_the_openstack_command_with_a_warm_cache_makes_no_login(
    keystone: TaggedKeystone, tmp_path: Path, name: str
) -> None:
    user = keystone.user("admin", project_name="admin")
    environment = {it: value for it, value in os.environ.items() if not it.startswith("OS_")}
    environment |= {"HOME": str(tmp_path), "ARCHSTONE_TOKEN_CACHE": str(tmp_path / "tokens")}
    if name == "OS_CLOUD":
        cloud = {"auth_type": "archstone", "auth": user}
        (tmp_path / "clouds.yaml").write_text(json.dumps({"clouds": {"here": cloud}}))
        environment |= {"OS_CLOUD": "here", "OS_CLIENT_CONFIG_FILE": str(tmp_path / "clouds.yaml")}
    else:
        environment |= {f"OS_{option}".upper(): value for option, value in user.items()}
        environment["OS_AUTH_TYPE"] = "archstone"

    def run(*arguments: str) -> list[dict[str, Any]]:
        command = [str(Path(sys.executable).with_name("openstack")), *arguments, "-f", "json"]
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        listed: list[dict[str, Any]] = json.loads(done.stdout)
        return listed

    for _ in range(2):
        assert {"web", "db", "lab"} <= {it["Name"] for it in run("project", "list")}

    assert keystone.logins() == 1
    if name == "OS_AUTH_TYPE":
        token = archstone.Client(**user, token_cache=str(tmp_path / "tokens")).token
        keystone.ask("DELETE", "/auth/tokens", token, subject=token)
        assert run("project", "list")
        assert keystone.logins() == 2


def test_the_openstack_command_lists_the_catalog_as_it_is_now(keystone: TaggedKeystone, tmp_path: Path) -> None:
    environment = {it: value for it, value in os.environ.items() if not it.startswith("OS_")}
    user = keystone.user("admin", project_name="admin") | {"auth_type": "archstone"}
    environment |= {f"OS_{option}".upper(): str(value) for option, value in user.items()}
    environment |= {"HOME": str(tmp_path), "ARCHSTONE_TOKEN_CACHE": str(tmp_path / "tokens")}
    name = f"service-{uuid4().hex}"

    def run(*arguments: str) -> Any:  # noqa: ANN401
        command = [str(Path(sys.executable).with_name("openstack")), *arguments]
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        return json.loads(done.stdout) if done.stdout else None

    run("catalog", "list", "-f", "json")
    service = run("service", "create", "--name", name, f"type-{name}", "-f", "json")["id"]
    try:
        run("endpoint", "create", service, "public", "http://new.example", "-f", "json")

        assert name in [it["Name"] for it in run("catalog", "list", "-f", "json")]
        assert run("catalog", "show", name, "-f", "json")["endpoints"][0]["url"] == "http://new.example"
        assert keystone.logins() == 1
    finally:
        run("service", "delete", service)


def test_the_openstack_command_says_what_archstone_says(keystone: TaggedKeystone, tmp_path: Path) -> None:
    environment = {it: value for it, value in os.environ.items() if not it.startswith("OS_")}
    environment |= {"HOME": str(tmp_path), "OS_AUTH_TYPE": "archstone", "OS_AUTH_URL": keystone.auth_url}
    environment |= {"OS_USERNAME": "alice", "OS_PASSWORD": "wrong"}
    command = [str(Path(sys.executable).with_name("openstack")), "token", "issue"]

    failed = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)

    assert failed.returncode == 1
    assert "login as user `alice` in domain id `default` was refused" in failed.stderr
    assert "hint: check the user's name, its domain and the password" in failed.stderr
    assert "(HTTP 401) (Request-ID: req-" in failed.stderr


def test_glanceclient(cloud: Session, tagged: TaggedKeystone, tmp_path: Path) -> None:
    client = glanceclient.Client("2", session=cloud)
    whole = os.urandom(1 << 20) + b"end"
    (tmp_path / "image").write_bytes(whole)

    image = client.images.create(name=f"dropin-{uuid4().hex}", disk_format="raw", container_format="bare")
    try:
        with (tmp_path / "image").open("rb") as file:
            client.images.upload(image.id, file)
        assert client.images.get(image.id).size == len(whole)
        assert image.id in {it.id for it in client.images.list(page_size=1)}
        revoke(tagged, cloud)
        assert zlib.crc32(b"".join(client.images.data(image.id))) == zlib.crc32(whole)
    finally:
        client.images.delete(image.id)
    with pytest.raises(glance_exceptions.HTTPNotFound):
        client.images.get(image.id)
    assert tagged.logins() == 2


def test_openstacksdk_with_images_and_placement(cloud: Session, tagged: TaggedKeystone) -> None:
    connection: Any = openstack.connection.Connection(session=cloud, region_name="RegionOne")
    name, data = f"dropin-{uuid4().hex}", os.urandom(100_000)

    image = connection.image.create_image(name, data=data, disk_format="raw", container_format="bare")
    try:
        assert connection.image.download_image(image).content == data
        revoke(tagged, cloud)
        assert connection.image.get_image(image.id).size == len(data)
    finally:
        connection.image.delete_image(image, ignore_missing=False)

    provider = connection.placement.create_resource_provider(name=name)
    try:
        assert [it.id for it in connection.placement.resource_providers(name=name)] == [provider.id]
        connection.placement.create_resource_provider_inventory(provider, "VCPU", total=4)
        assert [it.total for it in connection.placement.resource_provider_inventories(provider)] == [4]
        with pytest.raises(openstack.exceptions.ConflictException):
            connection.placement.create_resource_provider(name=name)
    finally:
        connection.placement.delete_resource_provider(provider, ignore_missing=False)
    assert tagged.logins() == 2


def test_microversions_of_placement(cloud: Session) -> None:
    placement = Adapter(cloud, "placement", region_name="RegionOne", interface="public")
    data = placement.get_endpoint_data()
    assert data is not None
    assert data.max_microversion

    new = placement.post("/resource_providers", json={"name": uuid4().hex}, microversion="1.20")
    old = placement.get("/resource_providers", microversion="1.0")

    assert new.json()["uuid"]
    assert new.headers["openstack-api-version"] == "placement 1.20"
    assert "parent_provider_uuid" not in old.json()["resource_providers"][0]
    with pytest.raises(exceptions.NotAcceptable):
        placement.get("/resource_providers", microversion="1.999")
    assert placement.delete(f"/resource_providers/{new.json()['uuid']}", microversion="1.20").status_code == 204


def test_novaclient(archstone_keystone: FakeKeystone) -> None:
    fake = archstone_keystone
    version = {"id": "v2.1", "status": "CURRENT", "version": "2.96", "min_version": "2.1"}
    version["links"] = [{"rel": "self", "href": f"{fake.url}/compute/v2.1/"}]  # type: ignore[assignment]
    fake.on("GET", "/compute/v2.1").reply(Reply(json={"version": version}))
    fake.on("GET", "/compute/v2.1/servers/detail", with_token=True).reply(Reply(json={"servers": [{"id": "1"}]}))
    missing = {"itemNotFound": {"code": 404, "message": "no such flavor"}}
    fake.on("GET", "/compute/v2.1/flavors/nope", with_token=True).reply(Reply(404, json=missing))
    session = Session(auth=archstone.Client(**fake.options()))
    client = novaclient.client.Client("2.79", session=session)

    assert [it.id for it in client.servers.list()] == ["1"]
    fake.revoke_all()
    with pytest.raises(novaclient.exceptions.NotFound, match="no such flavor"):
        client.flavors.get("nope")

    asked = next(it for it in fake.requests if it.path.endswith("/servers/detail"))
    assert asked.headers["openstack-api-version"] == "compute 2.79"
    assert asked.headers["x-openstack-nova-api-version"] == "2.79"
    assert "python-novaclient" in asked.headers["user-agent"]
    assert fake.logins == 2


def test_swiftclient(archstone_keystone: FakeKeystone) -> None:
    fake = archstone_keystone
    session = Session(auth=archstone.Client(**fake.options()))
    account = session.get_endpoint(service_type="object-store") or ""
    path = account.removeprefix(fake.url)
    fake.on("GET", path, with_token=True).reply(Reply(json=[{"name": "box"}], headers={"x-account-object-count": "1"}))
    fake.on("PUT", f"{path}/box/o", with_token=True).reply(Reply(201, headers={"etag": "e"}))
    fake.on("GET", f"{path}/box/nope", with_token=True).reply(404)
    connection = swiftclient.Connection(session=session, retries=1, starting_backoff=0)

    assert connection.put_object("box", "o", b"content") == "e"
    # Revoked in the middle: swiftclient makes the session replace the token.
    fake.revoke_all()
    assert connection.get_account()[1] == [{"name": "box"}]
    with pytest.raises(swiftclient.ClientException) as caught:
        connection.get_object("box", "nope")

    assert caught.value.http_status == 404
    assert fake.logins == 2
    connection.close()


def test_a_plugin_of_keystoneauth_next_to_a_client(services: Services) -> None:
    from keystoneauth1.identity import v3  # noqa: PLC0415  only here

    keystone = services.keystone.tagged()
    theirs = v3.Password(
        keystone.auth_url,
        username="admin",
        password=password_of("admin"),
        user_domain_id="default",
        project_name="admin",
        project_domain_id="default",
    )
    session = Session(auth=theirs)
    ours = Plugin.from_client(archstone.Client(**keystone.user("admin", project_name="admin")))

    images = Adapter(session, "image", region_name="RegionOne")
    assert images.get("/v2/images").ok
    assert images.get("/v2/images", auth=ours).ok
    revoke(keystone, session)
    assert images.get("/v2/images").ok
    assert keystone.logins() == 3

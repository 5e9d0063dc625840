"""The requirements of the library, each against a real Keystone, through both clients."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING

import pytest
from keystone_for_tests import SEEDED, TaggedKeystone, password_of

import archstone

if TYPE_CHECKING:
    from pathlib import Path

    from archstone import Client


def test_1_username_password_and_auth_url_are_enough(new_client: type[Client], keystone: TaggedKeystone) -> None:
    client = new_client(username="alice", password=password_of("alice"), auth_url=keystone.auth_url)

    assert client.token
    assert client.auth_ref.auth_token == client.token


def test_1_the_project_is_optional_and_can_be_said(new_client: type[Client], keystone: TaggedKeystone) -> None:
    by_name = new_client(**keystone.user(project_name="db"))
    by_old_name = new_client(**keystone.user(tenant_name="db"))

    assert by_name.auth_ref.project_name == "db"
    assert by_old_name.auth_ref.tenant_name == "db"


def test_2_everything_is_loaded_lazily(new_client: type[Client], keystone: TaggedKeystone) -> None:
    client = new_client(**keystone.user())
    at_first = keystone.requests()
    client.url_for("compute")
    after_a_url = [request["path"] for request in keystone.requests()]
    assert client.user.name == "alice"
    after_the_user = [request["path"] for request in keystone.requests()]

    assert at_first == []
    assert after_a_url == ["/v3/auth/tokens"]
    assert after_the_user == ["/v3/auth/tokens", f"/v3/users/{client.user.id}"]


def test_2_values_given_at_construction_override(new_client: type[Client], keystone: TaggedKeystone) -> None:
    client = new_client(**keystone.user(project_name="db", mgmt_url="http://management.example:35357/v3"))

    assert client.mgmt_url == "http://management.example:35357/v3"
    assert client.url_for("identity") == "http://management.example:35357/v3"
    assert client.auth_ref.project_name == "db"


def test_2_with_a_token_given_nothing_authenticates_by_itself(
    new_client: type[Client], keystone: TaggedKeystone
) -> None:
    token = archstone.Client(**keystone.keystone.tagged().user()).token

    client = new_client(token_id=token, auth_url=keystone.auth_url, mgmt_url=keystone.auth_url)

    assert client.token == token
    with pytest.raises(archstone.NotAuthenticatedError, match="nothing is loaded implicitly") as caught:
        client.auth_ref  # noqa: B018
    assert "authenticate()" in (caught.value.hint or "")
    with pytest.raises(archstone.NotAuthenticatedError):
        client.url_for("compute")
    assert keystone.requests() == []


def test_2_authenticate_asks_about_a_token_that_was_given(new_client: type[Client], keystone: TaggedKeystone) -> None:
    token = archstone.Client(**keystone.keystone.tagged().user()).token
    client = new_client(token_id=token, auth_url=keystone.auth_url)

    access = client.authenticate()

    assert (access.user_name, access.auth_token) == ("alice", token)
    assert client.auth_ref.project_name == "web"
    assert keystone.logins() == 0


def test_3_no_project_given_means_the_default_project(new_client: type[Client], keystone: TaggedKeystone) -> None:
    client = new_client(**keystone.user("alice"))

    assert client.auth_ref.project_name == "web"
    assert client.project is not None
    assert client.project.name == "web"


def test_3_a_user_with_one_project_gets_a_token_for_it(new_client: type[Client], keystone: TaggedKeystone) -> None:
    client = new_client(**keystone.user("carol"))

    assert client.auth_ref.project_name == "lab"
    assert client.url_for("compute")


def test_3_a_user_with_several_projects_is_told_to_choose(new_client: type[Client], keystone: TaggedKeystone) -> None:
    client = new_client(**keystone.user("bob"))

    with pytest.raises(archstone.EndpointNotFoundError) as caught:
        client.url_for("compute")

    assert not client.auth_ref.scoped
    assert sorted(project.name for project in client.auth_ref.possible_projects or []) == ["db", "lab", "web"]
    assert all(f"`{name}`" in (caught.value.hint or "") for name in ("db", "lab", "web"))


def test_4_a_token_and_a_management_url_bootstrap_an_administrator(
    new_client: type[Client], keystone: TaggedKeystone
) -> None:
    token = archstone.Client(**keystone.keystone.tagged().user("admin", project_name="admin")).token

    client = new_client(token_id=token, mgmt_url=keystone.auth_url)

    assert (client.token, client.mgmt_url) == (token, keystone.auth_url)
    assert client.authenticate().user_name == "admin"
    assert "admin" in [project.name for project in client.projects]
    assert keystone.logins() == 0


def test_4_a_stored_token_is_a_start(new_client: type[Client], keystone: TaggedKeystone) -> None:
    stored = archstone.Client(**keystone.keystone.tagged().user()).auth_ref.to_ref()

    client = new_client(token_ref=stored)

    assert client.auth_ref.user_name == "alice"
    assert client.url_for("image") == "http://image.public.region-one.example:9292"
    assert keystone.requests() == []


def test_5_what_is_known_of_the_token_is_in_properties(new_client: type[Client], keystone: TaggedKeystone) -> None:
    client = new_client(**keystone.user())
    access = client.auth_ref

    assert access.user_name == access.username == "alice"
    assert access.user_id == client.user.id
    assert access.tenant_name == access.project_name == "web"
    assert access.tenant_id == access.project_id == (client.tenant and client.tenant.id)
    assert access.auth_url == keystone.auth_url
    assert access.catalog is not None
    assert {service.type for service in access.catalog} == {service["type"] for service in SEEDED["services"]} | {
        "identity"
    }
    assert all(len(service.endpoints) == 6 for service in access.catalog)


def test_5_url_for_is_the_public_url_and_private_the_internal_one(
    new_client: type[Client], keystone: TaggedKeystone
) -> None:
    client = new_client(**keystone.user())

    assert client.url_for("compute") == "http://compute.public.region-one.example:8774/v2.1"
    for private in ("private", "internal", "internalURL"):
        assert client.url_for("compute", endpoint=private) == "http://compute.internal.region-one.example:8774/v2.1"
    assert (
        client.url_for("compute", interface=["admin", "public"]) == "http://compute.admin.region-one.example:8774/v2.1"
    )
    assert client.url_for("compute", region_name="RegionTwo") == "http://compute.public.region-two.example:8774/v2.1"
    assert client.url_for(service_name="nova") == client.url_for("compute")


def test_6_the_token_is_kept_for_its_life(new_client: type[Client], keystone: TaggedKeystone) -> None:
    client = new_client(**keystone.user())
    again = new_client(**keystone.user())

    tokens = {
        client.token,
        client.get_token(),
        client.authenticate().auth_token,
        again.token,
        again.auth_ref.auth_token,
    }

    assert len(tokens) == 1
    assert keystone.logins() == 1


def test_6_the_token_is_kept_on_disk_if_asked(
    new_client: type[Client], keystone: TaggedKeystone, tmp_path: Path
) -> None:
    client = new_client(**keystone.user(token_cache=tmp_path / "tokens"))
    client.token  # noqa: B018

    assert any((tmp_path / "tokens").iterdir())


def test_7_authenticate_says_clearly_why_it_fails(new_client: type[Client], keystone: TaggedKeystone) -> None:
    client = new_client(**keystone.user() | {"password": "not-the-password"})

    with pytest.raises(archstone.UnauthenticatedError, match="login as user `alice`") as caught:
        client.authenticate()

    error = caught.value
    assert (error.kind, error.status, error.url) == ("unauthenticated", 401, f"{keystone.auth_url}/auth/tokens")
    assert (error.request_id or "").startswith("req-")
    assert "password" in (error.hint or "")
    assert "not-the-password" not in repr(error) + str(error.__dict__)


def test_8_user_tenant_and_tenants_are_objects(new_client: type[Client], keystone: TaggedKeystone) -> None:
    client = new_client(**keystone.user())

    assert (client.user.name, client.user.domain_id, client.user.enabled) == ("alice", "default", True)
    assert client.user.default_project_id == client.auth_ref.project_id
    assert client.tenant == client.project
    assert (client.tenant and client.tenant.name) == "web"
    assert sorted(project.name for project in client.tenants) == ["db", "web"]
    assert client.tenants == list(client.projects)
    asked = [request["path"] for request in keystone.requests()]
    assert len(asked) == len(set(asked)) == 4


def test_9_another_client_can_use_the_token_and_the_url(new_client: type[Client], keystone: TaggedKeystone) -> None:
    client = new_client(**keystone.user())

    request = urllib.request.Request(
        f"{client.url_for('identity', interface='internal')}/auth/projects", headers={"X-Auth-Token": client.token}
    )
    with urllib.request.urlopen(request) as answer:
        projects = json.load(answer)["projects"]

    assert sorted(project["name"] for project in projects) == ["db", "web"]


def test_9_keystoneauth_can_use_the_token_and_the_url(new_client: type[Client], keystone: TaggedKeystone) -> None:
    from keystoneauth1 import session, token_endpoint  # noqa: PLC0415

    client = new_client(**keystone.user())

    plugin = token_endpoint.Token(client.mgmt_url, client.token)
    answer = session.Session(auth=plugin).get("/auth/projects", endpoint_filter={"service_type": "identity"})

    assert sorted(project["name"] for project in answer.json()["projects"]) == ["db", "web"]


def test_10_the_environment_is_the_one_that_shell_commands_read(
    keystone: TaggedKeystone, new_client: type[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OS_AUTH_URL", keystone.auth_url)
    monkeypatch.setenv("OS_USERNAME", "alice")
    monkeypatch.setenv("OS_PASSWORD", password_of("alice"))
    monkeypatch.setenv("OS_PROJECT_NAME", "web")

    client = new_client.from_env(project_name="db")

    assert client.auth_ref.project_name == "db"


def test_10_a_cloud_of_clouds_yaml_serves_shells_and_programs_alike(
    keystone: TaggedKeystone, new_client: type[Client], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    auth = {"auth_url": keystone.auth_url, "username": "alice", "password": password_of("alice"), "project_name": "db"}
    clouds = tmp_path / "clouds.yaml"
    clouds.write_text(json.dumps({"clouds": {"demo": {"auth": auth, "region_name": "RegionTwo"}}}))
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(clouds))

    client = new_client.from_cloud("demo")

    assert client.auth_ref.project_name == "db"
    assert client.url_for("compute") == "http://compute.public.region-two.example:8774/v2.1"

"""The properties of a token, and its round trip through a store."""

from __future__ import annotations

import copy
import json
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from keystone_for_tests import password_of

import archstone
from archstone import Client

if TYPE_CHECKING:
    from keystone_for_tests import TaggedKeystone


def test_a_token_for_a_project(new_client: type[Client], keystone: TaggedKeystone) -> None:
    access = new_client(**keystone.user()).auth_ref

    assert (access.user_domain_id, access.user_domain_name) == ("default", "Default")
    assert (access.project_domain_id, access.project_domain_name) == ("default", "Default")
    assert (access.scoped, access.project_scoped, access.domain_scoped, access.system_scoped) == (
        True,
        True,
        False,
        False,
    )
    assert (access.domain_id, access.domain_name, access.trust_id, access.trust_scoped) == (None, None, None, False)
    assert access.methods == ["password"]
    assert sorted(access.role_names) == ["member", "reader"]
    assert [role["id"] for role in access.roles] == access.role_ids
    assert access.audit_ids == [access.audit_id]
    assert (access.initial_audit_id, access.audit_chain_id) == (access.audit_id, None)
    assert (access.is_federated, access.federation, access.bind, access.oauth2_credential) == (False, None, None, None)
    assert (access.oauth_access_token_id, access.oauth_consumer_id, access.service_providers) == (None, None, [])
    assert access.is_admin_project
    assert access.has_service_catalog()


def test_times_are_aware(new_client: type[Client], keystone: TaggedKeystone) -> None:
    access = new_client(**keystone.user()).auth_ref

    assert access.expires == access.expires_at
    assert access.issued == access.issued_at
    assert access.issued_at is not None
    assert access.expires_at.utcoffset() == timedelta(0)
    assert access.expires_at - access.issued_at == pytest.approx(timedelta(hours=1), abs=timedelta(seconds=2))
    assert abs(datetime.now(timezone.utc) - access.issued_at) < timedelta(minutes=1)
    assert timedelta(minutes=58) < access.remaining <= timedelta(hours=1, seconds=1)
    assert access.clock_skew is not None
    assert abs(access.clock_skew) < timedelta(seconds=10)
    assert not access.is_expired
    assert not access.will_expire_soon()
    assert access.will_expire_soon(stale_duration=3700)


def test_other_scopes(new_client: type[Client], keystone: TaggedKeystone) -> None:
    olga: dict[str, Any] = {"username": "olga", "user_domain_name": "acme", "password": password_of("olga", "acme")}
    domain = new_client(auth_url=keystone.auth_url, **olga, domain_name="acme").auth_ref
    system = new_client(**keystone.user("admin", system_scope=True)).auth_ref
    unscoped = new_client(**keystone.user(unscoped=True)).auth_ref

    assert (domain.domain_scoped, domain.domain_name, domain.project_id) == (True, "acme", None)
    assert (system.system_scoped, system.scoped) == (True, True)
    assert (unscoped.scoped, unscoped.catalog, unscoped.has_service_catalog()) == (False, None, False)


def test_a_token_is_exchanged_for_another_scope(new_client: type[Client], keystone: TaggedKeystone) -> None:
    first = new_client(**keystone.user(unscoped=True)).auth_ref

    access = new_client(auth_url=keystone.auth_url, token=first.auth_token, project_name="db").auth_ref

    assert (access.project_name, access.user_name) == ("db", "alice")
    assert "token" in access.methods
    assert access.audit_chain_id == first.audit_id
    assert access.expires_at == first.expires_at


def test_the_catalog(new_client: type[Client], keystone: TaggedKeystone) -> None:
    catalog = new_client(**keystone.user()).auth_ref.catalog
    assert catalog is not None

    images = catalog.endpoints("image")
    inside = catalog.endpoints("image", interface="internal", region_name="RegionTwo")

    assert len(catalog) == len(list(catalog)) == len(catalog.services) == 16
    assert {(it.interface, it.region) for it in images} == {
        (interface, region) for interface in ("public", "internal", "admin") for region in ("RegionOne", "RegionTwo")
    }
    assert [it.url for it in inside] == ["http://image.internal.region-two.example:9292"]
    assert (inside[0].service_name, inside[0].service_type) == ("glance", "image")
    assert catalog.url_for("image", endpoint="private", region_name="RegionTwo") == inside[0].url
    assert catalog.url_for(endpoint_id=inside[0].id) == inside[0].url
    assert catalog.url_for("volumev3").startswith("http://volumev3.public")
    assert catalog.endpoints("no-such-service") == []
    with pytest.raises(archstone.EndpointNotFoundError):
        catalog.url_for("no-such-service")


def test_the_users_own_region_and_interface(new_client: type[Client], keystone: TaggedKeystone) -> None:
    client = new_client(**keystone.user(region_name="RegionTwo", interface=["internal", "public"]))

    assert client.url_for("compute") == "http://compute.internal.region-two.example:8774/v2.1"
    assert client.url_for("compute", interface="admin") == "http://compute.admin.region-two.example:8774/v2.1"
    assert client.url_for("compute", region_name="RegionOne") == "http://compute.internal.region-one.example:8774/v2.1"


async def test_what_is_configured_for_one_service(keystone: TaggedKeystone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OS_COMPUTE_ENDPOINT_OVERRIDE", "https://own.example/%(project_id)s")
    monkeypatch.setenv("OS_IMAGE_REGION_NAME", "RegionTwo")
    monkeypatch.setenv("OS_VOLUME_INTERFACE", "internal")
    options = keystone.user("bob", environment=True, project_name="web")
    later = Client(**options)

    async def url(service: str, **arguments: str) -> str:
        first = archstone.AsyncClient(**options)
        urls = [client.url_for(service, **arguments) for client in (Client(**options), later)]
        urls += [await client.url_for(service, **arguments) for client in (first, first)]
        assert len(set(urls)) == 1
        return urls[0]

    assert await url("compute") == f"https://own.example/{later.auth_ref.project_id}"
    assert await url("compute", interface="internal") == "http://compute.internal.region-one.example:8774/v2.1"
    assert await url("compute", region_name="RegionTwo") == "http://compute.public.region-two.example:8774/v2.1"
    assert await url("image") == "http://image.public.region-two.example:9292"
    assert await url("image", region_name="RegionOne") == "http://image.public.region-one.example:9292"
    assert await url("block-storage") == "http://block-storage.internal.region-one.example:8776/v3"
    assert later.service("image").endpoint().url.rstrip("/") == "http://image.public.region-two.example:9292"
    # The catalog itself is unchanged.
    catalog = later.auth_ref.catalog
    assert catalog is not None
    assert catalog.url_for("image") == "http://image.public.region-one.example:9292"


@pytest.mark.parametrize("form", ["text", "dict", "AccessInfo"])
def test_to_a_store_and_back(new_client: type[Client], keystone: TaggedKeystone, form: str) -> None:
    access = archstone.Client(**keystone.user()).auth_ref
    text = access.to_ref()
    stored: Any = {"text": text, "dict": json.loads(text), "AccessInfo": access}[form]

    back = new_client(token_ref=stored).auth_ref

    assert back == access
    assert hash(back) == hash(access)
    assert (back.auth_token, back.expires_at, back.issued_at) == (
        access.auth_token,
        access.expires_at,
        access.issued_at,
    )
    assert back.auth_url == access.auth_url
    assert back.catalog is not None
    assert archstone.AccessInfo.from_ref(text) == access
    assert archstone.AccessInfo.from_ref(json.loads(text)) == access
    assert copy.deepcopy([access]) == [access]
    assert access != "something else"


def test_what_keystoneauth_has_stored(new_client: type[Client], keystone: TaggedKeystone) -> None:
    from keystoneauth1 import session  # noqa: PLC0415
    from keystoneauth1.identity import v3  # noqa: PLC0415

    plugin = v3.Password(
        auth_url=keystone.auth_url,
        username="alice",
        password=password_of("alice"),
        user_domain_id="default",
        project_name="web",
        project_domain_id="default",
    )
    theirs = plugin.get_access(session.Session())
    state = plugin.get_auth_state()

    access = new_client(token_ref=state).auth_ref

    assert access.auth_token == theirs.auth_token
    assert keystone.logins() == 1
    same = [
        "user_id",
        "username",
        "user_domain_id",
        "user_domain_name",
        "project_id",
        "project_name",
        "tenant_id",
        "tenant_name",
        "project_domain_id",
        "project_domain_name",
        "domain_id",
        "domain_name",
        "trust_id",
        "trust_scoped",
        "trustee_user_id",
        "trustor_user_id",
        "role_ids",
        "role_names",
        "scoped",
        "project_scoped",
        "domain_scoped",
        "system_scoped",
        "audit_id",
        "audit_chain_id",
        "initial_audit_id",
        "expires",
        "issued",
        "is_federated",
        "is_admin_project",
        "bind",
        "oauth_access_token_id",
        "oauth_consumer_id",
        "project_is_domain",
        "application_credential_id",
        "application_credential_access_rules",
    ]
    assert {name: getattr(access, name) for name in same} == {name: getattr(theirs, name) for name in same}
    assert theirs.service_catalog.url_for("compute", "internal") == new_client(token_ref=state).url_for(
        "compute", interface="internal"
    )


def test_keystoneauth_can_start_from_ours(keystone: TaggedKeystone) -> None:
    from keystoneauth1 import session  # noqa: PLC0415
    from keystoneauth1.identity import v3  # noqa: PLC0415

    access = archstone.Client(**keystone.user()).auth_ref
    plugin = v3.Password(auth_url=keystone.auth_url, username="alice", password="x", user_domain_id="default")

    plugin.set_auth_state(access.to_ref())

    assert plugin.get_token(session.Session()) == access.auth_token
    assert keystone.logins() == 1


@pytest.mark.parametrize(
    "broken", ["", "{}", "[]", "null", '{"auth_token": "t"}', '{"auth_token": "t", "body": {}}', "{{"]
)
def test_a_broken_reference_is_refused(new_client: type[Client], broken: str) -> None:
    with pytest.raises(archstone.ConfigurationError):
        new_client(token_ref=broken)


def test_a_reference_that_has_expired(new_client: type[Client], keystone: TaggedKeystone) -> None:
    access = archstone.Client(**keystone.keystone.tagged().user()).auth_ref
    old = json.loads(access.to_ref())
    del old["archstone"]
    old["body"]["token"]["expires_at"] = "2020-01-01T00:00:00.000000Z"

    without = new_client(token_ref=old, auth_url=keystone.auth_url)
    with_credentials = new_client(token_ref=old, **keystone.user())

    with pytest.raises(archstone.TokenRejectedError, match="expired"):
        without.auth_ref  # noqa: B018
    assert with_credentials.auth_ref.auth_token != access.auth_token
    assert keystone.logins() == 1


def test_a_token_for_a_trust(new_client: type[Client], keystone: TaggedKeystone) -> None:
    alice = archstone.Client(**keystone.keystone.tagged().user()).auth_ref
    carol = archstone.Client(**keystone.keystone.tagged().user("carol")).auth_ref
    trust = {
        "trustor_user_id": alice.user_id,
        "trustee_user_id": carol.user_id,
        "project_id": alice.project_id,
        "impersonation": False,
        "roles": [{"name": "member"}],
    }
    made = keystone.ask("POST", "/OS-TRUST/trusts", alice.auth_token, {"trust": trust})["trust"]

    access = new_client(**keystone.user("carol", trust_id=made["id"])).auth_ref

    assert (access.trust_scoped, access.trust_id) == (True, made["id"])
    assert (access.trustor_user_id, access.trustee_user_id) == (alice.user_id, carol.user_id)
    assert (access.user_name, access.project_name) == ("carol", "web")

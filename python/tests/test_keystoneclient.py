"""`archstone.keystoneclient`: scripts for python-keystoneclient, with one import line changed."""

from __future__ import annotations

import copy
import datetime as dt
import json
import pickle
import secrets
import warnings
from typing import TYPE_CHECKING, Any
from unittest import mock

import keystoneauth1.exceptions
import pytest
from keystoneauth1 import session
from keystoneauth1.identity import v3

import archstone
from archstone.keystoneclient import base, exceptions
from archstone.keystoneclient import client as any_version
from archstone.keystoneclient.v3 import client
from archstone.testing import Failure, FakeKeystone, Reply

if TYPE_CHECKING:
    from keystone_for_tests import TaggedKeystone


def unique(what: str) -> str:
    return f"{what}-{secrets.token_hex(6)}"


@pytest.fixture
def admin_session(keystone: TaggedKeystone) -> session.Session:
    auth = v3.Password(
        auth_url=keystone.auth_url,
        username="admin",
        password="admin-secret",
        user_domain_id="default",
        system_scope="all",
    )
    return session.Session(auth=auth)


@pytest.fixture
def admin(admin_session: session.Session) -> client.Client:
    return client.Client(session=admin_session)


# --- The examples of python-keystoneclient's documentation -----------------------------------------------------------


def test_documented_authenticating_using_sessions(admin_session: session.Session) -> None:
    sess = admin_session
    # >>> from keystoneclient.v3 import client
    from archstone.keystoneclient.v3 import client  # noqa: PLC0415  as the documentation has it

    keystone = client.Client(session=sess)
    assert {it.name for it in keystone.projects.list()} >= {"web", "db", "lab"}
    users = keystone.users.list()
    assert {it.name for it in users} >= {"alice", "bob"}
    user = keystone.users.get(next(it.id for it in users if it.name == "dave"))
    assert user.name == "dave"


def test_documented_getting_metadata_responses(admin_session: session.Session) -> None:
    keystone = client.Client(session=admin_session, include_metadata=True)

    resp: Any = keystone.projects.list()

    assert isinstance(resp, base.Response)
    assert resp.request_ids[0].startswith("req-")
    assert {type(it).__name__ for it in resp.data} == {"Project"}
    made: Any = keystone.groups.create(unique("group"), domain="default")
    assert made.data.name
    groups: Any = keystone.groups
    deleted = groups.delete(made.data)
    assert deleted.request_ids[0].startswith("req-")
    assert deleted.data is None


def test_documented_non_session_authentication(keystone: TaggedKeystone) -> None:
    auth_url = keystone.auth_url.removesuffix("/v3")
    # >>> from keystoneclient import client
    from archstone.keystoneclient import client  # noqa: PLC0415  as the documentation has it

    bob = client.Client(
        auth_url=auth_url, version=(3,), username="bob", password="bob-secret", user_domain_name="Default"
    )
    scoped = client.Client(
        auth_url=auth_url,
        version=(3,),
        username="bob",
        password="bob-secret",
        user_domain_name="Default",
        project_name="db",
        project_domain_name="Default",
    )

    assert type(bob).__module__ == "archstone.keystoneclient.v3.client"
    assert (scoped.username, scoped.project_name) == ("bob", "db")
    assert sorted(it.name for it in bob.auth.projects()) == ["db", "lab", "web"]


def test_documented_choice_of_a_version(keystone: TaggedKeystone) -> None:
    options: dict[str, Any] = {"username": "alice", "password": "alice-secret"}
    of_url = any_version.Client(auth_url=keystone.auth_url, **options)

    assert type(of_url) is client.Client
    assert of_url.version == "v3"
    with pytest.raises(exceptions.VersionNotAvailable, match="version 2 of the Identity API is not supported"):
        any_version.Client(version=(2,), auth_url=keystone.auth_url, **options)


def test_documented_sharing_of_plugins(admin_session: session.Session) -> None:
    shared = session.Session(auth=admin_session.auth)

    assert client.Client(session=shared).domains.get("default").name == "Default"
    assert client.Client(session=session.Session(), auth=admin_session.auth).domains.get("default").name == "Default"


# --- Resources -------------------------------------------------------------------------------------------------------


def test_users_groups_and_lazy_attributes(admin: client.Client) -> None:
    user = admin.users.create(unique("user"), domain="default", password="a secret", email="a@example.org", shoe=43)
    assert (user.domain_id, user.email, user.shoe, user.enabled) == ("default", "a@example.org", 43, True)
    assert not user.is_loaded()
    assert not hasattr(user, "colour"), "asks once, and then knows"
    assert user.is_loaded()
    assert admin.users.update(user, description="changed").description == "changed"
    assert admin.users.find(name=user.name).id == user.id
    assert [it.id for it in admin.users.list(domain="default", name__contains=user.name)] == [user.id]
    group = admin.groups.create(unique("group"), domain=admin.domains.get("default"), description="a test")
    admin.users.add_to_group(user, group)
    assert admin.users.check_in_group(user, group) is True
    assert [it.id for it in admin.users.list(group=group)] == [user.id]
    assert [it.id for it in admin.groups.list(user=user)] == [group.id]
    admin.users.remove_from_group(user, group)
    with pytest.raises(exceptions.NotFound):
        admin.users.check_in_group(user, group)
    assert group.update(name=unique("renamed")).description == "a test"
    group.delete()
    user.delete()
    with pytest.raises(exceptions.NotFound):
        admin.users.get(user)


def test_projects_and_tags(admin: client.Client) -> None:
    top = admin.projects.create(unique("top"), "default", tags=["a", "b"])
    project = admin.projects.create(unique("project"), "default", description="a test", parent=top)
    assert project.tags == []
    assert project.parent_id == top.id
    assert [it.id for it in admin.projects.list(tags_any="a,c", domain="default") if it.id == top.id] == [top.id]
    assert admin.projects.get(project, parents_as_ids=True).parents == {top.id: {"default": None}}
    project.add_tag("x y")
    assert project.check_tag("x y")
    assert not project.check_tag("z")
    assert project.update_tags(["p", "q"]) == ["p", "q"]
    project.delete_tag("p")
    assert project.list_tags() == ["q"]
    assert project.delete_all_tags() == []
    changed = project.update(description="changed")
    assert (changed.name, changed.description) == (project.name, "changed")
    assert admin.projects.find(name=project.name).id == project.id
    for made in (project, top):
        made.delete()


def test_roles_where_they_are_granted(admin: client.Client) -> None:
    role, implied = admin.roles.create(unique("role")), admin.roles.create(unique("implied"))
    user = admin.users.create(unique("user"), domain="default")
    project = admin.projects.create(unique("project"), "default")
    places: list[dict[str, Any]] = [
        {"project": project},
        {"domain": "default"},
        {"system": "all"},
        {"domain": "default", "os_inherit_extension_inherited": True},
    ]
    for place in places:
        admin.roles.grant(role, user=user, **place)
        assert admin.roles.check(role, user=user, **place) is True
        assert [it.id for it in admin.roles.list(user=user, **place)] == [role.id]
        admin.roles.revoke(role, user=user, **place)
        with pytest.raises(exceptions.NotFound):
            admin.roles.check(role, user=user, **place)
    admin.roles.grant(role, user=user, project=project)
    (assignment,) = admin.role_assignments.list(user=user, project=project, include_names=True)
    assert (assignment.role["name"], assignment.scope["project"]["id"]) == (role.name, project.id)
    rule = admin.inference_rules.create(role, implied)
    assert admin.inference_rules.get(role, implied) == rule
    assert admin.inference_rules.list(role).implies[0]["id"] == implied.id
    assert admin.roles.check_implied(role, implied)
    assert role.id in [it.prior_role["id"] for it in admin.inference_rules.list_inference_roles()]
    admin.inference_rules.delete(role, implied)
    of_domain = admin.roles.create(unique("role"), domain="default")
    assert of_domain.id in [it.id for it in admin.roles.list(domain="default")], "there the domain is ignored"
    for made in (of_domain, implied, role, project, user):
        made.delete()


def test_the_catalogs_parts(admin: client.Client) -> None:
    region = admin.regions.create(unique("region"), description="a test")
    service = admin.services.create("a service", type=unique("type"))
    endpoint = admin.endpoints.create(service, "http://a.example", interface="public", region=region.id)
    assert admin.endpoints.list(service=service, region=region)[0].id == endpoint.id
    assert admin.endpoints.update(endpoint, url="http://b.example").url == "http://b.example"
    assert admin.services.list(service_type=service.type)[0].id == service.id
    assert admin.regions.update(region, description="changed").description == "changed"
    group = admin.endpoint_groups.create(unique("group"), {"service_id": service.id})
    project = admin.projects.create(unique("project"), "default")
    assert admin.endpoint_groups.check(group)
    admin.endpoint_filter.add_endpoint_group_to_project(group, project)
    assert admin.endpoint_filter.check_endpoint_group_in_project(group, project)
    assert [it.id for it in admin.endpoint_filter.list_projects_for_endpoint_group(group)] == [project.id]
    policy = admin.policies.create("{}")
    assert policy.update(blob="rules").blob == "rules"
    admin.endpoint_policy.create_policy_association_for_endpoint(policy, endpoint)
    assert admin.endpoint_policy.get_policy_for_endpoint(endpoint).id == policy.id
    admin.endpoint_policy.delete_policy_association_for_endpoint(policy, endpoint)
    registered = admin.registered_limits.create(service, "servers", 10)
    assert admin.registered_limits.update(registered, region=region).region_id == region.id
    limit = admin.limits.create(project, service, "servers", 5, region=region)
    assert admin.limits.update(limit, resource_limit=6).resource_limit == 6
    for made in (limit, registered, policy, group, project, endpoint, region):
        made.delete()
    admin.services.delete(id=service.id)


def test_what_belongs_to_a_user(admin: client.Client, keystone: TaggedKeystone) -> None:
    auth = v3.Password(
        auth_url=keystone.auth_url,
        username="bob",
        password="bob-secret",
        user_domain_id="default",
        project_name="lab",
        project_domain_id="default",
    )
    bob = client.Client(session=session.Session(auth=auth))
    user_id, member = bob.user_id, admin.roles.find(name="member")
    credential = admin.credentials.create(user_id, "certificate", "hush")
    assert "hush" not in repr(credential)
    assert admin.credentials.update(credential, user_id, blob="hush hush").blob == "hush hush"
    credential.delete()
    project_id = admin.projects.find(name="lab").id
    pair = bob.ec2.create(user_id, project_id)
    assert [it.access for it in bob.ec2.list(user_id)] == [pair.access]
    assert pair.secret not in repr(pair)
    bob.ec2.delete(user_id, pair.access)
    later = dt.datetime(2031, 1, 1, tzinfo=dt.timezone.utc)
    robot = bob.application_credentials.create(
        unique("robot"),
        roles=member.id,
        expires_at=later,
        access_rules=[{"path": "/v2.1", "method": "GET", "service": "compute"}],
    )
    assert robot.expires_at == "2031-01-01T00:00:00.000000"
    assert bob.application_credentials.find(name=robot.name).id == robot.id
    bob.application_credentials.delete(robot)
    for rule in bob.access_rules.list():
        bob.access_rules.delete(rule)
    trustee = admin.users.create(unique("trustee"), domain="default")
    trust = bob.trusts.create(trustee, user_id, role_names=["member"], project=project_id, expires_at=later)
    assert trust.id in [it.id for it in bob.trusts.list(trustor_user=user_id)]
    bob.trusts.delete(trust)
    trustee.delete()


def test_domains_and_their_settings(admin: client.Client) -> None:
    domain = admin.domains.create(unique("domain"), description="a test")
    config = admin.domain_configs.create(domain, {"ldap": {"url": "ldap://a"}})
    assert config.ldap == {"url": "ldap://a"}
    assert admin.domain_configs.update(domain, {"ldap": {"url": "ldap://b"}}).ldap["url"] == "ldap://b"
    assert admin.domain_configs.get(domain).to_dict() == {"ldap": {"url": "ldap://b"}}
    admin.domain_configs.delete(domain)
    admin.domains.update(domain, enabled=False)
    assert domain.id in [it.id for it in admin.domains.list(enabled=False)]
    domain.delete()


def test_federation_and_oauth(admin: client.Client, keystone: TaggedKeystone) -> None:
    rules = [{"local": [{"user": {"name": "{0}"}}], "remote": [{"type": "REMOTE_USER"}]}]
    mapping = admin.federation.mappings.create(unique("mapping"), rules=rules)
    provider = admin.federation.identity_providers.create(unique("idp"), enabled=True, domain_id="default")
    protocol = admin.federation.protocols.create("mapped", provider, mapping)
    assert [it.id for it in admin.federation.protocols.list(provider)] == [protocol.id]
    assert provider.id in [it.id for it in admin.federation.identity_providers.list(enabled=True)]
    admin.federation.protocols.delete(provider, protocol)
    provider.delete()
    mapping.delete()
    other = admin.federation.service_providers.create(
        unique("sp"), auth_url="https://b.example/a", sp_url="https://b.example/s"
    )
    with pytest.raises(exceptions.Forbidden):
        admin.federation.saml.create_saml_assertion(other, "x")
    other.delete()

    own = client.Client(session=archstone.Client(**keystone.user("admin", project_name="admin")))
    consumer = own.oauth1.consumers.create(description="a test")
    project_id = own.project_id
    assert project_id
    asked = own.oauth1.request_tokens.create(consumer.id, consumer.secret, project_id)
    consented = asked.authorize([own.roles.find(name="admin").id])
    token = own.oauth1.access_tokens.create(
        consumer.id, consumer.secret, asked.key, asked.secret, consented.oauth_verifier
    )
    assert token.key
    consumer.delete()


def test_tokens(admin: client.Client, keystone: TaggedKeystone) -> None:
    token = archstone.Client(**keystone.user("bob", project_name="web")).auth_ref
    known = admin.tokens.validate(token)
    assert (known.username, known.project_name, known.role_names) == ("bob", "web", token.role_names)
    assert known.service_catalog
    assert 3000 < known.remaining.total_seconds() <= 3600
    assert "catalog" not in admin.tokens.get_token_data(token.auth_token, include_catalog=False)["token"]
    admin.tokens.revoke_token(token)
    with pytest.raises(exceptions.NotFound):
        admin.tokens.validate(token)
    assert [it.all for it in admin.auth.systems()] == [True]


# --- Logins ----------------------------------------------------------------------------------------------------------


def test_a_client_of_archstone_is_a_session(keystone: TaggedKeystone) -> None:
    own = archstone.Client(**keystone.user("admin", system_scope=True))

    assert client.Client(session=own).domains.get("default").name == "Default"
    assert client.Client(session=own).users.find(name="dave").enabled
    assert keystone.logins() == 1


def test_a_refused_token_of_a_session_is_replaced_once(
    admin: client.Client, admin_session: session.Session, keystone: TaggedKeystone
) -> None:
    first = admin.auth_token
    admin.tokens.revoke_token(first)

    assert admin.domains.get("default").name == "Default"
    assert admin_session.get_token() != first
    assert keystone.logins() == 2


def test_a_wrong_password_is_told_when_the_client_is_made(keystone: TaggedKeystone) -> None:
    with pytest.raises(exceptions.Unauthorized, match="HTTP 401"):
        client.Client(username="alice", password="wrong", auth_url=keystone.auth_url)
    with pytest.raises(exceptions.ConnectionRefused):
        client.Client(username="alice", password="wrong", auth_url="http://127.0.0.1:9/v3")
    with pytest.raises(TypeError, match="unexpected keyword arguments: pasword"):
        client.Client(username="alice", pasword="wrong", auth_url=keystone.auth_url)


def test_a_given_token_and_endpoint_log_nothing_in(keystone: TaggedKeystone) -> None:
    token = archstone.Client(**keystone.user("admin", system_scope=True)).token
    before = keystone.logins()

    given = client.Client(token=token, endpoint=keystone.auth_url)

    assert given.auth_token == token
    assert given.management_url == keystone.auth_url
    assert given.domains.get("default").name == "Default"
    assert keystone.logins() == before


def test_a_token_with_what_is_known_of_it_starts_a_client(keystone: TaggedKeystone) -> None:
    first = client.Client(username="alice", password="alice-secret", auth_url=keystone.auth_url)
    again = client.Client(auth_ref=first.auth_ref, auth_url=keystone.auth_url)

    assert first.auth_ref == again.auth_ref
    assert again.username == "alice"
    assert again.has_service_catalog()
    assert keystone.logins() == 1


def test_a_client_says_what_its_token_says(keystone: TaggedKeystone) -> None:
    options: dict[str, Any] = {"username": "bob", "password": "bob-secret", "auth_url": keystone.auth_url}
    made = client.Client(**options, project_name="web", user_domain_id="default", project_domain_id="default")
    known = made.auth_ref
    assert known is not None

    assert made.auth_user_id == made.user_id == made.get_user_id(None) == known.user_id == known["user"]["id"]
    assert made.auth_tenant_id == made.project_id == made.get_project_id(None) == known["project"]["id"]
    assert made.auth_domain_id is None
    assert made.password is None
    assert made.get_token(None) == made.auth_token == known["auth_token"]
    assert made.get_endpoint(None, interface="public") == made.auth_url
    assert made.get_endpoint(None, interface="admin") == made.management_url
    for again in (
        client.Client(auth_ref=json.loads(json.dumps(known)), auth_url=keystone.auth_url),
        client.Client(auth_ref=pickle.loads(pickle.dumps(known)), auth_url=keystone.auth_url),
        client.Client(auth_ref=copy.deepcopy(known), auth_url=keystone.auth_url),
    ):
        assert again.auth_ref == known
        assert (again.username, again.project_name) == ("bob", "web")
    assert "bob-secret" not in repr(vars(made))
    with pytest.raises(AttributeError):
        made.nothing_of_the_kind  # noqa: B018


def test_a_client_logs_in_again(keystone: TaggedKeystone) -> None:
    options: dict[str, Any] = {"username": "bob", "password": "bob-secret", "auth_url": keystone.auth_url}
    made = client.Client(**options, project_name="web")
    first = made.auth_token
    assert keystone.logins() == 1

    assert made.authenticate()
    assert made.auth_token != first
    assert keystone.logins() == 2
    assert made.authenticate(project_name="db")
    assert (made.project_name, keystone.logins()) == ("db", 3)
    assert made.authenticate(username="alice", password="alice-secret", project_name="web")
    assert (made.username, made.project_name) == ("alice", "web")
    with pytest.raises(exceptions.Unauthorized):
        made.authenticate(password="wrong")
    with pytest.raises(TypeError, match="pasword"):
        made.authenticate(pasword="wrong")


def test_a_client_sends_requests_itself(keystone: TaggedKeystone, admin: client.Client) -> None:
    own = client.Client(
        username="admin",
        password="admin-secret",
        auth_url=keystone.auth_url,
        project_name="admin",
        user_domain_id="default",
        project_domain_id="default",
    )
    for asking in (own, admin):
        name = unique("group")
        answer, body = asking.post("/groups", body={"group": {"name": name, "domain_id": "default"}})
        assert (answer.status_code, body["group"]["name"]) == (201, name)
        path = f"/groups/{body['group']['id']}"
        assert asking.get(path)[1]["group"]["name"] == name
        assert asking.head(path) == (mock.ANY, None)
        assert asking.patch(path, body={"group": {"description": "d"}})[1]["group"]["description"] == "d"
        assert (
            asking.put(f"{path}/users/{admin.users.find(name='alice', domain_id='default').id}")[0].status_code == 204
        )
        assert asking.delete(path)[0].status_code == 204
        with pytest.raises(exceptions.NotFound):
            asking.get(path)
        with pytest.raises(exceptions.Unauthorized):
            asking.request("/groups", "GET")
        assert isinstance(asking.request("/groups", "GET", authenticated=True)[1]["groups"], list)


def test_a_token_and_an_endpoint_may_be_set(keystone: TaggedKeystone) -> None:
    made = client.Client(username="bob", password="bob-secret", auth_url=keystone.auth_url, project_name="web")
    other = archstone.Client(**keystone.user("admin", system_scope=True)).token

    made.management_url = keystone.auth_url
    assert made.management_url == keystone.auth_url
    made.auth_token = other
    assert (made.auth_token, made.auth_ref) == (other, None)
    assert made.domains.get("default").name == "Default"
    given = client.Client(token=other, endpoint="http://127.0.0.1:9/v3")
    given.management_url = keystone.auth_url
    assert given.domains.get("default").name == "Default"


def test_a_user_that_is_given_is_asked_about(archstone_keystone: FakeKeystone) -> None:
    token, url = archstone_keystone.issue(), archstone_keystone.auth_url
    archstone_keystone.on("GET", "/v3/users/me/application_credentials").reply(
        Reply(json={"application_credentials": []})
    )
    archstone_keystone.on("GET", "/v3/users/other/access_rules").reply(Reply(json={"access_rules": []}))
    given = client.Client(token=token, endpoint=url, auth_url=url, user_id="me")

    assert given.user_id == "me"
    assert given.application_credentials.list() == []
    given.user_id = "other"
    assert given.access_rules.list() == []

    assert archstone_keystone.count("GET", "/v3/users/me/application_credentials") == 1
    assert archstone_keystone.count("GET", "/v3/users/other/access_rules") == 1


def test_the_catalog_is_that_of_the_clients_region(archstone_keystone: FakeKeystone) -> None:
    archstone_keystone.add_service("image", "http://north.example", regions=["North"])
    archstone_keystone.add_service("image", "http://south.example", regions=["South"])
    user = archstone_keystone.options()
    options: dict[str, Any] = {
        "username": user["username"],
        "password": user["password"],
        "auth_url": user["auth_url"],
        "project_name": "demo",
    }
    for region, url in (("North", "http://north.example"), ("South", "http://south.example")):
        catalog = client.Client(**options, region_name=region).service_catalog
        assert catalog is not None
        assert catalog.url_for(service_type="image") == url
        assert catalog.url_for(service_type="image", endpoint_type="publicURL") == url
        assert catalog.get_urls(service_type="image") == (url,)
        assert [it["url"] for it in catalog.get_endpoints("image", "public")["image"]] == [url]
        assert catalog.url_for("interface", "public", "image") == url
    made = client.Client(**options, region_name="North")
    made.authenticate(region_name="South")
    catalog = made.service_catalog
    assert catalog is not None
    assert catalog.url_for(service_type="image") == "http://south.example"
    assert catalog.url_for(service_type="image", region_name="North") == "http://north.example"
    assert catalog.get_urls(service_type="nothing") is None
    with pytest.raises(exceptions.EndpointNotFound):
        catalog.url_for(service_type="nothing")


@pytest.mark.parametrize(
    ("answer", "caught"),
    [
        (Reply(201, json={"hello": "world"}), exceptions.AuthorizationFailure),
        (Reply(201, json={"hello": "world"}, headers={"X-Subject-Token": "t"}), exceptions.AuthorizationFailure),
        (Reply(200, text="<html>"), exceptions.AuthorizationFailure),
        (Reply(401, json={"unauthorized": {"code": 401, "message": "no"}}), exceptions.Unauthorized),
        (Reply(404, json={}), exceptions.AuthorizationFailure),
        (Reply(503, text="busy"), exceptions.AuthorizationFailure),
        (Reply(failure=Failure.CLOSE), exceptions.AuthorizationFailure),
    ],
)
def test_a_login_that_fails_is_what_it_is_there(
    archstone_keystone: FakeKeystone, answer: Reply, caught: type[exceptions.ClientException]
) -> None:
    archstone_keystone.on("POST", "/v3/auth/tokens").reply(answer)

    with pytest.raises(caught) as told:
        client.Client(username="u", password="p", auth_url=archstone_keystone.auth_url)

    assert isinstance(told.value, archstone.Error)
    assert isinstance(told.value, getattr(keystoneauth1.exceptions, caught.__name__))
    with pytest.raises(exceptions.AuthorizationFailure):
        client.Client(username="u", password="p")


def test_a_region_by_name_is_made_with_its_endpoint(admin: client.Client) -> None:
    service = admin.services.create(unique("service"), "test")
    made, other = unique("region"), unique("region")

    endpoint = admin.endpoints.create(service, "http://a.example", interface="public", region=made)
    assert (endpoint.region, endpoint.region_id) == (made, made)
    assert admin.endpoints.update(endpoint, region=other).region_id == other
    assert admin.endpoints.update(endpoint, region=admin.regions.get(made)).region_id == made

    for it in (endpoint, service, admin.regions.get(made), admin.regions.get(other)):
        it.delete()


def test_an_own_password(admin: client.Client, keystone: TaggedKeystone) -> None:
    user = admin.users.create(unique("changer"), domain="default", password="first secret")
    auth = v3.Password(auth_url=keystone.auth_url, password="first secret", user_id=user.id)
    own = client.Client(session=session.Session(auth=auth))
    before = len(keystone.requests())
    with pytest.raises(exceptions.Unauthorized):
        own.users.update_password("wrong", "second secret")
    assert sum(1 for it in keystone.requests()[before:] if it["path"].endswith("/password")) == 1
    own.users.update_password("first secret", "second secret")
    with pytest.raises(exceptions.ValidationError):
        own.users.update_password("same", "same")
    user.delete()


# --- Errors ----------------------------------------------------------------------------------------------------------


def test_an_error_is_caught_by_every_name_that_it_has(admin: client.Client) -> None:
    for caught in (
        exceptions.NotFound,
        exceptions.HTTPClientError,
        exceptions.ClientException,
        archstone.NotFoundError,
        keystoneauth1.exceptions.NotFound,
        keystoneauth1.exceptions.ClientException,
    ):
        with pytest.raises(caught) as told:
            admin.users.get("nobody")
        error: Any = told.value
        assert (error.http_status, error.status, error.kind) == (404, 404, "not_found")
        assert error.request_id.startswith("req-")
        assert "(HTTP 404" in str(error)
        assert isinstance(error.__cause__, archstone.NotFoundError)


def test_what_is_wrong_is_not_sent(admin: client.Client, keystone: TaggedKeystone) -> None:
    assert admin.authenticate()
    before = len(keystone.requests())
    with pytest.raises(exceptions.ValidationError, match="either a user or group"):
        admin.roles.grant("r", project="p")
    with pytest.raises(exceptions.ValidationError, match="not domain and project"):
        admin.roles.grant("r", user="u", project="p", domain="d")
    with pytest.raises(exceptions.ValidationError, match="interface"):
        admin.endpoints.create("s", "http://a.example", interface="secret")
    with pytest.raises(TypeError, match="get"):
        admin.users.list(id="u")
    with pytest.raises(exceptions.MethodNotImplemented):
        admin.role_assignments.create()
    with pytest.raises(exceptions.Gone, match=r"tokens\.validate"):
        admin.simple_cert.get_certificates()
    with pytest.raises(ValueError, match="endpoint"):
        admin.endpoint_filter.add_endpoint_to_project("p", None)  # type: ignore[arg-type]
    assert len(keystone.requests()) == before
    with pytest.raises(exceptions.NoUniqueMatch):
        admin.projects.find(name="web")
    with pytest.raises(exceptions.NotFound, match="No Project matching"):
        admin.projects.find(name="no such project")


def test_nothing_warns(keystone: TaggedKeystone) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        client.Client(username="alice", password="alice-secret", auth_url=keystone.auth_url)

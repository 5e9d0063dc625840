"""Keystone's resources in Python: every usable route of the identity service."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import pickle
import secrets
from typing import TYPE_CHECKING, Any

import pytest

import archstone
from archstone import AsyncClient, Client, InvalidRequestError, UnauthenticatedError
from archstone._resources import RESOURCES
from archstone.identity import AsyncBulk, AsyncItems, Bulk, Progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from keystone_for_tests import TaggedKeystone


def unique(what: str) -> str:
    return f"{what}-{secrets.token_hex(6)}"


@pytest.fixture
def admin(keystone: TaggedKeystone) -> Client:
    """Return an administrator of the whole system."""
    return Client(**keystone.user("admin", system_scope=True))


def holds(resource: archstone.identity.Resource, **expected: object) -> None:
    fields = resource.to_dict()
    assert {name: fields.get(name) for name in expected} == expected


def gone(get: Any, *identifiers: object) -> None:  # noqa: ANN401
    with pytest.raises(archstone.NotFoundError):
        get(*identifiers)


def test_users_and_groups(admin: Client) -> None:
    users, groups, name = admin.users, admin.groups, unique("user")
    user = users.create(
        name, domain="default", email="a@example.org", enabled=True, password="a secret", extra={"shoe_size": 43}
    )
    holds(user, name=name, domain_id="default", email="a@example.org", enabled=True, shoe_size=43)
    assert (user.email, user.shoe_size, user.description) == ("a@example.org", 43, None)
    changed = users.update(user, description="changed", email=None)
    holds(changed, description="changed", email=None)
    assert users.get(user) == users.find(name, domain="default") == users.list(name=name).first()
    assert [it.id for it in users.list(domain="default", name__startswith=name, enabled=True)] == [user.id]
    group = groups.create(unique("group"), domain="default", description="a test")
    assert groups.update(group, description="changed").description == "changed"
    assert groups.get(group) == groups.find(group.name)
    users.add_to_group(user, group)
    assert users.check_in_group(user, group)
    assert [it.id for it in users.list(group=group)] == [user.id]
    assert [it.id for it in groups.list(user=user)] == [group.id]
    users.remove_from_group(user, group)
    assert not users.check_in_group(user, group)
    users.revoke_tokens(user)
    groups.delete(group)
    gone(groups.get, group)
    users.delete(user)
    gone(users.get, user)
    assert not users.exists(user)


def test_an_own_password(admin: Client, keystone: TaggedKeystone) -> None:
    name = unique("changer")
    user = admin.users.create(name, domain="default", password="first secret")
    own = Client(auth_url=keystone.url(), username=name, password="first secret", unscoped=True)
    own.users.update_password("first secret", "second secret")
    assert Client(auth_url=keystone.url(), username=name, password="second secret", unscoped=True).token
    admin.users.delete(user)


@pytest.mark.parametrize("asynchronous", [False, True])
def test_the_password_of_the_login_is_changed_and_the_token_forgotten(
    admin: Client, keystone: TaggedKeystone, *, asynchronous: bool
) -> None:
    user = admin.users.create(unique("changer"), domain="default", password="first secret")
    own = Client(auth_url=keystone.url(), user_id=user.id, password="first secret", unscoped=True)
    token = own.token
    if asynchronous:

        async def change() -> None:
            other = AsyncClient(auth_url=keystone.url(), user_id=user.id, password="first secret", unscoped=True)
            await other.change_password("second secret")

        asyncio.run(change())
    else:
        own.change_password("second secret")
    with pytest.raises(UnauthenticatedError):
        own.renew()
    new = Client(auth_url=keystone.url(), user_id=user.id, password="second secret", unscoped=True)
    assert new.token != token
    with pytest.raises(InvalidRequestError, match="does not log in with a password"):
        Client(auth_url=keystone.url(), token_id=new.token).change_password("third secret")
    admin.users.delete(user)


def test_projects_and_tags(admin: Client) -> None:
    projects = admin.projects
    top = projects.create(unique("top"), domain="default")
    project = projects.create(unique("project"), domain="default", parent=top, tags=["a"], description="a test")
    holds(project, parent_id=top.id, tags=["a"], description="a test")
    assert projects.update(project, description="changed").description == "changed"
    assert projects.get(project, parents_as_ids=True).parents == {top.id: {"default": None}}
    assert projects.find(project.name, domain="default").id == project.id
    assert [it.id for it in projects.list(parent=top, tags_any=["a", "b"])] == [project.id]
    projects.add_tag(project, "é")
    assert projects.check_tag(project, "é")
    assert projects.list_tags(project) == ["a", "é"]
    projects.delete_tag(project, "é")
    assert projects.update_tags(project, ["x", "y"]) == ["x", "y"]
    projects.delete_tags(project)
    assert projects.list_tags(project) == []
    assert [it.name for it in projects.list(user=admin.users.find("bob", domain="default"), name="lab")] == ["lab"]
    projects.delete(project)
    gone(projects.get, project)
    projects.delete(top)


def test_domains_and_their_settings(admin: Client) -> None:
    domains, configs = admin.domains, admin.domain_configs
    domain = domains.create(unique("domain"), description="a test")
    assert domains.get(domain) == domains.find(domain.name) == domains.list(name=domain.name).first()
    settings = {"identity": {"driver": "ldap"}, "ldap": {"url": "ldap://a", "user_tree_dn": "ou=a"}}
    assert configs.create(domain, settings) == configs.get(domain) == settings
    assert configs.get(domain, group="ldap", option="url") == {"url": "ldap://a"}
    assert configs.get(domain, group="identity") == {"identity": {"driver": "ldap"}}
    configs.update(domain, {"ldap": {"url": "ldap://b"}})
    configs.update(domain, {"ldap": {"user_tree_dn": "ou=b"}}, group="ldap")
    configs.update(domain, {"driver": "sql"}, group="identity", option="driver")
    configs.delete(domain, group="ldap", option="url")
    configs.delete(domain, group="ldap")
    assert configs.get(domain) == {"identity": {"driver": "sql"}}
    configs.delete(domain)
    gone(configs.get, domain)
    assert configs.get_default()["ldap"]
    assert configs.get_default(group="ldap")["ldap"]
    assert configs.get_default(group="ldap", option="url")["url"]
    assert domains.update(domain, enabled=False).enabled is False
    domains.delete(domain)
    gone(domains.get, domain)


def test_roles_granted_everywhere(admin: Client) -> None:
    roles = admin.roles
    role = roles.create(unique("role"), description="a test")
    assert roles.update(role, description="changed").description == "changed"
    assert roles.get(role) == roles.find(role.name) == roles.list(name=role.name).first()
    user = admin.users.create(unique("user"), domain="default")
    group = admin.groups.create(unique("group"), domain="default")
    project = admin.projects.create(unique("project"), domain="default")
    places: list[dict[str, Any]] = [
        {"project": project},
        {"domain": "default"},
        {"system": True},
        {"project": project, "inherited": True},
        {"domain": "default", "inherited": True},
    ]
    for who in ({"user": user}, {"group": group}):
        for place in places:
            assert not roles.check(role, **who, **place)
            roles.grant(role, **who, **place)
            assert roles.check(role, **who, **place)
            if list(place) != ["project", "inherited"]:
                assert [it.id for it in roles.list(**who, **place)] == [role.id]
            roles.revoke(role, **who, **place)
    roles.grant(role, user=user, project=project)
    (assignment,) = admin.role_assignments.list(user=user, project=project, include_names=True)
    assert assignment.user
    assert (assignment.user["name"], assignment.role["name"]) == (user.name, role.name)
    implied, rules = roles.create(unique("implied")), admin.inference_rules
    rule = rules.create(role, implied)
    assert rules.get(role, implied) == rule
    assert rules.check(role, implied)
    assert rules.list(role).implies[0]["id"] == implied.id
    assert role.id in [it.prior_role["id"] for it in rules.list_inference_roles()]
    rules.delete(role, implied)
    assert not rules.check(role, implied)
    admin.projects.delete(project)
    admin.groups.delete(group)
    admin.users.delete(user)
    for made in (role, implied):
        roles.delete(made)
        gone(roles.get, made)


def test_the_catalogs_parts(admin: Client) -> None:
    region = admin.regions.create(id=unique("region"), description="a test")
    other = admin.regions.create_with_id(unique("region"), parent_region=region)
    assert admin.regions.get(other).parent_region_id == region.id
    assert [it.id for it in admin.regions.list(parent_region=region)] == [other.id]
    assert admin.regions.update(other, parent_region=None).parent_region_id is None
    service = admin.services.create(unique("type"), name="a service")
    assert admin.services.get(service) == admin.services.list(type=service.type).first()
    assert admin.services.update(service, description="changed").description == "changed"
    endpoint = admin.endpoints.create(service, "public", "http://a.example", region=region)
    holds(endpoint, service_id=service.id, interface="public", region_id=region.id, url="http://a.example")
    assert admin.endpoints.get(endpoint) == admin.endpoints.list(service=service, interface="public").first()
    assert admin.endpoints.update(endpoint, url="http://b.example").url == "http://b.example"

    project, filters = admin.projects.create(unique("shown"), domain="default"), admin.endpoint_filter
    group = admin.endpoint_groups.create(unique("group"), {"service_id": service.id})
    assert admin.endpoint_groups.get(group) == admin.endpoint_groups.list(name=group.name).first()
    assert admin.endpoint_groups.check(group)
    assert admin.endpoint_groups.update(group, description="changed").description == "changed"
    filters.add_endpoint_to_project(project, endpoint)
    assert filters.check_endpoint_in_project(project, endpoint)
    assert [it.id for it in filters.list_endpoints_for_project(project)] == [endpoint.id]
    assert [it.id for it in filters.list_projects_for_endpoint(endpoint)] == [project.id]
    filters.delete_endpoint_from_project(project, endpoint)
    filters.add_endpoint_group_to_project(group, project)
    assert filters.check_endpoint_group_in_project(group, project)
    assert [it.id for it in filters.list_endpoint_groups_for_project(project)] == [group.id]
    assert [it.id for it in filters.list_projects_for_endpoint_group(group)] == [project.id]
    assert [it.id for it in filters.list_endpoints_for_endpoint_group(group)] == [endpoint.id]
    filters.delete_endpoint_group_from_project(group, project)
    admin.endpoint_groups.delete(group)

    policy, follows = admin.policies.create("{}", "application/json"), admin.endpoint_policy
    assert admin.policies.update(policy, blob="rules").blob == "rules"
    assert admin.policies.get(policy).id in [it.id for it in admin.policies.list(type="application/json")]
    follows.create_policy_association_for_endpoint(policy, endpoint)
    assert follows.check_policy_association_for_endpoint(policy, endpoint)
    assert follows.get_policy_for_endpoint(endpoint).id == policy.id
    assert [it.id for it in follows.list_endpoints_for_policy(policy)] == [endpoint.id]
    follows.delete_policy_association_for_endpoint(policy, endpoint)
    follows.create_policy_association_for_service(policy, service)
    assert follows.check_policy_association_for_service(policy, service)
    follows.delete_policy_association_for_service(policy, service)
    follows.create_policy_association_for_region_and_service(policy, region, service)
    assert follows.check_policy_association_for_region_and_service(policy, region, service)
    follows.delete_policy_association_for_region_and_service(policy, region, service)
    admin.policies.delete(policy)
    gone(admin.policies.get, policy)

    admin.endpoints.delete(endpoint)
    gone(admin.endpoints.get, endpoint)
    admin.services.delete(service)
    admin.projects.delete(project)
    for made in (other, region):
        admin.regions.delete(made)


def test_credentials(admin: Client, keystone: TaggedKeystone) -> None:
    own = Client(**keystone.user("bob", project_name="web"))
    credential = admin.credentials.create(own.user, "certificate", "hush")
    assert "hush" not in repr(credential)
    assert admin.credentials.get(credential) == credential
    assert admin.credentials.update(credential, blob="hush hush").blob == "hush hush"
    assert credential.id in [it.id for it in admin.credentials.list(user=own.user, type="certificate")]
    admin.credentials.delete(credential)
    gone(admin.credentials.get, credential)

    ec2: Any = own.ec2.create(own.auth_ref.project_id or "")
    assert own.ec2.get(ec2) == ec2
    assert ec2 in own.ec2.list()
    assert ec2.secret not in repr(ec2)
    service = Client(**keystone.user("admin", project_name="admin"))
    text = f"GET\nh\n/\nAWSAccessKeyId={ec2.access}&SignatureMethod=HmacSHA256&SignatureVersion=2"
    parameters = {"SignatureVersion": "2", "SignatureMethod": "HmacSHA256", "AWSAccessKeyId": ec2.access}
    request = {"access": ec2.access, "host": "h", "verb": "GET", "path": "/", "params": parameters}
    signature = hmac.digest(ec2.secret.encode(), text.encode(), "sha256")
    issued: Any = service.ec2.exchange({**request, "signature": base64.b64encode(signature).decode()})
    assert issued.facts["user"]["name"] == "bob"
    assert issued.token not in repr(issued)
    signature = hmac.new(ec2.secret.encode(), b"GET", hashlib.sha1).digest()
    signed = {"token": base64.b64encode(b"GET").decode(), "signature": base64.b64encode(signature).decode()}
    assert service.ec2.exchange_s3({"access": ec2.access, **signed}).facts["user"]["name"] == "bob"
    own.ec2.delete(ec2)
    gone(own.ec2.get, ec2)

    rule = {"path": f"/{unique('servers')}", "method": "GET", "service": "compute"}
    robot = own.application_credentials.create(
        unique("robot"), roles=[admin.roles.find("member")], access_rules=[rule], secret="robot secret"
    )
    assert "robot secret" not in repr(robot)
    assert own.application_credentials.get(robot).name == robot.name
    assert own.application_credentials.find(robot.name) == own.application_credentials.list(name=robot.name).first()
    (made,) = own.access_rules.list(path=rule["path"])
    assert own.access_rules.get(made) == made
    own.application_credentials.delete(robot)
    gone(own.application_credentials.get, robot)
    own.access_rules.delete(made)
    gone(own.access_rules.get, made)


def test_trusts(admin: Client, keystone: TaggedKeystone) -> None:
    own = Client(**keystone.user("bob", project_name="lab"))
    trustee, member = admin.users.create(unique("trustee"), domain="default"), admin.roles.find("member")
    trust = own.trusts.create(trustee, own.user, False, project=own.project, roles=[member])  # noqa: FBT003
    holds(trust, trustee_user_id=trustee.id, impersonation=False)
    assert own.trusts.get(trust).id in [it.id for it in own.trusts.list(trustor_user=own.user)]
    assert [it.id for it in own.trusts.list_roles(trust)] == [member.id]
    assert own.trusts.get_role(trust, member).id == member.id
    assert own.trusts.check_role(trust, member)
    own.trusts.delete(trust)
    gone(own.trusts.get, trust)
    admin.users.delete(trustee)


def test_limits(admin: Client) -> None:
    service, project = admin.services.create(unique("type")), admin.projects.create(unique("project"), domain="default")
    registered = admin.registered_limits.create(service, "servers", 10)
    assert admin.registered_limits.get(registered) == admin.registered_limits.list(service=service).first()
    assert admin.registered_limits.update(registered, default_limit=20).default_limit == 20
    limit = admin.limits.create(service, "servers", 5, project=project)
    assert admin.limits.get(limit) == admin.limits.list(project=project).first()
    assert admin.limits.update(limit, resource_limit=6).resource_limit == 6
    assert admin.limits.get_model()["name"] == "flat"
    admin.limits.delete(limit)
    gone(admin.limits.get, limit)
    admin.registered_limits.delete(registered)
    gone(admin.registered_limits.get, registered)
    admin.services.delete(service)
    admin.projects.delete(project)


def test_federation(admin: Client, keystone: TaggedKeystone) -> None:
    federation, name, project = (
        admin.federation,
        unique("visitor"),
        admin.projects.create(unique("visited"), domain="default"),
    )
    place = {"projects": [{"name": project.name, "roles": [{"name": "member"}]}]}
    rules = [{"local": [{"user": {"name": "{0}"}}, place], "remote": [{"type": "REMOTE_USER"}]}]
    mapping = federation.mappings.create(unique("mapping"), rules)
    assert federation.mappings.get(mapping) in list(federation.mappings.list())
    assert federation.mappings.update(mapping, rules=rules).rules == rules
    provider = federation.identity_providers.create(unique("idp"), domain="default", remote_ids=[f"idp-of-{name}"])
    assert (
        federation.identity_providers.get(provider).id == federation.identity_providers.list(id=provider.id).all()[0].id
    )
    assert federation.identity_providers.update(provider, enabled=True).enabled
    protocol = federation.protocols.create("mapped", provider, mapping, remote_id_attribute="REMOTE_IDP")
    assert federation.protocols.get(provider, protocol).mapping_id == mapping.id
    assert [it.id for it in federation.protocols.list(provider)] == ["mapped"]
    assert federation.protocols.update(provider, protocol, mapping=mapping).mapping_id == mapping.id

    visitor = Client(auth_url=keystone.url(f"federated={name}"), username="nobody", password="nothing").federation
    issued = visitor.authenticate(provider, protocol)
    assert issued.facts["user"]["name"] == name
    assert visitor.authenticate_by_get(provider, protocol).facts["user"]["name"] == name
    dashboard = "http://dashboard.example/auth/websso/"
    for ask in (visitor.web_sso, visitor.web_sso_by_post):
        assert dashboard in ask(protocol, origin=dashboard)
        assert dashboard in ask(protocol, origin=dashboard, identity_provider=provider)
    as_visitor = Client(token_id=issued.token, mgmt_url=keystone.url())
    assert [it.id for it in as_visitor.federation.list_projects()] == [project.id]
    assert list(as_visitor.federation.list_domains()) == []

    federation.protocols.delete(provider, protocol)
    gone(federation.protocols.get, provider, protocol)
    federation.identity_providers.delete(provider)
    gone(federation.identity_providers.get, provider)
    federation.mappings.delete(mapping)
    gone(federation.mappings.get, mapping)
    admin.projects.delete(project)

    other = federation.service_providers.create(unique("sp"), "https://b.example/auth", "https://b.example/sp")
    assert federation.service_providers.get(other) == federation.service_providers.list(id=other).first()
    assert federation.service_providers.update(other, description="changed").description == "changed"
    asked = {"identity": {"methods": ["token"], "token": {"id": "x"}}, "scope": {"service_provider": {"id": other.id}}}
    for assert_that in (federation.saml.create_assertion, federation.saml.create_ecp):
        with pytest.raises(archstone.ForbiddenError):
            assert_that(asked)
    assert federation.saml.metadata().startswith("<EntityDescriptor")
    federation.service_providers.delete(other)
    gone(federation.service_providers.get, other)


def test_oauth(admin: Client, keystone: TaggedKeystone) -> None:
    consumers = admin.oauth1.consumers
    consumer: Any = consumers.create(description="a test")
    assert consumer.secret not in repr(consumer)
    assert consumers.get(consumer).id in [it.id for it in consumers.list()]
    assert consumers.update(consumer, description="changed").description == "changed"
    own, role = Client(**keystone.user("admin", project_name="admin")), admin.roles.find("admin")
    asked = own.oauth1.request_tokens.create(consumer, consumer.secret, own.auth_ref.project_id or "")
    consented = own.oauth1.request_tokens.authorize(asked["oauth_token"], [role])
    tokens = own.oauth1.access_tokens
    key = tokens.create(
        consumer, consumer.secret, asked["oauth_token"], asked["oauth_token_secret"], consented["oauth_verifier"]
    )["oauth_token"]
    assert tokens.get(key).id in [it.id for it in tokens.list()]
    assert [it.id for it in tokens.list_roles(key)] == [role.id]
    assert tokens.get_role(key, role).id == role.id
    tokens.delete(key)
    gone(tokens.get, key)
    consumers.delete(consumer)
    gone(consumers.get, consumer)

    bob = Client(**keystone.user("bob", project_name="db"))
    robot = bob.application_credentials.create(unique("oauth2"), secret="client secret")
    assert bob.oauth2.create_token(robot, "client secret")["token_type"] == "Bearer"
    bob.application_credentials.delete(robot)


def test_tokens_and_what_they_open(admin: Client, keystone: TaggedKeystone) -> None:
    user = {"name": "bob", "domain": {"id": "default"}, "password": "bob-secret"}
    issued: Any = admin.tokens.issue({"identity": {"methods": ["password"], "password": {"user": user}}})
    assert admin.tokens.check(issued.token)
    assert admin.tokens.get_token_data(issued.token, nocatalog=True).facts["user"]["name"] == "bob"
    known = admin.tokens.validate(issued.token)
    assert (known.user_name, known.auth_token) == ("bob", issued.token)
    assert 3500 < known.remaining.total_seconds() <= 3600
    admin.tokens.revoke_token(issued.token)
    assert not admin.tokens.check(issued.token)
    gone(admin.tokens.validate, issued.token)
    assert list(admin.revocation_events.list())
    bob = Client(**keystone.user("bob", project_name="web"))
    assert sorted(it.name for it in bob.auth.projects()) == ["db", "lab", "web"]
    assert list(bob.auth.domains()) == []
    assert bob.auth.systems() == []
    assert bob.auth.catalog()
    nobody = Client(auth_url=keystone.url(), username="nobody", password="nothing").discovery
    assert nobody.versions()["versions"]["values"]
    assert nobody.version()["id"].startswith("v3")
    assert nobody.home()["resources"]
    assert nobody.health() == ""


def test_mistakes_are_told_before_anything_is_sent(keystone: TaggedKeystone) -> None:
    client = Client(**keystone.user("admin"))
    wrongs: list[tuple[Callable[[], object], str]] = [
        (lambda: client.users.get(""), "`user` is empty"),
        (lambda: client.users.get("a/b"), "`user` has a slash"),
        (lambda: client.users.update("u"), "there is nothing to change"),
        (lambda: client.roles.grant("r", user="u"), "`grant` cannot be done with `role`, `user`"),
        (lambda: client.role_assignments.list(user="u", group="g").all(), "`user` and `group` contradict each other"),
        (lambda: client.federation.protocols.find("mapped"), "`find` needs `identity_provider`"),
        (lambda: client.users.add_to_group("u"), "`add_to_group` needs `group`"),  # type: ignore[call-arg]
    ]
    for wrong, message in wrongs:
        with pytest.raises(archstone.InvalidRequestError, match=message):
            wrong()
    with pytest.raises(TypeError, match="takes 1 positional"):
        client.users.get("u", "v")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="two values"):
        client.users.get("u", user="v")  # type: ignore[misc]
    assert keystone.requests() == []


def test_several_of_a_name_and_none(admin: Client) -> None:
    with pytest.raises(archstone.AmbiguousError, match=r"\d projects are called `web`"):
        admin.projects.find("web")
    with pytest.raises(archstone.NotFoundError, match="no user has the name or id `alicee`") as caught:
        admin.users.find("alicee", domain="default")
    assert caught.value.hint == "did you mean `alice`?"


def test_resources_are_values(admin: Client) -> None:
    one, same = admin.roles.find("member"), admin.roles.find("member")

    assert one == same
    assert hash(one) == hash(same)
    assert one != admin.roles.find("reader")
    assert pickle.loads(pickle.dumps(one)) == one
    assert archstone.identity.Role.from_dict(json.loads(json.dumps(one.to_dict()))) == one
    assert repr(one) == f'<archstone.Role name="member" id="{one.id}">'
    assert {"name", "options", "links"} <= set(dir(one))
    with pytest.raises(AttributeError, match="Role cannot be changed here"):
        one.name = "other"  # type: ignore[misc]
    with pytest.raises(AttributeError, match="Role has no attribute 'colour'"):
        one.colour  # noqa: B018
    with pytest.raises(ValueError, match="there is no name in this Role"):
        archstone.identity.Role.from_dict({"id": "x"})


def test_the_possible_projects_are_there_and_so_is_their_manager(keystone: TaggedKeystone) -> None:
    client = Client(**keystone.user("bob", project_name="web"))

    assert len(client.projects) == 3
    assert list(client.projects) == client.tenants
    assert client.projects[0] in client.projects
    assert "ProjectManager" in repr(client.projects)


async def test_all_of_it_is_there_for_asyncio(keystone: TaggedKeystone) -> None:
    client = AsyncClient(**keystone.user("admin", system_scope=True))
    name = unique("async")

    group = await client.groups.create(name, domain="default")
    assert await client.groups.get(group) == await client.groups.find(name, domain="default")
    assert [it.id async for it in client.groups.list(name=name)] == [group.id]
    assert await client.groups.list(name=name) == await client.groups.list(name=name).all()
    assert await client.groups.list(name=name).first() == group
    assert isinstance(client.groups.list(), AsyncItems)
    assert await client.groups.exists(group)
    await client.groups.delete(group)
    assert not await client.groups.exists(group)
    assert (await client.tokens.issue({"identity": {"methods": ["token"], "token": {"id": await client.token}}})).token
    assert (await client.tokens.validate(await client.token)).system_scoped
    assert await client.projects
    assert await client.federation.mappings.list() == []


def test_many_at_once_and_what_fails_does_not_stop_the_others(admin: Client) -> None:
    prefix, seen = unique("bulk"), list[Progress]()
    wanted = [{"name": f"{prefix}-{position % 5}", "domain": "default"} for position in range(6)]

    report = Bulk(admin.groups.create, wanted, concurrency=3, on_progress=seen.append).run()

    assert [it.kind for _, it in report.failures] == ["conflict"]
    assert len(report.answers) == 5
    assert {it.name for it in report.answers} == {f"{prefix}-{position}" for position in range(5)}
    assert [(it.done, it.total) for it in seen] == [(done, 6) for done in range(1, 7)]
    assert seen[-1].failed == 1
    assert repr(report) == "<archstone.identity.Report of 6, 1 failed>"

    deletions = Bulk(admin.groups.delete, report.answers)
    assert deletions.preview() == [f"DELETE groups/{it.id}" for it in report.answers]
    assert admin.groups.exists(report.answers[0]), "a preview does nothing"
    assert deletions.run().failures == []
    assert not admin.groups.exists(report.answers[0])


def test_what_a_progress_callback_raises_ends_everything(admin: Client, keystone: TaggedKeystone) -> None:
    assert admin.token
    before = len(keystone.requests())

    def stop(_: Progress) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        Bulk(admin.users.get, ["nobody"] * 50, concurrency=1, on_progress=stop).run()
    assert len(keystone.requests()) - before < 50


def test_many_operations_are_checked_before_they_are_sent(admin: Client) -> None:
    with pytest.raises(archstone.InvalidRequestError, match="`user` has a slash"):
        Bulk(admin.users.delete, ["u", "a/b"]).preview()
    with pytest.raises(TypeError, match="give a method of a manager that is no list"):
        Bulk(admin.users.list, [()])
    with pytest.raises(TypeError, match="give a method of a manager that is no list"):
        Bulk(print, ["x"])
    with pytest.raises(TypeError, match="takes 2 positional"):
        Bulk(admin.users.add_to_group, [("u", "g", "x")])
    assert Bulk(admin.users.delete, []).run().outcomes == []


async def test_many_at_once_for_asyncio(keystone: TaggedKeystone) -> None:
    client = AsyncClient(**keystone.user("admin", system_scope=True))
    names = [{"name": unique("bulk"), "domain": "default"} for _ in range(3)]
    seen: list[Progress] = []

    report = await AsyncBulk(client.groups.create, names, concurrency=2, on_progress=seen.append).run()

    assert [it.name for it in report.answers] == [it["name"] for it in names]
    assert seen[-1] == (3, 0, 3)
    deleted = await AsyncBulk(client.groups.delete, report.answers).run()
    assert deleted.outcomes == [None, None, None]


def test_role_assignments_with_names_put_together_here(admin: Client) -> None:
    (role, user) = admin.roles.create(unique("role")), admin.users.create(unique("user"), domain="default")
    admin.roles.grant(role, user=user, system=True)
    admin.roles.grant(role, user=user, domain="default")

    named = admin.role_assignments.list_named(user=user)

    assert "Items of RoleAssignment" in repr(named)
    by_scope = {next(iter(it.scope)): it for it in named}
    assert set(by_scope) == {"system", "domain"}
    assert by_scope["domain"].scope["domain"] == {"id": "default", "name": "Default"}
    theirs = {next(iter(it.scope)): it for it in admin.role_assignments.list(user=user, include_names=True)}
    assert by_scope == theirs
    admin.users.delete(user)
    admin.roles.delete(role)


# Example values for filters that do not accept `x`.
SAMPLES: dict[str, object] = {
    "domain": "default",
    "domain_id": "default",
    "inherited_to": "projects",
    "interface": "public",
    "parent": "0" * 32,
    "password_expires_at": "lt:2000-01-01T00:00:00Z",
    "since": "2020-01-01T00:00:00Z",
    "sort_dir": "desc",
    "sort_key": "name",
}
BY_KIND: dict[str, object] = {"boolean": True, "flag": True, "texts": ["x", "y"], "text": "0" * 32, "match": "x"}


def test_every_list_takes_every_filter(admin: Client) -> None:
    taken = 0
    for resource in RESOURCES.values():
        operation = next((it for it in resource["operations"] if it["name"] == "list"), None)
        if operation is None or any(it["required"] for it in operation["parameters"]):
            continue
        manager: Any = admin
        for name in resource["manager"].split("."):
            manager = getattr(manager, name)
        for parameter in operation["parameters"]:
            if parameter["path"]:
                continue
            name, value = parameter["name"], BY_KIND[parameter["kind"]]
            more = {"project": admin.projects.find("lab")} if name == "include_subtree" else {}
            filters = [{name: SAMPLES.get(name, value), **more}]
            if parameter["kind"] == "match" and resource["manager"] != "endpoints":
                filters.append({f"{name}__icontains": "x"})
            for it in filters:
                for found in manager.list(**it):
                    assert found.to_dict(), (resource["manager"], it)
                taken += 1
    assert taken > 50

"""Effective role assignments, and what is known from a token without a request."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import pytest

from archstone import AsyncClient, Client, ForbiddenError
from archstone.grants import Grants, Place

if TYPE_CHECKING:
    from pathlib import Path

    from keystone_for_tests import TaggedKeystone


def unique(what: str) -> str:
    return f"{what}-{secrets.token_hex(6)}"


def test_effective_grants_name_every_way_that_leads_to_a_role(keystone: TaggedKeystone) -> None:
    admin = Client(**keystone.user("admin", system_scope=True))
    parent = admin.projects.create(unique("parent"))
    child = admin.projects.create(unique("child"), parent=parent)
    group = admin.groups.create(unique("group"))
    user = admin.users.create(unique("user"))
    admin.users.add_to_group(user, group)
    member, reader = admin.roles.find("member"), admin.roles.find("reader")
    admin.roles.grant(member, group=group, project=parent, inherited=True)

    grants = admin.effective_grants(user=user)

    assert grants.unseen == []
    found = [(grant.user_name, grant.role_name, grant.place.name) for grant in grants.effective]
    # Keystone's role member implies reader.
    assert found == [(f"{user.name}@Default", role, f"{child.name}@Default") for role in ("member", "reader")]
    chain = grants.effective[1].chains[0]
    assert (chain.role_names, chain.roles) == (["member", "reader"], [member.id, reader.id])
    assert (chain.group_name, chain.group, chain.is_inherited) == (f"{group.name}@Default", group.id, True)
    assert (chain.granted_on.kind, chain.granted_on.id) == ("project", parent.id)
    for there in (
        admin.effective_grants(project=child),
        admin.effective_grants(project=child.id, role=member),
        admin.effective_grants(group=group),
        admin.effective_grants(user=user.id),
    ):
        assert user.id in {grant.user for grant in there.effective}
        assert {grant.place.id for grant in there.effective} == {child.id}
    assert admin.effective_grants(user=user, project=parent).effective == []
    assert {grant.place.kind for grant in admin.effective_grants(system=True).effective} == {"system"}
    domain = admin.effective_grants(domain="default").effective
    assert {(grant.user_name, grant.place.name) for grant in domain} == {("admin@Default", "Default")}


def test_gaps_say_why_a_user_does_not_have_a_role(keystone: TaggedKeystone) -> None:
    admin = Client(**keystone.user("admin", system_scope=True))
    parent = admin.projects.create(unique("parent"))
    child = admin.projects.create(unique("child"), parent=parent)
    group = admin.groups.create(unique("group"))
    user, other = admin.users.create(unique("user")), admin.users.create(unique("other"))
    admin.users.add_to_group(user, group)
    member, reader = admin.roles.find("member"), admin.roles.find("reader")
    admin.roles.grant(member, group=group, project=parent, inherited=True)

    def gaps(**asked: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401
        found = admin.effective_grants(**asked).gaps
        places = [gap.granted_on.id if gap.granted_on else None for gap in found]
        return [(gap.kind, gap.role_names, gap.group, place) for gap, place in zip(found, places, strict=True)]

    # Granted only on projects below; not a member of the group; implied by a role that is not granted.
    assert gaps(user=user, project=parent) == [("only_below", ["member"], group.id, parent.id)]
    assert gaps(user=other, project=child) == [("not_member", ["member"], group.id, parent.id)]
    assert gaps(user=other, project=parent, role=reader)[-1][0] == "implied_by"
    assert "member" in gaps(user=other, project=parent, role=reader)[-1][1]
    admin.roles.grant(reader, user=other, project=parent)
    assert ("other_roles", ["reader"], None, None) in gaps(user=other, project=parent, role=member)
    assert ("not_inherited", ["reader"], None, parent.id) in gaps(user=other, project=child, role=reader)
    # There are no gaps for a user who has the role, and none without a user.
    assert gaps(user=user, project=child) == gaps(project=child) == gaps(user=other) == []


async def test_who_may_not_list_assignments_gets_what_the_token_says(keystone: TaggedKeystone) -> None:
    async with AsyncClient(**keystone.user("alice")) as client:
        grants = await client.effective_grants()

        own = {(grant.user_name, grant.role_name, grant.place.name) for grant in grants.effective}
        assert own == {("alice@Default", role, "web@Default") for role in ("member", "reader")}
        assert all(grant.chains == [] for grant in grants.effective)
        assert [it.name for it in grants.elsewhere] == ["db@Default"]
        [unseen] = [it for it in grants.unseen if it.what == "assignments"]
        assert isinstance(unseen.why, ForbiddenError)
        with pytest.raises(ForbiddenError):
            await client.effective_grants(user="somebody-else")
    assert Client(**keystone.user("alice")).effective_grants().effective[0].place.kind == "project"


def test_what_is_asked_for_is_one_place_and_ids(keystone: TaggedKeystone) -> None:
    client = Client(**keystone.user("admin"))
    with pytest.raises(TypeError, match="one of `project`, `domain` and `system`"):
        client.effective_grants(project="p", system=True)
    with pytest.raises(TypeError, match="give an id, or a resource that has one"):
        client.effective_grants(user=7)  # type: ignore[arg-type]
    assert keystone.requests() == []


async def test_known_access_says_what_is_cached_and_sends_nothing(keystone: TaggedKeystone, tmp_path: Path) -> None:
    options = keystone.user("alice", token_cache=str(tmp_path / "tokens"))
    assert Client(**options).known_access() is None
    assert await AsyncClient(**options).known_access() is None
    assert keystone.requests() == []
    token = Client(**options).get_token()
    sent = len(keystone.requests())

    known = Client(**options).known_access()
    known_later = await AsyncClient(**options).known_access()

    assert known is not None
    assert known_later is not None
    assert known.auth_token == known_later.auth_token == token
    assert (known.user_name, known.project_name) == ("alice", "web")
    assert len(keystone.requests()) == sent


def test_places_compare_by_what_they_are(keystone: TaggedKeystone) -> None:
    grants = Client(**keystone.user("alice")).effective_grants()
    assert isinstance(grants, Grants)
    places = {grant.place for grant in grants.effective}
    assert len(places) == 1
    assert all(isinstance(place, Place) for place in places)

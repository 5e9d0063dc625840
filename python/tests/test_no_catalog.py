"""Tokens that are issued without their catalog, against a real Keystone."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING

import keystoneauth1.session
import pytest

import archstone
from archstone import AsyncClient, Client
from archstone.keystoneauth import Plugin, Session

if TYPE_CHECKING:
    from keystone_for_tests import TaggedKeystone


def test_the_catalog_is_read_when_first_needed(keystone: TaggedKeystone) -> None:
    expected = Client(**keystone.user()).url_for("identity")
    client = Client(**keystone.user(), include_catalog=False)

    known = client.auth_ref
    assert (known.catalog, known.project_name) == (None, "web")
    requests = len(keystone.requests())
    assert client.url_for("identity") == expected
    assert client.url_for("identity") == expected
    assert len(keystone.requests()) == requests + 1
    assert client.auth_ref.catalog is not None


async def test_a_task_has_it_read_too(keystone: TaggedKeystone) -> None:
    client = AsyncClient(**keystone.user(), include_catalog=False)

    assert (await client.auth_ref).catalog is None
    assert (await client.url_for("identity")).startswith("http")
    assert len(await client.current_catalog()) > 1


@pytest.mark.parametrize("session_class", [keystoneauth1.session.Session, Session])
def test_a_session_has_it_read_too(
    keystone: TaggedKeystone, session_class: type[keystoneauth1.session.Session]
) -> None:
    expected = session_class(auth=Plugin(**keystone.user())).get_endpoint(service_type="identity")
    auth = Plugin(**keystone.user(), include_catalog=False)
    session = session_class(auth=auth)

    known = auth.get_access(session)
    assert not known.has_service_catalog()
    assert session.get_endpoint(service_type="identity") == expected
    catalog = known.service_catalog
    assert {it["type"] for it in catalog.catalog} >= {"identity"}
    assert copy.deepcopy(catalog).get_urls("identity")
    assert pickle.loads(pickle.dumps(catalog)).get_urls("identity")
    assert session.get("/users/self", endpoint_filter={"service_type": "identity"}, raise_exc=False).status_code


def test_a_token_that_was_given_says_what_it_lacks(keystone: TaggedKeystone) -> None:
    reference = Client(**keystone.user(), include_catalog=False).auth_ref.to_ref()

    with pytest.raises(archstone.EndpointNotFoundError, match="the token was issued without its catalog") as it:
        Client(token_ref=reference).url_for("identity")
    assert "`include_catalog=`" in (it.value.hint or "")

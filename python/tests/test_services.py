"""The endpoints that the catalog gives lead to services that take the token."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    from keystone_for_tests import Services

    from archstone import Client


@pytest.mark.parametrize(("service", "path"), [("placement", "/resource_providers"), ("image", "/v2/images")])
def test_a_service_found_in_the_catalog_takes_the_token(
    new_client: type[Client], services: Services, service: str, path: str
) -> None:
    keystone = services.keystone.tagged()
    client: Any = new_client(**keystone.user("admin", project_name="admin", region_name="RegionOne"))
    url = client.url_for(service)
    assert url == services.url(service)

    tag = uuid4().hex
    headers = {"X-Auth-Token": client.get_token()}
    with urllib.request.urlopen(urllib.request.Request(f"{url}/{tag}{path}", headers=headers)) as answer:
        assert path.rpartition("/")[2] in json.load(answer)

    assert [it["path"] for it in services.requests(service, "--tag", tag)] == [path]
    assert keystone.logins() == 1

"""The two clients have the same names, arguments, options and documentation."""

from __future__ import annotations

import inspect
import pickle
from typing import TYPE_CHECKING, Any

import pytest

import archstone
from archstone import AsyncClient, Client
from archstone.options import Options

if TYPE_CHECKING:
    from pathlib import Path

    from keystone_for_tests import TaggedKeystone


def public(kind: type) -> set[str]:
    return {name for name in dir(kind) if not name.startswith("_")}


def test_both_clients_have_the_same_names() -> None:
    assert public(Client) ^ public(AsyncClient) == {"from_client"}


METHODS = [name for name in sorted(public(Client)) if inspect.isroutine(getattr(Client, name))]


@pytest.mark.parametrize("name", [name for name in METHODS if not name.startswith("from_")])
def test_both_clients_take_the_same_arguments(name: str) -> None:
    def form(kind: type) -> list[tuple[str, object, object]]:
        _, *parameters = inspect.signature(getattr(kind, name)).parameters.values()
        return [(it.name, it.kind, it.default) for it in parameters]

    assert form(Client) == form(AsyncClient)


def test_whatever_may_wait_is_awaited() -> None:
    waits = {name for name in METHODS if inspect.iscoroutinefunction(getattr(AsyncClient, name))}

    assert set(METHODS) - waits == {"from_env", "from_cloud", "service"}


def test_the_options_are_documented_and_typed() -> None:
    names = set(inspect.signature(Client).parameters)

    assert names == set(Options.__annotations__)
    for name in names:
        assert name in (Client.__doc__ or "")


@pytest.mark.parametrize("name", sorted(Options.__annotations__))
def test_every_option_is_one_of_the_library(name: str) -> None:
    values: dict[str, Any] = {
        "environment": False,
        "timeout": 3,
        "system_scope": False,
        "cloud": None,
        "token_ref": None,
        "ask": None,
        "token_provider": None,
        "service_user": None,
    }

    try:
        Client(**{name: values.get(name, "1")})
    except archstone.ConfigurationError as error:
        assert "unknown option" not in str(error)  # noqa: PT017


@pytest.mark.parametrize("name", archstone.__all__)
def test_everything_is_documented(name: str) -> None:
    thing = getattr(archstone, name)
    is_plain = isinstance(thing, type) and not issubclass(thing, Exception)
    # The docstring of a dataclass documents its fields.
    fields = set(getattr(thing, "__dataclass_fields__", ()))
    members = sorted(public(thing) - fields) if is_plain else []

    assert thing.__doc__
    assert sorted(member for member in members if not getattr(thing, member).__doc__) == []


def test_none_counts_as_not_given(keystone: TaggedKeystone) -> None:
    nothing = dict.fromkeys(Options.__annotations__)

    client = Client(**nothing | keystone.user())

    assert client.token


def test_values_may_have_pythons_types(keystone: TaggedKeystone, tmp_path: Path) -> None:
    client = Client(**keystone.user(timeout=30.5, token_cache=tmp_path / "tokens", interface=("internal", "public")))

    assert ".internal." in client.url_for("compute")
    assert (tmp_path / "tokens").exists()


def test_a_cloud_of_clouds_yaml(
    new_client: type[Client], keystone: TaggedKeystone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = keystone.user()
    text = f"""
clouds:
  here:
    auth: {{auth_url: "{user["auth_url"]}", username: alice, password: {user["password"]}, project_name: web}}
    region_name: RegionTwo
"""
    (tmp_path / "clouds.yaml").write_text(text)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))

    here = new_client.from_cloud("here")
    there = new_client.from_cloud("here", project_name="db", region_name="RegionOne")

    assert here.auth_ref.project_name == "web"
    assert here.url_for("compute") == "http://compute.public.region-two.example:8774/v2.1"
    assert there.auth_ref.project_name == "db"
    assert there.url_for("compute") == "http://compute.public.region-one.example:8774/v2.1"
    assert 'cloud="here"' in repr(Client.from_cloud("here"))


def test_users_and_projects_are_values(keystone: TaggedKeystone) -> None:
    client = Client(**keystone.user())
    user, project = client.user, client.project
    assert project is not None

    assert pickle.loads(pickle.dumps(user)) == user
    assert pickle.loads(pickle.dumps(project)) == project
    assert archstone.User.from_dict(user.to_dict()) == user
    assert hash(archstone.Project.from_dict(project.to_dict())) == hash(project)
    assert user != project
    assert user.to_dict()["name"] == "alice"
    assert user.options == {}
    assert "links" in user.extra
    assert (project.is_domain, project.parent_id, project.tags) == (False, "default", [])
    with pytest.raises(ValueError, match="id"):
        archstone.User.from_dict({"name": "x"})
    with pytest.raises(AttributeError):
        user.name = "y"  # type: ignore[misc]


def test_a_client_can_be_used_after_close(keystone: TaggedKeystone) -> None:
    with Client(**keystone.user()) as client:
        token = client.token

    assert client.token == token
    assert client.user.name == "alice"
    assert keystone.logins() == 1


def test_timings(new_client: type[Client], keystone: TaggedKeystone) -> None:
    client = new_client(**keystone.user())
    client.token  # noqa: B018

    (timing,) = client.timings

    assert (timing.method, timing.url, timing.status) == ("POST", f"{keystone.auth_url}/auth/tokens", 201)
    assert timing.elapsed.total_seconds() > 0


def test_a_program_can_have_a_client_of_its_own(keystone: TaggedKeystone) -> None:
    class Mine(Client):
        def greeting(self) -> str:
            return f"hello {self.auth_ref.user_name}"

    assert Mine(**keystone.user()).greeting() == "hello alice"
    assert isinstance(Mine.from_env(**keystone.user()), Mine)

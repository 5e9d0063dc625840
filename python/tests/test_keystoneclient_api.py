"""Names and parameters of `archstone.keystoneclient` beyond those of python-keystoneclient."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keystoneauth1.session
import keystoneclient.access
import keystoneclient.exceptions
import keystoneclient.v3.client
import pytest
from keystoneclient.v3.contrib.oauth1.core import OAuthManager

import archstone
from archstone.keystoneclient import exceptions
from archstone.keystoneclient.v3 import client as ours

if TYPE_CHECKING:
    from collections.abc import Callable

# Public in every manager there, but only for the implementation of its classes.
INTERNAL = {
    "api": "a deprecated way to the adapter",
    "base_url": "a part of the URL",
    "build_key_only_query": "builds URLs",
    "build_url": "builds URLs",
    "collection_key": "a part of the URL",
    "deprecation_msg": "words of a warning",
    "findall": "filters a whole list here; `find` has the server do it",
    "head": "a request without the manager's rules",
    "key": "a part of the URL",
    "mgr": "another manager's inside",
    "object_type": "a part of the URL",
    "put": "a request without the manager's rules",
    "resource_class": "theirs",
}
# Inherited there, but useless: each requests a path that does not exist.
OF_NO_USE = (
    {
        ("oauth1.access_tokens", name): "asks for the path `/None`"
        for name in ("delete", "find", "get", "list", "update")
    }
    | {
        ("oauth1.request_tokens", name): "asks for the path `/None`"
        for name in ("delete", "find", "get", "list", "update")
    }
    | {
        ("ec2", "find"): "lists without the user that its `list` needs",
        ("endpoint_filter", "OS_EP_FILTER_EXT"): "a part of the URL",
        ("endpoint_policy", "OS_EP_POLICY_EXT"): "a part of the URL",
    }
)
# Members of the client about caching tokens, and about being a plugin of old sessions;
# docs/keystoneclient.md lists them.
CLIENT = {
    "auth_token_from_user": "where a given token is kept there",
    "domain": "an old word that says nothing there",
    "force_new_token": "an option of the keyring",
    "get_connection_params": "a part of an auth plugin",
    "get_headers": "a part of an auth plugin",
    "get_options": "a part of an auth plugin",
    "invalidate": "a part of an auth plugin",
    "load_from_argparse_arguments": "a part of an auth plugin",
    "load_from_conf_options": "a part of an auth plugin",
    "load_from_options": "a part of an auth plugin",
    "load_from_options_getter": "a part of an auth plugin",
    "register_argparse_arguments": "a part of an auth plugin",
    "register_conf_options": "a part of an auth plugin",
    "stale_duration": "an option of the keyring",
    "use_keyring": "an option of the keyring",
    "deprecated_adapter_variables": "a table of its own",
    "deprecated_session_variables": "a table of its own",
    "get_auth_ref_from_keyring": "the token cache is Archstone's",
    "get_raw_token_from_identity_service": "logins are Archstone's",
    "process_token": "logins are Archstone's",
    "serialize": "how bodies are written there",
    "store_auth_ref_into_keyring": "the token cache is Archstone's",
}
EXCEPTIONS = {"from_response": "reads an answer of `requests`"}
# Members of the token's data: names of version 2, and those of keystoneclient's own dict.
ACCESS = {"factory", "is_valid", "management_url", "version", *dir(dict)}


def theirs() -> keystoneclient.v3.client.Client:
    client = keystoneclient.v3.client.Client(session=keystoneauth1.session.Session())
    # Without oauthlib, this attribute would be an object that only raises an error.
    client.oauth1 = OAuthManager(client._adapter)  # noqa: SLF001  as it makes it
    return client


def managers(client: object, prefix: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in vars(client).items():
        kind = type(value).__name__
        if name.startswith("_") or not kind.endswith("Manager"):
            continue
        if kind in {"FederationManager", "OAuthManager"}:
            found |= managers(value, f"{name}.")
        else:
            found[prefix + name] = value
    return found


def public(manager: object) -> set[str]:
    return {name for name in dir(manager) if not name.startswith("_") and name not in INTERNAL}


def parameters(method: Callable[..., object]) -> list[tuple[str, object]]:
    shown = inspect.signature(method).parameters.values()
    return [(it.name, it.default) for it in shown if it.kind is not inspect.Parameter.VAR_KEYWORD]


def takes_more(method: Callable[..., object]) -> bool:
    return any(it.kind is inspect.Parameter.VAR_KEYWORD for it in inspect.signature(method).parameters.values())


THEIRS, OURS = managers(theirs()), managers(ours.Client(endpoint="http://nowhere.example/v3", token="given"))


def test_every_manager_is_there() -> None:
    assert set(THEIRS) == set(OURS)
    assert len(OURS) == 35


@pytest.mark.parametrize("name", sorted(THEIRS))
def test_every_method_and_argument_is_there(name: str) -> None:
    wanted, had = THEIRS[name], OURS[name]
    missing = {it for it in public(wanted) - public(had) if (name, it) not in OF_NO_USE}
    assert not missing

    for method in public(wanted) & public(had) - {"client"}:
        asked: Any = getattr(wanted, method)
        mine: Any = getattr(had, method)
        expected = parameters(asked)
        if (name, method) == ("credentials", "update"):
            # Required there, but Keystone refuses it.
            expected[1] = ("user", None)
        assert parameters(mine)[: len(expected)] == expected, f"{name}.{method}"
        assert takes_more(mine) or not takes_more(asked), f"{name}.{method}"


def test_nothing_is_excepted_that_is_there() -> None:
    for name, method in OF_NO_USE:
        assert hasattr(THEIRS[name], method)
        assert not hasattr(OURS[name], method), f"{name}.{method}"


def test_the_client_has_what_theirs_has() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wanted = {name for name in dir(theirs()) if not name.startswith("_")}
    client = ours.Client(endpoint="http://nowhere.example/v3", token="given")
    had = {name for name in dir(client) if not name.startswith("_")} | {*ours._KNOWN_OF_A_TOKEN}  # noqa: SLF001

    assert wanted - had == set(CLIENT)


def test_what_the_client_lacks_is_in_the_document() -> None:
    document = (Path(__file__).parents[2] / "docs" / "keystoneclient.md").read_text()
    families = {"load_from_": "load_from_…", "register_": "register_…", "deprecated_": "deprecated_…"}

    for name in CLIENT:
        listed = next((shown for prefix, shown in families.items() if name.startswith(prefix)), name)
        assert f"`{listed}`" in document, name


def test_every_resource_class_is_there_with_its_methods() -> None:
    for name, manager in THEIRS.items():
        wanted: Any = getattr(manager, "resource_class", None)
        if wanted is None:
            continue
        mine: Any = OURS[name]
        had = mine.resource_class
        assert had.__name__ == wanted.__name__
        assert {it for it in dir(wanted) if not it.startswith("_")} <= set(dir(had)), name


@pytest.mark.parametrize("name", [it for it in vars(keystoneclient.exceptions) if it[0].isupper()])
def test_every_exception_is_there(name: str) -> None:
    wanted, had = getattr(keystoneclient.exceptions, name), getattr(exceptions, name)

    assert issubclass(had, exceptions.ClientException)
    assert issubclass(had, archstone.Error)
    assert getattr(had, "http_status", None) == getattr(wanted, "http_status", None)
    # An `except` clause for a base class there catches our class, too.
    above = {it.__name__ for it in wanted.__mro__ if it.__module__.startswith(("keystone",))}
    known = {name: kind.__name__ for name, kind in vars(exceptions).items() if isinstance(kind, type)}
    mine = {it.__name__ for it in had.__mro__}
    renamed = {"ConnectFailure": "ConnectionRefused", "CatalogException": "EndpointException"}
    for parent in above:
        spelled = renamed.get(parent, parent)
        assert spelled in mine or spelled not in known, parent


def test_only_what_is_excepted_is_missing_from_the_exceptions() -> None:
    wanted = {name for name in vars(keystoneclient.exceptions) if not name.startswith("_")}
    assert wanted - set(vars(exceptions)) == set(EXCEPTIONS)


def test_what_is_known_of_a_token_has_the_names() -> None:
    wanted = {name for name in dir(keystoneclient.access.AccessInfoV3) if not name.startswith("_")}
    assert wanted - set(dir(archstone.AccessInfo)) <= ACCESS


@pytest.mark.parametrize(
    "module", ["client", "exceptions", "base", "v3.client", *(f"v3.{name}" for name in ("users", "projects", "roles"))]
)
def test_modules_have_their_names(module: str) -> None:
    importlib.import_module(f"archstone.keystoneclient.{module}")


@pytest.mark.parametrize("unwanted", ["keystoneauth1", "requests", "keystoneclient"])
def test_it_imports_nothing_of_it(unwanted: str) -> None:
    program = f"import archstone.keystoneclient.client, sys; sys.exit({unwanted!r} in sys.modules)"

    subprocess.run([sys.executable, "-c", program], check=True)

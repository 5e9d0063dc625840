"""Names and parameters of `archstone.keystoneauth` beyond those of keystoneauth1."""

from __future__ import annotations

import inspect
import subprocess
import sys
from typing import TYPE_CHECKING

import keystoneauth1.adapter
import keystoneauth1.loading
import keystoneauth1.plugin
import keystoneauth1.session
import pytest

from archstone.keystoneauth import Adapter, LegacyJsonAdapter, Loader, Plugin, Session

if TYPE_CHECKING:
    from collections.abc import Callable

PAIRS: list[tuple[type, type]] = [
    (keystoneauth1.session.Session, Session),
    (keystoneauth1.adapter.Adapter, Adapter),
    (keystoneauth1.adapter.LegacyJsonAdapter, LegacyJsonAdapter),
    (keystoneauth1.plugin.BaseAuthPlugin, Plugin),
    (keystoneauth1.loading.BaseLoader, Loader),
]
METHODS = [
    (theirs, ours, name)
    for theirs, ours in PAIRS
    for name in dir(theirs)
    if (not name.startswith("_") or (name == "__init__" and ours not in {Plugin, Loader}))
    and callable(getattr(theirs, name))
]


def parameters(method: Callable[..., object]) -> dict[str, inspect.Parameter]:
    return dict(inspect.signature(method).parameters)


@pytest.mark.parametrize(("theirs", "ours", "name"), METHODS)
def test_every_method_and_argument_is_there(theirs: type, ours: type, name: str) -> None:
    wanted, had = parameters(getattr(theirs, name)), parameters(getattr(ours, name))
    takes_more = any(it.kind is inspect.Parameter.VAR_KEYWORD for it in had.values())

    for parameter in wanted.values():
        if parameter.kind in {inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL}:
            continue
        assert parameter.name in had or (takes_more and parameter.kind is inspect.Parameter.KEYWORD_ONLY)
    if takes_more or any(it.kind is inspect.Parameter.VAR_KEYWORD for it in wanted.values()):
        return
    assert list(wanted) == list(had)[: len(wanted)]


@pytest.mark.parametrize(("theirs", "ours"), PAIRS)
def test_every_attribute_is_there(theirs: type, ours: type) -> None:
    assert issubclass(ours, theirs)
    assert {name for name in dir(theirs) if not name.startswith("_")} <= set(dir(ours))


def test_arguments_may_be_given_by_place() -> None:
    session = Session(None, None, "192.0.2.7", False, None, 7)  # noqa: FBT003

    assert (session.original_ip, session.verify, session.timeout) == ("192.0.2.7", False, 7)
    assert Adapter(session, "compute", "nova", "internal").interface == "internal"
    with pytest.raises(TypeError):
        Session(*range(99))


@pytest.mark.parametrize("unwanted", ["keystoneauth1", "requests", "urllib3", "archstone.keystoneauth"])
def test_archstone_alone_imports_nothing_of_it(unwanted: str) -> None:
    program = f"import archstone, sys; sys.exit({unwanted!r} in sys.modules)"

    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_missing_keystoneauth1_says_what_to_install() -> None:
    program = "import sys; sys.modules['keystoneauth1'] = None; import archstone.keystoneauth"

    failed = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True)

    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1] == (
        "ImportError: `archstone.keystoneauth` needs keystoneauth1: pip install 'archstone[keystoneauth]'"
    )

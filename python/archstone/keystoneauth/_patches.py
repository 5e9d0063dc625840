"""Detects whether a library for tests or tracing has replaced a part of `requests`, at any time before a request."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any

import requests.adapters
import requests.sessions
import urllib3.connection
import urllib3.connectionpool

if TYPE_CHECKING:
    from types import ModuleType

# Replaced by `requests_mock`, `betamax` and `unittest.mock`, on the class or on one session.
_OF_SESSIONS = ("request", "send", "get_adapter")


def session_is_patched(session: requests.Session) -> bool:
    """Return whether this session's requests are not sent by the code of `requests`."""
    return not all(_is_own(getattr(session, name), requests.sessions) for name in _OF_SESSIONS)


def adapters_are_patched() -> bool:
    """Return whether something below sessions is replaced: by `responses`, `vcrpy` or a similar library."""
    pools: tuple[Any, ...] = (urllib3.connectionpool.HTTPConnectionPool, urllib3.connectionpool.HTTPSConnectionPool)
    return not (
        _is_own(requests.adapters.HTTPAdapter.send, requests.adapters)
        and all(_is_own(it.urlopen, urllib3.connectionpool) for it in pools)
        and all(it.ConnectionCls.__module__ == urllib3.connection.__name__ for it in pools)
    )


def _is_own(method: Any, module: ModuleType) -> bool:  # noqa: ANN401
    """Return whether a function was written in this module.

    This is determined by its code: a wrapper may have copied the function's name and module, and the patch may be older
    than the import of this package.
    """
    function = getattr(method, "__func__", method)
    # A proxy object may claim to be a function.
    return type(function) is FunctionType and function.__code__.co_filename == module.__file__

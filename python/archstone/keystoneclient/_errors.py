"""python-keystoneclient's exceptions for each of Archstone's errors."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import archstone
from archstone.keystoneclient import exceptions

if TYPE_CHECKING:
    from collections.abc import Generator

_BY_KIND: dict[str | None, type[exceptions.ClientException]] = {
    "ambiguous": exceptions.NoUniqueMatch,
    "connection_failed": exceptions.ConnectionRefused,
    "endpoint_not_found": exceptions.EndpointNotFound,
    "host_not_found": exceptions.ConnectionRefused,
    "invalid_request": exceptions.ValidationError,
    "invalid_response": exceptions.ClientException,
    "not_authenticated": exceptions.AuthorizationFailure,
    "not_found": exceptions.NotFound,
    "not_identity_service": exceptions.DiscoveryFailure,
    "proxy_failed": exceptions.ConnectionRefused,
    "scope_conflict": exceptions.AuthorizationFailure,
    "timeout": exceptions.ConnectionError,
    "tls_not_trusted": exceptions.SSLError,
}

_BY_STATUS: dict[int, type[exceptions.HttpError]] = {
    kind.http_status: kind
    for kind in vars(exceptions).values()
    if isinstance(kind, type) and issubclass(kind, exceptions.HttpError) and kind.http_status
}

_FACTS = ("hint", "request_id", "url", "retry_after", "response", "receipt")


@contextmanager
def translation() -> Generator[None]:
    """Raise python-keystoneclient's exceptions instead of Archstone's errors."""
    try:
        yield
    except exceptions.ClientException:
        raise
    except archstone.Error as error:
        raise translated(error) from error


@contextmanager
def login() -> Generator[None]:
    """Do the same for a login: any failure is an `AuthorizationFailure`, unless the login is refused."""
    try:
        yield
    except exceptions.ClientException:
        raise
    except archstone.Error as error:
        raise translated(error, is_login=True) from error


def translated(error: archstone.Error, *, is_login: bool = False) -> exceptions.ClientException:
    """Return the corresponding exception."""
    # A response of 400 and above by its status; a request that was not sent, or has no response, by its kind.
    kind = _of_status(error.status) or _BY_KIND.get(error.kind) or exceptions.ClientException
    if is_login and not issubclass(kind, (exceptions.Unauthorized, exceptions.AuthorizationFailure)):
        kind = _failure_by(kind)
    made = both(kind, type(error))(str(error))
    for fact in _FACTS:
        setattr(made, fact, getattr(error, fact))
    if isinstance(made, exceptions.HttpError) and error.status:
        made.http_status = made.status = error.status
    return made


def _of_status(status: int | None) -> type[exceptions.HttpError] | None:
    if status is None or status < 400:  # noqa: PLR2004  the first error status
        return None
    general = exceptions.HttpServerError if status >= 500 else exceptions.HTTPClientError  # noqa: PLR2004
    return _BY_STATUS.get(status, general)


def _failure_by(kind: type[exceptions.ClientException]) -> type[exceptions.ClientException]:
    """Return the class for a login that failed for a reason with its own exception."""
    if kind in _FAILURES:
        return _FAILURES[kind]
    if issubclass(exceptions.AuthorizationFailure, kind):
        return exceptions.AuthorizationFailure
    members: dict[str, Any] = {
        "__doc__": kind.__doc__,
        "__module__": kind.__module__,
        "_theirs": getattr(kind, "_theirs", kind.__name__),
    }
    made: Any = type("AuthorizationFailure", (exceptions.AuthorizationFailure, kind), members)
    _FAILURES[kind] = made
    return _FAILURES[kind]


def both(kind: type[exceptions.ClientException], ours: type[archstone.Error]) -> type[exceptions.ClientException]:
    """Return the class for an exception that can be caught by all of its names.

    They are python-keystoneclient's, Archstone's, and keystoneauth1's, whose exceptions python-keystoneclient reuses.
    """
    theirs: Any = sys.modules.get("keystoneauth1.exceptions")
    key = (kind, ours, theirs is not None)
    if key not in _MADE:
        bases: list[type] = [kind]
        if theirs is not None:
            if issubclass(kind, exceptions.AuthorizationFailure):
                bases.append(theirs.AuthorizationFailure)
            bases.append(getattr(theirs, getattr(kind, "_theirs", kind.__name__), theirs.ClientException))
        members = {"__module__": kind.__module__, "__doc__": kind.__doc__}
        made: Any = type(kind.__name__, (*dict.fromkeys(bases), ours), members)
        _MADE[key] = made
    return _MADE[key]


_MADE: dict[tuple[type, type, bool], type[exceptions.ClientException]] = {}
_FAILURES: dict[type, type[exceptions.ClientException]] = {}

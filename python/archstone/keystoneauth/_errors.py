"""keystoneauth1's exceptions for Archstone's errors."""

from __future__ import annotations

import json
import math
from contextlib import contextmanager
from typing import TYPE_CHECKING

import requests
from keystoneauth1 import exceptions
from keystoneauth1.exceptions import http

import archstone

if TYPE_CHECKING:
    from collections.abc import Generator

_BY_KIND: dict[str | None, type[exceptions.ClientException]] = {
    "connection_failed": exceptions.ConnectFailure,
    "endpoint_not_found": exceptions.EndpointNotFound,
    "host_not_found": exceptions.ConnectFailure,
    "invalid_config": exceptions.OptionError,
    "not_configured": exceptions.OptionError,
    "not_identity_service": exceptions.DiscoveryFailure,
    "proxy_failed": exceptions.ConnectFailure,
    "timeout": exceptions.ConnectTimeout,
    "tls_not_trusted": exceptions.SSLError,
}

_BY_STATUS: dict[int, type[exceptions.HttpError]] = {
    kind.http_status: kind
    for kind in vars(http).values()
    if isinstance(kind, type) and issubclass(kind, exceptions.HttpError) and "http_status" in vars(kind)
}

# keystoneauth1's message for an error response in an unknown form.
_NOT_UNDERSTOOD = "Unrecognized schema in response body."


class _InvalidResponse(exceptions.InvalidResponse):
    """The response to a login was not a token; with a message, and without the response."""

    def __init__(self, message: str) -> None:
        exceptions.ClientException.__init__(self, message)


@contextmanager
def translation() -> Generator[None]:
    """Raise keystoneauth1's exceptions instead of Archstone's errors."""
    try:
        yield
    except archstone.Error as error:
        raise translated(error) from error


def translated(error: archstone.Error) -> exceptions.ClientException:  # noqa: PLR0911  one for each kind
    """Return the corresponding exception, for an error that is not a service's response."""
    said = f"{error} (hint: {error.hint})" if error.hint else str(error)
    if error.receipt is not None and error.receipt.expires_at is not None:
        return exceptions.MissingAuthMethods(_answer_of(error.receipt))
    is_of_login = (error.url or "").rstrip("/").endswith("/auth/tokens")
    is_refusal = error.status is not None and error.status >= requests.codes.bad_request
    if is_of_login and error.status is not None and not is_refusal:
        return _InvalidResponse(said)
    # For a refused login, and for a proxy that interferes, the status determines the exception.
    is_by_status = is_refusal and (is_of_login or error.status == requests.codes.proxy_authentication_required)
    if (kind := _BY_KIND.get(error.kind)) is not None and not is_by_status:
        return kind(said)
    if error.status is not None and is_refusal:
        failure = _class_of(error.status)(
            message=said, request_id=error.request_id, url=error.url, http_status=error.status
        )
        failure.retry_after = _whole_seconds(error)
        return failure
    if isinstance(error, archstone.TokenRejectedError):
        return exceptions.Unauthorized(said)
    if isinstance(error, (archstone.AuthenticationError, archstone.ScopeConflictError)):
        return exceptions.AuthorizationFailure(said)
    return exceptions.UnknownConnectionError(said, error)


def refusal(
    response: requests.Response, error: archstone.Error | None, method: str, url: str
) -> exceptions.HttpError | exceptions.MissingAuthMethods:
    """Return the exception for a response of 400 and above.

    It is keystoneauth1's own, if keystoneauth1 understands the service; otherwise it has Archstone's message.
    """
    failure = exceptions.from_response(response, method, url)
    if error is None or isinstance(failure, exceptions.MissingAuthMethods):
        return failure
    said, _, _ = failure.message.rpartition(" (HTTP ")
    words, _, _ = str(error).rpartition(" (HTTP ")
    is_lost = said == _NOT_UNDERSTOOD and words
    if is_lost or failure.request_id != error.request_id:
        failure = type(failure)(
            message=words if is_lost else said,
            details=failure.details,
            response=response,
            request_id=error.request_id,
            url=url,
            method=method,
            http_status=response.status_code,
        )
    failure.retry_after = _whole_seconds(error)
    failure.__cause__ = error
    return failure


def as_requests_says(error: archstone.Error, request: requests.PreparedRequest) -> requests.RequestException:
    """Return the exception of `requests` for a request without a response."""
    kinds: dict[str | None, type[requests.RequestException]] = {
        "proxy_failed": requests.exceptions.ProxyError,
        "timeout": requests.Timeout,
        "tls_not_trusted": requests.exceptions.SSLError,
        "invalid_request": requests.exceptions.InvalidURL,
    }
    return kinds.get(error.kind, requests.ConnectionError)(str(error), request=request)


def _class_of(status: int) -> type[exceptions.HttpError]:
    general = exceptions.HttpServerError if status >= requests.codes.server_error else exceptions.HTTPClientError
    return _BY_STATUS.get(status, general)


def _whole_seconds(error: archstone.Error) -> int:
    return math.ceil(error.retry_after or 0)


def _answer_of(receipt: archstone.Receipt) -> requests.Response:
    """Return Keystone's response with this receipt, as keystoneauth1 reads it."""
    response = requests.Response()
    response.status_code = 401
    response.headers["Openstack-Auth-Receipt"] = receipt.id
    expires_at = receipt.expires_at.isoformat() if receipt.expires_at else None
    body = {
        "receipt": {"methods": receipt.methods, "expires_at": expires_at},
        "required_auth_methods": receipt.required_auth_methods,
    }
    response._content = json.dumps(body).encode()  # there is no public way to set it
    return response

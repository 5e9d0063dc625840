"""python-keystoneclient's exceptions. All are also Archstone's errors, with their `kind` and `hint`.

If keystoneauth1 is in use, they are also its exceptions of the same name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import archstone

if TYPE_CHECKING:
    from collections.abc import Iterable


class ClientException(archstone.Error):
    """Base class of all exceptions."""

    message: str | None = "ClientException"
    _theirs: ClassVar[str]
    """keystoneauth1's name, if it is a different one."""

    def __init__(self, message: str | None = None) -> None:
        """Create one with this message."""
        self.message = message or self.message
        # Not `super()`: that may be keystoneauth1's, which takes other arguments.
        Exception.__init__(self, self.message)


class ConnectionError(ClientException):  # noqa: A001
    """The service cannot be reached."""


class ConnectionRefused(ConnectionError):
    """Nothing listens at the address."""

    _theirs = "ConnectFailure"


class SSLError(ConnectionError):
    """The TLS connection is not trusted."""


class AuthorizationFailure(ClientException):
    """There is no token."""


class ValidationError(ClientException, ValueError):
    """The request is invalid, and was not sent."""


class UnsupportedVersion(ClientException):
    """The version of the API is not supported."""


class CommandError(ClientException):
    """An argument is invalid."""


class AuthPluginOptionsMissing(AuthorizationFailure):
    """Options of a login are missing."""

    def __init__(self, opt_names: Iterable[str]) -> None:
        """List them."""
        self.opt_names = opt_names
        super().__init__(f"Authentication failed. Missing options: {', '.join(opt_names)}")


class AuthSystemNotFound(AuthorizationFailure):
    """There is no such auth method."""

    def __init__(self, auth_system: str) -> None:
        """Include its name."""
        self.auth_system = auth_system
        super().__init__(f"AuthSystemNotFound: {auth_system!r}")


class NoUniqueMatch(ClientException):
    """There are several, and one was requested."""


class EndpointException(ClientException):
    """The catalog cannot be used."""

    _theirs = "CatalogException"


class EndpointNotFound(EndpointException):
    """The catalog has no such endpoint."""

    _theirs = "EndpointNotFound"


class EmptyCatalog(EndpointNotFound):
    """The catalog is empty."""

    _theirs = "EmptyCatalog"


class AmbiguousEndpoints(EndpointException):
    """The catalog has several such endpoints."""

    def __init__(self, endpoints: object = None) -> None:
        """List them."""
        self.endpoints = endpoints
        super().__init__(f"AmbiguousEndpoints: {endpoints!r}")


class DiscoveryFailure(ClientException):
    """The service does not list its versions."""


class VersionNotAvailable(DiscoveryFailure):
    """The service does not have this version."""


class MethodNotImplemented(ClientException):
    """There is no such operation for this kind of resource."""


class MissingAuthPlugin(ClientException):
    """A login is needed, and the session has none."""


class NoMatchingPlugin(ClientException):
    """There is no auth method for these options."""


class UnsupportedParameters(ClientException):
    """A parameter is not supported."""

    def __init__(self, names: Iterable[str]) -> None:
        """List them."""
        self.names = names
        super().__init__(f"The following parameters were given that are unsupported: {', '.join(names)}")


class InvalidResponse(ClientException):
    """The response does not match the request."""

    def __init__(self, response: object) -> None:
        """Store the response."""
        super().__init__()
        self.response = response  # type: ignore[assignment]  # any object


class CertificateConfigError(ClientException):
    """A certificate cannot be read."""


class CMSError(ClientException):
    """Something cannot be signed or verified."""


class HttpError(ClientException):
    """An error response."""

    http_status = 0
    message = "HTTP Error"

    def __init__(
        self,
        message: str | None = None,
        details: str | None = None,
        response: object = None,
        request_id: str | None = None,
        url: str | None = None,
        method: str | None = None,
        http_status: int | None = None,
        retry_after: float = 0,
    ) -> None:
        """Create one from the response."""
        self.http_status = http_status or self.http_status
        self.status = self.http_status
        self.details = details
        self.method = method
        super().__init__(message)
        self.request_id = request_id
        self.url = url
        self.response = response  # type: ignore[assignment]  # any object
        self.retry_after = retry_after

    def __str__(self) -> str:
        """Return the message, with the status and the request id."""
        said = self.message or ""
        if "(HTTP " not in said:
            said += f" (HTTP {self.http_status})"
        return f"{said} (Request-ID: {self.request_id})" if self.request_id and self.request_id not in said else said


class HTTPRedirection(HttpError):
    """A redirect."""

    message = "HTTP Redirection"


class HTTPClientError(HttpError):
    """An error of the client."""

    message = "HTTP Client Error"


class HttpServerError(HttpError):
    """An error of the service."""

    message = "HTTP Server Error"


class MultipleChoices(HTTPRedirection):
    """300: there are several choices."""

    http_status = 300
    message = "Multiple Choices"


class BadRequest(HTTPClientError):
    """400: the request is invalid."""

    http_status = 400
    message = "Bad Request"


class Unauthorized(HTTPClientError):
    """401: there is no token, or it is rejected."""

    http_status = 401
    message = "Unauthorized"


class PaymentRequired(HTTPClientError):
    """402: not used."""

    http_status = 402
    message = "Payment Required"


class Forbidden(HTTPClientError):
    """403: the user is not allowed to do this."""

    http_status = 403
    message = "Forbidden"


class NotFound(HTTPClientError):
    """404: there is no such resource."""

    http_status = 404
    message = "Not Found"


class MethodNotAllowed(HTTPClientError):
    """405: the resource does not have the method."""

    http_status = 405
    message = "Method Not Allowed"


class NotAcceptable(HTTPClientError):
    """406: there is no response in this format."""

    http_status = 406
    message = "Not Acceptable"


class ProxyAuthenticationRequired(HTTPClientError):
    """407: the proxy requires authentication."""

    http_status = 407
    message = "Proxy Authentication Required"


class RequestTimeout(HTTPClientError):
    """408: the request took too long."""

    http_status = 408
    message = "Request Timeout"


class Conflict(HTTPClientError):
    """409: the resource already exists, or its state does not allow the request."""

    http_status = 409
    message = "Conflict"


class Gone(HTTPClientError):
    """410: it is gone permanently."""

    http_status = 410
    message = "Gone"


class LengthRequired(HTTPClientError):
    """411: the request must have a length."""

    http_status = 411
    message = "Length Required"


class PreconditionFailed(HTTPClientError):
    """412: a condition of the request does not hold."""

    http_status = 412
    message = "Precondition Failed"


class RequestEntityTooLarge(HTTPClientError):
    """413: the request is too large."""

    http_status = 413
    message = "Request Entity Too Large"


class RequestUriTooLong(HTTPClientError):
    """414: the URL is too long."""

    http_status = 414
    message = "Request-URI Too Long"


class UnsupportedMediaType(HTTPClientError):
    """415: the request's format is not supported."""

    http_status = 415
    message = "Unsupported Media Type"


class RequestedRangeNotSatisfiable(HTTPClientError):
    """416: there is no such range."""

    http_status = 416
    message = "Requested Range Not Satisfiable"


class ExpectationFailed(HTTPClientError):
    """417: the request's expectation cannot be met."""

    http_status = 417
    message = "Expectation Failed"


class UnprocessableEntity(HTTPClientError):
    """422: the request cannot be processed."""

    http_status = 422
    message = "Unprocessable Entity"


class InternalServerError(HttpServerError):
    """500: the service has failed."""

    http_status = 500
    message = "Internal Server Error"


class HttpNotImplemented(HttpServerError):
    """501: the service does not support the request."""

    http_status = 501
    message = "Not Implemented"


class BadGateway(HttpServerError):
    """502: the server behind the gateway has failed."""

    http_status = 502
    message = "Bad Gateway"


class ServiceUnavailable(HttpServerError):
    """503: the service is currently unavailable."""

    http_status = 503
    message = "Service Unavailable"


class GatewayTimeout(HttpServerError):
    """504: the server behind the gateway took too long."""

    http_status = 504
    message = "Gateway Timeout"


class HttpVersionNotSupported(HttpServerError):
    """505: the service does not support this version of HTTP."""

    http_status = 505
    message = "HttpVersion Not Supported"


HTTPNotImplemented = HttpNotImplemented
Timeout = RequestTimeout
HTTPError = HttpError

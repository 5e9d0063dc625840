"""What python-keystoneclient's users catch. All are Archstone's errors, too, with their `kind` and `hint`.

Where keystoneauth1 is in use, what is raised is its exception of the same name as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import archstone

if TYPE_CHECKING:
    from collections.abc import Iterable


class ClientException(archstone.Error):
    """Something went wrong."""

    message: str | None = "ClientException"
    _theirs: ClassVar[str]
    """What keystoneauth1 calls it, where that is something else."""

    def __init__(self, message: str | None = None) -> None:
        """Make one that says this."""
        self.message = message or self.message
        # Not `super()`: that may be keystoneauth1's, which takes other arguments.
        Exception.__init__(self, self.message)


class ConnectionError(ClientException):  # noqa: A001
    """The service cannot be reached."""


class ConnectionRefused(ConnectionError):
    """Nobody answers there."""

    _theirs = "ConnectFailure"


class SSLError(ConnectionError):
    """The connection cannot be trusted."""


class AuthorizationFailure(ClientException):
    """There is no token."""


class ValidationError(ClientException, ValueError):
    """What was asked for is wrong, and was not sent."""


class UnsupportedVersion(ClientException):
    """The version of the API is not supported."""


class CommandError(ClientException):
    """An argument is of the wrong form."""


class AuthPluginOptionsMissing(AuthorizationFailure):
    """Options of a login are missing."""

    def __init__(self, opt_names: Iterable[str]) -> None:
        """Name them."""
        self.opt_names = opt_names
        super().__init__(f"Authentication failed. Missing options: {', '.join(opt_names)}")


class AuthSystemNotFound(AuthorizationFailure):
    """There is no such way to log in."""

    def __init__(self, auth_system: str) -> None:
        """Name it."""
        self.auth_system = auth_system
        super().__init__(f"AuthSystemNotFound: {auth_system!r}")


class NoUniqueMatch(ClientException):
    """There are several, and one was asked for."""


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
        """Name them."""
        self.endpoints = endpoints
        super().__init__(f"AmbiguousEndpoints: {endpoints!r}")


class DiscoveryFailure(ClientException):
    """The service does not tell its versions."""


class VersionNotAvailable(DiscoveryFailure):
    """The service does not have this version."""


class MethodNotImplemented(ClientException):
    """There is no such operation for this kind of resource."""


class MissingAuthPlugin(ClientException):
    """A login is needed, and the session has none."""


class NoMatchingPlugin(ClientException):
    """There is no way to log in with these options."""


class UnsupportedParameters(ClientException):
    """A parameter is not supported."""

    def __init__(self, names: Iterable[str]) -> None:
        """Name them."""
        self.names = names
        super().__init__(f"The following parameters were given that are unsupported: {', '.join(names)}")


class InvalidResponse(ClientException):
    """The answer is not one to this request."""

    def __init__(self, response: object) -> None:
        """Keep it."""
        super().__init__()
        self.response = response  # type: ignore[assignment]  # whatever was answered


class CertificateConfigError(ClientException):
    """A certificate cannot be read."""


class CMSError(ClientException):
    """Something cannot be signed or verified."""


class HttpError(ClientException):
    """An answer that is an error."""

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
        """Make one of what was answered."""
        self.http_status = http_status or self.http_status
        self.status = self.http_status
        self.details = details
        self.method = method
        super().__init__(message)
        self.request_id = request_id
        self.url = url
        self.response = response  # type: ignore[assignment]  # whatever was answered
        self.retry_after = retry_after

    def __str__(self) -> str:
        """Say what, with the status and the request id."""
        said = self.message or ""
        if "(HTTP " not in said:
            said += f" (HTTP {self.http_status})"
        return f"{said} (Request-ID: {self.request_id})" if self.request_id and self.request_id not in said else said


class HTTPRedirection(HttpError):
    """An answer that leads elsewhere."""

    message = "HTTP Redirection"


class HTTPClientError(HttpError):
    """An answer that says that the request is wrong."""

    message = "HTTP Client Error"


class HttpServerError(HttpError):
    """An answer that says that the service has failed."""

    message = "HTTP Server Error"


class MultipleChoices(HTTPRedirection):
    """300: there are several."""

    http_status = 300
    message = "Multiple Choices"


class BadRequest(HTTPClientError):
    """400: the request is wrong."""

    http_status = 400
    message = "Bad Request"


class Unauthorized(HTTPClientError):
    """401: there is no token, or it is refused."""

    http_status = 401
    message = "Unauthorized"


class PaymentRequired(HTTPClientError):
    """402: not used."""

    http_status = 402
    message = "Payment Required"


class Forbidden(HTTPClientError):
    """403: the user may not."""

    http_status = 403
    message = "Forbidden"


class NotFound(HTTPClientError):
    """404: there is none."""

    http_status = 404
    message = "Not Found"


class MethodNotAllowed(HTTPClientError):
    """405: the resource does not have the method."""

    http_status = 405
    message = "Method Not Allowed"


class NotAcceptable(HTTPClientError):
    """406: there is no answer in this form."""

    http_status = 406
    message = "Not Acceptable"


class ProxyAuthenticationRequired(HTTPClientError):
    """407: the proxy wants to know who asks."""

    http_status = 407
    message = "Proxy Authentication Required"


class RequestTimeout(HTTPClientError):
    """408: the request took too long."""

    http_status = 408
    message = "Request Timeout"


class Conflict(HTTPClientError):
    """409: there is one already, or the state does not allow it."""

    http_status = 409
    message = "Conflict"


class Gone(HTTPClientError):
    """410: it will not be there again."""

    http_status = 410
    message = "Gone"


class LengthRequired(HTTPClientError):
    """411: the request must tell its length."""

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
    """415: the request's form is not supported."""

    http_status = 415
    message = "Unsupported Media Type"


class RequestedRangeNotSatisfiable(HTTPClientError):
    """416: there is no such part."""

    http_status = 416
    message = "Requested Range Not Satisfiable"


class ExpectationFailed(HTTPClientError):
    """417: what the request expects cannot be."""

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
    """501: the service cannot do it."""

    http_status = 501
    message = "Not Implemented"


class BadGateway(HttpServerError):
    """502: what is behind the gateway has failed."""

    http_status = 502
    message = "Bad Gateway"


class ServiceUnavailable(HttpServerError):
    """503: the service is not there just now."""

    http_status = 503
    message = "Service Unavailable"


class GatewayTimeout(HttpServerError):
    """504: what is behind the gateway took too long."""

    http_status = 504
    message = "Gateway Timeout"


class HttpVersionNotSupported(HttpServerError):
    """505: the service does not speak this version of HTTP."""

    http_status = 505
    message = "HttpVersion Not Supported"


HTTPNotImplemented = HttpNotImplemented
Timeout = RequestTimeout
HTTPError = HttpError

"""Identity for OpenStack clients: log in at Keystone once, hand out tokens and endpoints.

>>> from archstone import Client
>>> client = Client(auth_url="http://keystone:5000/v3", username="alice", password="secret")
>>> client.token
>>> client.url_for("compute")
>>> client.auth_ref.project_name

`AsyncClient` is the same for asyncio. Everything that goes wrong is an `Error`: its `kind` says what,
its `hint` what to do.
"""

from archstone._archstone import (
    AccessInfo,
    AmbiguousError,
    ApplicationCredentialRefusedError,
    AuthenticationError,
    Catalog,
    Client,
    ConfigurationError,
    ConflictError,
    ConnectionFailedError,
    DisabledError,
    Endpoint,
    EndpointNotFoundError,
    Error,
    ForbiddenError,
    Headers,
    HostNotFoundError,
    InvalidConfigError,
    InvalidRequestError,
    InvalidResponseError,
    NotAuthenticatedError,
    NotConfiguredError,
    NotFoundError,
    NotIdentityServiceError,
    OfferedVersions,
    PasswordExpiredError,
    ProxyFailedError,
    RateLimitedError,
    Receipt,
    ReceiptIssuedError,
    RequestTimeoutError,
    Response,
    Retries,
    ScopeConflictError,
    ScopeNotAllowedError,
    ServerError,
    Service,
    ServiceClient,
    StoredToken,
    Timing,
    TlsNotTrustedError,
    TokenRejectedError,
    TokenStoreStatus,
    UnauthenticatedError,
    UnavailableError,
    VersionedEndpoint,
    VersionInfo,
    __version__,
)
from archstone._async_client import AsyncClient
from archstone._async_service import AsyncResponse, AsyncServiceClient

TYPE_CHECKING = False
if TYPE_CHECKING:
    from archstone.identity import Project, User

__all__ = [
    "AccessInfo",
    "AmbiguousError",
    "ApplicationCredentialRefusedError",
    "AsyncClient",
    "AsyncResponse",
    "AsyncServiceClient",
    "AuthenticationError",
    "Catalog",
    "Client",
    "ConfigurationError",
    "ConflictError",
    "ConnectionFailedError",
    "DisabledError",
    "Endpoint",
    "EndpointNotFoundError",
    "Error",
    "ForbiddenError",
    "Headers",
    "HostNotFoundError",
    "InvalidConfigError",
    "InvalidRequestError",
    "InvalidResponseError",
    "NotAuthenticatedError",
    "NotConfiguredError",
    "NotFoundError",
    "NotIdentityServiceError",
    "OfferedVersions",
    "PasswordExpiredError",
    "Project",
    "ProxyFailedError",
    "RateLimitedError",
    "Receipt",
    "ReceiptIssuedError",
    "RequestTimeoutError",
    "Response",
    "Retries",
    "ScopeConflictError",
    "ScopeNotAllowedError",
    "ServerError",
    "Service",
    "ServiceClient",
    "StoredToken",
    "Timing",
    "TlsNotTrustedError",
    "TokenRejectedError",
    "TokenStoreStatus",
    "UnauthenticatedError",
    "UnavailableError",
    "User",
    "VersionInfo",
    "VersionedEndpoint",
    "__version__",
]


def __getattr__(name: str) -> type:
    """Make the class of a resource when it is first asked for."""
    if name in ("Project", "User"):
        from archstone import identity  # noqa: PLC0415  what many programs never need

        made: type = getattr(identity, name)
        return made
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)

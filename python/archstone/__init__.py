"""Authentication and identity for OpenStack clients: log in to Keystone once, get tokens and endpoints.

>>> from archstone import Client
>>> client = Client(auth_url="http://keystone:5000/v3", username="alice", password="secret")
>>> client.token
>>> client.url_for("compute")
>>> client.auth_ref.project_name

`AsyncClient` is the same for asyncio. Every failure raises an `Error`: its `kind` says what is wrong,
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
    LoginPage,
    NotAuthenticatedError,
    NotConfiguredError,
    NotFoundError,
    NotIdentityServiceError,
    OfferedVersions,
    PasswordExpiredError,
    ProviderFailedError,
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
    TokenRequest,
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
    from archstone._providers import AuthOption, ProvidedToken, TokenProvider, register_auth_method
    from archstone.identity import Project, User

__all__ = [
    "AccessInfo",
    "AmbiguousError",
    "ApplicationCredentialRefusedError",
    "AsyncClient",
    "AsyncResponse",
    "AsyncServiceClient",
    "AuthOption",
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
    "LoginPage",
    "NotAuthenticatedError",
    "NotConfiguredError",
    "NotFoundError",
    "NotIdentityServiceError",
    "OfferedVersions",
    "PasswordExpiredError",
    "Project",
    "ProvidedToken",
    "ProviderFailedError",
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
    "TokenProvider",
    "TokenRejectedError",
    "TokenRequest",
    "TokenStoreStatus",
    "UnauthenticatedError",
    "UnavailableError",
    "User",
    "VersionInfo",
    "VersionedEndpoint",
    "__version__",
    "register_auth_method",
]


def __getattr__(name: str) -> object:
    """Create the class of a resource on first use, and import what most programs never need."""
    if name in ("AuthOption", "ProvidedToken", "TokenProvider", "register_auth_method"):
        from archstone import _providers  # noqa: PLC0415  most programs never need it

        return getattr(_providers, name)
    if name in ("Project", "User"):
        from archstone import identity  # noqa: PLC0415  most programs never need it

        return getattr(identity, name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)

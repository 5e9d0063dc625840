"""The options of a client, for type checkers and for code that passes them on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, TypedDict

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable, Iterable, Mapping, Sequence
    from os import PathLike
    from typing import Protocol

    from archstone import AccessInfo, AsyncClient, Client, LoginPage, Receipt, Retries, TokenProvider

    class Readable(Protocol):
        """A file in binary mode, or a file-like object."""

        def read(self, size: int, /) -> bytes:
            """Return at most this many bytes; none at the end."""
            ...

    Query: TypeAlias = "Mapping[str, object] | Iterable[tuple[str, object]]"
    Body: TypeAlias = "bytes | bytearray | memoryview | str | Readable | Iterable[bytes]"
    AsyncBody: TypeAlias = "Body | AsyncIterable[bytes]"


class PasswordOptions(TypedDict):
    """The options of a login with a password: see `archstone.testing.FakeKeystone.options`."""

    auth_url: str
    username: str
    password: str
    user_domain_id: str


class Options(TypedDict, total=False):
    """The options of `Client` and `AsyncClient`, all of them optional; see `Client`. None counts as not given."""

    cloud: str | None
    environment: bool | None
    ask: Callable[[str], str | None] | None
    on_login_page: Callable[[LoginPage], object] | None
    token_provider: TokenProvider | None
    service_user: Client | AsyncClient | None

    auth_url: str | None
    auth_type: str | None
    username: str | None
    user_id: str | None
    user_domain_id: str | None
    user_domain_name: str | None
    password: str | None
    password_file: str | PathLike[str] | None
    password_command: str | Sequence[str] | None
    password_keyring: str | None
    token: str | None
    token_file: str | PathLike[str] | None
    token_command: str | Sequence[str] | None
    token_keyring: str | None
    application_credential_id: str | None
    application_credential_name: str | None
    application_credential_secret: str | None
    application_credential_secret_file: str | PathLike[str] | None
    application_credential_secret_command: str | Sequence[str] | None
    application_credential_secret_keyring: str | None
    passcode: str | None
    totp_secret: str | None
    totp_secret_file: str | PathLike[str] | None
    totp_secret_command: str | Sequence[str] | None
    totp_secret_keyring: str | None
    auth_methods: str | Sequence[str] | None
    receipt: str | Receipt | None
    consumer_key: str | None
    access_key: str | None
    consumer_secret: str | None
    consumer_secret_file: str | PathLike[str] | None
    consumer_secret_command: str | Sequence[str] | None
    consumer_secret_keyring: str | None
    access_secret: str | None
    access_secret_file: str | PathLike[str] | None
    access_secret_command: str | Sequence[str] | None
    access_secret_keyring: str | None
    ec2_access: str | None
    ec2_signature_version: str | None
    ec2_secret: str | None
    ec2_secret_file: str | PathLike[str] | None
    ec2_secret_command: str | Sequence[str] | None
    ec2_secret_keyring: str | None
    oauth2_endpoint: str | None
    oauth2_client_id: str | None
    oauth2_client_secret: str | None
    oauth2_client_secret_file: str | PathLike[str] | None
    oauth2_client_secret_command: str | Sequence[str] | None
    oauth2_client_secret_keyring: str | None
    identity_provider: str | None
    protocol: str | None
    client_id: str | None
    client_secret: str | None
    client_secret_file: str | PathLike[str] | None
    client_secret_command: str | Sequence[str] | None
    client_secret_keyring: str | None
    client_auth_method: str | None
    client_private_key_file: str | PathLike[str] | None
    client_private_key_id: str | None
    openid_scope: str | None
    discovery_endpoint: str | None
    access_token_endpoint: str | None
    access_token_type: str | None
    idp_otp_key: str | None
    access_token_url: str | None
    access_token: str | None
    access_token_file: str | PathLike[str] | None
    access_token_command: str | Sequence[str] | None
    access_token_keyring: str | None
    subject_token_url: str | None
    subject_token_type: str | None
    requested_token_type: str | None
    audience: str | None
    resource: str | None
    subject_token: str | None
    subject_token_file: str | PathLike[str] | None
    subject_token_command: str | Sequence[str] | None
    subject_token_keyring: str | None
    device_authorization_endpoint: str | None
    code_challenge_method: str | None
    authorization_endpoint: str | None
    redirect_uri: str | None
    code: str | None
    mutual_auth: str | None
    identity_provider_url: str | None
    service_provider_endpoint: str | None
    service_provider_entity_id: str | None
    service_provider: str | None
    remote_project_id: str | None
    remote_project_name: str | None
    remote_project_domain_id: str | None
    remote_project_domain_name: str | None
    redirect_host: str | None
    redirect_port: float | None
    login_timeout: float | None
    exec_command: str | Sequence[str] | None
    token_id_file: str | PathLike[str] | None
    token_id: str | None
    token_ref: str | Mapping[str, object] | AccessInfo | None

    project_id: str | None
    project_name: str | None
    project_domain_id: str | None
    project_domain_name: str | None
    tenant_id: str | None
    tenant_name: str | None
    default_domain_id: str | None
    default_domain_name: str | None
    domain_id: str | None
    domain_name: str | None
    system_scope: bool | Literal["all"] | None
    trust_id: str | None
    unscoped: bool | None

    mgmt_url: str | None
    profile: str | None
    region_name: str | None
    interface: str | Sequence[str] | None

    cacert: str | PathLike[str] | None
    cert: str | PathLike[str] | None
    key: str | PathLike[str] | None
    key_password: str | None
    key_password_file: str | PathLike[str] | None
    key_password_command: str | Sequence[str] | None
    key_password_keyring: str | None
    verify: bool | None
    insecure: bool | None
    timeout: float | None
    connect_timeout: float | None
    tls_min_version: Literal["1.2", "1.3"] | None
    insecure_endpoints: Literal["warn", "allow", "refuse"] | None
    proxy: str | None
    no_proxy: str | Sequence[str] | None
    unix_socket: str | PathLike[str] | None
    original_ip: str | None
    user_agent: str | None
    reload_config: bool | None
    include_catalog: bool | None
    token_cache: str | PathLike[str] | None
    token_cache_password: str | None
    token_cache_password_file: str | PathLike[str] | None
    token_cache_password_command: str | Sequence[str] | None
    token_cache_password_keyring: str | None
    token_cache_secret: str | None
    token_cache_secret_file: str | PathLike[str] | None
    token_cache_secret_command: str | Sequence[str] | None
    token_cache_secret_keyring: str | None
    token_cache_cacert: str | PathLike[str] | None
    token_cache_timeout: float | None


class ServiceOptions(TypedDict, total=False):
    """The options of `Client.service`, in addition to the service's type; all of them optional, see there."""

    service_name: str | None
    interface: str | Sequence[str] | None
    region_name: str | None
    endpoint_override: str | None
    version: str | float | None
    min_version: str | float | None
    max_version: str | float | None
    allow_deprecated: bool | None
    allow_experimental: bool | None
    allow_unknown: bool | None
    skip_discovery: bool | None
    microversion: str | None
    min_microversion: str | None
    max_microversion: str | None
    microversion_service_type: str | None
    retries: int | Retries | None
    global_request_id: str | None
    user_agent: str | None
    rate_limit: float | None
    concurrency: int | None


class UrlRequestOptions(TypedDict, total=False):
    """The options of a request to a URL, all of them optional; see `ServiceClient.request`."""

    params: Query | None
    headers: Mapping[str, str | bytes] | None
    json: object
    timeout: float | tuple[float | None, float | None] | None
    total_timeout: float | None
    retries: int | Retries | None
    redirects: int | None
    follow_with_body: bool | None
    max_body_size: int | None
    authenticated: bool | None
    reauthenticate: bool | None
    raise_exc: bool | None
    global_request_id: str | None
    user_agent: str | None
    original_ip: str | None


class RequestOptions(UrlRequestOptions, total=False):
    """The options of a request to a service, all of them optional; see `ServiceClient.request`."""

    microversion: str | None

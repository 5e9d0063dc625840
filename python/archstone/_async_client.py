"""The asyncio API. It does not import asyncio: each wait uses the loop that is running."""

from __future__ import annotations

from archstone._archstone import AccessInfo, AsyncCore, Client
from archstone._async_service import AsyncResponse, AsyncServiceClient, send
from archstone._hidden import Hidden
from archstone._managers import AsyncManagers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence
    from typing import Literal, overload

    from typing_extensions import Self, Unpack

    from archstone._archstone import Catalog, Error, OfferedVersions, Response, Timing, TokenStoreStatus, VersionInfo
    from archstone.grants import Grants
    from archstone.identity import Domain, Group, Project, Role, User
    from archstone.options import AsyncBody, Options, ServiceOptions, UrlRequestOptions


class AsyncClient(AsyncManagers):
    """A client of one cloud, for one user and one scope, for asyncio code.

    >>> client = AsyncClient(auth_url="http://keystone:5000/v3", username="alice", password="secret")
    >>> await client.token
    >>> await client.url_for("compute")
    >>> (await client.auth_ref).user_name

    It has the same options and methods as `Client`; methods that may do I/O are coroutines.
    Any number of tasks can share one, in any number of loops. Cancelling a task cancels its operation,
    unless others wait for the same login. No call uses a thread.
    """

    __slots__ = ("__weakref__", "_client", "_core")

    def __init__(self, **options: Unpack[Options]) -> None:
        """Create a client. Nothing is sent yet: see `Client`."""
        given = Hidden(options)
        del options
        self._share(Client(**given()))

    @classmethod
    def from_env(cls, **overrides: Unpack[Options]) -> Self:
        """Create a client from the environment: see `Client.from_env`."""
        given = Hidden(overrides)
        del overrides
        return cls.from_client(Client.from_env(**given()))

    @classmethod
    def from_cloud(cls, name: str, /, **overrides: Unpack[Options]) -> Self:
        """Create a client from an entry of `clouds.yaml`: see `Client.from_cloud`."""
        given = Hidden(overrides)
        del overrides
        return cls.from_client(Client.from_cloud(name, **given()))

    @classmethod
    def from_client(cls, client: Client) -> Self:
        """Create a client that shares everything with a synchronous one: token, catalog, connections."""
        self = cls.__new__(cls)
        self._share(client)
        return self

    def _share(self, client: Client) -> None:
        self._client = client
        self._core = AsyncCore(client)

    @property
    def token(self) -> Awaitable[str]:
        """A token that is valid for a request sent now; logs in if there is none.

        Raises:
            Error: there is no token, and why.

        """
        return self.get_token()

    async def get_token(self) -> str:
        """Return a token that is valid for a request sent now: the same as `token`."""
        token = self._core.token()
        return token if isinstance(token, str) else await token

    @property
    def authorization(self) -> str | None:
        """The `Authorization` header that is sent instead of a token: see `Client.authorization`."""
        return self._client.authorization

    @property
    def scope_headers(self) -> dict[str, str] | None:
        """The headers with the scope of each request, instead of a token: see `Client.scope_headers`."""
        return self._client.scope_headers

    @property
    def fixed_endpoint(self) -> str | None:
        """The URL that serves every service: see `Client.fixed_endpoint`."""
        return self._client.fixed_endpoint

    @property
    def sends_bearer(self) -> bool:
        """Whether requests also carry the token as `Authorization: Bearer …`: see `Client.sends_bearer`."""
        return self._client.sends_bearer

    @property
    def auth_ref(self) -> Awaitable[AccessInfo]:
        """The current token with all its data; logs in if there is none.

        Raises:
            Error: there is no token, and why.

        """
        return self._access()

    async def _access(self) -> AccessInfo:
        access = self._core.access()
        return access if isinstance(access, AccessInfo) else await access

    async def authenticate(self) -> AccessInfo:
        """Ensure that there is a token, and return it with its data: see `Client.authenticate`."""
        return await self._core.authenticate()

    async def known_access(self) -> AccessInfo | None:
        """Return this client's token with its data, even if it has expired: see `Client.known_access`."""
        return await self._core.known_access()

    async def renew(self) -> AccessInfo:
        """Log in now, and replace the cached token."""
        return await self._core.renew()

    async def diagnose(self, error: Error) -> Error:
        """Return an error with more details about a refused login, or the same error: see `Client.diagnose`."""
        return await self._core.diagnose(error) or error

    async def replace(self, token: str) -> str:
        """Return a token other than `token`, which a service has just rejected: see `Client.replace`."""
        given = Hidden(token)
        del token
        return await self._core.replace(given())

    async def revoke(self, token: str) -> None:
        """Revoke another token, with this client's permissions: see `Client.revoke`."""
        given = Hidden(token)
        del token
        await self._core.revoke(given())

    async def log_out(self) -> bool:
        """Log out: revoke the cached token, and remove it: see `Client.log_out`."""
        return await self._core.log_out()

    async def change_password(self, new_password: str) -> None:
        """Change the password of the client's user: see `Client.change_password`."""
        await self._core.change_password(new_password)

    async def token_store_status(self) -> TokenStoreStatus | None:
        """Return the content of the store that keeps tokens between runs: see `Client.token_store_status`."""
        return await self._core.token_store_status()

    async def clear_token_store(self, *, all: bool = False) -> int:  # noqa: A002  the name that fits
        """Remove this client's token from that store, or all of them: see `Client.clear_token_store`."""
        return await self._core.clear_token_store(all)

    async def url_for(  # noqa: PLR0913  the names that OpenStack users know
        self,
        service_type: str | None = None,
        *,
        endpoint: str | Sequence[str] | None = None,
        interface: str | Sequence[str] | None = None,
        region_name: str | None = None,
        service_name: str | None = None,
        service_id: str | None = None,
        endpoint_id: str | None = None,
    ) -> str:
        """Return the URL of a service: see `Client.url_for`."""
        url = self._core.url_for(service_type, endpoint, interface, region_name, service_name, service_id, endpoint_id)
        return url if isinstance(url, str) else await url

    def service(self, service_type: str, /, **options: Unpack[ServiceOptions]) -> AsyncServiceClient:
        """Create a client for one service: see `Client.service`."""
        return AsyncServiceClient(self._client.service(service_type, **options))

    if TYPE_CHECKING:

        @overload
        async def request(
            self,
            method: str,
            url: str,
            /,
            *,
            data: AsyncBody | None = None,
            stream: Literal[False] = False,
            **options: Unpack[UrlRequestOptions],
        ) -> Response: ...
        @overload
        async def request(
            self,
            method: str,
            url: str,
            /,
            *,
            data: AsyncBody | None = None,
            stream: Literal[True],
            **options: Unpack[UrlRequestOptions],
        ) -> AsyncResponse: ...

    async def request(
        self, method: str, url: str, /, *, data: AsyncBody | None = None, stream: bool = False, **options: object
    ) -> Response | AsyncResponse:
        """Send a request to a URL, with the token, and return the response: see `Client.request`."""
        given = Hidden((data, options))
        del data, options
        answer = await send(self._core.request, method, url, given, stream)
        return AsyncResponse(answer) if stream else answer

    async def versions(
        self,
        service_type: str,
        *,
        interface: str | Sequence[str] | None = None,
        region_name: str | None = None,
    ) -> list[VersionInfo]:
        """Return the versions that a service offers, the newest first: see `Client.versions`."""
        return await self._core.versions(service_type, interface, region_name)

    async def all_versions(
        self,
        *,
        service_type: str | None = None,
        interface: str | Sequence[str] | None = None,
        region_name: str | None = None,
    ) -> list[OfferedVersions]:
        """Return the versions that every endpoint of the catalog offers: see `Client.all_versions`."""
        return await self._core.all_versions(service_type, interface, region_name)

    async def current_catalog(self) -> Catalog:
        """Return the current catalog: see `Client.current_catalog`."""
        return await self._core.current_catalog()

    @property
    def mgmt_url(self) -> Awaitable[str]:
        """The URL for managing the identity service: see `Client.mgmt_url`."""
        return self._mgmt_url()

    async def _mgmt_url(self) -> str:
        return await self._core.mgmt_url()

    @property
    def user(self) -> Awaitable[User]:
        """The user that the token is for. Requested once, and cached."""
        return self._user()

    async def _user(self) -> User:
        return await self._core.user()

    @property
    def project(self) -> Awaitable[Project | None]:
        """The project that the token is for; None for a token with another scope. Requested once, and cached."""
        return self._project()

    async def _project(self) -> Project | None:
        return await self._core.project()

    @property
    def tenant(self) -> Awaitable[Project | None]:
        """The old name of `project`."""
        return self._project()

    @property
    def tenants(self) -> Awaitable[list[Project]]:
        """The projects that the user can act in. Requested once, and cached."""
        return self._projects()

    async def _projects(self) -> list[Project]:
        return await self._core.projects()

    async def effective_grants(  # noqa: PLR0913  the filters
        self,
        *,
        user: str | User | None = None,
        group: str | Group | None = None,
        role: str | Role | None = None,
        project: str | Project | None = None,
        domain: str | Domain | None = None,
        system: bool = False,
    ) -> Grants:
        """Return who can do what, where, and why: see `Client.effective_grants`."""
        return await self._core.effective_grants(user, group, role, project, domain, system)

    @property
    def timings(self) -> list[Timing]:
        """The requests that this client has sent, and how long each took."""
        return self._client.timings

    async def close(self) -> None:
        """Close connections. The token is kept; when the client is used again, it opens new ones."""
        self._client.close()

    async def __aenter__(self) -> Self:
        """Return the client itself, which is closed at the end of the block."""
        return self

    async def __aexit__(self, *exception: object) -> None:
        """Close connections."""
        await self.close()

    def __repr__(self) -> str:
        """Show cloud and auth URL."""
        return repr(self._client).replace("Client", "AsyncClient", 1)

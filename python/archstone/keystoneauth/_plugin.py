"""An auth plugin for keystoneauth1's sessions that logs in with Archstone."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

import base64
import hashlib
import json
import threading
from typing import TYPE_CHECKING, Any, cast

from keystoneauth1 import access, exceptions, plugin
from keystoneauth1.identity import base

import archstone
from archstone._hidden import Hidden
from archstone.keystoneauth._catalog import CurrentCatalog, LaterCatalog
from archstone.keystoneauth._connection import Connection
from archstone.keystoneauth._discovery import Outcomes
from archstone.keystoneauth._errors import translation
from archstone.keystoneauth._signature import signed_as

if TYPE_CHECKING:
    from keystoneauth1.discover import EndpointData, VersionData
    from keystoneauth1.session import Session
    from typing_extensions import Self, Unpack

    from archstone.options import Options

_TRUST = ("cacert", "verify", "insecure")
_SCOPES = (
    *("project_id", "project_name", "tenant_id", "tenant_name"),
    *("domain_id", "domain_name", "trust_id", "system_scope"),
)
_MADE_OF_A_CLIENT = (
    "a plugin made of a client does not know its options: make it with `Plugin(auth_url=…, …)`, "
    "or keep the token with the client's own `auth_ref.to_ref()`"
)


class Plugin(base.BaseIdentityPlugin):
    """Logs in as an Archstone client does: one login for all threads, cached for its lifetime, optionally on disk.

    >>> keystoneauth1.session.Session(auth=Plugin(auth_url=…, username=…, password=…))

    It takes the options of `archstone.Client`. CA bundle, certificates and timeout are those of the first session
    that uses it, unless they are given here.
    """

    def __init__(self, *, reauthenticate: bool = True, **options: Unpack[Options]) -> None:
        """Create a plugin; nothing is sent.

        Args:
            reauthenticate: False keeps a token until it is rejected, even if it is about to expire.
            options: the options of `archstone.Client`.

        Raises:
            OptionError: an option is missing or invalid.

        """
        given = Hidden(options)
        del options
        # If a login continues to another cloud, its identity service is there, and known from the token.
        goes_on = given().get("service_provider")
        super().__init__(None if goes_on else given().get("auth_url"), reauthenticate)
        self._options: Hidden | None = given
        self._state: Hidden | None = None
        self._start()
        # The certificate comes from the session.
        known = Hidden({name: value for name, value in given().items() if value is not None})
        certificate = {} if "key" in known() else {"cert": "of-the-session"}
        with translation():
            archstone.Client(**cast("dict[str, Any]", {**certificate, **known()}))

    @classmethod
    def from_client(cls, client: archstone.Client) -> Self:
        """Create a plugin that shares everything with a client: token, catalog, connections."""
        self = cls.__new__(cls)
        base.BaseIdentityPlugin.__init__(self)
        self._options = None
        self._state = None
        self._start()
        self._made = client
        return self

    def _start(self) -> None:
        self._made: archstone.Client | None = None
        self._connection = Connection()
        self._refused: Hidden | None = None
        # The token that this thread has sent: the session does not report which token was rejected.
        self._sent = threading.local()
        self._outcomes = Outcomes()

    @property
    def has_scope_parameters(self) -> bool:
        """Whether the options set the scope of the token; False for a plugin made from a client."""
        return self._options is not None and any(self._options().get(name) for name in _SCOPES)

    @property
    def token_url(self) -> str:
        """The URL that logins are sent to."""
        url = (self.auth_url or "").rstrip("/")
        return url + ("" if url.endswith("v3") else "/v3") + "/auth/tokens"

    def client(self, session: Session) -> archstone.Client:
        """Return the client that logs in, created for the first session that needs it."""
        with self._lock:
            if self._made is None:
                self._connection = Connection.of(session, {})
                with translation():
                    self._made = archstone.Client(**self._options_for(session)())
            return self._made

    def client_for(self, session: Session, connection: Connection) -> archstone.Client | None:
        """Return the client, if it has the same connection settings and the plugin's token is not overridden."""
        kind = type(self)
        if kind.get_headers is not Plugin.get_headers or kind.get_token is not Plugin.get_token:
            return None
        client = self.client(session)
        return client if connection == self._connection else None

    def _options_for(self, session: Session) -> Hidden:
        whole = self._options or Hidden({})
        given = Hidden({name: value for name, value in whole().items() if value is not None})
        options = self._connection.options()
        if any(name in given() for name in _TRUST):
            options = {name: value for name, value in options.items() if name not in _TRUST}
        options["timeout"] = getattr(session, "timeout", None) or None
        options["original_ip"] = getattr(session, "original_ip", None)
        program = [getattr(session, name, None) for name in ("app_name", "app_version")]
        options["user_agent"] = "/".join(word for word in program if word) or None
        state = {} if self._state is None else {"token_ref": self._state()}
        return Hidden({**options, **state, **given()})

    def _token(self, client: archstone.Client) -> Hidden:
        """Return the current token, or a new one if this one was rejected: the first caller replaces it."""
        token = Hidden(client.token)
        is_refused = self._refused is not None and token() == self._refused()
        return Hidden(client.replace(token())) if is_refused else token

    def _current(self, session: Session) -> tuple[str, access.AccessInfo | None]:
        """Return the token with its data; logs in if there is none."""
        known = Hidden(self.auth_ref)
        if not self.reauthenticate and known() is not None:
            token = Hidden(known().auth_token)
        else:
            client = self.client(session)
            with translation():
                token = self._token(client)
                if known() is None or known().auth_token != token():
                    known = Hidden(self._known_of(client))
                    self.auth_ref = known()
        self._sent.token = token
        return token(), known()

    def _known_of(self, client: archstone.Client) -> access.AccessInfo | None:
        try:
            ours = client.auth_ref
        except archstone.NotAuthenticatedError:
            # A token that was given by the caller is not looked up.
            return None
        state = Hidden(json.loads(ours.to_ref()))
        self.auth_url = self.auth_url or ours.auth_url
        known = access.create(body=state()["body"], auth_token=state()["auth_token"])
        if isinstance(known, access.AccessInfoV3):
            # keystoneauth1's place for the catalog.
            if known.has_service_catalog():
                known._service_catalog = CurrentCatalog(state()["body"]["token"]["catalog"], client)
            elif ours.scoped:
                known._service_catalog = LaterCatalog(client)
        return known

    def get_token(self, session: Session) -> str:
        """Return a token that is valid for a request sent now; logs in if there is none."""
        return self._current(session)[0]

    def get_headers(self, session: Session) -> dict[str, str] | None:
        """Return the authentication headers: a token, or a password; an OAuth2 token is in both headers.

        With `v3tokenlessauth`, the session presents a certificate, and the headers set the scope.
        """
        client = self.client(session)
        if client.scope_headers is not None:
            return client.scope_headers
        if client.authorization is not None:
            return {"Authorization": client.authorization}
        headers = super().get_headers(session)
        if headers is not None and client.sends_bearer:
            headers["Authorization"] = f"Bearer {headers[plugin.IDENTITY_AUTH_HEADER_NAME]}"
        return headers

    @signed_as(base.BaseIdentityPlugin.get_access)
    def get_access(self, session: Session, **_: Any) -> access.AccessInfo:  # noqa: ANN401
        """Return the current token's data; logs in if there is none."""
        known = self._current(session)[1]
        if known is None:
            with translation():
                # Raises an error with the reason.
                return access.create(body=json.loads(self.client(session).auth_ref.to_ref())["body"])
        return known

    def get_auth_ref(self, session: Session) -> access.AccessInfo | None:  # type: ignore[override]  # as elsewhere
        """Return the current token's data, as `get_access` does; None if the plugin does not log in."""
        client = self.client(session)
        return None if client.fixed_endpoint or client.scope_headers else self.get_access(session)

    def invalidate(self) -> bool:
        """Replace the token that this thread has sent, if it is still the current one."""
        token: Hidden | None = getattr(self._sent, "token", None)
        if token is None:
            if self.auth_ref is None:
                return False
            token = Hidden(self.auth_ref.auth_token)
        self._sent.token = None
        self._refused = token
        if self.auth_ref is not None and self.auth_ref.auth_token == token():
            self.auth_ref = None
        return True

    def get_connection_params(self, session: Session) -> plugin.ConnectionParams:  # noqa: ARG002  the base class has it
        """Return nothing: the session has the connection settings."""
        nothing: Any = {}
        return cast("plugin.ConnectionParams", nothing)

    def get_user_id(self, session: Session) -> str | None:
        """Return the user's id; None for an unknown token that was given by the caller."""
        return self._known(session, "user_id")

    def get_project_id(self, session: Session) -> str | None:
        """Return the project's id; None for a token with another scope, or an unknown one from the caller."""
        return self._known(session, "project_id")

    def _known(self, session: Session, what: str) -> str | None:
        try:
            value: str | None = getattr(self.get_access(session), what)
        except exceptions.AuthorizationFailure as failure:
            if isinstance(failure.__cause__, archstone.NotAuthenticatedError):
                return None
            raise
        return value

    def _only_endpoint(self, session: Session, wanted: dict[str, Any]) -> str | None:
        """Return the URL of a service if there is no catalog."""
        client = self.client(session)
        is_of_identity = wanted.get("service_type") == "identity" or wanted.get("interface") is plugin.AUTH_INTERFACE
        if client.scope_headers is None or not is_of_identity:
            return client.fixed_endpoint
        with translation():
            return client.url_for("identity")

    @signed_as(base.BaseIdentityPlugin.get_endpoint)
    def get_endpoint(  # type: ignore[override]  # everything but the session is a keyword
        self,
        session: Session,
        **wanted: Any,  # noqa: ANN401
    ) -> str | None:
        """Return the URL of a service; with `admin_token`, `http_basic` and `none` it is the same for every service.

        With `v3tokenlessauth`, only the identity service is available.
        """
        fixed = self._only_endpoint(session, wanted)
        if fixed is not None:
            return wanted.get("endpoint_override") or fixed
        return super().get_endpoint(session, **wanted)

    @signed_as(base.BaseIdentityPlugin.get_endpoint_data)
    def get_endpoint_data(self, session: Session, **wanted: Any) -> EndpointData | None:  # noqa: ANN401
        """Return the URL and the version of a service: found by keystoneauth1's own code, with failures cached.

        Raises:
            EndpointNotFound: there is no such service; the message lists what exists.

        """
        fixed = self._only_endpoint(session, wanted)
        if fixed is not None:
            url = wanted.get("endpoint_override") or fixed
            discovers = wanted.get("discover_versions", True)
            seen = self._outcomes.seen_by(session)
            return plugin.BaseAuthPlugin.get_endpoint_data(
                self, seen, endpoint_override=url, discover_versions=discovers
            )
        interface, service_type = wanted.get("interface"), wanted.get("service_type")
        is_in_catalog = interface is not plugin.AUTH_INTERFACE and not wanted.get("endpoint_override")
        if interface is plugin.AUTH_INTERFACE and self.auth_url is None:
            self.get_access(session)
        seen = self._outcomes.seen_by(session)
        try:
            return super().get_endpoint_data(seen, **wanted)
        except (exceptions.EndpointNotFound, ValueError) as problem:
            if not is_in_catalog or isinstance(problem, exceptions.ImpliedVersionMismatch):
                raise
            client = self.client(session)
            with translation():
                # Fetches the catalog again if it lacks the service, and raises an error that lists what exists.
                client.url_for(
                    service_type,
                    interface=interface,
                    region_name=wanted.get("region_name"),
                    service_name=wanted.get("service_name"),
                )
            return super().get_endpoint_data(seen, **wanted)

    @signed_as(base.BaseIdentityPlugin.get_all_version_data)
    def get_all_version_data(
        self,
        session: Session,
        *arguments: Any,  # noqa: ANN401
        **wanted: Any,  # noqa: ANN401
    ) -> dict[str, dict[str, dict[str, list[VersionData]]]]:
        """Return the versions of the services in the catalog, by region, interface and type."""
        return super().get_all_version_data(self._outcomes.seen_by(session), *arguments, **wanted)

    def get_cache_id_elements(self) -> dict[str, str | None]:
        """Return what determines the user and the scope."""
        if self._options is None:
            # keystoneauth1 expects this of a plugin whose options are unknown.
            raise NotImplementedError(_MADE_OF_A_CLIENT)
        # Callbacks do not.
        given = {name: value for name, value in self._options().items() if name not in {"ask", "on_login_page"}}
        texts = {name: None if value is None else str(value) for name, value in given.items()}
        # Its text form hides the parts that distinguish it from others.
        if isinstance(receipt := given.get("receipt"), archstone.Receipt):
            texts["receipt"] = receipt.to_ref()
        if (provider := self._options().get("token_provider")) is not None:
            texts["token_provider"] = json.dumps([provider.name(), provider.identity(), provider.secret()])
        return texts

    def get_cache_id(self) -> str | None:
        """Return a name for the options; None for a plugin made from a client.

        Guessing the password from it is expensive. Archstone's own caches do not need it.
        """
        if self._options is None:
            return None
        elements = Hidden(self.get_cache_id_elements())
        text = Hidden(json.dumps({name: it for name, it in elements().items() if it is not None}, sort_keys=True))
        digest = hashlib.scrypt(text().encode(), salt=b"archstone.keystoneauth", n=1 << 14, r=8, p=1, dklen=32)
        return base64.b64encode(digest).decode()

    def set_auth_state(self, data: str | None) -> None:
        """Start with the result of `get_auth_state()`, from this or another plugin of keystoneauth1.

        Raises:
            OptionError: it is not such a result.
            NotImplementedError: the plugin was made from a client.

        """
        if self._options is None:
            raise NotImplementedError(_MADE_OF_A_CLIENT)
        state = Hidden(data or None)
        del data
        if state():
            with translation():
                archstone.AccessInfo.from_ref(state())
        with self._lock:
            self._state = state if state() else None
            self._made = None
            self._sent = threading.local()
            super().set_auth_state(state())

    def __repr__(self) -> str:
        """Show the URL that logins are sent to."""
        return f"<archstone.keystoneauth.Plugin auth_url={self.auth_url!r}>"

"""An auth plugin for keystoneauth1's sessions that leaves logins and tokens to Archstone."""

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
from archstone.keystoneauth._catalog import CurrentCatalog
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
    """Logs in as an Archstone client does: one login for all threads, kept for its life, on disk if asked.

    >>> keystoneauth1.session.Session(auth=Plugin(auth_url=…, username=…, password=…))

    It takes the options of `archstone.Client`. Trust, certificates and time limit are those of the first session
    that uses it, unless they are given here.
    """

    def __init__(self, *, reauthenticate: bool = True, **options: Unpack[Options]) -> None:
        """Make one; nothing is sent.

        Args:
            reauthenticate: False keeps a token until it is refused, however little life it has left.
            options: what `archstone.Client` takes.

        Raises:
            OptionError: something is missing or wrong.

        """
        given = Hidden(options)
        del options
        super().__init__(given().get("auth_url"), reauthenticate)
        self._options: Hidden | None = given
        self._state: Hidden | None = None
        self._start()
        with translation():
            archstone.Client(**given())

    @classmethod
    def from_client(cls, client: archstone.Client) -> Self:
        """Make a plugin that shares everything with a client: token, catalog, connections."""
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
        # What this thread has sent: the session does not tell which token was refused.
        self._sent = threading.local()
        self._outcomes = Outcomes()

    @property
    def has_scope_parameters(self) -> bool:
        """Whether the options say what the token is for; False for a plugin that was made of a client."""
        return self._options is not None and any(self._options().get(name) for name in _SCOPES)

    @property
    def token_url(self) -> str:
        """Where logins are sent."""
        url = (self.auth_url or "").rstrip("/")
        return url + ("" if url.endswith("v3") else "/v3") + "/auth/tokens"

    def client(self, session: Session) -> archstone.Client:
        """Return the client that logs in, made for the first session that needs it."""
        with self._lock:
            if self._made is None:
                self._connection = Connection.of(session, {})
                with translation():
                    self._made = archstone.Client(**self._options_for(session)())
            return self._made

    def client_for(self, session: Session, connection: Connection) -> archstone.Client | None:
        """Return the client, if it reaches servers in this way and nothing else decides on the token."""
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
        """Return the current token, or another when this one was refused: the first that comes replaces it."""
        token = Hidden(client.token)
        is_refused = self._refused is not None and token() == self._refused()
        return Hidden(client.replace(token())) if is_refused else token

    def _current(self, session: Session) -> tuple[str, access.AccessInfo | None]:
        """Return the token, and what is known of it; logs in when there is none."""
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
            # A token that was given: nothing asks what it is.
            return None
        state = Hidden(json.loads(ours.to_ref()))
        self.auth_url = self.auth_url or ours.auth_url
        known = access.create(body=state()["body"], auth_token=state()["auth_token"])
        if known.has_service_catalog() and isinstance(known, access.AccessInfoV3):
            catalog = state()["body"]["token"]["catalog"]
            known._service_catalog = CurrentCatalog(catalog, client)  # where it keeps its own
        return known

    def get_token(self, session: Session) -> str:
        """Return a token that is good for a request sent now; logs in when there is none."""
        return self._current(session)[0]

    def get_headers(self, session: Session) -> dict[str, str] | None:
        """Return the headers that prove identity: a token, or a password; an OAuth2 token is in both headers."""
        client = self.client(session)
        if client.authorization is not None:
            return {"Authorization": client.authorization}
        headers = super().get_headers(session)
        if headers is not None and client.sends_bearer:
            headers["Authorization"] = f"Bearer {headers[plugin.IDENTITY_AUTH_HEADER_NAME]}"
        return headers

    @signed_as(base.BaseIdentityPlugin.get_access)
    def get_access(self, session: Session, **_: Any) -> access.AccessInfo:  # noqa: ANN401
        """Return what is known of the current token; logs in when there is none."""
        known = self._current(session)[1]
        if known is None:
            with translation():
                # Says why.
                return access.create(body=json.loads(self.client(session).auth_ref.to_ref())["body"])
        return known

    def get_auth_ref(self, session: Session) -> access.AccessInfo | None:  # type: ignore[override]  # as of others
        """Return what is known of the current token: the same as `get_access`; None where nothing logs in."""
        return None if self.client(session).fixed_endpoint else self.get_access(session)

    def invalidate(self) -> bool:
        """Have the token replaced that this thread has sent, if it is still the current one by then."""
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

    def get_connection_params(self, session: Session) -> plugin.ConnectionParams:  # noqa: ARG002  as it is called
        """Return nothing: the session says how servers are reached."""
        nothing: Any = {}
        return cast("plugin.ConnectionParams", nothing)

    def get_user_id(self, session: Session) -> str | None:
        """Return the user's id; None for a token that was given and is not known."""
        return self._known(session, "user_id")

    def get_project_id(self, session: Session) -> str | None:
        """Return the project's id; None for a token of another scope, or one that was given and is not known."""
        return self._known(session, "project_id")

    def _known(self, session: Session, what: str) -> str | None:
        try:
            value: str | None = getattr(self.get_access(session), what)
        except exceptions.AuthorizationFailure as failure:
            if isinstance(failure.__cause__, archstone.NotAuthenticatedError):
                return None
            raise
        return value

    @signed_as(base.BaseIdentityPlugin.get_endpoint)
    def get_endpoint(  # type: ignore[override]  # all but the session is by name
        self,
        session: Session,
        **wanted: Any,  # noqa: ANN401
    ) -> str | None:
        """Return the URL of a service; with `admin_token`, `http_basic` and `none`, of every service the same."""
        fixed = self.client(session).fixed_endpoint
        if fixed is not None:
            return wanted.get("endpoint_override") or fixed
        return super().get_endpoint(session, **wanted)

    @signed_as(base.BaseIdentityPlugin.get_endpoint_data)
    def get_endpoint_data(self, session: Session, **wanted: Any) -> EndpointData | None:  # noqa: ANN401
        """Return where a service is, and in which version: keystoneauth1's own way, which remembers failures here.

        Raises:
            EndpointNotFound: there is no such service; the message says what there is.

        """
        fixed = self.client(session).fixed_endpoint
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
                # Reads the catalog anew where it lacks the service, and says what there is.
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
        """Return what the services of the catalog say of their versions, by region, interface and type."""
        return super().get_all_version_data(self._outcomes.seen_by(session), *arguments, **wanted)

    def get_cache_id_elements(self) -> dict[str, str | None]:
        """Return what decides who logs in, and for what."""
        if self._options is None:
            # What keystoneauth1 expects of a plugin that cannot name its options.
            raise NotImplementedError(_MADE_OF_A_CLIENT)
        return {name: None if value is None else str(value) for name, value in self._options().items()}

    def get_cache_id(self) -> str | None:
        """Return a name for the options; None for a plugin that was made of a client.

        It is dear to guess a password from it. Archstone's own caches need none.
        """
        if self._options is None:
            return None
        elements = Hidden(self.get_cache_id_elements())
        text = Hidden(json.dumps({name: it for name, it in elements().items() if it is not None}, sort_keys=True))
        digest = hashlib.scrypt(text().encode(), salt=b"archstone.keystoneauth", n=1 << 14, r=8, p=1, dklen=32)
        return base64.b64encode(digest).decode()

    def set_auth_state(self, data: str | None) -> None:
        """Start from what `get_auth_state` has returned, here or in another plugin of keystoneauth1.

        Raises:
            OptionError: it is something else.
            NotImplementedError: the plugin was made of a client.

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
        """Tell where it logs in."""
        return f"<archstone.keystoneauth.Plugin auth_url={self.auth_url!r}>"

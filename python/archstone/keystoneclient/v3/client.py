"""The client of version 3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import archstone
from archstone._hidden import Hidden
from archstone.keystoneclient._errors import login as login_errors
from archstone.keystoneclient._errors import translation
from archstone.keystoneclient._login import ClientLogin, Login, SessionLogin
from archstone.keystoneclient._requests import Requests
from archstone.keystoneclient.access import AccessInfo, ServiceCatalog
from archstone.keystoneclient.v3.access_rules import AccessRuleManager
from archstone.keystoneclient.v3.application_credentials import ApplicationCredentialManager
from archstone.keystoneclient.v3.auth import AuthManager
from archstone.keystoneclient.v3.contrib.endpoint_filter import EndpointFilterManager
from archstone.keystoneclient.v3.contrib.endpoint_policy import EndpointPolicyManager
from archstone.keystoneclient.v3.contrib.federation import FederationManager
from archstone.keystoneclient.v3.contrib.oauth1 import OAuthManager
from archstone.keystoneclient.v3.contrib.simple_cert import SimpleCertManager
from archstone.keystoneclient.v3.contrib.trusts import TrustManager
from archstone.keystoneclient.v3.credentials import CredentialManager
from archstone.keystoneclient.v3.domain_configs import DomainConfigManager
from archstone.keystoneclient.v3.domains import DomainManager
from archstone.keystoneclient.v3.ec2 import EC2Manager
from archstone.keystoneclient.v3.endpoint_groups import EndpointGroupManager
from archstone.keystoneclient.v3.endpoints import EndpointManager
from archstone.keystoneclient.v3.groups import GroupManager
from archstone.keystoneclient.v3.limits import LimitManager
from archstone.keystoneclient.v3.policies import PolicyManager
from archstone.keystoneclient.v3.projects import ProjectManager
from archstone.keystoneclient.v3.regions import RegionManager
from archstone.keystoneclient.v3.registered_limits import RegisteredLimitManager
from archstone.keystoneclient.v3.role_assignments import RoleAssignmentManager
from archstone.keystoneclient.v3.roles import InferenceRuleManager, RoleManager
from archstone.keystoneclient.v3.services import ServiceManager
from archstone.keystoneclient.v3.tokens import TokenManager
from archstone.keystoneclient.v3.users import UserManager

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keystoneauth1.plugin import BaseAuthPlugin
    from keystoneauth1.session import Session

_OPTIONS = frozenset(
    {
        *("username", "user_id", "user_domain_id", "user_domain_name", "password", "token"),
        *("domain_id", "domain_name", "project_id", "project_name", "project_domain_id", "project_domain_name"),
        *("tenant_id", "tenant_name", "trust_id", "auth_url", "region_name"),
        *("cacert", "cert", "key", "insecure", "timeout", "original_ip", "user_agent"),
    }
)

# Groups of alternatives.
_CHOICES: tuple[frozenset[str], ...] = (
    frozenset({"username", "user_id"}),
    frozenset({"user_domain_id", "user_domain_name"}),
    frozenset({"project_domain_id", "project_domain_name"}),
    frozenset({"project_id", "project_name", "tenant_id", "tenant_name", "domain_id", "domain_name", "trust_id"}),
)
_CREDENTIALS = ("password", "token", "token_ref")

# python-keystoneclient's own options for caching tokens, logging and retries: Archstone has its own.
_WITHOUT_EFFECT = frozenset(
    {"debug", "use_keyring", "force_new_token", "stale_duration", "connect_retries", "service_name"}
)


class Client(Requests):
    """A client of the identity service, with python-keystoneclient's managers as attributes.

    >>> keystone = Client(session=session)
    >>> keystone.users.create("alice", domain="default", password="correct horse")

    Args:
        session: a session of keystoneauth1, or an `archstone.Client`.
        auth: a plugin of keystoneauth1, instead of the session's.
        interface: the interface of the endpoint in the catalog; with a session.
        endpoint: the URL of the identity service, instead of the catalog's. Also `endpoint_override`.
        auth_ref: the token from `auth_ref` of another client.
        include_metadata: whether managers return `Response` objects, with request ids.
        options: without a session: `username`, `password`, `auth_url`, `project_name` and others. Then it logs in
            at once, unless `endpoint` is given.

    Raises:
        ClientException: there is no token, and why; without a session.
        TypeError: an option is unknown.

    """

    version = "v3"

    _made_with: Hidden | None = None
    _token: Hidden | None = None
    _known: tuple[archstone.AccessInfo, AccessInfo] | None = None

    def __init__(
        self,
        *,
        session: Session | archstone.Client | None = None,
        auth: BaseAuthPlugin | None = None,
        interface: str | None = "default",
        endpoint: str | None = None,
        endpoint_override: str | None = None,
        auth_ref: Mapping[str, Any] | archstone.AccessInfo | None = None,
        include_metadata: bool = False,
        **options: Any,
    ) -> None:
        """Create a client."""
        given, reference = Hidden(options), Hidden(auth_ref)
        del options, auth_ref
        self.session = session
        self.region_name: str | None = given().get("region_name")
        self._auth_url: str | None = given().get("auth_url")
        self._login: Login
        url = endpoint_override or endpoint
        if isinstance(session, archstone.Client):
            self._login = ClientLogin(session, include_metadata=include_metadata)
        elif session is not None:
            wanted = {
                "service_type": "identity",
                "interface": "public" if interface in (None, "default") else interface,
                "region_name": self.region_name,
                "service_name": given().get("service_name"),
                "version": (3, 0),
            }
            self._login = SessionLogin(session, auth, url, wanted, include_metadata=include_metadata)
        else:
            self._made_with = _options(url, reference, given)
            with login_errors():
                self._login = ClientLogin(archstone.Client(**self._made_with()), include_metadata=include_metadata)
                if url is None and reference() is None:
                    self.authenticate()
        if given().get("token") is not None and url is not None:
            self._login.given_user_id = given().get("user_id")
        login = self._login
        self.access_rules = AccessRuleManager(login)
        self.application_credentials = ApplicationCredentialManager(login)
        self.auth = AuthManager(login)
        self.credentials = CredentialManager(login)
        self.ec2 = EC2Manager(login)
        self.endpoint_filter = EndpointFilterManager(login)
        self.endpoint_groups = EndpointGroupManager(login)
        self.endpoint_policy = EndpointPolicyManager(login)
        self.endpoints = EndpointManager(login)
        self.domain_configs = DomainConfigManager(login)
        self.domains = DomainManager(login)
        self.federation = FederationManager(login)
        self.groups = GroupManager(login)
        self.limits = LimitManager(login)
        self.oauth1 = OAuthManager(login)
        self.policies = PolicyManager(login)
        self.projects = ProjectManager(login)
        self.registered_limits = RegisteredLimitManager(login)
        self.regions = RegionManager(login)
        self.role_assignments = RoleAssignmentManager(login)
        self.roles = RoleManager(login)
        self.inference_rules = InferenceRuleManager(login)
        self.services = ServiceManager(login)
        self.simple_cert = SimpleCertManager(login)
        self.tokens = TokenManager(login)
        self.trusts = TrustManager(login)
        self.users = UserManager(login)

    def authenticate(self, *, region_name: str | None = None, **given: Any) -> bool:
        """Log in, even if there is a token already; with a session, ensure that it has a token.

        Args:
            region_name: the region for lookups in the catalog from now on.
            given: options that replace those of the client, such as `project_name`.

        Raises:
            AuthorizationFailure: there is no token; the message says why.
            Unauthorized: the login was refused.

        """
        self.region_name = region_name or self.region_name
        other = Hidden({name: value for name, value in given.items() if value is not None})
        del given
        with login_errors():
            login = self._login
            if not isinstance(login, ClientLogin) or self._made_with is None:
                return bool(login.client().token)
            if other():
                self._log_in_with(other)
            client = login.client()
            known = client.authenticate()
            if self._token is not None and known.auth_token == self._token():
                client.renew()
            self._token = Hidden(client.token)
        return True

    def _log_in_with(self, other: Hidden) -> None:
        """Change options; an option hides its alternatives that were set before."""
        if unknown := other().keys() - _OPTIONS:
            message = f"authenticate() got unexpected keyword arguments: {', '.join(sorted(unknown))}"
            raise TypeError(message)
        without = {name for choice in _CHOICES if choice & other().keys() for name in choice}
        self._change(Hidden({**dict.fromkeys(without), **other()}))

    def _change(self, more: Hidden) -> None:
        made, login = self._made_with, self._login
        if made is None or not isinstance(login, ClientLogin):
            message = "the session says this, and it cannot be changed here"
            raise AttributeError(message)
        self._made_with = Hidden({**made(), **more()})
        with translation():
            login.use(archstone.Client(**self._made_with()))

    @property
    def auth_token(self) -> str:
        """The current token. If set, that token is used as it is."""
        with translation():
            return self._login.client().token

    @auth_token.setter
    def auth_token(self, value: str) -> None:
        token = Hidden(value)
        del value
        without = dict.fromkeys((*_CREDENTIALS, *(name for choice in _CHOICES for name in choice)))
        self._change(Hidden({**without, "token_id": token(), "mgmt_url": self.management_url}))

    @property
    def auth_ref(self) -> AccessInfo | None:
        """The current token's data; None with a session, which has it itself, or for a token from the caller.

        It is a dict, which `json.dumps` writes and `Client(auth_ref=…)` reads.
        """
        if isinstance(self._login, SessionLogin):
            return None
        with translation():
            try:
                known = self._login.client().auth_ref
            except archstone.NotAuthenticatedError:
                return None
        made = self._known
        if made is None or made[0] != known or made[1].get("region_name") != self.region_name:
            made = self._known = known, AccessInfo(known, self.region_name)
        return made[1]

    @property
    def service_catalog(self) -> ServiceCatalog | None:
        """The catalog; None with a session."""
        known = self.auth_ref
        return None if known is None else known.service_catalog

    def has_service_catalog(self) -> bool:
        """Return whether there is a catalog."""
        known = self.auth_ref
        return known is not None and known.has_service_catalog()

    @property
    def management_url(self) -> str | None:
        """The URL of the identity service. If set, requests go to that URL."""
        with translation():
            return self._login.endpoint()

    @management_url.setter
    def management_url(self, value: str) -> None:
        if isinstance(self._login, SessionLogin):
            self._login.move(value)
        else:
            self._change(Hidden({"mgmt_url": value}))

    @property
    def auth_url(self) -> str | None:
        """The URL that the client logs in at."""
        return getattr(self.auth_ref, "auth_url", None) or self._auth_url

    @property
    def password(self) -> None:
        """None: the password is not shown."""
        return

    @property
    def user_id(self) -> Any:
        """The id of the token's user. If set, managers use this user by default."""
        known = self._login.user_id
        return known if known is not None else getattr(self.auth_ref, "user_id", None)

    @user_id.setter
    def user_id(self, value: str | None) -> None:
        self._login.given_user_id = value

    def get_token(self, session: object = None, **_: Any) -> str:
        """Return the current token."""
        return self.auth_token

    def get_endpoint(self, session: object = None, interface: object = None, **_: Any) -> str | None:
        """Return the URL of the identity service; for the interface `public` the one that the client logs in at."""
        is_login = interface == "public" or not isinstance(interface, (str, type(None)))
        return self.auth_url if is_login else self.management_url

    def get_user_id(self, session: object = None, **_: Any) -> str | None:
        """Return the id of the token's user."""
        return getattr(self.auth_ref, "user_id", None)

    def get_project_id(self, session: object = None, **_: Any) -> str | None:
        """Return the project that the token is for."""
        return getattr(self.auth_ref, "project_id", None)

    def __getattr__(self, name: str) -> Any:
        """Return data of the token, such as `username` and `project_name`; None with a session."""
        if name not in _KNOWN_OF_A_TOKEN:
            message = f"{type(self).__name__!r} object has no attribute {name!r}"
            raise AttributeError(message)
        return getattr(self.auth_ref, _KNOWN_OF_A_TOKEN[name], None)

    def __repr__(self) -> str:
        """Show the version."""
        return f"<archstone.keystoneclient {self.version} client>"


# The client's names of attributes, and the token's.
_KNOWN_OF_A_TOKEN = {
    name: name.removeprefix("auth_") if name in {"auth_user_id", "auth_tenant_id", "auth_domain_id"} else name
    for name in (
        *("username", "user_domain_id", "user_domain_name", "domain_id", "domain_name"),
        *("project_id", "project_name", "project_domain_id", "project_domain_name", "tenant_id", "tenant_name"),
        *("trust_id", "auth_user_id", "auth_tenant_id", "auth_domain_id"),
    )
}


# The keys of a stored token in addition to the token document.
_OF_AUTH_REF = frozenset({"auth_token", "version", "region_name"})


def _options(url: str | None, auth_ref: Hidden, given: Hidden) -> Hidden:
    """Return python-keystoneclient's options as Archstone's."""
    if unknown := given().keys() - _OPTIONS - _WITHOUT_EFFECT:
        message = f"Client() got unexpected keyword arguments: {', '.join(sorted(unknown))}"
        raise TypeError(message)
    taken = Hidden({name: value for name, value in given().items() if name in _OPTIONS and value is not None})
    if isinstance(taken().get("cert"), tuple):
        taken()["cert"], taken()["key"] = taken()["cert"]
    if url is not None:
        taken()["mgmt_url"] = url
        if "token" in taken():
            # With both, the login is not used: this is how a cloud is bootstrapped.
            taken()["token_id"] = taken().pop("token")
    if isinstance(auth_ref(), archstone.AccessInfo):
        taken()["token_ref"] = auth_ref()
    elif auth_ref() is not None:
        body = {name: value for name, value in auth_ref().items() if name not in _OF_AUTH_REF}
        taken()["token_ref"] = {"auth_token": auth_ref()["auth_token"], "body": {"token": body}}
    return taken

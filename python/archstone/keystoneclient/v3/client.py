"""The client of version 3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import archstone
from archstone.keystoneclient._errors import translation
from archstone.keystoneclient._login import ClientLogin, Login, SessionLogin
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

# python-keystoneclient's own ways to keep tokens, to write logs and to try again: Archstone has its own.
_WITHOUT_EFFECT = frozenset(
    {"debug", "use_keyring", "force_new_token", "stale_duration", "connect_retries", "service_name"}
)


class Client:
    """A client of the identity service, with python-keystoneclient's managers as attributes.

    >>> keystone = Client(session=session)
    >>> keystone.users.create("alice", domain="default", password="correct horse")

    Args:
        session: a session of keystoneauth1, or an `archstone.Client`.
        auth: a plugin of keystoneauth1, in place of the session's.
        interface: which endpoint of the catalog; with a session.
        endpoint: where the identity service is, in place of the catalog's. Also `endpoint_override`.
        auth_ref: the token that `auth_ref` of another client had.
        include_metadata: whether managers return `Response` objects, with request ids.
        options: without a session: `username`, `password`, `auth_url`, `project_name` and the like. Then it logs in
            at once, unless `endpoint` is given.

    Raises:
        ClientException: why there is no token; without a session.
        TypeError: an option is not known.

    """

    version = "v3"

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
        """Make a client."""
        self.session = session
        self._login: Login
        url = endpoint_override or endpoint
        if isinstance(session, archstone.Client):
            self._login = ClientLogin(session, include_metadata=include_metadata)
        elif session is not None:
            wanted = {
                "service_type": "identity",
                "interface": "public" if interface in (None, "default") else interface,
                "region_name": options.get("region_name"),
                "service_name": options.get("service_name"),
                "version": (3, 0),
            }
            self._login = SessionLogin(session, auth, url, wanted, include_metadata=include_metadata)
        else:
            with translation():
                client = archstone.Client(**_options(url, auth_ref, options))
                if url is None and auth_ref is None:
                    client.authenticate()
            self._login = ClientLogin(client, include_metadata=include_metadata)
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

    def authenticate(self) -> bool:
        """Make sure of a token.

        Raises:
            ClientException: why there is none.

        """
        with translation():
            return bool(self._login.client().token)

    @property
    def auth_token(self) -> str:
        """The current token."""
        with translation():
            return self._login.client().token

    @property
    def auth_ref(self) -> archstone.AccessInfo | None:
        """What is known of the current token; None with a session, which knows it itself."""
        if isinstance(self._login, SessionLogin):
            return None
        with translation():
            return self._login.client().auth_ref

    @property
    def service_catalog(self) -> archstone.Catalog | None:
        """The catalog; None with a session."""
        known = self.auth_ref
        return None if known is None else known.service_catalog

    def has_service_catalog(self) -> bool:
        """Tell whether there is a catalog."""
        known = self.auth_ref
        return known is not None and known.has_service_catalog()

    @property
    def management_url(self) -> str | None:
        """Where the identity service is."""
        if isinstance(self._login, SessionLogin):
            return self._login.endpoint()
        with translation():
            return self._login.client().mgmt_url

    def __getattr__(self, name: str) -> Any:
        """Return what the token says, such as `user_id` and `project_name`; None with a session."""
        if name not in _KNOWN_OF_A_TOKEN:
            message = f"{type(self).__name__!r} object has no attribute {name!r}"
            raise AttributeError(message)
        if name == "user_id" and isinstance(self._login, SessionLogin):
            return self._login.user_id
        return getattr(self.auth_ref, name, None)

    def __repr__(self) -> str:
        """Tell the version."""
        return f"<archstone.keystoneclient {self.version} client>"


_KNOWN_OF_A_TOKEN = frozenset(
    {
        *("user_id", "username", "user_domain_id", "user_domain_name", "domain_id", "domain_name"),
        *("project_id", "project_name", "project_domain_id", "project_domain_name", "tenant_id", "tenant_name"),
        *("trust_id", "auth_url"),
    }
)


def _options(
    url: str | None, auth_ref: Mapping[str, Any] | archstone.AccessInfo | None, options: dict[str, Any]
) -> dict[str, Any]:
    """Return python-keystoneclient's options as Archstone's."""
    if unknown := options.keys() - _OPTIONS - _WITHOUT_EFFECT:
        message = f"Client() got unexpected keyword arguments: {', '.join(sorted(unknown))}"
        raise TypeError(message)
    taken = {name: value for name, value in options.items() if name in _OPTIONS and value is not None}
    if isinstance(taken.get("cert"), tuple):
        taken["cert"], taken["key"] = taken["cert"]
    if url is not None:
        taken["mgmt_url"] = url
        if "token" in taken:
            # With both, nothing is asked of the login: that is how a cloud is set up.
            taken["token_id"] = taken.pop("token")
    if isinstance(auth_ref, archstone.AccessInfo):
        taken["token_ref"] = auth_ref
    elif auth_ref is not None:
        body = {name: value for name, value in auth_ref.items() if name not in ("auth_token", "version")}
        taken["token_ref"] = {"auth_token": auth_ref["auth_token"], "body": {"token": body}}
    return taken

# Made by dev/stubs of the library's own descriptions.
import builtins
from collections.abc import AsyncIterator, Generator, Iterable, Iterator, Sequence
from collections.abc import Mapping as AnyMapping
from datetime import datetime
from typing import Any, Generic, TypeVar, overload

from typing_extensions import Self

from archstone._archstone import AccessInfo, Client, IdentityCore
from archstone._bulk import AsyncBulk as AsyncBulk
from archstone._bulk import Bulk as Bulk
from archstone._bulk import Progress as Progress
from archstone._bulk import Report as Report

_R_co = TypeVar("_R_co", bound=Resource, covariant=True)

class Resource:
    def __init__(self, fields: AnyMapping[str, Any], /) -> None: ...
    @classmethod
    def from_dict(cls, fields: AnyMapping[str, Any], /) -> Self: ...
    def to_dict(self) -> dict[str, Any]: ...
    @property
    def extra(self) -> dict[str, Any]: ...
    def __getattr__(self, name: str) -> Any: ...
    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...

class Issued:
    token: str | None
    facts: dict[str, Any]
    def __init__(self, token: str | None, facts: dict[str, Any]) -> None: ...

class Items(Generic[_R_co]):
    def __iter__(self) -> Iterator[_R_co]: ...
    def all(self) -> list[_R_co]: ...
    def first(self) -> _R_co | None: ...

class AsyncItems(Generic[_R_co]):
    def __aiter__(self) -> AsyncIterator[_R_co]: ...
    def __await__(self) -> Generator[Any, None, list[_R_co]]: ...
    async def all(self) -> list[_R_co]: ...
    async def first(self) -> _R_co | None: ...

class Bound:
    described: dict[str, Any]
    core: IdentityCore

def answered(operation: dict[str, Any], text: str) -> Any: ...
def top(name: str, client: Client, *, is_async: bool) -> Any: ...

class Manager:
    def __init__(self, client: Client) -> None: ...

class AsyncManager(Manager): ...

class PossibleProjects(Sequence[Project]):
    @overload
    def __getitem__(self, index: int) -> Project: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Project]: ...
    def __len__(self) -> int: ...
    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...

class AsyncPossibleProjects:
    def __await__(self) -> Generator[Any, None, list[Project]]: ...

class AccessRule(Resource):
    @property
    def id(self) -> str: ...
    @property
    def path(self) -> str | None: ...
    @property
    def method(self) -> str | None: ...
    @property
    def service(self) -> str | None: ...

class AccessToken(Resource):
    @property
    def id(self) -> str: ...
    @property
    def consumer_id(self) -> str | None: ...
    @property
    def project_id(self) -> str | None: ...
    @property
    def authorizing_user_id(self) -> str | None: ...
    @property
    def expires_at(self) -> str | None: ...

class ApplicationCredential(Resource):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def secret(self) -> str | None: ...
    @property
    def description(self) -> str | None: ...
    @property
    def user_id(self) -> str | None: ...
    @property
    def project_id(self) -> str | None: ...
    @property
    def expires_at(self) -> str | None: ...
    @property
    def roles(self) -> list[Any] | None: ...
    @property
    def unrestricted(self) -> bool | None: ...
    @property
    def access_rules(self) -> list[Any] | None: ...
    @property
    def system(self) -> str | None: ...

class Consumer(Resource):
    @property
    def id(self) -> str: ...
    @property
    def description(self) -> str | None: ...
    @property
    def secret(self) -> str | None: ...

class Credential(Resource):
    @property
    def id(self) -> str: ...
    @property
    def user_id(self) -> str | None: ...
    @property
    def type(self) -> str: ...
    @property
    def blob(self) -> str | None: ...
    @property
    def project_id(self) -> str | None: ...

class Domain(Resource):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def description(self) -> str | None: ...
    @property
    def enabled(self) -> bool: ...
    @property
    def tags(self) -> list[str]: ...
    @property
    def options(self) -> dict[str, Any] | None: ...

class Ec2Credential(Resource):
    @property
    def access(self) -> str: ...
    @property
    def secret(self) -> str | None: ...
    @property
    def user_id(self) -> str | None: ...
    @property
    def tenant_id(self) -> str | None: ...
    @property
    def trust_id(self) -> str | None: ...

class Endpoint(Resource):
    @property
    def id(self) -> str: ...
    @property
    def service_id(self) -> str: ...
    @property
    def interface(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def region_id(self) -> str | None: ...
    @property
    def region(self) -> str | None: ...
    @property
    def enabled(self) -> bool: ...
    @property
    def name(self) -> str | None: ...
    @property
    def description(self) -> str | None: ...

class EndpointGroup(Resource):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def description(self) -> str | None: ...
    @property
    def filters(self) -> dict[str, Any]: ...

class Group(Resource):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def domain_id(self) -> str | None: ...
    @property
    def description(self) -> str | None: ...
    @property
    def membership_expires_at(self) -> str | None: ...

class IdentityProvider(Resource):
    @property
    def id(self) -> str: ...
    @property
    def domain_id(self) -> str | None: ...
    @property
    def description(self) -> str | None: ...
    @property
    def enabled(self) -> bool: ...
    @property
    def remote_ids(self) -> list[str]: ...
    @property
    def authorization_ttl(self) -> int | None: ...

class InferenceRule(Resource):
    @property
    def prior_role(self) -> dict[str, Any]: ...
    @property
    def implies(self) -> Any: ...

class Limit(Resource):
    @property
    def id(self) -> str: ...
    @property
    def project_id(self) -> str | None: ...
    @property
    def domain_id(self) -> str | None: ...
    @property
    def service_id(self) -> str: ...
    @property
    def region_id(self) -> str | None: ...
    @property
    def resource_name(self) -> str: ...
    @property
    def resource_limit(self) -> int: ...
    @property
    def description(self) -> str | None: ...

class Mapping(Resource):
    @property
    def id(self) -> str: ...
    @property
    def rules(self) -> list[Any]: ...
    @property
    def schema_version(self) -> str | None: ...

class Policy(Resource):
    @property
    def id(self) -> str: ...
    @property
    def blob(self) -> str: ...
    @property
    def type(self) -> str: ...

class Project(Resource):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def domain_id(self) -> str | None: ...
    @property
    def parent_id(self) -> str | None: ...
    @property
    def description(self) -> str | None: ...
    @property
    def enabled(self) -> bool: ...
    @property
    def is_domain(self) -> bool: ...
    @property
    def tags(self) -> list[str]: ...
    @property
    def options(self) -> dict[str, Any] | None: ...
    @property
    def parents(self) -> Any: ...
    @property
    def subtree(self) -> Any: ...

class Protocol(Resource):
    @property
    def id(self) -> str: ...
    @property
    def mapping_id(self) -> str | None: ...
    @property
    def remote_id_attribute(self) -> str | None: ...

class Region(Resource):
    @property
    def id(self) -> str: ...
    @property
    def description(self) -> str | None: ...
    @property
    def parent_region_id(self) -> str | None: ...

class RegisteredLimit(Resource):
    @property
    def id(self) -> str: ...
    @property
    def service_id(self) -> str: ...
    @property
    def region_id(self) -> str | None: ...
    @property
    def resource_name(self) -> str: ...
    @property
    def default_limit(self) -> int: ...
    @property
    def description(self) -> str | None: ...

class RevocationEvent(Resource):
    @property
    def issued_before(self) -> str | None: ...
    @property
    def user_id(self) -> str | None: ...
    @property
    def project_id(self) -> str | None: ...
    @property
    def domain_id(self) -> str | None: ...
    @property
    def role_id(self) -> str | None: ...
    @property
    def trust_id(self) -> str | None: ...
    @property
    def consumer_id(self) -> str | None: ...
    @property
    def access_token_id(self) -> str | None: ...
    @property
    def audit_id(self) -> str | None: ...
    @property
    def audit_chain_id(self) -> str | None: ...
    @property
    def expires_at(self) -> str | None: ...

class Role(Resource):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def domain_id(self) -> str | None: ...
    @property
    def description(self) -> str | None: ...
    @property
    def options(self) -> dict[str, Any] | None: ...

class RoleAssignment(Resource):
    @property
    def role(self) -> dict[str, Any]: ...
    @property
    def scope(self) -> dict[str, Any]: ...
    @property
    def user(self) -> dict[str, Any] | None: ...
    @property
    def group(self) -> dict[str, Any] | None: ...

class Service(Resource):
    @property
    def id(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def name(self) -> str | None: ...
    @property
    def description(self) -> str | None: ...
    @property
    def enabled(self) -> bool: ...

class ServiceProvider(Resource):
    @property
    def id(self) -> str: ...
    @property
    def auth_url(self) -> str: ...
    @property
    def sp_url(self) -> str: ...
    @property
    def description(self) -> str | None: ...
    @property
    def enabled(self) -> bool: ...
    @property
    def relay_state_prefix(self) -> str | None: ...

class Trust(Resource):
    @property
    def id(self) -> str: ...
    @property
    def trustor_user_id(self) -> str: ...
    @property
    def trustee_user_id(self) -> str: ...
    @property
    def impersonation(self) -> bool: ...
    @property
    def project_id(self) -> str | None: ...
    @property
    def roles(self) -> list[Any] | None: ...
    @property
    def expires_at(self) -> str | None: ...
    @property
    def remaining_uses(self) -> int | None: ...
    @property
    def allow_redelegation(self) -> bool | None: ...
    @property
    def redelegation_count(self) -> int | None: ...
    @property
    def redelegated_trust_id(self) -> str | None: ...
    @property
    def deleted_at(self) -> str | None: ...

class User(Resource):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def domain_id(self) -> str | None: ...
    @property
    def default_project_id(self) -> str | None: ...
    @property
    def email(self) -> str | None: ...
    @property
    def description(self) -> str | None: ...
    @property
    def enabled(self) -> bool: ...
    @property
    def password(self) -> str | None: ...
    @property
    def password_expires_at(self) -> str | None: ...
    @property
    def options(self) -> dict[str, Any] | None: ...
    @property
    def federated(self) -> list[Any] | None: ...

class AccessRuleManager(Manager):
    def list(
        self,
        *,
        user: str | Resource | datetime | None = None,
        service: str | Resource | None = None,
        path: str | Resource | None = None,
        method: str | Resource | None = None,
        **more: object,
    ) -> Items[AccessRule]: ...
    def get(
        self, access_rule: str | Resource | datetime, *, user: str | Resource | datetime | None = None
    ) -> AccessRule: ...
    def delete(
        self, access_rule: str | Resource | datetime, *, user: str | Resource | datetime | None = None
    ) -> None: ...
    def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> AccessRule: ...
    def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class AccessTokenManager(Manager):
    def create(
        self,
        consumer_key: str | Resource | datetime,
        consumer_secret: str,
        request_key: str | Resource | datetime,
        request_secret: str,
        verifier: str | Resource | datetime,
    ) -> dict[str, str]: ...
    def list(self, *, user: str | Resource | datetime | None = None, **more: object) -> Items[AccessToken]: ...
    def get(
        self, access_token: str | Resource | datetime, *, user: str | Resource | datetime | None = None
    ) -> AccessToken: ...
    def delete(
        self, access_token: str | Resource | datetime, *, user: str | Resource | datetime | None = None
    ) -> None: ...
    def list_roles(
        self, access_token: str | Resource | datetime, *, user: str | Resource | datetime | None = None, **more: object
    ) -> Items[Role]: ...
    def get_role(
        self,
        access_token: str | Resource | datetime,
        role: str | Resource | datetime,
        *,
        user: str | Resource | datetime | None = None,
    ) -> Role: ...
    def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> AccessToken: ...
    def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class ApplicationCredentialManager(Manager):
    def list(
        self, *, user: str | Resource | datetime | None = None, name: str | Resource | None = None, **more: object
    ) -> Items[ApplicationCredential]: ...
    def get(
        self, application_credential: str | Resource | datetime, *, user: str | Resource | datetime | None = None
    ) -> ApplicationCredential: ...
    def create(
        self,
        name: str | Resource | datetime,
        *,
        user: str | Resource | datetime | None = None,
        secret: str | None = None,
        description: str | Resource | datetime | None = None,
        expires_at: str | Resource | datetime | None = None,
        roles: Iterable[Any] | None = None,
        unrestricted: bool | None = None,
        access_rules: Iterable[Any] | None = None,
        **more: object,
    ) -> ApplicationCredential: ...
    def delete(
        self, application_credential: str | Resource | datetime, *, user: str | Resource | datetime | None = None
    ) -> None: ...
    def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> ApplicationCredential: ...
    def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class AuthManager(Manager):
    def projects(self, **more: object) -> Items[Project]: ...
    def domains(self, **more: object) -> Items[Domain]: ...
    def systems(self) -> Any: ...
    def catalog(self) -> Any: ...

class ConsumerManager(Manager):
    def list(self, **more: object) -> Items[Consumer]: ...
    def get(self, consumer: str | Resource | datetime) -> Consumer: ...
    def create(self, *, description: str | Resource | datetime | None = None, **more: object) -> Consumer: ...
    def update(
        self,
        consumer: str | Resource | datetime,
        *,
        description: str | Resource | datetime | None = None,
        **more: object,
    ) -> Consumer: ...
    def delete(self, consumer: str | Resource | datetime) -> None: ...
    def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> Consumer: ...
    def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class CredentialManager(Manager):
    def list(
        self, *, user: str | Resource | datetime | None = None, type: str | Resource | None = None, **more: object
    ) -> Items[Credential]: ...
    def get(self, credential: str | Resource | datetime) -> Credential: ...
    def create(
        self,
        user: str | Resource | datetime,
        type: str | Resource | datetime,
        blob: str,
        *,
        project: str | Resource | datetime | None = None,
        **more: object,
    ) -> Credential: ...
    def update(
        self, credential: str | Resource | datetime, *, blob: str | None = None, **more: object
    ) -> Credential: ...
    def delete(self, credential: str | Resource | datetime) -> None: ...
    def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> Credential: ...
    def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class DiscoveryManager(Manager):
    def versions(self) -> Any: ...
    def version(self) -> Any: ...
    def home(self) -> Any: ...
    def health(self) -> str: ...

class DomainManager(Manager):
    def list(
        self, *, name: str | Resource | None = None, enabled: bool | None = None, **more: object
    ) -> Items[Domain]: ...
    def get(self, domain: str | Resource | datetime) -> Domain: ...
    def create(
        self,
        name: str | Resource | datetime,
        *,
        description: str | Resource | datetime | None = None,
        enabled: bool | None = None,
        tags: Iterable[str] | None = None,
        options: AnyMapping[str, Any] | None = None,
        **more: object,
    ) -> Domain: ...
    def update(
        self,
        domain: str | Resource | datetime,
        *,
        name: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        enabled: bool | None = None,
        tags: Iterable[str] | None = None,
        options: AnyMapping[str, Any] | None = None,
        **more: object,
    ) -> Domain: ...
    def delete(self, domain: str | Resource | datetime) -> None: ...
    def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> Domain: ...
    def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class DomainConfigManager(Manager):
    def get(
        self,
        domain: str | Resource | datetime,
        *,
        group: str | Resource | datetime | None = None,
        option: str | Resource | datetime | None = None,
    ) -> Any: ...
    def create(self, domain: str | Resource | datetime, config: AnyMapping[str, Any]) -> Any: ...
    def update(
        self,
        domain: str | Resource | datetime,
        config: AnyMapping[str, Any],
        *,
        group: str | Resource | datetime | None = None,
        option: str | Resource | datetime | None = None,
    ) -> Any: ...
    def delete(
        self,
        domain: str | Resource | datetime,
        *,
        group: str | Resource | datetime | None = None,
        option: str | Resource | datetime | None = None,
    ) -> None: ...
    def get_default(
        self, *, group: str | Resource | datetime | None = None, option: str | Resource | datetime | None = None
    ) -> Any: ...

class Ec2CredentialManager(Manager):
    def list(self, *, user: str | Resource | datetime | None = None, **more: object) -> Items[Ec2Credential]: ...
    def get(
        self, access: str | Resource | datetime, *, user: str | Resource | datetime | None = None
    ) -> Ec2Credential: ...
    def create(
        self, project: str | Resource | datetime, *, user: str | Resource | datetime | None = None
    ) -> Ec2Credential: ...
    def delete(self, access: str | Resource | datetime, *, user: str | Resource | datetime | None = None) -> None: ...
    def exchange(self, credentials: AnyMapping[str, Any]) -> Issued: ...
    def exchange_s3(self, credentials: AnyMapping[str, Any]) -> Issued: ...
    def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> Ec2Credential: ...
    def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class EndpointManager(Manager):
    def list(
        self,
        *,
        service: str | Resource | datetime | None = None,
        interface: str | Resource | None = None,
        region: str | Resource | datetime | None = None,
        **more: object,
    ) -> Items[Endpoint]: ...
    def get(self, endpoint: str | Resource | datetime) -> Endpoint: ...
    def create(
        self,
        service: str | Resource | datetime,
        interface: str | Resource | datetime,
        url: str | Resource | datetime,
        *,
        region: str | Resource | datetime | None = None,
        enabled: bool | None = None,
        name: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        **more: object,
    ) -> Endpoint: ...
    def update(
        self,
        endpoint: str | Resource | datetime,
        *,
        service: str | Resource | datetime | None = None,
        interface: str | Resource | datetime | None = None,
        url: str | Resource | datetime | None = None,
        region: str | Resource | datetime | None = None,
        enabled: bool | None = None,
        name: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        **more: object,
    ) -> Endpoint: ...
    def delete(self, endpoint: str | Resource | datetime) -> None: ...
    def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> Endpoint: ...
    def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class EndpointFilterManager(Manager):
    def add_endpoint_to_project(
        self, project: str | Resource | datetime, endpoint: str | Resource | datetime
    ) -> None: ...
    def delete_endpoint_from_project(
        self, project: str | Resource | datetime, endpoint: str | Resource | datetime
    ) -> None: ...
    def check_endpoint_in_project(
        self, project: str | Resource | datetime, endpoint: str | Resource | datetime
    ) -> bool: ...
    def list_endpoints_for_project(self, project: str | Resource | datetime, **more: object) -> Items[Endpoint]: ...
    def list_projects_for_endpoint(self, endpoint: str | Resource | datetime, **more: object) -> Items[Project]: ...
    def add_endpoint_group_to_project(
        self, endpoint_group: str | Resource | datetime, project: str | Resource | datetime
    ) -> None: ...
    def delete_endpoint_group_from_project(
        self, endpoint_group: str | Resource | datetime, project: str | Resource | datetime
    ) -> None: ...
    def check_endpoint_group_in_project(
        self, endpoint_group: str | Resource | datetime, project: str | Resource | datetime
    ) -> bool: ...
    def list_endpoint_groups_for_project(
        self, project: str | Resource | datetime, **more: object
    ) -> Items[EndpointGroup]: ...
    def list_projects_for_endpoint_group(
        self, endpoint_group: str | Resource | datetime, **more: object
    ) -> Items[Project]: ...
    def list_endpoints_for_endpoint_group(
        self, endpoint_group: str | Resource | datetime, **more: object
    ) -> Items[Endpoint]: ...

class EndpointGroupManager(Manager):
    def list(self, *, name: str | Resource | datetime | None = None, **more: object) -> Items[EndpointGroup]: ...
    def get(self, endpoint_group: str | Resource | datetime) -> EndpointGroup: ...
    def check(self, endpoint_group: str | Resource | datetime) -> bool: ...
    def create(
        self,
        name: str | Resource | datetime,
        filters: AnyMapping[str, Any],
        *,
        description: str | Resource | datetime | None = None,
        **more: object,
    ) -> EndpointGroup: ...
    def update(
        self,
        endpoint_group: str | Resource | datetime,
        *,
        name: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        filters: AnyMapping[str, Any] | None = None,
        **more: object,
    ) -> EndpointGroup: ...
    def delete(self, endpoint_group: str | Resource | datetime) -> None: ...
    def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> EndpointGroup: ...
    def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class EndpointPolicyManager(Manager):
    def create_policy_association_for_endpoint(
        self, policy: str | Resource | datetime, endpoint: str | Resource | datetime
    ) -> None: ...
    def check_policy_association_for_endpoint(
        self, policy: str | Resource | datetime, endpoint: str | Resource | datetime
    ) -> bool: ...
    def delete_policy_association_for_endpoint(
        self, policy: str | Resource | datetime, endpoint: str | Resource | datetime
    ) -> None: ...
    def create_policy_association_for_service(
        self, policy: str | Resource | datetime, service: str | Resource | datetime
    ) -> None: ...
    def check_policy_association_for_service(
        self, policy: str | Resource | datetime, service: str | Resource | datetime
    ) -> bool: ...
    def delete_policy_association_for_service(
        self, policy: str | Resource | datetime, service: str | Resource | datetime
    ) -> None: ...
    def create_policy_association_for_region_and_service(
        self, policy: str | Resource | datetime, region: str | Resource | datetime, service: str | Resource | datetime
    ) -> None: ...
    def check_policy_association_for_region_and_service(
        self, policy: str | Resource | datetime, region: str | Resource | datetime, service: str | Resource | datetime
    ) -> bool: ...
    def delete_policy_association_for_region_and_service(
        self, policy: str | Resource | datetime, region: str | Resource | datetime, service: str | Resource | datetime
    ) -> None: ...
    def get_policy_for_endpoint(self, endpoint: str | Resource | datetime) -> Policy: ...
    def list_endpoints_for_policy(self, policy: str | Resource | datetime, **more: object) -> Items[Endpoint]: ...

class FederationManager(Manager):
    def authenticate(
        self, identity_provider: str | Resource | datetime, protocol: str | Resource | datetime
    ) -> Issued: ...
    def authenticate_by_get(
        self, identity_provider: str | Resource | datetime, protocol: str | Resource | datetime
    ) -> Issued: ...
    def web_sso(
        self,
        protocol: str | Resource | datetime,
        *,
        identity_provider: str | Resource | datetime | None = None,
        origin: str | Resource | datetime | None = None,
    ) -> str: ...
    def web_sso_by_post(
        self,
        protocol: str | Resource | datetime,
        *,
        identity_provider: str | Resource | datetime | None = None,
        origin: str | Resource | datetime | None = None,
    ) -> str: ...
    def list_projects(self, **more: object) -> Items[Project]: ...
    def list_domains(self, **more: object) -> Items[Domain]: ...
    @property
    def identity_providers(self) -> IdentityProviderManager: ...
    @property
    def mappings(self) -> MappingManager: ...
    @property
    def protocols(self) -> ProtocolManager: ...
    @property
    def saml(self) -> SamlManager: ...
    @property
    def service_providers(self) -> ServiceProviderManager: ...

class GroupManager(Manager):
    def list(
        self,
        *,
        user: str | Resource | datetime | None = None,
        domain: str | Resource | datetime | None = None,
        name: str | Resource | None = None,
        sort_key: str | Resource | datetime | None = None,
        sort_dir: str | Resource | datetime | None = None,
        **more: object,
    ) -> Items[Group]: ...
    def get(self, group: str | Resource | datetime) -> Group: ...
    def create(
        self,
        name: str | Resource | datetime,
        *,
        domain: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        **more: object,
    ) -> Group: ...
    def update(
        self,
        group: str | Resource | datetime,
        *,
        name: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        **more: object,
    ) -> Group: ...
    def delete(self, group: str | Resource | datetime) -> None: ...
    def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> Group: ...
    def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class IdentityProviderManager(Manager):
    def list(
        self, *, id: str | Resource | None = None, enabled: bool | None = None, **more: object
    ) -> Items[IdentityProvider]: ...
    def get(self, identity_provider: str | Resource | datetime) -> IdentityProvider: ...
    def create(
        self,
        identity_provider: str | Resource | datetime,
        *,
        domain: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        enabled: bool | None = None,
        remote_ids: Iterable[str] | None = None,
        authorization_ttl: int | None = None,
        **more: object,
    ) -> IdentityProvider: ...
    def update(
        self,
        identity_provider: str | Resource | datetime,
        *,
        description: str | Resource | datetime | None = None,
        enabled: bool | None = None,
        remote_ids: Iterable[str] | None = None,
        authorization_ttl: int | None = None,
        **more: object,
    ) -> IdentityProvider: ...
    def delete(self, identity_provider: str | Resource | datetime) -> None: ...
    def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> IdentityProvider: ...
    def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class InferenceRuleManager(Manager):
    def list(self, prior_role: str | Resource | datetime) -> InferenceRule: ...
    def get(self, prior_role: str | Resource | datetime, implied_role: str | Resource | datetime) -> InferenceRule: ...
    def create(
        self, prior_role: str | Resource | datetime, implied_role: str | Resource | datetime
    ) -> InferenceRule: ...
    def check(self, prior_role: str | Resource | datetime, implied_role: str | Resource | datetime) -> bool: ...
    def delete(self, prior_role: str | Resource | datetime, implied_role: str | Resource | datetime) -> None: ...
    def list_inference_roles(self, **more: object) -> Items[InferenceRule]: ...

class LimitManager(Manager):
    def list(
        self,
        *,
        service: str | Resource | datetime | None = None,
        region: str | Resource | datetime | None = None,
        resource_name: str | Resource | None = None,
        project: str | Resource | datetime | None = None,
        domain: str | Resource | datetime | None = None,
        **more: object,
    ) -> Items[Limit]: ...
    def get(self, limit: str | Resource | datetime) -> Limit: ...
    def create(
        self,
        service: str | Resource | datetime,
        resource_name: str | Resource | datetime,
        resource_limit: int,
        *,
        project: str | Resource | datetime | None = None,
        domain: str | Resource | datetime | None = None,
        region: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        **more: object,
    ) -> Limit: ...
    def update(
        self,
        limit: str | Resource | datetime,
        *,
        resource_limit: int | None = None,
        description: str | Resource | datetime | None = None,
        **more: object,
    ) -> Limit: ...
    def delete(self, limit: str | Resource | datetime) -> None: ...
    def get_model(self) -> Any: ...
    def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> Limit: ...
    def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class MappingManager(Manager):
    def list(self, **more: object) -> Items[Mapping]: ...
    def get(self, mapping: str | Resource | datetime) -> Mapping: ...
    def create(
        self,
        mapping: str | Resource | datetime,
        rules: Iterable[Any],
        *,
        schema_version: str | Resource | datetime | None = None,
        **more: object,
    ) -> Mapping: ...
    def update(
        self,
        mapping: str | Resource | datetime,
        *,
        rules: Iterable[Any] | None = None,
        schema_version: str | Resource | datetime | None = None,
        **more: object,
    ) -> Mapping: ...
    def delete(self, mapping: str | Resource | datetime) -> None: ...
    def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> Mapping: ...
    def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class Oauth2Manager(Manager):
    def create_token(self, client_id: str | Resource | datetime, client_secret: str) -> Any: ...

class PolicyManager(Manager):
    def list(self, *, type: str | Resource | None = None, **more: object) -> Items[Policy]: ...
    def get(self, policy: str | Resource | datetime) -> Policy: ...
    def create(self, blob: str | Resource | datetime, type: str | Resource | datetime, **more: object) -> Policy: ...
    def update(
        self,
        policy: str | Resource | datetime,
        *,
        blob: str | Resource | datetime | None = None,
        type: str | Resource | datetime | None = None,
        **more: object,
    ) -> Policy: ...
    def delete(self, policy: str | Resource | datetime) -> None: ...
    def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> Policy: ...
    def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class ProjectManager(Manager, PossibleProjects):
    def list(
        self,
        *,
        user: str | Resource | datetime | None = None,
        domain: str | Resource | datetime | None = None,
        parent: str | Resource | datetime | None = None,
        name: str | Resource | None = None,
        enabled: bool | None = None,
        is_domain: bool | None = None,
        tags: Iterable[str] | None = None,
        tags_any: Iterable[str] | None = None,
        not_tags: Iterable[str] | None = None,
        not_tags_any: Iterable[str] | None = None,
        **more: object,
    ) -> Items[Project]: ...
    def get(
        self,
        project: str | Resource | datetime,
        *,
        parents_as_list: bool | None = None,
        parents_as_ids: bool | None = None,
        subtree_as_list: bool | None = None,
        subtree_as_ids: bool | None = None,
        include_limits: bool | None = None,
    ) -> Project: ...
    def create(
        self,
        name: str | Resource | datetime,
        *,
        domain: str | Resource | datetime | None = None,
        parent: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        enabled: bool | None = None,
        is_domain: bool | None = None,
        tags: Iterable[str] | None = None,
        options: AnyMapping[str, Any] | None = None,
        **more: object,
    ) -> Project: ...
    def update(
        self,
        project: str | Resource | datetime,
        *,
        name: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        enabled: bool | None = None,
        tags: Iterable[str] | None = None,
        options: AnyMapping[str, Any] | None = None,
        **more: object,
    ) -> Project: ...
    def delete(self, project: str | Resource | datetime) -> None: ...
    def list_tags(self, project: str | Resource | datetime) -> builtins.list[str]: ...
    def update_tags(self, project: str | Resource | datetime, tags: Iterable[str]) -> builtins.list[str]: ...
    def delete_tags(self, project: str | Resource | datetime) -> None: ...
    def add_tag(self, project: str | Resource | datetime, tag: str | Resource | datetime) -> None: ...
    def check_tag(self, project: str | Resource | datetime, tag: str | Resource | datetime) -> bool: ...
    def delete_tag(self, project: str | Resource | datetime, tag: str | Resource | datetime) -> None: ...
    def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> Project: ...
    def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class ProtocolManager(Manager):
    def list(self, identity_provider: str | Resource | datetime, **more: object) -> Items[Protocol]: ...
    def get(self, identity_provider: str | Resource | datetime, protocol: str | Resource | datetime) -> Protocol: ...
    def create(
        self,
        protocol: str | Resource | datetime,
        identity_provider: str | Resource | datetime,
        mapping: str | Resource | datetime,
        *,
        remote_id_attribute: str | Resource | datetime | None = None,
        **more: object,
    ) -> Protocol: ...
    def update(
        self,
        identity_provider: str | Resource | datetime,
        protocol: str | Resource | datetime,
        *,
        mapping: str | Resource | datetime | None = None,
        remote_id_attribute: str | Resource | datetime | None = None,
        **more: object,
    ) -> Protocol: ...
    def delete(self, identity_provider: str | Resource | datetime, protocol: str | Resource | datetime) -> None: ...
    def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> Protocol: ...
    def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class RegionManager(Manager):
    def list(self, *, parent_region: str | Resource | datetime | None = None, **more: object) -> Items[Region]: ...
    def get(self, region: str | Resource | datetime) -> Region: ...
    def create(
        self,
        *,
        id: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        parent_region: str | Resource | datetime | None = None,
        **more: object,
    ) -> Region: ...
    def create_with_id(
        self,
        region: str | Resource | datetime,
        *,
        id: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        parent_region: str | Resource | datetime | None = None,
        **more: object,
    ) -> Region: ...
    def update(
        self,
        region: str | Resource | datetime,
        *,
        description: str | Resource | datetime | None = None,
        parent_region: str | Resource | datetime | None = None,
        **more: object,
    ) -> Region: ...
    def delete(self, region: str | Resource | datetime) -> None: ...
    def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> Region: ...
    def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class RegisteredLimitManager(Manager):
    def list(
        self,
        *,
        service: str | Resource | datetime | None = None,
        region: str | Resource | datetime | None = None,
        resource_name: str | Resource | None = None,
        **more: object,
    ) -> Items[RegisteredLimit]: ...
    def get(self, registered_limit: str | Resource | datetime) -> RegisteredLimit: ...
    def create(
        self,
        service: str | Resource | datetime,
        resource_name: str | Resource | datetime,
        default_limit: int,
        *,
        region: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        **more: object,
    ) -> RegisteredLimit: ...
    def update(
        self,
        registered_limit: str | Resource | datetime,
        *,
        service: str | Resource | datetime | None = None,
        region: str | Resource | datetime | None = None,
        resource_name: str | Resource | datetime | None = None,
        default_limit: int | None = None,
        description: str | Resource | datetime | None = None,
        **more: object,
    ) -> RegisteredLimit: ...
    def delete(self, registered_limit: str | Resource | datetime) -> None: ...
    def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> RegisteredLimit: ...
    def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class RequestTokenManager(Manager):
    def create(
        self, consumer_key: str | Resource | datetime, consumer_secret: str, project: str | Resource | datetime
    ) -> dict[str, str]: ...
    def authorize(self, request_token: str | Resource | datetime, roles: Iterable[Any]) -> Any: ...

class RevocationEventManager(Manager):
    def list(self, *, since: str | Resource | datetime | None = None, **more: object) -> Items[RevocationEvent]: ...

class RoleManager(Manager):
    def list(
        self,
        *,
        name: str | Resource | None = None,
        domain_id: str | Resource | datetime | None = None,
        user: str | Resource | datetime | None = None,
        group: str | Resource | datetime | None = None,
        project: str | Resource | datetime | None = None,
        domain: str | Resource | datetime | None = None,
        system: bool | None = None,
        inherited: bool | None = None,
        **more: object,
    ) -> Items[Role]: ...
    def get(self, role: str | Resource | datetime) -> Role: ...
    def create(
        self,
        name: str | Resource | datetime,
        *,
        domain: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        options: AnyMapping[str, Any] | None = None,
        **more: object,
    ) -> Role: ...
    def update(
        self,
        role: str | Resource | datetime,
        *,
        name: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        options: AnyMapping[str, Any] | None = None,
        **more: object,
    ) -> Role: ...
    def delete(self, role: str | Resource | datetime) -> None: ...
    def grant(
        self,
        role: str | Resource | datetime,
        *,
        user: str | Resource | datetime | None = None,
        group: str | Resource | datetime | None = None,
        project: str | Resource | datetime | None = None,
        domain: str | Resource | datetime | None = None,
        system: bool | None = None,
        inherited: bool | None = None,
    ) -> None: ...
    def check(
        self,
        role: str | Resource | datetime,
        *,
        user: str | Resource | datetime | None = None,
        group: str | Resource | datetime | None = None,
        project: str | Resource | datetime | None = None,
        domain: str | Resource | datetime | None = None,
        system: bool | None = None,
        inherited: bool | None = None,
    ) -> bool: ...
    def revoke(
        self,
        role: str | Resource | datetime,
        *,
        user: str | Resource | datetime | None = None,
        group: str | Resource | datetime | None = None,
        project: str | Resource | datetime | None = None,
        domain: str | Resource | datetime | None = None,
        system: bool | None = None,
        inherited: bool | None = None,
    ) -> None: ...
    def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> Role: ...
    def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class RoleAssignmentManager(Manager):
    def list(
        self,
        *,
        user: str | Resource | datetime | None = None,
        group: str | Resource | datetime | None = None,
        role: str | Resource | datetime | None = None,
        project: str | Resource | datetime | None = None,
        domain: str | Resource | datetime | None = None,
        system: bool | None = None,
        inherited_to: str | Resource | datetime | None = None,
        effective: bool | None = None,
        include_names: bool | None = None,
        include_subtree: bool | None = None,
        **more: object,
    ) -> Items[RoleAssignment]: ...
    def list_named(
        self,
        *,
        user: str | Resource | datetime | None = None,
        group: str | Resource | datetime | None = None,
        role: str | Resource | datetime | None = None,
        project: str | Resource | datetime | None = None,
        domain: str | Resource | datetime | None = None,
        system: bool | None = None,
        inherited_to: str | Resource | datetime | None = None,
        effective: bool | None = None,
        include_names: bool | None = None,
        include_subtree: bool | None = None,
        **more: object,
    ) -> Items[RoleAssignment]: ...

class SamlManager(Manager):
    def create_assertion(self, auth: AnyMapping[str, Any]) -> str: ...
    def create_ecp(self, auth: AnyMapping[str, Any]) -> str: ...
    def metadata(self) -> str: ...

class ServiceManager(Manager):
    def list(
        self, *, name: str | Resource | None = None, type: str | Resource | None = None, **more: object
    ) -> Items[Service]: ...
    def get(self, service: str | Resource | datetime) -> Service: ...
    def create(
        self,
        type: str | Resource | datetime,
        *,
        name: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        enabled: bool | None = None,
        **more: object,
    ) -> Service: ...
    def update(
        self,
        service: str | Resource | datetime,
        *,
        type: str | Resource | datetime | None = None,
        name: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        enabled: bool | None = None,
        **more: object,
    ) -> Service: ...
    def delete(self, service: str | Resource | datetime) -> None: ...
    def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> Service: ...
    def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class ServiceProviderManager(Manager):
    def list(
        self, *, id: str | Resource | None = None, enabled: bool | None = None, **more: object
    ) -> Items[ServiceProvider]: ...
    def get(self, service_provider: str | Resource | datetime) -> ServiceProvider: ...
    def create(
        self,
        service_provider: str | Resource | datetime,
        auth_url: str | Resource | datetime,
        sp_url: str | Resource | datetime,
        *,
        description: str | Resource | datetime | None = None,
        enabled: bool | None = None,
        relay_state_prefix: str | Resource | datetime | None = None,
        **more: object,
    ) -> ServiceProvider: ...
    def update(
        self,
        service_provider: str | Resource | datetime,
        *,
        auth_url: str | Resource | datetime | None = None,
        sp_url: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        enabled: bool | None = None,
        relay_state_prefix: str | Resource | datetime | None = None,
        **more: object,
    ) -> ServiceProvider: ...
    def delete(self, service_provider: str | Resource | datetime) -> None: ...
    def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> ServiceProvider: ...
    def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class TokensManager(Manager):
    def get_token_data(
        self,
        token: str,
        *,
        nocatalog: bool | None = None,
        allow_expired: bool | None = None,
        access_rules_support: str | Resource | datetime | None = None,
    ) -> Issued: ...
    def validate(
        self,
        token: str,
        *,
        nocatalog: bool | None = None,
        allow_expired: bool | None = None,
        access_rules_support: str | Resource | datetime | None = None,
    ) -> AccessInfo: ...
    def check(
        self,
        token: str,
        *,
        allow_expired: bool | None = None,
        access_rules_support: str | Resource | datetime | None = None,
    ) -> bool: ...
    def revoke_token(self, token: str, *, cascade: bool | None = None) -> None: ...
    def issue(self, auth: AnyMapping[str, Any], *, nocatalog: bool | None = None) -> Issued: ...
    def get_revoked(self, *, audit_id_only: bool | None = None) -> Any: ...

class TrustManager(Manager):
    def list(
        self,
        *,
        trustor_user: str | Resource | datetime | None = None,
        trustee_user: str | Resource | datetime | None = None,
        **more: object,
    ) -> Items[Trust]: ...
    def get(self, trust: str | Resource | datetime) -> Trust: ...
    def create(
        self,
        trustee_user: str | Resource | datetime,
        trustor_user: str | Resource | datetime,
        impersonation: bool,
        *,
        project: str | Resource | datetime | None = None,
        roles: Iterable[Any] | None = None,
        expires_at: str | Resource | datetime | None = None,
        remaining_uses: int | None = None,
        allow_redelegation: bool | None = None,
        redelegation_count: int | None = None,
        **more: object,
    ) -> Trust: ...
    def delete(self, trust: str | Resource | datetime) -> None: ...
    def list_roles(self, trust: str | Resource | datetime, **more: object) -> Items[Role]: ...
    def get_role(self, trust: str | Resource | datetime, role: str | Resource | datetime) -> Role: ...
    def check_role(self, trust: str | Resource | datetime, role: str | Resource | datetime) -> bool: ...
    def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> Trust: ...
    def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class UserManager(Manager):
    def list(
        self,
        *,
        group: str | Resource | datetime | None = None,
        domain: str | Resource | datetime | None = None,
        name: str | Resource | None = None,
        enabled: bool | None = None,
        password_expires_at: str | Resource | datetime | None = None,
        idp_id: str | Resource | datetime | None = None,
        protocol_id: str | Resource | datetime | None = None,
        unique_id: str | Resource | datetime | None = None,
        sort_key: str | Resource | datetime | None = None,
        sort_dir: str | Resource | datetime | None = None,
        **more: object,
    ) -> Items[User]: ...
    def get(self, user: str | Resource | datetime) -> User: ...
    def create(
        self,
        name: str | Resource | datetime,
        *,
        domain: str | Resource | datetime | None = None,
        default_project: str | Resource | datetime | None = None,
        email: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        enabled: bool | None = None,
        password: str | None = None,
        options: AnyMapping[str, Any] | None = None,
        federated: Iterable[Any] | None = None,
        **more: object,
    ) -> User: ...
    def update(
        self,
        user: str | Resource | datetime,
        *,
        name: str | Resource | datetime | None = None,
        default_project: str | Resource | datetime | None = None,
        email: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        enabled: bool | None = None,
        password: str | None = None,
        options: AnyMapping[str, Any] | None = None,
        federated: Iterable[Any] | None = None,
        **more: object,
    ) -> User: ...
    def delete(self, user: str | Resource | datetime) -> None: ...
    def update_password(
        self, old_password: str, new_password: str, *, user: str | Resource | datetime | None = None
    ) -> None: ...
    def add_to_group(self, user: str | Resource | datetime, group: str | Resource | datetime) -> None: ...
    def check_in_group(self, user: str | Resource | datetime, group: str | Resource | datetime) -> bool: ...
    def remove_from_group(self, user: str | Resource | datetime, group: str | Resource | datetime) -> None: ...
    def revoke_tokens(self, user: str | Resource | datetime) -> None: ...
    def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> User: ...
    def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class Oauth1Managers:
    @property
    def access_tokens(self) -> AccessTokenManager: ...
    @property
    def consumers(self) -> ConsumerManager: ...
    @property
    def request_tokens(self) -> RequestTokenManager: ...

class Managers:
    @property
    def access_rules(self) -> AccessRuleManager: ...
    @property
    def application_credentials(self) -> ApplicationCredentialManager: ...
    @property
    def auth(self) -> AuthManager: ...
    @property
    def credentials(self) -> CredentialManager: ...
    @property
    def discovery(self) -> DiscoveryManager: ...
    @property
    def domain_configs(self) -> DomainConfigManager: ...
    @property
    def domains(self) -> DomainManager: ...
    @property
    def ec2(self) -> Ec2CredentialManager: ...
    @property
    def endpoint_filter(self) -> EndpointFilterManager: ...
    @property
    def endpoint_groups(self) -> EndpointGroupManager: ...
    @property
    def endpoint_policy(self) -> EndpointPolicyManager: ...
    @property
    def endpoints(self) -> EndpointManager: ...
    @property
    def federation(self) -> FederationManager: ...
    @property
    def groups(self) -> GroupManager: ...
    @property
    def inference_rules(self) -> InferenceRuleManager: ...
    @property
    def limits(self) -> LimitManager: ...
    @property
    def oauth1(self) -> Oauth1Managers: ...
    @property
    def oauth2(self) -> Oauth2Manager: ...
    @property
    def policies(self) -> PolicyManager: ...
    @property
    def projects(self) -> ProjectManager: ...
    @property
    def regions(self) -> RegionManager: ...
    @property
    def registered_limits(self) -> RegisteredLimitManager: ...
    @property
    def revocation_events(self) -> RevocationEventManager: ...
    @property
    def role_assignments(self) -> RoleAssignmentManager: ...
    @property
    def roles(self) -> RoleManager: ...
    @property
    def services(self) -> ServiceManager: ...
    @property
    def tokens(self) -> TokensManager: ...
    @property
    def trusts(self) -> TrustManager: ...
    @property
    def users(self) -> UserManager: ...

class AsyncAccessRuleManager(AsyncManager):
    def list(
        self,
        *,
        user: str | Resource | datetime | None = None,
        service: str | Resource | None = None,
        path: str | Resource | None = None,
        method: str | Resource | None = None,
        **more: object,
    ) -> AsyncItems[AccessRule]: ...
    async def get(
        self, access_rule: str | Resource | datetime, *, user: str | Resource | datetime | None = None
    ) -> AccessRule: ...
    async def delete(
        self, access_rule: str | Resource | datetime, *, user: str | Resource | datetime | None = None
    ) -> None: ...
    async def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> AccessRule: ...
    async def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class AsyncAccessTokenManager(AsyncManager):
    async def create(
        self,
        consumer_key: str | Resource | datetime,
        consumer_secret: str,
        request_key: str | Resource | datetime,
        request_secret: str,
        verifier: str | Resource | datetime,
    ) -> dict[str, str]: ...
    def list(self, *, user: str | Resource | datetime | None = None, **more: object) -> AsyncItems[AccessToken]: ...
    async def get(
        self, access_token: str | Resource | datetime, *, user: str | Resource | datetime | None = None
    ) -> AccessToken: ...
    async def delete(
        self, access_token: str | Resource | datetime, *, user: str | Resource | datetime | None = None
    ) -> None: ...
    def list_roles(
        self, access_token: str | Resource | datetime, *, user: str | Resource | datetime | None = None, **more: object
    ) -> AsyncItems[Role]: ...
    async def get_role(
        self,
        access_token: str | Resource | datetime,
        role: str | Resource | datetime,
        *,
        user: str | Resource | datetime | None = None,
    ) -> Role: ...
    async def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> AccessToken: ...
    async def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class AsyncApplicationCredentialManager(AsyncManager):
    def list(
        self, *, user: str | Resource | datetime | None = None, name: str | Resource | None = None, **more: object
    ) -> AsyncItems[ApplicationCredential]: ...
    async def get(
        self, application_credential: str | Resource | datetime, *, user: str | Resource | datetime | None = None
    ) -> ApplicationCredential: ...
    async def create(
        self,
        name: str | Resource | datetime,
        *,
        user: str | Resource | datetime | None = None,
        secret: str | None = None,
        description: str | Resource | datetime | None = None,
        expires_at: str | Resource | datetime | None = None,
        roles: Iterable[Any] | None = None,
        unrestricted: bool | None = None,
        access_rules: Iterable[Any] | None = None,
        **more: object,
    ) -> ApplicationCredential: ...
    async def delete(
        self, application_credential: str | Resource | datetime, *, user: str | Resource | datetime | None = None
    ) -> None: ...
    async def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> ApplicationCredential: ...
    async def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class AsyncAuthManager(AsyncManager):
    def projects(self, **more: object) -> AsyncItems[Project]: ...
    def domains(self, **more: object) -> AsyncItems[Domain]: ...
    async def systems(self) -> Any: ...
    async def catalog(self) -> Any: ...

class AsyncConsumerManager(AsyncManager):
    def list(self, **more: object) -> AsyncItems[Consumer]: ...
    async def get(self, consumer: str | Resource | datetime) -> Consumer: ...
    async def create(self, *, description: str | Resource | datetime | None = None, **more: object) -> Consumer: ...
    async def update(
        self,
        consumer: str | Resource | datetime,
        *,
        description: str | Resource | datetime | None = None,
        **more: object,
    ) -> Consumer: ...
    async def delete(self, consumer: str | Resource | datetime) -> None: ...
    async def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> Consumer: ...
    async def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class AsyncCredentialManager(AsyncManager):
    def list(
        self, *, user: str | Resource | datetime | None = None, type: str | Resource | None = None, **more: object
    ) -> AsyncItems[Credential]: ...
    async def get(self, credential: str | Resource | datetime) -> Credential: ...
    async def create(
        self,
        user: str | Resource | datetime,
        type: str | Resource | datetime,
        blob: str,
        *,
        project: str | Resource | datetime | None = None,
        **more: object,
    ) -> Credential: ...
    async def update(
        self, credential: str | Resource | datetime, *, blob: str | None = None, **more: object
    ) -> Credential: ...
    async def delete(self, credential: str | Resource | datetime) -> None: ...
    async def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> Credential: ...
    async def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class AsyncDiscoveryManager(AsyncManager):
    async def versions(self) -> Any: ...
    async def version(self) -> Any: ...
    async def home(self) -> Any: ...
    async def health(self) -> str: ...

class AsyncDomainManager(AsyncManager):
    def list(
        self, *, name: str | Resource | None = None, enabled: bool | None = None, **more: object
    ) -> AsyncItems[Domain]: ...
    async def get(self, domain: str | Resource | datetime) -> Domain: ...
    async def create(
        self,
        name: str | Resource | datetime,
        *,
        description: str | Resource | datetime | None = None,
        enabled: bool | None = None,
        tags: Iterable[str] | None = None,
        options: AnyMapping[str, Any] | None = None,
        **more: object,
    ) -> Domain: ...
    async def update(
        self,
        domain: str | Resource | datetime,
        *,
        name: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        enabled: bool | None = None,
        tags: Iterable[str] | None = None,
        options: AnyMapping[str, Any] | None = None,
        **more: object,
    ) -> Domain: ...
    async def delete(self, domain: str | Resource | datetime) -> None: ...
    async def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> Domain: ...
    async def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class AsyncDomainConfigManager(AsyncManager):
    async def get(
        self,
        domain: str | Resource | datetime,
        *,
        group: str | Resource | datetime | None = None,
        option: str | Resource | datetime | None = None,
    ) -> Any: ...
    async def create(self, domain: str | Resource | datetime, config: AnyMapping[str, Any]) -> Any: ...
    async def update(
        self,
        domain: str | Resource | datetime,
        config: AnyMapping[str, Any],
        *,
        group: str | Resource | datetime | None = None,
        option: str | Resource | datetime | None = None,
    ) -> Any: ...
    async def delete(
        self,
        domain: str | Resource | datetime,
        *,
        group: str | Resource | datetime | None = None,
        option: str | Resource | datetime | None = None,
    ) -> None: ...
    async def get_default(
        self, *, group: str | Resource | datetime | None = None, option: str | Resource | datetime | None = None
    ) -> Any: ...

class AsyncEc2CredentialManager(AsyncManager):
    def list(self, *, user: str | Resource | datetime | None = None, **more: object) -> AsyncItems[Ec2Credential]: ...
    async def get(
        self, access: str | Resource | datetime, *, user: str | Resource | datetime | None = None
    ) -> Ec2Credential: ...
    async def create(
        self, project: str | Resource | datetime, *, user: str | Resource | datetime | None = None
    ) -> Ec2Credential: ...
    async def delete(
        self, access: str | Resource | datetime, *, user: str | Resource | datetime | None = None
    ) -> None: ...
    async def exchange(self, credentials: AnyMapping[str, Any]) -> Issued: ...
    async def exchange_s3(self, credentials: AnyMapping[str, Any]) -> Issued: ...
    async def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> Ec2Credential: ...
    async def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class AsyncEndpointManager(AsyncManager):
    def list(
        self,
        *,
        service: str | Resource | datetime | None = None,
        interface: str | Resource | None = None,
        region: str | Resource | datetime | None = None,
        **more: object,
    ) -> AsyncItems[Endpoint]: ...
    async def get(self, endpoint: str | Resource | datetime) -> Endpoint: ...
    async def create(
        self,
        service: str | Resource | datetime,
        interface: str | Resource | datetime,
        url: str | Resource | datetime,
        *,
        region: str | Resource | datetime | None = None,
        enabled: bool | None = None,
        name: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        **more: object,
    ) -> Endpoint: ...
    async def update(
        self,
        endpoint: str | Resource | datetime,
        *,
        service: str | Resource | datetime | None = None,
        interface: str | Resource | datetime | None = None,
        url: str | Resource | datetime | None = None,
        region: str | Resource | datetime | None = None,
        enabled: bool | None = None,
        name: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        **more: object,
    ) -> Endpoint: ...
    async def delete(self, endpoint: str | Resource | datetime) -> None: ...
    async def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> Endpoint: ...
    async def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class AsyncEndpointFilterManager(AsyncManager):
    async def add_endpoint_to_project(
        self, project: str | Resource | datetime, endpoint: str | Resource | datetime
    ) -> None: ...
    async def delete_endpoint_from_project(
        self, project: str | Resource | datetime, endpoint: str | Resource | datetime
    ) -> None: ...
    async def check_endpoint_in_project(
        self, project: str | Resource | datetime, endpoint: str | Resource | datetime
    ) -> bool: ...
    def list_endpoints_for_project(
        self, project: str | Resource | datetime, **more: object
    ) -> AsyncItems[Endpoint]: ...
    def list_projects_for_endpoint(
        self, endpoint: str | Resource | datetime, **more: object
    ) -> AsyncItems[Project]: ...
    async def add_endpoint_group_to_project(
        self, endpoint_group: str | Resource | datetime, project: str | Resource | datetime
    ) -> None: ...
    async def delete_endpoint_group_from_project(
        self, endpoint_group: str | Resource | datetime, project: str | Resource | datetime
    ) -> None: ...
    async def check_endpoint_group_in_project(
        self, endpoint_group: str | Resource | datetime, project: str | Resource | datetime
    ) -> bool: ...
    def list_endpoint_groups_for_project(
        self, project: str | Resource | datetime, **more: object
    ) -> AsyncItems[EndpointGroup]: ...
    def list_projects_for_endpoint_group(
        self, endpoint_group: str | Resource | datetime, **more: object
    ) -> AsyncItems[Project]: ...
    def list_endpoints_for_endpoint_group(
        self, endpoint_group: str | Resource | datetime, **more: object
    ) -> AsyncItems[Endpoint]: ...

class AsyncEndpointGroupManager(AsyncManager):
    def list(self, *, name: str | Resource | datetime | None = None, **more: object) -> AsyncItems[EndpointGroup]: ...
    async def get(self, endpoint_group: str | Resource | datetime) -> EndpointGroup: ...
    async def check(self, endpoint_group: str | Resource | datetime) -> bool: ...
    async def create(
        self,
        name: str | Resource | datetime,
        filters: AnyMapping[str, Any],
        *,
        description: str | Resource | datetime | None = None,
        **more: object,
    ) -> EndpointGroup: ...
    async def update(
        self,
        endpoint_group: str | Resource | datetime,
        *,
        name: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        filters: AnyMapping[str, Any] | None = None,
        **more: object,
    ) -> EndpointGroup: ...
    async def delete(self, endpoint_group: str | Resource | datetime) -> None: ...
    async def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> EndpointGroup: ...
    async def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class AsyncEndpointPolicyManager(AsyncManager):
    async def create_policy_association_for_endpoint(
        self, policy: str | Resource | datetime, endpoint: str | Resource | datetime
    ) -> None: ...
    async def check_policy_association_for_endpoint(
        self, policy: str | Resource | datetime, endpoint: str | Resource | datetime
    ) -> bool: ...
    async def delete_policy_association_for_endpoint(
        self, policy: str | Resource | datetime, endpoint: str | Resource | datetime
    ) -> None: ...
    async def create_policy_association_for_service(
        self, policy: str | Resource | datetime, service: str | Resource | datetime
    ) -> None: ...
    async def check_policy_association_for_service(
        self, policy: str | Resource | datetime, service: str | Resource | datetime
    ) -> bool: ...
    async def delete_policy_association_for_service(
        self, policy: str | Resource | datetime, service: str | Resource | datetime
    ) -> None: ...
    async def create_policy_association_for_region_and_service(
        self, policy: str | Resource | datetime, region: str | Resource | datetime, service: str | Resource | datetime
    ) -> None: ...
    async def check_policy_association_for_region_and_service(
        self, policy: str | Resource | datetime, region: str | Resource | datetime, service: str | Resource | datetime
    ) -> bool: ...
    async def delete_policy_association_for_region_and_service(
        self, policy: str | Resource | datetime, region: str | Resource | datetime, service: str | Resource | datetime
    ) -> None: ...
    async def get_policy_for_endpoint(self, endpoint: str | Resource | datetime) -> Policy: ...
    def list_endpoints_for_policy(self, policy: str | Resource | datetime, **more: object) -> AsyncItems[Endpoint]: ...

class AsyncFederationManager(AsyncManager):
    async def authenticate(
        self, identity_provider: str | Resource | datetime, protocol: str | Resource | datetime
    ) -> Issued: ...
    async def authenticate_by_get(
        self, identity_provider: str | Resource | datetime, protocol: str | Resource | datetime
    ) -> Issued: ...
    async def web_sso(
        self,
        protocol: str | Resource | datetime,
        *,
        identity_provider: str | Resource | datetime | None = None,
        origin: str | Resource | datetime | None = None,
    ) -> str: ...
    async def web_sso_by_post(
        self,
        protocol: str | Resource | datetime,
        *,
        identity_provider: str | Resource | datetime | None = None,
        origin: str | Resource | datetime | None = None,
    ) -> str: ...
    def list_projects(self, **more: object) -> AsyncItems[Project]: ...
    def list_domains(self, **more: object) -> AsyncItems[Domain]: ...
    @property
    def identity_providers(self) -> AsyncIdentityProviderManager: ...
    @property
    def mappings(self) -> AsyncMappingManager: ...
    @property
    def protocols(self) -> AsyncProtocolManager: ...
    @property
    def saml(self) -> AsyncSamlManager: ...
    @property
    def service_providers(self) -> AsyncServiceProviderManager: ...

class AsyncGroupManager(AsyncManager):
    def list(
        self,
        *,
        user: str | Resource | datetime | None = None,
        domain: str | Resource | datetime | None = None,
        name: str | Resource | None = None,
        sort_key: str | Resource | datetime | None = None,
        sort_dir: str | Resource | datetime | None = None,
        **more: object,
    ) -> AsyncItems[Group]: ...
    async def get(self, group: str | Resource | datetime) -> Group: ...
    async def create(
        self,
        name: str | Resource | datetime,
        *,
        domain: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        **more: object,
    ) -> Group: ...
    async def update(
        self,
        group: str | Resource | datetime,
        *,
        name: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        **more: object,
    ) -> Group: ...
    async def delete(self, group: str | Resource | datetime) -> None: ...
    async def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> Group: ...
    async def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class AsyncIdentityProviderManager(AsyncManager):
    def list(
        self, *, id: str | Resource | None = None, enabled: bool | None = None, **more: object
    ) -> AsyncItems[IdentityProvider]: ...
    async def get(self, identity_provider: str | Resource | datetime) -> IdentityProvider: ...
    async def create(
        self,
        identity_provider: str | Resource | datetime,
        *,
        domain: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        enabled: bool | None = None,
        remote_ids: Iterable[str] | None = None,
        authorization_ttl: int | None = None,
        **more: object,
    ) -> IdentityProvider: ...
    async def update(
        self,
        identity_provider: str | Resource | datetime,
        *,
        description: str | Resource | datetime | None = None,
        enabled: bool | None = None,
        remote_ids: Iterable[str] | None = None,
        authorization_ttl: int | None = None,
        **more: object,
    ) -> IdentityProvider: ...
    async def delete(self, identity_provider: str | Resource | datetime) -> None: ...
    async def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> IdentityProvider: ...
    async def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class AsyncInferenceRuleManager(AsyncManager):
    async def list(self, prior_role: str | Resource | datetime) -> InferenceRule: ...
    async def get(
        self, prior_role: str | Resource | datetime, implied_role: str | Resource | datetime
    ) -> InferenceRule: ...
    async def create(
        self, prior_role: str | Resource | datetime, implied_role: str | Resource | datetime
    ) -> InferenceRule: ...
    async def check(self, prior_role: str | Resource | datetime, implied_role: str | Resource | datetime) -> bool: ...
    async def delete(self, prior_role: str | Resource | datetime, implied_role: str | Resource | datetime) -> None: ...
    def list_inference_roles(self, **more: object) -> AsyncItems[InferenceRule]: ...

class AsyncLimitManager(AsyncManager):
    def list(
        self,
        *,
        service: str | Resource | datetime | None = None,
        region: str | Resource | datetime | None = None,
        resource_name: str | Resource | None = None,
        project: str | Resource | datetime | None = None,
        domain: str | Resource | datetime | None = None,
        **more: object,
    ) -> AsyncItems[Limit]: ...
    async def get(self, limit: str | Resource | datetime) -> Limit: ...
    async def create(
        self,
        service: str | Resource | datetime,
        resource_name: str | Resource | datetime,
        resource_limit: int,
        *,
        project: str | Resource | datetime | None = None,
        domain: str | Resource | datetime | None = None,
        region: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        **more: object,
    ) -> Limit: ...
    async def update(
        self,
        limit: str | Resource | datetime,
        *,
        resource_limit: int | None = None,
        description: str | Resource | datetime | None = None,
        **more: object,
    ) -> Limit: ...
    async def delete(self, limit: str | Resource | datetime) -> None: ...
    async def get_model(self) -> Any: ...
    async def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> Limit: ...
    async def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class AsyncMappingManager(AsyncManager):
    def list(self, **more: object) -> AsyncItems[Mapping]: ...
    async def get(self, mapping: str | Resource | datetime) -> Mapping: ...
    async def create(
        self,
        mapping: str | Resource | datetime,
        rules: Iterable[Any],
        *,
        schema_version: str | Resource | datetime | None = None,
        **more: object,
    ) -> Mapping: ...
    async def update(
        self,
        mapping: str | Resource | datetime,
        *,
        rules: Iterable[Any] | None = None,
        schema_version: str | Resource | datetime | None = None,
        **more: object,
    ) -> Mapping: ...
    async def delete(self, mapping: str | Resource | datetime) -> None: ...
    async def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> Mapping: ...
    async def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class AsyncOauth2Manager(AsyncManager):
    async def create_token(self, client_id: str | Resource | datetime, client_secret: str) -> Any: ...

class AsyncPolicyManager(AsyncManager):
    def list(self, *, type: str | Resource | None = None, **more: object) -> AsyncItems[Policy]: ...
    async def get(self, policy: str | Resource | datetime) -> Policy: ...
    async def create(
        self, blob: str | Resource | datetime, type: str | Resource | datetime, **more: object
    ) -> Policy: ...
    async def update(
        self,
        policy: str | Resource | datetime,
        *,
        blob: str | Resource | datetime | None = None,
        type: str | Resource | datetime | None = None,
        **more: object,
    ) -> Policy: ...
    async def delete(self, policy: str | Resource | datetime) -> None: ...
    async def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> Policy: ...
    async def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class AsyncProjectManager(AsyncManager, AsyncPossibleProjects):
    def list(
        self,
        *,
        user: str | Resource | datetime | None = None,
        domain: str | Resource | datetime | None = None,
        parent: str | Resource | datetime | None = None,
        name: str | Resource | None = None,
        enabled: bool | None = None,
        is_domain: bool | None = None,
        tags: Iterable[str] | None = None,
        tags_any: Iterable[str] | None = None,
        not_tags: Iterable[str] | None = None,
        not_tags_any: Iterable[str] | None = None,
        **more: object,
    ) -> AsyncItems[Project]: ...
    async def get(
        self,
        project: str | Resource | datetime,
        *,
        parents_as_list: bool | None = None,
        parents_as_ids: bool | None = None,
        subtree_as_list: bool | None = None,
        subtree_as_ids: bool | None = None,
        include_limits: bool | None = None,
    ) -> Project: ...
    async def create(
        self,
        name: str | Resource | datetime,
        *,
        domain: str | Resource | datetime | None = None,
        parent: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        enabled: bool | None = None,
        is_domain: bool | None = None,
        tags: Iterable[str] | None = None,
        options: AnyMapping[str, Any] | None = None,
        **more: object,
    ) -> Project: ...
    async def update(
        self,
        project: str | Resource | datetime,
        *,
        name: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        enabled: bool | None = None,
        tags: Iterable[str] | None = None,
        options: AnyMapping[str, Any] | None = None,
        **more: object,
    ) -> Project: ...
    async def delete(self, project: str | Resource | datetime) -> None: ...
    async def list_tags(self, project: str | Resource | datetime) -> builtins.list[str]: ...
    async def update_tags(self, project: str | Resource | datetime, tags: Iterable[str]) -> builtins.list[str]: ...
    async def delete_tags(self, project: str | Resource | datetime) -> None: ...
    async def add_tag(self, project: str | Resource | datetime, tag: str | Resource | datetime) -> None: ...
    async def check_tag(self, project: str | Resource | datetime, tag: str | Resource | datetime) -> bool: ...
    async def delete_tag(self, project: str | Resource | datetime, tag: str | Resource | datetime) -> None: ...
    async def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> Project: ...
    async def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class AsyncProtocolManager(AsyncManager):
    def list(self, identity_provider: str | Resource | datetime, **more: object) -> AsyncItems[Protocol]: ...
    async def get(
        self, identity_provider: str | Resource | datetime, protocol: str | Resource | datetime
    ) -> Protocol: ...
    async def create(
        self,
        protocol: str | Resource | datetime,
        identity_provider: str | Resource | datetime,
        mapping: str | Resource | datetime,
        *,
        remote_id_attribute: str | Resource | datetime | None = None,
        **more: object,
    ) -> Protocol: ...
    async def update(
        self,
        identity_provider: str | Resource | datetime,
        protocol: str | Resource | datetime,
        *,
        mapping: str | Resource | datetime | None = None,
        remote_id_attribute: str | Resource | datetime | None = None,
        **more: object,
    ) -> Protocol: ...
    async def delete(
        self, identity_provider: str | Resource | datetime, protocol: str | Resource | datetime
    ) -> None: ...
    async def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> Protocol: ...
    async def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class AsyncRegionManager(AsyncManager):
    def list(self, *, parent_region: str | Resource | datetime | None = None, **more: object) -> AsyncItems[Region]: ...
    async def get(self, region: str | Resource | datetime) -> Region: ...
    async def create(
        self,
        *,
        id: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        parent_region: str | Resource | datetime | None = None,
        **more: object,
    ) -> Region: ...
    async def create_with_id(
        self,
        region: str | Resource | datetime,
        *,
        id: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        parent_region: str | Resource | datetime | None = None,
        **more: object,
    ) -> Region: ...
    async def update(
        self,
        region: str | Resource | datetime,
        *,
        description: str | Resource | datetime | None = None,
        parent_region: str | Resource | datetime | None = None,
        **more: object,
    ) -> Region: ...
    async def delete(self, region: str | Resource | datetime) -> None: ...
    async def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> Region: ...
    async def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class AsyncRegisteredLimitManager(AsyncManager):
    def list(
        self,
        *,
        service: str | Resource | datetime | None = None,
        region: str | Resource | datetime | None = None,
        resource_name: str | Resource | None = None,
        **more: object,
    ) -> AsyncItems[RegisteredLimit]: ...
    async def get(self, registered_limit: str | Resource | datetime) -> RegisteredLimit: ...
    async def create(
        self,
        service: str | Resource | datetime,
        resource_name: str | Resource | datetime,
        default_limit: int,
        *,
        region: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        **more: object,
    ) -> RegisteredLimit: ...
    async def update(
        self,
        registered_limit: str | Resource | datetime,
        *,
        service: str | Resource | datetime | None = None,
        region: str | Resource | datetime | None = None,
        resource_name: str | Resource | datetime | None = None,
        default_limit: int | None = None,
        description: str | Resource | datetime | None = None,
        **more: object,
    ) -> RegisteredLimit: ...
    async def delete(self, registered_limit: str | Resource | datetime) -> None: ...
    async def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> RegisteredLimit: ...
    async def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class AsyncRequestTokenManager(AsyncManager):
    async def create(
        self, consumer_key: str | Resource | datetime, consumer_secret: str, project: str | Resource | datetime
    ) -> dict[str, str]: ...
    async def authorize(self, request_token: str | Resource | datetime, roles: Iterable[Any]) -> Any: ...

class AsyncRevocationEventManager(AsyncManager):
    def list(
        self, *, since: str | Resource | datetime | None = None, **more: object
    ) -> AsyncItems[RevocationEvent]: ...

class AsyncRoleManager(AsyncManager):
    def list(
        self,
        *,
        name: str | Resource | None = None,
        domain_id: str | Resource | datetime | None = None,
        user: str | Resource | datetime | None = None,
        group: str | Resource | datetime | None = None,
        project: str | Resource | datetime | None = None,
        domain: str | Resource | datetime | None = None,
        system: bool | None = None,
        inherited: bool | None = None,
        **more: object,
    ) -> AsyncItems[Role]: ...
    async def get(self, role: str | Resource | datetime) -> Role: ...
    async def create(
        self,
        name: str | Resource | datetime,
        *,
        domain: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        options: AnyMapping[str, Any] | None = None,
        **more: object,
    ) -> Role: ...
    async def update(
        self,
        role: str | Resource | datetime,
        *,
        name: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        options: AnyMapping[str, Any] | None = None,
        **more: object,
    ) -> Role: ...
    async def delete(self, role: str | Resource | datetime) -> None: ...
    async def grant(
        self,
        role: str | Resource | datetime,
        *,
        user: str | Resource | datetime | None = None,
        group: str | Resource | datetime | None = None,
        project: str | Resource | datetime | None = None,
        domain: str | Resource | datetime | None = None,
        system: bool | None = None,
        inherited: bool | None = None,
    ) -> None: ...
    async def check(
        self,
        role: str | Resource | datetime,
        *,
        user: str | Resource | datetime | None = None,
        group: str | Resource | datetime | None = None,
        project: str | Resource | datetime | None = None,
        domain: str | Resource | datetime | None = None,
        system: bool | None = None,
        inherited: bool | None = None,
    ) -> bool: ...
    async def revoke(
        self,
        role: str | Resource | datetime,
        *,
        user: str | Resource | datetime | None = None,
        group: str | Resource | datetime | None = None,
        project: str | Resource | datetime | None = None,
        domain: str | Resource | datetime | None = None,
        system: bool | None = None,
        inherited: bool | None = None,
    ) -> None: ...
    async def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> Role: ...
    async def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class AsyncRoleAssignmentManager(AsyncManager):
    def list(
        self,
        *,
        user: str | Resource | datetime | None = None,
        group: str | Resource | datetime | None = None,
        role: str | Resource | datetime | None = None,
        project: str | Resource | datetime | None = None,
        domain: str | Resource | datetime | None = None,
        system: bool | None = None,
        inherited_to: str | Resource | datetime | None = None,
        effective: bool | None = None,
        include_names: bool | None = None,
        include_subtree: bool | None = None,
        **more: object,
    ) -> AsyncItems[RoleAssignment]: ...
    def list_named(
        self,
        *,
        user: str | Resource | datetime | None = None,
        group: str | Resource | datetime | None = None,
        role: str | Resource | datetime | None = None,
        project: str | Resource | datetime | None = None,
        domain: str | Resource | datetime | None = None,
        system: bool | None = None,
        inherited_to: str | Resource | datetime | None = None,
        effective: bool | None = None,
        include_names: bool | None = None,
        include_subtree: bool | None = None,
        **more: object,
    ) -> AsyncItems[RoleAssignment]: ...

class AsyncSamlManager(AsyncManager):
    async def create_assertion(self, auth: AnyMapping[str, Any]) -> str: ...
    async def create_ecp(self, auth: AnyMapping[str, Any]) -> str: ...
    async def metadata(self) -> str: ...

class AsyncServiceManager(AsyncManager):
    def list(
        self, *, name: str | Resource | None = None, type: str | Resource | None = None, **more: object
    ) -> AsyncItems[Service]: ...
    async def get(self, service: str | Resource | datetime) -> Service: ...
    async def create(
        self,
        type: str | Resource | datetime,
        *,
        name: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        enabled: bool | None = None,
        **more: object,
    ) -> Service: ...
    async def update(
        self,
        service: str | Resource | datetime,
        *,
        type: str | Resource | datetime | None = None,
        name: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        enabled: bool | None = None,
        **more: object,
    ) -> Service: ...
    async def delete(self, service: str | Resource | datetime) -> None: ...
    async def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> Service: ...
    async def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class AsyncServiceProviderManager(AsyncManager):
    def list(
        self, *, id: str | Resource | None = None, enabled: bool | None = None, **more: object
    ) -> AsyncItems[ServiceProvider]: ...
    async def get(self, service_provider: str | Resource | datetime) -> ServiceProvider: ...
    async def create(
        self,
        service_provider: str | Resource | datetime,
        auth_url: str | Resource | datetime,
        sp_url: str | Resource | datetime,
        *,
        description: str | Resource | datetime | None = None,
        enabled: bool | None = None,
        relay_state_prefix: str | Resource | datetime | None = None,
        **more: object,
    ) -> ServiceProvider: ...
    async def update(
        self,
        service_provider: str | Resource | datetime,
        *,
        auth_url: str | Resource | datetime | None = None,
        sp_url: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        enabled: bool | None = None,
        relay_state_prefix: str | Resource | datetime | None = None,
        **more: object,
    ) -> ServiceProvider: ...
    async def delete(self, service_provider: str | Resource | datetime) -> None: ...
    async def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> ServiceProvider: ...
    async def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class AsyncTokensManager(AsyncManager):
    async def get_token_data(
        self,
        token: str,
        *,
        nocatalog: bool | None = None,
        allow_expired: bool | None = None,
        access_rules_support: str | Resource | datetime | None = None,
    ) -> Issued: ...
    async def validate(
        self,
        token: str,
        *,
        nocatalog: bool | None = None,
        allow_expired: bool | None = None,
        access_rules_support: str | Resource | datetime | None = None,
    ) -> AccessInfo: ...
    async def check(
        self,
        token: str,
        *,
        allow_expired: bool | None = None,
        access_rules_support: str | Resource | datetime | None = None,
    ) -> bool: ...
    async def revoke_token(self, token: str, *, cascade: bool | None = None) -> None: ...
    async def issue(self, auth: AnyMapping[str, Any], *, nocatalog: bool | None = None) -> Issued: ...
    async def get_revoked(self, *, audit_id_only: bool | None = None) -> Any: ...

class AsyncTrustManager(AsyncManager):
    def list(
        self,
        *,
        trustor_user: str | Resource | datetime | None = None,
        trustee_user: str | Resource | datetime | None = None,
        **more: object,
    ) -> AsyncItems[Trust]: ...
    async def get(self, trust: str | Resource | datetime) -> Trust: ...
    async def create(
        self,
        trustee_user: str | Resource | datetime,
        trustor_user: str | Resource | datetime,
        impersonation: bool,
        *,
        project: str | Resource | datetime | None = None,
        roles: Iterable[Any] | None = None,
        expires_at: str | Resource | datetime | None = None,
        remaining_uses: int | None = None,
        allow_redelegation: bool | None = None,
        redelegation_count: int | None = None,
        **more: object,
    ) -> Trust: ...
    async def delete(self, trust: str | Resource | datetime) -> None: ...
    def list_roles(self, trust: str | Resource | datetime, **more: object) -> AsyncItems[Role]: ...
    async def get_role(self, trust: str | Resource | datetime, role: str | Resource | datetime) -> Role: ...
    async def check_role(self, trust: str | Resource | datetime, role: str | Resource | datetime) -> bool: ...
    async def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> Trust: ...
    async def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class AsyncUserManager(AsyncManager):
    def list(
        self,
        *,
        group: str | Resource | datetime | None = None,
        domain: str | Resource | datetime | None = None,
        name: str | Resource | None = None,
        enabled: bool | None = None,
        password_expires_at: str | Resource | datetime | None = None,
        idp_id: str | Resource | datetime | None = None,
        protocol_id: str | Resource | datetime | None = None,
        unique_id: str | Resource | datetime | None = None,
        sort_key: str | Resource | datetime | None = None,
        sort_dir: str | Resource | datetime | None = None,
        **more: object,
    ) -> AsyncItems[User]: ...
    async def get(self, user: str | Resource | datetime) -> User: ...
    async def create(
        self,
        name: str | Resource | datetime,
        *,
        domain: str | Resource | datetime | None = None,
        default_project: str | Resource | datetime | None = None,
        email: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        enabled: bool | None = None,
        password: str | None = None,
        options: AnyMapping[str, Any] | None = None,
        federated: Iterable[Any] | None = None,
        **more: object,
    ) -> User: ...
    async def update(
        self,
        user: str | Resource | datetime,
        *,
        name: str | Resource | datetime | None = None,
        default_project: str | Resource | datetime | None = None,
        email: str | Resource | datetime | None = None,
        description: str | Resource | datetime | None = None,
        enabled: bool | None = None,
        password: str | None = None,
        options: AnyMapping[str, Any] | None = None,
        federated: Iterable[Any] | None = None,
        **more: object,
    ) -> User: ...
    async def delete(self, user: str | Resource | datetime) -> None: ...
    async def update_password(
        self, old_password: str, new_password: str, *, user: str | Resource | datetime | None = None
    ) -> None: ...
    async def add_to_group(self, user: str | Resource | datetime, group: str | Resource | datetime) -> None: ...
    async def check_in_group(self, user: str | Resource | datetime, group: str | Resource | datetime) -> bool: ...
    async def remove_from_group(self, user: str | Resource | datetime, group: str | Resource | datetime) -> None: ...
    async def revoke_tokens(self, user: str | Resource | datetime) -> None: ...
    async def find(self, name_or_id: str | Resource = ..., /, **filters: object) -> User: ...
    async def exists(self, identifier: str | Resource, /, **more: object) -> bool: ...

class AsyncOauth1Managers:
    @property
    def access_tokens(self) -> AsyncAccessTokenManager: ...
    @property
    def consumers(self) -> AsyncConsumerManager: ...
    @property
    def request_tokens(self) -> AsyncRequestTokenManager: ...

class AsyncManagers:
    @property
    def access_rules(self) -> AsyncAccessRuleManager: ...
    @property
    def application_credentials(self) -> AsyncApplicationCredentialManager: ...
    @property
    def auth(self) -> AsyncAuthManager: ...
    @property
    def credentials(self) -> AsyncCredentialManager: ...
    @property
    def discovery(self) -> AsyncDiscoveryManager: ...
    @property
    def domain_configs(self) -> AsyncDomainConfigManager: ...
    @property
    def domains(self) -> AsyncDomainManager: ...
    @property
    def ec2(self) -> AsyncEc2CredentialManager: ...
    @property
    def endpoint_filter(self) -> AsyncEndpointFilterManager: ...
    @property
    def endpoint_groups(self) -> AsyncEndpointGroupManager: ...
    @property
    def endpoint_policy(self) -> AsyncEndpointPolicyManager: ...
    @property
    def endpoints(self) -> AsyncEndpointManager: ...
    @property
    def federation(self) -> AsyncFederationManager: ...
    @property
    def groups(self) -> AsyncGroupManager: ...
    @property
    def inference_rules(self) -> AsyncInferenceRuleManager: ...
    @property
    def limits(self) -> AsyncLimitManager: ...
    @property
    def oauth1(self) -> AsyncOauth1Managers: ...
    @property
    def oauth2(self) -> AsyncOauth2Manager: ...
    @property
    def policies(self) -> AsyncPolicyManager: ...
    @property
    def projects(self) -> AsyncProjectManager: ...
    @property
    def regions(self) -> AsyncRegionManager: ...
    @property
    def registered_limits(self) -> AsyncRegisteredLimitManager: ...
    @property
    def revocation_events(self) -> AsyncRevocationEventManager: ...
    @property
    def role_assignments(self) -> AsyncRoleAssignmentManager: ...
    @property
    def roles(self) -> AsyncRoleManager: ...
    @property
    def services(self) -> AsyncServiceManager: ...
    @property
    def tokens(self) -> AsyncTokensManager: ...
    @property
    def trusts(self) -> AsyncTrustManager: ...
    @property
    def users(self) -> AsyncUserManager: ...

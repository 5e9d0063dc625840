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
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        service: str | None = None,
        service__contains: str | None = None,
        service__startswith: str | None = None,
        service__endswith: str | None = None,
        service__icontains: str | None = None,
        service__istartswith: str | None = None,
        service__iendswith: str | None = None,
        path: str | None = None,
        path__contains: str | None = None,
        path__startswith: str | None = None,
        path__endswith: str | None = None,
        path__icontains: str | None = None,
        path__istartswith: str | None = None,
        path__iendswith: str | None = None,
        method: str | None = None,
        method__contains: str | None = None,
        method__startswith: str | None = None,
        method__endswith: str | None = None,
        method__icontains: str | None = None,
        method__istartswith: str | None = None,
        method__iendswith: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Items[AccessRule]: ...
    def get(
        self, access_rule: str | Resource, *, user: str | Resource | None = None, user_id: str | Resource | None = None
    ) -> AccessRule: ...
    def delete(
        self, access_rule: str | Resource, *, user: str | Resource | None = None, user_id: str | Resource | None = None
    ) -> None: ...
    def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        service: str | None = None,
        service__contains: str | None = None,
        service__startswith: str | None = None,
        service__endswith: str | None = None,
        service__icontains: str | None = None,
        service__istartswith: str | None = None,
        service__iendswith: str | None = None,
        path: str | None = None,
        path__contains: str | None = None,
        path__startswith: str | None = None,
        path__endswith: str | None = None,
        path__icontains: str | None = None,
        path__istartswith: str | None = None,
        path__iendswith: str | None = None,
        method: str | None = None,
        method__contains: str | None = None,
        method__startswith: str | None = None,
        method__endswith: str | None = None,
        method__icontains: str | None = None,
        method__istartswith: str | None = None,
        method__iendswith: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> AccessRule: ...
    def exists(
        self,
        identifier: str | Resource,
        /,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
    ) -> bool: ...

class AccessTokenManager(Manager):
    def create(
        self, consumer_key: str, consumer_secret: str, request_key: str, request_secret: str, verifier: str
    ) -> dict[str, str]: ...
    def list(
        self,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Items[AccessToken]: ...
    def get(
        self, access_token: str | Resource, *, user: str | Resource | None = None, user_id: str | Resource | None = None
    ) -> AccessToken: ...
    def delete(
        self, access_token: str | Resource, *, user: str | Resource | None = None, user_id: str | Resource | None = None
    ) -> None: ...
    def list_roles(
        self,
        access_token: str | Resource,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Items[Role]: ...
    def get_role(
        self,
        access_token: str | Resource,
        role: str | Resource,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
    ) -> Role: ...
    def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> AccessToken: ...
    def exists(
        self,
        identifier: str | Resource,
        /,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
    ) -> bool: ...

class ApplicationCredentialManager(Manager):
    def list(
        self,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        name: str | None = None,
        name__contains: str | None = None,
        name__startswith: str | None = None,
        name__endswith: str | None = None,
        name__icontains: str | None = None,
        name__istartswith: str | None = None,
        name__iendswith: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Items[ApplicationCredential]: ...
    def get(
        self,
        application_credential: str | Resource,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
    ) -> ApplicationCredential: ...
    def create(
        self,
        name: str,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        secret: str | None = None,
        description: str | None = None,
        expires_at: str | datetime | None = None,
        roles: Iterable[Any] | None = None,
        unrestricted: bool | None = None,
        access_rules: Iterable[Any] | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> ApplicationCredential: ...
    def delete(
        self,
        application_credential: str | Resource,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
    ) -> None: ...
    def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        name: str | None = None,
        name__contains: str | None = None,
        name__startswith: str | None = None,
        name__endswith: str | None = None,
        name__icontains: str | None = None,
        name__istartswith: str | None = None,
        name__iendswith: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> ApplicationCredential: ...
    def exists(
        self,
        identifier: str | Resource,
        /,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
    ) -> bool: ...

class AuthManager(Manager):
    def projects(self, *, extra: AnyMapping[str, Any] | None = None) -> Items[Project]: ...
    def domains(self, *, extra: AnyMapping[str, Any] | None = None) -> Items[Domain]: ...
    def systems(self) -> Any: ...
    def catalog(self) -> Any: ...

class ConsumerManager(Manager):
    def list(self, *, extra: AnyMapping[str, Any] | None = None) -> Items[Consumer]: ...
    def get(self, consumer: str | Resource) -> Consumer: ...
    def create(self, *, description: str | None = None, extra: AnyMapping[str, Any] | None = None) -> Consumer: ...
    def update(
        self, consumer: str | Resource, *, description: str | None = None, extra: AnyMapping[str, Any] | None = None
    ) -> Consumer: ...
    def delete(self, consumer: str | Resource) -> None: ...
    def find(self, name_or_id: str | Resource = ..., /, *, extra: AnyMapping[str, Any] | None = None) -> Consumer: ...
    def exists(self, identifier: str | Resource, /) -> bool: ...

class CredentialManager(Manager):
    def list(
        self,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        type: str | None = None,
        type__contains: str | None = None,
        type__startswith: str | None = None,
        type__endswith: str | None = None,
        type__icontains: str | None = None,
        type__istartswith: str | None = None,
        type__iendswith: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Items[Credential]: ...
    def get(self, credential: str | Resource) -> Credential: ...
    def create(
        self,
        user: str | Resource,
        type: str,
        blob: str,
        *,
        project: str | Resource | None = None,
        project_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Credential: ...
    def update(
        self, credential: str | Resource, *, blob: str | None = None, extra: AnyMapping[str, Any] | None = None
    ) -> Credential: ...
    def delete(self, credential: str | Resource) -> None: ...
    def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        type: str | None = None,
        type__contains: str | None = None,
        type__startswith: str | None = None,
        type__endswith: str | None = None,
        type__icontains: str | None = None,
        type__istartswith: str | None = None,
        type__iendswith: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Credential: ...
    def exists(self, identifier: str | Resource, /) -> bool: ...

class DiscoveryManager(Manager):
    def versions(self) -> Any: ...
    def version(self) -> Any: ...
    def home(self) -> Any: ...
    def health(self) -> str: ...

class DomainManager(Manager):
    def list(
        self,
        *,
        name: str | None = None,
        name__contains: str | None = None,
        name__startswith: str | None = None,
        name__endswith: str | None = None,
        name__icontains: str | None = None,
        name__istartswith: str | None = None,
        name__iendswith: str | None = None,
        enabled: bool | None = None,
        limit: int | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Items[Domain]: ...
    def get(self, domain: str | Resource) -> Domain: ...
    def create(
        self,
        name: str,
        *,
        description: str | None = None,
        enabled: bool | None = None,
        tags: Iterable[str] | None = None,
        options: AnyMapping[str, Any] | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Domain: ...
    def update(
        self,
        domain: str | Resource,
        *,
        name: str | None = None,
        description: str | None = None,
        enabled: bool | None = None,
        tags: Iterable[str] | None = None,
        options: AnyMapping[str, Any] | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Domain: ...
    def delete(self, domain: str | Resource) -> None: ...
    def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        name: str | None = None,
        name__contains: str | None = None,
        name__startswith: str | None = None,
        name__endswith: str | None = None,
        name__icontains: str | None = None,
        name__istartswith: str | None = None,
        name__iendswith: str | None = None,
        enabled: bool | None = None,
        limit: int | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Domain: ...
    def exists(self, identifier: str | Resource, /) -> bool: ...

class DomainConfigManager(Manager):
    def get(
        self,
        domain: str | Resource,
        *,
        group: str | Resource | None = None,
        group_id: str | Resource | None = None,
        option: str | Resource | None = None,
        option_id: str | Resource | None = None,
    ) -> Any: ...
    def create(self, domain: str | Resource, config: AnyMapping[str, Any]) -> Any: ...
    def update(
        self,
        domain: str | Resource,
        config: AnyMapping[str, Any],
        *,
        group: str | Resource | None = None,
        group_id: str | Resource | None = None,
        option: str | Resource | None = None,
        option_id: str | Resource | None = None,
    ) -> Any: ...
    def delete(
        self,
        domain: str | Resource,
        *,
        group: str | Resource | None = None,
        group_id: str | Resource | None = None,
        option: str | Resource | None = None,
        option_id: str | Resource | None = None,
    ) -> None: ...
    def get_default(
        self,
        *,
        group: str | Resource | None = None,
        group_id: str | Resource | None = None,
        option: str | Resource | None = None,
        option_id: str | Resource | None = None,
    ) -> Any: ...

class Ec2CredentialManager(Manager):
    def list(
        self,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Items[Ec2Credential]: ...
    def get(
        self, access: str | Resource, *, user: str | Resource | None = None, user_id: str | Resource | None = None
    ) -> Ec2Credential: ...
    def create(
        self, project: str, *, user: str | Resource | None = None, user_id: str | Resource | None = None
    ) -> Ec2Credential: ...
    def delete(
        self, access: str | Resource, *, user: str | Resource | None = None, user_id: str | Resource | None = None
    ) -> None: ...
    def exchange(self, credentials: AnyMapping[str, Any]) -> Issued: ...
    def exchange_s3(self, credentials: AnyMapping[str, Any]) -> Issued: ...
    def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Ec2Credential: ...
    def exists(
        self,
        identifier: str | Resource,
        /,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
    ) -> bool: ...

class EndpointManager(Manager):
    def list(
        self,
        *,
        service: str | Resource | None = None,
        service_id: str | Resource | None = None,
        interface: str | None = None,
        interface__contains: str | None = None,
        interface__startswith: str | None = None,
        interface__endswith: str | None = None,
        interface__icontains: str | None = None,
        interface__istartswith: str | None = None,
        interface__iendswith: str | None = None,
        region: str | Resource | None = None,
        region_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Items[Endpoint]: ...
    def get(self, endpoint: str | Resource) -> Endpoint: ...
    def create(
        self,
        service: str | Resource,
        interface: str,
        url: str,
        *,
        region: str | Resource | None = None,
        region_id: str | Resource | None = None,
        region_name: str | None = None,
        enabled: bool | None = None,
        name: str | None = None,
        description: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Endpoint: ...
    def update(
        self,
        endpoint: str | Resource,
        *,
        service: str | Resource | None = None,
        service_id: str | Resource | None = None,
        interface: str | None = None,
        url: str | None = None,
        region: str | Resource | None = None,
        region_id: str | Resource | None = None,
        region_name: str | None = None,
        enabled: bool | None = None,
        name: str | None = None,
        description: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Endpoint: ...
    def delete(self, endpoint: str | Resource) -> None: ...
    def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        service: str | Resource | None = None,
        service_id: str | Resource | None = None,
        interface: str | None = None,
        interface__contains: str | None = None,
        interface__startswith: str | None = None,
        interface__endswith: str | None = None,
        interface__icontains: str | None = None,
        interface__istartswith: str | None = None,
        interface__iendswith: str | None = None,
        region: str | Resource | None = None,
        region_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Endpoint: ...
    def exists(self, identifier: str | Resource, /) -> bool: ...

class EndpointFilterManager(Manager):
    def add_endpoint_to_project(self, project: str | Resource, endpoint: str | Resource) -> None: ...
    def delete_endpoint_from_project(self, project: str | Resource, endpoint: str | Resource) -> None: ...
    def check_endpoint_in_project(self, project: str | Resource, endpoint: str | Resource) -> bool: ...
    def list_endpoints_for_project(
        self, project: str | Resource, *, extra: AnyMapping[str, Any] | None = None
    ) -> Items[Endpoint]: ...
    def list_projects_for_endpoint(
        self, endpoint: str | Resource, *, extra: AnyMapping[str, Any] | None = None
    ) -> Items[Project]: ...
    def add_endpoint_group_to_project(self, endpoint_group: str | Resource, project: str | Resource) -> None: ...
    def delete_endpoint_group_from_project(self, endpoint_group: str | Resource, project: str | Resource) -> None: ...
    def check_endpoint_group_in_project(self, endpoint_group: str | Resource, project: str | Resource) -> bool: ...
    def list_endpoint_groups_for_project(
        self, project: str | Resource, *, extra: AnyMapping[str, Any] | None = None
    ) -> Items[EndpointGroup]: ...
    def list_projects_for_endpoint_group(
        self, endpoint_group: str | Resource, *, extra: AnyMapping[str, Any] | None = None
    ) -> Items[Project]: ...
    def list_endpoints_for_endpoint_group(
        self, endpoint_group: str | Resource, *, extra: AnyMapping[str, Any] | None = None
    ) -> Items[Endpoint]: ...

class EndpointGroupManager(Manager):
    def list(self, *, name: str | None = None, extra: AnyMapping[str, Any] | None = None) -> Items[EndpointGroup]: ...
    def get(self, endpoint_group: str | Resource) -> EndpointGroup: ...
    def check(self, endpoint_group: str | Resource) -> bool: ...
    def create(
        self,
        name: str,
        filters: AnyMapping[str, Any],
        *,
        description: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> EndpointGroup: ...
    def update(
        self,
        endpoint_group: str | Resource,
        *,
        name: str | None = None,
        description: str | None = None,
        filters: AnyMapping[str, Any] | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> EndpointGroup: ...
    def delete(self, endpoint_group: str | Resource) -> None: ...
    def find(
        self, name_or_id: str | Resource = ..., /, *, name: str | None = None, extra: AnyMapping[str, Any] | None = None
    ) -> EndpointGroup: ...
    def exists(self, identifier: str | Resource, /) -> bool: ...

class EndpointPolicyManager(Manager):
    def create_policy_association_for_endpoint(self, policy: str | Resource, endpoint: str | Resource) -> None: ...
    def check_policy_association_for_endpoint(self, policy: str | Resource, endpoint: str | Resource) -> bool: ...
    def delete_policy_association_for_endpoint(self, policy: str | Resource, endpoint: str | Resource) -> None: ...
    def create_policy_association_for_service(self, policy: str | Resource, service: str | Resource) -> None: ...
    def check_policy_association_for_service(self, policy: str | Resource, service: str | Resource) -> bool: ...
    def delete_policy_association_for_service(self, policy: str | Resource, service: str | Resource) -> None: ...
    def create_policy_association_for_region_and_service(
        self, policy: str | Resource, region: str | Resource, service: str | Resource
    ) -> None: ...
    def check_policy_association_for_region_and_service(
        self, policy: str | Resource, region: str | Resource, service: str | Resource
    ) -> bool: ...
    def delete_policy_association_for_region_and_service(
        self, policy: str | Resource, region: str | Resource, service: str | Resource
    ) -> None: ...
    def get_policy_for_endpoint(self, endpoint: str | Resource) -> Policy: ...
    def list_endpoints_for_policy(
        self, policy: str | Resource, *, extra: AnyMapping[str, Any] | None = None
    ) -> Items[Endpoint]: ...

class FederationManager(Manager):
    def authenticate(self, identity_provider: str | Resource, protocol: str | Resource) -> Issued: ...
    def authenticate_by_get(self, identity_provider: str | Resource, protocol: str | Resource) -> Issued: ...
    def web_sso(
        self,
        protocol: str | Resource,
        *,
        identity_provider: str | Resource | None = None,
        identity_provider_id: str | Resource | None = None,
        origin: str | None = None,
    ) -> str: ...
    def web_sso_by_post(
        self,
        protocol: str | Resource,
        *,
        identity_provider: str | Resource | None = None,
        identity_provider_id: str | Resource | None = None,
        origin: str | None = None,
    ) -> str: ...
    def list_projects(self, *, extra: AnyMapping[str, Any] | None = None) -> Items[Project]: ...
    def list_domains(self, *, extra: AnyMapping[str, Any] | None = None) -> Items[Domain]: ...
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
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        name: str | None = None,
        name__contains: str | None = None,
        name__startswith: str | None = None,
        name__endswith: str | None = None,
        name__icontains: str | None = None,
        name__istartswith: str | None = None,
        name__iendswith: str | None = None,
        sort_key: str | None = None,
        sort_dir: str | None = None,
        limit: int | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Items[Group]: ...
    def get(self, group: str | Resource) -> Group: ...
    def create(
        self,
        name: str,
        *,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        description: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Group: ...
    def update(
        self,
        group: str | Resource,
        *,
        name: str | None = None,
        description: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Group: ...
    def delete(self, group: str | Resource) -> None: ...
    def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        name: str | None = None,
        name__contains: str | None = None,
        name__startswith: str | None = None,
        name__endswith: str | None = None,
        name__icontains: str | None = None,
        name__istartswith: str | None = None,
        name__iendswith: str | None = None,
        sort_key: str | None = None,
        sort_dir: str | None = None,
        limit: int | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Group: ...
    def exists(self, identifier: str | Resource, /) -> bool: ...

class IdentityProviderManager(Manager):
    def list(
        self,
        *,
        id: str | Resource | None = None,
        id__contains: str | Resource | None = None,
        id__startswith: str | Resource | None = None,
        id__endswith: str | Resource | None = None,
        id__icontains: str | Resource | None = None,
        id__istartswith: str | Resource | None = None,
        id__iendswith: str | Resource | None = None,
        enabled: bool | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Items[IdentityProvider]: ...
    def get(self, identity_provider: str | Resource) -> IdentityProvider: ...
    def create(
        self,
        identity_provider: str | Resource,
        *,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        description: str | None = None,
        enabled: bool | None = None,
        remote_ids: Iterable[str] | None = None,
        authorization_ttl: int | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> IdentityProvider: ...
    def update(
        self,
        identity_provider: str | Resource,
        *,
        description: str | None = None,
        enabled: bool | None = None,
        remote_ids: Iterable[str] | None = None,
        authorization_ttl: int | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> IdentityProvider: ...
    def delete(self, identity_provider: str | Resource) -> None: ...
    def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        id: str | Resource | None = None,
        id__contains: str | Resource | None = None,
        id__startswith: str | Resource | None = None,
        id__endswith: str | Resource | None = None,
        id__icontains: str | Resource | None = None,
        id__istartswith: str | Resource | None = None,
        id__iendswith: str | Resource | None = None,
        enabled: bool | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> IdentityProvider: ...
    def exists(self, identifier: str | Resource, /) -> bool: ...

class InferenceRuleManager(Manager):
    def list(self, prior_role: str | Resource) -> InferenceRule: ...
    def get(self, prior_role: str | Resource, implied_role: str | Resource) -> InferenceRule: ...
    def create(self, prior_role: str | Resource, implied_role: str | Resource) -> InferenceRule: ...
    def check(self, prior_role: str | Resource, implied_role: str | Resource) -> bool: ...
    def delete(self, prior_role: str | Resource, implied_role: str | Resource) -> None: ...
    def list_inference_roles(self, *, extra: AnyMapping[str, Any] | None = None) -> Items[InferenceRule]: ...

class LimitManager(Manager):
    def list(
        self,
        *,
        service: str | Resource | None = None,
        service_id: str | Resource | None = None,
        region: str | Resource | None = None,
        region_id: str | Resource | None = None,
        resource_name: str | None = None,
        resource_name__contains: str | None = None,
        resource_name__startswith: str | None = None,
        resource_name__endswith: str | None = None,
        resource_name__icontains: str | None = None,
        resource_name__istartswith: str | None = None,
        resource_name__iendswith: str | None = None,
        project: str | Resource | None = None,
        project_id: str | Resource | None = None,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Items[Limit]: ...
    def get(self, limit: str | Resource) -> Limit: ...
    def create(
        self,
        service: str | Resource,
        resource_name: str,
        resource_limit: int,
        *,
        project: str | Resource | None = None,
        project_id: str | Resource | None = None,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        region: str | Resource | None = None,
        region_id: str | Resource | None = None,
        description: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Limit: ...
    def update(
        self,
        limit: str | Resource,
        *,
        resource_limit: int | None = None,
        description: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Limit: ...
    def delete(self, limit: str | Resource) -> None: ...
    def get_model(self) -> Any: ...
    def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        service: str | Resource | None = None,
        service_id: str | Resource | None = None,
        region: str | Resource | None = None,
        region_id: str | Resource | None = None,
        resource_name: str | None = None,
        resource_name__contains: str | None = None,
        resource_name__startswith: str | None = None,
        resource_name__endswith: str | None = None,
        resource_name__icontains: str | None = None,
        resource_name__istartswith: str | None = None,
        resource_name__iendswith: str | None = None,
        project: str | Resource | None = None,
        project_id: str | Resource | None = None,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Limit: ...
    def exists(self, identifier: str | Resource, /) -> bool: ...

class MappingManager(Manager):
    def list(self, *, extra: AnyMapping[str, Any] | None = None) -> Items[Mapping]: ...
    def get(self, mapping: str | Resource) -> Mapping: ...
    def create(
        self,
        mapping: str | Resource,
        rules: Iterable[Any],
        *,
        schema_version: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Mapping: ...
    def update(
        self,
        mapping: str | Resource,
        *,
        rules: Iterable[Any] | None = None,
        schema_version: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Mapping: ...
    def delete(self, mapping: str | Resource) -> None: ...
    def find(self, name_or_id: str | Resource = ..., /, *, extra: AnyMapping[str, Any] | None = None) -> Mapping: ...
    def exists(self, identifier: str | Resource, /) -> bool: ...

class Oauth2Manager(Manager):
    def create_token(self, client_id: str | Resource, client_secret: str) -> Any: ...

class PolicyManager(Manager):
    def list(
        self,
        *,
        type: str | None = None,
        type__contains: str | None = None,
        type__startswith: str | None = None,
        type__endswith: str | None = None,
        type__icontains: str | None = None,
        type__istartswith: str | None = None,
        type__iendswith: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Items[Policy]: ...
    def get(self, policy: str | Resource) -> Policy: ...
    def create(self, blob: str, type: str, *, extra: AnyMapping[str, Any] | None = None) -> Policy: ...
    def update(
        self,
        policy: str | Resource,
        *,
        blob: str | None = None,
        type: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Policy: ...
    def delete(self, policy: str | Resource) -> None: ...
    def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        type: str | None = None,
        type__contains: str | None = None,
        type__startswith: str | None = None,
        type__endswith: str | None = None,
        type__icontains: str | None = None,
        type__istartswith: str | None = None,
        type__iendswith: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Policy: ...
    def exists(self, identifier: str | Resource, /) -> bool: ...

class ProjectManager(Manager, PossibleProjects):
    def list(
        self,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        parent: str | Resource | None = None,
        parent_id: str | Resource | None = None,
        name: str | None = None,
        name__contains: str | None = None,
        name__startswith: str | None = None,
        name__endswith: str | None = None,
        name__icontains: str | None = None,
        name__istartswith: str | None = None,
        name__iendswith: str | None = None,
        enabled: bool | None = None,
        is_domain: bool | None = None,
        tags: Iterable[str] | None = None,
        tags_any: Iterable[str] | None = None,
        not_tags: Iterable[str] | None = None,
        not_tags_any: Iterable[str] | None = None,
        limit: int | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Items[Project]: ...
    def get(
        self,
        project: str | Resource,
        *,
        parents_as_list: bool | None = None,
        parents_as_ids: bool | None = None,
        subtree_as_list: bool | None = None,
        subtree_as_ids: bool | None = None,
        include_limits: bool | None = None,
    ) -> Project: ...
    def create(
        self,
        name: str,
        *,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        parent: str | Resource | None = None,
        parent_id: str | Resource | None = None,
        description: str | None = None,
        enabled: bool | None = None,
        is_domain: bool | None = None,
        tags: Iterable[str] | None = None,
        options: AnyMapping[str, Any] | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Project: ...
    def update(
        self,
        project: str | Resource,
        *,
        name: str | None = None,
        description: str | None = None,
        enabled: bool | None = None,
        tags: Iterable[str] | None = None,
        options: AnyMapping[str, Any] | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Project: ...
    def delete(self, project: str | Resource) -> None: ...
    def list_tags(self, project: str | Resource) -> builtins.list[str]: ...
    def update_tags(self, project: str | Resource, tags: Iterable[str]) -> builtins.list[str]: ...
    def delete_tags(self, project: str | Resource) -> None: ...
    def add_tag(self, project: str | Resource, tag: str | Resource) -> None: ...
    def check_tag(self, project: str | Resource, tag: str | Resource) -> bool: ...
    def delete_tag(self, project: str | Resource, tag: str | Resource) -> None: ...
    def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        parent: str | Resource | None = None,
        parent_id: str | Resource | None = None,
        name: str | None = None,
        name__contains: str | None = None,
        name__startswith: str | None = None,
        name__endswith: str | None = None,
        name__icontains: str | None = None,
        name__istartswith: str | None = None,
        name__iendswith: str | None = None,
        enabled: bool | None = None,
        is_domain: bool | None = None,
        tags: Iterable[str] | None = None,
        tags_any: Iterable[str] | None = None,
        not_tags: Iterable[str] | None = None,
        not_tags_any: Iterable[str] | None = None,
        limit: int | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Project: ...
    def exists(
        self,
        identifier: str | Resource,
        /,
        *,
        parents_as_list: bool | None = None,
        parents_as_ids: bool | None = None,
        subtree_as_list: bool | None = None,
        subtree_as_ids: bool | None = None,
        include_limits: bool | None = None,
    ) -> bool: ...

class ProtocolManager(Manager):
    def list(
        self, identity_provider: str | Resource, *, extra: AnyMapping[str, Any] | None = None
    ) -> Items[Protocol]: ...
    def get(self, identity_provider: str | Resource, protocol: str | Resource) -> Protocol: ...
    def create(
        self,
        protocol: str | Resource,
        identity_provider: str | Resource,
        mapping: str | Resource,
        *,
        remote_id_attribute: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Protocol: ...
    def update(
        self,
        identity_provider: str | Resource,
        protocol: str | Resource,
        *,
        mapping: str | Resource | None = None,
        mapping_id: str | Resource | None = None,
        remote_id_attribute: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Protocol: ...
    def delete(self, identity_provider: str | Resource, protocol: str | Resource) -> None: ...
    def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        identity_provider: str | Resource | None = None,
        identity_provider_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Protocol: ...
    def exists(
        self,
        identifier: str | Resource,
        /,
        *,
        identity_provider: str | Resource | None = None,
        identity_provider_id: str | Resource | None = None,
    ) -> bool: ...

class RegionManager(Manager):
    def list(
        self,
        *,
        parent_region: str | Resource | None = None,
        parent_region_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Items[Region]: ...
    def get(self, region: str | Resource) -> Region: ...
    def create(
        self,
        *,
        id: str | Resource | None = None,
        description: str | None = None,
        parent_region: str | Resource | None = None,
        parent_region_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Region: ...
    def create_with_id(
        self,
        region: str | Resource,
        *,
        id: str | Resource | None = None,
        description: str | None = None,
        parent_region: str | Resource | None = None,
        parent_region_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Region: ...
    def update(
        self,
        region: str | Resource,
        *,
        description: str | None = None,
        parent_region: str | Resource | None = None,
        parent_region_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Region: ...
    def delete(self, region: str | Resource) -> None: ...
    def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        parent_region: str | Resource | None = None,
        parent_region_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Region: ...
    def exists(self, identifier: str | Resource, /) -> bool: ...

class RegisteredLimitManager(Manager):
    def list(
        self,
        *,
        service: str | Resource | None = None,
        service_id: str | Resource | None = None,
        region: str | Resource | None = None,
        region_id: str | Resource | None = None,
        resource_name: str | None = None,
        resource_name__contains: str | None = None,
        resource_name__startswith: str | None = None,
        resource_name__endswith: str | None = None,
        resource_name__icontains: str | None = None,
        resource_name__istartswith: str | None = None,
        resource_name__iendswith: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Items[RegisteredLimit]: ...
    def get(self, registered_limit: str | Resource) -> RegisteredLimit: ...
    def create(
        self,
        service: str | Resource,
        resource_name: str,
        default_limit: int,
        *,
        region: str | Resource | None = None,
        region_id: str | Resource | None = None,
        description: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> RegisteredLimit: ...
    def update(
        self,
        registered_limit: str | Resource,
        *,
        service: str | Resource | None = None,
        service_id: str | Resource | None = None,
        region: str | Resource | None = None,
        region_id: str | Resource | None = None,
        resource_name: str | None = None,
        default_limit: int | None = None,
        description: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> RegisteredLimit: ...
    def delete(self, registered_limit: str | Resource) -> None: ...
    def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        service: str | Resource | None = None,
        service_id: str | Resource | None = None,
        region: str | Resource | None = None,
        region_id: str | Resource | None = None,
        resource_name: str | None = None,
        resource_name__contains: str | None = None,
        resource_name__startswith: str | None = None,
        resource_name__endswith: str | None = None,
        resource_name__icontains: str | None = None,
        resource_name__istartswith: str | None = None,
        resource_name__iendswith: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> RegisteredLimit: ...
    def exists(self, identifier: str | Resource, /) -> bool: ...

class RequestTokenManager(Manager):
    def create(self, consumer_key: str, consumer_secret: str, project: str) -> dict[str, str]: ...
    def authorize(self, request_token: str | Resource, roles: Iterable[Any]) -> Any: ...

class RevocationEventManager(Manager):
    def list(
        self, *, since: str | None = None, extra: AnyMapping[str, Any] | None = None
    ) -> Items[RevocationEvent]: ...

class RoleManager(Manager):
    def list(
        self,
        *,
        name: str | None = None,
        name__contains: str | None = None,
        name__startswith: str | None = None,
        name__endswith: str | None = None,
        name__icontains: str | None = None,
        name__istartswith: str | None = None,
        name__iendswith: str | None = None,
        domain_id: str | Resource | None = None,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        group: str | Resource | None = None,
        group_id: str | Resource | None = None,
        project: str | Resource | None = None,
        project_id: str | Resource | None = None,
        domain: str | Resource | None = None,
        system: bool | None = None,
        system_id: bool | None = None,
        inherited: bool | None = None,
        inherited_id: bool | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Items[Role]: ...
    def get(self, role: str | Resource) -> Role: ...
    def create(
        self,
        name: str,
        *,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        description: str | None = None,
        options: AnyMapping[str, Any] | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Role: ...
    def update(
        self,
        role: str | Resource,
        *,
        name: str | None = None,
        description: str | None = None,
        options: AnyMapping[str, Any] | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Role: ...
    def delete(self, role: str | Resource) -> None: ...
    def grant(
        self,
        role: str | Resource,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        group: str | Resource | None = None,
        group_id: str | Resource | None = None,
        project: str | Resource | None = None,
        project_id: str | Resource | None = None,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        system: bool | None = None,
        system_id: bool | None = None,
        inherited: bool | None = None,
        inherited_id: bool | None = None,
    ) -> None: ...
    def check(
        self,
        role: str | Resource,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        group: str | Resource | None = None,
        group_id: str | Resource | None = None,
        project: str | Resource | None = None,
        project_id: str | Resource | None = None,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        system: bool | None = None,
        system_id: bool | None = None,
        inherited: bool | None = None,
        inherited_id: bool | None = None,
    ) -> bool: ...
    def revoke(
        self,
        role: str | Resource,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        group: str | Resource | None = None,
        group_id: str | Resource | None = None,
        project: str | Resource | None = None,
        project_id: str | Resource | None = None,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        system: bool | None = None,
        system_id: bool | None = None,
        inherited: bool | None = None,
        inherited_id: bool | None = None,
    ) -> None: ...
    def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        name: str | None = None,
        name__contains: str | None = None,
        name__startswith: str | None = None,
        name__endswith: str | None = None,
        name__icontains: str | None = None,
        name__istartswith: str | None = None,
        name__iendswith: str | None = None,
        domain_id: str | Resource | None = None,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        group: str | Resource | None = None,
        group_id: str | Resource | None = None,
        project: str | Resource | None = None,
        project_id: str | Resource | None = None,
        domain: str | Resource | None = None,
        system: bool | None = None,
        system_id: bool | None = None,
        inherited: bool | None = None,
        inherited_id: bool | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Role: ...
    def exists(self, identifier: str | Resource, /) -> bool: ...

class RoleAssignmentManager(Manager):
    def list(
        self,
        *,
        user: str | Resource | None = None,
        group: str | Resource | None = None,
        role: str | Resource | None = None,
        project: str | Resource | None = None,
        domain: str | Resource | None = None,
        system: bool | None = None,
        inherited_to: str | None = None,
        effective: bool | None = None,
        include_names: bool | None = None,
        include_subtree: bool | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Items[RoleAssignment]: ...
    def list_named(
        self,
        *,
        user: str | Resource | None = None,
        group: str | Resource | None = None,
        role: str | Resource | None = None,
        project: str | Resource | None = None,
        domain: str | Resource | None = None,
        system: bool | None = None,
        inherited_to: str | None = None,
        effective: bool | None = None,
        include_names: bool | None = None,
        include_subtree: bool | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Items[RoleAssignment]: ...

class SamlManager(Manager):
    def create_assertion(self, auth: AnyMapping[str, Any]) -> str: ...
    def create_ecp(self, auth: AnyMapping[str, Any]) -> str: ...
    def metadata(self) -> str: ...

class ServiceManager(Manager):
    def list(
        self,
        *,
        name: str | None = None,
        name__contains: str | None = None,
        name__startswith: str | None = None,
        name__endswith: str | None = None,
        name__icontains: str | None = None,
        name__istartswith: str | None = None,
        name__iendswith: str | None = None,
        type: str | None = None,
        type__contains: str | None = None,
        type__startswith: str | None = None,
        type__endswith: str | None = None,
        type__icontains: str | None = None,
        type__istartswith: str | None = None,
        type__iendswith: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Items[Service]: ...
    def get(self, service: str | Resource) -> Service: ...
    def create(
        self,
        type: str,
        *,
        name: str | None = None,
        description: str | None = None,
        enabled: bool | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Service: ...
    def update(
        self,
        service: str | Resource,
        *,
        type: str | None = None,
        name: str | None = None,
        description: str | None = None,
        enabled: bool | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Service: ...
    def delete(self, service: str | Resource) -> None: ...
    def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        name: str | None = None,
        name__contains: str | None = None,
        name__startswith: str | None = None,
        name__endswith: str | None = None,
        name__icontains: str | None = None,
        name__istartswith: str | None = None,
        name__iendswith: str | None = None,
        type: str | None = None,
        type__contains: str | None = None,
        type__startswith: str | None = None,
        type__endswith: str | None = None,
        type__icontains: str | None = None,
        type__istartswith: str | None = None,
        type__iendswith: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Service: ...
    def exists(self, identifier: str | Resource, /) -> bool: ...

class ServiceProviderManager(Manager):
    def list(
        self,
        *,
        id: str | Resource | None = None,
        id__contains: str | Resource | None = None,
        id__startswith: str | Resource | None = None,
        id__endswith: str | Resource | None = None,
        id__icontains: str | Resource | None = None,
        id__istartswith: str | Resource | None = None,
        id__iendswith: str | Resource | None = None,
        enabled: bool | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Items[ServiceProvider]: ...
    def get(self, service_provider: str | Resource) -> ServiceProvider: ...
    def create(
        self,
        service_provider: str | Resource,
        auth_url: str,
        sp_url: str,
        *,
        description: str | None = None,
        enabled: bool | None = None,
        relay_state_prefix: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> ServiceProvider: ...
    def update(
        self,
        service_provider: str | Resource,
        *,
        auth_url: str | None = None,
        sp_url: str | None = None,
        description: str | None = None,
        enabled: bool | None = None,
        relay_state_prefix: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> ServiceProvider: ...
    def delete(self, service_provider: str | Resource) -> None: ...
    def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        id: str | Resource | None = None,
        id__contains: str | Resource | None = None,
        id__startswith: str | Resource | None = None,
        id__endswith: str | Resource | None = None,
        id__icontains: str | Resource | None = None,
        id__istartswith: str | Resource | None = None,
        id__iendswith: str | Resource | None = None,
        enabled: bool | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> ServiceProvider: ...
    def exists(self, identifier: str | Resource, /) -> bool: ...

class TokensManager(Manager):
    def get_token_data(
        self,
        token: str,
        *,
        nocatalog: bool | None = None,
        allow_expired: bool | None = None,
        access_rules_support: str | None = None,
    ) -> Issued: ...
    def validate(
        self,
        token: str,
        *,
        nocatalog: bool | None = None,
        allow_expired: bool | None = None,
        access_rules_support: str | None = None,
    ) -> AccessInfo: ...
    def check(
        self, token: str, *, allow_expired: bool | None = None, access_rules_support: str | None = None
    ) -> bool: ...
    def revoke_token(self, token: str, *, cascade: bool | None = None) -> None: ...
    def issue(self, auth: AnyMapping[str, Any], *, nocatalog: bool | None = None) -> Issued: ...
    def get_revoked(self, *, audit_id_only: bool | None = None) -> Any: ...

class TrustManager(Manager):
    def list(
        self,
        *,
        trustor_user: str | Resource | None = None,
        trustor_user_id: str | Resource | None = None,
        trustee_user: str | Resource | None = None,
        trustee_user_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Items[Trust]: ...
    def get(self, trust: str | Resource) -> Trust: ...
    def create(
        self,
        trustee_user: str | Resource,
        trustor_user: str | Resource,
        impersonation: bool,
        *,
        project: str | Resource | None = None,
        project_id: str | Resource | None = None,
        roles: Iterable[Any] | None = None,
        expires_at: str | datetime | None = None,
        remaining_uses: int | None = None,
        allow_redelegation: bool | None = None,
        redelegation_count: int | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Trust: ...
    def delete(self, trust: str | Resource) -> None: ...
    def list_roles(self, trust: str | Resource, *, extra: AnyMapping[str, Any] | None = None) -> Items[Role]: ...
    def get_role(self, trust: str | Resource, role: str | Resource) -> Role: ...
    def check_role(self, trust: str | Resource, role: str | Resource) -> bool: ...
    def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        trustor_user: str | Resource | None = None,
        trustor_user_id: str | Resource | None = None,
        trustee_user: str | Resource | None = None,
        trustee_user_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Trust: ...
    def exists(self, identifier: str | Resource, /) -> bool: ...

class UserManager(Manager):
    def list(
        self,
        *,
        group: str | Resource | None = None,
        group_id: str | Resource | None = None,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        name: str | None = None,
        name__contains: str | None = None,
        name__startswith: str | None = None,
        name__endswith: str | None = None,
        name__icontains: str | None = None,
        name__istartswith: str | None = None,
        name__iendswith: str | None = None,
        enabled: bool | None = None,
        password_expires_at: str | datetime | None = None,
        idp_id: str | None = None,
        protocol_id: str | Resource | None = None,
        unique_id: str | None = None,
        sort_key: str | None = None,
        sort_dir: str | None = None,
        limit: int | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Items[User]: ...
    def get(self, user: str | Resource) -> User: ...
    def create(
        self,
        name: str,
        *,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        default_project: str | Resource | None = None,
        default_project_id: str | Resource | None = None,
        email: str | None = None,
        description: str | None = None,
        enabled: bool | None = None,
        password: str | None = None,
        options: AnyMapping[str, Any] | None = None,
        federated: Iterable[Any] | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> User: ...
    def update(
        self,
        user: str | Resource,
        *,
        name: str | None = None,
        default_project: str | Resource | None = None,
        default_project_id: str | Resource | None = None,
        email: str | None = None,
        description: str | None = None,
        enabled: bool | None = None,
        password: str | None = None,
        options: AnyMapping[str, Any] | None = None,
        federated: Iterable[Any] | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> User: ...
    def delete(self, user: str | Resource) -> None: ...
    def update_password(
        self,
        old_password: str,
        new_password: str,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
    ) -> None: ...
    def add_to_group(self, user: str | Resource, group: str | Resource) -> None: ...
    def check_in_group(self, user: str | Resource, group: str | Resource) -> bool: ...
    def remove_from_group(self, user: str | Resource, group: str | Resource) -> None: ...
    def revoke_tokens(self, user: str | Resource) -> None: ...
    def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        group: str | Resource | None = None,
        group_id: str | Resource | None = None,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        name: str | None = None,
        name__contains: str | None = None,
        name__startswith: str | None = None,
        name__endswith: str | None = None,
        name__icontains: str | None = None,
        name__istartswith: str | None = None,
        name__iendswith: str | None = None,
        enabled: bool | None = None,
        password_expires_at: str | datetime | None = None,
        idp_id: str | None = None,
        protocol_id: str | Resource | None = None,
        unique_id: str | None = None,
        sort_key: str | None = None,
        sort_dir: str | None = None,
        limit: int | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> User: ...
    def exists(self, identifier: str | Resource, /) -> bool: ...

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
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        service: str | None = None,
        service__contains: str | None = None,
        service__startswith: str | None = None,
        service__endswith: str | None = None,
        service__icontains: str | None = None,
        service__istartswith: str | None = None,
        service__iendswith: str | None = None,
        path: str | None = None,
        path__contains: str | None = None,
        path__startswith: str | None = None,
        path__endswith: str | None = None,
        path__icontains: str | None = None,
        path__istartswith: str | None = None,
        path__iendswith: str | None = None,
        method: str | None = None,
        method__contains: str | None = None,
        method__startswith: str | None = None,
        method__endswith: str | None = None,
        method__icontains: str | None = None,
        method__istartswith: str | None = None,
        method__iendswith: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> AsyncItems[AccessRule]: ...
    async def get(
        self, access_rule: str | Resource, *, user: str | Resource | None = None, user_id: str | Resource | None = None
    ) -> AccessRule: ...
    async def delete(
        self, access_rule: str | Resource, *, user: str | Resource | None = None, user_id: str | Resource | None = None
    ) -> None: ...
    async def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        service: str | None = None,
        service__contains: str | None = None,
        service__startswith: str | None = None,
        service__endswith: str | None = None,
        service__icontains: str | None = None,
        service__istartswith: str | None = None,
        service__iendswith: str | None = None,
        path: str | None = None,
        path__contains: str | None = None,
        path__startswith: str | None = None,
        path__endswith: str | None = None,
        path__icontains: str | None = None,
        path__istartswith: str | None = None,
        path__iendswith: str | None = None,
        method: str | None = None,
        method__contains: str | None = None,
        method__startswith: str | None = None,
        method__endswith: str | None = None,
        method__icontains: str | None = None,
        method__istartswith: str | None = None,
        method__iendswith: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> AccessRule: ...
    async def exists(
        self,
        identifier: str | Resource,
        /,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
    ) -> bool: ...

class AsyncAccessTokenManager(AsyncManager):
    async def create(
        self, consumer_key: str, consumer_secret: str, request_key: str, request_secret: str, verifier: str
    ) -> dict[str, str]: ...
    def list(
        self,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> AsyncItems[AccessToken]: ...
    async def get(
        self, access_token: str | Resource, *, user: str | Resource | None = None, user_id: str | Resource | None = None
    ) -> AccessToken: ...
    async def delete(
        self, access_token: str | Resource, *, user: str | Resource | None = None, user_id: str | Resource | None = None
    ) -> None: ...
    def list_roles(
        self,
        access_token: str | Resource,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> AsyncItems[Role]: ...
    async def get_role(
        self,
        access_token: str | Resource,
        role: str | Resource,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
    ) -> Role: ...
    async def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> AccessToken: ...
    async def exists(
        self,
        identifier: str | Resource,
        /,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
    ) -> bool: ...

class AsyncApplicationCredentialManager(AsyncManager):
    def list(
        self,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        name: str | None = None,
        name__contains: str | None = None,
        name__startswith: str | None = None,
        name__endswith: str | None = None,
        name__icontains: str | None = None,
        name__istartswith: str | None = None,
        name__iendswith: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> AsyncItems[ApplicationCredential]: ...
    async def get(
        self,
        application_credential: str | Resource,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
    ) -> ApplicationCredential: ...
    async def create(
        self,
        name: str,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        secret: str | None = None,
        description: str | None = None,
        expires_at: str | datetime | None = None,
        roles: Iterable[Any] | None = None,
        unrestricted: bool | None = None,
        access_rules: Iterable[Any] | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> ApplicationCredential: ...
    async def delete(
        self,
        application_credential: str | Resource,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
    ) -> None: ...
    async def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        name: str | None = None,
        name__contains: str | None = None,
        name__startswith: str | None = None,
        name__endswith: str | None = None,
        name__icontains: str | None = None,
        name__istartswith: str | None = None,
        name__iendswith: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> ApplicationCredential: ...
    async def exists(
        self,
        identifier: str | Resource,
        /,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
    ) -> bool: ...

class AsyncAuthManager(AsyncManager):
    def projects(self, *, extra: AnyMapping[str, Any] | None = None) -> AsyncItems[Project]: ...
    def domains(self, *, extra: AnyMapping[str, Any] | None = None) -> AsyncItems[Domain]: ...
    async def systems(self) -> Any: ...
    async def catalog(self) -> Any: ...

class AsyncConsumerManager(AsyncManager):
    def list(self, *, extra: AnyMapping[str, Any] | None = None) -> AsyncItems[Consumer]: ...
    async def get(self, consumer: str | Resource) -> Consumer: ...
    async def create(
        self, *, description: str | None = None, extra: AnyMapping[str, Any] | None = None
    ) -> Consumer: ...
    async def update(
        self, consumer: str | Resource, *, description: str | None = None, extra: AnyMapping[str, Any] | None = None
    ) -> Consumer: ...
    async def delete(self, consumer: str | Resource) -> None: ...
    async def find(
        self, name_or_id: str | Resource = ..., /, *, extra: AnyMapping[str, Any] | None = None
    ) -> Consumer: ...
    async def exists(self, identifier: str | Resource, /) -> bool: ...

class AsyncCredentialManager(AsyncManager):
    def list(
        self,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        type: str | None = None,
        type__contains: str | None = None,
        type__startswith: str | None = None,
        type__endswith: str | None = None,
        type__icontains: str | None = None,
        type__istartswith: str | None = None,
        type__iendswith: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> AsyncItems[Credential]: ...
    async def get(self, credential: str | Resource) -> Credential: ...
    async def create(
        self,
        user: str | Resource,
        type: str,
        blob: str,
        *,
        project: str | Resource | None = None,
        project_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Credential: ...
    async def update(
        self, credential: str | Resource, *, blob: str | None = None, extra: AnyMapping[str, Any] | None = None
    ) -> Credential: ...
    async def delete(self, credential: str | Resource) -> None: ...
    async def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        type: str | None = None,
        type__contains: str | None = None,
        type__startswith: str | None = None,
        type__endswith: str | None = None,
        type__icontains: str | None = None,
        type__istartswith: str | None = None,
        type__iendswith: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Credential: ...
    async def exists(self, identifier: str | Resource, /) -> bool: ...

class AsyncDiscoveryManager(AsyncManager):
    async def versions(self) -> Any: ...
    async def version(self) -> Any: ...
    async def home(self) -> Any: ...
    async def health(self) -> str: ...

class AsyncDomainManager(AsyncManager):
    def list(
        self,
        *,
        name: str | None = None,
        name__contains: str | None = None,
        name__startswith: str | None = None,
        name__endswith: str | None = None,
        name__icontains: str | None = None,
        name__istartswith: str | None = None,
        name__iendswith: str | None = None,
        enabled: bool | None = None,
        limit: int | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> AsyncItems[Domain]: ...
    async def get(self, domain: str | Resource) -> Domain: ...
    async def create(
        self,
        name: str,
        *,
        description: str | None = None,
        enabled: bool | None = None,
        tags: Iterable[str] | None = None,
        options: AnyMapping[str, Any] | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Domain: ...
    async def update(
        self,
        domain: str | Resource,
        *,
        name: str | None = None,
        description: str | None = None,
        enabled: bool | None = None,
        tags: Iterable[str] | None = None,
        options: AnyMapping[str, Any] | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Domain: ...
    async def delete(self, domain: str | Resource) -> None: ...
    async def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        name: str | None = None,
        name__contains: str | None = None,
        name__startswith: str | None = None,
        name__endswith: str | None = None,
        name__icontains: str | None = None,
        name__istartswith: str | None = None,
        name__iendswith: str | None = None,
        enabled: bool | None = None,
        limit: int | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Domain: ...
    async def exists(self, identifier: str | Resource, /) -> bool: ...

class AsyncDomainConfigManager(AsyncManager):
    async def get(
        self,
        domain: str | Resource,
        *,
        group: str | Resource | None = None,
        group_id: str | Resource | None = None,
        option: str | Resource | None = None,
        option_id: str | Resource | None = None,
    ) -> Any: ...
    async def create(self, domain: str | Resource, config: AnyMapping[str, Any]) -> Any: ...
    async def update(
        self,
        domain: str | Resource,
        config: AnyMapping[str, Any],
        *,
        group: str | Resource | None = None,
        group_id: str | Resource | None = None,
        option: str | Resource | None = None,
        option_id: str | Resource | None = None,
    ) -> Any: ...
    async def delete(
        self,
        domain: str | Resource,
        *,
        group: str | Resource | None = None,
        group_id: str | Resource | None = None,
        option: str | Resource | None = None,
        option_id: str | Resource | None = None,
    ) -> None: ...
    async def get_default(
        self,
        *,
        group: str | Resource | None = None,
        group_id: str | Resource | None = None,
        option: str | Resource | None = None,
        option_id: str | Resource | None = None,
    ) -> Any: ...

class AsyncEc2CredentialManager(AsyncManager):
    def list(
        self,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> AsyncItems[Ec2Credential]: ...
    async def get(
        self, access: str | Resource, *, user: str | Resource | None = None, user_id: str | Resource | None = None
    ) -> Ec2Credential: ...
    async def create(
        self, project: str, *, user: str | Resource | None = None, user_id: str | Resource | None = None
    ) -> Ec2Credential: ...
    async def delete(
        self, access: str | Resource, *, user: str | Resource | None = None, user_id: str | Resource | None = None
    ) -> None: ...
    async def exchange(self, credentials: AnyMapping[str, Any]) -> Issued: ...
    async def exchange_s3(self, credentials: AnyMapping[str, Any]) -> Issued: ...
    async def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Ec2Credential: ...
    async def exists(
        self,
        identifier: str | Resource,
        /,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
    ) -> bool: ...

class AsyncEndpointManager(AsyncManager):
    def list(
        self,
        *,
        service: str | Resource | None = None,
        service_id: str | Resource | None = None,
        interface: str | None = None,
        interface__contains: str | None = None,
        interface__startswith: str | None = None,
        interface__endswith: str | None = None,
        interface__icontains: str | None = None,
        interface__istartswith: str | None = None,
        interface__iendswith: str | None = None,
        region: str | Resource | None = None,
        region_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> AsyncItems[Endpoint]: ...
    async def get(self, endpoint: str | Resource) -> Endpoint: ...
    async def create(
        self,
        service: str | Resource,
        interface: str,
        url: str,
        *,
        region: str | Resource | None = None,
        region_id: str | Resource | None = None,
        region_name: str | None = None,
        enabled: bool | None = None,
        name: str | None = None,
        description: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Endpoint: ...
    async def update(
        self,
        endpoint: str | Resource,
        *,
        service: str | Resource | None = None,
        service_id: str | Resource | None = None,
        interface: str | None = None,
        url: str | None = None,
        region: str | Resource | None = None,
        region_id: str | Resource | None = None,
        region_name: str | None = None,
        enabled: bool | None = None,
        name: str | None = None,
        description: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Endpoint: ...
    async def delete(self, endpoint: str | Resource) -> None: ...
    async def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        service: str | Resource | None = None,
        service_id: str | Resource | None = None,
        interface: str | None = None,
        interface__contains: str | None = None,
        interface__startswith: str | None = None,
        interface__endswith: str | None = None,
        interface__icontains: str | None = None,
        interface__istartswith: str | None = None,
        interface__iendswith: str | None = None,
        region: str | Resource | None = None,
        region_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Endpoint: ...
    async def exists(self, identifier: str | Resource, /) -> bool: ...

class AsyncEndpointFilterManager(AsyncManager):
    async def add_endpoint_to_project(self, project: str | Resource, endpoint: str | Resource) -> None: ...
    async def delete_endpoint_from_project(self, project: str | Resource, endpoint: str | Resource) -> None: ...
    async def check_endpoint_in_project(self, project: str | Resource, endpoint: str | Resource) -> bool: ...
    def list_endpoints_for_project(
        self, project: str | Resource, *, extra: AnyMapping[str, Any] | None = None
    ) -> AsyncItems[Endpoint]: ...
    def list_projects_for_endpoint(
        self, endpoint: str | Resource, *, extra: AnyMapping[str, Any] | None = None
    ) -> AsyncItems[Project]: ...
    async def add_endpoint_group_to_project(self, endpoint_group: str | Resource, project: str | Resource) -> None: ...
    async def delete_endpoint_group_from_project(
        self, endpoint_group: str | Resource, project: str | Resource
    ) -> None: ...
    async def check_endpoint_group_in_project(
        self, endpoint_group: str | Resource, project: str | Resource
    ) -> bool: ...
    def list_endpoint_groups_for_project(
        self, project: str | Resource, *, extra: AnyMapping[str, Any] | None = None
    ) -> AsyncItems[EndpointGroup]: ...
    def list_projects_for_endpoint_group(
        self, endpoint_group: str | Resource, *, extra: AnyMapping[str, Any] | None = None
    ) -> AsyncItems[Project]: ...
    def list_endpoints_for_endpoint_group(
        self, endpoint_group: str | Resource, *, extra: AnyMapping[str, Any] | None = None
    ) -> AsyncItems[Endpoint]: ...

class AsyncEndpointGroupManager(AsyncManager):
    def list(
        self, *, name: str | None = None, extra: AnyMapping[str, Any] | None = None
    ) -> AsyncItems[EndpointGroup]: ...
    async def get(self, endpoint_group: str | Resource) -> EndpointGroup: ...
    async def check(self, endpoint_group: str | Resource) -> bool: ...
    async def create(
        self,
        name: str,
        filters: AnyMapping[str, Any],
        *,
        description: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> EndpointGroup: ...
    async def update(
        self,
        endpoint_group: str | Resource,
        *,
        name: str | None = None,
        description: str | None = None,
        filters: AnyMapping[str, Any] | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> EndpointGroup: ...
    async def delete(self, endpoint_group: str | Resource) -> None: ...
    async def find(
        self, name_or_id: str | Resource = ..., /, *, name: str | None = None, extra: AnyMapping[str, Any] | None = None
    ) -> EndpointGroup: ...
    async def exists(self, identifier: str | Resource, /) -> bool: ...

class AsyncEndpointPolicyManager(AsyncManager):
    async def create_policy_association_for_endpoint(
        self, policy: str | Resource, endpoint: str | Resource
    ) -> None: ...
    async def check_policy_association_for_endpoint(self, policy: str | Resource, endpoint: str | Resource) -> bool: ...
    async def delete_policy_association_for_endpoint(
        self, policy: str | Resource, endpoint: str | Resource
    ) -> None: ...
    async def create_policy_association_for_service(self, policy: str | Resource, service: str | Resource) -> None: ...
    async def check_policy_association_for_service(self, policy: str | Resource, service: str | Resource) -> bool: ...
    async def delete_policy_association_for_service(self, policy: str | Resource, service: str | Resource) -> None: ...
    async def create_policy_association_for_region_and_service(
        self, policy: str | Resource, region: str | Resource, service: str | Resource
    ) -> None: ...
    async def check_policy_association_for_region_and_service(
        self, policy: str | Resource, region: str | Resource, service: str | Resource
    ) -> bool: ...
    async def delete_policy_association_for_region_and_service(
        self, policy: str | Resource, region: str | Resource, service: str | Resource
    ) -> None: ...
    async def get_policy_for_endpoint(self, endpoint: str | Resource) -> Policy: ...
    def list_endpoints_for_policy(
        self, policy: str | Resource, *, extra: AnyMapping[str, Any] | None = None
    ) -> AsyncItems[Endpoint]: ...

class AsyncFederationManager(AsyncManager):
    async def authenticate(self, identity_provider: str | Resource, protocol: str | Resource) -> Issued: ...
    async def authenticate_by_get(self, identity_provider: str | Resource, protocol: str | Resource) -> Issued: ...
    async def web_sso(
        self,
        protocol: str | Resource,
        *,
        identity_provider: str | Resource | None = None,
        identity_provider_id: str | Resource | None = None,
        origin: str | None = None,
    ) -> str: ...
    async def web_sso_by_post(
        self,
        protocol: str | Resource,
        *,
        identity_provider: str | Resource | None = None,
        identity_provider_id: str | Resource | None = None,
        origin: str | None = None,
    ) -> str: ...
    def list_projects(self, *, extra: AnyMapping[str, Any] | None = None) -> AsyncItems[Project]: ...
    def list_domains(self, *, extra: AnyMapping[str, Any] | None = None) -> AsyncItems[Domain]: ...
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
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        name: str | None = None,
        name__contains: str | None = None,
        name__startswith: str | None = None,
        name__endswith: str | None = None,
        name__icontains: str | None = None,
        name__istartswith: str | None = None,
        name__iendswith: str | None = None,
        sort_key: str | None = None,
        sort_dir: str | None = None,
        limit: int | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> AsyncItems[Group]: ...
    async def get(self, group: str | Resource) -> Group: ...
    async def create(
        self,
        name: str,
        *,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        description: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Group: ...
    async def update(
        self,
        group: str | Resource,
        *,
        name: str | None = None,
        description: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Group: ...
    async def delete(self, group: str | Resource) -> None: ...
    async def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        name: str | None = None,
        name__contains: str | None = None,
        name__startswith: str | None = None,
        name__endswith: str | None = None,
        name__icontains: str | None = None,
        name__istartswith: str | None = None,
        name__iendswith: str | None = None,
        sort_key: str | None = None,
        sort_dir: str | None = None,
        limit: int | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Group: ...
    async def exists(self, identifier: str | Resource, /) -> bool: ...

class AsyncIdentityProviderManager(AsyncManager):
    def list(
        self,
        *,
        id: str | Resource | None = None,
        id__contains: str | Resource | None = None,
        id__startswith: str | Resource | None = None,
        id__endswith: str | Resource | None = None,
        id__icontains: str | Resource | None = None,
        id__istartswith: str | Resource | None = None,
        id__iendswith: str | Resource | None = None,
        enabled: bool | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> AsyncItems[IdentityProvider]: ...
    async def get(self, identity_provider: str | Resource) -> IdentityProvider: ...
    async def create(
        self,
        identity_provider: str | Resource,
        *,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        description: str | None = None,
        enabled: bool | None = None,
        remote_ids: Iterable[str] | None = None,
        authorization_ttl: int | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> IdentityProvider: ...
    async def update(
        self,
        identity_provider: str | Resource,
        *,
        description: str | None = None,
        enabled: bool | None = None,
        remote_ids: Iterable[str] | None = None,
        authorization_ttl: int | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> IdentityProvider: ...
    async def delete(self, identity_provider: str | Resource) -> None: ...
    async def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        id: str | Resource | None = None,
        id__contains: str | Resource | None = None,
        id__startswith: str | Resource | None = None,
        id__endswith: str | Resource | None = None,
        id__icontains: str | Resource | None = None,
        id__istartswith: str | Resource | None = None,
        id__iendswith: str | Resource | None = None,
        enabled: bool | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> IdentityProvider: ...
    async def exists(self, identifier: str | Resource, /) -> bool: ...

class AsyncInferenceRuleManager(AsyncManager):
    async def list(self, prior_role: str | Resource) -> InferenceRule: ...
    async def get(self, prior_role: str | Resource, implied_role: str | Resource) -> InferenceRule: ...
    async def create(self, prior_role: str | Resource, implied_role: str | Resource) -> InferenceRule: ...
    async def check(self, prior_role: str | Resource, implied_role: str | Resource) -> bool: ...
    async def delete(self, prior_role: str | Resource, implied_role: str | Resource) -> None: ...
    def list_inference_roles(self, *, extra: AnyMapping[str, Any] | None = None) -> AsyncItems[InferenceRule]: ...

class AsyncLimitManager(AsyncManager):
    def list(
        self,
        *,
        service: str | Resource | None = None,
        service_id: str | Resource | None = None,
        region: str | Resource | None = None,
        region_id: str | Resource | None = None,
        resource_name: str | None = None,
        resource_name__contains: str | None = None,
        resource_name__startswith: str | None = None,
        resource_name__endswith: str | None = None,
        resource_name__icontains: str | None = None,
        resource_name__istartswith: str | None = None,
        resource_name__iendswith: str | None = None,
        project: str | Resource | None = None,
        project_id: str | Resource | None = None,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> AsyncItems[Limit]: ...
    async def get(self, limit: str | Resource) -> Limit: ...
    async def create(
        self,
        service: str | Resource,
        resource_name: str,
        resource_limit: int,
        *,
        project: str | Resource | None = None,
        project_id: str | Resource | None = None,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        region: str | Resource | None = None,
        region_id: str | Resource | None = None,
        description: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Limit: ...
    async def update(
        self,
        limit: str | Resource,
        *,
        resource_limit: int | None = None,
        description: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Limit: ...
    async def delete(self, limit: str | Resource) -> None: ...
    async def get_model(self) -> Any: ...
    async def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        service: str | Resource | None = None,
        service_id: str | Resource | None = None,
        region: str | Resource | None = None,
        region_id: str | Resource | None = None,
        resource_name: str | None = None,
        resource_name__contains: str | None = None,
        resource_name__startswith: str | None = None,
        resource_name__endswith: str | None = None,
        resource_name__icontains: str | None = None,
        resource_name__istartswith: str | None = None,
        resource_name__iendswith: str | None = None,
        project: str | Resource | None = None,
        project_id: str | Resource | None = None,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Limit: ...
    async def exists(self, identifier: str | Resource, /) -> bool: ...

class AsyncMappingManager(AsyncManager):
    def list(self, *, extra: AnyMapping[str, Any] | None = None) -> AsyncItems[Mapping]: ...
    async def get(self, mapping: str | Resource) -> Mapping: ...
    async def create(
        self,
        mapping: str | Resource,
        rules: Iterable[Any],
        *,
        schema_version: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Mapping: ...
    async def update(
        self,
        mapping: str | Resource,
        *,
        rules: Iterable[Any] | None = None,
        schema_version: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Mapping: ...
    async def delete(self, mapping: str | Resource) -> None: ...
    async def find(
        self, name_or_id: str | Resource = ..., /, *, extra: AnyMapping[str, Any] | None = None
    ) -> Mapping: ...
    async def exists(self, identifier: str | Resource, /) -> bool: ...

class AsyncOauth2Manager(AsyncManager):
    async def create_token(self, client_id: str | Resource, client_secret: str) -> Any: ...

class AsyncPolicyManager(AsyncManager):
    def list(
        self,
        *,
        type: str | None = None,
        type__contains: str | None = None,
        type__startswith: str | None = None,
        type__endswith: str | None = None,
        type__icontains: str | None = None,
        type__istartswith: str | None = None,
        type__iendswith: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> AsyncItems[Policy]: ...
    async def get(self, policy: str | Resource) -> Policy: ...
    async def create(self, blob: str, type: str, *, extra: AnyMapping[str, Any] | None = None) -> Policy: ...
    async def update(
        self,
        policy: str | Resource,
        *,
        blob: str | None = None,
        type: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Policy: ...
    async def delete(self, policy: str | Resource) -> None: ...
    async def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        type: str | None = None,
        type__contains: str | None = None,
        type__startswith: str | None = None,
        type__endswith: str | None = None,
        type__icontains: str | None = None,
        type__istartswith: str | None = None,
        type__iendswith: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Policy: ...
    async def exists(self, identifier: str | Resource, /) -> bool: ...

class AsyncProjectManager(AsyncManager, AsyncPossibleProjects):
    def list(
        self,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        parent: str | Resource | None = None,
        parent_id: str | Resource | None = None,
        name: str | None = None,
        name__contains: str | None = None,
        name__startswith: str | None = None,
        name__endswith: str | None = None,
        name__icontains: str | None = None,
        name__istartswith: str | None = None,
        name__iendswith: str | None = None,
        enabled: bool | None = None,
        is_domain: bool | None = None,
        tags: Iterable[str] | None = None,
        tags_any: Iterable[str] | None = None,
        not_tags: Iterable[str] | None = None,
        not_tags_any: Iterable[str] | None = None,
        limit: int | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> AsyncItems[Project]: ...
    async def get(
        self,
        project: str | Resource,
        *,
        parents_as_list: bool | None = None,
        parents_as_ids: bool | None = None,
        subtree_as_list: bool | None = None,
        subtree_as_ids: bool | None = None,
        include_limits: bool | None = None,
    ) -> Project: ...
    async def create(
        self,
        name: str,
        *,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        parent: str | Resource | None = None,
        parent_id: str | Resource | None = None,
        description: str | None = None,
        enabled: bool | None = None,
        is_domain: bool | None = None,
        tags: Iterable[str] | None = None,
        options: AnyMapping[str, Any] | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Project: ...
    async def update(
        self,
        project: str | Resource,
        *,
        name: str | None = None,
        description: str | None = None,
        enabled: bool | None = None,
        tags: Iterable[str] | None = None,
        options: AnyMapping[str, Any] | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Project: ...
    async def delete(self, project: str | Resource) -> None: ...
    async def list_tags(self, project: str | Resource) -> builtins.list[str]: ...
    async def update_tags(self, project: str | Resource, tags: Iterable[str]) -> builtins.list[str]: ...
    async def delete_tags(self, project: str | Resource) -> None: ...
    async def add_tag(self, project: str | Resource, tag: str | Resource) -> None: ...
    async def check_tag(self, project: str | Resource, tag: str | Resource) -> bool: ...
    async def delete_tag(self, project: str | Resource, tag: str | Resource) -> None: ...
    async def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        parent: str | Resource | None = None,
        parent_id: str | Resource | None = None,
        name: str | None = None,
        name__contains: str | None = None,
        name__startswith: str | None = None,
        name__endswith: str | None = None,
        name__icontains: str | None = None,
        name__istartswith: str | None = None,
        name__iendswith: str | None = None,
        enabled: bool | None = None,
        is_domain: bool | None = None,
        tags: Iterable[str] | None = None,
        tags_any: Iterable[str] | None = None,
        not_tags: Iterable[str] | None = None,
        not_tags_any: Iterable[str] | None = None,
        limit: int | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Project: ...
    async def exists(
        self,
        identifier: str | Resource,
        /,
        *,
        parents_as_list: bool | None = None,
        parents_as_ids: bool | None = None,
        subtree_as_list: bool | None = None,
        subtree_as_ids: bool | None = None,
        include_limits: bool | None = None,
    ) -> bool: ...

class AsyncProtocolManager(AsyncManager):
    def list(
        self, identity_provider: str | Resource, *, extra: AnyMapping[str, Any] | None = None
    ) -> AsyncItems[Protocol]: ...
    async def get(self, identity_provider: str | Resource, protocol: str | Resource) -> Protocol: ...
    async def create(
        self,
        protocol: str | Resource,
        identity_provider: str | Resource,
        mapping: str | Resource,
        *,
        remote_id_attribute: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Protocol: ...
    async def update(
        self,
        identity_provider: str | Resource,
        protocol: str | Resource,
        *,
        mapping: str | Resource | None = None,
        mapping_id: str | Resource | None = None,
        remote_id_attribute: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Protocol: ...
    async def delete(self, identity_provider: str | Resource, protocol: str | Resource) -> None: ...
    async def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        identity_provider: str | Resource | None = None,
        identity_provider_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Protocol: ...
    async def exists(
        self,
        identifier: str | Resource,
        /,
        *,
        identity_provider: str | Resource | None = None,
        identity_provider_id: str | Resource | None = None,
    ) -> bool: ...

class AsyncRegionManager(AsyncManager):
    def list(
        self,
        *,
        parent_region: str | Resource | None = None,
        parent_region_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> AsyncItems[Region]: ...
    async def get(self, region: str | Resource) -> Region: ...
    async def create(
        self,
        *,
        id: str | Resource | None = None,
        description: str | None = None,
        parent_region: str | Resource | None = None,
        parent_region_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Region: ...
    async def create_with_id(
        self,
        region: str | Resource,
        *,
        id: str | Resource | None = None,
        description: str | None = None,
        parent_region: str | Resource | None = None,
        parent_region_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Region: ...
    async def update(
        self,
        region: str | Resource,
        *,
        description: str | None = None,
        parent_region: str | Resource | None = None,
        parent_region_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Region: ...
    async def delete(self, region: str | Resource) -> None: ...
    async def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        parent_region: str | Resource | None = None,
        parent_region_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Region: ...
    async def exists(self, identifier: str | Resource, /) -> bool: ...

class AsyncRegisteredLimitManager(AsyncManager):
    def list(
        self,
        *,
        service: str | Resource | None = None,
        service_id: str | Resource | None = None,
        region: str | Resource | None = None,
        region_id: str | Resource | None = None,
        resource_name: str | None = None,
        resource_name__contains: str | None = None,
        resource_name__startswith: str | None = None,
        resource_name__endswith: str | None = None,
        resource_name__icontains: str | None = None,
        resource_name__istartswith: str | None = None,
        resource_name__iendswith: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> AsyncItems[RegisteredLimit]: ...
    async def get(self, registered_limit: str | Resource) -> RegisteredLimit: ...
    async def create(
        self,
        service: str | Resource,
        resource_name: str,
        default_limit: int,
        *,
        region: str | Resource | None = None,
        region_id: str | Resource | None = None,
        description: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> RegisteredLimit: ...
    async def update(
        self,
        registered_limit: str | Resource,
        *,
        service: str | Resource | None = None,
        service_id: str | Resource | None = None,
        region: str | Resource | None = None,
        region_id: str | Resource | None = None,
        resource_name: str | None = None,
        default_limit: int | None = None,
        description: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> RegisteredLimit: ...
    async def delete(self, registered_limit: str | Resource) -> None: ...
    async def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        service: str | Resource | None = None,
        service_id: str | Resource | None = None,
        region: str | Resource | None = None,
        region_id: str | Resource | None = None,
        resource_name: str | None = None,
        resource_name__contains: str | None = None,
        resource_name__startswith: str | None = None,
        resource_name__endswith: str | None = None,
        resource_name__icontains: str | None = None,
        resource_name__istartswith: str | None = None,
        resource_name__iendswith: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> RegisteredLimit: ...
    async def exists(self, identifier: str | Resource, /) -> bool: ...

class AsyncRequestTokenManager(AsyncManager):
    async def create(self, consumer_key: str, consumer_secret: str, project: str) -> dict[str, str]: ...
    async def authorize(self, request_token: str | Resource, roles: Iterable[Any]) -> Any: ...

class AsyncRevocationEventManager(AsyncManager):
    def list(
        self, *, since: str | None = None, extra: AnyMapping[str, Any] | None = None
    ) -> AsyncItems[RevocationEvent]: ...

class AsyncRoleManager(AsyncManager):
    def list(
        self,
        *,
        name: str | None = None,
        name__contains: str | None = None,
        name__startswith: str | None = None,
        name__endswith: str | None = None,
        name__icontains: str | None = None,
        name__istartswith: str | None = None,
        name__iendswith: str | None = None,
        domain_id: str | Resource | None = None,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        group: str | Resource | None = None,
        group_id: str | Resource | None = None,
        project: str | Resource | None = None,
        project_id: str | Resource | None = None,
        domain: str | Resource | None = None,
        system: bool | None = None,
        system_id: bool | None = None,
        inherited: bool | None = None,
        inherited_id: bool | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> AsyncItems[Role]: ...
    async def get(self, role: str | Resource) -> Role: ...
    async def create(
        self,
        name: str,
        *,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        description: str | None = None,
        options: AnyMapping[str, Any] | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Role: ...
    async def update(
        self,
        role: str | Resource,
        *,
        name: str | None = None,
        description: str | None = None,
        options: AnyMapping[str, Any] | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Role: ...
    async def delete(self, role: str | Resource) -> None: ...
    async def grant(
        self,
        role: str | Resource,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        group: str | Resource | None = None,
        group_id: str | Resource | None = None,
        project: str | Resource | None = None,
        project_id: str | Resource | None = None,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        system: bool | None = None,
        system_id: bool | None = None,
        inherited: bool | None = None,
        inherited_id: bool | None = None,
    ) -> None: ...
    async def check(
        self,
        role: str | Resource,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        group: str | Resource | None = None,
        group_id: str | Resource | None = None,
        project: str | Resource | None = None,
        project_id: str | Resource | None = None,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        system: bool | None = None,
        system_id: bool | None = None,
        inherited: bool | None = None,
        inherited_id: bool | None = None,
    ) -> bool: ...
    async def revoke(
        self,
        role: str | Resource,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        group: str | Resource | None = None,
        group_id: str | Resource | None = None,
        project: str | Resource | None = None,
        project_id: str | Resource | None = None,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        system: bool | None = None,
        system_id: bool | None = None,
        inherited: bool | None = None,
        inherited_id: bool | None = None,
    ) -> None: ...
    async def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        name: str | None = None,
        name__contains: str | None = None,
        name__startswith: str | None = None,
        name__endswith: str | None = None,
        name__icontains: str | None = None,
        name__istartswith: str | None = None,
        name__iendswith: str | None = None,
        domain_id: str | Resource | None = None,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
        group: str | Resource | None = None,
        group_id: str | Resource | None = None,
        project: str | Resource | None = None,
        project_id: str | Resource | None = None,
        domain: str | Resource | None = None,
        system: bool | None = None,
        system_id: bool | None = None,
        inherited: bool | None = None,
        inherited_id: bool | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Role: ...
    async def exists(self, identifier: str | Resource, /) -> bool: ...

class AsyncRoleAssignmentManager(AsyncManager):
    def list(
        self,
        *,
        user: str | Resource | None = None,
        group: str | Resource | None = None,
        role: str | Resource | None = None,
        project: str | Resource | None = None,
        domain: str | Resource | None = None,
        system: bool | None = None,
        inherited_to: str | None = None,
        effective: bool | None = None,
        include_names: bool | None = None,
        include_subtree: bool | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> AsyncItems[RoleAssignment]: ...
    def list_named(
        self,
        *,
        user: str | Resource | None = None,
        group: str | Resource | None = None,
        role: str | Resource | None = None,
        project: str | Resource | None = None,
        domain: str | Resource | None = None,
        system: bool | None = None,
        inherited_to: str | None = None,
        effective: bool | None = None,
        include_names: bool | None = None,
        include_subtree: bool | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> AsyncItems[RoleAssignment]: ...

class AsyncSamlManager(AsyncManager):
    async def create_assertion(self, auth: AnyMapping[str, Any]) -> str: ...
    async def create_ecp(self, auth: AnyMapping[str, Any]) -> str: ...
    async def metadata(self) -> str: ...

class AsyncServiceManager(AsyncManager):
    def list(
        self,
        *,
        name: str | None = None,
        name__contains: str | None = None,
        name__startswith: str | None = None,
        name__endswith: str | None = None,
        name__icontains: str | None = None,
        name__istartswith: str | None = None,
        name__iendswith: str | None = None,
        type: str | None = None,
        type__contains: str | None = None,
        type__startswith: str | None = None,
        type__endswith: str | None = None,
        type__icontains: str | None = None,
        type__istartswith: str | None = None,
        type__iendswith: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> AsyncItems[Service]: ...
    async def get(self, service: str | Resource) -> Service: ...
    async def create(
        self,
        type: str,
        *,
        name: str | None = None,
        description: str | None = None,
        enabled: bool | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Service: ...
    async def update(
        self,
        service: str | Resource,
        *,
        type: str | None = None,
        name: str | None = None,
        description: str | None = None,
        enabled: bool | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Service: ...
    async def delete(self, service: str | Resource) -> None: ...
    async def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        name: str | None = None,
        name__contains: str | None = None,
        name__startswith: str | None = None,
        name__endswith: str | None = None,
        name__icontains: str | None = None,
        name__istartswith: str | None = None,
        name__iendswith: str | None = None,
        type: str | None = None,
        type__contains: str | None = None,
        type__startswith: str | None = None,
        type__endswith: str | None = None,
        type__icontains: str | None = None,
        type__istartswith: str | None = None,
        type__iendswith: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Service: ...
    async def exists(self, identifier: str | Resource, /) -> bool: ...

class AsyncServiceProviderManager(AsyncManager):
    def list(
        self,
        *,
        id: str | Resource | None = None,
        id__contains: str | Resource | None = None,
        id__startswith: str | Resource | None = None,
        id__endswith: str | Resource | None = None,
        id__icontains: str | Resource | None = None,
        id__istartswith: str | Resource | None = None,
        id__iendswith: str | Resource | None = None,
        enabled: bool | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> AsyncItems[ServiceProvider]: ...
    async def get(self, service_provider: str | Resource) -> ServiceProvider: ...
    async def create(
        self,
        service_provider: str | Resource,
        auth_url: str,
        sp_url: str,
        *,
        description: str | None = None,
        enabled: bool | None = None,
        relay_state_prefix: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> ServiceProvider: ...
    async def update(
        self,
        service_provider: str | Resource,
        *,
        auth_url: str | None = None,
        sp_url: str | None = None,
        description: str | None = None,
        enabled: bool | None = None,
        relay_state_prefix: str | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> ServiceProvider: ...
    async def delete(self, service_provider: str | Resource) -> None: ...
    async def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        id: str | Resource | None = None,
        id__contains: str | Resource | None = None,
        id__startswith: str | Resource | None = None,
        id__endswith: str | Resource | None = None,
        id__icontains: str | Resource | None = None,
        id__istartswith: str | Resource | None = None,
        id__iendswith: str | Resource | None = None,
        enabled: bool | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> ServiceProvider: ...
    async def exists(self, identifier: str | Resource, /) -> bool: ...

class AsyncTokensManager(AsyncManager):
    async def get_token_data(
        self,
        token: str,
        *,
        nocatalog: bool | None = None,
        allow_expired: bool | None = None,
        access_rules_support: str | None = None,
    ) -> Issued: ...
    async def validate(
        self,
        token: str,
        *,
        nocatalog: bool | None = None,
        allow_expired: bool | None = None,
        access_rules_support: str | None = None,
    ) -> AccessInfo: ...
    async def check(
        self, token: str, *, allow_expired: bool | None = None, access_rules_support: str | None = None
    ) -> bool: ...
    async def revoke_token(self, token: str, *, cascade: bool | None = None) -> None: ...
    async def issue(self, auth: AnyMapping[str, Any], *, nocatalog: bool | None = None) -> Issued: ...
    async def get_revoked(self, *, audit_id_only: bool | None = None) -> Any: ...

class AsyncTrustManager(AsyncManager):
    def list(
        self,
        *,
        trustor_user: str | Resource | None = None,
        trustor_user_id: str | Resource | None = None,
        trustee_user: str | Resource | None = None,
        trustee_user_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> AsyncItems[Trust]: ...
    async def get(self, trust: str | Resource) -> Trust: ...
    async def create(
        self,
        trustee_user: str | Resource,
        trustor_user: str | Resource,
        impersonation: bool,
        *,
        project: str | Resource | None = None,
        project_id: str | Resource | None = None,
        roles: Iterable[Any] | None = None,
        expires_at: str | datetime | None = None,
        remaining_uses: int | None = None,
        allow_redelegation: bool | None = None,
        redelegation_count: int | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Trust: ...
    async def delete(self, trust: str | Resource) -> None: ...
    def list_roles(self, trust: str | Resource, *, extra: AnyMapping[str, Any] | None = None) -> AsyncItems[Role]: ...
    async def get_role(self, trust: str | Resource, role: str | Resource) -> Role: ...
    async def check_role(self, trust: str | Resource, role: str | Resource) -> bool: ...
    async def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        trustor_user: str | Resource | None = None,
        trustor_user_id: str | Resource | None = None,
        trustee_user: str | Resource | None = None,
        trustee_user_id: str | Resource | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> Trust: ...
    async def exists(self, identifier: str | Resource, /) -> bool: ...

class AsyncUserManager(AsyncManager):
    def list(
        self,
        *,
        group: str | Resource | None = None,
        group_id: str | Resource | None = None,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        name: str | None = None,
        name__contains: str | None = None,
        name__startswith: str | None = None,
        name__endswith: str | None = None,
        name__icontains: str | None = None,
        name__istartswith: str | None = None,
        name__iendswith: str | None = None,
        enabled: bool | None = None,
        password_expires_at: str | datetime | None = None,
        idp_id: str | None = None,
        protocol_id: str | Resource | None = None,
        unique_id: str | None = None,
        sort_key: str | None = None,
        sort_dir: str | None = None,
        limit: int | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> AsyncItems[User]: ...
    async def get(self, user: str | Resource) -> User: ...
    async def create(
        self,
        name: str,
        *,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        default_project: str | Resource | None = None,
        default_project_id: str | Resource | None = None,
        email: str | None = None,
        description: str | None = None,
        enabled: bool | None = None,
        password: str | None = None,
        options: AnyMapping[str, Any] | None = None,
        federated: Iterable[Any] | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> User: ...
    async def update(
        self,
        user: str | Resource,
        *,
        name: str | None = None,
        default_project: str | Resource | None = None,
        default_project_id: str | Resource | None = None,
        email: str | None = None,
        description: str | None = None,
        enabled: bool | None = None,
        password: str | None = None,
        options: AnyMapping[str, Any] | None = None,
        federated: Iterable[Any] | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> User: ...
    async def delete(self, user: str | Resource) -> None: ...
    async def update_password(
        self,
        old_password: str,
        new_password: str,
        *,
        user: str | Resource | None = None,
        user_id: str | Resource | None = None,
    ) -> None: ...
    async def add_to_group(self, user: str | Resource, group: str | Resource) -> None: ...
    async def check_in_group(self, user: str | Resource, group: str | Resource) -> bool: ...
    async def remove_from_group(self, user: str | Resource, group: str | Resource) -> None: ...
    async def revoke_tokens(self, user: str | Resource) -> None: ...
    async def find(
        self,
        name_or_id: str | Resource = ...,
        /,
        *,
        group: str | Resource | None = None,
        group_id: str | Resource | None = None,
        domain: str | Resource | None = None,
        domain_id: str | Resource | None = None,
        name: str | None = None,
        name__contains: str | None = None,
        name__startswith: str | None = None,
        name__endswith: str | None = None,
        name__icontains: str | None = None,
        name__istartswith: str | None = None,
        name__iendswith: str | None = None,
        enabled: bool | None = None,
        password_expires_at: str | datetime | None = None,
        idp_id: str | None = None,
        protocol_id: str | Resource | None = None,
        unique_id: str | None = None,
        sort_key: str | None = None,
        sort_dir: str | None = None,
        limit: int | None = None,
        extra: AnyMapping[str, Any] | None = None,
    ) -> User: ...
    async def exists(self, identifier: str | Resource, /) -> bool: ...

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

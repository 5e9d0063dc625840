"""The options of a client, for type checkers and for code that passes them on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike

    from archstone import AccessInfo


class Options(TypedDict, total=False):
    """What `Client` and `AsyncClient` take, all of it optional; see `Client`. None counts as not given."""

    cloud: str | None
    environment: bool | None

    auth_url: str | None
    auth_type: str | None
    username: str | None
    user_id: str | None
    user_domain_id: str | None
    user_domain_name: str | None
    password: str | None
    application_credential_id: str | None
    application_credential_name: str | None
    application_credential_secret: str | None
    token: str | None
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
    region_name: str | None
    interface: str | Sequence[str] | None

    cacert: str | PathLike[str] | None
    cert: str | PathLike[str] | None
    key: str | PathLike[str] | None
    verify: bool | None
    insecure: bool | None
    timeout: float | None
    connect_timeout: float | None
    tls_min_version: Literal["1.2", "1.3"] | None
    proxy: str | None
    no_proxy: str | Sequence[str] | None
    unix_socket: str | PathLike[str] | None
    original_ip: str | None
    user_agent: str | None
    token_cache: str | PathLike[str] | None

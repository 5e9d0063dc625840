//! The identity service for tests.

use std::collections::HashMap;

use archstone_testing::{self as fake, CatalogBuilder, FakeCloud, FakeProject, FakeTrust, FakeUser};
use pyo3::{exceptions::PyKeyError, prelude::*};

use super::{
    answers,
    providers::{FakePlatform, FakeProvider, with_platform, with_provider},
    server::{FakeServer, Running},
};

/// An identity service in this process, on a free port of 127.0.0.1.
///
/// >>> with FakeKeystone() as keystone:
/// ...     client = Client(**keystone.options())
/// ...     assert client.auth_ref.project_name == "demo"
/// ...     assert keystone.logins == 1
///
/// It has a user `demo` with the password `secret`, a project `demo`, and a catalog with identity, compute, image and
/// object-store, which are paths of the same server: `/v3`, `/compute/v2.1`, `/image`, `/object-store/v1/AUTH_…`. Users
/// can be given by name or id; projects by name, in the domain of the user, or by id.
///
/// Args:
///     empty: whether to start without any users, projects and services.
#[pyclass(frozen, extends = FakeServer, module = "archstone.testing")]
pub(crate) struct FakeKeystone;

type Slf<'a, 'py> = &'a Bound<'py, FakeKeystone>;

fn with<T>(slf: Slf<'_, '_>, act: impl FnOnce(&fake::FakeKeystone) -> T) -> PyResult<T> {
    slf.as_super().get().with_running(|running| match running {
        Running::Keystone(keystone) => act(keystone),
        _ => unreachable!("made by `FakeKeystone`"),
    })
}

/// The same with an existing user.
fn with_user<T>(slf: Slf<'_, '_>, user: &str, act: impl FnOnce(&fake::FakeKeystone, FakeUser) -> T) -> PyResult<T> {
    let found = with(slf, |keystone| keystone.user(user))?;
    let found = found.ok_or_else(|| PyKeyError::new_err(format!("the fake cloud has no user `{user}`")))?;
    with(slf, |keystone| act(keystone, found))
}

fn change(slf: Slf<'_, '_>, change: impl FnOnce(FakeCloud) -> FakeCloud) -> PyResult<()> {
    with(slf, |keystone| keystone.change(change))
}

#[pymethods]
impl FakeKeystone {
    #[new]
    #[pyo3(signature = (*, empty = false))]
    fn start(empty: bool) -> PyClassInitializer<Self> {
        let cloud = if empty { FakeCloud::new() } else { FakeCloud::demo() };
        PyClassInitializer::from(FakeServer::new(Running::Keystone(cloud.start()))).add_subclass(Self)
    }

    /// The `auth_url` for clients.
    #[getter]
    fn auth_url(slf: Slf<'_, '_>) -> PyResult<String> {
        with(slf, fake::FakeKeystone::auth_url)
    }

    /// Return the options with which a Client logs in as this user.
    ///
    /// Raises:
    ///     KeyError: there is no such user.
    #[pyo3(signature = (user = "demo"))]
    fn options(slf: Slf<'_, '_>, user: &str) -> PyResult<HashMap<String, String>> {
        let variables = Self::environment(slf, user)?.into_iter();
        Ok(variables.map(|(name, value)| (name.trim_start_matches("OS_").to_ascii_lowercase(), value)).collect())
    }

    /// Return the `OS_*` variables with which this user logs in.
    ///
    /// Raises:
    ///     KeyError: there is no such user.
    #[pyo3(signature = (user = "demo"))]
    fn environment(slf: Slf<'_, '_>, user: &str) -> PyResult<HashMap<&'static str, String>> {
        with_user(slf, user, |keystone, _| keystone.environment(user).into_iter().collect())
    }

    /// The number of login attempts.
    #[getter]
    fn logins(slf: Slf<'_, '_>) -> PyResult<usize> {
        with(slf, fake::FakeKeystone::logins)
    }

    /// Issue a token without a login, for the user's default project, and return it.
    ///
    /// Raises:
    ///     KeyError: there is no such user.
    #[pyo3(signature = (user = "demo"))]
    fn issue(slf: Slf<'_, '_>, user: &str) -> PyResult<String> {
        with_user(slf, user, |keystone, _| keystone.issue(user))
    }

    /// Trust a provider for users, at the federation URL of this identity provider and protocol.
    fn trust(
        slf: Slf<'_, '_>,
        identity_provider: &str,
        protocol: &str,
        provider: &Bound<'_, FakeProvider>,
    ) -> PyResult<()> {
        with(slf, |keystone| with_provider(provider, |it| keystone.trust(identity_provider, protocol, it)))?
    }

    /// Trust a platform for its workloads, whose tokens have this audience.
    fn trust_platform(
        slf: Slf<'_, '_>,
        identity_provider: &str,
        protocol: &str,
        platform: &Bound<'_, FakePlatform>,
        audience: &str,
    ) -> PyResult<()> {
        let trust = |it: &fake::FakePlatform, keystone: &fake::FakeKeystone| {
            keystone.trust_platform(identity_provider, protocol, it, audience);
        };
        with(slf, |keystone| with_platform(platform, |it| trust(it, keystone)))?
    }

    /// Return whether a token is currently valid.
    fn accepts(slf: Slf<'_, '_>, token: &str) -> PyResult<bool> {
        with(slf, |keystone| keystone.accepts(token))
    }

    /// Revoke a token.
    fn revoke(slf: Slf<'_, '_>, token: &str) -> PyResult<()> {
        with(slf, |keystone| keystone.revoke(token))
    }

    /// Revoke every token.
    fn revoke_all(slf: Slf<'_, '_>) -> PyResult<()> {
        with(slf, fake::FakeKeystone::revoke_all)
    }

    /// Start a server that accepts this one's tokens: a service on another port.
    fn beside(slf: Slf<'_, '_>) -> PyResult<FakeServer> {
        with(slf, |keystone| FakeServer::new(Running::Server(keystone.beside())))
    }

    /// Set the lifetime in seconds of tokens that are issued from now on.
    fn set_token_lifetime(slf: Slf<'_, '_>, seconds: f64) -> PyResult<()> {
        let lifetime = answers::seconds(seconds)?;
        change(slf, |cloud| cloud.token_lifetime(lifetime))
    }

    /// Serve only Identity API v2.0: a stub based on its documentation.
    fn speak_v2(slf: Slf<'_, '_>) -> PyResult<()> {
        change(slf, FakeCloud::speaking_v2)
    }

    /// Add a domain.
    fn add_domain(slf: Slf<'_, '_>, id: &str, name: &str) -> PyResult<()> {
        change(slf, |cloud| cloud.domain(id, name))
    }

    /// Add a project, and return its id.
    ///
    /// Args:
    ///     name: the name.
    ///     id: the id (default: the name followed by `-id`).
    ///     domain_id: the id of the domain that owns it.
    ///     enabled: whether tokens are issued for it.
    #[pyo3(signature = (name, *, id = None, domain_id = "default", enabled = true))]
    fn add_project(slf: Slf<'_, '_>, name: &str, id: Option<&str>, domain_id: &str, enabled: bool) -> PyResult<String> {
        let mut project = FakeProject::new(name).in_domain(domain_id);
        if let Some(id) = id {
            project = project.with_id(id);
        }
        if !enabled {
            project = project.disabled();
        }
        let id = project.id();
        change(slf, |cloud| cloud.project(project))?;
        Ok(id)
    }

    /// Add a user, or replace the one with the same id, and return the id.
    ///
    /// Args:
    ///     name: the name.
    ///     password: the password.
    ///     id: the id (default: the name followed by `-id`).
    ///     domain_id: the id of the domain that owns the user.
    ///     roles: roles, by project: `{"web": "member"}`.
    ///     domain_roles: roles, by the id of the domain.
    ///     system_role: a role on the system. Users with the role `admin` anywhere may see the tokens of others.
    ///     default_project: the project of logins that request none.
    ///     totp: a passcode that is required as a second factor, and stays valid.
    ///     enabled: whether the user may log in.
    ///     password_expired: whether the password has expired.
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (name, password, *, id = None, domain_id = "default", roles = None, domain_roles = None,
                        system_role = None, default_project = None, totp = None, enabled = true,
                        password_expired = false))]
    fn add_user(
        slf: Slf<'_, '_>,
        name: &str,
        password: &str,
        id: Option<&str>,
        domain_id: &str,
        roles: Option<HashMap<String, String>>,
        domain_roles: Option<HashMap<String, String>>,
        system_role: Option<&str>,
        default_project: Option<&str>,
        totp: Option<&str>,
        enabled: bool,
        password_expired: bool,
    ) -> PyResult<String> {
        let mut user = FakeUser::new(name, password).in_domain(domain_id);
        for (project, role) in roles.into_iter().flatten() {
            user = user.with_role(&role, &project);
        }
        for (domain, role) in domain_roles.into_iter().flatten() {
            user = user.with_domain_role(&role, &domain);
        }
        user = id.into_iter().fold(user, FakeUser::with_id);
        user = system_role.into_iter().fold(user, FakeUser::with_system_role);
        user = default_project.into_iter().fold(user, FakeUser::with_default_project);
        user = totp.into_iter().fold(user, FakeUser::with_totp);
        if !enabled {
            user = user.disabled();
        }
        if password_expired {
            user = user.with_expired_password();
        }
        let id = user.id();
        change(slf, |cloud| cloud.user(user))?;
        Ok(id)
    }

    /// Add an application credential of a user for a project, and return its id.
    ///
    /// Raises:
    ///     KeyError: there is no such user.
    fn add_application_credential(
        slf: Slf<'_, '_>,
        user: &str,
        name: &str,
        secret: &str,
        project: &str,
    ) -> PyResult<String> {
        with_user(slf, user, |keystone, user| {
            keystone.change(|cloud| cloud.user(user.with_application_credential(name, secret, project)));
            format!("{name}-id")
        })
    }

    /// Add a trust: the trustee may act in a project of the trustor.
    #[pyo3(signature = (id, trustor, trustee, project, *, impersonation = false))]
    fn add_trust(
        slf: Slf<'_, '_>,
        id: &str,
        trustor: &str,
        trustee: &str,
        project: &str,
        impersonation: bool,
    ) -> PyResult<()> {
        let trust = FakeTrust::new(id, trustor, trustee, project);
        change(slf, |cloud| cloud.trust(if impersonation { trust.with_impersonation() } else { trust }))
    }

    /// Add a service with the same URL for every interface.
    ///
    /// Args:
    ///     service_type: the service's type, such as `compute`.
    ///     url: the URL, or a path of this server; `$(project_id)s` in it is replaced with the project's id.
    ///     name: the service's name (default: its type).
    ///     regions: the regions that it is in.
    #[pyo3(signature = (service_type, url, *, name = None, regions = None))]
    fn add_service(
        slf: Slf<'_, '_>,
        service_type: &str,
        url: &str,
        name: Option<&str>,
        regions: Option<Vec<String>>,
    ) -> PyResult<()> {
        let regions = regions.unwrap_or_else(|| vec!["RegionOne".into()]);
        let name = name.unwrap_or(service_type);
        change(slf, |cloud| cloud.change_catalog(|catalog| catalog.regions(regions).service(service_type, name, url)))
    }

    /// Add an endpoint to a service, which is created if necessary.
    fn add_endpoint(slf: Slf<'_, '_>, service_type: &str, interface: &str, region: &str, url: &str) -> PyResult<()> {
        change(slf, |cloud| cloud.change_catalog(|catalog| catalog.endpoint(service_type, interface, region, url)))
    }

    /// Replace the catalog with one of this size, for benchmarks.
    #[pyo3(signature = (services, *, interfaces = 3, regions = 1))]
    fn set_sized_catalog(slf: Slf<'_, '_>, services: usize, interfaces: usize, regions: usize) -> PyResult<()> {
        change(slf, |cloud| cloud.catalog(CatalogBuilder::sized(services, interfaces, regions)))
    }
}

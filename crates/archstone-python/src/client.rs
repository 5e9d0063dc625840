//! The synchronous face: what is at hand is returned at once, everything else is waited for.

use std::sync::Arc;

use pyo3::{
    prelude::*,
    types::{PyDict, PyString, PyType},
};

use crate::{
    access::AccessInfo,
    bridge::wait,
    catalog::{Catalog, Interfaces, Wanted},
    errors,
    grants::{self, Grants, Named},
    handle::Handle,
    operations, options,
    records::{Project, User},
    request::{self, Said},
    response::Response,
    service::{self, ServiceClient},
    text::Text,
    timing::Timing,
    token_store::TokenStoreStatus,
    versions::{OfferedVersions, VersionInfo},
};

// Signature and documentation for Python; `dev/stubs` writes what follows from the list of auth methods.
#[doc = include_str!("client.txt")]
#[pyclass(frozen, subclass, weakref, module = "archstone")]
pub(crate) struct Client(pub(crate) Arc<Handle>);

impl Client {
    pub(crate) fn inner(&self, py: Python<'_>) -> PyResult<archstone::Client> {
        self.0.client(py)
    }
}

#[pymethods]
impl Client {
    #[new]
    #[pyo3(signature = (**options), text_signature = None)]
    fn new(py: Python<'_>, options: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        Ok(Self(Arc::new(Handle::new(options::client(py, options)?))))
    }

    /// Make a client from the environment: `OS_CLOUD` and `clouds.yaml`, or the other `OS_*`
    /// variables. Options passed here are stronger.
    #[classmethod]
    #[pyo3(signature = (**overrides))]
    fn from_env<'py>(cls: &Bound<'py, PyType>, overrides: Option<Bound<'py, PyDict>>) -> PyResult<Bound<'py, PyAny>> {
        let options = overrides.unwrap_or_else(|| PyDict::new(cls.py()));
        options.set_item("environment", true)?;
        cls.call((), Some(&options))
    }

    /// Make a client from an entry of `clouds.yaml`. Options passed here are stronger.
    #[classmethod]
    #[pyo3(signature = (name, /, **overrides))]
    fn from_cloud<'py>(
        cls: &Bound<'py, PyType>,
        name: Text<'_>,
        overrides: Option<Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let options = overrides.unwrap_or_else(|| PyDict::new(cls.py()));
        options.set_item("cloud", &*name)?;
        cls.call((), Some(&options))
    }

    /// A token that is good for a request sent now; logs in when there is none.
    ///
    /// Raises:
    ///     Error: why there is no token.
    #[getter(token)]
    fn token_property(&self, py: Python<'_>) -> PyResult<Py<PyString>> {
        if let Some(token) = self.0.current_token(py)? {
            return Ok(token);
        }
        let client = self.inner(py)?;
        // From the disk: needs no runtime.
        if let Some(access) = py.detach(|| client.kept_access()) {
            return Ok(PyString::new(py, access.token().expose()).unbind());
        }
        Ok(PyString::new(py, &wait(py, operations::token(client))?).unbind())
    }

    /// Return a token that is good for a request sent now: the same as `token`.
    fn get_token(&self, py: Python<'_>) -> PyResult<Py<PyString>> {
        self.token_property(py)
    }

    /// The value of the `Authorization` header that requests carry in place of a token: with `http_basic`, or None.
    #[getter]
    fn authorization(&self, py: Python<'_>) -> PyResult<Option<Py<PyString>>> {
        let client = self.inner(py)?;
        Ok(client.authorization().map(|it| PyString::new(py, it.expose()).unbind()))
    }

    /// The URL at which every service is: with `admin_token`, `http_basic` and `none`, or None.
    #[getter]
    fn fixed_endpoint(&self, py: Python<'_>) -> PyResult<Option<String>> {
        Ok(self.inner(py)?.fixed_endpoint().map(|url| url.as_str().trim_end_matches('/').to_owned()))
    }

    /// Whether requests carry the token as `Authorization: Bearer …`, too: with `v3oauth2clientcredential`.
    #[getter]
    fn sends_bearer(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(self.inner(py)?.sends_bearer())
    }

    /// Everything that is known of the current token; logs in when there is none.
    ///
    /// Raises:
    ///     Error: why there is no token.
    #[getter]
    fn auth_ref(&self, py: Python<'_>) -> PyResult<AccessInfo> {
        let client = self.inner(py)?;
        match client.current_access().or_else(|| py.detach(|| client.kept_access())) {
            Some(access) => Ok(AccessInfo(access)),
            None => wait(py, operations::access(client)),
        }
    }

    /// Return what is known of this client's token, from memory or from disk, also when it has expired; None when
    /// nothing is.
    ///
    /// Sends nothing and changes nothing: for programs that show what is cached. Stores that hosts share are not asked.
    fn known_access(&self, py: Python<'_>) -> PyResult<Option<AccessInfo>> {
        let client = self.inner(py)?;
        Ok(py.detach(|| client.known_access()).map(AccessInfo))
    }

    /// Make sure of a token, and return what is known of it.
    ///
    /// A token that is kept is used. With a `token_id` given, this is what asks the identity service:
    /// about that token, or with credentials for another in its place.
    ///
    /// Raises:
    ///     AuthenticationError: the identity service does not give one; subclasses say why.
    ///     UnavailableError: the identity service was not reached, or could not answer.
    ///     Error: anything else, such as something at `auth_url` that is no identity service.
    fn authenticate(&self, py: Python<'_>) -> PyResult<AccessInfo> {
        wait(py, operations::authenticate(self.inner(py)?))
    }

    /// Log in now, and replace the token that is kept.
    ///
    /// Raises:
    ///     Error: why there is no token.
    fn renew(&self, py: Python<'_>) -> PyResult<AccessInfo> {
        wait(py, operations::renew(self.inner(py)?))
    }

    /// Return an error that tells more about a login that was refused, or the same one.
    ///
    /// Keystone answers alike whether the credentials are wrong or the project, domain or system is not
    /// for this user. This logs in once more, without a scope, to tell which; it is never done unasked,
    /// since clouds may lock a user after a number of failures.
    fn diagnose<'py>(&self, py: Python<'py>, error: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        match wait(py, operations::diagnose(self.inner(py)?, errors::from_python(&error)?))? {
            Some(diagnosis) => diagnosis.into_pyobject(py),
            None => Ok(error),
        }
    }

    /// Return a token other than `token`, which a service has just refused.
    ///
    /// Any number of callers may bring back the same token: the first replaces it.
    ///
    /// Raises:
    ///     TokenRejectedError: the token was given, so there is nothing to replace it with.
    ///     Error: why there is no token.
    fn replace(&self, py: Python<'_>, token: Text<'_>) -> PyResult<String> {
        wait(py, operations::replace(self.inner(py)?, token.into()))
    }

    /// End another token early, with the rights of this client's own.
    ///
    /// Raises:
    ///     ForbiddenError: this user may not.
    ///     NotFoundError: there is no such token.
    fn revoke(&self, py: Python<'_>, token: Text<'_>) -> PyResult<()> {
        wait(py, operations::revoke(self.inner(py)?, token.into()))
    }

    /// Change the password of the user that this client logs in as, also an expired one.
    ///
    /// Keystone takes the old password in place of a token, and revokes the tokens that were got with it. This client
    /// still has the old password: make another one.
    ///
    /// Raises:
    ///     InvalidRequestError: the client does not log in with a password.
    ///     TokenRejectedError: the old password is wrong.
    fn change_password(&self, py: Python<'_>, new_password: String) -> PyResult<()> {
        wait(py, operations::change_password(self.inner(py)?, new_password.into()))
    }

    /// End the kept token early, at the service and here. Never logs in for it.
    ///
    /// Returns:
    ///     Whether there was one.
    fn log_out(&self, py: Python<'_>) -> PyResult<bool> {
        wait(py, operations::log_out(self.inner(py)?))
    }

    /// Return what the store keeps that the token is kept in between runs: see `token_cache`.
    ///
    /// Returns:
    ///     Where it is, this client's token in it, and what it keeps for others; None where there is no store.
    ///
    /// Raises:
    ///     ConnectionFailedError: the store does not answer.
    fn token_store_status(&self, py: Python<'_>) -> PyResult<Option<TokenStoreStatus>> {
        wait(py, operations::token_store_status(self.inner(py)?))
    }

    /// Remove this client's token from that store. The token stays good: `log_out` ends it.
    ///
    /// Args:
    ///     all: remove those of others, too.
    ///
    /// Returns:
    ///     How many there were.
    ///
    /// Raises:
    ///     ConnectionFailedError: the store does not answer.
    ///     InvalidRequestError: the store cannot tell what it keeps, as memcached.
    #[pyo3(signature = (*, all=false))]
    fn clear_token_store(&self, py: Python<'_>, all: bool) -> PyResult<usize> {
        wait(py, operations::clear_token_store(self.inner(py)?, all))
    }

    /// Return the URL of a service: by default the public one, in the client's region.
    ///
    /// What is configured for the service, such as `compute_endpoint_override` or `compute_region_name`, counts where no
    /// argument says otherwise. An override is used when the service's type is the only argument.
    ///
    /// Args:
    ///     service_type: the service's type or an alias of it: `compute`, `block-storage`.
    ///     endpoint: the old word for `interface`; `private` is `internal`.
    ///     interface: `public`, `internal` or `admin`; several in the order of preference.
    ///     region_name: the region's id.
    ///     service_name: the service's name, such as `nova`.
    ///     service_id: the service's id.
    ///     endpoint_id: the endpoint's id.
    ///
    /// Raises:
    ///     EndpointNotFoundError: nothing fits; the message says what there is instead.
    ///     Error: why there is no token.
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (service_type=None, *, endpoint=None, interface=None, region_name=None, service_name=None,
                        service_id=None, endpoint_id=None))]
    fn url_for<'py>(
        &self,
        py: Python<'py>,
        service_type: Option<Text<'_>>,
        endpoint: Option<Interfaces>,
        interface: Option<Interfaces>,
        region_name: Option<Text<'_>>,
        service_name: Option<Text<'_>>,
        service_id: Option<Text<'_>>,
        endpoint_id: Option<Text<'_>>,
    ) -> PyResult<Bound<'py, PyString>> {
        let wanted = Wanted { service_type, endpoint, interface, region_name, service_name, service_id, endpoint_id };
        let wanted = wanted.checked()?;
        match self.0.current_url_for(py, wanted.filter())? {
            Some(url) => Ok(url),
            None => Ok(PyString::new(py, &wait(py, operations::url_for(self.inner(py)?, wanted.owned()))?)),
        }
    }

    /// Make a client that is bound to one service.
    ///
    /// Args:
    ///     service_type: the service's type or an alias of it: `image`, `block-storage`.
    ///     service_name: the service's name, such as `glance`.
    ///     interface: `public`, `internal` or `admin`; several in the order of preference.
    ///     region_name: the region's id.
    ///     endpoint_override: a URL to use instead of the catalog's; `%(project_id)s` and `%(user_id)s` are
    ///         filled in.
    ///     version: the version of the API: `2` is any 2.x, `latest` the newest.
    ///     min_version, max_version: versions that will do.
    ///     allow_deprecated, allow_experimental, allow_unknown: which versions may be taken.
    ///     skip_discovery: whether the catalog's URL is taken as it is.
    ///     microversion: the microversion that requests ask for.
    ///     min_microversion, max_microversion: the newest of these that the service knows is asked for.
    ///     microversion_service_type: the type that microversions are written for, if it is another one.
    ///     retries: how often a request may be sent again, or `Retries(…)`.
    ///     global_request_id: a request id of one's own, which services write into their logs.
    ///     user_agent: names the client library to the services, as `name/version`.
    ///     rate_limit: at the most so many requests begin in a second.
    ///     concurrency: at the most so many requests wait for their answers at once.
    #[pyo3(signature = (service_type, /, **options))]
    fn service(&self, service_type: Text<'_>, options: Option<&Bound<'_, PyDict>>) -> PyResult<ServiceClient> {
        Ok(ServiceClient(Arc::new(service::of(&self.0, service_type.into(), options)?)))
    }

    /// Send a request to a URL, with the token, and return the answer. See `ServiceClient.request` for the
    /// options; requests that find their URL in the catalog are made by `service`.
    #[pyo3(signature = (method, url, /, *, data = None, stream = false, **options))]
    fn request(
        &self,
        py: Python<'_>,
        method: Text<'_>,
        url: Text<'_>,
        data: Option<&Bound<'_, PyAny>>,
        stream: bool,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Response> {
        let said = Said { data, stream, options };
        service::send(py, request::to_url(&self.inner(py)?, py, &method, &url, &said)?)
    }

    /// Return the versions that a service offers, the newest first; none when it does not say.
    ///
    /// Args:
    ///     service_type: the service's type or an alias of it.
    ///     interface: `public`, `internal` or `admin`.
    ///     region_name: the region's id.
    #[pyo3(signature = (service_type, *, interface = None, region_name = None))]
    fn versions(
        &self,
        py: Python<'_>,
        service_type: Text<'_>,
        interface: Option<Interfaces>,
        region_name: Option<Text<'_>>,
    ) -> PyResult<Vec<VersionInfo>> {
        let wanted = Wanted { service_type: Some(service_type), interface, region_name, ..Wanted::default() };
        wait(py, operations::versions(self.inner(py)?, wanted.owned()))
    }

    /// Return what every endpoint of the catalog offers, or those of one type, interface or region.
    ///
    /// Each list of versions is read once. Where a service does not say, the version that its URL names is
    /// all that is known.
    #[pyo3(signature = (*, service_type = None, interface = None, region_name = None))]
    fn all_versions(
        &self,
        py: Python<'_>,
        service_type: Option<Text<'_>>,
        interface: Option<Interfaces>,
        region_name: Option<Text<'_>>,
    ) -> PyResult<Vec<OfferedVersions>> {
        let wanted = Wanted { service_type, interface, region_name, ..Wanted::default() };
        wait(py, operations::all_versions(self.inner(py)?, wanted.owned()))
    }

    /// Return the catalog as it is now: one request, and a login only where there is no token yet.
    ///
    /// For code that lists the catalog; `url_for` and the like use the catalog that came with the token. Where the
    /// identity service refuses to show it, this is the catalog of the login, and its `refusal` is the error.
    ///
    /// Raises:
    ///     EndpointNotFoundError: the token is unscoped, and has no catalog.
    ///     Error: why there is no token, or no answer.
    fn current_catalog(&self, py: Python<'_>) -> PyResult<Catalog> {
        wait(py, operations::current_catalog(self.inner(py)?))
    }

    /// Return who can do what where, and why: the roles that users have in the end, by assignments to them and to their
    /// groups, by inheritance and by roles that imply others, each with every way that leads there.
    ///
    /// With a user and a place where the user has no such role, `gaps` says why, which takes further requests. A token
    /// that may not list role assignments gets what it says itself, and `unseen` names what is missing.
    ///
    /// Args:
    ///     user: only those of this user. As below, an id or a resource.
    ///     group: only those that come through this group.
    ///     role: only those of this role, given or implied.
    ///     project, domain: only those there.
    ///     system: only those on the system.
    ///
    /// Raises:
    ///     ForbiddenError: the token may not list role assignments, and those of others are asked for.
    ///     Error: why there is no token, or no answer.
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (*, user=None, group=None, role=None, project=None, domain=None, system=false))]
    fn effective_grants(
        &self,
        py: Python<'_>,
        user: Option<Named>,
        group: Option<Named>,
        role: Option<Named>,
        project: Option<Named>,
        domain: Option<Named>,
        system: bool,
    ) -> PyResult<Grants> {
        let filter = grants::filter(user, group, role, project, domain, system)?;
        wait(py, operations::effective_grants(self.inner(py)?, filter))
    }

    /// The URL for managing the identity service: the one that was given, else the catalog's, else
    /// the one that the token came from.
    #[getter]
    fn mgmt_url(&self, py: Python<'_>) -> PyResult<String> {
        wait(py, operations::mgmt_url(self.inner(py)?))
    }

    /// The user that the token is for. Asked once, and kept.
    #[getter]
    fn user(&self, py: Python<'_>) -> PyResult<User> {
        wait(py, operations::user(self.inner(py)?))
    }

    /// The project that the token is for; None for a token of another scope. Asked once, and kept.
    #[getter]
    fn project(&self, py: Python<'_>) -> PyResult<Option<Project>> {
        wait(py, operations::project(self.inner(py)?))
    }

    /// The old word for `project`.
    #[getter]
    fn tenant(&self, py: Python<'_>) -> PyResult<Option<Project>> {
        self.project(py)
    }

    /// The projects that the user could act in. Asked once, and kept.
    #[getter]
    fn tenants(&self, py: Python<'_>) -> PyResult<Vec<Project>> {
        wait(py, operations::projects(self.inner(py)?))
    }

    /// The requests that were made for this client, and how long each took.
    #[getter]
    fn timings(&self, py: Python<'_>) -> PyResult<Vec<Timing>> {
        Ok(self.inner(py)?.timings().into_iter().map(Timing::from).collect())
    }

    /// Close connections. The token is kept; when the client is used again, it opens new ones.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        self.0.renew_connections(py)
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, PyAny>) -> PyResult<()> {
        self.close(py)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let client = self.inner(py)?;
        let config = client.config();
        let cloud = config.name().map(|cloud| format!(" cloud={cloud:?}")).unwrap_or_default();
        // A query may hold anything.
        let auth_url = config.auth_url().and_then(|url| url.as_str().split(['?', '#']).next());
        let auth_url = auth_url.map(|url| format!(" auth_url={url:?}")).unwrap_or_default();
        Ok(format!("<archstone.Client{cloud}{auth_url}>"))
    }
}

//! The synchronous API: results that are available are returned at once, all others block.

use std::{collections::HashMap, sync::Arc};

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

// The signature and documentation for Python; `dev/stubs` writes the parts that follow from the list of auth methods.
#[doc = include_str!("client.txt")]
#[pyclass(frozen, subclass, weakref, module = "archstone")]
pub(crate) struct Client(pub(crate) Arc<Handle>);

impl Client {
    pub(crate) fn inner(&self, py: Python<'_>) -> PyResult<archstone::Client> {
        self.0.client(py)
    }
}

/// The client for `service_user`, from either API.
fn service_user(py: Python<'_>, options: Option<&Bound<'_, PyDict>>) -> PyResult<Option<archstone::Client>> {
    let given = options.map(|it| it.get_item("service_user")).transpose()?.flatten();
    let Some(value) = given.filter(|it| !it.is_none()) else { return Ok(None) };
    let client = value.getattr_opt("_client")?.unwrap_or(value);
    let Ok(client) = client.cast::<Client>() else {
        let message = "`service_user` must be a `Client` or an `AsyncClient`";
        return Err(errors::to_python(py, &archstone::Error::new(archstone::ErrorKind::InvalidConfig, message)));
    };
    client.get().inner(py).map(Some)
}

#[pymethods]
impl Client {
    #[new]
    #[pyo3(signature = (**options), text_signature = None)]
    fn new(py: Python<'_>, options: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let service_user = service_user(py, options)?;
        Ok(Self(Arc::new(Handle::new(options::client(py, options, service_user.as_ref())?))))
    }

    /// Make a client from the environment: `OS_CLOUD` and `clouds.yaml`, or the other `OS_*`
    /// variables. Options passed here take precedence.
    #[classmethod]
    #[pyo3(signature = (**overrides))]
    fn from_env<'py>(cls: &Bound<'py, PyType>, overrides: Option<Bound<'py, PyDict>>) -> PyResult<Bound<'py, PyAny>> {
        let options = overrides.unwrap_or_else(|| PyDict::new(cls.py()));
        options.set_item("environment", true)?;
        cls.call((), Some(&options))
    }

    /// Make a client from an entry of `clouds.yaml`. Options passed here take precedence.
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

    /// A token that is valid for a request sent now; logs in if there is none.
    ///
    /// Raises:
    ///     Error: there is no token, and why.
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

    /// Return a token that is valid for a request sent now: the same as `token`.
    fn get_token(&self, py: Python<'_>) -> PyResult<Py<PyString>> {
        self.token_property(py)
    }

    /// The value of the `Authorization` header that requests carry instead of a token: with `http_basic`, or None.
    #[getter]
    fn authorization(&self, py: Python<'_>) -> PyResult<Option<Py<PyString>>> {
        let client = self.inner(py)?;
        Ok(client.authorization().map(|it| PyString::new(py, it.expose()).unbind()))
    }

    /// The headers with the scope of each request, instead of a token: with `v3tokenlessauth`, or None.
    #[getter]
    fn scope_headers(&self, py: Python<'_>) -> PyResult<Option<HashMap<String, String>>> {
        let client = self.inner(py)?;
        // Decoded as `requests` does.
        let text = |value: &http::HeaderValue| value.as_bytes().iter().copied().map(char::from).collect();
        let headers = client.scope_headers();
        Ok(headers.map(|it| it.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()))
    }

    /// The URL that serves every service: with `admin_token`, `http_basic` and `none`, or None.
    #[getter]
    fn fixed_endpoint(&self, py: Python<'_>) -> PyResult<Option<String>> {
        Ok(self.inner(py)?.fixed_endpoint().map(|url| url.as_str().trim_end_matches('/').to_owned()))
    }

    /// Whether requests also carry the token as `Authorization: Bearer …`: with `v3oauth2clientcredential`.
    #[getter]
    fn sends_bearer(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(self.inner(py)?.sends_bearer())
    }

    /// The current token with all its data; logs in if there is none.
    ///
    /// Raises:
    ///     Error: there is no token, and why.
    #[getter]
    fn auth_ref(&self, py: Python<'_>) -> PyResult<AccessInfo> {
        let client = self.inner(py)?;
        match client.current_access().or_else(|| py.detach(|| client.kept_access())) {
            Some(access) => Ok(AccessInfo(access)),
            None => wait(py, operations::access(client)),
        }
    }

    /// Return this client's token with its data, from memory or from disk, even if it has expired; None if there is
    /// none.
    ///
    /// Sends nothing and changes nothing: for programs that show cached tokens. Stores that hosts share are not
    /// queried.
    fn known_access(&self, py: Python<'_>) -> PyResult<Option<AccessInfo>> {
        let client = self.inner(py)?;
        Ok(py.detach(|| client.known_access()).map(AccessInfo))
    }

    /// Ensure that there is a token, and return it with its data.
    ///
    /// A cached token is used. With a given `token_id`, this sends a request to the identity service: it looks that
    /// token up, or, with credentials, gets another one.
    ///
    /// Raises:
    ///     AuthenticationError: the identity service refuses the login; subclasses say why.
    ///     UnavailableError: the identity service was not reached, or could not respond.
    ///     Error: anything else, such as something at `auth_url` that is not an identity service.
    fn authenticate(&self, py: Python<'_>) -> PyResult<AccessInfo> {
        wait(py, operations::authenticate(self.inner(py)?))
    }

    /// Log in now, and replace the cached token.
    ///
    /// Raises:
    ///     Error: there is no token, and why.
    fn renew(&self, py: Python<'_>) -> PyResult<AccessInfo> {
        wait(py, operations::renew(self.inner(py)?))
    }

    /// Return an error with more details about a refused login, or the same error.
    ///
    /// Keystone's response is the same whether the credentials are wrong or the project, domain or system is not for
    /// this user. This logs in once more, without a scope, to find out which; it is never done implicitly, since clouds
    /// may lock a user after a number of failures.
    fn diagnose<'py>(&self, py: Python<'py>, error: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        match wait(py, operations::diagnose(self.inner(py)?, errors::from_python(&error)?))? {
            Some(diagnosis) => diagnosis.into_pyobject(py),
            None => Ok(error),
        }
    }

    /// Return a token other than `token`, which a service has just rejected.
    ///
    /// Any number of callers may report the same token: the first one replaces it.
    ///
    /// Raises:
    ///     TokenRejectedError: the token was given by the caller, so there is nothing to replace it with.
    ///     Error: there is no token, and why.
    fn replace(&self, py: Python<'_>, token: Text<'_>) -> PyResult<String> {
        wait(py, operations::replace(self.inner(py)?, token.into()))
    }

    /// Revoke another token, with this client's permissions.
    ///
    /// Raises:
    ///     ForbiddenError: this user may not do so.
    ///     NotFoundError: there is no such token.
    fn revoke(&self, py: Python<'_>, token: Text<'_>) -> PyResult<()> {
        wait(py, operations::revoke(self.inner(py)?, token.into()))
    }

    /// Change the password of the user that this client logs in as, even if it has expired.
    ///
    /// Keystone accepts the old password instead of a token, and revokes the tokens that were obtained with it. This
    /// client still has the old password: create a new one.
    ///
    /// Raises:
    ///     InvalidRequestError: the client does not log in with a password.
    ///     TokenRejectedError: the old password is wrong.
    fn change_password(&self, py: Python<'_>, new_password: String) -> PyResult<()> {
        wait(py, operations::change_password(self.inner(py)?, new_password.into()))
    }

    /// Log out: revoke the cached token, and remove it. Never logs in to do so.
    ///
    /// Returns:
    ///     Whether there was one.
    fn log_out(&self, py: Python<'_>) -> PyResult<bool> {
        wait(py, operations::log_out(self.inner(py)?))
    }

    /// Return the content of the store that keeps tokens between runs: see `token_cache`.
    ///
    /// Returns:
    ///     The store's address, this client's token in it, and those of others; None if there is no store.
    ///
    /// Raises:
    ///     ConnectionFailedError: the store does not respond.
    fn token_store_status(&self, py: Python<'_>) -> PyResult<Option<TokenStoreStatus>> {
        wait(py, operations::token_store_status(self.inner(py)?))
    }

    /// Remove this client's token from that store. The token stays valid: `log_out` revokes it.
    ///
    /// Args:
    ///     all: also remove those of others.
    ///
    /// Returns:
    ///     How many there were.
    ///
    /// Raises:
    ///     ConnectionFailedError: the store does not respond.
    ///     InvalidRequestError: the store cannot list its content, as with memcached.
    #[pyo3(signature = (*, all=false))]
    fn clear_token_store(&self, py: Python<'_>, all: bool) -> PyResult<usize> {
        wait(py, operations::clear_token_store(self.inner(py)?, all))
    }

    /// Return the URL of a service: by default the public one, in the client's region.
    ///
    /// The configuration of the service, such as `compute_endpoint_override` or `compute_region_name`, applies where no
    /// argument is given. An override is used if the service's type is the only argument.
    ///
    /// Args:
    ///     service_type: the service's type or an alias of it: `compute`, `block-storage`.
    ///     endpoint: the old name of `interface`; `private` is `internal`.
    ///     interface: `public`, `internal` or `admin`; several in order of preference.
    ///     region_name: the region's id.
    ///     service_name: the service's name, such as `nova`.
    ///     service_id: the service's id.
    ///     endpoint_id: the endpoint's id.
    ///
    /// Raises:
    ///     EndpointNotFoundError: nothing matches; the message lists what exists instead.
    ///     Error: there is no token, and why.
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

    /// Create a client for one service.
    ///
    /// Args:
    ///     service_type: the service's type or an alias of it: `image`, `block-storage`.
    ///     service_name: the service's name, such as `glance`.
    ///     interface: `public`, `internal` or `admin`; several in order of preference.
    ///     region_name: the region's id.
    ///     endpoint_override: a URL to use instead of the catalog's; `%(project_id)s` and `%(user_id)s` are
    ///         filled in.
    ///     version: the version of the API: `2` is any 2.x, `latest` the newest.
    ///     min_version, max_version: the range of versions.
    ///     allow_deprecated, allow_experimental, allow_unknown: which versions are allowed.
    ///     skip_discovery: whether to use the catalog's URL as it is.
    ///     microversion: the microversion of the requests.
    ///     min_microversion, max_microversion: request the newest of these that the service supports.
    ///     microversion_service_type: the service type for microversion headers, if it is a different one.
    ///     retries: the number of retries, or `Retries(…)`.
    ///     global_request_id: a custom request id, which services log.
    ///     user_agent: the client library for the `User-Agent` header, as `name/version`.
    ///     rate_limit: at most this many requests start per second.
    ///     concurrency: at most this many requests are in flight.
    #[pyo3(signature = (service_type, /, **options))]
    fn service(&self, service_type: Text<'_>, options: Option<&Bound<'_, PyDict>>) -> PyResult<ServiceClient> {
        Ok(ServiceClient(Arc::new(service::of(&self.0, service_type.into(), options)?)))
    }

    /// Send a request to a URL, with the token, and return the response. See `ServiceClient.request` for the options;
    /// use `service` for requests whose URL comes from the catalog.
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

    /// Return the versions that a service offers, the newest first; empty if it does not list any.
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

    /// Return the versions that every endpoint of the catalog offers, or those with one type, interface or region.
    ///
    /// Each list of versions is fetched once. If a service does not list its versions, only the version in its URL is
    /// known.
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

    /// Return the current catalog: one request, and a login only if there is no token yet.
    ///
    /// For code that lists the catalog; `url_for` and other lookups use the catalog that came with the token. If the
    /// identity service refuses to show it, this is the catalog of the login, and its `refusal` is the error.
    ///
    /// Raises:
    ///     EndpointNotFoundError: the token is unscoped, and has no catalog.
    ///     Error: there is no token or no response, and why.
    fn current_catalog(&self, py: Python<'_>) -> PyResult<Catalog> {
        wait(py, operations::current_catalog(self.inner(py)?))
    }

    /// Return who can do what, where, and why: the effective roles of users, from assignments to them and to their
    /// groups, by inheritance and by implied roles, each with every chain of grants that leads to it.
    ///
    /// With a user and a place where the user does not have the role, `gaps` says why, which takes additional requests.
    /// If the token may not list role assignments, only its own roles are known, and `unseen` lists what is missing.
    ///
    /// Args:
    ///     user: only those of this user. As below, an id or a resource.
    ///     group: only those through this group.
    ///     role: only this role, granted or implied.
    ///     project, domain: only those there.
    ///     system: only those on the system.
    ///
    /// Raises:
    ///     ForbiddenError: the token may not list role assignments, and those of others are requested.
    ///     Error: there is no token or no response, and why.
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

    /// The URL for managing the identity service: the one that was given, otherwise the catalog's, otherwise the one
    /// where the token was issued.
    #[getter]
    fn mgmt_url(&self, py: Python<'_>) -> PyResult<String> {
        wait(py, operations::mgmt_url(self.inner(py)?))
    }

    /// The user that the token is for. Requested once.
    #[getter]
    fn user(&self, py: Python<'_>) -> PyResult<User> {
        wait(py, operations::user(self.inner(py)?))
    }

    /// The project that the token is for; None for a token with another scope. Requested once.
    #[getter]
    fn project(&self, py: Python<'_>) -> PyResult<Option<Project>> {
        wait(py, operations::project(self.inner(py)?))
    }

    /// The old name of `project`.
    #[getter]
    fn tenant(&self, py: Python<'_>) -> PyResult<Option<Project>> {
        self.project(py)
    }

    /// The projects that the user can act in. Requested once.
    #[getter]
    fn tenants(&self, py: Python<'_>) -> PyResult<Vec<Project>> {
        wait(py, operations::projects(self.inner(py)?))
    }

    /// The requests that this client has sent, and how long each took.
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
        // A query may contain anything.
        let auth_url = config.auth_url().and_then(|url| url.as_str().split(['?', '#']).next());
        let auth_url = auth_url.map(|url| format!(" auth_url={url:?}")).unwrap_or_default();
        Ok(format!("<archstone.Client{cloud}{auth_url}>"))
    }
}

//! Clients for one service, for both APIs.

use std::sync::{Arc, Mutex, PoisonError};

use archstone::{Allow, Interface, Limiter, Result, VersionRange};
use pyo3::{exceptions::PyTypeError, prelude::*, types::PyDict};

use crate::{
    body::Sent,
    bridge::{wait, wait_soon_again, wait_with},
    catalog::Interfaces,
    errors,
    handle::Handle,
    items::Items,
    operations,
    process::ClosesConnections,
    promise::start,
    request::{Described, Said, describe, retries, text, version},
    response::Response,
    text::Text,
    versions::{VersionInfo, VersionedEndpoint},
};

/// Recreates a service client when its client was replaced, as after a fork.
type Make = dyn Fn(&archstone::Client) -> archstone::ServiceClient + Send + Sync;

/// State that both APIs share.
pub(crate) struct Bound {
    handle: Arc<Handle>,
    service_type: String,
    make: Box<Make>,
    made: Mutex<Option<(usize, archstone::ServiceClient)>>,
    _closes: ClosesConnections,
}

impl Bound {
    /// The service client of this process.
    fn service(&self, py: Python<'_>) -> PyResult<archstone::ServiceClient> {
        let (number, client) = self.handle.numbered_client(py)?;
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        match &*made {
            Some((of, service)) if *of == number => Ok(service.clone()),
            _ => {
                let service = (self.make)(&client);
                if let Some((_, old)) = made.replace((number, service.clone())) {
                    // It may belong to the parent process, which keeps its connections.
                    std::mem::forget(old);
                }
                Ok(service)
            }
        }
    }

    fn describe(&self, py: Python<'_>, method: &str, path: &str, said: &Said<'_, '_>) -> PyResult<Described> {
        let method = crate::request::method(method)?;
        let is_idempotent = method.is_idempotent();
        describe(self.service(py)?.request(method, path), is_idempotent, said)
    }
}

/// Sends a request, and waits for the response.
pub(crate) fn send(py: Python<'_>, described: Described) -> PyResult<Response> {
    let Described { request, body, stream, is_repeatable } = described;
    let sending = operations::send(request, stream);
    match body {
        Sent::Whole if is_repeatable => wait_soon_again(py, sending),
        Sent::Whole => wait(py, sending),
        Sent::Pieces(source) => wait_with(py, sending, &source),
    }
}

/// A client for one service.
///
/// >>> images = client.service("image")
/// >>> images.get("/v2/images", params={"limit": 10}).json()
///
/// Created by `Client.service`. The endpoint is looked up with the first request, in the catalog or by querying the
/// service; requests carry the token, which is replaced if it is rejected. It can be shared between threads.
#[pyclass(frozen, module = "archstone")]
pub(crate) struct ServiceClient(pub(crate) Arc<Bound>);

/// The library's service client for the arguments of `service()`.
pub(crate) fn of(
    handle: &Arc<Handle>,
    service_type: String,
    options: Option<&pyo3::Bound<'_, PyDict>>,
) -> PyResult<Bound> {
    let mut steps: Vec<Box<dyn Fn(archstone::ServiceClient) -> archstone::ServiceClient + Send + Sync>> = Vec::new();
    let mut allow = Allow::default();
    let (mut exact, mut min, mut max, mut least, mut greatest) = (None, None, None, None, None);
    let mut limiter: Option<Limiter> = None;
    for (name, value) in options.into_iter().flatten() {
        if value.is_none() {
            continue;
        }
        let name: String = name.extract()?;
        match name.as_str() {
            "service_name" => add(&mut steps, text(&value)?, archstone::ServiceClient::service_name),
            "region_name" => add(&mut steps, text(&value)?, archstone::ServiceClient::region),
            "interface" => {
                let names = match value.extract::<Interfaces>()? {
                    Interfaces::One(name) => vec![name],
                    Interfaces::Several(names) => names,
                };
                let interfaces: Vec<_> = names.iter().map(|it| Interface::from(it.as_str())).collect();
                add(&mut steps, interfaces, archstone::ServiceClient::interfaces);
            }
            "endpoint_override" => add(&mut steps, text(&value)?, archstone::ServiceClient::endpoint_override),
            "version" => exact = Some(version(&value)?),
            "min_version" => min = Some(version(&value)?),
            "max_version" => max = Some(version(&value)?),
            "allow_deprecated" => allow.deprecated = value.is_truthy()?,
            "allow_experimental" => allow.experimental = value.is_truthy()?,
            "allow_unknown" => allow.unknown = value.is_truthy()?,
            "skip_discovery" if value.is_truthy()? => steps.push(Box::new(archstone::ServiceClient::skip_discovery)),
            "skip_discovery" => {}
            "microversion" => add(&mut steps, version(&value)?, archstone::ServiceClient::microversion),
            "min_microversion" => least = Some(version(&value)?),
            "max_microversion" => greatest = Some(version(&value)?),
            "microversion_service_type" => {
                add(&mut steps, text(&value)?, archstone::ServiceClient::microversion_service_type);
            }
            "retries" => add(&mut steps, retries(&value)?, archstone::ServiceClient::retries),
            "global_request_id" => add(&mut steps, text(&value)?, archstone::ServiceClient::global_request_id),
            "user_agent" => add(&mut steps, text(&value)?, archstone::ServiceClient::user_agent),
            "rate_limit" => limiter = Some(limiter.unwrap_or_default().per_second(value.extract()?)),
            "concurrency" => limiter = Some(limiter.unwrap_or_default().at_once(value.extract()?)),
            _ => return Err(PyTypeError::new_err(format!("service() has no option `{name}`"))),
        }
    }
    let py_error = |error: archstone::Error| Python::attach(|py| errors::to_python(py, &error));
    if exact.is_some() && (min.is_some() || max.is_some()) {
        return Err(PyTypeError::new_err("give either `version`, or `min_version` and `max_version`"));
    }
    if let Some(range) = match exact {
        Some(version) => Some(VersionRange::of(version)),
        None if min.is_some() || max.is_some() => Some(VersionRange::between(min, max).map_err(py_error)?),
        None => None,
    } {
        add(&mut steps, range, archstone::ServiceClient::versions);
    }
    if least.is_some() || greatest.is_some() {
        let range = VersionRange::between(least, greatest).map_err(py_error)?;
        add(&mut steps, range, archstone::ServiceClient::newest_microversion_of);
    }
    if let Some(limiter) = limiter {
        steps.push(Box::new(move |service| service.limiter(&limiter)));
    }
    add(&mut steps, allow, archstone::ServiceClient::allow);
    let named = service_type.clone();
    let make = move |client: &archstone::Client| {
        steps.iter().fold(client.service(named.clone()), |service, step| step(service))
    };
    Ok(Bound {
        handle: Arc::clone(handle),
        service_type,
        make: Box::new(make),
        made: Mutex::default(),
        _closes: ClosesConnections,
    })
}

fn add<T: Clone + Send + Sync + 'static>(
    steps: &mut Vec<Box<dyn Fn(archstone::ServiceClient) -> archstone::ServiceClient + Send + Sync>>,
    value: T,
    step: fn(archstone::ServiceClient, T) -> archstone::ServiceClient,
) {
    steps.push(Box::new(move |service| step(service, value.clone())));
}

/// The HTTP methods, which all work alike: `get`, `head`, …
macro_rules! verbs {
    ($( $name:ident $method:literal; )+) => {
        #[pymethods]
        impl ServiceClient {
            /// The service type.
            #[getter]
            fn service_type(&self) -> &str {
                &self.0.service_type
            }

            /// Send a request to a path below the service's endpoint, and return the response.
            ///
            /// Args:
            ///     method: the HTTP method.
            ///     path: the path, or a full URL of the same origin, such as a link in a response.
            ///     params: the query: a mapping, or pairs. A list repeats a parameter, None omits it.
            ///     headers: additional headers.
            ///     json: a body to send as JSON.
            ///     data: a body: bytes, text, a file, or an iterable of bytes. Seekable files are sent
            ///         again if necessary.
            ///     timeout: the timeout in seconds of connecting, and of waiting for data; a pair sets each.
            ///     total_timeout: the time limit in seconds of one attempt.
            ///     stream: whether to read the response's body on demand instead of at once.
            ///     microversion: the microversion to request; None for none.
            ///     retries: the number of retries, or `Retries(…)`.
            ///     redirects: the maximum number of redirects to follow; the next one is returned as the response.
            ///     follow_with_body: whether to send the body along with a redirect to another origin, as for uploads
            ///         that a service forwards to a store; by default it is an error.
            ///     max_body_size: the maximum size of the response's body in bytes (default: no limit).
            ///     authenticated: False sends no token.
            ///     reauthenticate: False returns the 401 of a rejected token.
            ///     raise_exc: False returns responses of 400 and above instead of raising them.
            ///     global_request_id: a custom request id, which services log.
            ///     user_agent: the whole `User-Agent` header.
            ///     original_ip: the address of the caller for whom this request is made.
            ///
            /// Raises:
            ///     Error: the response is 400 or above (its `response` is attached), or there is no response or token.
            #[pyo3(signature = (method, path, /, *, data = None, stream = false, **options))]
            fn request(
                &self,
                py: Python<'_>,
                method: Text<'_>,
                path: Text<'_>,
                data: Option<&pyo3::Bound<'_, PyAny>>,
                stream: bool,
                options: Option<&pyo3::Bound<'_, PyDict>>,
            ) -> PyResult<Response> {
                send(py, self.0.describe(py, &method, &path, &Said { data, stream, options })?)
            }

            $(
                #[doc = concat!("Send a ", $method, " request: see `request`.")]
                #[pyo3(signature = (path, /, *, data = None, stream = false, **options))]
                fn $name(
                    &self,
                    py: Python<'_>,
                    path: Text<'_>,
                    data: Option<&pyo3::Bound<'_, PyAny>>,
                    stream: bool,
                    options: Option<&pyo3::Bound<'_, PyDict>>,
                ) -> PyResult<Response> {
                    send(py, self.0.describe(py, $method, &path, &Said { data, stream, options })?)
                }
            )+

            /// Iterate over a list of the service, page by page.
            ///
            /// Follows the links to the next page in each form that services use; if there are none and `limit` sets
            /// the page size, requests the items after the last one.
            ///
            /// Args:
            ///     path: the path of the list.
            ///     member: the key of the list in the response, such as `images`.
            ///     params: the query.
            ///     limit: the page size.
            #[pyo3(signature = (path, member, /, *, params = None, limit = None))]
            fn list(
                &self,
                py: Python<'_>,
                path: Text<'_>,
                member: Text<'_>,
                params: Option<&pyo3::Bound<'_, PyAny>>,
                limit: Option<usize>,
            ) -> PyResult<Items> {
                Items::new(&self.0.service(py)?, &path, &member, params, limit)
            }

            /// Return the URL of the service, in the requested version.
            ///
            /// Raises:
            ///     EndpointNotFoundError: there is no such endpoint or version; the message lists what exists.
            fn endpoint(&self, py: Python<'_>) -> PyResult<VersionedEndpoint> {
                wait(py, endpoint(self.0.service(py)?))
            }

            /// Return the service's description of the version in use; None if there is none.
            fn version_info(&self, py: Python<'_>) -> PyResult<Option<VersionInfo>> {
                wait(py, version_info(self.0.service(py)?))
            }

            fn __repr__(&self) -> String {
                format!("<archstone.ServiceClient {:?}>", self.0.service_type)
            }
        }
    };
}

verbs! {
    get "GET";
    head "HEAD";
    post "POST";
    put "PUT";
    patch "PATCH";
    delete "DELETE";
}

async fn endpoint(service: archstone::ServiceClient) -> Result<VersionedEndpoint> {
    Ok(service.endpoint().await?.into())
}

async fn version_info(service: archstone::ServiceClient) -> Result<Option<VersionInfo>> {
    Ok(service.version_info().await?.map(Into::into))
}

/// The object behind an AsyncServiceClient.
#[pyclass(frozen, module = "archstone._archstone")]
pub(crate) struct AsyncServiceCore(Arc<Bound>);

#[pymethods]
impl AsyncServiceCore {
    #[new]
    fn new(service: &pyo3::Bound<'_, ServiceClient>) -> Self {
        Self(Arc::clone(&service.get().0))
    }

    #[pyo3(signature = (method, path, data, stream, options, /))]
    fn request<'py>(
        &self,
        py: Python<'py>,
        method: Text<'_>,
        path: Text<'_>,
        data: Option<&pyo3::Bound<'py, PyAny>>,
        stream: bool,
        options: Option<&pyo3::Bound<'py, PyDict>>,
    ) -> PyResult<pyo3::Bound<'py, PyAny>> {
        let described = self.0.describe(py, &method, &path, &Said { data, stream, options })?;
        let Described { request, stream, .. } = described;
        start(py, operations::send(request, stream))
    }

    fn endpoint<'py>(&self, py: Python<'py>) -> PyResult<pyo3::Bound<'py, PyAny>> {
        start(py, endpoint(self.0.service(py)?))
    }

    fn version_info<'py>(&self, py: Python<'py>) -> PyResult<pyo3::Bound<'py, PyAny>> {
        start(py, version_info(self.0.service(py)?))
    }

    #[pyo3(signature = (path, member, params = None, limit = None, /))]
    fn list(
        &self,
        py: Python<'_>,
        path: Text<'_>,
        member: Text<'_>,
        params: Option<&pyo3::Bound<'_, PyAny>>,
        limit: Option<usize>,
    ) -> PyResult<Items> {
        Items::new(&self.0.service(py)?, &path, &member, params, limit)
    }
}

//! The catalog as Python objects, and the arguments for finding endpoints.

use std::sync::Arc;

use archstone::{Access, CurrentCatalog, EndpointFilter, Error, Interface};
use pyo3::{Borrowed, exceptions::PyTypeError, prelude::*, types::PyString};

use crate::{errors, text::Text};

/// The `interface` argument: one or several.
pub(crate) enum Interfaces {
    One(String),
    Several(Vec<String>),
}

impl<'py> FromPyObject<'_, 'py> for Interfaces {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if given.is_instance_of::<PyString>() {
            return given.extract::<Text<'_>>().map(|one| Self::One(one.into()));
        }
        let names = given.try_iter()?.map(|name| name?.extract::<Text<'_>>().map(String::from));
        names.collect::<PyResult<_>>().map(Self::Several)
    }
}

/// The arguments for finding an endpoint; borrowed for an immediate result, owned for a future.
#[derive(Default)]
pub(crate) struct Wanted<S> {
    pub(crate) service_type: Option<S>,
    /// The old name of `interface`.
    pub(crate) endpoint: Option<Interfaces>,
    pub(crate) interface: Option<Interfaces>,
    pub(crate) region_name: Option<S>,
    pub(crate) service_name: Option<S>,
    pub(crate) service_id: Option<S>,
    pub(crate) endpoint_id: Option<S>,
}

impl<S: AsRef<str>> Wanted<S> {
    /// Rejects empty values and duplicates.
    pub(crate) fn checked(self) -> PyResult<Self> {
        if self.endpoint.is_some() && self.interface.is_some() {
            return Err(PyTypeError::new_err("`endpoint` is the old name of `interface`: give one of them"));
        }
        let named = [&self.service_type, &self.service_name, &self.service_id, &self.endpoint_id];
        if named.iter().all(|it| it.is_none()) {
            return Err(PyTypeError::new_err("say which service, as in `url_for(\"compute\")`"));
        }
        Ok(self)
    }

    pub(crate) fn owned(self) -> Wanted<String> {
        let own = |it: Option<S>| it.map(|it| it.as_ref().to_owned());
        Wanted {
            service_type: own(self.service_type),
            endpoint: self.endpoint,
            interface: self.interface,
            region_name: own(self.region_name),
            service_name: own(self.service_name),
            service_id: own(self.service_id),
            endpoint_id: own(self.endpoint_id),
        }
    }

    pub(crate) fn filter(&self) -> EndpointFilter<'_> {
        let mut filter = EndpointFilter::default();
        if let Some(service_type) = &self.service_type {
            filter = filter.service_type(service_type.as_ref());
        }
        if let Some(region) = &self.region_name {
            filter = filter.region(region.as_ref());
        }
        if let Some(name) = &self.service_name {
            filter = filter.service_name(name.as_ref());
        }
        if let Some(id) = &self.service_id {
            filter = filter.service_id(id.as_ref());
        }
        if let Some(id) = &self.endpoint_id {
            filter = filter.endpoint_id(id.as_ref());
        }
        match self.interface.as_ref().or(self.endpoint.as_ref()) {
            None => filter,
            Some(Interfaces::One(name)) => filter.interface(Interface::from(name.as_str())),
            Some(Interfaces::Several(names)) => {
                filter.interfaces(names.iter().map(|name| Interface::from(name.as_str())))
            }
        }
    }
}

/// One URL of a service, for an interface in a region.
#[pyclass(frozen, get_all, eq, hash, module = "archstone")]
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Endpoint {
    /// The endpoint's id.
    id: Option<String>,
    /// The interface: `public`, `internal` or `admin`.
    interface: String,
    /// The region's id.
    region: Option<String>,
    /// The URL, as the catalog spells it.
    url: String,
    /// The type of its service, such as `compute`.
    service_type: String,
    /// The name of its service, such as `nova`.
    service_name: Option<String>,
    /// The id of its service.
    service_id: Option<String>,
}

impl Endpoint {
    fn new(service: &archstone::Service, endpoint: &archstone::Endpoint) -> Self {
        Self {
            id: endpoint.id().map(Into::into),
            interface: endpoint.interface().to_string(),
            region: endpoint.region().map(Into::into),
            url: endpoint.url().to_string(),
            service_type: service.service_type().into(),
            service_name: service.name().map(Into::into),
            service_id: service.id().map(Into::into),
        }
    }
}

#[pymethods]
impl Endpoint {
    fn __repr__(&self) -> String {
        let region = self.region.as_deref().unwrap_or("");
        format!("<archstone.Endpoint {} {} {region} {}>", self.service_type, self.interface, self.url)
    }
}

/// A service of the catalog, with its endpoints.
#[pyclass(frozen, get_all, eq, hash, module = "archstone")]
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Service {
    /// The service's id.
    id: Option<String>,
    /// The service's name, such as `nova`.
    name: Option<String>,
    /// The service's type, such as `compute`.
    r#type: String,
    /// The endpoints, in the catalog's order.
    endpoints: Vec<Endpoint>,
}

#[pymethods]
impl Service {
    fn __repr__(&self) -> String {
        format!("<archstone.Service {} with {} endpoints>", self.r#type, self.endpoints.len())
    }
}

/// The services and endpoints that came with a token.
///
/// Iterate over it for its services.
#[pyclass(frozen, module = "archstone")]
pub(crate) struct Catalog {
    access: Arc<Access>,
    refusal: Option<Error>,
}

impl From<CurrentCatalog> for Catalog {
    fn from(current: CurrentCatalog) -> Self {
        Self { access: Arc::clone(current.access()), refusal: current.refusal().cloned() }
    }
}

impl Catalog {
    /// The catalog of a token, if it has one.
    pub(crate) fn of(access: &Arc<Access>) -> Option<Self> {
        access.catalog().map(|_| Self { access: Arc::clone(access), refusal: None })
    }

    fn catalog(&self) -> PyResult<&archstone::Catalog> {
        // `of` has checked that there is one.
        self.access.catalog().ok_or_else(|| PyTypeError::new_err("an access without a catalog"))
    }
}

#[pymethods]
impl Catalog {
    /// The services, in the identity service's order.
    #[getter]
    fn services(&self) -> PyResult<Vec<Service>> {
        let services = self.catalog()?.services().iter().map(|service| Service {
            id: service.id().map(Into::into),
            name: service.name().map(Into::into),
            r#type: service.service_type().into(),
            endpoints: service.endpoints().iter().map(|endpoint| Endpoint::new(service, endpoint)).collect(),
        });
        Ok(services.collect())
    }

    /// Why `Client.current_catalog` had to return the catalog of the login: the error of the request; None otherwise.
    #[getter]
    fn refusal(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        self.refusal.as_ref().map(|error| errors::to_python(py, error).into_value(py).into_any())
    }

    /// Return the URL of the first endpoint that matches: the public one by default.
    ///
    /// Args:
    ///     service_type: the service's type or an alias of it: `compute`, `block-storage`.
    ///     endpoint: the old name of `interface`.
    ///     interface: `public`, `internal` or `admin`; several in order of preference.
    ///     region_name: the region's id.
    ///     service_name: the service's name, such as `nova`.
    ///     service_id: the service's id.
    ///     endpoint_id: the endpoint's id.
    ///
    /// Raises:
    ///     EndpointNotFoundError: nothing matches; the message lists what exists instead.
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (service_type=None, *, endpoint=None, interface=None, region_name=None, service_name=None,
                        service_id=None, endpoint_id=None))]
    fn url_for(
        &self,
        py: Python<'_>,
        service_type: Option<Text<'_>>,
        endpoint: Option<Interfaces>,
        interface: Option<Interfaces>,
        region_name: Option<Text<'_>>,
        service_name: Option<Text<'_>>,
        service_id: Option<Text<'_>>,
        endpoint_id: Option<Text<'_>>,
    ) -> PyResult<String> {
        let wanted = Wanted { service_type, endpoint, interface, region_name, service_name, service_id, endpoint_id };
        match self.catalog()?.url_for(wanted.checked()?.filter()) {
            Ok(url) => Ok(url.to_string()),
            Err(error) => Err(errors::to_python(py, &error)),
        }
    }

    /// Return all endpoints that match: with every interface by default.
    ///
    /// The arguments are those of `url_for`. If nothing matches, the list is empty.
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (service_type=None, *, endpoint=None, interface=None, region_name=None, service_name=None,
                        service_id=None, endpoint_id=None))]
    fn endpoints(
        &self,
        service_type: Option<Text<'_>>,
        endpoint: Option<Interfaces>,
        interface: Option<Interfaces>,
        region_name: Option<Text<'_>>,
        service_name: Option<Text<'_>>,
        service_id: Option<Text<'_>>,
        endpoint_id: Option<Text<'_>>,
    ) -> PyResult<Vec<Endpoint>> {
        let wanted = Wanted { service_type, endpoint, interface, region_name, service_name, service_id, endpoint_id };
        let found = self.catalog()?.endpoints(wanted.filter());
        Ok(found.into_iter().map(|(service, endpoint)| Endpoint::new(service, endpoint)).collect())
    }

    fn __len__(&self) -> PyResult<usize> {
        Ok(self.catalog()?.services().len())
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(self.services()?.into_pyobject(py)?.try_iter()?.into_any())
    }

    fn __repr__(&self) -> PyResult<String> {
        Ok(format!("<archstone.Catalog of {} services>", self.catalog()?.services().len()))
    }
}

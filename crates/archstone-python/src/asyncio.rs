//! The asyncio API, below its `async def`s: results that are available are returned directly, all others as a future of
//! the running loop.

use std::sync::Arc;

use pyo3::{IntoPyObjectExt, prelude::*, types::PyDict};

use crate::{
    access::AccessInfo,
    catalog::{Interfaces, Wanted},
    client::Client,
    errors,
    grants::{self, Named},
    handle::Handle,
    operations,
    promise::start,
    request::{self, Described, Said},
    text::Text,
};

/// The object behind an AsyncClient.
#[pyclass(frozen, module = "archstone._archstone")]
pub(crate) struct AsyncCore(Arc<Handle>);

/// Defines the operations that always return a future, before all other methods.
macro_rules! async_core {
    ({ $( $name:ident($($argument:ident: $kind:ty),*); )+ } $($methods:tt)*) => {
        #[pymethods]
        impl AsyncCore {
            $(
                fn $name<'py>(&self, py: Python<'py>, $($argument: $kind),*) -> PyResult<Bound<'py, PyAny>> {
                    start(py, operations::$name(self.0.client(py)?, $($argument.into()),*))
                }
            )+
            $($methods)*
        }
    };
}

async_core! {
    {
        authenticate();
        renew();
        replace(token: Text<'_>);
        revoke(token: Text<'_>);
        log_out();
        change_password(new_password: String);
        current_catalog();
        known_access();
        token_store_status();
        clear_token_store(all: bool);
        mgmt_url();
        user();
        project();
        projects();
    }

    #[new]
    fn new(client: &Bound<'_, Client>) -> Self {
        Self(Arc::clone(&client.get().0))
    }

    #[pyo3(signature = (method, url, data, stream, options, /))]
    fn request<'py>(
        &self,
        py: Python<'py>,
        method: Text<'_>,
        url: Text<'_>,
        data: Option<&Bound<'py, PyAny>>,
        stream: bool,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let said = Said { data, stream, options };
        let Described { request, stream, .. } = request::to_url(&self.0.client(py)?, py, &method, &url, &said)?;
        start(py, operations::send(request, stream))
    }

    #[pyo3(signature = (service_type, interface, region_name, /))]
    fn versions<'py>(
        &self,
        py: Python<'py>,
        service_type: Text<'py>,
        interface: Option<Interfaces>,
        region_name: Option<Text<'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let wanted = Wanted { service_type: Some(service_type), interface, region_name, ..Wanted::default() };
        start(py, operations::versions(self.0.client(py)?, wanted.owned()))
    }

    #[pyo3(signature = (service_type, interface, region_name, /))]
    fn all_versions<'py>(
        &self,
        py: Python<'py>,
        service_type: Option<Text<'py>>,
        interface: Option<Interfaces>,
        region_name: Option<Text<'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let wanted = Wanted { service_type, interface, region_name, ..Wanted::default() };
        start(py, operations::all_versions(self.0.client(py)?, wanted.owned()))
    }

    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (user, group, role, project, domain, system, /))]
    fn effective_grants<'py>(
        &self,
        py: Python<'py>,
        user: Option<Named>,
        group: Option<Named>,
        role: Option<Named>,
        project: Option<Named>,
        domain: Option<Named>,
        system: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let filter = grants::filter(user, group, role, project, domain, system)?;
        start(py, operations::effective_grants(self.0.client(py)?, filter))
    }

    fn diagnose<'py>(&self, py: Python<'py>, error: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        start(py, operations::diagnose(self.0.client(py)?, errors::from_python(error)?))
    }

    fn token<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self.0.current_token(py)? {
            Some(token) => token.into_bound_py_any(py),
            None => start(py, operations::token(self.0.client(py)?)),
        }
    }

    fn access<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let client = self.0.client(py)?;
        match client.current_access() {
            Some(access) => AccessInfo(access).into_bound_py_any(py),
            None => start(py, operations::access(client)),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (service_type=None, endpoint=None, interface=None, region_name=None, service_name=None,
                        service_id=None, endpoint_id=None, /))]
    fn url_for<'py>(
        &self,
        py: Python<'py>,
        service_type: Option<Text<'py>>,
        endpoint: Option<Interfaces>,
        interface: Option<Interfaces>,
        region_name: Option<Text<'py>>,
        service_name: Option<Text<'py>>,
        service_id: Option<Text<'py>>,
        endpoint_id: Option<Text<'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let wanted = Wanted { service_type, endpoint, interface, region_name, service_name, service_id, endpoint_id };
        let wanted = wanted.checked()?;
        match self.0.current_url_for(py, wanted.filter())? {
            Some(url) => Ok(url.into_any()),
            None => start(py, operations::url_for(self.0.client(py)?, wanted.owned())),
        }
    }
}

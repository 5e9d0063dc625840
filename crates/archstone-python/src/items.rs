//! Lists of services, for both APIs.

use std::sync::{Arc, Mutex, PoisonError};

use archstone::{Pages, Result};
use pyo3::{prelude::*, types::PyList};
use serde_json::Value;

use crate::{bridge::wait, convert, process::ClosesConnections, promise::start, request::pairs};

/// A list of a service, item by item; one page is held at a time.
#[pyclass(frozen, module = "archstone._archstone")]
pub(crate) struct Items {
    pages: Arc<tokio::sync::Mutex<Pages<Value>>>,
    /// The rest of the page, in reverse order.
    page: Mutex<Vec<Py<PyAny>>>,
    _closes: ClosesConnections,
}

impl Items {
    pub(crate) fn new(
        service: &archstone::ServiceClient,
        path: &str,
        member: &str,
        params: Option<&Bound<'_, PyAny>>,
        limit: Option<usize>,
    ) -> PyResult<Self> {
        let mut pages = service.list(path, member);
        for (name, value) in params.map(pairs).transpose()?.unwrap_or_default() {
            pages = pages.query(name, value);
        }
        if let Some(limit) = limit {
            pages = pages.limit(limit);
        }
        let pages = Arc::new(tokio::sync::Mutex::new(pages));
        Ok(Self { pages, page: Mutex::default(), _closes: ClosesConnections })
    }
}

/// A page that is being converted for Python.
struct Page(Option<Vec<Value>>);

impl<'py> IntoPyObject<'py> for Page {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        match self.0 {
            Some(items) => convert::to_python(py, &items),
            None => Ok(py.None().into_bound(py)),
        }
    }
}

async fn next_page(pages: Arc<tokio::sync::Mutex<Pages<Value>>>) -> Result<Page> {
    pages.lock().await.next().await.map(Page)
}

#[pymethods]
impl Items {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        let held = || self.page.lock().unwrap_or_else(PoisonError::into_inner).pop();
        loop {
            if let Some(item) = held() {
                return Ok(Some(item));
            }
            let Page(Some(items)) = wait(py, next_page(Arc::clone(&self.pages)))? else { return Ok(None) };
            let list = convert::to_python(py, &items)?.cast_into::<PyList>()?;
            let mut page: Vec<_> = list.iter().map(Bound::unbind).collect();
            page.reverse();
            *self.page.lock().unwrap_or_else(PoisonError::into_inner) = page;
        }
    }

    /// A future of the next page, as a list; of None after the last.
    fn next_page<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        start(py, next_page(Arc::clone(&self.pages)))
    }
}

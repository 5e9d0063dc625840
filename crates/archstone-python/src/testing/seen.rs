//! Requests that a server for tests has received.

use archstone_testing as fake;
use pyo3::{
    prelude::*,
    sync::PyOnceLock,
    types::{PyBytes, PyDict},
};

/// A received request.
///
/// Its `repr` shows neither the body nor authentication headers.
#[pyclass(frozen, module = "archstone.testing")]
pub(crate) struct SeenRequest(pub(super) fake::SeenRequest);

#[pymethods]
impl SeenRequest {
    /// The method, such as `GET`.
    #[getter]
    fn method(&self) -> &str {
        self.0.method()
    }

    /// The path, as it was sent.
    #[getter]
    fn path(&self) -> &str {
        self.0.path()
    }

    /// The query after the path's `?`, or None.
    #[getter]
    fn query(&self) -> Option<&str> {
        self.0.query()
    }

    /// The headers, with names in lower case.
    #[getter]
    fn headers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let headers = PyDict::new(py);
        for (name, value) in self.0.headers() {
            headers.set_item(name.to_ascii_lowercase(), value)?;
        }
        Ok(headers)
    }

    /// The body; empty if it was too long to be kept.
    #[getter]
    fn body<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.body())
    }

    /// The body as text.
    #[getter]
    fn text(&self) -> String {
        self.0.text()
    }

    /// Return the body, parsed as JSON.
    ///
    /// Raises:
    ///     ValueError: the body is not JSON.
    fn json<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        static LOADS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        LOADS.import(py, "json", "loads")?.call1((self.body(py),))
    }

    /// The length of the body, even if it was not kept.
    #[getter]
    fn body_length(&self) -> u64 {
        self.0.body_length()
    }

    /// The CRC-32 of the body, as `zlib.crc32` computes it, even if it was not kept.
    #[getter]
    fn body_checksum(&self) -> u32 {
        self.0.body_checksum()
    }

    fn __repr__(&self) -> String {
        format!("<archstone.testing.{:?}>", self.0)
    }
}

//! The requests that a client has sent.

use std::time::Duration;

use pyo3::prelude::*;

/// A request that was sent, and its duration.
#[pyclass(frozen, get_all, eq, module = "archstone")]
#[derive(Clone, PartialEq)]
pub(crate) struct Timing {
    /// The HTTP method.
    method: String,
    /// The URL, without its query.
    url: String,
    /// The response's status; None if there was no response.
    status: Option<u16>,
    /// The time from sending the request to the end of the response.
    elapsed: Duration,
}

impl From<archstone::Timing> for Timing {
    fn from(timing: archstone::Timing) -> Self {
        let archstone::Timing { method, url, status, elapsed } = timing;
        Self { method, url, status, elapsed }
    }
}

#[pymethods]
impl Timing {
    fn __repr__(&self) -> String {
        let status = self.status.map_or_else(|| "no answer".into(), |status| status.to_string());
        format!("<archstone.Timing {} {} {status} in {:.1?}>", self.method, self.url, self.elapsed)
    }
}

//! The requests that a client has made.

use std::time::Duration;

use pyo3::prelude::*;

/// One request that was made, and how long it took.
#[pyclass(frozen, get_all, eq, module = "archstone")]
#[derive(Clone, PartialEq)]
pub(crate) struct Timing {
    /// The HTTP method.
    method: String,
    /// The URL, without its query.
    url: String,
    /// The answer's status; None when there was no answer.
    status: Option<u16>,
    /// From sending to the end of the answer.
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

//! Diagnosis of a cloud, for Python.

use std::time::Duration;

use archstone::doctor::Doctor;
use pyo3::{exceptions::PyValueError, prelude::*, types::PyDict};

use crate::{bridge, errors, options, provider};

/// One check: see `diagnose`.
#[pyclass(frozen, get_all, module = "archstone.config")]
pub(crate) struct Check {
    /// The step that it belongs to: `configuration`, `dns`, `tls`, `login` and others.
    step: String,
    /// The subject: a file, a host, an endpoint.
    subject: String,
    /// The result: `ok`, `warning`, `failed` or `skipped`.
    verdict: String,
    /// The evidence, without secrets.
    evidence: String,
    /// What to do.
    remedy: Option<String>,
    /// The kind of error that a client would raise, such as `tls_not_trusted`.
    kind: Option<String>,
    /// How long it took, as a timedelta.
    took: Option<Duration>,
}

#[pymethods]
impl Check {
    fn __repr__(&self) -> String {
        format!("Check(step='{}', verdict='{}', evidence='{}')", self.step, self.verdict, self.evidence)
    }
}

/// Diagnose a cloud step by step, and return the checks.
///
/// Logs in once, with a token that is not stored, and changes nothing. Once a step has failed, those that depend on it
/// are skipped, and their evidence says so.
///
/// Takes the arguments of `Client`, and:
///
/// Args:
///     offline: only do checks that need no network.
///     endpoint_timeout: the timeout in seconds for each endpoint of the catalog.
#[pyfunction]
#[pyo3(signature = (*, offline=false, endpoint_timeout=5.0, **options))]
pub(crate) fn diagnose(
    py: Python<'_>,
    offline: bool,
    endpoint_timeout: f64,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<Vec<Check>> {
    let limit = Duration::try_from_secs_f64(endpoint_timeout).ok().filter(|limit| !limit.is_zero());
    let limit = limit.ok_or_else(|| PyValueError::new_err("endpoint_timeout must be a number above zero"))?;
    provider::look_for_installed(py)?;
    let mut doctor = Doctor::new(options::builder(py, options)?).endpoint_timeout(limit);
    if offline {
        doctor = doctor.offline();
    }
    let diagnosis = bridge::wait(py, async move { Ok(doctor.run().await) })?;
    let checks = diagnosis.checks.into_iter().map(|check| Check {
        step: check.step.name().to_owned(),
        subject: check.subject,
        verdict: check.verdict.name().to_owned(),
        evidence: check.evidence,
        remedy: check.remedy.map(|remedy| remedy.worded(errors::in_python)),
        kind: check.kind.map(|kind| kind.name().to_owned()),
        took: check.took,
    });
    Ok(checks.collect())
}

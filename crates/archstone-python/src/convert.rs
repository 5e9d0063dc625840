//! Conversions between Python's values and the library's.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use pyo3::{
    exceptions::PyValueError,
    prelude::*,
    sync::PyOnceLock,
    types::{PyDateTime, PyDelta, PyTzInfo},
};
use serde::Serialize;
use serde_json::value::RawValue;

/// An aware datetime, in UTC.
pub(crate) fn datetime(py: Python<'_>, at: Timestamp) -> PyResult<Bound<'_, PyDateTime>> {
    let utc = PyTzInfo::utc(py)?;
    let epoch = PyDateTime::new(py, 1970, 1, 1, 0, 0, 0, 0, Some(&utc.to_owned()))?;
    Ok(epoch.add(timedelta(py, at.as_duration())?)?.cast_into()?)
}

/// A timedelta, to the microsecond.
pub(crate) fn timedelta(py: Python<'_>, duration: SignedDuration) -> PyResult<Bound<'_, PyDelta>> {
    const DAY: i64 = 24 * 3600;
    let seconds = duration.as_secs();
    let days = i32::try_from(seconds.div_euclid(DAY))?;
    let rest = i32::try_from(seconds.rem_euclid(DAY))?;
    PyDelta::new(py, days, rest, duration.subsec_micros(), true)
}

/// A time as [`Timestamp`] prints it.
pub(crate) fn instant(text: &str) -> PyResult<Timestamp> {
    text.parse().map_err(|_| PyValueError::new_err("not a time"))
}

/// A number of seconds; negative values become zero.
pub(crate) fn duration(seconds: f64) -> PyResult<Duration> {
    Duration::try_from_secs_f64(seconds.max(0.0)).map_err(|_| PyValueError::new_err("not a number of seconds"))
}

/// Python's dicts and lists, as its `json` module creates them.
pub(crate) fn to_python<'py>(py: Python<'py>, value: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    static LOADS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let text = serde_json::to_string(value).map_err(|error| PyValueError::new_err(error.to_string()))?;
    LOADS.import(py, "json", "loads")?.call1((text,))
}

/// JSON text of Python's dicts and lists.
pub(crate) fn to_json(value: &Bound<'_, PyAny>) -> PyResult<String> {
    static DUMPS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    DUMPS.import(value.py(), "json", "dumps")?.call1((value,))?.extract()
}

/// The same, as a part of a larger document.
pub(crate) fn raw_json(value: &Bound<'_, PyAny>) -> PyResult<Box<RawValue>> {
    RawValue::from_string(to_json(value)?).map_err(|error| PyValueError::new_err(error.to_string()))
}

//! Responses and failures of servers for tests.

use std::time::Duration;

use archstone_testing as fake;
use pyo3::{
    exceptions::{PyTypeError, PyValueError},
    prelude::*,
    types::{PyBytes, PyDict},
};

use crate::convert;

/// A response.
///
/// >>> Reply(json={"servers": []})
/// >>> Reply(204)
/// >>> Reply(text="slow", failure=Failure.drip(0.01))
///
/// Args:
///     status: the HTTP status.
///     json: a document to send as JSON.
///     text: plain text to send.
///     body: bytes to send.
///     headers: headers to send.
///     chunked: whether to send the body in chunks, without a length.
///     failure: a failure of the response.
///
/// Raises:
///     TypeError: more than one of json, text and body is given.
#[pyclass(frozen, module = "archstone.testing")]
pub(crate) struct Reply(fake::Reply);

#[pymethods]
impl Reply {
    #[new]
    #[pyo3(signature = (status = 200, *, json = None, text = None, body = None, headers = None, chunked = false,
                        failure = None))]
    fn new(
        status: u16,
        json: Option<&Bound<'_, PyAny>>,
        text: Option<String>,
        body: Option<&Bound<'_, PyBytes>>,
        headers: Option<&Bound<'_, PyDict>>,
        chunked: bool,
        failure: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let mut reply = match (json, text, body) {
            (None, None, None) => fake::Reply::new(status),
            (Some(document), None, None) => fake::Reply::json(status, convert::to_json(document)?),
            (None, Some(text), None) => fake::Reply::text(status, text),
            (None, None, Some(bytes)) => fake::Reply::new(status).body(bytes.as_bytes()),
            _ => return Err(PyTypeError::new_err("give one of `json`, `text` and `body`")),
        };
        for (name, value) in headers.into_iter().flatten() {
            reply = reply.header(name.extract::<String>()?, value.extract::<String>()?);
        }
        if chunked {
            reply = reply.chunked();
        }
        if let Some(failure) = failure {
            reply = reply.with(self::failure(failure)?);
        }
        Ok(Self(reply))
    }

    /// Make a response with a body of this many bytes `x`, which takes no memory.
    #[staticmethod]
    fn filler(size: u64) -> Self {
        Self(fake::Reply::new(200).filler(size))
    }

    /// Make a response of these bytes and nothing else, not even a status line.
    #[staticmethod]
    fn raw(data: &Bound<'_, PyBytes>) -> Self {
        Self(fake::Reply::raw(data.as_bytes()))
    }

    fn __repr__(&self) -> String {
        format!("<archstone.testing.{:?}>", self.0)
    }
}

/// A failure of a response.
///
/// >>> keystone.fail_next(2, Failure.status(503))
/// >>> keystone.on("GET", "/image/*").fail(Failure.RESET_DURING)
#[pyclass(frozen, module = "archstone.testing")]
pub(crate) struct Failure(fake::Failure);

#[pymethods]
impl Failure {
    /// The connection is closed without a response.
    #[classattr]
    #[pyo3(name = "CLOSE")]
    fn close() -> Self {
        Self(fake::Failure::Close)
    }

    /// The connection is reset without a response.
    #[classattr]
    #[pyo3(name = "RESET_BEFORE")]
    fn reset_before() -> Self {
        Self(fake::Failure::ResetBefore)
    }

    /// The connection is reset after half of the response.
    #[classattr]
    #[pyo3(name = "RESET_DURING")]
    fn reset_during() -> Self {
        Self(fake::Failure::ResetDuring)
    }

    /// The connection is reset after the whole response.
    #[classattr]
    #[pyo3(name = "RESET_AFTER")]
    fn reset_after() -> Self {
        Self(fake::Failure::ResetAfter)
    }

    /// No response, and the connection stays open.
    #[classattr]
    #[pyo3(name = "SILENCE")]
    fn silence() -> Self {
        Self(fake::Failure::Silence)
    }

    /// The connection is closed after half of the body that was announced.
    #[classattr]
    #[pyo3(name = "TRUNCATED")]
    fn truncated() -> Self {
        Self(fake::Failure::Truncated)
    }

    /// A chunked body that is closed within its second chunk.
    #[classattr]
    #[pyo3(name = "BROKEN_CHUNKS")]
    fn broken_chunks() -> Self {
        Self(fake::Failure::BrokenChunks)
    }

    /// Bytes that are not HTTP, and the connection is closed.
    #[classattr]
    #[pyo3(name = "GARBAGE")]
    fn garbage() -> Self {
        Self(fake::Failure::Garbage)
    }

    /// A redirect to the requested URL itself.
    #[classattr]
    #[pyo3(name = "REDIRECT_LOOP")]
    fn redirect_loop() -> Self {
        Self(fake::Failure::RedirectLoop)
    }

    /// Delay the response by this many seconds.
    #[staticmethod]
    #[pyo3(signature = (seconds, /))]
    fn delay(seconds: f64) -> PyResult<Self> {
        Ok(Self(fake::Failure::Delay(self::seconds(seconds)?)))
    }

    /// Make the response an error with this status.
    #[staticmethod]
    #[pyo3(signature = (status, /))]
    fn status(status: u16) -> Self {
        Self(fake::Failure::Status(status))
    }

    /// Make the response an error with this status, and `Retry-After` in seconds.
    #[staticmethod]
    #[pyo3(signature = (status, seconds, /))]
    fn retry_after(status: u16, seconds: f64) -> PyResult<Self> {
        Ok(Self(fake::Failure::RetryAfter(status, self::seconds(seconds)?)))
    }

    /// Make the response an error with this status, and `Retry-After` as a date.
    #[staticmethod]
    #[pyo3(signature = (status, seconds, /))]
    fn retry_after_date(status: u16, seconds: f64) -> PyResult<Self> {
        Ok(Self(fake::Failure::RetryAfterDate(status, self::seconds(seconds)?)))
    }

    /// Make the response a redirect to a URL or a path.
    #[staticmethod]
    #[pyo3(signature = (status, to, /))]
    fn redirect(status: u16, to: String) -> Self {
        Self(fake::Failure::Redirect(status, to))
    }

    /// Set `Content-Length` to this, whatever the body is. The connection stays open.
    #[staticmethod]
    #[pyo3(signature = (length, /))]
    fn content_length(length: u64) -> Self {
        Self(fake::Failure::ContentLength(length))
    }

    /// Send the response byte by byte, with a pause of this many seconds after each.
    #[staticmethod]
    #[pyo3(signature = (seconds, /))]
    fn drip(seconds: f64) -> PyResult<Self> {
        Ok(Self(fake::Failure::Drip(self::seconds(seconds)?)))
    }

    /// Send the headers of the response at once, and its body byte by byte, with a pause of this many seconds after
    /// each.
    #[staticmethod]
    #[pyo3(signature = (seconds, /))]
    fn drip_body(seconds: f64) -> PyResult<Self> {
        Ok(Self(fake::Failure::DripBody(self::seconds(seconds)?)))
    }

    fn __repr__(&self) -> String {
        format!("<archstone.testing.Failure {:?}>", self.0)
    }
}

/// A Failure, a Reply that replaces the response, or a status.
pub(super) fn failure(value: &Bound<'_, PyAny>) -> PyResult<fake::Failure> {
    if let Ok(failure) = value.cast::<Failure>() {
        return Ok(failure.get().0.clone());
    }
    if let Ok(reply) = value.cast::<Reply>() {
        return Ok(reply.get().0.clone().into());
    }
    value.extract().map(fake::Failure::Status).map_err(|_| neither(value))
}

/// A Reply, a Failure as the whole response, or a status.
pub(super) fn reply(value: &Bound<'_, PyAny>) -> PyResult<fake::Reply> {
    if let Ok(reply) = value.cast::<Reply>() {
        return Ok(reply.get().0.clone());
    }
    if let Ok(failure) = value.cast::<Failure>() {
        return Ok(failure.get().0.clone().into());
    }
    value.extract().map(fake::Reply::new).map_err(|_| neither(value))
}

fn neither(value: &Bound<'_, PyAny>) -> PyErr {
    let kind = value.get_type().name().map(|it| it.to_string()).unwrap_or_default();
    PyTypeError::new_err(format!("give a Reply, a Failure or a status, and not `{kind}`"))
}

pub(super) fn seconds(seconds: f64) -> PyResult<Duration> {
    Duration::try_from_secs_f64(seconds)
        .map_err(|_| PyValueError::new_err(format!("{seconds} is not a number of seconds")))
}

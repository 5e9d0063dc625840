//! Responses as Python objects, in the style of `requests`.

use std::{sync::Arc, time::Duration};

use archstone::{Error, ErrorKind, ErrorResponse, HeaderName, HeaderValue, SentSecrets, StatusCode};
use bytes::Bytes;
use pyo3::{
    exceptions::{PyKeyError, PyRecursionError, PyValueError},
    prelude::*,
    sync::PyOnceLock,
    types::{PyBytes, PyDict, PyIterator, PyList, PyString, PyTuple},
};

use crate::{
    answer::{Answer, Pieces},
    bridge::wait,
    errors,
    promise::start,
    text::Text,
};

/// Headers of responses that contain a token, a receipt or a session.
const SECRET_HEADERS: [&str; 4] = ["x-subject-token", "x-auth-token", "openstack-auth-receipt", "set-cookie"];

/// A service's response, in the style of `requests`.
///
/// Its body has been read, unless the request was sent with `stream=True`: then it is read on demand, as a whole or in
/// chunks.
#[pyclass(frozen, module = "archstone")]
pub(crate) struct Response(pub(crate) Arc<Answer>);

/// The response of an error.
pub(crate) fn of_error<'py>(py: Python<'py>, response: &ErrorResponse) -> PyResult<Bound<'py, PyAny>> {
    Ok(Bound::new(py, Response(Answer::of_error(response)))?.into_any())
}

impl Response {
    fn body(&self, py: Python<'_>) -> PyResult<Bytes> {
        match self.0.whole() {
            Some(whole) => Ok(whole),
            None => wait(py, Arc::clone(&self.0).finish()),
        }
    }

    /// The exception for an error about this response.
    fn attached_to(&self, py: Python<'_>, error: &Error) -> PyErr {
        let attached = errors::exception(py, error).and_then(|exception| {
            exception.setattr("response", Self(Arc::clone(&self.0)))?;
            Ok(exception)
        });
        attached.map_or_else(|broken| broken, PyErr::from_value)
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.0.head.headers.get(name)?.to_str().ok()
    }
}

#[pymethods]
impl Response {
    /// The HTTP status.
    #[getter]
    fn status_code(&self) -> u16 {
        self.0.head.status.as_u16()
    }

    /// The reason phrase, as the service sent it.
    #[getter]
    fn reason(&self) -> &str {
        match &self.0.reason {
            Some(reason) => reason,
            None => self.0.head.status.canonical_reason().unwrap_or_default(),
        }
    }

    /// The redirects that led here, in order. Their bodies are discarded.
    #[getter]
    fn history(&self) -> Vec<Self> {
        self.0.history.iter().map(|hop| Self(Arc::clone(hop))).collect()
    }

    /// Whether the status is below 400.
    #[getter]
    fn ok(&self) -> bool {
        self.status_code() < 400
    }

    /// The headers; names are case-insensitive.
    #[getter]
    fn headers(&self) -> Headers {
        Headers(Arc::clone(&self.0))
    }

    /// The URL of the response, after redirects.
    #[getter]
    fn url(&self) -> &str {
        self.0.head.url.as_str()
    }

    /// The service's request id, with which operators find the request in its logs; None if there is none.
    #[getter]
    fn request_id(&self) -> Option<&str> {
        self.header("x-openstack-request-id").or_else(|| self.header("x-compute-request-id"))
    }

    /// The time from sending the request to the headers of the response.
    #[getter]
    fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// The encoding of the body's text, as sent by the service (default: UTF-8).
    #[getter]
    fn encoding(&self) -> String {
        let content_type = self.header("content-type").unwrap_or_default().to_ascii_lowercase();
        let charset = content_type.split(';').find_map(|part| part.trim().strip_prefix("charset=").map(str::to_owned));
        charset.map_or_else(|| "utf-8".into(), |charset| charset.trim_matches('"').to_owned())
    }

    /// The whole body.
    ///
    /// Raises:
    ///     UnavailableError: the service closed the connection early.
    #[getter]
    fn content<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.body(py)?))
    }

    /// The whole body as text. Invalid bytes are replaced.
    #[getter]
    fn text<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let body = self.body(py)?;
        let encoding = self.encoding();
        if encoding == "utf-8" {
            return Ok(PyString::new(py, &String::from_utf8_lossy(&body)).into_any());
        }
        let bytes = PyBytes::new(py, &body);
        // An encoding that Python does not know is ignored.
        bytes
            .call_method1("decode", (encoding, "replace"))
            .or_else(|_| Ok(PyString::new(py, &String::from_utf8_lossy(&body)).into_any()))
    }

    /// The body, parsed as JSON. Options are those of Python's `json.loads`.
    ///
    /// Raises:
    ///     InvalidResponseError: it is not JSON.
    #[pyo3(signature = (**options))]
    fn json<'py>(&self, py: Python<'py>, options: Option<&Bound<'py, PyDict>>) -> PyResult<Bound<'py, PyAny>> {
        let body = self.body(py)?;
        let parsed = if options.is_none() { decoded(py, &body) } else { None };
        let parsed = parsed.unwrap_or_else(|| {
            static LOADS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
            LOADS.import(py, "json", "loads")?.call((PyBytes::new(py, &body),), options)
        });
        parsed.map_err(|error| {
            // Python's own error quotes the body.
            let problem = if error.is_instance_of::<PyRecursionError>(py) {
                "is JSON that is nested too deeply"
            } else if error.is_instance_of::<PyValueError>(py) {
                "is not JSON"
            } else {
                return error;
            };
            let url = self.url().split(['?', '#']).next().unwrap_or_default();
            let invalid = Error::new(ErrorKind::InvalidResponse, format!("the answer of `{url}` {problem}"))
                .with_request_id(self.request_id().map(Into::into));
            self.attached_to(py, &invalid)
        })
    }

    /// Raise the status's error if it is 400 or above.
    fn raise_for_status(&self, py: Python<'_>) -> PyResult<()> {
        if self.ok() {
            return Ok(());
        }
        let response = ErrorResponse { body: self.body(py)?, ..self.0.head.clone() };
        Err(errors::to_python(py, &Error::from(response)))
    }

    /// Return an iterator over the body, in chunks of `chunk_size` bytes (the last may be shorter); None returns them
    /// as they arrive.
    #[pyo3(signature = (chunk_size = Some(65536)), text_signature = "($self, chunk_size=65536)")]
    fn iter_content(&self, chunk_size: Option<usize>) -> PyResult<Pieces> {
        if chunk_size == Some(0) {
            return Err(PyValueError::new_err("`chunk_size` must be at least 1, or None"));
        }
        Ok(Pieces { answer: Arc::clone(&self.0), size: chunk_size })
    }

    /// Close the connection, if the body was not read.
    fn close(&self) {
        self.0.close();
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, _exception: &Bound<'_, PyTuple>) {
        self.close();
    }

    fn __bool__(&self) -> bool {
        self.ok()
    }

    /// An error can be pickled for another process together with its response, except for secret headers.
    fn __reduce__(slf: &Bound<'_, Self>) -> PyResult<(Py<PyAny>, Py<PyAny>)> {
        let (py, answer) = (slf.py(), slf.get());
        let head = &answer.0.head;
        let headers: Vec<(&str, &[u8])> =
            head.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let headers: Vec<_> = headers.into_iter().filter(|(name, _)| !SECRET_HEADERS.contains(name)).collect();
        let parts = (head.status.as_u16(), head.url.as_str(), headers, PyBytes::new(py, &answer.body(py)?));
        Ok((slf.getattr("_restore")?.unbind(), parts.into_pyobject(py)?.into_any().unbind()))
    }

    #[staticmethod]
    fn _restore(status: u16, url: &str, headers: Vec<(String, Vec<u8>)>, body: Vec<u8>) -> PyResult<Self> {
        let invalid = || PyValueError::new_err("this is no answer that was kept");
        let status = StatusCode::from_u16(status).map_err(|_| invalid())?;
        let pairs = headers.into_iter().map(|(name, value)| {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid())?;
            Ok((name, HeaderValue::from_bytes(&value).map_err(|_| invalid())?))
        });
        let headers = pairs.collect::<PyResult<Vec<_>>>()?.into_iter().collect();
        let url = url.parse().map_err(|_| invalid())?;
        Ok(Self(Answer::of_error(&ErrorResponse {
            status,
            headers,
            body: body.into(),
            url,
            sent: SentSecrets::default(),
        })))
    }

    fn __repr__(&self) -> String {
        format!("<archstone.Response [{}]>", self.status_code())
    }
}

/// The object behind an asynchronous response.
#[pyclass(frozen, module = "archstone._archstone")]
pub(crate) struct AsyncBody(Arc<Answer>);

#[pymethods]
impl AsyncBody {
    #[new]
    fn new(response: &Bound<'_, Response>) -> Self {
        Self(Arc::clone(&response.get().0))
    }

    /// Whether the whole body has been read.
    fn is_whole(&self) -> bool {
        self.0.whole().is_some()
    }

    fn read<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let answer = Arc::clone(&self.0);
        start(py, async move { answer.finish().await.map(OwnedBytes) })
    }

    fn piece<'py>(&self, py: Python<'py>, most: Option<usize>) -> PyResult<Bound<'py, PyAny>> {
        let answer = Arc::clone(&self.0);
        start(py, async move { answer.piece(most).await.map(OwnedBytes) })
    }
}

struct OwnedBytes(Bytes);

impl<'py> IntoPyObject<'py> for OwnedBytes {
    type Target = PyBytes;
    type Output = Bound<'py, PyBytes>;
    type Error = std::convert::Infallible;

    fn into_pyobject(self, py: Python<'py>) -> std::result::Result<Self::Output, Self::Error> {
        Ok(PyBytes::new(py, &self.0))
    }
}

/// The headers of a response: a case-insensitive mapping.
#[pyclass(frozen, mapping, module = "archstone")]
pub(crate) struct Headers(Arc<Answer>);

impl Headers {
    /// All values of a header, joined by commas as in HTTP.
    fn value(&self, name: &str) -> Option<String> {
        let texts = self.get_all(name);
        (!texts.is_empty()).then(|| texts.join(", "))
    }

    fn get_all(&self, name: &str) -> Vec<String> {
        self.0.head.headers.get_all(name.to_ascii_lowercase()).iter().map(|it| shown(it.as_bytes())).collect()
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.0.head.headers.keys().map(HeaderName::as_str)
    }
}

/// Decodes an object or a list in UTF-8, directly with the decoder that `json.loads` uses: the steps before it take as
/// long as decoding a short document. None for anything else, which `json.loads` handles.
fn decoded<'py>(py: Python<'py>, body: &[u8]) -> Option<PyResult<Bound<'py, PyAny>>> {
    static RAW_DECODE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    // UTF-16 and UTF-32 have zeros here.
    if !matches!(body, [b'{' | b'[', second, ..] if *second != 0) {
        return None;
    }
    let text = PyString::new(py, std::str::from_utf8(body).ok()?);
    let decode = RAW_DECODE.get_or_try_init(py, || {
        py.import("json")?.getattr("JSONDecoder")?.call0()?.getattr("raw_decode").map(Bound::unbind)
    });
    let parsed = decode.and_then(|decode| decode.bind(py).call1((&text,))).and_then(|it| it.extract());
    let (value, end): (Bound<'py, PyAny>, usize) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return Some(Err(error)),
    };
    let length = text.len().ok()?;
    let rest = &body[body.len() - (length - end)..];
    rest.iter().all(|byte| b" \t\n\r".contains(byte)).then_some(Ok(value))
}

/// A header's value as text. A value that is not UTF-8 is decoded as Latin-1.
fn shown(value: &[u8]) -> String {
    match std::str::from_utf8(value) {
        Ok(text) => text.to_owned(),
        Err(_) => value.iter().map(|byte| char::from(*byte)).collect(),
    }
}

#[pymethods]
impl Headers {
    fn __getitem__(&self, name: Text<'_>) -> PyResult<String> {
        self.value(&name).ok_or_else(|| PyKeyError::new_err(String::from(name)))
    }

    /// Return a header's value, or the default.
    #[pyo3(signature = (name, default = None, /))]
    fn get<'py>(
        &self,
        py: Python<'py>,
        name: Text<'_>,
        default: Option<Bound<'py, PyAny>>,
    ) -> Option<Bound<'py, PyAny>> {
        self.value(&name).map(|value| PyString::new(py, &value).into_any()).or(default)
    }

    /// Return each value of a header that occurs several times, such as `Set-Cookie`.
    #[pyo3(name = "get_all")]
    fn all_of(&self, name: Text<'_>) -> Vec<String> {
        self.get_all(&name)
    }

    /// Return the names, in lower case.
    fn keys(&self) -> Vec<&str> {
        self.names().collect()
    }

    /// Return the values.
    fn values(&self) -> Vec<String> {
        self.names().filter_map(|name| self.value(name)).collect()
    }

    /// Return pairs of name and value.
    fn items(&self) -> Vec<(&str, String)> {
        self.names().filter_map(|name| Some((name, self.value(name)?))).collect()
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        PyList::new(py, self.names())?.try_iter()
    }

    fn __len__(&self) -> usize {
        self.0.head.headers.keys_len()
    }

    fn __contains__(&self, name: &Bound<'_, PyAny>) -> bool {
        name.cast::<PyString>().is_ok_and(|name| name.to_str().is_ok_and(|name| self.value(name).is_some()))
    }

    /// Values may be secrets: only names are shown.
    fn __repr__(&self) -> String {
        format!("<archstone.Headers {}>", self.keys().join(", "))
    }
}

/// Registers `Headers` as a mapping in Python.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let mapping = module.py().import("collections.abc")?.getattr("Mapping")?;
    mapping.call_method1("register", (module.getattr("Headers")?,))?;
    Ok(())
}

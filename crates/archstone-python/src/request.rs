//! Converts the keyword arguments of a request to the library's request.

use std::time::Duration;

use archstone::{ApiVersion, Client, ErrorKind, RequestBuilder, RetryPolicy};
use pyo3::{
    exceptions::{PyTypeError, PyValueError},
    prelude::*,
    types::{PyBool, PyDict, PyList, PyMapping, PyString, PyTuple},
};

use crate::{
    body::{self, Sent},
    convert, errors,
    text::{self, Text},
};

/// A request as configured in Python.
pub(crate) struct Described {
    pub(crate) request: RequestBuilder,
    pub(crate) body: Sent,
    /// Whether the response's body is read on demand, and not at once.
    pub(crate) stream: bool,
    /// Whether the library repeats it automatically if an idle connection turns out to be closed.
    pub(crate) is_repeatable: bool,
}

/// A request to a URL.
pub(crate) fn to_url(
    client: &Client,
    py: Python<'_>,
    method_name: &str,
    url: &str,
    said: &Said<'_, '_>,
) -> PyResult<Described> {
    let method = method(method_name)?;
    let is_idempotent = method.is_idempotent();
    let request = client.request_to(method, url).map_err(|error| errors::to_python(py, &error))?;
    describe(request, is_idempotent, said)
}

/// The keyword arguments of a request.
pub(crate) struct Said<'a, 'py> {
    pub(crate) data: Option<&'a Bound<'py, PyAny>>,
    pub(crate) stream: bool,
    pub(crate) options: Option<&'a Bound<'py, PyDict>>,
}

/// Applies the keyword arguments that all requests have.
pub(crate) fn describe(mut request: RequestBuilder, is_idempotent: bool, said: &Said<'_, '_>) -> PyResult<Described> {
    let mut body = Sent::Whole;
    if let Some(data) = said.data {
        (request, body) = body::put(request, data)?;
    }
    for (name, value) in said.options.into_iter().flatten() {
        let name: String = name.extract::<Text<'_>>()?.into();
        if name == "microversion" && value.is_none() {
            request = request.without_microversion();
            continue;
        }
        if value.is_none() {
            continue;
        }
        match name.as_str() {
            "params" => {
                request = pairs(&value)?.into_iter().fold(request, |request, (name, value)| request.query(name, value));
            }
            "headers" => {
                for pair in value.cast::<PyMapping>()?.items()?.iter() {
                    let (name, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) = pair.extract()?;
                    request = request.header(text(&name)?, text(&value)?);
                }
            }
            "json" => request = request.json(&convert::raw_json(&value)?),
            "timeout" => request = with_timeout(request, &value)?,
            "total_timeout" => request = request.timeout(seconds(&value)?),
            "microversion" => request = request.microversion(version(&value)?),
            "retries" => request = request.retries(retries(&value)?),
            "redirects" => request = request.redirects(value.extract()?),
            "max_body_size" => request = request.max_body_size(value.extract()?),
            "follow_with_body" => {
                if value.extract()? {
                    request = request.follow_with_body();
                }
            }
            "authenticated" if !value.is_truthy()? => request = request.without_token(),
            "reauthenticate" if !value.is_truthy()? => request = request.without_reauthentication(),
            "raise_exc" if !value.is_truthy()? => request = request.any_status(),
            "authenticated" | "reauthenticate" | "raise_exc" => {}
            "global_request_id" => request = request.global_request_id(text(&value)?),
            "user_agent" => request = request.user_agent(text(&value)?),
            "original_ip" => {
                let address = text(&value)?;
                let address = address.parse().map_err(|_| {
                    PyValueError::new_err(format!("`original_ip` is {address:?}, which is not an IP address"))
                })?;
                request = request.original_ip(address);
            }
            _ => return Err(PyTypeError::new_err(format!("a request has no option `{name}`"))),
        }
    }
    Ok(Described { request, body, stream: said.stream, is_repeatable: is_idempotent && said.data.is_none() })
}

/// The pairs of a query, from a mapping or from pairs. A list repeats a parameter, None omits it.
pub(crate) fn pairs(params: &Bound<'_, PyAny>) -> PyResult<Vec<(String, String)>> {
    let given = match params.cast::<PyMapping>() {
        Ok(mapping) => mapping.items()?.into_any(),
        Err(_) => params.clone(),
    };
    let mut pairs = Vec::new();
    for pair in given.try_iter()? {
        let (name, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) = pair?.extract()?;
        let name = text(&name)?;
        if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
            for item in value.try_iter()? {
                pairs.push((name.clone(), text(&item?)?));
            }
        } else if !value.is_none() {
            pairs.push((name, text(&value)?));
        }
    }
    Ok(pairs)
}

/// An HTTP method by its name.
pub(crate) fn method(name: &str) -> PyResult<archstone::Method> {
    name.to_ascii_uppercase().parse().map_err(|_| PyValueError::new_err(format!("{name:?} is not an HTTP method")))
}

/// One number limits connecting and waiting for data, as with `requests`; a pair sets each.
fn with_timeout(request: RequestBuilder, value: &Bound<'_, PyAny>) -> PyResult<RequestBuilder> {
    /// The default timeout of connecting.
    const USUAL: Duration = Duration::from_secs(10);
    if let Ok((connect, read)) = value.extract::<(Option<f64>, Option<f64>)>() {
        let mut request = request;
        if let Some(connect) = connect {
            request = request.connect_timeout(positive(connect)?);
        }
        if let Some(read) = read {
            request = request.read_timeout(positive(read)?);
        }
        return Ok(request);
    }
    let limit = seconds(value)?;
    let request = request.read_timeout(limit);
    Ok(if limit < USUAL { request.connect_timeout(limit) } else { request })
}

fn seconds(value: &Bound<'_, PyAny>) -> PyResult<Duration> {
    positive(value.extract()?)
}

fn positive(seconds: f64) -> PyResult<Duration> {
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|it| !it.is_zero())
        .ok_or_else(|| PyValueError::new_err(format!("{seconds} is not a number of seconds above zero")))
}

/// A version as text, or as a number.
pub(crate) fn version(value: &Bound<'_, PyAny>) -> PyResult<ApiVersion> {
    text(value)?.parse().map_err(|error| errors::to_python(value.py(), &error))
}

/// The number of retries, or a whole policy.
pub(crate) fn retries(value: &Bound<'_, PyAny>) -> PyResult<RetryPolicy> {
    if let Ok(policy) = value.cast::<Retries>() {
        return Ok(policy.get().0.clone());
    }
    let again: u32 =
        value.extract().map_err(|_| PyTypeError::new_err("`retries` must be a number, or `archstone.Retries(…)`"))?;
    Ok(RetryPolicy { attempts: again.saturating_add(1), ..RetryPolicy::default() })
}

/// Text, or a number or a boolean as text for a URL or a header.
pub(crate) fn text(value: &Bound<'_, PyAny>) -> PyResult<String> {
    if let Ok(text) = value.cast::<PyString>() {
        return text::of(text, ErrorKind::InvalidRequest, "a value");
    }
    if let Ok(switch) = value.cast::<PyBool>() {
        return Ok(if switch.is_true() { "True" } else { "False" }.into());
    }
    if let Ok(bytes) = value.cast::<pyo3::types::PyBytes>() {
        return String::from_utf8(bytes.as_bytes().to_vec())
            .map_err(|_| PyValueError::new_err("bytes in a header or a query must be UTF-8"));
    }
    value.str()?.extract()
}

/// A retry policy.
///
/// A request that cannot have reached the service is always retried. One that may have is retried only if it is
/// idempotent, unless `also_unsafe` is set.
///
/// Args:
///     attempts: the maximum number of attempts, including the first.
///     statuses: the HTTP statuses to retry after.
///     pause: the seconds before the first retry; doubled with each further one, with some jitter.
///     longest_pause: the maximum seconds between two attempts, even if the service requests more.
///     deadline: the time limit in seconds for all attempts and pauses together.
///     also_unsafe: whether to retry requests that may have reached the service even if they are not idempotent.
#[pyclass(frozen, module = "archstone")]
#[derive(Clone)]
pub(crate) struct Retries(RetryPolicy);

/// The numbers of any collection: a list, a set, a range.
fn numbers(collection: &Bound<'_, PyAny>) -> PyResult<Vec<u16>> {
    collection.try_iter()?.map(|number| number?.extract()).collect()
}

#[pymethods]
impl Retries {
    #[new]
    #[pyo3(
        signature = (*, attempts = 3, statuses = None, pause = 0.5, longest_pause = 60.0, deadline = None, also_unsafe = false),
        text_signature = "(*, attempts=3, statuses=(429, 502, 503, 504), pause=0.5, longest_pause=60.0, deadline=None, \
also_unsafe=False)"
    )]
    fn new(
        attempts: u32,
        statuses: Option<&Bound<'_, PyAny>>,
        pause: f64,
        longest_pause: f64,
        deadline: Option<f64>,
        also_unsafe: bool,
    ) -> PyResult<Self> {
        let usual = RetryPolicy::default();
        Ok(Self(RetryPolicy {
            attempts: attempts.max(1),
            statuses: statuses.map_or(Ok(usual.statuses), numbers)?,
            pause: convert::duration(pause)?,
            longest_pause: convert::duration(longest_pause)?,
            deadline: deadline.map(positive).transpose()?,
            also_unsafe,
        }))
    }

    fn __repr__(&self) -> String {
        let RetryPolicy { attempts, statuses, pause, longest_pause, deadline, also_unsafe } = &self.0;
        let deadline = deadline.map_or_else(|| "None".into(), |it| it.as_secs_f64().to_string());
        format!(
            "archstone.Retries(attempts={attempts}, statuses={statuses:?}, pause={}, longest_pause={}, \
             deadline={deadline}, also_unsafe={})",
            pause.as_secs_f64(),
            longest_pause.as_secs_f64(),
            if *also_unsafe { "True" } else { "False" },
        )
    }
}

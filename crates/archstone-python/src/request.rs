//! From the keyword arguments of a request to the library's description of it.

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

/// A request as Python describes it.
pub(crate) struct Described {
    pub(crate) request: RequestBuilder,
    pub(crate) body: Sent,
    /// Whether the answer's body is read when asked for, and not at once.
    pub(crate) stream: bool,
    /// Whether the library sends it again by itself where a kept connection turns out to be closed.
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

/// Takes the keyword arguments that all requests have.
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

/// The pairs of a query: of a mapping, or as they are. A list is a parameter given several times, None one
/// that is left out.
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
    name.to_ascii_uppercase().parse().map_err(|_| PyValueError::new_err(format!("{name:?} is no HTTP method")))
}

/// One number limits reaching the service and its silence, as with `requests`; two limit each.
fn with_timeout(request: RequestBuilder, value: &Bound<'_, PyAny>) -> PyResult<RequestBuilder> {
    /// Reaching a service is limited to so much anyway.
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

/// How often a request may be sent again, or a whole policy.
pub(crate) fn retries(value: &Bound<'_, PyAny>) -> PyResult<RetryPolicy> {
    if let Ok(policy) = value.cast::<Retries>() {
        return Ok(policy.get().0.clone());
    }
    let again: u32 =
        value.extract().map_err(|_| PyTypeError::new_err("`retries` must be a number, or `archstone.Retries(…)`"))?;
    Ok(RetryPolicy { attempts: again.saturating_add(1), ..RetryPolicy::default() })
}

/// Text, or what a number or a switch looks like in a URL or a header.
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

/// When a request is sent again.
///
/// A request that cannot have reached the service is sent again whatever it is. One that may have is sent
/// again only if doing it twice is the same as doing it once, unless `also_unsafe` says otherwise.
///
/// Args:
///     attempts: how often a request is sent at the most, the first time included.
///     statuses: the answers that ask for another try.
///     pause: the seconds before the second try; doubled with each further one, and made a little uneven.
///     longest_pause: the most seconds between two tries, also where the service asks for more.
///     deadline: how many seconds all tries and pauses may take together.
///     also_unsafe: whether requests that may have reached the service are sent again whatever they do.
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

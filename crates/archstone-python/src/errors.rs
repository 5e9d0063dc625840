//! One Python exception class for each kind of error, generated from the library's own list.

use std::{ffi::CString, fmt, sync::OnceLock};

use archstone::{Error, ErrorKind, ErrorResponse};
use pyo3::{
    exceptions::{PyException, PyRuntimeError, PyTypeError},
    prelude::*,
    sync::PyOnceLock,
    types::{PyDict, PyType},
};

use crate::receipt::Receipt;

/// Creates the `response` of an exception.
pub(crate) type MakeResponse = for<'py> fn(Python<'py>, &ErrorResponse) -> PyResult<Bound<'py, PyAny>>;

static MAKE_RESPONSE: OnceLock<MakeResponse> = OnceLock::new();
/// The classes, in the order of [`ErrorKind::ALL`].
static CLASSES: PyOnceLock<Vec<Py<PyType>>> = PyOnceLock::new();

const BASE: (&str, &str) = (
    "Error",
    "Base class of all errors of this package.\n\n\
     Attributes:\n    \
         kind: the kind of error, a stable word: ``\"unauthenticated\"``.\n    \
         hint: what to do next, or None if that is not known.\n    \
         status: the HTTP status of the answer, or None when there was no answer.\n    \
         request_id: the request id, which an operator finds in the service's logs, or None.\n    \
         url: the URL of the request, without its query, or None.\n    \
         retry_after: how many seconds the service asks to wait, or None.\n    \
         response: the Response of the service, or None.\n    \
         receipt: the Receipt of a login that needs more factors, or None.",
);
const CONFIGURATION: (&str, &str) = (
    "ConfigurationError",
    "The configuration or the arguments are incomplete, invalid or contradictory. Nothing was sent.",
);
const AUTHENTICATION: (&str, &str) = ("AuthenticationError", "The login failed, and retrying does not help.");
const UNAVAILABLE: (&str, &str) = ("UnavailableError", "The service could not be reached, or could not answer.");

/// The class's name: `password_expired` is `PasswordExpiredError`.
fn class_name(kind: ErrorKind) -> String {
    match kind {
        // Must not be confused with Python's own.
        ErrorKind::Timeout => "RequestTimeoutError".into(),
        ErrorKind::ServerError => "ServerError".into(),
        _ => {
            let capitalised = kind.name().split('_').map(|word| {
                let (first, rest) = word.split_at(1);
                first.to_ascii_uppercase() + rest
            });
            capitalised.collect::<String>() + "Error"
        }
    }
}

/// Adds the classes to the module.
pub(crate) fn add_to(module: &Bound<'_, PyModule>, make_response: MakeResponse) -> PyResult<()> {
    let py = module.py();
    MAKE_RESPONSE.get_or_init(|| make_response);
    let facts = PyDict::new(py);
    for fact in ["kind", "hint", "status", "request_id", "url", "retry_after", "response", "receipt"] {
        facts.set_item(fact, py.None())?;
    }
    let exception = py.get_type::<PyException>();
    let base = add_class(module, BASE, &exception, &facts)?;
    let group = |named| add_class(module, named, &base, &PyDict::new(py));
    let (configuration, authentication, unavailable) =
        (group(CONFIGURATION)?, group(AUTHENTICATION)?, group(UNAVAILABLE)?);
    let classes = ErrorKind::ALL.iter().map(|kind| {
        let parent = match kind.exit_code() {
            3 => &configuration,
            4 => &authentication,
            8 => &unavailable,
            _ => &base,
        };
        let facts = PyDict::new(py);
        facts.set_item("kind", kind.name())?;
        Ok(add_class(module, (&class_name(*kind), kind.description()), parent, &facts)?.unbind())
    });
    let classes = classes.collect::<PyResult<_>>()?;
    CLASSES.set(py, classes).map_err(|_| PyRuntimeError::new_err("archstone is loaded already"))
}

fn add_class<'py>(
    module: &Bound<'py, PyModule>,
    (name, doc): (&str, &str),
    base: &Bound<'py, PyType>,
    facts: &Bound<'py, PyDict>,
) -> PyResult<Bound<'py, PyType>> {
    let py = module.py();
    let full_name = CString::new(format!("archstone.{name}"))?;
    let facts = facts.clone().into_any().unbind();
    let class = PyErr::new_type(py, &full_name, Some(&CString::new(doc)?), Some(base), Some(facts))?.into_bound(py);
    module.add(name, &class)?;
    Ok(class)
}

/// A diagnosis of an error: an exception that is returned instead of raised.
pub(crate) struct Diagnosis(pub(crate) Error);

impl<'py> IntoPyObject<'py> for Diagnosis {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        exception(py, &self.0)
    }
}

/// The library's error for an exception, as far as a diagnosis needs it.
pub(crate) fn from_python(exception: &Bound<'_, PyAny>) -> PyResult<Error> {
    let kind: Option<String> = exception.getattr("kind")?.extract()?;
    let kind = ErrorKind::ALL.iter().find(|it| Some(it.name()) == kind.as_deref());
    let kind = kind.ok_or_else(|| PyTypeError::new_err("give an error that this package has raised"))?;
    let message: String = exception.str()?.extract()?;
    Ok(Error::new(*kind, message).with_request_id(exception.getattr("request_id")?.extract()?))
}

/// The exception for an error.
pub(crate) fn to_python(py: Python<'_>, error: &Error) -> PyErr {
    exception(py, error).map_or_else(|broken| broken, PyErr::from_value)
}

pub(crate) fn exception<'py>(py: Python<'py>, error: &Error) -> PyResult<Bound<'py, PyAny>> {
    let position = ErrorKind::ALL.iter().position(|kind| *kind == error.kind());
    let class = position.and_then(|position| CLASSES.get(py)?.get(position));
    let class = class.ok_or_else(|| PyRuntimeError::new_err(error.to_string()))?;
    let exception = class.bind(py).call1((error.to_string(),))?;
    let hint = error.hint_with(in_python);
    exception.setattr("hint", hint.as_deref())?;
    exception.setattr("status", error.status())?;
    exception.setattr("request_id", error.request_id())?;
    exception.setattr("url", error.url())?;
    exception.setattr("retry_after", error.retry_after().map(|wait| wait.as_secs_f64()))?;
    if let (Some(response), Some(make)) = (error.response(), MAKE_RESPONSE.get()) {
        exception.setattr("response", make(py, response)?)?;
    }
    exception.setattr("receipt", error.receipt().cloned().map(Receipt))?;
    let raised = Raised::behind(py, error);
    // Tracebacks show notes since Python 3.11.
    if let Some(add_note) = exception.getattr_opt("add_note")? {
        if let Some(hint) = &hint {
            add_note.call1((format!("hint: {hint}"),))?;
        }
        for cause in error.causes().take(if raised.is_some() { 0 } else { usize::MAX }) {
            add_note.call1((format!("caused by: {cause}"),))?;
        }
    }
    if let Some(raised) = raised {
        exception.setattr("__cause__", raised)?;
    }
    Ok(exception)
}

/// How a hint spells an option: as a keyword argument.
pub(crate) fn in_python(option: &str) -> String {
    match option {
        "unscoped" | "insecure" | "system_scope" => format!("`{option}=True`"),
        option => format!("`{option}=`"),
    }
}

/// An exception that Python has raised, as the cause of an error: in Python it becomes that exception again.
#[derive(Debug)]
pub(crate) struct Raised(pub(crate) PyErr);

impl Raised {
    /// The Python exception that caused an error, if there is one.
    fn behind<'py>(py: Python<'py>, error: &Error) -> Option<Bound<'py, PyAny>> {
        let cause = std::error::Error::source(error)?.downcast_ref::<Self>()?;
        Some(cause.0.value(py).clone().into_any())
    }
}

impl fmt::Display for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = Python::try_attach(|py| {
            let kind = self.0.get_type(py).name().map_or_else(|_| "an exception".to_owned(), |it| it.to_string());
            let words = self.0.value(py).str().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
            if words.is_empty() { kind } else { format!("{kind}: {words}") }
        });
        f.write_str(&text.unwrap_or_else(|| "an exception".to_owned()))
    }
}

impl std::error::Error for Raised {}

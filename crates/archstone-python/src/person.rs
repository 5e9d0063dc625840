//! The person behind a login: Python functions that prompt for a secret, or show a page.
//!
//! They run in a separate thread outside the runtime, so they may block, also on other clients.

use archstone::{Error, ErrorKind, Result, Secret, config::OptionSpec};
use pyo3::prelude::*;

use crate::errors::{self, Raised};

/// A page that a person opens in a browser to log in; its `str()` is an instruction to do so.
#[pyclass(frozen, module = "archstone")]
pub(crate) struct LoginPage(archstone::LoginPage);

#[pymethods]
impl LoginPage {
    /// The URL for a person to open.
    #[getter]
    fn url(&self) -> &str {
        self.0.url().as_str()
    }

    /// The URL for a program that starts a browser on this machine. It redirects to the page, works once, and reveals
    /// nothing about the login in the list of processes.
    #[getter]
    fn browser_url(&self) -> &str {
        self.0.browser_url().as_str()
    }

    /// The code that the page shows, for the person to compare. None: the page redirects to this machine, so the
    /// browser must run here.
    #[getter]
    fn user_code(&self) -> Option<&str> {
        self.0.user_code()
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        // Omits what the URL reveals about the login.
        let mut url = self.0.url().clone();
        url.set_query(None);
        url.set_fragment(None);
        format!("<archstone.LoginPage url='{url}'>")
    }
}

/// Wraps a Python function that is called with the name of an option.
pub(crate) fn ask(
    function: &Bound<'_, PyAny>,
) -> PyResult<impl Fn(&'static OptionSpec) -> Result<Option<Secret>> + Send + Sync + 'static> {
    let function = callable("ask", "the name of an option", function)?;
    Ok(move |option: &'static OptionSpec| {
        attached(|py| {
            let answer = function.call1(py, (option.name,)).and_then(|it| it.extract::<Option<String>>(py));
            let answer = answer.map_err(|raised| failure(py, "ask", &format!("for `{}`", option.name), raised))?;
            Ok(answer.map(Secret::from))
        })
    })
}

/// Wraps a Python function that is called with the login page; an awaitable result is awaited.
pub(crate) fn show(
    function: &Bound<'_, PyAny>,
) -> PyResult<impl Fn(&archstone::LoginPage) -> Result<()> + Send + Sync + 'static> {
    let function = callable("on_login_page", "the page of a login", function)?;
    Ok(move |page: &archstone::LoginPage| {
        attached(|py| {
            call_with_page(function.bind(py), page)
                .map_err(|raised| failure(py, "on_login_page", "with the page of the login", raised))
        })
    })
}

/// Prints the page if there is a terminal, and opens a browser; otherwise logs it.
pub(crate) fn show_by_default(page: &archstone::LoginPage) -> Result<()> {
    attached(|py| {
        let function = py.import("archstone._login_page").and_then(|it| it.getattr("show"));
        function.and_then(|show| call_with_page(&show, page)).map_err(|raised| {
            Error::new(ErrorKind::NotConfigured, "the page of the login cannot be shown").with_source(Raised(raised))
        })
    })
}

fn call_with_page(function: &Bound<'_, PyAny>, page: &archstone::LoginPage) -> PyResult<()> {
    let said = function.call1((LoginPage(page.clone()),))?;
    if said.hasattr("__await__")? {
        function.py().import("archstone._providers")?.call_method1("run", (said,))?;
    }
    Ok(())
}

fn attached<T>(work: impl FnOnce(Python<'_>) -> Result<T>) -> Result<T> {
    Python::try_attach(work).unwrap_or_else(|| Err(Error::new(ErrorKind::NotConfigured, "Python has ended")))
}

fn callable(option: &str, argument: &str, function: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
    if function.is_callable() {
        return Ok(function.clone().unbind());
    }
    let message = format!("`{option}` must be a function that takes {argument}");
    Err(errors::to_python(function.py(), &Error::new(ErrorKind::InvalidConfig, message)))
}

fn failure(py: Python<'_>, option: &str, call: &str, raised: PyErr) -> Error {
    let kind = raised.get_type(py).name().map_or_else(|_| "an exception".into(), |name| name.to_string());
    let message = format!("`{option}` raised {kind} when it was called {call}");
    Error::new(ErrorKind::NotConfigured, message).with_source(Raised(raised))
}

//! Auth methods that Python adds.
//!
//! A provider's `token()` runs in its own thread, outside the runtime, so it may block, also on other clients; an
//! awaitable result gets an event loop in that thread.

use std::sync::OnceLock;

use archstone::{
    ErrorKind, ProvidedToken, ProviderError, Secret, TokenProvider,
    config::{OptionSpec, ProviderMethod, ProviderOptions},
};
use pyo3::{
    exceptions::{PyTypeError, PyValueError},
    prelude::*,
    types::{PyBytes, PyDict, PyString},
};

use crate::{
    bridge, convert,
    errors::{self, Raised},
    text::{self, Text},
};

/// A request to a `TokenProvider`.
#[pyclass(frozen, module = "archstone")]
pub(crate) struct TokenRequest(archstone::TokenRequest);

#[pymethods]
impl TokenRequest {
    /// The URL of the identity service, as configured.
    #[getter]
    fn auth_url(&self) -> &str {
        self.0.auth_url().as_str()
    }

    /// The scope of the token, as in the `scope` of Keystone's `POST /v3/auth/tokens`; None if Keystone is to choose.
    #[getter]
    fn scope<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.0.scope_as_json().map(|scope| convert::to_python(py, &scope)).transpose()
    }

    /// Send a request to any server, with the client's settings for TLS, proxies and timeouts. Return the status, the
    /// headers in lower case, and the body, whatever the status is.
    ///
    /// It follows no redirects, does not retry, and reads at most 1 MiB. It blocks: in a coroutine, only that
    /// provider's own event loop.
    ///
    /// Raises:
    ///     Error: there is no response, and why.
    #[pyo3(signature = (url, /, *, method = "GET", headers = None, body = None))]
    fn send<'py>(
        &self,
        py: Python<'py>,
        url: Text<'_>,
        method: &str,
        headers: Option<&Bound<'py, PyDict>>,
        body: Option<&[u8]>,
    ) -> PyResult<(u16, Bound<'py, PyDict>, Bound<'py, PyBytes>)> {
        let mut request = http::Request::builder().method(method).uri(&*url);
        for (name, value) in headers.into_iter().flatten() {
            let (name, value): (String, String) = (name.extract()?, value.extract()?);
            request = request.header(name, value);
        }
        // The error's message may quote a header.
        let request = request.body(body.unwrap_or_default().to_vec());
        let request = request.map_err(|_| PyValueError::new_err("the URL, the method or a header cannot be sent"))?;
        let asked = self.0.clone();
        let answer = bridge::wait(py, async move { asked.send(request).await })?;
        let headers = PyDict::new(py);
        for (name, value) in answer.headers() {
            headers.set_item(name.as_str(), String::from_utf8_lossy(value.as_bytes()))?;
        }
        Ok((answer.status().as_u16(), headers, PyBytes::new(py, answer.body())))
    }

    fn __repr__(&self) -> String {
        format!("<archstone.TokenRequest auth_url='{}' scope='{}'>", self.0.auth_url(), self.0.scope())
    }
}

/// An object with the methods of `archstone.TokenProvider`.
pub(crate) struct Provider {
    object: Py<PyAny>,
    name: String,
    identity: String,
    secret: Option<Secret>,
}

impl Provider {
    /// The object's properties are read once.
    pub(crate) fn of(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        for method in ["name", "identity", "secret", "token"] {
            if !object.getattr_opt(method)?.is_some_and(|it| it.is_callable()) {
                let kind = object.get_type().name()?;
                return Err(PyTypeError::new_err(format!(
                    "`{kind}` is not a token provider: it has no method `{method}()`; derive it from archstone.TokenProvider"
                )));
            }
        }
        let text = |method: &str| {
            let said = object.call_method0(method)?;
            text::of(said.cast()?, ErrorKind::InvalidConfig, &format!("what `{method}()` returns"))
        };
        let secret = object.call_method0("secret")?;
        let secret = if secret.is_none() {
            None
        } else {
            Some(text::of(secret.cast()?, ErrorKind::InvalidConfig, "what `secret()` returns")?.into())
        };
        Ok(Self { name: text("name")?, identity: text("identity")?, secret, object: object.clone().unbind() })
    }

    /// Calls `token()`, and awaits its result if necessary.
    fn ask(object: &Py<PyAny>, request: archstone::TokenRequest) -> Result<ProvidedToken, ProviderError> {
        let outcome = Python::try_attach(|py| {
            let object = object.bind(py);
            let mut said = object.call_method1("token", (TokenRequest(request),))?;
            if said.hasattr("__await__")? {
                let providers = py.import("archstone._providers")?;
                said = providers.call_method1("run", (said,))?;
            }
            token(&said)
        });
        match outcome {
            Some(outcome) => outcome.map_err(|raised| Raised(raised).into()),
            None => Err("Python has ended".into()),
        }
    }
}

impl TokenProvider for Provider {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn secret(&self) -> Option<&Secret> {
        self.secret.as_ref()
    }

    async fn token(&self, request: archstone::TokenRequest) -> Result<ProvidedToken, ProviderError> {
        let object = Python::try_attach(|py| self.object.clone_ref(py)).ok_or("Python has ended")?;
        tokio::task::spawn_blocking(move || Self::ask(&object, request)).await?
    }
}

/// A token as Python returns it: text, or a `ProvidedToken`.
fn token(said: &Bound<'_, PyAny>) -> PyResult<ProvidedToken> {
    if let Ok(text) = said.cast::<PyString>() {
        return Ok(ProvidedToken::new(text::of(text, ErrorKind::ProviderFailed, "the token")?));
    }
    let (Some(text), Some(end)) = (said.getattr_opt("token")?, said.getattr_opt("expires_at")?) else {
        let kind = said.get_type().name()?;
        return Err(PyTypeError::new_err(format!("token() returned `{kind}`, not text or archstone.ProvidedToken")));
    };
    let token = ProvidedToken::new(text::of(text.cast()?, ErrorKind::ProviderFailed, "the token")?);
    if end.is_none() {
        return Ok(token);
    }
    let end: String = end.call_method0("isoformat")?.extract()?;
    let end = end.parse().map_err(|_| PyValueError::new_err("`expires_at` of the token has no time zone"))?;
    Ok(token.expires_at(end))
}

/// Registers a method under its name.
///
/// Each option consists of its name, its description, whether it is required, and whether it is secret.
#[pyfunction]
pub(crate) fn register_method(
    py: Python<'_>,
    name: &str,
    make: Py<PyAny>,
    options: Vec<(String, String, bool, bool)>,
    help: &str,
) -> PyResult<()> {
    let names: Vec<String> = options.iter().map(|(name, ..)| name.clone()).collect();
    let mut method = ProviderMethod::new(name, move |options: &ProviderOptions<'_>| {
        Python::attach(|py| made(py, &make, &names, options)).map_err(|raised| ProviderError::from(Raised(raised)))
    });
    if !help.is_empty() {
        method = method.help(help);
    }
    for (name, help, is_needed, is_secret) in options {
        method = match (is_needed, is_secret) {
            (false, false) => method.takes(name, help),
            (true, false) => method.needs(name, help),
            (false, true) => method.takes_secret(name, help),
            (true, true) => method.needs_secret(name, help),
        };
    }
    method.register().map_err(|error| errors::to_python(py, &error))
}

/// The provider that a Python function makes from the options that are set, which are its keyword arguments.
fn made(py: Python<'_>, make: &Py<PyAny>, names: &[String], options: &ProviderOptions<'_>) -> PyResult<Provider> {
    let given = PyDict::new(py);
    for name in names {
        if let Some(value) = options.get(name) {
            given.set_item(name, value.expose())?;
        }
    }
    Provider::of(&make.bind(py).call((), Some(&given))?)
}

/// Registers the methods of installed packages, once, when a method or an option is unknown. Returns whether the name
/// may be known now.
pub(crate) fn look_for_installed(py: Python<'_>) -> PyResult<bool> {
    static LOOKED: OnceLock<()> = OnceLock::new();
    if LOOKED.get().is_some() {
        return Ok(false);
    }
    let found = py.import("archstone._providers")?.call_method0("register_installed")?.extract()?;
    let _ = LOOKED.set(());
    Ok(found)
}

/// Whether there is an option with this name, possibly from an installed package.
pub(crate) fn knows_option(py: Python<'_>, name: &str) -> PyResult<bool> {
    Ok(OptionSpec::find(name).is_some() || look_for_installed(py)? && OptionSpec::find(name).is_some())
}

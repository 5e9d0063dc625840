//! From Python's keyword arguments to the library's options.

use archstone::{
    Client, ClientBuilder, Error, ErrorKind, Secret,
    config::{METHODS, MethodSpec, OPTIONS, OptionSpec, ValueKind},
};
use pyo3::{
    exceptions::PyTypeError,
    prelude::*,
    types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple},
};
use serde_json::{Value, json};

use crate::{
    access, errors, process,
    text::{self, Text},
};

/// Every option of the library: its name, its other names, its variable, whether it is a secret, and what it
/// is for.
#[pyfunction]
pub(crate) fn option_table() -> Vec<(&'static str, Vec<&'static str>, String, bool, &'static str)> {
    let specs = OPTIONS.iter().flat_map(|group| group.iter());
    specs.map(|it| (it.name, it.aliases.to_vec(), it.variable(), it.secret, it.help)).collect()
}

/// Every auth method, as JSON: its names, what it needs, and its own options.
#[pyfunction]
pub(crate) fn auth_methods() -> String {
    let kind = |kind| match kind {
        ValueKind::Path => "path",
        ValueKind::Words | ValueKind::Command => "words",
        ValueKind::Switch | ValueKind::SwitchOrPath => "switch",
        ValueKind::Number | ValueKind::Seconds => "number",
        _ => "text",
    };
    let option =
        |it: &OptionSpec| json!({"name": it.name, "kind": kind(it.kind), "secret": it.secret, "help": it.help});
    let method = |it: &&MethodSpec| {
        json!({
            "name": it.name,
            "auth_types": it.auth_types,
            "help": it.help,
            "needs": it.needs,
            "options": it.options.iter().map(option).collect::<Value>(),
        })
    };
    METHODS.iter().map(method).collect::<Value>().to_string()
}

/// A client of these keyword arguments. `None` counts as not given.
pub(crate) fn client(py: Python<'_>, options: Option<&Bound<'_, PyDict>>) -> PyResult<Client> {
    builder(options)?.token_cache(process::tokens(py)).build().map_err(|error| errors::to_python(py, &error))
}

/// What these keyword arguments say.
pub(crate) fn builder(options: Option<&Bound<'_, PyDict>>) -> PyResult<ClientBuilder> {
    let mut builder = Client::builder();
    for (name, value) in options.into_iter().flatten() {
        let name: String = name.extract::<Text<'_>>()?.into();
        match name.as_str() {
            _ if value.is_none() => {}
            "cloud" => builder = builder.cloud(text(&name, &value)?),
            "environment" if value.extract()? => builder = builder.environment(),
            "environment" => {}
            "ask" => builder = builder.ask(ask(&value)?),
            _ => {
                check_name(&name)?;
                builder = builder.option(&name, text(&name, &value)?);
            }
        }
    }
    Ok(builder)
}

/// What calls a Python function with the name of an option, in whatever thread asks.
fn ask(
    function: &Bound<'_, PyAny>,
) -> PyResult<impl Fn(&'static OptionSpec) -> archstone::Result<Option<Secret>> + Send + Sync + 'static> {
    let py = function.py();
    if !function.is_callable() {
        let error = Error::new(ErrorKind::InvalidConfig, "`ask` must be a function that takes the name of an option");
        return Err(errors::to_python(py, &error));
    }
    let function = function.clone().unbind();
    Ok(move |option: &'static OptionSpec| {
        Python::attach(|py| {
            let answer = function.call1(py, (option.name,)).and_then(|it| it.extract::<Option<String>>(py));
            answer.map(|it| it.map(Secret::from)).map_err(|raised| {
                let kind = raised.get_type(py).name().map_or_else(|_| "an exception".into(), |name| name.to_string());
                let message = format!("`ask` raised {kind} when it was called for `{}`", option.name);
                Error::new(ErrorKind::NotConfigured, message)
            })
        })
    })
}

fn check_name(name: &str) -> PyResult<()> {
    if OptionSpec::find(name).is_some() {
        return Ok(());
    }
    let Err(unknown) = Client::builder().option(name, "").explain() else { return Ok(()) };
    let hint = unknown.hint_with(errors::in_python).map(|hint| format!(": {hint}")).unwrap_or_default();
    Err(PyTypeError::new_err(format!("Client() has no option `{name}`{hint}")))
}

/// The value as `clouds.yaml` would spell it.
pub(crate) fn text(name: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    if name == "token_ref" {
        return access::reference(value);
    }
    if let Ok(text) = value.cast::<PyString>() {
        return text::of(text, ErrorKind::InvalidConfig, &format!("`{name}`"));
    }
    if let Ok(switch) = value.cast::<PyBool>() {
        return Ok(match (name, switch.is_true()) {
            ("system_scope", true) => "all",
            ("system_scope", false) => "",
            (_, true) => "true",
            (_, false) => "false",
        }
        .into());
    }
    if value.is_instance_of::<PyInt>() || value.is_instance_of::<PyFloat>() {
        return value.str()?.extract();
    }
    if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
        let words = value.try_iter()?.map(|word| word?.extract::<Text<'_>>().map(String::from));
        let words = words.collect::<PyResult<Vec<_>>>()?;
        let is_command = OptionSpec::find(name).is_some_and(|spec| spec.kind == ValueKind::Command);
        // The words of a command may hold commas, and more.
        return if is_command { Ok(Value::from(words).to_string()) } else { Ok(words.join(",")) };
    }
    if value.hasattr("__fspath__")? {
        return text(name, &value.call_method0("__fspath__")?);
    }
    // The value may be a secret.
    Err(PyTypeError::new_err(format!("`{name}` cannot be of the type `{}`", value.get_type().name()?)))
}

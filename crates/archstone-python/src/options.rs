//! Converts Python's keyword arguments to the library's options.

use archstone::{
    Client, ClientBuilder, ErrorKind,
    config::{METHODS, MethodSpec, OptionSpec, ValueKind},
};
use pyo3::{
    exceptions::PyTypeError,
    prelude::*,
    types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple},
};
use serde_json::{Value, json};

use crate::{
    access, errors, person, process,
    provider::{self, Provider},
    receipt::Receipt,
    text::{self, Text},
};

/// An option: its name, its aliases, its variable, whether it is a secret, and its description.
type Described = (&'static str, Vec<&'static str>, String, bool, &'static str);

/// Every option of the library, and of methods that are registered or installed.
#[pyfunction]
pub(crate) fn option_table(py: Python<'_>) -> PyResult<Vec<Described>> {
    provider::look_for_installed(py)?;
    Ok(OptionSpec::all().map(|it| (it.name, it.aliases.to_vec(), it.variable(), it.secret, it.help)).collect())
}

/// Every auth method, as JSON: its names, its required options, and its own options.
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
            "options": it.shared.iter().copied().flatten().chain(it.options).map(option).collect::<Value>(),
        })
    };
    METHODS.iter().map(method).collect::<Value>().to_string()
}

/// A client for these keyword arguments, which may act on behalf of the user of another client. `None` counts as not
/// given.
pub(crate) fn client(
    py: Python<'_>,
    options: Option<&Bound<'_, PyDict>>,
    service_user: Option<&Client>,
) -> PyResult<Client> {
    let mut builder = builder(py, options)?.token_cache(process::tokens(py));
    if let Some(client) = service_user {
        builder = builder.service_user(client);
    }
    let made = match builder.clone().build() {
        // The error may concern a method from an installed package.
        Err(error) if error.kind().exit_code() == 3 && provider::look_for_installed(py)? => builder.build(),
        made => made,
    };
    made.map_err(|error| errors::to_python(py, &error))
}

/// A builder for these keyword arguments.
pub(crate) fn builder(py: Python<'_>, options: Option<&Bound<'_, PyDict>>) -> PyResult<ClientBuilder> {
    let mut builder = Client::builder().on_login_page(person::show_by_default);
    for (name, value) in options.into_iter().flatten() {
        let name: String = name.extract::<Text<'_>>()?.into();
        match name.as_str() {
            _ if value.is_none() => {}
            "cloud" => builder = builder.cloud(text(&name, &value)?),
            "environment" if value.extract()? => builder = builder.environment(),
            // `environment` is false here; `service_user` is a client, which the caller adds.
            "environment" | "service_user" => {}
            "ask" => builder = builder.ask(person::ask(&value)?),
            "on_login_page" => builder = builder.on_login_page(person::show(&value)?),
            "token_provider" => builder = builder.token_provider(Provider::of(&value)?),
            _ => {
                check_name(py, &name)?;
                builder = builder.option(&name, text(&name, &value)?);
            }
        }
    }
    Ok(builder)
}

fn check_name(py: Python<'_>, name: &str) -> PyResult<()> {
    if provider::knows_option(py, name)? {
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
    if let Ok(receipt) = value.cast::<Receipt>() {
        return Ok(receipt.get().to_ref());
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
        // The words of a command may contain commas.
        return if is_command { Ok(Value::from(words).to_string()) } else { Ok(words.join(",")) };
    }
    if value.hasattr("__fspath__")? {
        return text(name, &value.call_method0("__fspath__")?);
    }
    // The value may be a secret.
    Err(PyTypeError::new_err(format!("`{name}` cannot be of the type `{}`", value.get_type().name()?)))
}

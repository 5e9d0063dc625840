//! The configuration, and changes to it, for Python.

use std::path::PathBuf;

use archstone::{
    config::{self, Family, FileState},
    host::Host,
};
use pyo3::{
    exceptions::PyValueError,
    prelude::*,
    types::{PyDict, PyTuple},
};

use crate::{bridge, errors, options, provider, text::Text};

/// An effective option, and its origin.
#[pyclass(frozen, get_all, module = "archstone.config")]
pub(crate) struct Setting {
    /// The option, or the key of a service's setting.
    name: String,
    /// Its value; `***` for a secret.
    value: String,
    /// Its origin, as readable text.
    origin: String,
}

#[pymethods]
impl Setting {
    fn __repr__(&self) -> String {
        format!("Setting(name='{}', value='{}', origin='{}')", self.name, self.value, self.origin)
    }
}

/// A cloud in the configuration files.
#[pyclass(frozen, get_all, module = "archstone.config")]
pub(crate) struct NamedCloud {
    /// Its name.
    name: String,
    /// Its regions; the first is the default.
    regions: Py<PyTuple>,
    /// The vendor profile that it is based on.
    profile: Option<String>,
}

#[pymethods]
impl NamedCloud {
    fn __repr__(&self) -> String {
        format!("NamedCloud(name='{}')", self.name)
    }
}

/// An error or a likely mistake in the configuration.
#[pyclass(frozen, get_all, module = "archstone.config")]
pub(crate) struct Finding {
    /// Whether it is refused; otherwise it is only a likely mistake.
    is_error: bool,
    /// The problem and its place.
    message: String,
    /// What to do.
    hint: Option<String>,
}

#[pymethods]
impl Finding {
    fn __repr__(&self) -> String {
        format!("Finding(is_error={}, message='{}')", if self.is_error { "True" } else { "False" }, self.message)
    }
}

/// Return the options of the client that would be created, each with its origin.
///
/// Takes the arguments of `Client`. Secrets are not shown.
///
/// Raises:
///     ConfigurationError: a file is invalid, or there is no such cloud.
#[pyfunction]
#[pyo3(signature = (**options))]
pub(crate) fn explain(py: Python<'_>, options: Option<&Bound<'_, PyDict>>) -> PyResult<Vec<Setting>> {
    provider::look_for_installed(py)?;
    let explanation = options::builder(py, options)?.explain().map_err(|error| errors::to_python(py, &error))?;
    let settings = explanation.values.iter().map(|it| Setting {
        name: it.name.clone(),
        value: it.shown(),
        origin: it.origin.to_string(),
    });
    Ok(settings.collect())
}

/// Return the configuration of the client that would be created as `OS_*` variables for other programs, including secrets.
///
/// Takes the arguments of `Client`.
///
/// Raises:
///     ConfigurationError: something is missing or invalid.
#[pyfunction]
#[pyo3(signature = (**options))]
pub(crate) fn to_environment<'py>(
    py: Python<'py>,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyDict>> {
    provider::look_for_installed(py)?;
    let variables = options::builder(py, options)?.to_environment().map_err(|error| errors::to_python(py, &error))?;
    let dict = PyDict::new(py);
    for (name, value) in variables {
        dict.set_item(name, value.expose())?;
    }
    Ok(dict)
}

/// Return the clouds in `clouds.yaml` and `secure.yaml`.
///
/// Raises:
///     InvalidConfigError: a file cannot be parsed.
#[pyfunction]
pub(crate) fn clouds(py: Python<'_>) -> PyResult<Vec<NamedCloud>> {
    let clouds = config::clouds(&Host::default()).map_err(|error| errors::to_python(py, &error))?;
    let clouds = clouds.into_iter().map(|it| {
        Ok(NamedCloud { name: it.name, regions: PyTuple::new(py, it.regions)?.unbind(), profile: it.profile })
    });
    clouds.collect()
}

/// Return all problems in the configuration files and the environment.
#[pyfunction]
pub(crate) fn check(py: Python<'_>) -> PyResult<Vec<Finding>> {
    provider::look_for_installed(py)?;
    let findings = py.detach(|| config::check(&Host::default()));
    let findings = findings.into_iter().map(|it| Finding {
        is_error: it.is_error,
        message: it.message,
        hint: it.hint.map(|hint| hint.worded(errors::in_python)),
    });
    Ok(findings.collect())
}

/// Trust a configuration file in a working directory: it may run commands and read files for secrets, until it changes.
///
/// Raises:
///     ConfigurationError: it cannot be read, or the list of trusted files cannot be written.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "a path of Python becomes one of Rust")]
pub(crate) fn trust(py: Python<'_>, path: PathBuf) -> PyResult<()> {
    config::trust(&path, &Host::default()).map_err(|error| errors::to_python(py, &error))
}

/// Stop trusting a configuration file.
///
/// Returns:
///     Whether it was trusted.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "a path of Python becomes one of Rust")]
pub(crate) fn distrust(py: Python<'_>, path: PathBuf) -> PyResult<bool> {
    config::distrust(&path, &Host::default()).map_err(|error| errors::to_python(py, &error))
}

/// Return the configuration files in use, by kind: `clouds`, `secure`, `clouds-public`.
#[pyfunction]
pub(crate) fn paths(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let dict = PyDict::new(py);
    for file in config::searched(&Host::default()).into_iter().filter(|file| file.state == FileState::Used) {
        dict.set_item(file.family.name(), file.path)?;
    }
    Ok(dict)
}

/// A configuration file that is being edited. Comments, order and formatting are kept; nothing is written before
/// `save()`.
///
/// >>> file = ConfigFile()
/// >>> file.set("demo", "region_name", "north")
/// >>> file.save()
///
/// Args:
///     path: the file (default: the one of its family in use, or a new one in the user's own folder).
///     family: `clouds`, `secure` or `clouds-public`.
///
/// Raises:
///     InvalidConfigError: it cannot be read or parsed.
#[pyclass(module = "archstone.config")]
pub(crate) struct ConfigFile(config::ConfigFile);

#[pymethods]
impl ConfigFile {
    #[new]
    #[pyo3(signature = (path=None, *, family="clouds"))]
    fn new(py: Python<'_>, path: Option<std::path::PathBuf>, family: &str) -> PyResult<Self> {
        let families = [Family::Clouds, Family::Secure, Family::Public];
        let family = families.into_iter().find(|it| it.name() == family).ok_or_else(|| {
            let names = families.map(|it| format!("`{}`", it.name())).join(", ");
            PyValueError::new_err(format!("there is no family `{family}`: {names}"))
        })?;
        let file = match path {
            Some(path) => config::ConfigFile::at(path),
            None => config::ConfigFile::of(family, &Host::default()),
        };
        file.map(Self).map_err(|error| errors::to_python(py, &error))
    }

    /// The path of the file.
    #[getter]
    fn path(&self) -> std::path::PathBuf {
        self.0.path().to_owned()
    }

    /// The names of the clouds in it.
    #[getter]
    fn clouds(&self) -> Vec<String> {
        self.0.clouds()
    }

    /// Set an option of a cloud; the cloud is added if it does not exist.
    ///
    /// Raises:
    ///     InvalidConfigError: there is no such option, or the file cannot be edited safely.
    fn set(&mut self, py: Python<'_>, cloud: Text<'_>, option: Text<'_>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let value = options::text(&option, value)?;
        self.0.set(&cloud, &option, &value).map_err(|error| errors::to_python(py, &error))
    }

    /// Remove an option of a cloud.
    ///
    /// Returns:
    ///     Whether it existed.
    fn unset(&mut self, py: Python<'_>, cloud: Text<'_>, option: Text<'_>) -> PyResult<bool> {
        self.0.unset(&cloud, &option).map_err(|error| errors::to_python(py, &error))
    }

    /// Store a vendor's profile that was fetched, under the name of its host; in a file of the family `clouds-public`,
    /// a cloud with `profile: https://HOST` is then based on it.
    fn set_profile(&mut self, py: Python<'_>, profile: &FetchedProfile) -> PyResult<()> {
        self.0.set_profile(&profile.0).map_err(|error| errors::to_python(py, &error))
    }

    /// Rename a cloud.
    ///
    /// Returns:
    ///     Whether it existed.
    fn rename(&mut self, py: Python<'_>, cloud: Text<'_>, name: Text<'_>) -> PyResult<bool> {
        self.0.rename(&cloud, &name).map_err(|error| errors::to_python(py, &error))
    }

    /// Add a copy of a cloud in this file.
    ///
    /// Returns:
    ///     Whether the original exists.
    fn copy(&mut self, py: Python<'_>, cloud: Text<'_>, name: Text<'_>) -> PyResult<bool> {
        self.0.copy(&cloud, &name).map_err(|error| errors::to_python(py, &error))
    }

    /// Return the changes that `save` would make, line by line, with secrets as `***`.
    fn diff(&self) -> String {
        self.0.diff()
    }

    /// Remove a cloud.
    ///
    /// Returns:
    ///     Whether it existed.
    fn remove(&mut self, py: Python<'_>, cloud: Text<'_>) -> PyResult<bool> {
        self.0.remove(&cloud).map_err(|error| errors::to_python(py, &error))
    }

    /// Write the file atomically. If a secret was set, only the file's owner can read it.
    fn save(&self, py: Python<'_>) -> PyResult<()> {
        self.0.save().map_err(|error| errors::to_python(py, &error))
    }

    fn __repr__(&self) -> String {
        format!("ConfigFile('{}')", self.0.path().display())
    }
}

/// A vendor's profile that was fetched. `ConfigFile.set_profile()` stores it.
#[pyclass(frozen, module = "archstone.config")]
pub(crate) struct FetchedProfile(config::FetchedProfile);

#[pymethods]
impl FetchedProfile {
    /// The host that it came from, under which it is stored.
    #[getter]
    fn host(&self) -> &str {
        &self.0.host
    }

    fn __repr__(&self) -> String {
        format!("FetchedProfile(host='{}')", self.0.host)
    }
}

/// Fetch the profile of a vendor, such as `https://vexxhost.com`. Nothing in it is executed.
///
/// Takes the connection arguments of `Client`: `cacert`, `proxy`, `timeout` and others.
///
/// Raises:
///     InvalidConfigError: the address is not a URL.
///     InvalidResponseError: there is no profile.
#[pyfunction]
#[pyo3(signature = (address, **options))]
pub(crate) fn fetch_profile(
    py: Python<'_>,
    address: Text<'_>,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<FetchedProfile> {
    let transport = options::builder(py, options)?.transport().map_err(|error| errors::to_python(py, &error))?;
    let address = String::from(address);
    let fetching = async move { config::fetch_profile(&address, transport, &Host::default()).await };
    bridge::wait(py, fetching).map(FetchedProfile)
}

/// The contents of an openrc file.
#[pyclass(frozen, get_all, module = "archstone.config")]
pub(crate) struct Openrc {
    /// The options and the settings of services that it sets.
    options: Py<PyDict>,
    /// The variables whose value comes from elsewhere, such as a password that the file prompts for.
    open: Vec<String>,
    /// The `OS_*` variables that are not options.
    unknown: Vec<String>,
    /// The lines that were not fully understood: the number of each, from 1, and the variables that it names.
    unread: Vec<(usize, Vec<String>)>,
}

#[pymethods]
impl Openrc {
    fn __repr__(&self, py: Python<'_>) -> String {
        format!("Openrc(options={})", self.options.bind(py).keys())
    }
}

/// Read the variables that an openrc file exports, from its text. Nothing in it is run: values that only a shell could
/// compute are listed in `open`.
#[pyfunction]
pub(crate) fn read_openrc(py: Python<'_>, text: Text<'_>) -> PyResult<Openrc> {
    let config::Openrc { options: found, open, unknown, unread, .. } = config::read_openrc(&text);
    let options = PyDict::new(py);
    for (name, value) in found {
        options.set_item(name, value.expose())?;
    }
    let unread = unread.into_iter().map(|it| (it.line, it.variables)).collect();
    Ok(Openrc { options: options.unbind(), open, unknown, unread })
}

/// The place of a secret in the system keyring.
///
/// >>> KeyringPlace("archstone/demo").write("correct horse")
/// >>> Client(cloud="demo", password_keyring="archstone/demo")
///
/// Args:
///     place: `service/account`, or an account of the service `archstone`.
///
/// Raises:
///     InvalidConfigError: it is not a valid place; or, from the methods, there is no keyring.
#[pyclass(frozen, eq, module = "archstone.config")]
#[derive(PartialEq, Eq)]
pub(crate) struct KeyringPlace(config::KeyringPlace);

#[pymethods]
impl KeyringPlace {
    #[new]
    fn new(py: Python<'_>, place: Text<'_>) -> PyResult<Self> {
        place.parse().map(Self).map_err(|error| errors::to_python(py, &error))
    }

    /// The service that the secret is for.
    #[getter]
    fn service(&self) -> &str {
        self.0.service()
    }

    /// The account that the secret belongs to.
    #[getter]
    fn account(&self) -> &str {
        self.0.account()
    }

    /// Return the secret. The system may prompt a person to unlock the keyring, and blocks meanwhile.
    fn read(&self, py: Python<'_>) -> PyResult<String> {
        let secret = py.detach(|| self.0.read()).map_err(|error| errors::to_python(py, &error))?;
        Ok(secret.expose().to_owned())
    }

    /// Store a secret, replacing an existing one.
    fn write(&self, py: Python<'_>, secret: Text<'_>) -> PyResult<()> {
        py.detach(|| self.0.write(&secret.into())).map_err(|error| errors::to_python(py, &error))
    }

    /// Delete the secret.
    ///
    /// Returns:
    ///     Whether it existed.
    fn delete(&self, py: Python<'_>) -> PyResult<bool> {
        py.detach(|| self.0.delete()).map_err(|error| errors::to_python(py, &error))
    }

    fn __repr__(&self) -> String {
        format!("KeyringPlace('{}')", self.0)
    }
}

//! What is configured, and changes to it, for Python.

use archstone::{
    config::{self, Family, FileState},
    host::Host,
};
use pyo3::{
    prelude::*,
    types::{PyDict, PyTuple},
};

use crate::{errors, options};

/// An option that counts, and where it comes from.
#[pyclass(frozen, get_all, module = "archstone.config")]
pub(crate) struct Setting {
    /// The option, or the key of a service's setting.
    name: String,
    /// Its value; of a secret, `***`.
    value: String,
    /// Where it comes from, for people.
    origin: String,
}

#[pymethods]
impl Setting {
    fn __repr__(&self) -> String {
        format!("Setting(name='{}', value='{}', origin='{}')", self.name, self.value, self.origin)
    }
}

/// A cloud that files name.
#[pyclass(frozen, get_all, module = "archstone.config")]
pub(crate) struct NamedCloud {
    /// Its name.
    name: String,
    /// Its regions; the first is the usual one.
    regions: Py<PyTuple>,
    /// The vendor's profile that it is laid over.
    profile: Option<String>,
}

#[pymethods]
impl NamedCloud {
    fn __repr__(&self) -> String {
        format!("NamedCloud(name='{}')", self.name)
    }
}

/// Something that is wrong with the configuration, or looks wrong.
#[pyclass(frozen, get_all, module = "archstone.config")]
pub(crate) struct Finding {
    /// Whether it is refused; otherwise it only looks wrong.
    is_error: bool,
    /// What, and where.
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

/// Return the options that a client would be made with, each with where it comes from.
///
/// Takes what `Client` takes. Secrets are not shown.
///
/// Raises:
///     ConfigurationError: a file is wrong, or there is no such cloud.
#[pyfunction]
#[pyo3(signature = (**options))]
pub(crate) fn explain(py: Python<'_>, options: Option<&Bound<'_, PyDict>>) -> PyResult<Vec<Setting>> {
    let explanation = options::builder(options)?.explain().map_err(|error| errors::to_python(py, &error))?;
    let settings = explanation.values.iter().map(|it| Setting {
        name: it.name.clone(),
        value: it.shown(),
        origin: it.origin.to_string(),
    });
    Ok(settings.collect())
}

/// Return what a client would be made with as `OS_*` variables for other programs, secrets among them.
///
/// Takes what `Client` takes.
///
/// Raises:
///     ConfigurationError: something is missing or wrong.
#[pyfunction]
#[pyo3(signature = (**options))]
pub(crate) fn to_environment<'py>(
    py: Python<'py>,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyDict>> {
    let variables = options::builder(options)?.to_environment().map_err(|error| errors::to_python(py, &error))?;
    let dict = PyDict::new(py);
    for (name, value) in variables {
        dict.set_item(name, value.expose())?;
    }
    Ok(dict)
}

/// Return the clouds that `clouds.yaml` and `secure.yaml` name.
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

/// Return what is wrong with the configuration files and the environment, all of it.
#[pyfunction]
pub(crate) fn check(py: Python<'_>) -> Vec<Finding> {
    let findings = py.detach(|| config::check(&Host::default()));
    findings.into_iter().map(|it| Finding { is_error: it.is_error, message: it.message, hint: it.hint }).collect()
}

/// Return the configuration files that count, by kind: `clouds`, `secure`, `clouds-public`.
#[pyfunction]
pub(crate) fn paths(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let dict = PyDict::new(py);
    for file in config::searched(&Host::default()).into_iter().filter(|file| file.state == FileState::Used) {
        dict.set_item(file.family.name(), file.path)?;
    }
    Ok(dict)
}

/// A configuration file that is being changed. Comments, order and formatting stay; nothing is written
/// before `save()`.
///
/// >>> file = ConfigFile()
/// >>> file.set("demo", "region_name", "north")
/// >>> file.save()
///
/// Args:
///     path: the file; the `clouds.yaml` that counts unless said, or a new one in the user's own folder.
///
/// Raises:
///     InvalidConfigError: it cannot be read or parsed.
#[pyclass(module = "archstone.config")]
pub(crate) struct ConfigFile(config::ConfigFile);

#[pymethods]
impl ConfigFile {
    #[new]
    #[pyo3(signature = (path=None))]
    fn new(py: Python<'_>, path: Option<std::path::PathBuf>) -> PyResult<Self> {
        let file = match path {
            Some(path) => config::ConfigFile::at(path),
            None => config::ConfigFile::of(Family::Clouds, &Host::default()),
        };
        file.map(Self).map_err(|error| errors::to_python(py, &error))
    }

    /// Where the file is.
    #[getter]
    fn path(&self) -> std::path::PathBuf {
        self.0.path().to_owned()
    }

    /// The names of its clouds.
    #[getter]
    fn clouds(&self) -> Vec<String> {
        self.0.clouds()
    }

    /// Set an option of a cloud; the cloud is added when it is not there.
    ///
    /// Raises:
    ///     InvalidConfigError: there is no such option, or the file cannot be changed safely.
    fn set(&mut self, py: Python<'_>, cloud: &str, option: &str, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let value = options::text(option, value)?;
        self.0.set(cloud, option, &value).map_err(|error| errors::to_python(py, &error))
    }

    /// Take an option of a cloud away.
    ///
    /// Returns:
    ///     Whether it was there.
    fn unset(&mut self, py: Python<'_>, cloud: &str, option: &str) -> PyResult<bool> {
        self.0.unset(cloud, option).map_err(|error| errors::to_python(py, &error))
    }

    /// Call a cloud by another name.
    ///
    /// Returns:
    ///     Whether it was there.
    fn rename(&mut self, py: Python<'_>, cloud: &str, name: &str) -> PyResult<bool> {
        self.0.rename(cloud, name).map_err(|error| errors::to_python(py, &error))
    }

    /// Take a cloud away with all that it holds.
    ///
    /// Returns:
    ///     Whether it was there.
    fn remove(&mut self, py: Python<'_>, cloud: &str) -> PyResult<bool> {
        self.0.remove(cloud).map_err(|error| errors::to_python(py, &error))
    }

    /// Write the file in one step. Where a secret was set, it becomes its owner's alone.
    fn save(&self, py: Python<'_>) -> PyResult<()> {
        self.0.save().map_err(|error| errors::to_python(py, &error))
    }

    fn __repr__(&self) -> String {
        format!("ConfigFile('{}')", self.0.path().display())
    }
}

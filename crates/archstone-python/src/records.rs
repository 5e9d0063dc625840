//! Users and projects as Python classes.

use archstone::identity::Record;
use pyo3::{prelude::*, sync::PyOnceLock};
use serde::Serialize;

use crate::convert;

/// A user, as a Python object.
pub(crate) struct User(pub(crate) archstone::User);

/// A project, as a Python object.
pub(crate) struct Project(pub(crate) archstone::Project);

impl<'py> IntoPyObject<'py> for User {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        static CLASS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        resource(CLASS.import(py, "archstone.identity", "User")?, &self.0)
    }
}

impl<'py> IntoPyObject<'py> for Project {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        static CLASS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        resource(CLASS.import(py, "archstone.identity", "Project")?, &self.0)
    }
}

fn resource<'py>(class: &Bound<'py, PyAny>, of: &(impl Record + Serialize)) -> PyResult<Bound<'py, PyAny>> {
    class.call1((convert::to_python(class.py(), of)?,))
}

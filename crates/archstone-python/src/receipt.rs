//! The receipt of a login that needs more factors.

use pyo3::{prelude::*, types::PyDateTime};

use crate::convert;

/// The receipt of a login that lacks factors: which are completed, and which are missing.
///
/// Comes with a ReceiptIssuedError, as its `receipt`. It can be pickled with the error; its `id` is valid for a few
/// minutes, and only together with the missing factors. `Client(receipt=…)` continues the login with it.
#[pyclass(frozen, eq, module = "archstone")]
#[derive(Clone, PartialEq)]
pub(crate) struct Receipt(pub(crate) archstone::Receipt);

#[pymethods]
impl Receipt {
    #[new]
    #[pyo3(signature = (id, methods, required_auth_methods, expires_at = None))]
    fn new(
        id: &str,
        methods: Vec<String>,
        required_auth_methods: Vec<Vec<String>>,
        expires_at: Option<&str>,
    ) -> PyResult<Self> {
        let expires_at = expires_at.map(convert::instant).transpose()?;
        Ok(Self(archstone::Receipt { id: id.into(), methods, required_auth_methods, expires_at }))
    }

    /// The value of the header `Openstack-Auth-Receipt`. Secret.
    #[getter]
    fn id(&self) -> &str {
        self.0.id.expose()
    }

    /// The methods that have succeeded.
    #[getter]
    fn methods(&self) -> Vec<String> {
        self.0.methods.clone()
    }

    /// The sets of methods of which one must be completed.
    #[getter]
    fn required_auth_methods(&self) -> Vec<Vec<String>> {
        self.0.required_auth_methods.clone()
    }

    /// When the receipt expires, by the server's clock.
    #[getter]
    fn expires_at<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDateTime>>> {
        self.0.expires_at.map(|at| convert::datetime(py, at)).transpose()
    }

    /// Return text to store, from which `Client(receipt=…)` can continue the login later.
    ///
    /// It contains the receipt: keep it as secret as a password.
    pub(crate) fn to_ref(&self) -> String {
        self.0.to_reference().expose().to_owned()
    }

    fn __reduce__(slf: &Bound<'_, Self>) -> PyResult<(Py<PyAny>, Py<PyAny>)> {
        let py = slf.py();
        let archstone::Receipt { id, methods, required_auth_methods, expires_at } = &slf.get().0;
        let arguments = (id.expose(), methods, required_auth_methods, expires_at.map(|at| at.to_string()));
        Ok((slf.get_type().into_any().unbind(), arguments.into_pyobject(py)?.into_any().unbind()))
    }

    fn __repr__(&self) -> String {
        format!(
            "<archstone.Receipt methods={:?} required_auth_methods={:?}>",
            self.0.methods, self.0.required_auth_methods
        )
    }
}

//! Users and projects as Python objects.

use pyo3::{
    prelude::*,
    types::{PyDict, PyString},
};

use crate::convert;

/// A resource of the identity service: its fields as attributes; equality by content, a dict there
/// and back, pickling.
macro_rules! resource {
    ($( #[doc = $doc:literal] )+ $name:ident { $( $( #[doc = $field_doc:literal] )+ $field:ident: $kind:ty, )+ }) => {
        $( #[doc = $doc] )+
        #[pyclass(frozen, eq, module = "archstone")]
        #[derive(PartialEq)]
        pub(crate) struct $name(pub(crate) archstone::$name);

        #[pymethods]
        impl $name {
            $(
                $( #[doc = $field_doc] )+
                #[getter]
                fn $field(&self) -> $kind {
                    self.0.$field.clone()
                }
            )+

            /// Everything else that the identity service said, as a dict.
            #[getter]
            fn extra<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                convert::to_python(py, &self.0.extra)
            }

            /// Return everything as a dict, as the identity service has it.
            fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                convert::to_python(py, &self.0)
            }

            /// Make one of a dict, as the identity service and `to_dict()` have it.
            ///
            /// Raises:
            ///     ValueError: the dict lacks `id` or `name`, or something in it is of a wrong type.
            #[staticmethod]
            #[pyo3(signature = (fields, /))]
            fn from_dict(fields: &Bound<'_, PyDict>) -> PyResult<Self> {
                convert::from_python(fields).map(Self)
            }

            fn __hash__(&self, py: Python<'_>) -> PyResult<isize> {
                PyString::new(py, &self.0.id).hash()
            }

            fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyAny>,))> {
                Ok((py.get_type::<Self>().getattr("from_dict")?, (self.to_dict(py)?,)))
            }

            fn __repr__(&self) -> String {
                format!("<archstone.{} name={:?} id={:?}>", stringify!($name), self.0.name, self.0.id)
            }
        }
    };
}

resource! {
    /// A user of the identity service.
    ///
    /// What has no attribute here is in `extra`; `to_dict()` has everything.
    User {
        /// The id.
        id: String,
        /// The name, unique within the domain.
        name: String,
        /// The id of the domain that owns the user.
        domain_id: Option<String>,
        /// The id of the project that a token is for when none is asked.
        default_project_id: Option<String>,
        /// Where to write to.
        email: Option<String>,
        /// What people wrote about it.
        description: Option<String>,
        /// Whether the user can log in.
        enabled: bool,
        /// When the password expires, as the identity service writes it.
        password_expires_at: Option<String>,
    }
}

resource! {
    /// A project: what owns resources. Once called tenant.
    ///
    /// What has no attribute here is in `extra`; `to_dict()` has everything.
    Project {
        /// The id.
        id: String,
        /// The name, unique within the domain.
        name: String,
        /// The id of the domain that owns the project.
        domain_id: Option<String>,
        /// The id of the project above it; the domain's for a project at the top.
        parent_id: Option<String>,
        /// What people wrote about it.
        description: Option<String>,
        /// Whether tokens are issued for it.
        enabled: bool,
        /// Whether it acts as a domain.
        is_domain: bool,
        /// Its tags.
        tags: Vec<String>,
    }
}

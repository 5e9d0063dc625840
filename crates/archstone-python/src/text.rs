//! Text from Python.
//!
//! Python strings can contain lone surrogates, which UTF-8 cannot represent: PyO3's own error for them contains the
//! whole text, which may be a secret.

use std::ops::Deref;

use archstone::{Error, ErrorKind, Secret};
use pyo3::{Borrowed, exceptions::PyUnicodeEncodeError, prelude::*, types::PyString};

use crate::errors;

/// A text argument.
#[derive(Clone, Copy, Default)]
pub(crate) struct Text<'a>(&'a str);

impl<'a, 'py> FromPyObject<'a, 'py> for Text<'a> {
    type Error = PyErr;

    fn extract(given: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        <&'a str>::extract(given).map(Self).map_err(|error| {
            if error.is_instance_of::<PyUnicodeEncodeError>(given.py()) {
                lone_surrogate(given.py(), ErrorKind::InvalidRequest, "the text")
            } else {
                error
            }
        })
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        self.0
    }
}

impl AsRef<str> for Text<'_> {
    fn as_ref(&self) -> &str {
        self.0
    }
}

impl From<Text<'_>> for String {
    fn from(text: Text<'_>) -> Self {
        text.0.to_owned()
    }
}

impl From<Text<'_>> for Secret {
    fn from(text: Text<'_>) -> Self {
        text.0.into()
    }
}

/// The text of a string, or an error of this kind.
pub(crate) fn of(text: &Bound<'_, PyString>, kind: ErrorKind, what: &str) -> PyResult<String> {
    text.to_str().map(str::to_owned).map_err(|_| lone_surrogate(text.py(), kind, what))
}

/// The error for text that cannot be sent; it contains none of it.
pub(crate) fn lone_surrogate(py: Python<'_>, kind: ErrorKind, what: &str) -> PyErr {
    let message = format!("{what} holds half of a surrogate pair (U+D800 to U+DFFF), which is not a character");
    let hint = "decode the text with its own encoding: such halves come from `surrogateescape`";
    errors::to_python(py, &Error::new(kind, message).with_hint(hint))
}

//! Work for Python while a future is in progress.

use std::{
    convert::Infallible,
    future::{Future, pending},
};

use pyo3::prelude::*;

/// Work for Python while a future is in progress, such as reading the next chunk of a body.
pub(crate) trait Errands: Sync {
    /// One piece of work.
    type Errand: Send + 'static;

    /// Waits for the next one. The future can be dropped.
    fn next(&self) -> impl Future<Output = Self::Errand> + Send + 'static;

    /// Runs one.
    fn run(&self, py: Python<'_>, errand: Self::Errand) -> PyResult<()>;
}

/// No work.
pub(crate) struct NoErrands;

impl Errands for NoErrands {
    type Errand = Infallible;

    fn next(&self) -> impl Future<Output = Infallible> + Send + 'static {
        pending()
    }

    fn run(&self, _: Python<'_>, errand: Infallible) -> PyResult<()> {
        match errand {}
    }
}

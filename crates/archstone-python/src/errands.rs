//! What Python has to do while a future is under way.

use std::{
    convert::Infallible,
    future::{Future, pending},
};

use pyo3::prelude::*;

/// What Python has to do while a future is under way, such as to read the next piece of a body.
pub(crate) trait Errands: Sync {
    /// One of them.
    type Errand: Send + 'static;

    /// The next one. Can be dropped while it waits.
    fn next(&self) -> impl Future<Output = Self::Errand> + Send + 'static;

    /// Does one.
    fn run(&self, py: Python<'_>, errand: Self::Errand) -> PyResult<()>;
}

/// Nothing to do.
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

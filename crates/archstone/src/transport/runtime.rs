//! The Tokio runtime, without which nothing can be sent or waited for.

use tokio::runtime::Handle;

use crate::error::{Error, ErrorKind, Result};

/// The runtime that the caller's code runs in.
pub(crate) fn current() -> Result<Handle> {
    Handle::try_current().map_err(|_| {
        Error::new(ErrorKind::InvalidRequest, "requests need a Tokio runtime, and this code runs in none")
            .with_hint("run it below `#[tokio::main]` or `Runtime::block_on`, or use `archstone::blocking::Client`")
    })
}

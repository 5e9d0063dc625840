//! The two streams: results go to standard output, and everything for people to standard error.

use std::io::{self, Write};

/// Writes a result.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Writes for people. There is nobody left to tell when that fails.
pub(crate) fn tell(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

//! The two streams: results go to standard output, and everything for people to standard error.

use std::io::{self, IsTerminal, Write};

use archstone::text::escaped_lines;

/// Writes a result: to programs as it is, and to a terminal, where people read it, with nothing hidden in it.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if out.is_terminal() {
        out.write_all(escaped_lines(text).as_bytes())?;
    } else {
        out.write_all(text.as_bytes())?;
    }
    out.flush()
}

/// Writes for people. There is nobody left to tell when that fails.
pub(crate) fn tell(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", escaped_lines(text));
}

//! The two streams: results go to standard output, and everything for people to standard error.

use std::io::{self, IsTerminal, Write};

use archstone::text::escaped_lines;

/// Writes a result: to programs as it is, and to a terminal, where people read it, with nothing hidden in it.
pub(crate) fn print(text: &str) -> io::Result<()> {
    if is_closed() && !text.is_empty() {
        return Err(io::Error::other("standard output is closed"));
    }
    let mut out = io::stdout().lock();
    if out.is_terminal() {
        out.write_all(escaped_lines(text).as_bytes())?;
    } else {
        out.write_all(text.as_bytes())?;
    }
    out.flush()
}

/// Writes for people. If that fails, there is nowhere to report it.
pub(crate) fn tell(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", escaped_lines(text));
}

/// Whether standard output was closed when the program was started. By now `/dev/null` is in its place, so that no file
/// can take it; what is written there would be lost without an error.
pub(crate) fn is_closed() -> bool {
    #[cfg(unix)]
    return at_start::STDOUT_IS_CLOSED.load(std::sync::atomic::Ordering::Relaxed);
    #[cfg(not(unix))]
    false
}

#[cfg(unix)]
mod at_start {
    use std::sync::atomic::{AtomicBool, Ordering};

    pub(super) static STDOUT_IS_CLOSED: AtomicBool = AtomicBool::new(false);

    ctor::declarative::ctor! {
        // Runs before the runtime of Rust, and does nothing but one system call.
        #[ctor(unsafe)]
        fn look() {
            let is_open = rustix::io::fcntl_getfd(rustix::stdio::stdout()).is_ok();
            STDOUT_IS_CLOSED.store(!is_open, Ordering::Relaxed);
        }
    }
}

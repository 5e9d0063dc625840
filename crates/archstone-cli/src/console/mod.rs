//! Output streams: results go to standard output, and everything for people to standard error.

mod pager;

use std::{
    cell::RefCell,
    io::{self, IsTerminal, Write},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use archstone::{host::Host, text::escaped_lines};

pub(crate) use self::pager::Out;
use crate::paint::{self, Paint};

/// Writes a result, in which control sequences are already escaped: see [`Escape`](crate::output::Escape).
pub(crate) fn print(text: &str) -> io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    if is_closed() {
        return Err(io::Error::other("standard output is closed"));
    }
    let _line = without_status();
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// The kind of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Error,
    Warning,
    Info,
    Debug,
    Hint,
}

impl Kind {
    fn label(self) -> (&'static str, Option<Paint>) {
        match self {
            Self::Error => ("error:", Some(paint::ERROR)),
            Self::Warning => ("warning:", Some(paint::WARNING)),
            Self::Info => ("info:", None),
            Self::Debug => ("debug:", None),
            Self::Hint => ("hint:", Some(paint::HINT)),
        }
    }
}

/// Runs the work, and returns its result with the messages that this thread printed meanwhile; only errors if it is
/// quiet.
pub(crate) fn collected<T>(is_quiet: bool, work: impl FnOnce() -> T) -> (T, String) {
    COLLECTED.set(Some(Collected { text: String::new(), is_quiet }));
    let done = work();
    (done, COLLECTED.take().map(|it| it.text).unwrap_or_default())
}

struct Collected {
    text: String,
    is_quiet: bool,
}

thread_local! {
    static COLLECTED: RefCell<Option<Collected>> = const { RefCell::new(None) };
}

/// Writes a message for people.
pub(crate) fn say(kind: Kind, text: &str) {
    let is_quiet = COLLECTED.with_borrow(|it| it.as_ref().is_some_and(|it| it.is_quiet));
    if is_quiet && kind != Kind::Error {
        return;
    }
    let (label, paint) = kind.label();
    let label = paint.filter(|_| paint::is_painted(&io::stderr())).map_or(label.into(), |paint| paint.text(label));
    tell_as_is(&format!("{label} {}", escaped_lines(text)));
}

/// Writes a message for people. It may contain text from outside, which is escaped.
pub(crate) fn tell(text: &str) {
    tell_as_is(&escaped_lines(text));
}

/// The same, unless only errors were requested.
pub(crate) fn tell_unless_quiet(text: &str) {
    if !IS_QUIET.load(Ordering::Relaxed) {
        tell(text);
    }
}

/// Writes text that needs no escaping to standard error. If that fails, there is nowhere to report it.
pub(crate) fn tell_as_is(text: &str) {
    let is_collected = COLLECTED.with_borrow_mut(|collected| {
        let Some(collected) = collected else { return false };
        collected.text.push_str(text);
        collected.text.push('\n');
        true
    });
    if is_collected {
        return;
    }
    let _line = without_status();
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Whether a progress line is on the screen.
static STATUS: Mutex<bool> = Mutex::new(false);

static IS_QUIET: AtomicBool = AtomicBool::new(false);

/// Shows no progress from now on.
pub(crate) fn be_quiet() {
    IS_QUIET.store(true, Ordering::Relaxed);
}

/// Whether progress is shown: only on a terminal.
pub(crate) fn has_status() -> bool {
    let is_dumb = || paint::is_dumb(|name| Host::default().variable(name));
    !IS_QUIET.load(Ordering::Relaxed) && io::stderr().is_terminal() && !is_dumb()
}

/// Shows a progress line, in place of the last one.
pub(crate) fn show_status(text: &str) {
    let mut is_shown = STATUS.lock().unwrap_or_else(PoisonError::into_inner);
    *is_shown = true;
    let mut out = io::stderr().lock();
    let _ = write!(out, "\r{}\x1b[K", escaped_lines(text));
    let _ = out.flush();
}

/// Removes the progress line. Until the guard is dropped, there will be no other.
pub(crate) fn without_status() -> MutexGuard<'static, bool> {
    let mut is_shown = STATUS.lock().unwrap_or_else(PoisonError::into_inner);
    if std::mem::take(&mut *is_shown) {
        let mut out = io::stderr().lock();
        let _ = write!(out, "\r\x1b[K");
        let _ = out.flush();
    }
    is_shown
}

/// Whether standard output was closed when the program was started. The Rust runtime then opens `/dev/null` in its
/// place, so that no other file gets its descriptor; output would be lost without an error.
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
        // Runs before the Rust runtime, and makes only one system call.
        #[ctor(unsafe)]
        fn look() {
            let is_open = rustix::io::fcntl_getfd(rustix::stdio::stdout()).is_ok();
            STDOUT_IS_CLOSED.store(!is_open, Ordering::Relaxed);
        }
    }
}

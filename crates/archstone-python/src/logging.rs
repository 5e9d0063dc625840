//! What the library tells of its work, in Python's own log.
//!
//! Loggers are named after what is told: `archstone.login`, `archstone.discovery`, `archstone.request`,
//! `archstone.retry`, `archstone.cache`. Warnings go there always; what is below is made only when one of the
//! loggers is enabled for it, which is looked up whenever Python begins to wait for something.

use std::sync::atomic::{AtomicBool, Ordering};

use archstone::events::{self, Level, Listener};
use pyo3::{prelude::*, sync::PyOnceLock};

const LOGGERS: [&str; 5] =
    ["archstone.login", "archstone.discovery", "archstone.request", "archstone.retry", "archstone.cache"];

/// Python's number of the level below which nothing is told.
const DEBUG: u8 = 10;

/// Whether any of the loggers wants more than warnings.
static IS_TALKATIVE: AtomicBool = AtomicBool::new(false);

/// Sends the library's events to Python from now on.
pub(crate) fn listen() {
    // Refused only where it is done already.
    events::listen(Level::DEBUG, Bridge);
}

/// Looks how much Python wants to know.
pub(crate) fn look(py: Python<'_>) {
    let is_talkative = loggers(py).is_some_and(|loggers| {
        loggers.iter().any(|logger| {
            let enabled = logger.bind(py).call_method1("isEnabledFor", (DEBUG,));
            enabled.and_then(|it| it.is_truthy()).unwrap_or(false)
        })
    });
    IS_TALKATIVE.store(is_talkative, Ordering::Relaxed);
}

/// The loggers, once the program itself has imported `logging`: before, nobody can have asked for anything.
fn loggers(py: Python<'_>) -> Option<&'static [Py<PyAny>]> {
    static MODULES: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    static FOUND: PyOnceLock<Vec<Py<PyAny>>> = PyOnceLock::new();
    if let Some(loggers) = FOUND.get(py) {
        return Some(loggers);
    }
    let modules = MODULES.import(py, "sys", "modules").ok()?;
    let logging = modules.call_method1("get", ("logging",)).ok().filter(|it| !it.is_none())?;
    let get = logging.getattr("getLogger").ok()?;
    let find = || LOGGERS.iter().map(|name| get.call1((*name,)).map(Bound::unbind)).collect::<PyResult<Vec<_>>>();
    FOUND.get_or_try_init(py, find).ok().map(Vec::as_slice)
}

struct Bridge;

impl Listener for Bridge {
    fn wants(&self, level: Level) -> bool {
        level <= Level::WARN || IS_TALKATIVE.load(Ordering::Relaxed)
    }

    fn tell(&self, level: Level, target: &str, message: &str, fields: &str) {
        let level = match level {
            Level::ERROR => 40,
            Level::WARN => 30,
            Level::INFO => 20,
            _ => DEBUG,
        };
        let logger = target.replace("::", ".");
        // Fails only at the end of the interpreter, or in what the program hangs on its loggers.
        let _ = Python::try_attach(|py| log(py, &logger, level, message, fields));
    }
}

fn log(py: Python<'_>, logger: &str, level: u8, message: &str, fields: &str) -> PyResult<()> {
    let logger = py.import("logging")?.call_method1("getLogger", (logger,))?;
    // Values are no format of Python's.
    logger.call_method1("log", (level, "%s%s", message, fields)).map(|_| ())
}

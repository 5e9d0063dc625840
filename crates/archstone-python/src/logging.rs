//! What the library tells of its work, in Python's own log.
//!
//! Loggers are named after what is told: `archstone.login`, `archstone.discovery`, `archstone.request`,
//! `archstone.retry`, `archstone.cache`. Warnings go there always; what is below is made only when one of the
//! loggers is enabled for it, which is looked up whenever Python begins to wait for something. The library's
//! events hold no secrets: of a token they have a digest, and bodies are never told.

use std::{
    fmt::{self, Write},
    sync::atomic::{AtomicBool, Ordering},
};

use pyo3::{prelude::*, sync::PyOnceLock};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
    span,
};

const LOGGERS: [&str; 5] =
    ["archstone.login", "archstone.discovery", "archstone.request", "archstone.retry", "archstone.cache"];

/// Python's number of the level below which nothing is told.
const DEBUG: u8 = 10;

/// Whether any of the loggers wants more than warnings.
static IS_TALKATIVE: AtomicBool = AtomicBool::new(false);

/// Sends the library's events to Python from now on.
pub(crate) fn listen() {
    // Refused only where it is done already.
    let _ = tracing::subscriber::set_global_default(Bridge);
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

impl Subscriber for Bridge {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let is_wanted = *metadata.level() <= Level::WARN || IS_TALKATIVE.load(Ordering::Relaxed);
        is_wanted && !metadata.is_span() && metadata.target().starts_with("archstone")
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::DEBUG)
    }

    fn register_callsite(&self, _: &'static Metadata<'static>) -> tracing::subscriber::Interest {
        tracing::subscriber::Interest::sometimes()
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        let level = match *event.metadata().level() {
            Level::ERROR => 40,
            Level::WARN => 30,
            Level::INFO => 20,
            _ => DEBUG,
        };
        let logger = event.metadata().target().replace("::", ".");
        // Fails only at the end of the interpreter, or in what the program hangs on its loggers.
        let _ = Python::try_attach(|py| line.log(py, &logger, level));
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Line {
    fn log(&self, py: Python<'_>, logger: &str, level: u8) -> PyResult<()> {
        let logger = py.import("logging")?.call_method1("getLogger", (logger,))?;
        // Values are no format of Python's.
        logger.call_method1("log", (level, "%s%s", &self.message, &self.fields)).map(|_| ())
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing into memory does not fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }
}

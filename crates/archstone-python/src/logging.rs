//! Forwards the library's log to Python's logging.
//!
//! The loggers are `archstone.login`, `archstone.discovery`, `archstone.request`, `archstone.retry` and
//! `archstone.cache`. Warnings are always forwarded; lower levels only if one of the loggers is enabled for them, which
//! is checked whenever Python starts to wait for something.
//!
//! Logging handlers are Python code, and never run inside a runtime. There, records are collected for the waiting
//! thread, or passed to the event loop or greenlet that the work belongs to; records that belong to none are logged by
//! a thread that may block.

use std::{
    cell::{Cell, RefCell},
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker},
};

use archstone::events::{self, Level, Listener};
use pyo3::{exceptions::PyException, prelude::*, sync::PyOnceLock};
use tokio::runtime::Handle;

const LOGGERS: [&str; 5] =
    ["archstone.login", "archstone.discovery", "archstone.request", "archstone.retry", "archstone.cache"];

/// Python's number for the lowest level that is logged.
const DEBUG: u8 = 10;

/// Whether any of the loggers is enabled for more than warnings.
static IS_TALKATIVE: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// Whether this thread is doing its own work inside a runtime.
    static GATHERS: Cell<bool> = const { Cell::new(false) };
    static GATHERED: RefCell<Gathered> = const { RefCell::new(Gathered { records: Vec::new(), waker: None }) };
    /// The waiter that the current work of this runtime thread belongs to.
    static ADDRESSEE: RefCell<Option<Arc<dyn Records>>> = const { RefCell::new(None) };
}

/// The records of a thread while it is inside a runtime.
struct Gathered {
    records: Vec<Record>,
    waker: Option<Waker>,
}

/// A record for Python's log.
pub(crate) struct Record {
    logger: String,
    level: u8,
    message: String,
    fields: String,
}

/// Passes records to a place where Python runs.
pub(crate) trait Records: Send + Sync {
    /// Takes a record; returns it if it can no longer be delivered.
    fn add(self: Arc<Self>, record: Record) -> Option<Record>;
}

/// Sends the library's events to Python from now on.
pub(crate) fn listen() {
    // Refused only if a listener is registered already.
    events::listen(Level::DEBUG, Bridge);
}

/// Checks which level Python wants.
pub(crate) fn look(py: Python<'_>) {
    let is_talkative = questions(py).is_some_and(|questions| {
        questions.iter().any(|is_enabled_for| {
            let enabled = is_enabled_for.bind(py).call1((DEBUG,));
            enabled.and_then(|it| it.is_truthy()).unwrap_or(false)
        })
    });
    IS_TALKATIVE.store(is_talkative, Ordering::Relaxed);
}

/// The loggers' `isEnabledFor`, once the program itself has imported `logging`: before, no level can have been set.
fn questions(py: Python<'_>) -> Option<&'static [Py<PyAny>]> {
    static MODULES: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    static FOUND: PyOnceLock<Vec<Py<PyAny>>> = PyOnceLock::new();
    if let Some(questions) = FOUND.get(py) {
        return Some(questions);
    }
    let modules = MODULES.import(py, "sys", "modules").ok()?;
    let logging = modules.call_method1("get", ("logging",)).ok().filter(|it| !it.is_none())?;
    let get = logging.getattr("getLogger").ok()?;
    let question = |name: &&str| get.call1((*name,))?.getattr("isEnabledFor").map(Bound::unbind);
    FOUND.get_or_try_init(py, || LOGGERS.iter().map(question).collect::<PyResult<Vec<_>>>()).ok().map(Vec::as_slice)
}

/// Runs work of this thread inside a runtime, and collects its log records.
pub(crate) fn gathering<T>(work: impl FnOnce() -> T) -> T {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            GATHERS.set(self.0);
        }
    }
    let _restore = Restore(GATHERS.replace(true));
    work()
}

/// Whether this thread has collected records; it is woken when it does.
pub(crate) fn gathered(context: &Context<'_>) -> Poll<()> {
    GATHERED.with_borrow_mut(|gathered| {
        if !gathered.records.is_empty() {
            return Poll::Ready(());
        }
        if !gathered.waker.as_ref().is_some_and(|waker| waker.will_wake(context.waker())) {
            gathered.waker = Some(context.waker().clone());
        }
        Poll::Pending
    })
}

/// Logs the records that this thread has collected, outside of any runtime.
pub(crate) fn tell_gathered() -> PyResult<()> {
    let records = GATHERED.with_borrow_mut(|gathered| std::mem::take(&mut gathered.records));
    if records.is_empty() {
        return Ok(());
    }
    Python::try_attach(|py| tell(py, records)).unwrap_or(Ok(()))
}

/// Logs records in Python. Exceptions of handlers are ignored, except for those that end a program.
pub(crate) fn tell(py: Python<'_>, records: Vec<Record>) -> PyResult<()> {
    for record in records {
        if let Err(raised) = log(py, &record)
            && !raised.is_instance_of::<PyException>(py)
        {
            return Err(raised);
        }
    }
    Ok(())
}

fn log(py: Python<'_>, record: &Record) -> PyResult<()> {
    let logger = py.import("logging")?.call_method1("getLogger", (&record.logger,))?;
    // The message must not be interpreted as a Python format.
    logger.call_method1("log", (record.level, "%s%s", &record.message, &record.fields)).map(|_| ())
}

/// A future whose log records go to its waiter.
pub(crate) struct Reporting<F> {
    future: Pin<Box<F>>,
    addressee: Option<Arc<dyn Records>>,
}

impl<F: Future> Reporting<F> {
    pub(crate) fn to(addressee: Arc<dyn Records>, future: F) -> Self {
        Self { future: Box::pin(future), addressee: Some(addressee) }
    }
}

impl<F: Future> Future for Reporting<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        ADDRESSEE.set(this.addressee.take());
        let polled = this.future.as_mut().poll(context);
        this.addressee = ADDRESSEE.take();
        polled
    }
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
        deliver(Record {
            logger: target.replace("::", "."),
            level,
            message: message.to_owned(),
            fields: fields.to_owned(),
        });
    }
}

fn deliver(record: Record) {
    if GATHERS.get() {
        let waker = GATHERED.with_borrow_mut(|gathered| {
            gathered.records.push(record);
            gathered.waker.take()
        });
        if let Some(waker) = waker {
            waker.wake();
        }
        return;
    }
    let addressee = ADDRESSEE.with_borrow(Clone::clone);
    let record = match addressee {
        Some(addressee) => addressee.add(record),
        None => Some(record),
    };
    let Some(record) = record else { return };
    // Fails only at the exit of the interpreter, or in the program's own handlers.
    let now = move || Python::try_attach(|py| log(py, &record).is_ok());
    match Handle::try_current() {
        Ok(runtime) => drop(runtime.spawn_blocking(now)),
        Err(_) => drop(now()),
    }
}

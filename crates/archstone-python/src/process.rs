//! State that belongs to one process: its runtime and its tokens.
//!
//! A `fork` copies memory, but only the thread that calls it. In the child, the parent's runtime has no threads, and
//! its locks may never be released; so the child gets its own state, and deliberately leaks the parent's.

use std::{
    pin::Pin,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use archstone::TokenCache;
use pyo3::{
    exceptions::{PyImportError, PyOSError},
    prelude::*,
    types::PyDict,
};
use tokio::{
    runtime::{Builder, Handle, Runtime},
    task::yield_now,
    time::{Instant, Sleep, sleep_until},
};

/// The number of forks between the first process and this one.
static GENERATION: AtomicUsize = AtomicUsize::new(0);
/// Locked only briefly and while attached to Python, so that a fork cannot happen meanwhile.
static CURRENT: Mutex<Option<&'static Process>> = Mutex::new(None);

pub(crate) struct Process {
    generation: usize,
    tokens: TokenCache,
    /// For asyncio: has its own threads.
    runtime: OnceLock<Runtime>,
    /// For threads that wait: the waiting caller does the work, so that nothing is passed between threads.
    waiting: OnceLock<Waiting>,
}

/// The runtime of waiting threads, and their timers.
pub(crate) struct Waiting {
    pub(crate) runtime: Runtime,
    timers: Mutex<Vec<Pin<Box<Sleep>>>>,
}

impl Waiting {
    /// A timer, for a thread that works in this runtime. Each wait needs one: a new timer that fires before all others
    /// costs a system call, and wakes the runtime; resetting an existing one is almost free.
    pub(crate) fn timer(&self, end: Instant) -> Pin<Box<Sleep>> {
        match self.timers.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            Some(mut timer) => {
                timer.as_mut().reset(end);
                timer
            }
            None => Box::pin(sleep_until(end)),
        }
    }

    /// Keeps a timer for the next wait.
    pub(crate) fn keep(&self, timer: Pin<Box<Sleep>>) {
        /// More threads than this rarely wait at once.
        const MOST: usize = 16;
        let mut timers = self.timers.lock().unwrap_or_else(PoisonError::into_inner);
        if timers.len() < MOST {
            timers.push(timer);
        }
    }
}

/// Distinguishes this process from the one that it was forked from.
#[inline]
pub(crate) fn generation() -> usize {
    GENERATION.load(Ordering::Relaxed)
}

/// The token cache that all clients of this process share.
pub(crate) fn tokens(_: Python<'_>) -> &'static TokenCache {
    &current().tokens
}

/// The runtime of this process, started on first use.
pub(crate) fn runtime(_: Python<'_>) -> PyResult<&'static Runtime> {
    let process = current();
    if let Some(runtime) = process.runtime.get() {
        return Ok(runtime);
    }
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("archstone")
        .enable_all()
        .build()
        .map_err(|error| PyOSError::new_err(format!("cannot start the threads that archstone needs: {error}")))?;
    Ok(process.runtime.get_or_init(|| runtime))
}

/// The runtime of waiting threads. It runs only while one of them does.
pub(crate) fn waiting_runtime(_: Python<'_>) -> PyResult<&'static Waiting> {
    let process = current();
    if let Some(waiting) = process.waiting.get() {
        return Ok(waiting);
    }
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| PyOSError::new_err(format!("cannot set up what archstone waits with: {error}")))?;
    Ok(process.waiting.get_or_init(|| Waiting { runtime, timers: Mutex::default() }))
}

/// The last field of a struct that holds connections: closes those that nothing else holds, once the fields before it
/// are dropped.
pub(crate) struct ClosesConnections;

impl Drop for ClosesConnections {
    fn drop(&mut self) {
        close_connections();
    }
}

/// Lets the runtime of waiting threads close dropped connections: nobody may wait there again.
pub(crate) fn close_connections() {
    let close = || {
        Python::try_attach(|py| {
            if let Some(Waiting { runtime, .. }) = current().waiting.get() {
                py.detach(|| {
                    // The last wait may have left something, too, which is not counted.
                    runtime.block_on(yield_now());
                    catch_up(runtime);
                });
            }
        })
    };
    match Handle::try_current() {
        // Blocking is not possible inside a runtime, neither on another runtime nor on Python.
        Ok(inside) => drop(inside.spawn_blocking(close)),
        Err(_) => drop(close()),
    }
}

/// Runs the tasks that another thread has woken in the runtime. If a third thread works in it, that one does so when it
/// leaves.
pub(crate) fn catch_up(runtime: &Runtime) {
    // A turn ends after some tasks. If others keep adding tasks, they are waiting here themselves.
    const MOST_TURNS: usize = 16;
    for _ in 0..MOST_TURNS {
        if !has_news(runtime) {
            break;
        }
        runtime.block_on(yield_now());
    }
}

/// Whether other threads have woken tasks that have not run yet.
fn has_news(runtime: &Runtime) -> bool {
    runtime.metrics().global_queue_depth() > 0
}

fn current() -> &'static Process {
    let mut current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
    match *current {
        Some(process) if process.generation == generation() => process,
        _ => {
            let process = Process {
                generation: generation(),
                tokens: TokenCache::new(),
                runtime: OnceLock::new(),
                waiting: OnceLock::new(),
            };
            current.insert(Box::leak(Box::new(process)))
        }
    }
}

/// Rejects every interpreter but the main one: the state here belongs to the process, and threads of the runtime can
/// call only Python's main interpreter.
pub(crate) fn refuse_subinterpreters(py: Python<'_>) -> PyResult<()> {
    // The name since Python 3.13, and the one before. If both are missing, it cannot be determined.
    let Some(interpreters) = ["_interpreters", "_xxsubinterpreters"].iter().find_map(|name| py.import(*name).ok())
    else {
        return Ok(());
    };
    if interpreters.call_method0("get_current")?.eq(interpreters.call_method0("get_main")?)? {
        return Ok(());
    }
    Err(PyImportError::new_err(
        "archstone can only be used in the main interpreter of a process, and this is a subinterpreter: use a thread or \
         a process of its own, with mod_wsgi `WSGIApplicationGroup %{GLOBAL}`",
    ))
}

#[pyfunction]
fn begin_new_process() {
    GENERATION.fetch_add(1, Ordering::Relaxed);
}

/// Registers a callback for forks.
pub(crate) fn watch_forks(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let os = module.py().import("os")?;
    // Some systems cannot fork.
    if let Some(register) = os.getattr_opt("register_at_fork")? {
        let options = PyDict::new(module.py());
        options.set_item("after_in_child", wrap_pyfunction!(begin_new_process, module)?)?;
        register.call((), Some(&options))?;
    }
    Ok(())
}

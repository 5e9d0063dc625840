//! How Python waits: a thread with the GIL released, which does its work meanwhile, or an asyncio task without
//! a thread.

use std::{
    future::Future,
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};

use archstone::Result;
use pyo3::{IntoPyObjectExt, exceptions::PyRuntimeError, prelude::*, sync::PyOnceLock};
use tokio::{task::AbortHandle, time::timeout};

use crate::{awake, body::Source, errors, logging, mailbox::Mailbox, process, upload::Want};

/// How long Ctrl-C may have to wait.
const SIGNAL_POLL: Duration = Duration::from_millis(50);

/// Waits with the GIL released, and lets Ctrl-C through.
pub(crate) fn wait<T: Send, F: Future<Output = Result<T>> + Send>(py: Python<'_>, future: F) -> PyResult<T> {
    logging::look(py);
    let runtime = process::waiting_runtime(py)?;
    let outcome = py.detach(|| {
        runtime.block_on(async {
            // First hears what has come for connections since somebody waited here: servers close idle ones.
            tokio::task::yield_now().await;
            let asleep = async |mut future: Pin<&mut F>| {
                loop {
                    match timeout(SIGNAL_POLL, future.as_mut()).await {
                        Ok(outcome) => return Ok(outcome),
                        Err(_) if hears_signals()? => {}
                        Err(_) => return Ok(future.await),
                    }
                }
            };
            awake::outcome(pin!(future), asleep).await
        })
    });
    match outcome {
        Ok(outcome) => outcome.map_err(|error| errors::to_python(py, &error)),
        Err(interrupted) => Err(interrupted),
    }
}

/// The same for a request whose body Python gives: `read` is called whenever a piece is asked for.
pub(crate) fn wait_and_give<T: Send>(
    py: Python<'_>,
    future: impl Future<Output = Result<T>> + Send,
    source: &Source,
) -> PyResult<T> {
    enum Step<T> {
        Done(Result<T>),
        Asked(Want),
        Look,
    }
    logging::look(py);
    let runtime = process::waiting_runtime(py)?;
    let wants = source.upload.get().wants.clone();
    let mut future = pin!(future);
    let mut hears = true;
    loop {
        let step = py.detach(|| {
            runtime.block_on(async {
                let asked = async {
                    match wants.lock().await.recv().await {
                        Some(want) => want,
                        // Nobody will ask any more: the answer alone is waited for.
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    outcome = future.as_mut() => Step::Done(outcome),
                    want = asked => Step::Asked(want),
                    () = tokio::time::sleep(SIGNAL_POLL), if hears => Step::Look,
                }
            })
        });
        match step {
            Step::Done(outcome) => return outcome.map_err(|error| errors::to_python(py, &error)),
            Step::Asked(want) => {
                let piece = source.read(py, want.again)?;
                want.give(piece);
            }
            Step::Look => hears = hears_signals()?,
        }
    }
}

/// Runs Python's signal handlers, and tells whether this thread has to look for signals again: only the main one
/// hears of them. The others leave Python alone while they wait: it may end before they do.
fn hears_signals() -> PyResult<bool> {
    let hears = Python::try_attach(|py| {
        py.check_signals()?;
        // It is not imported for this: it takes the first thread that imports it for the main one.
        let Some(threading) = py.import("sys")?.getattr("modules")?.get_item("threading").ok() else { return Ok(true) };
        let main_thread = threading.call_method0("main_thread")?;
        let is_main = |known: &str, own: &str| threading.call_method0(own)?.eq(main_thread.getattr(known)?);
        // gevent and eventlet give each of their threads an `ident`; `native_id` is the parent's after a fork.
        Ok(is_main("ident", "get_ident")? || is_main("native_id", "get_native_id")?)
    });
    // Python has ended, and so will this thread.
    hears.unwrap_or(Ok(false))
}

/// An asyncio future of the running loop. Cancelling it drops the work.
pub(crate) fn start<'py, T>(
    py: Python<'py>,
    future: impl Future<Output = Result<T>> + Send + 'static,
) -> PyResult<Bound<'py, PyAny>>
where
    T: for<'a> IntoPyObject<'a> + Send + 'static,
{
    static GET_RUNNING_LOOP: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    logging::look(py);
    let runtime = process::runtime(py)?;
    let event_loop = GET_RUNNING_LOOP.import(py, "asyncio", "get_running_loop")?.call0()?;
    let waiting = event_loop.call_method0("create_future")?;
    let promise = Promise(Some((Mailbox::of(py, &event_loop)?, waiting.clone().unbind())));
    let task = runtime.spawn(async move {
        let outcome = future.await;
        promise.keep(outcome);
    });
    let canceller = Canceller { task: task.abort_handle(), generation: process::generation() };
    waiting.call_method1("add_done_callback", (canceller,))?;
    Ok(waiting)
}

/// Someone waits for an outcome, and will get one whatever happens.
struct Promise(Option<(Arc<Mailbox>, Py<PyAny>)>);

impl Promise {
    fn keep<T: for<'a> IntoPyObject<'a> + Send + 'static>(mut self, outcome: Result<T>) {
        let Some((mailbox, waiting)) = self.0.take() else { return };
        let make = move |py: Python<'_>| match outcome {
            Ok(value) => value.into_py_any(py),
            Err(error) => Err(errors::to_python(py, &error)),
        };
        mailbox.put(waiting, Box::new(make));
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        let Some((mailbox, waiting)) = self.0.take() else { return };
        let broken =
            |_: Python<'_>| Err(PyRuntimeError::new_err("archstone has given up unexpectedly: please report this"));
        mailbox.put(waiting, Box::new(broken));
    }
}

/// Called by the loop when an outcome is there, or nobody wants it any more.
#[pyclass(frozen)]
struct Canceller {
    task: AbortHandle,
    generation: usize,
}

#[pymethods]
impl Canceller {
    fn __call__(&self, waiting: &Bound<'_, PyAny>) -> PyResult<()> {
        if waiting.call_method0("cancelled")?.is_truthy()? && self.generation == process::generation() {
            self.task.abort();
        }
        Ok(())
    }
}

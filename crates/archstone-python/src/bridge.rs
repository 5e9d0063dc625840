//! How Python waits: a thread with the GIL released, which does its work meanwhile, or an asyncio task without
//! a thread.
//!
//! Python code never runs inside a runtime: a signal handler, a logging handler or a finalizer may make a request
//! itself. Whenever Python is to run while a thread waits, the thread leaves the runtime first, and what it waits for
//! becomes a task of the runtime, so that a request made by that code can wait for it (such as the same login).

use std::{
    cell::Cell,
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::{Context, Poll},
    time::Duration,
};

use archstone::Result;
use pyo3::prelude::*;
use tokio::{
    runtime::Runtime,
    task::{JoinHandle, yield_now},
    time::Instant,
};

#[cfg(unix)]
use crate::green;
use crate::{
    awake,
    errands::{Errands, NoErrands},
    errors, logging,
    process::{self, Waiting},
};

/// How long Ctrl-C may have to wait.
const SIGNAL_POLL: Duration = Duration::from_millis(50);
/// For so long after a wait, what has happened to connections since is hardly worth asking.
const SOON: Duration = Duration::from_millis(1);

thread_local! {
    /// When this thread has left the runtime.
    static LEFT: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Waits with the GIL released, and lets Ctrl-C through.
pub(crate) fn wait<T: Send + 'static>(
    py: Python<'_>,
    future: impl Future<Output = Result<T>> + Send + 'static,
) -> PyResult<T> {
    wait_with(py, future, &NoErrands)
}

/// The same for a request that is repeated where a connection turns out to be closed: soon after another wait, it need
/// not hear of that first.
pub(crate) fn wait_soon_again<T: Send + 'static>(
    py: Python<'_>,
    future: impl Future<Output = Result<T>> + Send + 'static,
) -> PyResult<T> {
    let was_here = LEFT.get().is_some_and(|left| left.elapsed() < SOON);
    wait_after(py, !was_here, future, &NoErrands)
}

/// The same for what needs Python meanwhile.
pub(crate) fn wait_with<T, F, E>(py: Python<'_>, future: F, errands: &E) -> PyResult<T>
where
    T: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
    E: Errands,
{
    wait_after(py, true, future, errands)
}

fn wait_after<T, F, E>(py: Python<'_>, hears_first: bool, future: F, errands: &E) -> PyResult<T>
where
    T: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
    E: Errands,
{
    logging::look(py);
    let to_python = |error| errors::to_python(py, &error);
    #[cfg(unix)]
    if let Some(hub) = green::hub(py)? {
        return green::wait(&hub, process::runtime(py)?, future, errands)?.map_err(to_python);
    }
    let waiting = process::waiting_runtime(py)?;
    let outcome = py.detach(|| {
        let outcome = drive(waiting, hears_first, Work::Own(Box::pin(future)), errands);
        process::catch_up(&waiting.runtime);
        LEFT.set(Some(Instant::now()));
        outcome
    });
    outcome?.map_err(to_python)
}

/// What a thread waits for: its own work, or a task of the runtime once Python has to run meanwhile.
enum Work<T, F> {
    Own(Pin<Box<F>>),
    Task(JoinHandle<Result<T>>),
}

impl<T: Send + 'static, F: Future<Output = Result<T>> + Send + 'static> Work<T, F> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<T>> {
        match self {
            Self::Own(future) => future.as_mut().poll(context),
            Self::Task(task) => match std::task::ready!(Pin::new(task).poll(context)) {
                Ok(outcome) => Poll::Ready(outcome),
                Err(error) => match error.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    // Only this thread ends it, and then nobody asks any more.
                    Err(_) => Poll::Pending,
                },
            },
        }
    }

    fn hand_over(self, runtime: &Runtime) -> Self {
        match self {
            Self::Own(future) => Self::Task(runtime.spawn(future)),
            task @ Self::Task(_) => task,
        }
    }

    /// Drops the work before it is done.
    fn abandon(self, runtime: &Runtime) {
        match self {
            Self::Own(future) => {
                let _inside = runtime.enter();
                drop(future);
            }
            Self::Task(task) => {
                task.abort();
                let _ = runtime.block_on(task);
            }
        }
        // Its connection hears of it.
        runtime.block_on(yield_now());
    }
}

/// Why a thread leaves the runtime.
enum Step<T, E> {
    Done(Result<T>),
    Errand(E),
    /// Something was reported for Python's log.
    Told,
    /// It is time to look for signals.
    Look,
}

/// Works until there is an outcome, or Python raises something.
fn drive<T, F, E>(waiting: &Waiting, mut hears_first: bool, mut work: Work<T, F>, errands: &E) -> PyResult<Result<T>>
where
    T: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
    E: Errands,
{
    let runtime = &waiting.runtime;
    let mut hears = true;
    let interrupted = loop {
        let step = logging::gathering(|| {
            runtime.block_on(async {
                if std::mem::take(&mut hears_first) {
                    // Hears what has come for connections since somebody waited here: servers close idle ones.
                    yield_now().await;
                }
                let step = step(&mut work, errands, hears.then_some(SIGNAL_POLL), waiting).await;
                if let Step::Done(Err(_)) = step {
                    // A connection that failed is closed now: nobody may wait here again.
                    yield_now().await;
                }
                step
            })
        });
        if let Step::Done(outcome) = step {
            return logging::tell_gathered().map(|()| outcome);
        }
        work = work.hand_over(runtime);
        let done = logging::tell_gathered().and_then(|()| match step {
            Step::Look => hears_signals().map(|it| hears = it),
            Step::Errand(errand) => Python::try_attach(|py| errands.run(py, errand)).unwrap_or(Ok(())),
            Step::Told | Step::Done(_) => Ok(()),
        });
        if let Err(raised) = done {
            break raised;
        }
    };
    work.abandon(runtime);
    Err(interrupted)
}

async fn step<T, F, E>(
    work: &mut Work<T, F>,
    errands: &E,
    limit: Option<Duration>,
    waiting: &Waiting,
) -> Step<T, E::Errand>
where
    T: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
    E: Errands,
{
    let mut errand = pin!(errands.next());
    let step = pin!(poll_fn(|context| {
        if let Poll::Ready(outcome) = work.poll(context) {
            return Poll::Ready(Step::Done(outcome));
        }
        if let Poll::Ready(errand) = errand.as_mut().poll(context) {
            return Poll::Ready(Step::Errand(errand));
        }
        logging::gathered(context).map(|()| Step::Told)
    }));
    awake::outcome(step, limit, waiting).await.unwrap_or(Step::Look)
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

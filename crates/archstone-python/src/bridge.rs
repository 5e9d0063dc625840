//! How Python waits: either a thread that releases the GIL and does the work meanwhile, or an asyncio task without a
//! thread.
//!
//! Python code never runs inside a runtime, because a signal handler, a logging handler or a finalizer may itself send
//! a request. Whenever Python has to run while a thread waits, the thread first leaves the runtime, and its work
//! becomes a task of the runtime, so that a request from that code can wait for it (such as for the same login).

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

/// The maximum delay of Ctrl-C.
const SIGNAL_POLL: Duration = Duration::from_millis(50);
/// This soon after a wait, it is not worth checking whether connections have been closed.
const SOON: Duration = Duration::from_millis(1);

thread_local! {
    /// When this thread last left the runtime.
    static LEFT: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Waits with the GIL released, and handles Ctrl-C.
pub(crate) fn wait<T: Send + 'static>(
    py: Python<'_>,
    future: impl Future<Output = Result<T>> + Send + 'static,
) -> PyResult<T> {
    wait_with(py, future, &NoErrands)
}

/// The same for a request that is retried if its connection turns out to be closed: soon after another wait, it need
/// not check that first.
pub(crate) fn wait_soon_again<T: Send + 'static>(
    py: Python<'_>,
    future: impl Future<Output = Result<T>> + Send + 'static,
) -> PyResult<T> {
    let was_here = LEFT.get().is_some_and(|left| left.elapsed() < SOON);
    wait_after(py, !was_here, future, &NoErrands)
}

/// The same for work that needs Python meanwhile.
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

/// The work that a thread waits for: its own, or a task of the runtime once Python has to run meanwhile.
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
                    // Only this thread cancels it, and then nobody polls it any more.
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

    /// Drops unfinished work.
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
        // Lets its connection notice.
        runtime.block_on(yield_now());
    }
}

/// Why a thread leaves the runtime.
enum Step<T, E> {
    Done(Result<T>),
    Errand(E),
    /// Something was logged for Python.
    Told,
    /// It is time to check for signals.
    Look,
}

/// Works until there is a result, or Python raises an exception.
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
                    // Processes events of connections since the last wait here: servers close idle ones.
                    yield_now().await;
                }
                let step = step(&mut work, errands, hears.then_some(SIGNAL_POLL), waiting).await;
                if let Step::Done(Err(_)) = step {
                    // Lets a failed connection close now: nobody may wait here again.
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

/// Runs Python's signal handlers, and returns whether this thread has to check for signals again: only the main thread
/// receives them. Other threads do not call Python while they wait, because it may exit before they finish.
fn hears_signals() -> PyResult<bool> {
    let hears = Python::try_attach(|py| {
        py.check_signals()?;
        // It is not imported for this: it takes the first thread that imports it for the main one.
        let Some(threading) = py.import("sys")?.getattr("modules")?.get_item("threading").ok() else { return Ok(true) };
        let main_thread = threading.call_method0("main_thread")?;
        let is_main = |known: &str, own: &str| threading.call_method0(own)?.eq(main_thread.getattr(known)?);
        // gevent and eventlet give each of their threads its own `ident`; `native_id` is the parent's after a fork.
        Ok(is_main("ident", "get_ident")? || is_main("native_id", "get_native_id")?)
    });
    // Python has exited, and so will this thread.
    hears.unwrap_or(Ok(false))
}

//! Waiting in a green thread of gevent or eventlet, so that others run meanwhile.
//!
//! If the program has patched the standard library, a wait leaves the work to the runtime and switches to the hub until
//! a byte arrives at a socket.

use std::{
    future::Future,
    io::{Read, Write},
    os::{fd::AsRawFd, unix::net::UnixStream},
    sync::{Arc, Mutex, PoisonError},
};

use archstone::Result;
use pyo3::{exceptions::PyRuntimeError, intern, prelude::*, sync::PyOnceLock, types::PyDict};
use tokio::{runtime::Runtime, task::AbortHandle};

use crate::{
    errands::Errands,
    logging::{self, Record, Records, Reporting},
};

/// The function that waits for a descriptor in the hub of this thread; none if a wait is to block the thread.
#[inline]
pub(crate) fn hub(py: Python<'_>) -> PyResult<Option<Bound<'_, PyAny>>> {
    static MODULES: PyOnceLock<Py<PyDict>> = PyOnceLock::new();
    let modules = MODULES.get_or_try_init(py, || {
        Ok::<_, PyErr>(py.import("sys")?.getattr("modules")?.cast_into::<PyDict>()?.unbind())
    })?;
    let modules = modules.bind(py);
    if !modules.contains(intern!(py, "gevent.monkey"))? && !modules.contains(intern!(py, "eventlet.patcher"))? {
        return Ok(None);
    }
    let found = py.import("archstone._green")?.call_method0("waiter")?;
    Ok((!found.is_none()).then_some(found))
}

enum Arrival<T, E> {
    Done(Result<T>),
    Errand(E),
    Record(Record),
    Ended,
}

/// Messages for a greenlet, and the socket that wakes it.
struct Post<T, E> {
    arrived: Mutex<Vec<Arrival<T, E>>>,
    ring: UnixStream,
}

impl<T, E> Post<T, E> {
    fn put(&self, arrival: Arrival<T, E>) {
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner).push(arrival);
        // If the socket's buffer is full, a wake-up is already pending.
        let _ = (&self.ring).write(&[0]);
    }

    fn take(&self) -> Vec<Arrival<T, E>> {
        std::mem::take(&mut *self.arrived.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T: Send, E: Send> Records for Post<T, E> {
    fn add(self: Arc<Self>, record: Record) -> Option<Record> {
        self.put(Arrival::Record(record));
        None
    }
}

/// Reports that the work has ended, whatever happens.
struct Ending<T, E>(Arc<Post<T, E>>);

impl<T, E> Drop for Ending<T, E> {
    fn drop(&mut self) {
        self.0.put(Arrival::Ended);
    }
}

/// A task that is aborted when the wait ends.
struct Task(AbortHandle);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Works in the runtime until there is a result, or the hub raises an exception, such as a timeout.
pub(crate) fn wait<T, F, E>(hub: &Bound<'_, PyAny>, runtime: &Runtime, future: F, errands: &E) -> PyResult<Result<T>>
where
    T: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
    E: Errands,
{
    let py = hub.py();
    let (ring, mut heard) = UnixStream::pair()?;
    ring.set_nonblocking(true)?;
    heard.set_nonblocking(true)?;
    let post = Arc::new(Post { arrived: Mutex::default(), ring });
    let ending = Ending(Arc::clone(&post));
    let work = async move {
        let outcome = future.await;
        ending.0.put(Arrival::Done(outcome));
    };
    let _work = Task(runtime.spawn(Reporting::to(Arc::clone(&post) as _, work)).abort_handle());
    let ask = || {
        let (post, errand) = (Arc::clone(&post), errands.next());
        Task(runtime.spawn(async move { post.put(Arrival::Errand(errand.await)) }).abort_handle())
    };
    let mut _asking = ask();
    loop {
        hub.call1((heard.as_raw_fd(),))?;
        while heard.read(&mut [0; 64]).is_ok_and(|count| count > 0) {}
        for arrival in post.take() {
            match arrival {
                Arrival::Done(outcome) => return Ok(outcome),
                Arrival::Errand(errand) => {
                    errands.run(py, errand)?;
                    _asking = ask();
                }
                Arrival::Record(record) => logging::tell(py, vec![record])?,
                Arrival::Ended => {
                    let broken = "archstone failed unexpectedly: please report this";
                    return Err(PyRuntimeError::new_err(broken));
                }
            }
        }
    }
}

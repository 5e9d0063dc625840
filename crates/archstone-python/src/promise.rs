//! Work of the runtime as an asyncio future.

use std::{future::Future, sync::Arc};

use archstone::Result;
use pyo3::{IntoPyObjectExt, exceptions::PyRuntimeError, prelude::*, sync::PyOnceLock};

use crate::{
    errors,
    logging::{self, Reporting},
    mailbox::{Mailbox, Outcome},
    process,
};

/// An asyncio future of the running loop. Cancelling it, or closing the loop, drops the work.
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
    let mailbox = Mailbox::of(py, &event_loop)?;
    let number = mailbox.expect(waiting.clone().unbind(), |number| {
        let promise = Promise { mailbox: Arc::clone(&mailbox), number, is_kept: false };
        let work = async move {
            let outcome = future.await;
            promise.keep(outcome);
        };
        runtime.spawn(Reporting::to(Arc::clone(&mailbox) as _, work)).abort_handle()
    });
    let canceller = Canceller { mailbox, number, generation: process::generation() };
    waiting.call_method1("add_done_callback", (canceller,))?;
    Ok(waiting)
}

/// A future that waits for a result, and gets one whatever happens.
struct Promise {
    mailbox: Arc<Mailbox>,
    number: u64,
    is_kept: bool,
}

impl Promise {
    fn keep<T: for<'a> IntoPyObject<'a> + Send + 'static>(mut self, outcome: Result<T>) {
        self.is_kept = true;
        let make: Outcome = Box::new(move |py| match outcome {
            Ok(value) => value.into_py_any(py),
            Err(error) => Err(errors::to_python(py, &error)),
        });
        self.mailbox.put(self.number, make);
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        if !self.is_kept {
            let broken = "archstone failed unexpectedly: please report this";
            self.mailbox.put(self.number, Box::new(move |_| Err(PyRuntimeError::new_err(broken))));
        }
    }
}

/// Called by the loop when the future is done or cancelled.
#[pyclass(frozen)]
struct Canceller {
    mailbox: Arc<Mailbox>,
    number: u64,
    generation: usize,
}

#[pymethods]
impl Canceller {
    fn __call__(&self, waiting: &Bound<'_, PyAny>) -> PyResult<()> {
        if waiting.call_method0("cancelled")?.is_truthy()? && self.generation == process::generation() {
            self.mailbox.forget(self.number);
        }
        Ok(())
    }
}

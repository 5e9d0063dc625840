//! How outcomes reach an event loop: many at a time, and without the GIL.
//!
//! Whoever has an outcome puts it into the loop's mailbox, and rings where the mailbox was empty. The loop
//! reads the bell as it reads its sockets, and settles all that waits there. So no thread of the runtime ever
//! waits for Python.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::{prelude::*, sync::PyOnceLock};

use crate::process;

/// What is made of an outcome once there is Python.
type Outcome = Box<dyn FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send>;

/// The place of one loop's outcomes.
pub(crate) struct Mailbox {
    waiting: Mutex<Vec<(Py<PyAny>, Outcome)>>,
    bell: Bell,
}

/// How a loop is told.
enum Bell {
    /// By a byte that its selector sees.
    #[cfg(unix)]
    Socket { ring: std::os::unix::net::UnixStream, heard: std::os::unix::net::UnixStream },
    /// By Python's own means, for loops that read no sockets of others. It takes the GIL.
    Call(Py<PyAny>),
}

impl Mailbox {
    /// The mailbox of a loop, made with the first outcome that is awaited there.
    pub(crate) fn of(py: Python<'_>, event_loop: &Bound<'_, PyAny>) -> PyResult<Arc<Self>> {
        static ALL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let all =
            ALL.get_or_try_init(py, || py.import("weakref")?.getattr("WeakKeyDictionary")?.call0().map(Bound::unbind))?;
        let all = all.bind(py);
        let kept = all.call_method1("get", (event_loop,))?;
        if let Ok(kept) = kept.cast::<Drain>()
            // A loop that was running when the process forked hears its parent's bell.
            && kept.get().generation == process::generation()
        {
            return Ok(Arc::clone(&kept.get().mailbox));
        }
        let (mailbox, drain) = Self::open(py, event_loop)?;
        all.set_item(event_loop, drain)?;
        Ok(mailbox)
    }

    fn open<'py>(py: Python<'py>, event_loop: &Bound<'py, PyAny>) -> PyResult<(Arc<Self>, Bound<'py, Drain>)> {
        #[cfg(unix)]
        if let Ok((ring, heard)) = sockets() {
            let number = std::os::fd::AsRawFd::as_raw_fd(&heard);
            let (mailbox, drain) = Self::with(py, Bell::Socket { ring, heard })?;
            if event_loop.call_method1("add_reader", (number, &drain)).is_ok() {
                return Ok((mailbox, drain));
            }
        }
        Self::with(py, Bell::Call(event_loop.getattr("call_soon_threadsafe")?.unbind()))
    }

    fn with(py: Python<'_>, bell: Bell) -> PyResult<(Arc<Self>, Bound<'_, Drain>)> {
        let mailbox = Arc::new(Self { waiting: Mutex::default(), bell });
        let drain = Drain { mailbox: Arc::clone(&mailbox), generation: process::generation() };
        Ok((mailbox, Bound::new(py, drain)?))
    }

    /// Leaves the outcome that a future waits for.
    pub(crate) fn put(self: &Arc<Self>, future: Py<PyAny>, outcome: Outcome) {
        let was_empty = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.push((future, outcome));
            waiting.len() == 1
        };
        if was_empty {
            self.ring();
        }
    }

    fn ring(self: &Arc<Self>) {
        match &self.bell {
            #[cfg(unix)]
            Bell::Socket { ring, .. } => {
                // A bell that is full has been rung.
                let _ = std::io::Write::write(&mut &*ring, &[0]);
            }
            Bell::Call(call) => {
                Python::try_attach(|py| {
                    let drain = Drain { mailbox: Arc::clone(self), generation: process::generation() };
                    // Fails when the loop is closed: then nobody waits any more.
                    let _ = call.call1(py, (drain,));
                });
            }
        }
    }

    fn take(&self) -> Vec<(Py<PyAny>, Outcome)> {
        #[cfg(unix)]
        if let Bell::Socket { heard, .. } = &self.bell {
            let mut bytes = [0; 64];
            while std::io::Read::read(&mut &*heard, &mut bytes).is_ok_and(|count| count == bytes.len()) {}
        }
        std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(unix)]
fn sockets() -> std::io::Result<(std::os::unix::net::UnixStream, std::os::unix::net::UnixStream)> {
    let (ring, heard) = std::os::unix::net::UnixStream::pair()?;
    ring.set_nonblocking(true)?;
    heard.set_nonblocking(true)?;
    Ok((ring, heard))
}

/// Called by the loop, in its own thread, when the bell has rung.
#[pyclass(frozen)]
struct Drain {
    mailbox: Arc<Mailbox>,
    generation: usize,
}

#[pymethods]
impl Drain {
    fn __call__(&self, py: Python<'_>) -> PyResult<()> {
        for (future, outcome) in self.mailbox.take() {
            let future = future.bind(py);
            // It may have been cancelled meanwhile.
            if future.call_method0("done")?.is_truthy()? {
                continue;
            }
            match outcome(py) {
                Ok(value) => future.call_method1("set_result", (value,))?,
                Err(error) => future.call_method1("set_exception", (error.value(py),))?,
            };
        }
        Ok(())
    }
}

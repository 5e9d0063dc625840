//! Delivers results to an event loop: many at a time, and without the GIL.
//!
//! A result is put into the loop's mailbox, and the loop is woken if the mailbox was empty. The loop watches the
//! wake-up socket like its other sockets, and completes all waiting futures. Threads of the runtime therefore never
//! wait for Python, and never run Python code.
//!
//! The waiting futures belong to the loop, through the object that it calls on wake-up: when the loop is closed it
//! drops that object, and with it everything else: futures, tasks of the runtime, descriptors.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError},
};

use pyo3::{
    PyTraverseError, PyVisit,
    prelude::*,
    sync::PyOnceLock,
    types::{PyWeakrefMethods, PyWeakrefReference},
};
use tokio::{runtime::Handle, task::AbortHandle};

use crate::{
    logging::{self, Record, Records},
    process,
};

/// Converts a result once Python is available.
pub(crate) type Outcome = Box<dyn FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send>;

/// The mailbox of one loop.
pub(crate) struct Mailbox {
    inside: Mutex<Inside>,
    bell: Bell,
}

#[derive(Default)]
struct Inside {
    /// The waiting futures, and the work for each.
    expected: HashMap<u64, (Py<PyAny>, AbortHandle)>,
    last: u64,
    arrived: Vec<Arrival>,
    is_closed: bool,
}

enum Arrival {
    Outcome(u64, Outcome),
    Record(Record),
}

/// How a loop is woken.
enum Bell {
    /// By a byte that its selector notices.
    #[cfg(unix)]
    Socket { ring: std::os::unix::net::UnixStream, heard: std::os::unix::net::UnixStream },
    /// By Python's own means, for loops that cannot watch sockets. This takes the GIL.
    Call(Mutex<Option<Py<PyAny>>>),
}

impl Mailbox {
    /// The mailbox of a loop, created with the first future.
    pub(crate) fn of(py: Python<'_>, event_loop: &Bound<'_, PyAny>) -> PyResult<Arc<Self>> {
        static ALL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let all =
            ALL.get_or_try_init(py, || py.import("weakref")?.getattr("WeakKeyDictionary")?.call0().map(Bound::unbind))?;
        let all = all.bind(py);
        let kept = all.call_method1("get", (event_loop,))?;
        if let Ok(kept) = kept.cast::<PyWeakrefReference>()
            && let Some(drain) = kept.upgrade_as::<Drain>()?
            // A loop that was running when the process forked still watches its parent's socket.
            && drain.get().generation == process::generation()
        {
            return Ok(Arc::clone(&drain.get().mailbox));
        }
        #[cfg(unix)]
        if let Some(drain) = Self::open(py, event_loop)? {
            all.set_item(event_loop, PyWeakrefReference::new(&drain)?)?;
            return Ok(Arc::clone(&drain.get().mailbox));
        }
        // It is kept only as long as the one future that it is for.
        Ok(Self::with(Bell::Call(Mutex::new(Some(event_loop.getattr("call_soon_threadsafe")?.unbind())))))
    }

    /// A mailbox with a socket that the loop's selector watches; `None` for loops that cannot do so.
    #[cfg(unix)]
    fn open<'py>(py: Python<'py>, event_loop: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, Drain>>> {
        let Ok((ring, heard)) = sockets() else { return Ok(None) };
        let number = std::os::fd::AsRawFd::as_raw_fd(&heard);
        let mailbox = Self::with(Bell::Socket { ring, heard });
        let drain = Bound::new(py, Drain { mailbox, generation: process::generation(), is_owner: true })?;
        Ok(event_loop.call_method1("add_reader", (number, &drain)).is_ok().then_some(drain))
    }

    fn with(bell: Bell) -> Arc<Self> {
        Arc::new(Self { inside: Mutex::default(), bell })
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts work for a future, and returns its number.
    pub(crate) fn expect(&self, future: Py<PyAny>, begin: impl FnOnce(u64) -> AbortHandle) -> u64 {
        let mut inside = self.inside();
        inside.last += 1;
        let number = inside.last;
        // A result that is ready at once waits for the lock.
        let work = begin(number);
        inside.expected.insert(number, (future, work));
        number
    }

    /// Cancels work that nobody waits for any more.
    pub(crate) fn forget(&self, number: u64) {
        let forgotten = self.inside().expected.remove(&number);
        if let Some((_, work)) = forgotten {
            work.abort();
        }
        self.release_loop();
    }

    /// Drops the loop's method once there are no more futures.
    fn release_loop(&self) {
        if let Bell::Call(call) = &self.bell {
            // Done here, where Python is available: the work may drop the mailbox where it is not.
            drop(call.lock().unwrap_or_else(PoisonError::into_inner).take());
        }
    }

    /// Delivers the result for a future.
    pub(crate) fn put(self: &Arc<Self>, number: u64, outcome: Outcome) {
        if self.inside().expected.contains_key(&number) {
            // Dropped if the loop was closed meanwhile.
            let _ = self.add(Arrival::Outcome(number, outcome));
        }
    }

    fn add(self: &Arc<Self>, arrival: Arrival) -> Result<(), Arrival> {
        let was_empty = {
            let mut inside = self.inside();
            if inside.is_closed {
                return Err(arrival);
            }
            inside.arrived.push(arrival);
            inside.arrived.len() == 1
        };
        if was_empty {
            self.ring();
        }
        Ok(())
    }

    fn ring(self: &Arc<Self>) {
        match &self.bell {
            #[cfg(unix)]
            Bell::Socket { ring, .. } => {
                // If the socket's buffer is full, a wake-up is already pending.
                let _ = std::io::Write::write(&mut &*ring, &[0]);
            }
            Bell::Call(_) => {
                // The loop's method is Python code, which must not run in a thread of the runtime.
                let mailbox = Arc::clone(self);
                Handle::current().spawn_blocking(move || mailbox.call());
            }
        }
    }

    fn call(self: Arc<Self>) {
        Python::try_attach(|py| {
            let Some(call) = self.bell_call(py) else { return };
            let drain = Drain { mailbox: self, generation: process::generation(), is_owner: false };
            // Fails if the loop is closed: then nobody waits any more.
            let _ = call.call1(py, (drain,));
        });
    }

    fn bell_call(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        match &self.bell {
            #[cfg(unix)]
            Bell::Socket { .. } => None,
            Bell::Call(call) => {
                call.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|call| call.clone_ref(py))
            }
        }
    }

    /// Takes everything that has arrived: log records, and futures with their results.
    fn take(&self) -> (Vec<Record>, Vec<(Py<PyAny>, Outcome)>) {
        #[cfg(unix)]
        if let Bell::Socket { heard, .. } = &self.bell {
            let mut bytes = [0; 64];
            while std::io::Read::read(&mut &*heard, &mut bytes).is_ok_and(|count| count == bytes.len()) {}
        }
        let (mut records, mut outcomes) = (Vec::new(), Vec::new());
        let mut inside = self.inside();
        for arrival in std::mem::take(&mut inside.arrived) {
            match arrival {
                Arrival::Record(record) => records.push(record),
                Arrival::Outcome(number, outcome) => {
                    outcomes.extend(inside.expected.remove(&number).map(|(future, _)| (future, outcome)));
                }
            }
        }
        let is_done = inside.expected.is_empty();
        drop(inside);
        if is_done {
            self.release_loop();
        }
        (records, outcomes)
    }

    /// Cancels all work, and drops the waiting futures.
    fn close(&self) {
        let (expected, arrived) = {
            let mut inside = self.inside();
            inside.is_closed = true;
            (std::mem::take(&mut inside.expected), std::mem::take(&mut inside.arrived))
        };
        for (_, work) in expected.values() {
            work.abort();
        }
        drop((expected, arrived));
    }
}

impl Records for Mailbox {
    fn add(self: Arc<Self>, record: Record) -> Option<Record> {
        match Self::add(&self, Arrival::Record(record)) {
            Err(Arrival::Record(record)) => Some(record),
            _ => None,
        }
    }
}

#[cfg(unix)]
fn sockets() -> std::io::Result<(std::os::unix::net::UnixStream, std::os::unix::net::UnixStream)> {
    let (ring, heard) = std::os::unix::net::UnixStream::pair()?;
    ring.set_nonblocking(true)?;
    heard.set_nonblocking(true)?;
    Ok((ring, heard))
}

/// Called by the loop, in its own thread, on wake-up.
#[pyclass(frozen, weakref)]
struct Drain {
    mailbox: Arc<Mailbox>,
    generation: usize,
    /// Whether the mailbox is dropped with it: the loop's selector holds it until the loop is closed.
    is_owner: bool,
}

#[pymethods]
impl Drain {
    fn __call__(&self, py: Python<'_>) -> PyResult<()> {
        let (records, outcomes) = self.mailbox.take();
        let reported = logging::tell(py, records);
        for (future, outcome) in outcomes {
            let future = future.bind(py);
            // The future may have been cancelled meanwhile.
            if future.call_method0("done")?.is_truthy()? {
                continue;
            }
            match outcome(py) {
                Ok(value) => future.call_method1("set_result", (value,))?,
                Err(error) => future.call_method1("set_exception", (error.value(py),))?,
            };
        }
        reported
    }

    /// A loop that was never closed can still be garbage-collected with all its futures.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        let inside = match self.mailbox.inside.try_lock() {
            Ok(inside) => inside,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            // Visited the next time.
            Err(TryLockError::WouldBlock) => return Ok(()),
        };
        inside.expected.values().try_for_each(|(future, _)| visit.call(future))
    }

    fn __clear__(&self) {
        if self.is_owner && self.generation == process::generation() {
            self.mailbox.close();
        }
    }
}

impl Drop for Drain {
    fn drop(&mut self) {
        // In a forked child, the lock may be held by a thread that exists only in the parent.
        if self.is_owner && self.generation == process::generation() {
            self.mailbox.close();
        }
    }
}

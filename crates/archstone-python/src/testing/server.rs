//! A server for tests, and its routes.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
};

use archstone_testing as fake;
use pyo3::{exceptions::PyRuntimeError, prelude::*};

use super::{answers, seen::SeenRequest};
use crate::process;

/// An HTTP server on a free port of 127.0.0.1 with configurable responses.
///
/// >>> with FakeServer() as server:
/// ...     server.on("GET", "/servers").reply(Reply(json={"servers": []}))
/// ...     server.fail_next(2, Failure.status(503))
///
/// Requests without a route get a 404. It stops when the `with` block ends, when `stop` is called, or when it is no
/// longer referenced. A FakeKeystone is one, too.
#[pyclass(frozen, subclass, module = "archstone.testing")]
pub(crate) struct FakeServer {
    running: Mutex<Option<Running>>,
    /// The process that its threads belong to.
    generation: usize,
}

pub(super) enum Running {
    Server(fake::FakeServer),
    Keystone(fake::FakeKeystone),
    Provider(fake::FakeProvider),
    Platform(fake::FakePlatform),
}

impl Running {
    fn server(&self) -> &fake::FakeServer {
        match self {
            Self::Server(server) => server,
            Self::Keystone(keystone) => keystone,
            Self::Provider(provider) => provider,
            Self::Platform(platform) => platform,
        }
    }
}

impl FakeServer {
    pub(super) fn new(running: Running) -> Self {
        Self { running: Mutex::new(Some(running)), generation: process::generation() }
    }

    pub(super) fn with_running<T>(&self, act: impl FnOnce(&Running) -> T) -> PyResult<T> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.as_ref().map(act).ok_or_else(|| PyRuntimeError::new_err("the server has stopped"))
    }

    pub(super) fn with<T>(&self, act: impl FnOnce(&fake::FakeServer) -> T) -> PyResult<T> {
        self.with_running(|running| act(running.server()))
    }

    fn take(&self) -> Option<Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[pymethods]
impl FakeServer {
    #[new]
    fn start() -> Self {
        Self::new(Running::Server(fake::FakeServer::start()))
    }

    /// The server's URL, without a trailing slash.
    #[getter]
    fn url(&self) -> PyResult<String> {
        self.with(|server| server.url().to_owned())
    }

    /// Create a route, or a failure, for requests with this method and path.
    ///
    /// A method `*` matches any; a path that ends in `*` matches every path with that prefix. The query is ignored. Of
    /// several matching routes, the last one is used.
    ///
    /// Args:
    ///     method: the HTTP method.
    ///     path: the path.
    ///     with_token: whether requests without a valid token are answered with 401.
    #[pyo3(signature = (method, path, *, with_token = false))]
    fn on(slf: Bound<'_, Self>, method: String, path: String, with_token: bool) -> Route {
        Route { server: slf.unbind(), method, path, with_token }
    }

    /// Make every request fail from now on, until `heal` is called.
    ///
    /// Args:
    ///     failure: a Failure, a Reply to send instead, or a status.
    fn fail(&self, failure: &Bound<'_, PyAny>) -> PyResult<()> {
        let failure = answers::failure(failure)?;
        self.with(|server| server.fail(failure))
    }

    /// Make the next requests fail. Several calls add up, in their order.
    ///
    /// Args:
    ///     times: how many requests.
    ///     failure: a Failure, a Reply to send instead, or a status.
    fn fail_next(&self, times: usize, failure: &Bound<'_, PyAny>) -> PyResult<()> {
        let failure = answers::failure(failure)?;
        self.with(|server| server.fail_next(times, failure))
    }

    /// Remove all failures. Routes stay.
    fn heal(&self) -> PyResult<()> {
        self.with(fake::FakeServer::heal)
    }

    /// Reset all open connections.
    fn reset_connections(&self) -> PyResult<()> {
        self.with(fake::FakeServer::reset_connections)
    }

    /// How many connections have been opened.
    #[getter]
    fn connections(&self) -> PyResult<usize> {
        self.with(fake::FakeServer::connections)
    }

    /// The received requests, in order.
    #[getter]
    fn requests(&self) -> PyResult<Vec<SeenRequest>> {
        self.with(|server| server.requests().into_iter().map(SeenRequest).collect())
    }

    /// Return the number of received requests with this method and path, which may be patterns as in `on`.
    #[pyo3(signature = (method = "*", path = "*"))]
    fn count(&self, method: &str, path: &str) -> PyResult<usize> {
        self.with(|server| server.count(method, path))
    }

    /// Clear the received requests, and their number.
    fn forget_requests(&self) -> PyResult<()> {
        self.with(fake::FakeServer::forget_requests)
    }

    /// Only count requests from now on, and keep none: for large numbers of them.
    fn only_count(&self) -> PyResult<()> {
        self.with(fake::FakeServer::only_count)
    }

    /// Keep only the length and the checksum of longer bodies than this.
    fn keep_bodies_up_to(&self, size: usize) -> PyResult<()> {
        self.with(|server| server.keep_bodies_up_to(size))
    }

    /// Set the server's clock this many seconds before this machine's, or after it if they are negative.
    fn set_clock_offset(&self, seconds: f64) -> PyResult<()> {
        let (ahead, behind) = (answers::seconds(seconds.max(0.0))?, answers::seconds((-seconds).max(0.0))?);
        self.with(
            |server| if behind.is_zero() { server.set_clock_ahead(ahead) } else { server.set_clock_behind(behind) },
        )
    }

    /// Stop: close every connection. The received requests are lost.
    fn stop(&self, py: Python<'_>) {
        let running = self.take();
        py.detach(|| drop(running));
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, PyAny>) {
        self.stop(py);
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let name = slf.get_type().name()?;
        Ok(match slf.get().url() {
            Ok(url) => format!("<archstone.testing.{name} {url}>"),
            Err(_) => format!("<archstone.testing.{name} stopped>"),
        })
    }
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        if self.generation != process::generation() {
            // Its threads belong to the parent process.
            std::mem::forget(self.take());
        }
    }
}

impl fmt::Debug for FakeServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FakeServer")
    }
}

/// A builder of a route or a failure. It does nothing until it has a response.
///
/// Made by `FakeServer.on`.
#[pyclass(frozen, module = "archstone.testing")]
pub(crate) struct Route {
    server: Py<FakeServer>,
    method: String,
    path: String,
    with_token: bool,
}

impl Route {
    fn make(&self, make: impl FnOnce(fake::Route<'_>)) -> PyResult<()> {
        self.server.get().with(|server| {
            let route = server.on(&self.method, &self.path);
            make(if self.with_token { route.with_token() } else { route });
        })
    }
}

#[pymethods]
impl Route {
    /// Always send this response: a Reply, a Failure or a status.
    fn reply(&self, reply: &Bound<'_, PyAny>) -> PyResult<()> {
        let reply = answers::reply(reply)?;
        self.make(|route| route.reply(reply))
    }

    /// Send these responses in order, and leave later requests to earlier routes.
    fn replies(&self, replies: &Bound<'_, PyAny>) -> PyResult<()> {
        let replies = replies.try_iter()?.map(|it| answers::reply(&it?)).collect::<PyResult<Vec<_>>>()?;
        self.make(|route| route.replies(replies))
    }

    /// Fail from now on, until `heal` is called: with a Failure, a Reply to send instead, or a status.
    fn fail(&self, failure: &Bound<'_, PyAny>) -> PyResult<()> {
        let failure = answers::failure(failure)?;
        self.make(|route| route.fail(failure))
    }

    /// Fail this many times from now on. Several calls add up, in their order.
    fn fail_next(&self, times: usize, failure: &Bound<'_, PyAny>) -> PyResult<()> {
        let failure = answers::failure(failure)?;
        self.make(|route| route.fail_next(times, failure))
    }

    fn __repr__(&self) -> String {
        format!("<archstone.testing.Route {} {}>", self.method, self.path)
    }
}

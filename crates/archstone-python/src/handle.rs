//! A client that keeps working in a forked child, shared by the synchronous and the asyncio API.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use arc_swap::{ArcSwap, Guard};
use archstone::{EndpointFilter, Token};
use pyo3::{prelude::*, types::PyString};

use crate::{
    errors,
    process::{self, ClosesConnections},
};

/// The current client of the library, which a fork or `close` replaces.
pub(crate) struct Handle(ArcSwap<State>);

struct State {
    generation: usize,
    /// Distinguishes this client from the next one.
    number: usize,
    client: archstone::Client,
    /// The current token as a Python string, created once.
    text: Mutex<Option<(Token, Py<PyString>)>>,
    _closes: ClosesConnections,
}

impl Handle {
    pub(crate) fn new(client: archstone::Client) -> Self {
        Self(ArcSwap::from_pointee(State::new(client)))
    }

    /// The client of this process.
    pub(crate) fn client(&self, py: Python<'_>) -> PyResult<archstone::Client> {
        Ok(self.state(py)?.client.clone())
    }

    /// The same, with a number that distinguishes it from the client that replaces it.
    pub(crate) fn numbered_client(&self, py: Python<'_>) -> PyResult<(usize, archstone::Client)> {
        let state = self.state(py)?;
        Ok((state.number, state.client.clone()))
    }

    /// The current token, unless it needs to be renewed. Never waits.
    #[inline]
    pub(crate) fn current_token(&self, py: Python<'_>) -> PyResult<Option<Py<PyString>>> {
        let state = self.state(py)?;
        let Some(token) = state.client.current_token() else { return Ok(None) };
        let mut text = state.text.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, text)) = text.as_ref().filter(|(of, _)| *of == token) {
            return Ok(Some(text.clone_ref(py)));
        }
        let made = PyString::new(py, token.expose()).unbind();
        *text = Some((token, made.clone_ref(py)));
        Ok(Some(made))
    }

    /// A URL, if the catalog is in memory and has it. Never waits.
    #[inline]
    pub(crate) fn current_url_for<'py>(
        &self,
        py: Python<'py>,
        filter: EndpointFilter<'_>,
    ) -> PyResult<Option<Bound<'py, PyString>>> {
        let url = self.state(py)?.client.current_url_for(filter);
        Ok(url.map(|url| PyString::new(py, url.as_str())))
    }

    /// Drops connections; the client can be used again, with new ones.
    pub(crate) fn renew_connections(&self, py: Python<'_>) -> PyResult<()> {
        let state = self.state(py)?;
        self.detach(py, &state)
    }

    #[inline]
    fn state(&self, py: Python<'_>) -> PyResult<Guard<Arc<State>>> {
        let state = self.0.load();
        if state.generation == process::generation() {
            return Ok(state);
        }
        self.detach(py, &state)?;
        Ok(self.0.load())
    }

    fn detach(&self, py: Python<'_>, state: &State) -> PyResult<()> {
        let client = state.client.detached(process::tokens(py)).map_err(|error| errors::to_python(py, &error))?;
        self.0.store(Arc::new(State::new(client)));
        Ok(())
    }
}

impl State {
    fn new(client: archstone::Client) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let generation = process::generation();
        Self { generation, number, client, text: Mutex::default(), _closes: ClosesConnections }
    }
}

impl Drop for State {
    fn drop(&mut self) {
        if self.generation != process::generation() {
            // Closing a connection needs threads that exist only in the parent.
            std::mem::forget(self.client.clone());
        }
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.load().client.fmt(f)
    }
}

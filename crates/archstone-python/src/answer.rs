//! A service's response, whose body may still be arriving.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use archstone::{Error, ErrorKind, ErrorResponse, Result, SentSecrets};
use bytes::{Bytes, BytesMut};
use pyo3::{prelude::*, types::PyBytes};

use crate::{bridge::wait, process};

/// A response: its headers, and its body as far as it has been read.
pub(crate) struct Answer {
    pub(crate) head: ErrorResponse,
    /// The reason phrase that the service sent, if it is not the standard one.
    pub(crate) reason: Option<String>,
    pub(crate) history: Vec<Arc<Answer>>,
    pub(crate) elapsed: Duration,
    body: Mutex<State>,
    /// The process that the connection belongs to.
    generation: usize,
}

enum State {
    /// The whole body.
    Whole(Bytes),
    /// The rest of the body, and the part that has arrived already.
    Coming(Box<archstone::Response>, BytesMut),
    /// Returned in chunks, or closed.
    Gone,
    /// Being read at the moment.
    Busy,
}

impl Answer {
    /// Reads the body at once, unless it is to be streamed.
    pub(crate) async fn read(response: archstone::Response, stream: bool) -> Result<Arc<Self>> {
        let head = ErrorResponse {
            status: response.status(),
            headers: response.headers().clone(),
            url: response.url().clone(),
            body: Bytes::new(),
            sent: response.sent().clone(),
        };
        let elapsed = response.elapsed();
        let reason = response.reason();
        let reason = (Some(&*reason) != head.status.canonical_reason()).then(|| reason.into_owned());
        let history = response.history().iter().map(Self::of_hop).collect();
        let state = if stream {
            State::Coming(Box::new(response), BytesMut::new())
        } else {
            State::Whole(response.bytes().await?)
        };
        let body = Mutex::new(state);
        Ok(Arc::new(Self { head, reason, history, elapsed, body, generation: process::generation() }))
    }

    /// A redirect that was followed.
    fn of_hop(hop: &archstone::Hop) -> Arc<Self> {
        Self::of_error(&ErrorResponse {
            status: hop.status(),
            headers: hop.headers().clone(),
            url: hop.url().clone(),
            body: Bytes::new(),
            sent: SentSecrets::default(),
        })
    }

    /// The response of an error.
    pub(crate) fn of_error(response: &ErrorResponse) -> Arc<Self> {
        let body = Mutex::new(State::Whole(response.body.clone()));
        let head = ErrorResponse { body: Bytes::new(), ..response.clone() };
        Arc::new(Self {
            head,
            reason: None,
            history: Vec::new(),
            elapsed: Duration::ZERO,
            body,
            generation: process::generation(),
        })
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.body.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The whole body, if it has been read.
    pub(crate) fn whole(&self) -> Option<Bytes> {
        match &*self.state() {
            State::Whole(bytes) => Some(bytes.clone()),
            _ => None,
        }
    }

    /// Takes the connection out temporarily; the lock is never held while waiting.
    fn take(&self) -> Result<(Box<archstone::Response>, BytesMut)> {
        let mut state = self.state();
        match std::mem::replace(&mut *state, State::Busy) {
            State::Coming(response, buffer) => Ok((response, buffer)),
            other => {
                let why = match &other {
                    State::Busy => "is being read by another thread or task",
                    _ => "has been read piece by piece, or closed",
                };
                *state = other;
                Err(Error::new(ErrorKind::InvalidRequest, format!("the body of the answer {why}")))
            }
        }
    }

    fn put(&self, new: State) {
        *self.state() = new;
    }

    /// Reads the rest of the body, and keeps it.
    pub(crate) async fn finish(self: Arc<Self>) -> Result<Bytes> {
        if let Some(whole) = self.whole() {
            return Ok(whole);
        }
        let (response, mut buffer) = self.take()?;
        let guard = Unfinished(&self);
        let rest = response.bytes().await?;
        let whole = if buffer.is_empty() {
            rest
        } else {
            buffer.extend_from_slice(&rest);
            buffer.freeze()
        };
        std::mem::forget(guard);
        self.put(State::Whole(whole.clone()));
        Ok(whole)
    }

    /// The next chunk, of at most this many bytes; empty at the end.
    pub(crate) async fn piece(self: Arc<Self>, most: Option<usize>) -> Result<Bytes> {
        {
            // A body that has been read completely is returned in chunks, too.
            let mut state = self.state();
            if let State::Whole(bytes) = &mut *state {
                let length = most.unwrap_or(bytes.len()).min(bytes.len());
                let piece = bytes.split_to(length);
                if bytes.is_empty() {
                    *state = State::Gone;
                }
                return Ok(piece);
            }
            if matches!(&*state, State::Gone) {
                return Ok(Bytes::new());
            }
        }
        let (mut response, mut buffer) = self.take()?;
        let guard = Unfinished(&self);
        let wanted = most.unwrap_or(1).max(1);
        let mut is_over = false;
        while buffer.len() < wanted {
            match response.chunk().await? {
                Some(chunk) if buffer.is_empty() && chunk.len() <= most.unwrap_or(usize::MAX) && most.is_none() => {
                    std::mem::forget(guard);
                    self.put(State::Coming(response, buffer));
                    return Ok(chunk);
                }
                Some(chunk) => buffer.extend_from_slice(&chunk),
                None => {
                    is_over = true;
                    break;
                }
            }
        }
        let length = most.unwrap_or(buffer.len()).min(buffer.len());
        let piece = buffer.split_to(length).freeze();
        std::mem::forget(guard);
        self.put(if is_over && buffer.is_empty() { State::Gone } else { State::Coming(response, buffer) });
        Ok(piece)
    }

    /// Drops the connection, if the body was not read.
    pub(crate) fn close(&self) {
        let mut state = self.state();
        if matches!(&*state, State::Coming(..)) {
            *state = State::Gone;
            drop(state);
            process::close_connections();
        }
    }
}

/// If a caller stops waiting in the middle of a body, the body is lost.
struct Unfinished<'a>(&'a Answer);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        self.0.put(State::Gone);
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        if self.generation == process::generation() {
            self.close();
        } else {
            // Closing a connection needs threads that exist only in the parent.
            std::mem::forget(std::mem::replace(&mut *self.state(), State::Gone));
        }
    }
}

/// The chunks of a body.
#[pyclass(frozen, module = "archstone._archstone")]
pub(crate) struct Pieces {
    pub(crate) answer: Arc<Answer>,
    pub(crate) size: Option<usize>,
}

#[pymethods]
impl Pieces {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let piece = wait(py, Arc::clone(&self.answer).piece(self.size))?;
        Ok((!piece.is_empty()).then(|| PyBytes::new(py, &piece)))
    }
}

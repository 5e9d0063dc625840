//! Bodies that Python provides in chunks, when the connection requests one.
//!
//! The connection's task never waits for the GIL: it requests a chunk, and a caller that waits for the response in
//! Python reads it and passes it on.

use std::{
    pin::Pin,
    sync::Mutex,
    task::{Context, Poll},
};

use archstone::RequestBuilder;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pyo3::{exceptions::PyTypeError, prelude::*, types::PyBytes};
use tokio::sync::{
    Mutex as AsyncMutex,
    mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    oneshot,
};

use crate::promise::start;

/// A request of the connection for a chunk; an empty reply ends the body.
pub(crate) struct Want {
    /// Whether the body starts again, because it is sent another time.
    pub(crate) again: bool,
    piece: oneshot::Sender<Option<Bytes>>,
}

impl Want {
    pub(crate) fn give(self, piece: Option<Bytes>) {
        // The receiver is gone if the request has failed.
        let _ = self.piece.send(piece);
    }
}

/// The requesting side: a body.
struct Pieces {
    wants: UnboundedSender<Want>,
    waiting: Option<oneshot::Receiver<Option<Bytes>>>,
    is_begun: bool,
    size: Option<u64>,
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let abandoned = || std::io::Error::other("the body is no longer read");
        if self.waiting.is_none() {
            let (piece, waiting) = oneshot::channel();
            let again = !self.is_begun;
            self.is_begun = true;
            if self.wants.send(Want { again, piece }).is_err() {
                return Poll::Ready(Some(Err(abandoned())));
            }
            self.waiting = Some(waiting);
        }
        let Some(waiting) = &mut self.waiting else { return Poll::Pending };
        let outcome = std::task::ready!(Pin::new(waiting).poll(context));
        self.waiting = None;
        Poll::Ready(match outcome {
            Ok(Some(piece)) => Some(Ok(Frame::data(piece))),
            Ok(None) => None,
            Err(_) => Some(Err(abandoned())),
        })
    }

    fn size_hint(&self) -> SizeHint {
        self.size.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

/// A body that is provided in chunks.
///
/// Args:
///     size: the number of bytes, if known.
///     again: whether it can be provided again, from its beginning.
#[pyclass(frozen, module = "archstone._archstone")]
pub(crate) struct Upload {
    size: Option<u64>,
    again: bool,
    asking: Mutex<Option<UnboundedSender<Want>>>,
    pub(crate) wants: std::sync::Arc<AsyncMutex<UnboundedReceiver<Want>>>,
    /// The request that Python is to answer.
    current: std::sync::Arc<Mutex<Option<Want>>>,
}

impl Upload {
    pub(crate) fn with(size: Option<u64>, again: bool) -> Self {
        let (asking, wants) = unbounded_channel();
        Self {
            size,
            again,
            asking: Mutex::new(Some(asking)),
            wants: std::sync::Arc::new(AsyncMutex::new(wants)),
            current: std::sync::Arc::default(),
        }
    }

    /// Sets it as the body of a request, once.
    pub(crate) fn put_into(&self, request: RequestBuilder) -> PyResult<RequestBuilder> {
        let asking = self.asking.lock().ok().and_then(|mut asking| asking.take());
        let wants = asking.ok_or_else(|| PyTypeError::new_err("this body has been sent: make another one"))?;
        let size = self.size;
        let pieces = move || Pieces { wants: wants.clone(), waiting: None, is_begun: false, size };
        Ok(if self.again { request.stream_again(pieces) } else { request.stream(pieces()) })
    }
}

#[pymethods]
impl Upload {
    #[new]
    #[pyo3(signature = (size = None, again = false))]
    fn new(size: Option<u64>, again: bool) -> Self {
        Self::with(size, again)
    }

    /// A future of whether the body starts (again) with the requested chunk; None if no more is requested.
    fn next<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let (wants, current) = (std::sync::Arc::clone(&self.wants), std::sync::Arc::clone(&self.current));
        start(py, async move {
            let want = wants.lock().await.recv().await;
            let again = want.as_ref().map(|want| want.again);
            if let Ok(mut current) = current.lock() {
                *current = want;
            }
            Ok(again)
        })
    }

    /// Give the requested chunk; None at the end.
    fn give(&self, piece: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let piece = piece.map(piece_of).transpose()?;
        if let Some(want) = self.current.lock().ok().and_then(|mut want| want.take()) {
            want.give(piece);
        }
        Ok(())
    }
}

/// The bytes of a chunk from Python; text is rejected, since its encoding is unknown.
pub(crate) fn piece_of(piece: &Bound<'_, PyAny>) -> PyResult<Bytes> {
    if let Ok(bytes) = piece.cast::<PyBytes>() {
        return Ok(Bytes::copy_from_slice(bytes.as_bytes()));
    }
    piece.extract::<Vec<u8>>().map(Bytes::from).map_err(|_| {
        PyTypeError::new_err("a body must give bytes: open files in binary mode, as in `open(path, \"rb\")`")
    })
}

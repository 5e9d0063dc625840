//! Request and response bodies.

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::inflate::Inflating;

pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

type Pieces = dyn Body<Data = Bytes, Error = BoxError> + Send + Sync;

/// A request body.
pub(crate) enum Outgoing {
    Whole(Bytes),
    Pieces(Pin<Box<Pieces>>),
}

impl Default for Outgoing {
    fn default() -> Self {
        Self::Whole(Bytes::new())
    }
}

impl<B: Into<Bytes>> From<B> for Outgoing {
    fn from(bytes: B) -> Self {
        Self::Whole(bytes.into())
    }
}

impl Outgoing {
    pub(crate) fn pieces<B>(body: B) -> Self
    where
        B: Body + Send + Sync + 'static,
        B::Data: Into<Bytes>,
        B::Error: Into<BoxError>,
    {
        Self::Pieces(Box::pin(Converted(Box::pin(body))))
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match self.get_mut() {
            Self::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Pieces(body) => body.as_mut().poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(bytes) => bytes.is_empty(),
            Self::Pieces(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Pieces(body) => body.size_hint(),
        }
    }
}

/// A caller's body, converted to our types.
struct Converted<B>(Pin<Box<B>>);

impl<B: Body> Body for Converted<B>
where
    B::Data: Into<Bytes>,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = ready!(self.0.as_mut().poll_frame(context));
        Poll::Ready(frame.map(|frame| frame.map(|it| it.map_data(Into::into)).map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

/// A response body, decompressed if necessary.
pub(crate) enum Incoming<B = hyper::body::Incoming> {
    Plain(B),
    Inflating(Box<Inflating<B>>),
}

impl<B> Incoming<B>
where
    B: Body<Data = Bytes, Error: Into<BoxError>> + Unpin,
{
    /// The next chunk; `None` after the last.
    pub(super) async fn piece(&mut self) -> Option<Result<Bytes, BoxError>> {
        loop {
            let frame = poll_fn(|context| match self {
                Self::Plain(body) => Pin::new(body).poll_frame(context).map_err(Into::into),
                Self::Inflating(body) => Pin::new(body).poll_frame(context),
            });
            match frame.await? {
                Ok(frame) => {
                    // Trailers are ignored.
                    if let Ok(piece) = frame.into_data() {
                        return Some(Ok(piece));
                    }
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }

    /// The number of remaining bytes, if known.
    pub(crate) fn length(&self) -> Option<u64> {
        match self {
            Self::Plain(body) => body.size_hint().exact(),
            Self::Inflating(_) => None,
        }
    }
}

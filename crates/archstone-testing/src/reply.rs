//! Responses, and how they are sent.

use std::{fmt, sync::Arc, time::Duration};

use serde_json::json;

use crate::Failure;

/// A response.
///
/// ```
/// use archstone_testing::{Failure, Reply};
/// use serde_json::json;
///
/// let list = Reply::json(200, json!({"servers": []})).header("x-openstack-request-id", "req-7");
/// let broken = list.clone().with(Failure::Truncated);
/// let none = Reply::new(204);
/// # let _ = (broken, none);
/// ```
#[derive(Clone)]
#[must_use]
pub struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, HeaderValue)>,
    pub(crate) body: Body,
    pub(crate) chunked: bool,
    pub(crate) delay: Duration,
    pub(crate) course: Course,
}

/// A header value; some are known only when the response is sent.
#[derive(Clone, Debug)]
pub(crate) enum HeaderValue {
    Text(String),
    /// The server's date plus this duration.
    DateIn(Duration),
    /// The requested URL.
    SameTarget,
}

#[derive(Clone)]
pub(crate) enum Body {
    Bytes(Arc<[u8]>),
    /// This many bytes, which are not held in memory.
    Filler(u64),
}

/// How a response is sent.
#[derive(Clone, Debug)]
pub(crate) enum Course {
    Whole,
    /// Only the body, unchanged.
    Bare,
    Nothing(End),
    Half(End),
    WholeThen(End),
    ContentLength(u64),
    BrokenChunks,
    Drip(Duration),
    DripBody(Duration),
}

/// The end of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Keep,
    Close,
    Reset,
    /// Keep it open and silent until the client closes it.
    Hold,
}

impl Reply {
    /// A response without a body.
    pub fn new(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Body::Bytes(Arc::default()),
            chunked: false,
            delay: Duration::ZERO,
            course: Course::Whole,
        }
    }

    /// JSON: a [`serde_json::Value`], or the text itself.
    pub fn json(status: u16, document: impl fmt::Display) -> Self {
        Self::new(status).header("content-type", "application/json").body(document.to_string())
    }

    /// Plain text.
    pub fn text(status: u16, text: impl Into<String>) -> Self {
        Self::new(status).header("content-type", "text/plain").body(text.into())
    }

    /// An error in Keystone's format, which most services share.
    ///
    /// ```
    /// let refused = archstone_testing::Reply::error(403, "You are not authorized to perform this action.");
    /// assert!(format!("{refused:?}").contains("403"));
    /// ```
    pub fn error(status: u16, message: impl Into<String>) -> Self {
        let error = json!({"code": status, "message": message.into(), "title": title(status)});
        Self::json(status, json!({ "error": error }))
    }

    /// Sends these bytes and nothing else, not even a status line. The connection stays open.
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self { course: Course::Bare, ..Self::new(0) }.body(bytes)
    }

    /// Adds a header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), HeaderValue::Text(value.into())));
        self
    }

    /// Sets the body.
    pub fn body(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.body = Body::Bytes(bytes.into().into());
        self
    }

    /// Sets a body of this many bytes `x`, which uses no memory.
    pub fn filler(mut self, length: u64) -> Self {
        self.body = Body::Filler(length);
        self
    }

    /// Sends the body in chunks, without announcing its length.
    pub fn chunked(mut self) -> Self {
        self.chunked = true;
        self
    }

    /// Adds a failure to the response. A failure that replaces the response replaces this one.
    pub fn with(self, failure: impl Into<Failure>) -> Self {
        let delay = self.delay;
        let on = |course| Self { course, ..self.clone() };
        let mut reply = match failure.into() {
            Failure::Delay(more) => Self { delay: delay + more, ..self },
            Failure::Status(status) => Self::failed(status),
            Failure::RetryAfter(status, wait) => Self::failed(status).header("retry-after", wait.as_secs().to_string()),
            Failure::RetryAfterDate(status, wait) => {
                let mut reply = Self::failed(status);
                reply.headers.push(("retry-after".into(), HeaderValue::DateIn(wait)));
                reply
            }
            Failure::Redirect(status, to) => Self::new(status).header("location", to),
            Failure::RedirectLoop => {
                let mut reply = Self::new(302);
                reply.headers.push(("location".into(), HeaderValue::SameTarget));
                reply
            }
            Failure::Answer(reply) => reply,
            Failure::Close => on(Course::Nothing(End::Close)),
            Failure::ResetBefore => on(Course::Nothing(End::Reset)),
            Failure::ResetDuring => on(Course::Half(End::Reset)),
            Failure::ResetAfter => on(Course::WholeThen(End::Reset)),
            Failure::Silence => on(Course::Nothing(End::Hold)),
            Failure::Truncated => on(Course::Half(End::Close)),
            Failure::ContentLength(length) => on(Course::ContentLength(length)),
            Failure::BrokenChunks => on(Course::BrokenChunks),
            Failure::Garbage => Self::raw("\u{1}\u{2} this is no HTTP\r\n\r\n").then_close(),
            Failure::Drip(pause) => on(Course::Drip(pause)),
            Failure::DripBody(pause) => on(Course::DripBody(pause)),
        };
        reply.delay = reply.delay.max(delay);
        reply
    }

    fn failed(status: u16) -> Self {
        Self::error(status, "The test asked for this failure.")
    }

    fn then_close(self) -> Self {
        Self { headers: vec![("connection".into(), HeaderValue::Text("close".into()))], ..self }
    }

    /// Whether the response itself closes its connection.
    pub(crate) fn says_close(&self) -> bool {
        self.headers.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case("connection")
                && matches!(value, HeaderValue::Text(text) if text.eq_ignore_ascii_case("close"))
        })
    }
}

/// A failure as the whole response, for example in a list of replies.
impl From<Failure> for Reply {
    fn from(failure: Failure) -> Self {
        Self::json(200, "{}").with(failure)
    }
}

impl fmt::Debug for Reply {
    /// Omits the body and the headers' values, which may contain tokens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Reply")
            .field("status", &self.status)
            .field("headers", &headers)
            .field("body_length", &self.body.len())
            .field("course", &self.course)
            .finish_non_exhaustive()
    }
}

impl Body {
    pub(crate) fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Filler(length) => *length,
        }
    }

    /// The bytes from `begin` to `end`, in chunks.
    pub(crate) fn pieces(&self, begin: u64, end: u64) -> impl Iterator<Item = &[u8]> {
        const FILLER: &[u8] = &[b'x'; 16 << 10];
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
        let (bytes, mut left): (&[u8], u64) = match self {
            Self::Bytes(bytes) => (&bytes[place(begin)..place(end)], 0),
            Self::Filler(_) => (&[], end - begin),
        };
        let bytes = (!bytes.is_empty()).then_some(bytes);
        bytes.into_iter().chain(std::iter::from_fn(move || {
            let piece = &FILLER[..place(left).min(FILLER.len())];
            left -= piece.len() as u64;
            (!piece.is_empty()).then_some(piece)
        }))
    }
}

/// The reason phrase of a status.
pub(crate) fn title(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        409 => "Conflict",
        413 => "Payload Too Large",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "",
    }
}

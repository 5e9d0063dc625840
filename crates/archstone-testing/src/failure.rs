//! What can go wrong, on request.

use std::time::Duration;

use crate::Reply;

/// Something that goes wrong with an answer.
///
/// Given to [`FakeServer::fail_next`](crate::FakeServer::fail_next) and the like, or made part of one
/// [`Reply`] by [`Reply::with`]. Those that *replace* the answer keep the request from being carried out; the
/// others spoil the answer to a request that was.
///
/// ```
/// use archstone_testing::{Failure, FakeKeystone};
///
/// let keystone = FakeKeystone::start();
/// // Two logins are refused, the third is reset half way through its answer, the fourth works.
/// keystone.on("POST", "/v3/auth/tokens").fail_next(2, Failure::Status(503));
/// keystone.on("POST", "/v3/auth/tokens").fail_next(1, Failure::ResetDuring);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Failure {
    /// The answer comes so much later.
    Delay(Duration),
    /// An error with this status and Keystone's form of body. Replaces the answer.
    Status(u16),
    /// An error with this status and `Retry-After` in seconds. Replaces the answer.
    RetryAfter(u16, Duration),
    /// An error with this status and `Retry-After` as a date, so much after the server's. Replaces the answer.
    RetryAfterDate(u16, Duration),
    /// A redirect with this status to a URL or a path. Replaces the answer.
    Redirect(u16, String),
    /// A redirect to the very URL that was asked. Replaces the answer.
    RedirectLoop,
    /// This instead. Replaces the answer.
    Answer(Reply),
    /// The connection is closed without an answer. Replaces the answer.
    Close,
    /// The connection is reset without an answer. Replaces the answer.
    ResetBefore,
    /// The connection is reset after half of the answer.
    ResetDuring,
    /// The connection is reset after the whole answer.
    ResetAfter,
    /// No answer, and the connection stays open. Replaces the answer.
    Silence,
    /// The connection is closed after half of the body that was announced.
    Truncated,
    /// `Content-Length` says this, whatever the body is. The connection stays open.
    ContentLength(u64),
    /// A chunked body that is closed within its second chunk.
    BrokenChunks,
    /// Bytes that are no HTTP, and the connection is closed. Replaces the answer.
    Garbage,
    /// The answer comes byte by byte, with this pause after each.
    Drip(Duration),
    /// The head of the answer comes at once, and its body byte by byte, with this pause after each.
    DripBody(Duration),
}

impl Failure {
    /// Whether the request is not carried out at all.
    pub(crate) fn replaces_the_answer(&self) -> bool {
        match self {
            Self::Status(_)
            | Self::RetryAfter(..)
            | Self::RetryAfterDate(..)
            | Self::Redirect(..)
            | Self::RedirectLoop
            | Self::Answer(_)
            | Self::Close
            | Self::ResetBefore
            | Self::Silence
            | Self::Garbage => true,
            Self::Delay(_)
            | Self::ResetDuring
            | Self::ResetAfter
            | Self::Truncated
            | Self::ContentLength(_)
            | Self::BrokenChunks
            | Self::Drip(_)
            | Self::DripBody(_) => false,
        }
    }
}

impl From<Reply> for Failure {
    fn from(reply: Reply) -> Self {
        Self::Answer(reply)
    }
}

//! Failures on request.

use std::time::Duration;

use crate::Reply;

/// A failure of a response.
///
/// Passed to [`FakeServer::fail_next`](crate::FakeServer::fail_next) and similar methods, or made part of a [`Reply`]
/// by [`Reply::with`]. Failures that *replace* the response prevent the request from being processed; the others damage
/// the response to a request that was processed.
///
/// ```
/// use archstone_testing::{Failure, FakeKeystone};
///
/// let keystone = FakeKeystone::start();
/// // Two logins are refused, the third is reset in the middle of its response, the fourth works.
/// keystone.on("POST", "/v3/auth/tokens").fail_next(2, Failure::Status(503));
/// keystone.on("POST", "/v3/auth/tokens").fail_next(1, Failure::ResetDuring);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Failure {
    /// The response is delayed by this much.
    Delay(Duration),
    /// An error with this status and a body in Keystone's format. Replaces the response.
    Status(u16),
    /// An error with this status and `Retry-After` in seconds. Replaces the response.
    RetryAfter(u16, Duration),
    /// An error with this status and `Retry-After` as a date, this much after the server's. Replaces the response.
    RetryAfterDate(u16, Duration),
    /// A redirect with this status to a URL or a path. Replaces the response.
    Redirect(u16, String),
    /// A redirect to the requested URL itself. Replaces the response.
    RedirectLoop,
    /// This response instead. Replaces the response.
    Answer(Reply),
    /// The connection is closed without a response. Replaces the response.
    Close,
    /// The connection is reset without a response. Replaces the response.
    ResetBefore,
    /// The connection is reset after half of the response.
    ResetDuring,
    /// The connection is reset after the whole response.
    ResetAfter,
    /// No response, and the connection stays open. Replaces the response.
    Silence,
    /// The connection is closed after half of the announced body.
    Truncated,
    /// `Content-Length` has this value, whatever the body is. The connection stays open.
    ContentLength(u64),
    /// A chunked body that is closed within its second chunk.
    BrokenChunks,
    /// Bytes that are not HTTP, after which the connection is closed. Replaces the response.
    Garbage,
    /// The response is sent byte by byte, with this pause after each.
    Drip(Duration),
    /// The response's headers are sent at once, and its body byte by byte, with this pause after each.
    DripBody(Duration),
}

impl Failure {
    /// Whether the request is not processed at all.
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

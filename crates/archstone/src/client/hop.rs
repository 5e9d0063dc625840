//! Redirects that were followed.

use std::fmt;

use http::{StatusCode, header::HeaderMap};
use url::Url;

use crate::error::public_url;

/// A redirect response that was followed. Its body is discarded.
///
/// `Debug` shows no headers: one of them may be a token.
#[derive(Clone)]
pub struct Hop {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) url: Url,
}

impl Hop {
    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The URL of the response.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }
}

impl fmt::Debug for Hop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hop").field("status", &self.status).field("url", &public_url(&self.url)).finish_non_exhaustive()
    }
}

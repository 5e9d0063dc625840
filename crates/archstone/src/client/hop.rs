//! Redirects that were followed.

use std::fmt;

use http::{StatusCode, header::HeaderMap};
use url::Url;

use crate::error::public_url;

/// An answer that pointed elsewhere, and was followed. Its body is not kept.
///
/// `Debug` shows no headers: a token may be one.
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

    /// The URL that answered so.
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

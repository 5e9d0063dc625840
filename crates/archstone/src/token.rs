//! The token itself.

use std::{
    fmt,
    hash::{Hash, Hasher},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use http::header::HeaderValue;
use url::Url;

use crate::{
    error::{Error, ErrorKind, Result},
    secret::Secret,
};

/// A token's secret string: cheap to clone, wiped when the last clone is dropped, never shown.
#[derive(Clone)]
pub struct Token(Arc<TokenText>);

struct TokenText {
    secret: Secret,
    /// Created once, since every request carries it.
    header: HeaderValue,
    /// The services that have accepted it: one bit for each host and port. Two may share a bit.
    taken_at: AtomicU64,
}

impl Token {
    /// Wraps a token that was obtained elsewhere.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] when it is not valid in an HTTP header.
    pub fn new(secret: Secret) -> Result<Self> {
        let mut header = HeaderValue::from_str(secret.expose()).map_err(|_| {
            Error::new(ErrorKind::InvalidConfig, "the token holds characters that cannot be written in an HTTP header")
                .with_hint("a token is one word: look for a line break or quotes around it")
        })?;
        header.set_sensitive(true);
        Ok(Self(Arc::new(TokenText { secret, header, taken_at: AtomicU64::new(0) })))
    }

    /// Returns the value. Search for `expose` to audit every use.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.secret.expose()
    }

    /// A short digest, for distinguishing tokens in logs.
    #[must_use]
    pub fn digest(&self) -> String {
        self.0.secret.digest()
    }

    /// Records that a service has accepted it. If it is rejected there later, it was revoked, and another one will
    /// work.
    pub(crate) fn was_taken_at(&self, url: &Url) {
        let bit = bit_of(url);
        // Usually nothing needs to be written.
        if self.0.taken_at.load(Ordering::Relaxed) & bit == 0 {
            self.0.taken_at.fetch_or(bit, Ordering::Relaxed);
        }
    }

    pub(crate) fn has_worked_at(&self, url: &Url) -> bool {
        self.0.taken_at.load(Ordering::Relaxed) & bit_of(url) != 0
    }

    /// The value of the `X-Auth-Token` header, marked sensitive.
    #[must_use]
    pub fn header(&self) -> HeaderValue {
        self.0.header.clone()
    }

    /// The value of `Authorization` for services that require an OAuth 2.0 token.
    pub(crate) fn bearer(&self) -> HeaderValue {
        let text = zeroize::Zeroizing::new([b"Bearer ", self.0.header.as_bytes()].concat());
        // Adding a prefix to a valid header value keeps it valid.
        let mut value = HeaderValue::from_bytes(&text).unwrap_or_else(|_| self.header());
        value.set_sensitive(true);
        value
    }
}

fn bit_of(url: &Url) -> u64 {
    let mut hasher = rustc_hash::FxHasher::default();
    (url.host_str(), url.port()).hash(&mut hasher);
    1 << (hasher.finish() % 64)
}

impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.secret == other.0.secret
    }
}

impl Eq for Token {}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({})", self.digest())
    }
}

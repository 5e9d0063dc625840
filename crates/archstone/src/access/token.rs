//! The token itself.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use reqwest::header::HeaderValue;

use crate::{
    error::{Error, ErrorKind, Result},
    secret::Secret,
};

/// A token's secret string: cheap to clone, wiped when the last copy goes, never shown.
#[derive(Clone)]
pub struct Token(Arc<TokenText>);

struct TokenText {
    secret: Secret,
    /// Made once: every request carries it.
    header: HeaderValue,
    /// Whether a service has taken it.
    worked: AtomicBool,
}

impl Token {
    /// A token that came from elsewhere.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] when it cannot stand in an HTTP header.
    pub fn new(secret: Secret) -> Result<Self> {
        let mut header = HeaderValue::from_str(secret.expose()).map_err(|_| {
            Error::new(ErrorKind::InvalidConfig, "the token holds characters that cannot stand in an HTTP header")
                .with_hint("a token is one word: look for a line break or quotes around it")
        })?;
        header.set_sensitive(true);
        Ok(Self(Arc::new(TokenText { secret, header, worked: AtomicBool::new(false) })))
    }

    /// The one way out. Search for `expose` to audit every use.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.secret.expose()
    }

    /// A short digest, for telling tokens apart in logs.
    #[must_use]
    pub fn digest(&self) -> String {
        self.0.secret.digest()
    }

    /// A service has taken it. Refused later, it was revoked, and another one may do better.
    pub(crate) fn has_worked(&self) {
        if !self.worked() {
            self.0.worked.store(true, Ordering::Relaxed);
        }
    }

    pub(crate) fn worked(&self) -> bool {
        self.0.worked.load(Ordering::Relaxed)
    }

    /// The value of the `X-Auth-Token` header, marked sensitive.
    #[must_use]
    pub fn header(&self) -> HeaderValue {
        self.0.header.clone()
    }
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

//! Complete responses of the identity service.

use std::time::Duration;

use http::header::HeaderMap;
use jiff::Timestamp;
use url::Url;

use super::refusal;
use crate::{
    error::{Error, ErrorKind},
    host::Moment,
    redaction::SentSecrets,
};

/// A complete response.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    pub(crate) url: Url,
    /// When the request was sent: the lifetime of its token counts from here.
    pub(crate) sent: Moment,
    /// The secrets of the request.
    pub(crate) secrets: SentSecrets,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The server's date.
    pub(crate) fn date(&self) -> Option<Timestamp> {
        http_date(self.header("date")?)
    }

    /// The service's error message.
    pub(crate) fn said(&self) -> Option<String> {
        refusal::said(self.body.as_bytes(), &self.secrets)
    }

    /// The unredacted error message, which may repeat a secret: for parsing, never to be shown.
    pub(crate) fn words(&self) -> Option<String> {
        refusal::words(self.body.as_bytes())
    }

    /// The error for the status, with the service's message.
    pub(crate) fn failure(&self) -> Error {
        refusal::refusal(self.status, &self.headers, self.body.as_bytes(), &self.url, &self.secrets)
    }

    /// An error about this response, with its common details.
    pub(crate) fn error(&self, kind: ErrorKind, message: impl Into<String>) -> Error {
        refusal::about(kind, message, self.status, &self.headers, &self.url)
    }
}

/// How long to wait, from `Retry-After` in seconds or as a date; a date is compared with the server's own.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let value = text("retry-after")?.trim();
    value.parse().map(Duration::from_secs).ok().or_else(|| {
        let wait = http_date(value)?.duration_since(http_date(text("date")?)?);
        Some(Duration::try_from(wait).unwrap_or_default())
    })
}

pub(crate) fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text.trim()).ok()
}

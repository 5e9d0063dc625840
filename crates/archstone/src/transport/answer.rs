//! Answers of the identity service, whole.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::HeaderMap;
use url::Url;

use crate::{
    error::{Error, ErrorKind},
    host::Moment,
};

/// What came back, whole.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    pub(crate) url: Url,
    /// When the request was sent: the life of what it brought counts from here.
    pub(crate) sent: Moment,
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

    pub(crate) fn request_id(&self) -> Option<String> {
        self.header("x-openstack-request-id").map(crate::error::printable)
    }

    /// An error about this answer, with the facts that every such error has.
    pub(crate) fn error(&self, kind: ErrorKind, message: impl Into<String>) -> Error {
        Error::new(kind, message)
            .with_status(self.status)
            .with_url(&self.url)
            .with_request_id(self.request_id())
            .with_retry_after(retry_after(&self.headers))
    }
}

/// How long to wait, from `Retry-After` in seconds or as a date; a date counts by the server's own.
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

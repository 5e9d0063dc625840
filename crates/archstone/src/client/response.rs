//! Responses of services, read as a whole or in chunks.

use std::{borrow::Cow, fmt, pin::pin, sync::Arc, time::Duration};

use http::{StatusCode, header::HeaderMap};
use hyper::ext::ReasonPhrase;
use serde::de::DeserializeOwned;
use url::Url;

use super::Hop;
use crate::{
    error::{Error, ErrorKind, ErrorResponse, Result, public_url},
    host::Moment,
    redaction::SentSecrets,
    transport::{Started, Transport, asks_for_tls, refusal, request_id, retry_after, wants_tls},
};

/// A response of a service. Its body is read on demand: as a whole, or in chunks.
///
/// `Debug` shows no headers: one of them may be a token.
///
/// ```no_run
/// # async fn run(client: archstone::Client) -> archstone::Result<()> {
/// let mut image = client.service("image").get("v2/images/0815/file").send().await?;
/// let mut size = 0;
/// while let Some(piece) = image.chunk().await? {
///     size += piece.len();
/// }
/// # Ok(())
/// # }
/// ```
pub struct Response {
    started: Box<Started>,
    transport: Arc<Transport>,
    sent: SentSecrets,
    /// How many more bytes the body may have.
    left: u64,
    history: Vec<Hop>,
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status())
            .field("url", &public_url(self.url()))
            .field("request_id", &self.request_id())
            .field("elapsed", &self.started.elapsed)
            .finish_non_exhaustive()
    }
}

impl Response {
    pub(super) fn new(started: Box<Started>, transport: &Arc<Transport>, most: Option<u64>) -> Self {
        let (sent, left) = (SentSecrets::default(), most.unwrap_or(u64::MAX));
        Self { started, transport: Arc::clone(transport), sent, left, history: Vec::new() }
    }

    /// Redacts the request's secrets from the errors that are made from this response.
    pub(super) fn keep_out(&mut self, sent: SentSecrets) {
        self.sent = sent;
    }

    /// The request's secrets, if this response is an error: for an [`ErrorResponse`] that is made from it.
    #[must_use]
    pub fn sent(&self) -> &SentSecrets {
        &self.sent
    }

    /// The part of a redirect that is kept after following it.
    pub(super) fn into_hop(self) -> Hop {
        Hop { status: self.status(), headers: self.headers().clone(), url: self.url().clone() }
    }

    pub(super) fn after(self, history: Vec<Hop>) -> Self {
        Self { history, ..self }
    }

    /// The redirects that led here, in order.
    #[must_use]
    pub fn history(&self) -> &[Hop] {
        &self.history
    }

    /// The reason phrase as the service sent it, or the default one of the status.
    #[must_use]
    pub fn reason(&self) -> Cow<'_, str> {
        match self.started.answer.extensions().get::<ReasonPhrase>() {
            Some(phrase) => String::from_utf8_lossy(phrase.as_bytes()),
            None => self.status().canonical_reason().unwrap_or_default().into(),
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.started.answer.status()
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.started.answer.headers()
    }

    /// The URL of the response, after redirects.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.started.url
    }

    /// The time from sending the request to the headers of the response.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed
    }

    /// The service's request id.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        request_id(self.headers())
    }

    /// The body's length in bytes, if the service sends it.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        self.started.answer.body().length()
    }

    /// The next chunk of the body; `None` after the last.
    ///
    /// # Errors
    ///
    /// [`ConnectionFailed`](ErrorKind::ConnectionFailed) when the service closes the connection early,
    /// [`Timeout`](ErrorKind::Timeout) when nothing arrives for too long,
    /// [`InvalidResponse`](ErrorKind::InvalidResponse) when there is more than
    /// [`max_body_size`](crate::RequestBuilder::max_body_size) allows, or a compressed body grows to more than 200
    /// times its size.
    pub async fn chunk(&mut self) -> Result<Option<bytes::Bytes>> {
        let piece = self.transport.piece(&mut self.started).await?;
        match self.left.checked_sub(piece.as_ref().map_or(0, bytes::Bytes::len) as u64) {
            Some(left) => self.left = left,
            None => return Err(self.too_large("is too large")),
        }
        Ok(piece)
    }

    fn too_large(&self, what: &str) -> Error {
        Error::new(ErrorKind::InvalidResponse, format!("the answer of `{}` {what}", public_url(self.url())))
            .with_status(self.status().as_u16())
            .with_url(self.url())
            .with_request_id(self.request_id().map(str::to_owned))
    }

    /// An error if nothing complete has arrived since `since` for as long as the service may be silent.
    pub(crate) fn is_late(&self, since: Moment) -> Option<Error> {
        let limit = self.transport.silence(self.started.limits);
        (since.until(self.transport.now()) > limit).then(|| {
            let message = format!("no item of the list at `{}` within {limit:?}", public_url(self.url()));
            Error::new(ErrorKind::Timeout, message).with_url(self.url())
        })
    }

    pub(crate) fn now(&self) -> Moment {
        self.transport.now()
    }

    /// The whole body.
    ///
    /// # Errors
    ///
    /// As [`chunk`](Self::chunk).
    pub async fn bytes(mut self) -> Result<bytes::Bytes> {
        /// The length is unverified: memory is not reserved for all of it before it arrives.
        const MOST_AT_ONCE: u64 = 1 << 20;
        let length = self.content_length();
        let Some(first) = self.chunk().await? else { return Ok(bytes::Bytes::new()) };
        // A small body arrives in one chunk.
        if length == Some(first.len() as u64) {
            return Ok(first);
        }
        let Some(second) = self.chunk().await? else { return Ok(first) };
        let expected = length.unwrap_or(0).min(MOST_AT_ONCE);
        let mut whole = Vec::with_capacity(usize::try_from(expected).unwrap_or(0).max(first.len() + second.len()));
        whole.extend_from_slice(&first);
        whole.extend_from_slice(&second);
        while let Some(piece) = self.chunk().await? {
            // Running out of memory is an error here, and does not abort the program.
            whole.try_reserve(piece.len()).map_err(|_| self.too_large("does not fit into memory"))?;
            whole.extend_from_slice(&piece);
        }
        Ok(whole.into())
    }

    /// The whole body as text; invalid UTF-8 is replaced.
    ///
    /// # Errors
    ///
    /// As [`chunk`](Self::chunk).
    pub async fn text(self) -> Result<String> {
        let bytes = Vec::from(self.bytes().await?);
        Ok(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
    }

    /// The whole body, deserialized from JSON.
    ///
    /// # Errors
    ///
    /// [`InvalidResponse`](ErrorKind::InvalidResponse) when it is not such JSON; or as [`chunk`](Self::chunk).
    pub async fn json<T: DeserializeOwned>(self) -> Result<T> {
        let (url, status, request_id) =
            (self.url().clone(), self.status().as_u16(), self.request_id().map(str::to_owned));
        let body = self.bytes().await?;
        serde_json::from_slice(&body).map_err(|source| {
            let message = format!("the answer of `{}` is not the JSON that is expected", public_url(&url));
            Error::new(ErrorKind::InvalidResponse, message)
                .with_status(status)
                .with_url(&url)
                .with_request_id(request_id)
                .with_source(source)
        })
    }

    /// The response, unless it is an error; otherwise the error that it reports, with the service's own message.
    ///
    /// # Errors
    ///
    /// According to the status, for 400 and above.
    pub async fn error_for_status(self) -> Result<Self> {
        if self.status().as_u16() < 400 {
            return Ok(self);
        }
        Err(self.into_error().await)
    }

    /// The error that a response reports.
    pub(super) async fn into_error(mut self) -> Error {
        /// Error bodies are short; of a longer one the beginning is sufficient.
        const MOST: usize = 64 << 10;
        let patience = self.transport.silence(self.started.limits);
        let mut body = Vec::new();
        let pool = Arc::clone(&self.started.pool);
        let read = async {
            while let Ok(Some(piece)) = self.chunk().await {
                body.extend_from_slice(&piece[..piece.len().min(MOST - body.len())]);
                if body.len() >= MOST {
                    break;
                }
            }
        };
        // A slow body is not waited for: the status is known already.
        let _ = pool.wait(patience, pin!(read)).await;
        if asks_for_tls(self.status().as_u16(), self.url(), &body) {
            return wants_tls(self.url());
        }
        ErrorResponse {
            status: self.status(),
            headers: self.headers().clone(),
            body: body.into(),
            url: self.url().clone(),
            sent: self.sent.clone(),
        }
        .into()
    }

    pub(super) fn retry_after(&self) -> Option<Duration> {
        retry_after(self.headers())
    }
}

impl From<ErrorResponse> for Error {
    /// The error that a response of 400 and above reports, with the service's own message.
    fn from(response: ErrorResponse) -> Self {
        let error = refusal(response.status.as_u16(), &response.headers, &response.body, &response.url, &response.sent)
            .with_response(response);
        match error.kind() {
            ErrorKind::TokenRejected => error.with_hint("get another token, or give credentials instead of a token"),
            _ => error,
        }
    }
}

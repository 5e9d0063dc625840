//! The error type, and what a caller can do about each kind.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{StatusCode, header::HeaderMap};
use url::Url;

pub(crate) use crate::text::printable;
use crate::{hint::Hint, malformed::Malformed, receipt::Receipt, redaction::SentSecrets, text};

/// The result type of this library.
pub type Result<T, E = Error> = std::result::Result<T, E>;

macro_rules! error_kinds {
    ($( $(#[doc = $doc:literal])+ $kind:ident, $name:literal, $exit:literal; )+) => {
        /// What the caller can do about an [`Error`].
        ///
        /// Each kind has its own Python exception class and an exit code of the command.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorKind {
            $( $(#[doc = $doc])+ $kind, )+
        }

        impl ErrorKind {
            /// Every kind, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$( Self::$kind, )+];

            /// The stable name, such as `password_expired`: Python's `error.kind`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $( Self::$kind => $name, )+ }
            }

            /// What it means, and what to do about it.
            #[must_use]
            pub fn description(self) -> &'static str {
                match self { $( Self::$kind => concat!($($doc),+).trim_ascii_start(), )+ }
            }

            /// The exit code of the command for this kind.
            #[must_use]
            pub fn exit_code(self) -> u8 {
                match self { $( Self::$kind => $exit, )+ }
            }
        }
    };
}

error_kinds! {
    /// No credentials were found. Name a cloud, set `OS_*` variables, or pass them.
    NotConfigured, "not_configured", 3;
    /// The configuration is wrong. Fix the named option, variable or file.
    InvalidConfig, "invalid_config", 3;
    /// Two scopes were requested, or a scope where none is allowed. Remove one of them.
    ScopeConflict, "scope_conflict", 3;
    /// A token was given, so nothing is loaded automatically. Call `authenticate()`.
    NotAuthenticated, "not_authenticated", 4;
    /// Keystone refused the credentials. Check them; trying again does not help.
    Unauthenticated, "unauthenticated", 4;
    /// Keystone says that the account is disabled, or locked after failures. Ask an administrator.
    Disabled, "disabled", 4;
    /// The project, domain, system or trust is unknown, or this user has no role there.
    ScopeNotAllowed, "scope_not_allowed", 4;
    /// The password has expired. Change it.
    PasswordExpired, "password_expired", 4;
    /// More factors are needed. Answer with the receipt that comes with the error.
    ReceiptIssued, "receipt_issued", 4;
    /// The application credential is unknown, expired, or its secret is wrong. Make a new one.
    ApplicationCredentialRefused, "application_credential_refused", 4;
    /// A token that was given has expired, was revoked, or is not a token of this cloud.
    TokenRejected, "token_rejected", 4;
    /// A token provider of this program, or of a package in it, has failed. The cause is its own error.
    ProviderFailed, "provider_failed", 4;
    /// The token is valid, but does not allow this.
    Forbidden, "forbidden", 5;
    /// There is no such thing, or this user may not see it.
    NotFound, "not_found", 6;
    /// The catalog has no such service, interface or region. The message lists what there is.
    EndpointNotFound, "endpoint_not_found", 6;
    /// Several resources have that name; the message lists them. Use an id, or name the domain.
    Ambiguous, "ambiguous", 6;
    /// The resource exists already, or is in use.
    Conflict, "conflict", 7;
    /// The service did not understand the request.
    InvalidRequest, "invalid_request", 2;
    /// The name in the URL does not resolve. Check its spelling, and DNS.
    HostNotFound, "host_not_found", 8;
    /// Nothing answers at that address and port.
    ConnectionFailed, "connection_failed", 8;
    /// The proxy does not answer, asks for a password, or does not pass the request on. The message names it, and where
    /// it is set.
    ProxyFailed, "proxy_failed", 8;
    /// No answer in time. Try again, or allow more time.
    Timeout, "timeout", 8;
    /// The server's certificate is not trusted. Name the CA bundle that signed it.
    TlsNotTrusted, "tls_not_trusted", 8;
    /// Too many requests. Send less often; `retry_after` says how long to wait, where the service does.
    RateLimited, "rate_limited", 8;
    /// The service failed. Try again later; where there is a request id, tell the operator.
    ServerError, "server_error", 8;
    /// Something answers at that URL, but it is not an identity service. Check the URL.
    NotIdentityService, "not_identity_service", 9;
    /// The answer is malformed. Tell the operator, with the request id where there is one.
    InvalidResponse, "invalid_response", 9;
}

impl ErrorKind {
    /// Whether the same call may succeed later although nothing is changed.
    #[must_use]
    pub fn is_transient(self) -> bool {
        matches!(
            self,
            Self::HostNotFound
                | Self::ConnectionFailed
                | Self::ProxyFailed
                | Self::Timeout
                | Self::RateLimited
                | Self::ServerError
        )
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

/// An error, for people and for programs.
///
/// One pointer wide and cheap to clone: all callers that waited for one login get the same error. `Display` is one line
/// that never repeats its [`source`](std::error::Error::source); `{:#}` adds causes and hint. `Debug` is the text that
/// a `main` that returns `archstone::Result<()>` prints: everything that is known, on a few lines. No form contains a
/// secret.
///
/// ```
/// use archstone::{Client, ErrorKind};
///
/// let error = Client::builder().username("alice").build().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::NotConfigured);
/// assert!(error.hint().unwrap().contains("auth_url"));
/// ```
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    hint: Option<Hint>,
    status: Option<u16>,
    request_id: Option<String>,
    url: Option<String>,
    retry_after: Option<Duration>,
    receipt: Option<Receipt>,
    response: Option<Arc<ErrorResponse>>,
    sent: Sent,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error with a kind and a message: one line, lower case, no full stop, no secret. Invisible characters in it
    /// are [escaped](crate::text).
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Arc::new(Inner {
            kind,
            message: text::message(message.into()),
            hint: None,
            status: None,
            request_id: None,
            url: None,
            retry_after: None,
            receipt: None,
            response: None,
            sent: Sent::Perhaps,
            source: None,
        }))
    }

    /// What the caller can do about it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What to do next, if known, in terms of the Rust API.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_ref().map(Hint::as_str)
    }

    /// The hint in terms of another interface, which `option` formats names of options for.
    ///
    /// ```
    /// let error = archstone::Client::builder().username("alice").build().unwrap_err();
    /// let hint = error.hint_with(|option| format!("`--os-{}`", option.replace('_', "-")));
    /// assert!(hint.unwrap().contains("`--os-auth-url`"));
    /// ```
    #[must_use]
    pub fn hint_with(&self, option: impl Fn(&str) -> String) -> Option<String> {
        self.0.hint.as_ref().map(|hint| hint.worded(option))
    }

    /// The structured hint, for an error that is made from this one.
    #[must_use]
    pub fn hint_parts(&self) -> Option<&Hint> {
        self.0.hint.as_ref()
    }

    /// The HTTP status of the response, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The service's `x-openstack-request-id`, which an operator finds in the logs.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The URL of the request, without its query.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.0.url.as_deref()
    }

    /// How long the service requests to wait before a retry.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The service's full response, if the error is one.
    #[must_use]
    pub fn response(&self) -> Option<&ErrorResponse> {
        self.0.response.as_deref()
    }

    /// The receipt of a login that needs more factors.
    #[must_use]
    pub fn receipt(&self) -> Option<&Receipt> {
        self.0.receipt.as_ref()
    }

    /// Each cause of the error, the nearest first, as text for people.
    pub fn causes(&self) -> impl Iterator<Item = String> {
        std::iter::successors(std::error::Error::source(self), |cause| cause.source())
            .map(|cause| printable(&cause.to_string()))
    }

    fn change(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// Adds a hint: what to do next.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<Hint>) -> Self {
        self.change(|inner| inner.hint = Some(hint.into()))
    }

    /// Adds a context to the message: `the versions of … cannot be read: nothing listens at …`.
    pub(crate) fn in_context(self, what: &str) -> Self {
        self.change(|inner| inner.message = format!("{what}: {}", inner.message))
    }

    pub(crate) fn with_status(self, status: u16) -> Self {
        self.change(|inner| inner.status = Some(status))
    }

    /// Adds the service's request id.
    #[must_use]
    pub fn with_request_id(self, request_id: Option<String>) -> Self {
        self.change(|inner| inner.request_id = request_id.map(text::message))
    }

    /// Stores the URL without its query, fragment, user name and password.
    pub(crate) fn with_url(self, url: &Url) -> Self {
        self.change(|inner| inner.url = Some(public_url(url)))
    }

    pub(crate) fn with_retry_after(self, retry_after: Option<Duration>) -> Self {
        self.change(|inner| inner.retry_after = retry_after)
    }

    pub(crate) fn with_receipt(self, receipt: Receipt) -> Self {
        self.change(|inner| inner.receipt = Some(receipt))
    }

    pub(crate) fn with_response(self, response: ErrorResponse) -> Self {
        self.change(|inner| inner.response = Some(Arc::new(response)))
    }

    pub(crate) fn sent(self, sent: Sent) -> Self {
        self.change(|inner| inner.sent = sent)
    }

    pub(crate) fn how_much_was_sent(&self) -> Sent {
        self.0.sent
    }

    /// Adds a cause. Messages of a JSON parser are stored without the text that they quote.
    #[must_use]
    pub fn with_source(self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        let source: Arc<dyn std::error::Error + Send + Sync> =
            match (&source as &dyn std::any::Any).downcast_ref::<serde_json::Error>() {
                Some(quoting) => Arc::new(Malformed::from(quoting)),
                None => Arc::new(source),
            };
        self.change(|inner| inner.source = Some(source))
    }

    /// Adds a cause of any type.
    pub(crate) fn with_cause(self, cause: Box<dyn std::error::Error + Send + Sync>) -> Self {
        self.change(|inner| inner.source = Some(cause.into()))
    }

    /// The parts that may be shared with another process on this host.
    pub(crate) fn to_record(&self) -> serde_json::Value {
        serde_json::json!({
            "kind": self.kind().name(),
            "message": self.0.message,
            "hint": self.0.hint.as_ref().map(Hint::to_record),
            "status": self.0.status,
            "request_id": self.0.request_id,
            "url": self.0.url,
            "retry_after_ms": self.0.retry_after.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
            "receipt": self.0.receipt.as_ref().map(Receipt::to_record),
        })
    }

    pub(crate) fn from_record(record: &serde_json::Value) -> Option<Self> {
        let member = |key: &str| record[key].as_str().map(str::to_owned);
        Some(Self::new(ErrorKind::from_name(record["kind"].as_str()?)?, member("message")?).change(|inner| {
            inner.hint = Hint::from_record(&record["hint"]);
            inner.status = record["status"].as_u64().and_then(|it| it.try_into().ok());
            inner.request_id = member("request_id").map(text::message);
            inner.url = member("url").map(text::message);
            inner.retry_after = record["retry_after_ms"].as_u64().map(Duration::from_millis);
            inner.receipt = Receipt::from_record(&record["receipt"]);
        }))
    }
}

/// How much of a request the service may have seen when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// Possibly all of it.
    Perhaps,
    /// Possibly all of it, but the connection ended before the first byte of a response.
    WithoutAnswer,
    /// Nothing.
    Nothing,
}

/// A service's error response, for callers that need more of it than [`Error`] provides.
///
/// Its body is kept up to 64 KiB. Neither body nor headers appear in `Debug`: they may contain secrets.
#[derive(Clone)]
pub struct ErrorResponse {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// The URL of the response, after redirects.
    pub url: Url,
    /// Secrets in the request: the text of an error that is made from this response does not repeat them.
    pub sent: SentSecrets,
}

impl fmt::Debug for ErrorResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorResponse")
            .field("status", &self.status)
            .field("url", &public_url(&self.url))
            .finish_non_exhaustive()
    }
}

/// A URL in a form that is safe to show: no user name, password, query or fragment.
pub(crate) fn public_url(url: &Url) -> String {
    let mut url = url.clone();
    // These fail only for URLs that cannot have these parts.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

impl fmt::Display for Error {
    /// The message; with `{:#}` also its causes and the hint.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        if !f.alternate() {
            return Ok(());
        }
        for cause in self.causes() {
            write!(f, ": {cause}")?;
        }
        match self.hint() {
            Some(hint) => write!(f, " (hint: {hint})"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    /// Everything that is known, for people: `main` prints this for an error that it returns. `{:#?}` is for
    /// programmers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            write!(f, "{} [{}", self.0.message, self.0.kind.name())?;
            if let Some(status) = self.0.status {
                write!(f, ", HTTP {status}")?;
            }
            if let Some(id) = &self.0.request_id {
                write!(f, ", request id {id}")?;
            }
            f.write_str("]")?;
            for cause in self.causes() {
                write!(f, "\n  caused by: {cause}")?;
            }
            return match self.hint() {
                Some(hint) => write!(f, "\n  hint: {hint}"),
                None => Ok(()),
            };
        }
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .field("hint", &self.hint())
            .field("status", &self.0.status)
            .field("request_id", &self.0.request_id)
            .field("url", &self.0.url)
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|source| &**source as &(dyn std::error::Error + 'static))
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn display_leaves_the_cause_to_source() {
        let cause = std::io::Error::other("disk on fire");
        let error = Error::new(ErrorKind::InvalidConfig, "cannot read `clouds.yaml`").with_source(cause);

        assert_eq!(error.to_string(), "cannot read `clouds.yaml`");
        assert_eq!(error.source().map(ToString::to_string), Some("disk on fire".into()));
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }

    #[test]
    fn all_that_is_known_is_shown_where_it_is_asked_for() {
        let error = Error::new(ErrorKind::ServerError, "it failed")
            .with_hint("try again")
            .with_status(503)
            .with_request_id(Some("req-1".into()))
            .with_source(std::io::Error::other("disk on fire"));

        assert_eq!(error.to_string(), "it failed");
        assert_eq!(format!("{error:#}"), "it failed: disk on fire (hint: try again)");
        let shown =
            "it failed [server_error, HTTP 503, request id req-1]\n  caused by: disk on fire\n  hint: try again";
        assert_eq!(format!("{error:?}"), shown);
        assert!(format!("{error:#?}").starts_with("Error {\n    kind: ServerError,\n"));
    }

    #[test]
    fn an_error_survives_the_way_to_another_process() {
        let error = Error::new(ErrorKind::RateLimited, "slow down")
            .with_hint("wait")
            .with_status(429)
            .with_request_id(Some("req-1".into()))
            .with_retry_after(Some(Duration::from_secs(7)));

        let copy = Error::from_record(&error.to_record()).expect("a record of an error");

        assert_eq!(format!("{copy:?}"), format!("{error:?}"));
        assert_eq!(copy.retry_after(), error.retry_after());
    }

    #[test]
    fn nothing_hidden_is_in_what_an_error_says() {
        let outside = "w\x1b]0;x\x07\u{202e}\u{200b}";
        let error = Error::new(ErrorKind::NotFound, format!("no project `{outside}`"))
            .with_hint(format!("did you mean `{outside}`?"))
            .with_request_id(Some(outside.into()))
            .with_source(std::io::Error::other(outside));
        let stored = Error::from_record(&error.to_record()).expect("a record of an error");

        let shown = r"w\u{1b}]0;x\u{7}\u{202e}\u{200b}";
        for error in [error, stored] {
            assert_eq!(error.to_string(), format!("no project `{shown}`"));
            assert_eq!(error.hint(), Some(&*format!("did you mean `{shown}`?")));
            assert_eq!(error.request_id(), Some(shown));
            assert!(!format!("{error:?}").contains('\x1b'));
        }
    }
}

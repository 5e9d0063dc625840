//! Bytes out, bytes in: requests to one cloud, with that cloud's TLS settings and timeouts.
//!
//! Everything is made when first needed. TLS roots are loaded when the first `https` URL is used,
//! once per process; a client that talks plain HTTP never pays for them.

mod failure;
pub(crate) mod retry;
mod tls;

pub use retry::RetryPolicy;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use jiff::Timestamp;
use reqwest::{
    Method,
    header::{self, HeaderMap, HeaderValue},
};
use url::Url;

use crate::{
    access::Token,
    error::{Error, ErrorKind, Result, public_url},
    host::{Host, Moment},
    secret::Secret,
};

/// How a server's certificate is judged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Trust {
    /// By the authorities that this machine trusts.
    #[default]
    System,
    /// By the authorities in a PEM file, and no other.
    Bundle(PathBuf),
    /// Not at all. Anyone on the way can read passwords and tokens.
    Nothing,
}

/// How to reach a cloud.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TransportSettings {
    /// How a server's certificate is judged.
    pub trust: Trust,
    /// A certificate to show, as a PEM file that may also hold the key.
    pub client_certificate: Option<PathBuf>,
    /// The key of the certificate, when it is in a PEM file of its own.
    pub client_key: Option<PathBuf>,
    /// How long one request may take in all.
    pub timeout: Duration,
    /// How long reaching the server may take.
    pub connect_timeout: Duration,
    /// Names the calling program at the start of the `User-Agent` header.
    pub user_agent: Option<String>,
}

impl Default for TransportSettings {
    /// A minute for a request, ten seconds to reach the server.
    fn default() -> Self {
        Self {
            trust: Trust::default(),
            client_certificate: None,
            client_key: None,
            timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            user_agent: None,
        }
    }
}

/// One request that was made, and how long it took.
#[derive(Clone, Debug)]
pub struct Timing {
    /// The HTTP method.
    pub method: String,
    /// The URL, without its query.
    pub url: String,
    /// The answer's status; `None` when there was no answer.
    pub status: Option<u16>,
    /// From sending to the head of the answer.
    pub elapsed: Duration,
}

/// What is sent.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) token: Option<Token>,
    /// `X-Subject-Token`: the token that the request is about.
    pub(crate) subject: Option<Token>,
    pub(crate) body: Option<serde_json::Value>,
}

impl Request {
    pub(crate) fn new(method: Method, url: Url) -> Self {
        Self { method, url, token: None, subject: None, body: None }
    }

    pub(crate) fn get(url: Url) -> Self {
        Self::new(Method::GET, url)
    }

    pub(crate) fn with_token(mut self, token: &Token) -> Self {
        self.token = Some(token.clone());
        self
    }
}

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
    /// The head of an answer, for what it says without its body.
    pub(crate) fn head(answer: &reqwest::Response, url: &Url) -> Self {
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Self { status, headers, body: String::new(), url: url.clone(), sent: Moment::after_start(Duration::ZERO) }
    }

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

    /// How long to wait, from `Retry-After` in seconds or as a date.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let value = self.header("retry-after")?;
        value.trim().parse().map(Duration::from_secs).ok().or_else(|| {
            let wait = http_date(value)?.duration_since(self.date()?);
            Some(Duration::try_from(wait).unwrap_or_default())
        })
    }

    /// An error about this answer, with the facts that every such error has.
    pub(crate) fn error(&self, kind: ErrorKind, message: impl Into<String>) -> Error {
        Error::new(kind, message)
            .with_status(self.status)
            .with_url(&self.url)
            .with_request_id(self.request_id())
            .with_retry_after(self.retry_after())
    }
}

fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text.trim()).ok()
}

/// An answer larger than this is not from an identity service.
const LARGEST_ANSWER: usize = 64 << 20;

/// Sends requests. Cheap to make: connections and TLS are set up when first needed.
#[derive(Debug)]
pub(crate) struct Transport {
    settings: TransportSettings,
    host: Host,
    plain: OnceLock<Result<reqwest::Client>>,
    encrypted: OnceLock<Result<reqwest::Client>>,
    timings: Mutex<Vec<Timing>>,
}

impl Transport {
    pub(crate) fn new(settings: TransportSettings, host: Host) -> Arc<Self> {
        Arc::new(Self { settings, host, plain: OnceLock::new(), encrypted: OnceLock::new(), timings: Mutex::default() })
    }

    pub(crate) fn settings(&self) -> &TransportSettings {
        &self.settings
    }

    /// The requests made so far; the oldest are forgotten when there are very many.
    pub(crate) fn timings(&self) -> Vec<Timing> {
        self.timings.lock().map(|timings| timings.clone()).unwrap_or_default()
    }

    /// Sends a request, and reads the whole answer.
    pub(crate) async fn send(&self, request: Request) -> Result<Answer> {
        let sent = self.host.now();
        let Request { method, url, token, subject, body } = request;
        let mut request = reqwest::Request::new(method, url.clone());
        let headers = request.headers_mut();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(token) = token {
            headers.insert("x-auth-token", token.header());
        }
        if let Some(subject) = subject {
            headers.insert("x-subject-token", subject.header());
        }
        if let Some(body) = body {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            *request.body_mut() = Some(body.to_string().into());
        }
        *request.timeout_mut() = Some(self.settings.timeout);
        let mut answer = self.start(request).await?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| self.explain(error, &url))? {
            if bytes.len() + chunk.len() > LARGEST_ANSWER {
                let message = format!("the answer from `{}` is larger than 64 MiB", public_url(&url));
                return Err(Error::new(ErrorKind::InvalidResponse, message).with_url(&url));
            }
            bytes.extend_from_slice(&chunk);
        }
        let body = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        };
        Ok(Answer { status, headers, body, url, sent })
    }

    /// Sends a request; the body of the answer is still to be read.
    pub(crate) async fn start(&self, request: reqwest::Request) -> Result<reqwest::Response> {
        let sent = self.host.now();
        let (method, url) = (request.method().clone(), request.url().clone());
        if tracing::enabled!(tracing::Level::DEBUG) {
            let token = request.headers().get("x-auth-token").and_then(|it| it.to_str().ok());
            let token = token.map(|it| Secret::from(it).digest());
            tracing::debug!(%method, url = public_url(&url), token, "request");
        }
        let outcome = self.client(&url)?.execute(request).await.map_err(|error| self.explain(error, &url));
        let elapsed = sent.until(self.host.now());
        match &outcome {
            Ok(answer) => tracing::debug!(
                status = answer.status().as_u16(),
                request_id = answer.headers().get("x-openstack-request-id").and_then(|it| it.to_str().ok()),
                bytes = answer.content_length(),
                ?elapsed,
                "answer"
            ),
            Err(error) => tracing::debug!(%error, ?elapsed, "no answer"),
        }
        let status = outcome.as_ref().ok().map(|answer| answer.status().as_u16());
        self.remember(Timing { method: method.to_string(), url: public_url(&url), status, elapsed });
        outcome
    }

    /// Why there is no answer, or no more of it.
    pub(crate) fn explain(&self, error: reqwest::Error, url: &Url) -> Error {
        failure::explain(error, url, &self.settings)
    }

    fn remember(&self, timing: Timing) {
        const MOST: usize = 1000;
        if let Ok(mut timings) = self.timings.lock() {
            if timings.len() >= MOST {
                timings.drain(..MOST / 2);
            }
            timings.push(timing);
        }
    }

    /// The connections for a URL. Plain HTTP has its own, which know no TLS roots.
    fn client(&self, url: &Url) -> Result<&reqwest::Client> {
        let (slot, encrypted) = match url.scheme() {
            "https" => (&self.encrypted, true),
            _ => (&self.plain, false),
        };
        slot.get_or_init(|| self.connections(encrypted)).as_ref().map_err(Clone::clone)
    }

    fn connections(&self, encrypted: bool) -> Result<reqwest::Client> {
        let own = concat!("archstone/", env!("CARGO_PKG_VERSION"));
        let agent = match &self.settings.user_agent {
            Some(program) => format!("{program} {own}"),
            None => own.to_owned(),
        };
        let tls = if encrypted { tls::for_settings(&self.settings)? } else { tls::without_roots()? };
        reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            // A token must not follow a redirect to wherever it points.
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(self.settings.connect_timeout)
            // In all for a request of our own; between two pieces of a longer answer.
            .read_timeout(self.settings.timeout)
            .tcp_nodelay(true)
            .user_agent(agent)
            .build()
            .map_err(|source| {
                Error::new(ErrorKind::InvalidConfig, "cannot set up HTTP connections").with_source(source)
            })
    }
}

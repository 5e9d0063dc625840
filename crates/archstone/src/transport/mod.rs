//! Sends requests to one cloud, with that cloud's TLS settings and timeouts.
//!
//! Everything is created on first use. TLS roots are loaded when the first `https` URL is used, once per process; a
//! client that only uses plain HTTP never pays for them.

mod answer;
mod body;
mod connections;
mod connector;
mod failure;
mod inflate;
mod kept;
mod limits;
mod pages;
mod patience;
mod progress;
mod proxy;
mod refusal;
pub(crate) mod retry;
pub(crate) mod runtime;
mod server_clock;
mod settings;
mod timing;
mod tls;
#[cfg(feature = "opentelemetry")]
mod trace_context;

pub use limits::Limiter;
pub use retry::RetryPolicy;
pub use settings::{InsecureEndpoints, Proxy, TlsVersion, TransportSettings, Trust};
pub use timing::Timing;

pub(crate) use answer::{Answer, http_date, retry_after};
pub(crate) use body::Outgoing;
pub(crate) use connections::Pool;
#[cfg(feature = "opentelemetry")]
pub(crate) use connections::blocking_client;
pub(crate) use failure::{asks_for_tls, wants_tls};
pub(crate) use pages::Trail;
pub(crate) use progress::Progress;
pub(crate) use proxy::{Proxies, Route, Rules, Way};
pub(crate) use refusal::{refusal, request_id};
pub(crate) use settings::{KeyPassword, Origins};
#[cfg(any(feature = "memcached", feature = "redis"))]
pub(crate) use tls::tls_alone;
pub(crate) use tls::{Shown, SigningKey, Witness, is_pkcs12};

use std::{
    borrow::Cow,
    pin::{Pin, pin},
    sync::{Arc, OnceLock},
    time::Duration,
};

use http::{
    Method, StatusCode, Uri,
    header::{self, HeaderMap, HeaderName, HeaderValue},
};
use hyper_util::client::legacy::ResponseFuture;
use tokio::time::Instant;
use url::Url;

use body::Incoming;
use connections::Connections;
use failure::{Attempt, Failure};
use http_body::Body as _;
use retry::RetryBudget;
use server_clock::ServerClock;
use timing::Timings;

use crate::{
    error::{Error, ErrorKind, Result, public_url},
    host::{Host, Moment},
    redaction::SentSecrets,
    secret::Secret,
    token::Token,
};

/// A request to be sent.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) token: Option<Token>,
    /// `X-Subject-Token`: the token that the request is about.
    pub(crate) subject: Option<Token>,
    /// `Openstack-Auth-Receipt`: the proof of a login's earlier factors.
    pub(crate) receipt: Option<Secret>,
    /// `Authorization`: credentials outside the body.
    pub(crate) authorization: Option<Secret>,
    pub(crate) body: Option<serde_json::Value>,
    /// A form that is sent as the body, instead of `body`.
    pub(crate) form: Vec<(Cow<'static, str>, Secret)>,
    /// Boxed because it is rare.
    pub(crate) rest: Box<Rest>,
    /// Whether the request goes to a server other than Keystone: its response says nothing about Keystone's clock, and
    /// has a smaller size limit.
    pub(crate) is_elsewhere: bool,
}

/// Parts that few requests have.
#[derive(Debug, Default)]
pub(crate) struct Rest {
    /// A text body with its media type, instead of the other bodies.
    pub(crate) text: Option<(&'static str, Secret)>,
    /// Secrets within the text.
    pub(crate) within: Vec<Secret>,
    /// Additional headers, which may be secret.
    pub(crate) headers: Vec<(HeaderName, Secret)>,
}

impl Request {
    /// The maximum size of responses from servers other than Keystone: they contain a token, or what is needed to get
    /// one.
    pub(crate) const SMALL_ANSWER: usize = 1 << 20;

    pub(crate) fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            token: None,
            subject: None,
            receipt: None,
            authorization: None,
            body: None,
            form: Vec::new(),
            rest: Box::default(),
            is_elsewhere: false,
        }
    }

    pub(crate) fn elsewhere(self) -> Self {
        Self { is_elsewhere: true, ..self }
    }

    pub(crate) fn get(url: Url) -> Self {
        Self::new(Method::GET, url)
    }

    pub(crate) fn with_token(mut self, token: &Token) -> Self {
        self.token = Some(token.clone());
        self
    }
}

/// The header that carries the token.
pub(crate) const AUTH_TOKEN: HeaderName = HeaderName::from_static("x-auth-token");
/// The header for the token of a service that acts for a user.
pub(crate) const SERVICE_TOKEN: HeaderName = HeaderName::from_static("x-service-token");

/// The header for the receipt of an incomplete login.
pub(crate) const RECEIPT: HeaderName = HeaderName::from_static("openstack-auth-receipt");

/// A larger response is not from an identity service.
pub(crate) const LARGEST_ANSWER: usize = 64 << 20;

/// Sends requests. Cheap to create: connections and TLS are set up on first use.
#[derive(Debug)]
pub(crate) struct Transport {
    settings: TransportSettings,
    host: Host,
    /// Read for the first request.
    proxies: OnceLock<Proxies>,
    connections: Connections,
    timings: Timings,
    pub(crate) budget: RetryBudget,
    clock: ServerClock,
}

/// Marks a request to a server that only a redirect has named: it gets neither the client certificate nor the token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stranger;

/// The time limits of one request; unset limits are those of the cloud.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TimeLimits {
    pub(crate) connect: Option<Duration>,
    /// Between two chunks of the response, and before the first.
    pub(crate) read: Option<Duration>,
    /// From the start of the request to the end of the response.
    pub(crate) total: Option<Duration>,
}

/// A response whose headers have arrived.
pub(crate) struct Started {
    pub(crate) answer: http::Response<Incoming>,
    pub(crate) url: Url,
    /// The time since the request was sent.
    pub(crate) elapsed: Duration,
    pub(crate) limits: TimeLimits,
    /// When the whole response must have arrived.
    end: Option<Instant>,
    /// The pool of its connection, for reading the rest.
    pub(crate) pool: Arc<Pool>,
}

impl Transport {
    pub(crate) fn new(settings: TransportSettings, host: Host) -> Arc<Self> {
        Self::with(settings, host, Connections::default())
    }

    /// The same, recording the certificates that servers present in TLS handshakes.
    pub(crate) fn witnessed(settings: TransportSettings, host: Host, witness: &Arc<Witness>) -> Arc<Self> {
        Self::with(settings, host, Connections::witnessed(witness))
    }

    fn with(settings: TransportSettings, host: Host, connections: Connections) -> Arc<Self> {
        Arc::new(Self {
            settings,
            host,
            proxies: OnceLock::new(),
            connections,
            timings: Timings::default(),
            budget: RetryBudget::default(),
            clock: ServerClock::default(),
        })
    }

    pub(crate) fn settings(&self) -> &TransportSettings {
        &self.settings
    }

    /// Identifies the server behind a URL: part of every key under which data from a server is cached.
    ///
    /// Data that was obtained through another route, or without verifying the server, must not be used by other
    /// clients.
    pub(crate) fn server_of(&self, url: &Url) -> serde_json::Value {
        let TransportSettings { trust, client_certificate, unix_socket, .. } = &self.settings;
        let proxy = if let Ok(Way::Through(proxy)) = self.way(url) { Some(proxy.identity()) } else { None };
        serde_json::json!([
            url.as_str().trim_end_matches('/'),
            format!("{trust:?}"),
            client_certificate,
            unix_socket,
            proxy,
        ])
    }

    /// The requests made so far; if there are too many, the oldest are forgotten.
    pub(crate) fn timings(&self) -> Vec<Timing> {
        self.timings.list()
    }

    pub(crate) fn clear_timings(&self) {
        self.timings.clear();
    }

    /// The date by the identity service's clock, as far as known from its responses: the local clock may be wrong.
    pub(crate) fn server_date(&self) -> jiff::Timestamp {
        self.clock.date(self.host.date())
    }

    /// By how many seconds that clock is ahead of this machine's; 0 as long as it is not known.
    pub(crate) fn server_ahead(&self) -> i64 {
        self.clock.ahead()
    }

    /// Sends a request to the identity service, and reads the complete response.
    pub(crate) async fn send(&self, request: Request) -> Result<Answer> {
        let sent = self.host.now();
        let Request { method, url, token, subject, receipt, authorization, body: body_sent, .. } = request;
        let Request { form, rest, is_elsewhere, .. } = request;
        let most = if is_elsewhere { Request::SMALL_ANSWER } else { LARGEST_ANSWER };
        let mut request = http::Request::new(Outgoing::default());
        *request.method_mut() = method;
        request.headers_mut().clone_from(&self.settings.scope_headers);
        let headers = request.headers_mut();
        if let Some(token) = &token {
            headers.insert(AUTH_TOKEN, token.header());
        }
        if let Some(subject) = &subject {
            headers.insert("x-subject-token", subject.header());
            // Without this header, Keystone answers 404 for the token of an application credential with access rules.
            headers.insert("openstack-identity-access-rules", HeaderValue::from_static("1.0"));
        }
        if let Some(receipt) = &receipt {
            let mut value = HeaderValue::from_str(receipt.expose()).map_err(|_| {
                Error::new(ErrorKind::InvalidResponse, "the receipt cannot be written in an HTTP header")
            })?;
            value.set_sensitive(true);
            headers.insert(RECEIPT, value);
        }
        if let Some(authorization) = &authorization {
            let mut value = HeaderValue::from_str(authorization.expose()).map_err(|_| {
                Error::new(ErrorKind::InvalidConfig, "the credentials cannot be written in an HTTP header")
            })?;
            value.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, value);
        }
        if let Some(body) = &body_sent {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            *request.body_mut() = body.to_string().into();
        }
        if !form.is_empty() {
            let mut text = url::form_urlencoded::Serializer::new(String::new());
            text.extend_pairs(form.iter().map(|(name, value)| (name, value.expose())));
            let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
            request.headers_mut().insert(header::CONTENT_TYPE, kind);
            *request.body_mut() = text.finish().into();
        }
        if let Some((kind, text)) = &rest.text {
            request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            *request.body_mut() = text.expose().to_owned().into();
        }
        for (name, value) in &rest.headers {
            let mut value = HeaderValue::from_str(value.expose()).map_err(|_| {
                Error::new(ErrorKind::InvalidResponse, format!("the value of the header `{name}` cannot be written"))
            })?;
            value.set_sensitive(true);
            request.headers_mut().insert(name, value);
        }
        self.tell_original_ip(&mut request);
        let (status, headers, bytes) = self.whole(request, &url, most).await?;
        let status = status.as_u16();
        if asks_for_tls(status, &url, &bytes) {
            return Err(wants_tls(&url));
        }
        let body = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        };
        let mut secrets = SentSecrets::default();
        if status >= 400 {
            for token in token.iter().chain(&subject) {
                secrets.add(token.expose());
            }
            if let Some(receipt) = receipt {
                secrets.add(receipt);
            }
            if let Some(authorization) = &authorization {
                secrets.add_authorization(authorization.expose());
            }
            for (name, value) in &form {
                secrets.add_field(name, value);
            }
            if let Some(body) = &body_sent {
                secrets.add_body(body);
            }
        }
        // SAML may refuse in a successful response, too.
        rest.headers.iter().map(|(_, value)| value).chain(&rest.within).for_each(|it| secrets.add(it.clone()));
        let answer = Answer { status, headers, body, url, sent, secrets };
        if !is_elsewhere {
            self.clock.learn(answer.date(), self.host.date());
        }
        Ok(answer)
    }

    /// Sends a request, and reads the complete response, of at most this many bytes.
    pub(crate) async fn whole(
        &self,
        request: http::Request<Outgoing>,
        url: &Url,
        most: usize,
    ) -> Result<(StatusCode, HeaderMap, Vec<u8>)> {
        let limits = TimeLimits { total: Some(self.settings.timeout), ..TimeLimits::default() };
        let mut started = self.start(request, url, limits, None).await?;
        let mut bytes = Vec::new();
        while let Some(chunk) = self.piece(&mut started).await? {
            if bytes.len() + chunk.len() > most {
                let message = format!("the answer from `{}` is larger than {} MiB", public_url(url), most >> 20);
                return Err(Error::new(ErrorKind::InvalidResponse, message).with_url(url));
            }
            bytes.extend_from_slice(&chunk);
        }
        let (head, _) = started.answer.into_parts();
        Ok((head.status, head.headers, bytes))
    }

    /// Adds the address that the request is made for, if it is known and the request does not set it itself.
    pub(crate) fn tell_original_ip(&self, request: &mut http::Request<Outgoing>) {
        let Some(address) = self.settings.original_ip else { return };
        let forwarded = TransportSettings::forwarded(address, &self.settings.user_agent(None));
        if let Ok(value) = HeaderValue::from_str(&forwarded) {
            request.headers_mut().entry(header::FORWARDED).or_insert(value);
        }
    }

    /// Sends a request to a URL, and returns once the response's headers have arrived.
    ///
    /// While a body is being sent, each chunk of it restarts the read timeout.
    pub(crate) async fn start(
        &self,
        request: http::Request<Outgoing>,
        url: &Url,
        limits: TimeLimits,
        progress: Option<&Progress>,
    ) -> Result<Box<Started>> {
        let (sent, method) = (Instant::now(), request.method().clone());
        let end = limits.total.and_then(|total| sent.checked_add(total));
        let (mut answer, pool) = self.begin(request, url, limits)?;
        let taken = || progress.map(Progress::pieces);
        let mut silent_since = Some(sent);
        let outcome = loop {
            let before = taken();
            let since = silent_since.take();
            let patience = self.patience(limits, end, since);
            let outcome = pool.patience.wait(patience, since, Pin::new(&mut answer)).await;
            if outcome.is_some() || taken() == before || is_over(end) {
                break outcome;
            }
        };
        let attempt = self.attempt(url, limits, &pool);
        let outcome = match outcome {
            Some(Ok(answer)) => attempt.judge(answer),
            // Boxed because it is rare.
            Some(Err(error)) if !self.timings.has_answer_of(url) => {
                Err(Box::pin(attempt.explain_unknown(Failure::Request(error))).await)
            }
            Some(Err(error)) => Err(attempt.explain(Failure::Request(error))),
            None => Err(attempt.silence(end)),
        };
        let elapsed = sent.elapsed();
        self.note(method, url, &outcome, elapsed);
        let answer = inflate::inflated(outcome?);
        Ok(Box::new(Started { answer, url: url.clone(), elapsed, limits, end, pool }))
    }

    /// Passes a request to the HTTP library.
    ///
    /// The memory that a request touches costs more than its computations. The work before and after waiting for the
    /// response is therefore in separate functions, so that the waiting future does not carry it.
    #[inline(never)]
    fn begin(
        &self,
        mut request: http::Request<Outgoing>,
        url: &Url,
        limits: TimeLimits,
    ) -> Result<(ResponseFuture, Arc<Pool>)> {
        *request.uri_mut() = uri(url)?;
        let is_known = request.extensions().get::<Stranger>().is_none();
        let pool = self.connections.to(url, is_known, &self.settings, &self.way(url)?, limits.connect)?;
        let headers = request.headers_mut();
        inflate::ask(headers);
        headers.entry(header::ACCEPT).or_insert(const { HeaderValue::from_static("application/json") });
        headers.entry(header::USER_AGENT).or_insert_with(|| pool.user_agent.clone());
        if tracing::event_enabled!(target: "archstone::request", tracing::Level::DEBUG) {
            let token = request.headers().get("x-auth-token").and_then(|it| it.to_str().ok());
            let (method, token) = (request.method(), token.map(|it| Secret::from(it).digest()));
            tracing::debug!(target: "archstone::request", %method, url = public_url(url), token, "request");
        }
        #[cfg(feature = "opentelemetry")]
        trace_context::propagate(request.headers_mut());
        if let Some(proxy) = &pool.route {
            tracing::debug!(target: "archstone::request", proxy = proxy.shown(), from = proxy.origin(), "through a proxy");
            proxy.authorize(url, request.headers_mut());
        }
        Ok((pool.client.request(request), pool))
    }

    /// Records and logs the result of a request.
    #[inline(never)]
    fn note(
        &self,
        method: Method,
        url: &Url,
        outcome: &Result<http::Response<hyper::body::Incoming>>,
        elapsed: Duration,
    ) {
        if tracing::event_enabled!(target: "archstone::request", tracing::Level::DEBUG) {
            match outcome {
                Ok(answer) => tracing::debug!(
                    target: "archstone::request",
                    status = answer.status().as_u16(),
                    request_id = answer.headers().get("x-openstack-request-id").and_then(|it| it.to_str().ok()),
                    bytes = answer.body().size_hint().exact(),
                    ?elapsed,
                    "answer"
                ),
                Err(error) => tracing::debug!(target: "archstone::request", %error, ?elapsed, "no answer"),
            }
        }
        let status = outcome.as_ref().ok().map(|answer| answer.status().as_u16());
        self.timings.add(method, url, status, elapsed);
    }

    /// The next chunk of a response's body; `None` after the last.
    pub(crate) async fn piece(&self, started: &mut Started) -> Result<Option<bytes::Bytes>> {
        runtime::current()?;
        let Started { answer, url, pool, limits, end, .. } = started;
        let attempt = self.attempt(url, *limits, pool);
        // A response that arrives without any pause must respect the time limit, too.
        let outcome = if is_over(*end) {
            None
        } else {
            let patience = self.patience(*limits, *end, None);
            pool.patience.wait(patience, None, pin!(answer.body_mut().piece())).await
        };
        match outcome {
            Some(None) => Ok(None),
            Some(Some(Ok(piece))) => Ok(Some(piece)),
            Some(Some(Err(error))) => Err(attempt.explain(Failure::Body(error))),
            None => Err(attempt.silence(*end)),
        }
    }

    /// How long to wait, from `since` or else from now: the read timeout, or the rest of the total time.
    fn patience(&self, limits: TimeLimits, end: Option<Instant>, since: Option<Instant>) -> Duration {
        let silence = self.silence(limits);
        end.map_or(silence, |end| silence.min(end.saturating_duration_since(since.unwrap_or_else(Instant::now))))
    }

    pub(crate) fn now(&self) -> Moment {
        self.host.now()
    }

    /// The route to a URL: direct, or through a proxy.
    fn way(&self, url: &Url) -> Result<Way> {
        self.proxies.get_or_init(|| Proxies::of(&self.settings, &self.host)).to(url)
    }

    /// The read timeout.
    pub(crate) fn silence(&self, limits: TimeLimits) -> Duration {
        limits.read.unwrap_or(self.settings.timeout)
    }

    fn attempt<'a>(&'a self, url: &'a Url, limits: TimeLimits, pool: &'a Pool) -> Attempt<'a> {
        Attempt { url, settings: &self.settings, limits, pool }
    }
}

fn is_over(end: Option<Instant>) -> bool {
    end.is_some_and(|end| Instant::now() >= end)
}

/// A URL in the HTTP library's type.
fn uri(url: &Url) -> Result<Uri> {
    let is_http = matches!(url.scheme(), "http" | "https");
    Uri::try_from(url.as_str()).ok().filter(|_| is_http).ok_or_else(|| {
        Error::new(ErrorKind::InvalidConfig, format!("`{}` is not an HTTP URL", public_url(url)))
            .with_url(url)
            .with_hint("give a URL that begins with `http://` or `https://`")
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn whatever_decides_which_server_answers_distinguishes_it_from_others() {
        let url = Url::parse("https://keystone.example/v3").expect("a URL");
        let of = |settings: TransportSettings, variables: &[(&str, &str)]| {
            Transport::new(settings, Host::made(variables.iter().copied())).server_of(&url).to_string()
        };
        let plain = TransportSettings::default;
        let through = |url: &str| crate::ClientBuilder::default().option("proxy", url).transport().expect("settings");
        let settings = [
            plain(),
            TransportSettings { trust: Trust::Nothing, ..plain() },
            TransportSettings { trust: Trust::Bundle("/ca.pem".into()), ..plain() },
            TransportSettings { client_certificate: Some("/me.pem".into()), ..plain() },
            TransportSettings { unix_socket: Some("/one".into()), ..plain() },
            TransportSettings { unix_socket: Some("/two".into()), ..plain() },
            through("http://one.example:3128"),
            through("http://two.example:3128"),
            through("http://one.example:3129"),
            through("http://alice@one.example:3128"),
        ];
        let mut answers: Vec<_> = settings.into_iter().map(|it| of(it, &[])).collect();
        answers.push(of(plain(), &[("https_proxy", "http://three.example:3128")]));
        assert_eq!(answers.iter().collect::<BTreeSet<_>>().len(), answers.len(), "{answers:#?}");

        // Changes that make no difference: another password, other timeouts, the proxy for other URLs.
        let same = [
            (of(plain(), &[("http_proxy", "http://three.example:3128")]), &answers[0]),
            (of(TransportSettings { timeout: Duration::from_secs(1), ..plain() }, &[]), &answers[0]),
            (of(through("none"), &[("https_proxy", "http://three.example:3128")]), &answers[0]),
            (of(through("http://alice:secret@one.example:3128"), &[]), &answers[9]),
        ];
        for (answer, expected) in same {
            assert_eq!(answer, *expected);
        }
    }
}

//! Bytes out, bytes in: requests to one cloud, with that cloud's TLS settings and timeouts.
//!
//! Everything is made when first needed. TLS roots are loaded when the first `https` URL is used,
//! once per process; a client that talks plain HTTP never pays for them.

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
pub(crate) use proxy::{Proxies, Rules, Way};
pub(crate) use refusal::{refusal, request_id};
pub(crate) use settings::Origins;
#[cfg(any(feature = "memcached", feature = "redis"))]
pub(crate) use tls::tls_alone;
pub(crate) use tls::{Shown, Witness};

use std::{
    pin::{Pin, pin},
    sync::{Arc, OnceLock},
    time::Duration,
};

use http::{
    Method, Uri,
    header::{self, HeaderName, HeaderValue},
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

/// What is sent.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) token: Option<Token>,
    /// `X-Subject-Token`: the token that the request is about.
    pub(crate) subject: Option<Token>,
    /// `Openstack-Auth-Receipt`: what has shown some factors of a login already.
    pub(crate) receipt: Option<Secret>,
    /// `Authorization`: what proves identity outside the body.
    pub(crate) authorization: Option<Secret>,
    pub(crate) body: Option<serde_json::Value>,
    /// A body that is a form, in place of the other.
    pub(crate) form: Vec<(&'static str, Secret)>,
}

impl Request {
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
        }
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

/// The header that carries the receipt of a login that is not complete.
pub(crate) const RECEIPT: HeaderName = HeaderName::from_static("openstack-auth-receipt");

/// An answer larger than this is not from an identity service.
pub(crate) const LARGEST_ANSWER: usize = 64 << 20;

/// Sends requests. Cheap to make: connections and TLS are set up when first needed.
#[derive(Debug)]
pub(crate) struct Transport {
    settings: TransportSettings,
    host: Host,
    /// Read when the first request is made.
    proxies: OnceLock<Proxies>,
    connections: Connections,
    timings: Timings,
    pub(crate) budget: RetryBudget,
    clock: ServerClock,
}

/// How long one request may take; what is not said is as for the whole cloud.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TimeLimits {
    pub(crate) connect: Option<Duration>,
    /// Between two pieces of the answer, and before the first.
    pub(crate) read: Option<Duration>,
    /// From the beginning to the end of the answer.
    pub(crate) total: Option<Duration>,
}

/// An answer of which the head is there.
pub(crate) struct Started {
    pub(crate) answer: http::Response<Incoming>,
    pub(crate) url: Url,
    /// From sending to now.
    pub(crate) elapsed: Duration,
    pub(crate) limits: TimeLimits,
    /// When all of the answer must be there.
    end: Option<Instant>,
    /// Where what is still to come is read.
    pub(crate) pool: Arc<Pool>,
}

impl Transport {
    pub(crate) fn new(settings: TransportSettings, host: Host) -> Arc<Self> {
        Self::with(settings, host, Connections::default())
    }

    /// The same, with a witness of what servers show in TLS handshakes.
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

    /// Which server answers for a URL: part of every key under which something of a server's is kept.
    ///
    /// What is got by another way, or without checking whom it came from, is not for those who ask elsewhere.
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

    /// The requests made so far; the oldest are forgotten when there are very many.
    pub(crate) fn timings(&self) -> Vec<Timing> {
        self.timings.list()
    }

    pub(crate) fn clear_timings(&self) {
        self.timings.clear();
    }

    /// The date by the identity service's clock, as far as its answers have told: this machine's may be wrong.
    pub(crate) fn server_date(&self) -> jiff::Timestamp {
        self.clock.date(self.host.date())
    }

    /// By how many seconds that clock is ahead of this machine's; 0 as long as nothing is known.
    pub(crate) fn server_ahead(&self) -> i64 {
        self.clock.ahead()
    }

    /// Sends a request to the identity service, and reads the whole answer.
    pub(crate) async fn send(&self, request: Request) -> Result<Answer> {
        let sent = self.host.now();
        let Request { method, url, token, subject, receipt, authorization, body: body_sent, form } = request;
        let mut request = http::Request::new(Outgoing::default());
        *request.method_mut() = method;
        let headers = request.headers_mut();
        if let Some(token) = &token {
            headers.insert(AUTH_TOKEN, token.header());
        }
        if let Some(subject) = &subject {
            headers.insert("x-subject-token", subject.header());
            // Without it, Keystone denies that there is a token of an application credential with access rules.
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
                Error::new(ErrorKind::InvalidConfig, "what proves identity cannot be written in an HTTP header")
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
        self.tell_original_ip(&mut request);
        let limits = TimeLimits { total: Some(self.settings.timeout), ..TimeLimits::default() };
        let mut started = self.start(request, &url, limits, None).await?;
        let mut bytes = Vec::new();
        while let Some(chunk) = self.piece(&mut started).await? {
            if bytes.len() + chunk.len() > LARGEST_ANSWER {
                let message = format!("the answer from `{}` is larger than 64 MiB", public_url(&url));
                return Err(Error::new(ErrorKind::InvalidResponse, message).with_url(&url));
            }
            bytes.extend_from_slice(&chunk);
        }
        let (head, _) = started.answer.into_parts();
        let (status, headers) = (head.status.as_u16(), head.headers);
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
            if let Some(authorization) = &authorization {
                secrets.add_authorization(authorization.expose());
            }
            for (_, value) in form {
                secrets.add(value);
            }
            if let Some(body) = &body_sent {
                secrets.add_body(body);
            }
        }
        let answer = Answer { status, headers, body, url, sent, secrets };
        self.clock.learn(answer.date(), self.host.date());
        Ok(answer)
    }

    /// Tells for whom the request is made, when that is known and the request does not say it itself.
    pub(crate) fn tell_original_ip(&self, request: &mut http::Request<Outgoing>) {
        let Some(address) = self.settings.original_ip else { return };
        let forwarded = TransportSettings::forwarded(address, &self.settings.user_agent(None));
        if let Ok(value) = HeaderValue::from_str(&forwarded) {
            request.headers_mut().entry(header::FORWARDED).or_insert(value);
        }
    }

    /// Sends a request to a URL; the body of the answer is still to be read. Says how long its head took.
    ///
    /// While a body is on its way out, each piece of it breaks the silence.
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
            // Boxed, as all that is rare.
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

    /// Hands a request to the HTTP library.
    ///
    /// What a request touches in memory costs more than what it computes. So what is done before and after the wait for the
    /// answer are functions of their own: the wait carries none of it.
    #[inline(never)]
    fn begin(
        &self,
        mut request: http::Request<Outgoing>,
        url: &Url,
        limits: TimeLimits,
    ) -> Result<(ResponseFuture, Arc<Pool>)> {
        *request.uri_mut() = uri(url)?;
        let pool = self.connections.to(url, &self.settings, &self.way(url)?, limits.connect)?;
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

    /// Keeps and logs what came of a request.
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

    /// The next piece of an answer's body; `None` after the last.
    pub(crate) async fn piece(&self, started: &mut Started) -> Result<Option<bytes::Bytes>> {
        runtime::current()?;
        let Started { answer, url, pool, limits, end, .. } = started;
        let attempt = self.attempt(url, *limits, pool);
        // One that comes without a pause ends in time, too.
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

    /// How long to wait, from a moment on or else from now: as long as a service may be silent, or as is left until the end.
    fn patience(&self, limits: TimeLimits, end: Option<Instant>, since: Option<Instant>) -> Duration {
        let silence = self.silence(limits);
        end.map_or(silence, |end| silence.min(end.saturating_duration_since(since.unwrap_or_else(Instant::now))))
    }

    pub(crate) fn now(&self) -> Moment {
        self.host.now()
    }

    /// Through which proxy a URL is reached.
    fn way(&self, url: &Url) -> Result<Way> {
        self.proxies.get_or_init(|| Proxies::of(&self.settings, &self.host)).to(url)
    }

    /// How long a service may be silent.
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

/// A URL as the HTTP library takes it.
fn uri(url: &Url) -> Result<Uri> {
    let is_http = matches!(url.scheme(), "http" | "https");
    Uri::try_from(url.as_str()).ok().filter(|_| is_http).ok_or_else(|| {
        Error::new(ErrorKind::InvalidConfig, format!("`{}` cannot be asked over HTTP", public_url(url)))
            .with_url(url)
            .with_hint("give a URL that begins with `http://` or `https://`")
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn whatever_decides_which_server_answers_tells_it_from_others() {
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

        // What changes nothing about that: another password, another patience, the proxy of other URLs.
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

//! Building a request to a service. Sending it: `exchange`.

use std::{fmt, net::IpAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{
    Method,
    header::{CONTENT_TYPE, FORWARDED, HeaderMap, HeaderName, HeaderValue, USER_AGENT},
};
use serde::Serialize;
use url::Url;

use super::{Client, ServiceClient, microversion::Microversion, redirect::Redirects};
use crate::{
    auth::GivenToken,
    catalog::ApiVersion,
    error::{Error, ErrorKind, Result, printable, public_url},
    redaction::SentSecrets,
    token::Token,
    transport::{Outgoing, Progress, RetryPolicy, TimeLimits, TransportSettings},
};

/// A request builder. Nothing is sent until [`send`](Self::send).
///
/// `Debug` shows neither query, headers nor body: they may contain secrets.
///
/// ```no_run
/// # async fn run(client: archstone::Client) -> archstone::Result<()> {
/// let servers: serde_json::Value = client
///     .service("compute")
///     .get("servers")
///     .query("status", "ACTIVE")
///     .microversion("2.79".parse()?)
///     .send()
///     .await?
///     .json()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a request is sent by `send`"]
pub struct RequestBuilder(pub(super) Box<Described>);

/// The parts of a request, boxed so that moving the builder is cheap.
pub(super) struct Described {
    pub(super) client: Client,
    pub(super) method: Method,
    pub(super) target: Target,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: HeaderMap,
    pub(super) body: Body,
    pub(super) microversion: Microversion,
    pub(super) limits: TimeLimits,
    /// If unset, the service client's policy, or the default.
    pub(super) retries: Option<RetryPolicy>,
    pub(super) redirects: Redirects,
    /// The maximum size of the response's body.
    pub(super) max_body: Option<u64>,
    pub(super) authenticated: bool,
    pub(super) reauthenticate: bool,
    pub(super) error_for_status: bool,
    pub(super) problem: Option<Error>,
    /// Secrets in the request, in addition to those that are recognized in headers and body.
    pub(super) secrets: SentSecrets,
}

impl Described {
    /// The secrets that an error must not repeat.
    pub(super) fn sent_as_secret<'a>(&self, tokens: impl Iterator<Item = &'a Token>) -> SentSecrets {
        /// Longer bodies are uploads.
        const LONGEST: usize = 64 << 10;
        let mut sent = self.secrets.clone();
        tokens.for_each(|token| sent.add(token.expose()));
        if let Some(GivenToken::Basic { authorization, password }) = &self.client.0.config.given {
            sent.add(password.clone());
            sent.add(authorization.expose().trim_start_matches("Basic "));
        }
        for (name, value) in &self.headers {
            if value.is_sensitive()
                || ["x-auth-token", "x-service-token", "x-subject-token", "authorization"].contains(&name.as_str())
            {
                // In `Basic …` and similar values, the second word is the secret.
                let text = value.to_str().unwrap_or_default();
                sent.add(text.split_once(' ').map_or(text, |(_, credentials)| credentials));
            }
        }
        if let Body::Bytes(bytes) = &self.body
            && bytes.len() <= LONGEST
            && let Ok(body) = serde_json::from_slice(bytes)
        {
            sent.add_body(&body);
        }
        sent
    }
}

/// The target of a request.
pub(super) enum Target {
    Url(Url),
    /// A path below a service's endpoint.
    Service(ServiceClient, String),
}

impl Target {
    pub(super) fn service(&self) -> Option<&ServiceClient> {
        match self {
            Self::Url(_) => None,
            Self::Service(service, _) => Some(service),
        }
    }
}

/// The body of a request.
#[derive(Default)]
pub(super) enum Body {
    #[default]
    Empty,
    Bytes(Bytes),
    /// Can be read only once; `None` when it has been read.
    Stream(Option<Outgoing>),
    /// Created again for each attempt.
    Made(Arc<dyn Fn() -> Outgoing + Send + Sync>),
}

impl fmt::Debug for RequestBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("RequestBuilder");
        shown.field("method", &self.0.method);
        match &self.0.target {
            Target::Url(url) => shown.field("url", &public_url(url)),
            Target::Service(service, path) => shown
                .field("service", &service.service_type())
                .field("path", &path.split('?').next().unwrap_or_default()),
        };
        shown.finish_non_exhaustive()
    }
}

impl Body {
    /// Whether the body can be sent another time.
    pub(super) fn can_be_sent(&self) -> bool {
        !matches!(self, Self::Stream(None))
    }

    /// Takes the body, and its progress if sending it takes time.
    pub(super) fn take(&mut self) -> (Outgoing, Option<Progress>) {
        /// Smaller bodies are sent at once.
        const LARGE: usize = 1 << 20;
        let progress = Progress::default;
        match self {
            Self::Empty => (Outgoing::default(), None),
            Self::Bytes(bytes) if bytes.len() < LARGE => (bytes.clone().into(), None),
            Self::Bytes(bytes) => progress().of_bytes(bytes.clone()),
            Self::Stream(body) => body.take().map_or_else(Default::default, |body| progress().of(body)),
            Self::Made(make) => progress().of(make()),
        }
    }
}

impl RequestBuilder {
    pub(super) fn new(client: &Client, method: Method, target: Target) -> Self {
        Self(Box::new(Described {
            client: client.clone(),
            method,
            target,
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: Body::Empty,
            microversion: Microversion::Unsaid,
            limits: TimeLimits::default(),
            retries: None,
            redirects: Redirects { most: None, with_body: false },
            max_body: None,
            authenticated: true,
            reauthenticate: true,
            error_for_status: true,
            problem: None,
            secrets: SentSecrets::default(),
        }))
    }

    /// Redacts a secret of the request from errors.
    pub(crate) fn secret(mut self, secret: &str) -> Self {
        self.0.secrets.add(secret);
        self
    }

    /// Adds a query parameter.
    pub fn query(mut self, name: impl Into<String>, value: impl fmt::Display) -> Self {
        self.0.query.push((name.into(), value.to_string()));
        self
    }

    /// Sets a header.
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        let (name, value) = (name.as_ref(), value.as_ref());
        match (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            (Ok(name), Ok(value)) => {
                self.0.headers.insert(name, value);
            }
            _ => {
                let message = format!("the header `{}` cannot be written", printable(name));
                self.0.problem.get_or_insert(Error::new(ErrorKind::InvalidRequest, message));
            }
        }
        self
    }

    /// Sends a value as JSON; its `Content-Type` is `application/json` unless another is set.
    pub fn json(mut self, value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(bytes) => {
                self.0.body = Body::Bytes(bytes.into());
                let json = HeaderValue::from_static("application/json");
                self.0.headers.entry(CONTENT_TYPE).or_insert(json);
            }
            Err(source) => {
                let error = Error::new(ErrorKind::InvalidRequest, "the body cannot be written as JSON");
                self.0.problem.get_or_insert(error.with_source(source));
            }
        }
        self
    }

    /// Sends bytes.
    pub fn body(mut self, bytes: impl Into<Bytes>) -> Self {
        self.0.body = Body::Bytes(bytes.into());
        self
    }

    /// Streams a body. It is read only once, so such a request is not retried once it has started: see
    /// [`stream_again`](Self::stream_again) for bodies that can be read again.
    pub fn stream<B>(mut self, body: B) -> Self
    where
        B: http_body::Body + Send + Sync + 'static,
        B::Data: Into<Bytes>,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        self.0.body = Body::Stream(Some(Outgoing::pieces(body)));
        self
    }

    /// Streams a body that is created again for each attempt: after a rejected token, a redirect, or a failure.
    pub fn stream_again<B>(mut self, make: impl Fn() -> B + Send + Sync + 'static) -> Self
    where
        B: http_body::Body + Send + Sync + 'static,
        B::Data: Into<Bytes>,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        self.0.body = Body::Made(Arc::new(move || Outgoing::pieces(make())));
        self
    }

    /// Requests a microversion of the service's API, instead of the service client's.
    pub fn microversion(mut self, version: ApiVersion) -> Self {
        self.0.microversion = Microversion::Fixed(version);
        self
    }

    /// Requests no microversion, even if the service client has one.
    pub fn without_microversion(mut self) -> Self {
        self.0.microversion = Microversion::Unsaid;
        self
    }

    /// The timeout of the whole request, including the response's body. By default, only the pauses between two chunks
    /// are limited, so that a large download can take its time.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.0.limits.total = Some(timeout);
        self
    }

    /// How long the service may be silent, before its response and between two chunks of it.
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.0.limits.read = Some(timeout);
        self
    }

    /// The timeout of connecting to the service. Such requests have their own connections.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.0.limits.connect = Some(timeout);
        self
    }

    /// The retry policy of the request.
    pub fn retries(mut self, policy: RetryPolicy) -> Self {
        self.0.retries = Some(policy);
        self
    }

    /// The maximum number of redirects to follow; the next one is returned as the response. By default, more than 30
    /// are an error. A redirect loop is always an error.
    pub fn redirects(mut self, most: usize) -> Self {
        self.0.redirects.most = Some(most);
        self
    }

    /// Follows a redirect to another origin with the body, too, as for uploads that a service forwards to a store. By
    /// default such a redirect is an error: the body may contain data that only the service may see.
    ///
    /// Requests to the identity service never do so, since their bodies contain passwords.
    pub fn follow_with_body(mut self) -> Self {
        self.0.redirects.with_body = true;
        self
    }

    /// The maximum size of the response's body in bytes; unlimited by default, since large downloads are intended. A
    /// larger body is an error when it is read. For a compressed body, the decompressed size counts.
    pub fn max_body_size(mut self, bytes: u64) -> Self {
        self.0.max_body = Some(bytes);
        self
    }

    /// Sends no token.
    pub fn without_token(mut self) -> Self {
        self.0.authenticated = false;
        self
    }

    /// Does not replace a rejected token: the 401 is returned.
    pub fn without_reauthentication(mut self) -> Self {
        self.0.reauthenticate = false;
        self
    }

    /// Returns responses of 400 and above instead of an error.
    pub fn any_status(mut self) -> Self {
        self.0.error_for_status = false;
        self
    }

    /// A custom request id, which services log in addition to their own.
    pub fn global_request_id(self, id: impl AsRef<str>) -> Self {
        self.header("x-openstack-request-id", id)
    }

    /// Replaces the whole `User-Agent` header.
    pub fn user_agent(self, text: impl AsRef<str>) -> Self {
        self.header(USER_AGENT, text)
    }

    /// The address of the caller for whom this request is made, sent in the `Forwarded` header (RFC 7239).
    pub fn original_ip(self, address: IpAddr) -> Self {
        let by = self.0.client.0.identity.transport.settings().user_agent(None);
        self.header(FORWARDED, TransportSettings::forwarded(address, &by))
    }
}

impl Client {
    /// Starts a request to a URL. The token is sent there: see [`Client::service`] for requests whose URL comes from
    /// the catalog.
    pub fn request(&self, method: Method, url: Url) -> RequestBuilder {
        RequestBuilder::new(self, method, Target::Url(url))
    }

    /// Starts a request to a URL in text form.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`](ErrorKind::InvalidRequest) when it is not a URL.
    pub fn request_to(&self, method: Method, url: &str) -> Result<RequestBuilder> {
        let url = Url::parse(url).map_err(|source| {
            let message = format!("`{}` is not a URL", printable(url.split(['?', '#']).next().unwrap_or_default()));
            Error::new(ErrorKind::InvalidRequest, message).with_source(source).with_hint(
                "write it whole, or use a path below a service: `client.service(\"image\").get(\"v2/images\")`",
            )
        })?;
        Ok(self.request(method, url))
    }
}

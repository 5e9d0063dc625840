//! Requests to services, with a token, sent again where that is safe.

use std::time::Duration;

use reqwest::{
    Method,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use serde::Serialize;
use url::Url;

use super::{Client, Response};
use crate::{
    access::Token,
    catalog::ApiVersion,
    error::{Error, ErrorKind, Result, printable},
    transport::retry::{RetryPolicy, Tried},
};

/// Redirects that are followed at the most.
const MOST_REDIRECTS: usize = 30;

/// A request being described. Nothing is sent until [`send`](Self::send).
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
#[derive(Debug)]
#[must_use = "a request is sent by `send`"]
pub struct RequestBuilder {
    pub(super) client: Client,
    pub(super) method: Method,
    pub(super) target: Target,
    query: Vec<(String, String)>,
    headers: HeaderMap,
    body: Body,
    pub(super) microversion: Option<ApiVersion>,
    /// The service type that microversions are written for.
    pub(super) microversion_service: Option<String>,
    timeout: Option<Duration>,
    pub(super) retries: RetryPolicy,
    authenticated: bool,
    reauthenticate: bool,
    error_for_status: bool,
    problem: Option<Error>,
}

/// Where a request goes.
#[derive(Debug)]
pub(super) enum Target {
    Url(Url),
    /// A path below a service's endpoint.
    Service(Box<super::ServiceClient>, String),
}

/// What is sent.
#[derive(Debug, Default)]
enum Body {
    #[default]
    Empty,
    Bytes(bytes::Bytes),
    /// Can be read only once.
    Stream(Option<reqwest::Body>),
}

impl RequestBuilder {
    pub(super) fn new(client: &Client, method: Method, target: Target) -> Self {
        Self {
            client: client.clone(),
            method,
            target,
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: Body::Empty,
            microversion: None,
            microversion_service: None,
            timeout: None,
            retries: RetryPolicy::default(),
            authenticated: true,
            reauthenticate: true,
            error_for_status: true,
            problem: None,
        }
    }

    /// Adds a query parameter.
    pub fn query(mut self, name: impl Into<String>, value: impl std::fmt::Display) -> Self {
        self.query.push((name.into(), value.to_string()));
        self
    }

    /// Sets a header.
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        let (name, value) = (name.as_ref(), value.as_ref());
        match (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            (Ok(name), Ok(value)) => {
                self.headers.insert(name, value);
            }
            _ => {
                let message = format!("the header `{}` cannot be written", printable(name));
                self.problem.get_or_insert(Error::new(ErrorKind::InvalidRequest, message));
            }
        }
        self
    }

    /// Sends a value as JSON; its `Content-Type` is `application/json` unless another is set.
    pub fn json(mut self, value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(bytes) => {
                self.body = Body::Bytes(bytes.into());
                let json = HeaderValue::from_static("application/json");
                self.headers.entry("content-type").or_insert(json);
            }
            Err(source) => {
                let error = Error::new(ErrorKind::InvalidRequest, "the body cannot be written as JSON");
                self.problem.get_or_insert(error.with_source(source));
            }
        }
        self
    }

    /// Sends bytes.
    pub fn body(mut self, bytes: impl Into<bytes::Bytes>) -> Self {
        self.body = Body::Bytes(bytes.into());
        self
    }

    /// Sends a body piece by piece. It is read once: such a request is never sent again.
    pub fn stream<B>(mut self, body: B) -> Self
    where
        B: http_body::Body + Send + Sync + 'static,
        B::Data: Into<bytes::Bytes>,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        self.body = Body::Stream(Some(reqwest::Body::wrap(body)));
        self
    }

    /// Asks for a microversion of the service's API.
    pub fn microversion(mut self, version: ApiVersion) -> Self {
        self.microversion = Some(version);
        self
    }

    /// How long the request may take in all, its answer's body included. Otherwise only silence
    /// between two pieces is limited, so that a large download takes as long as it takes.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// When the request is sent again.
    pub fn retries(mut self, policy: RetryPolicy) -> Self {
        self.retries = policy;
        self
    }

    /// Sends no token.
    pub fn without_token(mut self) -> Self {
        self.authenticated = false;
        self
    }

    /// Does not replace a token that is refused: the 401 is the answer.
    pub fn without_reauthentication(mut self) -> Self {
        self.reauthenticate = false;
        self
    }

    /// Takes an answer of 400 and above as an answer, and not as an error.
    pub fn any_status(mut self) -> Self {
        self.error_for_status = false;
        self
    }

    /// A request id of one's own, which services write into their logs beside theirs.
    pub fn global_request_id(self, id: impl AsRef<str>) -> Self {
        self.header("x-openstack-request-id", id)
    }

    /// Sends the request: with a token, and once more with another when the service refuses it; again
    /// after failures, as the [`RetryPolicy`] says. Redirects keep method and body, and carry no token
    /// to another origin.
    ///
    /// # Errors
    ///
    /// By the status for answers of 400 and above; why there is no answer; why there is no token.
    pub async fn send(mut self) -> Result<Response> {
        if let Some(problem) = self.problem.take() {
            return Err(problem);
        }
        let mut url = match &self.target {
            Target::Url(url) => url.clone(),
            Target::Service(service, path) => service.url(path).await?,
        };
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        self.write_microversion()?;
        let (host, began) = (&self.client.0.identity.host.clone(), self.client.0.identity.host.now());
        let mut replaced = false;
        let mut tries = 0;
        let mut token = if self.authenticated { Some(self.client.token().await?) } else { None };
        loop {
            tries += 1;
            let outcome = self.follow(&url, token.as_ref()).await;
            let result = match &outcome {
                Ok(answer) if answer.status() == 401 && self.can_reauthenticate(replaced) => {
                    if let Some(refused) = token.take() {
                        replaced = true;
                        token = Some(self.client.replace(&refused).await?);
                        continue;
                    }
                    Tried::Answer(401, None)
                }
                Ok(answer) => Tried::Answer(answer.status().as_u16(), answer.retry_after()),
                Err(error) => Tried::Failure(error),
            };
            let wait = if self.can_repeat() {
                self.retries.wait(&self.method, tries, began.until(host.now()), &result)
            } else {
                None
            };
            let Some(wait) = wait else { break self.judge(outcome).await };
            tracing::warn!(url = crate::error::public_url(&url), tries, ?wait, "sent again");
            tokio::time::sleep(wait).await;
        }
    }

    async fn judge(&self, outcome: Result<Response>) -> Result<Response> {
        if self.error_for_status { outcome?.error_for_status().await } else { outcome }
    }

    fn can_repeat(&self) -> bool {
        !matches!(self.body, Body::Stream(None))
    }

    fn can_reauthenticate(&self, replaced: bool) -> bool {
        self.reauthenticate && !replaced && self.can_repeat()
    }

    /// One try, with the redirects that it meets.
    async fn follow(&mut self, url: &Url, token: Option<&Token>) -> Result<Response> {
        let origin = url.origin();
        let mut url = url.clone();
        let mut hops = 0;
        loop {
            let own = url.origin() == origin;
            let answer = self.once(&url, token.filter(|_| own), own).await?;
            let is_redirect = matches!(answer.status().as_u16(), 301 | 302 | 303 | 305 | 307 | 308);
            let location = answer.headers().get("location").and_then(|it| it.to_str().ok());
            let next = match location.map(|location| url.join(location)) {
                Some(Ok(next)) if is_redirect && self.can_repeat() => next,
                _ => return Ok(answer),
            };
            hops += 1;
            let is_weaker = url.scheme() == "https" && next.scheme() != "https";
            if hops > MOST_REDIRECTS || is_weaker || !matches!(next.scheme(), "http" | "https") {
                return Ok(answer);
            }
            url = next;
        }
    }

    /// One request. What proves identity, and what the caller sent along, stays with its origin.
    async fn once(&mut self, url: &Url, token: Option<&Token>, own: bool) -> Result<Response> {
        let mut request = reqwest::Request::new(self.method.clone(), url.clone());
        if own {
            *request.headers_mut() = self.headers.clone();
        }
        let headers = request.headers_mut();
        headers.entry("accept").or_insert(HeaderValue::from_static("application/json"));
        if let Some(token) = token {
            headers.insert("x-auth-token", token.header());
        }
        *request.body_mut() = match &mut self.body {
            Body::Empty => None,
            Body::Bytes(bytes) => Some(bytes.clone().into()),
            Body::Stream(body) => body.take(),
        };
        *request.timeout_mut() = self.timeout;
        let transport = &self.client.0.identity.transport;
        let answer = transport.start(request).await?;
        Ok(Response::new(answer, url.clone(), transport))
    }

    /// The header of the guideline, and the older ones that some services still need.
    fn write_microversion(&mut self) -> Result<()> {
        let Some(version) = self.microversion else { return Ok(()) };
        let Some(service_type) = &self.microversion_service else {
            return Err(Error::new(ErrorKind::InvalidRequest, "a microversion is of a service, and none is named")
                .with_hint("send the request through `client.service(…)`"));
        };
        if version.minor().is_none() && version != ApiVersion::LATEST {
            let message = format!("`{version}` is not a microversion that can be asked for");
            return Err(Error::new(ErrorKind::InvalidRequest, message).with_hint("ask for a number, or for `latest`"));
        }
        let (name, older) = match service_type.as_str() {
            "volume" | "volumev2" | "volumev3" | "block-storage" | "block-store" => ("volume", None),
            "share" | "sharev2" | "shared-file-system" => {
                ("shared-file-system", Some("x-openstack-manila-api-version"))
            }
            "compute" => ("compute", Some("x-openstack-nova-api-version")),
            "baremetal" | "bare-metal" => ("baremetal", Some("x-openstack-ironic-api-version")),
            other => (other, None),
        };
        let mut write = |header: &'static str, value: String| {
            if let Ok(value) = HeaderValue::from_str(&value) {
                self.headers.entry(header).or_insert(value);
            }
        };
        let (guideline, older) = (format!("{name} {version}"), older.map(|header| (header, version.to_string())));
        write("openstack-api-version", guideline);
        if let Some((header, value)) = older {
            write(header, value);
        }
        Ok(())
    }
}

impl Client {
    /// Begins a request to a URL. The token is sent there: see [`Client::service`] for requests that find
    /// their URL in the catalog.
    pub fn request(&self, method: Method, url: Url) -> RequestBuilder {
        RequestBuilder::new(self, method, Target::Url(url))
    }
}

//! Sending a request until there is an answer to keep: with a token, along redirects, again after
//! failures.

use std::{sync::Arc, time::Duration};

use http::header::{AUTHORIZATION, USER_AGENT};
use tracing::{Instrument, Span};
use url::Url;

use super::{
    Client, RequestBuilder, Response, ServiceClient,
    microversion::{self, Microversion},
    redirect::{self, Moves},
    request::{Body, Described, Target},
};
use crate::{
    access::Token,
    error::{Error, ErrorKind, Result, Sent, public_url},
    transport::{AUTH_TOKEN, Outgoing, Progress, RetryPolicy, TimeLimits, Transport, retry::Tried, runtime},
};

impl RequestBuilder {
    /// Sends the request: with a token, and once more with another when the service refuses it; again
    /// after failures, as the [`RetryPolicy`] says. Redirects keep method and body, and carry no token
    /// to another origin.
    ///
    /// # Errors
    ///
    /// By the status for answers of 400 and above; why there is no answer; why there is no token.
    pub async fn send(self) -> Result<Response> {
        let span = tracing::info_span!(
            target: "archstone::request",
            "request",
            method = %self.0.method,
            service = self.0.target.service().map(ServiceClient::service_type),
            url = tracing::field::Empty,
            status = tracing::field::Empty,
            request_id = tracing::field::Empty,
        );
        // Usually nobody listens.
        if span.is_disabled() {
            return self.0.exchange(&span).await;
        }
        Box::pin(self.0.exchange(&span)).instrument(span.clone()).await
    }
}

impl Described {
    async fn exchange(mut self: Box<Self>, span: &Span) -> Result<Response> {
        if let Some(problem) = self.problem.take() {
            return Err(problem);
        }
        let mut url = match &self.target {
            Target::Url(url) => url.clone(),
            Target::Service(service, path) => match service.known_url(path) {
                Some(url) => url?,
                // Boxed, so that the usual way carries none of it.
                None => Box::pin(service.url(path)).await?,
            },
        };
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        self.write_headers().await?;
        if !span.is_disabled() {
            span.record("url", public_url(&url));
        }
        let (answer, refused) = self.until_there_is_an_answer(&url).await?;
        if !span.is_disabled() {
            span.record("status", answer.status().as_u16());
            span.record("request_id", answer.request_id());
        }
        if !self.error_for_status || answer.status().as_u16() < 300 {
            return Ok(answer);
        }
        match answer.status().as_u16() {
            300 if self.is_below_an_endpoint() => Err(several_versions(&answer)),
            ..400 => Ok(answer),
            _ => {
                let error = Box::pin(answer.into_error()).await;
                Err(match error.kind() {
                    _ if refused => self.client.explain_refusal(error),
                    ErrorKind::TokenRejected if self.client.0.authorization.is_some() => {
                        error.with_hint("check the user's name and the password")
                    }
                    _ => error,
                })
            }
        }
    }

    /// Whether a path of a service is asked, and not the list of its versions.
    fn is_below_an_endpoint(&self) -> bool {
        matches!(&self.target, Target::Service(_, path) if !path.trim_matches('/').is_empty())
    }

    /// The headers that are not about identity.
    async fn write_headers(&mut self) -> Result<()> {
        let Some(service) = self.target.service() else {
            return match self.microversion {
                Microversion::Unsaid => Ok(()),
                _ => Err(Error::new(ErrorKind::InvalidRequest, "a microversion is of a service, and none is named")
                    .with_hint("send the request through `client.service(…)`")),
            };
        };
        if let Some(agent) = service.user_agent_header() {
            self.headers.entry(USER_AGENT).or_insert(agent);
        }
        let version = match self.microversion {
            Microversion::Unsaid => return Ok(()),
            Microversion::Fixed(version) => version,
            Microversion::Newest(range) => Box::pin(service.newest_microversion(range)).await?,
        };
        let service_type = service.microversion_type().to_owned();
        microversion::write(&mut self.headers, &service_type, version)
    }

    /// The answer, and whether it refuses a token in whose place another one would do no better.
    async fn until_there_is_an_answer(&mut self, url: &Url) -> Result<(Response, bool)> {
        let client = self.client.clone();
        let (transport, host) = (&client.0.identity.transport, &client.0.identity.host);
        let limiter = self.target.service().and_then(|it| it.limits()).or(client.0.limiter.as_ref()).cloned();
        let policy = self.policy();
        // The clock is read only where it matters.
        let began = policy.deadline.map(|_| host.now());
        let (mut tries, mut replaced, mut is_repeated, mut refused) = (0, 0, false, false);
        let mut token = match client.current_token() {
            _ if !self.authenticated || client.0.authorization.is_some() => None,
            Some(token) => Some(token),
            None => Some(Box::pin(client.token()).await?),
        };
        if token.is_some() {
            client.check_endpoint(url)?;
        }
        loop {
            tries += 1;
            let elapsed = || began.map_or(Duration::ZERO, |began| began.until(host.now()));
            let limits = self.limits_of_a_try(&policy, elapsed());
            let turn = match &limiter {
                Some(limiter) => {
                    runtime::current()?;
                    Box::pin(limiter.turn(host)).await
                }
                None => None,
            };
            let try_it = self.follow(&client, url, token.as_ref(), limits, &mut is_repeated);
            let outcome = match tries {
                1 => try_it.await,
                _ => {
                    let span = tracing::info_span!(target: "archstone::retry", "retry", tries);
                    Box::pin(try_it).instrument(span).await
                }
            };
            drop(turn);
            let result = match &outcome {
                Ok(Answered { answer, is_away }) => {
                    let status = answer.status().as_u16();
                    // Only the origin that got the token can take or refuse it.
                    match token.as_ref().filter(|_| !is_away) {
                        Some(token) if status != 401 => token.was_taken_at(url),
                        Some(old) if self.reauthenticate && self.body.can_be_sent() => {
                            // Boxed, as all that is rare: the usual way carries none of it.
                            match Box::pin(client.another_token(old, url, replaced)).await {
                                Some(another) => {
                                    replaced += 1;
                                    token = Some(another?);
                                    continue;
                                }
                                None => refused = true,
                            }
                        }
                        _ => {}
                    }
                    Tried::Answer(status, if status >= 400 { answer.retry_after() } else { None })
                }
                Err(error) => Tried::Failure(error),
            };
            let Some(pause) = self.pause(&policy, tries, elapsed(), &result) else {
                if outcome.as_ref().is_ok_and(|it| it.answer.status().as_u16() < 500) {
                    transport.budget.refill();
                }
                return outcome.map(|it| (it.answer, refused));
            };
            if !transport.budget.take() {
                tracing::warn!(target: "archstone::retry", "too many requests fail: this one is not sent again");
                return outcome.map(|it| (it.answer, refused));
            }
            let why = match &result {
                Tried::Answer(status, _) => format!("HTTP {status}"),
                Tried::Failure(error) => error.to_string(),
            };
            tracing::warn!(target: "archstone::retry", url = public_url(url), tries, ?pause, why, "sent again");
            Box::pin(tokio::time::sleep(pause)).await;
        }
    }

    fn policy(&self) -> Arc<RetryPolicy> {
        match (&self.retries, self.target.service()) {
            (Some(policy), _) => Arc::new(policy.clone()),
            (None, Some(service)) => service.policy(),
            (None, None) => RetryPolicy::usual(),
        }
    }

    /// A try may last no longer than what is left of the deadline.
    fn limits_of_a_try(&self, policy: &RetryPolicy, elapsed: Duration) -> TimeLimits {
        let left = policy.deadline.map(|deadline| deadline.saturating_sub(elapsed).max(Duration::from_millis(1)));
        let total = match (self.limits.total, left) {
            (Some(total), Some(left)) => Some(total.min(left)),
            (total, left) => total.or(left),
        };
        TimeLimits { total, ..self.limits }
    }

    /// How long to wait before another try; `None` when there is none to be.
    fn pause(&self, policy: &RetryPolicy, tries: u32, elapsed: Duration, result: &Tried<'_>) -> Option<Duration> {
        if !self.body.can_be_sent() {
            return None;
        }
        policy.wait(&self.method, tries, elapsed, result)
    }

    /// One try, with the redirects that it meets.
    ///
    /// A connection that was kept may have been given up by the server just then, which shows as its end
    /// before the first byte of an answer: what can be repeated is, once, in silence.
    async fn follow(
        &mut self,
        client: &Client,
        url: &Url,
        token: Option<&Token>,
        limits: TimeLimits,
        is_repeated: &mut bool,
    ) -> Result<Answered> {
        let (host, transport) = (&client.0.identity.host, &client.0.identity.transport);
        // All that a try may take, it may take along all its redirects.
        let end = limits.total.map(|total| host.now().later(total));
        let mut moves: Option<Box<Moves>> = None;
        loop {
            let left = end.map(|end| host.now().until(end).max(Duration::from_millis(1)));
            let limits = TimeLimits { total: left, ..limits };
            let next = moves.as_ref().map_or(url, |moves| &moves.to);
            let is_away = moves.as_ref().is_some_and(|moves| moves.is_away);
            let (request, progress) = self.request(transport, token.filter(|_| !is_away), !is_away);
            let answer = match transport.start(request, next, limits, progress.as_ref()).await {
                Ok(started) => {
                    let mut answer = Response::new(started, transport, self.max_body);
                    if answer.status().as_u16() >= 400 {
                        answer.keep_out(self.sent_as_secret(token));
                    }
                    answer
                }
                Err(error) if !*is_repeated && self.was_given_up(&error) => {
                    *is_repeated = true;
                    continue;
                }
                Err(error) => return Err(error),
            };
            let is_redirect = matches!(answer.status().as_u16(), 301 | 302 | 303 | 305 | 307 | 308);
            let target = if is_redirect { redirect::target(&answer, next) } else { None };
            let Some(target) = target.filter(|_| self.body.can_be_sent()) else {
                return Ok(Answered { answer: Moves::end(moves, answer), is_away });
            };
            // Boxed, as all that is rare.
            let mut so_far = moves.take().unwrap_or_else(|| Box::new(Moves::from(url)));
            if !so_far.may_go_on(&answer, self.redirects, transport.silence(limits))? {
                return Ok(Answered { answer: Moves::end(Some(so_far), answer), is_away });
            }
            so_far.go_to(target, answer, self.has_private_body(url))?;
            moves = Some(so_far);
        }
    }

    /// Whether it is for the identity service, whose requests hold passwords.
    fn is_for_identity(&self, url: &Url) -> bool {
        let config = &self.client.0.config;
        let known = config.auth_url.iter().map(|it| &it.value).chain(&config.mgmt_url);
        let is_below = |base: &Url| {
            base.origin() == url.origin()
                && url.path().starts_with(base.path().trim_end_matches("/v3").trim_end_matches('/'))
        };
        self.target.service().is_some_and(|it| it.service_type() == "identity") || known.into_iter().any(is_below)
    }

    /// Whether there is a body that must not go to another origin.
    fn has_private_body(&self, url: &Url) -> bool {
        !matches!(self.body, Body::Empty) && (!self.redirects.with_body || self.is_for_identity(url))
    }

    fn was_given_up(&self, error: &Error) -> bool {
        error.how_much_was_sent() == Sent::WithoutAnswer && self.method.is_idempotent() && self.body.can_be_sent()
    }

    /// What goes over the wire. What proves identity, and what the caller sent along, stays with its origin.
    fn request(
        &mut self,
        transport: &Transport,
        token: Option<&Token>,
        own: bool,
    ) -> (http::Request<Outgoing>, Option<Progress>) {
        let (body, progress) = self.body.take();
        let mut request = http::Request::new(body);
        request.method_mut().clone_from(&self.method);
        if own {
            if !self.headers.is_empty() {
                *request.headers_mut() = self.headers.clone();
            }
            transport.tell_original_ip(&mut request);
        }
        if let Some(header) = self.client.0.authorization.as_ref().filter(|_| own && self.authenticated) {
            request.headers_mut().insert(AUTHORIZATION, header.clone());
        }
        if let Some(token) = token {
            request.headers_mut().insert(AUTH_TOKEN, token.header());
            if self.client.0.is_bearer {
                request.headers_mut().insert(AUTHORIZATION, token.bearer());
            }
        }
        (request, progress)
    }
}

/// What came of one try.
struct Answered {
    answer: Response,
    /// Whether a redirect has left the origin of the request: then neither token nor the caller's headers were sent.
    is_away: bool,
}

/// A service that was asked without its version answers with those that it has.
fn several_versions(answer: &Response) -> Error {
    let message =
        format!("`{}` has several versions of its API, and none was asked for (HTTP 300)", public_url(answer.url()));
    Error::new(ErrorKind::InvalidRequest, message)
        .with_status(300)
        .with_url(answer.url())
        .with_request_id(answer.request_id().map(str::to_owned))
        .with_hint("ask for a version of the API (`versions`, in Python `version=\"latest\"`)")
}

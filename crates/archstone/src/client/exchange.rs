//! Sends a request until there is a response to return: with a token, following redirects, retrying after failures.

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
    auth::GivenToken,
    error::{Error, ErrorKind, Result, Sent, public_url},
    transport::{
        AUTH_TOKEN, Outgoing, Progress, RetryPolicy, SERVICE_TOKEN, Stranger, TimeLimits, Transport, retry::Tried,
        runtime,
    },
};

impl RequestBuilder {
    /// Sends the request with a token, and with a new one if the service rejects that; retries after failures, as the
    /// [`RetryPolicy`] says. Redirects keep method and body, and send no token to another origin.
    ///
    /// # Errors
    ///
    /// According to the status for responses of 400 and above; or the reason why there is no response or no token.
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
        // Usually tracing is disabled.
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
                // Boxed, so that the common path does not carry it.
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
        let before = self.client.0.slot.current();
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
                if self.authenticated
                    && self.reauthenticate
                    && self.body.can_be_sent()
                    && self.asks_identity(&url)
                    && let Some(another) =
                        Box::pin(self.client.another_for_deleted_credential(before, &error, &url, 0)).await
                {
                    another?;
                    let (answer, _) = Box::pin(self.until_there_is_an_answer(&url)).await?;
                    return if answer.status().as_u16() < 400 { Ok(answer) } else { Err(answer.into_error().await) };
                }
                Err(match error.kind() {
                    _ if refused => self.client.explain_refusal(error),
                    ErrorKind::TokenRejected => {
                        match self.client.0.config.given.as_ref().and_then(GivenToken::refused) {
                            Some(hint) => error.with_hint(hint),
                            None => error,
                        }
                    }
                    _ => error,
                })
            }
        }
    }

    /// Whether the request is for a path of a service, and not for its list of versions.
    fn is_below_an_endpoint(&self) -> bool {
        matches!(&self.target, Target::Service(_, path) if !path.trim_matches('/').is_empty())
    }

    /// Writes the headers that do not concern authentication.
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

    /// The response, and whether it rejects a token that is not worth replacing.
    async fn until_there_is_an_answer(&mut self, url: &Url) -> Result<(Response, bool)> {
        let client = self.client.clone();
        let (transport, host) = (&client.0.identity.transport, &client.0.identity.host);
        let limiter = self.target.service().and_then(|it| it.limits()).or(client.0.limiter.as_ref()).cloned();
        let policy = self.policy();
        // The clock is read only if it is needed.
        let began = policy.deadline.map(|_| host.now());
        let (mut tries, mut replaced, mut is_repeated, mut refused) = (0, 0, false, false);
        let mut shown = match client.current_token() {
            _ if !self.authenticated || client.0.instead.is_some() => None,
            Some(token) => Some(token),
            None => Some(Box::pin(client.token()).await?),
        }
        .map(|token| Shown { token, of_service: None });
        if let Some(shown) = &mut shown {
            client.check_endpoint(url)?;
            if let Some(service_user) = &client.0.service_user {
                shown.of_service = Some(Box::pin(service_user.token()).await?);
            }
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
            let try_it = self.follow(&client, url, shown.as_ref(), limits, &mut is_repeated);
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
                    // Only the origin that issued the token can accept or reject it.
                    match shown.as_mut().filter(|_| !is_away) {
                        // A server that does not know a path may not have looked at the token; and this is also how the
                        // token of a deleted application credential is rejected.
                        Some(_) if status == 404 => {}
                        Some(shown) if status != 401 => shown.were_taken_at(url),
                        Some(old) if self.reauthenticate && self.body.can_be_sent() => {
                            // Boxed because it is rare: the common path does not carry it.
                            if Box::pin(old.replace(&client, url, replaced)).await? {
                                replaced += 1;
                                continue;
                            }
                            refused = true;
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
                tracing::warn!(target: "archstone::retry", "too many requests fail: not retrying this one");
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

    /// An attempt may take no longer than the rest of the deadline.
    fn limits_of_a_try(&self, policy: &RetryPolicy, elapsed: Duration) -> TimeLimits {
        let left = policy.deadline.map(|deadline| deadline.saturating_sub(elapsed).max(Duration::from_millis(1)));
        let total = match (self.limits.total, left) {
            (Some(total), Some(left)) => Some(total.min(left)),
            (total, left) => total.or(left),
        };
        TimeLimits { total, ..self.limits }
    }

    /// How long to wait before another attempt; `None` if there is none.
    fn pause(&self, policy: &RetryPolicy, tries: u32, elapsed: Duration, result: &Tried<'_>) -> Option<Duration> {
        if !self.body.can_be_sent() {
            return None;
        }
        policy.wait(&self.method, tries, elapsed, result)
    }

    /// One attempt, including redirects.
    ///
    /// The server may close an idle connection at the moment it is reused, which shows as a connection that ends before
    /// the first byte of a response: if the request can be repeated, it is sent once more, silently.
    async fn follow(
        &mut self,
        client: &Client,
        url: &Url,
        shown: Option<&Shown>,
        limits: TimeLimits,
        is_repeated: &mut bool,
    ) -> Result<Answered> {
        let (host, transport) = (&client.0.identity.host, &client.0.identity.transport);
        // The time limit of an attempt includes all its redirects.
        let end = limits.total.map(|total| host.now().later(total));
        let mut moves: Option<Box<Moves>> = None;
        loop {
            let left = end.map(|end| host.now().until(end).max(Duration::from_millis(1)));
            let limits = TimeLimits { total: left, ..limits };
            let next = moves.as_ref().map_or(url, |moves| &moves.to);
            let is_away = moves.as_ref().is_some_and(|moves| moves.is_away);
            let (mut request, progress) = self.request(transport, shown.filter(|_| !is_away), !is_away);
            if is_away {
                request.extensions_mut().insert(Stranger);
            }
            let answer = match transport.start(request, next, limits, progress.as_ref()).await {
                Ok(started) => {
                    let mut answer = Response::new(started, transport, self.max_body);
                    if answer.status().as_u16() >= 400 {
                        answer.keep_out(self.sent_as_secret(shown.into_iter().flat_map(Shown::tokens)));
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
            // Boxed because it is rare.
            let mut so_far = moves.take().unwrap_or_else(|| Box::new(Moves::from(url)));
            if !so_far.may_go_on(&answer, self.redirects, transport.silence(limits))? {
                return Ok(Answered { answer: Moves::end(Some(so_far), answer), is_away });
            }
            so_far.go_to(target, answer, self.has_private_body(url))?;
            moves = Some(so_far);
        }
    }

    /// Whether the URL belongs to the identity service, and not to another service on the same host.
    fn asks_identity(&self, url: &Url) -> bool {
        self.target.service().map_or_else(|| self.is_for_identity(url), |it| it.service_type() == "identity")
    }

    /// Whether the request may be for the identity service, whose requests contain passwords.
    fn is_for_identity(&self, url: &Url) -> bool {
        let config = &self.client.0.config;
        let known = config.auth_url.iter().map(|it| &it.value).chain(&config.mgmt_url);
        let is_below = |base: &Url| {
            base.origin() == url.origin()
                && url.path().starts_with(base.path().trim_end_matches("/v3").trim_end_matches('/'))
        };
        self.target.service().is_some_and(|it| it.service_type() == "identity") || known.into_iter().any(is_below)
    }

    /// Whether there is a body that must not be sent to another origin.
    fn has_private_body(&self, url: &Url) -> bool {
        !matches!(self.body, Body::Empty) && (!self.redirects.with_body || self.is_for_identity(url))
    }

    fn was_given_up(&self, error: &Error) -> bool {
        error.how_much_was_sent() == Sent::WithoutAnswer && self.method.is_idempotent() && self.body.can_be_sent()
    }

    /// The request on the wire. Credentials and the caller's headers are sent only to its own origin.
    fn request(
        &mut self,
        transport: &Transport,
        shown: Option<&Shown>,
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
        if let Some(instead) = self.client.0.instead.as_ref().filter(|_| own && self.authenticated) {
            request.headers_mut().extend(instead.clone());
        }
        if let Some(Shown { token, of_service }) = shown {
            request.headers_mut().insert(AUTH_TOKEN, token.header());
            if self.client.0.is_bearer {
                request.headers_mut().insert(AUTHORIZATION, token.bearer());
            }
            if let Some(token) = of_service {
                request.headers_mut().insert(SERVICE_TOKEN, token.header());
            }
        }
        (request, progress)
    }
}

/// The tokens that a request carries.
struct Shown {
    token: Token,
    of_service: Option<Token>,
}

impl Shown {
    fn tokens(&self) -> impl Iterator<Item = &Token> {
        std::iter::once(&self.token).chain(&self.of_service)
    }

    fn were_taken_at(&self, url: &Url) {
        self.tokens().for_each(|token| token.was_taken_at(url));
    }

    /// Replaces the tokens if that may help: the service does not say which of them it rejects. Returns `false` if
    /// there are no others.
    async fn replace(&mut self, client: &Client, url: &Url, replaced: u32) -> Result<bool> {
        let mut is_replaced = false;
        if let Some(another) = client.another_token(&self.token, url, replaced).await {
            (self.token, is_replaced) = (another?, true);
        }
        if let (Some(user), Some(old)) = (&client.0.service_user, &mut self.of_service)
            && let Some(another) = user.another_token(old, url, replaced).await
        {
            (*old, is_replaced) = (another?, true);
        }
        Ok(is_replaced)
    }
}

/// The result of one attempt.
struct Answered {
    answer: Response,
    /// Whether a redirect has left the origin of the request: then neither the token nor the caller's headers were
    /// sent.
    is_away: bool,
}

/// A service responds to a request without a version with the list of its versions.
fn several_versions(answer: &Response) -> Error {
    let message =
        format!("`{}` has several versions of its API, and none was requested (HTTP 300)", public_url(answer.url()));
    Error::new(ErrorKind::InvalidRequest, message)
        .with_status(300)
        .with_url(answer.url())
        .with_request_id(answer.request_id().map(str::to_owned))
        .with_hint("request a version of the API (`versions`, in Python `version=\"latest\"`)")
}

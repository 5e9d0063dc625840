//! A whole login: find the identity service, exchange the credentials, settle the project.
//!
//! When no scope is asked, Keystone takes the user's default project. Where there is none, the
//! projects that the user could act in are looked up: exactly one, and the token is exchanged for
//! it; none or several, and the unscoped token is kept, together with the choices.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use jiff::Timestamp;
use serde::Deserialize;
use tokio::sync::OnceCell;
use tracing::Instrument;
use url::Url;

use super::{
    AuthMethod, TokenExchange, keystone,
    methods::{METHODS, Method, Once},
};
use crate::{
    access::{Access, Token},
    catalog::discovery,
    error::{Error, ErrorKind, Result, public_url},
    hint::Hint,
    host::Host,
    lenient,
    receipt::Receipt,
    record::Project,
    reference::{ProjectRef, UserRef},
    scope::Scope,
    secret::Secret,
    settings::{Ask, OptionSpec},
    transport::{Request, Trail, Transport},
};

/// Logs in at one identity service, for one user and scope. It keeps no token.
#[derive(Debug)]
pub(crate) struct Login {
    pub(crate) auth_url: Url,
    pub(crate) method: AuthMethod,
    pub(crate) scope: Scope,
    pub(crate) identity: Arc<Identity>,
    /// What is configured for an identity service that wants more than the method.
    pub(crate) further: Vec<AuthMethod>,
    pub(crate) ask: Option<Ask>,
    /// What works only once, and was given, has been sent.
    pub(crate) is_spent: AtomicBool,
}

impl Login {
    pub(crate) async fn log_in(&self) -> Result<Access> {
        let span = tracing::info_span!(
            target: "archstone::login",
            "login",
            method = self.method.name(),
            who = %self.method.subject(),
            scope = %self.scope,
            url = public_url(&self.auth_url),
        );
        self.exchange().instrument(span).await
    }

    async fn exchange(&self) -> Result<Access> {
        let access = self.prove(&self.scope).await?;
        if self.method.spec().is_v2() {
            return Ok(access);
        }
        self.parts().settled(access, &self.scope).await
    }

    /// What the method logs in with.
    fn parts(&self) -> Exchange<'_> {
        Exchange { identity: &self.identity, auth_url: &self.auth_url, ask: self.ask.as_ref() }
    }

    /// A token for a scope, by what the method does for it.
    async fn prove(&self, scope: &Scope) -> Result<Access> {
        let exchange = self.parts();
        let once = self.method.method().once();
        let renewed = match &once {
            Some(once) if !once.is_given || self.is_spent.load(Ordering::Relaxed) => {
                self.method.method().with_once(exchange.ask_for(once).await?)
            }
            _ => None,
        };
        let method = renewed.as_ref().unwrap_or(&self.method).method();
        let outcome = match method.exchange(&exchange, scope) {
            Some(own) => own.await,
            None => exchange.issue(method, scope, None).await,
        };
        self.was_sent(method, &outcome);
        match outcome {
            Err(error) if error.receipt().is_some() => self.follow_up(&exchange, method, scope, error).await,
            outcome => outcome,
        }
    }

    /// The further factors that work only once.
    pub(crate) fn further_once(&self) -> impl Iterator<Item = &dyn Method> {
        self.further.iter().map(AuthMethod::method).filter(|method| method.once().is_some())
    }

    /// Whether what proves it works only once: that is nothing to find or to seal a token with later.
    pub(crate) fn is_once(&self) -> bool {
        self.method.method().once().is_some_and(|once| once.is_given) || self.further_once().next().is_some()
    }

    /// Sends the factors that are missing: those that are configured, and those that a person gives. Otherwise the
    /// refusal stands, with its receipt.
    async fn follow_up(
        &self,
        exchange: &Exchange<'_>,
        method: &dyn Method,
        scope: &Scope,
        mut refused: Error,
    ) -> Result<Access> {
        // Each round completes a factor.
        for _ in 0..METHODS.len() {
            let Some(receipt) = refused.receipt().cloned() else { break };
            let is_spent = self.is_spent.load(Ordering::Relaxed);
            let Some(next) = receipt.next_of(|name| {
                let is_it = |it: &&AuthMethod| it.name() == name && (it.method().once().is_none() || !is_spent);
                if let Some(configured) = self.further.iter().find(is_it) {
                    return Some(Next::Configured(configured.clone()));
                }
                let spec = METHODS.iter().find(|spec| spec.name == name)?;
                Some(Next::Asked(exchange.ask?, spec.options.first()?, method.user()?, spec.adds?))
            }) else {
                break;
            };
            let factor = match next {
                Next::Configured(factor) => factor,
                Next::Asked(ask, option, user, add) => match ask.aside(option).await? {
                    Some(answer) => add(user.clone(), answer),
                    None => break,
                },
            };
            let outcome = exchange.issue(factor.method(), scope, Some(&receipt)).await;
            self.was_sent(factor.method(), &outcome);
            match outcome {
                Err(error) if error.receipt().is_some() => refused = error,
                outcome => return outcome,
            }
        }
        Err(refused)
    }

    /// Remembers that what works once has reached the identity service.
    fn was_sent(&self, method: &dyn Method, outcome: &Result<Access>) {
        let has_arrived = outcome.as_ref().map_or_else(|error| !error.kind().is_transient(), |_| true);
        if has_arrived && method.once().is_some() {
            self.is_spent.store(true, Ordering::Relaxed);
        }
    }
}

/// Where the next factor of a login comes from.
enum Next<'a> {
    Configured(AuthMethod),
    Asked(&'a Ask, &'static OptionSpec, &'a UserRef, fn(UserRef, Secret) -> AuthMethod),
}

/// What a method logs in with: the way to the identity service, and the machine with its clocks.
pub(crate) struct Exchange<'a> {
    pub(crate) identity: &'a Identity,
    pub(crate) auth_url: &'a Url,
    pub(crate) ask: Option<&'a Ask>,
}

impl Exchange<'_> {
    /// The request of most methods: `POST /v3/auth/tokens` with a method's factors.
    pub(crate) async fn issue(&self, method: &dyn Method, scope: &Scope, receipt: Option<&Receipt>) -> Result<Access> {
        let Identity { transport, host, .. } = self.identity;
        let v3 = self.identity.v3(self.auth_url).await?;
        let known = transport.server_ahead();
        let Some(dated) = method.at(transport.server_date()) else {
            return keystone::issue(transport, host, v3, method, scope, receipt).await;
        };
        match keystone::issue(transport, host, v3, dated.method(), scope, receipt).await {
            Err(error) if self.is_refused_by_date(&error, known) => {
                let dated = method.at(transport.server_date()).unwrap_or(dated);
                keystone::issue(transport, host, v3, dated.method(), scope, receipt).await
            }
            outcome => outcome,
        }
    }

    /// A whole login with another method, whose token this one needs.
    pub(crate) async fn log_in(&self, method: &dyn Method) -> Result<Access> {
        self.settled(self.issue(method, &Scope::Default, None).await?, &Scope::Default).await
    }

    /// The token, or one for the only project where no scope is asked and the user has no default project.
    async fn settled(&self, access: Access, scope: &Scope) -> Result<Access> {
        let Identity { transport, host, .. } = self.identity;
        if *scope != Scope::Default || access.is_scoped() {
            return Ok(access);
        }
        // From here on, there is a token: what fails costs the scope, and is told where one is needed.
        let v3 = self.identity.v3(self.auth_url).await?;
        let mut projects = match possible_projects(transport, v3, access.token()).await {
            Ok(projects) => projects,
            Err(error) => return Ok(access.without_scope_because(&error)),
        };
        projects.retain(|project| project.enabled);
        let [only] = &*projects else { return Ok(access.with_possible_projects(projects)) };
        let exchange = TokenExchange { token: Secret::from(access.token().expose()) };
        let scope = Scope::Project(ProjectRef::Id(only.id.clone()));
        match keystone::issue(transport, host, v3, &exchange, &scope, None).await {
            Ok(scoped) => Ok(scoped),
            Err(error) => Ok(access.with_possible_projects(projects).without_scope_because(&error)),
        }
    }

    /// Whether a proof that holds for a moment may have been refused because it was made for another date than the
    /// identity service's, which is known now.
    fn is_refused_by_date(&self, error: &Error, known: i64) -> bool {
        /// In seconds. With a smaller difference, it was not refused for that.
        const CLOCKS_DIFFER: u64 = 10;
        let is_refusal = matches!(error.status(), Some(400 | 401 | 403)) && error.receipt().is_none();
        is_refusal && self.identity.transport.server_ahead().abs_diff(known) >= CLOCKS_DIFFER
    }

    /// A login whose request holds for a moment. It is made for the date; where the answer shows that this machine's
    /// date is wrong, a refusal may come of that, and the request is made again for the identity service's.
    pub(crate) async fn issue_dated(
        &self,
        method: &dyn Method,
        scope: &Scope,
        request: impl Fn(&Url, Timestamp) -> Result<Request> + Send + Sync,
    ) -> Result<Access> {
        let Identity { transport, host, .. } = self.identity;
        let v3 = self.identity.v3(self.auth_url).await?;
        let send =
            async || keystone::send(transport, host, v3, request(v3, transport.server_date())?, method, scope).await;
        let known = transport.server_ahead();
        match send().await {
            Err(error) if self.is_refused_by_date(&error, known) => send().await,
            outcome => outcome,
        }
    }
}

impl Exchange<'_> {
    /// What works only once, from a person.
    async fn ask_for(&self, once: &Once) -> Result<Secret> {
        let answer = match self.ask {
            Some(ask) => ask.aside(once.option).await?,
            None => None,
        };
        answer.ok_or_else(|| {
            let name = once.option.name;
            let message = if once.is_given {
                format!("the `{name}` that was given has been used, and works only once")
            } else {
                format!("the configuration lacks `{name}`")
            };
            Error::new(ErrorKind::NotConfigured, message).with_hint("give a new one with " + Hint::option(name))
        })
    }
}

/// The projects to choose from within a login, which waits for them no longer than for one answer, however many pages.
async fn possible_projects(transport: &Transport, v3: &Url, token: &Token) -> Result<Vec<Project>> {
    /// A login keeps them, and so does the token cache.
    const MOST_BYTES: usize = 16 << 20;
    let limit = transport.settings().timeout;
    match tokio::time::timeout(limit, projects(transport, v3, token, MOST_BYTES)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Error::new(ErrorKind::Timeout, format!("the list of projects does not end within {limit:?}"))),
    }
}

impl Login {
    /// Tells a refused scope from refused credentials, at the price of one more login.
    pub(crate) async fn diagnose(&self, refused: &Error) -> Error {
        let is_unclear = refused.kind() == ErrorKind::Unauthenticated;
        // What works only once cannot be sent again to find out.
        if !is_unclear
            || self.method.spec().is_v2()
            || self.method.method().once().is_some()
            || matches!(self.scope, Scope::Default | Scope::Unscoped)
        {
            return refused.clone();
        }
        let Ok(v3) = self.identity.v3(&self.auth_url).await else { return refused.clone() };
        let subject = self.method.subject();
        let access = match self.prove(&Scope::Unscoped).await {
            Ok(access) => access,
            Err(other) if other.kind() == ErrorKind::Unauthenticated => {
                return other.with_hint(format!(
                    "the scope is not the reason: {subject} is unknown, disabled or locked, or the {} is wrong",
                    self.method.spec().proof
                ));
            }
            Err(other) => return other,
        };
        let message = format!(
            "{subject} may log in, but not for {}: it is unknown or disabled, or the user has no role there",
            self.scope
        );
        let choices = possible_projects(&self.identity.transport, v3, access.token()).await.unwrap_or_default();
        Error::new(ErrorKind::ScopeNotAllowed, message)
            .with_hint(match &*choices {
                [] => "the user has no role in any project: ask an administrator for one".to_owned(),
                choices => format!("the user can act in {}", Project::list(choices)),
            })
            .with_status(401)
            .with_request_id(refused.request_id().map(str::to_owned))
    }
}

/// The identity service of a cloud, found once.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) transport: Arc<Transport>,
    pub(crate) host: Host,
    v3: OnceCell<Url>,
}

impl Identity {
    pub(crate) fn new(transport: Arc<Transport>, host: Host) -> Self {
        Self { transport, host, v3: OnceCell::new() }
    }

    /// The URL of Identity API v3.
    pub(crate) async fn v3(&self, auth_url: &Url) -> Result<&Url> {
        self.v3.get_or_try_init(|| discovery::identity_v3(&self.transport, auth_url)).await
    }
}

/// The projects that the token's user could act in: `GET /v3/auth/projects`, every page, up to so many bytes.
pub(crate) async fn projects(
    transport: &Transport,
    v3: &Url,
    token: &Token,
    most_bytes: usize,
) -> Result<Vec<Project>> {
    #[derive(Deserialize)]
    struct Page {
        #[serde(deserialize_with = "lenient::parts")]
        projects: Vec<Project>,
        #[serde(default, deserialize_with = "lenient::part")]
        links: Links,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Links {
        #[serde(deserialize_with = "lenient::text")]
        next: Option<String>,
    }
    let mut url = discovery::below(v3, &["auth", "projects"]);
    let (mut trail, mut bytes, mut projects) = (Trail::default(), 0, Vec::new());
    trail.asked(&[]);
    loop {
        let response = transport.send(Request::get(url.clone()).with_token(token)).await?;
        if !response.is_success() {
            return Err(keystone::failure(&response));
        }
        let page: Page = serde_json::from_str(&response.body).map_err(|source| {
            response.error(ErrorKind::InvalidResponse, "the list of projects is malformed").with_source(source)
        })?;
        bytes += response.body.len();
        if bytes > most_bytes {
            let message = format!("the list of projects is longer than {} MiB", most_bytes >> 20);
            return Err(response.error(ErrorKind::InvalidResponse, message));
        }
        let items = page.projects.len();
        projects.extend(page.projects);
        let Some(next) = page.links.next.and_then(|next| url.join(&next).ok()) else { return Ok(projects) };
        // Only the query is believed: a token never goes where a link points.
        let query = trail.next(&url, items, next.query_pairs().into_owned().collect())?;
        url.query_pairs_mut().clear().extend_pairs(query);
    }
}

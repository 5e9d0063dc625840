//! A complete login: finds the identity service, exchanges the credentials, and settles the project.
//!
//! If no scope is requested, Keystone uses the user's default project. If the user has none, the login looks up the
//! user's projects: if there is exactly one, it exchanges the token for that project; otherwise it keeps the unscoped
//! token together with the list.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use jiff::Timestamp;
use tokio::sync::OnceCell;
use tracing::Instrument;
use url::Url;

use super::{
    AuthMethod, TokenExchange,
    first::First,
    held::Held,
    home::Home,
    keystone,
    methods::{self, METHODS, Method, Once},
    person::Person,
    projects::possible_projects,
};
use crate::{
    access::{Access, Elapsed},
    catalog::discovery,
    error::{Error, ErrorKind, Result, public_url},
    hint::Hint,
    host::Host,
    receipt::Receipt,
    record::Project,
    reference::{ProjectRef, UserRef},
    scope::Scope,
    secret::Secret,
    settings::{Ask, OptionSpec},
    token::Token,
    transport::{Request, Transport},
};

/// Logs in at one identity service, for one user and scope. Does not cache the token.
#[derive(Debug)]
pub(crate) struct Login {
    pub(crate) auth_url: Url,
    pub(crate) method: AuthMethod,
    pub(crate) scope: Scope,
    pub(crate) identity: Arc<Identity>,
    /// Additional factors that are configured, for an identity service that requires more than one.
    pub(crate) further: Vec<AuthMethod>,
    pub(crate) person: Person,
    /// Set once a configured one-time secret has been sent.
    pub(crate) is_spent: Arc<AtomicBool>,
    /// The unscoped login whose token is exchanged for this one's scope, for methods that do so.
    pub(crate) first: Option<Box<First>>,
    /// Secrets kept with the token of a login that serves every scope.
    pub(crate) held: Option<Arc<Held>>,
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

    /// Revokes the secrets kept in addition to the token at the service that issued them; returns whether there were
    /// any. Failures are only logged, and do not stop the rest of the logout.
    pub(crate) async fn end_held(&self) -> bool {
        let exchange = self.parts();
        let Some(end) = self.method.method().end(&exchange) else { return false };
        end.await.unwrap_or_else(|error| {
            tracing::warn!(
                target: "archstone::login",
                %error,
                "the refresh token is forgotten here, but may still be valid at the provider"
            );
            false
        })
    }

    /// The parts that a method's exchange needs.
    fn parts(&self) -> Exchange<'_> {
        let Self { identity, auth_url, person, held, .. } = self;
        Exchange { identity, auth_url, person, held: held.as_deref() }
    }

    /// Exchanges the token of the first login for one with a scope.
    async fn exchange_first(&self, first: &First, scope: &Scope) -> Result<Access> {
        let (exchange, method) = (self.parts(), self.method.method());
        if matches!(scope, Scope::Default | Scope::Unscoped) {
            let access = self.unscoped(first).await?;
            let elapsed = Elapsed { age: access.age(), left: Some(access.remaining()) };
            return Access::restored(access.to_reference().expose(), elapsed, &self.identity.host);
        }
        let mut access = first.access().await?;
        // Another process may meanwhile have stored a token that is revoked as well.
        for _ in 0..2 {
            let refused = match methods::rescope(&exchange, scope, access.token(), method).await {
                Err(error) if error.kind() == ErrorKind::ScopeNotAllowed => error,
                outcome => return outcome,
            };
            // Keystone gives the same error for a revoked token.
            if !self.is_ended(access.token()).await {
                return Err(refused);
            }
            access = first.replace(access.token()).await?;
        }
        methods::rescope(&exchange, scope, access.token(), method).await
    }

    /// The token of the first login itself. A cached one may have been revoked, and without an exchange here that would
    /// go unnoticed; a caller whose token is rejected requests another one here.
    async fn unscoped(&self, first: &First) -> Result<Arc<Access>> {
        let kept = first.kept().await;
        let mut access = first.access().await?;
        if kept.is_none_or(|kept| kept.token() != access.token()) {
            return Ok(access);
        }
        for _ in 0..2 {
            if !self.is_ended(access.token()).await {
                break;
            }
            access = first.replace(access.token()).await?;
        }
        Ok(access)
    }

    /// Whether the identity service reports that it no longer accepts a token.
    async fn is_ended(&self, token: &Token) -> bool {
        let Ok(v3) = self.identity.v3(&self.auth_url).await else { return false };
        let outcome = keystone::look_up(&self.identity, v3, token).await;
        outcome.is_err_and(|error| error.kind() == ErrorKind::TokenRejected)
    }

    /// Gets a token for a scope, in the way the method requires.
    async fn prove(&self, scope: &Scope) -> Result<Access> {
        if let Some(first) = &self.first {
            return self.exchange_first(first, scope).await;
        }
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

    /// The additional factors that work only once.
    pub(crate) fn further_once(&self) -> impl Iterator<Item = &dyn Method> {
        self.further.iter().map(AuthMethod::method).filter(|method| method.once().is_some())
    }

    /// Whether the proof works only once. Such a proof can neither identify nor encrypt a stored token later.
    pub(crate) fn is_once(&self) -> bool {
        self.method.method().once().is_some_and(|once| once.is_given) || self.further_once().next().is_some()
    }

    /// Sends the missing factors: those that are configured, and those that a person enters. If some are still missing,
    /// the refusal is returned with its receipt.
    async fn follow_up(
        &self,
        exchange: &Exchange<'_>,
        method: &dyn Method,
        scope: &Scope,
        mut refused: Error,
    ) -> Result<Access> {
        // Each round completes one factor.
        for _ in 0..METHODS.len() {
            let Some(receipt) = refused.receipt().cloned() else { break };
            let is_spent = self.is_spent.load(Ordering::Relaxed);
            let Some(next) = receipt.next_of(|name| {
                let is_it = |it: &&AuthMethod| it.name() == name && (it.method().once().is_none() || !is_spent);
                if let Some(configured) = self.further.iter().find(is_it) {
                    return Some(Next::Configured(configured.clone()));
                }
                let spec = METHODS.iter().find(|spec| spec.name == name)?;
                Some(Next::Asked(exchange.person.ask.as_ref()?, spec.options.first()?, method.user()?, spec.adds?))
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
                Err(error) if error.receipt().is_some_and(|next| next.methods.len() > receipt.methods.len()) => {
                    refused = error;
                }
                outcome => return outcome,
            }
        }
        Err(refused)
    }

    /// Records that a one-time secret has reached the identity service.
    fn was_sent(&self, method: &dyn Method, outcome: &Result<Access>) {
        let has_arrived = outcome.as_ref().map_or_else(|error| !error.kind().is_transient(), |_| true);
        if has_arrived && method.once().is_some() {
            self.is_spent.store(true, Ordering::Relaxed);
        }
    }
}

/// The source of a login's next factor.
enum Next<'a> {
    Configured(AuthMethod),
    Asked(&'a Ask, &'static OptionSpec, &'a UserRef, fn(UserRef, Secret) -> AuthMethod),
}

/// What a method needs to log in: the connection to the identity service, and the host with its clocks.
pub(crate) struct Exchange<'a> {
    pub(crate) identity: &'a Identity,
    pub(crate) auth_url: &'a Url,
    pub(crate) person: &'a Person,
    /// Secrets kept from an earlier login, for any scope.
    pub(crate) held: Option<&'a Held>,
}

impl Exchange<'_> {
    /// Requires TLS or a local address for a secret that is valid for more than this login.
    pub(crate) fn require_private(&self, url: &Url, option: &'static str) -> Result<()> {
        if self.identity.transport.settings().is_private(url) {
            return Ok(());
        }
        let message = format!("`{}` is plain HTTP, over which no secret of such a login is sent", public_url(url));
        Err(Error::new(ErrorKind::InvalidConfig, message)
            .with_url(url)
            .with_hint("use an `https://` URL: see " + Hint::option(option)))
    }

    /// The request of most methods: `POST /v3/auth/tokens` with the method's factors.
    pub(crate) async fn issue(&self, method: &dyn Method, scope: &Scope, receipt: Option<&Receipt>) -> Result<Access> {
        let transport = &self.identity.transport;
        let v3 = self.identity.v3(self.auth_url).await?;
        let known = transport.server_ahead();
        let Some(dated) = method.at(transport.server_date()) else {
            return keystone::issue(self.identity, v3, method, scope, receipt).await;
        };
        match keystone::issue(self.identity, v3, dated.method(), scope, receipt).await {
            Err(error) if self.is_refused_by_date(&error, known) => {
                let dated = method.at(transport.server_date()).unwrap_or(dated);
                keystone::issue(self.identity, v3, dated.method(), scope, receipt).await
            }
            outcome => outcome,
        }
    }

    /// A complete login with another method whose token this one needs.
    pub(crate) async fn log_in(&self, method: &dyn Method) -> Result<Access> {
        self.settled(self.issue(method, &Scope::Default, None).await?, &Scope::Default).await
    }

    /// The token; or, if no scope is requested and the user has no default project, a token for the user's only
    /// project.
    async fn settled(&self, access: Access, scope: &Scope) -> Result<Access> {
        let transport = &self.identity.transport;
        if *scope != Scope::Default || access.is_scoped() {
            return Ok(access);
        }
        // From here on there is a token: a failure costs only the scope, and is reported when a scope is needed.
        let v3 = self.identity.v3(self.auth_url).await?;
        let mut projects = match possible_projects(transport, v3, access.token()).await {
            Ok(projects) => projects,
            Err(error) => return Ok(access.without_scope_because(&error)),
        };
        projects.retain(|project| project.enabled);
        let [only] = &*projects else { return Ok(access.with_possible_projects(projects)) };
        let exchange = TokenExchange { token: Secret::from(access.token().expose()) };
        let scope = Scope::Project(ProjectRef::Id(only.id.clone()));
        match keystone::issue(self.identity, v3, &exchange, &scope, None).await {
            Ok(scoped) => Ok(scoped),
            Err(error) => Ok(access.with_possible_projects(projects).without_scope_because(&error)),
        }
    }

    /// Whether a short-lived proof may have been refused because it was made for a date other than that of the identity
    /// service, which is now known.
    fn is_refused_by_date(&self, error: &Error, known: i64) -> bool {
        /// In seconds. A smaller difference is not the reason for a refusal.
        const CLOCKS_DIFFER: u64 = 10;
        let is_refusal = matches!(error.status(), Some(400 | 401 | 403)) && error.receipt().is_none();
        is_refusal && self.identity.transport.server_ahead().abs_diff(known) >= CLOCKS_DIFFER
    }

    /// A login whose request is valid only for a moment. It is first made for the local date; if it is refused and the
    /// response shows that the local date is wrong, it is made again for the identity service's date.
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
    /// Prompts a person for a one-time secret.
    pub(super) async fn ask_for(&self, once: &Once) -> Result<Secret> {
        let answer = match &self.person.ask {
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

impl Login {
    /// Distinguishes a refused scope from refused credentials, at the cost of one more login.
    pub(crate) async fn diagnose(&self, refused: &Error) -> Error {
        let is_unclear = refused.kind() == ErrorKind::Unauthenticated;
        // A one-time secret cannot be sent again to find out.
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
        if let Scope::Trust(_) = self.scope {
            let message = format!(
                "{subject} may log in, but not for {}: it is unknown, used up, expired or deleted, or for another user",
                self.scope
            );
            return Error::new(ErrorKind::ScopeNotAllowed, message)
                .with_hint("ask the user who created it for another")
                .with_status(401)
                .with_request_id(refused.request_id().map(str::to_owned));
        }
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

/// The identity service of a cloud, discovered once.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) transport: Arc<Transport>,
    pub(crate) host: Host,
    /// Whether tokens are requested with their catalog.
    pub(crate) with_catalog: bool,
    v3: OnceCell<Url>,
    /// The home cloud where users log in first, if that is another cloud.
    pub(crate) home: Option<Home>,
}

impl Identity {
    pub(crate) fn new(transport: Arc<Transport>, host: Host, with_catalog: bool) -> Self {
        Self { transport, host, with_catalog, v3: OnceCell::new(), home: None }
    }

    /// The identity service of another cloud, to which a login at this one continues.
    pub(super) fn elsewhere(&self, home: Home) -> Self {
        Self { home: Some(home), ..Self::new(Arc::clone(&self.transport), self.host.clone(), self.with_catalog) }
    }

    /// The URL of Identity API v3.
    pub(crate) async fn v3(&self, auth_url: &Url) -> Result<&Url> {
        let find = async || match &self.home {
            None => discovery::identity_v3(&self.transport, auth_url).await,
            // Boxed because it is rare, to keep the common future small.
            Some(home) => Box::pin(self.v3_elsewhere(home)).await,
        };
        self.v3.get_or_try_init(find).await
    }

    async fn v3_elsewhere(&self, home: &Home) -> Result<Url> {
        let elsewhere = home.onward(&*home.access().await?)?.identity_service();
        discovery::identity_v3(&self.transport, &elsewhere).await
    }
}

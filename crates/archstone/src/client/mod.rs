//! What users hold: a handle on one cloud, as one user, for one scope.

mod builder;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use reqwest::Method;
use serde::de::DeserializeOwned;
use tokio::sync::OnceCell;
use url::Url;

pub use builder::ClientBuilder;

use crate::{
    access::{Access, Token},
    auth::{
        AuthMethod, Entry, LoginKey, Slot, Source, TokenCache, TokenExchange, TokenStore, keystone,
        login::{self, Identity, Login},
    },
    catalog::{Endpoint, EndpointFilter, EndpointUrl, Interface, Service, discovery},
    config::{CloudConfig, GivenToken},
    error::{Error, ErrorKind, Result},
    host::Host,
    identity::{Project, User},
    scope::Scope,
    transport::{Request, Response, Timing, Transport},
};

/// A handle on one cloud, as one user, for one scope.
///
/// Making one does no I/O beyond reading `clouds.yaml` where that is asked for. The first need for a
/// token logs in; the first need for a URL reads the catalog that came with it. Clones are cheap
/// and share everything. (keystoneauth calls it a *session*.)
///
/// # With a token given
///
/// With `token_id` nothing logs in by itself and nothing is loaded lazily: [`token`](Self::token) is
/// that token, `mgmt_url` is used as it is, and what would need more is an error of the kind
/// [`NotAuthenticated`](ErrorKind::NotAuthenticated) until [`authenticate`](Self::authenticate) is
/// called. With `token_ref` everything that was stored is there; once it has expired, the
/// credentials are used if there are any.
///
/// # Example
///
/// ```no_run
/// # async fn run() -> archstone::Result<()> {
/// use archstone::{Client, EndpointFilter, Interface};
///
/// let client = Client::builder()
///     .auth_url("http://keystone.example:5000/v3")
///     .username("alice")
///     .password("correct horse")
///     .build()?;
/// let public = client.url_for("compute").await?;
/// let internal = client.url_for(EndpointFilter::from("compute").interface(Interface::Internal)).await?;
/// # let _ = (public, internal);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: CloudConfig,
    /// Used as it is.
    given: Option<Token>,
    login: Option<Login>,
    identity: Arc<Identity>,
    slot: Arc<Slot>,
    /// The login's place on disk; found when first needed.
    entry: OnceLock<Option<Entry>>,
    /// The URL of the identity API, when `mgmt_url` says it.
    management: OnceCell<Url>,
    user: Mutex<Option<Arc<User>>>,
    project: Mutex<Option<Arc<Project>>>,
    projects: Mutex<Option<Arc<[Project]>>>,
}

impl Client {
    /// Begins to describe a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// A client from the environment: `OS_CLOUD` and `clouds.yaml`, or the other `OS_*` variables.
    ///
    /// # Errors
    ///
    /// As [`ClientBuilder::build`].
    pub fn from_env() -> Result<Self> {
        Self::builder().environment().build()
    }

    /// A client from a named entry of `clouds.yaml`.
    ///
    /// # Errors
    ///
    /// As [`ClientBuilder::build`].
    pub fn from_cloud(name: &str) -> Result<Self> {
        Self::builder().cloud(name).build()
    }

    fn new(config: CloudConfig, host: &Host, tokens: &TokenCache) -> Result<Self> {
        let transport = Transport::new(config.transport.clone(), host.clone());
        let identity = Arc::new(Identity::new(transport, host.clone()));
        let login = match (&config.method, &config.auth_url) {
            (Some(method), Some(auth_url)) => Some(Login {
                auth_url: auth_url.value.clone(),
                method: method.clone(),
                scope: config.scope.clone(),
                identity: Arc::clone(&identity),
            }),
            _ => None,
        };
        let (mut given, mut seed) = (None, None);
        match &config.given {
            Some(GivenToken::Id(token)) => given = Some(Token::new(token.clone())?),
            Some(GivenToken::Reference(text)) => {
                seed = Some(Arc::new(Access::from_reference(text.expose(), host)?));
            }
            None => {}
        }
        let slot = match &login {
            Some(login) if config.given.is_none() => tokens.slot(&LoginKey::of(login)),
            // What was given is this client's own.
            _ => Arc::default(),
        };
        if let Some(access) = seed {
            slot.seed(access);
        }
        Ok(Self::from_parts(config, given, login, identity, slot))
    }

    fn from_parts(
        config: CloudConfig,
        given: Option<Token>,
        login: Option<Login>,
        identity: Arc<Identity>,
        slot: Arc<Slot>,
    ) -> Self {
        Self(Arc::new(Inner {
            config,
            given,
            login,
            identity,
            slot,
            entry: OnceLock::new(),
            management: OnceCell::new(),
            user: Mutex::default(),
            project: Mutex::default(),
            projects: Mutex::default(),
        }))
    }

    /// The same client with connections and locks of its own, which starts from the current token.
    ///
    /// For a process that was made by `fork`: what the parent's threads held is held for ever there.
    ///
    /// # Errors
    ///
    /// As [`ClientBuilder::build`], which has succeeded with the same configuration before.
    pub fn detached(&self, tokens: &TokenCache) -> Result<Self> {
        let inner = &self.0;
        let client = Self::new(inner.config.clone(), &inner.identity.host, tokens)?;
        // Another client of the same login may have brought a newer token already.
        let is_behind = inner.config.given.is_some() || client.0.slot.fresh().is_none();
        if let Some(access) = inner.slot.fresh().filter(|_| is_behind) {
            client.0.slot.seed(access);
        }
        Ok(client)
    }

    /// What the client was made with.
    #[must_use]
    pub fn config(&self) -> &CloudConfig {
        &self.0.config
    }

    /// The requests that were made for this client, and how long each took.
    #[must_use]
    pub fn timings(&self) -> Vec<Timing> {
        self.0.identity.transport.timings()
    }

    fn source(&self) -> Option<Source<'_>> {
        let inner = &*self.0;
        let login = inner.login.as_ref()?;
        let entry = inner.entry.get_or_init(|| {
            if inner.config.given.is_some() {
                return None;
            }
            TokenStore::open(inner.config.cache_folder()?)?.entry(&LoginKey::of(login))
        });
        Some(Source { login, entry: entry.as_ref() })
    }

    /// A token that is good for a request sent now; logs in when there is none.
    ///
    /// # Errors
    ///
    /// Why there is no token: see [`ErrorKind`].
    pub async fn token(&self) -> Result<Token> {
        if let Some(token) = self.0.slot.with_fresh(|access| access.token().clone()) {
            return Ok(token);
        }
        match &self.0.given {
            Some(token) => Ok(token.clone()),
            // Boxed, so that the usual way carries none of it.
            None => Ok(Box::pin(self.access()).await?.token().clone()),
        }
    }

    /// The current token when there is one that needs nothing done. Never waits, never sends.
    #[must_use]
    pub fn current_token(&self) -> Option<Token> {
        self.0.slot.with_fresh(|access| access.token().clone()).or_else(|| self.0.given.clone())
    }

    /// What is known of the current token, from memory or from disk, when nothing needs to be done
    /// about it. Never waits, never sends, and needs no runtime.
    #[must_use]
    pub fn kept_access(&self) -> Option<Arc<Access>> {
        self.0.slot.fresh().or_else(|| {
            let access = self.0.slot.kept(self.source()?).filter(|access| access.is_fresh())?;
            self.0.slot.seed(Arc::clone(&access));
            Some(access)
        })
    }

    /// Everything that is known of the current token; logs in when there is none. (Python's
    /// `auth_ref`.)
    ///
    /// # Errors
    ///
    /// Why there is no token: see [`ErrorKind`].
    pub async fn access(&self) -> Result<Arc<Access>> {
        if let Some(access) = self.0.slot.fresh() {
            return Ok(access);
        }
        let Some(given) = &self.0.config.given else {
            let source = self.source().ok_or_else(no_login)?;
            return self.0.slot.access(source).await;
        };
        match (given, self.source()) {
            (GivenToken::Reference(_), Some(source)) => self.0.slot.access(source).await,
            _ => match self.0.slot.with_current(Access::is_usable) {
                Some(true) => self.0.slot.current().ok_or_else(not_loaded),
                Some(false) => Err(expired()),
                None => Err(not_loaded()),
            },
        }
    }

    /// What is known of the current token when there is one that needs nothing done. Never waits,
    /// never sends.
    #[must_use]
    pub fn current_access(&self) -> Option<Arc<Access>> {
        self.0.slot.fresh()
    }

    /// Makes sure of a token, and says why when there can be none.
    ///
    /// Uses what is kept as [`access`](Self::access) does. With a `token_id` given, this is what asks
    /// the identity service: about the token itself, for the scope that was asked, or, with
    /// credentials, for a token in its place.
    ///
    /// # Errors
    ///
    /// Why there is no token: see [`ErrorKind`].
    pub async fn authenticate(&self) -> Result<Arc<Access>> {
        let Some(given) = &self.0.given else { return self.access().await };
        if let Some(access) = self.0.slot.fresh() {
            return Ok(access);
        }
        if let Some(source) = self.source() {
            return self.0.slot.renew(source).await;
        }
        let Identity { transport, host, .. } = &*self.0.identity;
        let v3 = self.identity_api().await?;
        let access = match &self.0.config.scope {
            Scope::Default => keystone::look_up(transport, host, v3, given).await?,
            scope => {
                let exchange = TokenExchange { token: given.expose().into() };
                keystone::issue(transport, host, v3, &AuthMethod::Token(exchange), scope).await?
            }
        };
        let access = Arc::new(access);
        self.0.slot.seed(Arc::clone(&access));
        Ok(access)
    }

    /// Logs in now, and replaces the token that is kept.
    ///
    /// # Errors
    ///
    /// Why there is no token: see [`ErrorKind`].
    pub async fn renew(&self) -> Result<Arc<Access>> {
        match self.source() {
            Some(source) => self.0.slot.renew(source).await,
            None => Err(Error::new(ErrorKind::NotAuthenticated, "there are no credentials to renew the token with")
                .with_hint("give credentials instead of a token")),
        }
    }

    /// Finds out more about a login that was refused: whether it is the credentials, or the scope.
    ///
    /// Keystone answers both alike. This logs in once more, without a scope; it is never done
    /// unasked, since clouds may lock a user after a number of failures. What cannot be told apart
    /// comes back as it is.
    pub async fn diagnose(&self, refused: &Error) -> Error {
        match &self.0.login {
            Some(login) => login.diagnose(refused).await,
            None => refused.clone(),
        }
    }

    /// A token other than `rejected`, which a service has just refused. Any number of callers may
    /// bring back the same token: the first replaces it.
    ///
    /// # Errors
    ///
    /// [`TokenRejected`](ErrorKind::TokenRejected) when the token was given; otherwise why there is
    /// no token.
    pub async fn replace(&self, rejected: &Token) -> Result<Token> {
        let is_given = self.0.given.as_ref() == Some(rejected);
        match self.source() {
            Some(source) if !is_given => Ok(self.0.slot.replace(rejected, source).await?.token().clone()),
            _ => Err(Error::new(
                ErrorKind::TokenRejected,
                "the token that was given was refused: it has expired or was revoked",
            )
            .with_hint("give another token, or credentials to get one with")),
        }
    }

    /// Ends the kept token early, at the service and here. Never logs in for it.
    ///
    /// Returns whether there was one.
    ///
    /// # Errors
    ///
    /// When the service does not answer; the token is kept then.
    pub async fn log_out(&self) -> Result<bool> {
        let source = self.source();
        let kept = match source {
            Some(source) => self.0.slot.kept(source).map(|access| access.token().clone()),
            None => self.current_token(),
        };
        let Some(token) = kept else { return Ok(false) };
        keystone::revoke(&self.0.identity.transport, self.identity_api().await?, &token).await?;
        if let Some(source) = source {
            self.0.slot.forget(source);
        }
        Ok(true)
    }

    /// Ends another token early, with the rights of this client's own. The client's own token is
    /// [logged out](Self::log_out).
    ///
    /// # Errors
    ///
    /// [`Forbidden`](ErrorKind::Forbidden) when this user may not, [`NotFound`](ErrorKind::NotFound)
    /// when there is no such token.
    pub async fn revoke(&self, token: &Token) -> Result<()> {
        if self.source().and_then(|source| self.0.slot.kept(source)).is_some_and(|it| it.token() == token) {
            return self.log_out().await.map(|_| ());
        }
        let mut request =
            Request::new(Method::DELETE, keystone::resource(self.identity_api().await?, &["auth", "tokens"]));
        request.subject = Some(token.clone());
        self.send(request).await.map(|_| ())
    }

    /// The URL of a service, from the catalog of the current token: the public one in the client's
    /// region unless the filter says otherwise.
    ///
    /// # Errors
    ///
    /// [`EndpointNotFound`](ErrorKind::EndpointNotFound), which says what there is instead; or why
    /// there is no token.
    pub async fn url_for<'a>(&self, filter: impl Into<EndpointFilter<'a>>) -> Result<Arc<EndpointUrl>> {
        let filter = self.with_defaults(filter.into());
        // A catalog does not expire with its token; the next request renews both.
        let usual = |access: &Access| access.catalog()?.usual(&filter);
        if self.0.config.mgmt_url.is_none()
            && let Some(url) = self.0.slot.with_current(usual).flatten()
        {
            return Ok(url);
        }
        // Boxed, so that the usual way carries none of it.
        Box::pin(self.look_up(filter)).await
    }

    /// The same when the catalog is at hand and has it. Never waits, never sends.
    #[must_use]
    pub fn current_url_for<'a>(&self, filter: impl Into<EndpointFilter<'a>>) -> Option<Arc<EndpointUrl>> {
        let filter = self.with_defaults(filter.into());
        match &self.0.config.mgmt_url {
            Some(url) if filter.wanted_type() == Some("identity") => Some(Arc::new(url.clone().into())),
            _ => self.0.slot.with_current(|access| access.catalog()?.url_for(filter).ok()).flatten(),
        }
    }

    async fn look_up(&self, filter: EndpointFilter<'_>) -> Result<Arc<EndpointUrl>> {
        if let Some(url) = &self.0.config.mgmt_url
            && filter.wanted_type() == Some("identity")
        {
            return Ok(Arc::new(url.clone().into()));
        }
        let access = match self.0.slot.current() {
            Some(access) if access.catalog().is_some() => access,
            _ => self.access().await?,
        };
        let catalog = access.catalog().ok_or_else(|| no_catalog(&access, &filter))?;
        catalog.url_for(filter)
    }

    /// The endpoint of a service, with its service, from the catalog of the current token.
    ///
    /// # Errors
    ///
    /// As [`url_for`](Self::url_for).
    pub async fn endpoint<'a>(&self, filter: impl Into<EndpointFilter<'a>>) -> Result<(Service, Endpoint)> {
        let filter = self.with_defaults(filter.into());
        let access = self.access().await?;
        let catalog = access.catalog().ok_or_else(|| no_catalog(&access, &filter))?;
        catalog.endpoint(filter).map(|(service, endpoint)| (service.clone(), endpoint.clone()))
    }

    #[inline]
    fn with_defaults<'a>(&'a self, filter: EndpointFilter<'a>) -> EndpointFilter<'a> {
        let config = &self.0.config;
        filter.or_defaults(config.region(), config.interfaces())
    }

    /// The URL for managing the identity service: `mgmt_url` if it was given, else the catalog's
    /// admin, internal or public endpoint of it, else where the token came from.
    ///
    /// # Errors
    ///
    /// Why there is no token: see [`ErrorKind`].
    pub async fn mgmt_url(&self) -> Result<Url> {
        if let Some(url) = &self.0.config.mgmt_url {
            return Ok(url.clone());
        }
        let access = self.access().await?;
        let interfaces = [Interface::Admin, Interface::Internal, Interface::Public];
        let filter = self.with_defaults(EndpointFilter::from("identity").interfaces(interfaces));
        let listed = access.catalog().and_then(|catalog| catalog.url_for(filter).ok());
        let asked = || access.auth_url().cloned().ok_or_else(not_loaded);
        listed.map_or_else(asked, |url| Ok(Url::clone(&url)))
    }

    /// The user that the token is for: `GET /v3/users/{id}`, asked once.
    ///
    /// # Errors
    ///
    /// [`Forbidden`](ErrorKind::Forbidden) when the cloud hides users from themselves; or why there
    /// is no token.
    pub async fn user(&self) -> Result<Arc<User>> {
        #[derive(serde::Deserialize)]
        struct Body {
            user: User,
        }
        let access = self.access().await?;
        let id = access.user_id().ok_or_else(|| malformed("the token names no user"))?;
        if let Some(user) = kept(&self.0.user).filter(|user| user.id == id) {
            return Ok(user);
        }
        let Body { user } = self.get(&["users", id]).await?;
        Ok(keep(&self.0.user, Arc::new(user)))
    }

    /// The project that the token is for: `GET /v3/projects/{id}`, asked once. `None` for a token
    /// of another scope.
    ///
    /// # Errors
    ///
    /// [`Forbidden`](ErrorKind::Forbidden) when the cloud hides projects from their members; or why
    /// there is no token.
    pub async fn project(&self) -> Result<Option<Arc<Project>>> {
        #[derive(serde::Deserialize)]
        struct Body {
            project: Project,
        }
        let access = self.access().await?;
        let Some(id) = access.project_id() else { return Ok(None) };
        if let Some(project) = kept(&self.0.project).filter(|project| project.id == id) {
            return Ok(Some(project));
        }
        let Body { project } = self.get(&["projects", id]).await?;
        Ok(Some(keep(&self.0.project, Arc::new(project))))
    }

    /// The projects that the user could act in: `GET /v3/auth/projects`, asked once.
    ///
    /// # Errors
    ///
    /// Why there is no token: see [`ErrorKind`].
    pub async fn projects(&self) -> Result<Arc<[Project]>> {
        if let Some(projects) = kept(&self.0.projects) {
            return Ok(projects);
        }
        let v3 = self.identity_api().await?;
        let transport = &self.0.identity.transport;
        let token = self.token().await?;
        let projects = match login::projects(transport, v3, &token).await {
            Err(error) if error.kind() == ErrorKind::TokenRejected => {
                let token = self.replace(&token).await?;
                login::projects(transport, v3, &token).await?
            }
            outcome => outcome?,
        };
        Ok(keep(&self.0.projects, projects.into()))
    }

    /// The old word for [`project`](Self::project).
    ///
    /// # Errors
    ///
    /// As [`project`](Self::project).
    pub async fn tenant(&self) -> Result<Option<Arc<Project>>> {
        self.project().await
    }

    /// The old word for [`projects`](Self::projects).
    ///
    /// # Errors
    ///
    /// As [`projects`](Self::projects).
    pub async fn tenants(&self) -> Result<Arc<[Project]>> {
        self.projects().await
    }

    /// The URL of Identity API v3 that this client's own requests go to.
    async fn identity_api(&self) -> Result<&Url> {
        let inner = &*self.0;
        match (&inner.config.mgmt_url, &inner.config.auth_url) {
            (Some(url), _) => {
                let found = || discovery::identity_v3(&inner.identity.transport, url);
                inner.management.get_or_try_init(found).await
            }
            (None, Some(url)) => inner.identity.v3(&url.value).await,
            (None, None) => {
                let stored = inner.slot.with_current(|access| access.auth_url().cloned()).flatten();
                let url = stored.ok_or_else(|| {
                    Error::new(ErrorKind::NotConfigured, "it is not known where the identity service is")
                        .with_hint("give `auth_url` or `mgmt_url`")
                })?;
                inner.management.get_or_try_init(|| async { Ok(url) }).await
            }
        }
    }

    async fn get<T: DeserializeOwned>(&self, path: &[&str]) -> Result<T> {
        let url = keystone::resource(self.identity_api().await?, path);
        let response = self.send(Request::get(url)).await?;
        serde_json::from_str(&response.body).map_err(|source| {
            response
                .error(ErrorKind::InvalidResponse, format!("the answer for `{}` is malformed", path.join("/")))
                .with_source(source)
        })
    }

    /// Sends with a token; once more with another token when the first is refused.
    async fn send(&self, request: Request) -> Result<Response> {
        let transport = &self.0.identity.transport;
        let token = self.token().await?;
        let again =
            Request { subject: request.subject.clone(), ..Request::new(request.method.clone(), request.url.clone()) };
        let mut response = transport.send(request.with_token(&token)).await?;
        if response.status == 401 {
            let token = self.replace(&token).await?;
            response = transport.send(again.with_token(&token)).await?;
        }
        if response.is_success() { Ok(response) } else { Err(keystone::failure(&response)) }
    }
}

fn kept<T: Clone>(place: &Mutex<Option<T>>) -> Option<T> {
    place.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn keep<T: Clone>(place: &Mutex<Option<T>>, value: T) -> T {
    *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(value.clone());
    value
}

fn malformed(message: &str) -> Error {
    Error::new(ErrorKind::InvalidResponse, message)
}

fn no_login() -> Error {
    Error::new(ErrorKind::NotConfigured, "there is nothing to log in with")
        .with_hint("give `auth_url`, `username` and `password`, or name a cloud")
}

fn not_loaded() -> Error {
    Error::new(
        ErrorKind::NotAuthenticated,
        "nothing is known of the token that was given, and nothing is loaded by itself",
    )
    .with_hint("call `authenticate()` to ask the identity service about it, or give credentials instead of a token")
}

fn expired() -> Error {
    Error::new(ErrorKind::TokenRejected, "the stored token has expired, and there are no credentials to get another")
        .with_hint("give credentials beside `token_ref`, or store a newer one")
}

/// A token without a scope has no catalog: says what to choose.
fn no_catalog(access: &Access, filter: &EndpointFilter<'_>) -> Error {
    let error = Error::new(
        ErrorKind::EndpointNotFound,
        format!("no endpoint for {filter}: the token has no scope, and so no catalog"),
    );
    match access.possible_projects() {
        None => error.with_hint("ask for a project, a domain or the system"),
        Some([]) => error.with_hint("the user has no project to act in: ask an administrator for a role in one"),
        Some(projects) => error
            .with_hint(format!("choose a project with `project_id` or `project_name`: {}", Project::list(projects))),
    }
}

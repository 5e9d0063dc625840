//! What users hold: a handle on one cloud, as one user, for one scope.

mod builder;
mod current_catalog;
mod endpoint;
mod exchange;
mod found;
mod hop;
mod identity;
mod microversion;
mod notes;
mod pages;
mod password;
mod place;
mod plain_http;
mod redirect;
mod request;
mod response;
mod service;
mod token;

use std::{
    fmt,
    sync::{Arc, Mutex, OnceLock, atomic::AtomicBool},
};

use http::HeaderValue;
use tokio::sync::OnceCell;
use url::Url;

pub use builder::ClientBuilder;
pub use current_catalog::CurrentCatalog;
pub use hop::Hop;
pub use pages::Pages;
pub use request::RequestBuilder;
pub use response::Response;
pub use service::ServiceClient;

use crate::{
    access::{Access, Token},
    auth::{
        Entry, GivenToken, LoginKey, Slot, Source, TokenCache,
        login::{Identity, Login},
    },
    catalog::discovery::Discovery,
    config::CloudConfig,
    error::Result,
    host::{Host, Moment},
    record::{Project, User},
    transport::{Limiter, Timing, Transport},
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
/// [`NotAuthenticated`](crate::ErrorKind::NotAuthenticated) until [`authenticate`](Self::authenticate) is
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
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    config: CloudConfig,
    /// Used as it is.
    given: Option<Token>,
    /// `Authorization`, which is sent in place of a token.
    authorization: Option<HeaderValue>,
    /// Whether requests carry the token in `Authorization`, too.
    is_bearer: bool,
    login: Option<Login>,
    identity: Arc<Identity>,
    slot: Arc<Slot>,
    /// What is shared with other clients.
    tokens: TokenCache,
    /// The login's place in the store; found when first needed.
    entry: OnceLock<Option<Entry>>,
    discovery: Discovery,
    limiter: Option<Limiter>,
    /// When the catalog was last read anew because something was missing in it.
    catalog_read: tokio::sync::Mutex<Option<Moment>>,
    /// The URL of the identity API, when `mgmt_url` says it.
    management: OnceCell<Url>,
    user: Mutex<Option<Arc<User>>>,
    project: Mutex<Option<Arc<Project>>>,
    projects: Mutex<Option<Arc<[Project]>>>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("config", &self.0.config)
            .field("access", &self.0.slot.current())
            .finish_non_exhaustive()
    }
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

    fn new(config: CloudConfig, host: &Host, tokens: &TokenCache, limiter: Option<&Limiter>) -> Result<Self> {
        let transport = Transport::new(config.transport.clone(), host.clone());
        let identity = Arc::new(Identity::new(transport, host.clone()));
        let login = match (&config.method, &config.auth_url) {
            (Some(method), Some(auth_url)) => Some(Login {
                auth_url: auth_url.value.clone(),
                method: method.clone(),
                scope: config.scope.clone(),
                identity: Arc::clone(&identity),
                further: config.further.clone(),
                ask: config.ask.clone(),
                is_spent: AtomicBool::new(false),
            }),
            _ => None,
        };
        let is_bearer = config.method.as_ref().is_some_and(|it| it.spec().is_bearer());
        let (mut given, mut seed, mut authorization) = (None, None, None);
        match &config.given {
            Some(GivenToken::Id(token)) => given = Some(Token::new(token.clone())?),
            // Base64 is always a header.
            Some(GivenToken::Basic { authorization: header, .. }) => {
                authorization = HeaderValue::from_str(header.expose()).ok();
                if let Some(header) = &mut authorization {
                    header.set_sensitive(true);
                }
            }
            Some(GivenToken::Reference(text)) => {
                seed = Some(Arc::new(Access::from_reference(text.expose(), host)?));
            }
            None => {}
        }
        // What was given is this client's own, and so is what nothing proves yet.
        let key = login.as_ref().filter(|_| config.given.is_none()).and_then(LoginKey::of);
        let slot = key.map_or_else(Arc::default, |key| tokens.slot(&key));
        if let Some(access) = seed {
            slot.seed(access);
        }
        Ok(Self(Arc::new(Inner {
            config,
            given,
            authorization,
            is_bearer,
            login,
            identity,
            slot,
            tokens: tokens.clone(),
            entry: OnceLock::new(),
            discovery: Discovery::default(),
            limiter: limiter.cloned(),
            catalog_read: tokio::sync::Mutex::default(),
            management: OnceCell::new(),
            user: Mutex::default(),
            project: Mutex::default(),
            projects: Mutex::default(),
        })))
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
        let client = Self::new(inner.config.clone(), &inner.identity.host, tokens, inner.limiter.as_ref())?;
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

    pub(crate) fn transport(&self) -> &Transport {
        &self.0.identity.transport
    }

    /// The requests that were made for this client, and how long each took.
    #[must_use]
    pub fn timings(&self) -> Vec<Timing> {
        self.0.identity.transport.timings()
    }

    /// Forgets the requests that were made.
    pub fn clear_timings(&self) {
        self.0.identity.transport.clear_timings();
    }

    fn source(&self) -> Option<Source<'_>> {
        let inner = &*self.0;
        let login = inner.login.as_ref()?;
        let entry = inner.entry.get_or_init(|| {
            if inner.config.given.is_some() || login.is_once() {
                return None;
            }
            let address = inner.config.token_store.as_ref()?;
            inner.tokens.entry(address, &LoginKey::of(login)?, &inner.identity.host)
        });
        Some(Source { login, entry: entry.as_ref() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key that changes is a new login for everyone, and a token in a store that nobody finds any more.
    #[test]
    fn the_keys_under_which_tokens_are_kept_stay_as_they_are() {
        let server = r#"["https://keystone.example:5000/v3","System",null,null,null]"#;
        let of = |options: &[(&str, &str)]| {
            let mut builder = Client::builder().auth_url("https://keystone.example:5000/v3").option("proxy", "none");
            for (name, value) in options {
                builder = builder.option(name, *value);
            }
            let client = builder.build().expect("a client");
            let key = client.0.login.as_ref().and_then(LoginKey::of).expect("a key");
            (key.identity, key.secret.expose().to_owned())
        };
        for (options, name, rest, secret) in [
            (&[("user_id", "u"), ("password", "s")][..], "password", r#"{"id":"u"},null"#, "s"),
            (
                &[("username", "a"), ("user_domain_id", "d"), ("password", "s"), ("project_id", "p")],
                "password",
                r#"{"domain":{"id":"d"},"name":"a"},{"project":{"id":"p"}}"#,
                "s",
            ),
            (
                &[("user_id", "u"), ("password", "s"), ("system_scope", "all")],
                "password",
                r#"{"id":"u"},{"system":{"all":true}}"#,
                "s",
            ),
            (
                &[("auth_type", "token"), ("token", "t"), ("domain_id", "d")],
                "token",
                r#"null,{"domain":{"id":"d"}}"#,
                "t",
            ),
            (
                &[("application_credential_id", "c"), ("application_credential_secret", "s")],
                "application_credential",
                r#"{"id":"c"},null"#,
                "s",
            ),
        ] {
            let identity = format!(r#"["archstone 2",{server},"{name}",{rest}]"#);
            assert_eq!(of(options), (identity, secret.to_owned()));
        }
    }
}

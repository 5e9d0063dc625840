//! The client of one cloud, for one user and one scope.

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
    sync::{Arc, Mutex},
};

use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
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
    auth::{Common, Credentials, GivenToken, Link, Slot, Source, TokenCache, login::Identity},
    catalog::discovery::Discovery,
    config::CloudConfig,
    error::Result,
    host::{Host, Moment},
    record::{Project, User},
    transport::{Limiter, Timing, Transport},
};

/// A client of one cloud, for one user and one scope.
///
/// Creating one does no I/O, except for reading `clouds.yaml` if that is requested. It logs in when
/// a token is first needed, and reads the token's catalog when a URL is first needed. Clones are cheap
/// and share everything. (keystoneauth calls it a *session*.)
///
/// # With a given token
///
/// With `token_id`, the client never logs in on its own and loads nothing lazily: [`token`](Self::token) returns that
/// token, `mgmt_url` is used as it is, and operations that need more return an error of the kind
/// [`NotAuthenticated`](crate::ErrorKind::NotAuthenticated) until [`authenticate`](Self::authenticate) is called. With
/// `token_ref`, all stored data is available; once the token has expired, the credentials are used if there are any.
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
    /// A token that is used as it is.
    given: Option<Token>,
    /// Headers that are sent instead of a token.
    instead: Option<HeaderMap>,
    /// Whether requests also carry the token in `Authorization`.
    is_bearer: bool,
    source: Option<Source>,
    identity: Arc<Identity>,
    slot: Arc<Slot>,
    discovery: Discovery,
    limiter: Option<Limiter>,
    /// The client whose token is sent in `X-Service-Token`.
    service_user: Option<Client>,
    /// When the catalog was last fetched again because something was missing in it.
    catalog_read: tokio::sync::Mutex<Option<Moment>>,
    /// The URL of the identity API, if `mgmt_url` is set.
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
    /// Creates a builder for a client.
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

    fn new(
        config: CloudConfig,
        host: &Host,
        tokens: &TokenCache,
        limiter: Option<&Limiter>,
        service_user: Option<Self>,
    ) -> Result<Self> {
        let transport = Transport::new(config.transport.clone(), host.clone());
        let identity = Arc::new(Identity::new(transport, host.clone(), config.include_catalog));
        let source = config.method.as_ref().zip(config.auth_url.as_ref()).map(|(method, auth_url)| {
            let common = Common {
                auth_url: auth_url.value.clone(),
                identity: Arc::clone(&identity),
                person: config.person.clone(),
                is_spent: Arc::default(),
                tokens: tokens.clone(),
                store: config.token_store.clone(),
                is_shared: config.given.is_none(),
            };
            let (further, scope) = (config.further.clone(), config.scope.clone());
            let credentials = Credentials { method: method.clone(), further, scope };
            Source::new(common, credentials, config.recipe.as_ref())
        });
        let is_bearer = config.method.as_ref().is_some_and(|it| it.spec().is_bearer());
        let (mut given, mut seed, mut instead) = (None, None, None);
        match &config.given {
            Some(GivenToken::Id(token)) => given = Some(Token::new(token.clone())?),
            // As in keystoneauth1: some services require a token, with any value.
            Some(GivenToken::Nothing) => given = Some(Token::new("notused".into())?),
            // Base64 is always a valid header value.
            Some(GivenToken::Basic { authorization: header, .. }) => {
                instead = HeaderValue::from_str(header.expose()).ok().map(|mut header| {
                    header.set_sensitive(true);
                    HeaderMap::from_iter([(AUTHORIZATION, header)])
                });
            }
            Some(GivenToken::Certificate(headers)) => instead = Some(headers.clone()),
            Some(GivenToken::Reference(text)) => {
                seed = Some(Arc::new(Access::from_reference(text.expose(), host)?));
            }
            None => {}
        }
        let slot = source.as_ref().map_or_else(Arc::default, Source::slot);
        if let Some(access) = seed {
            slot.seed(access);
        }
        Ok(Self(Arc::new(Inner {
            config,
            given,
            instead,
            is_bearer,
            source,
            identity,
            slot,
            discovery: Discovery::default(),
            limiter: limiter.cloned(),
            service_user,
            catalog_read: tokio::sync::Mutex::default(),
            management: OnceCell::new(),
            user: Mutex::default(),
            project: Mutex::default(),
            projects: Mutex::default(),
        })))
    }

    /// The same client with its own connections and locks, which starts with the current token.
    ///
    /// For a process created by `fork`: locks that the parent's threads held are never released there.
    ///
    /// # Errors
    ///
    /// As [`ClientBuilder::build`], which has succeeded with the same configuration before.
    pub fn detached(&self, tokens: &TokenCache) -> Result<Self> {
        let inner = &self.0;
        let service_user = inner.service_user.as_ref().map(|user| user.detached(tokens)).transpose()?;
        let client =
            Self::new(inner.config.clone(), &inner.identity.host, tokens, inner.limiter.as_ref(), service_user)?;
        // Another client of the same login may have obtained a newer token already.
        let is_behind = inner.config.given.is_some() || client.0.slot.fresh().is_none();
        if let Some(access) = inner.slot.fresh().filter(|_| is_behind) {
            client.0.slot.seed(access);
        }
        Ok(client)
    }

    /// The client's configuration.
    #[must_use]
    pub fn config(&self) -> &CloudConfig {
        &self.0.config
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.0.identity.transport
    }

    /// The requests that this client has sent, and how long each took.
    #[must_use]
    pub fn timings(&self) -> Vec<Timing> {
        self.0.identity.transport.timings()
    }

    /// Clears that list.
    pub fn clear_timings(&self) {
        self.0.identity.transport.clear_timings();
    }

    /// The source of the client's logins.
    fn source(&self) -> Option<&Source> {
        self.0.source.as_ref()
    }

    /// The current login.
    fn link(&self) -> Option<Arc<Link>> {
        self.source().map(Source::link)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::LoginKey;

    /// If a key changed, everyone would have to log in again, and stored tokens would never be found.
    #[test]
    fn the_keys_under_which_tokens_are_kept_stay_as_they_are() {
        let server = r#"["https://keystone.example:5000/v3","System",null,null,null]"#;
        let of = |options: &[(&str, &str)]| {
            let mut builder = Client::builder().auth_url("https://keystone.example:5000/v3").option("proxy", "none");
            for (name, value) in options {
                builder = builder.option(name, *value);
            }
            let client = builder.build().expect("a client");
            let key = client.link().and_then(|link| LoginKey::of(&link.login)).expect("a key");
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

//! The same client for code that is not asynchronous.
//!
//! ```no_run
//! let client = archstone::blocking::Client::from_env()?;
//! println!("{}", client.url_for("image")?);
//! # Ok::<(), archstone::Error>(())
//! ```

use std::{
    future::{Future, IntoFuture},
    sync::{Arc, OnceLock},
};

use url::Url;

use crate::{
    Access, CloudConfig, CurrentCatalog, Endpoint, EndpointFilter, EndpointUrl, Error, ErrorKind, Project, Result,
    Secret, Service, Token, TokenStoreStatus, TransportSettings, User, config::FetchedProfile, host::Host,
};

/// A [`crate::Client`] whose methods wait. It may be shared between threads.
///
/// Call it from threads that run no asynchronous code: inside a Tokio runtime, use
/// [`crate::Client`] itself, which [`Client::asynchronous`] gives.
#[derive(Clone, Debug)]
pub struct Client(crate::Client);

impl From<crate::Client> for Client {
    fn from(client: crate::Client) -> Self {
        Self(client)
    }
}

macro_rules! waiting {
    ($( $name:ident($($argument:ident: $kind:ty),*) -> $result:ty; )+) => {
        $(
            #[doc = concat!("Waits for [`crate::Client::", stringify!($name), "`].")]
            ///
            /// # Errors
            ///
            /// As the method it waits for.
            pub fn $name(&self, $($argument: $kind),*) -> Result<$result> {
                wait(self.0.$name($($argument),*))
            }
        )+
    };
}

impl Client {
    /// A client from the environment: see [`crate::Client::from_env`].
    ///
    /// # Errors
    ///
    /// As [`crate::ClientBuilder::build`].
    pub fn from_env() -> Result<Self> {
        crate::Client::from_env().map(Self)
    }

    /// A client from a named entry of `clouds.yaml`: see [`crate::Client::from_cloud`].
    ///
    /// # Errors
    ///
    /// As [`crate::ClientBuilder::build`].
    pub fn from_cloud(name: &str) -> Result<Self> {
        crate::Client::from_cloud(name).map(Self)
    }

    /// The same client for asynchronous code.
    #[must_use]
    pub fn asynchronous(&self) -> &crate::Client {
        &self.0
    }

    /// Keystone's own resources: see [`crate::Client::identity`]. What they answer is waited for by
    /// [`wait`](Self::wait).
    #[must_use]
    pub fn identity(&self) -> crate::identity::Identity {
        self.0.identity()
    }

    /// What the client was made with.
    #[must_use]
    pub fn config(&self) -> &CloudConfig {
        self.0.config()
    }

    /// Waits for anything that the asynchronous client gives, such as a request to a service.
    ///
    /// ```no_run
    /// # fn run() -> archstone::Result<()> {
    /// let client = archstone::blocking::Client::from_env()?;
    /// let images = client.service("image");
    /// let answer = client.wait(images.get("v2/images").send())?;
    /// let document: serde_json::Value = client.wait(answer.json())?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As what is waited for.
    pub fn wait<T>(&self, future: impl IntoFuture<Output = Result<T>>) -> Result<T> {
        wait(future.into_future())
    }

    /// A client bound to one service: see [`crate::Client::service`], and [`wait`](Self::wait) for what it gives.
    pub fn service(&self, service_type: impl Into<String>) -> crate::ServiceClient {
        self.0.service(service_type)
    }

    /// Waits for [`crate::Client::token`]; a token that is kept is returned at once.
    ///
    /// # Errors
    ///
    /// As the method it waits for.
    pub fn token(&self) -> Result<Token> {
        self.0.current_token().map_or_else(|| wait(self.0.token()), Ok)
    }

    /// Waits for [`crate::Client::access`]; what is kept is returned at once.
    ///
    /// # Errors
    ///
    /// As the method it waits for.
    pub fn access(&self) -> Result<Arc<Access>> {
        self.0.kept_access().map_or_else(|| wait(self.0.access()), Ok)
    }

    /// Waits for [`crate::Client::authenticate`]; what is kept is returned at once.
    ///
    /// # Errors
    ///
    /// As the method it waits for.
    pub fn authenticate(&self) -> Result<Arc<Access>> {
        self.0.kept_access().map_or_else(|| wait(self.0.authenticate()), Ok)
    }

    waiting! {
        renew() -> Arc<Access>;
        replace(rejected: &Token) -> Token;
        log_out() -> bool;
        current_catalog() -> CurrentCatalog;
        change_password(new: Secret) -> ();
        revoke(token: &Token) -> ();
        mgmt_url() -> Url;
        user() -> Arc<User>;
        project() -> Option<Arc<Project>>;
        projects() -> Arc<[Project]>;
        tenant() -> Option<Arc<Project>>;
        tenants() -> Arc<[Project]>;
    }

    /// Waits for [`crate::Client::url_for`]; what is kept is returned at once.
    ///
    /// # Errors
    ///
    /// As the method it waits for.
    pub fn url_for<'a>(&self, filter: impl Into<EndpointFilter<'a>>) -> Result<Arc<EndpointUrl>> {
        let filter = filter.into();
        let kept = || self.0.current_url_for(filter.clone());
        let stored = || self.0.kept_access().and_then(|_| kept());
        kept().or_else(stored).map_or_else(|| wait(self.0.url_for(filter.clone())), Ok)
    }

    /// What the store keeps that the client's token is kept in between runs: see [`crate::Client::token_store`].
    /// `None` where there is no store.
    ///
    /// # Errors
    ///
    /// As [`crate::TokenStore::status`].
    pub fn token_store_status(&self) -> Result<Option<TokenStoreStatus>> {
        let Some(store) = self.0.token_store() else { return Ok(None) };
        wait(store.status()).map(Some)
    }

    /// Removes this client's token from that store. Returns whether there was one.
    ///
    /// # Errors
    ///
    /// As [`crate::TokenStore::clear`].
    pub fn clear_stored_token(&self) -> Result<bool> {
        self.0.token_store().map_or(Ok(false), |store| wait(store.clear()))
    }

    /// Removes all tokens from that store, those of others too. Returns how many there were.
    ///
    /// # Errors
    ///
    /// As [`crate::TokenStore::clear_all`].
    pub fn clear_token_store(&self) -> Result<usize> {
        self.0.token_store().map_or(Ok(0), |store| wait(store.clear_all()))
    }

    /// Waits for [`crate::Client::endpoint`].
    ///
    /// # Errors
    ///
    /// As the method it waits for.
    pub fn endpoint<'a>(&self, filter: impl Into<EndpointFilter<'a>>) -> Result<(Service, Endpoint)> {
        wait(self.0.endpoint(filter))
    }
}

/// Waits for [`crate::config::fetch_profile`].
///
/// # Errors
///
/// As the function it waits for.
pub fn fetch_profile(address: &str, settings: TransportSettings, host: &Host) -> Result<FetchedProfile> {
    wait(crate::config::fetch_profile(address, settings, host))
}

/// One small runtime for all blocking clients of the process, made when first needed.
fn wait<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    static RUNTIME: OnceLock<std::io::Result<tokio::runtime::Runtime>> = OnceLock::new();
    let runtime =
        RUNTIME.get_or_init(|| tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build());
    match runtime {
        Ok(runtime) => runtime.block_on(future),
        Err(error) => Err(Error::new(ErrorKind::ConnectionFailed, format!("cannot start a runtime: {error}"))),
    }
}

//! The client for blocking code.
//!
//! It has each method of [`crate::Client`]: the asynchronous ones block here. Futures of services and of the identity
//! API are awaited with [`Client::wait`].
//!
//! ```no_run
//! let client = archstone::blocking::Client::from_env()?;
//! println!("{}", client.url_for("image")?);
//! # Ok::<(), archstone::Error>(())
//! ```

use std::{
    future::{Future, IntoFuture},
    pin::pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::Duration,
};

use http::Method;
use url::Url;

use crate::{
    Access, Allow, ClientBuilder, CloudConfig, CurrentCatalog, Endpoint, EndpointFilter, EndpointUrl, Error, ErrorKind,
    OfferedVersions, Project, RequestBuilder, Result, Secret, Service, Timing, Token, TokenCache, TokenStore,
    TokenStoreStatus, TransportSettings, User, VersionInfo, VersionRange, VersionedEndpoint, config::FetchedProfile,
    host::Host,
};

/// A [`crate::Client`] whose methods block. It can be shared between threads.
///
/// It runs on a small runtime of its own, and does not need the caller's. It also works inside asynchronous code, but
/// blocks the thread there, and waits indefinitely if another task of a single-threaded runtime is logging in with the
/// same credentials at that moment: use [`crate::Client`] there, which [`Client::asynchronous`] returns, or
/// `spawn_blocking`.
///
/// ```
/// # fn main() -> archstone::Result<()> {
/// let client = archstone::blocking::Client::builder()
///     .auth_url("http://keystone.example:5000/v3")
///     .username("alice")
///     .password("correct horse")
///     .build_blocking()?;
/// # let _ = client;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Client(crate::Client);

impl From<crate::Client> for Client {
    fn from(client: crate::Client) -> Self {
        Self(client)
    }
}

impl ClientBuilder {
    /// Builds a blocking [client](Client).
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build).
    pub fn build_blocking(self) -> Result<Client> {
        self.build().map(Client)
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

/// Methods that do not block in the asynchronous client either.
macro_rules! same {
    ($( $name:ident($($argument:ident: $kind:ty),*) -> $result:ty; )+) => {
        $(
            #[doc = concat!("See [`crate::Client::", stringify!($name), "`].")]
            #[must_use]
            pub fn $name(&self, $($argument: $kind),*) -> $result {
                self.0.$name($($argument),*)
            }
        )+
    };
}

impl Client {
    /// Configures a client; [`build_blocking`](ClientBuilder::build_blocking) creates it.
    pub fn builder() -> ClientBuilder {
        crate::Client::builder()
    }

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

    /// Keystone's own resources: see [`crate::Client::identity`]. Their futures are awaited with [`wait`](Self::wait).
    #[must_use]
    pub fn identity(&self) -> crate::identity::Identity {
        self.0.identity()
    }

    same! {
        config() -> &CloudConfig;
        current_token() -> Option<Token>;
        authorization() -> Option<&Secret>;
        why_no_token() -> Option<&'static str>;
        scope_headers() -> Option<&http::HeaderMap>;
        sends_bearer() -> bool;
        fixed_endpoint() -> Option<&url::Url>;
        current_access() -> Option<Arc<Access>>;
        kept_access() -> Option<Arc<Access>>;
        known_access() -> Option<Arc<Access>>;
        note(name: &str) -> Option<(Secret, Duration)>;
        token_store() -> Option<TokenStore>;
        timings() -> Vec<Timing>;
    }

    /// See [`crate::Client::keep_note`].
    pub fn keep_note(&self, name: &str, text: &Secret) {
        self.0.keep_note(name, text);
    }

    /// See [`crate::Client::request`].
    pub fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.0.request(method, url)
    }

    /// See [`crate::Client::request_to`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn request_to(&self, method: Method, url: &str) -> Result<RequestBuilder> {
        self.0.request_to(method, url)
    }

    /// See [`crate::Client::clear_timings`].
    pub fn clear_timings(&self) {
        self.0.clear_timings();
    }

    /// See [`crate::Client::detached`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn detached(&self, tokens: &TokenCache) -> Result<Self> {
        self.0.detached(tokens).map(Self)
    }

    /// Waits for a future of the asynchronous client, such as a request to a service.
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
    /// Those of the future.
    pub fn wait<T>(&self, future: impl IntoFuture<Output = Result<T>>) -> Result<T> {
        wait(future.into_future())
    }

    /// A client for one service: see [`crate::Client::service`]. Await its futures with [`wait`](Self::wait).
    pub fn service(&self, service_type: impl Into<String>) -> crate::ServiceClient {
        self.0.service(service_type)
    }

    /// Waits for [`crate::Client::token`]; a cached token is returned at once.
    ///
    /// # Errors
    ///
    /// As the method it waits for.
    pub fn token(&self) -> Result<Token> {
        self.0.current_token().map_or_else(|| wait(self.0.token()), Ok)
    }

    /// Waits for [`crate::Client::access`]; a cached token is returned at once.
    ///
    /// # Errors
    ///
    /// As the method it waits for.
    pub fn access(&self) -> Result<Arc<Access>> {
        self.0.kept_access().map_or_else(|| wait(self.0.access()), Ok)
    }

    /// Waits for [`crate::Client::authenticate`]; a cached token is returned at once.
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

    /// Waits for [`crate::Client::url_for`]; a cached URL is returned at once.
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

    /// The content of the store that keeps the client's token between runs: see [`crate::Client::token_store`]. `None`
    /// if there is no store.
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

    /// Removes all tokens from that store, including those of others. Returns how many there were.
    ///
    /// # Errors
    ///
    /// As [`crate::TokenStore::clear_all`].
    pub fn clear_token_store(&self) -> Result<usize> {
        self.0.token_store().map_or(Ok(0), |store| wait(store.clear_all()))
    }

    /// See [`crate::Client::current_url_for`].
    #[must_use]
    pub fn current_url_for<'a>(&self, filter: impl Into<EndpointFilter<'a>>) -> Option<Arc<EndpointUrl>> {
        self.0.current_url_for(filter)
    }

    /// Waits for [`crate::Client::diagnose`].
    #[must_use]
    pub fn diagnose(&self, refused: &Error) -> Error {
        // The outcome of this wait is always an error.
        wait(async { Err::<(), _>(self.0.diagnose(refused).await) }).err().unwrap_or_else(|| refused.clone())
    }

    /// Waits for [`crate::Client::versioned_endpoint`].
    ///
    /// # Errors
    ///
    /// As the method it waits for.
    pub fn versioned_endpoint<'a>(
        &self,
        filter: impl Into<EndpointFilter<'a>>,
        versions: impl Into<Option<VersionRange>>,
        allow: Allow,
    ) -> Result<VersionedEndpoint> {
        wait(self.0.versioned_endpoint(filter, versions, allow))
    }

    /// Waits for [`crate::Client::versions`].
    ///
    /// # Errors
    ///
    /// As the method it waits for.
    pub fn versions<'a>(&self, filter: impl Into<EndpointFilter<'a>>) -> Result<Vec<VersionInfo>> {
        wait(self.0.versions(filter))
    }

    /// Waits for [`crate::Client::all_versions`].
    ///
    /// # Errors
    ///
    /// As the method it waits for.
    pub fn all_versions(&self, filter: EndpointFilter<'_>) -> Result<Vec<OfferedVersions>> {
        wait(self.0.all_versions(filter))
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

/// The content of a store, without a login: see [`crate::ClientBuilder::token_store`].
///
/// # Errors
///
/// As [`crate::TokenStore::status`].
pub fn token_store_status(store: &crate::TokenStore) -> Result<TokenStoreStatus> {
    wait(store.status())
}

/// Removes all tokens from a store, without a login. Returns how many there were.
///
/// # Errors
///
/// As [`crate::TokenStore::clear_all`].
pub fn clear_token_store(store: &crate::TokenStore) -> Result<usize> {
    wait(store.clear_all())
}

/// Waits for [`crate::config::fetch_profile`].
///
/// # Errors
///
/// As the function it waits for.
pub fn fetch_profile(address: &str, settings: TransportSettings, host: &Host) -> Result<FetchedProfile> {
    wait(crate::config::fetch_profile(address, settings, host))
}

/// Waits for [`Doctor::run`](crate::doctor::Doctor::run).
///
/// # Errors
///
/// When no runtime can be started.
pub fn diagnose(doctor: crate::doctor::Doctor) -> Result<crate::doctor::Diagnosis> {
    wait(async { Ok(doctor.run().await) })
}

/// One small runtime for all blocking clients of the process, created on first use.
fn wait<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    static RUNTIME: OnceLock<std::io::Result<tokio::runtime::Runtime>> = OnceLock::new();
    let runtime =
        RUNTIME.get_or_init(|| tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build());
    let runtime = runtime
        .as_ref()
        .map_err(|error| Error::new(ErrorKind::ConnectionFailed, format!("cannot start a runtime: {error}")))?;
    // Not `block_on`, which panics where the caller's code is asynchronous: the runtime's own thread drives timers and
    // connections, and this one only polls.
    let _entered = runtime.enter();
    let thread = Arc::new(Waiting { thread: thread::current(), is_woken: AtomicBool::new(false) });
    let waker = Waker::from(Arc::clone(&thread));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(outcome) = future.as_mut().poll(&mut context) {
            return outcome;
        }
        while !thread.is_woken.swap(false, Ordering::Acquire) {
            thread::park();
        }
    }
}

/// A parked thread.
struct Waiting {
    thread: Thread,
    /// Parking may also end spuriously.
    is_woken: AtomicBool,
}

impl Wake for Waiting {
    fn wake(self: Arc<Self>) {
        self.is_woken.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

#[cfg(test)]
mod tests {
    /// The names of the public methods in the `impl Client` blocks of a source file.
    fn methods(source: &str) -> Vec<&str> {
        let inside = source.split("\nimpl Client {").skip(1).map(|rest| rest.split("\n}").next().unwrap_or_default());
        let lines = inside.flat_map(str::lines);
        let declared = lines.filter_map(|line| {
            let line = line.strip_prefix("    ")?;
            let rest = line.strip_prefix("pub async fn ").or_else(|| line.strip_prefix("pub fn "));
            let rest = rest.or_else(|| line.strip_prefix("    ").filter(|line| line.ends_with(';')))?;
            rest.split(['(', '<'])
                .next()
                .filter(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
        });
        declared.collect()
    }

    #[test]
    fn each_method_of_the_client_is_here_too() {
        let sources = [
            include_str!("client/endpoint.rs"),
            include_str!("client/identity.rs"),
            include_str!("client/mod.rs"),
            include_str!("client/notes.rs"),
            include_str!("client/request.rs"),
            include_str!("client/service.rs"),
            include_str!("client/token.rs"),
            include_str!("identity/mod.rs"),
        ];
        let here = methods(include_str!("blocking.rs"));
        let there: Vec<_> = sources.iter().flat_map(|source| methods(source)).collect();

        let lacking: Vec<_> = there.iter().filter(|name| !here.contains(name)).collect();
        assert!(there.len() > 30, "{there:?}");
        assert!(lacking.is_empty(), "{lacking:?}");
    }

    #[test]
    fn it_works_inside_asynchronous_code_too() {
        let wait = || {
            super::wait(async {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
                Ok(7)
            })
        };
        let one = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let many = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().expect("a runtime");

        assert_eq!(one.block_on(async { wait().ok() }), Some(7));
        assert_eq!(many.block_on(async { tokio::spawn(async move { wait().ok() }).await.ok().flatten() }), Some(7));
        assert_eq!(wait().ok(), Some(7));
    }
}

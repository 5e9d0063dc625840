//! The HTTP server: routes, failures and recorded requests.

mod connection;
mod delivery;
mod life;
mod log;
mod port;
mod request;
mod route;

use std::{
    fmt,
    net::{SocketAddr, TcpStream},
    sync::{Arc, Mutex},
    thread::JoinHandle,
    time::Duration,
};

pub use request::SeenRequest;
pub use route::Route;

use life::Life;
use log::Log;
use route::{Answer, Matcher, Rules};

use crate::{Failure, Reply, clock::Clock, locked};

/// Handles requests without a route.
pub(crate) trait Application: Send + Sync {
    fn answer(&self, request: &SeenRequest) -> Option<Reply>;

    /// Whether a token is valid.
    fn accepts(&self, token: &str) -> bool;
}

/// A server without an identity service to check tokens.
struct Alone;

impl Application for Alone {
    fn answer(&self, _: &SeenRequest) -> Option<Reply> {
        None
    }

    fn accepts(&self, _: &str) -> bool {
        true
    }
}

/// An HTTP server on a free port of 127.0.0.1 with configurable responses.
///
/// It serves each connection in a separate thread, keeps connections alive, and accepts bodies of any size, chunked or
/// not. Within a process, no server reuses the port of an earlier one. Requests without a route get a 404. Dropping it
/// closes every connection and waits for its threads.
///
/// A [`FakeKeystone`](crate::FakeKeystone) is one, too.
///
/// ```
/// use archstone::Client;
/// use archstone_testing::{FakeServer, Reply};
/// use serde_json::json;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> archstone::Result<()> {
/// let nova = FakeServer::start();
/// nova.on("GET", "/servers").reply(Reply::json(200, json!({"servers": []})));
///
/// let client = Client::builder().token_id("a-token").mgmt_url("http://127.0.0.1:9/v3").build()?;
/// let answer = client.service("compute").endpoint_override(nova.url()).get("servers").send().await?;
/// assert_eq!(answer.status(), 200);
/// assert_eq!(nova.requests()[0].header("x-auth-token"), Some("a-token"));
/// # Ok(())
/// # }
/// ```
pub struct FakeServer {
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

/// State shared by the threads of a server.
struct Shared {
    address: SocketAddr,
    url: String,
    application: Arc<dyn Application>,
    clock: Arc<Clock>,
    rules: Mutex<Rules>,
    log: Log,
    life: Life,
    #[cfg(feature = "tls")]
    tls: Option<Arc<rustls::ServerConfig>>,
}

/// Settings made before a server starts.
#[derive(Default)]
pub(crate) struct Setup {
    pub(crate) clock: Arc<Clock>,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<Arc<rustls::ServerConfig>>,
}

impl Setup {
    /// With another server's clock.
    pub(crate) fn with_clock(clock: Arc<Clock>) -> Self {
        Self {
            clock,
            #[cfg(feature = "tls")]
            tls: None,
        }
    }
}

impl FakeServer {
    /// A server without routes.
    ///
    /// # Panics
    ///
    /// If this machine has no loopback interface, port or thread left.
    #[must_use]
    pub fn start() -> Self {
        Self::launch(Setup::default(), |_| Arc::new(Alone))
    }

    /// The same over HTTPS, with this certificate.
    ///
    /// # Panics
    ///
    /// As [`start`](Self::start).
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn start_tls(certificate: &crate::Certificate) -> Self {
        let setup = Setup { tls: Some(certificate.server_config()), ..Setup::default() };
        Self::launch(setup, |_| Arc::new(Alone))
    }

    /// A server that sends these replies in order, for any requests, and then 404.
    ///
    /// ```
    /// use archstone_testing::{Failure, FakeServer, Reply};
    ///
    /// let flaky = FakeServer::replying([Failure::Close.into(), Reply::error(503, "busy"), Reply::json(200, "{}")]);
    /// assert!(flaky.requests().is_empty());
    /// ```
    ///
    /// # Panics
    ///
    /// As [`start`](Self::start).
    #[must_use]
    pub fn replying(replies: impl IntoIterator<Item = Reply>) -> Self {
        let server = Self::start();
        server.on("*", "*").replies(replies);
        server
    }

    pub(crate) fn launch(setup: Setup, application: impl FnOnce(&str) -> Arc<dyn Application>) -> Self {
        let listening = port::listen();
        let (listener, address) = listening.unwrap_or_else(|error| panic!("cannot listen on 127.0.0.1: {error}"));
        #[cfg(feature = "tls")]
        let scheme = if setup.tls.is_some() { "https" } else { "http" };
        #[cfg(not(feature = "tls"))]
        let scheme = "http";
        let url = format!("{scheme}://{address}");
        let shared = Arc::new(Shared {
            address,
            application: application(&url),
            url,
            clock: setup.clock,
            rules: Mutex::default(),
            log: Log::default(),
            life: Life::default(),
            #[cfg(feature = "tls")]
            tls: setup.tls,
        });
        let served = Arc::clone(&shared);
        let accepting = std::thread::Builder::new()
            .name(format!("fake server {}", address.port()))
            .spawn(move || life::accept(&listener, &served))
            .unwrap_or_else(|error| panic!("cannot start a thread: {error}"));
        Self { shared, accepting: Some(accepting) }
    }

    /// The server's URL, without a trailing slash: `http://127.0.0.1:41234`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.shared.url
    }

    /// The address that it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.shared.address
    }

    /// Begins a route, or a failure, for requests with this method and path.
    ///
    /// The method `*` matches any; a path that ends in `*` matches every path with this prefix. The query is ignored.
    /// If several routes match, the latest one is used.
    pub fn on(&self, method: &str, path: &str) -> Route<'_> {
        Route::new(&self.shared, Matcher::new(method, path))
    }

    /// Every request fails from now on, until [`heal`](Self::heal) is called.
    pub fn fail(&self, failure: impl Into<Failure>) {
        self.on("*", "*").fail(failure);
    }

    /// The next requests fail. Several calls are queued in their order.
    pub fn fail_next(&self, times: usize, failure: impl Into<Failure>) {
        self.on("*", "*").fail_next(times, failure);
    }

    /// Removes all failures. Routes stay.
    pub fn heal(&self) {
        locked(&self.shared.rules).heal();
    }

    /// Resets every open connection.
    ///
    /// A client that keeps one for its next request notices when it sends that, or shortly before.
    pub fn reset_connections(&self) {
        self.shared.life.reset_open();
    }

    /// The number of connections so far.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.life.opened()
    }

    /// The requests so far, in the order of their arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.shared.log.requests()
    }

    /// The number of requests with this method and path, which may be patterns as in [`on`](Self::on).
    #[must_use]
    pub fn count(&self, method: &str, path: &str) -> usize {
        self.shared.log.count(&Matcher::new(method, path))
    }

    /// Discards the recorded requests and their counts.
    pub fn forget_requests(&self) {
        self.shared.log.forget();
    }

    /// Only counts requests from now on, without recording them, for very many of them.
    pub fn only_count(&self) {
        self.shared.log.keep_none();
    }

    /// Records only the length and checksum of bodies that are longer than this. By default there is no limit.
    pub fn keep_bodies_up_to(&self, bytes: usize) {
        self.shared.log.set_body_limit(bytes);
    }

    /// Sets the server's clock ahead of this machine's: its `Date` and the lifetime of its tokens.
    ///
    /// ```
    /// use std::time::Duration;
    /// use archstone_testing::FakeKeystone;
    ///
    /// let keystone = FakeKeystone::start();
    /// let token = keystone.issue("demo");
    /// // Two hours later the token has expired.
    /// keystone.set_clock_ahead(Duration::from_secs(7200));
    /// assert!(!keystone.accepts(&token));
    /// ```
    pub fn set_clock_ahead(&self, by: Duration) {
        self.shared.clock.set(by, Duration::ZERO);
    }

    /// Sets the server's clock behind this machine's.
    pub fn set_clock_behind(&self, by: Duration) {
        self.shared.clock.set(Duration::ZERO, by);
    }

    /// Stops immediately, as dropping does.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        self.shared.life.end();
        // Wakes up the thread that waits for connections.
        let _ = TcpStream::connect_timeout(&self.shared.address, Duration::from_secs(1));
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

impl fmt::Debug for FakeServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeServer").field("url", &self.shared.url).finish_non_exhaustive()
    }
}

impl Shared {
    fn answer(&self, request: &SeenRequest) -> Arc<Reply> {
        let failure = locked(&self.rules).failure(request);
        match failure {
            None => self.route(request),
            Some(failure) if failure.replaces_the_answer() => Arc::new(Reply::from(failure)),
            Some(failure) => Arc::new(Reply::clone(&self.route(request)).with(failure)),
        }
    }

    fn route(&self, request: &SeenRequest) -> Arc<Reply> {
        let is_authenticated = || request.header("x-auth-token").is_some_and(|token| self.application.accepts(token));
        let answer = locked(&self.rules).answer(request, is_authenticated);
        match answer {
            Some(Answer::Reply(reply)) => reply,
            Some(Answer::Made(make)) => Arc::new(make(request)),
            Some(Answer::Unauthenticated) => Arc::new(unauthenticated(&self.url)),
            None => Arc::new(self.application.answer(request).unwrap_or_else(|| no_route(request))),
        }
    }
}

/// The response of services that use keystonemiddleware.
fn unauthenticated(url: &str) -> Reply {
    Reply::error(401, "The request you have made requires authentication.")
        .header("www-authenticate", format!("Keystone uri=\"{url}\""))
}

fn no_route(request: &SeenRequest) -> Reply {
    Reply::error(404, format!("The test has no route for {} {}.", request.method(), request.path()))
}

//! Makes connections: directly to the server, through a proxy, or to a UNIX socket; encrypted for `https`.
//!
//! The parts are those of the HTTP library: here they are combined for one [`Way`](super::proxy::Way).

use std::{
    fmt, io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use arc_swap::ArcSwap;
use http::{HeaderMap, HeaderValue, Uri, header::USER_AGENT};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::{
    Connected, Connection, HttpConnector,
    proxy::{SocksV4, SocksV5, Tunnel},
};
use rustls::ClientConfig;
use tower_service::Service;

use super::{
    body::BoxError,
    proxy::Route,
    tls::{Files, Stamp},
};
use crate::error::Result;

/// Makes connections, each with a timeout.
#[derive(Clone)]
pub(super) struct Connector {
    how: Arc<How>,
    within: Duration,
}

/// Creates the parts for connections again when a certificate or a key has changed.
struct How {
    make: Box<dyn Fn() -> Result<Making> + Send + Sync>,
    files: Option<Files>,
    current: ArcSwap<(Option<Stamp>, Making)>,
}

impl How {
    /// Checks the files on a blocking thread.
    async fn now(self: Arc<Self>) -> Arc<(Option<Stamp>, Making)> {
        let current = self.current.load_full();
        if self.files.is_none() {
            return current;
        }
        let looked = tokio::task::spawn_blocking(move || self.look()).await;
        looked.unwrap_or(current)
    }

    /// Unusable files are read again for the next connection: of two files, one may not have been replaced yet.
    fn look(&self) -> Arc<(Option<Stamp>, Making)> {
        let current = self.current.load_full();
        let stamp = self.files.as_ref().map(Files::stamp);
        if current.0 == stamp {
            return current;
        }
        match (self.make)() {
            Ok(making) => {
                tracing::info!(target: "archstone::request", "certificates or keys have changed: new connections use them");
                let new = Arc::new((stamp, making));
                self.current.store(Arc::clone(&new));
                new
            }
            Err(error) => {
                tracing::warn!(target: "archstone::request", %error, "certificates or keys have changed and cannot be used yet");
                current
            }
        }
    }
}

pub(super) enum Making {
    Direct(HttpsConnector<HttpConnector>),
    /// To the proxy, which forwards requests.
    Forwarding(HttpsConnector<HttpConnector>, Uri),
    /// To the proxy, which opens a tunnel.
    Tunnel(HttpsConnector<Tunnel<HttpsConnector<HttpConnector>>>),
    Socks(HttpsConnector<Socks>),
    #[cfg(unix)]
    Socket(HttpsConnector<Socket>),
}

/// The common parts of connections.
pub(super) struct Parts {
    pub(super) http: HttpConnector,
    pub(super) tls: Arc<ClientConfig>,
    pub(super) user_agent: HeaderValue,
}

impl Connector {
    /// `make` reads the files, if there are any.
    pub(super) fn new(
        make: impl Fn() -> Result<Making> + Send + Sync + 'static,
        files: Option<Files>,
        within: Duration,
    ) -> Result<Self> {
        let stamp = files.as_ref().map(Files::stamp);
        let current = ArcSwap::from_pointee((stamp, make()?));
        Ok(Self { how: Arc::new(How { make: Box::new(make), files, current }), within })
    }
}

impl Making {
    pub(super) fn direct(Parts { http, tls, .. }: Parts) -> Self {
        Self::Direct(HttpsConnector::from((http, tls)))
    }

    /// Through a proxy, to HTTPS servers or, if not `encrypted`, to HTTP servers.
    pub(super) fn through(route: &Route, encrypted: bool, parts: Parts) -> Option<Self> {
        let Parts { http, tls, user_agent } = parts;
        let proxy = route.intercept()?;
        let uri = proxy.uri().clone();
        Some(if route.is_socks() {
            let socks = Socks {
                http,
                uri,
                version: if route.scheme().starts_with("socks4") { Version::Four } else { Version::Five },
                resolves_here: !matches!(route.scheme(), "socks4a" | "socks5h"),
                user: proxy.raw_auth().map(|(name, password)| (name.to_owned(), password.to_owned())),
            };
            Self::Socks(HttpsConnector::from((socks, tls)))
        } else {
            // The connection to a proxy uses HTTP/1.1.
            let mut of_proxy = ClientConfig::clone(&tls);
            of_proxy.alpn_protocols.clear();
            let to_proxy = HttpsConnector::from((http, of_proxy));
            if encrypted {
                let mut tunnel =
                    Tunnel::new(uri, to_proxy).with_headers(HeaderMap::from_iter([(USER_AGENT, user_agent)]));
                if let Some(credentials) = proxy.basic_auth() {
                    tunnel = tunnel.with_auth(credentials.clone());
                }
                Self::Tunnel(HttpsConnector::from((tunnel, tls)))
            } else {
                Self::Forwarding(to_proxy, uri)
            }
        })
    }

    #[cfg(unix)]
    pub(super) fn socket(path: &std::path::Path, Parts { tls, .. }: Parts) -> Self {
        Self::Socket(HttpsConnector::from((Socket(path.into()), tls)))
    }

    async fn connect(&self, to: Uri) -> std::result::Result<Stream, BoxError> {
        let (stream, is_forwarding): (Box<dyn Io>, bool) = match self {
            Self::Direct(connector) => (Box::new(connector.clone().call(to).await?), false),
            Self::Forwarding(connector, proxy) => (Box::new(connector.clone().call(proxy.clone()).await?), true),
            Self::Tunnel(connector) => (Box::new(connector.clone().call(to).await?), false),
            Self::Socks(connector) => (Box::new(connector.clone().call(to).await?), false),
            #[cfg(unix)]
            Self::Socket(connector) => (Box::new(connector.clone().call(to).await?), false),
        };
        Ok(Stream { stream, is_forwarding })
    }
}

type Connecting<T> = Pin<Box<dyn Future<Output = std::result::Result<T, BoxError>> + Send>>;

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = BoxError;
    type Future = Connecting<Stream>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<std::result::Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let Self { how, within } = self.clone();
        Box::pin(async move {
            let now = how.now().await;
            match tokio::time::timeout(within, now.1.connect(to)).await {
                Ok(outcome) => outcome,
                Err(_) => Err(io::Error::from(io::ErrorKind::TimedOut).into()),
            }
        })
    }
}

/// A connection.
pub(super) struct Stream {
    stream: Box<dyn Io>,
    /// Whether it goes to a proxy that requires absolute URLs.
    is_forwarding: bool,
}

trait Io: Read + Write + Connection + Send + Unpin {}

impl<T: Read + Write + Connection + Send + Unpin> Io for T {}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        let connected = self.stream.connected();
        if self.is_forwarding { connected.proxy(true) } else { connected }
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl Write for Stream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// A SOCKS proxy.
#[derive(Clone)]
pub(super) struct Socks {
    http: HttpConnector,
    uri: Uri,
    version: Version,
    /// Whether names are resolved on this machine, and not by the proxy.
    resolves_here: bool,
    user: Option<(String, String)>,
}

#[derive(Clone, Copy)]
enum Version {
    Four,
    Five,
}

type Tcp = <HttpConnector as Service<Uri>>::Response;

impl Socks {
    async fn connect(self, to: Uri) -> std::result::Result<Tcp, SocksFailure> {
        let is_https = to.scheme_str() == Some("https");
        let host = to.host().unwrap_or_default().trim_matches(['[', ']']);
        let port = to.port_u16().unwrap_or(if is_https { 443 } else { 80 });
        let resolved = if self.resolves_here {
            let mut addresses = tokio::net::lookup_host((host, port)).await.map_err(SocksFailure::Resolving)?;
            addresses.next().map(|address| address.ip().to_string())
        } else {
            None
        };
        let host = resolved.unwrap_or_else(|| host.to_owned());
        let host = if host.contains(':') { format!("[{host}]") } else { host };
        let to =
            Uri::try_from(format!("http://{host}:{port}")).map_err(|error| SocksFailure::Connecting(error.into()))?;
        let Self { http, uri, version, user, .. } = self;
        match (version, user) {
            (Version::Four, _) => SocksV4::new(uri, http).call(to).await.map_err(Into::into),
            (Version::Five, None) => SocksV5::new(uri, http).call(to).await.map_err(Into::into),
            (Version::Five, Some((name, password))) => {
                SocksV5::new(uri, http).with_auth(name, password).call(to).await.map_err(Into::into)
            }
        }
        .map_err(SocksFailure::Connecting)
    }
}

impl Service<Uri> for Socks {
    type Response = Tcp;
    type Error = BoxError;
    type Future = Connecting<Tcp>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<std::result::Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let socks = self.clone();
        Box::pin(async move { Ok(socks.connect(to).await?) })
    }
}

/// Why a connection through a SOCKS proxy failed.
#[derive(Debug)]
pub(super) enum SocksFailure {
    /// Resolving the name of the server failed.
    Resolving(io::Error),
    /// The proxy is not reachable, does not follow the protocol, or reports an error.
    Connecting(BoxError),
}

impl fmt::Display for SocksFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Resolving(_) => "error resolving for socks proxy",
            Self::Connecting(_) => "error connecting to socks proxy",
        })
    }
}

impl std::error::Error for SocksFailure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(match self {
            Self::Resolving(error) => error,
            Self::Connecting(error) => &**error,
        })
    }
}

/// All connections go to one UNIX socket.
#[cfg(unix)]
#[derive(Clone)]
pub(super) struct Socket(Arc<std::path::Path>);

#[cfg(unix)]
impl Service<Uri> for Socket {
    type Response = hyper_util::rt::TokioIo<tokio::net::UnixStream>;
    type Error = BoxError;
    type Future = Connecting<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<std::result::Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let path = Arc::clone(&self.0);
        Box::pin(async move { Ok(hyper_util::rt::TokioIo::new(tokio::net::UnixStream::connect(&*path).await?)) })
    }
}

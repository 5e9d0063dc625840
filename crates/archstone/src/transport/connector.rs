//! How a connection is made: to the server itself, through a proxy, or to a UNIX socket; encrypted for `https`.
//!
//! Every part is the HTTP library's: here they are put together for one [`Way`](super::proxy::Way).

use std::{
    fmt, io,
    path::Path,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::{HeaderMap, HeaderValue, Uri, header::USER_AGENT};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::{
    Connected, Connection, HttpConnector,
    proxy::{SocksV4, SocksV5, Tunnel},
};
use rustls::ClientConfig;
use tower_service::Service;

use super::{body::BoxError, proxy::Route};

/// Makes connections, each within a time.
#[derive(Clone)]
pub(super) struct Connector {
    way: Arc<Making>,
    within: Duration,
}

enum Making {
    Direct(HttpsConnector<HttpConnector>),
    /// To the proxy, which sends requests on.
    Forwarding(HttpsConnector<HttpConnector>, Uri),
    /// To the proxy, which makes a connection.
    Tunnel(HttpsConnector<Tunnel<HttpsConnector<HttpConnector>>>),
    Socks(HttpsConnector<Socks>),
    #[cfg(unix)]
    Socket(HttpsConnector<Socket>),
}

/// What connections have in common.
pub(super) struct Parts {
    pub(super) http: HttpConnector,
    pub(super) tls: Arc<ClientConfig>,
    pub(super) user_agent: HeaderValue,
    pub(super) within: Duration,
}

impl Connector {
    pub(super) fn direct(Parts { http, tls, within, .. }: Parts) -> Self {
        Self { way: Arc::new(Making::Direct(HttpsConnector::from((http, tls)))), within }
    }

    /// Through a proxy, to servers that are spoken to in HTTPS or, if not `encrypted`, in HTTP.
    pub(super) fn through(route: &Route, encrypted: bool, parts: Parts) -> Option<Self> {
        let Parts { http, tls, user_agent, within } = parts;
        let proxy = route.intercept()?;
        let uri = proxy.uri().clone();
        let making = if route.is_socks() {
            let socks = Socks {
                http,
                uri,
                version: if route.scheme().starts_with("socks4") { Version::Four } else { Version::Five },
                resolves_here: !matches!(route.scheme(), "socks4a" | "socks5h"),
                user: proxy.raw_auth().map(|(name, password)| (name.to_owned(), password.to_owned())),
            };
            Making::Socks(HttpsConnector::from((socks, tls)))
        } else {
            // A proxy is spoken to in HTTP/1.1.
            let mut of_proxy = ClientConfig::clone(&tls);
            of_proxy.alpn_protocols.clear();
            let to_proxy = HttpsConnector::from((http, of_proxy));
            if encrypted {
                let mut tunnel =
                    Tunnel::new(uri, to_proxy).with_headers(HeaderMap::from_iter([(USER_AGENT, user_agent)]));
                if let Some(credentials) = proxy.basic_auth() {
                    tunnel = tunnel.with_auth(credentials.clone());
                }
                Making::Tunnel(HttpsConnector::from((tunnel, tls)))
            } else {
                Making::Forwarding(to_proxy, uri)
            }
        };
        Some(Self { way: Arc::new(making), within })
    }

    #[cfg(unix)]
    pub(super) fn socket(path: &Path, Parts { tls, within, .. }: Parts) -> Self {
        Self { way: Arc::new(Making::Socket(HttpsConnector::from((Socket(path.into()), tls)))), within }
    }
}

impl Making {
    async fn connect(&self, to: Uri) -> Result<Stream, BoxError> {
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

type Connecting<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = BoxError;
    type Future = Connecting<Stream>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let Self { way, within } = self.clone();
        Box::pin(async move {
            match tokio::time::timeout(within, way.connect(to)).await {
                Ok(outcome) => outcome,
                Err(_) => Err(io::Error::from(io::ErrorKind::TimedOut).into()),
            }
        })
    }
}

/// A connection.
pub(super) struct Stream {
    stream: Box<dyn Io>,
    /// Whether it leads to a proxy that wants whole URLs.
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
struct Socks {
    http: HttpConnector,
    uri: Uri,
    version: Version,
    /// Whether this machine resolves names, and not the proxy.
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
    async fn connect(self, to: Uri) -> Result<Tcp, SocksFailure> {
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

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let socks = self.clone();
        Box::pin(async move { Ok(socks.connect(to).await?) })
    }
}

/// Why there is no connection through a SOCKS proxy.
#[derive(Debug)]
pub(super) enum SocksFailure {
    /// The name of the server.
    Resolving(io::Error),
    /// The proxy is not there, does not do as it is asked, or says why not.
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

/// Every connection goes to one UNIX socket.
#[cfg(unix)]
#[derive(Clone)]
struct Socket(Arc<Path>);

#[cfg(unix)]
impl Service<Uri> for Socket {
    type Response = hyper_util::rt::TokioIo<tokio::net::UnixStream>;
    type Error = BoxError;
    type Future = Connecting<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let path = Arc::clone(&self.0);
        Box::pin(async move { Ok(hyper_util::rt::TokioIo::new(tokio::net::UnixStream::connect(&*path).await?)) })
    }
}

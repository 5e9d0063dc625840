//! Explains why a request got no response, as precisely as the system allows.

mod probe;
mod proxy;
mod tls;

use std::{error::Error as StdError, fmt, io::ErrorKind as Io, time::Duration};

use http::Response;
use tokio::time::Instant;
use url::Url;

use super::{
    TimeLimits, TransportSettings, body::BoxError, connections::Pool, inflate::GrowsTooMuch, is_over, proxy::Route,
};
use crate::{
    error::{Error, ErrorKind, Result, Sent, public_url},
    hint::Hint,
};

const AT_FAULT: &str = "try again; if it keeps failing, a proxy or the service itself is at fault";
const NOT_TLS: &str =
    "check that the port expects TLS, and use `http://` if it does not; the server's log may say more";
const NOT_HTTP: &str = "use `https://` if that is meant, or check the port";

/// An error of the HTTP library.
#[derive(Debug)]
pub(super) enum Failure {
    /// Before the headers of a response arrived.
    Request(hyper_util::client::legacy::Error),
    /// While reading the body of a response.
    Body(BoxError),
}

impl Failure {
    fn cause(&self) -> &Cause {
        match self {
            Self::Request(error) => error,
            Self::Body(error) => &**error,
        }
    }

    fn is_of_the_body(&self) -> bool {
        matches!(self, Self::Body(_))
    }

    fn is_connect(&self) -> bool {
        matches!(self, Self::Request(error) if error.is_connect())
    }

    fn is_timeout(&self) -> bool {
        let is_late = |error: &Cause| {
            error.downcast_ref().is_some_and(hyper::Error::is_timeout)
                || error.downcast_ref::<std::io::Error>().is_some_and(|it| it.kind() == Io::TimedOut)
        };
        chain(self.cause()).any(is_late)
    }

    /// Whether the server reported, as HTTP/2 allows, that it has not processed the request.
    fn was_turned_away(&self) -> bool {
        cause::<h2::Error>(self.cause()).is_some_and(|error| {
            let reason = error.reason();
            error.is_remote()
                && ((error.is_go_away() && reason == Some(h2::Reason::NO_ERROR))
                    || (error.is_reset() && reason == Some(h2::Reason::REFUSED_STREAM)))
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.cause(), f)
    }
}

impl StdError for Failure {
    fn source(&self) -> Option<&Cause> {
        self.cause().source()
    }
}

/// A request in flight: the details that are needed to explain its failure.
pub(super) struct Attempt<'a> {
    pub(super) url: &'a Url,
    pub(super) settings: &'a TransportSettings,
    pub(super) limits: TimeLimits,
    pub(super) pool: &'a Pool,
}

impl Attempt<'_> {
    /// Distinguishes a server's response from one that a proxy sent in its place.
    pub(super) fn judge<B>(&self, answer: Response<B>) -> Result<Response<B>> {
        self.pool.kept.note(answer.extensions());
        match &self.pool.route {
            Some(route) if route.forwards(self.url) => proxy::judge(answer, route, self),
            _ => Ok(answer),
        }
    }

    /// Explains a failure when the server has never responded: whether it expects TLS is found out by connecting to it.
    pub(super) async fn explain_unknown(&self, failure: Failure) -> Error {
        let is_unclear = self.url.scheme() == "http"
            && self.route().is_none()
            && self.settings.unix_socket.is_none()
            && !failure.is_of_the_body()
            && !failure.is_connect()
            && !failure.is_timeout();
        let explained = self.explain(failure);
        if is_unclear && probe::speaks_tls(self.url).await { wants_tls(self.url) } else { explained }
    }

    pub(super) fn explain(&self, failure: Failure) -> Error {
        let error = failure.cause();
        if let Some(growth) = cause::<GrowsTooMuch>(error) {
            let shown = public_url(self.url);
            return Error::new(ErrorKind::InvalidResponse, format!("the answer of `{shown}` cannot be read: {growth}"))
                .with_url(self.url)
                .with_hint("tell the operator of the service, or ask for no compression: `Accept-Encoding: identity`");
        }
        let by_proxy = self.route().and_then(|route| proxy::explain(&failure, route, self));
        let explained = by_proxy.unwrap_or_else(|| self.of_the_server(&failure));
        let explained = match () {
            () if failure.is_connect() || failure.was_turned_away() => explained.sent(Sent::Nothing),
            () if self.was_given_up(&failure) => explained.sent(Sent::WithoutAnswer),
            () => explained,
        };
        // The TLS library's error about a certificate is already in the message.
        let is_said = cause::<rustls::Error>(error).is_some_and(tls::is_said_in_full);
        let explained = explained.with_url(self.url);
        if is_said { explained } else { explained.with_source(failure) }
    }

    /// Nothing arrived for too long, or the response was not complete in time.
    pub(super) fn silence(&self, end: Option<Instant>) -> Error {
        let limit = match self.limits.total {
            Some(total) if is_over(end) => total,
            _ => self.limits.read.unwrap_or(self.settings.timeout),
        };
        self.too_late("no answer", limit).with_url(self.url)
    }

    fn of_the_server(&self, failure: &Failure) -> Error {
        let error = failure.cause();
        let (place, shown) = (self.place(), public_url(self.url));
        if let Some(tls) = cause::<rustls::Error>(error) {
            return tls::explain(tls, &format!("`{place}`"), self.settings);
        }
        if failure.is_timeout() {
            return if failure.is_connect() {
                self.too_late("no connection", self.limits.connect.unwrap_or(self.settings.connect_timeout))
            } else {
                self.too_late("no answer", self.limits.total.unwrap_or(self.settings.timeout))
            };
        }
        if mentions(error, "dns error") {
            let name = self.url.host_str().unwrap_or("?");
            return Error::new(ErrorKind::HostNotFound, format!("the name `{name}` does not resolve"))
                .with_hint(format!("check the spelling of `{shown}`, and this machine's DNS"));
        }
        if failure.is_connect() {
            let (message, hint) = match io(error) {
                Some(Io::ConnectionRefused) => {
                    (format!("nothing listens at `{place}`"), "check the port, and that the service runs")
                }
                Some(Io::UnexpectedEof | Io::ConnectionReset | Io::BrokenPipe) if self.url.scheme() == "https" => {
                    (format!("`{place}` ended the TLS handshake without a reason"), NOT_TLS)
                }
                _ => (format!("cannot connect to `{place}`"), "check the address and the network"),
            };
            return Error::new(ErrorKind::ConnectionFailed, message).with_hint(hint);
        }
        let (what, hint) = if failure.is_of_the_body() {
            ("broke off its answer", AT_FAULT)
        } else if cause::<hyper::Error>(error).is_some_and(hyper::Error::is_parse) {
            ("does not speak HTTP", if self.url.scheme() == "http" { NOT_HTTP } else { AT_FAULT })
        } else {
            ("closed the connection", AT_FAULT)
        };
        let through = self.route().map(|route| format!(", through {route}")).unwrap_or_default();
        Error::new(ErrorKind::ConnectionFailed, format!("`{place}` {what}{through}")).with_hint(hint)
    }

    fn too_late(&self, what: &str, limit: Duration) -> Error {
        let shown = public_url(self.url);
        let more = "try again, give more time with " + Hint::option("timeout");
        let (through, hint) = match self.route() {
            None => (String::new(), more + ", or check that nothing in between drops packets"),
            Some(route) => (format!(" through {route}"), more + ", or check the proxy; " + self.without()),
        };
        let of = if what == "no answer" { "from" } else { "to" };
        Error::new(ErrorKind::Timeout, format!("{what} {of} `{shown}`{through} within {limit:?}")).with_hint(hint)
    }

    fn route(&self) -> Option<&Route> {
        self.pool.route.as_deref()
    }

    /// The server, as host and port.
    fn place(&self) -> String {
        format!("{}:{}", self.url.host_str().unwrap_or("?"), self.url.port_or_known_default().unwrap_or(0))
    }

    /// How to bypass a proxy.
    fn without(&self) -> Hint {
        let host = self.url.host_str().unwrap_or("?");
        Hint::from(format!("if `{host}` is to be reached without it, put `{host}` into ")) + Hint::option("no_proxy")
    }

    /// Whether an idle connection ended before the first byte of a response: the server may have closed it.
    fn was_given_up(&self, failure: &Failure) -> bool {
        use Io::{BrokenPipe, ConnectionAborted, ConnectionReset};
        let error = failure.cause();
        !failure.is_of_the_body()
            && (cause::<hyper::Error>(error).is_some_and(hyper::Error::is_incomplete_message)
                || matches!(io(error), Some(BrokenPipe | ConnectionAborted | ConnectionReset)))
            && cause::<hyper_util::client::legacy::Error>(error).is_some_and(|failed| self.pool.kept.forget(failed))
    }
}

/// The error for plain HTTP to a server that expects TLS.
pub(crate) fn wants_tls(url: &Url) -> Error {
    let place = format!("{}:{}", url.host_str().unwrap_or("?"), url.port_or_known_default().unwrap_or(0));
    let mut encrypted = url.clone();
    // An explicit port is kept.
    let hint = match encrypted.set_scheme("https") {
        Ok(()) if url.port().is_some() => format!("use `{}`", public_url(&encrypted)),
        _ => "use `https://`".to_owned(),
    };
    Error::new(ErrorKind::ConnectionFailed, format!("`{place}` expects TLS, but the request was plain HTTP"))
        .with_hint(hint)
        .with_url(url)
}

/// Whether a response is one with which servers refuse plain HTTP on a TLS port.
pub(crate) fn asks_for_tls(status: u16, url: &Url, body: &[u8]) -> bool {
    /// nginx; Apache; Go's HTTP server.
    const WORDS: [&str; 3] = [
        "plain http request was sent to https port",
        "speaking plain http to an ssl-enabled server port",
        "client sent an http request to an https server",
    ];
    status == 400 && url.scheme() == "http" && {
        let text = String::from_utf8_lossy(body.get(..4096).unwrap_or(body)).to_ascii_lowercase();
        WORDS.iter().any(|words| text.contains(words))
    }
}

type Cause = dyn StdError + 'static;

fn chain(error: &Cause) -> impl Iterator<Item = &Cause> {
    std::iter::successors(Some(error), |error| next(*error))
}

/// An `io::Error` that wraps another hides it from `source`.
fn next(error: &Cause) -> Option<&Cause> {
    match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

fn cause<E: StdError + 'static>(error: &Cause) -> Option<&E> {
    chain(error).find_map(|error| error.downcast_ref::<E>())
}

/// The innermost error of the system: those that wrap it have their own kind.
fn io(error: &Cause) -> Option<Io> {
    chain(error).filter_map(|error| error.downcast_ref::<std::io::Error>()).last().map(std::io::Error::kind)
}

fn mentions(error: &Cause, text: &str) -> bool {
    chain(error).any(|error| error.to_string().contains(text))
}

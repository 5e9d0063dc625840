//! A request that got no answer: why, told apart as far as the machine says.

use std::{error::Error as StdError, time::Duration};

use url::Url;

use super::{TimeLimits, TransportSettings, inflate::GrowsTooMuch};
use crate::{
    error::{Error, ErrorKind, Sent, public_url},
    hint::Hint,
};

const AT_FAULT: &str = "try again; if it stays so, a proxy or the service itself is at fault";
const NOT_HTTP: &str = "use `https://` if that is meant, or check the port";

pub(super) fn explain(error: reqwest::Error, url: &Url, settings: &TransportSettings, limits: TimeLimits) -> Error {
    let shown = public_url(url);
    let place = format!("{}:{}", url.host_str().unwrap_or("?"), url.port_or_known_default().unwrap_or(0));
    // The library's own text names the URL, with its query.
    let error = error.without_url();
    if let Some(growth) = cause::<GrowsTooMuch>(&error) {
        return Error::new(ErrorKind::InvalidResponse, format!("the answer of `{shown}` cannot be read: {growth}"))
            .with_url(url)
            .with_hint("tell the operator of the service, or ask for no compression: `Accept-Encoding: identity`");
    }
    let explained = if let Some(tls) = cause::<rustls::Error>(&error) {
        tls_failure(tls, &place)
    } else if error.is_timeout() {
        let seconds = match (error.is_connect(), limits) {
            (true, limits) => limits.connect.unwrap_or(settings.connect_timeout),
            (false, limits) => limits.total.unwrap_or(settings.timeout),
        };
        too_late(&shown, seconds)
    } else if mentions(&error, "dns error") {
        Error::new(ErrorKind::HostNotFound, format!("the name `{}` does not resolve", url.host_str().unwrap_or("?")))
            .with_hint(format!("check the spelling of `{shown}`, and this machine's DNS"))
    } else if error.is_connect() {
        let refused =
            cause::<std::io::Error>(&error).is_some_and(|it| it.kind() == std::io::ErrorKind::ConnectionRefused);
        let (message, hint) = if refused {
            (format!("nothing listens at `{place}`"), "check the port, and that the service runs")
        } else {
            (format!("cannot connect to `{place}`"), "check the address, the network, and any proxy")
        };
        Error::new(ErrorKind::ConnectionFailed, message).with_hint(hint)
    } else if error.is_builder() {
        Error::new(ErrorKind::InvalidConfig, format!("`{shown}` cannot be asked over HTTP"))
            .with_hint("give a URL that begins with `http://` or `https://`")
    } else {
        let (what, hint) = if error.is_body() || error.is_decode() {
            ("broke off its answer", AT_FAULT)
        } else if cause::<hyper::Error>(&error).is_some_and(hyper::Error::is_parse) {
            ("does not speak HTTP", if url.scheme() == "http" { NOT_HTTP } else { AT_FAULT })
        } else {
            ("closed the connection", AT_FAULT)
        };
        Error::new(ErrorKind::ConnectionFailed, format!("`{place}` {what}")).with_hint(hint)
    };
    let explained = match () {
        () if error.is_connect() => explained.sent(Sent::Nothing),
        () if is_unanswered(&error) => explained.sent(Sent::WithoutAnswer),
        () => explained,
    };
    explained.with_url(url).with_source(error)
}

/// Nothing came for too long.
pub(super) fn silence(url: &Url, limit: Duration) -> Error {
    too_late(&public_url(url), limit).with_url(url)
}

fn too_late(shown: &str, limit: Duration) -> Error {
    Error::new(ErrorKind::Timeout, format!("no answer from `{shown}` within {limit:?}")).with_hint(
        "try again, give more time with "
            + Hint::option("timeout")
            + ", or check that nothing on the way drops packets",
    )
}

/// Whether the connection ended before the first byte of an answer, as one does that the server gave up
/// while it was idle.
fn is_unanswered(error: &reqwest::Error) -> bool {
    use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
    error.is_request()
        && (cause::<hyper::Error>(error).is_some_and(hyper::Error::is_incomplete_message)
            || cause::<std::io::Error>(error)
                .is_some_and(|it| matches!(it.kind(), BrokenPipe | ConnectionAborted | ConnectionReset)))
}

fn tls_failure(error: &rustls::Error, place: &str) -> Error {
    match error {
        rustls::Error::InvalidCertificate(why) => {
            Error::new(ErrorKind::TlsNotTrusted, format!("the certificate of `{place}` is not trusted: {why}"))
                .with_hint("name the CA bundle that signed it with " + Hint::option("cacert"))
        }
        rustls::Error::InvalidMessage(_) => {
            Error::new(ErrorKind::ConnectionFailed, format!("`{place}` does not speak TLS"))
                .with_hint("use `http://` if that is meant, or check the port")
        }
        other => Error::new(ErrorKind::TlsNotTrusted, format!("the TLS handshake with `{place}` failed: {other}")),
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

fn mentions(error: &Cause, text: &str) -> bool {
    chain(error).any(|error| error.to_string().contains(text))
}

//! Explains failures of a proxy.
//!
//! The HTTP library's errors about proxies have no types: they are recognized by their messages, which tests with real
//! proxies (`tests/proxies`) verify.

use http::Response;

use super::{Attempt, Failure, Io, cause, chain, io, mentions, tls};
use crate::{
    error::{Error, ErrorKind, Result, printable},
    hint::Hint,
    transport::proxy::Route,
};

/// Proxies that identify themselves in responses that they send in a server's place.
const PROXIES: [&str; 4] = ["squid", "tinyproxy", "privoxy", "mitmproxy"];

/// SOCKS error messages about the server behind the proxy.
const BEYOND: [&str; 8] = [
    "general server failure",
    "connection not allowed",
    "network unreachable",
    "host unreachable",
    "connection refused",
    "ttl expired",
    "command not supported",
    "address type not supported",
];

/// The proxy's failure, if it is one.
pub(super) fn explain(failure: &Failure, route: &Route, attempt: &Attempt<'_>) -> Option<Error> {
    let failed = |what: String, hint: Hint| Some(Error::new(ErrorKind::ProxyFailed, what).with_hint(hint));
    let error = failure.cause();
    let (place, without, origin) = (attempt.place(), attempt.without(), route.origin());
    let (tunnel, socks, forwards) =
        (mentions(error, "tunnel error"), mentions(error, "socks proxy"), route.forwards(attempt.url));
    // Everything else happens on a connection that the proxy has opened.
    if failure.is_timeout() || !(tunnel || socks || forwards) {
        return None;
    }
    if mentions(error, "resolving for socks proxy") {
        let name = attempt.url.host_str().unwrap_or("?");
        let hint = "with `socks5h://` the proxy resolves names; with `socks5://` and `socks4://` this machine does";
        return Some(
            Error::new(ErrorKind::HostNotFound, format!("the name `{name}` does not resolve")).with_hint(hint),
        );
    }
    let words = ["proxy authorization required", "credentials not accepted", "user/pass authentication"];
    if words.iter().any(|words| mentions(error, words)) || mentions(error, "implements authentication incorrectly") {
        return Some(credentials(route));
    }
    if (tunnel && mentions(error, "unsuccessful")) || mentions(error, "SOCKS error: V4") {
        let hint = if route.has_credentials() {
            Hint::from(format!("perhaps {origin} has a wrong user name or password: the log of the proxy says why; "))
                + without
        } else {
            "the log of the proxy says why; " + without
        };
        return failed(format!("{route} does not connect to `{place}`"), hint);
    }
    if socks && let Some(why) = BEYOND.into_iter().find(|why| mentions(error, &format!("SOCKS error: {why}"))) {
        return failed(
            format!("{route} does not connect to `{place}`: {why}"),
            "the log of the proxy says why; " + without,
        );
    }
    if failure.is_connect() && (forwards || mentions(error, "create underlying connection")) {
        if let Some(error) = cause::<rustls::Error>(error) {
            return Some(tls::explain(error, &route.to_string(), attempt.settings));
        }
        // SOCKS errors expose their cause only in `Debug`.
        let hidden = if socks { chain(error).map(|it| format!("{it:?}")).collect() } else { String::new() };
        if mentions(error, "dns error") || hidden.contains("dns error") {
            let what = format!("the name `{}` of {route} does not resolve", route.host());
            return failed(
                what,
                Hint::from(format!("check its spelling in {origin}, and this machine's DNS; ")) + without,
            );
        }
        if io(error) == Some(Io::ConnectionRefused) || hidden.contains("ConnectionRefused") {
            let hint = Hint::from(format!("check {origin}, and that the proxy runs; ")) + without;
            return failed(format!("nothing listens at {route}"), hint);
        }
        return failed(
            format!("cannot connect to {route}"),
            Hint::from(format!("check {origin}, and the network; ")) + without,
        );
    }
    if failure.is_connect() {
        let hint = Hint::from(format!("check the scheme and the port in {origin}; ")) + without;
        return failed(format!("{route} ended the connection, or is not such a proxy"), hint);
    }
    // A truncated response may be the server's.
    if failure.is_of_the_body() {
        return None;
    }
    let what = if cause::<hyper::Error>(error).is_some_and(hyper::Error::is_parse) {
        "does not speak HTTP"
    } else {
        "closed the connection without an answer"
    };
    failed(format!("{route} {what}"), Hint::from(format!("check {origin}; ")) + without)
}

/// Distinguishes the server's response from one that the proxy sent in its place, as far as the proxy identifies
/// itself.
pub(super) fn judge<B>(answer: Response<B>, route: &Route, attempt: &Attempt<'_>) -> Result<Response<B>> {
    let status = answer.status().as_u16();
    let header = |name: &str| answer.headers().get(name).and_then(|it| it.to_str().ok());
    let own = header("x-squid-error").or_else(|| header("proxy-status")).or_else(|| {
        header("server").filter(|server| PROXIES.iter().any(|name| server.to_ascii_lowercase().starts_with(name)))
    });
    // tinyproxy returns 401 for a wrong password.
    if status == 407 || (status == 401 && own.is_some() && route.has_credentials()) {
        return Err(credentials(route).with_url(attempt.url));
    }
    match own {
        Some(own) if status >= 400 => {
            // squid appends the number of the system's error.
            let (place, own) = (attempt.place(), printable(own.trim_end_matches(" 0")));
            let what = format!("{route} does not pass the request on to `{place}`: HTTP {status} ({own})");
            let error = Error::new(ErrorKind::ProxyFailed, what).with_status(status).with_url(attempt.url);
            Err(error.with_hint("the log of the proxy says why; " + attempt.without()))
        }
        _ => Ok(answer),
    }
}

/// The proxy requires credentials, or rejects them.
pub(super) fn credentials(route: &Route) -> Error {
    let origin = route.origin();
    let (what, hint) = if route.has_credentials() {
        (
            "refuses the user name or the password",
            format!("correct them in {origin}; `@`, `:` and `/` in them are written `%40`, `%3A` and `%2F`"),
        )
    } else {
        ("asks for a user name and a password", format!("put them into {origin}: `http://user:password@host:port`"))
    };
    Error::new(ErrorKind::ProxyFailed, format!("{route} {what}")).with_hint(hint).with_status(407)
}

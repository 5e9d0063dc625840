//! One proxy: its URL in every usual form, and its origin.

use std::fmt;

use http::{HeaderMap, Uri, header::PROXY_AUTHORIZATION};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use url::Url;

use crate::error::{Error, ErrorKind, Result};

const SCHEMES: [&str; 6] = ["http", "https", "socks5", "socks5h", "socks4", "socks4a"];

/// A proxy that requests go through.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Route {
    /// It may contain a user name and a password.
    url: Url,
    /// The option or the variable that sets it, in the form for messages.
    origin: String,
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Route({self})")
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the proxy `{}` ({})", self.shown(), self.origin)
    }
}

impl Route {
    /// Parses a proxy's URL. Without a scheme it is an HTTP proxy.
    pub(crate) fn parse(text: &str, origin: &str) -> Result<Self> {
        let text = text.trim();
        let scheme = text.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
        match scheme.as_deref() {
            Some("socks") => {
                let what = "begins with `socks://`, which does not say which version of SOCKS is meant";
                return Err(refused(origin, what, "write `socks5h://` (the proxy resolves names) or `socks5://`"));
            }
            // Anything but a scheme may be part of a password.
            Some(other) if !SCHEMES.contains(&other) && other.bytes().all(|it| it.is_ascii_alphanumeric()) => {
                let what = format!("begins with `{other}://`, which is not a kind of proxy");
                let known = SCHEMES.map(|it| format!("`{it}://`")).join(", ");
                return Err(refused(origin, &what, &format!("use one of {known}")));
            }
            _ => {}
        }
        let unusable = || {
            let hint = "write it as `http://proxy.example:3128`, with `user:password@` before the host if the proxy \
                        asks for that, or `none`";
            refused(origin, "is not the URL of a proxy", hint)
        };
        let whole = if scheme.is_some() { text.into() } else { format!("http://{}", text.trim_start_matches('/')) };
        let url = Url::parse(&whole).map_err(|_| unusable())?;
        if url.host_str().is_none_or(str::is_empty) || !SCHEMES.contains(&url.scheme()) {
            return Err(unusable());
        }
        let route = Self { url, origin: origin.to_owned() };
        if route.has_credentials() && route.url.scheme().starts_with("socks4") {
            let what = "has a user name or a password, which SOCKS 4 cannot send";
            return Err(refused(origin, what, "remove them, or use `socks5h://`"));
        }
        Ok(route)
    }

    /// The URL without user name and password.
    pub(crate) fn shown(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        format!("{}://{host}:{}", self.url.scheme(), self.port())
    }

    /// Distinguishes it from other proxies: with its user, and without the password.
    pub(crate) fn identity(&self) -> String {
        format!("{} {}", self.shown(), self.url.username())
    }

    pub(crate) fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or(1080)
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// The variable that sets it, if it comes from one.
    pub(crate) fn variable(&self) -> Option<&str> {
        self.origin.strip_prefix("environment variable `")?.strip_suffix('`')
    }

    pub(crate) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    pub(crate) fn has_credentials(&self) -> bool {
        !self.url.username().is_empty() || self.url.password().is_some()
    }

    /// Whether requests to this URL are forwarded by the proxy; otherwise it opens a tunnel.
    pub(crate) fn forwards(&self, target: &Url) -> bool {
        target.scheme() == "http" && matches!(self.url.scheme(), "http" | "https")
    }

    /// Whether the connection to the proxy itself is encrypted.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.url.scheme() == "https"
    }

    pub(crate) fn scheme(&self) -> &str {
        self.url.scheme()
    }

    pub(crate) fn is_socks(&self) -> bool {
        self.scheme().starts_with("socks")
    }

    /// Adds the proxy's credentials to a request that it forwards, unless the request has some.
    pub(crate) fn authorize(&self, target: &Url, headers: &mut HeaderMap) {
        if self.has_credentials()
            && self.forwards(target)
            && let Some(credentials) = self.intercept().as_ref().and_then(Intercept::basic_auth)
        {
            headers.entry(PROXY_AUTHORIZATION).or_insert_with(|| credentials.clone());
        }
    }

    /// Its address and its credentials, in the HTTP library's form.
    pub(crate) fn intercept(&self) -> Option<Intercept> {
        let mut url = self.url.clone();
        if self.is_socks() {
            url.set_port(Some(self.port())).ok()?;
        }
        // It applies to all URLs.
        Matcher::builder().all(String::from(url)).build().intercept(&Uri::from_static("http://any"))
    }
}

fn refused(origin: &str, what: &str, hint: &str) -> Error {
    Error::new(ErrorKind::InvalidConfig, format!("{origin} {what}")).with_hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_written_in_many_forms() {
        for (text, shown, has_credentials) in [
            ("http://proxy.example:3128", "http://proxy.example:3128", false),
            ("HTTP://proxy.example", "http://proxy.example:80", false),
            ("proxy.example:3128", "http://proxy.example:3128", false),
            ("//proxy.example:3128/", "http://proxy.example:3128", false),
            (" proxy.example ", "http://proxy.example:80", false),
            ("127.0.0.1:3128", "http://127.0.0.1:3128", false),
            ("user:marked@proxy.example:3128", "http://proxy.example:3128", true),
            ("http://user:m@rked@proxy.example", "http://proxy.example:80", true),
            ("http://us%40er:m%3Arked@proxy.example", "http://proxy.example:80", true),
            ("https://proxy.example", "https://proxy.example:443", false),
            ("socks5://proxy.example", "socks5://proxy.example:1080", false),
            ("socks5h://user:marked@[::1]:1081", "socks5h://[::1]:1081", true),
            ("socks4a://proxy.example", "socks4a://proxy.example:1080", false),
            ("socks4://127.0.0.1:9", "socks4://127.0.0.1:9", false),
        ] {
            let route = Route::parse(text, "`proxy`").unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!((&*route.shown(), route.has_credentials()), (shown, has_credentials), "{text}");
            assert!(route.intercept().is_some(), "{text}");
            assert!(!format!("{route:?} {route}").contains("rked"), "{route:?}");
        }
    }

    #[test]
    fn what_is_no_proxy_is_refused_by_its_name_and_not_shown() {
        for (text, part) in [
            ("", "is not the URL of a proxy"),
            ("http://", "is not the URL of a proxy"),
            ("socks5://", "is not the URL of a proxy"),
            ("http://marked:port", "is not the URL of a proxy"),
            ("user:marked://proxy.example", "is not the URL of a proxy"),
            ("ftp://marked@proxy", "begins with `ftp://`"),
            ("socks://marked@proxy", "which version of SOCKS"),
            ("socks6://marked@proxy", "begins with `socks6://`"),
            ("socks4://user:marked@proxy", "SOCKS 4"),
        ] {
            let error = Route::parse(text, "environment variable `http_proxy`").expect_err(text);
            assert_eq!(error.kind(), ErrorKind::InvalidConfig, "{text}");
            let shown = format!("{error} {error:?}");
            assert!(shown.starts_with("environment variable `http_proxy` ") && error.hint().is_some(), "{shown}");
            assert!(shown.contains(part) && !shown.contains("marked"), "{text}: {shown}");
        }
    }
}

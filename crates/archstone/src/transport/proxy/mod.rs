//! Selects the proxy for a request: from the option `proxy` or, if that does not cover a URL, from the environment.
//!
//! The variables are read as by Python's requests: in lower case first, where an empty one hides the one in upper case.
//! `HTTP_PROXY` is ignored if `REQUEST_METHOD` is set: a web server that runs a CGI program puts the client's header
//! `Proxy` there.

mod exceptions;
mod route;
mod rules;

use std::sync::Arc;

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

pub(crate) use route::Route;
pub(crate) use rules::Rules;

use super::{Proxy, TransportSettings};
use crate::{error::Result, host::Host};
use exceptions::Exceptions;

/// The proxies for one cloud.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proxies {
    option: Rules,
    environment: Rules,
    /// If nothing is configured, the settings of macOS and Windows apply.
    system: Option<Arc<Matcher>>,
}

/// The route to a URL.
#[derive(Clone, Debug)]
pub(crate) enum Way {
    /// Without a proxy.
    Direct,
    /// Through this proxy.
    Through(Arc<Route>),
}

impl Proxies {
    pub(crate) fn of(settings: &TransportSettings, host: &Host) -> Self {
        // All connections go to a UNIX socket.
        if settings.unix_socket.is_some() {
            return Self::default();
        }
        let option = match &settings.proxy {
            Proxy::Direct => return Self::default(),
            Proxy::Through(text) => {
                let origin = settings.origins.proxy.as_deref().unwrap_or("`proxy`");
                Rules::parse(text.expose(), origin).unwrap_or_else(|error| Rules::all(Err(error)))
            }
            Proxy::System => Rules::default(),
        };
        let mut environment = Rules::default();
        for (scheme, name) in [("http", "http_proxy"), ("https", "https_proxy")] {
            if let Some((name, text)) = variable(host, name).or_else(|| variable(host, "all_proxy")) {
                environment
                    .add(scheme, text.and_then(|it| Route::parse(&it, &format!("environment variable `{name}`"))));
            }
        }
        let has_settings = cfg!(any(windows, target_os = "macos"));
        let system = (has_settings && environment.is_empty()).then(|| Arc::new(Matcher::from_system()));
        let given = settings.no_proxy.as_deref().map(Exceptions::parse);
        let named = || Some(Exceptions::parse(&variable(host, "no_proxy")?.1.ok()?));
        Self {
            option: option.except(given.clone().unwrap_or_default()),
            environment: environment.except(given.or_else(named).unwrap_or_default()),
            system,
        }
    }

    /// Whether a URL bypasses a proxy that would otherwise apply.
    pub(crate) fn is_excepted(&self, url: &Url) -> bool {
        [&self.option, &self.environment].into_iter().any(|rules| !rules.is_empty() && rules.exclude(url))
    }

    /// The route to a URL.
    ///
    /// # Errors
    ///
    /// [`InvalidConfig`](crate::ErrorKind::InvalidConfig) when the proxy for it is invalid.
    pub(crate) fn to(&self, url: &Url) -> Result<Way> {
        match self.option.of(url).or_else(|| self.environment.of(url)) {
            Some(way) => way,
            None if self.environment.exclude(url) => Ok(Way::Direct),
            None => self.way_of_the_system(url),
        }
    }

    fn way_of_the_system(&self, url: &Url) -> Result<Way> {
        let proxy = self.system.as_ref().and_then(|settings| settings.intercept(&Uri::try_from(url.as_str()).ok()?));
        let Some(proxy) = proxy else { return Ok(Way::Direct) };
        let route = Route::parse(&proxy.uri().to_string(), "the system's settings")?;
        Ok(Way::Through(Arc::new(route)))
    }
}

/// A variable by its name in lower case, or else in upper case. An empty one counts as unset, and hides the other.
fn variable(host: &Host, name: &str) -> Option<(String, Result<String>)> {
    let is_cgi = name == "http_proxy" && host.variable("REQUEST_METHOD").is_some();
    let (lower, upper) = (name.to_owned(), name.to_ascii_uppercase());
    let names = match is_cgi {
        false => vec![lower, upper],
        // There, both names refer to the same variable.
        true if cfg!(windows) => vec![],
        true => vec![lower],
    };
    let (name, value) = names.into_iter().find_map(|name| host.set_variable(&name).map(|value| (name, value)))?;
    match value {
        Ok(text) if text.trim().is_empty() => None,
        value => Some((name, value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Variables = &'static [(&'static str, &'static str)];

    /// The proxy of a URL, with the option or variable that names it.
    fn way(settings: &TransportSettings, variables: &[(&str, &str)], url: &str) -> String {
        let host = Host::made(variables.iter().copied());
        match Proxies::of(settings, &host).to(&Url::parse(url).expect("a URL")) {
            Ok(Way::Direct) => "direct".into(),
            Ok(Way::Through(route)) => format!("{} {}", route.shown(), route.origin()),
            Err(error) => format!("{error}"),
        }
    }

    #[test]
    fn the_environment_is_read_as_requests_reads_it() {
        let (http, https) = ("http://keystone.example:5000/v3", "https://keystone.example/v3");
        #[rustfmt::skip]
        let cases: &[(Variables, &str, &str)] = &[
            (&[], http, "direct"),
            (&[("http_proxy", "http://p:1")], http, "http://p:1 environment variable `http_proxy`"),
            (&[("http_proxy", "http://p:1")], https, "direct"),
            (&[("HTTP_PROXY", "p:1")], http, "http://p:1 environment variable `HTTP_PROXY`"),
            (&[("HTTPS_PROXY", "p:1")], https, "http://p:1 environment variable `HTTPS_PROXY`"),
            (&[("https_proxy", "socks5h://p")], https, "socks5h://p:1080 environment variable `https_proxy`"),
            (&[("http_proxy", "p:1"), ("HTTP_PROXY", "q:2")], http, "http://p:1 environment variable `http_proxy`"),
            (&[("http_proxy", ""), ("HTTP_PROXY", "q:2")], http, "direct"),
            (&[("http_proxy", ""), ("all_proxy", "q:2")], http, "http://q:2 environment variable `all_proxy`"),
            (&[("ALL_PROXY", "q:2")], https, "http://q:2 environment variable `ALL_PROXY`"),
            (&[("all_proxy", ""), ("ALL_PROXY", "q:2")], https, "direct"),
            (&[("ALL_PROXY", "q:2"), ("https_proxy", "p:1")], https, "http://p:1 environment variable `https_proxy`"),
            (&[("HTTP_PROXY", "p:1"), ("REQUEST_METHOD", "GET")], http, "direct"),
            (&[("http_proxy", "p:1"), ("REQUEST_METHOD", "GET")], http, "http://p:1 environment variable `http_proxy`"),
            (&[("HTTPS_PROXY", "p:1"), ("REQUEST_METHOD", "GET")], https, "http://p:1 environment variable `HTTPS_PROXY`"),
            (&[("HTTP_PROXY", "p:1"), ("ALL_PROXY", "q:2"), ("REQUEST_METHOD", "GET")], http, "http://q:2 environment variable `ALL_PROXY`"),
            (&[("http_proxy", "p:1"), ("no_proxy", "keystone.example")], http, "direct"),
            (&[("http_proxy", "p:1"), ("NO_PROXY", "example:5000")], http, "direct"),
            (&[("http_proxy", "p:1"), ("no_proxy", ""), ("NO_PROXY", "example")], http, "http://p:1 environment variable `http_proxy`"),
            (&[("http_proxy", "p:1"), ("no_proxy", "other"), ("NO_PROXY", "*")], http, "http://p:1 environment variable `http_proxy`"),
            (&[("http_proxy", "ftp://p:1")], http, "environment variable `http_proxy` begins with `ftp://`, which is not a kind of proxy"),
            (&[("http_proxy", "ftp://p:1")], https, "direct"),
            (&[("http_proxy", "ftp://p:1"), ("no_proxy", "*")], http, "direct"),
            (&[("ftp_proxy", "p:1"), ("proxy", "p:1"), ("Http_Proxy", "p:1")], http, "direct"),
        ];
        for (variables, url, wanted) in cases {
            assert_eq!(way(&TransportSettings::default(), variables, url), *wanted, "{variables:?} {url}");
        }
    }

    #[test]
    fn options_are_stronger_than_the_environment() {
        let environment = &[("http_proxy", "http://p:1"), ("no_proxy", "b.example")];
        let given = |proxy: Proxy, no_proxy: Option<&str>| {
            let no_proxy = no_proxy.map(ToOwned::to_owned);
            TransportSettings { proxy, no_proxy, ..TransportSettings::default() }
        };
        let option = || Proxy::Through("q:2".into());
        let (of_option, of_variable) = ("http://q:2 `proxy`", "http://p:1 environment variable `http_proxy`");
        for (settings, a, b) in [
            (given(Proxy::System, None), of_variable, "direct"),
            (given(Proxy::System, Some("a.example")), "direct", of_variable),
            (given(Proxy::Direct, None), "direct", "direct"),
            (given(option(), None), of_option, of_option),
            (given(option(), Some("a.example")), "direct", of_option),
        ] {
            let ways = ["http://a.example", "http://b.example"].map(|url| way(&settings, environment, url));
            assert_eq!(ways, [a, b], "{settings:?}");
        }
        let list = given(Proxy::Through("http://a.example=http://q:2".into()), None);
        assert_eq!(way(&list, environment, "http://a.example"), of_option);
        assert_eq!(way(&list, environment, "http://c.example"), of_variable);
        assert_eq!(way(&list, environment, "http://b.example"), "direct");
        let socket = TransportSettings { unix_socket: Some("/s".into()), ..given(option(), None) };
        assert_eq!(way(&socket, environment, "http://a.example"), "direct");
    }
}

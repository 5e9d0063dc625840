//! The cookies of one login: RFC 6265, as far as a session of a few seconds needs it.

use http::header::{HeaderMap, SET_COOKIE};
use url::{Host, Url};

use crate::secret::Secret;

/// A login never needs more or longer ones.
const MOST: usize = 64;
const LONGEST: usize = 8 << 10;

/// The cookies that servers have set, each for its host.
#[derive(Default)]
pub(super) struct Cookies(Vec<Cookie>);

struct Cookie {
    host: String,
    /// Whether it is also sent to subdomains of that host.
    is_of_domain: bool,
    /// Whether it is sent only over TLS.
    is_secure: bool,
    name: String,
    value: Secret,
}

impl Cookies {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Stores the cookies that a response sets.
    pub(super) fn learn(&mut self, url: &Url, headers: &HeaderMap) {
        for header in headers.get_all(SET_COOKIE) {
            let Some(text) = header.to_str().ok().filter(|text| text.len() <= LONGEST) else { continue };
            let mut parts = text.split(';').map(str::trim);
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { continue };
            let attributes: Vec<_> = parts.map(|it| it.split_once('=').unwrap_or((it, ""))).collect();
            let attribute = |wanted: &str| {
                attributes.iter().rev().find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted)).map(|it| it.1.trim())
            };
            let Some((host, is_of_domain)) = scope(url, attribute("domain")) else { continue };
            let name = name.trim();
            self.0.retain(|known| (&*known.name, &*known.host) != (name, &*host));
            let has_ended = attribute("max-age").and_then(|it| it.parse::<i64>().ok()).is_some_and(|it| it <= 0);
            if has_ended || value.trim().is_empty() || self.0.len() == MOST {
                continue;
            }
            let (name, value) = (name.to_owned(), value.trim().into());
            let is_secure = attribute("secure").is_some();
            self.0.push(Cookie { host, is_of_domain, is_secure, name, value });
        }
    }

    /// The value of `Cookie` for a request; `None` if there is no cookie. `is_private` says whether the connection
    /// cannot be read by others.
    pub(super) fn header(&self, url: &Url, is_private: bool) -> Option<Secret> {
        let asked = host(url)?;
        let is_for = |cookie: &&Cookie| {
            let below = || asked.strip_suffix(&*cookie.host).is_some_and(|it| it.ends_with('.'));
            (asked == cookie.host || cookie.is_of_domain && below()) && (is_private || !cookie.is_secure)
        };
        let pairs: Vec<_> =
            self.0.iter().filter(is_for).map(|it| format!("{}={}", it.name, it.value.expose())).collect();
        (!pairs.is_empty()).then(|| pairs.join("; ").into())
    }
}

fn host(url: &Url) -> Option<String> {
    url.host_str().map(str::to_ascii_lowercase)
}

/// The hosts for which a server may set a cookie; `None` if it claims hosts other than its own.
fn scope(url: &Url, domain: Option<&str>) -> Option<(String, bool)> {
    let own = host(url)?;
    let domain = domain.map(|it| it.trim_start_matches('.').to_ascii_lowercase()).filter(|it| !it.is_empty());
    match domain {
        None => Some((own, false)),
        // Python's clients drop it if the host has no dot; mellon always sends it.
        Some(domain) if domain == own => Some((own, true)),
        Some(domain) => {
            let is_name = matches!(url.host(), Some(Host::Domain(_)));
            let is_below = own.strip_suffix(&*domain).is_some_and(|it| it.ends_with('.'));
            (is_name && is_below && domain.contains('.')).then_some((domain, true))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_goes_to_the_hosts_that_may_have_it() {
        let learn = |cookies: &mut Cookies, url: &str, texts: &[&str]| {
            let mut headers = HeaderMap::new();
            for text in texts {
                headers.append(SET_COOKIE, text.parse().expect("a header"));
            }
            cookies.learn(&url.parse().expect("a URL"), &headers);
        };
        let sent = |cookies: &Cookies, url: &str| {
            let url: Url = url.parse().expect("a URL");
            let value = cookies.header(&url, url.scheme() == "https");
            value.map(|it| it.expose().to_owned()).unwrap_or_default()
        };
        let mut cookies = Cookies::default();
        learn(
            &mut cookies,
            "https://sp.example.org/a",
            &["one=1; Path=/; HttpOnly", "two=a=b; domain=.Example.org; secure"],
        );
        assert_eq!(sent(&cookies, "https://SP.example.org:5000/v3"), "one=1; two=a=b");
        assert_eq!(sent(&cookies, "https://other.example.org/"), "two=a=b");
        assert_eq!(sent(&cookies, "http://sp.example.org/"), "one=1");
        for elsewhere in ["https://badexample.org/", "https://example.com/", "https://a.sp.example.org.evil.com/"] {
            assert_eq!(sent(&cookies, elsewhere), "", "{elsewhere}");
        }
        // Cookies for another server, or for all servers, are ignored.
        learn(&mut cookies, "https://evil.com/", &["one=evil; Domain=sp.example.org", "x=y; Domain=com"]);
        assert_eq!(sent(&cookies, "https://sp.example.org/"), "one=1; two=a=b");
        assert_eq!(sent(&cookies, "https://else.com/"), "");
        // Replaced, expired, malformed, too long.
        learn(
            &mut cookies,
            "https://sp.example.org/",
            &["one=2", "two=; Domain=example.org", "x", &"y=".repeat(8 << 10)],
        );
        assert_eq!(sent(&cookies, "https://sp.example.org/"), "one=2");
        learn(&mut cookies, "https://sp.example.org/", &["one=3; Max-Age=0"]);
        assert!(cookies.is_empty());
        // Hosts without a dot, and IP addresses.
        for host in ["localhost", "127.0.0.1", "[::1]"] {
            let url = format!("https://{host}:35357/");
            learn(&mut cookies, &url, &[&format!("s=1; domain={host}; secure")]);
            assert_eq!(sent(&cookies, &url), "s=1", "{host}");
        }
        learn(&mut cookies, "https://10.0.0.1/", &["t=1; domain=0.0.1"]);
        assert_eq!(sent(&cookies, "https://10.0.0.1/"), "");
        // A server cannot exhaust the memory.
        for number in 0..100 {
            learn(&mut cookies, "https://many.example.org/", &[&format!("c{number}=1")]);
        }
        assert!(cookies.0.len() <= MOST);
    }
}

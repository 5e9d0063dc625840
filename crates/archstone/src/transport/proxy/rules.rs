//! The option `proxy`: one proxy for all URLs, or a list of proxies for different URLs.
//!
//! The keys of a list, and their precedence, are those of the dictionary `proxies` of Python's requests.

use std::sync::Arc;

use url::Url;

use super::{Way, exceptions::Exceptions, route::Route};
use crate::{
    error::{Error, ErrorKind, Result},
    text::printable,
};

/// The proxies for different URLs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    rules: Vec<Rule>,
    direct: Exceptions,
}

#[derive(Clone, Debug)]
struct Rule {
    urls: Urls,
    way: Result<Way>,
}

/// The URLs of a scheme, of a host, of both, or all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Urls {
    scheme: Option<&'static str>,
    host: Option<String>,
}

impl Rules {
    /// Parses a proxy's URL, `none`, or a list such as `http=http://proxy:3128 https://keystone.example=none`.
    ///
    /// # Errors
    ///
    /// [`InvalidConfig`](crate::ErrorKind::InvalidConfig) when a part of it is invalid.
    pub(crate) fn parse(text: &str, origin: &str) -> Result<Self> {
        let way = |text: &str| match text {
            "none" => Ok(Way::Direct),
            text => Route::parse(text, origin).map(|route| Way::Through(Arc::new(route))),
        };
        let words: Vec<_> = text.split_whitespace().collect();
        if !words.iter().any(|word| entry(word).is_some()) {
            return Ok(Self::all(Ok(way(text.trim())?)));
        }
        let rule = |word: &&str| {
            // An invalid entry may contain a password.
            let (key, value) = entry(word)
                .ok_or_else(|| refused(format!("{origin} is a list of proxies of which an entry is not `KEY=URL`")))?;
            let urls = Urls::parse(key).ok_or_else(|| {
                refused(format!("{origin} has a proxy for `{}`, which is not a kind of URLs", printable(key)))
            })?;
            Ok(Rule { urls, way: Ok(way(value)?) })
        };
        Ok(Self { rules: words.iter().map(rule).collect::<Result<_>>()?, ..Self::default() })
    }

    /// The same route for all URLs.
    pub(super) fn all(way: Result<Way>) -> Self {
        Self { rules: vec![Rule { urls: Urls::default(), way }], ..Self::default() }
    }

    pub(super) fn add(&mut self, scheme: &'static str, route: Result<Route>) {
        let urls = Urls { scheme: Some(scheme), host: None };
        self.rules.push(Rule { urls, way: route.map(|it| Way::Through(Arc::new(it))) });
    }

    pub(super) fn except(self, direct: Exceptions) -> Self {
        Self { direct, ..self }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Whether a URL is excluded from any proxy.
    pub(super) fn exclude(&self, url: &Url) -> bool {
        self.direct.include(url)
    }

    /// The route to a URL; `None` if no rule matches.
    ///
    /// A scheme with a host takes precedence over the scheme, and the scheme over a host with any scheme, as in
    /// requests.
    pub(super) fn of(&self, url: &Url) -> Option<Result<Way>> {
        let fitting = self.rules.iter().filter(|it| it.urls.include(url));
        let rule = fitting.max_by_key(|it| (it.urls.scheme.is_some(), it.urls.host.is_some()))?;
        Some(if self.exclude(url) { Ok(Way::Direct) } else { rule.way.clone() })
    }
}

impl Urls {
    fn parse(key: &str) -> Option<Self> {
        let (scheme, host) = key.split_once("://").map_or((key, None), |(scheme, host)| (scheme, Some(host)));
        let scheme = match scheme {
            "http" => Some("http"),
            "https" => Some("https"),
            "all" => None,
            _ => return None,
        };
        let Some(host) = host else { return Some(Self { scheme, host: None }) };
        let bracketed = if host.contains(':') && !host.starts_with('[') { &format!("[{host}]") } else { host };
        let host = url::Host::parse(bracketed).ok()?.to_string();
        Some(Self { scheme, host: Some(host) })
    }

    fn include(&self, url: &Url) -> bool {
        self.scheme.is_none_or(|scheme| scheme == url.scheme())
            && self.host.as_deref().is_none_or(|host| url.host_str() == Some(host))
    }
}

/// The key and the value of an entry. The user name of a proxy's URL may contain a `=`, but only before the host ends.
fn entry(word: &str) -> Option<(&str, &str)> {
    let (key, value) = word.split_once('=')?;
    (value == "none" || value.contains("://")).then_some((key, value))
}

fn refused(what: String) -> Error {
    Error::new(ErrorKind::InvalidConfig, what).with_hint(
        "write entries such as `http=http://proxy.example:3128`, `https://keystone.example=none` or \
         `all=socks5h://proxy.example`, with blanks between them",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_says_which_proxy_is_for_which_url() {
        let list = "http=http://a:1 https=http://b:2 http://Keystone.Example=http://c:3 all://other=http://d:4 \
                    https://other=none all=socks5h://u:p=w@e all://::1=http://f:6 ";
        for (list, url, way) in [
            (list, "http://x", "http://a:1"),
            (list, "https://x:5000/v3", "http://b:2"),
            (list, "http://keystone.example:5000/v3", "http://c:3"),
            (list, "https://keystone.example", "http://b:2"),
            (list, "http://other", "http://a:1"),
            (list, "https://other", "direct"),
            (list, "http://[::1]", "http://a:1"),
            ("all://other=http://d:4 all=http://e:5", "https://other", "http://d:4"),
            ("all://other=http://d:4 all=http://e:5", "https://x", "http://e:5"),
            ("all://::1=none", "https://[::1]:1", "direct"),
            ("all://::1=none", "https://x", "nothing is said"),
            ("http=http://p:1", "http://x", "http://p:1"),
            ("none", "http://x", "direct"),
            (" p:1 ", "http://x", "http://p:1"),
            // These are not lists.
            ("http://user=x:pw@p:1", "http://x", "http://p:1"),
            ("user=x:p w@p:1", "http://x", "http://p:1"),
        ] {
            let rules = Rules::parse(list, "`proxy`").unwrap_or_else(|error| panic!("{list}: {error}"));
            let shown = match rules.of(&Url::parse(url).expect("a URL")) {
                Some(Ok(Way::Through(route))) => route.shown(),
                Some(_) => "direct".into(),
                None => "nothing is said".into(),
            };
            assert_eq!(shown, way, "{list} {url}");
        }
    }

    #[test]
    fn a_list_with_a_mistake_is_refused_and_not_shown() {
        for (list, words) in [
            ("http=http://u:marked@a:1 u:marked@b:1", "is a list of proxies of which an entry is not `KEY=URL`"),
            ("http=http://a:1 https=b:1", "is a list of proxies of which an entry is not `KEY=URL`"),
            ("http=http://a:1 ftp=http://b:1", "has a proxy for `ftp`, which is not a kind of URLs"),
            ("https://a:5000=http://u:marked@b:1", "has a proxy for `https://a:5000`, which is not a kind of URLs"),
            ("https://=none", "has a proxy for `https://`, which is not a kind of URLs"),
            ("http=ftp://a:1", "begins with `ftp://`, which is not a kind of proxy"),
        ] {
            let error = Rules::parse(list, "`proxy`").expect_err(list);
            assert_eq!(error.to_string(), format!("`proxy` {words}"));
            assert!(!format!("{error:?} {error:#}").contains("marked"), "{error:#}");
        }
    }
}

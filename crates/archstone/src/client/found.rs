//! A service's endpoint, cached as long as the catalog that it came from.

use std::{
    fmt,
    hash::{Hash, Hasher},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use arc_swap::ArcSwapOption;
use rustc_hash::FxHasher;
use url::Url;

use super::Client;
use crate::{
    access::Access,
    catalog::VersionedEndpoint,
    error::{Error, ErrorKind, Result, printable, public_url},
};

/// The cached endpoint of a service client. A clone starts empty, since it may be configured differently.
#[derive(Default)]
pub(super) struct Found(ArcSwapOption<FoundEndpoint>);

/// An endpoint, and how it was found.
#[derive(Debug)]
pub(super) struct FoundEndpoint {
    pub(super) endpoint: VersionedEndpoint,
    /// The path without a trailing slash.
    path: String,
    /// A polling caller requests the same path repeatedly: the last path with its URL, once it has been requested twice
    /// in a row.
    last: ArcSwapOption<(String, Url)>,
    last_hash: AtomicU64,
    /// The token that the catalog belongs to; `None` if there is no catalog.
    access: Option<Arc<Access>>,
}

impl Found {
    /// The cached endpoint, if the client's token and catalog are still the same.
    pub(super) fn of(&self, client: &Client) -> Option<Arc<FoundEndpoint>> {
        let found = self.0.load();
        let found = found.as_ref()?;
        let is_same = match &found.access {
            None => client.0.slot.with_current(|_| ()).is_none(),
            Some(access) => {
                client.0.slot.with_current(|current| std::ptr::eq(current, Arc::as_ptr(access))).unwrap_or(true)
            }
        };
        is_same.then(|| Arc::clone(found))
    }

    pub(super) fn keep(&self, client: &Client, endpoint: VersionedEndpoint) -> Arc<FoundEndpoint> {
        let path = endpoint.url.path().trim_end_matches('/').to_owned();
        let access = client.0.slot.current();
        let (last, last_hash) = (ArcSwapOption::empty(), AtomicU64::new(0));
        let found = Arc::new(FoundEndpoint { endpoint, path, last, last_hash, access });
        self.0.store(Some(Arc::clone(&found)));
        found
    }
}

impl FoundEndpoint {
    /// The URL of a path, which may have a query.
    ///
    /// # Errors
    ///
    /// When the path leaves the endpoint (`../..`): the token is not meant for that.
    pub(super) fn below(&self, path: &str) -> Result<Url> {
        if let Some(last) = self.last.load().as_ref().filter(|last| last.0 == path) {
            return Ok(last.1.clone());
        }
        let url = self.made_below(path);
        let rest = url.path().strip_prefix(self.path.as_str());
        if !rest.is_some_and(|rest| rest.starts_with('/')) {
            let shown = printable(path.split('?').next().unwrap_or_default());
            let message = format!("the path `{shown}` leaves the endpoint `{}`", public_url(&self.endpoint.url));
            return Err(Error::new(ErrorKind::InvalidRequest, message)
                .with_hint("a token goes only where the catalog says: to send it elsewhere, use `client.request(…)`"));
        }
        let mut hasher = FxHasher::default();
        path.hash(&mut hasher);
        let hash = hasher.finish();
        if self.last_hash.swap(hash, Ordering::Relaxed) == hash {
            self.last.store(Some(Arc::new((path.to_owned(), url.clone()))));
        }
        Ok(url)
    }

    fn made_below(&self, path: &str) -> Url {
        let (path, query) = match path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path, None),
        };
        let mut url = self.endpoint.url.clone();
        url.set_path(&[&self.path, "/", path.trim_start_matches('/')].concat());
        if query.is_some() || url.query().is_some() {
            url.set_query(query);
        }
        url
    }
}

impl Clone for Found {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = self.0.load();
        f.debug_tuple("Found").field(&found.as_ref().map(|it| it.endpoint.url.as_str())).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_its_own_url_however_often_it_comes() {
        let client = Client::builder().token_id("t").mgmt_url("http://127.0.0.1:9/v3").build().expect("a client");
        let url: Url = "http://h:8774/v2.1/".parse().expect("a URL");
        let found = Found::default().keep(&client, VersionedEndpoint::listed(url));
        let paths = ["servers", "servers", "servers", "/servers?limit=1", "servers", "a%2Fb", "a%2Fb", "a%2Fb", ""];
        let urls: Vec<_> = paths.iter().map(|path| found.below(path).expect("a URL").to_string()).collect();
        let expected = ["servers", "servers", "servers", "servers?limit=1", "servers", "a%2Fb", "a%2Fb", "a%2Fb", ""];
        assert_eq!(urls, expected.map(|it| format!("http://h:8774/v2.1/{it}")));
    }

    #[test]
    fn no_path_leaves_the_endpoint() {
        let client = Client::builder().token_id("t").mgmt_url("http://127.0.0.1:9/v3").build().expect("a client");
        let found = |url: &str| Found::default().keep(&client, VersionedEndpoint::listed(url.parse().expect("a URL")));
        let (nova, root) = (found("http://h/compute/v2.1"), found("http://h:8774"));
        for path in [
            "../../x",
            "..",
            "a/../../x",
            "/../x",
            "%2e%2e/x",
            ".%2E/x",
            "..\\x",
            "a\\..\\..\\x",
            "../v2.10/x",
            "\t../x",
        ] {
            let error = nova.below(path).expect_err("a way out");
            assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{path}");
        }
        for (path, url) in [("a/../b", "b"), ("./a", "a"), ("..a", "..a"), ("a?x=../..", "a?x=../.."), ("//b", "b")] {
            assert_eq!(nova.below(path).expect("a URL").as_str(), format!("http://h/compute/v2.1/{url}"), "{path}");
        }
        // The root has no parent.
        assert_eq!(root.below("../x").expect("a URL").as_str(), "http://h:8774/x");
    }
}

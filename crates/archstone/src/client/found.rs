//! A service's endpoint, kept as long as the catalog that it came from.

use std::{fmt, sync::Arc};

use arc_swap::ArcSwapOption;
use url::Url;

use super::Client;
use crate::{access::Access, catalog::VersionedEndpoint};

/// The place of what a service client has found. A copy of it is empty: it may be told to look elsewhere.
#[derive(Default)]
pub(super) struct Found(ArcSwapOption<FoundEndpoint>);

/// An endpoint, and what it was found by.
#[derive(Debug)]
pub(super) struct FoundEndpoint {
    pub(super) endpoint: VersionedEndpoint,
    /// The path without a slash at its end.
    path: String,
    /// What the catalog is of; `None` when there is no catalog.
    access: Option<Arc<Access>>,
}

impl Found {
    /// What was found, if the client's token and catalog are still the same.
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
        let found = Arc::new(FoundEndpoint { endpoint, path, access: client.0.slot.current() });
        self.0.store(Some(Arc::clone(&found)));
        found
    }
}

impl FoundEndpoint {
    /// The URL of a path, which may have a query.
    pub(super) fn below(&self, path: &str) -> Url {
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

//! Paginated lists: guards against lists that never end.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
};

use url::Url;

use crate::error::{Error, ErrorKind, Result, public_url};

/// The pages of a list so far. A list may be of any length, but it must make progress.
#[derive(Debug, Default)]
pub(crate) struct Trail {
    /// The hashes of the queries: a few megabytes for a hundred thousand pages.
    seen: HashSet<u64>,
}

impl Trail {
    /// Records that a page was requested.
    pub(crate) fn asked(&mut self, query: &[(String, String)]) {
        self.seen.insert(digest(query));
    }

    /// The query of the next page, from the link or the marker of the current one. The order of its parameters does not
    /// matter.
    ///
    /// # Errors
    ///
    /// When the page has no items, or leads back to an earlier one: such a list would never end.
    pub(crate) fn next(
        &mut self,
        url: &Url,
        items: usize,
        query: Vec<(String, String)>,
    ) -> Result<Vec<(String, String)>> {
        let endless = |what: &str| {
            Error::new(
                ErrorKind::InvalidResponse,
                format!("the list at `{}` {what}: it would never end", public_url(url)),
            )
            .with_url(url)
            .with_hint("tell the operator of the service")
        };
        if items == 0 {
            return Err(endless("has a page without items that leads to another"));
        }
        if !self.seen.insert(digest(&query)) {
            return Err(endless("leads back to a page that was read"));
        }
        Ok(query)
    }
}

fn digest(query: &[(String, String)]) -> u64 {
    let mut sorted: Vec<_> = query.iter().collect();
    sorted.sort();
    let mut hasher = DefaultHasher::new();
    sorted.hash(&mut hasher);
    hasher.finish()
}

//! What a store keeps, for people: never a token.

use std::{sync::Arc, time::Duration};

use super::{Entry, Numbers, Store, Trouble};
use crate::{
    access::Access,
    error::{Error, ErrorKind, Result},
    hint::Hint,
    host::Host,
};

/// The store that keeps a client's token between runs: see [`crate::Client::token_store`].
#[derive(Clone, Debug)]
pub struct TokenStore<'a> {
    store: Arc<dyn Store>,
    /// Of the client that asks.
    entry: Option<&'a Entry>,
    host: Host,
}

/// What a store keeps.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenStoreStatus {
    /// Where it is: a folder, or a URL without any password.
    pub place: String,
    /// The token of the client that asked, when one is kept.
    pub own: Option<StoredToken>,
    /// What others keep there, which only their secrets open; `None` where the store cannot tell.
    pub others: Option<Vec<StoredToken>>,
    /// How many tokens other versions of Archstone keep there in another format. They are never used, and end by
    /// themselves. `None` where the store cannot tell.
    pub outdated: Option<usize>,
}

/// A token in a store, as far as it may be known.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StoredToken {
    /// Under which name it is kept. It tells nothing about whose it is.
    pub name: String,
    /// All that is known of it, where the client's secret opens it.
    pub access: Option<Arc<Access>>,
    /// How many bytes it takes.
    pub size: u64,
    /// How long ago it was kept; `None` where the store cannot tell.
    pub age: Option<Duration>,
    /// How long it lives still; `None` where the store cannot tell and the secret does not open it.
    pub remaining: Option<Duration>,
    /// How often it was taken from the store: so many logins were saved.
    pub hits: u64,
    /// How many logins there were for it.
    pub logins: u64,
}

impl<'a> TokenStore<'a> {
    pub(crate) fn new(entry: &'a Entry, host: &Host) -> Self {
        Self { store: entry.shared_store(), entry: Some(entry), host: host.clone() }
    }

    /// A store of which nothing can be opened.
    pub(in crate::auth) fn unopened(store: Arc<dyn Store>, host: &Host) -> Self {
        Self { store, entry: None, host: host.clone() }
    }

    /// Where it is: a folder, or a URL without any password.
    #[must_use]
    pub fn place(&self) -> String {
        self.store.shown()
    }

    /// Whether it is a store that hosts share, which takes requests to read.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.store.is_shared()
    }

    /// This client's token as the store has it, past the memory of the process. `None` where there is none that
    /// opens, or the store does not answer.
    pub async fn access(&self) -> Option<Arc<Access>> {
        self.entry?.look(&self.host).await?.access
    }

    /// What it keeps.
    ///
    /// # Errors
    ///
    /// [`ConnectionFailed`](ErrorKind::ConnectionFailed) when the store does not answer.
    pub async fn status(&self) -> Result<TokenStoreStatus> {
        let store = &*self.store;
        let own_name = self.entry.map(Entry::name);
        let mut own = None;
        if let Some(name) = own_name
            && let Some(numbers) = self.answer(store.numbers(name).await)?
        {
            own = Some(StoredToken::new(name, numbers, self.access().await));
        }
        let (others, outdated) = match self.answer(store.list().await)? {
            None => (None, None),
            Some(listing) => {
                let mut others = Vec::new();
                for name in listing.names.iter().filter(|name| Some(name.as_str()) != own_name) {
                    if let Some(numbers) = self.answer(store.numbers(name).await)? {
                        others.push(StoredToken::new(name, numbers, None));
                    }
                }
                (Some(others), Some(listing.outdated))
            }
        };
        Ok(TokenStoreStatus { place: self.place(), own, others, outdated })
    }

    /// Removes this client's token, and what was counted. Returns whether there was one.
    ///
    /// The token itself stays good: [`log_out`](crate::Client::log_out) ends it.
    ///
    /// # Errors
    ///
    /// [`ConnectionFailed`](ErrorKind::ConnectionFailed) when the store does not answer.
    pub async fn clear(&self) -> Result<bool> {
        match self.entry {
            Some(entry) => self.answer(self.store.clear(entry.name()).await),
            None => Ok(false),
        }
    }

    /// Removes all tokens that are kept there, those of others and of other versions of Archstone too. Returns how many
    /// there were.
    ///
    /// # Errors
    ///
    /// [`ConnectionFailed`](ErrorKind::ConnectionFailed) when the store does not answer,
    /// [`InvalidRequest`](ErrorKind::InvalidRequest) where it cannot tell what it keeps, as memcached.
    pub async fn clear_all(&self) -> Result<usize> {
        self.answer(self.store.clear_all().await)?.ok_or_else(|| {
            let message = format!("the token store `{}` cannot list what it keeps", self.place());
            Error::new(ErrorKind::InvalidRequest, message)
                .with_hint("its entries expire; clear the token of each cloud, or restart its servers")
        })
    }

    fn answer<T>(&self, outcome: Result<T, Trouble>) -> Result<T> {
        outcome.map_err(|trouble| {
            let message = format!("the token store `{}` does not answer: {trouble}", self.place());
            Error::new(ErrorKind::ConnectionFailed, message)
                .with_hint("logins work without it meanwhile; check " + Hint::option("token_cache"))
        })
    }
}

impl StoredToken {
    fn new(name: &str, numbers: Numbers, access: Option<Arc<Access>>) -> Self {
        let Numbers { size, age, left, hits, logins } = numbers;
        let remaining = access.as_ref().map(|access| access.remaining()).or(left);
        Self { name: name.to_owned(), access, size, age, remaining, hits, logins }
    }
}

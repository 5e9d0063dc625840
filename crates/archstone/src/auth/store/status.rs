//! The content of a store, for people to read: never a token.

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
pub struct TokenStore {
    store: Arc<dyn Store>,
    /// The entry of the client.
    entry: Option<Arc<Entry>>,
    /// The entry of the unscoped login behind the client's.
    first: Option<Arc<Entry>>,
    host: Host,
}

/// The content of a store.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenStoreStatus {
    /// The store's address: a folder, or a URL without any password.
    pub place: String,
    /// The token of this client, if there is one.
    pub own: Option<StoredToken>,
    /// Tokens of others, which only their secrets can decrypt; `None` if the store cannot list them.
    pub others: Option<Vec<StoredToken>>,
    /// How many tokens other versions of Archstone have stored in another format. They are never used, and expire by
    /// themselves. `None` if the store does not know.
    pub outdated: Option<usize>,
}

/// The metadata of a stored token.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StoredToken {
    /// Its name in the store. It does not reveal whose token it is.
    pub name: String,
    /// The token, if the client's secret decrypts it.
    pub access: Option<Arc<Access>>,
    /// Its size in bytes.
    pub size: u64,
    /// How long ago it was stored; `None` if the store does not know.
    pub age: Option<Duration>,
    /// Its remaining lifetime; `None` if the store does not know it and the secret does not decrypt it.
    pub remaining: Option<Duration>,
    /// How often it was taken from the store: the number of logins saved.
    pub hits: u64,
    /// How many logins were made for it.
    pub logins: u64,
}

impl TokenStore {
    pub(crate) fn new(entry: Arc<Entry>, first: Option<Arc<Entry>>, host: &Host) -> Self {
        Self { store: entry.shared_store(), entry: Some(entry), first, host: host.clone() }
    }

    /// A store of which nothing can be decrypted.
    pub(in crate::auth) fn unopened(store: Arc<dyn Store>, host: &Host) -> Self {
        Self { store, entry: None, first: None, host: host.clone() }
    }

    /// The store's address: a folder, or a URL without any password.
    #[must_use]
    pub fn place(&self) -> String {
        self.store.shown()
    }

    /// Whether several hosts share the store, which takes requests to read.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.store.is_shared()
    }

    /// This client's token in the store, bypassing the memory of the process. `None` if there is none that can be
    /// decrypted, or the store does not respond.
    pub async fn access(&self) -> Option<Arc<Access>> {
        self.entry.as_ref()?.look(&self.host).await?.access
    }

    /// The content of the store.
    ///
    /// # Errors
    ///
    /// [`ConnectionFailed`](ErrorKind::ConnectionFailed) when the store does not respond.
    pub async fn status(&self) -> Result<TokenStoreStatus> {
        let store = &*self.store;
        let own_name = self.entry.as_deref().map(Entry::name);
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

    /// Removes this client's token, and its counters. Returns whether there was one. For a login that serves every
    /// scope, everything that could be exchanged for another token is removed, too.
    ///
    /// The token itself remains valid: [`log_out`](crate::Client::log_out) revokes it.
    ///
    /// # Errors
    ///
    /// [`ConnectionFailed`](ErrorKind::ConnectionFailed) when the store does not respond.
    pub async fn clear(&self) -> Result<bool> {
        let mut is_cleared = false;
        for name in self.entry.iter().chain(&self.first).flat_map(|entry| entry.names()) {
            is_cleared |= self.answer(self.store.clear(&name).await)?;
        }
        Ok(is_cleared)
    }

    /// Removes all tokens in the store, including those of others and of other versions of Archstone. Returns how many
    /// there were.
    ///
    /// # Errors
    ///
    /// [`ConnectionFailed`](ErrorKind::ConnectionFailed) when the store does not respond,
    /// [`InvalidRequest`](ErrorKind::InvalidRequest) when it cannot list its content, as with memcached.
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

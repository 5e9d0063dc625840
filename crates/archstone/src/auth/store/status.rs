//! What a store keeps, for people: never a token.

use std::{sync::Arc, time::Duration};

use super::{Entry, Numbers, Trouble};
use crate::{
    access::Access,
    error::{Error, ErrorKind, Result},
    hint::Hint,
    host::Host,
};

/// The store that keeps a client's token between runs: see [`crate::Client::token_store`].
#[derive(Clone, Copy, Debug)]
pub struct TokenStore<'a> {
    entry: &'a Entry,
    host: &'a Host,
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
    pub(crate) fn new(entry: &'a Entry, host: &'a Host) -> Self {
        Self { entry, host }
    }

    /// Where it is: a folder, or a URL without any password.
    #[must_use]
    pub fn place(&self) -> String {
        self.entry.store().shown()
    }

    /// This client's token as the store has it, past the memory of the process. `None` where there is none that
    /// opens, or the store does not answer.
    pub async fn access(&self) -> Option<Arc<Access>> {
        self.entry.look(self.host).await?.access
    }

    /// What it keeps.
    ///
    /// # Errors
    ///
    /// [`ConnectionFailed`](ErrorKind::ConnectionFailed) when the store does not answer.
    pub async fn status(&self) -> Result<TokenStoreStatus> {
        let store = self.entry.store();
        let own_name = self.entry.name();
        let numbers = self.answer(store.numbers(own_name).await)?;
        let own = match numbers {
            None => None,
            Some(numbers) => Some(StoredToken::new(own_name, numbers, self.access().await)),
        };
        let others = match self.answer(store.list().await)? {
            None => None,
            Some(names) => {
                let mut others = Vec::new();
                for name in names.iter().filter(|name| *name != own_name) {
                    if let Some(numbers) = self.answer(store.numbers(name).await)? {
                        others.push(StoredToken::new(name, numbers, None));
                    }
                }
                Some(others)
            }
        };
        Ok(TokenStoreStatus { place: self.place(), own, others })
    }

    /// Removes this client's token, and what was counted. Returns whether there was one.
    ///
    /// The token itself stays good: [`log_out`](crate::Client::log_out) ends it.
    ///
    /// # Errors
    ///
    /// [`ConnectionFailed`](ErrorKind::ConnectionFailed) when the store does not answer.
    pub async fn clear(&self) -> Result<bool> {
        self.answer(self.entry.store().clear(self.entry.name()).await)
    }

    /// Removes all tokens that are kept there, those of others too. Returns how many there were.
    ///
    /// # Errors
    ///
    /// [`ConnectionFailed`](ErrorKind::ConnectionFailed) when the store does not answer,
    /// [`InvalidRequest`](ErrorKind::InvalidRequest) where it cannot tell what it keeps, as memcached.
    pub async fn clear_all(&self) -> Result<usize> {
        let store = self.entry.store();
        let Some(names) = self.answer(store.list().await)? else {
            let message = format!("the store of tokens `{}` cannot tell what it keeps", self.place());
            return Err(Error::new(ErrorKind::InvalidRequest, message)
                .with_hint("its entries end by themselves; clear those of each cloud, or start its servers anew"));
        };
        let mut cleared = 0;
        for name in names {
            cleared += usize::from(self.answer(store.clear(&name).await)?);
        }
        Ok(cleared)
    }

    fn answer<T>(&self, outcome: Result<T, Trouble>) -> Result<T> {
        outcome.map_err(|trouble| {
            let message = format!("the store of tokens `{}` does not answer: {trouble}", self.place());
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

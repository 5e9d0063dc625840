//! Encrypted tokens kept between runs: on this machine's disk, or in a store that several machines share.
//!
//! # Guarantees
//!
//! 1. A store sees only opaque names and encrypted bytes: see [`seal`].
//! 2. A failure here costs only the caching. A store is never needed to get a token.
//! 3. An entry that is truncated, foreign or in another version of the format is a miss, never an error.
//! 4. A late writer never overwrites a fresher token: shared stores compare before they write.
//!
//! - [`disk`]: a folder; locks of the operating system.
//! - `redis`: Redis or Valkey, with scripts that the server runs atomically.
//! - `memcached`: several servers, each entry on one of them.
//! - [`shared`]: timeouts of a shared store, and a circuit breaker.

#[cfg_attr(
    not(any(feature = "memcached", feature = "redis")),
    expect(dead_code, reason = "without shared stores nobody asks where they are")
)]
mod address;
mod disk;
mod entry;
#[cfg_attr(
    not(any(feature = "memcached", feature = "redis")),
    expect(dead_code, reason = "without shared stores there are no leases in them")
)]
mod lease;
#[cfg(feature = "memcached")]
mod memcached;
#[cfg(feature = "redis")]
mod redis;
mod seal;
#[cfg(any(feature = "memcached", feature = "redis"))]
mod shared;
mod status;
#[cfg(any(feature = "memcached", feature = "redis"))]
mod stream;

use std::{fmt, pin::Pin, sync::Arc, time::Duration};

#[cfg(any(feature = "memcached", feature = "redis"))]
pub(crate) use address::{Engine, Server};
pub(crate) use address::{FolderKey, SharedAddress, StoreAddress, has_password, store_address, without_password};
pub(crate) use disk::Disk;
pub(crate) use entry::Entry;
pub(crate) use lease::{Lease, Mark};
pub use status::{StoredToken, TokenStore, TokenStoreStatus};

use crate::{host::Host, secret::Secret, text::printable};

/// Entries of logins that are not repeated are removed after this long.
const KEPT: Duration = Duration::from_secs(8 * 24 * 3600);

/// The future of a store's response. Those of the disk are ready at once.
pub(super) type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Trouble>> + Send + 'a>>;

/// A store of encrypted bytes under opaque names.
pub(super) trait Store: fmt::Debug + Send + Sync + 'static {
    /// Whether other machines use it, too. Then it needs a runtime, and responses take time.
    fn is_shared(&self) -> bool;

    /// The salt for the key of a login, in addition to its secret.
    fn salt(&self, identity: &str) -> Vec<u8>;

    /// A secret of all users of the store, mixed into every key.
    fn secret(&self) -> Option<&Secret>;

    /// The additional data that an entry is bound to: the store, the name, and the kind of content.
    fn place(&self, name: &str, content: Content) -> Vec<u8>;

    /// The time since 1970, by the store's own clock if it is known, otherwise by this machine's.
    fn now(&self) -> Duration;

    /// The content under a name, and a mark to recognize later events by.
    fn look<'a>(&'a self, name: &'a str) -> Answer<'a, Look>;

    /// The latest failure.
    fn failure<'a>(&'a self, name: &'a str) -> Answer<'a, Option<Vec<u8>>>;

    /// Stores a token for its lifetime, unless there is a fresher one.
    fn keep<'a>(&'a self, name: &'a str, token: Kept, life: Duration, replaces: Option<Order>) -> Answer<'a, ()>;

    /// Stores a failure for those who wait for it.
    fn keep_failure<'a>(&'a self, name: &'a str, sealed: Vec<u8>) -> Answer<'a, ()>;

    /// A document that this machine stores for the login. Shared stores have none.
    fn document(&self, _name: &str) -> Option<Vec<u8>> {
        None
    }

    /// Stores a document, if this store is on this machine.
    fn keep_document(&self, _name: &str, _sealed: &[u8]) -> Result<(), Trouble> {
        Ok(())
    }

    /// Deletes the token.
    fn forget<'a>(&'a self, name: &'a str) -> Answer<'a, ()>;

    /// The right to log in, for one process at a time; `None` while another has it. The holder may wait for the lease
    /// of a login behind this one, which has different `locks`.
    fn lease<'a>(self: Arc<Self>, name: &'a str, locks: &'static str) -> Answer<'a, Option<Lease>>;

    /// Prolongs the lease, if this owner still has it.
    fn prolong<'a>(&'a self, name: &'a str, owner: &'a str) -> Answer<'a, ()>;

    /// Releases the lease, if this owner still has it.
    fn release<'a>(&'a self, name: &'a str, owner: &'a str) -> Answer<'a, ()>;

    /// Increments a counter.
    fn count<'a>(&'a self, name: &'a str, what: Count) -> Answer<'a, ()>;

    /// The store's address, without any password.
    fn shown(&self) -> String;

    /// Lists the entries; `None` if the store cannot.
    fn list(&self) -> Answer<'_, Option<Listing>>;

    /// Removes all entries, of every format. Returns how many tokens there were; `None` if the store does not know.
    fn clear_all(&self) -> Answer<'_, Option<usize>>;

    /// The metadata of a token that is readable without decrypting it; `None` if there is no token.
    fn numbers<'a>(&'a self, name: &'a str) -> Answer<'a, Option<Numbers>>;

    /// Removes everything under a name; returns whether there was a token.
    fn clear<'a>(&'a self, name: &'a str) -> Answer<'a, bool>;
}

/// The content of a store.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Names of entries in this format.
    pub(super) names: Vec<String>,
    /// The number of tokens in other formats.
    pub(super) outdated: usize,
}

/// The metadata of a token that is readable without decrypting it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Numbers {
    pub(super) size: u64,
    pub(super) age: Option<Duration>,
    pub(super) left: Option<Duration>,
    pub(super) hits: u64,
    pub(super) logins: u64,
}

/// The kind of an entry's content; part of its name and of the data that it is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// A token, as [`crate::Access::to_reference`] writes it.
    Token,
    /// The latest failure, for those who waited for it.
    Failure,
    /// A service's version document.
    Document,
}

impl Content {
    fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Failure => "failure",
            Self::Document => "document",
        }
    }
}

/// Counters of each login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Count {
    /// A token was taken from the store: a login was saved.
    Hit,
    /// A login.
    Login,
}

impl Count {
    fn name(self) -> &'static str {
        match self {
            Self::Hit => "hits",
            Self::Login => "logins",
        }
    }
}

/// An encrypted token, and its order.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) sealed: Vec<u8>,
    pub(super) order: Order,
}

/// Determines which of two tokens is fresher: the one issued later; in the same second, the one of the later lease.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Order {
    /// When the service issued it, in microseconds since 1970.
    pub(super) issued: u64,
    /// The number of the lease under which it was obtained.
    pub(super) fence: u64,
}

/// The result of a lookup in a store.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) token: Option<Kept>,
    /// The remaining lifetime of the token by the store's own clock, if it has one.
    pub(super) left: Option<Duration>,
    /// Only failures from here on count for a caller that waits.
    pub(super) since: Mark,
}

/// Why a store operation failed.
#[derive(Clone, Debug)]
pub(crate) struct Trouble {
    what: String,
    /// Whether the store should not be used for a while.
    is_down: bool,
}

impl Trouble {
    fn refused(what: impl fmt::Display) -> Self {
        Self { what: printable(&what.to_string()), is_down: false }
    }

    #[cfg(any(feature = "memcached", feature = "redis"))]
    fn down(what: impl fmt::Display) -> Self {
        Self { what: printable(&what.to_string()), is_down: true }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Self::refused(error)
    }
}

/// A store that several machines share. Nothing is sent yet.
#[cfg_attr(
    not(any(feature = "memcached", feature = "redis")),
    expect(unused_variables, reason = "there are no shared stores in this build")
)]
#[cfg_attr(
    all(feature = "memcached", feature = "redis"),
    expect(clippy::unnecessary_wraps, reason = "other builds lack some stores")
)]
pub(super) fn shared_store(address: &SharedAddress, host: &Host) -> Option<Arc<dyn Store>> {
    match &address.engine {
        #[cfg(feature = "memcached")]
        Engine::Memcached => Some(Arc::new(memcached::Memcached::new(address, host))),
        #[cfg(feature = "redis")]
        Engine::Redis { .. } | Engine::Sentinel { .. } | Engine::Cluster => {
            Some(Arc::new(redis::Redis::new(address, host)))
        }
        // Refused when the configuration was read.
        #[cfg(not(all(feature = "memcached", feature = "redis")))]
        _ => None,
    }
}

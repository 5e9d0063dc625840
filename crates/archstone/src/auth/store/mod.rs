//! Tokens kept between runs, sealed: on this machine's disk, or in a store that many machines share.
//!
//! # Promises
//!
//! 1. A store sees opaque names and sealed bytes, and no more: see [`seal`].
//! 2. Whatever fails here costs the caching and nothing else. A store is never needed to get a token.
//! 3. What is torn, foreign or of another version of the format is a miss, never an error.
//! 4. A late writer never overwrites a fresher token: shared stores compare before they keep.
//!
//! - [`disk`]: a folder; locks of the operating system.
//! - `redis`: Redis or Valkey, by scripts that the server runs as one step.
//! - `memcached`: several servers, each entry on one of them.
//! - [`shared`]: how long a shared store is waited for, and when it is left alone.

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

/// Entries of logins that nobody repeats are removed after so long.
const KEPT: Duration = Duration::from_secs(8 * 24 * 3600);

/// What a store answers, later. Those of the disk are ready at once.
pub(super) type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Trouble>> + Send + 'a>>;

/// A place that keeps sealed bytes under opaque names.
pub(super) trait Store: fmt::Debug + Send + Sync + 'static {
    /// Whether other machines use it, too. Then it needs a runtime, and time.
    fn is_shared(&self) -> bool;

    /// What is mixed into the key of a login, beside its secret.
    fn salt(&self, identity: &str) -> Vec<u8>;

    /// A secret of all who use the store, mixed into every key.
    fn secret(&self) -> Option<&Secret>;

    /// What must be the same for a seal to open: the store, the name, what it is.
    fn place(&self, name: &str, content: Content) -> Vec<u8>;

    /// The time since 1970, by the store's own clock where it has one that is known, otherwise by this machine's.
    fn now(&self) -> Duration;

    /// What is kept under a name, and how to tell what happens from now on.
    fn look<'a>(&'a self, name: &'a str) -> Answer<'a, Look>;

    /// The latest failure.
    fn failure<'a>(&'a self, name: &'a str) -> Answer<'a, Option<Vec<u8>>>;

    /// Keeps a token for its life, unless a fresher one is there.
    fn keep<'a>(&'a self, name: &'a str, token: Kept, life: Duration, replaces: Option<Order>) -> Answer<'a, ()>;

    /// Keeps a failure for those who wait for it.
    fn keep_failure<'a>(&'a self, name: &'a str, sealed: Vec<u8>) -> Answer<'a, ()>;

    /// A document that this machine keeps for the login. Shared stores have none.
    fn document(&self, _name: &str) -> Option<Vec<u8>> {
        None
    }

    /// Keeps a document, where this machine does.
    fn keep_document(&self, _name: &str, _sealed: &[u8]) -> Result<(), Trouble> {
        Ok(())
    }

    /// Forgets the token.
    fn forget<'a>(&'a self, name: &'a str) -> Answer<'a, ()>;

    /// The right to log in, for one at a time; `None` while another has it.
    fn lease(self: Arc<Self>, name: &str) -> Answer<'_, Option<Lease>>;

    /// Keeps the lease for longer, if it is still this owner's.
    fn prolong<'a>(&'a self, name: &'a str, owner: &'a str) -> Answer<'a, ()>;

    /// Ends the lease, if it is still this owner's.
    fn release<'a>(&'a self, name: &'a str, owner: &'a str) -> Answer<'a, ()>;

    /// Counts one more.
    fn count<'a>(&'a self, name: &'a str, what: Count) -> Answer<'a, ()>;

    /// Where it is, without any password.
    fn shown(&self) -> String;

    /// All that is kept; `None` where the store cannot tell.
    fn list(&self) -> Answer<'_, Option<Listing>>;

    /// Removes all that is kept, of every format. How many tokens there were; `None` where the store cannot tell.
    fn clear_all(&self) -> Answer<'_, Option<usize>>;

    /// What can be told of a token without opening it; `None` when there is none.
    fn numbers<'a>(&'a self, name: &'a str) -> Answer<'a, Option<Numbers>>;

    /// Removes all that is kept under a name; whether there was a token.
    fn clear<'a>(&'a self, name: &'a str) -> Answer<'a, bool>;
}

/// What a store keeps.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Of this format.
    pub(super) names: Vec<String>,
    /// How many tokens there are of other formats.
    pub(super) outdated: usize,
}

/// What can be told of a token without opening it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Numbers {
    pub(super) size: u64,
    pub(super) age: Option<Duration>,
    pub(super) left: Option<Duration>,
    pub(super) hits: u64,
    pub(super) logins: u64,
}

/// What an entry is for; part of its name and of what seals it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// A token, as [`crate::Access::to_reference`] writes it.
    Token,
    /// The latest failure, for those who waited for it.
    Failure,
    /// What a service has said of its versions.
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

/// What is counted for each login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Count {
    /// A token that was taken from the store: a login saved.
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

/// A sealed token, and which of two is the fresher.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) sealed: Vec<u8>,
    pub(super) order: Order,
}

/// Which of two tokens is the fresher: the one that was issued later; of one second, the one of the later lease.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Order {
    /// When the service issued it, in microseconds since 1970.
    pub(super) issued: u64,
    /// Of the lease under which it was got.
    pub(super) fence: u64,
}

/// What was found in a store.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) token: Option<Kept>,
    /// What is left of the token's life by the store's own clock, where it has one.
    pub(super) left: Option<Duration>,
    /// Failures from here on count for whoever looked.
    pub(super) since: Mark,
}

/// Why a store did not do what was asked.
#[derive(Clone, Debug)]
pub(crate) struct Trouble {
    what: String,
    /// Whether it is better left alone for a while.
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

/// A store that many machines share. Nothing is sent yet.
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

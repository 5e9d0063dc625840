//! Tokens in memory, one place for each login; and the stores that they are kept in beside it.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, OnceLock, PoisonError, Weak},
};

use ring::{
    hmac,
    rand::{SecureRandom, SystemRandom},
};
use serde_json::json;

use super::{
    login::Login,
    slot::Slot,
    store::{Disk, Entry, Store, StoreAddress, TokenStore, shared_store},
};
use crate::{host::Host, secret::Secret};

/// Logins that nobody repeats are forgotten when there are more.
const MOST_LOGINS: usize = 4096;

/// Everything that decides who someone is and what a token is for, so that two tokens, two
/// passwords or two scopes never meet.
#[derive(Clone)]
pub(crate) struct LoginKey {
    /// All but the secret.
    pub(crate) identity: String,
    pub(crate) secret: Secret,
}

impl LoginKey {
    /// `None` where nothing proves yet who logs in.
    pub(crate) fn of(login: &Login) -> Option<Self> {
        let method = login.method.method();
        let identity = json!([
            "archstone 2",
            login.identity.transport.server_of(&login.auth_url),
            method.spec().name,
            method.identity(),
            login.scope.to_wire(),
        ]);
        let secret = method.secret()?;
        // Who gives another passcode, or another TOTP secret, is not who showed this one.
        let further: Vec<_> = login.further.iter().filter_map(|it| it.method().secret().map(Secret::expose)).collect();
        let secret =
            if further.is_empty() { secret.clone() } else { json!([secret.expose(), further]).to_string().into() };
        Some(Self { identity: identity.to_string(), secret })
    }
}

/// Tokens in memory, shared by all clients that are given the same cache.
///
/// Clients share the process-wide [`TokenCache::shared`] unless they are given another:
///
/// ```
/// let mine = archstone::TokenCache::new();
/// let client = archstone::Client::builder()
///     .auth_url("http://keystone:5000/v3")
///     .username("alice")
///     .password("secret")
///     .token_cache(&mine)
///     .build()?;
/// # Ok::<(), archstone::Error>(())
/// ```
#[derive(Clone)]
pub struct TokenCache(Arc<Logins>);

struct Logins {
    slots: Mutex<HashMap<[u8; 32], Arc<Slot>>>,
    /// Of this process alone, so that the map's keys tell nothing about the secrets in them.
    key: hmac::Key,
    /// By where they are: one open folder, or one set of connections, for all clients.
    stores: Mutex<Vec<(StoreAddress, Weak<dyn Store>)>>,
}

impl TokenCache {
    /// An empty cache.
    #[must_use]
    pub fn new() -> Self {
        let mut random = [0; 32];
        // Without randomness the keys are still no secrets' plain hashes, and nothing is stored.
        let _ = SystemRandom::new().fill(&mut random);
        let key = hmac::Key::new(hmac::HMAC_SHA256, &random);
        Self(Arc::new(Logins { slots: Mutex::default(), key, stores: Mutex::default() }))
    }

    /// The cache of this process.
    #[must_use]
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<TokenCache> = OnceLock::new();
        SHARED.get_or_init(Self::new)
    }

    /// The place of a login's token, made when there is none.
    pub(crate) fn slot(&self, login: &LoginKey) -> Arc<Slot> {
        let mut context = hmac::Context::with_key(&self.0.key);
        for part in [login.identity.as_str(), login.secret.expose()] {
            context.update(&(part.len() as u64).to_le_bytes());
            context.update(part.as_bytes());
        }
        let mut key = [0; 32];
        key.copy_from_slice(context.sign().as_ref());
        let mut slots = self.0.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= MOST_LOGINS && !slots.contains_key(&key) {
            slots.retain(|_, slot| Arc::strong_count(slot) > 1 || slot.fresh().is_some());
            if slots.len() >= MOST_LOGINS {
                slots.retain(|_, slot| Arc::strong_count(slot) > 1);
            }
        }
        Arc::clone(slots.entry(key).or_default())
    }

    /// A login's place in a store. `None` when the store cannot be used.
    pub(crate) fn entry(&self, address: &StoreAddress, login: &LoginKey, host: &Host) -> Option<Entry> {
        Entry::new(self.store(address, host)?, login)
    }

    /// A store, to look what is in it without a login. `None` when it cannot be used.
    pub(crate) fn token_store(&self, address: StoreAddress, host: &Host) -> Option<TokenStore<'static>> {
        self.store(&address.unopened(), host).map(|store| TokenStore::unopened(store, host))
    }

    fn store(&self, address: &StoreAddress, host: &Host) -> Option<Arc<dyn Store>> {
        let mut stores = self.0.stores.lock().unwrap_or_else(PoisonError::into_inner);
        stores.retain(|(_, store)| store.strong_count() > 0);
        if let Some(store) = stores.iter().find(|(it, _)| it == address).and_then(|(_, store)| store.upgrade()) {
            return Some(store);
        }
        let store = match address {
            StoreAddress::Folder { folder, key } => Disk::open(folder, key, host)?,
            StoreAddress::Shared(address) => shared_store(address, host)?,
        };
        stores.push((address.clone(), Arc::downgrade(&store)));
        Some(store)
    }
}

impl Default for TokenCache {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for TokenCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let logins = self.0.slots.lock().map(|slots| slots.len()).unwrap_or_default();
        f.debug_struct("TokenCache").field("logins", &logins).finish()
    }
}

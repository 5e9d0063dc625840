//! Tokens in memory, one slot for each login; and the stores that keep them, too.

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
use crate::{host::Host, scope::Scope, secret::Secret};

/// If there are more logins, those that are not in use are forgotten.
const MOST_LOGINS: usize = 4096;

/// Everything that determines the user, the credentials and the scope of a token, so that two users, two passwords or
/// two scopes never share one.
#[derive(Clone)]
pub(crate) struct LoginKey {
    /// Everything but the secret.
    pub(crate) identity: String,
    pub(crate) secret: Secret,
    /// Whether it is the first, unscoped login behind others: these wait for it while they hold their own lease.
    pub(crate) is_first: bool,
    /// Whether it continues from another cloud: while it holds its lease, it waits for the login there.
    pub(crate) is_onward: bool,
}

impl LoginKey {
    /// `None` if the proof of identity is not known yet.
    pub(crate) fn of(login: &Login) -> Option<Self> {
        let method = login.method.method();
        let mut identity = json!([
            "archstone 2",
            login.identity.transport.server_of(&login.auth_url),
            method.spec().name,
            method.identity(),
            login.scope.to_wire(),
        ]);
        // An unscoped token never has a catalog, and one login serves clients with and without it.
        if !login.identity.with_catalog
            && login.scope != Scope::Unscoped
            && let Some(parts) = identity.as_array_mut()
        {
            parts.push("no catalog".into());
        }
        // The same text in every program, whichever features of serde_json it enables.
        identity.sort_all_objects();
        let secret = method.secret()?;
        // Another passcode, or another TOTP secret, may be that of another person.
        let further: Vec<_> = login.further.iter().filter_map(|it| it.method().secret().map(Secret::expose)).collect();
        let secret =
            if further.is_empty() { secret.clone() } else { json!([secret.expose(), further]).to_string().into() };
        let is_first = method.spec().unscoped_first && login.scope == Scope::Unscoped;
        Some(Self { identity: identity.to_string(), secret, is_first, is_onward: login.identity.home.is_some() })
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
    /// Random for each process, so that the map's keys reveal nothing about the secrets in them.
    key: hmac::Key,
    /// By address: one open folder, or one set of connections, for all clients.
    stores: Mutex<Vec<(StoreAddress, Weak<dyn Store>)>>,
}

impl TokenCache {
    /// An empty cache.
    #[must_use]
    pub fn new() -> Self {
        let mut random = [0; 32];
        // Without randomness the keys are still not plain hashes of secrets, and nothing is stored.
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

    /// The slot of a login's token, created if there is none.
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

    /// A login's entry in a store. `None` if the store cannot be used.
    pub(crate) fn entry(&self, address: &StoreAddress, login: &LoginKey, host: &Host) -> Option<Entry> {
        Entry::new(self.store(address, host)?, login)
    }

    /// A store, to list its content without a login. `None` if it cannot be used.
    pub(crate) fn token_store(&self, address: StoreAddress, host: &Host) -> Option<TokenStore> {
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

//! Secrets kept together with a login's token, such as a refresh token: in memory, and encrypted in the store.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

use super::{
    login::Login,
    slot::Slot,
    store::{Entry, StoreAddress},
    token_cache::{LoginKey, TokenCache},
};
use crate::{
    host::{Host, Moment},
    secret::Secret,
};

/// Gets another access token from the provider without involving a person.
pub(crate) const REFRESH_TOKEN: &str = "refresh token";
/// The provider's token for Keystone.
pub(crate) const ACCESS_TOKEN: &str = "access token";
/// All of them.
pub(crate) const KINDS: [&str; 2] = [REFRESH_TOKEN, ACCESS_TOKEN];

/// Secrets in memory, each with its expiry.
#[derive(Default)]
pub(super) struct InMemory(Mutex<BTreeMap<&'static str, (Secret, Moment)>>);

impl InMemory {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, (Secret, Moment)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of a login's secrets.
pub(crate) struct Held {
    slot: Arc<Slot>,
    tokens: TokenCache,
    /// `None` if nothing is stored between runs.
    address: Option<StoreAddress>,
    /// `None` if the proof of identity is not known yet: such a login is never shared.
    key: Option<LoginKey>,
    host: Host,
    entry: OnceLock<Option<Entry>>,
}

impl Held {
    /// The place for the secrets of a login whose token is in `slot`.
    pub(super) fn of(
        login: &Login,
        tokens: &TokenCache,
        address: Option<&StoreAddress>,
        is_shared: bool,
        slot: &Arc<Slot>,
    ) -> Arc<Self> {
        let key = if is_shared { LoginKey::of(login) } else { None };
        let (tokens, host) = (tokens.clone(), login.identity.host.clone());
        Arc::new(Self { slot: Arc::clone(slot), tokens, address: address.cloned(), key, host, entry: OnceLock::new() })
    }

    fn entry(&self) -> Option<&Entry> {
        let find = || self.tokens.entry(self.address.as_ref()?, self.key.as_ref()?, &self.host);
        self.entry.get_or_init(find).as_ref()
    }

    /// A secret of this kind that has not expired.
    pub(crate) async fn get(&self, kind: &'static str) -> Option<Secret> {
        let now = self.host.now();
        let here = self.slot.held.lock().get(kind).filter(|(_, end)| now < *end).map(|(secret, _)| secret.clone());
        match self.entry() {
            // Another process may have used up the one in memory, and stored its successor.
            Some(entry) => entry.held(kind, here).await,
            None => here,
        }
    }

    /// Stores a secret of this kind for a limited time, replacing an earlier one.
    pub(crate) async fn keep(&self, kind: &'static str, secret: &Secret, life: Duration) {
        self.slot.held.lock().insert(kind, (secret.clone(), self.host.now().later(life)));
        if let Some(entry) = self.entry() {
            entry.hold(kind, secret, life).await;
        }
    }

    /// Deletes a secret.
    pub(crate) async fn forget(&self, kind: &'static str) {
        self.slot.held.lock().remove(kind);
        if let Some(entry) = self.entry() {
            entry.let_go(kind).await;
        }
    }

    /// Deletes all secrets.
    pub(crate) async fn forget_all(&self) {
        for kind in KINDS {
            self.forget(kind).await;
        }
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").field("slot", &self.slot).finish_non_exhaustive()
    }
}

//! One login's place in a store: sealed on its way in, opened on its way out.

use std::{sync::Arc, time::Duration};

use futures_util::FutureExt;

use super::{Content, Count, Kept, Lease, Mark, Order, Store, Trouble, lease::microseconds, seal::Seal};
use crate::{
    access::{Access, Elapsed},
    auth::LoginKey,
    error::Error,
    host::Host,
    secret::Secret,
};

/// The place of one login's token.
#[derive(Debug)]
pub(crate) struct Entry {
    store: Arc<dyn Store>,
    seal: Seal,
}

/// What was seen in a store.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) access: Option<Arc<Access>>,
    /// Of what is kept there, whether it opens or not.
    pub(crate) order: Option<Order>,
    /// Failures from here on count for whoever looked.
    pub(crate) since: Mark,
}

impl Entry {
    pub(in crate::auth) fn new(store: Arc<dyn Store>, login: &LoginKey) -> Option<Self> {
        let seal = Seal::of(login, &*store)?;
        Some(Self { store, seal })
    }

    pub(super) fn shared_store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }

    pub(super) fn name(&self) -> &str {
        &self.seal.name
    }

    /// Whether other machines use the store, too, so that asking it takes time.
    pub(crate) fn is_shared(&self) -> bool {
        self.store.is_shared()
    }

    /// What is there. `None` where the store does not answer.
    pub(crate) async fn look(&self, host: &Host) -> Option<Seen> {
        let look = self.asked("not read", self.store.look(&self.seal.name).await)?;
        let order = look.token.as_ref().map(|kept| kept.order);
        let access = look.token.and_then(|kept| {
            let text = self.seal.open(&*self.store, Content::Token, &kept.sealed)?;
            let (made, reference) = text.expose().split_once('\n')?;
            let age = self.store.now().saturating_sub(Duration::from_millis(made.parse().ok()?));
            Access::restored(reference, Elapsed { age, left: look.left }, host).ok().map(Arc::new)
        });
        Some(Seen { access, order, since: look.since })
    }

    /// What is there, of a store that answers at once.
    pub(crate) fn look_now(&self, host: &Host) -> Option<Seen> {
        if self.is_shared() { None } else { self.look(host).now_or_never().flatten() }
    }

    /// The error of another who logged in, if it came since.
    pub(crate) async fn failure_since(&self, since: &Mark) -> Option<Error> {
        let sealed = self.asked("not read", self.store.failure(&self.seal.name).await)??;
        since.failure_since(&self.seal.open(&*self.store, Content::Failure, &sealed)?)
    }

    /// Keeps a token, unless a fresher one is there. What was looked at under the same lease is replaced in any case.
    pub(crate) async fn keep(&self, access: &Access, fence: u64, replaces: Option<Order>) {
        let since_1970 = |it: jiff::Timestamp| Duration::try_from(it.as_duration()).unwrap_or_default();
        let issued = access.issued_at().map_or(0, |it| microseconds(since_1970(it)));
        // The store says how long it keeps an entry; the seal, since when the token lives.
        let made = self.store.now().saturating_sub(access.age()).as_millis();
        let text = Secret::from(format!("{made}\n{}", access.to_reference().expose()));
        let outcome = match self.seal.close(&*self.store, Content::Token, &text) {
            Ok(sealed) => {
                let token = Kept { sealed, order: Order { issued, fence } };
                self.store.keep(&self.seal.name, token, access.remaining(), replaces).await
            }
            Err(trouble) => Err(trouble),
        };
        self.asked("not kept", outcome);
    }

    /// Puts what is known of a token now in the place of what is kept of the same token.
    pub(crate) async fn update(&self, access: &Access, host: &Host) {
        if let Some(Seen { access: Some(kept), order: Some(order), .. }) = self.look(host).await
            && kept.token() == access.token()
        {
            self.keep(access, order.fence, Some(order)).await;
        }
    }

    /// Leaves a failure for those who wait for the same login.
    pub(crate) async fn keep_failure(&self, error: &Error, mark: &Mark) {
        let outcome = match self.seal.close(&*self.store, Content::Failure, &mark.record(error)) {
            Ok(sealed) => self.store.keep_failure(&self.seal.name, sealed).await,
            Err(trouble) => Err(trouble),
        };
        self.asked("not kept", outcome);
    }

    /// A document that this machine keeps for the login, by what it is about.
    pub(crate) fn document(&self, subject: &str) -> Option<Secret> {
        let name = self.seal.name_of(subject);
        self.seal.open_as(&name, &*self.store, Content::Document, &self.store.document(&name)?)
    }

    /// Keeps a document for the login's next process, where this machine keeps tokens.
    pub(crate) fn keep_document(&self, subject: &str, text: &Secret) {
        if self.is_shared() {
            return;
        }
        let name = self.seal.name_of(subject);
        let sealed = self.seal.close_as(&name, &*self.store, Content::Document, text);
        if let Err(trouble) = sealed.and_then(|sealed| self.store.keep_document(&name, &sealed)) {
            tracing::debug!(target: "archstone::discovery", %trouble, "not kept on disk");
        }
    }

    /// Forgets the token.
    pub(crate) async fn forget(&self) {
        self.asked("not forgotten", self.store.forget(&self.seal.name).await);
    }

    /// The right to log in. `Ok(None)`: another has it. `Err`: there can be none here.
    pub(crate) async fn lease(&self) -> Result<Option<Lease>, Trouble> {
        Arc::clone(&self.store).lease(&self.seal.name).await
    }

    /// Counts one more.
    pub(crate) async fn count(&self, what: Count) {
        if let Err(trouble) = self.store.count(&self.seal.name, what).await {
            tracing::debug!(target: "archstone::cache", %trouble, "not counted");
        }
    }

    /// The same, of a store that answers at once.
    pub(crate) fn count_now(&self, what: Count) {
        if !self.is_shared() {
            let _ = self.count(what).now_or_never();
        }
    }

    fn asked<T>(&self, what: &'static str, outcome: Result<T, Trouble>) -> Option<T> {
        if let Err(trouble) = &outcome {
            let place = if self.is_shared() { "in the store" } else { "on disk" };
            // Of a store that is down, the store itself tells once.
            if trouble.is_down {
                tracing::debug!(target: "archstone::cache", %trouble, "the token is {what} {place}");
            } else {
                let store = self.store.shown();
                tracing::warn!(target: "archstone::cache", store, %trouble, "the token is {what} {place}");
            }
        }
        outcome.ok()
    }
}

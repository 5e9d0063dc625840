//! One login's entry in a store: encrypts what is written, and decrypts what is read.

use std::{sync::Arc, time::Duration};

use futures_util::FutureExt;

use super::{Content, Count, Kept, Lease, Mark, Order, Store, Trouble, lease::microseconds, seal::Seal};
use crate::{
    access::{Access, Elapsed},
    auth::{LoginKey, held::KINDS},
    error::Error,
    host::Host,
    secret::Secret,
};

/// The entry of one login's token.
#[derive(Debug)]
pub(crate) struct Entry {
    store: Arc<dyn Store>,
    seal: Seal,
    is_first: bool,
    locks: &'static str,
}

/// The content of a store at one moment.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) access: Option<Arc<Access>>,
    /// The order of the stored token, whether or not it could be decrypted.
    pub(crate) order: Option<Order>,
    /// Only failures from here on count for a caller that waits.
    pub(crate) since: Mark,
}

impl Entry {
    pub(in crate::auth) fn new(store: Arc<dyn Store>, login: &LoginKey) -> Option<Self> {
        let seal = Seal::of(login, &*store)?;
        let locks = match (login.is_onward, login.is_first) {
            (false, false) => "lock",
            (false, true) => "first-lock",
            (true, false) => "onward-lock",
            (true, true) => "onward-first-lock",
        };
        Some(Self { store, seal, is_first: login.is_first, locks })
    }

    pub(super) fn shared_store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }

    pub(super) fn name(&self) -> &str {
        &self.seal.name
    }

    /// Whether other machines use the store, too, so that a query takes time.
    pub(crate) fn is_shared(&self) -> bool {
        self.store.is_shared()
    }

    /// The current content. `None` if the store does not respond.
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

    /// The current content of a store that responds immediately.
    pub(crate) fn look_now(&self, host: &Host) -> Option<Seen> {
        if self.is_shared() { None } else { self.look(host).now_or_never().flatten() }
    }

    /// The error of another process that logged in, if it failed since.
    pub(crate) async fn failure_since(&self, since: &Mark) -> Option<Error> {
        let sealed = self.asked("not read", self.store.failure(&self.seal.name).await)??;
        since.failure_since(&self.seal.open(&*self.store, Content::Failure, &sealed)?)
    }

    /// Stores a token, unless there is a fresher one. The token that was seen under the same lease is replaced in any
    /// case.
    pub(crate) async fn keep(&self, access: &Access, fence: u64, replaces: Option<Order>) {
        let since_1970 = |it: jiff::Timestamp| Duration::try_from(it.as_duration()).unwrap_or_default();
        let issued = access.issued_at().map_or(0, |it| microseconds(since_1970(it)));
        // The store decides how long it keeps an entry; the encrypted entry records since when the token is valid.
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

    /// Replaces the stored data of a token with newer data of the same token.
    pub(crate) async fn update(&self, access: &Access, host: &Host) {
        if let Some(Seen { access: Some(kept), order: Some(order), .. }) = self.look(host).await
            && kept.token() == access.token()
        {
            self.keep(access, order.fence, Some(order)).await;
        }
    }

    /// Stores a failure for others that wait for the same login.
    pub(crate) async fn keep_failure(&self, error: &Error, mark: &Mark) {
        let outcome = match self.seal.close(&*self.store, Content::Failure, &mark.record(error)) {
            Ok(sealed) => self.store.keep_failure(&self.seal.name, sealed).await,
            Err(trouble) => Err(trouble),
        };
        self.asked("not kept", outcome);
    }

    /// A document that this machine stores for the login, by its subject.
    pub(crate) fn document(&self, subject: &str) -> Option<Secret> {
        let name = self.seal.name_of(subject);
        self.seal.open_as(&name, &*self.store, Content::Document, &self.store.document(&name)?)
    }

    /// Stores a document for the login's next process, if tokens are stored on this machine.
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

    /// A secret of this kind that is stored together with the token; `otherwise` if the store does not respond.
    pub(crate) async fn held(&self, kind: &str, otherwise: Option<Secret>) -> Option<Secret> {
        let name = self.seal.name_of(kind);
        let Some(look) = self.asked("not read", self.store.look(&name).await) else { return otherwise };
        let text = self.seal.open_as(&name, &*self.store, Content::Token, &look.token?.sealed)?;
        let (end, secret) = text.expose().split_once('\n')?;
        (self.store.now() < Duration::from_millis(end.parse().ok()?)).then(|| secret.into())
    }

    /// Stores a secret of this kind for a limited time, replacing an earlier one.
    pub(crate) async fn hold(&self, kind: &str, secret: &Secret, life: Duration) {
        let (name, now) = (self.seal.name_of(kind), self.store.now());
        let text = Secret::from(format!("{}\n{}", now.saturating_add(life).as_millis(), secret.expose()));
        let outcome = match self.seal.close_as(&name, &*self.store, Content::Token, &text) {
            Ok(sealed) => {
                let token = Kept { sealed, order: Order { issued: microseconds(now), fence: 0 } };
                self.store.keep(&name, token, life, None).await
            }
            Err(trouble) => Err(trouble),
        };
        self.asked("not kept", outcome);
    }

    /// Deletes a secret of this kind.
    pub(crate) async fn let_go(&self, kind: &str) {
        self.asked("not forgotten", self.store.forget(&self.seal.name_of(kind)).await);
    }

    /// The names of everything that is stored for the login: its token, and the secrets kept with it.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        let held = if self.is_first { &KINDS[..] } else { &[] };
        std::iter::once(self.seal.name.clone()).chain(held.iter().map(|kind| self.seal.name_of(kind)))
    }

    /// Deletes the token.
    pub(crate) async fn forget(&self) {
        self.asked("not forgotten", self.store.forget(&self.seal.name).await);
    }

    /// Requests the right to log in. `Ok(None)`: another process has it. `Err`: not available here.
    pub(crate) async fn lease(&self) -> Result<Option<Lease>, Trouble> {
        Arc::clone(&self.store).lease(&self.seal.name, self.locks).await
    }

    /// Increments a counter.
    pub(crate) async fn count(&self, what: Count) {
        if let Err(trouble) = self.store.count(&self.seal.name, what).await {
            tracing::debug!(target: "archstone::cache", %trouble, "not counted");
        }
    }

    /// The same, for a store that responds immediately.
    pub(crate) fn count_now(&self, what: Count) {
        if !self.is_shared() {
            let _ = self.count(what).now_or_never();
        }
    }

    fn asked<T>(&self, what: &'static str, outcome: Result<T, Trouble>) -> Option<T> {
        if let Err(trouble) = &outcome {
            let place = if self.is_shared() { "in the store" } else { "on disk" };
            // If a store is down, the store itself logs it once.
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

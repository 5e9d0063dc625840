//! One token, and one login at a time.
//!
//! # Guarantees
//!
//! 1. One login at a time for each key, in the process and, with a store, among all processes that use it. Everyone who
//!    waited gets its outcome, including a failure: Keystone's lockout counts every attempt.
//! 2. A failure is not remembered beyond those who waited.
//! 3. From two minutes before expiry one caller renews; the others continue with the old token. Tokens with a shorter
//!    lifetime are renewed in its last fifth.
//! 4. A failed renewal never costs a token that is still valid. After a failure, there is a pause.
//! 5. A token at the very end of its lifetime is not used.
//! 6. A token that a service rejected is replaced only while it is still the current one: a late rejection cannot
//!    discard a fresh token.
//! 7. After a cancelled login, the next caller tries.
//! 8. There is no background task: nothing to start, stop, leak, or lose in a `fork`.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use arc_swap::ArcSwapOption;

use super::{
    held::InMemory,
    link::{How, Link, Source},
    refusals::Refusals,
    renewal::Renewal,
    store::{Count, Entry, Mark, Order},
    turn::{Turn, Wait},
};
use crate::{
    access::{Access, Token},
    error::Result,
    host::Host,
    transport::runtime,
};

/// One login's token.
#[derive(Default)]
pub(crate) struct Slot {
    current: ArcSwapOption<Access>,
    /// Held during a login. Its outcome stays for those who waited.
    last_login: tokio::sync::Mutex<Option<Result<Arc<Access>>>>,
    logins: AtomicU64,
    renewal: Renewal,
    /// A rejected token, which is not to be taken from the store again.
    rejected: ArcSwapOption<Token>,
    pub(crate) refusals: Refusals,
    /// Messages that were already shown to the user.
    said: Mutex<Vec<String>>,
    /// Secrets that are kept together with the token.
    pub(super) held: InMemory,
}

impl Slot {
    /// The current token, unless it needs to be renewed.
    pub(crate) fn fresh(&self) -> Option<Arc<Access>> {
        self.current.load_full().filter(|access| access.is_fresh())
    }

    /// The current token, however old it is.
    pub(crate) fn current(&self) -> Option<Arc<Access>> {
        self.current.load_full()
    }

    /// A part of the current token, unless it needs to be renewed. Never waits.
    #[inline]
    pub(crate) fn with_fresh<T>(&self, part: impl FnOnce(&Access) -> T) -> Option<T> {
        let current = self.current.load();
        current.as_ref().filter(|access| access.is_fresh()).map(|access| part(access))
    }

    /// A part of the current token, however old it is: a catalog does not expire. Never waits.
    #[inline]
    pub(crate) fn with_current<T>(&self, part: impl FnOnce(&Access) -> T) -> Option<T> {
        self.current.load().as_ref().map(|access| part(access))
    }

    /// Whether this message has not been shown yet for this login.
    pub(crate) fn is_news(&self, what: &str) -> bool {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let is_news = !said.iter().any(|it| it == what);
        if is_news {
            said.push(what.to_owned());
        }
        is_news
    }

    /// Starts with a known token.
    pub(crate) fn seed(&self, access: Arc<Access>) {
        self.current.store(Some(access));
    }

    /// A token that is valid for a request sent now.
    pub(crate) async fn access(&self, source: &Source) -> Result<Arc<Access>> {
        let logins_seen = self.logins.load(Ordering::Acquire);
        let current = self.current.load_full();
        if let Some(access) = current.as_ref().filter(|access| access.is_fresh()) {
            return Ok(Arc::clone(access));
        }
        let usable = current.filter(|access| access.is_usable());
        let link = source.link();
        if let Some(access) = usable.as_ref().filter(|access| !self.renewal.is_to_begin(access, link.entry())) {
            return Ok(Arc::clone(access));
        }
        let host = &link.login.identity.host;
        let mut last_login = match &usable {
            None => self.last_login.lock().await,
            // Still usable: one caller renews it, the others need not wait.
            Some(access) => match self.last_login.try_lock() {
                Ok(guard) if !self.renewal.is_paused(host.now()) => guard,
                _ => return Ok(Arc::clone(access)),
            },
        };
        if let Some(shared) = self.outcome_since(logins_seen, last_login.as_ref()) {
            return shared.or_else(|error| usable.ok_or(error));
        }
        // Boxed, so that the common path does not carry it.
        let outcome = match source {
            Source::Link(link) => Box::pin(self.log_in(link, usable.clone())).await,
            Source::Live(live) => {
                let rejected = self.rejected.load_full();
                Box::pin(live.log_in(How::Obtain { rejected: rejected.as_deref() })).await
            }
        };
        self.hand_out(&outcome, &mut last_login);
        match (outcome, usable) {
            (Err(error), Some(old)) => {
                tracing::warn!(target: "archstone::cache", %error, "cannot renew the token, which is still valid");
                self.renewal.failed(host.now());
                Ok(old)
            }
            (Ok(access), _) => {
                if !access.is_fresh() {
                    self.renewal.left_to_another(&access, host.now());
                }
                Ok(access)
            }
            (outcome, _) => outcome,
        }
    }

    /// Like `access`, for a login whose secret has just been read, to replace a token that was rejected: the caller has
    /// decided that a login is due.
    pub(super) async fn obtain(&self, link: &Link, rejected: Option<&Token>) -> Result<Arc<Access>> {
        let logins_seen = self.logins.load(Ordering::Acquire);
        if let Some(rejected) = rejected {
            self.reject(rejected);
        }
        if let Some(access) = self.fresh() {
            return Ok(access);
        }
        let mut last_login = self.last_login.lock().await;
        if let Some(shared) = self.outcome_since(logins_seen, last_login.as_ref()) {
            return shared;
        }
        let outcome = self.log_in(link, None).await;
        self.hand_out(&outcome, &mut last_login);
        outcome
    }

    /// The outcome of the login that was waited for, failed or not: a queue of callers must count as one attempt.
    fn outcome_since(&self, logins_seen: u64, last_login: Option<&Result<Arc<Access>>>) -> Option<Result<Arc<Access>>> {
        if self.logins.load(Ordering::Acquire) == logins_seen {
            return None;
        }
        last_login.cloned().filter(|outcome| !outcome.as_ref().is_ok_and(|access| self.was_rejected(access)))
    }

    /// Publishes the outcome of a login. The token is stored before the count: a caller that saw the count but no token
    /// would log in again.
    fn hand_out(&self, outcome: &Result<Arc<Access>>, last_login: &mut Option<Result<Arc<Access>>>) {
        if let Ok(access) = outcome {
            self.current.store(Some(Arc::clone(access)));
        }
        *last_login = Some(outcome.clone());
        self.logins.fetch_add(1, Ordering::Release);
    }

    /// A token other than `rejected`, which a service has just rejected.
    ///
    /// Any number of callers may report the same token; the first one replaces it.
    pub(crate) async fn replace(&self, rejected: &Token, source: &Source) -> Result<Arc<Access>> {
        self.reject(rejected);
        self.access(source).await
    }

    fn reject(&self, rejected: &Token) {
        let current = self.current.load();
        if let Some(access) = current.as_ref().filter(|access| access.token() == rejected) {
            self.rejected.store(Some(Arc::new(rejected.clone())));
            // Only if it is still the current one.
            self.current.compare_and_swap(access, None);
        }
    }

    /// Logs in now, whatever is cached.
    pub(crate) async fn renew(&self, source: &Source) -> Result<Arc<Access>> {
        runtime::current()?;
        let link = match source {
            Source::Link(link) => link,
            Source::Live(live) => {
                let mut last_login = self.last_login.lock().await;
                let outcome = Box::pin(live.log_in(How::Renew)).await;
                self.hand_out(&outcome, &mut last_login);
                return outcome;
            }
        };
        self.renew_of(link).await
    }

    /// The same with the current secret.
    pub(super) async fn renew_of(&self, link: &Link) -> Result<Arc<Access>> {
        let login = &link.login;
        let mut last_login = self.last_login.lock().await;
        let outcome = match link.entry() {
            None => login.log_in().await.map(Arc::new),
            Some(entry) => {
                let turn = Turn::wait(entry, &login.identity.host).await;
                let replaces = entry.look(&login.identity.host).await.and_then(|seen| seen.order);
                Box::pin(turn.log_in(login, entry, replaces)).await
            }
        };
        self.hand_out(&outcome, &mut last_login);
        outcome
    }

    /// Replaces the data of a token with newer data of the same token, here and in the store, unless there is another
    /// token meanwhile.
    pub(crate) async fn exchange(&self, old: &Arc<Access>, new: &Arc<Access>, source: Option<&Source>) {
        if !self.swap(old, new) {
            return;
        }
        let Some(source) = source else { return };
        let link = source.link();
        if let Source::Live(_) = source {
            link.slot.swap(old, new);
        }
        if let Some(entry) = link.entry() {
            entry.update(new, &link.login.identity.host).await;
        }
    }

    fn swap(&self, old: &Arc<Access>, new: &Arc<Access>) -> bool {
        let found = self.current.compare_and_swap(old, Some(Arc::clone(new)));
        found.as_ref().is_some_and(|found| Arc::ptr_eq(found, old))
    }

    /// A fresh token from memory or disk, without waiting: shared stores are not queried.
    pub(crate) fn kept_now(&self, source: &Source) -> Option<Arc<Access>> {
        let link = source.link();
        if let Some(access) = self.fresh().or_else(|| self.accepted(link.slot.fresh())) {
            return Some(access);
        }
        let entry = link.entry()?;
        let access = self.accepted(entry.look_now(&link.login.identity.host)?.access)?;
        access.is_fresh().then(|| {
            entry.count_now(Count::Hit);
            access
        })
    }

    /// The cached token, from here or from the store, without logging in.
    pub(crate) async fn kept(&self, source: &Source) -> Option<Arc<Access>> {
        let link = source.link();
        match self.accepted(self.current()).or_else(|| self.accepted(link.slot.current())) {
            Some(access) => Some(access),
            None => self.accepted(link.entry()?.look(&link.login.identity.host).await?.access),
        }
    }

    /// Deletes the current token, here and in the store.
    pub(crate) async fn forget(&self, source: &Source) {
        let link = source.link();
        self.forget_here();
        link.slot.forget_here();
        if let Some(entry) = link.entry() {
            entry.forget().await;
        }
    }

    fn forget_here(&self) {
        if let Some(access) = self.current.swap(None) {
            self.rejected.store(Some(Arc::new(access.token().clone())));
        }
    }

    /// Logs in, unless another process has just done so. `usable` stays in use meanwhile.
    async fn log_in(&self, link: &Link, usable: Option<Arc<Access>>) -> Result<Arc<Access>> {
        let login = &link.login;
        runtime::current()?;
        let host = &login.identity.host;
        let Some(entry) = link.entry() else { return Ok(Arc::new(login.log_in().await?)) };
        let seen = entry.look(host).await;
        let since = seen.as_ref().map(|seen| seen.since.clone());
        let stored = self.accepted(seen.and_then(|seen| seen.access));
        if let Some(access) = stored.as_ref().filter(|access| access.is_fresh()) {
            entry.count(Count::Hit).await;
            return Ok(Arc::clone(access));
        }
        let usable = usable.or(stored);
        let mut wait = Wait::begin(entry, host);
        let turn = loop {
            match (Turn::try_now(entry).await, &usable) {
                (Some(turn), _) => break turn,
                (None, Some(usable)) => {
                    self.renewal.left_to_another(usable, host.now());
                    return Ok(Arc::clone(usable));
                }
                (None, None) => {}
            }
            if !wait.a_little().await {
                break Turn::Alone;
            }
            // On disk the lock follows shortly, and reports the same.
            if entry.is_shared()
                && let Found::Outcome(outcome) = self.outcome_of_another(entry, host, since.as_ref()).await
            {
                return outcome;
            }
        };
        match self.outcome_of_another(entry, host, since.as_ref()).await {
            Found::Outcome(outcome) => {
                turn.end().await;
                outcome
            }
            Found::Order(replaces) => turn.log_in(login, entry, replaces).await,
        }
    }

    /// The result of another process since then: a fresh token, or its error. Otherwise the token that is to be
    /// replaced.
    async fn outcome_of_another(&self, entry: &Entry, host: &Host, since: Option<&Mark>) -> Found {
        let Some(seen) = entry.look(host).await else { return Found::Order(None) };
        if let Some(access) = self.accepted(seen.access).filter(|access| access.is_fresh()) {
            entry.count(Count::Hit).await;
            return Found::Outcome(Ok(access));
        }
        match since {
            Some(since) => {
                entry.failure_since(since).await.map_or(Found::Order(seen.order), |it| Found::Outcome(Err(it)))
            }
            None => Found::Order(seen.order),
        }
    }

    /// A token from a store, if it is usable and was not rejected.
    fn accepted(&self, stored: Option<Arc<Access>>) -> Option<Arc<Access>> {
        stored.filter(|access| access.is_usable() && !self.was_rejected(access))
    }

    fn was_rejected(&self, access: &Access) -> bool {
        self.rejected.load().as_ref().is_some_and(|rejected| **rejected == *access.token())
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").field("current", &*self.current.load()).finish_non_exhaustive()
    }
}

/// The result of another process.
enum Found {
    /// The wait is over.
    Outcome(Result<Arc<Access>>),
    /// No outcome yet; the order of the stored token, if there is one.
    Order(Option<Order>),
}

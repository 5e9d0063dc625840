//! One token, and one login at a time.
//!
//! # Promises
//!
//! 1. One login at a time for each key, in the process and, with a store, among all who use it. Everyone
//!    who waited gets its outcome, a failure included: Keystone's lockout counts every try.
//! 2. A failure is not remembered beyond those who waited.
//! 3. From two minutes before expiry one caller renews; the others go on with the old token. Tokens
//!    that live shorter are renewed in the last fifth of their life.
//! 4. A failed renewal never costs a token that still works. After one, there is a pause.
//! 5. A token at the very end of its life is not handed out.
//! 6. A token that a service refused is replaced only while it is still the current one: a late
//!    refusal cannot discard a fresh token.
//! 7. A cancelled login lets the next caller try.
//! 8. There is no background task: nothing to start, stop, leak, or lose in a `fork`.

use std::{
    fmt,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwapOption;

use super::{
    login::Login,
    refusals::Refusals,
    store::{Count, Entry, Mark, Order},
    turn::{Turn, Wait, around, random_part},
};
use crate::{
    access::{Access, Token},
    error::Result,
    host::{Host, Moment},
    transport::runtime,
};

const PAUSE_AFTER_FAILED_RENEWAL: Duration = Duration::from_secs(10);
/// While another process renews the token, nobody looks for the new one more often.
const PAUSE_WHILE_ANOTHER_RENEWS: Duration = Duration::from_secs(1);
/// The processes that share a store begin to renew at different moments of so much of the time for it: the first
/// one logs in, and the others find its token, not all at the same moment.
const TIME_TO_BEGIN: f64 = 0.5;

/// What a slot logs in with when it must.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) login: &'a Login,
    pub(crate) entry: Option<&'a Entry>,
}

/// One login's token.
#[derive(Default)]
pub(crate) struct Slot {
    current: ArcSwapOption<Access>,
    /// Held during a login. Its outcome stays for those who waited.
    last_login: tokio::sync::Mutex<Option<Result<Arc<Access>>>>,
    logins: AtomicU64,
    /// No renewal before this moment, in milliseconds.
    paused_until: AtomicU64,
    /// Not to be taken from the store again.
    rejected: ArcSwapOption<Token>,
    /// When this process begins to renew, of the time for it; another for each process.
    begins: OnceLock<f64>,
    pub(crate) refusals: Refusals,
    /// What was said to the user once.
    said: Mutex<Vec<String>>,
}

impl Slot {
    /// The current token, while nothing needs to be done about it.
    pub(crate) fn fresh(&self) -> Option<Arc<Access>> {
        self.current.load_full().filter(|access| access.is_fresh())
    }

    /// The current token, however old it is.
    pub(crate) fn current(&self) -> Option<Arc<Access>> {
        self.current.load_full()
    }

    /// A part of the current token, while nothing needs to be done about it. Never waits.
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

    /// Whether something has not been said yet for this login.
    pub(crate) fn is_news(&self, what: &str) -> bool {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let is_news = !said.iter().any(|it| it == what);
        if is_news {
            said.push(what.to_owned());
        }
        is_news
    }

    /// Starts from a token that is known already.
    pub(crate) fn seed(&self, access: Arc<Access>) {
        self.current.store(Some(access));
    }

    /// A token that is good for a request sent now.
    pub(crate) async fn access(&self, source: Source<'_>) -> Result<Arc<Access>> {
        let logins_seen = self.logins.load(Ordering::Acquire);
        let current = self.current.load_full();
        if let Some(access) = current.as_ref().filter(|access| access.is_fresh()) {
            return Ok(Arc::clone(access));
        }
        let usable = current.filter(|access| access.is_usable());
        if let Some(access) = usable.as_ref().filter(|access| !self.is_to_begin(access, source.entry)) {
            return Ok(Arc::clone(access));
        }
        let now = source.login.identity.host.now();
        let mut last_login = match &usable {
            None => self.last_login.lock().await,
            // Still usable: one caller renews it, the others need not wait.
            Some(access) => match self.last_login.try_lock() {
                Ok(guard) if !self.is_paused(now) => guard,
                _ => return Ok(Arc::clone(access)),
            },
        };
        if self.logins.load(Ordering::Acquire) != logins_seen {
            // Share the login that was waited for, failed or not: a queue of callers must count as
            // one try.
            match &*last_login {
                Some(Err(error)) => return usable.ok_or_else(|| error.clone()),
                Some(Ok(access)) if !self.was_rejected(access) => return Ok(Arc::clone(access)),
                _ => {}
            }
        }
        // Boxed, so that the usual way carries none of it.
        let outcome = Box::pin(self.log_in(source, usable.clone())).await;
        self.hand_out(&outcome, &mut last_login);
        match (outcome, usable) {
            (Err(error), Some(old)) => {
                tracing::warn!(target: "archstone::cache", %error, "the token is not renewed yet");
                self.pause(source.login.identity.host.now(), PAUSE_AFTER_FAILED_RENEWAL);
                Ok(old)
            }
            (outcome, _) => outcome,
        }
    }

    /// Gives everyone the outcome of a login. The token comes before the count: who has seen the count and no
    /// token would log in again.
    fn hand_out(&self, outcome: &Result<Arc<Access>>, last_login: &mut Option<Result<Arc<Access>>>) {
        if let Ok(access) = outcome {
            self.current.store(Some(Arc::clone(access)));
        }
        *last_login = Some(outcome.clone());
        self.logins.fetch_add(1, Ordering::Release);
    }

    /// A token other than `rejected`, which a service has just refused.
    ///
    /// Any number of callers may bring back the same token; the first replaces it.
    pub(crate) async fn replace(&self, rejected: &Token, source: Source<'_>) -> Result<Arc<Access>> {
        let current = self.current.load();
        if let Some(access) = current.as_ref().filter(|access| access.token() == rejected) {
            self.rejected.store(Some(Arc::new(rejected.clone())));
            // Only if it is still the current one.
            self.current.compare_and_swap(access, None);
        }
        drop(current);
        self.access(source).await
    }

    /// Logs in now, whatever is kept.
    pub(crate) async fn renew(&self, source: Source<'_>) -> Result<Arc<Access>> {
        let Source { login, entry } = source;
        runtime::current()?;
        let mut last_login = self.last_login.lock().await;
        let outcome = match entry {
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

    /// Puts what is known of the same token now in the place of what was known, here and in the store, unless
    /// there is another token meanwhile.
    pub(crate) async fn exchange(&self, old: &Arc<Access>, new: &Arc<Access>, source: Option<Source<'_>>) {
        let found = self.current.compare_and_swap(old, Some(Arc::clone(new)));
        let is_exchanged = found.as_ref().is_some_and(|found| Arc::ptr_eq(found, old));
        if let Some(Source { login, entry: Some(entry) }) = source
            && is_exchanged
        {
            entry.update(new, &login.identity.host).await;
        }
    }

    /// A fresh token from memory or disk, without waiting: shared stores are not asked.
    pub(crate) fn kept_now(&self, source: Source<'_>) -> Option<Arc<Access>> {
        if let Some(access) = self.fresh() {
            return Some(access);
        }
        let entry = source.entry?;
        let access = self.accepted(entry.look_now(&source.login.identity.host)?.access)?;
        access.is_fresh().then(|| {
            entry.count_now(Count::Hit);
            access
        })
    }

    /// The token that is kept, here or in the store, without logging in.
    pub(crate) async fn kept(&self, source: Source<'_>) -> Option<Arc<Access>> {
        match self.current.load_full().filter(|access| access.is_usable()) {
            Some(access) => Some(access),
            None => self.accepted(source.entry?.look(&source.login.identity.host).await?.access),
        }
    }

    /// Forgets the current token, here and in the store.
    pub(crate) async fn forget(&self, source: Source<'_>) {
        if let Some(access) = self.current.swap(None) {
            self.rejected.store(Some(Arc::new(access.token().clone())));
        }
        if let Some(entry) = source.entry {
            entry.forget().await;
        }
    }

    /// Logs in, unless another process has just done so. `usable` can go on for a while.
    async fn log_in(&self, source: Source<'_>, usable: Option<Arc<Access>>) -> Result<Arc<Access>> {
        let Source { login, entry } = source;
        runtime::current()?;
        let host = &login.identity.host;
        let Some(entry) = entry else { return Ok(Arc::new(login.log_in().await?)) };
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
                // Another process renews it.
                (None, Some(usable)) => {
                    let pause = PAUSE_WHILE_ANOTHER_RENEWS.min(usable.remaining() / 8);
                    self.pause(host.now(), around(pause));
                    return Ok(Arc::clone(usable));
                }
                (None, None) => {}
            }
            if !wait.a_little().await {
                break Turn::Alone;
            }
            // On disk the lock comes soon after, and says as much.
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

    /// What another process has left since: a fresh token, or its error. Otherwise what is there to be replaced.
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

    /// A token from a store, if it is usable and was not refused.
    fn accepted(&self, stored: Option<Arc<Access>>) -> Option<Arc<Access>> {
        stored.filter(|access| access.is_usable() && !self.was_rejected(access))
    }

    fn was_rejected(&self, access: &Access) -> bool {
        self.rejected.load().as_ref().is_some_and(|rejected| **rejected == *access.token())
    }

    /// Whether this process's moment to renew has come. On disk all begin at once: looking there costs nothing.
    fn is_to_begin(&self, access: &Access, entry: Option<&Entry>) -> bool {
        let is_shared = entry.is_some_and(Entry::is_shared);
        !is_shared || access.is_due(*self.begins.get_or_init(|| TIME_TO_BEGIN * random_part()))
    }

    fn is_paused(&self, now: Moment) -> bool {
        milliseconds(now.since_start()) < self.paused_until.load(Ordering::Relaxed)
    }

    fn pause(&self, now: Moment, pause: Duration) {
        let until = now.since_start() + pause;
        self.paused_until.store(milliseconds(until), Ordering::Relaxed);
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").field("current", &*self.current.load()).finish_non_exhaustive()
    }
}

/// What another process has left.
enum Found {
    /// The end of the wait.
    Outcome(Result<Arc<Access>>),
    /// No outcome yet; which token there is, if any.
    Order(Option<Order>),
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

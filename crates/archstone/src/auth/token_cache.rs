//! One token, and one login at a time.
//!
//! # Promises
//!
//! 1. One login at a time for each key, in the process and, with a store, on the host. Everyone who
//!    waited gets its outcome, a failure included: Keystone's lockout counts every try.
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
    collections::HashMap,
    fmt,
    fs::File,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwapOption;
use ring::{
    hmac,
    rand::{SecureRandom, SystemRandom},
};
use serde_json::{Value, json};

use super::{
    login::Login,
    token_store::{Content, Entry},
};
use crate::{
    access::{Access, Token},
    error::{Error, Result},
    host::{Host, Moment},
    secret::Secret,
};

const PAUSE_AFTER_FAILED_RENEWAL: Duration = Duration::from_secs(10);
/// A holder that takes longer than any login is not waited for.
const LONGEST_WAIT_FOR_ANOTHER_PROCESS: Duration = Duration::from_secs(90);
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
    pub(crate) fn of(login: &Login) -> Self {
        let transport = login.identity.transport.settings();
        let identity = json!([
            "archstone 1",
            login.auth_url.as_str().trim_end_matches('/'),
            login.method.name(),
            login.method.identity(),
            login.scope.to_wire(),
            // A token got without checking whom it came from is not for those who check.
            format!("{:?}", transport.trust),
            transport.client_certificate,
        ]);
        Self { identity: identity.to_string(), secret: login.method.secret().clone() }
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
}

impl TokenCache {
    /// An empty cache.
    #[must_use]
    pub fn new() -> Self {
        let mut random = [0; 32];
        // Without randomness the keys are still no secrets' plain hashes, and nothing is stored.
        let _ = SystemRandom::new().fill(&mut random);
        let key = hmac::Key::new(hmac::HMAC_SHA256, &random);
        Self(Arc::new(Logins { slots: Mutex::default(), key }))
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
    /// Not to be taken from the disk again.
    rejected: ArcSwapOption<Token>,
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
            if let Some(outcome) = last_login.clone() {
                return outcome.or_else(|error| usable.ok_or(error));
            }
        }
        let outcome = self.log_in(source, usable.clone()).await;
        *last_login = Some(outcome.clone());
        self.logins.fetch_add(1, Ordering::Release);
        match (&outcome, usable) {
            (Ok(access), _) => self.current.store(Some(Arc::clone(access))),
            (Err(error), Some(old)) => {
                tracing::warn!(target: "archstone::cache", %error, "the token is not renewed yet");
                self.pause(source.login.identity.host.now());
                return Ok(old);
            }
            (Err(_), None) => {}
        }
        outcome
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
        let mut last_login = self.last_login.lock().await;
        let outcome = match entry {
            None => login.log_in().await.map(Arc::new),
            Some(entry) => {
                let lock = lock(entry, &login.identity.host, true).await;
                let outcome = log_in_and_keep(login, entry).await;
                drop(lock);
                outcome
            }
        };
        *last_login = Some(outcome.clone());
        self.logins.fetch_add(1, Ordering::Release);
        if let Ok(access) = &outcome {
            self.current.store(Some(Arc::clone(access)));
        }
        outcome
    }

    /// Puts what is known of the same token now in the place of what was known, here and on disk, unless
    /// there is another token meanwhile.
    pub(crate) fn exchange(&self, old: &Arc<Access>, new: &Arc<Access>, source: Source<'_>) {
        let found = self.current.compare_and_swap(old, Some(Arc::clone(new)));
        let is_exchanged = found.as_ref().is_some_and(|found| Arc::ptr_eq(found, old));
        if let (true, Some(entry)) = (is_exchanged, source.entry) {
            entry.write(Content::Token, &new.to_reference());
        }
    }

    /// The token that is kept, here or on disk, without logging in.
    pub(crate) fn kept(&self, source: Source<'_>) -> Option<Arc<Access>> {
        let here = self.current.load_full().filter(|access| access.is_usable());
        here.or_else(|| self.stored(source.entry?, &source.login.identity.host))
    }

    /// Forgets the current token, here and on disk.
    pub(crate) fn forget(&self, source: Source<'_>) {
        if let Some(access) = self.current.swap(None) {
            self.rejected.store(Some(Arc::new(access.token().clone())));
        }
        if let Some(entry) = source.entry {
            entry.remove(Content::Token);
        }
    }

    /// Logs in, unless another process has just done so. `usable` can go on for a while.
    async fn log_in(&self, source: Source<'_>, mut usable: Option<Arc<Access>>) -> Result<Arc<Access>> {
        let Source { login, entry } = source;
        let host = &login.identity.host;
        let Some(entry) = entry else { return Ok(Arc::new(login.log_in().await?)) };
        match self.stored(entry, host) {
            Some(access) if access.is_fresh() => return Ok(access),
            stored => usable = usable.or(stored),
        }
        let began = SharedMoment::now(host);
        let lock = match (lock(entry, host, usable.is_none()).await, usable) {
            // Another process renews it.
            (Lock::Busy, Some(usable)) => return Ok(usable),
            (lock, _) => lock,
        };
        if let Some(access) = self.stored(entry, host).filter(|access| access.is_fresh()) {
            return Ok(access);
        }
        if let Some(error) = entry.read(Content::Failure).and_then(|it| failure_since(&it, &began)) {
            return Err(error);
        }
        let outcome = log_in_and_keep(login, entry).await;
        drop(lock);
        outcome
    }

    /// A token from the disk that is usable and was not refused.
    fn stored(&self, entry: &Entry, host: &Host) -> Option<Arc<Access>> {
        let access = Access::from_reference(entry.read(Content::Token)?.expose(), host).ok()?;
        let rejected = self.rejected.load();
        let was_rejected = rejected.as_ref().is_some_and(|rejected| **rejected == *access.token());
        (access.is_usable() && !was_rejected).then(|| Arc::new(access))
    }

    fn is_paused(&self, now: Moment) -> bool {
        milliseconds(now.since_start()) < self.paused_until.load(Ordering::Relaxed)
    }

    fn pause(&self, now: Moment) {
        let until = now.since_start() + PAUSE_AFTER_FAILED_RENEWAL;
        self.paused_until.store(milliseconds(until), Ordering::Relaxed);
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").field("current", &*self.current.load()).finish_non_exhaustive()
    }
}

/// Logs in, and leaves the outcome for the other processes.
async fn log_in_and_keep(login: &Login, entry: &Entry) -> Result<Arc<Access>> {
    let outcome = login.log_in().await;
    match &outcome {
        Ok(access) => entry.write(Content::Token, &access.to_reference()),
        Err(error) => entry.write(Content::Failure, &failure(error, &login.identity.host)),
    }
    outcome.map(Arc::new)
}

/// Whether this process may log in.
enum Lock {
    /// It is the one.
    Held(#[expect(dead_code, reason = "held until dropped")] File),
    /// Another one does.
    Busy,
    /// There can be no lock here.
    Impossible,
}

/// The lock between the processes that need this login; with `wait`, after waiting for it.
async fn lock(entry: &Entry, host: &Host, wait: bool) -> Lock {
    let began = host.now();
    let mut pause = Duration::from_millis(2);
    loop {
        match entry.try_lock() {
            Ok(Some(file)) => return Lock::Held(file),
            Ok(None) if !wait => return Lock::Busy,
            Ok(None) if began.until(host.now()) < LONGEST_WAIT_FOR_ANOTHER_PROCESS => {}
            Ok(None) => {
                tracing::warn!(target: "archstone::cache", "another process has held the login for too long: logging in beside it");
                return Lock::Busy;
            }
            Err(error) => {
                tracing::debug!(target: "archstone::cache", %error, "no lock between processes");
                return Lock::Impossible;
            }
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// A moment that another process on this host can compare.
struct SharedMoment {
    boot_id: Option<String>,
    since_start: u64,
    wall: u64,
}

impl SharedMoment {
    fn now(host: &Host) -> Self {
        Self {
            boot_id: host.clock().boot_id(),
            since_start: microseconds(host.now().since_start()),
            wall: microseconds(host.wall()),
        }
    }
}

fn failure(error: &Error, host: &Host) -> Secret {
    let at = SharedMoment::now(host);
    let record = json!({
        "error": error.to_record(),
        "boot_id": at.boot_id,
        "since_start_us": at.since_start,
        "wall_us": at.wall,
    });
    Secret::from(record.to_string())
}

/// The error of another process, if it came while this one waited.
fn failure_since(record: &Secret, began: &SharedMoment) -> Option<Error> {
    let record: Value = serde_json::from_str(record.expose()).ok()?;
    let same_start = began.boot_id.is_some() && record["boot_id"].as_str() == began.boot_id.as_deref();
    let (at, began) = if same_start {
        (record["since_start_us"].as_u64()?, began.since_start)
    } else {
        (record["wall_us"].as_u64()?, began.wall)
    };
    if at <= began {
        return None;
    }
    Error::from_record(&record["error"])
}

fn microseconds(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

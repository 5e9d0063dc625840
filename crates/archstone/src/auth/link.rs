//! A login with its token and its entry in the store; and logins whose secret is read again from its source.
//!
//! A password file, a command that prints a password, or the keyring may return another secret later. A login with such
//! a secret is therefore rebuilt before it is sent: [`Recipe`] does that. A new secret means a new login, with its own
//! token and its own entry in the store, since two secrets never share a token. Meanwhile the client keeps the old
//! token in a slot of its own, with the same guarantees: one login at a time, and a failure never costs a token that
//! still works.

use std::{
    fmt,
    sync::{Arc, Mutex, OnceLock, PoisonError, atomic::AtomicBool},
    time::Duration,
};

use arc_swap::ArcSwap;
use url::Url;

use super::{
    AuthMethod, Entry, LoginKey, Slot, TokenCache,
    first::First,
    held::Held,
    home::Home,
    login::{Identity, Login},
    person::Person,
    store::StoreAddress,
};
use crate::{
    access::{Access, Token},
    error::{Error, ErrorKind, Result},
    host::Moment,
    scope::Scope,
    transport::runtime,
};

/// A secret that was read this recently is not read again for a login, so that a command that prompts or is slow runs
/// only once for a client that logs in right away.
const IS_NEW: Duration = Duration::from_secs(10);

/// The user, the proof of identity and the scope.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) method: AuthMethod,
    /// Additional factors that are configured, for an identity service that requires more than one.
    pub(crate) further: Vec<AuthMethod>,
    pub(crate) scope: Scope,
}

/// Reads credentials from their sources. Blocks on files and commands.
#[derive(Clone)]
pub(crate) struct Recipe {
    make: Arc<dyn Fn() -> Result<Credentials> + Send + Sync>,
    /// When they were last read for the client.
    read: Moment,
}

impl Recipe {
    pub(crate) fn new(make: impl Fn() -> Result<Credentials> + Send + Sync + 'static, read: Moment) -> Self {
        Self { make: Arc::new(make), read }
    }

    #[cfg(test)]
    pub(crate) fn now(&self) -> Result<Credentials> {
        (self.make)()
    }

    /// Runs on a blocking thread: a command takes time.
    async fn make(&self) -> Result<Credentials> {
        let make = Arc::clone(&self.make);
        tokio::task::spawn_blocking(move || make()).await.map_err(|error| {
            Error::new(ErrorKind::InvalidConfig, "reading the credentials again failed").with_source(error)
        })?
    }
}

impl fmt::Debug for Recipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recipe")
    }
}

/// State that all logins of a client share.
#[derive(Clone)]
pub(crate) struct Common {
    pub(crate) auth_url: Url,
    pub(crate) identity: Arc<Identity>,
    pub(crate) person: Person,
    /// Set once a configured one-time secret has been sent.
    pub(crate) is_spent: Arc<AtomicBool>,
    pub(crate) tokens: TokenCache,
    pub(crate) store: Option<StoreAddress>,
    /// Whether the token is shared with other users of the same secret.
    pub(crate) is_shared: bool,
}

/// A login, its token, and its entry in the store, which is looked up on first use.
pub(crate) struct Link {
    pub(crate) login: Login,
    pub(crate) slot: Arc<Slot>,
    tokens: TokenCache,
    store: Option<StoreAddress>,
    entry: OnceLock<Option<Arc<Entry>>>,
}

impl Link {
    pub(super) fn new(common: &Common, credentials: Credentials) -> Self {
        let Common { auth_url, identity, person, is_spent, tokens, store, is_shared } = common.clone();
        let Credentials { method, further, scope } = credentials;
        let identity = match method.method().at_home() {
            Some((service_provider, credentials)) if identity.home.is_none() => {
                let home = Home::new(common, credentials.clone(), service_provider);
                Arc::new(identity.elsewhere(home))
            }
            _ => identity,
        };
        let mut login = Login { auth_url, method, scope, identity, further, person, is_spent, first: None, held: None };
        // A token that was passed in belongs to this client only, and so does a login whose proof is not known yet.
        let key = if is_shared { LoginKey::of(&login) } else { None };
        let slot = key.map_or_else(Arc::default, |key| tokens.slot(&key));
        let store = store.filter(|_| is_shared && !login.is_once());
        if login.method.spec().unscoped_first {
            login.first = First::behind(common, &login).map(Box::new);
            if login.first.is_none() {
                login.held = Some(Held::of(&login, &tokens, store.as_ref(), is_shared, &slot));
            }
        }
        Self { login, slot, tokens, store, entry: OnceLock::new() }
    }

    pub(crate) fn entry(&self) -> Option<&Entry> {
        self.shared_entry().map(|entry| &**entry)
    }

    pub(crate) fn shared_entry(&self) -> Option<&Arc<Entry>> {
        let find = || {
            let store = self.store.as_ref()?;
            let key = LoginKey::of(&self.login)?;
            self.tokens.entry(store, &key, &self.login.identity.host).map(Arc::new)
        };
        self.entry.get_or_init(find).as_ref()
    }

    async fn log_in(&self, how: How<'_>) -> Result<Arc<Access>> {
        match how {
            How::Obtain { rejected } => self.slot.obtain(self, rejected).await,
            How::Renew => self.slot.renew_of(self).await,
        }
    }

    fn is_of(&self, credentials: &Credentials) -> bool {
        let Login { method, further, scope, .. } = &self.login;
        (method, further, scope) == (&credentials.method, &credentials.further, &credentials.scope)
    }
}

/// Why a login is needed.
#[derive(Clone, Copy)]
pub(super) enum How<'a> {
    /// A token is needed, other than one that was rejected; another caller may already have fetched it.
    Obtain { rejected: Option<&'a Token> },
    /// Log in in any case.
    Renew,
}

/// Where a client's logins come from.
pub(crate) enum Source {
    /// A fixed login.
    Link(Arc<Link>),
    /// A login whose secret is read again.
    Live(Arc<Live>),
}

impl Source {
    pub(crate) fn new(common: Common, credentials: Credentials, recipe: Option<&Recipe>) -> Self {
        let link = Link::new(&common, credentials);
        match recipe {
            None => Self::Link(Arc::new(link)),
            Some(recipe) => Self::Live(Arc::new(Live {
                recipe: recipe.clone(),
                read: Mutex::new(Some(recipe.read)),
                current: ArcSwap::from_pointee(link),
                common,
            })),
        }
    }

    /// The current login.
    pub(crate) fn link(&self) -> Arc<Link> {
        match self {
            Self::Link(link) => Arc::clone(link),
            Self::Live(live) => live.current.load_full(),
        }
    }

    /// The slot of the client's token. It stays the same when a changed secret replaces the login.
    pub(crate) fn slot(&self) -> Arc<Slot> {
        match self {
            Self::Link(link) => Arc::clone(&link.slot),
            Self::Live(_) => Arc::default(),
        }
    }
}

/// A login whose secret is read again before it is sent.
pub(crate) struct Live {
    recipe: Recipe,
    /// When the secret was read, until a login has used it.
    read: Mutex<Option<Moment>>,
    current: ArcSwap<Link>,
    common: Common,
}

impl Live {
    /// Gets a token with the current secret. One caller at a time.
    pub(super) async fn log_in(&self, how: How<'_>) -> Result<Arc<Access>> {
        runtime::current()?;
        let now = self.common.identity.host.now();
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner).take();
        let is_new = read.is_some_and(|read| read.until(now) < IS_NEW);
        let link = if is_new { self.current.load_full() } else { self.read_again().await? };
        let refused = match link.log_in(how).await {
            Err(error) if is_new && is_of_secret(error.kind()) => error,
            outcome => return self.settled(link, outcome),
        };
        let other = self.read_again().await?;
        if Arc::ptr_eq(&other, &link) {
            return Err(refused);
        }
        let outcome = other.log_in(how).await;
        self.settled(other, outcome)
    }

    /// The login with the current secret: the existing one if the secret has not changed.
    async fn read_again(&self) -> Result<Arc<Link>> {
        let credentials = self.recipe.make().await?;
        let current = self.current.load_full();
        if current.is_of(&credentials) {
            return Ok(current);
        }
        let who = credentials.method.subject();
        tracing::info!(target: "archstone::login", who, "the configured credentials have changed");
        Ok(Arc::new(Link::new(&self.common, credentials)))
    }

    /// Makes a login that succeeded the current one.
    fn settled(&self, link: Arc<Link>, outcome: Result<Arc<Access>>) -> Result<Arc<Access>> {
        if outcome.is_ok() {
            self.current.store(link);
        }
        outcome
    }
}

/// Whether another secret could help.
fn is_of_secret(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Unauthenticated | ErrorKind::TokenRejected | ErrorKind::PasswordExpired)
}

//! One login for every scope: a method that involves a person or another service logs in once, unscoped; its token is
//! then exchanged for each project, domain or system.

use std::{fmt, pin::Pin, sync::Arc};

use super::{
    held::Held,
    link::{Common, Credentials, Link, Source},
    login::Login,
    slot::Slot,
    store::Entry,
};
use crate::{access::Access, error::Result, scope::Scope, token::Token};

/// The unscoped login behind a scoped one.
pub(crate) struct First {
    link: Arc<Link>,
    source: Source,
    slot: Arc<Slot>,
    held: Arc<Held>,
}

type Later<'a> = Pin<Box<dyn Future<Output = Result<Arc<Access>>> + Send + 'a>>;

impl First {
    /// The unscoped login behind this one; `None` if the method needs none, or this login is already the unscoped one.
    pub(super) fn behind(common: &Common, login: &Login) -> Option<Self> {
        if login.scope == Scope::Unscoped {
            return None;
        }
        let credentials = Credentials { method: login.method.clone(), further: Vec::new(), scope: Scope::Unscoped };
        let identity = Arc::clone(&login.identity);
        let common = Common { identity, is_spent: Arc::default(), ..common.clone() };
        let link = Arc::new(Link::new(&common, credentials));
        let (slot, held) = (Arc::clone(&link.slot), link.login.held.clone()?);
        Some(Self { source: Source::Link(Arc::clone(&link)), link, slot, held })
    }

    /// Its place in the store.
    pub(crate) fn entry(&self) -> Option<&Arc<Entry>> {
        self.link.shared_entry()
    }

    /// The token; logs in if there is none.
    pub(crate) fn access(&self) -> Later<'_> {
        Box::pin(self.slot.access(&self.source))
    }

    /// A token other than one that was rejected.
    pub(crate) fn replace<'a>(&'a self, refused: &'a Token) -> Later<'a> {
        Box::pin(self.slot.replace(refused, &self.source))
    }

    /// The cached token, without logging in.
    pub(crate) async fn kept(&self) -> Option<Arc<Access>> {
        self.slot.kept(&self.source).await
    }

    /// Revokes the secrets kept in addition to the token at the service that issued them; returns whether there were
    /// any.
    pub(crate) async fn end_held(&self) -> bool {
        self.link.login.end_held().await
    }

    /// Deletes everything that is cached.
    pub(crate) async fn forget(&self) {
        self.slot.forget(&self.source).await;
        self.held.forget_all().await;
    }
}

impl fmt::Debug for First {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("First").field("held", &self.held).finish_non_exhaustive()
    }
}

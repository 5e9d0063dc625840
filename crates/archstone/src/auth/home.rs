//! The home cloud: where a login starts that continues to another cloud (Keystone to Keystone).

use std::{fmt, pin::Pin, sync::Arc};

use url::Url;

use super::{
    link::{Common, Credentials, Link, Source},
    slot::Slot,
};
use crate::{
    access::{Access, ServiceProvider},
    error::{Error, ErrorKind, Result, printable},
    hint::Hint,
    token::Token,
};

/// The home login behind a login at another cloud. It has a token of its own, cached like that of any login.
pub(crate) struct Home {
    source: Source,
    slot: Arc<Slot>,
    /// The home cloud's id of the other cloud.
    service_provider: String,
}

/// The cloud that the login continues to, as the home cloud describes it.
pub(crate) struct Onward {
    /// The other cloud's identity service, where the login happens.
    pub(crate) auth_url: Url,
    /// The URL that accepts the assertion.
    pub(crate) sp_url: Url,
}

type Later<'a> = Pin<Box<dyn Future<Output = Result<Arc<Access>>> + Send + 'a>>;

impl Home {
    /// The home login with these credentials; `common` is shared by all logins there.
    pub(super) fn new(common: &Common, credentials: Credentials, service_provider: &str) -> Self {
        let common = Common { is_spent: Arc::default(), ..common.clone() };
        let link = Link::new(&common, credentials);
        let slot = Arc::clone(&link.slot);
        Self { source: Source::Link(Arc::new(link)), slot, service_provider: service_provider.to_owned() }
    }

    /// The token of the home cloud; logs in if there is none.
    pub(crate) fn access(&self) -> Later<'_> {
        Box::pin(self.slot.access(&self.source))
    }

    /// A token other than one that was rejected.
    pub(crate) fn replace<'a>(&'a self, refused: &'a Token) -> Later<'a> {
        Box::pin(self.slot.replace(refused, &self.source))
    }

    /// Where the other cloud is.
    pub(crate) fn onward(&self, access: &Access) -> Result<Onward> {
        let known = access.service_providers();
        let name = &self.service_provider;
        let Some(it) = known.iter().find(|it| it.id.as_ref() == Some(name)) else {
            let ids: Vec<_> = known.iter().filter_map(|it: &ServiceProvider| it.id.as_deref()).collect();
            let message = format!("the cloud at home has no service provider `{}`", printable(name));
            let hint = if ids.is_empty() {
                "it has none for this user: ask its operator; check ".to_owned()
            } else {
                format!("there are `{}`; check ", ids.into_iter().map(printable).collect::<Vec<_>>().join("`, `"))
            };
            let hint = Hint::from(hint) + Hint::options(["service_provider", "auth_url"], "and");
            return Err(Error::new(ErrorKind::NotFound, message).with_hint(hint));
        };
        let url = |text: &Option<String>, what: &str| {
            let url = text.as_deref().and_then(|text| Url::parse(text).ok());
            url.filter(|url| matches!(url.scheme(), "http" | "https")).ok_or_else(|| {
                let message =
                    format!("the `{what}` of the service provider `{}` is not the URL of a server", printable(name));
                Error::new(ErrorKind::InvalidResponse, message).with_hint("tell the operator of the cloud at home")
            })
        };
        Ok(Onward { auth_url: url(&it.auth_url, "auth_url")?, sp_url: url(&it.sp_url, "sp_url")? })
    }
}

impl Onward {
    /// The other cloud's identity service: the URL that its federation URL starts with.
    pub(crate) fn identity_service(&self) -> Url {
        const FEDERATED: &str = "/OS-FEDERATION/";
        let mut url = self.auth_url.clone();
        if let Some((before, _)) = self.auth_url.path().split_once(FEDERATED) {
            url.set_path(before);
            url.set_query(None);
        }
        url
    }
}

impl fmt::Debug for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Home").field("service_provider", &self.service_provider).finish_non_exhaustive()
    }
}

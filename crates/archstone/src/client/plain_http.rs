//! Plain-HTTP endpoints in the catalog of a login over HTTPS: anyone on the network path can read the token there.

use url::Url;

use super::Client;
use crate::{
    access::Access,
    catalog::{Catalog, Service},
    error::{Error, ErrorKind, Result, public_url},
    hint::Hint,
    transport::InsecureEndpoints,
};

impl Client {
    /// Warns about a plain-HTTP URL or refuses it, as `insecure_endpoints` says. A URL that is not in the catalog is
    /// the caller's own choice.
    ///
    /// # Errors
    ///
    /// [`EndpointNotFound`](ErrorKind::EndpointNotFound) if such endpoints are refused.
    #[inline]
    pub(super) fn check_endpoint(&self, url: &Url) -> Result<()> {
        match url.scheme() {
            "http" => self.check_plain_endpoint(url),
            _ => Ok(()),
        }
    }

    fn check_plain_endpoint(&self, url: &Url) -> Result<()> {
        let config = &self.0.config;
        if self.0.is_bearer && !config.transport.is_private(url) {
            let what = format!("`{}` is plain HTTP, over which no OAuth2 token is sent", public_url(url));
            return Err(Error::new(ErrorKind::EndpointNotFound, what).with_url(url).with_hint(
                "use an `https://` URL, such as that of another interface with " + Hint::option("interface"),
            ));
        }
        let policy = config.transport.insecure_endpoints;
        let is_local = config.transport.unix_socket.is_some();
        if policy == InsecureEndpoints::Allow || is_local || !self.has_secure_login() || !self.is_in_catalog(url) {
            return Ok(());
        }
        let what = format!("`{}` in the catalog is plain HTTP, and the login was over HTTPS", public_url(url));
        if policy == InsecureEndpoints::Refuse {
            let hint = "tell the operator, use another interface with " + Hint::option("interface");
            let hint = hint + ", or allow it with " + Hint::option("insecure_endpoints");
            return Err(Error::new(ErrorKind::EndpointNotFound, what).with_url(url).with_hint(hint));
        }
        if self.0.slot.is_news(&url.origin().ascii_serialization()) {
            tracing::warn!(target: "archstone::request", "{what}: anyone on the network path can read the token");
        }
        Ok(())
    }

    fn has_secure_login(&self) -> bool {
        match &self.0.config.auth_url {
            Some(url) => url.value.scheme() == "https",
            None => {
                self.0.slot.with_current(|access| access.auth_url().is_some_and(|it| it.scheme() == "https"))
                    == Some(true)
            }
        }
    }

    fn is_in_catalog(&self, url: &Url) -> bool {
        let is_listed = |access: &Access| {
            let services = access.catalog().into_iter().flat_map(Catalog::services);
            services.flat_map(Service::endpoints).any(|it| it.url().origin() == url.origin())
        };
        self.0.slot.with_current(is_listed).unwrap_or_default()
    }
}

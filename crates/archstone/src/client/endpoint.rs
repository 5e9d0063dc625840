//! Finding the URL of a service.

use std::sync::Arc;

use url::Url;

use super::{Client, token::not_loaded};
use crate::{
    access::Access,
    catalog::{
        Allow, Endpoint, EndpointFilter, EndpointUrl, Interface, Service, VersionInfo, VersionRange, VersionedEndpoint,
        discovery::{self, Documents, Wanted},
    },
    error::{Error, ErrorKind, Result},
    transport::{Answer, Request},
};

impl Client {
    /// The URL of a service, from the catalog of the current token: the public one in the client's
    /// region unless the filter says otherwise.
    ///
    /// # Errors
    ///
    /// [`EndpointNotFound`](ErrorKind::EndpointNotFound), which says what there is instead; or why
    /// there is no token.
    pub async fn url_for<'a>(&self, filter: impl Into<EndpointFilter<'a>>) -> Result<Arc<EndpointUrl>> {
        let filter = self.with_defaults(filter.into());
        // A catalog does not expire with its token; the next request renews both.
        let usual = |access: &Access| access.catalog()?.usual(&filter);
        if self.0.config.mgmt_url.is_none()
            && let Some(url) = self.0.slot.with_current(usual).flatten()
        {
            return Ok(url);
        }
        // Boxed, so that the usual way carries none of it.
        Box::pin(self.look_up(filter)).await
    }

    /// The same when the catalog is at hand and has it. Never waits, never sends.
    #[must_use]
    pub fn current_url_for<'a>(&self, filter: impl Into<EndpointFilter<'a>>) -> Option<Arc<EndpointUrl>> {
        let filter = self.with_defaults(filter.into());
        match &self.0.config.mgmt_url {
            Some(url) if filter.wanted_type() == Some("identity") => Some(Arc::new(url.clone().into())),
            _ => self.0.slot.with_current(|access| access.catalog()?.url_for(filter).ok()).flatten(),
        }
    }

    async fn look_up(&self, filter: EndpointFilter<'_>) -> Result<Arc<EndpointUrl>> {
        if let Some(url) = &self.0.config.mgmt_url
            && filter.wanted_type() == Some("identity")
        {
            return Ok(Arc::new(url.clone().into()));
        }
        let access = match self.0.slot.current() {
            Some(access) if access.catalog().is_some() => access,
            _ => self.access().await?,
        };
        let catalog = access.catalog().ok_or_else(|| no_catalog(&access, &filter))?;
        catalog.url_for(filter)
    }

    /// The endpoint of a service, with its service, from the catalog of the current token.
    ///
    /// # Errors
    ///
    /// As [`url_for`](Self::url_for).
    pub async fn endpoint<'a>(&self, filter: impl Into<EndpointFilter<'a>>) -> Result<(Service, Endpoint)> {
        let filter = self.with_defaults(filter.into());
        let access = self.access().await?;
        let catalog = access.catalog().ok_or_else(|| no_catalog(&access, &filter))?;
        catalog.endpoint(filter).map(|(service, endpoint)| (service.clone(), endpoint.clone()))
    }

    /// The URL of a service for a version of its API, asking the service where the catalog does not
    /// say it. Without a version it is the catalog's URL, but for types whose name has one.
    ///
    /// ```no_run
    /// # async fn run(client: archstone::Client) -> archstone::Result<()> {
    /// use archstone::{Allow, VersionRange};
    ///
    /// let newest = VersionRange::of("2".parse()?);
    /// let compute = client.versioned_endpoint("compute", newest, Allow::default()).await?;
    /// println!("{} at {}", compute.version.unwrap(), compute.url);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`EndpointNotFound`](ErrorKind::EndpointNotFound), which says which versions there are; or as
    /// [`url_for`](Self::url_for).
    pub async fn versioned_endpoint<'a>(
        &self,
        filter: impl Into<EndpointFilter<'a>>,
        versions: impl Into<Option<VersionRange>>,
        allow: Allow,
    ) -> Result<VersionedEndpoint> {
        self.resolve(filter.into(), Wanted { range: versions.into(), allow, in_full: false }).await
    }

    /// The versions that a service offers, the newest first; none when it does not say.
    ///
    /// # Errors
    ///
    /// As [`url_for`](Self::url_for).
    pub async fn versions<'a>(&self, filter: impl Into<EndpointFilter<'a>>) -> Result<Vec<VersionInfo>> {
        let url = self.url_for(filter).await?;
        let project_id = self.project_of_token();
        let inner = &*self.0;
        for document in discovery::documents(&url, project_id.as_deref()) {
            let versions = inner.discovery.versions(&document, &inner.identity.host, self).await;
            if !versions.is_empty() {
                return Ok(versions.to_vec());
            }
        }
        Ok(Vec::new())
    }

    async fn resolve(&self, filter: EndpointFilter<'_>, mut wanted: Wanted) -> Result<VersionedEndpoint> {
        if let Some(service_type) = filter.wanted_type() {
            wanted.range = discovery::implied(service_type, wanted.range)?;
        }
        let url = self.url_for(filter).await?;
        self.resolve_url(&url, wanted).await
    }

    /// The same for a URL that is no catalog's.
    pub(super) async fn versioned_url(
        &self,
        url: &Url,
        range: Option<VersionRange>,
        allow: Allow,
    ) -> Result<VersionedEndpoint> {
        self.resolve_url(url, Wanted { range, allow, in_full: false }).await
    }

    async fn resolve_url(&self, url: &Url, wanted: Wanted) -> Result<VersionedEndpoint> {
        let project_id = self.project_of_token();
        let inner = &*self.0;
        inner.discovery.resolve(url, project_id.as_deref(), &wanted, &inner.identity.host, self).await
    }

    fn project_of_token(&self) -> Option<String> {
        self.0.slot.with_current(|access| access.project_id().map(str::to_owned)).flatten()
    }

    #[inline]
    fn with_defaults<'a>(&'a self, filter: EndpointFilter<'a>) -> EndpointFilter<'a> {
        let config = &self.0.config;
        filter.or_defaults(config.region(), config.interfaces())
    }

    /// The URL for managing the identity service: `mgmt_url` if it was given, else the catalog's
    /// admin, internal or public endpoint of it, else where the token came from.
    ///
    /// # Errors
    ///
    /// Why there is no token: see [`ErrorKind`].
    pub async fn mgmt_url(&self) -> Result<Url> {
        if let Some(url) = &self.0.config.mgmt_url {
            return Ok(url.clone());
        }
        let access = self.access().await?;
        let interfaces = [Interface::Admin, Interface::Internal, Interface::Public];
        let filter = self.with_defaults(EndpointFilter::from("identity").interfaces(interfaces));
        let listed = access.catalog().and_then(|catalog| catalog.url_for(filter).ok());
        let asked = || access.auth_url().cloned().ok_or_else(not_loaded);
        listed.map_or_else(asked, |url| Ok(Url::clone(&url)))
    }
}

impl Documents for Client {
    /// Some services show their versions only to those with a token.
    async fn fetch(&self, url: &Url) -> Result<Answer> {
        let transport = &self.0.identity.transport;
        let answer = transport.send(Request::get(url.clone())).await?;
        if answer.status != 401 {
            return Ok(answer);
        }
        let token = self.token().await?;
        transport.send(Request::get(url.clone()).with_token(&token)).await
    }
}

/// A token without a scope has no catalog: says what to choose.
fn no_catalog(access: &Access, filter: &EndpointFilter<'_>) -> Error {
    let message = format!("no endpoint for {filter}: the token has no scope, and so no catalog");
    Error::new(ErrorKind::EndpointNotFound, message).with_hint(access.how_to_get_a_scope())
}

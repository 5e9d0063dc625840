//! Finding the URL of a service.

use std::{sync::Arc, time::Duration};

use url::Url;

use super::{Client, CurrentCatalog, place::Place, token::not_loaded};
use crate::{
    access::Access,
    auth::{keystone, login::Identity},
    catalog::{
        Allow, Endpoint, EndpointFilter, EndpointUrl, Interface, OfferedVersions, Service, VersionInfo, VersionRange,
        VersionedEndpoint,
        discovery::{self, Documents, Wanted},
        service_type,
    },
    config::CloudConfig,
    error::{Error, ErrorKind, Result, public_url},
    hint::Hint,
    host::Moment,
    secret::Secret,
    transport::{Answer, Request},
};

impl Client {
    /// The URL of a service, from the catalog of the current token: by default the public one in the client's region.
    ///
    /// The [configuration of the service](CloudConfig::service), such as `compute_endpoint_override` or
    /// `compute_region_name`, applies where the filter sets nothing: an override is used for a filter that sets only a
    /// service type.
    ///
    /// # Errors
    ///
    /// [`EndpointNotFound`](ErrorKind::EndpointNotFound), which lists what exists instead; or the reason why there is
    /// no token.
    pub async fn url_for<'a>(&self, filter: impl Into<EndpointFilter<'a>>) -> Result<Arc<EndpointUrl>> {
        let filter = filter.into();
        let url = match self.usual_url(&filter) {
            Some(url) => url,
            // Boxed, so that the common path does not carry it.
            None => Box::pin(self.look_up(filter)).await?,
        };
        self.check_endpoint(&url)?;
        Ok(url)
    }

    async fn look_up(&self, filter: EndpointFilter<'_>) -> Result<Arc<EndpointUrl>> {
        let configured = self.configured_for(&filter);
        self.url_at(self.place(filter, &configured)).await
    }

    /// The URL for a type and at most an interface, if the catalog is in memory and has it.
    #[inline]
    fn usual_url(&self, filter: &EndpointFilter<'_>) -> Option<Arc<EndpointUrl>> {
        let CloudConfig { mgmt_url: None, region: None, interfaces, services, .. } = &self.0.config else {
            return None;
        };
        if !services.is_empty() {
            return None;
        }
        // A catalog does not expire with its token; the next request renews both.
        self.0.slot.with_current(|access| access.catalog()?.usual(filter, interfaces)).flatten()
    }

    /// Like [`url_for`](Self::url_for), if the catalog is in memory and has the endpoint. Never waits and never sends.
    #[must_use]
    pub fn current_url_for<'a>(&self, filter: impl Into<EndpointFilter<'a>>) -> Option<Arc<EndpointUrl>> {
        let filter = filter.into();
        let configured = self.configured_for(&filter);
        self.current_url_at(self.place(filter, &configured)).filter(|url| self.check_endpoint(url).is_ok())
    }

    /// Finds an endpoint in the catalog; if there is none, fetches the catalog again and searches that.
    pub(super) async fn in_catalog<T>(
        &self,
        filter: &EndpointFilter<'_>,
        part: impl Fn(&Endpoint) -> T,
    ) -> Result<(Service, T)> {
        let access = match self.0.slot.current() {
            Some(access) if access.catalog().is_some() => access,
            _ => self.access_with_catalog().await?,
        };
        let find = |access: &Access| {
            let catalog = access.catalog().ok_or_else(|| no_catalog(access, filter))?;
            catalog.endpoint(filter.clone()).map(|(service, endpoint)| (service.clone(), part(endpoint)))
        };
        match find(&access) {
            Err(missing) if missing.kind() == ErrorKind::EndpointNotFound && access.catalog().is_some() => {
                match self.read_catalog_again(&access).await {
                    Some(access) => find(&access),
                    None => Err(missing),
                }
            }
            outcome => outcome,
        }
    }

    /// Fetches the catalog again, for services that were added after the token was issued: at most once a minute, and
    /// only if this client logs in on its own. The token and its new catalog replace the old ones together.
    async fn read_catalog_again(&self, access: &Arc<Access>) -> Option<Arc<Access>> {
        const BELIEVED: Duration = Duration::from_secs(60);
        let inner = &*self.0;
        self.source()?;
        let mut read = inner.catalog_read.lock().await;
        let now = inner.identity.host.now();
        let is_recent = |at: Moment| at.until(now) < BELIEVED;
        if read.is_some_and(is_recent) || is_recent(access.received()) {
            // The previous holder of the lock may have fetched a newer one.
            return inner.slot.current().filter(|current| !Arc::ptr_eq(current, access));
        }
        *read = Some(now);
        let token = self.token().await.ok()?;
        let current = inner.slot.current().filter(|current| *current.token() == token)?;
        self.with_catalog_of_now(&current)
            .await
            .inspect_err(|error| {
                tracing::debug!(target: "archstone::discovery", %error, "the catalog cannot be read again");
            })
            .ok()
    }

    /// The token with its catalog, which is fetched here if the login did not include it (`include_catalog`). A token
    /// without a catalog for another reason is returned as it is.
    pub(crate) async fn access_with_catalog(&self) -> Result<Arc<Access>> {
        let is_whole = |access: &Access| access.catalog().is_some() || !access.is_scoped();
        let mut access = self.access().await?;
        if is_whole(&access) || self.source().is_none() {
            return Ok(access);
        }
        let _turn = self.0.catalog_read.lock().await;
        for is_first in [true, false] {
            // The previous holder of the lock may have fetched it.
            access = self.access().await?;
            if is_whole(&access) {
                break;
            }
            match self.with_catalog_of_now(&access).await {
                // For a credential with access rules, this only means that they do not include the request.
                Err(error) if is_first && error.status() == Some(401) && !access.has_access_rules() => {
                    self.replace(access.token()).await?;
                }
                Err(error) if matches!(error.status(), Some(401 | 403 | 404 | 405 | 501)) => {
                    let why = "the token was issued without its catalog, which is not shown later: leave out ";
                    return Err(error.with_hint(why + Hint::option("include_catalog")));
                }
                outcome => return outcome,
            }
        }
        Ok(access)
    }

    /// The same token with the current catalog, here and in the store.
    async fn with_catalog_of_now(&self, access: &Arc<Access>) -> Result<Arc<Access>> {
        let Identity { transport, host, .. } = &*self.0.identity;
        let catalog = keystone::catalog(transport, self.identity_api().await?, access.token()).await?;
        let renewed = Arc::new(access.with_catalog(&catalog, host)?);
        self.0.slot.exchange(access, &renewed, self.source()).await;
        Ok(renewed)
    }

    /// The current catalog: one request (`GET /v3/auth/catalog`), and a login only if there is no token yet.
    ///
    /// For commands and programs that list the catalog. [`url_for`](Self::url_for) and other lookups of a single
    /// endpoint use the catalog that came with the token, and send a request only for a service that it lacks.
    ///
    /// If Keystone refuses to show it, as to an application credential whose access rules do not include the request,
    /// this is the catalog of the login, and [`CurrentCatalog::refusal`] says why.
    ///
    /// ```no_run
    /// # async fn run(client: archstone::Client) -> archstone::Result<()> {
    /// let current = client.current_catalog().await?;
    /// if let Some(refusal) = current.refusal() {
    ///     eprintln!("warning: this is the catalog of the login: {refusal}");
    /// }
    /// println!("{} services", current.services().len());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`EndpointNotFound`](ErrorKind::EndpointNotFound) for an unscoped token, which has no catalog; the reason why
    /// there is no token; the reason why the request failed.
    pub async fn current_catalog(&self) -> Result<CurrentCatalog> {
        let began = self.0.identity.host.now();
        let access = self.authenticate().await?;
        // A login that just happened has fetched the current catalog.
        if began <= access.received() && (access.catalog().is_some() || !access.is_scoped()) {
            return CurrentCatalog::new(access, None);
        }
        let refusal = match self.with_catalog_of_now(&access).await {
            Ok(access) => return CurrentCatalog::new(access, None),
            Err(error) => error,
        };
        let is_there = access.catalog().is_some() || !access.is_scoped();
        match refusal.status() {
            // For a credential with access rules, this only means that they do not include the request.
            Some(401) if access.has_access_rules() && is_there => CurrentCatalog::new(access, Some(refusal)),
            Some(401) if !access.has_access_rules() => {
                self.replace(access.token()).await?;
                CurrentCatalog::new(self.access_with_catalog().await?, None)
            }
            // Not allowed for this token, or not supported by this service.
            Some(403 | 404 | 405 | 501) if is_there => CurrentCatalog::new(access, Some(refusal)),
            _ => Err(refusal),
        }
    }

    /// The endpoint of a service, with its service, from the catalog of the current token. Endpoint overrides are
    /// ignored, since they are not in the catalog; otherwise it is found as by [`url_for`](Self::url_for).
    ///
    /// # Errors
    ///
    /// As [`url_for`](Self::url_for).
    pub async fn endpoint<'a>(&self, filter: impl Into<EndpointFilter<'a>>) -> Result<(Service, Endpoint)> {
        let filter = filter.into();
        let configured = self.configured_for(&filter);
        let place = self.place(filter, &configured);
        self.access().await?;
        self.in_catalog(&place.filter, Endpoint::clone).await
    }

    /// The URL of a service for a version of its API. The service is queried if the catalog does not reveal its
    /// version. Without a version, this is the catalog's URL, except for types whose name implies a version.
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
    /// [`EndpointNotFound`](ErrorKind::EndpointNotFound), which lists the versions that exist; or as
    /// [`url_for`](Self::url_for).
    pub async fn versioned_endpoint<'a>(
        &self,
        filter: impl Into<EndpointFilter<'a>>,
        versions: impl Into<Option<VersionRange>>,
        allow: Allow,
    ) -> Result<VersionedEndpoint> {
        self.resolve(filter.into(), Wanted { range: versions.into(), allow, in_full: false }).await
    }

    /// The versions that a service offers, the newest first; empty if it does not list any.
    ///
    /// # Errors
    ///
    /// As [`url_for`](Self::url_for); or the reason why the service cannot be queried.
    pub async fn versions<'a>(&self, filter: impl Into<EndpointFilter<'a>>) -> Result<Vec<VersionInfo>> {
        let url = self.url_for(filter).await?;
        self.versions_at(&url).await
    }

    /// The versions that every service in the catalog offers, endpoint by endpoint; a filter without an interface
    /// includes all of them. (keystoneauth's `get_all_version_data`.)
    ///
    /// Each list of versions is fetched once. If a service does not list its versions, only the version in its URL is
    /// known.
    ///
    /// ```no_run
    /// # async fn run(client: archstone::Client) -> archstone::Result<()> {
    /// use archstone::EndpointFilter;
    ///
    /// for offer in client.all_versions(EndpointFilter::default().region("RegionOne")).await? {
    ///     println!("{} {}: {} versions", offer.service_type, offer.endpoint.url(), offer.versions.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The reason why there is no token, or no catalog. If one URL serves every service (see
    /// [`fixed_endpoint`](Self::fixed_endpoint)), [`InvalidRequest`](ErrorKind::InvalidRequest) for a filter without a
    /// service type.
    pub async fn all_versions(&self, filter: EndpointFilter<'_>) -> Result<Vec<OfferedVersions>> {
        if let Some(url) = self.fixed_endpoint() {
            let service_type = filter.wanted_type().ok_or_else(|| {
                let message = format!("there is no catalog: every service is at `{}`", public_url(url));
                Error::new(ErrorKind::InvalidRequest, message)
                    .with_hint("select a service by its type, such as `baremetal`")
            })?;
            let versions = self.versions_at(url).await?;
            let service_type = service_type::official(service_type).to_owned();
            return Ok(vec![OfferedVersions { service_type, endpoint: Endpoint::at(url.clone()), versions }]);
        }
        let access = self.access_with_catalog().await?;
        let catalog = access.catalog().ok_or_else(|| no_catalog(&access, &filter))?;
        let mut offers = Vec::new();
        for (service, endpoint) in catalog.endpoints(filter) {
            let url = endpoint.url();
            // A service that does not respond does not hide the others.
            let mut versions = self.versions_at(url).await.unwrap_or_default();
            if versions.is_empty() {
                versions.extend(discovery::inferred(url, access.project_id()));
            }
            let service_type = service_type::official(service.service_type()).to_owned();
            offers.push(OfferedVersions { service_type, endpoint: endpoint.clone(), versions });
        }
        Ok(offers)
    }

    async fn versions_at(&self, url: &Url) -> Result<Vec<VersionInfo>> {
        let project_id = self.project_of_token();
        let inner = &*self.0;
        let mut failure = None;
        for document in discovery::documents(url, project_id.as_deref()) {
            let offer = inner.discovery.versions(&document, &inner.identity.host, self).await;
            if !offer.versions.is_empty() {
                return Ok(offer.versions.to_vec());
            }
            failure = failure.or(offer.failure);
        }
        failure.map_or(Ok(Vec::new()), |failure| Err(discovery::unreadable(url, failure)))
    }

    async fn resolve(&self, filter: EndpointFilter<'_>, mut wanted: Wanted) -> Result<VersionedEndpoint> {
        let configured = self.configured_for(&filter);
        wanted.range = wanted.range.or(configured.versions);
        self.resolve_at(self.place(filter, &configured), Some(wanted)).await
    }

    /// The URL at a place, for a version of the API; the listed URL if no version is wanted.
    pub(super) async fn resolve_at(&self, place: Place<'_>, wanted: Option<Wanted>) -> Result<VersionedEndpoint> {
        let wanted = match (wanted, place.filter.wanted_type()) {
            (Some(wanted), Some(service_type)) if !place.is_override() => {
                Some(Wanted { range: discovery::implied(service_type, wanted.range)?, ..wanted })
            }
            (wanted, _) => wanted,
        };
        let url = self.url_at(place).await?;
        self.check_endpoint(&url)?;
        match wanted {
            Some(wanted) => self.resolve_url(&url, wanted).await,
            None => Ok(VersionedEndpoint::listed(Url::clone(&url))),
        }
    }

    pub(super) async fn resolve_url(&self, url: &Url, wanted: Wanted) -> Result<VersionedEndpoint> {
        let project_id = self.project_of_token();
        let inner = &*self.0;
        inner.discovery.resolve(url, project_id.as_deref(), &wanted, &inner.identity.host, self).await
    }

    fn project_of_token(&self) -> Option<String> {
        self.0.slot.with_current(|access| access.project_id().map(str::to_owned)).flatten()
    }

    /// The URL for managing the identity service: `mgmt_url` if it is set, otherwise the one configured for the service
    /// `identity`, otherwise the catalog's admin, internal or public endpoint, otherwise the URL where the token was
    /// issued.
    ///
    /// # Errors
    ///
    /// The reason why there is no token: see [`ErrorKind`].
    pub async fn mgmt_url(&self) -> Result<Url> {
        if let Some(url) = &self.0.config.mgmt_url {
            return Ok(url.clone());
        }
        let mut configured = self.0.config.service("identity");
        if configured.interfaces.is_empty() {
            configured.interfaces = vec![Interface::Admin, Interface::Internal, Interface::Public];
        }
        let place = self.place("identity".into(), &configured);
        if place.is_override() {
            return Ok(Url::clone(&*self.url_at(place).await?));
        }
        let access = match self.access_with_catalog().await {
            // The catalog is not available: the URL of the login is used.
            Err(error) if error.status().is_some() => self.access().await?,
            outcome => outcome?,
        };
        let listed = access.catalog().and_then(|catalog| catalog.url_for(place.filter).ok());
        let asked = || access.auth_url().cloned().ok_or_else(not_loaded);
        listed.map_or_else(asked, |url| Ok(Url::clone(&url)))
    }
}

impl Documents for Client {
    /// Some services show their versions only to authenticated requests.
    async fn fetch(&self, url: &Url) -> Result<Answer> {
        let transport = &self.0.identity.transport;
        let answer = transport.send(Request::get(url.clone())).await?;
        if answer.status != 401 {
            return Ok(answer);
        }
        let token = self.token().await?;
        self.check_endpoint(url)?;
        transport.send(Request::get(url.clone()).with_token(&token)).await
    }

    fn kept(&self, url: &Url) -> Option<Secret> {
        self.link()?.entry()?.document(&self.0.identity.transport.server_of(url).to_string())
    }

    fn keep(&self, url: &Url, record: &Secret) {
        if let Some(link) = self.link()
            && let Some(entry) = link.entry()
        {
            entry.keep_document(&self.0.identity.transport.server_of(url).to_string(), record);
        }
    }
}

/// The error for a token without a catalog: says why, and what to do.
fn no_catalog(access: &Access, filter: &EndpointFilter<'_>) -> Error {
    let (why, hint) = access.why_no_catalog();
    Error::new(ErrorKind::EndpointNotFound, format!("no endpoint for {filter}: {why}")).with_hint(hint)
}

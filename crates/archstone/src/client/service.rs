//! A client for one service, with the settings that its requests share.

use std::sync::Arc;

use http::{Method, header::HeaderValue};
use url::Url;

use super::{
    Client, RequestBuilder,
    found::{Found, FoundEndpoint},
    microversion::{self, Microversion},
    place::Place,
    request::Target,
};
use crate::{
    catalog::{
        Allow, ApiVersion, EndpointFilter, Interface, VersionInfo, VersionRange, VersionedEndpoint, discovery::Wanted,
    },
    config::ServiceSettings,
    error::{Error, ErrorKind, Result, public_url},
    transport::{Limiter, RetryPolicy},
};

/// A client for one service. (keystoneauth calls it an *adapter*.)
///
/// Cheap to create and to clone: it shares everything with its [`Client`]. The endpoint is looked up with the first
/// request, and cached as long as the token that it came with.
///
/// ```no_run
/// # async fn run(client: archstone::Client) -> archstone::Result<()> {
/// use archstone::Interface;
///
/// let placement = client
///     .service("placement")
///     .interface(Interface::Internal)
///     .microversion("1.39".parse()?);
/// let providers: serde_json::Value = placement.get("resource_providers").send().await?.json().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ServiceClient(Arc<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    client: Client,
    service_type: String,
    /// The configuration of the service, for settings that the program does not set.
    configured: ServiceSettings,
    service_name: Option<String>,
    region: Option<String>,
    interfaces: Vec<Interface>,
    endpoint_override: Option<String>,
    versions: Option<VersionRange>,
    allow: Allow,
    skip_discovery: bool,
    microversion: Microversion,
    /// The service type for microversion headers, if it is a different one.
    microversion_service: Option<String>,
    retries: Arc<RetryPolicy>,
    max_body: Option<u64>,
    limits: Option<Limiter>,
    global_request_id: Option<String>,
    user_agent: Option<HeaderValue>,
    found: Found,
}

impl Client {
    /// A client for a service type, such as `compute` or `image`, with its
    /// [configuration](crate::CloudConfig::service).
    pub fn service(&self, service_type: impl Into<String>) -> ServiceClient {
        let service_type = service_type.into();
        let configured = self.0.config.service(&service_type);
        ServiceClient(Arc::new(Inner {
            client: self.clone(),
            retries: configured.retries().map_or_else(RetryPolicy::usual, Arc::new),
            service_type,
            service_name: None,
            region: None,
            interfaces: Vec::new(),
            endpoint_override: None,
            versions: None,
            allow: Allow::default(),
            max_body: None,
            skip_discovery: false,
            microversion: configured.microversion.map_or(Microversion::Unsaid, Microversion::Fixed),
            microversion_service: None,
            configured,
            limits: None,
            global_request_id: None,
            user_agent: None,
            found: Found::default(),
        }))
    }
}

impl ServiceClient {
    fn change(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        let inner = Arc::make_mut(&mut self.0);
        inner.found = Found::default();
        change(inner);
        self
    }

    /// Selects the service with this name.
    pub fn service_name(self, name: impl Into<String>) -> Self {
        self.change(|inner| inner.service_name = Some(name.into()))
    }

    /// Selects the endpoint in this region, instead of the client's. As with a name or an interface, an override that
    /// is configured for the service is then ignored.
    pub fn region(self, region: impl Into<String>) -> Self {
        self.change(|inner| inner.region = Some(region.into()))
    }

    /// Selects the endpoint with this interface.
    pub fn interface(self, interface: Interface) -> Self {
        self.change(|inner| inner.interfaces = vec![interface])
    }

    /// Selects the endpoint of the first of these interfaces that exists.
    pub fn interfaces(self, interfaces: impl IntoIterator<Item = Interface>) -> Self {
        self.change(|inner| inner.interfaces = interfaces.into_iter().collect())
    }

    /// Uses this URL instead of the catalog. `%(project_id)s` and `%(user_id)s` are replaced with those of the token;
    /// any other `%` is kept.
    pub fn endpoint_override(self, url: impl Into<String>) -> Self {
        self.change(|inner| inner.endpoint_override = Some(url.into()))
    }

    /// Selects a version of the API in this range, querying the service if its catalog entry is not sufficient.
    pub fn versions(self, versions: VersionRange) -> Self {
        self.change(|inner| inner.versions = Some(versions))
    }

    /// Which versions are allowed.
    pub fn allow(self, allow: Allow) -> Self {
        self.change(|inner| inner.allow = allow)
    }

    /// Uses the URL of the catalog or the override as it is, and never queries the service for its versions.
    pub fn skip_discovery(self) -> Self {
        self.change(|inner| inner.skip_discovery = true)
    }

    /// Requests a microversion with each request.
    pub fn microversion(self, version: ApiVersion) -> Self {
        self.change(|inner| inner.microversion = Microversion::Fixed(version))
    }

    /// Requests the newest microversion in a range that the service supports. The service is queried once for those
    /// that it supports.
    ///
    /// ```no_run
    /// # async fn run(client: archstone::Client) -> archstone::Result<()> {
    /// use archstone::VersionRange;
    ///
    /// let known = VersionRange::between(Some("2.1".parse()?), Some("2.96".parse()?))?;
    /// let compute = client.service("compute").newest_microversion_of(known);
    /// # Ok(())
    /// # }
    /// ```
    pub fn newest_microversion_of(self, versions: VersionRange) -> Self {
        self.change(|inner| inner.microversion = Microversion::Newest(versions))
    }

    /// Writes microversion headers for a service type other than the catalog's, for clouds with service types of their
    /// own.
    pub fn microversion_service_type(self, service_type: impl Into<String>) -> Self {
        self.change(|inner| inner.microversion_service = Some(service_type.into()))
    }

    /// The retry policy.
    pub fn retries(self, policy: RetryPolicy) -> Self {
        self.change(|inner| inner.retries = Arc::new(policy))
    }

    /// The maximum body size of a response in bytes: see [`RequestBuilder::max_body_size`].
    pub fn max_body_size(self, bytes: u64) -> Self {
        self.change(|inner| inner.max_body = Some(bytes))
    }

    /// Applies a rate limit to requests, instead of the client's own.
    pub fn limiter(self, limiter: &Limiter) -> Self {
        self.change(|inner| inner.limits = Some(limiter.clone()))
    }

    /// A custom request id for each request, which services log.
    pub fn global_request_id(self, id: impl Into<String>) -> Self {
        self.change(|inner| inner.global_request_id = Some(id.into()))
    }

    /// Names the client library in the `User-Agent` header, between the program and Archstone.
    pub fn user_agent(self, library: impl AsRef<str>) -> Self {
        self.change(|inner| {
            let whole = inner.client.0.identity.transport.settings().user_agent(Some(library.as_ref()));
            inner.user_agent = HeaderValue::from_str(&whole).ok();
        })
    }

    /// The service type.
    #[must_use]
    pub fn service_type(&self) -> &str {
        self.0.configured.service_type.as_deref().unwrap_or(&self.0.service_type)
    }

    /// The client that this one belongs to.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.0.client
    }

    pub(super) fn limits(&self) -> Option<&Limiter> {
        self.0.limits.as_ref()
    }

    pub(super) fn policy(&self) -> Arc<RetryPolicy> {
        Arc::clone(&self.0.retries)
    }

    pub(super) fn user_agent_header(&self) -> Option<HeaderValue> {
        self.0.user_agent.clone()
    }

    pub(super) fn microversion_type(&self) -> &str {
        self.0.microversion_service.as_deref().unwrap_or_else(|| self.service_type())
    }

    /// Starts a request to a path below the service's endpoint. A full URL of the same origin, such as a link in a
    /// response, works, too.
    pub fn request(&self, method: Method, path: impl Into<String>) -> RequestBuilder {
        let target = Target::Service(self.clone(), path.into());
        let mut request = RequestBuilder::new(&self.0.client, method, target);
        request.0.microversion = self.0.microversion;
        request.0.max_body = self.0.max_body;
        match &self.0.global_request_id {
            Some(id) => request.global_request_id(id),
            None => request,
        }
    }

    /// Starts a `GET` request.
    pub fn get(&self, path: impl Into<String>) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    /// Starts a `HEAD` request.
    pub fn head(&self, path: impl Into<String>) -> RequestBuilder {
        self.request(Method::HEAD, path)
    }

    /// Starts a `POST` request.
    pub fn post(&self, path: impl Into<String>) -> RequestBuilder {
        self.request(Method::POST, path)
    }

    /// Starts a `PUT` request.
    pub fn put(&self, path: impl Into<String>) -> RequestBuilder {
        self.request(Method::PUT, path)
    }

    /// Starts a `PATCH` request.
    pub fn patch(&self, path: impl Into<String>) -> RequestBuilder {
        self.request(Method::PATCH, path)
    }

    /// Starts a `DELETE` request.
    pub fn delete(&self, path: impl Into<String>) -> RequestBuilder {
        self.request(Method::DELETE, path)
    }

    /// The endpoint of the service, in the requested version.
    ///
    /// # Errors
    ///
    /// As [`Client::versioned_endpoint`].
    pub async fn endpoint(&self) -> Result<VersionedEndpoint> {
        Ok(self.found().await?.endpoint.clone())
    }

    /// The newest microversion in a range that the service supports.
    ///
    /// # Errors
    ///
    /// [`EndpointNotFound`](ErrorKind::EndpointNotFound), which lists those that it supports, when none matches.
    pub async fn newest_microversion(&self, versions: VersionRange) -> Result<ApiVersion> {
        let info = self.version_info().await?;
        microversion::newest(self.service_type(), versions, info.as_ref())
    }

    /// The service's description of the version in use; `None` if there is none. The response is cached.
    ///
    /// # Errors
    ///
    /// As [`endpoint`](Self::endpoint).
    pub async fn version_info(&self) -> Result<Option<VersionInfo>> {
        let found = self.found().await?;
        if found.endpoint.info.is_some() {
            return Ok(found.endpoint.info.clone());
        }
        let inner = &*self.0;
        let wanted = Wanted { range: self.versions_wanted(), allow: inner.allow, in_full: true };
        let info = inner.client.resolve_url(&found.endpoint.url, wanted).await?.info;
        if info.is_some() {
            inner.found.keep(&inner.client, VersionedEndpoint { info: info.clone(), ..found.endpoint.clone() });
        }
        Ok(info)
    }

    /// The cached endpoint, while its catalog is still the client's; otherwise looks it up.
    async fn found(&self) -> Result<Arc<FoundEndpoint>> {
        let inner = &*self.0;
        if let Some(found) = inner.found.of(&inner.client) {
            return Ok(found);
        }
        // Boxed, so that the common path does not carry it.
        let endpoint = Box::pin(self.find()).await?;
        Ok(inner.found.keep(&inner.client, endpoint))
    }

    async fn find(&self) -> Result<VersionedEndpoint> {
        let inner = &*self.0;
        let mut filter = EndpointFilter::from(&inner.service_type);
        if let Some(name) = &inner.service_name {
            filter = filter.service_name(name);
        }
        if let Some(region) = &inner.region {
            filter = filter.region(region);
        }
        if !inner.interfaces.is_empty() {
            filter = filter.interfaces(inner.interfaces.iter().cloned());
        }
        let place = match &inner.endpoint_override {
            Some(template) => Place::at(template, filter),
            None => inner.client.place(filter, &inner.configured),
        };
        let wanted = Wanted { range: self.versions_wanted(), allow: inner.allow, in_full: false };
        inner.client.resolve_at(place, (!inner.skip_discovery).then_some(wanted)).await
    }

    fn versions_wanted(&self) -> Option<VersionRange> {
        self.0.versions.or(self.0.configured.versions)
    }

    /// The URL of a path below the endpoint, if the endpoint is cached.
    pub(super) fn known_url(&self, path: &str) -> Option<Result<Url>> {
        Some(self.url_below(&*self.0.found.of(&self.0.client)?, path))
    }

    /// The URL of a path below the endpoint.
    pub(super) async fn url(&self, path: &str) -> Result<Url> {
        self.url_below(&*self.found().await?, path)
    }

    #[inline(never)]
    fn url_below(&self, base: &FoundEndpoint, path: &str) -> Result<Url> {
        if path.starts_with("http://") || path.starts_with("https://") {
            return self.of_the_same_origin(&base.endpoint.url, path);
        }
        base.below(path)
    }

    fn of_the_same_origin(&self, base: &Url, url: &str) -> Result<Url> {
        let refuse = |why: &str| {
            let message = format!("a URL {why} `{}`, of service `{}`", public_url(base), self.service_type());
            Error::new(ErrorKind::InvalidRequest, message)
                .with_hint("a token goes only where the catalog says: to send it elsewhere, use `client.request(…)`")
        };
        let url = Url::parse(url).map_err(|source| refuse("that cannot be read, for").with_source(source))?;
        if url.origin() == base.origin() { Ok(url) } else { Err(refuse("of another origin than")) }
    }
}

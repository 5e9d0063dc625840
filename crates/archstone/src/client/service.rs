//! A client bound to one service, with what its requests have in common.

use reqwest::Method;
use url::Url;

use super::{Client, RequestBuilder, request::Target};
use crate::{
    catalog::{Allow, ApiVersion, EndpointFilter, Interface, VersionRange, VersionedEndpoint},
    error::{Error, ErrorKind, Result},
    transport::retry::RetryPolicy,
};

/// A client bound to one service. (keystoneauth calls it an *adapter*.)
///
/// Cheap to make and to clone: it shares everything with its [`Client`]. The endpoint is found with the
/// first request, and stays with the token that it came with.
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
pub struct ServiceClient {
    client: Client,
    service_type: String,
    service_name: Option<String>,
    region: Option<String>,
    interfaces: Vec<Interface>,
    endpoint_override: Option<String>,
    versions: Option<VersionRange>,
    allow: Allow,
    microversion: Option<ApiVersion>,
    retries: RetryPolicy,
    global_request_id: Option<String>,
}

impl Client {
    /// A client bound to a service type, such as `compute` or `image`.
    pub fn service(&self, service_type: impl Into<String>) -> ServiceClient {
        ServiceClient {
            client: self.clone(),
            service_type: service_type.into(),
            service_name: None,
            region: None,
            interfaces: Vec::new(),
            endpoint_override: None,
            versions: None,
            allow: Allow::default(),
            microversion: None,
            retries: RetryPolicy::default(),
            global_request_id: None,
        }
    }
}

impl ServiceClient {
    /// Takes the service of this name.
    pub fn service_name(mut self, name: impl Into<String>) -> Self {
        self.service_name = Some(name.into());
        self
    }

    /// Takes the endpoint of this region, and not of the client's own.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Takes the endpoint of this interface.
    pub fn interface(mut self, interface: Interface) -> Self {
        self.interfaces = vec![interface];
        self
    }

    /// Takes the endpoint of the first of these interfaces that there is.
    pub fn interfaces(mut self, interfaces: impl IntoIterator<Item = Interface>) -> Self {
        self.interfaces = interfaces.into_iter().collect();
        self
    }

    /// Uses this URL and no catalog. `%(project_id)s` and `%(user_id)s` stand for those of the token; any
    /// other `%` is what it is.
    pub fn endpoint_override(mut self, url: impl Into<String>) -> Self {
        self.endpoint_override = Some(url.into());
        self
    }

    /// Takes a version of the API out of this range, asking the service where its catalog entry does not
    /// say enough.
    pub fn versions(mut self, versions: VersionRange) -> Self {
        self.versions = Some(versions);
        self
    }

    /// Which versions may be taken.
    pub fn allow(mut self, allow: Allow) -> Self {
        self.allow = allow;
        self
    }

    /// Asks for a microversion with each request.
    pub fn microversion(mut self, version: ApiVersion) -> Self {
        self.microversion = Some(version);
        self
    }

    /// When requests are sent again.
    pub fn retries(mut self, policy: RetryPolicy) -> Self {
        self.retries = policy;
        self
    }

    /// A request id of one's own with each request, which services write into their logs.
    pub fn global_request_id(mut self, id: impl Into<String>) -> Self {
        self.global_request_id = Some(id.into());
        self
    }

    /// The service type.
    #[must_use]
    pub fn service_type(&self) -> &str {
        &self.service_type
    }

    /// Begins a request to a path below the service's endpoint.
    pub fn request(&self, method: Method, path: impl Into<String>) -> RequestBuilder {
        let target = Target::Service(Box::new(self.clone()), path.into());
        let mut request = RequestBuilder::new(&self.client, method, target).retries(self.retries.clone());
        request.microversion = self.microversion;
        request.microversion_service = Some(self.service_type.clone());
        match &self.global_request_id {
            Some(id) => request.global_request_id(id),
            None => request,
        }
    }

    /// Begins a `GET`.
    pub fn get(&self, path: impl Into<String>) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    /// Begins a `HEAD`.
    pub fn head(&self, path: impl Into<String>) -> RequestBuilder {
        self.request(Method::HEAD, path)
    }

    /// Begins a `POST`.
    pub fn post(&self, path: impl Into<String>) -> RequestBuilder {
        self.request(Method::POST, path)
    }

    /// Begins a `PUT`.
    pub fn put(&self, path: impl Into<String>) -> RequestBuilder {
        self.request(Method::PUT, path)
    }

    /// Begins a `PATCH`.
    pub fn patch(&self, path: impl Into<String>) -> RequestBuilder {
        self.request(Method::PATCH, path)
    }

    /// Begins a `DELETE`.
    pub fn delete(&self, path: impl Into<String>) -> RequestBuilder {
        self.request(Method::DELETE, path)
    }

    /// Where the service is, in the version that was asked for.
    ///
    /// # Errors
    ///
    /// As [`Client::versioned_endpoint`].
    pub async fn endpoint(&self) -> Result<VersionedEndpoint> {
        if let Some(template) = &self.endpoint_override {
            let text = self.filled(template).await?;
            let url = Url::parse(&text).map_err(|source| {
                let message = format!("the endpoint override of `{}` is not a URL", self.service_type);
                Error::new(ErrorKind::InvalidConfig, message).with_source(source)
            })?;
            return self.client.versioned_url(&url, self.versions, self.allow).await;
        }
        let mut filter = EndpointFilter::from(&self.service_type);
        if let Some(name) = &self.service_name {
            filter = filter.service_name(name);
        }
        if let Some(region) = &self.region {
            filter = filter.region(region);
        }
        if !self.interfaces.is_empty() {
            filter = filter.interfaces(self.interfaces.iter().cloned());
        }
        self.client.versioned_endpoint(filter, self.versions, self.allow).await
    }

    /// The URL of a path below the endpoint.
    pub(super) async fn url(&self, path: &str) -> Result<Url> {
        let mut url = self.endpoint().await?.url;
        let (path, query) = match path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path, None),
        };
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}/{}", path.trim_start_matches('/')));
        url.set_query(query);
        Ok(url)
    }

    async fn filled(&self, template: &str) -> Result<String> {
        let mut text = template.to_owned();
        for (name, is_project) in [("%(project_id)s", true), ("%(tenant_id)s", true), ("%(user_id)s", false)] {
            if !text.contains(name) {
                continue;
            }
            let access = self.client.access().await?;
            let id = if is_project { access.project_id() } else { access.user_id() };
            let id = id.ok_or_else(|| {
                let message =
                    format!("the endpoint override of `{}` needs `{name}`, which the token lacks", self.service_type);
                Error::new(ErrorKind::InvalidConfig, message).with_hint("ask for a token of a project")
            })?;
            text = text.replace(name, id);
        }
        Ok(text)
    }
}

//! The service catalog: the services and endpoints that came with a token.
//!
//! A catalog is indexed once, when the token arrives; finding an endpoint then allocates nothing.
//!
//! ```
//! use archstone::{Catalog, EndpointFilter, Interface};
//!
//! let catalog: Catalog = serde_json::from_str(r#"[{
//!     "type": "compute", "name": "nova", "id": "s1", "endpoints": [
//!         {"id": "e1", "interface": "public", "region_id": "north", "url": "https://compute.example/v2.1"},
//!         {"id": "e2", "interface": "internal", "region_id": "north", "url": "http://10.0.0.7:8774/v2.1"}
//!     ]}]"#)?;
//! assert_eq!(catalog.url_for("compute")?.as_str(), "https://compute.example/v2.1");
//! let internal = EndpointFilter::from("compute").interface(Interface::Internal);
//! assert_eq!(catalog.url_for(internal)?.as_str(), "http://10.0.0.7:8774/v2.1");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub(crate) mod discovery;
mod filter;
mod missing;
pub(crate) mod service_type;
pub(crate) use service_type::{family, normalised};
pub(crate) mod v2;
mod version;

use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::Deserialize;
use url::Url;

pub use discovery::{Allow, OfferedVersions, VersionInfo, VersionStatus, VersionedEndpoint};
pub use filter::{EndpointFilter, Interface};
pub use version::{ApiVersion, VersionRange};

use crate::{error::Result, lenient};

/// A URL that requests can be sent to. Others are rejected, such as `controller:8774/v2.1` or `javascript:…`, and those
/// with line breaks or blanks inside, which URL libraries drop or rewrite.
pub(crate) fn http_url(text: &str) -> Option<Url> {
    let is_plain = !text.contains(|c: char| c.is_control() || c.is_whitespace());
    Url::parse(text).ok().filter(|url| is_plain && matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// A URL exactly as the catalog spells it when printed; it derefs to the parsed [`Url`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointUrl {
    text: Box<str>,
    url: Url,
}

impl EndpointUrl {
    /// `None` for text that is not a URL of a service: see [`http_url`].
    pub(crate) fn parse(text: &str) -> Option<Arc<Self>> {
        let text = text.trim();
        Some(Arc::new(Self { url: http_url(text)?, text: text.into() }))
    }

    /// The URL as the catalog spells it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl From<Url> for EndpointUrl {
    fn from(url: Url) -> Self {
        Self { text: url.as_str().into(), url }
    }
}

impl std::ops::Deref for EndpointUrl {
    type Target = Url;

    fn deref(&self) -> &Url {
        &self.url
    }
}

impl std::fmt::Display for EndpointUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// One URL of a service, for an interface in a region.
#[derive(Clone, Debug)]
pub struct Endpoint {
    id: Option<String>,
    interface: Interface,
    region: Option<String>,
    url: Arc<EndpointUrl>,
}

impl Endpoint {
    /// An endpoint that is not in any catalog.
    pub(crate) fn at(url: Url) -> Self {
        Self { id: None, interface: Interface::Public, region: None, url: Arc::new(url.into()) }
    }

    /// The endpoint's id.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The audience of the endpoint.
    #[must_use]
    pub fn interface(&self) -> &Interface {
        &self.interface
    }

    /// The region's id.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// The URL, as the catalog spells it.
    #[must_use]
    pub fn url(&self) -> &Arc<EndpointUrl> {
        &self.url
    }
}

/// A service of the catalog, with its endpoints.
#[derive(Clone, Debug)]
pub struct Service {
    id: Option<String>,
    name: Option<String>,
    #[expect(clippy::struct_field_names, reason = "`type` is a keyword")]
    service_type: String,
    endpoints: Vec<Endpoint>,
    unusable: Vec<Unusable>,
}

/// An endpoint whose URL cannot be used for requests.
#[derive(Clone, Debug)]
struct Unusable {
    interface: Interface,
    url: String,
}

impl Service {
    fn new(service_type: String, name: Option<String>, id: Option<String>) -> Self {
        Self { id, name, service_type, endpoints: Vec::new(), unusable: Vec::new() }
    }

    fn add(&mut self, id: Option<String>, interface: Interface, region: Option<String>, url: &str) {
        match EndpointUrl::parse(url) {
            Some(url) => self.endpoints.push(Endpoint { id, interface, region, url }),
            None => self.unusable.push(Unusable { interface, url: url.to_owned() }),
        }
    }

    /// The service's id.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The service's name, such as `nova`.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The service's type, such as `compute`.
    #[must_use]
    pub fn service_type(&self) -> &str {
        &self.service_type
    }

    /// The interfaces and URLs of endpoints that cannot be used for requests.
    pub(crate) fn unusable(&self) -> impl Iterator<Item = (&Interface, &str)> {
        self.unusable.iter().map(|it| (&it.interface, it.url.as_str()))
    }

    /// The endpoints, in the catalog's order.
    #[must_use]
    pub fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }
}

/// The services and endpoints that came with a token.
///
/// Entries without a type and endpoints without a valid URL cannot be used, and are left out; other missing keys match
/// every filter, as is necessary for the catalogs of old clouds.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    services: Vec<Service>,
    /// For every type that can be requested, the services for it.
    index: FxHashMap<Box<str>, Served>,
    /// Whether the document that came with the token was not a catalog.
    is_malformed: bool,
}

/// The services for a requested type.
#[derive(Clone, Debug, Default)]
struct Served {
    /// Positions in `services`, grouped by catalog type, the preferred type first.
    groups: Vec<Vec<usize>>,
    /// The URL for each simple lookup: a type and one of the three interfaces.
    first: [Option<Arc<EndpointUrl>>; 3],
}

impl Catalog {
    fn new(services: Vec<Service>) -> Self {
        let mut by_type: FxHashMap<String, Vec<usize>> = FxHashMap::default();
        for (position, service) in services.iter().enumerate() {
            let name = service_type::normalised(&service.service_type).into_owned();
            by_type.entry(name).or_default().push(position);
        }
        let mut index = FxHashMap::default();
        for present in by_type.keys() {
            let family = service_type::family(present);
            let related =
                family.iter().flat_map(|(official, aliases)| std::iter::once(*official).chain(aliases.iter().copied()));
            for requested in related.chain([present.as_str()]) {
                if index.contains_key(requested) {
                    continue;
                }
                let groups: Vec<_> = service_type::candidates(requested)
                    .into_iter()
                    .filter_map(|candidate| by_type.get(candidate).cloned())
                    .collect();
                if groups.is_empty() {
                    continue;
                }
                let mut served = Served { groups, first: [None, None, None] };
                for interface in Interface::USUAL {
                    let filter = EndpointFilter::default().interface(interface.clone());
                    if let Some(slot) = interface.position() {
                        served.first[slot] =
                            find(&services, &served.groups, &filter).map(|(_, it)| Arc::clone(&it.url));
                    }
                }
                index.insert(Box::from(requested), served);
            }
        }
        Self { services, index, is_malformed: false }
    }

    /// Replaces a malformed document: an empty catalog that can report why it is empty.
    pub(crate) fn malformed() -> Self {
        Self { is_malformed: true, ..Self::default() }
    }

    /// The services, in Keystone's order.
    #[must_use]
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// Whether there is no service at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.services.is_empty()
    }

    /// The URL of the first endpoint that matches a filter.
    ///
    /// # Errors
    ///
    /// [`EndpointNotFound`](crate::ErrorKind::EndpointNotFound), which lists what exists instead.
    pub fn url_for<'a>(&self, filter: impl Into<EndpointFilter<'a>>) -> Result<Arc<EndpointUrl>> {
        let filter = filter.into();
        if let Some(url) = self.usual(&filter, &[]) {
            return Ok(url);
        }
        self.endpoint(filter).map(|(_, endpoint)| Arc::clone(&endpoint.url))
    }

    /// The URL for a type and an interface, if the filter sets nothing else: a single index lookup. `interfaces` are
    /// those for a filter that names none.
    #[inline]
    pub(crate) fn usual(&self, filter: &EndpointFilter<'_>, interfaces: &[Interface]) -> Option<Arc<EndpointUrl>> {
        let (service_type, slot) = filter.as_plain(interfaces)?;
        self.index.get(service_type)?.first[slot].clone()
    }

    /// The first endpoint that matches a filter, with its service.
    ///
    /// # Errors
    ///
    /// [`EndpointNotFound`](crate::ErrorKind::EndpointNotFound), which lists what exists instead.
    pub fn endpoint<'a>(&self, filter: impl Into<EndpointFilter<'a>>) -> Result<(&Service, &Endpoint)> {
        let filter = filter.into();
        find(&self.services, &self.groups(&filter), &filter).ok_or_else(|| missing::explain(self, &filter))
    }

    /// All endpoints that match a filter, with their services. Without an interface in the filter, those of every
    /// interface; if there are none, an empty list.
    pub fn endpoints<'a>(&self, filter: impl Into<EndpointFilter<'a>>) -> Vec<(&Service, &Endpoint)> {
        let filter = filter.into();
        let services = || {
            let fitting = self.groups(&filter).into_iter().flatten().map(|position| &self.services[position]);
            fitting.filter(|service| filter.fits_service(service))
        };
        let all = |regions| -> Vec<_> {
            services()
                .flat_map(|service| service.endpoints.iter().map(move |endpoint| (service, endpoint)))
                .filter(|(_, endpoint)| filter.fits_place(endpoint, regions) && filter.fits_interface(endpoint))
                .collect()
        };
        filter.regions().iter().map(|regions| all(*regions)).find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// The services that may match a filter, grouped by type, the preferred type first.
    fn groups(&self, filter: &EndpointFilter<'_>) -> Vec<Vec<usize>> {
        match filter.wanted_type() {
            Some(requested) => self
                .index
                .get(service_type::normalised(requested).as_ref())
                .map(|served| served.groups.clone())
                .unwrap_or_default(),
            None => vec![(0..self.services.len()).collect()],
        }
    }
}

/// Searches type by type, then interface by interface, for the first endpoint that matches.
fn find<'c>(
    services: &'c [Service],
    groups: &[Vec<usize>],
    filter: &EndpointFilter<'_>,
) -> Option<(&'c Service, &'c Endpoint)> {
    let in_group = |group: &Vec<usize>, regions| {
        let fitting = || {
            group
                .iter()
                .map(|position| &services[*position])
                .filter(|service| filter.fits_service(service))
                .flat_map(|service| service.endpoints.iter().map(move |it| (service, it)))
                .filter(|(_, endpoint)| filter.fits_place(endpoint, regions))
        };
        filter.wanted_interfaces().find_map(|interface| fitting().find(|(_, endpoint)| endpoint.interface == interface))
    };
    filter.regions().iter().find_map(|regions| groups.iter().find_map(|group| in_group(group, *regions)))
}

/// The wire format, in which anything may be missing.
#[derive(Default, Deserialize)]
#[serde(default)]
struct ServiceEntry {
    #[serde(deserialize_with = "lenient::text")]
    id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    name: Option<String>,
    #[serde(rename = "type", deserialize_with = "lenient::text")]
    service_type: Option<String>,
    #[serde(deserialize_with = "lenient::objects")]
    endpoints: Vec<EndpointEntry>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct EndpointEntry {
    #[serde(deserialize_with = "lenient::text")]
    id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    interface: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    region_id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    region: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    url: Option<String>,
}

/// The entries of a catalog; anything but a list is not a catalog.
struct Entries<T>(Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        Vec::<lenient::Object<T>>::deserialize(from)
            .map(|items| Self(items.into_iter().filter_map(|it| it.0).collect()))
    }
}

impl<'de> Deserialize<'de> for Catalog {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let Entries(entries) = Entries::<ServiceEntry>::deserialize(deserializer)?;
        let services = entries.into_iter().filter_map(|entry| {
            let mut service = Service::new(entry.service_type?, entry.name, entry.id);
            for endpoint in entry.endpoints {
                if let (Some(interface), Some(url)) = (endpoint.interface, endpoint.url) {
                    let region = endpoint.region_id.or(endpoint.region);
                    service.add(endpoint.id, Interface::from(interface.as_str()), region, &url);
                }
            }
            Some(service)
        });
        Ok(Self::new(services.collect()))
    }
}

#[cfg(test)]
mod tests;

//! Filters for endpoints.

use std::fmt;

use super::{Endpoint, Service, service_type};

/// The audience of an endpoint.
///
/// ```
/// use archstone::Interface;
///
/// // The old spellings are understood.
/// assert_eq!(Interface::from("publicURL"), Interface::Public);
/// assert_eq!(Interface::from("private"), Interface::Internal);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Interface {
    /// For everyone.
    #[default]
    Public,
    /// For clients inside the cloud's own network.
    Internal,
    /// For administrators.
    Admin,
    /// An interface that only this cloud has.
    Other(String),
}

impl Interface {
    pub(super) const USUAL: [Self; 3] = [Self::Public, Self::Internal, Self::Admin];

    #[inline]
    pub(super) fn position(&self) -> Option<usize> {
        match self {
            Self::Public => Some(0),
            Self::Internal => Some(1),
            Self::Admin => Some(2),
            Self::Other(_) => None,
        }
    }

    /// The name, as the catalog spells it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Admin => "admin",
            Self::Other(name) => name,
        }
    }
}

impl From<&str> for Interface {
    fn from(name: &str) -> Self {
        match name {
            "public" | "publicURL" => Self::Public,
            "internal" | "internalURL" | "private" | "privateURL" => Self::Internal,
            "admin" | "adminURL" => Self::Admin,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl fmt::Display for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The criteria for finding an endpoint. All that are set must match.
///
/// ```
/// use archstone::{EndpointFilter, Interface};
///
/// let filter = EndpointFilter::from("image")
///     .interfaces([Interface::Internal, Interface::Public])
///     .region("RegionOne");
/// # let _ = filter;
/// ```
#[derive(Clone, Debug, Default)]
pub struct EndpointFilter<'a> {
    service_type: Option<&'a str>,
    service_name: Option<&'a str>,
    service_id: Option<&'a str>,
    endpoint_id: Option<&'a str>,
    region: Option<&'a str>,
    interfaces: Interfaces,
}

/// Interfaces in the order of preference; one needs no allocation.
#[derive(Clone, Debug, Default)]
enum Interfaces {
    /// The default: public for a single endpoint, all for a list of endpoints.
    #[default]
    Unsaid,
    One(Interface),
    Many(Vec<Interface>),
}

impl<'a> From<&'a str> for EndpointFilter<'a> {
    #[inline]
    fn from(service_type: &'a str) -> Self {
        Self { service_type: Some(service_type), ..Self::default() }
    }
}

impl<'a> From<&'a String> for EndpointFilter<'a> {
    fn from(service_type: &'a String) -> Self {
        Self::from(service_type.as_str())
    }
}

impl<'a> EndpointFilter<'a> {
    /// The service's type, or an alias of it: `compute`, `block-storage`, `volumev3`.
    #[inline]
    #[must_use]
    pub fn service_type(mut self, service_type: &'a str) -> Self {
        self.service_type = Some(service_type);
        self
    }

    /// The service's name, such as `nova`. A service without a name matches.
    #[must_use]
    pub fn service_name(mut self, name: &'a str) -> Self {
        self.service_name = Some(name);
        self
    }

    /// The service's id. A service without an id matches.
    #[must_use]
    pub fn service_id(mut self, id: &'a str) -> Self {
        self.service_id = Some(id);
        self
    }

    /// The endpoint's id. An endpoint without an id matches.
    #[must_use]
    pub fn endpoint_id(mut self, id: &'a str) -> Self {
        self.endpoint_id = Some(id);
        self
    }

    /// The region's id, case-sensitive. Endpoints without a region are used if none in this region matches.
    #[inline]
    #[must_use]
    pub fn region(mut self, region: &'a str) -> Self {
        self.region = Some(region);
        self
    }

    /// The interface (default: public).
    #[inline]
    #[must_use]
    pub fn interface(mut self, interface: Interface) -> Self {
        self.interfaces = Interfaces::One(interface);
        self
    }

    /// Several interfaces, the preferred first.
    #[must_use]
    pub fn interfaces(mut self, interfaces: impl IntoIterator<Item = Interface>) -> Self {
        self.interfaces = Interfaces::Many(interfaces.into_iter().collect());
        self
    }

    /// Whether the filter sets only a service type.
    #[inline]
    pub(crate) fn is_type_alone(&self) -> bool {
        matches!(
            self,
            Self {
                service_type: Some(_),
                service_name: None,
                service_id: None,
                endpoint_id: None,
                region: None,
                interfaces: Interfaces::Unsaid,
            }
        )
    }

    /// Sets the configured type and name of the service in the catalog; the name is not needed if the filter has an id.
    #[inline]
    pub(crate) fn or_service(mut self, service_type: Option<&'a str>, name: Option<&'a str>) -> Self {
        self.service_type = service_type.or(self.service_type);
        if self.service_id.is_none() && self.endpoint_id.is_none() {
            self.service_name = self.service_name.or(name);
        }
        self
    }

    /// Sets a region and interfaces, if the filter has none.
    #[inline]
    pub(crate) fn or_defaults(mut self, region: Option<&'a str>, interfaces: &[Interface]) -> Self {
        if self.endpoint_id.is_none() {
            self.region = self.region.or(region);
            if matches!(self.interfaces, Interfaces::Unsaid) {
                self.interfaces = match interfaces {
                    [] => Interfaces::Unsaid,
                    [one] => Interfaces::One(one.clone()),
                    many => Interfaces::Many(many.to_vec()),
                };
            }
        }
        self
    }

    /// The type and the interface's position, if the filter sets nothing else. `unsaid` are the interfaces for a filter
    /// that names none.
    #[inline]
    pub(super) fn as_plain(&self, unsaid: &[Interface]) -> Option<(&'a str, usize)> {
        let Self { service_type, service_name: None, service_id: None, endpoint_id: None, region: None, interfaces } =
            self
        else {
            return None;
        };
        let position = match (interfaces, unsaid) {
            (Interfaces::Unsaid, []) => Interface::Public.position(),
            (Interfaces::One(interface), _) | (Interfaces::Unsaid, [interface]) => interface.position(),
            _ => None,
        };
        Some(((*service_type)?, position?))
    }

    pub(crate) fn wanted_type(&self) -> Option<&'a str> {
        self.service_type
    }

    pub(super) fn wanted_name(&self) -> Option<&'a str> {
        self.service_name
    }

    pub(super) fn wanted_region(&self) -> Option<&'a str> {
        self.region
    }

    pub(super) fn wanted_interfaces(&self) -> impl Iterator<Item = Interface> {
        match &self.interfaces {
            // An endpoint id is sufficient, whatever its interface is.
            Interfaces::Unsaid if self.endpoint_id.is_some() => Interface::USUAL.to_vec(),
            Interfaces::Unsaid => vec![Interface::Public],
            Interfaces::One(interface) => vec![interface.clone()],
            Interfaces::Many(interfaces) => interfaces.clone(),
        }
        .into_iter()
    }

    pub(super) fn fits_service(&self, service: &Service) -> bool {
        fits(self.service_name, service.name()) && fits(self.service_id, service.id())
    }

    pub(super) fn fits_place(&self, endpoint: &Endpoint, regions: Regions) -> bool {
        let is_in_region = match (regions, self.region) {
            (Regions::Asked, None) => true,
            (Regions::Asked, region) => endpoint.region() == region,
            (Regions::None, _) => endpoint.region().is_none(),
        };
        is_in_region && fits(self.endpoint_id, endpoint.id())
    }

    /// The regions to search, in this order: endpoints without a region are used if none in the requested region
    /// matches.
    pub(super) fn regions(&self) -> &'static [Regions] {
        if self.region.is_some() { &[Regions::Asked, Regions::None] } else { &[Regions::Asked] }
    }

    pub(super) fn fits_interface(&self, endpoint: &Endpoint) -> bool {
        matches!(self.interfaces, Interfaces::Unsaid)
            || self.wanted_interfaces().any(|interface| interface == *endpoint.interface())
    }
}

impl fmt::Display for EndpointFilter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        let mut part = |what: &str, value: Option<&str>| {
            if let Some(value) = value {
                parts.push(format!("{what} `{value}`"));
            }
        };
        part("service type", self.service_type);
        part("service name", self.service_name);
        part("service id", self.service_id);
        part("endpoint id", self.endpoint_id);
        part("region", self.region);
        if self.endpoint_id.is_none() {
            let interfaces: Vec<_> = self.wanted_interfaces().map(|it| it.to_string()).collect();
            part("interface", Some(&interfaces.join("` or `")));
        }
        f.write_str(&parts.join(", "))
    }
}

/// Which endpoints to search.
#[derive(Clone, Copy, Debug)]
pub(super) enum Regions {
    /// Those in the requested region; all if none is requested.
    Asked,
    /// Those without a region.
    None,
}

/// A value that is missing in the catalog matches everything: catalogs of old clouds lack names and ids.
fn fits(wanted: Option<&str>, found: Option<&str>) -> bool {
    match (wanted, found) {
        (Some(wanted), Some(found)) => wanted == found,
        _ => true,
    }
}

/// Whether a requested type could mean another one that exists.
pub(super) fn same_family(one: &str, other: &str) -> bool {
    service_type::family(one).is_some() && service_type::family(one) == service_type::family(other)
}

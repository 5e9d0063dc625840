//! The versions of services.

use pyo3::prelude::*;

/// One version of an API, as the service describes it.
#[pyclass(frozen, get_all, eq, module = "archstone")]
#[derive(Clone, PartialEq)]
pub(crate) struct VersionInfo {
    /// The version, such as `2.1`.
    version: String,
    /// The normalized status: `CURRENT`, `SUPPORTED`, `DEPRECATED`, `EXPERIMENTAL` or `UNKNOWN`.
    status: String,
    /// The status as the service spells it.
    raw_status: Option<String>,
    /// The URL.
    url: String,
    /// The base URL of its resources, if the service has one.
    collection: Option<String>,
    /// The minimum microversion; None if there are none.
    min_microversion: Option<String>,
    /// The maximum microversion; None if there are none.
    max_microversion: Option<String>,
    /// The minimum microversion after the next release that raises it.
    next_min_version: Option<String>,
    /// The earliest date of that release.
    not_before: Option<String>,
}

impl From<archstone::VersionInfo> for VersionInfo {
    fn from(info: archstone::VersionInfo) -> Self {
        let text = |version: Option<archstone::ApiVersion>| version.map(|it| it.to_string());
        Self {
            version: info.version.to_string(),
            status: info.status.as_str().into(),
            raw_status: info.raw_status,
            url: info.url.into(),
            collection: info.collection.map(Into::into),
            min_microversion: text(info.min_microversion),
            max_microversion: text(info.max_microversion),
            next_min_version: text(info.next_min_version),
            not_before: info.not_before,
        }
    }
}

#[pymethods]
impl VersionInfo {
    fn __repr__(&self) -> String {
        format!("<archstone.VersionInfo {} {} {}>", self.version, self.status, self.url)
    }
}

/// A service's URL for one version of its API.
#[pyclass(frozen, get_all, eq, module = "archstone")]
#[derive(Clone, PartialEq)]
pub(crate) struct VersionedEndpoint {
    /// The base URL of the API's resources.
    url: String,
    /// The version; None if it is unknown.
    version: Option<String>,
    /// The service's description of the version, if the service was queried.
    info: Option<VersionInfo>,
}

impl From<archstone::VersionedEndpoint> for VersionedEndpoint {
    fn from(endpoint: archstone::VersionedEndpoint) -> Self {
        Self {
            url: endpoint.url.into(),
            version: endpoint.version.map(|it| it.to_string()),
            info: endpoint.info.map(Into::into),
        }
    }
}

#[pymethods]
impl VersionedEndpoint {
    fn __repr__(&self) -> String {
        let version = self.version.as_deref().unwrap_or("of no known version");
        format!("<archstone.VersionedEndpoint {version} {}>", self.url)
    }
}

/// The versions of one endpoint of the catalog.
#[pyclass(frozen, get_all, module = "archstone")]
#[derive(Clone)]
pub(crate) struct OfferedVersions {
    /// The official service type.
    service_type: String,
    /// The region's id.
    region: Option<String>,
    /// The interface: `public`, `internal` or `admin`.
    interface: String,
    /// The endpoint's URL.
    url: String,
    /// Its versions, the newest first; empty if neither the service nor the URL names any.
    versions: Vec<VersionInfo>,
}

impl From<archstone::OfferedVersions> for OfferedVersions {
    fn from(offer: archstone::OfferedVersions) -> Self {
        Self {
            service_type: offer.service_type,
            region: offer.endpoint.region().map(Into::into),
            interface: offer.endpoint.interface().to_string(),
            url: offer.endpoint.url().to_string(),
            versions: offer.versions.into_iter().map(Into::into).collect(),
        }
    }
}

#[pymethods]
impl OfferedVersions {
    fn __repr__(&self) -> String {
        format!(
            "<archstone.OfferedVersions {} {} {}: {}>",
            self.service_type,
            self.interface,
            self.url,
            self.versions.len()
        )
    }
}

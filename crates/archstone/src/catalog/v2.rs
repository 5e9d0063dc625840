//! The token document and catalog of Identity API v2.0, as stored references of old clouds hold it.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Catalog, Endpoint, EndpointUrl, Interface, Service};

/// The `access` object.
#[derive(Deserialize)]
pub(crate) struct Access {
    pub(crate) token: Token,
    #[serde(default)]
    pub(crate) user: User,
    #[serde(default, rename = "serviceCatalog")]
    pub(crate) catalog: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
pub(crate) struct Token {
    pub(crate) expires: Option<String>,
    pub(crate) issued_at: Option<String>,
    pub(crate) tenant: Option<Named>,
    #[serde(default)]
    pub(crate) audit_ids: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct User {
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) roles: Vec<Named>,
}

#[derive(Deserialize)]
pub(crate) struct Named {
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
}

#[derive(Deserialize)]
struct ServiceEntry {
    name: Option<String>,
    #[serde(rename = "type")]
    service_type: Option<String>,
    endpoints: Option<Vec<EndpointEntry>>,
}

/// One entry holds a URL for each interface.
#[derive(Deserialize)]
struct EndpointEntry {
    id: Option<String>,
    region: Option<String>,
    #[serde(rename = "publicURL")]
    public: Option<String>,
    #[serde(rename = "internalURL")]
    internal: Option<String>,
    #[serde(rename = "adminURL")]
    admin: Option<String>,
}

/// Reads a `serviceCatalog`.
pub(crate) fn catalog(text: &str) -> serde_json::Result<Catalog> {
    let entries: Vec<ServiceEntry> = serde_json::from_str(text)?;
    let services = entries.into_iter().filter_map(|entry| {
        let endpoints = entry.endpoints.unwrap_or_default().into_iter().flat_map(|endpoint| {
            let EndpointEntry { id, region, public, internal, admin } = endpoint;
            [(Interface::Public, public), (Interface::Internal, internal), (Interface::Admin, admin)]
                .into_iter()
                .filter_map(move |(interface, url)| {
                    let url = EndpointUrl::parse(&url?)?;
                    Some(Endpoint { id: id.clone(), interface, region: region.clone(), url })
                })
        });
        Some(Service { endpoints: endpoints.collect(), id: None, name: entry.name, service_type: entry.service_type? })
    });
    Ok(Catalog::new(services.collect()))
}

//! The token document and catalog of Identity API v2.0, as in stored references of old clouds.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::lenient;

use super::{Catalog, Entries, Interface, Service};

/// The `access` object.
#[derive(Deserialize)]
pub(crate) struct Access {
    pub(crate) token: Token,
    #[serde(default, deserialize_with = "lenient::part")]
    pub(crate) user: User,
    #[serde(default, deserialize_with = "lenient::part")]
    pub(crate) trust: Option<Trust>,
    #[serde(default, rename = "serviceCatalog")]
    pub(crate) catalog: Option<Box<RawValue>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Token {
    #[serde(deserialize_with = "lenient::text")]
    pub(crate) expires: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub(crate) issued_at: Option<String>,
    #[serde(deserialize_with = "lenient::part")]
    pub(crate) tenant: Option<Named>,
    #[serde(deserialize_with = "lenient::parts")]
    pub(crate) audit_ids: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct User {
    #[serde(deserialize_with = "lenient::text")]
    pub(crate) id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub(crate) name: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub(crate) username: Option<String>,
    #[serde(deserialize_with = "lenient::parts")]
    pub(crate) roles: Vec<Named>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Named {
    #[serde(deserialize_with = "lenient::text")]
    pub(crate) id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub(crate) name: Option<String>,
}

/// The trust that a token was delegated by.
#[derive(Deserialize)]
pub(crate) struct Trust {
    pub(crate) id: String,
    #[serde(default, deserialize_with = "lenient::part")]
    pub(crate) impersonation: bool,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) trustee_user_id: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) trustor_user_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ServiceEntry {
    #[serde(deserialize_with = "lenient::text")]
    name: Option<String>,
    #[serde(rename = "type", deserialize_with = "lenient::text")]
    service_type: Option<String>,
    #[serde(deserialize_with = "lenient::objects")]
    endpoints: Vec<EndpointEntry>,
}

/// One entry holds a URL for each interface.
#[derive(Default, Deserialize)]
#[serde(default)]
struct EndpointEntry {
    #[serde(deserialize_with = "lenient::text")]
    id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    region: Option<String>,
    #[serde(rename = "publicURL", deserialize_with = "lenient::text")]
    public: Option<String>,
    #[serde(rename = "internalURL", deserialize_with = "lenient::text")]
    internal: Option<String>,
    #[serde(rename = "adminURL", deserialize_with = "lenient::text")]
    admin: Option<String>,
}

/// Reads a `serviceCatalog`.
pub(crate) fn catalog(text: &str) -> serde_json::Result<Catalog> {
    let Entries(entries): Entries<ServiceEntry> = serde_json::from_str(text)?;
    let services = entries.into_iter().filter_map(|entry| {
        let mut service = Service::new(entry.service_type?, entry.name, None);
        for endpoint in entry.endpoints {
            let EndpointEntry { id, region, public, internal, admin } = endpoint;
            for (interface, url) in
                [(Interface::Public, public), (Interface::Internal, internal), (Interface::Admin, admin)]
            {
                if let Some(url) = url {
                    service.add(id.clone(), interface, region.clone(), &url);
                }
            }
        }
        Some(service)
    });
    Ok(Catalog::new(services.collect()))
}

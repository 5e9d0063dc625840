//! What was I told? One merged, typed configuration, in which every value knows where it came from.
//!
//! # Precedence
//!
//! | | layer | example |
//! |---|---|---|
//! | 1 | what was passed: builder, keyword argument, command-line option | `username="alice"` |
//! | 2 | the environment, when asked for | `OS_USERNAME` |
//! | 3 | the region's own values in the files | `regions: [{name: north, values: {…}}]` |
//! | 4 | `secure.yaml` | a password |
//! | 5 | `clouds.yaml` | the entry of a cloud |
//! | 6 | the section `cache` of these files | `token_cache: redis://cache` |
//! | 7 | the vendor's profile | `profile: citycloud` |
//! | 8 | defaults | the domain `default` |
//!
//! Values merge one by one, with one rule for alternatives: where options stand for the same
//! choice (a project's id or its name; a project, a domain or the system as scope; a password or an
//! application credential as proof), the highest layer that makes the choice hides what lower layers
//! say about it. So what was said last is never ignored, and never mixed with something older.
//!
//! # Domains
//!
//! When no domain is named anywhere, names are in the domain with the id `default`. As soon as one
//! is named, every name needs its own: a project's name is never looked up in the user's domain by
//! accident.

mod check;
mod clouds;
mod clouds_yaml;
mod edit;
mod explain;
mod export;
mod fetch;
mod files;
mod foreign;
mod load;
mod mixture;
mod named;
mod options;
mod profile;
mod resolve;
mod schema;
mod secret_source;
mod service;
mod slips;
mod trust;
mod typing;
mod values;
mod yaml;

use url::Url;

use crate::{
    auth::{AuthMethod, GivenToken, store::StoreAddress},
    catalog::Interface,
    scope::Scope,
    settings::{Ask, Settings},
    transport::TransportSettings,
};
pub use crate::{
    auth::{METHODS, MethodSpec},
    keyring::KeyringPlace,
    settings::{OptionSpec, Origin, Sourced, ValueKind},
    spelling::nearest,
};
pub use check::{Finding, check};
pub use clouds::{NamedCloud, clouds};
pub use edit::{ConfigFile, Openrc, UnreadLine, read_openrc};
pub use explain::{ExplainedValue, Explanation};
pub use fetch::{FetchedProfile, fetch_profile};
pub use files::{Family, FileState, SearchedFile, searched};
pub(crate) use load::{Sources, make, make_store, make_transport, make_variables};
pub use options::OPTIONS;
pub use profile::built_in_profiles;
pub(crate) use resolve::missing_secret;
pub use schema::schema;
pub use service::{SERVICE_OPTIONS, ServiceOption, ServiceSettings};
pub use trust::{distrust, trust, untrusted};

/// One cloud: where it is, who asks, and for what.
#[derive(Clone, Debug)]
pub struct CloudConfig {
    pub(crate) name: Option<String>,
    pub(crate) auth_url: Option<Sourced<Url>>,
    pub(crate) method: Option<AuthMethod>,
    pub(crate) scope: Scope,
    pub(crate) given: Option<GivenToken>,
    pub(crate) mgmt_url: Option<Url>,
    /// The URL that serves every service, instead of a catalog.
    pub(crate) endpoint: Option<Url>,
    /// Where user, secret and URL come from, when they come from different layers.
    pub(crate) mixture: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) interfaces: Vec<Interface>,
    pub(crate) services: service::Services,
    pub(crate) transport: TransportSettings,
    pub(crate) token_store: Option<StoreAddress>,
    /// Factors beside the method, for an identity service that wants more.
    pub(crate) further: Vec<AuthMethod>,
    /// Who is asked for what works only once.
    pub(crate) ask: Option<Ask>,
}

impl CloudConfig {
    /// The cloud's name in `clouds.yaml`, if it came from there.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Where the identity service is, as configured.
    #[must_use]
    pub fn auth_url(&self) -> Option<&Url> {
        self.auth_url.as_ref().map(|url| &url.value)
    }

    /// How identity is proven; `None` when only a token was given.
    #[must_use]
    pub fn method(&self) -> Option<&AuthMethod> {
        self.method.as_ref()
    }

    /// What tokens are asked for.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The region that endpoints are taken from unless another is asked for.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// The interfaces that endpoints are taken from unless others are asked for.
    #[must_use]
    pub fn interfaces(&self) -> &[Interface] {
        &self.interfaces
    }

    /// What is configured for one service, by its type or an alias of it: `compute_endpoint_override` and
    /// the like.
    #[must_use]
    pub fn service(&self, service_type: &str) -> ServiceSettings {
        self.services.of(service_type)
    }

    /// How the cloud is reached.
    #[must_use]
    pub fn transport(&self) -> &TransportSettings {
        &self.transport
    }

    /// The folder that keeps tokens between runs, when there is one.
    #[must_use]
    pub fn cache_folder(&self) -> Option<&std::path::Path> {
        match &self.token_store {
            Some(StoreAddress::Folder { folder, .. }) => Some(folder),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;

//! One merged, typed configuration, in which every value has an origin.
//!
//! # Precedence
//!
//! | | layer | example |
//! |---|---|---|
//! | 1 | arguments: builder, keyword argument, command-line option | `username="alice"` |
//! | 2 | the environment, if requested | `OS_USERNAME` |
//! | 3 | the region's own values in the files | `regions: [{name: north, values: {…}}]` |
//! | 4 | `secure.yaml` | a password |
//! | 5 | `clouds.yaml` | the entry of a cloud |
//! | 6 | the section `cache` of these files | `token_cache: redis://cache` |
//! | 7 | the vendor's profile | `profile: citycloud` |
//! | 8 | defaults | the domain `default` |
//!
//! Values are merged one by one, with one rule for alternatives: if options are for the same setting (a project's id or
//! its name; a project, a domain or the system as scope; a password or an application credential as proof), the highest
//! layer that sets one of them hides what lower layers set. So the most specific value is never ignored, and never
//! mixed with a less specific one.
//!
//! # Domains
//!
//! If no domain is configured anywhere, names are in the domain with the id `default`. As soon as one is configured,
//! every name needs its own: a project's name is never looked up in the user's domain by accident.

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
mod reread;
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
    auth::{AuthMethod, GivenToken, Person, Recipe, store::StoreAddress},
    catalog::Interface,
    scope::Scope,
    settings::Settings,
    transport::TransportSettings,
};
pub use crate::{
    auth::{METHODS, MethodSpec, ProviderMethod, ProviderOptions},
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

/// The configuration of one cloud: its URL, the credentials, and the scope.
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
    /// The origins of user, secret and URL, if they come from different layers.
    pub(crate) mixture: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) interfaces: Vec<Interface>,
    pub(crate) services: service::Services,
    pub(crate) transport: TransportSettings,
    pub(crate) token_store: Option<StoreAddress>,
    /// Factors in addition to the method, for an identity service that requires more.
    pub(crate) further: Vec<AuthMethod>,
    /// How to recreate the login, if its secret may change.
    pub(crate) recipe: Option<Recipe>,
    /// The person who is prompted for one-time secrets, and opens pages.
    pub(crate) person: Person,
    /// Whether tokens are requested with their catalog.
    pub(crate) include_catalog: bool,
}

impl CloudConfig {
    /// The cloud's name in `clouds.yaml`, if it came from there.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The URL of the identity service, as configured.
    #[must_use]
    pub fn auth_url(&self) -> Option<&Url> {
        self.auth_url.as_ref().map(|url| &url.value)
    }

    /// The auth method; `None` if only a token was given.
    #[must_use]
    pub fn method(&self) -> Option<&AuthMethod> {
        self.method.as_ref()
    }

    /// The scope of tokens.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The default region for endpoints.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// The default interfaces for endpoints.
    #[must_use]
    pub fn interfaces(&self) -> &[Interface] {
        &self.interfaces
    }

    /// The configuration of one service, by its type or an alias of it: `compute_endpoint_override` and similar
    /// options.
    #[must_use]
    pub fn service(&self, service_type: &str) -> ServiceSettings {
        self.services.of(service_type)
    }

    /// The connection settings.
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

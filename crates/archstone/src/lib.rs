//! Authentication and identity for OpenStack clients: from credentials to a token and an endpoint.
//!
//! A [`Client`] takes credentials from its [builder](Client::builder), from `OS_*` variables ([`Client::from_env`]) or
//! from `clouds.yaml` ([`Client::from_cloud`]). It logs in when a token is first needed, caches the token for its
//! lifetime, finds services in the catalog, and sends requests to them.
//!
//! ```no_run
//! # async fn run() -> archstone::Result<()> {
//! let client = archstone::Client::builder()
//!     .auth_url("http://keystone.example:5000/v3")
//!     .username("alice")
//!     .password("correct horse")
//!     .build()?;
//! let access = client.access().await?;
//! println!("{:?} in {:?}", access.user_name(), access.project_name());
//! println!("{}", client.url_for("compute").await?);
//! # Ok(())
//! # }
//! ```
//!
//! Asynchronous methods need a Tokio runtime. In blocking code, use [`blocking::Client`], which has the same methods
//! and needs none.
//!
//! # Overview
//!
//! | task | start at |
//! |---|---|
//! | create a client | [`ClientBuilder`], [`config`] for the order of precedence |
//! | a token, and who it is for | [`Client::token`], [`Client::access`], [`Access`] |
//! | the URL of a service | [`Client::url_for`], [`EndpointFilter`], [`Catalog`] |
//! | requests to a service | [`Client::service`], [`ServiceClient`], [`RequestBuilder`], [`RetryPolicy`] |
//! | users, projects, roles and other resources of Keystone | [`Client::identity`], [`identity`] |
//! | add an auth method | [`TokenProvider`], [`config::ProviderMethod`] |
//! | errors | [`Error`], [`ErrorKind`] |
//! | keep tokens between runs | [`ClientBuilder::disk_cache`], `token_cache` in [`config::OPTIONS`] |
//! | find out why a cloud does not work | [`doctor`] |
//! | logs | [`events`], or any `tracing` subscriber |
//!
//! # Features
//!
//! All are off by default.
//!
//! - `keyring`: secrets can be in the system keyring, see [`config::KeyringPlace`].
//! - `redis`: machines can share tokens through Redis or Valkey, see `token_cache` in [`config::OPTIONS`].
//! - `memcached`: the same through memcached.
//! - `opentelemetry`: sends spans of logins, discovery, requests and retries to a collector, see `telemetry`. Without it
//!   any `tracing` subscriber gets them.

#![forbid(unsafe_code)]

#[macro_use]
mod record;
mod access;
mod auth;
pub mod blocking;
mod catalog;
mod client;
pub mod config;
pub mod doctor;
mod error;
pub mod events;
mod files;
mod hint;
pub mod host;
pub mod identity;
mod keyring;
mod lenient;
mod malformed;
mod provider;
mod receipt;
mod redaction;
mod reference;
mod scope;
mod secret;
mod settings;
mod spelling;
#[cfg(feature = "opentelemetry")]
pub mod telemetry;
pub mod text;
mod token;
mod transport;
mod xml;

pub use access::{Access, ApplicationCredentialInfo, Named, OAuth1Info, ServiceProvider, TrustInfo};
#[doc(hidden)]
pub use auth::read_jwt_for_fuzzing;
pub use auth::{
    ApplicationCredential, ApplicationCredentialRef, AuthMethod, LoginPage, OtherMethod, Password, StoredToken,
    TokenCache, TokenExchange, TokenStore, TokenStoreStatus,
};
pub use catalog::{
    Allow, ApiVersion, Catalog, Endpoint, EndpointFilter, EndpointUrl, Interface, OfferedVersions, Service,
    VersionInfo, VersionRange, VersionStatus, VersionedEndpoint,
};
pub use client::{Client, ClientBuilder, CurrentCatalog, Hop, Pages, RequestBuilder, Response, ServiceClient};
pub use config::CloudConfig;
pub use error::{Error, ErrorKind, ErrorResponse, Result};
pub use hint::Hint;
pub use http::{
    Method, StatusCode,
    header::{HeaderMap, HeaderName, HeaderValue},
};
pub use provider::{ProvidedToken, ProviderError, TokenProvider, TokenRequest};
pub use receipt::Receipt;
pub use record::{project::Project, user::User};
pub use redaction::SentSecrets;
pub use reference::{DomainRef, ProjectRef, UserRef};
pub use scope::Scope;
pub use secret::Secret;
pub use token::Token;
pub use transport::{InsecureEndpoints, Limiter, Proxy, RetryPolicy, Timing, TlsVersion, TransportSettings, Trust};
#[doc(hidden)]
pub use xml::read_for_fuzzing as read_xml_for_fuzzing;

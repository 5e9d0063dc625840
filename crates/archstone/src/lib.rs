//! Identity for OpenStack clients: from credentials to a token and an endpoint, once for everyone.
//!
//! # The story of one login
//!
//! 1. [`ClientBuilder`] collects what was said; `config` merges it with the environment and
//!    `clouds.yaml` into one [`CloudConfig`], and refuses contradictions. Nothing is sent yet.
//! 2. [`Client`] is asked for a token or a URL. Its slot in the [`TokenCache`] has one, or lets one
//!    caller at a time log in while the others wait; with a folder, also between processes.
//! 3. `auth::login` finds the identity service behind the `auth_url` (`catalog::discovery`), and
//!    exchanges the credentials (`auth::keystone`, with one file for each of `auth::methods`).
//! 4. `transport` puts it on the wire, and tells failures apart.
//! 5. The answer becomes an [`Access`]: token, user, project, expiry, and the indexed [`Catalog`] in
//!    which [`Client::url_for`] finds URLs.
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
//! In code that is not asynchronous, use [`blocking::Client`], which has the same methods.

//!
//! # Features
//!
//! - `redis` (off): tokens can be shared by machines through Redis or Valkey, see `token_cache` in
//!   [`config::OPTIONS`].
//! - `memcached` (off): the same through memcached.
//! - `opentelemetry` (off): sends spans of logins, discovery, requests and retries to a collector, see
//!   `telemetry`. Without it they are there for any `tracing` subscriber.

#![forbid(unsafe_code)]

#[macro_use]
mod record;
mod access;
mod auth;
pub mod blocking;
mod catalog;
mod client;
pub mod config;
mod error;
pub mod events;
mod files;
mod hint;
pub mod host;
pub mod identity;
mod keyring;
mod lenient;
mod malformed;
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

pub use access::{Access, ApplicationCredentialInfo, Named, OAuth1Info, ServiceProvider, TrustInfo};
pub use auth::{
    ApplicationCredential, ApplicationCredentialRef, AuthMethod, Password, StoredToken, TokenCache, TokenExchange,
    TokenStore, TokenStoreStatus,
};
pub use catalog::{
    Allow, ApiVersion, Catalog, Endpoint, EndpointFilter, EndpointUrl, Interface, OfferedVersions, Service,
    VersionInfo, VersionRange, VersionStatus, VersionedEndpoint,
};
pub use client::{Client, ClientBuilder, CurrentCatalog, Pages, RequestBuilder, Response, ServiceClient};
pub use config::CloudConfig;
pub use error::{Error, ErrorKind, ErrorResponse, Result};
pub use hint::Hint;
pub use receipt::Receipt;
pub use record::{project::Project, user::User};
pub use redaction::SentSecrets;
pub use reference::{DomainRef, ProjectRef, UserRef};
pub use reqwest::{
    Method, StatusCode,
    header::{HeaderMap, HeaderName, HeaderValue},
};
pub use scope::Scope;
pub use secret::Secret;
pub use token::Token;
pub use transport::{InsecureEndpoints, Limiter, Proxy, RetryPolicy, Timing, TlsVersion, TransportSettings, Trust};

//! An OpenStack identity service inside a test.
//!
//! [`FakeKeystone`] listens on a free port of 127.0.0.1 and starts in less than a millisecond. It implements what
//! clients of Keystone need: version discovery, scoped logins, catalogs, receipts of multi-factor logins, validation
//! and revocation. It fails on request, below the level of HTTP too, and records all requests. When it is dropped, its
//! threads and sockets are closed.
//!
//! ```
//! use archstone::{Client, TokenCache};
//! use archstone_testing::{Failure, FakeKeystone};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> archstone::Result<()> {
//! let keystone = FakeKeystone::start();
//! let client = Client::builder().auth_url(keystone.auth_url()).username("demo").password("secret");
//! let client = client.token_cache(&TokenCache::new()).build()?;
//!
//! keystone.fail_next(1, Failure::Status(503));
//! assert!(client.token().await.is_err());
//! assert_eq!(client.access().await?.project_name(), Some("demo"));
//! assert_eq!(keystone.logins(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! - [`FakeCloud`] contains users, projects, roles and the catalog. [`FakeKeystone::start`] has a
//!   user `demo` with the password `secret` and a project `demo`.
//! - [`FakeServer::on`] adds routes, on the same server or on [another one](FakeKeystone::beside), that
//!   answer with a [`Reply`].
//! - [`Failure`] lists the possible failures.
//! - [`SeenRequest`] is a recorded request.
//! - [`TokenBuilder`], [`CatalogBuilder`] and [`VersionsBuilder`] build the documents, also separately.
//!
//! It is a stub, and may differ from the real Keystone.

#![forbid(unsafe_code)]

mod clock;
mod documents;
mod failure;
mod identity;
mod jwt;
mod oidc;
mod platform;
mod reply;
mod saml;
mod server;
#[cfg(feature = "tls")]
mod tls;

pub use documents::{CatalogBuilder, TokenBuilder, VersionsBuilder};
pub use failure::Failure;
pub use identity::{FakeCloud, FakeKeystone, FakeProject, FakeTrust, FakeUser};
pub use oidc::FakeProvider;
pub use platform::FakePlatform;
pub use reply::Reply;
pub use saml::FakeSamlProvider;
pub use server::{FakeServer, Route, SeenRequest};
#[cfg(feature = "tls")]
pub use tls::{Authority, Certificate};

/// Locks a mutex, even after another thread has panicked while holding it: the test has failed by then anyway.
fn locked<T>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

//! An OpenStack identity service inside a test.
//!
//! [`FakeKeystone`] listens on a free port of 127.0.0.1 and is there in less than a millisecond. It speaks
//! what clients of Keystone need: version discovery, logins with their scopes, catalogs, receipts of
//! multi-factor logins, validation and revocation. It fails when told to, below HTTP too, and remembers
//! what it was asked. When it is dropped, its threads and sockets are gone.
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
//! - [`FakeCloud`] says who there is: users, projects, roles, the catalog. [`FakeKeystone::start`] has a
//!   user `demo` with the password `secret` and a project `demo`.
//! - [`FakeServer::on`] adds routes, on the same server or on one [beside it](FakeKeystone::beside), that
//!   answer with a [`Reply`].
//! - [`Failure`] is what can go wrong.
//! - [`SeenRequest`] is a request that came.
//! - [`TokenBuilder`], [`CatalogBuilder`] and [`VersionsBuilder`] make the documents, on their own too.
//!
//! It is a stub: it does what its makers believe Keystone to do. What Keystone does, only Keystone knows.

#![forbid(unsafe_code)]

mod clock;
mod documents;
mod failure;
mod identity;
mod reply;
mod server;
#[cfg(feature = "tls")]
mod tls;

pub use documents::{CatalogBuilder, TokenBuilder, VersionsBuilder};
pub use failure::Failure;
pub use identity::{FakeCloud, FakeKeystone, FakeProject, FakeTrust, FakeUser};
pub use reply::Reply;
pub use server::{FakeServer, Route, SeenRequest};
#[cfg(feature = "tls")]
pub use tls::{Authority, Certificate};

/// A lock, also after a thread has panicked with it: then the test has failed already.
fn locked<T>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

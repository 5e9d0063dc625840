//! The library against fake services, with responses that real ones do not send on request. Needs no Keystone.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may panic, and measures time")]

mod bodies;
mod bounds;
#[cfg(feature = "encrypted-keys")]
mod client_certificates;
mod doctor;
mod endpoints;
#[cfg(unix)]
mod exec;
mod factors;
mod faults;
mod folder;
mod identity;
mod logins;
mod methods;
#[cfg_attr(not(unix), expect(dead_code, reason = "only tests for Unix use all of it"))]
mod mutual;
mod oidc;
mod onward;
mod pace;
mod places;
mod providers;
mod reach;
#[cfg(unix)]
mod rotation;
mod runtime;
mod saml;
mod servers;
mod service;
mod service_user;
mod stores;
mod storm;
mod trust;
mod v2;
mod versions;
mod websso;
#[cfg(unix)]
mod workload;

use std::time::Duration;

use archstone::{Client, ClientBuilder, RetryPolicy, ServiceClient, TokenCache};
use archstone_testing::{FakeKeystone, FakeServer};

/// A client of a server, with a token that is not validated.
fn at(server: &FakeServer) -> ServiceClient {
    let client = Client::builder().token_id("the-token").mgmt_url("http://127.0.0.1:9/v3").build().unwrap();
    client.service("compute").endpoint_override(server.url()).retries(quick())
}

/// The default policy without its pauses.
fn quick() -> RetryPolicy {
    RetryPolicy { pause: Duration::from_millis(1), ..RetryPolicy::default() }
}

/// A client that shares its token with no other test.
fn demo(keystone: &FakeKeystone) -> ClientBuilder {
    let client = Client::builder().auth_url(keystone.auth_url()).username("demo").password("secret");
    client.token_cache(&TokenCache::new())
}

/// Fails if the future takes longer than the deadline.
async fn within<T>(deadline: Duration, what: &str, future: impl Future<Output = T>) -> T {
    let outcome = tokio::time::timeout(deadline, future).await;
    outcome.unwrap_or_else(|_| panic!("{what} takes longer than {deadline:?}"))
}

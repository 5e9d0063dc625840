//! The library against services that do what no real one does when asked. Needs no Keystone.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may panic, and measures time")]

mod bodies;
mod bounds;
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
mod pace;
mod places;
mod reach;
mod runtime;
mod servers;
mod service;
mod stores;
mod storm;
mod trust;
mod v2;
mod versions;

use std::time::Duration;

use archstone::{Client, ClientBuilder, RetryPolicy, ServiceClient, TokenCache};
use archstone_testing::{FakeKeystone, FakeServer};

/// A client of a server, with a token that nobody checks.
fn at(server: &FakeServer) -> ServiceClient {
    let client = Client::builder().token_id("the-token").mgmt_url("http://127.0.0.1:9/v3").build().unwrap();
    client.service("compute").endpoint_override(server.url()).retries(quick())
}

/// The usual policy without its waits.
fn quick() -> RetryPolicy {
    RetryPolicy { pause: Duration::from_millis(1), ..RetryPolicy::default() }
}

/// A client that shares its token with no other test.
fn demo(keystone: &FakeKeystone) -> ClientBuilder {
    let client = Client::builder().auth_url(keystone.auth_url()).username("demo").password("secret");
    client.token_cache(&TokenCache::new())
}

/// Nothing hangs past its deadline.
async fn within<T>(deadline: Duration, what: &str, future: impl Future<Output = T>) -> T {
    let outcome = tokio::time::timeout(deadline, future).await;
    outcome.unwrap_or_else(|_| panic!("{what} takes longer than {deadline:?}"))
}

//! The library against a real Keystone, which `dev/keystone` runs with a small seeded cloud; and against Placement and
//! Glance of `dev/services`.
//!
//! Each test logs in below its own path (a *tag*, see `dev/README.md`), so that it can count the requests to the
//! server, whatever else runs at the same time.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test may panic, and sets up the machine that it tests on"
)]

mod authentication;
mod debug;
mod discovery;
mod doctor;
mod factors;
mod failures;
mod identity;
mod image;
mod keystone;
mod methods;
mod peers;
mod placement;
mod promise;
mod rotation;
mod secrets;
mod service;
#[cfg(all(feature = "memcached", feature = "redis"))]
mod stores;
#[cfg(all(feature = "memcached", feature = "redis"))]
mod tampered;
mod token_cache;
mod versions;

//! The fake as seen by its clients: over the network.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may panic, and measures time")]

mod identity;
mod server;
#[cfg(feature = "tls")]
mod tls;
mod wire;

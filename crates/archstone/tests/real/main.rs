//! Logins at the real servers of `dev/lab`: a module for each lab.
//!
//! Those servers need packages that only root can install, so these tests are only run on request, after `dev/lab NAME up`:

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test may panic, and sets up the machine that it tests on"
)]

#[cfg(feature = "kerberos")]
mod kerberos;
mod lab;
mod oidc;
mod saml;
mod x509;

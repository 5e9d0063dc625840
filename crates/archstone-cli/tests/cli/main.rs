//! Complete runs of the program against a real Keystone: arguments in; exit status, output and errors out.
//!
//! Each run has its own environment and home. The server is `dev/keystone`, which is started if necessary; each test
//! has its own path to it, so that its requests can be counted.

// The development Keystone, pseudo-terminals and shells are those of Unix.
#![cfg(unix)]

mod access;
mod answers;
mod batch;
mod cache;
mod children;
mod chromium;
mod command_line;
mod completion;
mod configuration;
mod doctor;
mod dry_run;
mod failures;
mod handover;
mod kept_tokens;
mod login;
mod methods;
#[expect(dead_code, clippy::unwrap_used, reason = "it is of the library's tests, which look at all of it")]
#[path = "../../../archstone/tests/fake/mutual.rs"]
mod mutual;
mod oidc;
mod one_login;
mod output;
mod password;
mod program;
mod projects;
mod prompt;
mod resources;
mod roles;
mod rotate;
mod saml;
mod scene;
mod secrets;
mod shells;
mod status;
mod streams;
mod terminal;
mod users;
mod workload;

//! Whole runs of the program against a real Keystone: arguments in; exit status, output and errors out.
//!
//! Each run has an environment and a home of its own. The server is `dev/keystone`, which is started
//! when it does not run yet; each test has its own way to it, so that its requests can be counted.

mod access;
mod answers;
mod batch;
mod cache;
mod command_line;
mod completion;
mod configuration;
mod doctor;
mod failures;
#[cfg(unix)]
mod handover;
mod kept_tokens;
mod methods;
mod one_login;
mod output;
mod password;
mod program;
mod projects;
mod prompt;
mod resources;
mod roles;
mod scene;
mod secrets;
mod shells;
mod status;
mod streams;
mod terminal;
mod users;

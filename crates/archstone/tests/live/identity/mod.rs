//! Keystone's resources: each is created with all its fields, read back, changed, found by every filter, and deleted.

mod bulk;
mod catalog;
mod checks;
mod credentials;
mod domains;
mod federation;
mod grants;
mod limits;
mod lists;
mod oauth;
mod projects;
mod roles;
mod round_trips;
mod tokens;
mod trusts;
mod users;

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use archstone::{
    Client, ErrorKind, Result,
    identity::{Identity, Record},
};

use crate::keystone::Path;

/// An administrator of the whole system.
fn admin() -> Identity {
    client().identity()
}

fn client() -> Client {
    Path::new("").user("admin").system_scope().build().unwrap()
}

/// A name that nothing else has, even after earlier runs.
fn unique(what: &str) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    format!("{what}-{now:x}-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Asserts that all fields are as expected, in the form of JSON.
fn assert_fields<R: Record>(resource: &R, expected: &serde_json::Value) {
    let actual = resource.to_json();
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(actual.get(name), Some(value), "{name} of {actual:?}");
    }
}

fn assert_gone<T: std::fmt::Debug>(outcome: Result<T>) {
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::NotFound);
}

//! Servers for tests, as Python objects: `archstone.testing`.

mod answers;
mod keystone;
mod providers;
mod seen;
mod server;

pub(crate) use answers::{Failure, Reply};
pub(crate) use keystone::FakeKeystone;
pub(crate) use providers::{FakePlatform, FakeProvider};
pub(crate) use seen::SeenRequest;
pub(crate) use server::{FakeServer, Route};

//! Records: what Keystone answers of its resources, as plain values. What can be done with resources is in `identity`.

#[macro_use]
mod describe;
mod fields;
mod kind;
pub(crate) mod project;
mod spec;
pub(crate) mod user;

use serde_json::{Map, Value};

pub use fields::Missing;
pub(crate) use fields::{Fields, put};
pub use kind::Kind;
pub(crate) use project::Project;
pub use spec::{FieldSpec, Use, ValueKind};
pub(crate) use user::User;

/// A record: a resource with fields.
pub trait Record: Sized {
    /// Reads one out of its JSON.
    ///
    /// # Errors
    ///
    /// When a field is missing that each has.
    fn from_json(map: Map<String, Value>) -> Result<Self, Missing>;

    /// Its JSON, with everything that was read, and with its secrets.
    fn to_json(&self) -> Map<String, Value>;
}

/// A resource that has an id of its own, under whatever name.
pub trait Identified {
    /// The id.
    fn key(&self) -> &str;
}

//! Records: Keystone's resources as plain values. The operations on resources are in `identity`.

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
    /// Reads a record from its JSON.
    ///
    /// # Errors
    ///
    /// When a required field is missing.
    fn from_json(map: Map<String, Value>) -> Result<Self, Missing>;

    /// Its JSON, with everything that was read, including secrets.
    fn to_json(&self) -> Map<String, Value>;
}

/// A resource with an id, whatever the field is called.
pub trait Identified {
    /// The id.
    fn key(&self) -> &str;
}

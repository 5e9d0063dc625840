//! The documents of an identity service, made to measure.

mod catalog;
mod token;
mod versions;

pub use catalog::CatalogBuilder;
pub use token::TokenBuilder;
pub use versions::VersionsBuilder;

pub(crate) use token::TokenScope;

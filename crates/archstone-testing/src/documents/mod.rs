//! Builders for the documents of an identity service.

mod catalog;
mod token;
mod versions;

pub use catalog::CatalogBuilder;
pub use token::TokenBuilder;
pub use versions::VersionsBuilder;

pub(crate) use token::TokenScope;

//! Who am I? From credentials to a token, once for everyone who needs it.
//!
//! - [`methods`]: how identity is proven, one file for each way.
//! - `keystone`: the exchange itself, `POST /v3/auth/tokens`.
//! - `login`: a whole login: find the service, exchange, settle the project.
//! - `token_cache`: one token, and one login at a time.
//! - `token_store`: tokens kept on disk, sealed.

pub(crate) mod keystone;
pub(crate) mod login;
pub(crate) mod methods;
mod receipt;
mod token_cache;
mod token_store;

pub use methods::{ApplicationCredential, ApplicationCredentialRef, AuthMethod, Password, TokenExchange};
pub use receipt::Receipt;
pub use token_cache::TokenCache;
pub(crate) use token_cache::{LoginKey, Slot, Source};
pub(crate) use token_store::{Entry, TokenStore};

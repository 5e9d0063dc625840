//! Who am I? From credentials to a token, once for everyone who needs it.
//!
//! - [`methods`]: how identity is proven, one file for each way.
//! - `keystone`: the exchange itself, `POST /v3/auth/tokens`.
//! - `login`: a whole login: find the service, exchange, settle the project.
//! - `signature`: proofs that are signatures of a request.
//! - `token_cache`: tokens in memory, one place for each login.
//! - `slot`: one token, and one login at a time; `turn`: whose turn it is, among processes.
//! - `refusals`: services that refuse new tokens, too.
//! - `store`: tokens kept between runs, sealed: on disk, or shared by machines.

pub(crate) mod keystone;
pub(crate) mod login;
pub(crate) mod methods;
mod refusals;
pub(crate) mod signature;
mod slot;
pub(crate) mod store;
mod token_cache;
mod turn;

pub(crate) use methods::GivenToken;
pub use methods::{
    ApplicationCredential, ApplicationCredentialRef, AuthMethod, METHODS, MethodSpec, OtherMethod, Password,
    TokenExchange,
};
pub(crate) use slot::{Slot, Source};
pub(crate) use store::Entry;
pub use store::{StoredToken, TokenStore, TokenStoreStatus};
pub(crate) use token_cache::LoginKey;
pub use token_cache::TokenCache;

//! Authentication: from credentials to a token that all callers share.
//!
//! - [`methods`]: the authentication methods, one file each.
//! - `keystone`: the exchange itself, `POST /v3/auth/tokens`.
//! - `login`: a complete login: find the service, exchange the credentials, settle the project.
//! - `negotiate`: Kerberos tickets.
//! - `home`: the login at one cloud that continues to another.
//! - `first`: one login for every scope; `held`: the secrets kept with it.
//! - `person`: prompts for secrets, and pages to open in a browser.
//! - `projects`: the projects that a token's user can act in.
//! - `signature`: proofs that are signatures of a request.
//! - `token_cache`: tokens in memory, one slot for each login.
//! - `link`: a login with its token and its entry in the store, and logins whose secret is read again.
//! - `slot`: one token, and one login at a time; `turn`: which process logs in.
//! - `refusals`: services that refuse new tokens, too.
//! - `store`: encrypted tokens kept between runs: on disk, or shared by machines.

pub(crate) mod first;
pub(crate) mod held;
mod home;
pub(crate) mod keystone;
mod link;
pub(crate) mod login;
pub(crate) mod methods;
pub(crate) mod negotiate;
mod person;
pub(crate) mod projects;
mod receipt;
mod refusals;
mod renewal;
pub(crate) mod signature;
mod slot;
pub(crate) mod store;
mod token_cache;
mod turn;

pub(crate) use link::{Common, Credentials, Link, Recipe, Source};
pub(crate) use methods::GivenToken;
#[doc(hidden)]
pub use methods::read_jwt_for_fuzzing;
pub use methods::{
    ApplicationCredential, ApplicationCredentialRef, AuthMethod, METHODS, MethodSpec, OtherMethod, Password,
    ProviderMethod, ProviderOptions, TokenExchange,
};
pub use person::LoginPage;
pub(crate) use person::{Person, ShowPage};
pub(crate) use refusals::{ANOTHER_SECOND, Another, Refused};
pub(crate) use slot::Slot;
pub(crate) use store::Entry;
pub use store::{StoredToken, TokenStore, TokenStoreStatus};
pub(crate) use token_cache::LoginKey;
pub use token_cache::TokenCache;

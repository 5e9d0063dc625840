//! Authentication methods: one file for each, and [`METHODS`], the list of them.
//!
//! A file has two parts: a [`MethodSpec`] with everything that is known about the method before it is configured
//! (configuration, APIs and documentation are derived from it), and a type that implements the trait [`Method`], which
//! is the configured method. To add a method, write its file and add it to the list.

mod adfs_password;
mod admin_token;
mod application_credential;
mod callback;
mod choice;
mod ec2;
pub(crate) mod exec;
mod fed_kerberos;
mod http_basic;
mod k2k;
mod kerberos;
mod multi_factor;
mod none;
mod oauth1;
mod oauth2;
mod oauth2_mtls;
mod oidc;
mod oidc_access_token;
mod oidc_auth_code;
mod oidc_client_credentials;
mod oidc_device;
mod oidc_password;
mod oidc_token_exchange;
mod password;
mod provided;
mod registered;
mod saml;
mod saml_password;
mod spec;
mod token;
mod token_file;
mod tokenless;
mod totp;
pub(crate) mod v2;
mod websso;

use std::{fmt, pin::Pin, sync::Arc};

use jiff::Timestamp;
use serde_json::Value;

pub(crate) use admin_token::GivenToken;
pub use application_credential::{ApplicationCredential, ApplicationCredentialRef};
pub(crate) use choice::{chosen, further, has_part, lacking, lacking_secrets, missing, named, needs, read, takes};
#[doc(hidden)]
pub use oidc::read_for_fuzzing as read_jwt_for_fuzzing;
pub(crate) use oidc::{SIGNING_KEY_FILE, TOKEN_URLS, platform_secret, shows_certificate};
pub use password::Password;
pub(crate) use provided::rescope;
pub(crate) use registered::options as registered_options;
pub use registered::{ProviderMethod, ProviderOptions};
pub use spec::MethodSpec;
pub(crate) use spec::{Form, Reads};
pub use token::TokenExchange;

use super::{
    link::Credentials,
    login::Exchange,
    negotiate::{self, MutualAuth},
};
use crate::{
    access::Access,
    error::{ErrorKind, Result},
    hint::Hint,
    host::Host,
    receipt::Receipt,
    reference::UserRef,
    scope::Scope,
    secret::Secret,
    settings::OptionSpec,
};

/// Every method, the default first.
pub const METHODS: &[&MethodSpec] = &[
    &password::SPEC,
    &token::SPEC,
    &application_credential::SPEC,
    &totp::SPEC,
    &multi_factor::SPEC,
    &oauth1::SPEC,
    &ec2::SPEC,
    &oauth2::SPEC,
    &oauth2_mtls::SPEC,
    &oidc_password::SPEC,
    &oidc_client_credentials::SPEC,
    &oidc_access_token::SPEC,
    &oidc_token_exchange::SPEC,
    &oidc_device::SPEC,
    &oidc_auth_code::SPEC,
    &kerberos::SPEC,
    &fed_kerberos::SPEC,
    &saml_password::SPEC,
    &adfs_password::SPEC,
    &k2k::SPEC,
    &websso::SPEC,
    &v2::PASSWORD,
    &v2::TOKEN,
    &exec::SPEC,
    &token_file::SPEC,
    &admin_token::SPEC,
    &http_basic::SPEC,
    &tokenless::SPEC,
    &none::SPEC,
];

/// Every method that `auth_type` can name: the library's, and those that the program has registered.
pub(crate) fn all() -> impl Iterator<Item = &'static MethodSpec> + Clone {
    METHODS.iter().copied().chain(registered::all())
}

/// The options that several methods share: [`MethodSpec::shared`], and those of a user.
const SHARED: &[&[OptionSpec]] = &[password::USER, oidc::FEDERATION, oidc::CLIENT, saml::OPTIONS, negotiate::OPTIONS];

/// The options of all methods, in groups.
pub(crate) const OPTIONS: [&[OptionSpec]; SHARED.len() + METHODS.len()] = {
    let mut groups: [&[OptionSpec]; SHARED.len() + METHODS.len()] = [&[]; SHARED.len() + METHODS.len()];
    let mut position: usize = 0;
    while position < groups.len() {
        groups[position] = match position.checked_sub(SHARED.len()) {
            None => SHARED[position],
            Some(method) => METHODS[method].options,
        };
        position += 1;
    }
    groups
};

/// The description of `auth_type`, with the usual name of every method.
pub(crate) const HELP: &str = {
    const BEGINNING: &str = "authentication method: ";
    /// One piece of the text: the beginning, and the names with commas before all but the first.
    const fn piece(position: usize) -> &'static str {
        match position {
            0 => BEGINNING,
            odd if odd % 2 == 1 => METHODS[odd / 2].auth_types[0],
            _ => ", ",
        }
    }
    const PIECES: usize = 2 * METHODS.len();
    const LENGTH: usize = {
        let (mut length, mut position) = (0, 0);
        while position < PIECES {
            length += piece(position).len();
            position += 1;
        }
        length
    };
    const TEXT: [u8; LENGTH] = {
        let (mut text, mut end, mut position) = ([0; LENGTH], 0, 0);
        while position < PIECES {
            let (piece, mut copied) = (piece(position).as_bytes(), 0);
            while copied < piece.len() {
                text[end] = piece[copied];
                (end, copied) = (end + 1, copied + 1);
            }
            position += 1;
        }
        text
    };
    match std::str::from_utf8(&TEXT) {
        Ok(text) => text,
        Err(_) => BEGINNING,
    }
};

/// The future of an exchange.
pub(crate) type Exchanged<'a> = Pin<Box<dyn Future<Output = Result<Access>> + Send + 'a>>;

/// The future of a logout: whether there was something to revoke.
pub(crate) type Ended<'a> = Pin<Box<dyn Future<Output = Result<bool>> + Send + 'a>>;

/// A configured method.
///
/// Most methods are members of the `identity` object in `POST /v3/auth/tokens`: their [`factors`](Self::factors) are
/// all that is sent. A method that needs more than that request has its own [`exchange`](Self::exchange).
pub(crate) trait Method: fmt::Debug + Send + Sync {
    /// The method's static description.
    fn spec(&self) -> &'static MethodSpec;

    /// The user, in a form that is safe to show: `user 'alice' in domain 'acme'`.
    fn subject(&self) -> String;

    /// Identifies the user among all others, without the secret. Part of the key of the token cache.
    fn identity(&self) -> Value;

    /// The proof of identity: the other part of that key, and the secret that encrypts a cached token. `None` if it is
    /// not known yet: such a token is never shared. Empty if something else holds the proof: such a token is cached
    /// only in a store with its own key.
    fn secret(&self) -> Option<&Secret>;

    /// Keystone's names of the methods, each with its member of the `identity` object, secrets included. Empty for a
    /// method with its own [`exchange`](Self::exchange).
    fn factors(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    /// The receipt for factors that have been accepted already.
    fn receipt(&self) -> Option<&Receipt> {
        None
    }

    /// Whether the request carries a Kerberos ticket, and how the server then authenticates itself.
    fn negotiates(&self) -> Option<MutualAuth> {
        None
    }

    /// The user, if the method names one.
    fn user(&self) -> Option<&UserRef> {
        None
    }

    /// The error kind for a refusal without a reason from Keystone, and what to check.
    fn refused(&self, scope: &Scope) -> (ErrorKind, Hint);

    /// The one-time secret, if the method has one.
    fn once(&self) -> Option<Once> {
        None
    }

    /// The method with another value of its one-time secret.
    fn with_once(&self, _: Secret) -> Option<AuthMethod> {
        None
    }

    /// The method with its proof for a date, if the proof is computed from a secret that is not sent itself.
    fn at(&self, _: Timestamp) -> Option<AuthMethod> {
        None
    }

    /// Whether a client of this process can log in with it. Checked before waiting for others, and when running
    /// unattended (see [`ClientBuilder::unattended`](crate::ClientBuilder::unattended)).
    fn usable(&self, _: &Host, _unattended: bool) -> Result<()> {
        Ok(())
    }

    /// The first login, at a home cloud that vouches for its users to another, and the home cloud's name for that other
    /// cloud.
    fn at_home(&self) -> Option<(&str, &Credentials)> {
        None
    }

    /// Revokes the secrets [kept](Exchange::held) in addition to the login's token, at the service that issued them.
    /// `None` if there are none.
    fn end<'a>(&'a self, _: &'a Exchange<'a>) -> Option<Ended<'a>> {
        None
    }

    /// A login that takes more than one request, also for a renewal. `None`: the factors are sent.
    fn exchange<'a>(&'a self, _: &'a Exchange<'a>, _: &'a Scope) -> Option<Exchanged<'a>> {
        None
    }
}

/// An option whose value works only once.
pub(crate) struct Once {
    pub(crate) option: &'static OptionSpec,
    /// Whether a value is configured; otherwise a person is prompted.
    pub(crate) is_given: bool,
}

/// What to check when a user was refused with `proofs`.
fn refused_user(proofs: &str, scope: &Scope) -> (ErrorKind, Hint) {
    let beginning = format!("check the user's name, its domain and {proofs}");
    let hint = match scope {
        Scope::Default | Scope::Unscoped => (beginning + "; the user may also be disabled or locked").into(),
        Scope::Trust(_) => {
            let doubt = "which may be used up, expired or deleted; to see which, log in with ";
            Hint::from(format!("{beginning}, and {scope}, {doubt}")) + Hint::option("unscoped")
        }
        scope => Hint::from(format!("{beginning}, and {scope}; to see which, log in with ")) + Hint::option("unscoped"),
    };
    (ErrorKind::Unauthenticated, hint)
}

/// The proof of identity.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthMethod {
    /// A user's password.
    Password(Password),
    /// Another token, which is exchanged.
    Token(TokenExchange),
    /// A secret created for a program, bound to one project.
    ApplicationCredential(ApplicationCredential),
    /// Any other method: [`AuthMethod::spec`] says which.
    Other(OtherMethod),
}

/// A method without a public type of its own.
#[derive(Clone)]
pub struct OtherMethod(Arc<dyn Method>);

impl fmt::Debug for OtherMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl PartialEq for OtherMethod {
    fn eq(&self, other: &Self) -> bool {
        let of = |method: &Self| (method.0.spec().name, method.0.identity());
        of(self) == of(other) && self.0.secret() == other.0.secret()
    }
}

impl Eq for OtherMethod {}

impl AuthMethod {
    fn other(method: impl Method + 'static) -> Self {
        Self::Other(OtherMethod(Arc::new(method)))
    }

    /// Keystone's name of the method.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.spec().name
    }

    /// The user, in a form that is safe to show: `user 'alice' in domain 'acme'`.
    #[must_use]
    pub fn subject(&self) -> String {
        self.method().subject()
    }

    /// The method's static description, independent of its configuration.
    #[must_use]
    pub fn spec(&self) -> &'static MethodSpec {
        self.method().spec()
    }

    /// The method, of any variant.
    pub(crate) fn method(&self) -> &dyn Method {
        match self {
            Self::Password(method) => method,
            Self::Token(method) => method,
            Self::ApplicationCredential(method) => method,
            Self::Other(OtherMethod(method)) => &**method,
        }
    }
}

#[cfg(test)]
mod tests;

//! How identity is proven: one file for each method, and [`METHODS`], the one list of them.
//!
//! A file has two parts: a [`MethodSpec`], which says everything that is known of the method before it is
//! configured (configuration, surfaces and documents follow it), and a type with the trait [`Method`], which is the
//! method as configured. To add a method, write its file and add its line to the list.

mod admin_token;
mod application_credential;
mod choice;
mod ec2;
pub(crate) mod exec;
mod http_basic;
mod multi_factor;
mod none;
mod oauth1;
mod oauth2;
mod password;
mod spec;
mod token;
mod totp;
pub(crate) mod v2;

use std::{fmt, pin::Pin, sync::Arc};

use jiff::Timestamp;
use serde_json::Value;

pub(crate) use admin_token::GivenToken;
pub use application_credential::{ApplicationCredential, ApplicationCredentialRef};
pub(crate) use choice::{chosen, further, lacking, lacking_secrets, missing, named, needs, read};
pub use password::Password;
pub use spec::MethodSpec;
pub(crate) use spec::{Form, Reads};
pub use token::TokenExchange;

use super::login::Exchange;
use crate::{
    access::Access,
    error::{ErrorKind, Result},
    hint::Hint,
    host::Host,
    reference::UserRef,
    scope::Scope,
    secret::Secret,
    settings::OptionSpec,
};

/// Every method, the one that is meant where nothing is said first.
pub const METHODS: &[&MethodSpec] = &[
    &password::SPEC,
    &token::SPEC,
    &application_credential::SPEC,
    &totp::SPEC,
    &multi_factor::SPEC,
    &oauth1::SPEC,
    &ec2::SPEC,
    &oauth2::SPEC,
    &v2::PASSWORD,
    &v2::TOKEN,
    &exec::SPEC,
    &admin_token::SPEC,
    &http_basic::SPEC,
    &none::SPEC,
];

/// The options that several methods share.
const SHARED: &[&[OptionSpec]] = &[password::USER];

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

/// What `auth_type` is for, with the usual name of every method.
pub(crate) const HELP: &str = {
    const BEGINNING: &str = "how identity is proven: ";
    /// Each piece of the text: the beginning, and the names with commas before all but the first.
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

/// What an exchange gives, later.
pub(crate) type Exchanged<'a> = Pin<Box<dyn Future<Output = Result<Access>> + Send + 'a>>;

/// A method as it is configured.
///
/// Most methods are members of the `identity` object in `POST /v3/auth/tokens`: their [`factors`](Self::factors) are all
/// that is sent. What takes more than that request has an [`exchange`](Self::exchange) of its own.
pub(crate) trait Method: fmt::Debug + Send + Sync {
    /// What is known of the method.
    fn spec(&self) -> &'static MethodSpec;

    /// Who it is for, as it may be shown: `user 'alice' in domain 'acme'`.
    fn subject(&self) -> String;

    /// Who it is for, distinct from all others, without the secret. It is a part of the key of the token cache.
    fn identity(&self) -> Value;

    /// What proves it: the other part of that key, and what seals a token that is kept. `None` where that is yet to be
    /// asked for: nobody shares such a token. Empty where the proof is kept by something else: only a store with a key
    /// of its own keeps such a token.
    fn secret(&self) -> Option<&Secret>;

    /// Keystone's names of the methods, each with its member of the `identity` object. They hold the secret.
    fn factors(&self) -> Vec<(&'static str, Value)>;

    /// The user that is named.
    fn user(&self) -> Option<&UserRef> {
        None
    }

    /// The kind of a refusal for which Keystone gives no reason, and what to check.
    fn refused(&self, scope: &Scope) -> (ErrorKind, Hint);

    /// What works only once, if there is such a thing in it.
    fn once(&self) -> Option<Once> {
        None
    }

    /// The method with another value of what works only once.
    fn with_once(&self, _: Secret) -> Option<AuthMethod> {
        None
    }

    /// The method with what it proves at a date, where that is computed from a secret which is not sent itself.
    fn at(&self, _: Timestamp) -> Option<AuthMethod> {
        None
    }

    /// Whether a client of this process can log in with it: before it waits for others, and where nobody is there (see
    /// [`ClientBuilder::unattended`](crate::ClientBuilder::unattended)).
    fn usable(&self, _: &Host, _unattended: bool) -> Result<()> {
        Ok(())
    }

    /// A login that is more than one request, also when it is repeated for a renewal. `None`: the factors are sent.
    fn exchange<'a>(&'a self, _: &'a Exchange<'a>, _: &'a Scope) -> Option<Exchanged<'a>> {
        None
    }
}

/// An option whose value works only once.
pub(crate) struct Once {
    pub(crate) option: &'static OptionSpec,
    /// Whether there is a value; otherwise a person is asked.
    pub(crate) is_given: bool,
}

/// What to check where a user was refused who showed `proofs`.
fn refused_user(proofs: &str, scope: &Scope) -> (ErrorKind, Hint) {
    let beginning = format!("check the user's name, its domain and {proofs}");
    let hint = match scope {
        Scope::Default | Scope::Unscoped => (beginning + "; the user may also be disabled or locked").into(),
        scope => Hint::from(format!("{beginning}, and {scope}; to see which, log in with ")) + Hint::option("unscoped"),
    };
    (ErrorKind::Unauthenticated, hint)
}

/// How identity is proven.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthMethod {
    /// A user's password.
    Password(Password),
    /// Another token, to be exchanged.
    Token(TokenExchange),
    /// A secret made for a program, bound to one project.
    ApplicationCredential(ApplicationCredential),
    /// Any other: [`AuthMethod::spec`] says which.
    Other(OtherMethod),
}

/// A method that has no type of its own for programs.
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

    /// Who it is for, as it may be shown: `user 'alice' in domain 'acme'`.
    #[must_use]
    pub fn subject(&self) -> String {
        self.method().subject()
    }

    /// What is known of the method, whoever uses it.
    #[must_use]
    pub fn spec(&self) -> &'static MethodSpec {
        self.method().spec()
    }

    /// The method, whichever it is.
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

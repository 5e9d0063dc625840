//! How identity is proven: one file for each method, and this list.
//!
//! A file says what the method is called, which options it has, what it sends, and what decides
//! who it is for. To add a method, write its file and name it here.

mod application_credential;
mod password;
mod token;

use serde_json::Value;

pub use application_credential::{ApplicationCredential, ApplicationCredentialRef};
pub use password::Password;
pub use token::TokenExchange;

pub(crate) use application_credential::OPTIONS as APPLICATION_CREDENTIAL;
pub(crate) use password::{OPTIONS as PASSWORD, USER};
pub(crate) use token::OPTIONS as TOKEN;

use crate::{
    error::{Error, ErrorKind, Result, printable},
    hint::Hint,
    secret::Secret,
    settings::{Settings, Sourced},
    spelling::nearest,
};

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
}

impl AuthMethod {
    /// Keystone's name of the method.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Password(_) => "password",
            Self::Token(_) => "token",
            Self::ApplicationCredential(_) => "application_credential",
        }
    }

    /// The method's member of the `identity` object. It holds the secret.
    pub(crate) fn to_wire(&self) -> Value {
        match self {
            Self::Password(method) => method.to_wire(),
            Self::Token(method) => method.to_wire(),
            Self::ApplicationCredential(method) => method.to_wire(),
        }
    }

    /// The same without the secret: who it is for, told apart from all others.
    pub(crate) fn identity(&self) -> Value {
        match self {
            Self::Password(method) => method.user.to_wire(),
            Self::Token(_) => Value::Null,
            Self::ApplicationCredential(method) => method.identity(),
        }
    }

    /// Who it is for, as it may be shown: `user 'alice' in domain 'acme'`.
    #[must_use]
    pub fn subject(&self) -> String {
        match self {
            Self::Password(method) => method.user.to_string(),
            Self::Token(method) => format!("the token {}", method.token.digest()),
            Self::ApplicationCredential(method) => method.credential.to_string(),
        }
    }

    /// What proves it.
    pub(crate) fn secret(&self) -> &Secret {
        match self {
            Self::Password(method) => &method.password,
            Self::Token(method) => &method.token,
            Self::ApplicationCredential(method) => &method.secret,
        }
    }
}

/// Which method is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Password,
    Token,
    ApplicationCredential,
    /// No method at all: the token is used as it is.
    GivenToken,
}

/// The method that `auth_type` names, or else the one whose options are there.
pub(crate) fn kind(settings: &Settings) -> Result<Kind> {
    let application_credential = ["id", "name", "secret", "secret_file", "secret_command", "secret_keyring"]
        .map(|part| format!("application_credential_{part}"))
        .into_iter()
        .find(|name| settings.has(name));
    // `archstone` is how keystoneauth's users ask for this library: it says nothing about the method.
    let Some(named) = settings.text("auth_type").filter(|it| it.value != "archstone") else {
        let given = settings.has("token_id") || settings.has("token_ref");
        let proofs: Vec<_> = [
            application_credential.as_deref().map(|name| (name, Kind::ApplicationCredential)),
            ["password", "password_file", "password_command", "password_keyring"]
                .into_iter()
                .find(|name| settings.has(name))
                .map(|name| (name, Kind::Password)),
            settings.has("token").then_some(("token", Kind::Token)),
        ]
        .into_iter()
        .flatten()
        .collect();
        return match *proofs {
            // `OS_TOKEN` with an endpoint and nowhere to exchange it: use it as it is.
            [(_, Kind::Token)] if settings.has("mgmt_url") && !settings.has("auth_url") => Ok(Kind::GivenToken),
            [] if given => Ok(Kind::GivenToken),
            [] => Ok(Kind::Password),
            [(_, kind)] => Ok(kind),
            [(one, _), (other, _), ..] => {
                let place = |name| settings.origin(name).map(ToString::to_string).unwrap_or_default();
                Err(Error::new(
                    ErrorKind::InvalidConfig,
                    format!("two ways to prove who you are: {} and {}", place(one), place(other)),
                )
                .with_hint("remove one of them, or choose with " + Hint::option("auth_type")))
            }
        };
    };
    named_kind(&named)
}

/// The method that a value of `auth_type` names.
pub(crate) fn named_kind(named: &Sourced<&str>) -> Result<Kind> {
    match named.value {
        "password" | "v3password" | "archstone" => Ok(Kind::Password),
        "token" | "v3token" => Ok(Kind::Token),
        "v3applicationcredential" | "application_credential" => Ok(Kind::ApplicationCredential),
        "admin_token" | "token_endpoint" => Ok(Kind::GivenToken),
        other => Err(Error::new(
            ErrorKind::InvalidConfig,
            format!("{} asks for the auth method `{}`, which is not supported", named.origin, printable(other)),
        )
        .with_hint(match nearest(other, NAMES) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "the methods are `password`, `token`, `v3applicationcredential` and `admin_token`".into(),
        })),
    }
}

/// The names of methods that keystoneauth1 has, too.
const NAMES: [&str; 8] = [
    "password",
    "v3password",
    "token",
    "v3token",
    "v3applicationcredential",
    "admin_token",
    "token_endpoint",
    "archstone",
];

pub(crate) fn from_settings(kind: Kind, settings: &Settings) -> Result<Option<AuthMethod>> {
    let method = match kind {
        Kind::Password => Password::from_settings(settings)?.map(AuthMethod::Password),
        Kind::Token => TokenExchange::from_settings(settings).map(AuthMethod::Token),
        Kind::ApplicationCredential => {
            ApplicationCredential::from_settings(settings)?.map(AuthMethod::ApplicationCredential)
        }
        Kind::GivenToken if settings.has("token_id") || settings.has("token_ref") => return Ok(None),
        Kind::GivenToken => None,
    };
    method.map(Some).ok_or_else(|| missing(kind, settings))
}

/// What a method needs: of each group, one option.
fn needs(kind: Kind) -> &'static [&'static [&'static str]] {
    match kind {
        Kind::Password => &[&["auth_url"], &["username", "user_id"], &["password"]],
        Kind::Token => &[&["auth_url"], &["token"]],
        Kind::ApplicationCredential => &[
            &["auth_url"],
            &["application_credential_id", "application_credential_name"],
            &["application_credential_secret"],
        ],
        Kind::GivenToken => &[&["token", "token_id"], &["mgmt_url"]],
    }
}

/// The groups of which nothing is there.
pub(crate) fn lacking(kind: Kind, settings: &Settings) -> Vec<&'static [&'static str]> {
    needs(kind).iter().filter(|names| !names.iter().any(|name| settings.has(name))).copied().collect()
}

/// All that is missing, in one error.
pub(crate) fn missing(kind: Kind, settings: &Settings) -> Error {
    const OWNER: &[&str] = &["username", "user_id"];
    let lacking = lacking(kind, settings);
    // A user's name alone does not name an application credential's owner.
    let lacking = if lacking.is_empty() { vec![OWNER] } else { lacking };
    let everything = lacking.len() == needs(kind).len();
    let message = if everything {
        "no cloud and no credentials are configured".to_owned()
    } else {
        let names = lacking.iter().map(|names| format!("`{}`", names.join("` or `")));
        format!("the configuration lacks {}", names.collect::<Vec<_>>().join(", "))
    };
    let beginning = if everything {
        "name a cloud of `clouds.yaml` with " + Hint::option("cloud") + ", or give "
    } else {
        "give ".into()
    };
    let hint = lacking.iter().enumerate().fold(beginning, |hint, (position, names)| {
        hint + if position == 0 { "" } else { ", " } + Hint::options(names.iter().copied(), "or")
    });
    Error::new(ErrorKind::NotConfigured, message).with_hint(hint)
}

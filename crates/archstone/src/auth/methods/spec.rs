//! What is known of a method before it is configured.

use super::{AuthMethod, GivenToken};
use crate::{
    error::Result,
    reference::UserRef,
    secret::Secret,
    settings::{OptionSpec, Settings},
};

/// A way to prove identity: what it is called, which options it has, and what it needs.
///
/// ```
/// let methods = archstone::config::METHODS;
/// assert!(methods.iter().any(|it| it.auth_types.contains(&"v3applicationcredential")));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct MethodSpec {
    /// Keystone's name of the method.
    pub name: &'static str,
    /// The values of `auth_type` that mean it, the usual one first.
    pub auth_types: &'static [&'static str],
    /// What it is, in one line.
    pub help: &'static str,
    /// What is sent as proof: `password`.
    pub proof: &'static str,
    /// The options that it alone has. Where `auth_type` is not set, each of them asks for the method.
    pub options: &'static [OptionSpec],
    /// What it needs beside the URL of the identity service: of each group, one option.
    pub needs: &'static [&'static [&'static str]],
    /// Why it takes no scope, if it takes none.
    pub scopeless: Option<&'static str>,
    /// What its login looks like.
    pub(crate) form: Form,
    /// The methods that it is made of, by the settings. Their options ask for it, not for them.
    pub(crate) parts: Option<Parts>,
    /// The method as a further factor of a user's login, with the secret that a person gives when asked.
    pub(crate) adds: Option<fn(UserRef, Secret) -> AuthMethod>,
    /// Whether it is a login of a user, who may be unknown, rather than one with an object that belongs to a user.
    pub(crate) is_of_user: bool,
    pub(crate) reads: Reads,
}

/// The methods that one is made of, by the settings.
type Parts = fn(&Settings) -> Result<Vec<&'static MethodSpec>>;

/// What a login looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// The proof is in the body, where others can be, too.
    Body,
    /// The proof is elsewhere, and cannot be one of several.
    Alone,
    /// The same, and the token is an OAuth 2.0 bearer, which requests carry in `Authorization`, too.
    Bearer,
    /// It is one of Identity API v2.0, and settles the tenant itself.
    V2,
}

/// What comes of a method's options; `None` where something is missing.
#[derive(Debug)]
pub(crate) enum Reads {
    /// What is exchanged for a token.
    Login(fn(&Settings) -> Result<Option<AuthMethod>>),
    /// What is used as it is. Every service is at `mgmt_url`.
    Given(fn(&Settings) -> Option<GivenToken>),
}

impl MethodSpec {
    /// What holds for a login of which nothing is said.
    pub(super) const LOGIN: Self = Self {
        name: "",
        auth_types: &[],
        help: "",
        proof: "",
        options: &[],
        needs: &[],
        scopeless: None,
        form: Form::Body,
        parts: None,
        adds: None,
        is_of_user: false,
        reads: Reads::Login(|_| Ok(None)),
    };

    /// The method as the settings have it; `None` where something is missing, or nothing is exchanged.
    pub(crate) fn login(&self, settings: &Settings) -> Result<Option<AuthMethod>> {
        match self.reads {
            Reads::Login(read) => read(settings),
            Reads::Given(_) => Ok(None),
        }
    }

    /// Whether it can be one of several factors.
    pub(crate) fn is_factor(&self) -> bool {
        self.parts.is_none() && self.form == Form::Body && !self.is_given()
    }

    /// The first of its own options that is set.
    pub(crate) fn named_by(&self, settings: &Settings) -> Option<&'static str> {
        self.options.iter().map(|option| option.name).find(|name| settings.has(name))
    }

    /// Whether requests carry its token in `Authorization`, too.
    pub(crate) fn is_bearer(&self) -> bool {
        self.form == Form::Bearer
    }

    /// Whether it speaks Identity API v2.0.
    pub(crate) fn is_v2(&self) -> bool {
        self.form == Form::V2
    }

    /// Whether its proof works only once.
    pub(crate) fn works_once(&self) -> bool {
        self.options.iter().any(|option| option.once)
    }

    /// Whether nothing is exchanged: what is given is used as it is.
    pub(crate) fn is_given(&self) -> bool {
        matches!(self.reads, Reads::Given(_))
    }
}

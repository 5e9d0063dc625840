//! Static descriptions of methods, independent of their configuration.

use super::{AuthMethod, GivenToken, registered::Maker};
use crate::{
    error::Result,
    reference::UserRef,
    secret::Secret,
    settings::{OptionSpec, Settings},
};

/// A method: its names, its options, and the options that it requires.
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
    /// The values of `auth_type` that select it, the usual one first.
    pub auth_types: &'static [&'static str],
    /// A description, in one line.
    pub help: &'static str,
    /// The kind of proof that is sent: `password`.
    pub proof: &'static str,
    /// The options that only this method has. If `auth_type` is not set, each of them selects the method.
    pub options: &'static [OptionSpec],
    /// Groups of options that it shares with similar methods. They do not select it.
    pub shared: &'static [&'static [OptionSpec]],
    /// The required options, in addition to the URL of the identity service: one of each group.
    pub needs: &'static [&'static [&'static str]],
    /// Why it accepts no scope, if it accepts none.
    pub scopeless: Option<&'static str>,
    /// The prefix of the options for its scope: empty, or `remote_` if the token is for another cloud.
    pub scope_prefix: &'static str,
    /// The form of its login.
    pub(crate) form: Form,
    /// The methods that it combines, depending on the settings. Their options select this method, not the parts.
    pub(crate) parts: Option<Parts>,
    /// The method as an additional factor of a user's login, with the secret that a person enters.
    pub(crate) adds: Option<fn(UserRef, Secret) -> AuthMethod>,
    /// Whether the client's certificate is the proof of identity.
    pub(crate) by_certificate: bool,
    /// Whether its login is unscoped, and the token is exchanged for each scope: one login serves every scope.
    pub(crate) unscoped_first: bool,
    /// Whether it names a user, who may be unknown, rather than an object that belongs to a user.
    pub(crate) is_of_user: bool,
    pub(crate) reads: Reads,
}

/// Returns the methods that one combines, depending on the settings.
type Parts = fn(&Settings) -> Result<Vec<&'static MethodSpec>>;

/// The form of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A member of Keystone's own request, which can have others, too.
    Body,
    /// The proof is sent in another way, and cannot be one of several.
    Alone,
    /// Like `Alone`, and the token is an OAuth 2.0 bearer token, which requests also carry in `Authorization`.
    Bearer,
    /// A login of Identity API v2.0, which chooses the tenant itself.
    V2,
}

/// How a method reads its options; `None` if something is missing.
#[derive(Debug)]
pub(crate) enum Reads {
    /// Credentials that are exchanged for a token.
    Login(fn(&Settings) -> Result<Option<AuthMethod>>),
    /// Credentials that are used as they are. Every service is at `mgmt_url`.
    Given(fn(&Settings) -> Option<GivenToken>),
    /// A provider that the program creates from the options.
    Provided(&'static Maker),
}

impl MethodSpec {
    /// The defaults for a login.
    pub(super) const LOGIN: Self = Self {
        name: "",
        auth_types: &[],
        help: "",
        proof: "",
        options: &[],
        shared: &[],
        needs: &[],
        scopeless: None,
        scope_prefix: "",
        form: Form::Body,
        parts: None,
        adds: None,
        by_certificate: false,
        unscoped_first: false,
        is_of_user: false,
        reads: Reads::Login(|_| Ok(None)),
    };

    /// The method as the settings configure it; `None` if something is missing, or nothing is exchanged.
    pub(crate) fn login(&self, settings: &Settings) -> Result<Option<AuthMethod>> {
        match self.reads {
            Reads::Login(read) => read(settings),
            Reads::Provided(maker) => maker.login(self, settings),
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

    /// Whether it uses Identity API v2.0.
    pub(crate) fn is_v2(&self) -> bool {
        self.form == Form::V2
    }

    /// Whether its proof works only once.
    pub(crate) fn works_once(&self) -> bool {
        self.options.iter().any(|option| option.once)
    }

    /// Whether one URL serves every service.
    pub(crate) fn has_one_url(&self) -> bool {
        self.is_given() && self.needs.iter().any(|names| names.contains(&"mgmt_url"))
    }

    /// Whether nothing is exchanged: the credentials are used as they are.
    pub(crate) fn is_given(&self) -> bool {
        matches!(self.reads, Reads::Given(_))
    }
}

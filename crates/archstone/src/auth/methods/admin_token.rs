//! No exchange: a token is used as it is, and one URL serves every service.

use http::HeaderMap;

use super::{MethodSpec, Reads, tokenless};
use crate::{
    error::Result,
    hint::Hint,
    scope::Scope,
    secret::Secret,
    settings::{OptionSpec, Settings},
};

/// Credentials that are passed to a client and used without logging in.
#[derive(Clone, Debug)]
pub(crate) enum GivenToken {
    /// Only the token.
    Id(Secret),
    /// Instead of a token: the value of `Authorization`, and the password in it.
    Basic { authorization: Secret, password: Secret },
    /// Instead of a token: a placeholder that services ignore.
    Nothing,
    /// Instead of a token: the client's certificate, and headers with the scope.
    Certificate(HeaderMap),
    /// A stored token with all its data.
    Reference(Secret),
}

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "admin_token",
    auth_types: &["admin_token", "token_endpoint"],
    help: "a token that is used as it is, with `mgmt_url` for every service",
    proof: "token",
    options: &[
        OptionSpec::plain("token_id", "a token to use as it is; the client never logs in on its own")
            .secret()
            .choices(&[("proof", "given token")]),
        OptionSpec::plain("token_ref", "a stored token with all that is known of it, to start from")
            .secret()
            .choices(&[("proof", "given token")]),
    ],
    needs: &[&["token", "token_id"], &["mgmt_url"]],
    reads: Reads::Given(|settings| {
        let token = settings.secret("token_id").or_else(|| settings.secret("token"))?;
        Some(GivenToken::Id(token.value.clone()))
    }),
    ..MethodSpec::LOGIN
};

impl GivenToken {
    /// The same credentials for a scope: without a token, each request carries the scope.
    pub(crate) fn scoped(self, scope: &Scope) -> Result<Self> {
        match self {
            Self::Certificate(_) => tokenless::headers(scope).map(Self::Certificate),
            given => Ok(given),
        }
    }

    /// A description that is safe to show.
    pub(crate) fn subject(&self) -> &'static str {
        match self {
            Self::Id(_) | Self::Reference(_) => "the token that is given",
            Self::Nothing => "no login",
            Self::Basic { .. } => "a password with each request",
            Self::Certificate(_) => "a client certificate with each request",
        }
    }

    /// Why there is no token, if there is none.
    pub(crate) fn why_no_token(&self) -> Option<&'static str> {
        match self {
            Self::Id(_) | Self::Reference(_) => None,
            Self::Nothing => Some("`none` does not log in: there is no token"),
            Self::Basic { .. } => Some("`http_basic` sends a password with each request: there is no token"),
            Self::Certificate(_) => Some(
                "`v3tokenlessauth` presents a certificate with each request to the identity service: there is no token, and \
                 so no catalog and no other service",
            ),
        }
    }

    /// Whether the service at `mgmt_url` runs without an identity service.
    pub(crate) fn is_without_identity_service(&self) -> bool {
        matches!(self, Self::Nothing | Self::Basic { .. })
    }

    /// What to check when a request without a token was refused.
    pub(crate) fn refused(&self) -> Option<Hint> {
        match self {
            Self::Id(_) | Self::Reference(_) => None,
            Self::Nothing => {
                Some("the service requires a login: use `http_basic`, or log in to its identity service".into())
            }
            Self::Basic { .. } => Some("check the user's name and the password".into()),
            Self::Certificate(_) => Some(
                "check the client certificate with "
                    + Hint::option("cert")
                    + ", and the project or the domain; the identity service must know the issuer (`trusted_issuer`), and \
                       map the certificate to a user with a role there",
            ),
        }
    }

    /// Credentials that are set in addition to a login, and then replace it.
    pub(crate) fn beside(settings: &Settings) -> Option<Self> {
        let value = |name| settings.secret(name).map(|it| it.value.clone());
        value("token_ref").map(Self::Reference).or_else(|| value("token_id").map(Self::Id))
    }
}

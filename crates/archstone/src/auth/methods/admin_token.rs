//! No exchange at all: a token is used as it is, and one URL serves every service.

use super::{MethodSpec, Reads};
use crate::{
    secret::Secret,
    settings::{OptionSpec, Settings},
};

/// What a client is given, so that nothing logs in by itself.
#[derive(Clone, Debug)]
pub(crate) enum GivenToken {
    /// The token and no more.
    Id(Secret),
    /// In place of a token: the value of `Authorization`, and the password in it.
    Basic { authorization: Secret, password: Secret },
    /// All that was known of it when it was stored.
    Reference(Secret),
}

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "admin_token",
    auth_types: &["admin_token", "token_endpoint"],
    help: "a token that is used as it is, with `mgmt_url` for every service",
    proof: "token",
    options: &[
        OptionSpec::plain("token_id", "a token to use as it is; nothing logs in by itself")
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
    /// What is given beside a login, which then replaces it.
    pub(crate) fn beside(settings: &Settings) -> Option<Self> {
        let value = |name| settings.secret(name).map(|it| it.value.clone());
        value("token_ref").map(Self::Reference).or_else(|| value("token_id").map(Self::Id))
    }
}

//! Another token, to be exchanged for one of another scope: Keystone's method `token`.

use serde_json::{Value, json};

use crate::{
    secret::Secret,
    settings::{OptionSpec, Settings},
};

pub(crate) const OPTIONS: &[OptionSpec] = &[OptionSpec::plain("token", "a token to exchange for another")
    .aliases(&["auth_token"])
    .secret()
    .choices(&[("proof", "token")])];

/// A token to exchange. The new one keeps the first one's expiry, and nothing can renew it beyond.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenExchange {
    /// The token.
    pub token: Secret,
}

impl TokenExchange {
    pub(crate) fn from_settings(settings: &Settings) -> Option<Self> {
        settings.secret("token").map(|it| Self { token: it.value.clone() })
    }

    pub(crate) fn to_wire(&self) -> Value {
        json!({ "id": self.token.expose() })
    }
}

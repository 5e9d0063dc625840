//! Another token, to be exchanged for one of another scope: Keystone's method `token`.

use serde_json::{Value, json};

use super::{AuthMethod, Method, MethodSpec, Reads};
use crate::{error::ErrorKind, hint::Hint, scope::Scope, secret::Secret, settings::OptionSpec};

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "token",
    auth_types: &["token", "v3token"],
    help: "a token that is exchanged for one of another scope",
    proof: "token",
    options: &[OptionSpec::plain("token", "a token to exchange for another")
        .aliases(&["auth_token"])
        .secret()
        .choices(&[("proof", "token")])],
    needs: &[&["token"]],
    reads: Reads::Login(|settings| {
        let token = settings.secret("token").map(|it| it.value.clone());
        Ok(token.map(|token| AuthMethod::Token(TokenExchange { token })))
    }),
    ..MethodSpec::LOGIN
};

/// A token to exchange. The new one keeps the first one's expiry, and nothing can renew it beyond.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenExchange {
    /// The token.
    pub token: Secret,
}

impl Method for TokenExchange {
    fn spec(&self) -> &'static MethodSpec {
        &SPEC
    }

    fn subject(&self) -> String {
        format!("the token {}", self.token.digest())
    }

    fn identity(&self) -> Value {
        Value::Null
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.token)
    }

    fn factors(&self) -> Vec<(&'static str, Value)> {
        vec![(SPEC.name, json!({ "id": self.token.expose() }))]
    }

    fn refused(&self, _: &Scope) -> (ErrorKind, Hint) {
        let why = "the token has expired, was revoked, is not of this cloud, or may not be exchanged for this scope";
        (ErrorKind::TokenRejected, why.into())
    }
}

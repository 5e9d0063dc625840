//! Another token, which is exchanged for one with another scope: Keystone's method `token`.

use serde_json::{Value, json};

use super::{AuthMethod, Method, MethodSpec, Reads};
use crate::{
    error::ErrorKind,
    hint::Hint,
    scope::Scope,
    secret::Secret,
    settings::{OptionSpec, ValueKind},
};

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "token",
    auth_types: &["token", "v3token"],
    help: "a token that is exchanged for one of another scope",
    proof: "token",
    options: &[
        OptionSpec::plain("token", "a token to exchange for another")
            .aliases(&["auth_token"])
            .secret()
            .choices(&[("proof", "token"), ("token", "itself")]),
        OptionSpec::plain("token_file", "a file with a token in its first line, to exchange for another")
            .choices(&[("proof", "token"), ("token", "file")])
            .kind(ValueKind::Path),
        OptionSpec::plain("token_command", "a command that prints a token, to exchange for another")
            .choices(&[("proof", "token"), ("token", "command")])
            .kind(ValueKind::Command),
        OptionSpec::plain("token_keyring", "the place of a token in the system keyring, to exchange for another")
            .choices(&[("proof", "token"), ("token", "keyring")]),
    ],
    needs: &[&["token"]],
    reads: Reads::Login(|settings| {
        let token = settings.secret("token").map(|it| it.value.clone());
        Ok(token.map(|token| AuthMethod::Token(TokenExchange { token })))
    }),
    ..MethodSpec::LOGIN
};

/// A token to exchange. The new token expires with the original one, and cannot be renewed beyond that.
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

    fn refused(&self, scope: &Scope) -> (ErrorKind, Hint) {
        let why = "the token has expired, was revoked, is not of this cloud, or may not be exchanged for this scope";
        let doubt = if let Scope::Trust(_) = scope { "; the trust may be used up, expired or deleted" } else { "" };
        (ErrorKind::TokenRejected, format!("{why}{doubt}").into())
    }
}

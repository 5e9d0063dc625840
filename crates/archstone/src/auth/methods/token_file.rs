//! A file with a token that another program keeps fresh: `archstone exec --refresh`, or an agent on the machine.

use serde_json::{Value, json};

use super::{AuthMethod, Exchanged, Form, Method, MethodSpec, Reads, provided};
use crate::{
    access::Access,
    auth::login::Exchange,
    error::{Error, ErrorKind, Result, printable},
    hint::Hint,
    scope::Scope,
    secret::Secret,
    settings::{OptionSpec, Origin, ValueKind, secret_in},
    token::Token,
};

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "token_file",
    auth_types: &["token_file"],
    help: "a file with a token that is kept fresh by another program",
    proof: "file",
    options: &[OptionSpec::plain(
        "token_id_file",
        "a file with a token in its first line, which is used as it is and read again when the token has expired",
    )
    .choices(&[("proof", "token file")])
    .kind(ValueKind::Path)],
    needs: &[&["token_id_file"]],
    form: Form::Alone,
    reads: Reads::Login(|settings| {
        let Some(file) = settings.text("token_id_file") else { return Ok(None) };
        let (path, origin) = (file.value.to_owned(), file.origin);
        Ok(Some(AuthMethod::other(TokenFile { path, origin, secret: "".into() })))
    }),
    ..MethodSpec::LOGIN
};

/// A file with a token. Renewal reads it again.
#[derive(Clone, Debug)]
struct TokenFile {
    path: String,
    origin: Origin,
    /// Empty: the proof of identity is in the file.
    secret: Secret,
}

impl TokenFile {
    async fn log_in(&self, exchange: &Exchange<'_>, scope: &Scope) -> Result<Access> {
        let (path, origin) = (exchange.identity.host.path(&self.path), self.origin.clone());
        let text = tokio::task::spawn_blocking(move || secret_in(&path, &origin)).await.map_err(|error| {
            Error::new(ErrorKind::InvalidConfig, format!("reading {} failed", self.subject())).with_source(error)
        })??;
        let token = Token::new(text).map_err(|_| {
            let message = format!("{}: the first line of {} is not a token", self.origin, self.subject());
            Error::new(ErrorKind::InvalidConfig, message)
        })?;
        provided::adopt(exchange, scope, &token, self, "has it").await
    }
}

impl Method for TokenFile {
    fn spec(&self) -> &'static MethodSpec {
        &SPEC
    }

    fn subject(&self) -> String {
        format!("the file `{}`", printable(&self.path))
    }

    fn identity(&self) -> Value {
        json!(self.path)
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.secret)
    }

    fn refused(&self, scope: &Scope) -> (ErrorKind, Hint) {
        let hint = format!("check that the user of the token in {} has a role in {scope}", self.subject());
        (ErrorKind::Unauthenticated, hint.into())
    }

    fn exchange<'a>(&'a self, exchange: &'a Exchange<'a>, scope: &'a Scope) -> Option<Exchanged<'a>> {
        Some(Box::pin(self.log_in(exchange, scope)))
    }
}

//! An access token of an OpenID Connect provider, which another program has obtained.

use serde_json::Value;

use super::{
    Form, MethodSpec, Reads,
    oidc::{self, Client, Federation, Flow, Shown, Tokens},
};
use crate::{
    auth::login::Exchange,
    error::Result,
    hint::Hint,
    secret::Secret,
    settings::{OptionSpec, options_with_secrets},
};

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "oidc_access_token",
    auth_types: &["v3oidcaccesstoken"],
    help: "an access token of an OpenID Connect provider",
    proof: "access token",
    options: options_with_secrets!(
        "OIDC access token",
        [OptionSpec::plain(
            "access_token_url",
            "the URL that gives the token, or `github?audience=NAME` in GitHub Actions"
        )
        .choices(&[("proof", "OIDC access token"), ("access_token", "url")]),],
        ("access_token", "an access token of the provider"),
    ),
    shared: &[oidc::FEDERATION],
    needs: &[&["identity_provider"], &["protocol"], &["access_token", "access_token_url"]],
    form: Form::Alone,
    unscoped_first: true,
    reads: Reads::Login(|settings| {
        let token = Shown::read(settings, "access_token", "access_token_url")?;
        let parts = Federation::read(settings).zip(token);
        Ok(parts.map(|(federation, token)| oidc::method(federation, AccessToken { token })))
    }),
    ..MethodSpec::LOGIN
};

/// A token of the provider. Renewal sends the then current one again.
#[derive(Clone, Debug)]
struct AccessToken {
    token: Shown,
}

impl Flow for AccessToken {
    const SPEC: &'static MethodSpec = &SPEC;

    fn subject(&self) -> String {
        format!("the access token {}", self.token.subject())
    }

    fn identity(&self) -> Value {
        self.token.identity()
    }

    fn secrets(&self) -> Vec<&Secret> {
        vec![self.token.secret()]
    }

    fn client(&self) -> Option<&Client> {
        None
    }

    async fn tokens(&self, exchange: &Exchange<'_>) -> Result<Tokens> {
        Ok(Tokens { token: self.token.token(exchange).await?, life: None, refresh: None, id: None })
    }

    fn advice(&self) -> Hint {
        "the access token may have expired: get another one; or check "
            + Hint::options(["identity_provider", "protocol"], "and")
    }
}

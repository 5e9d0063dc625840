//! A person logs in at an OpenID Connect provider with a browser on this machine: RFC 6749, section 4.1, with PKCE (RFC
//! 7636) and a loopback redirect (RFC 8252).

use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use super::{
    Form, MethodSpec, Reads,
    callback::{Callback, Returned, Verdict},
    oidc::{self, Client, Federation, Flow, Tokens},
};
use crate::{
    auth::{LoginPage, login::Exchange},
    error::{Error, ErrorKind, Result, printable},
    hint::Hint,
    secret::Secret,
    settings::{OptionSpec, ValueKind, server_url},
};

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "oidc_auth_code",
    auth_types: &["v3oidcauthcode"],
    help: "a login at an OpenID Connect provider with a browser on this machine",
    proof: "login in the browser",
    options: &[
        OptionSpec::plain("authorization_endpoint", "the URL of the provider's login page")
            .choices(&[("proof", "OIDC code")])
            .kind(ValueKind::Url),
        OptionSpec::plain("redirect_uri", "the URL on this machine to which the browser returns")
            .choices(&[("proof", "OIDC code")])
            .kind(ValueKind::Url),
        OptionSpec::plain("code", "a code that the provider has given to another program, for `redirect_uri`")
            .secret()
            .aliases(&["authorization_code"])
            .choices(&[("proof", "OIDC code")]),
    ],
    shared: &[oidc::FEDERATION, oidc::CLIENT],
    needs: oidc::needs!(),
    form: Form::Alone,
    unscoped_first: true,
    reads: Reads::Login(|settings| {
        let url = |name: &str| settings.text(name).map(|text| server_url(&text)).transpose();
        let (authorization, redirect) = (url("authorization_endpoint")?, url("redirect_uri")?);
        let code = settings.secret("code").map(|it| it.value.clone());
        if code.is_some() && redirect.is_none() {
            let message = "`code` is given, but not the `redirect_uri` that it was made for";
            return Err(Error::new(ErrorKind::InvalidConfig, message).with_hint("give " + Hint::option("redirect_uri")));
        }
        let parts = Federation::read(settings).zip(Client::read(settings)?);
        Ok(parts
            .map(|(federation, client)| oidc::method(federation, AuthCode { client, authorization, redirect, code })))
    }),
    ..MethodSpec::LOGIN
};

/// A client with which a person logs in. Renewal uses the refresh token, if there is one.
#[derive(Clone, Debug)]
struct AuthCode {
    client: Client,
    authorization: Option<Url>,
    redirect: Option<Url>,
    /// An authorization code that another program has obtained. It works once.
    code: Option<Secret>,
}

impl AuthCode {
    /// Has a person log in, and returns the grant for the token endpoint.
    async fn ask(&self, exchange: &Exchange<'_>, page: &Url) -> Result<(oidc::Grant, Secret)> {
        /// How long the person has to log in.
        const LONGEST: Duration = Duration::from_secs(5 * 60);
        let callback = Callback::bind(self.redirect.as_ref(), "redirect_uri").await?;
        let redirect = callback.redirect().to_string();
        let (state, nonce, verifier) = (oidc::random()?, oidc::random()?, oidc::random()?);
        let mut page = page.clone();
        page.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", self.client.id())
            .append_pair("redirect_uri", &redirect)
            .append_pair("scope", &self.client.scope)
            .append_pair("state", state.expose())
            .append_pair("nonce", nonce.expose())
            .append_pair("code_challenge", oidc::hashed(&verifier).expose())
            .append_pair("code_challenge_method", "S256");
        let start = Some(callback.start_at(&page)?);
        let waiting = callback.wait(LONGEST, move |returned| code(returned, &state));
        let code = exchange.person.show(LoginPage { url: page, start, user_code: None }, waiting).await?;
        let grant = vec![
            ("grant_type", "authorization_code".into()),
            ("code", code),
            ("redirect_uri", redirect.into()),
            ("code_verifier", verifier),
        ];
        Ok((grant, nonce))
    }
}

/// Reads the code from the redirect: RFC 6749, section 4.1.2.
fn code(returned: &Returned, state: &Secret) -> Verdict {
    if returned.method != "GET" {
        return Verdict::no("405 Method Not Allowed", "There is nothing to send here.");
    }
    if returned.parameter("state").map(Secret::from).as_ref() != Some(state) {
        return Verdict::no("400 Bad Request", "This does not belong to the login in progress.");
    }
    if let Some(code) = returned.parameter("error") {
        let words = returned.parameter("error_description").map(|it| format!(": {}", printable(it)));
        let message = format!("the provider refused the login ({}){}", printable(code), words.unwrap_or_default());
        let refused = Error::new(ErrorKind::Unauthenticated, message)
            .with_hint("log in again; if it happens again, check the client at the provider");
        return Verdict::done("The login was refused. You can close this window.", Err(refused));
    }
    match returned.parameter("code").filter(|it| !it.is_empty()) {
        Some(code) => Verdict::done("You are logged in. You can close this window.", Ok(code.into())),
        None => Verdict::no("400 Bad Request", "There is no code in the answer of the provider."),
    }
}

impl Flow for AuthCode {
    const SPEC: &'static MethodSpec = &SPEC;

    fn subject(&self) -> String {
        "the person at the browser".to_owned()
    }

    fn identity(&self) -> Value {
        json!(self.authorization.as_ref().map(Url::as_str))
    }

    fn secrets(&self) -> Vec<&Secret> {
        self.client.secret().into_iter().chain(&self.code).collect()
    }

    fn client(&self) -> Option<&Client> {
        Some(&self.client)
    }

    fn is_of_person(&self) -> bool {
        true
    }

    async fn tokens(&self, exchange: &Exchange<'_>) -> Result<Tokens> {
        let endpoints = self.client.endpoints(exchange).await?;
        if let (Some(code), Some(redirect)) = (&self.code, &self.redirect) {
            let grant = vec![
                ("grant_type", "authorization_code".into()),
                ("code", code.clone()),
                ("redirect_uri", redirect.as_str().into()),
            ];
            let hint =
                "a code works only once, and for a short time: get another, or leave it out to log in with a browser";
            return self.client.token(exchange, &endpoints, grant).await.map_err(|error| match error.kind() {
                ErrorKind::Unauthenticated => error.with_hint(hint),
                _ => error,
            });
        }
        let page = endpoints.other(exchange, self.authorization.as_ref(), "authorization_endpoint")?;
        let (grant, nonce) = self.ask(exchange, &page).await?;
        let tokens = self.client.token(exchange, &endpoints, grant).await?;
        self.client.check(&tokens, &endpoints, &nonce)?;
        Ok(tokens)
    }
}

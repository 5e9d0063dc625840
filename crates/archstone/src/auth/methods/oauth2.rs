//! An OAuth 2.0 client and its secret (RFC 6749, section 4.4): Keystone's bearer tokens.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use url::Url;
use zeroize::Zeroizing;

use super::{AuthMethod, Exchanged, Form, Method, MethodSpec, Reads};
use crate::{
    access::Access,
    auth::{keystone, login::Exchange},
    catalog::discovery::below,
    error::{ErrorKind, Result},
    hint::Hint,
    scope::Scope,
    secret::Secret,
    settings::{OptionSpec, Settings, ValueKind, options_with_secrets, server_url},
    token::Token,
    transport::{Answer, Request},
};

const ENDPOINT: OptionSpec =
    OptionSpec::plain("oauth2_endpoint", "the URL that issues OAuth2 tokens, if it is not Keystone's own")
        .choices(&[("proof", "OAuth2")])
        .kind(ValueKind::Url);
const ID: OptionSpec = OptionSpec::plain("oauth2_client_id", "the OAuth2 client: the id of an application credential")
    .choices(&[("proof", "OAuth2")]);

/// The options that all OAuth 2.0 clients share.
pub(super) const CLIENT: &[OptionSpec] = &[ENDPOINT, ID];

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "oauth2_client_credential",
    auth_types: &["v3oauth2clientcredential"],
    help: "an OAuth2 client and its secret, for services that want a bearer token",
    proof: "OAuth2 client",
    options: options_with_secrets!(
        "OAuth2",
        [ENDPOINT, ID],
        ("oauth2_client_secret", "the secret of the OAuth2 client"),
    ),
    needs: &[&["oauth2_client_id"], &["oauth2_client_secret"]],
    scopeless: Some("the client is an application credential, which is bound to the project it was made in"),
    form: Form::Bearer,
    reads: Reads::Login(|settings| Ok(read(settings)?.map(AuthMethod::other))),
    ..MethodSpec::LOGIN
};

/// A client, however it authenticates.
#[derive(Clone, Debug)]
pub(super) struct Client {
    /// The token endpoint, if it is not Keystone's own.
    endpoint: Option<Url>,
    pub(super) id: String,
}

impl Client {
    pub(super) fn read(settings: &Settings) -> Result<Option<Self>> {
        let endpoint = settings.text("oauth2_endpoint").map(|text| server_url(&text)).transpose()?;
        Ok(settings.string("oauth2_client_id").map(|id| Self { endpoint, id }))
    }

    pub(super) fn subject(&self) -> String {
        format!("OAuth2 client `{}`", self.id)
    }

    pub(super) fn identity(&self) -> Value {
        json!({ "id": self.id, "endpoint": self.endpoint.as_ref().map(Url::as_str) })
    }
}

/// A client and its secret. Renewal sends it again.
#[derive(Clone, Debug)]
struct OAuth2 {
    client: Client,
    secret: Secret,
}

fn read(settings: &Settings) -> Result<Option<OAuth2>> {
    let secret = settings.secret("oauth2_client_secret").map(|it| it.value.clone());
    Ok(Client::read(settings)?.zip(secret).map(|(client, secret)| OAuth2 { client, secret }))
}

/// Gets a token by client credentials, and looks it up at the identity service. `prove` adds the client's
/// authentication.
pub(super) async fn client_credentials(
    exchange: &Exchange<'_>,
    scope: &Scope,
    method: &dyn Method,
    client: &Client,
    prove: impl FnOnce(&mut Request) + Send,
) -> Result<Access> {
    let v3 = exchange.identity.v3(exchange.auth_url).await?;
    let endpoint = client.endpoint.clone().unwrap_or_else(|| below(v3, &["OS-OAUTH2", "token"]));
    for (url, option) in [(v3, "auth_url"), (&endpoint, "oauth2_endpoint")] {
        exchange.require_private(url, option)?;
    }
    let mut request = Request::new(http::Method::POST, endpoint);
    request.form = vec![("grant_type".into(), "client_credentials".into())];
    prove(&mut request);
    let answer = exchange.identity.transport.send(request).await?;
    if !answer.is_success() {
        return Err(keystone::refusal(&answer, method, scope));
    }
    // The response does not say whose token it is.
    keystone::look_up(exchange.identity, v3, &bearer(&answer)?).await
}

/// Reads the token from a response: RFC 6749, section 5.1.
fn bearer(answer: &Answer) -> Result<Token> {
    let malformed = |what: &str| {
        let message = format!("the answer of the OAuth2 endpoint {what}");
        answer.error(ErrorKind::InvalidResponse, message).with_hint("check " + Hint::option("oauth2_endpoint"))
    };
    let body: Value =
        serde_json::from_str(&answer.body).map_err(|source| malformed("is not JSON").with_source(source))?;
    let kind = body["token_type"].as_str();
    if !kind.is_some_and(|it| it.eq_ignore_ascii_case("bearer")) {
        return Err(malformed("has no token of the type `Bearer`"));
    }
    let text = body["access_token"].as_str().filter(|it| !it.is_empty()).ok_or_else(|| malformed("has no token"))?;
    Token::new(text.into()).map_err(|_| malformed("has a token that cannot be written in an HTTP header"))
}

impl Method for OAuth2 {
    fn spec(&self) -> &'static MethodSpec {
        &SPEC
    }

    fn subject(&self) -> String {
        self.client.subject()
    }

    fn identity(&self) -> Value {
        self.client.identity()
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.secret)
    }

    fn refused(&self, _: &Scope) -> (ErrorKind, Hint) {
        let hint = "the application credential may be unknown or expired, its secret wrong, or its user or project \
                    disabled: check "
            + Hint::options(["oauth2_client_id", "oauth2_client_secret"], "and");
        (ErrorKind::ApplicationCredentialRefused, hint)
    }

    fn exchange<'a>(&'a self, exchange: &'a Exchange<'a>, scope: &'a Scope) -> Option<Exchanged<'a>> {
        Some(Box::pin(client_credentials(exchange, scope, self, &self.client, |request| {
            let pair = Zeroizing::new(format!("{}:{}", self.client.id, self.secret.expose()));
            request.authorization = Some(format!("Basic {}", STANDARD.encode(pair.as_bytes())).into());
        })))
    }
}

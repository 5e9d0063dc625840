//! An OAuth 2.0 client and its secret (RFC 6749, section 4.4): Keystone's bearer tokens.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use url::Url;
use zeroize::Zeroizing;

use super::{AuthMethod, Exchanged, Form, Method, MethodSpec, Reads};
use crate::{
    access::Access,
    auth::{
        keystone,
        login::{Exchange, Identity},
    },
    catalog::discovery::below,
    error::{Error, ErrorKind, Result, public_url},
    hint::Hint,
    scope::Scope,
    secret::Secret,
    settings::{OptionSpec, Settings, ValueKind, options_with_secrets},
    token::Token,
    transport::{Answer, Request},
};

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "oauth2_client_credential",
    auth_types: &["v3oauth2clientcredential"],
    help: "an OAuth2 client and its secret, for services that want a bearer token",
    proof: "OAuth2 client",
    options: options_with_secrets!(
        "OAuth2",
        [
            OptionSpec::plain("oauth2_endpoint", "the URL that issues OAuth2 tokens, if it is not Keystone's own")
                .choices(&[("proof", "OAuth2")])
                .kind(ValueKind::Url),
            OptionSpec::plain("oauth2_client_id", "the OAuth2 client: the id of an application credential")
                .choices(&[("proof", "OAuth2")]),
        ],
        ("oauth2_client_secret", "the secret of the OAuth2 client"),
    ),
    needs: &[&["oauth2_client_id"], &["oauth2_client_secret"]],
    scopeless: Some("the client is an application credential, which is bound to the project it was made in"),
    form: Form::Bearer,
    reads: Reads::Login(|settings| Ok(read(settings)?.map(AuthMethod::other))),
    ..MethodSpec::LOGIN
};

/// A client and its secret. Renewal sends it again.
#[derive(Clone, Debug)]
struct OAuth2 {
    endpoint: Option<Url>,
    id: String,
    secret: Secret,
}

fn read(settings: &Settings) -> Result<Option<OAuth2>> {
    let endpoint = settings.text("oauth2_endpoint").map(|text| {
        let url = Url::parse(text.value).ok().filter(|it| matches!(it.scheme(), "http" | "https") && it.has_host());
        url.ok_or_else(|| {
            let message = format!("{} is not the URL of a server", text.origin);
            Error::new(ErrorKind::InvalidConfig, message)
                .with_hint("write it whole: `https://keystone.example:5000/v3/OS-OAUTH2/token`")
        })
    });
    let secret = settings.secret("oauth2_client_secret").map(|it| it.value.clone());
    let (endpoint, client) = (endpoint.transpose()?, settings.string("oauth2_client_id").zip(secret));
    Ok(client.map(|(id, secret)| OAuth2 { endpoint, id, secret }))
}

impl OAuth2 {
    async fn log_in(&self, exchange: &Exchange<'_>, scope: &Scope) -> Result<Access> {
        let Identity { transport, host, .. } = exchange.identity;
        let v3 = exchange.identity.v3(exchange.auth_url).await?;
        let endpoint = self.endpoint.clone().unwrap_or_else(|| below(v3, &["OS-OAUTH2", "token"]));
        for (url, option) in [(v3, "auth_url"), (&endpoint, "oauth2_endpoint")] {
            if !transport.settings().is_private(url) {
                let message = format!("`{}` is plain HTTP, where nothing of OAuth2 is sent", public_url(url));
                return Err(Error::new(ErrorKind::InvalidConfig, message)
                    .with_url(url)
                    .with_hint("use an `https://` URL: see " + Hint::option(option)));
            }
        }
        let mut request = Request::new(http::Method::POST, endpoint);
        let pair = Zeroizing::new(format!("{}:{}", self.id, self.secret.expose()));
        request.authorization = Some(format!("Basic {}", STANDARD.encode(pair.as_bytes())).into());
        request.form = vec![("grant_type", "client_credentials".into())];
        let answer = transport.send(request).await?;
        if !answer.is_success() {
            return Err(keystone::refusal(&answer, self, scope));
        }
        // The answer says nothing of whose token it is.
        keystone::look_up(transport, host, v3, &bearer(&answer)?).await
    }
}

/// The token of an answer: RFC 6749, section 5.1.
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
        format!("OAuth2 client `{}`", self.id)
    }

    fn identity(&self) -> Value {
        json!({ "id": self.id, "endpoint": self.endpoint.as_ref().map(Url::as_str) })
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.secret)
    }

    fn factors(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    fn refused(&self, _: &Scope) -> (ErrorKind, Hint) {
        let hint = "the application credential may be unknown or expired, its secret wrong, or its user or project \
                    disabled: check "
            + Hint::options(["oauth2_client_id", "oauth2_client_secret"], "and");
        (ErrorKind::ApplicationCredentialRefused, hint)
    }

    fn exchange<'a>(&'a self, exchange: &'a Exchange<'a>, scope: &'a Scope) -> Option<Exchanged<'a>> {
        Some(Box::pin(self.log_in(exchange, scope)))
    }
}

//! The token endpoint of a provider: RFC 6749, sections 3.2 and 5.

use std::{borrow::Cow, time::Duration};

use http::Method as Verb;
use serde_json::{Value, json};
use url::Url;

use super::{
    claims::Claims,
    client_auth::ClientAuth,
    discovery::{self, Discovered},
};
use crate::{
    auth::login::Exchange,
    error::{Error, ErrorKind, Result, printable, public_url},
    hint::Hint,
    secret::Secret,
    settings::{Settings, server_url},
    transport::{Answer, Request},
};

/// A client of a provider.
#[derive(Clone, Debug)]
pub(in super::super) struct Client {
    id: String,
    auth: ClientAuth,
    pub(in super::super) scope: String,
    discovery: Option<Url>,
    token_endpoint: Option<Url>,
    /// The member of the response that is sent to Keystone.
    token_kind: TokenKind,
}

#[derive(Clone, Copy, Debug)]
enum TokenKind {
    Access,
    Id,
}

impl TokenKind {
    const fn member(self) -> &'static str {
        match self {
            Self::Access => "access_token",
            Self::Id => "id_token",
        }
    }
}

/// The fields of a request for a token, in addition to those of the client.
pub(in super::super) type Grant = Vec<(&'static str, Secret)>;

/// The tokens that a provider has issued.
#[derive(Debug)]
pub(in super::super) struct Tokens {
    /// The token for Keystone.
    pub(in super::super) token: Secret,
    pub(in super::super) life: Option<Duration>,
    pub(in super::super) refresh: Option<Secret>,
    /// The id token. It came from the provider itself, over TLS.
    pub(in super::super) id: Option<Secret>,
}

/// The endpoints of the provider.
pub(in super::super) struct Endpoints {
    discovered: Option<Discovered>,
    by_certificate: bool,
    pub(in super::super) token: Url,
}

impl Endpoints {
    /// Another endpoint of the provider: from the option, or else from the discovery document.
    pub(in super::super) fn other(
        &self,
        exchange: &Exchange<'_>,
        configured: Option<&Url>,
        option: &'static str,
    ) -> Result<Url> {
        if let Some(url) = configured {
            return exchange.require_private(url, option).map(|()| url.clone());
        }
        let found = self.discovered.as_ref().map(|it| it.endpoint(exchange, option, self.by_certificate));
        let found = found.transpose()?.flatten();
        found.ok_or_else(|| missing(option))
    }
}

fn missing(option: &'static str) -> Error {
    Error::new(ErrorKind::NotConfigured, format!("the provider's discovery document has no `{option}`"))
        .with_hint("give " + Hint::option(option))
}

impl Client {
    /// `None` if something is missing.
    pub(in super::super) fn read(settings: &Settings) -> Result<Option<Self>> {
        let token_kind = match settings.text("access_token_type") {
            None => TokenKind::Access,
            Some(it) if it.value == TokenKind::Access.member() => TokenKind::Access,
            Some(it) if it.value == TokenKind::Id.member() => TokenKind::Id,
            Some(it) => {
                let message = format!("{} is `{}`, which is not a kind of token", it.origin, printable(it.value));
                return Err(
                    Error::new(ErrorKind::InvalidConfig, message).with_hint("write `access_token` or `id_token`")
                );
            }
        };
        let url = |name| settings.text(name).map(|text| server_url(&text)).transpose();
        let (discovery, token_endpoint) = (url("discovery_endpoint")?, url("access_token_endpoint")?);
        let Some(id) = settings.string("client_id") else { return Ok(None) };
        if discovery.is_none() && token_endpoint.is_none() {
            return Ok(None);
        }
        let auth = ClientAuth::read(settings)?;
        let scope = settings.string("openid_scope").unwrap_or_else(|| "openid profile".to_owned());
        Ok(Some(Self { id, auth, scope, discovery, token_endpoint, token_kind }))
    }

    /// Everything but the secret.
    pub(in super::super) fn identity(&self) -> Value {
        let of = |url: &Option<Url>| url.as_ref().map(Url::to_string);
        let Self { id, scope, discovery, token_endpoint, token_kind, auth } = self;
        json!([id, scope, of(discovery), of(token_endpoint), token_kind.member(), auth.identity()])
    }

    pub(in super::super) fn id(&self) -> &str {
        &self.id
    }

    /// The client's secret.
    pub(in super::super) fn secret(&self) -> Option<&Secret> {
        self.auth.secret()
    }

    /// Finds the provider's endpoints.
    pub(in super::super) async fn endpoints(&self, exchange: &Exchange<'_>) -> Result<Endpoints> {
        let discovered = match &self.discovery {
            Some(url) => Some(discovery::discover(exchange, url).await?),
            None => None,
        };
        let by_certificate = self.auth.is_certificate();
        let token = match (&self.token_endpoint, &discovered) {
            (Some(url), _) => exchange.require_private(url, "access_token_endpoint").map(|()| url.clone())?,
            (None, Some(discovered)) => discovered
                .endpoint(exchange, "token_endpoint", by_certificate)?
                .ok_or_else(|| missing("access_token_endpoint"))?,
            (None, None) => return Err(missing("access_token_endpoint")),
        };
        Ok(Endpoints { discovered, by_certificate, token })
    }

    /// Sends a form to the provider, as this client.
    pub(in super::super) async fn send(
        &self,
        exchange: &Exchange<'_>,
        endpoints: &Endpoints,
        url: &Url,
        form: Vec<(impl Into<Cow<'static, str>>, Secret)>,
    ) -> Result<Answer> {
        let mut request = Request::new(Verb::POST, url.clone()).elsewhere();
        request.form = form.into_iter().map(|(name, value)| (name.into(), value)).collect();
        self.auth.show(&mut request, &self.id, &endpoints.token, exchange)?;
        exchange.identity.transport.send(request).await
    }

    /// Checks that the id token belongs to this login, if the provider has returned one. It came from the provider
    /// itself, over TLS, so checking its signature would add nothing: OpenID Connect Core 1.0, section 3.1.3.7.
    pub(in super::super) fn check(&self, tokens: &Tokens, endpoints: &Endpoints, nonce: &Secret) -> Result<()> {
        let Some(id) = &tokens.id else { return Ok(()) };
        let issuer = endpoints.discovered.as_ref().map(Discovered::issuer);
        let Some(wrong) = Claims::read(id.expose()).difference(nonce.expose(), &self.id, issuer) else { return Ok(()) };
        let message = format!("the provider's id token does not belong to this login: its {wrong} differs");
        Err(Error::new(ErrorKind::InvalidResponse, message)
            .with_url(&endpoints.token)
            .with_hint("log in again; if it happens again, tell the provider's operator"))
    }

    /// Revokes a refresh token, at a provider that supports it: RFC 7009. Returns whether it does.
    pub(super) async fn revoke(&self, exchange: &Exchange<'_>, token: Secret) -> Result<bool> {
        const ENDPOINT: &str = "revocation_endpoint";
        let endpoints = self.endpoints(exchange).await?;
        let discovered = endpoints.discovered.as_ref();
        let url = discovered.map(|it| it.endpoint(exchange, ENDPOINT, endpoints.by_certificate)).transpose()?;
        let Some(url) = url.flatten() else { return Ok(false) };
        let form = vec![("token", token), ("token_type_hint", "refresh_token".into())];
        let answer = self.send(exchange, &endpoints, &url, form).await?;
        if answer.is_success() { Ok(true) } else { Err(self.refusal(&answer)) }
    }

    /// Sends a request to the token endpoint.
    pub(in super::super) async fn token(
        &self,
        exchange: &Exchange<'_>,
        endpoints: &Endpoints,
        grant: Vec<(impl Into<Cow<'static, str>>, Secret)>,
    ) -> Result<Tokens> {
        let answer = self.send(exchange, endpoints, &endpoints.token, grant).await?;
        if answer.is_success() { self.tokens(&answer) } else { Err(self.refusal(&answer)) }
    }

    /// Reads the tokens from a successful response.
    pub(in super::super) fn tokens(&self, answer: &Answer) -> Result<Tokens> {
        self.issued(answer, |body| body["token_type"].as_str().is_none_or(|it| it.eq_ignore_ascii_case("bearer")))
    }

    /// The same for a token exchange, with the kind of token that was requested, if any: RFC 8693, section 2.2.1.
    pub(in super::super) fn exchanged(&self, answer: &Answer, wanted: Option<&str>) -> Result<Tokens> {
        /// The kinds of token that can be shown to others than the provider.
        const BEARERS: [&str; 3] = ["access_token", "id_token", "jwt"];
        let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        let issued = body["issued_token_type"].as_str();
        let is_it = |issued: &str| match wanted {
            Some(wanted) => issued == wanted,
            None => BEARERS.iter().any(|it| issued.strip_prefix("urn:ietf:params:oauth:token-type:") == Some(it)),
        };
        if let Some(other) = issued.filter(|it| !is_it(it)) {
            let asked = wanted.map_or_else(|| "one that Keystone accepts".to_owned(), |it| format!("`{it}`"));
            let (shown, other) = (public_url(&answer.url), printable(other));
            let message = format!("`{shown}` issued a token of the type `{other}` instead of {asked}");
            return Err(answer
                .error(ErrorKind::InvalidResponse, message)
                .with_hint("check " + Hint::options(["requested_token_type", "audience"], "and")));
        }
        // Tokens other than access tokens have the `token_type` `N_A`.
        self.issued(answer, |body| {
            body["token_type"].as_str().is_none_or(|it| it.eq_ignore_ascii_case("bearer") || it == "N_A")
        })
    }

    fn issued(&self, answer: &Answer, is_shown_as_it_is: fn(&Value) -> bool) -> Result<Tokens> {
        let malformed = |what: &str| {
            let message = format!("the answer of the token endpoint `{}` {what}", public_url(&answer.url));
            let hint = Hint::from("check ") + Hint::options(["access_token_endpoint", "discovery_endpoint"], "or");
            answer.error(ErrorKind::InvalidResponse, message).with_hint(hint)
        };
        let body: Value =
            serde_json::from_str(&answer.body).map_err(|source| malformed("is not JSON").with_source(source))?;
        let text = |name: &str| body[name].as_str().filter(|it| !it.is_empty());
        let kind = self.token_kind.member();
        if !is_shown_as_it_is(&body) {
            return Err(malformed("has a token that is not of the type `Bearer`"));
        }
        let token = text(kind).ok_or_else(|| malformed(&format!("has no `{kind}`")))?;
        if !token.bytes().all(|it| it.is_ascii_graphic()) {
            return Err(malformed(&format!("has an `{kind}` that cannot be written in an HTTP header")));
        }
        Ok(Tokens {
            token: token.into(),
            life: body["expires_in"].as_u64().map(Duration::from_secs),
            refresh: text("refresh_token").map(Secret::from),
            id: text("id_token").map(Secret::from),
        })
    }

    /// The error for a refusal by the provider.
    pub(in super::super) fn refusal(&self, answer: &Answer) -> Error {
        let shown = public_url(&answer.url);
        let code = code(answer);
        let words = answer.said().map(|it| format!(": {it}")).unwrap_or_default();
        let said = match &code {
            Some(code) if !words.contains(code.as_str()) => format!(" ({code}){words}"),
            _ => words,
        };
        let (kind, hint) = match (answer.status, code.as_deref()) {
            (_, Some("invalid_client" | "unauthorized_client")) => (
                ErrorKind::Unauthenticated,
                "check "
                    + Hint::options(self.auth.options().iter().copied(), "and")
                    + ", and what the client may do at the provider",
            ),
            (_, Some("invalid_scope")) => (ErrorKind::Unauthenticated, "check " + Hint::option("openid_scope")),
            (_, Some("invalid_target")) => (
                ErrorKind::Unauthenticated,
                "the provider issues no token for that service: check "
                    + Hint::options(["audience", "resource"], "and"),
            ),
            (_, Some("unsupported_grant_type")) => {
                (ErrorKind::Unauthenticated, "choose another way to log in with " + Hint::option("auth_type"))
            }
            (429, _) => {
                return answer.error(ErrorKind::RateLimited, format!("`{shown}` refuses for now (HTTP 429){said}"));
            }
            (400..=403, _) => (
                ErrorKind::Unauthenticated,
                "check "
                    + Hint::options(self.auth.options().iter().copied(), "and")
                    + ", and the user and the secrets of the login",
            ),
            (500.., _) => {
                return answer
                    .error(ErrorKind::ServerError, format!("`{shown}` failed (HTTP {}){said}", answer.status));
            }
            _ => (
                ErrorKind::InvalidResponse,
                "check " + Hint::options(["access_token_endpoint", "discovery_endpoint"], "or"),
            ),
        };
        let message = format!("the provider refused the login (HTTP {} from `{shown}`){said}", answer.status);
        answer.error(kind, message).with_hint(hint)
    }
}

/// The error code of an OAuth response: `invalid_grant`.
pub(in super::super) fn code(answer: &Answer) -> Option<String> {
    let body: Value = serde_json::from_str(&answer.body).ok()?;
    body["error"].as_str().map(printable)
}

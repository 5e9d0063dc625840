//! A person confirms the login on another device: RFC 8628.

use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use super::{
    Form, MethodSpec, Reads,
    oidc::{self, Client, Endpoints, Federation, Flow, Grant, Tokens, code},
};
use crate::{
    auth::{LoginPage, login::Exchange},
    error::{Error, ErrorKind, Result, printable, public_url},
    hint::Hint,
    secret::Secret,
    settings::{OptionSpec, Settings, ValueKind, server_url},
    transport::Answer,
};

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "oidc_device",
    auth_types: &["v3oidcdeviceauthz"],
    help: "a login at an OpenID Connect provider that a person confirms in a browser, on any device",
    proof: "confirmation",
    options: &[
        OptionSpec::plain("device_authorization_endpoint", "the URL of the provider's endpoint for devices")
            .choices(&[("proof", "OIDC device")])
            .kind(ValueKind::Url),
        OptionSpec::plain("code_challenge_method", "how the login is bound to this client (PKCE): `S256` or `plain`")
            .choices(&[("proof", "OIDC device")]),
    ],
    shared: &[oidc::FEDERATION, oidc::CLIENT],
    needs: oidc::needs!(),
    form: Form::Alone,
    unscoped_first: true,
    reads: Reads::Login(|settings| {
        let endpoint = settings.text("device_authorization_endpoint").map(|text| server_url(&text)).transpose()?;
        let challenge = Challenge::read(settings)?;
        let parts = Federation::read(settings).zip(Client::read(settings)?);
        Ok(parts.map(|(federation, client)| oidc::method(federation, Device { client, endpoint, challenge })))
    }),
    ..MethodSpec::LOGIN
};

/// How the login is bound to the client that began it: RFC 7636.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Challenge {
    Hashed,
    Plain,
}

impl Challenge {
    fn read(settings: &Settings) -> Result<Option<Self>> {
        let Some(text) = settings.text("code_challenge_method") else { return Ok(None) };
        match text.value {
            "S256" => Ok(Some(Self::Hashed)),
            "plain" => Ok(Some(Self::Plain)),
            other => {
                let message = format!("{} is `{}`, which is not a method of PKCE", text.origin, printable(other));
                Err(Error::new(ErrorKind::InvalidConfig, message).with_hint("write `S256`"))
            }
        }
    }

    /// The fields of the first request.
    fn fields(self, verifier: &Secret) -> Grant {
        let (name, challenge) = match self {
            Self::Plain => ("plain", verifier.clone()),
            Self::Hashed => ("S256", oidc::hashed(verifier)),
        };
        vec![("code_challenge", challenge), ("code_challenge_method", name.into())]
    }
}

/// A client whose login a person confirms. Renewal uses the refresh token, if there is one.
#[derive(Clone, Debug)]
struct Device {
    client: Client,
    endpoint: Option<Url>,
    challenge: Option<Challenge>,
}

/// A started login: the code to poll for, how often, and how long.
struct Begun {
    device_code: Secret,
    interval: Duration,
    life: Duration,
}

impl Device {
    async fn begin(
        &self,
        exchange: &Exchange<'_>,
        endpoints: &Endpoints,
        url: &Url,
        verifier: &Secret,
    ) -> Result<(Begun, LoginPage)> {
        let mut form = vec![("scope", self.client.scope.as_str().into())];
        form.extend(self.challenge.into_iter().flat_map(|challenge| challenge.fields(verifier)));
        let answer = self.send(exchange, endpoints, url, form).await?;
        if !answer.is_success() {
            return Err(self.client.refusal(&answer));
        }
        read(&answer)
    }

    /// Some providers require the client id in the body even if it is in the header.
    async fn send(&self, exchange: &Exchange<'_>, endpoints: &Endpoints, url: &Url, mut form: Grant) -> Result<Answer> {
        form.push(("client_id", self.client.id().into()));
        self.client.send(exchange, endpoints, url, form).await
    }

    /// Polls until a person has confirmed the login.
    async fn wait(
        &self,
        exchange: &Exchange<'_>,
        endpoints: &Endpoints,
        begun: Begun,
        verifier: &Secret,
    ) -> Result<Tokens> {
        /// How much the polling interval grows on request: RFC 8628, section 3.5.
        const SLOWER: Duration = Duration::from_secs(5);
        let host = &exchange.identity.host;
        let end = host.now().later(begun.life);
        let mut interval = begun.interval;
        loop {
            tokio::time::sleep(interval).await;
            if host.now() >= end {
                return Err(expired());
            }
            let mut grant = vec![
                ("grant_type", "urn:ietf:params:oauth:grant-type:device_code".into()),
                ("device_code", begun.device_code.clone()),
            ];
            if self.challenge.is_some() {
                grant.push(("code_verifier", verifier.clone()));
            }
            let answer = match self.send(exchange, endpoints, &endpoints.token, grant).await {
                Ok(answer) => answer,
                // The person may be confirming it right now.
                Err(error) if error.kind().is_transient() => {
                    interval *= 2;
                    tracing::debug!(target: "archstone::login", %error, ?interval, "asked again");
                    continue;
                }
                Err(error) => return Err(error),
            };
            if answer.is_success() {
                return self.client.tokens(&answer);
            }
            match code(&answer).as_deref() {
                Some("authorization_pending") => {}
                Some("slow_down") => interval += SLOWER,
                Some("expired_token") => return Err(expired()),
                Some("access_denied") => {
                    return Err(answer
                        .error(ErrorKind::Unauthenticated, "the login was refused in the browser")
                        .with_hint("log in again, and confirm it"));
                }
                _ => return Err(self.client.refusal(&answer)),
            }
        }
    }
}

fn expired() -> Error {
    Error::new(ErrorKind::Unauthenticated, "nobody confirmed the login in time")
        .with_hint("log in again, and open the URL that is shown")
}

/// Reads the provider's response, and the instructions for the person: RFC 8628, section 3.2.
fn read(answer: &Answer) -> Result<(Begun, LoginPage)> {
    const USUAL_INTERVAL: Duration = Duration::from_secs(5);
    const SHORTEST: Duration = Duration::from_secs(1);
    /// The default if the provider does not say how long it waits, and the maximum.
    const LONGEST: Duration = Duration::from_secs(30 * 60);
    let malformed = |what: &str| {
        let message = format!("the answer of `{}` {what}", public_url(&answer.url));
        let hint = Hint::from("check ") + Hint::option("device_authorization_endpoint");
        answer.error(ErrorKind::InvalidResponse, message).with_hint(hint)
    };
    let body: Value =
        serde_json::from_str(&answer.body).map_err(|source| malformed("is not JSON").with_source(source))?;
    let text = |name: &str| {
        body[name].as_str().filter(|it| !it.is_empty()).ok_or_else(|| malformed(&format!("has no `{name}`")))
    };
    let page = |name: &str| {
        let url = Url::parse(text(name)?).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        url.ok_or_else(|| malformed(&format!("has a `{name}` that is not a URL")))
    };
    let seconds = |name: &str| body[name].as_f64().and_then(|it| Duration::try_from_secs_f64(it).ok());
    let (device_code, user_code) = (text("device_code")?.into(), printable(text("user_code")?));
    let mut url = page("verification_uri")?;
    if !body["verification_uri_complete"].is_null() {
        url = page("verification_uri_complete")?;
    }
    let life = seconds("expires_in").filter(|it| !it.is_zero()).unwrap_or(LONGEST).min(LONGEST);
    let interval = seconds("interval").unwrap_or(USUAL_INTERVAL).clamp(SHORTEST, LONGEST);
    Ok((Begun { device_code, interval, life }, LoginPage { url, start: None, user_code: Some(user_code) }))
}

impl Flow for Device {
    const SPEC: &'static MethodSpec = &SPEC;

    fn subject(&self) -> String {
        "the person at the browser".to_owned()
    }

    fn identity(&self) -> Value {
        json!(self.endpoint.as_ref().map(Url::as_str))
    }

    fn secrets(&self) -> Vec<&Secret> {
        self.client.secret().into_iter().collect()
    }

    fn client(&self) -> Option<&Client> {
        Some(&self.client)
    }

    fn is_of_person(&self) -> bool {
        true
    }

    async fn tokens(&self, exchange: &Exchange<'_>) -> Result<Tokens> {
        let endpoints = self.client.endpoints(exchange).await?;
        let url = endpoints.other(exchange, self.endpoint.as_ref(), "device_authorization_endpoint")?;
        let verifier = oidc::random()?;
        let (begun, page) = self.begin(exchange, &endpoints, &url, &verifier).await?;
        exchange.person.show(page, self.wait(exchange, &endpoints, begun, &verifier)).await
    }
}

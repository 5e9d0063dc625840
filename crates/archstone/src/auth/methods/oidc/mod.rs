//! OpenID Connect: the code that its methods share. Each method gets a token from the provider in its own way, by its
//! [`Flow`]; Keystone exchanges that for an unscoped token, which serves every scope.

mod claims;
mod client_auth;
mod discovery;
mod federation;
mod platform;
mod provider;

use std::{fmt, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    digest,
    rand::{SecureRandom, SystemRandom},
};
use serde_json::{Value, json};

#[doc(hidden)]
pub use claims::read_for_fuzzing;
pub(crate) use client_auth::{SIGNING_KEY_FILE, shows_certificate};
pub(super) use federation::Federation;
pub(super) use platform::Shown;
pub(crate) use platform::{TOKEN_URLS, platform_secret};
pub(super) use provider::{Client, Endpoints, Grant, Tokens, code};

use super::{AuthMethod, Ended, Exchanged, Method, MethodSpec};
use crate::{
    access::Access,
    auth::{
        held::{ACCESS_TOKEN, Held, REFRESH_TOKEN},
        login::Exchange,
    },
    error::{Error, ErrorKind, Result},
    hint::Hint,
    host::Host,
    scope::Scope,
    secret::Secret,
    settings::{OptionSpec, ValueKind},
};

/// The options that all federated logins need, with keystoneauth1's names.
pub(super) const FEDERATION: &[OptionSpec] = &[
    OptionSpec::plain("identity_provider", "the id of the identity provider in Keystone"),
    OptionSpec::plain("protocol", "the id of the identity provider's protocol in Keystone"),
];

/// The options of a client at a provider, with keystoneauth1's names.
pub(super) const CLIENT: &[OptionSpec] = &[
    OptionSpec::plain("client_id", "the client id at the OpenID Connect provider"),
    OptionSpec::plain("client_secret", "the secret of the client at the provider")
        .secret()
        .choices(&[("client_secret", "itself")]),
    OptionSpec::plain("client_secret_file", "a file with the secret of the client at the provider in its first line")
        .choices(&[("client_secret", "file")])
        .kind(ValueKind::Path),
    OptionSpec::plain("client_secret_command", "a command that prints the secret of the client at the provider")
        .choices(&[("client_secret", "command")])
        .kind(ValueKind::Command),
    OptionSpec::plain("client_secret_keyring", "the place of the client's secret in the system keyring")
        .choices(&[("client_secret", "keyring")]),
    OptionSpec::plain(
        "client_auth_method",
        "how the client authenticates at the provider: `client_secret_basic`, `client_secret_post`, `private_key_jwt` or `tls_client_auth`",
    ),
    OptionSpec::plain(
        client_auth::SIGNING_KEY_FILE,
        "a PEM file with the key that signs for the client at the provider",
    )
    .kind(ValueKind::Path),
    OptionSpec::plain("client_private_key_id", "the id of that key at the provider (`kid`)"),
    OptionSpec::plain("openid_scope", "the scopes to request from the provider").aliases(&["scope"]),
    OptionSpec::plain("discovery_endpoint", "the URL of the provider's discovery document").kind(ValueKind::Url),
    OptionSpec::plain("access_token_endpoint", "the URL of the provider's token endpoint").kind(ValueKind::Url),
    OptionSpec::plain("access_token_type", "the token to send to Keystone: `access_token` or `id_token`"),
];

/// The options that a flow requires, including its own.
macro_rules! needs {
    ($([$($own:literal),+]),*) => {
        &[
            &["identity_provider"],
            &["protocol"],
            &["client_id"],
            &["access_token_endpoint", "discovery_endpoint"],
            $(&[$($own),+],)*
        ]
    };
}
pub(super) use needs;

/// A way to get a token from the provider.
pub(super) trait Flow: Clone + fmt::Debug + Send + Sync + 'static {
    /// The method.
    const SPEC: &'static MethodSpec;
    /// The user, in a form that is safe to show.
    fn subject(&self) -> String;

    /// Identifies the user among all others, without the secrets.
    fn identity(&self) -> Value;

    /// The secrets that prove the identity.
    fn secrets(&self) -> Vec<&Secret>;

    /// The client at the provider, if there is one.
    fn client(&self) -> Option<&Client>;

    /// Whether a person takes part, so that secrets that avoid doing so again are kept.
    fn is_of_person(&self) -> bool {
        false
    }

    /// Gets the token.
    fn tokens(&self, exchange: &Exchange<'_>) -> impl Future<Output = Result<Tokens>> + Send;

    /// What to check when Keystone refuses the provider's token.
    fn advice(&self) -> Hint {
        "the provider accepted the login, but Keystone did not: check "
            + Hint::options(["identity_provider", "protocol"], "and")
            + ", the mapping of the identity provider, and "
            + Hint::option("access_token_type")
    }
}

/// A secret that nobody can guess, of characters that never need encoding.
pub(super) fn random() -> Result<Secret> {
    let mut random = [0; 32];
    SystemRandom::new().fill(&mut random).map_err(|_| {
        Error::new(ErrorKind::NotConfigured, "cannot get random numbers from the system, which this login needs")
    })?;
    Ok(URL_SAFE_NO_PAD.encode(random).into())
}

/// The code challenge for a verifier: RFC 7636, section 4.2.
pub(super) fn hashed(verifier: &Secret) -> Secret {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.expose().as_bytes())).into()
}

/// A flow at an identity provider of Keystone.
#[derive(Clone, Debug)]
struct Federated<F> {
    federation: Federation,
    flow: F,
    secret: Secret,
}

/// The method of a flow.
pub(super) fn method<F: Flow>(federation: Federation, flow: F) -> AuthMethod {
    let secrets: Vec<_> = flow.secrets().into_iter().map(Secret::expose).collect();
    let secret = match *secrets {
        [] => "".into(),
        [only] => only.into(),
        _ => json!(secrets).to_string().into(),
    };
    AuthMethod::other(Federated { federation, flow, secret })
}

impl<F: Flow> Federated<F> {
    async fn log_in(&self, exchange: &Exchange<'_>) -> Result<Access> {
        let held = exchange.held.filter(|_| self.flow.is_of_person());
        if let Some(held) = held
            && let Some(access) = self.with_held(exchange, held).await?
        {
            return Ok(access);
        }
        let tokens = self.flow.tokens(exchange).await?;
        self.with(exchange, held, tokens).await
    }

    /// Logs in with secrets kept from an earlier login, if they still work.
    async fn with_held(&self, exchange: &Exchange<'_>, held: &Held) -> Result<Option<Access>> {
        if let Some(token) = held.get(ACCESS_TOKEN).await {
            match self.federation.log_in(exchange, &token, self).await {
                Err(error) if error.kind() == ErrorKind::Unauthenticated => held.forget(ACCESS_TOKEN).await,
                outcome => return outcome.map(Some),
            }
        }
        let (Some(client), Some(token)) = (self.flow.client(), held.get(REFRESH_TOKEN).await) else { return Ok(None) };
        let endpoints = client.endpoints(exchange).await?;
        let grant = vec![("grant_type", "refresh_token".into()), ("refresh_token", token)];
        match client.token(exchange, &endpoints, grant).await {
            Ok(tokens) => self.with(exchange, Some(held), tokens).await.map(Some),
            Err(error) if error.kind().is_transient() => Err(error),
            Err(error) => {
                tracing::debug!(target: "archstone::login", %error, "the refresh token is no longer accepted");
                held.forget(REFRESH_TOKEN).await;
                Ok(None)
            }
        }
    }

    /// Logs in with new tokens, and keeps those worth keeping.
    async fn with(&self, exchange: &Exchange<'_>, held: Option<&Held>, tokens: Tokens) -> Result<Access> {
        /// How long a refresh token is kept: providers do not report its lifetime.
        const REFRESH_LIFE: Duration = Duration::from_secs(8 * 24 * 3600);
        /// A token is not used until the very end of its lifetime.
        const MARGIN: Duration = Duration::from_secs(30);
        if let (Some(held), Some(refresh)) = (held, &tokens.refresh) {
            // Stored first: a provider that rotates refresh tokens no longer accepts the old one.
            held.keep(REFRESH_TOKEN, refresh, REFRESH_LIFE).await;
        }
        let access = self.federation.log_in(exchange, &tokens.token, self).await?;
        let left = tokens.life.and_then(|life| life.checked_sub(MARGIN));
        if let (Some(held), Some(left)) = (held, left) {
            held.keep(ACCESS_TOKEN, &tokens.token, left).await;
        }
        Ok(access)
    }
}

/// Refuses a login that needs a person when running unattended.
pub(super) fn needs_person(spec: &MethodSpec, unattended: bool) -> Result<()> {
    if unattended {
        let message = format!("`{}` needs someone to log in, and prompts are disabled", spec.auth_types[0]);
        return Err(Error::new(ErrorKind::NotConfigured, message));
    }
    Ok(())
}

impl<F: Flow> Method for Federated<F> {
    fn spec(&self) -> &'static MethodSpec {
        F::SPEC
    }

    fn subject(&self) -> String {
        format!("{} of the identity provider `{}`", self.flow.subject(), self.federation.identity_provider)
    }

    fn identity(&self) -> Value {
        json!([self.federation.identity(), self.flow.client().map(Client::identity), self.flow.identity()])
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.secret)
    }

    fn refused(&self, _: &Scope) -> (ErrorKind, Hint) {
        (ErrorKind::Unauthenticated, self.flow.advice())
    }

    fn usable(&self, _: &Host, unattended: bool) -> Result<()> {
        needs_person(F::SPEC, unattended && self.flow.is_of_person())
    }

    fn end<'a>(&'a self, exchange: &'a Exchange<'a>) -> Option<Ended<'a>> {
        let held = exchange.held.filter(|_| self.flow.is_of_person());
        let (client, held) = self.flow.client().zip(held)?;
        Some(Box::pin(async move {
            match held.get(REFRESH_TOKEN).await {
                Some(token) => client.revoke(exchange, token).await,
                None => Ok(false),
            }
        }))
    }

    fn exchange<'a>(&'a self, exchange: &'a Exchange<'a>, _: &'a Scope) -> Option<Exchanged<'a>> {
        Some(Box::pin(self.log_in(exchange)))
    }
}

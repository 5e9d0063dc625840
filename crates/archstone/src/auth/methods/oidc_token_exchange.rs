//! A token of another issuer, which an OpenID Connect provider exchanges for one of its own: RFC 8693.

use serde_json::{Value, json};

use super::{
    Form, MethodSpec, Reads,
    oidc::{self, Client, Federation, Flow, Shown, Tokens},
};
use crate::{
    auth::login::Exchange,
    error::{Error, ErrorKind, Result, printable},
    hint::Hint,
    secret::Secret,
    settings::{OptionSpec, Settings, options_with_secrets},
};

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "oidc_token_exchange",
    auth_types: &["v3oidctokenexchange"],
    help: "a token that an OpenID Connect provider exchanges for one of its own, such as that of a workload",
    proof: "subject token",
    options: options_with_secrets!(
        "OIDC token exchange",
        [
            OptionSpec::plain(
                "subject_token_url",
                "the URL that gives the token, or `github?audience=NAME` in GitHub Actions"
            )
            .choices(&[("proof", "OIDC token exchange"), ("subject_token", "url")]),
            OptionSpec::plain(
                "subject_token_type",
                "the type of that token: `jwt`, `access_token`, `id_token` or a URN"
            )
            .choices(&[("proof", "OIDC token exchange")]),
            OptionSpec::plain(
                "requested_token_type",
                "the type of token to ask the provider for, as in `subject_token_type`"
            )
            .choices(&[("proof", "OIDC token exchange")]),
            OptionSpec::plain("audience", "the name of the service that the token is for, at the provider")
                .choices(&[("proof", "OIDC token exchange")]),
            OptionSpec::plain("resource", "the URL of the service that the token is for")
                .choices(&[("proof", "OIDC token exchange")]),
        ],
        ("subject_token", "a token that the provider exchanges"),
    ),
    shared: &[oidc::FEDERATION, oidc::CLIENT],
    needs: oidc::needs!(["subject_token", "subject_token_url"]),
    form: Form::Alone,
    unscoped_first: true,
    reads: Reads::Login(|settings| {
        let subject = Shown::read(settings, "subject_token", "subject_token_url")?;
        let (kind, requested) = (urn(settings, "subject_token_type")?, urn(settings, "requested_token_type")?);
        let (audience, resource) = (settings.string("audience"), settings.string("resource"));
        let parts = Federation::read(settings).zip(Client::read(settings)?);
        Ok(parts.zip(subject).map(|((federation, client), subject)| {
            let kind = kind.unwrap_or_else(|| format!("{URN}jwt"));
            oidc::method(federation, TokenExchange { client, subject, kind, requested, audience, resource })
        }))
    }),
    ..MethodSpec::LOGIN
};

/// The prefix of the token type identifiers: RFC 8693, section 3.
const URN: &str = "urn:ietf:params:oauth:token-type:";

/// A token type, as the standard writes it.
fn urn(settings: &Settings, option: &str) -> Result<Option<String>> {
    const KNOWN: [&str; 6] = ["jwt", "access_token", "id_token", "refresh_token", "saml1", "saml2"];
    let Some(text) = settings.text(option) else { return Ok(None) };
    match text.value {
        short if KNOWN.contains(&short) => Ok(Some(format!("{URN}{short}"))),
        whole if whole.contains(':') => Ok(Some(whole.to_owned())),
        other => {
            let message = format!("{} is `{}`, which is not a kind of token", text.origin, printable(other));
            Err(Error::new(ErrorKind::InvalidConfig, message)
                .with_hint(format!("write {}, or a whole URN", KNOWN.map(|it| format!("`{it}`")).join(", "))))
        }
    }
}

/// A token for the provider. Renewal exchanges the then current one again.
#[derive(Clone, Debug)]
struct TokenExchange {
    client: Client,
    subject: Shown,
    kind: String,
    requested: Option<String>,
    audience: Option<String>,
    resource: Option<String>,
}

impl Flow for TokenExchange {
    const SPEC: &'static MethodSpec = &SPEC;

    fn subject(&self) -> String {
        format!("the token {}", self.subject.subject())
    }

    fn identity(&self) -> Value {
        json!([self.subject.identity(), self.kind, self.requested, self.audience, self.resource])
    }

    fn secrets(&self) -> Vec<&Secret> {
        std::iter::once(self.subject.secret()).chain(self.client.secret()).collect()
    }

    fn client(&self) -> Option<&Client> {
        Some(&self.client)
    }

    async fn tokens(&self, exchange: &Exchange<'_>) -> Result<Tokens> {
        let endpoints = self.client.endpoints(exchange).await?;
        let mut grant = vec![
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange".into()),
            ("subject_token", self.subject.token(exchange).await?),
            ("subject_token_type", self.kind.as_str().into()),
            ("scope", self.client.scope.as_str().into()),
        ];
        let optional =
            [("requested_token_type", &self.requested), ("audience", &self.audience), ("resource", &self.resource)];
        grant.extend(optional.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?.into()))));
        let answer = self.client.send(exchange, &endpoints, &endpoints.token, grant).await?;
        if answer.is_success() {
            return self.client.exchanged(&answer, self.requested.as_deref());
        }
        let refused = self.client.refusal(&answer);
        // RFC 8693 defines the first code; some providers send the second.
        Err(match oidc::code(&answer).as_deref() {
            Some("invalid_request" | "invalid_grant") => refused.with_hint(
                "the provider does not accept the subject token: it may have expired, come from an issuer that the provider \
                 does not trust, or be for another audience; check "
                    + Hint::options(["subject_token", "subject_token_type"], "and"),
            ),
            _ => refused,
        })
    }
}

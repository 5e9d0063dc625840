//! Rights that a user has delegated to a consumer: Keystone's method `oauth1`, with a signed request.

use serde_json::{Value, json};
use url::Url;

use super::{AuthMethod, Exchanged, Form, Method, MethodSpec, Reads};
use crate::{
    auth::{keystone, login::Exchange, signature},
    error::ErrorKind,
    hint::Hint,
    scope::Scope,
    secret::Secret,
    settings::{OptionSpec, Settings, options_with_secrets},
};

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "oauth1",
    auth_types: &["v3oauth1"],
    help: "an OAuth1 access token, with rights that a user has delegated to a consumer",
    proof: "OAuth1 access token",
    options: options_with_secrets!(
        "OAuth1",
        [
            OptionSpec::plain("consumer_key", "the key of the OAuth1 consumer").choices(&[("proof", "OAuth1")]),
            OptionSpec::plain("access_key", "the key of the OAuth1 access token").choices(&[("proof", "OAuth1")]),
        ],
        ("consumer_secret", "the secret of the OAuth1 consumer"),
        ("access_secret", "the secret of the OAuth1 access token"),
    ),
    needs: &[&["consumer_key"], &["consumer_secret"], &["access_key"], &["access_secret"]],
    scopeless: Some("the access token is bound to the project it was made for"),
    form: Form::Alone,
    reads: Reads::Login(|settings| Ok(read(settings).map(AuthMethod::other))),
    ..MethodSpec::LOGIN
};

/// A consumer and an access token, with both secrets. Renewal signs again.
#[derive(Clone, Debug)]
struct OAuth1 {
    consumer: String,
    access: String,
    consumer_secret: Secret,
    access_secret: Secret,
    /// Both secrets.
    secrets: Secret,
}

fn read(settings: &Settings) -> Option<OAuth1> {
    let secret = |name| settings.secret(name).map(|it| it.value.clone());
    let (consumer, access) = (settings.string("consumer_key")?, settings.string("access_key")?);
    let (consumer_secret, access_secret) = (secret("consumer_secret")?, secret("access_secret")?);
    // Encoded as JSON, so that two different pairs of secrets never give the same text.
    let secrets = json!([consumer_secret.expose(), access_secret.expose()]).to_string().into();
    Some(OAuth1 { consumer, access, consumer_secret, access_secret, secrets })
}

impl Method for OAuth1 {
    fn spec(&self) -> &'static MethodSpec {
        &SPEC
    }

    fn subject(&self) -> String {
        format!("access token `{}` of consumer `{}`", self.access, self.consumer)
    }

    fn identity(&self) -> Value {
        json!({ "consumer": self.consumer, "access": self.access })
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.secrets)
    }

    fn factors(&self) -> Vec<(&'static str, Value)> {
        vec![(SPEC.name, json!({}))]
    }

    fn refused(&self, _: &Scope) -> (ErrorKind, Hint) {
        let hint = "the access token may be unknown or expired, or its user or project disabled: check "
            + Hint::options(["consumer_key", "consumer_secret", "access_key", "access_secret"], "and")
            + ", and that the identity service sees the request at the same URL, also behind a proxy";
        (ErrorKind::Unauthenticated, hint)
    }

    fn exchange<'a>(&'a self, exchange: &'a Exchange<'a>, scope: &'a Scope) -> Option<Exchanged<'a>> {
        Some(Box::pin(async move {
            let signed = |v3: &Url, date: jiff::Timestamp| {
                let mut request = keystone::request(exchange.identity, v3, self, scope);
                let keys = vec![("oauth_consumer_key", &*self.consumer), ("oauth_token", &*self.access)];
                let secrets = [self.consumer_secret.expose(), self.access_secret.expose()];
                let (at, nonce) = (date.as_second().to_string(), signature::nonce()?);
                // The standard signs the query, too; Keystone ignores it (`request.args` is passed as a body that is
                // not a form).
                let mut url = request.url.clone();
                url.set_query(None);
                request.authorization = Some(signature::oauth1("POST", &url, keys, secrets, &at, &nonce));
                Ok(request)
            };
            exchange.issue_dated(self, scope, signed).await
        }))
    }
}

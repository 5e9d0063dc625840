//! Tokens that a program's platform provides, such as those of GitHub Actions.

use http::Method as Verb;
use serde_json::Value;
use url::Url;

use crate::{
    auth::login::Exchange,
    error::{Error, ErrorKind, Result, public_url},
    hint::Hint,
    host::Host,
    secret::Secret,
    settings::{Settings, Sourced, server_url},
    transport::{Answer, Request},
};

/// The options with the URL of such a token.
pub(crate) const TOKEN_URLS: [&str; 2] = ["access_token_url", "subject_token_url"];

/// The URL where a GitHub Actions job gets its token, and the secret that it presents there.
const GITHUB_URL: &str = "ACTIONS_ID_TOKEN_REQUEST_URL";
const GITHUB_SECRET: &str = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";

/// A token for a login: given, or fetched from the platform for each login.
#[derive(Clone, Debug)]
pub(in super::super) enum Shown {
    Given(Secret),
    AtUrl {
        option: &'static str,
        place: Place,
        /// The secret that the platform requires. Empty if there is none.
        secret: Secret,
    },
}

#[derive(Clone, Debug)]
pub(in super::super) enum Place {
    /// The query that is added to the job's URL.
    GitHub(String),
    Url(Url),
}

impl Place {
    fn read(text: &Sourced<&str>) -> Result<Self> {
        match text.value.split_once('?').unwrap_or((text.value, "")) {
            ("github", query) => Ok(Self::GitHub(query.to_owned())),
            _ => server_url(text).map(Self::Url).map_err(|error| {
                error.with_hint(
                    "write it whole: `https://login.example/token`, or `github?audience=NAME` in GitHub Actions",
                )
            }),
        }
    }
}

/// The secret that the platform requires, if the settings take a token from there; `None` if it requires none.
pub(crate) fn platform_secret(settings: &Settings, host: &Host) -> Result<Option<Secret>> {
    let Some(text) = TOKEN_URLS.into_iter().find_map(|name| settings.text(name)) else { return Ok(None) };
    match Place::read(&text)? {
        Place::Url(_) => Ok(None),
        Place::GitHub(_) => variable(host, GITHUB_SECRET, &text.origin.to_string()).map(|it| Some(it.into())),
    }
}

/// A variable that GitHub Actions sets for a job.
fn variable(host: &Host, name: &str, origin: &str) -> Result<String> {
    host.checked_variable(name)?.ok_or_else(|| {
        let message = format!("{origin} is `github`, but the variable {name} is not set");
        Error::new(ErrorKind::NotConfigured, message)
            .with_hint("it is set in GitHub Actions, for jobs with `permissions: {id-token: write}`")
    })
}

impl Shown {
    /// The token of an option, or the one at the URL of another option. `None` if neither is set.
    pub(in super::super) fn read(settings: &Settings, token: &str, url: &'static str) -> Result<Option<Self>> {
        if let Some(given) = settings.secret(token) {
            return Ok(Some(Self::Given(given.value.clone())));
        }
        let Some(text) = settings.text(url) else { return Ok(None) };
        Ok(Some(Self::AtUrl { option: url, place: Place::read(&text)?, secret: settings.platform_secret() }))
    }

    /// A description that is safe to show.
    pub(in super::super) fn subject(&self) -> String {
        match self {
            Self::Given(token) => token.digest(),
            Self::AtUrl { place: Place::GitHub(_), .. } => "of GitHub Actions".to_owned(),
            Self::AtUrl { place: Place::Url(url), .. } => format!("at `{}`", public_url(url)),
        }
    }

    /// The same, distinct from all others, without the secret.
    pub(in super::super) fn identity(&self) -> Value {
        match self {
            Self::Given(_) => Value::Null,
            Self::AtUrl { place: Place::GitHub(query), .. } => format!("github?{query}").into(),
            Self::AtUrl { place: Place::Url(url), .. } => url.as_str().into(),
        }
    }

    /// The proof of identity.
    pub(in super::super) fn secret(&self) -> &Secret {
        match self {
            Self::Given(token) => token,
            Self::AtUrl { secret, .. } => secret,
        }
    }

    /// The token, fetched from the platform now.
    pub(in super::super) async fn token(&self, exchange: &Exchange<'_>) -> Result<Secret> {
        let (option, place, secret) = match self {
            Self::Given(token) => return Ok(token.clone()),
            Self::AtUrl { option, place, secret } => (option, place, secret),
        };
        let url = match place {
            Place::Url(url) => url.clone(),
            Place::GitHub(query) => github(&exchange.identity.host, option, query)?,
        };
        exchange.require_private(&url, option)?;
        let mut request = Request::new(Verb::GET, url).elsewhere();
        if !secret.expose().is_empty() {
            request.authorization = Some(format!("Bearer {}", secret.expose()).into());
        }
        read(&exchange.identity.transport.send(request).await?, option)
    }
}

/// The URL where the job gets its token.
fn github(host: &Host, option: &'static str, query: &str) -> Result<Url> {
    let text = variable(host, GITHUB_URL, &format!("`{option}`"))?;
    let mut url = Url::parse(&text).ok().filter(Url::has_host).ok_or_else(|| {
        Error::new(ErrorKind::InvalidConfig, format!("the variable {GITHUB_URL} is not the URL of a server"))
    })?;
    if !query.is_empty() {
        let joined = url.query().map_or_else(|| query.to_owned(), |before| format!("{before}&{query}"));
        url.set_query(Some(&joined));
    }
    Ok(url)
}

/// Reads the token from a response: the text itself, or a member of its JSON.
fn read(answer: &Answer, option: &'static str) -> Result<Secret> {
    /// The names of the member: GitHub's, and those of OAuth 2.0.
    const MEMBERS: [&str; 4] = ["value", "access_token", "id_token", "token"];
    let shown = public_url(&answer.url);
    let hint = || "check " + Hint::option(option);
    if !answer.is_success() {
        let said = answer.said().map(|it| format!(": {it}")).unwrap_or_default();
        let kind = match answer.status {
            400..=403 => ErrorKind::Unauthenticated,
            429 => ErrorKind::RateLimited,
            500.. => ErrorKind::ServerError,
            _ => ErrorKind::InvalidResponse,
        };
        let message = format!("`{shown}` gives no token (HTTP {}){said}", answer.status);
        return Err(answer.error(kind, message).with_hint(hint()));
    }
    let malformed = |what: &str| {
        answer.error(ErrorKind::InvalidResponse, format!("the answer of `{shown}` {what}")).with_hint(hint())
    };
    let text = answer.body.trim();
    if text.starts_with('{') {
        let body: Value = serde_json::from_str(text).map_err(|source| malformed("is not JSON").with_source(source))?;
        let token = MEMBERS.iter().find_map(|name| body[name].as_str()).filter(|it| is_token(it));
        return token
            .map(Secret::from)
            .ok_or_else(|| malformed("has no token in `value`, `access_token` or `id_token`"));
    }
    if is_token(text) { Ok(text.into()) } else { Err(malformed("is not a token")) }
}

/// Whether the text can be a token: RFC 6750, section 2.1.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_alphanumeric() || b"-._~+/=".contains(&it))
}

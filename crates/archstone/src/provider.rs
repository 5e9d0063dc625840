//! Token providers: the trait with which a program adds its own way to log in.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use jiff::Timestamp;
use url::Url;

use crate::{
    error::{Error, ErrorKind, Result, printable},
    redaction::SentSecrets,
    scope::Scope,
    secret::Secret,
    token::Token,
    transport::{Request, Transport},
};

/// Why a [`TokenProvider`] has no token: any error. An [`Error`](struct@crate::Error) of this library is returned as it
/// is; any other becomes the cause of a [`ProviderFailed`](ErrorKind::ProviderFailed).
pub type ProviderError = Box<dyn std::error::Error + Send + Sync>;

/// A way to log in that this library does not have: it gets a Keystone token from anywhere.
///
/// Everything else stays the same: the token is looked up at Keystone, exchanged if another scope is wanted, cached for
/// its lifetime, shared by the clients of the process, and renewed by calling the provider again, one call at a time.
///
/// ```
/// use archstone::{Client, ProvidedToken, ProviderError, Secret, TokenProvider, TokenRequest};
///
/// /// Tokens that a service of the company hands out.
/// struct Vault {
///     url: String,
///     key: Secret,
/// }
///
/// impl TokenProvider for Vault {
///     fn name(&self) -> String {
///         format!("the vault at {}", self.url)
///     }
///
///     fn identity(&self) -> String {
///         self.url.clone()
///     }
///
///     fn secret(&self) -> Option<&Secret> {
///         Some(&self.key)
///     }
///
///     async fn token(&self, request: TokenRequest) -> Result<ProvidedToken, ProviderError> {
///         let question = http::Request::get(&self.url).header("authorization", self.key.expose()).body(Vec::new())?;
///         let answer = request.send(question).await?;
///         if !answer.status().is_success() {
///             return Err(format!("the vault answers with {}", answer.status()).into());
///         }
///         Ok(ProvidedToken::new(String::from_utf8(answer.into_body())?))
///     }
/// }
///
/// let client = Client::builder()
///     .auth_url("https://keystone.example:5000/v3")
///     .project_name("web")
///     .token_provider(Vault { url: "https://vault.example/token".into(), key: "a key".into() })
///     .build()?;
/// # let _ = client;
/// # Ok::<(), archstone::Error>(())
/// ```
///
/// To choose it with `auth_type` in `clouds.yaml`, register it: see [`ProviderMethod`](crate::config::ProviderMethod).
pub trait TokenProvider: Send + Sync + 'static {
    /// The name to show, such as in errors and logs.
    fn name(&self) -> String;

    /// Identifies the owner of the tokens: everything but the secret that distinguishes them from those of another
    /// provider. Clients with the same name, identity, secret, `auth_url` and scope share one token.
    fn identity(&self) -> String;

    /// The proof of that identity, if this program knows it. A token on disk is encrypted with it; without one, tokens
    /// are stored only if the store has its own key.
    fn secret(&self) -> Option<&Secret> {
        None
    }

    /// Gets a token: for the first login, and for each renewal.
    ///
    /// A token for another scope than the requested one is fine: it is exchanged.
    fn token(&self, request: TokenRequest) -> impl Future<Output = Result<ProvidedToken, ProviderError>> + Send;
}

/// A request to a [`TokenProvider`].
#[derive(Clone, Debug)]
pub struct TokenRequest {
    auth_url: Url,
    scope: Scope,
    transport: Arc<Transport>,
}

impl TokenRequest {
    pub(crate) fn new(auth_url: &Url, scope: &Scope, transport: &Arc<Transport>) -> Self {
        Self { auth_url: auth_url.clone(), scope: scope.clone(), transport: Arc::clone(transport) }
    }

    /// The URL of the identity service, as configured.
    #[must_use]
    pub fn auth_url(&self) -> &Url {
        &self.auth_url
    }

    /// The scope of the token.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The scope as Keystone writes it, in the `scope` of `POST /v3/auth/tokens`; `None` if Keystone is to choose.
    #[must_use]
    pub fn scope_as_json(&self) -> Option<serde_json::Value> {
        self.scope.to_wire()
    }

    /// Sends a request to any server, with the client's settings for TLS, proxies and time limits.
    ///
    /// It follows no redirects, does not retry, and reads at most 1 MiB of the response, whatever its status.
    ///
    /// # Errors
    ///
    /// The reason why there is no response, as for all requests; [`InvalidRequest`](ErrorKind::InvalidRequest) when the
    /// URL is not that of a server.
    pub async fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>> {
        let (head, body) = request.into_parts();
        let url = Url::parse(&head.uri.to_string()).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let url = url.ok_or_else(|| {
            Error::new(ErrorKind::InvalidRequest, "the URL does not begin with `http://` or `https://`")
        })?;
        let mut request = http::Request::new(body.into());
        (*request.method_mut(), *request.headers_mut()) = (head.method, head.headers);
        let (status, headers, body) = self.transport.whole(request, &url, Request::SMALL_ANSWER).await?;
        let mut answer = http::Response::new(body);
        (*answer.status_mut(), *answer.headers_mut()) = (status, headers);
        Ok(answer)
    }
}

/// A token that a [`TokenProvider`] returned.
#[derive(Clone, Debug)]
#[must_use]
pub struct ProvidedToken {
    token: Secret,
    expires_at: Option<Timestamp>,
}

impl ProvidedToken {
    /// A Keystone token.
    pub fn new(token: impl Into<Secret>) -> Self {
        Self { token: token.into(), expires_at: None }
    }

    /// Sets when it expires, if that is known: an expired one is an error. How long it is used depends only on
    /// Keystone.
    pub fn expires_at(self, end: Timestamp) -> Self {
        Self { expires_at: Some(end), ..self }
    }

    /// The token, or the reason why it is invalid.
    pub(crate) fn checked(self, now: Timestamp) -> Result<Token, String> {
        if let Some(end) = self.expires_at.filter(|end| *end <= now) {
            return Err(format!("a token that ended at {end}"));
        }
        if self.token.expose().is_empty() {
            return Err("an empty token".to_owned());
        }
        Token::new(self.token).map_err(|_| "a token that cannot be written in an HTTP header".to_owned())
    }
}

/// A provider of any type.
#[derive(Clone)]
pub(crate) struct Provider(Arc<dyn AnyProvider>);

type Later<'a> = Pin<Box<dyn Future<Output = Result<ProvidedToken, ProviderError>> + Send + 'a>>;

/// The trait without the future's type.
trait AnyProvider: Send + Sync {
    fn name(&self) -> String;
    fn identity(&self) -> String;
    fn secret(&self) -> Option<&Secret>;
    fn token(&self, request: TokenRequest) -> Later<'_>;
}

impl<P: TokenProvider> AnyProvider for P {
    fn name(&self) -> String {
        TokenProvider::name(self)
    }

    fn identity(&self) -> String {
        TokenProvider::identity(self)
    }

    fn secret(&self) -> Option<&Secret> {
        TokenProvider::secret(self)
    }

    fn token(&self, request: TokenRequest) -> Later<'_> {
        Box::pin(TokenProvider::token(self, request))
    }
}

impl Provider {
    pub(crate) fn new(provider: impl TokenProvider) -> Self {
        Self(Arc::new(provider))
    }

    pub(crate) fn name(&self) -> String {
        printable(&self.0.name())
    }

    pub(crate) fn identity(&self) -> String {
        self.0.identity()
    }

    pub(crate) fn secret(&self) -> Option<&Secret> {
        self.0.secret()
    }

    pub(crate) async fn token(&self, request: TokenRequest) -> Result<ProvidedToken> {
        self.0.token(request).await.map_err(|error| {
            let failed = Error::new(ErrorKind::ProviderFailed, format!("{} failed", self.name()));
            caused_by(failed, error, self.secret())
        })
    }
}

/// An error with the provider's error as its cause, or that error itself if it is this library's. If a cause contains
/// one of these secrets, it is replaced with its redacted text.
pub(crate) fn caused_by<'a>(
    failed: Error,
    error: ProviderError,
    secrets: impl IntoIterator<Item = &'a Secret>,
) -> Error {
    let error = match error.downcast::<Error>() {
        Ok(own) => return *own,
        Err(other) => other,
    };
    let mut sent = SentSecrets::default();
    for secret in secrets {
        sent.add(secret.expose());
    }
    let is_safe = |cause: &(dyn std::error::Error + 'static)| {
        let words = cause.to_string();
        sent.redacted(&words).is_some_and(|shown| words.starts_with(&shown))
    };
    let first: &(dyn std::error::Error + 'static) = &*error;
    if std::iter::successors(Some(first), |cause| cause.source()).all(is_safe) {
        return failed.with_cause(error);
    }
    let words = sent.redacted(&error.to_string()).unwrap_or_else(|| "an error that holds a secret".to_owned());
    failed.with_cause(words.into())
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Provider").field(&self.name()).finish()
    }
}

impl PartialEq for Provider {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

//! Getting, replacing and revoking a token.

use std::sync::Arc;

use http::{HeaderMap, Method};
use url::Url;

use super::{Client, Inner};
use crate::{
    access::{Access, Token},
    auth::{ANOTHER_SECOND, Another, GivenToken, Refused, TokenExchange, TokenStore, keystone},
    catalog::discovery,
    error::{Error, ErrorKind, Result},
    hint::Hint,
    scope::Scope,
    secret::Secret,
};

impl Client {
    /// A token that is valid for a request sent now; logs in if there is none.
    ///
    /// # Errors
    ///
    /// The reason why there is no token: see [`ErrorKind`].
    pub async fn token(&self) -> Result<Token> {
        if let Some(token) = self.0.slot.with_fresh(|access| access.token().clone()) {
            return Ok(token);
        }
        match &self.0.given {
            Some(token) => Ok(token.clone()),
            // Boxed, so that the common path does not carry it.
            None => Ok(Box::pin(self.access()).await?.token().clone()),
        }
    }

    /// The current token, unless it needs to be renewed. Never waits and never sends.
    #[must_use]
    pub fn current_token(&self) -> Option<Token> {
        self.0.slot.with_fresh(|access| access.token().clone()).or_else(|| self.0.given.clone())
    }

    /// The current token with its data, from memory or from disk, unless it needs to be renewed. Never waits, never
    /// sends, and needs no runtime.
    #[must_use]
    pub fn kept_access(&self) -> Option<Arc<Access>> {
        self.0.slot.fresh().or_else(|| {
            let access = self.0.slot.kept_now(self.source()?)?;
            self.0.slot.seed(Arc::clone(&access));
            Some(access)
        })
    }

    /// This client's token with its data, from memory or from disk, even if it has expired. Never waits, never sends,
    /// needs no runtime, and changes nothing: for programs that show cached tokens. Stores that hosts share are not
    /// queried.
    #[must_use]
    pub fn known_access(&self) -> Option<Arc<Access>> {
        let from_disk = || self.link()?.entry()?.look_now(&self.0.identity.host)?.access;
        self.0.slot.current().or_else(from_disk)
    }

    /// The URL that serves every service: with `admin_token`, `http_basic` and `none`, which have no catalog.
    #[must_use]
    pub fn fixed_endpoint(&self) -> Option<&url::Url> {
        self.0.config.endpoint.as_ref()
    }

    /// Whether requests also carry the token as `Authorization: Bearer …`: with `v3oauth2clientcredential`. Such a
    /// token is sent only over TLS or to this machine.
    #[must_use]
    pub fn sends_bearer(&self) -> bool {
        self.0.is_bearer
    }

    /// The value of `Authorization` that requests carry instead of a token: with `http_basic`.
    #[must_use]
    pub fn authorization(&self) -> Option<&Secret> {
        match &self.0.config.given {
            Some(GivenToken::Basic { authorization, .. }) => Some(authorization),
            _ => None,
        }
    }

    /// Why there is no token, if requests need none, or carry something else instead: with `http_basic`,
    /// `v3tokenlessauth` and `none`.
    #[must_use]
    pub fn why_no_token(&self) -> Option<&'static str> {
        self.0.config.given.as_ref().and_then(GivenToken::why_no_token)
    }

    /// The headers with the scope of each request, instead of a token: with `v3tokenlessauth`.
    #[must_use]
    pub fn scope_headers(&self) -> Option<&HeaderMap> {
        match &self.0.config.given {
            Some(GivenToken::Certificate(headers)) => Some(headers),
            _ => None,
        }
    }

    /// The current token with all its data; logs in if there is none. (Python's `auth_ref`.)
    ///
    /// # Errors
    ///
    /// The reason why there is no token: see [`ErrorKind`].
    pub async fn access(&self) -> Result<Arc<Access>> {
        if let Some(access) = self.0.slot.fresh() {
            return Ok(access);
        }
        let Some(given) = &self.0.config.given else {
            let source = self.source().ok_or_else(no_login)?;
            return self.0.slot.access(source).await.map_err(|error| self.with_origins(error));
        };
        if let Some(why) = given.why_no_token() {
            return Err(Error::new(ErrorKind::NotAuthenticated, why));
        }
        match (given, self.source()) {
            (GivenToken::Reference(_), Some(source)) => {
                self.0.slot.access(source).await.map_err(|error| self.with_origins(error))
            }
            _ => match self.0.slot.with_current(Access::is_usable) {
                Some(true) => self.0.slot.current().ok_or_else(not_loaded),
                Some(false) => Err(expired()),
                None => Err(not_loaded()),
            },
        }
    }

    /// The current token with its data, unless it needs to be renewed. Never waits and never sends.
    #[must_use]
    pub fn current_access(&self) -> Option<Arc<Access>> {
        self.0.slot.fresh()
    }

    /// Ensures that there is a token, or returns the reason why there is none.
    ///
    /// Uses a cached token as [`access`](Self::access) does. If a `token_id` is given, this sends a request to the
    /// identity service: it looks the token up, exchanges it for the requested scope, or, with credentials, gets a
    /// token to replace it.
    ///
    /// # Errors
    ///
    /// The reason why there is no token: see [`ErrorKind`].
    pub async fn authenticate(&self) -> Result<Arc<Access>> {
        let Some(given) = self.0.given.as_ref().filter(|_| self.why_no_token().is_none()) else {
            return self.access().await;
        };
        if let Some(access) = self.0.slot.fresh() {
            return Ok(access);
        }
        if let Some(source) = self.source() {
            return self.0.slot.renew(source).await.map_err(|error| self.with_origins(error));
        }
        let (identity, v3) = (&*self.0.identity, self.identity_api().await?);
        let access = match &self.0.config.scope {
            Scope::Default => keystone::look_up(identity, v3, given).await?,
            scope => {
                let exchange = TokenExchange { token: given.expose().into() };
                keystone::issue(identity, v3, &exchange, scope, None).await?
            }
        };
        let access = Arc::new(access);
        self.0.slot.seed(Arc::clone(&access));
        Ok(access)
    }

    /// Logs in now, and replaces the cached token.
    ///
    /// # Errors
    ///
    /// Why there is no token: see [`ErrorKind`].
    pub async fn renew(&self) -> Result<Arc<Access>> {
        match self.source() {
            Some(source) => self.0.slot.renew(source).await.map_err(|error| self.with_origins(error)),
            None => Err(match self.why_no_token() {
                Some(why) => Error::new(ErrorKind::NotAuthenticated, why),
                None => Error::new(ErrorKind::NotAuthenticated, "there are no credentials to renew the token with")
                    .with_hint(credentials("give ") + " instead of a token"),
            }),
        }
    }

    /// Investigates a refused login: whether the credentials or the scope are the reason.
    ///
    /// Keystone's response is the same for both. This logs in once more, without a scope; it is never done implicitly,
    /// since clouds may lock a user after a number of failures. If the reason remains unclear, the original error is
    /// returned.
    pub async fn diagnose(&self, refused: &Error) -> Error {
        match self.link() {
            Some(link) => self.with_origins(link.login.diagnose(refused).await),
            None => refused.clone(),
        }
    }

    /// If the parts of a login come from different layers, its refusal lists their origins: one may be a leftover.
    fn with_origins(&self, error: Error) -> Error {
        let is_refusal = matches!(error.kind(), ErrorKind::Unauthenticated | ErrorKind::ScopeNotAllowed);
        let Some(mixture) = self.0.config.mixture.as_deref().filter(|_| is_refusal) else { return error };
        let known = error.hint_parts().cloned();
        if error.hint().is_some_and(|hint| hint.contains(mixture)) {
            return error;
        }
        error.with_hint(match known {
            Some(hint) => hint + "; " + mixture,
            None => mixture.into(),
        })
    }

    /// Whether there is a way to get another token to replace a rejected one.
    fn can_replace(&self, refused: &Token) -> bool {
        self.0.given.as_ref() != Some(refused) && self.source().is_some()
    }

    /// A token to replace one that the service at a URL has just rejected, if another one may work there: not if the
    /// token was given by the caller, and not repeatedly at a service that rejects new ones, too. `replaced` is the
    /// number of replacements for this request so far. Waits if only a token of the next second may work.
    pub(super) async fn another_token(&self, refused: &Token, url: &Url, replaced: u32) -> Option<Result<Token>> {
        let has_rules = self.0.slot.with_current(Access::has_access_rules).unwrap_or_default();
        self.in_place_of(refused, url, replaced, has_rules).await
    }

    async fn in_place_of(
        &self,
        refused: &Token,
        url: &Url,
        replaced: u32,
        for_another_reason: bool,
    ) -> Option<Result<Token>> {
        /// Each token may be revoked before it is used, while the request waits. A service that refuses new tokens in
        /// general gets fewer: see `refusals`.
        const MOST: u32 = 20;
        let Inner { slot, identity, config, .. } = &*self.0;
        if replaced >= MOST || !self.can_replace(refused) {
            return None;
        }
        let now = || identity.host.now();
        let refused = Refused {
            token: refused,
            url,
            received: slot.current().filter(|it| it.token() == refused).map(|it| it.received()),
            is_by_issuer: config.auth_url.as_ref().is_some_and(|it| it.value.origin() == url.origin()),
            for_another_reason,
        };
        let when = slot.refusals.another(refused, now());
        match when {
            Another::Now => {}
            Another::Later => tokio::time::sleep(ANOTHER_SECOND).await,
            Another::No => return None,
        }
        let outcome = self.replace(refused.token).await;
        if let Ok(new) = &outcome {
            slot.refusals.replaced(refused, new, when, now());
        }
        Some(outcome)
    }

    /// A token to replace one whose application credential was deleted, if this error of the identity service says so:
    /// it answers every request with such a token with 404. (Other services answer 401.) `before` is the token that was
    /// current when the request started.
    pub(super) async fn another_for_deleted_credential(
        &self,
        before: Option<Arc<Access>>,
        error: &Error,
        url: &Url,
        replaced: u32,
    ) -> Option<Result<Token>> {
        if error.status() != Some(404) {
            return None;
        }
        let is_it = |access: &Arc<Access>| {
            let id = access.application_credential().and_then(|it| it.id.as_deref()).filter(|id| !id.is_empty());
            id.is_some_and(|id| error.to_string().contains(id) && !url.as_str().contains(id))
        };
        let access = before.into_iter().chain(self.0.slot.current()).find(is_it)?;
        self.in_place_of(access.token(), url, replaced, true).await
    }

    /// Adds to a 401 error that this client obtained the token itself.
    pub(super) fn explain_refusal(&self, error: Error) -> Error {
        if error.kind() != ErrorKind::TokenRejected || self.0.given.is_some() || self.source().is_none() {
            return error;
        }
        let has_rules = self.0.slot.with_current(Access::has_access_rules).unwrap_or_default();
        error.with_hint(if has_rules {
            "the identity service has just issued the token: the access rules of the application credential may not \
             include this request"
        } else {
            "a new token was refused, too, so the credentials are not the reason: the service may belong to another cloud, \
             or not reach its identity service; tell its operator"
        })
    }

    /// A token other than `rejected`, which a service has just rejected. Any number of callers may report the same
    /// token: the first one replaces it.
    ///
    /// # Errors
    ///
    /// [`TokenRejected`](ErrorKind::TokenRejected) when the token was given by the caller; otherwise the reason why
    /// there is no token.
    pub async fn replace(&self, rejected: &Token) -> Result<Token> {
        let is_given = self.0.given.as_ref() == Some(rejected);
        match self.source() {
            Some(source) if !is_given => {
                let replaced = self.0.slot.replace(rejected, source).await;
                Ok(replaced.map_err(|error| self.with_origins(error))?.token().clone())
            }
            _ => Err(Error::new(
                ErrorKind::TokenRejected,
                "the token that was given was refused: it has expired or was revoked",
            )
            .with_hint("give another token, or " + credentials("") + " to get one with")),
        }
    }

    /// Logs out: revokes and removes the cached token, and revokes the refresh token of a person's login at the
    /// provider that issued it. Never logs in to do so.
    ///
    /// Returns whether there was a token. If only the refresh token cannot be revoked, a warning is logged.
    ///
    /// # Errors
    ///
    /// When the service does not respond; the token is then kept.
    pub async fn log_out(&self) -> Result<bool> {
        let source = self.source();
        let kept = match source {
            Some(source) => self.0.slot.kept(source).await.map(|access| access.token().clone()),
            None => self.current_token(),
        };
        let link = self.link();
        let login = link.as_ref().map(|link| &link.login);
        let first = login.and_then(|login| login.first.as_deref());
        // The login that serves every scope is revoked, too: otherwise its token could be exchanged for others.
        let of_first = match first {
            Some(first) => first.kept().await.map(|access| access.token().clone()),
            None => None,
        };
        for token in kept.iter().chain(&of_first) {
            keystone::revoke(&self.0.identity.transport, self.identity_api().await?, token).await?;
        }
        let is_ended = match (first, login) {
            (Some(first), _) => first.end_held().await,
            (None, Some(login)) => login.end_held().await,
            (None, None) => false,
        };
        if let Some(first) = first {
            first.forget().await;
        }
        if let Some(held) = login.and_then(|login| login.held.as_deref()) {
            held.forget_all().await;
        }
        if let (Some(source), Some(_)) = (source, &kept) {
            self.0.slot.forget(source).await;
        }
        Ok(kept.is_some() || of_first.is_some() || is_ended)
    }

    /// The store that keeps the token between runs: the disk, or servers that machines share. `None` if none is
    /// configured, there are no credentials to log in with, or the folder cannot be used. Nothing is sent.
    ///
    /// ```no_run
    /// # async fn run() -> archstone::Result<()> {
    /// let client = archstone::Client::from_cloud("demo")?;
    /// if let Some(store) = client.token_store() {
    ///     let status = store.status().await?;
    ///     let saved = status.own.map_or(0, |token| token.hits);
    ///     println!("{}: {saved} logins saved", status.place);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn token_store(&self) -> Option<TokenStore> {
        let link = self.link()?;
        let first = link.login.first.as_ref().and_then(|first| first.entry()).cloned();
        Some(TokenStore::new(Arc::clone(link.shared_entry()?), first, &self.0.identity.host))
    }

    /// Revokes another token, with this client's permissions. To revoke the client's own token, [log
    /// out](Self::log_out).
    ///
    /// # Errors
    ///
    /// [`Forbidden`](ErrorKind::Forbidden) when this user may not do so, [`NotFound`](ErrorKind::NotFound) when there
    /// is no such token.
    pub async fn revoke(&self, token: &Token) -> Result<()> {
        if let Some(source) = self.source()
            && self.0.slot.kept(source).await.is_some_and(|it| it.token() == token)
        {
            return self.log_out().await.map(|_| ());
        }
        let url = discovery::below(self.identity_api().await?, &["auth", "tokens"]);
        self.send(Method::DELETE, &url, Some(token)).await.map(|_| ())
    }
}

fn no_login() -> Error {
    Error::new(ErrorKind::NotConfigured, "there are no credentials to log in with")
        .with_hint(credentials("give ") + ", or name a cloud with " + Hint::option("cloud"))
}

pub(super) fn not_loaded() -> Error {
    Error::new(
        ErrorKind::NotAuthenticated,
        "nothing is known about the token that was given, and nothing is loaded implicitly",
    )
    .with_hint(
        "call `authenticate()` to ask the identity service about it, or "
            + credentials("give ")
            + " instead of a token",
    )
}

fn expired() -> Error {
    Error::new(ErrorKind::TokenRejected, "the stored token has expired, and there are no credentials to get another")
        .with_hint(credentials("give ") + " in addition to " + Hint::option("token_ref") + ", or store a newer token")
}

/// The options that a login with a password requires.
fn credentials(beginning: &str) -> Hint {
    beginning + Hint::options(["auth_url", "username", "password"], "and")
}

//! Getting a token, replacing it, and giving it back.

use std::sync::Arc;

use http::Method;
use url::Url;

use super::{Client, Inner};
use crate::{
    access::{Access, Token},
    auth::{GivenToken, TokenExchange, TokenStore, keystone, login::Identity},
    catalog::discovery,
    error::{Error, ErrorKind, Result},
    hint::Hint,
    scope::Scope,
    secret::Secret,
    transport::Request,
};

impl Client {
    /// A token that is good for a request sent now; logs in when there is none.
    ///
    /// # Errors
    ///
    /// Why there is no token: see [`ErrorKind`].
    pub async fn token(&self) -> Result<Token> {
        if let Some(token) = self.0.slot.with_fresh(|access| access.token().clone()) {
            return Ok(token);
        }
        match &self.0.given {
            Some(token) => Ok(token.clone()),
            // Boxed, so that the usual way carries none of it.
            None => Ok(Box::pin(self.access()).await?.token().clone()),
        }
    }

    /// The current token when there is one that needs nothing done. Never waits, never sends.
    #[must_use]
    pub fn current_token(&self) -> Option<Token> {
        self.0.slot.with_fresh(|access| access.token().clone()).or_else(|| self.0.given.clone())
    }

    /// What is known of the current token, from memory or from disk, when nothing needs to be done
    /// about it. Never waits, never sends, and needs no runtime.
    #[must_use]
    pub fn kept_access(&self) -> Option<Arc<Access>> {
        self.0.slot.fresh().or_else(|| {
            let access = self.0.slot.kept_now(self.source()?)?;
            self.0.slot.seed(Arc::clone(&access));
            Some(access)
        })
    }

    /// What is known of this client's token, from memory or from disk, also when it has expired. Never waits, never
    /// sends, needs no runtime, and changes nothing: for programs that show what is kept. Stores that hosts share are not
    /// asked.
    #[must_use]
    pub fn known_access(&self) -> Option<Arc<Access>> {
        let from_disk = || self.source()?.entry?.look_now(&self.0.identity.host)?.access;
        self.0.slot.current().or_else(from_disk)
    }

    /// The URL at which every service is: with `admin_token`, `http_basic` and `none`, which have no catalog.
    #[must_use]
    pub fn fixed_endpoint(&self) -> Option<&url::Url> {
        self.0.config.endpoint.as_ref()
    }

    /// Whether requests carry the token as `Authorization: Bearer …`, too: with `v3oauth2clientcredential`. Such a token
    /// goes over TLS or to this machine alone.
    #[must_use]
    pub fn sends_bearer(&self) -> bool {
        self.0.is_bearer
    }

    /// The value of `Authorization` that requests carry in place of a token: with `http_basic`.
    #[must_use]
    pub fn authorization(&self) -> Option<&Secret> {
        match &self.0.config.given {
            Some(GivenToken::Basic { authorization, .. }) => Some(authorization),
            _ => None,
        }
    }

    /// Everything that is known of the current token; logs in when there is none. (Python's
    /// `auth_ref`.)
    ///
    /// # Errors
    ///
    /// Why there is no token: see [`ErrorKind`].
    pub async fn access(&self) -> Result<Arc<Access>> {
        if let Some(access) = self.0.slot.fresh() {
            return Ok(access);
        }
        let Some(given) = &self.0.config.given else {
            let source = self.source().ok_or_else(no_login)?;
            return self.0.slot.access(source).await.map_err(|error| self.with_origins(error));
        };
        if let GivenToken::Basic { .. } = given {
            return Err(Error::new(
                ErrorKind::NotAuthenticated,
                "`http_basic` sends a password with each request: there is no token",
            ));
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

    /// What is known of the current token when there is one that needs nothing done. Never waits,
    /// never sends.
    #[must_use]
    pub fn current_access(&self) -> Option<Arc<Access>> {
        self.0.slot.fresh()
    }

    /// Makes sure of a token, and says why when there can be none.
    ///
    /// Uses what is kept as [`access`](Self::access) does. With a `token_id` given, this is what asks
    /// the identity service: about the token itself, for the scope that was asked, or, with
    /// credentials, for a token in its place.
    ///
    /// # Errors
    ///
    /// Why there is no token: see [`ErrorKind`].
    pub async fn authenticate(&self) -> Result<Arc<Access>> {
        let Some(given) = &self.0.given else { return self.access().await };
        if let Some(access) = self.0.slot.fresh() {
            return Ok(access);
        }
        if let Some(source) = self.source() {
            return self.0.slot.renew(source).await.map_err(|error| self.with_origins(error));
        }
        let Identity { transport, host, .. } = &*self.0.identity;
        let v3 = self.identity_api().await?;
        let access = match &self.0.config.scope {
            Scope::Default => keystone::look_up(transport, host, v3, given).await?,
            scope => {
                let exchange = TokenExchange { token: given.expose().into() };
                keystone::issue(transport, host, v3, &exchange, scope, None).await?
            }
        };
        let access = Arc::new(access);
        self.0.slot.seed(Arc::clone(&access));
        Ok(access)
    }

    /// Logs in now, and replaces the token that is kept.
    ///
    /// # Errors
    ///
    /// Why there is no token: see [`ErrorKind`].
    pub async fn renew(&self) -> Result<Arc<Access>> {
        match self.source() {
            Some(source) => self.0.slot.renew(source).await.map_err(|error| self.with_origins(error)),
            None => Err(Error::new(ErrorKind::NotAuthenticated, "there are no credentials to renew the token with")
                .with_hint(credentials("give ") + " instead of a token")),
        }
    }

    /// Finds out more about a login that was refused: whether it is the credentials, or the scope.
    ///
    /// Keystone answers both alike. This logs in once more, without a scope; it is never done
    /// unasked, since clouds may lock a user after a number of failures. What cannot be told apart
    /// comes back as it is.
    pub async fn diagnose(&self, refused: &Error) -> Error {
        match &self.0.login {
            Some(login) => self.with_origins(login.diagnose(refused).await),
            None => refused.clone(),
        }
    }

    /// A refusal of a login whose parts come from different layers says from where: one may be left over.
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

    /// Whether there is a way to get another token in the place of a refused one.
    fn can_replace(&self, refused: &Token) -> bool {
        self.0.given.as_ref() != Some(refused) && self.source().is_some()
    }

    /// A token in the place of one that the service at a URL has just refused, where another one may do better there: not
    /// in the place of a token that was given, and not again and again at a service that refuses new ones, too. `replaced`
    /// says how often this request has done so.
    pub(super) async fn another_token(&self, refused: &Token, url: &Url, replaced: u32) -> Option<Result<Token>> {
        /// One that this service has taken may be revoked meanwhile, and so may the next.
        const MOST: u32 = 20;
        let Inner { slot, identity, .. } = &*self.0;
        if !self.can_replace(refused) {
            return None;
        }
        if replaced > 0 && !refused.has_worked_at(url) {
            slot.refusals.refused(refused, url, identity.host.now());
            return None;
        }
        if replaced >= MOST || !slot.refusals.allow(refused, url, identity.host.now()) {
            return None;
        }
        let outcome = self.replace(refused).await;
        if let Ok(new) = &outcome {
            slot.refusals.replaced(new, url, identity.host.now());
        }
        Some(outcome)
    }

    /// The error of an answer of 401 to a token that this client obtained by itself: it says so.
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

    /// A token other than `rejected`, which a service has just refused. Any number of callers may
    /// bring back the same token: the first replaces it.
    ///
    /// # Errors
    ///
    /// [`TokenRejected`](ErrorKind::TokenRejected) when the token was given; otherwise why there is
    /// no token.
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

    /// Ends the kept token early, at the service and here. Never logs in for it.
    ///
    /// Returns whether there was one.
    ///
    /// # Errors
    ///
    /// When the service does not answer; the token is kept then.
    pub async fn log_out(&self) -> Result<bool> {
        let source = self.source();
        let kept = match source {
            Some(source) => self.0.slot.kept(source).await.map(|access| access.token().clone()),
            None => self.current_token(),
        };
        let Some(token) = kept else { return Ok(false) };
        keystone::revoke(&self.0.identity.transport, self.identity_api().await?, &token).await?;
        if let Some(source) = source {
            self.0.slot.forget(source).await;
        }
        Ok(true)
    }

    /// The store that keeps the token between runs: the disk, or servers that machines share. `None` where none
    /// is configured, there is nothing to log in with, or the folder cannot be used. Nothing is sent.
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
    pub fn token_store(&self) -> Option<TokenStore<'_>> {
        let entry = self.source()?.entry?;
        Some(TokenStore::new(entry, &self.0.identity.host))
    }

    /// Ends another token early, with the rights of this client's own. The client's own token is
    /// [logged out](Self::log_out).
    ///
    /// # Errors
    ///
    /// [`Forbidden`](ErrorKind::Forbidden) when this user may not, [`NotFound`](ErrorKind::NotFound)
    /// when there is no such token.
    pub async fn revoke(&self, token: &Token) -> Result<()> {
        if let Some(source) = self.source()
            && self.0.slot.kept(source).await.is_some_and(|it| it.token() == token)
        {
            return self.log_out().await.map(|_| ());
        }
        let mut request =
            Request::new(Method::DELETE, discovery::below(self.identity_api().await?, &["auth", "tokens"]));
        request.subject = Some(token.clone());
        self.send(request).await.map(|_| ())
    }
}

fn no_login() -> Error {
    Error::new(ErrorKind::NotConfigured, "there is nothing to log in with")
        .with_hint(credentials("give ") + ", or name a cloud with " + Hint::option("cloud"))
}

pub(super) fn not_loaded() -> Error {
    Error::new(
        ErrorKind::NotAuthenticated,
        "nothing is known of the token that was given, and nothing is loaded by itself",
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

/// What a login with a password takes.
fn credentials(beginning: &str) -> Hint {
    beginning + Hint::options(["auth_url", "username", "password"], "and")
}

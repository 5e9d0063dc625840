//! The code that logins with an XML assertion from an identity provider share. The provider vouches for a user to a
//! service provider, which is Keystone's web server; the session there gets an unscoped token from Keystone, which
//! serves every scope.

mod cookies;
mod ecp;
mod visit;
pub(super) mod ws_trust;

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use url::Url;
use zeroize::Zeroizing;

pub(super) use ecp::{Answered, Asked, PAOS, fault};
pub(super) use visit::Visit;

use super::{AuthMethod, Exchanged, Method, MethodSpec, oidc::Federation};
use crate::{
    access::Access,
    auth::login::Exchange,
    error::{Error, ErrorKind, Result},
    hint::Hint,
    scope::Scope,
    secret::Secret,
    settings::{OptionSpec, Settings, ValueKind, server_url},
};

/// The options that several of these methods share, with keystoneauth1's names.
pub(super) const OPTIONS: &[OptionSpec] = &[OptionSpec::plain(
    "identity_provider_url",
    "the URL at the identity provider that takes the user's name and password",
)
.kind(ValueKind::Url)];

/// A way to get an assertion with a password, and to start a session with it.
pub(super) trait Way: Clone + fmt::Debug + Send + Sync + 'static {
    /// The method.
    const SPEC: &'static MethodSpec;

    /// Distinguishes it from others, in addition to the user.
    fn identity(&self) -> Value;

    /// Logs in, and returns an unscoped token.
    fn log_in(
        &self,
        user: &Vouched,
        exchange: &Exchange<'_>,
        method: &dyn Method,
    ) -> impl Future<Output = Result<Access>> + Send;
}

/// A user of an identity provider, with the password there.
#[derive(Clone, Debug)]
pub(super) struct Vouched {
    pub(super) federation: Federation,
    /// The only URL that the password is sent to.
    pub(super) url: Url,
    pub(super) username: String,
    pub(super) password: Secret,
}

impl Vouched {
    fn read(settings: &Settings) -> Result<Option<Self>> {
        let url = settings.text("identity_provider_url").map(|text| server_url(&text)).transpose()?;
        let user = settings.string("username").zip(settings.secret("password"));
        Ok(Federation::read(settings).zip(url).zip(user).map(|((federation, url), (username, password))| Self {
            federation,
            url,
            username,
            password: password.value.clone(),
        }))
    }

    /// The value of `Authorization` for the identity provider.
    pub(super) fn basic(&self) -> Result<Secret> {
        if self.username.contains(':') {
            return Err(Error::new(
                ErrorKind::InvalidConfig,
                "the user's name has a `:`, with which it cannot be sent to the identity provider (HTTP Basic)",
            )
            .with_hint("check " + Hint::option("username")));
        }
        let pair = Zeroizing::new(format!("{}:{}", self.username, self.password.expose()));
        Ok(format!("Basic {}", STANDARD.encode(pair.as_bytes())).into())
    }
}

/// A user and a way.
#[derive(Clone, Debug)]
struct Federated<W> {
    user: Vouched,
    way: W,
}

/// The method for a way; `None` if something is missing.
pub(super) fn method<W: Way>(settings: &Settings, way: Option<W>) -> Result<Option<AuthMethod>> {
    Ok(Vouched::read(settings)?.zip(way).map(|(user, way)| AuthMethod::other(Federated { user, way })))
}

/// What to check when the identity provider refuses.
pub(super) fn refused_by_provider() -> Hint {
    "check "
        + Hint::options(["username", "password"], "and")
        + ": the user's name and password are those of the identity provider"
}

impl<W: Way> Method for Federated<W> {
    fn spec(&self) -> &'static MethodSpec {
        W::SPEC
    }

    fn subject(&self) -> String {
        let Vouched { username, federation, .. } = &self.user;
        format!("user `{username}` of the identity provider `{}`", federation.identity_provider)
    }

    fn identity(&self) -> Value {
        let Vouched { username, federation, url, .. } = &self.user;
        json!([federation.identity(), url.as_str(), username, self.way.identity()])
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.user.password)
    }

    fn refused(&self, _: &Scope) -> (ErrorKind, Hint) {
        let hint = "the identity provider accepted the login, but Keystone did not: check "
            + Hint::options(["identity_provider", "protocol"], "and")
            + ", and that the mapping of the identity provider lets the user in";
        (ErrorKind::Unauthenticated, hint)
    }

    fn exchange<'a>(&'a self, exchange: &'a Exchange<'a>, _: &'a Scope) -> Option<Exchanged<'a>> {
        Some(Box::pin(self.way.log_in(&self.user, exchange, self)))
    }
}

//! Stored tokens: the form that keystoneauth stores, with additional fields of Archstone's.

use std::time::Duration;

use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};
use url::Url;

use super::{
    Access, Token,
    lifetime::{Lifetime, Received},
};
use crate::{
    error::{Error, ErrorKind, Result},
    host::Host,
    record::Project,
    secret::Secret,
};

/// How much of a token's lifetime has passed, by the clock of the store that it comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Elapsed {
    /// Time since the token was received.
    pub(crate) age: Duration,
    /// How much longer the store keeps it: never longer than the token is valid.
    pub(crate) left: Option<Duration>,
}

impl Access {
    /// Starts from a reference that was stored: the text of [`Access::to_reference`], or the JSON
    /// that keystoneauth's `get_auth_state()` writes.
    ///
    /// If the reference was written on this machine, the remaining lifetime is counted on its monotonic clock;
    /// otherwise by the date.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] when the text is no such reference.
    pub fn from_reference(reference: &str, host: &Host) -> Result<Self> {
        Self::restored(reference, None, host)
    }

    /// Like `from_reference`, for a token from a store that several machines may share.
    pub(crate) fn restored(reference: &str, elapsed: impl Into<Option<Elapsed>>, host: &Host) -> Result<Self> {
        #[derive(Deserialize)]
        struct Reference<'a> {
            auth_token: Option<String>,
            #[serde(borrow)]
            body: Option<&'a RawValue>,
            #[serde(default)]
            archstone: Extra,
        }
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Extra {
            auth_url: Option<Url>,
            boot_id: Option<String>,
            received_ms: Option<u64>,
            received_wall_ms: Option<u64>,
            life_ms: Option<u64>,
            skew_ms: Option<i64>,
            possible_projects: Option<Vec<Project>>,
            no_scope_because: Option<String>,
        }
        let invalid = |what: &str| {
            Error::new(ErrorKind::InvalidConfig, format!("the token reference {what}"))
                .with_hint("give the whole text that was stored: JSON with `auth_token` and `body`, as keystoneauth's `get_auth_state()` writes it, too")
        };
        let Reference { auth_token, body, archstone: extra } = serde_json::from_str(reference)
            .map_err(|source| invalid("is not JSON of the right form").with_source(source))?;
        let token = auth_token.ok_or_else(|| invalid("has no `auth_token`"))?;
        let body = body.ok_or_else(|| invalid("has no `body`"))?;
        let received = Received { at: host.now(), server_date: None, issued_now: false };
        let mut access = Self::parse(Token::new(token.into())?, body.get().to_owned(), extra.auth_url, &received, host)
            .map_err(|source| invalid("has a `body` that is not a token document").with_source(source))?;
        access.skew = extra.skew_ms.map(SignedDuration::from_millis);
        access.possible_projects = extra.possible_projects;
        access.no_scope_because = extra.no_scope_because;
        if let Some(life) = extra.life_ms.map(Duration::from_millis) {
            let same_start = extra.boot_id.is_some() && extra.boot_id == host.clock().boot_id();
            let age = match (extra.received_ms.filter(|_| same_start), elapsed.into(), extra.received_wall_ms) {
                (Some(at), _, _) => Some(host.now().since_start().saturating_sub(Duration::from_millis(at))),
                (None, Some(Elapsed { age, left }), _) => {
                    Some(age.max(left.map_or(Duration::ZERO, |left| life.saturating_sub(left))))
                }
                (None, None, Some(at)) => Some(host.wall().saturating_sub(Duration::from_millis(at))),
                (None, None, None) => None,
            };
            if let Some(age) = age {
                access.lifetime = Lifetime::of_age(life, age, host.now());
            }
        }
        Ok(access)
    }

    /// A reference to store and to start from later: JSON with `auth_token` and `body`, as keystoneauth's
    /// `get_auth_state()` writes it, plus fields of Archstone's own.
    ///
    /// It holds the token: keep it as secret as a password.
    #[must_use]
    pub fn to_reference(&self) -> Secret {
        let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let Lifetime { received, life, .. } = self.lifetime;
        let age = received.until(self.clock.now());
        let extra = json!({
            "version": 1,
            "auth_url": self.auth_url,
            "boot_id": self.clock.boot_id(),
            "received_ms": milliseconds(received.since_start()),
            "received_wall_ms": milliseconds(self.clock.wall().saturating_sub(age)),
            "life_ms": milliseconds(life),
            "skew_ms": self.skew.map(|skew| i64::try_from(skew.as_millis()).unwrap_or(0)),
            "possible_projects": self.possible_projects,
            "no_scope_because": self.no_scope_because,
        });
        let token = Value::from(self.token.expose());
        Secret::from(format!("{{\"auth_token\":{token},\"body\":{},\"archstone\":{extra}}}", self.raw))
    }
}

//! What Keystone returned when it issued a token: the token, its user, scope, expiry and catalog.
//!
//! An [`Access`] is immutable. Its lifetime is measured with this machine's monotonic clock from the moment it was
//! received, so that a wrong date on either side neither drops a valid token nor keeps an expired one.

mod body;
mod catalog;
mod lifetime;
mod reference;

use std::{fmt, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use url::Url;

pub(crate) use crate::token::Token;
pub use body::{ApplicationCredentialInfo, Named, OAuth1Info, ServiceProvider, TrustInfo};

pub(crate) use lifetime::Received;
pub(crate) use reference::Elapsed;

use body::{Body, Envelope};
use catalog::{LazyCatalog, v3_catalog};
use lifetime::{Lifetime, instant, span, timestamp};

use crate::{
    catalog::v2,
    error::{Error, ErrorKind, Result},
    host::{Clock, Host, Moment},
    record::Project,
    scope::Scope,
};

/// Everything Keystone returned when it issued a token. Immutable.
///
/// Follows the `token` object of Keystone's Identity API v3, and for stored references of old
/// clouds the `access` object of v2.0.
pub struct Access {
    token: Token,
    body: Body,
    catalog: Option<LazyCatalog>,
    /// As Keystone sent it, so that nothing unknown is lost in a stored reference.
    raw: String,
    auth_url: Option<Url>,
    expires_at: Timestamp,
    issued_at: Option<Timestamp>,
    lifetime: Lifetime,
    skew: Option<SignedDuration>,
    clock: Arc<dyn Clock>,
    possible_projects: Option<Vec<Project>>,
    /// Why the login could not choose a scope, if it could not.
    no_scope_because: Option<String>,
}

impl Access {
    /// Parses a token and the body that came with it.
    pub(crate) fn parse(
        token: Token,
        raw: String,
        auth_url: Option<Url>,
        received: &Received,
        host: &Host,
    ) -> Result<Self> {
        let malformed = |what: String| Error::new(ErrorKind::InvalidResponse, what);
        let envelope: Envelope = serde_json::from_str(&raw).map_err(|source| {
            malformed("the answer to the login is not a token document".into()).with_source(source)
        })?;
        let (mut body, read): (_, fn(&str) -> _) = match (envelope.token, envelope.access) {
            (Some(body), _) => (body, v3_catalog),
            (None, Some(v2)) => (v2.into_body(), v2::catalog),
            (None, None) => return Err(malformed("the answer to the login has no `token`".into())),
        };
        let expires_at = body
            .expires_at
            .as_deref()
            .and_then(instant)
            .ok_or_else(|| malformed("the token document has no valid `expires_at`".into()))?;
        let issued_at = body.issued_at.as_deref().and_then(instant);
        let wall = timestamp(host.wall());
        let begin = received.begin(issued_at, wall);
        let is_dated = issued_at.is_some() || received.server_date.is_some();
        if received.issued_now && is_dated && expires_at <= begin {
            let message =
                format!("the new token has already expired: it expired at {expires_at}, and it is {begin} now");
            return Err(malformed(message).with_hint(
                "tell the operator: the clock of the identity service is wrong, or the lifetime of its tokens too short",
            ));
        }
        let catalog = body.catalog.take().map(|raw| LazyCatalog::new(raw, read));
        Ok(Self {
            token,
            catalog,
            body,
            raw,
            auth_url,
            expires_at,
            issued_at,
            lifetime: Lifetime::new(received.at, span(begin, expires_at)),
            skew: received.server_date.map(|date| date.duration_since(wall)),
            clock: host.clock(),
            possible_projects: None,
            no_scope_because: None,
        })
    }

    /// The same access, with the projects that an unscoped token could be exchanged for.
    pub(crate) fn with_possible_projects(mut self, projects: Vec<Project>) -> Self {
        self.possible_projects = Some(projects);
        self
    }

    /// When the token was received, on this machine's monotonic clock.
    pub(crate) fn received(&self) -> Moment {
        self.lifetime.received
    }

    /// The token document as Keystone sent it, without the token's id.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.raw
    }

    /// The token.
    #[must_use]
    pub fn token(&self) -> &Token {
        &self.token
    }

    /// The identity service that issued the token, with its version: `http://keystone:5000/v3`.
    #[must_use]
    pub fn auth_url(&self) -> Option<&Url> {
        self.auth_url.as_ref()
    }

    /// The auth methods, such as `password`; `token` if it was exchanged for another.
    #[must_use]
    pub fn methods(&self) -> &[String] {
        &self.body.methods
    }

    /// When the token expires, by the server's clock.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// When the token was issued, by the server's clock.
    #[must_use]
    pub fn issued_at(&self) -> Option<Timestamp> {
        self.issued_at
    }

    /// The remaining lifetime, independent of this machine's date.
    #[must_use]
    pub fn remaining(&self) -> Duration {
        let Lifetime { received, life, .. } = self.lifetime;
        life.saturating_sub(received.until(self.clock.now()))
    }

    /// How long ago it was received.
    pub(crate) fn age(&self) -> Duration {
        self.lifetime.received.until(self.clock.now())
    }

    /// Whether it has expired.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        self.remaining().is_zero()
    }

    /// Whether less than `margin` of the lifetime is left.
    #[must_use]
    pub fn will_expire_soon(&self, margin: Duration) -> bool {
        self.remaining() < margin
    }

    /// Whether the token may be used without renewing it first.
    pub(crate) fn is_fresh(&self) -> bool {
        self.clock.now() < self.lifetime.renew_from
    }

    /// Whether this part (from 0 to 1) of the renewal window has passed.
    pub(crate) fn is_due(&self, part: f64) -> bool {
        let Lifetime { renew_from, unusable_from, .. } = self.lifetime;
        renew_from.until(self.clock.now()) >= renew_from.until(unusable_from).mul_f64(part)
    }

    /// Whether the token may still be used.
    pub(crate) fn is_usable(&self) -> bool {
        self.clock.now() < self.lifetime.unusable_from
    }

    /// How far the server's clock was ahead of this machine's date when the token was received.
    #[must_use]
    pub fn clock_skew(&self) -> Option<SignedDuration> {
        self.skew
    }

    /// The user's id.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        self.body.user.named.id.as_deref()
    }

    /// The user's name.
    #[must_use]
    pub fn user_name(&self) -> Option<&str> {
        self.body.user.named.name.as_deref()
    }

    /// The id of the domain that owns the user.
    #[must_use]
    pub fn user_domain_id(&self) -> Option<&str> {
        self.body.user.named.domain.as_ref()?.id.as_deref()
    }

    /// The name of the domain that owns the user.
    #[must_use]
    pub fn user_domain_name(&self) -> Option<&str> {
        self.body.user.named.domain.as_ref()?.name.as_deref()
    }

    /// When the user's password expires.
    #[must_use]
    pub fn password_expires_at(&self) -> Option<Timestamp> {
        self.body.user.password_expires_at.as_deref().and_then(instant)
    }

    /// The project's id, for a token scoped to a project.
    #[must_use]
    pub fn project_id(&self) -> Option<&str> {
        self.body.project.as_ref()?.id.as_deref()
    }

    /// The project's name, for a token scoped to a project.
    #[must_use]
    pub fn project_name(&self) -> Option<&str> {
        self.body.project.as_ref()?.name.as_deref()
    }

    /// The id of the domain that owns the project.
    #[must_use]
    pub fn project_domain_id(&self) -> Option<&str> {
        self.body.project.as_ref()?.domain.as_ref()?.id.as_deref()
    }

    /// The name of the domain that owns the project.
    #[must_use]
    pub fn project_domain_name(&self) -> Option<&str> {
        self.body.project.as_ref()?.domain.as_ref()?.name.as_deref()
    }

    /// Whether the project acts as a domain.
    #[must_use]
    pub fn project_is_domain(&self) -> Option<bool> {
        self.body.is_domain
    }

    /// Whether the project is the one for cloud administrators. As in Keystone: if the token does not say, every
    /// project counts as one.
    #[must_use]
    pub fn is_admin_project(&self) -> bool {
        self.body.is_admin_project.unwrap_or(true)
    }

    /// The domain's id, for a token scoped to a domain.
    #[must_use]
    pub fn domain_id(&self) -> Option<&str> {
        self.body.domain.as_ref()?.id.as_deref()
    }

    /// The domain's name, for a token scoped to a domain.
    #[must_use]
    pub fn domain_name(&self) -> Option<&str> {
        self.body.domain.as_ref()?.name.as_deref()
    }

    /// Whether the token is for the system.
    #[must_use]
    pub fn is_system_scoped(&self) -> bool {
        self.body.system.as_ref().is_some_and(|system| system.all)
    }

    /// Whether the token is for a project.
    #[must_use]
    pub fn is_project_scoped(&self) -> bool {
        self.body.project.is_some()
    }

    /// Whether the token is for a domain.
    #[must_use]
    pub fn is_domain_scoped(&self) -> bool {
        self.body.domain.is_some()
    }

    /// Whether the token is for a project, a domain or the system.
    #[must_use]
    pub fn is_scoped(&self) -> bool {
        self.is_project_scoped() || self.is_domain_scoped() || self.is_system_scoped()
    }

    /// What the token is for.
    #[must_use]
    pub fn scope(&self) -> Scope {
        use crate::reference::{DomainRef, ProjectRef};
        if let Some(trust) = self.trust() {
            return Scope::Trust(trust.id.clone());
        }
        if let Some(id) = self.project_id() {
            return Scope::Project(ProjectRef::Id(id.to_owned()));
        }
        if let Some(id) = self.domain_id() {
            return Scope::Domain(DomainRef::Id(id.to_owned()));
        }
        if self.is_system_scoped() { Scope::System } else { Scope::Unscoped }
    }

    /// The roles that the token carries.
    #[must_use]
    pub fn roles(&self) -> &[Named] {
        &self.body.roles
    }

    /// The roles' ids.
    pub fn role_ids(&self) -> impl Iterator<Item = &str> {
        self.body.roles.iter().filter_map(|role| role.id.as_deref())
    }

    /// The roles' names.
    pub fn role_names(&self) -> impl Iterator<Item = &str> {
        self.body.roles.iter().filter_map(|role| role.name.as_deref())
    }

    /// Traces the token and its ancestors; safe to log.
    #[must_use]
    pub fn audit_ids(&self) -> &[String] {
        &self.body.audit_ids
    }

    /// The token's own audit id.
    #[must_use]
    pub fn audit_id(&self) -> Option<&str> {
        self.body.audit_ids.first().map(String::as_str)
    }

    /// The audit id of the first token in the chain of exchanges.
    #[must_use]
    pub fn audit_chain_id(&self) -> Option<&str> {
        self.body.audit_ids.get(1).or_else(|| self.body.audit_ids.first()).map(String::as_str)
    }

    /// The trust that the token was issued for.
    #[must_use]
    pub fn trust(&self) -> Option<&TrustInfo> {
        self.body.trust.as_ref()
    }

    /// The application credential that the token was issued for.
    #[must_use]
    pub fn application_credential(&self) -> Option<&ApplicationCredentialInfo> {
        self.body.application_credential.as_ref()
    }

    /// Whether the token may be used only for the requests that its application credential lists.
    pub(crate) fn has_access_rules(&self) -> bool {
        self.application_credential().is_some_and(|it| it.access_rules.is_some())
    }

    /// The OAuth 1.0a delegation that the token was issued for.
    #[must_use]
    pub fn oauth1(&self) -> Option<&OAuth1Info> {
        self.body.oauth1.as_ref()
    }

    /// Whether the user comes from an external identity provider.
    #[must_use]
    pub fn is_federated(&self) -> bool {
        self.federation().is_some()
    }

    /// The user's groups, identity provider and protocol, for a federated user.
    #[must_use]
    pub fn federation(&self) -> Option<&Value> {
        self.body.user.federation.as_ref()
    }

    /// The Keystones that accept this one's assertions.
    #[must_use]
    pub fn service_providers(&self) -> &[ServiceProvider] {
        &self.body.service_providers
    }

    /// What the token is bound to.
    #[must_use]
    pub fn bind(&self) -> Option<&Value> {
        self.body.bind.as_ref()
    }

    /// The OAuth 2.0 credential that the token is bound to, such as a certificate's thumbprint.
    #[must_use]
    pub fn oauth2_credential(&self) -> Option<&Value> {
        self.body.oauth2_credential.as_ref()
    }

    /// The projects that this unscoped token could be exchanged for, when Archstone had to look
    /// them up and there was not exactly one.
    #[must_use]
    pub fn possible_projects(&self) -> Option<&[Project]> {
        self.possible_projects.as_deref()
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("token", &self.token)
            .field("user_id", &self.user_id())
            .field("scope", &self.scope())
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

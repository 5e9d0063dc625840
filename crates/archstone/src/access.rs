//! What Keystone said when it issued a token: the token, who, for what, until when, and where.
//!
//! An [`Access`] is immutable. Its life is counted on this machine's forward-only clock from the
//! moment it was received, so that a wrong date on either side neither kills a good token nor keeps
//! a dead one.

use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};
use reqwest::header::HeaderValue;
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};
use url::Url;

use crate::{
    catalog::{Catalog, v2},
    error::{Error, ErrorKind, Result},
    host::{Clock, Host, Moment},
    identity::Project,
    scope::Scope,
    secret::Secret,
};

/// A token's secret string: cheap to clone, wiped when the last copy goes, never shown.
#[derive(Clone)]
pub struct Token(Arc<TokenText>);

struct TokenText {
    secret: Secret,
    /// Made once: every request carries it.
    header: HeaderValue,
}

impl Token {
    /// A token that came from elsewhere.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] when it cannot stand in an HTTP header.
    pub fn new(secret: Secret) -> Result<Self> {
        let mut header = HeaderValue::from_str(secret.expose()).map_err(|_| {
            Error::new(ErrorKind::InvalidConfig, "the token holds characters that cannot stand in an HTTP header")
                .with_hint("a token is one word: look for a line break or quotes around it")
        })?;
        header.set_sensitive(true);
        Ok(Self(Arc::new(TokenText { secret, header })))
    }

    /// The one way out. Search for `expose` to audit every use.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.secret.expose()
    }

    /// A short digest, for telling tokens apart in logs.
    #[must_use]
    pub fn digest(&self) -> String {
        self.0.secret.digest()
    }

    /// The value of the `X-Auth-Token` header, marked sensitive.
    #[must_use]
    pub fn header(&self) -> HeaderValue {
        self.0.header.clone()
    }
}

impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.secret == other.0.secret
    }
}

impl Eq for Token {}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({})", self.digest())
    }
}

/// An id with a name, and the domain that the name is unique in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Named {
    /// The id.
    pub id: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// The domain that owns it, for users and projects.
    pub domain: Option<Box<Named>>,
}

/// The trust that a token was issued for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct TrustInfo {
    /// The trust's id.
    pub id: String,
    /// Whether the token shows the trustor as its user.
    #[serde(default)]
    pub impersonation: bool,
    /// Who may act.
    #[serde(default, rename = "trustee_user")]
    pub trustee: Named,
    /// On whose behalf.
    #[serde(default, rename = "trustor_user")]
    pub trustor: Named,
}

/// The application credential that a token was issued for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ApplicationCredentialInfo {
    /// Its id.
    pub id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Whether it may not manage application credentials and trusts.
    pub restricted: Option<bool>,
    /// What it may call; `None` when it may call everything.
    pub access_rules: Option<Vec<Value>>,
}

/// The OAuth 1.0a delegation that a token was issued for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct OAuth1Info {
    /// The access token's id.
    pub access_token_id: Option<String>,
    /// The consumer's id.
    pub consumer_id: Option<String>,
}

/// Another Keystone that this one vouches to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ServiceProvider {
    /// Its id here.
    pub id: Option<String>,
    /// Where to ask it for a token.
    pub auth_url: Option<String>,
    /// Where to send it an assertion.
    pub sp_url: Option<String>,
}

/// The `token` object of `POST /v3/auth/tokens`.
#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    methods: Vec<String>,
    #[serde(default)]
    user: UserBody,
    #[serde(default)]
    expires_at: Option<String>,
    #[serde(default)]
    issued_at: Option<String>,
    project: Option<Named>,
    #[serde(default)]
    is_domain: Option<bool>,
    domain: Option<Named>,
    system: Option<SystemBody>,
    #[serde(default)]
    roles: Vec<Named>,
    catalog: Option<Box<RawValue>>,
    #[serde(default)]
    audit_ids: Vec<String>,
    #[serde(rename = "OS-TRUST:trust")]
    trust: Option<TrustInfo>,
    #[serde(rename = "OS-OAUTH1")]
    oauth1: Option<OAuth1Info>,
    application_credential: Option<ApplicationCredentialInfo>,
    #[serde(default)]
    service_providers: Option<Vec<ServiceProvider>>,
    is_admin_project: Option<bool>,
    bind: Option<Value>,
    oauth2_credential: Option<Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct UserBody {
    #[serde(flatten)]
    named: Named,
    password_expires_at: Option<String>,
    #[serde(rename = "OS-FEDERATION")]
    federation: Option<Value>,
}

#[derive(Deserialize)]
struct SystemBody {
    #[serde(default)]
    all: bool,
}

#[derive(Deserialize)]
struct Envelope {
    token: Option<Body>,
    access: Option<v2::Access>,
}

/// Everything Keystone said when it issued a token. Immutable.
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
}

const RENEW_BEFORE_EXPIRY: Duration = Duration::from_secs(120);
const UNUSABLE_BEFORE_EXPIRY: Duration = Duration::from_secs(10);

/// A token's life on this machine's forward-only clock.
#[derive(Clone, Copy)]
struct Lifetime {
    received: Moment,
    life: Duration,
    renew_from: Moment,
    unusable_from: Moment,
}

impl Lifetime {
    /// Tokens that live shorter than a few margins have smaller ones, or they would never be used.
    fn new(received: Moment, life: Duration) -> Self {
        let end = received.since_start() + life;
        let before = |margin| Moment::after_start(end.saturating_sub(margin));
        Self {
            received,
            life,
            renew_from: before(RENEW_BEFORE_EXPIRY.min(life / 5)),
            unusable_from: before(UNUSABLE_BEFORE_EXPIRY.min(life / 20)),
        }
    }

    /// Of a token that was received so long ago.
    fn of_age(life: Duration, age: Duration, now: Moment) -> Self {
        let now = now.since_start();
        match now.checked_sub(age) {
            Some(received) => Self::new(Moment::after_start(received), life),
            // Before this start of the machine: what is left counts from its beginning.
            None => Self::new(Moment::after_start(Duration::ZERO), life.saturating_sub(age.saturating_sub(now))),
        }
    }
}

/// A catalog that is read when first needed: a token alone does not pay for it.
struct LazyCatalog {
    raw: Box<RawValue>,
    read: fn(&str) -> serde_json::Result<Catalog>,
    catalog: OnceLock<Catalog>,
}

impl LazyCatalog {
    fn get(&self) -> &Catalog {
        self.catalog.get_or_init(|| {
            (self.read)(self.raw.get()).unwrap_or_else(|error| {
                tracing::warn!(%error, "the catalog that came with the token is malformed");
                Catalog::malformed()
            })
        })
    }
}

/// How the clocks stood when a token was received.
pub(crate) struct Received {
    pub(crate) at: Moment,
    /// The server's date, from the answer's `Date` header.
    pub(crate) server_date: Option<Timestamp>,
    /// Whether the token was issued by this very answer (or was only looked up).
    pub(crate) issued_now: bool,
}

impl Access {
    /// From a token and the body that came with it.
    pub(crate) fn parse(
        token: Token,
        raw: String,
        auth_url: Option<Url>,
        received: &Received,
        host: &Host,
    ) -> Result<Self> {
        let malformed = |what| Error::new(ErrorKind::InvalidResponse, what);
        let envelope: Envelope = serde_json::from_str(&raw)
            .map_err(|source| malformed("the answer to the login is not a token document").with_source(source))?;
        let (mut body, read): (_, fn(&str) -> _) = match (envelope.token, envelope.access) {
            (Some(body), _) => (body, |text| serde_json::from_str(text)),
            (None, Some(v2)) => (v2.into_body(), v2::catalog),
            (None, None) => return Err(malformed("the answer to the login holds no `token`")),
        };
        let expires_at = body
            .expires_at
            .as_deref()
            .and_then(instant)
            .ok_or_else(|| malformed("the token document has no valid `expires_at`"))?;
        let issued_at = body.issued_at.as_deref().and_then(instant);
        let wall = timestamp(host.wall());
        // Both ends by the server's clock, so that its error cancels out.
        let begin = if received.issued_now { issued_at.or(received.server_date) } else { received.server_date };
        let catalog = body.catalog.take().map(|raw| LazyCatalog { raw, read, catalog: OnceLock::new() });
        Ok(Self {
            token,
            catalog,
            body,
            raw,
            auth_url,
            expires_at,
            issued_at,
            lifetime: Lifetime::new(received.at, span(begin.unwrap_or(wall), expires_at)),
            skew: received.server_date.map(|date| date.duration_since(wall)),
            clock: host.clock(),
            possible_projects: None,
        })
    }

    /// The same, knowing the projects that an unscoped token could be exchanged for.
    pub(crate) fn with_possible_projects(mut self, projects: Vec<Project>) -> Self {
        self.possible_projects = Some(projects);
        self
    }

    /// Starts from a reference that was stored: the text of [`Access::to_reference`], or the JSON
    /// that keystoneauth's `get_auth_state()` writes.
    ///
    /// Where this machine has written the reference itself, the life that is left is counted on its
    /// forward-only clock; otherwise by the date.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] when the text is no such reference.
    pub fn from_reference(reference: &str, host: &Host) -> Result<Self> {
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
        }
        let invalid = |what: &str| {
            Error::new(ErrorKind::InvalidConfig, format!("the token reference {what}"))
                .with_hint("give the whole text that `Access::to_reference` or keystoneauth's `get_auth_state()` wrote")
        };
        let Reference { auth_token, body, archstone: extra } = serde_json::from_str(reference)
            .map_err(|source| invalid("is not JSON of the right form").with_source(source))?;
        let token = auth_token.ok_or_else(|| invalid("has no `auth_token`"))?;
        let body = body.ok_or_else(|| invalid("has no `body`"))?;
        let received = Received { at: host.now(), server_date: None, issued_now: false };
        let mut access = Self::parse(Token::new(token.into())?, body.get().to_owned(), extra.auth_url, &received, host)
            .map_err(|source| invalid("has a `body` that is no token document").with_source(source))?;
        access.skew = extra.skew_ms.map(SignedDuration::from_millis);
        access.possible_projects = extra.possible_projects;
        if let Some(life) = extra.life_ms.map(Duration::from_millis) {
            let same_start = extra.boot_id.is_some() && extra.boot_id == host.clock().boot_id();
            let age = match (same_start, extra.received_ms, extra.received_wall_ms) {
                (true, Some(at), _) => Some(host.now().since_start().saturating_sub(Duration::from_millis(at))),
                (false, _, Some(at)) => Some(host.wall().saturating_sub(Duration::from_millis(at))),
                _ => None,
            };
            if let Some(age) = age {
                access.lifetime = Lifetime::of_age(life, age, host.now());
            }
        }
        Ok(access)
    }

    /// A reference to store and start from later: JSON with `auth_token` and `body`, as
    /// keystoneauth's `get_auth_state()` writes it, and what Archstone knows beyond that.
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
        });
        let token = Value::from(self.token.expose());
        Secret::from(format!("{{\"auth_token\":{token},\"body\":{},\"archstone\":{extra}}}", self.raw))
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

    /// How identity was proven, such as `password`; `token` when exchanged for another.
    #[must_use]
    pub fn methods(&self) -> &[String] {
        &self.body.methods
    }

    /// When the token ends, by the server's clock.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// When the token was issued, by the server's clock.
    #[must_use]
    pub fn issued_at(&self) -> Option<Timestamp> {
        self.issued_at
    }

    /// How much life is left, whatever the date on this machine says.
    #[must_use]
    pub fn remaining(&self) -> Duration {
        let Lifetime { received, life, .. } = self.lifetime;
        life.saturating_sub(received.until(self.clock.now()))
    }

    /// Whether no life is left.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        self.remaining().is_zero()
    }

    /// Whether less than `margin` is left.
    #[must_use]
    pub fn will_expire_soon(&self, margin: Duration) -> bool {
        self.remaining() < margin
    }

    /// Whether it may be handed out, and need not be renewed.
    pub(crate) fn is_fresh(&self) -> bool {
        self.clock.now() < self.lifetime.renew_from
    }

    /// Whether it may still be handed out.
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

    /// Whether the project is the one that cloud administrators use. As Keystone says: when it is
    /// silent, every project counts as one.
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

    /// The services and endpoints; `None` for an unscoped token, which has none.
    #[must_use]
    pub fn catalog(&self) -> Option<&Catalog> {
        self.catalog.as_ref().map(LazyCatalog::get)
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

    /// The OAuth 1.0a delegation that the token was issued for.
    #[must_use]
    pub fn oauth1(&self) -> Option<&OAuth1Info> {
        self.body.oauth1.as_ref()
    }

    /// Whether the user comes from an identity provider elsewhere.
    #[must_use]
    pub fn is_federated(&self) -> bool {
        self.federation().is_some()
    }

    /// The user's groups, identity provider and protocol, for a federated user.
    #[must_use]
    pub fn federation(&self) -> Option<&Value> {
        self.body.user.federation.as_ref()
    }

    /// The Keystones elsewhere that this one vouches to.
    #[must_use]
    pub fn service_providers(&self) -> &[ServiceProvider] {
        self.body.service_providers.as_deref().unwrap_or_default()
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

/// A time as Keystone writes it: RFC 3339, or the same without a zone, which is then UTC.
fn instant(text: &str) -> Option<Timestamp> {
    text.parse::<Timestamp>().ok().or_else(|| {
        let time: DateTime = text.parse().ok()?;
        Some(time.to_zoned_datetime(TimeZone::UTC).ok()?.timestamp())
    })
}

fn timestamp(since_1970: Duration) -> Timestamp {
    SignedDuration::try_from(since_1970)
        .ok()
        .and_then(|time| Timestamp::from_duration(time).ok())
        .unwrap_or(Timestamp::UNIX_EPOCH)
}

fn span(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}

/// v2.0's token document, read into the form of v3.
impl v2::Access {
    fn into_body(self) -> Body {
        let named = |id, name| Named { id, name, domain: None };
        Body {
            methods: Vec::new(),
            user: UserBody { named: named(self.user.id, self.user.name.or(self.user.username)), ..UserBody::default() },
            expires_at: self.token.expires,
            issued_at: self.token.issued_at,
            project: self.token.tenant.map(|tenant| named(tenant.id, tenant.name)),
            is_domain: None,
            domain: None,
            system: None,
            roles: self.user.roles.into_iter().map(|role| named(role.id, role.name)).collect(),
            catalog: self.catalog,
            audit_ids: self.token.audit_ids,
            trust: None,
            oauth1: None,
            application_credential: None,
            service_providers: None,
            is_admin_project: None,
            bind: None,
            oauth2_credential: None,
        }
    }
}

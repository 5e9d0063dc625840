//! The token document as Keystone sends it, in v3 and in v2.0.

use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use crate::catalog::v2;

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
pub(super) struct Body {
    #[serde(default)]
    pub(super) methods: Vec<String>,
    #[serde(default)]
    pub(super) user: UserBody,
    #[serde(default)]
    pub(super) expires_at: Option<String>,
    #[serde(default)]
    pub(super) issued_at: Option<String>,
    pub(super) project: Option<Named>,
    #[serde(default)]
    pub(super) is_domain: Option<bool>,
    pub(super) domain: Option<Named>,
    pub(super) system: Option<SystemBody>,
    #[serde(default)]
    pub(super) roles: Vec<Named>,
    pub(super) catalog: Option<Box<RawValue>>,
    #[serde(default)]
    pub(super) audit_ids: Vec<String>,
    #[serde(rename = "OS-TRUST:trust")]
    pub(super) trust: Option<TrustInfo>,
    #[serde(rename = "OS-OAUTH1")]
    pub(super) oauth1: Option<OAuth1Info>,
    pub(super) application_credential: Option<ApplicationCredentialInfo>,
    #[serde(default)]
    pub(super) service_providers: Option<Vec<ServiceProvider>>,
    pub(super) is_admin_project: Option<bool>,
    pub(super) bind: Option<Value>,
    pub(super) oauth2_credential: Option<Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct UserBody {
    #[serde(flatten)]
    pub(super) named: Named,
    pub(super) password_expires_at: Option<String>,
    #[serde(rename = "OS-FEDERATION")]
    pub(super) federation: Option<Value>,
}

#[derive(Deserialize)]
pub(super) struct SystemBody {
    #[serde(default)]
    pub(super) all: bool,
}

#[derive(Deserialize)]
pub(super) struct Envelope {
    pub(super) token: Option<Body>,
    pub(super) access: Option<v2::Access>,
}

/// v2.0's token document, read into the form of v3.
impl v2::Access {
    pub(super) fn into_body(self) -> Body {
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

//! The token document as Keystone sends it, in v3 and in v2.0.
//!
//! All fields except `expires_at` are optional: a field that is null, missing or of another type is dropped, and the
//! login still succeeds.

use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use crate::{catalog::v2, lenient};

/// An id with a name, and the domain that the name is unique in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Named {
    /// The id.
    #[serde(deserialize_with = "lenient::text")]
    pub id: Option<String>,
    /// The name.
    #[serde(deserialize_with = "lenient::text")]
    pub name: Option<String>,
    /// The domain that owns it, for users and projects.
    #[serde(deserialize_with = "lenient::part")]
    pub domain: Option<Box<Named>>,
}

/// The trust that a token was issued for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct TrustInfo {
    /// The trust's id.
    pub id: String,
    /// Whether the token shows the trustor as its user.
    #[serde(default, deserialize_with = "lenient::part")]
    pub impersonation: bool,
    /// The user who may act.
    #[serde(default, rename = "trustee_user", deserialize_with = "lenient::part")]
    pub trustee: Named,
    /// The user on whose behalf the trustee acts.
    #[serde(default, rename = "trustor_user", deserialize_with = "lenient::part")]
    pub trustor: Named,
}

/// The application credential that a token was issued for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ApplicationCredentialInfo {
    /// Its id.
    #[serde(deserialize_with = "lenient::text")]
    pub id: Option<String>,
    /// Its name.
    #[serde(deserialize_with = "lenient::text")]
    pub name: Option<String>,
    /// Whether it is barred from managing application credentials and trusts.
    #[serde(deserialize_with = "lenient::part")]
    pub restricted: Option<bool>,
    /// The access rules; `None` when it may call everything.
    #[serde(deserialize_with = "lenient::part")]
    pub access_rules: Option<Vec<Value>>,
}

/// The OAuth 1.0a delegation that a token was issued for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct OAuth1Info {
    /// The access token's id.
    #[serde(deserialize_with = "lenient::text")]
    pub access_token_id: Option<String>,
    /// The consumer's id.
    #[serde(deserialize_with = "lenient::text")]
    pub consumer_id: Option<String>,
}

/// Another Keystone that trusts this one's assertions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ServiceProvider {
    /// Its id here.
    #[serde(deserialize_with = "lenient::text")]
    pub id: Option<String>,
    /// The URL to request a token from.
    #[serde(deserialize_with = "lenient::text")]
    pub auth_url: Option<String>,
    /// The URL to send an assertion to.
    #[serde(deserialize_with = "lenient::text")]
    pub sp_url: Option<String>,
}

/// The `token` object of `POST /v3/auth/tokens`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Body {
    #[serde(deserialize_with = "lenient::parts")]
    pub(super) methods: Vec<String>,
    #[serde(deserialize_with = "lenient::part")]
    pub(super) user: UserBody,
    #[serde(deserialize_with = "lenient::text")]
    pub(super) expires_at: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub(super) issued_at: Option<String>,
    #[serde(deserialize_with = "lenient::part")]
    pub(super) project: Option<Named>,
    #[serde(deserialize_with = "lenient::part")]
    pub(super) is_domain: Option<bool>,
    #[serde(deserialize_with = "lenient::part")]
    pub(super) domain: Option<Named>,
    #[serde(deserialize_with = "lenient::part")]
    pub(super) system: Option<SystemBody>,
    #[serde(deserialize_with = "lenient::parts")]
    pub(super) roles: Vec<Named>,
    pub(super) catalog: Option<Box<RawValue>>,
    #[serde(deserialize_with = "lenient::parts")]
    pub(super) audit_ids: Vec<String>,
    #[serde(rename = "OS-TRUST:trust", deserialize_with = "lenient::part")]
    pub(super) trust: Option<TrustInfo>,
    #[serde(rename = "OS-OAUTH1", deserialize_with = "lenient::part")]
    pub(super) oauth1: Option<OAuth1Info>,
    #[serde(deserialize_with = "lenient::part")]
    pub(super) application_credential: Option<ApplicationCredentialInfo>,
    #[serde(deserialize_with = "lenient::parts")]
    pub(super) service_providers: Vec<ServiceProvider>,
    #[serde(deserialize_with = "lenient::part")]
    pub(super) is_admin_project: Option<bool>,
    pub(super) bind: Option<Value>,
    pub(super) oauth2_credential: Option<Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct UserBody {
    #[serde(flatten)]
    pub(super) named: Named,
    #[serde(deserialize_with = "lenient::text")]
    pub(super) password_expires_at: Option<String>,
    #[serde(rename = "OS-FEDERATION")]
    pub(super) federation: Option<Value>,
}

#[derive(Deserialize)]
pub(super) struct SystemBody {
    #[serde(default, deserialize_with = "lenient::part")]
    pub(super) all: bool,
}

#[derive(Deserialize)]
pub(super) struct Envelope {
    pub(super) token: Option<Body>,
    pub(super) access: Option<v2::Access>,
}

/// v2.0's token document, converted to the form of v3.
impl v2::Access {
    pub(super) fn into_body(self) -> Body {
        let named = |id, name| Named { id, name, domain: None };
        Body {
            user: UserBody { named: named(self.user.id, self.user.name.or(self.user.username)), ..UserBody::default() },
            expires_at: self.token.expires,
            issued_at: self.token.issued_at,
            project: self.token.tenant.map(|tenant| named(tenant.id, tenant.name)),
            roles: self.user.roles.into_iter().map(|role| named(role.id, role.name)).collect(),
            catalog: self.catalog,
            trust: self.trust.map(|trust| TrustInfo {
                id: trust.id,
                impersonation: trust.impersonation,
                trustee: named(trust.trustee_user_id, None),
                trustor: named(trust.trustor_user_id, None),
            }),
            audit_ids: self.token.audit_ids,
            ..Body::default()
        }
    }
}

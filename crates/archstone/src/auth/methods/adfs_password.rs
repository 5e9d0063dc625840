//! A user's password at Active Directory Federation Services, or any other server with a compatible WS-Trust 1.3
//! endpoint.

use serde_json::{Value, json};
use url::Url;

use super::{
    Form, Method, MethodSpec, Reads, oidc,
    saml::{self, Visit, Vouched, Way, ws_trust},
};
use crate::{
    access::Access,
    auth::login::Exchange,
    error::{ErrorKind, Result, public_url},
    hint::Hint,
    settings::{OptionSpec, ValueKind, server_url},
};

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "adfs_password",
    auth_types: &["v3adfspassword"],
    help: "a user's password at Active Directory Federation Services (WS-Trust)",
    proof: "password",
    shared: &[oidc::FEDERATION, saml::OPTIONS],
    options: &[
        OptionSpec::plain("service_provider_endpoint", "the URL at the service provider that takes the assertion")
            .kind(ValueKind::Url),
        OptionSpec::plain(
            "service_provider_entity_id",
            "the id of the service provider at the identity provider [default: `service_provider_endpoint`]",
        ),
    ],
    needs: &[
        &["identity_provider"],
        &["protocol"],
        &["identity_provider_url"],
        &["service_provider_endpoint"],
        &["username"],
        &["password"],
    ],
    form: Form::Alone,
    unscoped_first: true,
    is_of_user: true,
    reads: Reads::Login(|settings| {
        let endpoint = settings.text("service_provider_endpoint").map(|text| server_url(&text)).transpose()?;
        let audience = settings.string("service_provider_entity_id");
        saml::method(settings, endpoint.map(|endpoint| Adfs { endpoint, audience }))
    }),
    ..MethodSpec::LOGIN
};

/// The audience of the assertion and where to send it. Renewal sends the password again.
#[derive(Clone, Debug)]
struct Adfs {
    endpoint: Url,
    audience: Option<String>,
}

impl Way for Adfs {
    const SPEC: &'static MethodSpec = &SPEC;

    fn identity(&self) -> Value {
        json!([self.endpoint.as_str(), self.audience])
    }

    async fn log_in(&self, user: &Vouched, exchange: &Exchange<'_>, method: &dyn Method) -> Result<Access> {
        let v3 = exchange.identity.v3(exchange.auth_url).await?;
        exchange.require_private(&self.endpoint, "service_provider_endpoint")?;
        let audience = self.audience.as_deref().unwrap_or(self.endpoint.as_str());
        let mut visit = Visit::new(exchange);
        let request = ws_trust::request(user, audience, exchange.identity.transport.server_date())?;
        let answer = visit.send(request, "identity_provider_url").await?;
        let token = ws_trust::token(&answer)?;
        // Cookies of the identity provider do not belong to the session.
        let mut visit = Visit::new(exchange);
        let request = ws_trust::sign_in(&self.endpoint, &token);
        let answer = visit.send(request, "service_provider_endpoint").await?;
        Visit::accepted(&answer, method)?;
        if !visit.has_cookies() {
            let message = format!(
                "the service provider `{}` accepted the assertion, but started no session: it set no cookie",
                public_url(&answer.url)
            );
            return Err(answer
                .error(ErrorKind::InvalidResponse, message)
                .with_hint("check " + Hint::option("service_provider_endpoint")));
        }
        visit.token(v3, &user.federation.url(v3), method).await
    }
}

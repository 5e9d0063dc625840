//! A user's password at a SAML 2.0 identity provider, without a browser: Enhanced Client or Proxy (ECP).

use serde_json::Value;
use url::Url;

use super::{
    Form, Method, MethodSpec, Reads, oidc,
    saml::{self, Answered, Asked, PAOS, Visit, Vouched, Way},
};
use crate::{
    access::Access,
    auth::login::Exchange,
    error::{ErrorKind, Result, printable, public_url},
    hint::Hint,
    transport::Answer,
};

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "saml_password",
    auth_types: &["v3samlpassword"],
    help: "a user's password at a SAML 2.0 identity provider (ECP)",
    proof: "password",
    shared: &[oidc::FEDERATION, saml::OPTIONS],
    needs: &[&["identity_provider"], &["protocol"], &["identity_provider_url"], &["username"], &["password"]],
    form: Form::Alone,
    unscoped_first: true,
    is_of_user: true,
    reads: Reads::Login(|settings| saml::method(settings, Some(Ecp))),
    ..MethodSpec::LOGIN
};

/// Renewal sends the password again.
#[derive(Clone, Debug)]
struct Ecp;

impl Way for Ecp {
    const SPEC: &'static MethodSpec = &SPEC;

    fn identity(&self) -> Value {
        Value::Null
    }

    async fn log_in(&self, user: &Vouched, exchange: &Exchange<'_>, method: &dyn Method) -> Result<Access> {
        let v3 = exchange.identity.v3(exchange.auth_url).await?;
        let federated = user.federation.url(v3);
        let mut visit = Visit::new(exchange);
        let asked = Asked::read(&visit.begin(&federated).await?)?;
        let answer = visit.send(asked.request(user)?, "identity_provider_url").await?;
        let answered = Answered::read(&answer, &asked)?;
        let Some(consumer) = asked.consumer(&answered) else {
            // The login ends here, whether or not the fault arrives.
            if let Some(own) = asked.own_consumer(&federated) {
                let _ = visit.post(&own, PAOS, saml::fault().into(), "auth_url").await;
            }
            return Err(asked.mismatch(&answered, user));
        };
        let answer = visit.post(&consumer?, PAOS, answered.envelope.into(), "auth_url").await?;
        Visit::accepted(&answer, method)?;
        refuse_elsewhere(&answer, &federated)?;
        visit.token(v3, &federated, method).await
    }
}

/// The service provider redirects back to the URL where the login began: a redirect to another host does not belong to
/// this login.
fn refuse_elsewhere(answer: &Answer, federated: &Url) -> Result<()> {
    let Some(location) = answer.header("location").filter(|_| (300..400).contains(&answer.status)) else {
        return Ok(());
    };
    let target = answer.url.join(location).ok();
    if target.as_ref().is_some_and(|it| it.host() == federated.host()) {
        return Ok(());
    }
    let shown = target.map_or_else(|| printable(location), |it| printable(&public_url(&it)));
    let message = format!(
        "the service provider `{}` leads to another server, `{shown}`, and not back to `{}`",
        public_url(&answer.url),
        public_url(federated)
    );
    Err(answer.error(ErrorKind::InvalidResponse, message).with_hint(
        "nothing was sent there; check "
            + Hint::option("auth_url")
            + ": it must name the host that the service provider knows",
    ))
}

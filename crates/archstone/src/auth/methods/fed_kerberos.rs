//! A Kerberos ticket of a federated user: Keystone maps the user that the web server names.

use serde_json::Value;

use super::{
    AuthMethod, Exchanged, Form, Method, MethodSpec, Reads,
    oidc::{self, Federation},
};
use crate::{
    access::Access,
    auth::{
        keystone,
        login::{Exchange, Identity},
        negotiate::{self, MutualAuth},
    },
    error::{ErrorKind, Result},
    hint::Hint,
    host::Host,
    scope::Scope,
    secret::Secret,
    transport::Request,
};

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "federated_kerberos",
    auth_types: &["v3fedkerb"],
    help: "a Kerberos ticket of a federated user, in builds with the feature `kerberos`",
    proof: "Kerberos ticket",
    shared: &[oidc::FEDERATION, negotiate::OPTIONS],
    needs: &[&["identity_provider"], &["protocol"]],
    form: Form::Alone,
    is_of_user: true,
    unscoped_first: true,
    reads: Reads::Login(|settings| {
        let mutual = MutualAuth::read(settings)?;
        let federation = Federation::read(settings);
        Ok(federation.map(|federation| AuthMethod::other(FederatedKerberos { federation, mutual })))
    }),
    ..MethodSpec::LOGIN
};

/// The user of a ticket; renewal presents the ticket again.
#[derive(Clone, Debug)]
struct FederatedKerberos {
    federation: Federation,
    mutual: MutualAuth,
}

impl FederatedKerberos {
    async fn log_in(&self, exchange: &Exchange<'_>) -> Result<Access> {
        let Identity { transport, host, .. } = exchange.identity;
        let v3 = exchange.identity.v3(exchange.auth_url).await?;
        let request = || Request::get(self.federation.url(v3));
        let mut answer = negotiate::send(transport, request(), self.mutual).await?;
        if keystone::met_another_first_login(&answer) {
            answer = negotiate::send(transport, request(), self.mutual).await?;
        }
        keystone::received(&answer, host, v3, self, &Scope::Unscoped)
    }
}

impl Method for FederatedKerberos {
    fn spec(&self) -> &'static MethodSpec {
        &SPEC
    }

    fn subject(&self) -> String {
        format!("the user of the Kerberos ticket at the identity provider `{}`", self.federation.identity_provider)
    }

    fn identity(&self) -> Value {
        self.federation.identity()
    }

    /// The ticket's user may change at any time, so such a token is never shared.
    fn secret(&self) -> Option<&Secret> {
        None
    }

    fn refused(&self, _: &Scope) -> (ErrorKind, Hint) {
        (ErrorKind::Unauthenticated, negotiate::hint())
    }

    fn usable(&self, _: &Host, _: bool) -> Result<()> {
        negotiate::usable(SPEC.auth_types[0])
    }

    fn exchange<'a>(&'a self, exchange: &'a Exchange<'a>, _: &'a Scope) -> Option<Exchanged<'a>> {
        Some(Box::pin(self.log_in(exchange)))
    }
}

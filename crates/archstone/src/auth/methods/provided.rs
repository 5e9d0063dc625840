//! Tokens obtained outside this library: the code that all such methods share, and the method whose token comes from a
//! [`TokenProvider`](crate::TokenProvider).

use serde_json::{Value, json};

use super::{AuthMethod, Exchanged, Form, Method, MethodSpec, Reads, TokenExchange};
use crate::{
    access::Access,
    auth::{
        keystone,
        login::{Exchange, Identity},
    },
    error::{Error, ErrorKind, Result},
    hint::Hint,
    provider::{Provider, TokenRequest},
    reference::{DomainRef, ProjectRef},
    scope::Scope,
    secret::Secret,
    token::Token,
};

/// The method for a provider that the program passes. It is not in any list: `auth_type` cannot name it.
pub(super) static SPEC: MethodSpec = MethodSpec {
    name: "token_provider",
    auth_types: &["token_provider"],
    help: "a token provider of this program",
    proof: "token provider",
    form: Form::Alone,
    reads: Reads::Login(|settings| Ok(settings.provider().map(|it| method(&SPEC, it.clone())))),
    ..MethodSpec::LOGIN
};

/// The method for a provider.
pub(super) fn method(spec: &'static MethodSpec, provider: Provider) -> AuthMethod {
    AuthMethod::other(Provided { spec, provider, no_secret: "".into() })
}

/// A provider. Renewal calls it again.
#[derive(Clone, Debug)]
struct Provided {
    spec: &'static MethodSpec,
    provider: Provider,
    /// Empty: the proof of identity may be known only to the provider.
    no_secret: Secret,
}

impl Provided {
    async fn log_in(&self, exchange: &Exchange<'_>, scope: &Scope) -> Result<Access> {
        let Identity { transport, host, .. } = exchange.identity;
        let request = TokenRequest::new(exchange.auth_url, scope, transport);
        let token = self.provider.token(request).await?.checked(host.date()).map_err(|what| {
            let message = format!("{} returned {what}", self.subject());
            Error::new(ErrorKind::ProviderFailed, message)
        })?;
        adopt(exchange, scope, &token, self, "returned it").await
    }
}

/// Looks up a token from outside at the identity service, and exchanges it if another scope is wanted. `source` says
/// where the token comes from, for the error if it is rejected.
pub(super) async fn adopt(
    exchange: &Exchange<'_>,
    scope: &Scope,
    token: &Token,
    method: &dyn Method,
    source: &str,
) -> Result<Access> {
    let v3 = exchange.identity.v3(exchange.auth_url).await?;
    let access = keystone::look_up(exchange.identity, v3, token).await.map_err(|error| match error.kind() {
        ErrorKind::TokenRejected => error.with_hint(format!("{} {source}", method.subject())),
        _ => error,
    })?;
    if is_for(&access, scope) { Ok(access) } else { rescope(exchange, scope, token, method).await }
}

/// Exchanges a token that is known to be valid for another scope.
pub(crate) async fn rescope(
    exchange: &Exchange<'_>,
    scope: &Scope,
    token: &Token,
    method: &dyn Method,
) -> Result<Access> {
    let v3 = exchange.identity.v3(exchange.auth_url).await?;
    let token = TokenExchange { token: token.expose().into() };
    keystone::issue(exchange.identity, v3, &token, scope, None).await.map_err(|error| match error.kind() {
        ErrorKind::TokenRejected => {
            let message = format!("the token of {} is valid, but not for {scope}", method.subject());
            Error::new(ErrorKind::ScopeNotAllowed, message)
                .with_hint(format!("check {scope}, its spelling and its domain, and that the user has a role there"))
                .with_status(401)
                .with_request_id(error.request_id().map(str::to_owned))
        }
        _ => error,
    })
}

/// Whether a token is for a scope already.
fn is_for(access: &Access, scope: &Scope) -> bool {
    let is = |domain: &DomainRef, id: Option<&str>, name: Option<&str>| match domain {
        DomainRef::Id(it) => id == Some(it),
        DomainRef::Name(it) => name == Some(it),
    };
    match scope {
        Scope::Default => true,
        Scope::Unscoped => !access.is_scoped(),
        Scope::Project(ProjectRef::Id(id)) => access.project_id() == Some(id),
        Scope::Project(ProjectRef::Name { name, domain }) => {
            access.project_name() == Some(name) && is(domain, access.project_domain_id(), access.project_domain_name())
        }
        Scope::Domain(domain) => is(domain, access.domain_id(), access.domain_name()),
        Scope::System => access.is_system_scoped(),
        Scope::Trust(id) => access.trust().is_some_and(|trust| trust.id == *id),
    }
}

impl Method for Provided {
    fn spec(&self) -> &'static MethodSpec {
        self.spec
    }

    fn subject(&self) -> String {
        self.provider.name()
    }

    fn identity(&self) -> Value {
        json!([self.provider.name(), self.provider.identity()])
    }

    fn secret(&self) -> Option<&Secret> {
        Some(self.provider.secret().unwrap_or(&self.no_secret))
    }

    fn refused(&self, scope: &Scope) -> (ErrorKind, Hint) {
        let hint = format!("check that the user of {} has a role in {scope}", self.subject());
        (ErrorKind::Unauthenticated, hint.into())
    }

    fn exchange<'a>(&'a self, exchange: &'a Exchange<'a>, scope: &'a Scope) -> Option<Exchanged<'a>> {
        Some(Box::pin(self.log_in(exchange, scope)))
    }
}

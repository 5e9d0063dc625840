//! Identity API v2.0 of old clouds: passwords and tokens, for tenants, without domains.

use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{AuthMethod, Exchanged, Form, Method, MethodSpec, Reads, TokenExchange, password, token};
use crate::{
    access::{Access, Received},
    auth::{
        keystone,
        login::{Exchange, Identity},
    },
    catalog::discovery::{below, check_url},
    error::{Error, ErrorKind, Result},
    hint::Hint,
    lenient,
    record::Project,
    reference::{DomainRef, ProjectRef, UserRef},
    scope::Scope,
    secret::Secret,
    token::Token,
    transport::{Answer, Request, Transport},
};

pub(super) const PASSWORD: MethodSpec = MethodSpec {
    name: "v2password",
    auth_types: &["v2password"],
    help: "a user's password at Identity API v2.0",
    proof: "password",
    needs: password::SPEC.needs,
    is_of_user: true,
    form: Form::V2,
    reads: Reads::Login(|settings| Ok(password::SPEC.login(settings)?.map(|of| V2::method(&PASSWORD, of)))),
    ..MethodSpec::LOGIN
};

pub(super) const TOKEN: MethodSpec = MethodSpec {
    name: "v2token",
    auth_types: &["v2token"],
    help: "a token that is exchanged for one of another tenant at Identity API v2.0",
    proof: "token",
    needs: token::SPEC.needs,
    form: Form::V2,
    reads: Reads::Login(|settings| Ok(token::SPEC.login(settings)?.map(|of| V2::method(&TOKEN, of)))),
    ..MethodSpec::LOGIN
};

/// A password or a token, which is sent in the form of v2.0.
#[derive(Clone, Debug)]
struct V2 {
    spec: &'static MethodSpec,
    of: AuthMethod,
}

impl V2 {
    fn method(spec: &'static MethodSpec, of: AuthMethod) -> AuthMethod {
        AuthMethod::other(Self { spec, of })
    }

    /// The body of `POST /v2.0/tokens`. Contains the secret.
    fn body(&self, scope: &Scope) -> Result<Value> {
        let mut auth = match &self.of {
            AuthMethod::Token(token) => json!({ "token": { "id": token.token.expose() } }),
            AuthMethod::Password(login) => {
                let (key, name) = match &login.user {
                    UserRef::Id(id) => ("userId", id),
                    UserRef::Name { name, domain } => ("username", check_domain(domain, name)?),
                };
                json!({ "passwordCredentials": { key: name, "password": login.password.expose() } })
            }
            _ => json!({}),
        };
        match scope {
            Scope::Default | Scope::Unscoped => {}
            Scope::Project(ProjectRef::Id(id)) => auth["tenantId"] = id.as_str().into(),
            Scope::Project(ProjectRef::Name { name, domain }) => {
                auth["tenantName"] = check_domain(domain, name)?.as_str().into();
            }
            Scope::Trust(id) => auth["trust_id"] = id.as_str().into(),
            Scope::Domain(_) | Scope::System => {
                let message = format!("Identity API v2.0 has no token for {scope}: it knows tenants alone");
                return Err(Error::new(ErrorKind::ScopeConflict, message).with_hint(other_version()));
            }
        }
        Ok(json!({ "auth": auth }))
    }

    async fn issue(&self, identity: &Identity, v2: &Url, scope: &Scope) -> Result<Access> {
        let mut request = Request::new(http::Method::POST, below(v2, &["tokens"]));
        request.body = Some(self.body(scope)?);
        if let AuthMethod::Token(exchange) = &self.of {
            request.token = Some(Token::new(exchange.token.clone())?);
        }
        let answer = identity.transport.send(request).await?;
        match answer.status {
            200 | 203 => read(&answer, v2, identity),
            _ => Err(match keystone::refusal(&answer, self, scope) {
                error if error.kind() == ErrorKind::NotIdentityService => {
                    error.with_hint("a cloud without Identity API v2.0 has v3: " + other_version())
                }
                error => error,
            }),
        }
    }

    async fn log_in(&self, exchange: &Exchange<'_>, scope: &Scope) -> Result<Access> {
        let (identity, v2) = (exchange.identity, url(exchange.auth_url));
        let access = self.issue(identity, &v2, scope).await?;
        if *scope != Scope::Default || access.is_scoped() {
            return Ok(access);
        }
        // From here on there is a token: a failure costs only the scope, and is reported when a scope is needed.
        let mut tenants = match tenants(&identity.transport, exchange.auth_url, access.token()).await {
            Ok(tenants) => tenants,
            Err(error) => return Ok(access.without_scope_because(&error)),
        };
        tenants.retain(|tenant| tenant.enabled);
        let [only] = &*tenants else { return Ok(access.with_possible_projects(tenants)) };
        let token = AuthMethod::Token(TokenExchange { token: access.token().expose().into() });
        let scope = Scope::Project(ProjectRef::Id(only.id.clone()));
        match (Self { spec: &TOKEN, of: token }).issue(identity, &v2, &scope).await {
            Ok(scoped) => Ok(scoped),
            Err(error) => Ok(access.with_possible_projects(tenants).without_scope_because(&error)),
        }
    }
}

/// The URL of Identity API v2.0, whichever version `auth_url` names.
fn url(auth_url: &Url) -> Url {
    let mut root = auth_url.clone();
    let path = root.path().trim_end_matches('/');
    let path = ["/v3", "/v2.0"].iter().find_map(|version| path.strip_suffix(version)).unwrap_or(path).to_owned();
    root.set_path(&path);
    below(&root, &["v2.0"])
}

/// Everything in v2.0 is in the default domain.
fn check_domain<'a>(domain: &DomainRef, name: &'a String) -> Result<&'a String> {
    match domain {
        DomainRef::Id(id) if id == "default" => Ok(name),
        DomainRef::Name(domain) if domain == "Default" => Ok(name),
        domain => {
            let message = format!("`{name}` is in {domain}, and Identity API v2.0 has no domains");
            Err(Error::new(ErrorKind::InvalidConfig, message).with_hint(other_version()))
        }
    }
}

fn other_version() -> Hint {
    "use a method of v3 with " + Hint::option("auth_type")
}

/// Reads a v2.0 token document, which contains the token.
fn read(answer: &Answer, v2: &Url, identity: &Identity) -> Result<Access> {
    let malformed = |what: &str| {
        let message = format!("the answer to the login {what}");
        answer.error(ErrorKind::InvalidResponse, message).with_hint(check_url())
    };
    let mut body: Value =
        serde_json::from_str(&answer.body).map_err(|source| malformed("is not JSON").with_source(source))?;
    // The stored document contains no secret.
    let id = body.pointer_mut("/access/token").and_then(|token| token.as_object_mut()?.remove("id"));
    let id = match id {
        Some(Value::String(id)) if !id.is_empty() => Secret::from(id),
        _ => return Err(malformed("has no token")),
    };
    let token = Token::new(id).map_err(|_| malformed("has a token that cannot be written in an HTTP header"))?;
    let received = Received { at: answer.sent, server_date: answer.date(), issued_now: true };
    Access::parse(token, body.to_string(), Some(v2.clone()), &received, &identity.host)
        .map_err(|error| error.with_status(answer.status).with_url(&answer.url))
}

/// The tenants that a token's user can act in: `GET /v2.0/tenants`.
pub(crate) async fn tenants(transport: &Transport, auth_url: &Url, token: &Token) -> Result<Vec<Project>> {
    #[derive(Deserialize)]
    struct Body {
        #[serde(deserialize_with = "lenient::parts")]
        tenants: Vec<Project>,
    }
    let answer = transport.send(Request::get(below(&url(auth_url), &["tenants"])).with_token(token)).await?;
    if !answer.is_success() {
        return Err(keystone::failure(&answer));
    }
    let body: Body = serde_json::from_str(&answer.body).map_err(|source| {
        answer.error(ErrorKind::InvalidResponse, "the list of tenants is malformed").with_source(source)
    })?;
    Ok(body.tenants)
}

impl Method for V2 {
    fn spec(&self) -> &'static MethodSpec {
        self.spec
    }

    fn subject(&self) -> String {
        self.of.subject()
    }

    fn identity(&self) -> Value {
        self.of.method().identity()
    }

    fn secret(&self) -> Option<&Secret> {
        self.of.method().secret()
    }

    fn user(&self) -> Option<&UserRef> {
        self.of.method().user()
    }

    fn refused(&self, scope: &Scope) -> (ErrorKind, Hint) {
        self.of.method().refused(scope)
    }

    fn exchange<'a>(&'a self, exchange: &'a Exchange<'a>, scope: &'a Scope) -> Option<Exchanged<'a>> {
        Some(Box::pin(self.log_in(exchange, scope)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_is_that_of_the_version() {
        for (given, expected) in [
            ("http://k:5000", "http://k:5000/v2.0"),
            ("http://k:5000/v2.0/", "http://k:5000/v2.0"),
            ("http://k/identity/v3", "http://k/identity/v2.0"),
            ("http://k/identity", "http://k/identity/v2.0"),
        ] {
            assert_eq!(url(&given.parse().expect("a URL")).as_str(), expected);
        }
    }
}

//! The exchange with Keystone: sends a method and a scope, and returns a token or the reason for a refusal.

use http::Method;
use serde_json::{Value, json};
use url::Url;

use super::{login::Identity, methods::Method as Proof, negotiate};
use crate::{
    access::{Access, Received, Token},
    catalog::discovery::{below, check_url, not_identity},
    error::{Error, ErrorKind, Result, printable},
    hint::Hint,
    host::Host,
    receipt::Receipt,
    scope::Scope,
    secret::Secret,
    transport::{Answer, Request, Transport, request_id},
};

/// The body of `POST /v3/auth/tokens`. Contains the secret.
fn token_request(method: &dyn Proof, scope: &Scope) -> Value {
    let factors = method.factors();
    let names: Vec<_> = factors.iter().map(|(name, _)| *name).collect();
    let mut auth = json!({ "identity": { "methods": names } });
    for (name, factor) in factors {
        auth["identity"][name] = factor;
    }
    if let Some(scope) = scope.to_wire() {
        auth["scope"] = scope;
    }
    json!({ "auth": auth })
}

/// The URL where tokens are issued and looked up.
fn tokens(identity: &Identity, v3: &Url) -> Url {
    let mut url = below(v3, &["auth", "tokens"]);
    if !identity.with_catalog {
        url.set_query(Some("nocatalog"));
    }
    url
}

/// The request for a token: `POST /v3/auth/tokens`.
pub(crate) fn request(identity: &Identity, v3: &Url, method: &dyn Proof, scope: &Scope) -> Request {
    let mut request = Request::new(Method::POST, tokens(identity, v3));
    request.body = Some(token_request(method, scope));
    request
}

/// Gets a token.
pub(crate) async fn issue(
    identity: &Identity,
    v3: &Url,
    method: &dyn Proof,
    scope: &Scope,
    receipt: Option<&Receipt>,
) -> Result<Access> {
    let mut request = request(identity, v3, method, scope);
    request.receipt = receipt.or_else(|| method.receipt()).map(|it| it.id.clone());
    let Some(mutual) = method.negotiates() else {
        return send(&identity.transport, &identity.host, v3, request, method, scope).await;
    };
    // Boxed because it is rare, to keep the common future small.
    let answer = Box::pin(negotiate::send(&identity.transport, request, mutual)).await?;
    received(&answer, &identity.host, v3, method, scope)
}

/// Sends a request for a token, whatever its form, and reads the token.
pub(crate) async fn send(
    transport: &Transport,
    host: &Host,
    v3: &Url,
    request: Request,
    method: &dyn Proof,
    scope: &Scope,
) -> Result<Access> {
    received(&transport.send(request).await?, host, v3, method, scope)
}

/// Reads the token from a response, or the reason why there is none.
pub(crate) fn received(response: &Answer, host: &Host, v3: &Url, method: &dyn Proof, scope: &Scope) -> Result<Access> {
    if response.status == 201 || response.status == 200 {
        return read(response, v3, host, None);
    }
    Err(refusal(response, method, scope))
}

/// Whether a federated user's first login collided with a concurrent login of the same user. Keystone creates the user
/// at the first login, and refuses one of the two as a conflict (`create_federated_user`). Sending it again works.
pub(crate) fn met_another_first_login(answer: &Answer) -> bool {
    answer.status == 409
}

/// Looks up a token, authenticated by the token itself. Returns an error if the token is rejected.
pub(crate) async fn look_up(identity: &Identity, v3: &Url, token: &Token) -> Result<Access> {
    let mut request = Request::get(tokens(identity, v3)).with_token(token);
    request.subject = Some(token.clone());
    let response = identity.transport.send(request).await?;
    match response.status {
        200 => read(&response, v3, &identity.host, Some(token)),
        401 | 404 => Err(response
            .error(
                ErrorKind::TokenRejected,
                "the token that was given has expired, was revoked, or is not of this cloud",
            )
            .with_hint("get another token, or give credentials instead")),
        _ => Err(failure(&response)),
    }
}

/// The current catalog for a token: `GET /v3/auth/catalog`.
pub(crate) async fn catalog(transport: &Transport, v3: &Url, token: &Token) -> Result<Value> {
    let response = transport.send(Request::get(below(v3, &["auth", "catalog"])).with_token(token)).await?;
    if !response.is_success() {
        return Err(failure(&response));
    }
    let malformed = || response.error(ErrorKind::InvalidResponse, "the catalog is malformed");
    let mut document: Value = serde_json::from_str(&response.body).map_err(|source| malformed().with_source(source))?;
    match document["catalog"].take() {
        catalog @ Value::Array(_) => Ok(catalog),
        _ => Err(malformed()),
    }
}

/// Revokes a token.
pub(crate) async fn revoke(transport: &Transport, v3: &Url, token: &Token) -> Result<()> {
    let mut request = Request::new(Method::DELETE, below(v3, &["auth", "tokens"])).with_token(token);
    request.subject = Some(token.clone());
    let response = transport.send(request).await?;
    match response.status {
        // Already revoked, or unknown: the goal is reached either way.
        200..300 | 401 | 404 => Ok(()),
        _ => Err(failure(&response)),
    }
}

fn read(response: &Answer, v3: &Url, host: &Host, looked_up: Option<&Token>) -> Result<Access> {
    let token = match looked_up {
        Some(token) => token.clone(),
        None => {
            let token = response.header("x-subject-token").map(str::trim).ok_or_else(|| not_a_token(response))?;
            if token.is_empty() {
                let message = "the answer to the login names no token: its `X-Subject-Token` is empty";
                return Err(response.error(ErrorKind::InvalidResponse, message));
            }
            Token::new(Secret::from(token))?
        }
    };
    let received = Received { at: response.sent, server_date: response.date(), issued_now: looked_up.is_none() };
    Access::parse(token, response.body.clone(), Some(v3.clone()), &received, host).map_err(|error| {
        if looks_like_json(response) {
            error
                .with_status(response.status)
                .with_url(&response.url)
                .with_request_id(request_id(&response.headers).map(printable))
        } else {
            not_identity(response)
        }
    })
}

/// A success without a token: a malformed response, or a server that answers everything with success.
fn not_a_token(response: &Answer) -> Error {
    let is_token_document = serde_json::from_str::<Value>(&response.body).is_ok_and(|body| body.get("token").is_some());
    if looks_like_json(response) && (is_token_document || response.body.trim_start().starts_with('{')) {
        response
            .error(ErrorKind::InvalidResponse, "the answer to the login has no `X-Subject-Token` header")
            .with_hint("a proxy may remove it: tell the operator")
    } else {
        not_identity(response)
    }
}

fn looks_like_json(response: &Answer) -> bool {
    matches!(response.body.trim_start().as_bytes().first(), Some(b'{' | b'['))
}

/// An error response to anything but a login.
pub(crate) fn failure(response: &Answer) -> Error {
    if (300..400).contains(&response.status) {
        return not_identity(response);
    }
    let error = response.failure();
    if error.kind() == ErrorKind::NotFound && !looks_like_json(response) {
        return error.with_hint(check_url());
    }
    error
}

/// Why a login was refused, as far as Keystone says. By default it says little, so that attackers cannot find
/// out which users exist; the message names what was sent instead, never the secret.
pub(super) fn refusal(response: &Answer, method: &dyn Proof, scope: &Scope) -> Error {
    let receipt = response.header("openstack-auth-receipt").map(|id| Receipt::read(id, &response.body));
    if let (401, Some(receipt)) = (response.status, receipt) {
        let missing = receipt.missing();
        let sent = method.factors();
        let is_known = |shown: &String| sent.iter().any(|(name, _)| name == shown);
        // The new receipt lists only what was just sent, so the old receipt had no effect.
        let added = if method.receipt().is_some() && receipt.methods.iter().all(is_known) {
            let shown: Vec<_> = receipt.methods.iter().map(|it| format!("`{}`", printable(it))).collect();
            format!(", and the receipt that was given has shown {} already", shown.join(" and "))
        } else {
            String::new()
        };
        return response
            .error(
                ErrorKind::ReceiptIssued,
                format!("{} needs more factors{added}: still missing is {missing}", method.subject()),
            )
            .with_hint(
                "give the missing factor, such as "
                    + Hint::option("passcode")
                    + ", or name all methods with "
                    + Hint::option("auth_methods")
                    + " and give what each of them needs",
            )
            .with_receipt(receipt);
    }
    if let Some(error) = refused_receipt(response, method) {
        return error;
    }
    let (status, said) = (response.status, response.said());
    let in_its_words = said.as_ref().map(|it| format!(": {it}")).unwrap_or_default();
    // Keystone answers "not found" for an unknown token or application credential.
    let is_unknown = status == 404 && looks_like_json(response) && said.is_some() && !method.spec().is_of_user;
    match status {
        401 => {}
        404 if is_unknown => {}
        429 => {
            let error = response.error(ErrorKind::RateLimited, "too many logins (HTTP 429)");
            let hint = error.hint_parts().cloned().unwrap_or_default();
            return error.with_hint(hint + ", and keep tokens instead of logging in again");
        }
        404 | 405 | 410 if looks_like_json(response) => {
            let shown = crate::error::public_url(&response.url);
            let message = format!("`{shown}` has no login API (HTTP {status}){in_its_words}");
            return response.error(ErrorKind::NotIdentityService, message).with_hint(check_url());
        }
        404 | 405 | 410 => return not_identity(response),
        400..500 => return failure(response),
        500.. => {
            let message = format!("the identity service failed (HTTP {status}){in_its_words}");
            return response.error(ErrorKind::ServerError, message);
        }
        _ => return not_identity(response),
    }
    let why = said.as_ref().map_or_else(|| format!(" (HTTP {status})"), |it| format!(": {it}"));
    let (kind, hint) = reason(&response.words().unwrap_or_default(), method, scope);
    let (subject, how) = (method.subject(), if method.spec().is_of_user { "as" } else { "with" });
    let asked = match scope {
        Scope::Default => String::new(),
        scope => format!(" for {scope}"),
    };
    let error = response.error(kind, format!("login {how} {subject}{asked} was refused{why}"));
    if looks_like_json(response) {
        return error.with_hint(hint);
    }
    error.with_hint(
        hint + "; the answer is not in the form of an identity service: check " + Hint::option("auth_url") + ", too",
    )
}

/// Returns an error if it is the receipt that was refused: it has expired, or Keystone does not know it.
fn refused_receipt(response: &Answer, method: &dyn Proof) -> Option<Error> {
    let receipt = method.receipt().filter(|_| matches!(response.status, 400 | 401 | 403 | 404))?;
    // By the clock of the server that issued it.
    let end = receipt.expires_at.filter(|end| response.date().is_some_and(|now| *end <= now));
    let is_unknown = || response.words().is_some_and(|it| it.to_ascii_lowercase().contains("receipt"));
    let why = match end {
        Some(end) => format!("it expired at {end}"),
        None if is_unknown() => "it has expired, or is of another user or another cloud".into(),
        None => return None,
    };
    let said = response.said().map(|it| format!(": {it}")).unwrap_or_default();
    let message =
        format!("the receipt to continue the login of {} is not accepted, since {why}{said}", method.subject());
    let hint = "log in again, without " + Hint::option("receipt") + ": by all factors at once, or with the new receipt";
    Some(response.error(ErrorKind::Unauthenticated, message).with_hint(hint))
}

/// The error kind for Keystone's message. The plain 401 reveals nothing; other messages come from Keystone's password
/// rules, or from a Keystone that runs with `insecure_debug`.
fn reason(said: &str, method: &dyn Proof, scope: &Scope) -> (ErrorKind, Hint) {
    let says = |words: &[&str]| words.iter().any(|word| said.to_ascii_lowercase().contains(word));
    if says(&["password is expired", "password expired"]) {
        return (
            ErrorKind::PasswordExpired,
            "change it with `archstone user password set`, or with `change_password` of a client: neither needs a token"
                .into(),
        );
    }
    if says(&["is disabled", "account is locked"]) {
        return (ErrorKind::Disabled, "ask an administrator to enable it".into());
    }
    if method.spec().scopeless.is_some() {
        return method.refused(scope);
    }
    // Without a scope, the domain that is not found is the user's.
    let is_scoped = !matches!(scope, Scope::Default | Scope::Unscoped);
    if says(&["could not find project", "could not find trust", "has no access to"])
        || (is_scoped && says(&["could not find domain"]))
    {
        let hint = match scope {
            Scope::Trust(_) => {
                format!("{scope} is unknown, used up, expired or deleted: ask the user who created it for another")
            }
            Scope::Project(_) => {
                format!("check {scope}, its spelling and its domain, and that the user has a role there")
            }
            _ => format!("check {scope}, and its spelling, and that the user has a role there"),
        };
        return (ErrorKind::ScopeNotAllowed, hint.into());
    }
    method.refused(scope)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        auth::{ApplicationCredential, ApplicationCredentialRef, AuthMethod, Password, TokenExchange},
        reference::{DomainRef, UserRef},
    };

    #[test]
    fn each_method_has_keystones_form() {
        let alice = || UserRef::Name { name: "alice".into(), domain: DomainRef::Id("default".into()) };
        let table = [
            (
                AuthMethod::Password(Password { user: alice(), password: "s".into() }),
                json!({"methods": ["password"], "password": {"user": {"name": "alice", "domain": {"id": "default"}, "password": "s"}}}),
            ),
            (
                AuthMethod::Password(Password { user: UserRef::Id("u1".into()), password: "s".into() }),
                json!({"methods": ["password"], "password": {"user": {"id": "u1", "password": "s"}}}),
            ),
            (
                AuthMethod::Token(TokenExchange { token: "t".into() }),
                json!({"methods": ["token"], "token": {"id": "t"}}),
            ),
            (
                AuthMethod::ApplicationCredential(ApplicationCredential {
                    credential: ApplicationCredentialRef::Id("a1".into()),
                    secret: "s".into(),
                }),
                json!({"methods": ["application_credential"], "application_credential": {"id": "a1", "secret": "s"}}),
            ),
            (
                AuthMethod::ApplicationCredential(ApplicationCredential {
                    credential: ApplicationCredentialRef::Name { name: "ci".into(), user: alice() },
                    secret: "s".into(),
                }),
                json!({"methods": ["application_credential"], "application_credential":
                    {"name": "ci", "secret": "s", "user": {"name": "alice", "domain": {"id": "default"}}}}),
            ),
        ];
        for (method, identity) in table {
            let expected = json!({"auth": {"identity": identity, "scope": "unscoped"}});
            assert_eq!(token_request(method.method(), &Scope::Unscoped), expected);
        }
    }
}

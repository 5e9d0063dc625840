//! `POST /v3/auth/tokens`: authentication and scopes.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    cloud::{FakeCloud, FakeProject},
    state::{Issued, Receipt, State},
    user::{FakeUser, On},
};
use crate::{
    Reply, SeenRequest, TokenBuilder,
    clock::{after, keystone_time},
    documents::TokenScope,
    oidc::decoded,
};

const RECEIPT_LIFETIME: Duration = Duration::from_secs(300);

/// The result of a login's methods.
#[derive(Default)]
pub(super) struct Proof {
    pub(super) user_id: Option<String>,
    methods: Vec<String>,
    /// A token that is exchanged limits the lifetime of the new one.
    expires_at: Option<Timestamp>,
    /// The audit id of the first token of the chain.
    chain: Option<String>,
    /// An application credential has one project: its ID, its name and that project.
    bound: Option<(String, String, String)>,
}

/// The user, scope and roles of a new token.
pub(super) struct Authority {
    scope: TokenScope,
    roles: Vec<String>,
    /// The token's user, and the part of the document about a trust.
    trust: Option<(FakeUser, Value)>,
}

/// Handles a login.
pub(super) fn log_in(state: &mut State, now: Timestamp, request: &SeenRequest) -> Result<Reply, Reply> {
    let body = request.json();
    let (identity, asked) = (&body["auth"]["identity"], &body["auth"]["scope"]);
    let Some(methods) = identity["methods"].as_array() else {
        let message = "Expecting to find identity in auth. The server could not comply with the request since it is \
                       either malformed or otherwise incorrect. The client is assumed to be in error.";
        return Err(Reply::error(400, message));
    };
    let mut proof = Proof::default();
    for method in methods.iter().filter_map(Value::as_str) {
        prove(&mut proof, method, &identity[method], state, now)?;
    }
    if let Some(name) = request.header("openstack-auth-receipt") {
        let is_of_user = |receipt: &&Receipt| proof.user_id.as_ref() == Some(&receipt.user_id);
        let receipt = state.receipt(name, now).filter(is_of_user);
        // Keystone quotes the receipt.
        let unknown = || Reply::error(401, format!("Could not find auth receipt: {name}."));
        let Receipt { user_id, methods, .. } = receipt.ok_or_else(unknown)?.clone();
        proof.add(&user_id, &methods)?;
    }
    let user = proof.user_id.as_deref().and_then(|id| state.cloud.user_with_id(id));
    let user = user.filter(|user| user.enabled).ok_or_else(refused)?.clone();
    if let Some(required) = user.required_methods()
        && proof.bound.is_none()
        && !required.iter().all(|method| proof.methods.iter().any(|it| it == method))
    {
        return Err(receipt(state, now, &user, proof.methods, required));
    }
    let authority = authority(&state.cloud, &user, &proof, asked)?;
    let (name, token) = issue(state, now, &user, proof, authority);
    let wants_catalog = !request.query().is_some_and(|it| it.contains("nocatalog"));
    Ok(document(state, &token, wants_catalog).reply(&name))
}

/// Issues a token to a user, as for a login with a password and the user's default scope.
pub(super) fn issue_unasked(state: &mut State, now: Timestamp, user: &FakeUser) -> String {
    let proof = Proof { user_id: Some(user.id()), methods: vec!["password".into()], ..Proof::default() };
    let authority = own_scope(&state.cloud, user);
    issue(state, now, user, proof, authority).0
}

/// Responds with an unscoped token for the user whom a provider vouches for.
pub(super) fn federated(
    state: &mut State,
    now: Timestamp,
    request: &SeenRequest,
    provider: &str,
    protocol: &str,
) -> Result<Reply, Reply> {
    let vouches = state.vouchers.get(&(provider.to_owned(), protocol.to_owned()));
    let vouches = vouches.ok_or_else(|| Reply::error(404, "Could not find identity provider."))?;
    let user = vouches(request)?.and_then(|name| state.cloud.user_called(&name).cloned()).ok_or_else(refused)?;
    let proof = Proof { user_id: Some(user.id()), methods: vec![protocol.to_owned()], ..Proof::default() };
    let (name, token) = issue(state, now, &user, proof, unscoped());
    Ok(document(state, &token, false).reply(&name))
}

/// Responds with the page in which a browser posts an unscoped token to a dashboard. The user is `demo`.
pub(super) fn websso(
    state: &mut State,
    now: Timestamp,
    request: &SeenRequest,
    provider: &str,
    protocol: &str,
) -> Result<Reply, Reply> {
    if !state.vouchers.contains_key(&(provider.to_owned(), protocol.to_owned())) {
        return Err(Reply::error(404, "Could not find identity provider."));
    }
    let origin = request.query().and_then(|it| it.strip_prefix("origin=")).map(decoded).unwrap_or_default();
    let port = origin.strip_prefix("http://localhost:").and_then(|it| it.strip_suffix("/auth/websso/"));
    if port.is_none_or(|it| it.parse::<u16>().is_err()) {
        return Err(Reply::error(401, format!("{origin} is not a trusted dashboard host")));
    }
    let user = state.cloud.user_called("demo").cloned().ok_or_else(refused)?;
    let proof = Proof { user_id: Some(user.id()), methods: vec![protocol.to_owned()], ..Proof::default() };
    let (name, _) = issue(state, now, &user, proof, unscoped());
    let field = format!("<input type=\"hidden\" name=\"token\" id=\"token\" value=\"{name}\">");
    let page = format!("<form id=\"sso\" action=\"{origin}\" method=\"post\">{field}</form>\n");
    Ok(Reply::text(200, page).header("content-type", "text/html"))
}

/// A token's document, with its catalog if it has one.
pub(super) fn document(state: &State, token: &Issued, wants_catalog: bool) -> TokenBuilder {
    let document = token.document.clone();
    if wants_catalog && document.is_scoped() {
        document.catalog_at(&state.url, &state.cloud.services)
    } else {
        document
    }
}

impl Proof {
    /// All methods must be about the same user.
    fn add(&mut self, user_id: &str, methods: &[String]) -> Result<(), Reply> {
        if self.user_id.as_deref().is_some_and(|it| it != user_id) {
            return Err(refused());
        }
        self.user_id = Some(user_id.to_owned());
        for method in methods {
            if !self.methods.contains(method) {
                self.methods.push(method.clone());
            }
        }
        Ok(())
    }
}

pub(super) fn prove(
    proof: &mut Proof,
    method: &str,
    shown: &Value,
    state: &State,
    now: Timestamp,
) -> Result<(), Reply> {
    let cloud = &state.cloud;
    let own = [method.to_owned()];
    match method {
        "password" => {
            let user = find_user(cloud, &shown["user"]).ok_or_else(refused)?;
            if shown["user"]["password"] != *user.password {
                return Err(refused());
            }
            if user.password_expired {
                let message = format!("The password is expired and needs to be changed for user: {}.", user.id());
                return Err(Reply::error(401, message));
            }
            proof.add(&user.id(), &own)
        }
        "totp" => {
            let user = find_user(cloud, &shown["user"]).ok_or_else(refused)?;
            let passcode = user.passcode.as_deref().ok_or_else(refused)?;
            if shown["user"]["passcode"] != *passcode {
                return Err(refused());
            }
            proof.add(&user.id(), &own)
        }
        "token" => {
            let name = shown["id"].as_str().unwrap_or_default();
            let token = state.token(name, now).ok_or_else(unknown_token)?;
            proof.expires_at = Some(token.expires_at);
            proof.chain = Some(token.chain.clone());
            proof.add(&token.user_id, &own)?;
            proof.add(&token.user_id, &token.methods)
        }
        "application_credential" => {
            let (user, credential) = cloud
                .users
                .iter()
                .flat_map(|user| user.application_credentials.iter().map(move |it| (user, it)))
                .find(|(user, it)| match shown["id"].as_str() {
                    Some(id) => it.id == id,
                    None => {
                        shown["name"] == *it.name
                            && find_user(cloud, &shown["user"]).is_some_and(|found| found.id() == user.id())
                    }
                })
                .ok_or_else(|| Reply::error(404, "Could not find Application Credential."))?;
            if shown["secret"] != *credential.secret {
                return Err(refused());
            }
            proof.bound = Some((credential.id.clone(), credential.name.clone(), credential.project.clone()));
            proof.add(&user.id(), &own)
        }
        _ => Err(Reply::error(401, "Attempted to authenticate with an unsupported method.")),
    }
}

fn find_user<'a>(cloud: &'a FakeCloud, named: &Value) -> Option<&'a FakeUser> {
    if let Some(id) = named["id"].as_str() {
        return cloud.user_with_id(id);
    }
    let (domain, _) = find_domain(cloud, &named["domain"])?;
    cloud.users.iter().find(|it| named["name"] == *it.name && it.domain_id == domain)
}

fn find_domain(cloud: &FakeCloud, named: &Value) -> Option<(String, String)> {
    cloud.find_domain(named["id"].as_str(), named["name"].as_str())
}

/// The requested scope, if the user may have it.
pub(super) fn authority(cloud: &FakeCloud, user: &FakeUser, proof: &Proof, asked: &Value) -> Result<Authority, Reply> {
    if let Some((_, _, project)) = &proof.bound {
        // The scope is that of the credential, and no other may be requested.
        let project = cloud.project_called(project, &user.domain_id).ok_or_else(refused)?;
        return if asked.is_null() { on_project(cloud, user, project) } else { Err(refused()) };
    }
    let (project, domain) = (&asked["project"], &asked["domain"]);
    if asked.is_null() {
        Ok(own_scope(cloud, user))
    } else if *asked == "unscoped" || asked["unscoped"].is_object() {
        Ok(unscoped())
    } else if project.is_object() {
        let project = match project["id"].as_str() {
            Some(id) => cloud.project_with_id(id),
            None => find_domain(cloud, &project["domain"]).and_then(|(domain, _)| {
                cloud.projects.iter().find(|it| project["name"] == *it.name && it.domain_id == domain)
            }),
        };
        on_project(cloud, user, project.ok_or_else(refused)?)
    } else if domain.is_object() {
        let (id, name) = find_domain(cloud, domain).ok_or_else(refused)?;
        with_roles(user, &On::Domain(id.clone()), TokenScope::Domain { id, name })
    } else if asked["system"].is_object() {
        with_roles(user, &On::System, TokenScope::System)
    } else {
        under_trust(cloud, user, asked["OS-TRUST:trust"]["id"].as_str().unwrap_or_default())
    }
}

fn unscoped() -> Authority {
    Authority { scope: TokenScope::Unscoped, roles: Vec::new(), trust: None }
}

/// The user's default project, if the user has a role there.
fn own_scope(cloud: &FakeCloud, user: &FakeUser) -> Authority {
    let project = user.default_project.as_deref().and_then(|it| cloud.project_called(it, &user.domain_id));
    project.and_then(|project| on_project(cloud, user, project).ok()).unwrap_or_else(unscoped)
}

fn on_project(cloud: &FakeCloud, user: &FakeUser, project: &FakeProject) -> Result<Authority, Reply> {
    let roles = cloud.roles_on(user, project);
    if roles.is_empty() || !project.enabled {
        return Err(refused());
    }
    Ok(Authority { scope: project_scope(cloud, project), roles, trust: None })
}

fn project_scope(cloud: &FakeCloud, project: &FakeProject) -> TokenScope {
    let domain = cloud.domain_of(&project.domain_id);
    TokenScope::Project { id: project.id(), name: project.name.clone(), domain }
}

fn with_roles(user: &FakeUser, wanted: &On, scope: TokenScope) -> Result<Authority, Reply> {
    let roles: Vec<_> = user.roles.iter().filter(|(_, on)| on == wanted).map(|(role, _)| role.clone()).collect();
    if roles.is_empty() { Err(refused()) } else { Ok(Authority { scope, roles, trust: None }) }
}

fn under_trust(cloud: &FakeCloud, user: &FakeUser, id: &str) -> Result<Authority, Reply> {
    let trust = cloud.trusts.iter().find(|it| it.id == id).ok_or_else(refused)?;
    let (trustor, trustee) = (cloud.user_called(&trust.trustor), cloud.user_called(&trust.trustee));
    let (trustor, trustee) = (trustor.ok_or_else(refused)?, trustee.ok_or_else(refused)?);
    let project = cloud.project_called(&trust.project, &trustor.domain_id).ok_or_else(refused)?;
    if trustee.id() != user.id() {
        return Err(Reply::error(403, "You are not authorized to perform the requested action: is not trustee."));
    }
    let shown = if trust.impersonation { trustor } else { trustee };
    let part = json!({
        "id": trust.id,
        "impersonation": trust.impersonation,
        "trustor_user": {"id": trustor.id()},
        "trustee_user": {"id": trustee.id()},
    });
    let trust = Some((shown.clone(), part));
    Ok(Authority { scope: project_scope(cloud, project), roles: vec!["member".into()], trust })
}

pub(super) fn issue(
    state: &mut State,
    now: Timestamp,
    user: &FakeUser,
    proof: Proof,
    authority: Authority,
) -> (String, Issued) {
    let latest = after(now, state.cloud.lifetime);
    let expires_at = proof.expires_at.map_or(latest, |it| it.min(latest));
    let audit = format!("audit-{}", state.next());
    let chain = proof.chain.unwrap_or_else(|| audit.clone());
    let audit_ids = if chain == audit { vec![audit] } else { vec![audit, chain.clone()] };
    let shown = authority.trust.as_ref().map_or(user, |(shown, _)| shown);
    let (domain_id, domain_name) = state.cloud.domain_of(&shown.domain_id);
    let mut document = TokenBuilder::new()
        .methods(proof.methods.clone())
        .user(shown.id(), &shown.name)
        .user_domain(domain_id, domain_name)
        .scope(authority.scope)
        .lives(now, expires_at)
        .audit_ids(audit_ids);
    for role in authority.roles {
        document = document.role(role);
    }
    if let Some((_, trust)) = authority.trust {
        document = document.member("OS-TRUST:trust", trust);
    }
    if let Some((id, name, _)) = proof.bound {
        document = document.member("application_credential", json!({"id": id, "name": name, "restricted": true}));
    }
    if !state.service_providers.is_empty() {
        document = document.member("service_providers", state.service_providers.clone().into());
    }
    let token = Issued { document, user_id: user.id(), methods: proof.methods, expires_at, chain };
    (state.keep(token.clone()), token)
}

/// The response if more factors are needed.
fn receipt(state: &mut State, now: Timestamp, user: &FakeUser, methods: Vec<String>, required: [&str; 2]) -> Reply {
    let expires_at = after(now, RECEIPT_LIFETIME);
    let (domain_id, domain_name) = state.cloud.domain_of(&user.domain_id);
    let body = json!({
        "receipt": {
            "methods": methods,
            "user": {"id": user.id(), "name": user.name, "domain": {"id": domain_id, "name": domain_name}},
            "issued_at": keystone_time(now),
            "expires_at": keystone_time(expires_at),
        },
        "required_auth_methods": [required],
    });
    let name = state.keep_receipt(Receipt { user_id: user.id(), methods, expires_at });
    Reply::json(401, body).header("openstack-auth-receipt", name)
}

/// Keystone does not say why.
pub(super) fn refused() -> Reply {
    Reply::error(401, "The request you have made requires authentication.")
}

fn unknown_token() -> Reply {
    Reply::error(404, "Could not find token.")
}

//! Identity API v2.0 according to its documentation; everything else is refused.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    login::{Proof, authority, document, issue, prove, refused},
    state::State,
};
use crate::{Reply, SeenRequest};

/// Handles every request.
pub(super) fn answer(state: &mut State, now: Timestamp, request: &SeenRequest, path: &[&str]) -> Reply {
    let reply = match (request.method(), path) {
        ("GET", []) => Ok(versions(request, 300)),
        ("GET", ["v2.0"]) => Ok(versions(request, 200)),
        ("POST", ["v2.0", "tokens"]) => log_in(state, now, request),
        ("GET", ["v2.0", "tenants"]) => tenants(state, now, request),
        _ => Err(error(404, "The resource could not be found.")),
    };
    reply.unwrap_or_else(|refusal| refusal).header("vary", "X-Auth-Token")
}

fn error(status: u16, message: &str) -> Reply {
    Reply::error(status, message)
}

fn versions(request: &SeenRequest, status: u16) -> Reply {
    let href = format!("http://{}/v2.0/", request.header("host").unwrap_or_default());
    let version = json!({"id": "v2.0", "status": "stable", "links": [{"rel": "self", "href": href}]});
    match status {
        300 => Reply::json(300, json!({"versions": {"values": [version]}})),
        _ => Reply::json(200, json!({"version": version})),
    }
}

/// The members of an object, which must all be allowed.
fn members<'a>(value: &'a Value, allowed: &[&str]) -> Result<&'a Map<String, Value>, Reply> {
    let malformed = || error(400, "Expecting to find valid JSON of Identity API v2.0 in the body.");
    let members = value.as_object().ok_or_else(malformed)?;
    if members.keys().all(|key| allowed.contains(&&**key)) { Ok(members) } else { Err(malformed()) }
}

fn log_in(state: &mut State, now: Timestamp, request: &SeenRequest) -> Result<Reply, Reply> {
    if !request.header("content-type").is_some_and(|it| it.starts_with("application/json")) {
        return Err(error(400, "The body is not JSON."));
    }
    let body = request.json();
    let auth = &members(&body, &["auth"])?["auth"];
    let asked = members(auth, &["passwordCredentials", "token", "tenantId", "tenantName", "trust_id"])?;
    let mut proof = Proof::default();
    match (asked.get("passwordCredentials"), asked.get("token")) {
        (Some(given), None) => {
            let given = members(given, &["username", "userId", "password"])?;
            let mut user = json!({"password": given.get("password")});
            match (given.get("username"), given.get("userId")) {
                (Some(name), None) => {
                    user["name"] = name.clone();
                    user["domain"] = json!({"id": "default"});
                }
                (None, Some(id)) => user["id"] = id.clone(),
                _ => return Err(error(400, "Expecting either username or userId.")),
            }
            prove(&mut proof, "password", &json!({"user": user}), state, now)?;
        }
        (None, Some(given)) => {
            members(given, &["id"])?;
            prove(&mut proof, "token", given, state, now).map_err(|_| refused())?;
        }
        _ => return Err(error(400, "Expecting either passwordCredentials or token.")),
    }
    let user = proof.user_id.as_deref().and_then(|id| state.cloud.user_with_id(id));
    let user = user.filter(|user| user.enabled).ok_or_else(refused)?.clone();
    let scope = match (asked.get("tenantId"), asked.get("tenantName"), asked.get("trust_id")) {
        (None, None, None) if asked.contains_key("token") => json!("unscoped"),
        (None, None, None) => Value::Null,
        (Some(id), None, None) => json!({"project": {"id": id}}),
        (None, Some(name), None) => json!({"project": {"name": name, "domain": {"id": "default"}}}),
        (None, None, Some(id)) => json!({"OS-TRUST:trust": {"id": id}}),
        _ => return Err(error(400, "Expecting one of tenantId, tenantName and trust_id.")),
    };
    let authority = authority(&state.cloud, &user, &proof, &scope)?;
    let (name, token) = issue(state, now, &user, proof, authority);
    let whole = document(state, &token, true).json();
    Ok(Reply::json(200, access(&whole["token"], &name)))
}

/// A v3 token document in the format of v2.0.
fn access(token: &Value, name: &str) -> Value {
    let catalog = token["catalog"].as_array().into_iter().flatten().map(|service| {
        let mut endpoints: Vec<Value> = Vec::new();
        for endpoint in service["endpoints"].as_array().into_iter().flatten() {
            let key = format!("{}URL", endpoint["interface"].as_str().unwrap_or_default());
            match endpoints.iter_mut().find(|it| it["region"] == endpoint["region"]) {
                Some(of_region) => of_region[key] = endpoint["url"].clone(),
                None => endpoints.push(json!({
                    "id": endpoint["id"], "region": endpoint["region"], key: endpoint["url"],
                })),
            }
        }
        json!({"type": service["type"], "name": service["name"], "endpoints_links": [], "endpoints": endpoints})
    });
    let mut access = json!({
        "token": {
            "id": name,
            "issued_at": token["issued_at"],
            "expires": token["expires_at"],
            "audit_ids": token["audit_ids"],
        },
        "user": {
            "id": token["user"]["id"],
            "name": token["user"]["name"],
            "username": token["user"]["name"],
            "roles": token["roles"].as_array().into_iter().flatten().map(|it| json!({"name": it["name"]})).collect::<Vec<_>>(),
            "roles_links": [],
        },
        "serviceCatalog": catalog.collect::<Vec<_>>(),
        "metadata": {"is_admin": 0, "roles": []},
    });
    if let Some(project) = token.get("project") {
        access["token"]["tenant"] = json!({"id": project["id"], "name": project["name"], "enabled": true});
    }
    if let Some(trust) = token.get("OS-TRUST:trust") {
        access["trust"] = json!({
            "id": trust["id"],
            "impersonation": trust["impersonation"],
            "trustee_user_id": trust["trustee_user"]["id"],
            "trustor_user_id": trust["trustor_user"]["id"],
        });
    }
    json!({"access": access})
}

fn tenants(state: &State, now: Timestamp, request: &SeenRequest) -> Result<Reply, Reply> {
    let token = request.header("x-auth-token").and_then(|name| state.token(name, now)).ok_or_else(refused)?;
    let user = state.cloud.user_with_id(&token.user_id).ok_or_else(refused)?;
    let own = state.cloud.projects.iter().filter(|it| !state.cloud.roles_on(user, it).is_empty());
    let tenants = own.map(|it| json!({"id": it.id(), "name": it.name, "enabled": it.enabled, "description": null}));
    Ok(Reply::json(200, json!({"tenants": tenants.collect::<Vec<_>>(), "tenants_links": []})))
}

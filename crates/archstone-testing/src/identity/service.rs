//! The routes below `/v3`.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::{
    cloud::FakeProject,
    login::{self, document, refused},
    state::{Issued, State},
    user::FakeUser,
    v2,
};
use crate::{Reply, SeenRequest, clock::Clock, locked, server::Application};

/// An identity service's cloud and clock.
pub(super) struct Identity {
    pub(super) clock: Arc<Clock>,
    pub(super) state: Mutex<State>,
}

impl Application for Identity {
    fn answer(&self, request: &SeenRequest) -> Option<Reply> {
        let path: Vec<_> = request.path().split('/').filter(|segment| !segment.is_empty()).collect();
        let read = matches!(request.method(), "GET" | "HEAD");
        if locked(&self.state).cloud.is_v2 {
            return Some(v2::answer(&mut locked(&self.state), self.clock.now(), request, &path));
        }
        let answer = match (request.method(), &*path) {
            _ if read && path.is_empty() => Ok(versions(request)),
            _ if read && path == ["v3"] => Ok(version(request)),
            ("POST", ["v3", "auth", "tokens"]) => login::log_in(&mut locked(&self.state), self.clock.now(), request),
            (
                "GET" | "POST",
                ["v3", "OS-FEDERATION", "identity_providers", provider, "protocols", protocol, "auth"],
            ) => login::federated(&mut locked(&self.state), self.clock.now(), request, provider, protocol),
            (
                "GET",
                ["v3", "auth", "OS-FEDERATION", "identity_providers", provider, "protocols", protocol, "websso"],
            ) => login::websso(&mut locked(&self.state), self.clock.now(), request, provider, protocol),
            ("DELETE", ["v3", "auth", "tokens"]) => self.revoke(request),
            _ if read && path == ["v3", "auth", "tokens"] => self.validate(request),
            _ if read && path == ["v3", "auth", "projects"] => self.projects(request),
            _ if read && path == ["v3", "auth", "catalog"] => self.catalog(request),
            (_, ["v3", "users", id]) if read => self.user_document(request, id),
            (_, ["v3", "projects", id]) if read => self.project_document(request, id),
            (_, ["v3", ..]) => Err(Reply::error(404, "The resource could not be found.")),
            _ => return None,
        };
        let reply = answer.unwrap_or_else(|refusal| refusal);
        Some(reply.header("vary", "X-Auth-Token"))
    }

    fn accepts(&self, token: &str) -> bool {
        locked(&self.state).token(token, self.clock.now()).is_some()
    }
}

impl Identity {
    /// The token of a request, and its user.
    fn caller(&self, state: &State, request: &SeenRequest) -> Result<(Issued, FakeUser), Reply> {
        let token = request.header("x-auth-token").and_then(|name| state.token(name, self.clock.now()));
        let token = token.ok_or_else(refused)?;
        let user = state.cloud.user_with_id(&token.user_id).ok_or_else(refused)?;
        Ok((token.clone(), user.clone()))
    }

    /// The subject token of a request, if the caller may see it.
    fn subject(&self, state: &State, request: &SeenRequest) -> Result<(String, Issued), Reply> {
        let (_, user) = self.caller(state, request)?;
        let name = request.header("x-subject-token").unwrap_or_default();
        let token = state.token(name, self.clock.now()).ok_or_else(|| Reply::error(404, "Could not find token."))?;
        if token.user_id != user.id() && !user.is_admin() {
            return Err(forbidden("identity:validate_token"));
        }
        Ok((name.to_owned(), token.clone()))
    }

    fn validate(&self, request: &SeenRequest) -> Result<Reply, Reply> {
        let state = locked(&self.state);
        let (name, token) = self.subject(&state, request)?;
        let wants_catalog = !request.query().is_some_and(|it| it.contains("nocatalog"));
        Ok(Reply::json(200, document(&state, &token, wants_catalog).json()).header("x-subject-token", name))
    }

    fn revoke(&self, request: &SeenRequest) -> Result<Reply, Reply> {
        let mut state = locked(&self.state);
        let (name, _) = self.subject(&state, request)?;
        state.revoke(&name);
        Ok(Reply::new(204))
    }

    fn projects(&self, request: &SeenRequest) -> Result<Reply, Reply> {
        let state = locked(&self.state);
        let (_, user) = self.caller(&state, request)?;
        let own = state.cloud.projects.iter().filter(|it| !state.cloud.roles_on(&user, it).is_empty());
        let projects: Vec<_> = own.filter(|it| it.enabled).map(project_json).collect();
        let links = json!({"self": format!("{}/v3/auth/projects", state.url), "next": null, "previous": null});
        Ok(Reply::json(200, json!({"projects": projects, "links": links})))
    }

    fn catalog(&self, request: &SeenRequest) -> Result<Reply, Reply> {
        let state = locked(&self.state);
        let (token, _) = self.caller(&state, request)?;
        if !token.document.is_scoped() {
            return Err(forbidden("identity:get_auth_catalog"));
        }
        let catalog = state.cloud.services.json_at(&state.url, token.document.project_id());
        let links = json!({"self": format!("{}/v3/auth/catalog", state.url)});
        Ok(Reply::json(200, json!({"catalog": catalog, "links": links})))
    }

    fn user_document(&self, request: &SeenRequest, id: &str) -> Result<Reply, Reply> {
        let state = locked(&self.state);
        let (_, caller) = self.caller(&state, request)?;
        if caller.id() != id && !caller.is_admin() {
            return Err(forbidden("identity:get_user"));
        }
        let user = state.cloud.user_with_id(id);
        let user = user.ok_or_else(|| Reply::error(404, format!("Could not find user: {id}.")))?;
        let default = user.default_project.as_deref();
        let default = default.and_then(|it| state.cloud.project_called(it, &user.domain_id)).map(FakeProject::id);
        let mut document = json!({
            "id": id,
            "name": user.name,
            "domain_id": user.domain_id,
            "enabled": user.enabled,
            "password_expires_at": null,
            "options": {},
            "links": {"self": format!("{}/v3/users/{id}", state.url)},
        });
        if let Some(default) = default {
            document["default_project_id"] = default.into();
        }
        Ok(Reply::json(200, json!({ "user": document })))
    }

    fn project_document(&self, request: &SeenRequest, id: &str) -> Result<Reply, Reply> {
        let state = locked(&self.state);
        let (_, caller) = self.caller(&state, request)?;
        let project = state.cloud.project_with_id(id);
        let may_see = caller.is_admin() || project.is_some_and(|it| !state.cloud.roles_on(&caller, it).is_empty());
        if !may_see {
            return Err(forbidden("identity:get_project"));
        }
        let project = project.ok_or_else(|| Reply::error(404, format!("Could not find project: {id}.")))?;
        Ok(Reply::json(200, json!({"project": project_json(project)})))
    }
}

/// Accepts an identity service's tokens, but has no routes of its own.
pub(super) struct Beside(pub(super) Arc<Identity>);

impl Application for Beside {
    fn answer(&self, _: &SeenRequest) -> Option<Reply> {
        None
    }

    fn accepts(&self, token: &str) -> bool {
        self.0.accepts(token)
    }
}

fn forbidden(action: &str) -> Reply {
    Reply::error(403, format!("You are not authorized to perform the requested action: {action}."))
}

fn project_json(project: &FakeProject) -> Value {
    json!({
        "id": project.id(),
        "name": project.name,
        "domain_id": project.domain_id,
        "parent_id": project.domain_id,
        "description": "",
        "enabled": project.enabled,
        "is_domain": false,
        "tags": [],
        "options": {},
    })
}

/// Version 3, with a link to the requested host.
fn version_json(request: &SeenRequest) -> Value {
    let link = format!("http://{}/v3/", request.header("host").unwrap_or("localhost"));
    let media = json!([{"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}]);
    json!({
        "id": "v3.14",
        "status": "stable",
        "updated": "2020-04-07T00:00:00Z",
        "links": [{"rel": "self", "href": link}],
        "media-types": media,
    })
}

fn versions(request: &SeenRequest) -> Reply {
    Reply::json(300, json!({"versions": {"values": [version_json(request)]}}))
}

fn version(request: &SeenRequest) -> Reply {
    Reply::json(200, json!({"version": version_json(request)}))
}

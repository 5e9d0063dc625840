//! Token documents.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::CatalogBuilder;
use crate::{
    Reply,
    clock::{after, keystone_time},
};

/// The scope of a token.
#[derive(Clone, Debug)]
pub(crate) enum TokenScope {
    Unscoped,
    Project { id: String, name: String, domain: (String, String) },
    Domain { id: String, name: String },
    System,
}

/// Builds a token document: the body of `POST /v3/auth/tokens`.
///
/// ```
/// use std::time::Duration;
/// use archstone_testing::{CatalogBuilder, TokenBuilder};
/// use serde_json::json;
///
/// let token = TokenBuilder::new()
///     .user("u1", "alice")
///     .project("p1", "web")
///     .role("member")
///     .lifetime(Duration::from_secs(600))
///     .catalog(&CatalogBuilder::sized(10, 3, 2))
///     .member("is_admin_project", json!(false));
/// let document = token.json();
/// assert_eq!(document["token"]["project"]["name"], "web");
/// assert_eq!(document["token"]["catalog"].as_array().unwrap().len(), 10);
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct TokenBuilder {
    methods: Vec<String>,
    user: (String, String),
    user_domain: (String, String),
    scope: TokenScope,
    roles: Vec<String>,
    issued_at: Timestamp,
    expires_at: Timestamp,
    audit_ids: Vec<String>,
    catalog: Option<Value>,
    others: Map<String, Value>,
}

impl Default for TokenBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl TokenBuilder {
    /// An unscoped token for the user `demo` of the domain `Default`, just issued for a password, and valid for an hour.
    pub fn new() -> Self {
        let issued_at = Timestamp::now();
        Self {
            methods: vec!["password".into()],
            user: ("demo-id".into(), "demo".into()),
            user_domain: ("default".into(), "Default".into()),
            scope: TokenScope::Unscoped,
            roles: Vec::new(),
            issued_at,
            expires_at: after(issued_at, Duration::from_secs(3600)),
            audit_ids: vec!["audit-1".into()],
            catalog: None,
            others: Map::new(),
        }
    }

    /// Sets the methods of the login.
    pub fn methods(mut self, methods: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.methods = methods.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the user.
    pub fn user(mut self, id: impl Into<String>, name: impl Into<String>) -> Self {
        self.user = (id.into(), name.into());
        self
    }

    /// Sets the domain that owns the user.
    pub fn user_domain(mut self, id: impl Into<String>, name: impl Into<String>) -> Self {
        self.user_domain = (id.into(), name.into());
        self
    }

    /// Scopes the token to a project of the domain `Default`.
    pub fn project(self, id: impl Into<String>, name: impl Into<String>) -> Self {
        let domain = ("default".into(), "Default".into());
        self.scope(TokenScope::Project { id: id.into(), name: name.into(), domain })
    }

    /// Scopes the token to a domain.
    pub fn domain(self, id: impl Into<String>, name: impl Into<String>) -> Self {
        self.scope(TokenScope::Domain { id: id.into(), name: name.into() })
    }

    /// Scopes the token to the system.
    pub fn system(self) -> Self {
        self.scope(TokenScope::System)
    }

    pub(crate) fn scope(mut self, scope: TokenScope) -> Self {
        self.scope = scope;
        self
    }

    /// Adds a role.
    pub fn role(mut self, name: impl Into<String>) -> Self {
        self.roles.push(name.into());
        self
    }

    /// Sets the lifetime of the token, from when it was issued.
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.expires_at = after(self.issued_at, lifetime);
        self
    }

    /// Sets how long ago the token was issued. Its lifetime does not change.
    pub fn issued_ago(self, ago: Duration) -> Self {
        let issued_at = self.issued_at.checked_sub(ago).unwrap_or(Timestamp::MIN);
        let expires_at = self.expires_at.checked_sub(ago).unwrap_or(Timestamp::MIN);
        self.lives(issued_at, expires_at)
    }

    pub(crate) fn lives(mut self, issued_at: Timestamp, expires_at: Timestamp) -> Self {
        (self.issued_at, self.expires_at) = (issued_at, expires_at);
        self
    }

    /// Sets the token's audit ID, followed by that of the first token in its chain if that is another token.
    pub fn audit_ids(mut self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.audit_ids = ids.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the services. The project of the scope is inserted into their URLs, so set the scope first.
    pub fn catalog(self, catalog: &CatalogBuilder) -> Self {
        self.catalog_at("", catalog)
    }

    pub(crate) fn catalog_at(mut self, server: &str, catalog: &CatalogBuilder) -> Self {
        self.catalog = Some(catalog.json_at(server, self.project_id()));
        self
    }

    /// Sets any member of the document.
    pub fn member(mut self, name: impl Into<String>, value: Value) -> Self {
        self.others.insert(name.into(), value);
        self
    }

    pub(crate) fn project_id(&self) -> Option<&str> {
        if let TokenScope::Project { id, .. } = &self.scope { Some(id) } else { None }
    }

    pub(crate) fn is_scoped(&self) -> bool {
        !matches!(self.scope, TokenScope::Unscoped)
    }

    /// The document.
    #[must_use]
    pub fn json(&self) -> Value {
        let named = |(id, name): &(String, String)| json!({"id": id, "name": name});
        let mut user = named(&self.user);
        user["domain"] = named(&self.user_domain);
        user["password_expires_at"] = Value::Null;
        let mut token = json!({
            "methods": self.methods,
            "user": user,
            "issued_at": keystone_time(self.issued_at),
            "expires_at": keystone_time(self.expires_at),
            "audit_ids": self.audit_ids,
        });
        match &self.scope {
            TokenScope::Unscoped => {}
            TokenScope::Project { id, name, domain } => {
                token["project"] = json!({"id": id, "name": name, "domain": named(domain)});
                token["is_domain"] = json!(false);
            }
            TokenScope::Domain { id, name } => token["domain"] = json!({"id": id, "name": name}),
            TokenScope::System => token["system"] = json!({"all": true}),
        }
        if self.is_scoped() {
            let role = |name: &String| json!({"id": format!("{name}-role-id"), "name": name});
            token["roles"] = self.roles.iter().map(role).collect();
        }
        if let Some(catalog) = &self.catalog {
            token["catalog"] = catalog.clone();
        }
        for (name, value) in &self.others {
            token[name] = value.clone();
        }
        json!({ "token": token })
    }

    /// A response to a login with this document, and with the token in its header.
    ///
    /// ```
    /// use archstone_testing::{FakeServer, TokenBuilder};
    ///
    /// // The same token for every login, prepared once.
    /// let server = FakeServer::start();
    /// server.on("POST", "/v3/auth/tokens").reply(TokenBuilder::new().reply("the-token"));
    /// ```
    pub fn reply(&self, token: &str) -> Reply {
        Reply::json(201, self.json()).header("x-subject-token", token).header("vary", "X-Auth-Token")
    }
}

//! The catalog that came with a token, or why there is none.

use std::sync::OnceLock;

use serde_json::{Value, value::RawValue};

use super::{Access, Received};
use crate::{
    catalog::Catalog,
    error::{Error, ErrorKind, Result},
    hint::Hint,
    host::Host,
    record::Project,
};

/// A catalog that is parsed on first use, so that reading a token alone does not pay for it.
pub(super) struct LazyCatalog {
    raw: Box<RawValue>,
    read: fn(&str) -> serde_json::Result<Catalog>,
    catalog: OnceLock<Catalog>,
}

impl LazyCatalog {
    pub(super) fn new(raw: Box<RawValue>, read: fn(&str) -> serde_json::Result<Catalog>) -> Self {
        Self { raw, read, catalog: OnceLock::new() }
    }

    fn get(&self) -> &Catalog {
        self.catalog.get_or_init(|| {
            (self.read)(self.raw.get()).unwrap_or_else(|error| {
                tracing::warn!(target: "archstone::login", %error, "the catalog that came with the token is malformed");
                Catalog::malformed()
            })
        })
    }
}

pub(super) fn v3_catalog(text: &str) -> serde_json::Result<Catalog> {
    serde_json::from_str(text)
}

impl Access {
    /// The same access, with the reason why the login could not choose a project.
    pub(crate) fn without_scope_because(mut self, error: &Error) -> Self {
        tracing::warn!(target: "archstone::login", %error, "the token has no scope");
        self.no_scope_because = Some(error.to_string());
        self
    }

    /// The same access with a catalog that was fetched later.
    pub(crate) fn with_catalog(&self, catalog: &Value, host: &Host) -> Result<Self> {
        let malformed = |source| Error::new(ErrorKind::InvalidResponse, "the catalog is malformed").with_source(source);
        let mut document: Value = serde_json::from_str(&self.raw).map_err(malformed)?;
        let raw = match document.get_mut("token") {
            Some(token) => {
                token["catalog"] = catalog.clone();
                document.to_string()
            }
            // A stored v2.0 reference, whose own catalog has another form.
            None => self.raw.clone(),
        };
        let received = Received { at: self.lifetime.received, server_date: None, issued_now: false };
        let access = Self::parse(self.token.clone(), raw, self.auth_url.clone(), &received, host)?;
        let catalog = LazyCatalog::new(serde_json::value::to_raw_value(catalog).map_err(malformed)?, v3_catalog);
        let (possible_projects, no_scope_because) = (self.possible_projects.clone(), self.no_scope_because.clone());
        Ok(Self {
            lifetime: self.lifetime,
            skew: self.skew,
            catalog: Some(catalog),
            possible_projects,
            no_scope_because,
            ..access
        })
    }

    /// The services and endpoints; `None` for an unscoped token, and for a token that was issued without a catalog
    /// (`include_catalog`) until a client first needs it.
    #[must_use]
    pub fn catalog(&self) -> Option<&Catalog> {
        self.catalog.as_ref().map(LazyCatalog::get)
    }

    /// The services and endpoints, or an error if there are none.
    ///
    /// # Errors
    ///
    /// [`EndpointNotFound`](ErrorKind::EndpointNotFound) for a token without a catalog; the message says why, and what
    /// to do.
    pub fn scoped_catalog(&self) -> Result<&Catalog> {
        self.catalog().ok_or_else(|| {
            let (why, hint) = self.why_no_catalog();
            Error::new(ErrorKind::EndpointNotFound, why).with_hint(hint)
        })
    }

    /// Why there is no catalog, and what to do.
    pub(crate) fn why_no_catalog(&self) -> (&'static str, Hint) {
        if !self.is_scoped() {
            return ("the token is unscoped and has no catalog", self.how_to_get_a_scope());
        }
        let hint = "a client that logs in reads it when it looks up an endpoint; otherwise get a token without "
            + Hint::option("include_catalog");
        ("the token was issued without its catalog", hint)
    }

    pub(crate) fn how_to_get_a_scope(&self) -> Hint {
        let choose = || "choose a scope with " + Hint::options(["project_name", "domain_name", "system_scope"], "or");
        match (&self.no_scope_because, self.possible_projects()) {
            (Some(why), _) => {
                Hint::from(format!("the login could not find a project: {why}; log in again, or ")) + choose()
            }
            (None, None) => choose(),
            (None, Some([])) => "the user has no project to act in: ask an administrator for a role in one".into(),
            (None, Some(projects)) => {
                let choice = Hint::options(["project_id", "project_name"], "or");
                "choose a project with " + choice + format!(": {}", Project::list(projects))
            }
        }
    }
}

//! Finds resources by the name or id that a user types.

use archstone::{
    Error, ErrorKind, Result,
    identity::{Domain, Project, Resource, ResourceSpec, Role, User},
};
use serde_json::{Map, Value};

use super::{
    Argument, Reads,
    argument::Sets,
    request::{Arguments, Fields, Request},
};
use crate::{named::Things, session::Named};

/// How resources of a kind are found.
pub(crate) struct Finder {
    pub(super) resource: &'static ResourceSpec,
    /// The option for the domain.
    domain: Option<&'static str>,
    by: By,
    /// Whether a text is used as an ID if the user is not allowed to look it up.
    takes_unseen: bool,
    /// Whether a text is used as an ID if nothing is found: assignments of a deleted resource may still exist.
    takes_missing: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Id,
    NameOrId,
    /// Services are found by their type, too.
    NameIdOrType,
}

impl Finder {
    /// By id or name.
    pub(crate) const fn of(resource: &'static ResourceSpec) -> Self {
        Self { resource, domain: None, by: By::NameOrId, takes_unseen: false, takes_missing: false }
    }

    /// By id alone: nothing is looked up.
    pub(crate) const fn by_id(resource: &'static ResourceSpec) -> Self {
        Self { by: By::Id, ..Self::of(resource) }
    }

    /// By id, name or type.
    pub(crate) const fn also_by_type(mut self) -> Self {
        self.by = By::NameIdOrType;
        self
    }

    /// In the domain that this option names.
    pub(crate) const fn in_domain(mut self, option: &'static str) -> Self {
        self.domain = Some(option);
        self
    }

    /// Uses the text as an ID if the user is not allowed to look it up.
    pub(crate) const fn or_as_given(mut self) -> Self {
        self.takes_unseen = true;
        self
    }

    /// Uses the text as an ID if the resource no longer exists.
    pub(crate) const fn or_missing(mut self) -> Self {
        self.takes_missing = true;
        self
    }

    /// The resources that it finds. `given` returns the value of an argument on the command line.
    pub(super) fn named(&self, given: &dyn Fn(&str) -> Option<String>) -> Things {
        let named = if self.by == By::Id { Things::by_id(self.resource) } else { Things::of(self.resource) };
        match self.domain.and_then(given) {
            Some(domain) => named.within_domain(domain),
            None => named,
        }
    }

    /// The resource's ID.
    pub(crate) fn id(&self, request: &Request<'_>, wanted: &str) -> Result<String> {
        if self.by == By::Id {
            return Ok(wanted.to_owned());
        }
        let domain = self.domain_id(request)?;
        let name = Named { kind: self.resource.names.class, domain: domain.clone(), name: wanted.to_owned() };
        if let Some(id) = request.session.ids().get(&name) {
            return Ok(id);
        }
        let filters = domain.map(|domain| ("domain_id".to_owned(), domain.into())).into_iter().collect();
        let found = match self.find_among(request, wanted, &filters) {
            Err(error) if error.kind() == ErrorKind::NotFound && self.takes_missing => return Ok(wanted.to_owned()),
            found => found?,
        };
        let id = found.get(self.resource.key).and_then(Value::as_str).ok_or_else(|| {
            let message = format!("the answer gives no `{}` of `{wanted}`", self.resource.key);
            Error::new(ErrorKind::InvalidResponse, message)
        })?;
        request.session.ids().insert(name, id);
        Ok(id.to_owned())
    }

    /// What is known without a lookup: the ID, if the resource is only given by ID.
    pub(super) fn given(&self, wanted: &str) -> Option<Fields> {
        (self.by == By::Id).then(|| Map::from_iter([(self.resource.key.to_owned(), wanted.into())]))
    }

    /// All fields of a resource, among those that match the filters.
    pub(crate) fn find(&self, request: &Request<'_>, wanted: &str, mut filters: Arguments) -> Result<Fields> {
        filters.extend(self.domain_id(request)?.map(|domain| ("domain_id".to_owned(), domain.into())));
        self.find_among(request, wanted, &filters)
    }

    /// The id of the domain that the option names.
    fn domain_id(&self, request: &Request<'_>) -> Result<Option<String>> {
        self.domain.and_then(|option| request.text(option)).map(|domain| DOMAIN.id(request, domain)).transpose()
    }

    fn find_among(&self, request: &Request<'_>, wanted: &str, filters: &Arguments) -> Result<Fields> {
        let found = match request.get(self.resource, filters.clone(), wanted, self.by == By::Id) {
            Err(error) if self.by == By::NameIdOrType && error.kind() == ErrorKind::NotFound => {
                self.by_type(request, wanted).and_then(|found| found.ok_or(error))
            }
            Err(error) if error.kind() == ErrorKind::Forbidden => self.unseen(request, wanted, filters).ok_or(error),
            found => found,
        };
        match found.map_err(|error| in_its_domain(error, self.domain_option(request)))? {
            Value::Object(fields) => Ok(fields),
            _ => Err(Error::new(ErrorKind::InvalidResponse, format!("the answer about `{wanted}` is not an object"))),
        }
    }

    /// The option of the command for the domain.
    fn domain_option(&self, request: &Request<'_>) -> Option<&'static str> {
        let is_itself = |it: &Argument| {
            it.sets == Sets::Itself && matches!(it.reads, Reads::Name(finder) if std::ptr::eq(finder, self))
        };
        let described = request.described;
        let within = |it: &&Argument| matches!(it.sets, Sets::Within("domain" | "domain_id"));
        match self.domain {
            Some(option) => described.iter().find(|it| it.name == option),
            None if described.iter().any(is_itself) => described.iter().find(within),
            None => None,
        }
        .map(|it| it.name)
    }

    /// A service by its type.
    fn by_type(&self, request: &Request<'_>, wanted: &str) -> Result<Option<Value>> {
        let Some(list) = self.resource.operation("list") else { return Ok(None) };
        let mut found = request.all(list, Map::from_iter([("type".to_owned(), wanted.into())]))?;
        if found.len() > 1 {
            let ids: Vec<_> = found.iter().filter_map(|it| it[self.resource.key].as_str()).collect();
            let message =
                format!("{} {} have the type `{wanted}`: {}", ids.len(), self.resource.names.members, ids.join(", "));
            return Err(Error::new(ErrorKind::Ambiguous, message).with_hint("name it by its id"));
        }
        Ok(found.pop())
    }

    /// What is known without a lookup: the user's own user, project and roles, which are in the token; or the text as
    /// an ID, if that is accepted.
    fn unseen(&self, request: &Request<'_>, wanted: &str, filters: &Arguments) -> Option<Value> {
        let access = request.session.client().ok()?.authenticate().ok()?;
        let domain = filters.get("domain_id").or(filters.get("domain")).and_then(Value::as_str);
        let own = |id: Option<&str>, name: Option<&str>, own: [Option<&str>; 2]| {
            let is_own = name == Some(wanted) && domain.is_none_or(|domain| own.contains(&Some(domain)));
            id.filter(|_| is_own).map(str::to_owned)
        };
        let id = match self.resource.names.class {
            class if class == User::SPEC.names.class => {
                let domain = [access.user_domain_id(), access.user_domain_name()];
                own(access.user_id(), access.user_name(), domain)
            }
            class if class == Project::SPEC.names.class => {
                let domain = [access.project_domain_id(), access.project_domain_name()];
                own(access.project_id(), access.project_name(), domain)
            }
            // A token does not contain domain-specific roles.
            class if class == Role::SPEC.names.class && domain.is_none() => {
                let role = access.roles().iter().find(|role| role.name.as_deref() == Some(wanted));
                role.and_then(|role| role.id.clone())
            }
            _ => None,
        };
        let id = id.or_else(|| self.takes_unseen.then(|| wanted.to_owned()))?;
        Some(Map::from_iter([(self.resource.key.to_owned(), id.into())]).into())
    }
}

/// Adds a hint about the command's option for the domain, if several resources have the same name.
pub(crate) fn in_its_domain(error: Error, option: Option<&str>) -> Error {
    match option {
        _ if error.kind() != ErrorKind::Ambiguous => error,
        Some(option) => error.with_hint(format!("name it by its id, or give its domain with `--{option}`")),
        None => error.with_hint("name it by its id"),
    }
}

/// Domains: users who may not list them give IDs.
pub(crate) static DOMAIN: Finder = Finder::of(Domain::SPEC).or_as_given();

/// Projects, in the domain that `--project-domain` names.
pub(crate) static PROJECT: Finder = Finder::of(Project::SPEC).in_domain("project-domain").or_as_given();

/// Users, in the domain that `--user-domain` names.
pub(crate) static USER: Finder = Finder::of(User::SPEC).in_domain("user-domain").or_as_given();

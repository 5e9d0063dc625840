//! Converts Keystone's responses to facts.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{Actor, Assignment, Entry, Grants, Held, Part, Place, Unseen};
use crate::{
    access::Access,
    error::{ErrorKind, Result},
    identity::{InferenceRule, RoleAssignment},
};

pub(super) type Entries = HashMap<String, Entry>;

/// The data that does not depend on groups and assignments, as far as it could be listed.
pub(super) struct Tree {
    pub(super) projects: Result<Entries>,
    pub(super) domains: Result<Entries>,
    pub(super) roles: Result<Entries>,
    pub(super) implied: Result<Vec<InferenceRule>>,
}

impl Grants {
    /// Adds a role assignment, and the names that come with it.
    pub fn add(&mut self, assignment: &RoleAssignment) {
        let place = match (assignment.project_id(), assignment.domain_id()) {
            (Some(project), _) => Place::Project(project.to_owned()),
            (None, Some(domain)) => Place::Domain(domain.to_owned()),
            (None, None) => Place::System,
        };
        let actor = match (assignment.user_id(), assignment.group_id()) {
            (Some(user), _) => Actor::User(user.to_owned()),
            (None, Some(group)) => Actor::Group(group.to_owned()),
            (None, None) => return,
        };
        let Some(role) = assignment.role_id() else { return };
        let (is_inherited, role) = (assignment.is_inherited(), role.to_owned());
        self.assignments.push(Assignment { actor, role, place, is_inherited });
        self.add_names(assignment);
    }

    /// Adds the names that come with a role assignment.
    pub(super) fn add_names(&mut self, assignment: &RoleAssignment) {
        let scope = &assignment.scope;
        for (named, entries) in [
            (assignment.user.as_ref(), &mut self.users),
            (assignment.group.as_ref(), &mut self.groups),
            (Some(&assignment.role), &mut self.roles),
            (scope.get("project").and_then(Value::as_object), &mut self.projects),
            (scope.get("domain").and_then(Value::as_object), &mut self.domains),
        ] {
            let text = |of: &Map<String, Value>, key: &str| of.get(key)?.as_str().map(str::to_owned);
            let Some((id, name)) = named.and_then(|it| Some((text(it, "id")?, text(it, "name")?))) else { continue };
            let owner = named.and_then(|it| it.get("domain")?.as_object());
            let owner = owner.and_then(|it| text(it, "id"));
            // For deleted objects Keystone returns an empty name.
            if !name.is_empty() {
                entries.entry(id).or_insert_with(|| Entry::named(&name, owner.as_deref()));
            }
        }
    }

    /// Adds a rule by which one role implies others.
    pub fn add_rule(&mut self, rule: &InferenceRule) {
        let Some(prior) = rule.prior_role.get("id").and_then(Value::as_str) else { return };
        let implied = match &rule.implies {
            Value::Array(implied) => implied.as_slice(),
            implied => std::slice::from_ref(implied),
        };
        let implied = implied.iter().filter_map(|it| it["id"].as_str()).map(str::to_owned);
        self.implied.entry(prior.to_owned()).or_default().extend(implied);
    }

    /// The result; if the token may not see it, an empty result, and a note in `unseen`.
    pub(super) fn seen<T: Default>(&mut self, found: Result<T>, what: Part) -> Result<T> {
        match found {
            Err(error) if error.kind() == ErrorKind::Forbidden => {
                if self.unseen.iter().all(|it| it.what != what) {
                    self.unseen.push(Unseen { what, why: Some(error) });
                }
                Ok(T::default())
            }
            found => found,
        }
    }

    pub(super) fn take_assignments(&mut self, found: Result<Vec<RoleAssignment>>) -> Result<()> {
        for assignment in self.seen(found, Part::Assignments)? {
            self.add(&assignment);
        }
        Ok(())
    }

    pub(super) fn take_tree(&mut self, tree: Tree) -> Result<()> {
        // A list contains more data than an assignment does.
        let projects = self.seen(tree.projects, Part::Projects)?;
        self.projects.extend(projects);
        let domains = self.seen(tree.domains, Part::Domains)?;
        self.domains.extend(domains);
        let roles = self.seen(tree.roles, Part::Roles)?;
        self.roles.extend(roles);
        for rule in self.seen(tree.implied, Part::ImpliedRoles)? {
            self.add_rule(&rule);
        }
        Ok(())
    }

    /// Adds the roles of a token, and the names in it.
    pub(super) fn take_token(&mut self, user: &str, access: &Access) {
        let place = match (access.project_id(), access.domain_id()) {
            (Some(id), _) => Some(Place::Project(id.to_owned())),
            (None, Some(id)) => Some(Place::Domain(id.to_owned())),
            (None, None) => access.is_system_scoped().then_some(Place::System),
        };
        let names = [
            (&mut self.users, Some(user), access.user_name(), access.user_domain_id()),
            (&mut self.projects, access.project_id(), access.project_name(), access.project_domain_id()),
        ];
        for (entries, id, name, domain) in names {
            let Some((id, name)) = id.zip(name) else { continue };
            entries.entry(id.to_owned()).or_insert_with(|| Entry::named(name, domain));
        }
        for (id, name) in [
            (access.user_domain_id(), access.user_domain_name()),
            (access.project_domain_id(), access.project_domain_name()),
            (access.domain_id(), access.domain_name()),
        ] {
            let Some((id, name)) = id.zip(name) else { continue };
            self.domains.entry(id.to_owned()).or_insert_with(|| Entry::named(name, None));
        }
        for role in access.roles() {
            let (Some(id), Some(place)) = (&role.id, &place) else { continue };
            self.roles.entry(id.clone()).or_insert_with(|| Entry::named(role.name.as_deref().unwrap_or(id), None));
            self.held.push(Held { user: user.to_owned(), role: id.clone(), place: place.clone() });
        }
    }
}

impl Entry {
    pub(super) fn named(name: &str, domain: Option<&str>) -> Self {
        Self { name: name.to_owned(), domain: domain.map(str::to_owned), parent: None, is_enabled: true }
    }
}

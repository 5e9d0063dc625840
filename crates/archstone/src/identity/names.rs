//! Role assignments with names, which are added here.
//!
//! If names are requested, Keystone looks up each user, project and role of each assignment separately: for a hundred
//! thousand assignments this takes minutes. Here users, groups, projects, domains and roles are listed once each, all
//! at the same time.

use std::collections::HashMap;

use futures_util::future::{try_join, try_join5};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    Domain, Group, Identity, Items, List, Project, Role, RoleAssignment, User,
    prepare::Arguments,
    resource::{FromAnswer, Resource},
    role_assignment,
};
use crate::{
    error::{Error, ErrorKind, Result},
    lenient,
};

/// Role assignments with the names of everything in them: see [`List::named`].
#[derive(Debug)]
pub struct NamedAssignments {
    identity: Identity,
    items: Items,
    names: Option<Names>,
}

impl NamedAssignments {
    pub(super) fn new(identity: Identity, items: Items) -> Self {
        Self { identity, items, names: None }
    }

    /// The next assignment; `None` after the last.
    ///
    /// # Errors
    ///
    /// As [`List::next`]; [`Forbidden`](ErrorKind::Forbidden) without permission to list users, groups, projects,
    /// domains and roles: then use the service's own names (`include_names`).
    pub async fn next(&mut self) -> Result<Option<RoleAssignment>> {
        self.next_json().await?.map(|it| RoleAssignment::from_answer(it.into())).transpose()
    }

    /// The same as JSON.
    ///
    /// # Errors
    ///
    /// As [`next`](Self::next).
    pub async fn next_json(&mut self) -> Result<Option<Map<String, Value>>> {
        let names = match &mut self.names {
            Some(names) => names,
            // Keystone works on the assignments, which take it longest, while it returns the names.
            none => none.insert(try_join(Names::of(&self.identity), self.items.begin()).await?.0),
        };
        let Some(item) = self.items.next().await? else { return Ok(None) };
        let mut assignment: Map<String, Value> = parse(&item)?;
        names.look_up(&self.identity, &assignment).await?;
        names.add_to(&mut assignment);
        Ok(Some(assignment))
    }

    /// Up to `most` assignments as JSON, as many as are available without waiting for more; empty after the last.
    ///
    /// # Errors
    ///
    /// As [`next`](Self::next).
    pub async fn some(&mut self, most: usize) -> Result<Vec<Map<String, Value>>> {
        let mut some = Vec::new();
        while some.len() < most.max(1)
            && (some.is_empty() || self.items.has_some_ready())
            && let Some(next) = self.next_json().await?
        {
            some.push(next);
        }
        Ok(some)
    }
}

impl List<role_assignment::List> {
    /// The same with the names of users, groups, projects, domains and roles, added on the client: for long lists, for
    /// which [`include_names`](Self::include_names) would take Keystone a long time. It lists each of them once.
    ///
    /// ```no_run
    /// # async fn run(client: archstone::Client) -> archstone::Result<()> {
    /// let mut all = client.identity().role_assignments().list().named();
    /// while let Some(it) = all.next().await? {
    ///     println!("{:?} is {:?} of {:?}", it.user_name(), it.role_name(), it.project_name());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn named(self) -> NamedAssignments {
        let (client, arguments) = self.into_parts();
        let items = Items::new(&client, <role_assignment::List as super::Operation>::SPEC, arguments);
        NamedAssignments::new(client.identity(), items)
    }
}

impl Identity {
    /// Role assignments with names, as [`List::named`], given the filters of the list by name.
    #[must_use]
    pub fn named_role_assignments(&self, filters: Map<String, Value>) -> NamedAssignments {
        let list = <role_assignment::List as super::Operation>::SPEC;
        NamedAssignments::new(self.clone(), self.items(list, filters))
    }
}

/// A name, and its domain.
#[derive(Debug, Deserialize)]
struct Named {
    id: String,
    #[serde(default, deserialize_with = "lenient::part")]
    name: String,
    #[serde(default, deserialize_with = "lenient::text")]
    domain_id: Option<String>,
}

/// Names and domains by id; `None` for deleted objects.
type ById = HashMap<String, Option<(String, Option<String>)>>;

#[derive(Debug)]
struct Names {
    users: ById,
    groups: ById,
    projects: ById,
    domains: ById,
    roles: ById,
}

impl Names {
    async fn of(identity: &Identity) -> Result<Self> {
        let (users, groups, projects, domains, roles) = try_join5(
            listed::<User>(identity),
            listed::<Group>(identity),
            listed::<Project>(identity),
            listed::<Domain>(identity),
            listed::<Role>(identity),
        )
        .await?;
        Ok(Self { users, groups, projects, domains, roles })
    }

    /// Requests, once, what is in no list: domain-specific roles, and users in an external directory.
    async fn look_up(&mut self, identity: &Identity, assignment: &Map<String, Value>) -> Result<()> {
        let scope = assignment.get("scope");
        for (what, names, spec) in [
            (assignment.get("role"), &mut self.roles, Role::SPEC),
            (assignment.get("user"), &mut self.users, User::SPEC),
            (assignment.get("group"), &mut self.groups, Group::SPEC),
            (scope.and_then(|it| it.get("project")), &mut self.projects, Project::SPEC),
            (scope.and_then(|it| it.get("domain")), &mut self.domains, Domain::SPEC),
        ] {
            let id = what.and_then(|it| it["id"].as_str());
            let (Some(id), Some(get)) = (id.filter(|id| !names.contains_key(*id)), spec.operation("get")) else {
                continue;
            };
            let named = Map::from_iter([(spec.names.member.to_owned(), id.into())]);
            let found = match identity.perform(get, named).await {
                Ok(found) => {
                    found["name"].as_str().map(|name| (name.to_owned(), found["domain_id"].as_str().map(str::to_owned)))
                }
                Err(error) if error.kind() == ErrorKind::NotFound => None,
                Err(error) => return Err(error),
            };
            names.insert(id.to_owned(), found);
        }
        Ok(())
    }

    fn add_to(&self, assignment: &mut Map<String, Value>) {
        for (key, names) in [("user", &self.users), ("group", &self.groups), ("role", &self.roles)] {
            if let Some(what) = assignment.get_mut(key) {
                self.name(what, names);
            }
        }
        if let Some(Value::Object(scope)) = assignment.get_mut("scope") {
            for (key, names) in [("project", &self.projects), ("domain", &self.domains)] {
                if let Some(what) = scope.get_mut(key) {
                    self.name(what, names);
                }
            }
        }
    }

    /// Adds what Keystone would add. Objects that have been deleted since have no name.
    fn name(&self, what: &mut Value, names: &ById) {
        let Value::Object(what) = what else { return };
        let known = what.get("id").and_then(Value::as_str).and_then(|id| names.get(id));
        let Some(Some((name, domain))) = known else { return };
        what.insert("name".to_owned(), name.as_str().into());
        if let Some(domain) = domain {
            let name = self.domains.get(domain).and_then(|it| it.as_ref()).map(|(name, _)| name);
            what.insert("domain".to_owned(), json!({ "id": domain, "name": name }));
        }
    }
}

async fn listed<R: Resource>(identity: &Identity) -> Result<ById> {
    let Some(list) = R::SPEC.operation("list") else { return Ok(ById::new()) };
    let mut items = identity.items(list, Arguments::new());
    let mut names = ById::new();
    while let Some(item) = items.next().await? {
        let Named { id, name, domain_id } = parse(&item)?;
        names.insert(id, Some((name, domain_id)));
    }
    Ok(names)
}

fn parse<T: for<'de> Deserialize<'de>>(item: &[u8]) -> Result<T> {
    serde_json::from_slice(item).map_err(|source| {
        Error::new(ErrorKind::InvalidResponse, "the answer is not the JSON that is expected").with_source(source)
    })
}

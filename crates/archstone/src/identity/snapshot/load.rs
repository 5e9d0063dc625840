//! Lists everything of some kinds in Keystone, and replaces ids with names.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value, json};

use super::{Aspect, Fields, Snapshot};
use crate::{
    error::{Error, ErrorKind, Result},
    identity::{
        Domain, Endpoint, Group, Identity, InferenceRule, Limit, OperationSpec, Project, Region, RegisteredLimit,
        Resource, ResourceSpec, Role, Service, User,
        bulk::at_once,
        grants::{Actor, Filter, Place},
    },
};

type Item = Map<String, Value>;

impl Identity {
    /// The content of the identity service of these kinds, by names. Lists that are needed for names are fetched, too,
    /// all at the same time.
    ///
    /// # Errors
    ///
    /// [`Forbidden`](ErrorKind::Forbidden) when the token may not see all of it, since a part of a cloud cannot be
    /// compared; or the reason why there is no response or no token.
    pub async fn snapshot(&self, aspects: &[Aspect]) -> Result<Snapshot> {
        let wanted: BTreeSet<Aspect> = aspects.iter().copied().collect();
        let mut lists = Lists::default();
        let specs: BTreeSet<_> = wanted.iter().flat_map(|it| needed(*it)).map(|spec| spec.manager).collect();
        let specs: Vec<_> = LISTED.iter().copied().filter(|spec| specs.contains(spec.manager)).collect();
        let queries = specs.iter().filter_map(|spec| Some((spec.operation("list")?, json!({})))).collect();
        for (spec, found) in specs.iter().zip(self.all(queries).await) {
            lists.0.insert(spec.manager, found?);
        }
        if specs.iter().any(|spec| spec.manager == "roles") {
            let domains = lists.of(Domain::SPEC).iter().filter_map(|it| text(it, "id"));
            let domains = domains.filter_map(|id| Some((Role::SPEC.operation("list")?, json!({"domain_id": id}))));
            for found in self.all(domains.collect()).await {
                lists.0.entry("roles").or_default().extend(found?);
            }
        }
        let mut snapshot = Snapshot::default();
        let names = lists.names();
        for aspect in wanted {
            snapshot.items.entry(aspect).or_default();
            match aspect {
                Aspect::Memberships => self.add_memberships(&mut snapshot, &lists, &names).await?,
                Aspect::Assignments => self.add_assignments(&mut snapshot).await?,
                Aspect::ImpliedRoles => {
                    let rules = InferenceRule::SPEC.operation("list_inference_roles").map(|it| (it, json!({})));
                    for found in self.all(rules.into_iter().collect()).await {
                        for rule in &found? {
                            add_rule(&mut snapshot, rule, &names);
                        }
                    }
                }
                _ => add_items(&mut snapshot, aspect, &lists, &names),
            }
        }
        Ok(snapshot)
    }

    /// Fetches lists, several at a time; the results are in the order of the queries.
    async fn all(&self, queries: Vec<(&'static OperationSpec, Value)>) -> Vec<Result<Vec<Item>>> {
        at_once(queries, |(list, query)| listed(self.clone(), list, query)).await
    }

    async fn add_memberships(&self, snapshot: &mut Snapshot, lists: &Lists, names: &Names) -> Result<()> {
        let groups: Vec<_> = lists.of(Group::SPEC).iter().filter_map(|it| text(it, "id")).collect();
        let list = |id: &&str| Some((User::SPEC.operation("list")?, json!({"group": id})));
        let members = self.all(groups.iter().filter_map(list).collect()).await;
        for (group, members) in groups.iter().zip(members) {
            for user in members?.iter().filter_map(|it| text(it, "id")) {
                let name = format!("{} in {}", names.of(user), names.of(group));
                snapshot.add(Aspect::Memberships, &name, Fields::new());
            }
        }
        Ok(())
    }

    async fn add_assignments(&self, snapshot: &mut Snapshot) -> Result<()> {
        let grants = self.grants(&Filter::default()).await?;
        if let Some(refusal) = grants.unseen.iter().find_map(|it| it.why.clone()) {
            return Err(refusal);
        }
        for assignment in &grants.assignments {
            let actor = match &assignment.actor {
                Actor::User(id) => format!("user {}", grants.user_name(id)),
                Actor::Group(id) => format!("group {}", grants.group_name(id)),
            };
            let place = grants.place_name(assignment.place.as_ref());
            let place = match assignment.place {
                Place::System => "the system".to_owned(),
                Place::Domain(_) => format!("domain {place}"),
                Place::Project(_) => format!("project {place}"),
            };
            let inherited = if assignment.is_inherited { " (inherited)" } else { "" };
            let name = format!("{actor}: {} on {place}{inherited}", grants.role_name(&assignment.role));
            snapshot.add(Aspect::Assignments, &name, Fields::new());
        }
        Ok(())
    }
}

const LISTED: &[&ResourceSpec] = &[
    Domain::SPEC,
    Project::SPEC,
    User::SPEC,
    Group::SPEC,
    Role::SPEC,
    Region::SPEC,
    Service::SPEC,
    Endpoint::SPEC,
    RegisteredLimit::SPEC,
    Limit::SPEC,
];

/// The lists that an aspect needs: its own, and those with the names in it.
fn needed(aspect: Aspect) -> &'static [&'static ResourceSpec] {
    match aspect {
        Aspect::Domains => &[Domain::SPEC],
        Aspect::Projects => &[Project::SPEC, Domain::SPEC],
        Aspect::Users => &[User::SPEC, Domain::SPEC, Project::SPEC],
        Aspect::Groups => &[Group::SPEC, Domain::SPEC],
        Aspect::Memberships => &[Group::SPEC, User::SPEC, Domain::SPEC],
        Aspect::Roles | Aspect::ImpliedRoles => &[Role::SPEC, Domain::SPEC],
        Aspect::Assignments => &[],
        Aspect::Regions => &[Region::SPEC],
        Aspect::Services => &[Service::SPEC],
        Aspect::Endpoints => &[Endpoint::SPEC, Service::SPEC],
        Aspect::RegisteredLimits => &[RegisteredLimit::SPEC, Service::SPEC],
        Aspect::Limits => &[Limit::SPEC, Service::SPEC, Project::SPEC, Domain::SPEC],
    }
}

#[derive(Default)]
struct Lists(HashMap<&'static str, Vec<Item>>);

impl Lists {
    fn of(&self, spec: &ResourceSpec) -> &[Item] {
        self.0.get(spec.manager).map_or(&[], Vec::as_slice)
    }

    /// The names of everything that was listed.
    fn names(&self) -> Names {
        let mut names = Names::default();
        for spec in [Domain::SPEC, Project::SPEC, User::SPEC, Group::SPEC, Role::SPEC] {
            for item in self.of(spec) {
                let (Some(id), Some(name)) = (text(item, "id"), text(item, "name")) else { continue };
                // Domains are listed first.
                let name = match text(item, "domain_id") {
                    Some(domain) => format!("{name}@{}", names.of(domain)),
                    None => name.to_owned(),
                };
                names.0.insert(id.to_owned(), name);
            }
        }
        for item in self.of(Service::SPEC) {
            let parts: Vec<_> = ["type", "name"].iter().filter_map(|key| text(item, key)).collect();
            names.0.extend(text(item, "id").map(|id| (id.to_owned(), parts.join(" "))));
        }
        names
    }
}

/// Names by ids: ids of users, projects and other kinds never collide.
#[derive(Default)]
struct Names(HashMap<String, String>);

impl Names {
    fn of<'a>(&'a self, id: &'a str) -> &'a str {
        self.0.get(id).map_or(id, String::as_str)
    }
}

fn text<'a>(item: &'a Item, key: &str) -> Option<&'a str> {
    item.get(key)?.as_str()
}

fn add_items(snapshot: &mut Snapshot, aspect: Aspect, lists: &Lists, names: &Names) {
    let Some(spec) = needed(aspect).first() else { return };
    let mut items: Vec<(String, Fields)> =
        lists.of(spec).iter().map(|item| (name(aspect, item, names), fields(aspect, item, names))).collect();
    // The order of items with the same name must not depend on the service.
    items.sort_by_cached_key(|(name, fields)| (name.clone(), format!("{fields:?}")));
    for (name, fields) in items {
        snapshot.add(aspect, &name, fields);
    }
}

fn name(aspect: Aspect, item: &Item, names: &Names) -> String {
    let referred = |key: &str| text(item, key).map(|id| names.of(id));
    let parts = match aspect {
        Aspect::Endpoints => vec![referred("service_id"), text(item, "interface"), text(item, "region_id")],
        Aspect::RegisteredLimits => vec![referred("service_id"), text(item, "resource_name"), text(item, "region_id")],
        Aspect::Limits => vec![
            referred("service_id"),
            text(item, "resource_name"),
            text(item, "region_id"),
            referred("project_id").or_else(|| referred("domain_id")),
        ],
        _ => vec![referred("id")],
    };
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// The fields to compare: without ids, and without those that are part of the name.
fn fields(aspect: Aspect, item: &Item, names: &Names) -> Fields {
    const EVERYWHERE: &[&str] = &["id", "links", "name", "domain_id"];
    let others: &[&str] = match aspect {
        // The expiry depends on when the password was set.
        Aspect::Users => &["password_expires_at"],
        Aspect::Services => &["type"],
        Aspect::Endpoints => &["service_id", "interface", "region_id", "region"],
        Aspect::RegisteredLimits => &["service_id", "resource_name", "region_id"],
        Aspect::Limits => &["service_id", "resource_name", "region_id", "project_id"],
        _ => &[],
    };
    let counts = |(key, value): &(&String, &Value)| {
        !value.is_null() && !EVERYWHERE.contains(&key.as_str()) && !others.contains(&key.as_str())
    };
    let referring = |(key, value): (&String, &Value)| match (key.as_str(), value.as_str()) {
        ("parent_id", Some(id)) => ("parent".to_owned(), names.of(id).into()),
        ("default_project_id", Some(id)) => ("default_project".to_owned(), names.of(id).into()),
        _ => (key.clone(), value.clone()),
    };
    item.iter().filter(counts).map(referring).collect()
}

fn add_rule(snapshot: &mut Snapshot, rule: &Item, names: &Names) {
    let id = |of: &Value| of["id"].as_str().map(|id| names.of(id).to_owned());
    let Some(prior) = rule.get("prior_role").and_then(id) else { return };
    for implied in rule.get("implies").and_then(Value::as_array).into_iter().flatten().filter_map(id) {
        snapshot.add(Aspect::ImpliedRoles, &format!("{prior} implies {implied}"), Fields::new());
    }
}

async fn listed(identity: Identity, list: &'static OperationSpec, query: Value) -> Result<Vec<Item>> {
    let query = if let Value::Object(query) = query { query } else { Map::new() };
    let mut items = identity.items(list, query);
    let mut found = Vec::new();
    while let Some(item) = items.next().await? {
        found.push(serde_json::from_slice(&item).map_err(|source| {
            Error::new(ErrorKind::InvalidResponse, "the answer is not the JSON that is expected").with_source(source)
        })?);
    }
    Ok(found)
}

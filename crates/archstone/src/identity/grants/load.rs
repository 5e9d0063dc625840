//! Loads the data for computing effective roles from Keystone: a few lists, all at the same time.

use std::collections::HashSet;

use futures_util::future::{join, join3, join4};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    Actor, Assignment, Entry, Filter, Grants, Part, Place, Unseen,
    facts::{Entries, Tree},
};
use crate::{
    access::Access,
    error::{Error, ErrorKind, Result},
    identity::{
        Domain, Group, Identity, Project, Resource, ResourceSpec, Role, RoleAssignment, User, bulk::at_once,
        resource::FromAnswer,
    },
    lenient,
};

impl Identity {
    /// Keystone's data about role assignments, as far as the filter needs it and the token may see it.
    ///
    /// Users, groups, projects, domains, roles and implied roles are listed once each, at the same time as the
    /// assignments; then the members of the relevant groups. A single user or group takes fewer requests. Without
    /// permission to list role assignments, only the roles in the own token are known: [`Grants::held`].
    /// [`Grants::unseen`] lists what the token could not see.
    ///
    /// # Errors
    ///
    /// [`Forbidden`](ErrorKind::Forbidden) when the token may not list role assignments, and those of others are
    /// requested; or the reason why there is no response or no token.
    pub async fn grants(&self, filter: &Filter) -> Result<Grants> {
        let mut grants = Grants::default();
        match (&filter.user, &filter.group) {
            (Some(user), _) => self.load_user(&mut grants, user, filter).await?,
            (None, Some(group)) => self.load_group(&mut grants, group, filter).await?,
            (None, None) => self.load_all(&mut grants, filter).await?,
        }
        let refused = grants.unseen.iter().find(|it| it.what == Part::Assignments).and_then(|it| it.why.clone());
        let access = self.0.access().await?;
        if let Some(refusal) = refused {
            self.load_own(&mut grants, filter, &access, refusal).await?;
        } else {
            self.name_the_rest(&mut grants).await?;
            if let Some(domain) = access.domain_id() {
                grants.unseen.push(Unseen { what: Part::OtherDomains(domain.to_owned()), why: None });
            }
        }
        Ok(grants)
    }

    /// Adds everyone's assignments that take effect at a place, with which [`Grants::gaps`] finds the groups that a
    /// user could be added to.
    ///
    /// # Errors
    ///
    /// The reason why there is no response. What the token may not see is added to [`Grants::unseen`].
    pub async fn add_grants_at(&self, grants: &mut Grants, place: &Place) -> Result<()> {
        let inherited = |from: &str, id: &str| json!({from: id, "inherited_to": "projects"});
        let queries = match place {
            Place::System => vec![json!({"system": true})],
            Place::Domain(id) => vec![json!({"domain": id})],
            Place::Project(id) => {
                let mut queries = vec![json!({"project": id})];
                queries.extend(grants.domain_of(id).map(|domain| inherited("domain", domain)));
                queries.extend(grants.above(id).into_iter().map(|project| inherited("project", project)));
                queries
            }
        };
        self.load_assignments(grants, queries).await?;
        let mut known = HashSet::new();
        grants.assignments.retain(|it| known.insert(it.clone()));
        self.name_the_rest(grants).await
    }

    async fn load_assignments(&self, grants: &mut Grants, queries: Vec<Value>) -> Result<()> {
        for found in at_once(queries.clone(), |query| assignments(self.clone(), query)).await {
            grants.take_assignments(found)?;
        }
        self.name_roles(grants, queries).await
    }

    /// Adds the names of roles for callers that may list assignments, but not roles. In all other cases Keystone is not
    /// asked to include names: for a hundred thousand assignments that takes minutes, and fails for one on a domain
    /// that acts as a project.
    async fn name_roles(&self, grants: &mut Grants, queries: Vec<Value>) -> Result<()> {
        let lacks_names = grants.assignments.iter().any(|it| !grants.roles.contains_key(&it.role));
        if !lacks_names || grants.unseen.iter().all(|it| it.what != Part::Roles) {
            return Ok(());
        }
        let named = queries.into_iter().map(|mut query| {
            query["include_names"] = true.into();
            query
        });
        for found in at_once(named.collect(), |query| assignments(self.clone(), query)).await {
            match found {
                Ok(found) => {
                    for assignment in &found {
                        grants.add_names(assignment);
                    }
                }
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Forbidden) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn load_user(&self, grants: &mut Grants, user: &str, filter: &Filter) -> Result<()> {
        let own = narrowed(json!({"user": user}), filter);
        let ((found, tree), (users, groups)) = join(
            join(assignments(self.clone(), own.clone()), self.tree()),
            join(
                one(self.clone(), User::SPEC, user.to_owned()),
                listed(self.clone(), Group::SPEC, json!({"user": user})),
            ),
        )
        .await;
        grants.take_assignments(found)?;
        grants.take_tree(tree)?;
        let users = grants.seen(users, Part::Users)?;
        grants.users.extend(users);
        let groups = grants.seen(groups, Part::Memberships(user.to_owned()))?;
        if grants.unseen.iter().all(|it| it.what != Part::Assignments) {
            let queries = groups.keys().map(|group| narrowed(json!({"group": group}), filter));
            self.load_assignments(grants, queries.collect()).await?;
            self.name_roles(grants, vec![own]).await?;
        }
        grants.members = groups.keys().map(|group| (group.clone(), vec![user.to_owned()])).collect();
        grants.groups.extend(groups);
        Ok(())
    }

    async fn load_group(&self, grants: &mut Grants, group: &str, filter: &Filter) -> Result<()> {
        let members = json!({"group": group});
        let own = narrowed(members.clone(), filter);
        let ((found, tree), (users, groups)) = join(
            join(assignments(self.clone(), own.clone()), self.tree()),
            join(listed(self.clone(), User::SPEC, members), one(self.clone(), Group::SPEC, group.to_owned())),
        )
        .await;
        grants.take_assignments(found)?;
        grants.take_tree(tree)?;
        let groups = grants.seen(groups, Part::Groups)?;
        grants.groups.extend(groups);
        let users = grants.seen(users, Part::Members(group.to_owned()))?;
        grants.members.insert(group.to_owned(), users.keys().cloned().collect());
        grants.users.extend(users);
        self.name_roles(grants, vec![own]).await
    }

    async fn load_all(&self, grants: &mut Grants, filter: &Filter) -> Result<()> {
        let all = narrowed(json!({}), filter);
        let ((found, tree), (users, groups)) = join(
            join(assignments(self.clone(), all.clone()), self.tree()),
            join(listed(self.clone(), User::SPEC, json!({})), listed(self.clone(), Group::SPEC, json!({}))),
        )
        .await;
        grants.take_assignments(found)?;
        grants.take_tree(tree)?;
        grants.users = grants.seen(users, Part::Users)?;
        grants.groups = grants.seen(groups, Part::Groups)?;
        self.name_roles(grants, vec![all]).await?;
        // The implied roles tell which groups are relevant, and which roles are domain-specific.
        self.name_the_rest(grants).await?;
        let groups: HashSet<_> = grants.leading_to(filter).into_iter().filter_map(Assignment::group).collect();
        let groups: Vec<_> = groups.into_iter().map(str::to_owned).collect();
        let queries = groups.iter().map(|group| json!({"group": group})).collect();
        let members = at_once(queries, |query| listed(self.clone(), User::SPEC, query)).await;
        for (group, members) in groups.into_iter().zip(members) {
            let members = match members {
                // A group's assignments can outlive it, if groups are in an external directory.
                Err(error) if error.kind() == ErrorKind::NotFound => Entries::new(),
                members => grants.seen(members, Part::Members(group.clone()))?,
            };
            grants.members.insert(group, members.keys().cloned().collect());
            grants.users.extend(members);
        }
        Ok(())
    }

    /// Lists projects, domains, roles, and implied roles.
    async fn tree(&self) -> Tree {
        let (projects, domains, roles, implied) = join4(
            listed(self.clone(), Project::SPEC, json!({})),
            listed(self.clone(), Domain::SPEC, json!({})),
            listed(self.clone(), Role::SPEC, json!({})),
            self.inference_rules().list_inference_roles().all(),
        )
        .await;
        Tree { projects, domains, roles, implied }
    }

    /// Requests what is in no list: domain-specific roles, and users in an external directory.
    async fn name_the_rest(&self, grants: &mut Grants) -> Result<()> {
        let actors = grants.assignments.iter().map(|it| match &it.actor {
            Actor::User(id) => (User::SPEC, id),
            Actor::Group(id) => (Group::SPEC, id),
        });
        let roles = grants.assignments.iter().map(|it| &it.role);
        let roles = roles.chain(grants.implied.iter().flat_map(|(prior, implied)| implied.iter().chain([prior])));
        let known = [(User::SPEC, &grants.users), (Group::SPEC, &grants.groups), (Role::SPEC, &grants.roles)];
        let known = |spec: &ResourceSpec, id: &String| {
            known.iter().any(|(it, entries)| it.manager == spec.manager && entries.contains_key(id))
        };
        let mut asked = HashSet::new();
        let unknown: Vec<(&'static ResourceSpec, String)> = actors
            .chain(roles.map(|id| (Role::SPEC, id)))
            .filter(|(spec, id)| !known(spec, id) && asked.insert((spec.manager, *id)))
            .map(|(spec, id)| (spec, id.clone()))
            .collect();
        let found = at_once(unknown.clone(), |(spec, id)| one(self.clone(), spec, id)).await;
        for ((spec, _), found) in unknown.into_iter().zip(found) {
            let entries = match spec.manager {
                "users" => &mut grants.users,
                "groups" => &mut grants.groups,
                _ => &mut grants.roles,
            };
            match found {
                Ok(found) => entries.extend(found),
                // Then the id is shown instead of the name.
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Forbidden) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Loads what is available without permission to see role assignments.
    async fn load_own(&self, grants: &mut Grants, filter: &Filter, access: &Access, refusal: Error) -> Result<()> {
        let user = access.user_id().unwrap_or_default();
        if filter.group.is_some() || filter.user.as_ref().is_some_and(|it| it != user) {
            return Err(refusal);
        }
        grants.take_token(user, access);
        let (projects, domains, systems) =
            join3(self.auth().projects().all(), self.auth().domains().all(), async { self.auth().systems().await })
                .await;
        let mut elsewhere = Vec::new();
        for project in projects? {
            elsewhere.push(Place::Project(project.id.clone()));
            let entry = Entry {
                name: project.name,
                domain: project.domain_id,
                parent: project.parent_id,
                is_enabled: project.enabled,
            };
            grants.projects.insert(project.id, entry);
        }
        for domain in domains? {
            elsewhere.push(Place::Domain(domain.id.clone()));
            grants.domains.insert(domain.id, Entry::named(&domain.name, None));
        }
        if systems?.as_array().is_some_and(|it| !it.is_empty()) {
            elsewhere.push(Place::System);
        }
        elsewhere.retain(|place| grants.held.iter().all(|it| it.place != *place));
        elsewhere.sort_by_cached_key(|it| grants.place_name(it.as_ref()));
        grants.elsewhere = elsewhere;
        Ok(())
    }
}

/// The data of a resource of any kind.
#[derive(Deserialize)]
struct Listed {
    id: String,
    #[serde(default, deserialize_with = "lenient::text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    domain_id: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    parent_id: Option<String>,
    #[serde(default)]
    enabled: Value,
}

impl Listed {
    fn entry(self) -> (String, Entry) {
        let name = self.name.unwrap_or_else(|| self.id.clone());
        let is_enabled = self.enabled != Value::Bool(false);
        (self.id, Entry { name, domain: self.domain_id, parent: self.parent_id, is_enabled })
    }
}

fn unfit(source: serde_json::Error) -> Error {
    Error::new(ErrorKind::InvalidResponse, "the answer is not the JSON that is expected").with_source(source)
}

/// A query limited to what a filter needs.
fn narrowed(mut query: Value, filter: &Filter) -> Value {
    match &filter.place {
        Some(Place::Domain(id)) => query["domain"] = id.as_str().into(),
        Some(Place::System) => query["system"] = true.into(),
        // A project's inherited roles are granted elsewhere.
        Some(Place::Project(_)) | None => {}
    }
    query
}

fn arguments(query: Value) -> Map<String, Value> {
    match query {
        Value::Object(query) => query,
        _ => Map::new(),
    }
}

async fn assignments(identity: Identity, query: Value) -> Result<Vec<RoleAssignment>> {
    let Some(list) = RoleAssignment::SPEC.operation("list") else { return Ok(Vec::new()) };
    let mut items = identity.items(list, arguments(query));
    let mut found = Vec::new();
    while let Some(item) = items.next().await? {
        found.push(RoleAssignment::from_answer(serde_json::from_slice(&item).map_err(unfit)?)?);
    }
    Ok(found)
}

async fn listed(identity: Identity, spec: &'static ResourceSpec, query: Value) -> Result<Entries> {
    let Some(list) = spec.operation("list") else { return Ok(Entries::new()) };
    let mut items = identity.items(list, arguments(query));
    let mut found = Entries::new();
    while let Some(item) = items.next().await? {
        let listed: Listed = serde_json::from_slice(&item).map_err(unfit)?;
        found.extend([listed.entry()]);
    }
    Ok(found)
}

async fn one(identity: Identity, spec: &'static ResourceSpec, id: String) -> Result<Entries> {
    let Some(get) = spec.operation("get") else { return Ok(Entries::new()) };
    let found = identity.perform(get, Map::from_iter([(spec.names.member.to_owned(), id.into())])).await?;
    Ok(Entries::from_iter([serde_json::from_value::<Listed>(found).map_err(unfit)?.entry()]))
}

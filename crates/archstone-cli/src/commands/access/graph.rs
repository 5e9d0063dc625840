//! `archstone access graph`: draws role assignments.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use archstone::{
    Result,
    identity::grants::{Actor, Assignment, Entry, Grants, Place},
};
use clap::{ArgMatches, Command};

use super::{asked, words};
use crate::{
    command::{Answers, Own, Spec},
    drawing::{self, Branch, Edge, Graph},
    output::{Answer, Column, Value},
    session::Session,
};

pub(super) const SPEC: Spec = Spec {
    words: &["access", "graph"],
    answers: Answers::List,
    examples: "\
archstone access graph
archstone access graph --project web
archstone access graph --user alice --dot | dot -Tpdf > alice.pdf
archstone access graph --domain acme --html > acme.html",
    more: "\
Shows role assignments as they were granted: users and groups, their roles, and where. Dashed lines are for what \
projects inherit. Options select which assignments are shown.",
    work: &Own { describe, run },
};

fn describe() -> Command {
    Command::new("graph")
        .about("Draw who has which role where")
        .args(asked::actor_options())
        .args(asked::place_options())
        .args(drawing::form_options())
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let filter = asked::filter(session, options)?;
    let grants = asked::grants(session, &filter)?;
    let mut assignments = grants.leading_to(&filter);
    assignments.sort_by_cached_key(|it| {
        (actor(&grants, &it.actor), grants.place_name(it.place.as_ref()), grants.role_name(&it.role), it.is_inherited)
    });
    // The token's own roles come from some assignment, but it is not visible.
    let held: Vec<_> = grants
        .held
        .iter()
        .map(|it| Assignment {
            actor: Actor::User(it.user.clone()),
            role: it.role.clone(),
            place: it.place.clone(),
            is_inherited: false,
        })
        .collect();
    assignments.extend(&held);
    let mut graph = graph(&grants, &assignments);
    graph.tree = tree(&grants, &assignments);
    let is_structured = words::is_structured(options);
    let rows = assignments.iter().map(|it| row(&grants, it));
    drawing::answer(&graph, "Access", Answer::list(columns(is_structured), rows), options)
}

/// `group devs@Default`, `user alice@Default`.
fn actor(grants: &Grants, actor: &Actor) -> String {
    match actor {
        Actor::Group(id) => format!("group {}", grants.group_name(id)),
        Actor::User(id) => format!("user {}", grants.user_name(id)),
    }
}

/// `admin (implies manager, member)`.
fn role(grants: &Grants, role: &str) -> String {
    let implied: Vec<_> = grants.implied_by(role).into_iter().map(|it| grants.role_name(it)).collect();
    let name = grants.role_name(role);
    if implied.is_empty() { name } else { format!("{name} (implies {})", implied.join(", ")) }
}

fn is_faint(entries: &HashMap<String, Entry>, id: &str) -> bool {
    entries.get(id).is_some_and(|it| !it.is_enabled)
}

fn is_faint_place(grants: &Grants, place: &Place) -> bool {
    match place {
        Place::System => false,
        Place::Domain(id) => is_faint(&grants.domains, id),
        Place::Project(id) => is_faint(&grants.projects, id),
    }
}

const USERS: usize = 0;
const GROUPS: usize = 1;
const ROLES: usize = 2;
const PLACES: usize = 3;

fn graph(grants: &Grants, assignments: &[&Assignment]) -> Graph {
    let mut graph = Graph { layers: vec!["Users", "Groups", "Roles", "Projects and domains"], ..Graph::default() };
    let (mut users, mut groups, mut places) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let mut roles = BTreeMap::new();
    for assignment in assignments {
        match &assignment.actor {
            Actor::User(id) => users.entry(id).or_insert(usize::MAX),
            Actor::Group(id) => {
                users.extend(grants.members.get(id).into_iter().flatten().map(|user| (user, usize::MAX)));
                groups.entry(id).or_insert(usize::MAX)
            }
        };
        places.insert(&assignment.place, usize::MAX);
    }
    sorted(&mut users, |id| grants.user_name(id), |id, name| graph.node(USERS, name, is_faint(&grants.users, id)));
    sorted(&mut groups, |id| grants.group_name(id), |_, name| graph.node(GROUPS, name, false));
    sorted(
        &mut places,
        |place| words::place(grants, place.as_ref()),
        |place, name| graph.node(PLACES, name, is_faint_place(grants, place)),
    );
    let mut edges = BTreeSet::new();
    for assignment in assignments {
        let Assignment { actor, role: id, place, is_inherited } = assignment;
        let to = *roles.entry((place, id, is_inherited)).or_insert_with(|| {
            let inherited = if *is_inherited { ", inherited" } else { "" };
            graph.node(ROLES, &format!("{}{inherited}", role(grants, id)), false)
        });
        let from = match actor {
            Actor::User(id) => users.get(id),
            Actor::Group(id) => groups.get(id),
        };
        edges.extend(from.map(|from| (*from, to, false)));
        edges.extend(places.get(place).map(|place| (to, *place, *is_inherited)));
    }
    for (group, to) in &groups {
        let members = grants.members.get(*group).into_iter().flatten().filter_map(|user| users.get(user));
        edges.extend(members.map(|from| (*from, *to, false)));
    }
    graph.edges = edges.into_iter().map(|(from, to, is_dashed)| Edge { from, to, is_dashed }).collect();
    graph
}

/// Creates the nodes, sorted by name.
fn sorted<K: Ord + Copy>(
    nodes: &mut BTreeMap<K, usize>,
    name: impl Fn(K) -> String,
    mut add: impl FnMut(K, &str) -> usize,
) {
    let mut names: Vec<_> = nodes.iter_mut().map(|(key, node)| (name(*key), *key, node)).collect();
    names.sort_by(|one, other| (&one.0, one.1).cmp(&(&other.0, other.1)));
    for (name, key, node) in names {
        *node = add(key, &name);
    }
}

/// The same for a terminal: each user and group with its roles.
fn tree(grants: &Grants, assignments: &[&Assignment]) -> Vec<Branch> {
    const MOST: usize = 8;
    let mut roots: Vec<(&Actor, Branch)> = Vec::new();
    for assignment in assignments {
        if roots.last().is_none_or(|(actor, _)| **actor != assignment.actor) {
            let mut root = Branch::new(actor(grants, &assignment.actor));
            if let Actor::Group(id) = &assignment.actor {
                let mut members: Vec<_> =
                    grants.members.get(id).into_iter().flatten().map(|it| grants.user_name(it)).collect();
                members.sort();
                let more = members.len().saturating_sub(MOST);
                members.truncate(MOST);
                if more > 0 {
                    members.push(format!("{more} more"));
                }
                let members = if members.is_empty() { "nobody".to_owned() } else { members.join(", ") };
                root.label.push_str(&format!(": {members}"));
            }
            roots.push((&assignment.actor, root));
        }
        let inherited = if assignment.is_inherited { ", inherited by its projects" } else { "" };
        let place = words::place(grants, assignment.place.as_ref());
        let label = format!("{} on {place}{inherited}", role(grants, &assignment.role));
        if let Some((_, root)) = roots.last_mut() {
            root.below.push(Branch::new(label));
        }
    }
    roots.into_iter().map(|(_, root)| root).collect()
}

fn columns(is_structured: bool) -> Vec<Column> {
    let id = |name| Column::long(name, is_structured);
    let names = ["Role", "User", "Group", "Project", "Domain", "System", "Inherited"].map(Column::from);
    let ids = ["Role ID", "User ID", "Group ID", "Project ID", "Domain ID"].map(id);
    names.into_iter().chain(ids).collect()
}

fn row(grants: &Grants, assignment: &Assignment) -> Vec<Value> {
    let (user, group) = match &assignment.actor {
        Actor::User(id) => (id.as_str(), ""),
        Actor::Group(id) => ("", id.as_str()),
    };
    let (project, domain) = match assignment.place.as_ref() {
        Place::System => ("", ""),
        Place::Domain(id) => ("", id),
        Place::Project(id) => (id, ""),
    };
    let name = |id: &str, name: &dyn Fn(&str) -> String| if id.is_empty() { "".into() } else { name(id).into() };
    vec![
        grants.role_name(&assignment.role).into(),
        name(user, &|id| grants.user_name(id)),
        name(group, &|id| grants.group_name(id)),
        name(project, &|id| grants.place_name(Place::Project(id))),
        name(domain, &|id| grants.place_name(Place::Domain(id))),
        if assignment.place == Place::System { "all" } else { "" }.into(),
        assignment.is_inherited.into(),
        assignment.role.as_str().into(),
        user.into(),
        group.into(),
        project.into(),
        domain.into(),
    ]
}

//! Effective role assignments: computed here, and by Keystone.

use std::collections::BTreeSet;

use archstone::{
    Client, ErrorKind, TokenCache,
    identity::{
        Identity, RoleAssignment,
        grants::{Filter, Gap, Grants, Part, Place},
    },
};
use serde_json::Value;

use crate::keystone::{dev, root};

/// A client with a scope: an option and its value.
fn client(auth_url: &str, user: &str, (scope, value): (&str, &str)) -> Client {
    let builder = Client::builder().auth_url(auth_url).token_cache(&TokenCache::new()).option(scope, value);
    builder.username(user).password(format!("{user}-secret")).build().unwrap()
}

const SYSTEM: (&str, &str) = ("system_scope", "all");

/// A user's role and its target, the group and the place of the assignment, and the role that implies it.
type Fact = (String, String, String, Option<String>, String, Option<String>);

/// The id that follows a word in a path.
fn after(path: &str, word: &str) -> Option<String> {
    let mut parts = path.split('/');
    parts.by_ref().find(|part| *part == word)?;
    parts.next().map(str::to_owned)
}

/// An assignment of Keystone, whose links contain its origin.
fn fact_of(assignment: &RoleAssignment) -> Fact {
    let links = assignment.extra.get("links").cloned().unwrap_or_default();
    let link = links["assignment"].as_str().unwrap().split("/v3/").nth(1).unwrap();
    let place = assignment.project_id().map(|id| format!("project {id}"));
    let place = place.or(assignment.domain_id().map(|id| format!("domain {id}"))).unwrap();
    let granted = after(link, "projects").map(|id| format!("project {id}"));
    let granted = granted.or(after(link, "domains").map(|id| format!("domain {id}"))).unwrap();
    let prior = links["prior_role"].as_str().and_then(|it| after(it, "implies"));
    (
        assignment.user_id().unwrap().to_owned(),
        assignment.role_id().unwrap().to_owned(),
        place,
        after(link, "groups"),
        granted,
        prior,
    )
}

fn named(place: Place<&str>) -> String {
    match place {
        Place::System => "system".to_owned(),
        Place::Domain(id) => format!("domain {id}"),
        Place::Project(id) => format!("project {id}"),
    }
}

/// The assignments computed here. Keystone's list does not contain those on the system.
fn facts(grants: &Grants, filter: &Filter) -> BTreeSet<Fact> {
    let mut facts = BTreeSet::new();
    for grant in grants.effective(filter).iter().filter(|it| it.place != Place::System) {
        assert!(!grant.chains.is_empty());
        for chain in &grant.chains {
            let prior = chain.roles.iter().rev().nth(1).map(|it| (*it).to_owned());
            let (user, role, group) = (grant.user.to_owned(), grant.role.to_owned(), chain.group.map(str::to_owned));
            facts.insert((user, role, named(grant.place), group, named(chain.granted_on), prior));
        }
    }
    facts
}

/// Without their origins: with circular implied roles, Keystone returns endless ones.
fn bare(facts: impl IntoIterator<Item = Fact>) -> BTreeSet<(String, String, String)> {
    facts.into_iter().map(|(user, role, place, ..)| (user, role, place)).collect()
}

/// Creates assignments of every kind; returns the users, groups and projects by name.
async fn grant_everything(identity: &Identity) -> Value {
    let domain = identity.domains().create("tree").await.unwrap();
    let project = async |name: &str, parent: &str| {
        identity.projects().create(name).domain(&domain).parent(parent).await.unwrap().id
    };
    let top = project("top", &domain.id).await;
    let middle = project("middle", &top).await;
    let leaf = project("leaf", &middle).await;
    let other = project("other", &domain.id).await;
    let user = async |name: &str| {
        let create = identity.users().create(name).domain("default").password(format!("{name}-secret"));
        create.await.unwrap().id
    };
    let (ann, ben, cat) = (user("ann").await, user("ben").await, user("cat").await);
    let group = async |name: &str| identity.groups().create(name).domain(&domain).await.unwrap().id;
    let (devs, ops, empty) = (group("devs").await, group("ops").await, group("empty").await);
    for (user, group) in [(&ann, &devs), (&ben, &devs), (&ben, &ops)] {
        identity.users().add_to_group(user, group).await.unwrap();
    }
    let roles = identity.roles();
    let role = async |name: &str| roles.create(name).await.unwrap().id;
    let (a, b, c) = (role("a").await, role("b").await, role("c").await);
    let circle = [role("x").await, role("y").await, role("z").await];
    let of_domain = roles.create("job").domain(&domain).await.unwrap().id;
    let of_domain_too = roles.create("task").domain(&domain).await.unwrap().id;
    // Several paths to `c`; a domain-specific role that implies another; and a circle.
    for (prior, implied) in [(&a, &b), (&b, &c), (&a, &c), (&of_domain, &of_domain_too), (&of_domain_too, &b)] {
        identity.inference_rules().create(prior, implied).await.unwrap();
    }
    for (prior, implied) in [(0, 1), (1, 2), (2, 0)] {
        identity.inference_rules().create(&circle[prior], &circle[implied]).await.unwrap();
    }
    let grant = |role: &str| roles.grant(role);
    grant(&a).user(&ann).project(&top).await.unwrap();
    grant(&a).user(&ann).project(&top).inherited(true).await.unwrap();
    grant(&of_domain).user(&ann).project(&other).await.unwrap();
    grant(&circle[0]).user(&ann).domain(&domain).await.unwrap();
    grant(&b).user(&ben).domain(&domain).inherited(true).await.unwrap();
    grant(&of_domain).user(&ben).domain("default").inherited(true).await.unwrap();
    grant(&c).group(&devs).project(&leaf).await.unwrap();
    grant(&b).group(&devs).domain(&domain).await.unwrap();
    grant(&circle[0]).group(&devs).domain(&domain).inherited(true).await.unwrap();
    grant(&a).group(&ops).project(&middle).inherited(true).await.unwrap();
    grant(&c).group(&ops).project(&domain.id).inherited(true).await.unwrap();
    grant(&a).group(&empty).project(&top).await.unwrap();
    grant(&c).user(&cat).project(&domain.id).await.unwrap();
    grant(&a).user(&cat).system(true).await.unwrap();
    grant(&circle[0]).group(&ops).system(true).await.unwrap();
    serde_json::json!({
        "domain": domain.id, "top": top, "middle": middle, "leaf": leaf, "other": other, "ann": ann, "ben": ben,
        "cat": cat, "devs": devs, "ops": ops, "a": a, "b": b, "c": c, "job": of_domain
    })
}

#[tokio::test]
async fn what_is_worked_out_is_what_keystone_answers() {
    // A separate cloud: other tests grant and revoke roles in the default one.
    dev(&["down", "rust-grants", "--delete"]);
    let auth_url = format!("{}/v3", root(&["up", "rust-grants"]));
    let identity = client(&auth_url, "admin", SYSTEM).identity();
    let ids = grant_everything(&identity).await;
    let id = |name: &str| ids[name].as_str().unwrap().to_owned();

    // Everything, with the origin of each assignment.
    let all = Filter::default();
    let grants = identity.grants(&all).await.unwrap();
    assert!(grants.unseen.is_empty(), "{:?}", grants.unseen);
    let theirs = identity.role_assignments().list().effective(true).all().await.unwrap();
    let theirs: BTreeSet<_> = theirs.iter().map(fact_of).collect();
    let ours = facts(&grants, &all);
    assert_eq!(bare(ours.clone()), bare(theirs.clone()));
    let circle = ["x", "y", "z"];
    let is_in_circle = |fact: &Fact| circle.contains(&grants.roles[&fact.1].name.as_str());
    let straight = |facts: BTreeSet<Fact>| facts.into_iter().filter(|it| !is_in_circle(it)).collect::<BTreeSet<_>>();
    let (ours, theirs) = (straight(ours), straight(theirs));
    assert!(ours.len() > 60 && theirs.iter().any(|it| it.5.is_some() && it.3.is_some() && it.2 != it.4));
    assert_eq!(ours, theirs);

    // Each part, with the requests for that part.
    let some = |id: String| Some(id);
    let list = || identity.role_assignments().list().effective(true);
    let mut parts = Vec::new();
    for user in ["ann", "ben", "cat"] {
        parts.push((Filter { user: some(id(user)), ..Filter::default() }, list().user(id(user))));
        for project in ["top", "middle", "leaf", "other"] {
            let place = Some(Place::Project(id(project)));
            let filter = Filter { user: some(id(user)), place, ..Filter::default() };
            parts.push((filter, list().user(id(user)).project(id(project))));
        }
    }
    for project in ["top", "middle", "leaf", "other"] {
        let filter = Filter { place: Some(Place::Project(id(project))), ..Filter::default() };
        parts.push((filter, list().project(id(project))));
    }
    let filter = Filter { place: Some(Place::Domain(id("domain"))), ..Filter::default() };
    parts.push((filter, list().domain(id("domain"))));
    for role in ["a", "b", "c", "job"] {
        parts.push((Filter { role: some(id(role)), ..Filter::default() }, list().role(id(role))));
    }
    for (filter, list) in parts {
        let theirs = list.all().await.unwrap().iter().map(fact_of).collect::<BTreeSet<_>>();
        let ours = facts(&identity.grants(&filter).await.unwrap(), &filter);
        assert_eq!(bare(ours.clone()), bare(theirs.clone()), "{filter:?}");
        assert_eq!(straight(ours), straight(theirs), "{filter:?}");
    }
    // Keystone has no list for a group; it is the part of the whole list that comes through the group.
    for group in ["devs", "ops"] {
        let filter = Filter { group: some(id(group)), ..Filter::default() };
        let ours = facts(&identity.grants(&filter).await.unwrap(), &filter);
        let part: BTreeSet<_> = facts(&grants, &all).into_iter().filter(|it| it.3 == filter.group).collect();
        assert!(!part.is_empty());
        assert_eq!(ours, part);
    }
    // On the system, the roles of a token are compared.
    for user in ["ann", "ben", "cat"] {
        let filter = Filter { user: some(id(user)), place: Some(Place::System), ..Filter::default() };
        let grants = identity.grants(&filter).await.unwrap();
        let ours: BTreeSet<_> = grants.effective(&filter).iter().map(|it| it.role.to_owned()).collect();
        let theirs = match client(&auth_url, user, SYSTEM).access().await {
            Ok(access) => access.role_ids().map(str::to_owned).collect(),
            // Keystone's response if there is no role.
            Err(error) if error.kind() == ErrorKind::Unauthenticated => BTreeSet::new(),
            Err(error) => panic!("{error:?}"),
        };
        assert_eq!((ours, user == "ann"), (theirs.clone(), theirs.is_empty()), "{user}");
    }
    // The missing roles are only looked up if there are any.
    let filter = Filter { user: some(id("ann")), place: Some(Place::Project(id("leaf"))), ..Filter::default() };
    let mut grants = identity.grants(&filter).await.unwrap();
    let (user, role, place) = (id("cat"), id("a"), Place::Project(id("leaf")));
    identity.add_grants_at(&mut grants, &place).await.unwrap();
    let gaps = grants.gaps(&user, Some(&role), place.as_ref());
    assert!(gaps.iter().any(|gap| matches!(gap, Gap::NotMember(it) if it.is_inherited)), "{gaps:?}");
    less_is_said_to_those_who_may_see_less(&auth_url, &identity, &ids).await;
    dev(&["down", "rust-grants", "--delete"]);
}

async fn less_is_said_to_those_who_may_see_less(auth_url: &str, admin: &Identity, ids: &Value) {
    let id = |name: &str| ids[name].as_str().unwrap();
    // A member sees the assignments of its own token, and the other scopes that are available.
    let member = client(auth_url, "ann", ("project_id", id("top")));
    let grants = member.identity().grants(&Filter::default()).await.unwrap();
    let access = member.access().await.unwrap();
    let filter = Filter::default();
    let ours: BTreeSet<_> =
        grants.effective(&filter).iter().map(|it| (it.user.to_owned(), it.role.to_owned())).collect();
    let own: BTreeSet<_> = access.role_ids().map(|role| (id("ann").to_owned(), role.to_owned())).collect();
    assert_eq!(ours, own);
    assert!(grants.effective(&filter).iter().all(|it| it.chains.is_empty()));
    assert!(grants.unseen.iter().any(|it| it.what == Part::Assignments && it.why.is_some()));
    assert!(grants.elsewhere.contains(&Place::Project(id("leaf").to_owned())), "{:?}", grants.elsewhere);
    assert!(grants.elsewhere.contains(&Place::Domain(id("domain").to_owned())), "{:?}", grants.elsewhere);
    assert!(!grants.elsewhere.contains(&Place::Project(id("top").to_owned())), "{:?}", grants.elsewhere);
    let of_ben = Filter { user: Some(id("ben").to_owned()), ..Filter::default() };
    assert_eq!(member.identity().grants(&of_ben).await.unwrap_err().kind(), ErrorKind::Forbidden);
    // A reader of a domain sees its contents with names, but neither implied roles nor users of other domains in groups.
    let roles = admin.roles();
    let reader = roles.list().find("reader").await.unwrap();
    roles.grant(&reader).user(id("cat")).domain(id("domain")).await.unwrap();
    // If there is an assignment on a domain that acts as a project, wherever it is, Keystone cannot add names to a list.
    let refused = admin.role_assignments().list().user(id("cat")).include_names(true).all().await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::NotFound);
    roles.revoke(id("c")).user(id("cat")).project(id("domain")).await.unwrap();
    roles.revoke(id("c")).group(id("ops")).project(id("domain")).inherited(true).await.unwrap();
    let reader = client(auth_url, "cat", ("domain_id", id("domain"))).identity();
    let grants = reader.grants(&Filter::default()).await.unwrap();
    let unseen: Vec<_> = grants.unseen.iter().map(|it| &it.what).collect();
    assert!(unseen.contains(&&Part::ImpliedRoles), "{unseen:?}");
    assert!(unseen.contains(&&Part::OtherDomains(id("domain").to_owned())), "{unseen:?}");
    let filter = Filter { user: Some(id("ann").to_owned()), ..Filter::default() };
    let names: BTreeSet<_> = grants.effective(&filter).iter().map(|it| grants.role_name(it.role)).collect();
    assert_eq!(names, ["a", "x"].map(str::to_owned).into(), "as granted: {:?}", grants.unseen);
}

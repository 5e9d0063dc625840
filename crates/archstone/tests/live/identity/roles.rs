//! Roles: granted on every kind of target, implied, and assigned.

use archstone::{
    Result,
    identity::{Call, Identity, List, Match, Role, role},
};
use serde_json::json;

use super::{admin, assert_fields, assert_gone, unique};

#[tokio::test]
async fn roles_go_there_and_back() {
    let identity = admin();
    let roles = identity.roles();
    let name = unique("role");

    let role = roles.create(&name).description("a test").options(json!({"immutable": false})).await.unwrap();
    assert_fields(&role, &json!({"name": name, "description": "a test", "options": {"immutable": false}}));
    assert_eq!(roles.get(&role).await.unwrap(), role);
    let new_name = unique("role");
    let options = json!({"immutable": null});
    let changed = roles.update(&role).name(&new_name).description("changed").options(options).await.unwrap();
    assert_fields(&changed, &json!({"name": new_name, "description": "changed"}));
    assert_eq!(roles.list().name(&new_name).all().await.unwrap(), std::slice::from_ref(&changed));
    assert_eq!(roles.list().name(Match::contains(&new_name[2..])).all().await.unwrap(), [changed]);

    let of_domain = roles.create(&name).domain("default").await.unwrap();
    assert_eq!(roles.list().domain_id("default").name(&name).all().await.unwrap(), std::slice::from_ref(&of_domain));
    for role in [&role, &of_domain] {
        roles.delete(role).await.unwrap();
        assert_gone(roles.get(role).await);
    }
}

/// Calls a method for a grant, a check, a revocation or a list, with this actor and target.
macro_rules! at {
    ($call:expr, $actor:expr, $place:expr) => {{
        let (is_group, id) = $actor;
        let call = if is_group { $call.group(id) } else { $call.user(id) };
        match $place {
            Place::Project(id) => call.project(id),
            Place::Domain(id) => call.domain(id),
            Place::System => call.system(true),
            Place::BelowProject(id) => call.project(id).inherited(true),
            Place::BelowDomain(id) => call.domain(id).inherited(true),
        }
    }};
}

#[derive(Clone, Copy, Debug)]
enum Place<'a> {
    Project(&'a str),
    Domain(&'a str),
    System,
    BelowProject(&'a str),
    BelowDomain(&'a str),
}

async fn is_granted(call: Call<role::Check>) -> Result<bool> {
    call.await
}

async fn granted(list: List<role::List>) -> Vec<Role> {
    list.all().await.unwrap()
}

async fn grant_everywhere(identity: &Identity, role: &Role, actor: (bool, &str), places: &[Place<'_>]) {
    let roles = identity.roles();
    for place in places {
        assert!(!is_granted(at!(roles.check(role), actor, *place)).await.unwrap(), "{place:?}");
        at!(roles.grant(role), actor, *place).await.unwrap();
        assert!(is_granted(at!(roles.check(role), actor, *place)).await.unwrap(), "{place:?}");
        // Keystone has no such list for roles that projects inherit.
        if !matches!(place, Place::BelowProject(_)) {
            let found = granted(at!(roles.list(), actor, *place)).await;
            assert_eq!(found.iter().map(|it| &it.id).collect::<Vec<_>>(), [&role.id], "{place:?}");
        }
        at!(roles.revoke(role), actor, *place).await.unwrap();
        assert_gone(at!(roles.revoke(role), actor, *place).await);
    }
}

#[tokio::test]
async fn roles_are_granted_to_users_and_groups_on_everything() {
    let identity = admin();
    let role = identity.roles().create(unique("granted")).await.unwrap();
    let user = identity.users().create(unique("user")).domain("default").await.unwrap();
    let group = identity.groups().create(unique("group")).domain("default").await.unwrap();
    let project = identity.projects().create(unique("project")).domain("default").await.unwrap();
    let places = [
        Place::Project(&project.id),
        Place::Domain("default"),
        Place::System,
        Place::BelowProject(&project.id),
        Place::BelowDomain("default"),
    ];

    grant_everywhere(&identity, &role, (false, &user.id), &places).await;
    grant_everywhere(&identity, &role, (true, &group.id), &places).await;

    let error = identity.roles().grant(&role).user(&user).await.unwrap_err();
    assert!(error.hint().unwrap().starts_with("give `project`, `user`, `role`; or "), "{error:?}");
    identity.projects().delete(&project).await.unwrap();
    identity.groups().delete(&group).await.unwrap();
    identity.users().delete(&user).await.unwrap();
    identity.roles().delete(&role).await.unwrap();
}

#[tokio::test]
async fn assignments_are_listed_by_every_filter() {
    let identity = admin();
    let role = identity.roles().create(unique("assigned")).await.unwrap();
    let user = identity.users().create(unique("user")).domain("default").await.unwrap();
    let group = identity.groups().create(unique("group")).domain("default").await.unwrap();
    let top = identity.projects().create(unique("top")).domain("default").await.unwrap();
    let below = identity.projects().create(unique("below")).domain("default").parent(&top).await.unwrap();
    identity.users().add_to_group(&user, &group).await.unwrap();
    let roles = identity.roles();
    roles.grant(&role).user(&user).project(&below).await.unwrap();
    roles.grant(&role).group(&group).domain("default").await.unwrap();
    roles.grant(&role).user(&user).system(true).await.unwrap();
    roles.grant(&role).user(&user).domain("default").inherited(true).await.unwrap();
    let all = || identity.role_assignments().list().role(&role);

    let counts = [
        (all(), 4),
        (all().user(&user), 3),
        (all().group(&group), 1),
        (all().project(&below), 1),
        (all().project(&top).include_subtree(true), 1),
        (all().domain("default"), 2),
        (all().system(true), 1),
        (all().user(&user).domain("default").inherited_to("projects"), 1),
        (all().user(&user).project(&top).effective(true), 1),
    ];
    for (list, expected) in counts {
        let shown = format!("{list:?}");
        assert_eq!(list.all().await.unwrap().len(), expected, "{shown}");
    }
    let named = all().user(&user).project(&below).include_names(true).all().await.unwrap().remove(0);
    assert_eq!((named.user_id(), named.user_name()), (Some(user.id.as_str()), Some(user.name.as_str())));
    assert_eq!((named.role_id(), named.role_name()), (Some(role.id.as_str()), Some(role.name.as_str())));
    assert_eq!((named.project_id(), named.project_name()), (Some(below.id.as_str()), Some(below.name.as_str())));
    assert!(!named.is_inherited() && !named.is_on_system());
    let on_domain = all().group(&group).include_names(true).all().await.unwrap().remove(0);
    assert_eq!((on_domain.group_id(), on_domain.group_name()), (Some(group.id.as_str()), Some(group.name.as_str())));
    assert_eq!((on_domain.domain_id(), on_domain.domain_name()), (Some("default"), Some("Default")));
    assert!(all().system(true).all().await.unwrap()[0].is_on_system());
    assert!(all().domain("default").inherited_to("projects").all().await.unwrap()[0].is_inherited());

    for project in [&below, &top] {
        identity.projects().delete(project).await.unwrap();
    }
    identity.groups().delete(&group).await.unwrap();
    identity.users().delete(&user).await.unwrap();
    identity.roles().delete(&role).await.unwrap();
}

#[tokio::test]
async fn roles_imply_other_roles() {
    let identity = admin();
    let rules = identity.inference_rules();
    let prior = identity.roles().create(unique("prior")).await.unwrap();
    let implied = identity.roles().create(unique("implied")).await.unwrap();

    assert!(!rules.check(&prior, &implied).await.unwrap());
    let rule = rules.create(&prior, &implied).await.unwrap();
    assert_eq!((&rule.prior_role["id"], &rule.implies["id"]), (&json!(prior.id), &json!(implied.id)));
    assert!(rules.check(&prior, &implied).await.unwrap());
    assert_eq!(rules.get(&prior, &implied).await.unwrap(), rule);
    assert_eq!(rules.list(&prior).await.unwrap().implies[0]["id"], implied.id);
    let all = rules.list_inference_roles().all().await.unwrap();
    assert!(all.iter().any(|it| it.prior_role["id"] == prior.id && it.implies[0]["id"] == implied.id));
    rules.delete(&prior, &implied).await.unwrap();
    assert_gone(rules.get(&prior, &implied).await);
    for role in [&prior, &implied] {
        identity.roles().delete(role).await.unwrap();
    }
}

#[tokio::test]
async fn names_put_together_here_are_those_that_keystone_would_add() {
    let identity = admin();
    let domain = identity.domains().create(unique("domain")).await.unwrap();
    let role = identity.roles().create(unique("role")).domain(&domain).await.unwrap();
    let user = identity.users().create(unique("user")).domain(&domain).await.unwrap();
    let group = identity.groups().create(unique("group")).domain(&domain).await.unwrap();
    let project = identity.projects().create(unique("project")).domain(&domain).await.unwrap();
    identity.roles().grant(&role).user(&user).project(&project).await.unwrap();
    identity.roles().grant(&role).group(&group).domain(&domain).await.unwrap();
    let list = || identity.role_assignments().list().role(&role);

    let mut named = list().named();
    let mut all = Vec::new();
    while let Some(assignment) = named.next().await.unwrap() {
        all.push(assignment);
    }

    all.sort_by_key(|it| it.user.is_none());
    assert_eq!(all.len(), 2);
    assert_eq!(
        (all[0].user_name(), all[0].project_name(), all[0].role_name()),
        (Some(user.name.as_str()), Some(project.name.as_str()), Some(role.name.as_str()))
    );
    assert_eq!((all[1].group_name(), all[1].domain_name()), (Some(group.name.as_str()), Some(domain.name.as_str())));
    let mut theirs = list().include_names(true).all().await.unwrap();
    theirs.sort_by_key(|it| it.user.is_none());
    assert_eq!(all, theirs);

    identity.domains().update(&domain).enabled(false).await.unwrap();
    identity.domains().delete(&domain).await.unwrap();
}

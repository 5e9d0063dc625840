//! Projects: their hierarchy and their tags.

use archstone::identity::{Match, Project};
use serde_json::json;

use super::{admin, assert_fields, assert_gone, unique};
use crate::keystone::Path;

#[tokio::test]
async fn projects_go_there_and_back() {
    let identity = admin();
    let projects = identity.projects();
    let domain = identity.domains().create(unique("domain")).await.unwrap();
    let top = projects.create("top").domain(&domain).await.unwrap();
    let name = unique("project");

    let project = projects
        .create(&name)
        .domain(&domain)
        .parent(&top)
        .description("a test")
        .enabled(true)
        .is_domain(false)
        .tags(["blue", "old"])
        .options(json!({"immutable": false}))
        .extra("cost_centre", "4711")
        .await
        .unwrap();
    assert_fields(
        &project,
        &json!({"name": name, "domain_id": domain.id, "parent_id": top.id, "description": "a test", "enabled": true,
            "is_domain": false, "tags": ["blue", "old"], "options": {"immutable": false}, "cost_centre": "4711"}),
    );
    assert_eq!(projects.get(&project).await.unwrap(), project);

    let new_name = unique("project");
    let changed = projects
        .update(&project)
        .name(&new_name)
        .description("changed")
        .enabled(false)
        .tags(["blue", "new"])
        .options(json!({"immutable": null}))
        .await
        .unwrap();
    assert_fields(&changed, &json!({"name": new_name, "description": "changed", "enabled": false}));
    assert_eq!(changed.tags, ["blue", "new"]);

    let all = || projects.list().domain(&domain);
    let ids = |list: Vec<Project>| list.into_iter().map(|it| it.id).collect::<Vec<_>>();
    let filtered = [
        all().name(&new_name),
        all().name(Match::contains(&new_name[3..])),
        all().parent(&top),
        all().enabled(false),
        all().tags(["blue", "new"]),
        all().tags_any(["new", "none"]),
        all().not_tags(["x"]).parent(&top),
        all().not_tags_any(["x"]).parent(&top),
    ];
    for list in filtered {
        let shown = format!("{list:?}");
        assert_eq!(ids(list.all().await.unwrap()), [project.id.as_str()], "{shown}");
    }
    for list in [all().not_tags(["blue", "new"]), all().not_tags_any(["new"]), all().is_domain(false).enabled(true)] {
        let shown = format!("{list:?}");
        assert_eq!(ids(list.all().await.unwrap()), [top.id.as_str()], "{shown}");
    }

    projects.delete(&project).await.unwrap();
    assert_gone(projects.get(&project).await);
    projects.delete(&top).await.unwrap();
    identity.domains().update(&domain).enabled(false).await.unwrap();
    identity.domains().delete(&domain).await.unwrap();
}

#[tokio::test]
async fn the_tree_is_read_upwards_and_downwards_in_each_form() {
    let identity = admin();
    let admin_user = identity.users().list().domain("default").find("admin").await.unwrap();
    let role = identity.roles().list().find("admin").await.unwrap();
    let mut tree: Vec<Project> = Vec::new();
    for level in ["root", "middle", "leaf"] {
        let mut call = identity.projects().create(unique(level)).domain("default");
        if let Some(above) = tree.last() {
            call = call.parent(above);
        }
        tree.push(call.await.unwrap());
    }
    for project in &tree {
        identity.roles().grant(&role).user(&admin_user).project(project).await.unwrap();
    }
    let [root, middle, leaf] = &tree[..] else { unreachable!() };
    // The lists contain the projects in which the user has a role.
    let in_project = Path::new("").user("admin").project_id(&middle.id).build().unwrap().identity();
    let projects = in_project.projects();

    let above = projects.get(leaf).parents_as_ids(true).subtree_as_ids(true).await.unwrap();
    assert_eq!(above.parents, Some(json!({ &middle.id: { &root.id: { "default": null } } })));
    assert_eq!(above.subtree, None);
    let below = projects.get(root).subtree_as_ids(true).await.unwrap();
    assert_eq!(below.subtree, Some(json!({ &middle.id: { &leaf.id: null } })));
    let lists = projects.get(middle).parents_as_list(true).subtree_as_list(true).include_limits(true).await.unwrap();
    assert_eq!(lists.parents.unwrap()[0]["project"]["id"], root.id);
    assert_eq!(lists.subtree.unwrap()[0]["project"]["id"], leaf.id);

    let of_user =
        projects.list().user(&admin_user).name(&leaf.name).enabled(true).domain("default").all().await.unwrap();
    assert_eq!(of_user.iter().map(|it| &it.id).collect::<Vec<_>>(), [&leaf.id]);
    for project in tree.iter().rev() {
        identity.projects().delete(project).await.unwrap();
    }
}

#[tokio::test]
async fn tags_are_added_and_taken_one_by_one_and_together() {
    let identity = admin();
    let projects = identity.projects();
    let project = projects.create(unique("tagged")).domain("default").await.unwrap();

    projects.add_tag(&project, "é漢 1").await.unwrap();
    assert!(projects.check_tag(&project, "é漢 1").await.unwrap());
    assert!(!projects.check_tag(&project, "other").await.unwrap());
    assert_eq!(projects.update_tags(&project, ["a", "b"]).await.unwrap(), ["a", "b"]);
    projects.delete_tag(&project, "a").await.unwrap();
    assert_eq!(projects.list_tags(&project).await.unwrap(), ["b"]);
    projects.delete_tags(&project).await.unwrap();
    assert!(projects.list_tags(&project).await.unwrap().is_empty());
    projects.delete(&project).await.unwrap();
}

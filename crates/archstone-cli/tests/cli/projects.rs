//! `archstone project …`.

use crate::{program::Program, scene::Scene};

#[test]
fn a_project_from_the_first_day_to_the_last() {
    let scene = Scene::new();
    scene.play(&[
        (
            "project create web --domain DOMAIN",
            "\
+-------------+----------------------------------+
| Field       | Value                            |
+-------------+----------------------------------+
| description |                                  |
| domain_id   | <id> |
| enabled     | True                             |
| id          | <id> |
| is_domain   | False                            |
| name        | web                              |
| options     | {}                               |
| parent_id   | <id> |
| tags        | []                               |
+-------------+----------------------------------+
",
        ),
        (
            "project create test --domain DOMAIN --parent web --tag red --tag blue --tag red --property cost=12 \
             --property is_domain=False --property description=lost --description Trial --disable --no-immutable -f yaml",
            "cost: '12'\ndescription: Trial\ndomain_id: <id>\nenabled: false\nid: <id>\nis_domain: false\nname: test\n\
             options:\n  immutable: false\nparent_id: <id>\ntags:\n- red\n- blue\n",
        ),
        ("project create web --domain DOMAIN --or-show --description other -f value -c name -c description", "\nweb\n"),
        (
            "project create x --domain DOMAIN --property bad",
            "exit 2\nerror: invalid value 'bad' for '--property <KEY=VALUE>': it is not a `key=value` pair\n\nFor more information, try '--help'.\n",
        ),
        ("project show test --domain DOMAIN --parents -f value -c parents", "{'<id>': {'<id>': None}}\n"),
        ("project show web --domain DOMAIN --children -f value -c subtree", "{'<id>': None}\n"),
        ("project set test --domain DOMAIN --property cost=13 --enable --name test-2 --immutable", ""),
        (
            "project show test-2 --domain DOMAIN -f value -c cost -c enabled -c options",
            "13\nTrue\n{'immutable': True}\n",
        ),
        ("project set test-2 --domain DOMAIN --no-immutable", ""),
        ("project set web --domain DOMAIN --dry-run --tag x --tag a", "\
             PATCH projects/<id>\n{\n  \"project\": {\n    \"tags\": [\n      \"a\",\n      \"x\"\n    ]\n  }\n}\n"),
        ("project set test-2 --domain DOMAIN", ""),
        (
            "project delete web nosuch --domain DOMAIN",
            "exit 5\nerror: Failed to delete project with name or ID 'web': Cannot delete the project <id> since it is not \
             a leaf in the hierarchy. Use the cascade option if you want to delete a whole subtree. (HTTP 403 from \
             `<keystone>/v3/projects/<id>`)\nerror: Failed to delete project with name or ID 'nosuch': no project has the \
             name or id `nosuch`\nerror: 2 of 2 projects failed to delete\n",
        ),
        ("project delete test-2 web --domain DOMAIN", ""),
        ("project list --domain DOMAIN", "\n"),
    ]);
}

#[test]
fn tags_are_added_removed_and_replaced_in_one_call() {
    let scene = Scene::new();
    scene.play(&[("project create web --domain DOMAIN --tag one --tag two -f value -c name", "web\n")]);
    let table = [
        ("--tag three", "['one', 'three', 'two']"),
        ("--remove-tag one --remove-tag nosuch", "['three', 'two']"),
        // `openstack` ignores the tag to remove here, and the one to add below.
        ("--tag four --remove-tag two", "['four', 'three']"),
        ("--clear-tags --tag five", "['five']"),
        ("--clear-tags", "[]"),
    ];
    for (options, tags) in table {
        scene.play(&[
            (&format!("project set web --domain DOMAIN {options}"), ""),
            ("project show web --domain DOMAIN -f value -c tags", &format!("{tags}\n")),
        ]);
    }
}

#[test]
fn a_list_is_filtered_and_sorted() {
    let scene = Scene::new();
    scene.play(&[
        ("project create web --domain DOMAIN --tag red --tag blue -f value -c name", "web\n"),
        ("project create db --domain DOMAIN --tag red --disable -f value -c name", "db\n"),
        ("project create lab --domain DOMAIN --parent web -f value -c name", "lab\n"),
        ("user create anna --domain DOMAIN -q -f value -c name", "anna\n"),
        ("role add reader --user anna --user-domain DOMAIN --project lab --project-domain DOMAIN", ""),
    ]);
    let table = [
        ("--sort name", "db\nlab\nweb\n"),
        ("--sort name:desc", "web\nlab\ndb\n"),
        ("--sort is_enabled,name:desc", "db\nweb\nlab\n"),
        ("--parent web", "lab\n"),
        ("--user anna", "lab\n"),
        ("--enabled --sort name", "lab\nweb\n"),
        ("--enabled --disabled", "db\n"),
        ("--tags red,blue", "web\n"),
        ("--tags-any red,green --sort name", "db\nweb\n"),
        ("--not-tags red,blue --sort name", "db\nlab\n"),
        ("--not-tags-any red", "lab\n"),
        ("--max-items 1 --sort name --tags-any blue,green", "web\n"),
        ("--limit 1 --sort name", "db\nlab\nweb\n"),
        (
            "--sort nosuch",
            "exit 2\nerror: projects have no field `nosuch` to sort by\n\n\
             hint: the fields are `name`, `id`, `domain_id`, …\n",
        ),
        ("--sort name:up", "exit 2\nerror: `up` is not a sort direction\n\nhint: use `asc` or `desc`\n"),
        ("--parent nosuch", "exit 6\nerror: no project has the name or id `nosuch`\n"),
    ];
    for (options, expected) in table {
        scene.play(&[(&format!("project list --domain DOMAIN -f value -c Name {options}"), expected)]);
    }
}

#[test]
fn who_may_not_see_all_projects_sees_the_own_ones() {
    let (alice, bob) = (Program::of("alice"), Program::of("bob"));
    let names = "-f value -c Name --sort-column Name";

    for filter in ["", "--my-projects", "--mine", "--my-projects --domain default --tags x"] {
        assert_eq!(alice.run(&format!("project list {filter} {names}")).result(), "db\nweb\n", "{filter}");
    }
    let filtered = bob.run(&format!("project list --enabled {names}")).failure();
    assert!(filtered.starts_with("exit 5\n"), "{filtered}");
    assert_eq!(alice.run("project show web -f value -c name -c domain_id").result(), "default\nweb\n");
    let admin = Program::of("admin").with("OS_PROJECT_NAME", "admin");
    let all = admin.run(&format!("project list --domain acme {names}"));
    assert_eq!(all.result(), "shop\nweb\n");
    assert_eq!(admin.run(&format!("project list --my-projects {names}")).result(), "admin\n");
}

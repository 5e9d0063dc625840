//! `archstone role add`, `role remove`, `role assignment list` and `implied role …`.

use crate::{program::Program, scene::Scene};

#[test]
fn a_role_is_added_listed_and_removed() {
    let scene = Scene::new();
    let anna = "--user anna --user-domain DOMAIN";
    let staff = "--group staff --group-domain DOMAIN";
    let web = "--project web --project-domain DOMAIN";
    let table = [
        (anna, web, "", "member,anna@DOMAIN,,web@DOMAIN,,,False"),
        (anna, web, "--inherited", "member,anna@DOMAIN,,web@DOMAIN,,,True"),
        (anna, "--domain DOMAIN", "", "member,anna@DOMAIN,,,DOMAIN,,False"),
        (anna, "--system all", "", "member,anna@DOMAIN,,,,all,False"),
        (staff, web, "", "member,,staff@DOMAIN,web@DOMAIN,,,False"),
        (staff, "--domain DOMAIN", "--inherited", "member,,staff@DOMAIN,,DOMAIN,,True"),
        (staff, "--system all", "", "member,,staff@DOMAIN,,,all,False"),
    ];
    scene.play(&[
        ("user create anna --domain DOMAIN -q -f value -c name", "anna\n"),
        ("group create staff --domain DOMAIN -f value -c name", "staff\n"),
        ("project create web --domain DOMAIN -f value -c name", "web\n"),
    ]);
    let head = "Role,User,Group,Project,Domain,System,Inherited\n";
    for (who, place, how, row) in table {
        let listed = format!("role assignment list {who} --names -f csv --quote minimal");
        let row = row.replace("DOMAIN", &scene.domain);
        scene.play(&[
            (&format!("role add member {who} {place} {how}"), ""),
            (&format!("{listed} {place}"), &format!("{head}{row}\n")),
            (
                &format!("role assignment list {who} -f value -c Role -c Inherited"),
                &format!("<id> {}\n", how == "--inherited").replace("true", "True").replace("false", "False"),
            ),
            (&format!("role remove member {who} {place} {how}"), ""),
            (&listed, head),
        ]);
    }
}

#[test]
fn what_keystone_refuses_is_an_error() {
    let scene = Scene::new();
    scene.play(&[
        ("user create anna --domain DOMAIN -q -f value -c name", "anna\n"),
        ("project create web --domain DOMAIN -f value -c name", "web\n"),
    ]);
    let whole = "--user anna --user-domain DOMAIN --project web --project-domain DOMAIN";
    let table = [
        ("role add member", "exit 2\nerror: the user or group is missing: `--user` or `--group`\n"),
        ("role remove member --user x", "exit 2\nerror: the project, domain or system is missing: "),
        (
            "role add member --user x --group y --project z",
            "exit 2\nerror: the argument '--user <USER>' cannot be used with",
        ),
        ("role add member --user x --system none", "exit 2\nerror: invalid value 'none' for '--system <ALL>'"),
        ("role add nosuch --user anna --project web", "exit 6\nerror: no role has the name or id `nosuch`\n"),
        ("role add member --user nosuch --project web", "exit 6\nerror: no user has the name or id `nosuch`\n"),
        // `openstack` reports no errors for these.
        (&format!("role remove member {whole}"), "exit 6\nerror: "),
        ("role remove member --user nosuch --project nosuch", "exit 6\nerror: "),
        ("role assignment list --project nosuch", "exit 6\nerror: no project has the name or id `nosuch`\n"),
    ];
    for (line, expected) in table {
        let failure = scene.run(line).failure();
        assert!(failure.starts_with(expected), "{line}: {failure}");
    }
    let alice = Program::of("alice");
    for line in ["role add reader --user alice --project web", "role assignment list --auth-user"] {
        let failure = alice.run(line).failure();
        assert!(failure.starts_with("exit 5\n") || failure.starts_with("exit 6\n"), "{line}: {failure}");
    }
}

#[test]
fn an_assignment_of_a_deleted_user_can_be_removed_by_id() {
    let scene = Scene::new();
    scene.play(&[
        ("project create web --domain DOMAIN -f value -c name", "web\n"),
        (
            "role remove member --user 0123456789abcdef0123456789abcdef --project web --project-domain DOMAIN --dry-run",
            "DELETE projects/<id>/users/<id>/roles/<id>\n",
        ),
    ]);
}

#[test]
fn assignments_of_the_one_who_logs_in() {
    let admin = Program::of("admin").with("OS_PROJECT_NAME", "admin");
    let unscoped = Program::of("alice");

    let own = admin.run("role assignment list --auth-user --auth-project --names -f value -c Role -c User -c Project");
    let none = unscoped.run("--unscoped role assignment list --auth-project").failure();
    let effective = admin.run("role assignment list --auth-user --auth-project --effective --names -f value -c Role");

    assert_eq!(own.result(), "admin admin@Default admin@Default\n");
    assert!(none.starts_with("exit 2\nerror: the token names no project, which `--auth-project` asks for\n"), "{none}");
    let mut effective: Vec<_> = effective.result().lines().collect();
    effective.sort_unstable();
    assert_eq!(effective, ["admin", "manager", "member", "reader"]);
}

#[test]
fn a_role_implies_another_until_it_does_not() {
    let scene = Scene::new();
    let (one, other) = (&format!("{}-one", scene.domain), &format!("{}-other", scene.domain));
    let line = |words: &str| words.replace("ONE", one).replace("OTHER", other);
    for name in [one, other] {
        scene.run(&format!("role create {name}")).result();
    }
    let create = line("implied role create ONE --implied-role OTHER -f json --noindent");
    let delete = line("implied role delete ONE --implied-role OTHER");
    scene.play(&[
        (&format!("{create} --dry-run"), "PUT roles/<id>/implies/<id>\n"),
        (&create, "{\"implies\": \"<id>\", \"prior_role\": \"<id>\"}\n"),
    ]);
    let listed = scene.run("implied role list -f csv --quote minimal").steady_result();
    scene.play(&[(&delete, "")]);
    let after = scene.run("implied role list -f csv --quote minimal").steady_result();
    let again = scene.run(&delete).failure();
    let nosuch = scene.run("implied role create nosuch --implied-role reader").failure();
    scene.run(&format!("role delete {one} {other}")).result();

    assert!(listed.starts_with("Prior Role ID,Prior Role Name,Implied Role ID,Implied Role Name\n"), "{listed}");
    let row = format!("<id>,{one},<id>,{other}\n");
    assert!(listed.contains(&row) && !after.contains(&row), "{listed}{after}");
    assert!(again.starts_with("exit 6\nerror: ") && again.contains("does not imply"), "{again}");
    assert!(nosuch.starts_with("exit 6\nerror: no role has the name or id `nosuch`\n"), "{nosuch}");
}

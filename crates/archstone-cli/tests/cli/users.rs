//! `archstone user …`.

use crate::{program::Program, scene::Scene};

const HEAD: &str = "\
+---------------------+----------------------------------+
| Field               | Value                            |
+---------------------+----------------------------------+
";

#[test]
fn a_user_from_the_first_day_to_the_last() {
    let scene = Scene::new();
    let created = format!(
        "{HEAD}\
| default_project_id  | None                             |
| domain_id           | <id> |
| email               | None                             |
| enabled             | True                             |
| id                  | <id> |
| name                | anna                             |
| description         | None                             |
| password_expires_at | None                             |
| options             | {{}}                               |
+---------------------+----------------------------------+
"
    );
    scene.play_with_input("anna-secret\n", &[("user create anna --domain DOMAIN --password -", &created)]);
    scene.play(&[
        ("project create web --domain DOMAIN -f value -c name", "web\n"),
        (
            "user create bert --domain DOMAIN --project web --project-domain DOMAIN --email bert@example.org \
             --description Bert --disable --ignore-password-expiry --no-ignore-lockout-failure-attempts \
             --multi-factor-auth-rule password,totp --multi-factor-auth-rule password -f yaml",
            "warning: No password was supplied, authentication will fail when a user does not have a password.\n\
             default_project_id: <id>\ndomain_id: <id>\nemail: bert@example.org\nenabled: false\nid: <id>\nname: bert\n\
             description: Bert\npassword_expires_at: null\noptions:\n  ignore_lockout_failure_attempts: false\n  \
             ignore_password_expiry: true\n  multi_factor_auth_rules:\n  - - password\n    - totp\n  - - password\n",
        ),
        (
            "user create bert --domain DOMAIN --or-show --password x -f value -c enabled -c name",
            "warning: `--password` lets everyone on this machine see the secret in the process list; `-` \
             reads it from standard input\nFalse\nbert\n",
        ),
        (
            "user create carol --domain DOMAIN --password-prompt",
            "exit 2\nerror: cannot prompt for the user password: there is no terminal\n\n\
             hint: pass `-` as the option's value to read it from standard input\n",
        ),
        (
            "user create carol --domain DOMAIN --project nosuch --project-domain DOMAIN",
            "exit 6\nerror: no project has the name or id `nosuch`\n",
        ),
        ("user list --domain DOMAIN -f value -c Name --sort-column Name", "anna\nbert\n"),
        (
            "user list --domain DOMAIN -f csv -c Name -c Project -c Email --long --disabled",
            "\
             \"Name\",\"Project\",\"Email\"\n\"bert\",\"<id>\",\"bert@example.org\"\n",
        ),
        ("user list --domain DOMAIN --enabled --disabled --enabled -f value -c Name", "anna\n"),
        ("user set anna --domain DOMAIN --name anne --email anne@example.org --enable-lock-password", ""),
        (
            "user show anne --domain DOMAIN -f json -c name -c options -c email --noindent",
            "\
             {\"email\": \"anne@example.org\", \"name\": \"anne\", \"options\": {\"lock_password\": true}}\n",
        ),
        ("user set anne --domain DOMAIN --disable-lock-password --disable", ""),
        ("user show anne --domain DOMAIN -f value -c enabled -c options", "False\n{'lock_password': False}\n"),
        // In the order in which Keystone sends them.
        ("user set anne --domain DOMAIN --ignore-lockout-failure-attempts --ignore-password-expiry", ""),
        (
            "user show anne --domain DOMAIN -f value -c options",
            "{'ignore_password_expiry': True, 'ignore_lockout_failure_attempts': True, 'lock_password': False}\n",
        ),
        ("user set anne --domain DOMAIN", ""),
        ("user set anne --domain DOMAIN --dry-run", "nothing would be changed\n"),
        (
            "user delete anne nosuch --domain DOMAIN",
            "\
             exit 6\nerror: Failed to delete user with name or ID 'nosuch': no user has the name or id `nosuch`\n\
             error: 1 of 2 users failed to delete\n",
        ),
        ("user delete bert --domain DOMAIN --dry-run", "DELETE users/<id>\n"),
        ("user delete bert --domain DOMAIN", ""),
        ("user show bert --domain DOMAIN", "exit 6\nerror: no user has the name or id `bert`\n"),
        ("user list --domain DOMAIN", "\n"),
    ]);
}

#[test]
fn a_dry_run_shows_what_would_be_sent_but_no_password() {
    let scene = Scene::new();
    let body = "\
        POST users\n{\n  \"user\": {\n    \"name\": \"anna\",\n    \"domain_id\": \"<id>\",\n    \"password\": \"***\"\n  }\n}\n";
    scene.play_with_input("anna-secret\n", &[("user create anna --domain DOMAIN --password - --dry-run", body)]);
    scene.play(&[("user list --domain DOMAIN", "\n")]);
    let alice = Program::of("alice");
    let shown = alice.run_with_input("user password set --password - --dry-run", "alice-secret-2\n");
    let expected = "\
        POST users/<id>/password\n{\n  \"user\": {\n    \"original_password\": \"***\",\n    \"password\": \"***\"\n  }\n}\n";
    assert_eq!(shown.steady_result(), expected);
}

#[test]
fn lists_end_where_they_are_told_to() {
    let scene = Scene::new();
    for name in ["a", "b", "c", "d"] {
        scene.play(&[(&format!("user create {name} --domain DOMAIN -f value -c name -q"), &format!("{name}\n"))]);
    }
    let admin = &scene.admin;
    let count = |arguments: &str| {
        let domain = &scene.domain;
        let before = admin.requests();
        let rows =
            admin.run(&format!("user list --domain {domain} -f value -c Name {arguments}")).result().lines().count();
        (rows, admin.requests() - before)
    };

    // One request finds the domain.
    assert_eq!(count(""), (4, 2));
    assert_eq!(count("--max-items 0"), (4, 2));
    assert_eq!(count("--max-items 3 --limit 2").0, 3);
    assert_eq!(count("--max-items 2"), (2, 2));
    let ids = admin.run(&format!("user list --domain {} -f value -c ID --sort-column ID", scene.domain));
    let second = ids.result().lines().nth(1).expect("an id").to_owned();
    assert_eq!(count(&format!("--marker {second}")).0, 2);
    let negative = admin.run("user list --limit -1").failure();
    assert!(negative.starts_with("exit 2\nerror: "), "{negative}");
}

#[test]
fn users_of_a_project_are_those_who_have_a_role_in_it() {
    let scene = Scene::new();
    let create = |name: &str| (format!("user create {name} --domain DOMAIN -q -f value -c name"), format!("{name}\n"));
    for (line, out) in ["anna", "bert", "gone"].map(create) {
        scene.play(&[(&line, &out)]);
    }
    scene.play(&[
        ("project create web --domain DOMAIN -f value -c name", "web\n"),
        ("role add member --user anna --user-domain DOMAIN --project web --project-domain DOMAIN", ""),
        ("role add reader --user anna --user-domain DOMAIN --project web --project-domain DOMAIN", ""),
        ("role add reader --user bert --user-domain DOMAIN --project web --project-domain DOMAIN", ""),
        ("user list --project web --domain DOMAIN -f value -c Name --sort-column Name", "anna\nbert\n"),
        ("user set bert --domain DOMAIN --disable", ""),
        ("user list --project web --domain DOMAIN -f value -c Name --disabled", "bert\n"),
        (
            "user list --project web --domain DOMAIN --limit 1",
            "exit 2\nerror: --limit and --marker are not supported with --project\n",
        ),
        ("user list --project nosuch --domain DOMAIN", "exit 6\nerror: no project has the name or id `nosuch`\n"),
        ("group create staff --domain DOMAIN -f value -c name", "staff\n"),
        ("group add user staff anna bert --group-domain DOMAIN --user-domain DOMAIN", ""),
        ("user list --group staff --domain DOMAIN -f value -c Name --sort-column Name", "anna\nbert\n"),
        ("user list --group staff --domain DOMAIN -f value -c Name --enabled", "anna\n"),
    ]);
    // For more than a few users, one list of all costs less than a request for each.
    let client = scene.client();
    let identity = client.identity();
    client
        .wait(async {
            let domain = identity.domains().list().find(&*scene.domain).await?;
            let web = identity.projects().list().domain(&domain).find("web").await?;
            let reader = identity.roles().list().find("reader").await?;
            for number in 0..15 {
                let user = identity.users().create(format!("u{number}")).domain(&domain).await?;
                identity.roles().grant(&reader).user(&user).project(&web).await?;
            }
            Ok(())
        })
        .expect("users");
    let before = scene.admin.requests();
    let line = format!("user list --project web --domain {} -f value -c Name", scene.domain);
    assert_eq!(scene.admin.run(&line).result().lines().count(), 17);
    // The domain, the project, the assignments, the users.
    assert_eq!(scene.admin.requests() - before, 4);
}

#[test]
fn a_plain_user_sees_the_own_user() {
    let alice = Program::of("alice");

    assert_eq!(alice.run("user show alice -f value -c name -c domain_id").result(), "default\nalice\n");
    for line in
        ["user list", "user show bob", "user show alice --domain acme", "user create mine -q", "user set bob --name x"]
    {
        let failure = alice.run(line).failure();
        assert!(failure.starts_with("exit 5\n"), "{line}: {failure}");
    }
}

#[test]
fn as_openstack_an_empty_text_is_none_and_a_password_is_what_was_given() {
    let scene = Scene::new();
    scene.play_as_openstack(&[
        ("user create anna --domain DOMAIN --password - --description= -f value -c description", "None\n"),
        (
            "user set anna --domain DOMAIN --password= --description=",
            "warning: No password was supplied, authentication will fail when a user does not have a password.\n",
        ),
    ]);
    let bert = "user password set --os-username bert --os-user-domain-name DOMAIN --os-project-domain-name Default \
                --original-password";
    scene.play_as_openstack(&[
        ("user create bert --domain DOMAIN --password x -f value -c name", "bert\n"),
        ("role add reader --user bert --user-domain DOMAIN --project admin --project-domain Default", ""),
        (&format!("{bert}= --password y"), "exit 1\nthe value of `--original-password` is empty\n"),
        // `openstack` warns, and Keystone accepts it.
        (
            &format!("{bert} x --password="),
            "warning: No password was supplied, authentication will fail when a user does not have a password.\n",
        ),
    ]);
    let anna = Program::new().with("OS_AUTH_URL", &scene.admin.auth_url()).with("OS_USERNAME", "anna");
    let anna = anna.with("OS_USER_DOMAIN_NAME", &scene.domain).with("OS_PASSWORD", "-");
    assert_eq!(anna.run("--unscoped whoami -f value -c user_name").result(), "anna\n");
}

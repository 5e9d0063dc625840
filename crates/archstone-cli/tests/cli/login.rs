//! `archstone login`, `logout` and `credential-helper`.

use std::fs;

use serde_json::{Value, json};

use crate::program::Program;

/// A user with a cloud in a file, whose password is in another one.
fn of_file(user: &str, more: &str) -> Program {
    let program = Program::new();
    let text = format!(
        "# mine\nclouds:\n  mine:\n    region_name: RegionOne  # near\n    auth:\n      auth_url: {}\n      username: {user}\n{more}",
        program.auth_url()
    );
    let folder = program.home.join(".config/openstack");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("clouds.yaml"), text).expect("clouds.yaml");
    fs::write(folder.join("secure.yaml"), format!("clouds: {{mine: {{auth: {{password: {user}-secret}}}}}}\n"))
        .expect("secure.yaml");
    program
}

fn accepted(program: &Program, token: &str) -> bool {
    let run =
        program.run(&format!("--os-token {token} --os-auth-type token --os-auth-url {} whoami", program.auth_url()));
    run.code == Some(0)
}

#[test]
fn a_login_says_where_its_token_is_and_until_when_and_logout_ends_it() {
    let alice = of_file("alice", "      project_name: web\n");

    let shown = alice.run("login mine -f json").json();

    assert_eq!(
        (&shown["cloud"], &shown["method"], &shown["scope"]),
        (&json!("mine"), &json!("password"), &json!("web"))
    );
    let store = shown["store"].as_str().expect("a store").to_owned();
    assert!(store.starts_with(&*alice.home.to_string_lossy()), "{store}");
    let kept = alice.run("--os-cloud mine cache show -f json").json();
    for field in ["name", "expires", "store"] {
        assert_eq!(shown[field], kept[field], "{field}");
    }
    assert!(shown["remaining"].as_u64().is_some_and(|it| it > 3000), "{shown}");
    let token = alice.run("--os-cloud mine token issue -f value -c id").result().trim().to_owned();
    assert_eq!(alice.logins(), 1);
    alice.run("login mine").result();
    assert_eq!(alice.logins(), 1);
    alice.run("login mine --renew").result();
    assert_eq!(alice.logins(), 2);
    let newer = alice.run("--os-cloud mine token issue -f value -c id").result().trim().to_owned();
    assert_ne!(newer, token);

    // Removed only locally: it is still valid.
    let local = alice.run("logout mine --local");
    assert!(local.result().contains("still valid"), "{}", local.result());
    assert!(accepted(&alice, &newer));
    alice.run("login mine").result();
    let last = alice.run("--os-cloud mine token issue -f value -c id").result().trim().to_owned();
    let out = alice.run("logout mine -f json").json();
    assert_eq!((&out["revoked"], &out["forgotten"], &out["user_name"]), (&json!(true), &json!(true), &json!("alice")));
    assert!(!accepted(&alice, &last));
    assert!(alice.run("logout mine").result().contains("no token"));
    alice.run("login mine").result();
    assert!(alice.run("logout mine").result().contains("everyone who shared it"));
}

#[test]
fn a_login_that_nothing_would_keep_is_an_error() {
    let alice = of_file("alice", "");
    for command in ["login mine", "logout mine"] {
        let failure = alice.run(&format!("{command} --no-cache")).failure();
        assert!(failure.contains("no token store is configured"), "{failure}");
    }
    let given = of_file("alice", "").with("ARCHSTONE_TOKEN_ID", "abc");
    let failure = given.run("login mine").failure();
    assert!(failure.contains("a token is given"), "{failure}");
    let failure = alice.run("--os-cloud other login mine").failure();
    assert!(failure.contains("two clouds are named"), "{failure}");
    assert_eq!(alice.logins(), 0);
}

#[test]
fn each_project_and_region_becomes_a_cloud_once() {
    let alice = of_file("alice", "");
    let before = fs::read_to_string(alice.home.join(".config/openstack/clouds.yaml")).expect("the file");

    let preview = alice.run("login mine --all-projects --dry-run");
    let diff = preview.result();
    assert!(diff.contains("mine-web-RegionTwo:") && !diff.contains("alice-secret"), "{diff}");
    let refused = alice.run("login mine --all-projects").failure();
    assert!(refused.contains("--yes"), "{refused}");
    assert_eq!(fs::read_to_string(alice.home.join(".config/openstack/clouds.yaml")).expect("the file"), before);

    let rows = alice.run("login mine --all-projects --yes -f json").json();

    let names: Vec<_> = rows.as_array().expect("rows").iter().map(|row| row["cloud"].as_str().unwrap_or("")).collect();
    assert_eq!(names, ["mine-db-RegionOne", "mine-db-RegionTwo", "mine-web-RegionOne", "mine-web-RegionTwo"]);
    let text = fs::read_to_string(alice.home.join(".config/openstack/clouds.yaml")).expect("the file");
    assert!(text.starts_with(&before), "{text}");
    assert!(!text.contains("alice-secret"), "{text}");
    for (cloud, project, region) in
        [("mine-web-RegionTwo", "web", "region-two"), ("mine-db-RegionOne", "db", "region-one")]
    {
        let scope = alice.run(&format!("--os-cloud {cloud} whoami -f json")).json();
        assert_eq!(scope["project_name"], project, "{scope}");
        let url = alice.run(&format!("--os-cloud {cloud} url compute"));
        assert!(url.result().contains(region), "{}", url.result());
    }
    let again = alice.run("login mine --all-projects --yes");
    assert!(again.result().contains("has a cloud already"), "{}", again.result());
    assert_eq!(fs::read_to_string(alice.home.join(".config/openstack/clouds.yaml")).expect("the file"), text);
    let none = Program::of("alice").run("login --all-projects --dry-run").failure();
    assert!(none.contains("clouds.yaml"), "{none}");
}

#[test]
fn what_the_configuration_lacks_is_asked_for_at_the_terminal() {
    let nobody = Program::new();
    let url = nobody.auth_url();
    let session = crate::prompt::at_a_terminal(
        &nobody,
        &["login", "-f", "json"],
        &[("auth_url", &format!("={url}\r")), ("username", "=alice\r"), ("Password", "alice-secret\n")],
    );
    assert_eq!(session.status, 0, "{session:?}");
    assert!(session.shown.contains("\"user_name\": \"alice\""), "{session:?}");
    let failure = Program::new().run("login").failure();
    assert!(failure.contains("no cloud and no credentials"), "{failure}");
}

#[test]
fn a_token_for_kubernetes_and_for_our_own_exec() {
    let info = |version: &str, interactive: bool| {
        let spec = json!({ "interactive": interactive });
        json!({ "kind": "ExecCredential", "apiVersion": version, "spec": spec }).to_string()
    };
    let v1 = "client.authentication.k8s.io/v1";
    for (variable, options, version) in [
        (info(v1, false), "", Some(v1)),
        (info("client.authentication.k8s.io/v1beta1", true), "", Some("client.authentication.k8s.io/v1beta1")),
        (String::new(), " --form kubernetes", Some(v1)),
        (info(v1, false), " --form json", None),
        (String::new(), "", None),
    ] {
        let alice = Program::of("alice").with("KUBERNETES_EXEC_INFO", &variable);

        let document: Value = alice.run(&format!("credential-helper{options}")).json();

        let token = alice.token();
        assert_eq!(alice.logins(), 1);
        let end = match version {
            Some(version) => {
                assert_eq!((&document["apiVersion"], &document["kind"]), (&json!(version), &json!("ExecCredential")));
                assert_eq!(document["status"]["token"], token);
                &document["status"]["expirationTimestamp"]
            }
            None => {
                assert_eq!(document["token"], token);
                &document["expires_at"]
            }
        };
        let end = end.as_str().expect("a time");
        assert!(end.len() == 20 && end.ends_with('Z') && end.as_bytes()[10] == b'T', "{end}");
        let expires = alice.run("token issue -f value -c expires").result().trim().to_owned();
        // The local clock is also the server's in this test.
        assert_eq!(end[..13], expires[..13], "{end} {expires}");
    }
    // The printed token can be used by others.
    let alice = Program::of("alice");
    let line = "unset OS_AUTH_TYPE ARCHSTONE_EXEC_COMMAND; export OS_USERNAME=alice OS_PASSWORD=alice-secret";
    let words = json!(["sh", "-c", format!("{line}; exec {} credential-helper", env!("CARGO_BIN_EXE_archstone"))]);
    let other = Program::new().with("OS_AUTH_URL", &alice.auth_url()).with("OS_AUTH_TYPE", "exec");
    let other = other.with("ARCHSTONE_EXEC_COMMAND", &words.to_string());
    assert_eq!(other.run("whoami -f value -c user_name").result(), "alice\n");
}

#[test]
fn a_helper_that_may_not_ask_does_not() {
    let info = r#"{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1", "spec": {"interactive": false}}"#;
    let nobody = Program::of("alice").with("OS_PASSWORD", "").with("KUBERNETES_EXEC_INFO", info);
    let session = crate::prompt::at_a_terminal(&nobody, &["credential-helper"], &[]);
    assert_ne!(session.status, 0, "{session:?}");
    assert!(session.shown.contains("`password`") && !session.shown.contains("Password:"), "{session:?}");
    for (info, expected) in [
        ("{", "is not JSON"),
        ("{}", "is not an ExecCredential"),
        (r#"{"kind": "ExecCredential", "apiVersion": "v7"}"#, "asks for the version `v7`"),
    ] {
        let failure = Program::of("alice").with("KUBERNETES_EXEC_INFO", info).run("credential-helper").failure();
        assert!(failure.contains(expected), "{failure}");
    }
}

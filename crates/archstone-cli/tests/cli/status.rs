//! `archstone status` and `archstone prompt`: information that needs no request.

use std::{fs, time::Duration};

use archstone_testing::FakeKeystone;

use crate::program::Program;

/// A user of a fake cloud, configured under this name.
fn demo(keystone: &FakeKeystone, more: &str) -> Program {
    let program = Program::new();
    let entry = format!(
        "clouds:\n  demo:\n    auth: {{auth_url: '{}', username: demo, {more}}}\n    region_name: RegionOne\n",
        keystone.auth_url()
    );
    let folder = program.home.join(".config/openstack");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("clouds.yaml"), entry).expect("clouds.yaml");
    program.with("OS_CLOUD", "demo")
}

#[test]
fn status_says_whether_a_valid_token_is_kept_without_a_request() {
    let keystone = FakeKeystone::start();
    let demo = demo(&keystone, "password: secret");
    let none = demo.run("status -f json");
    assert_eq!(none.code, Some(4), "{none:?}");
    let none: serde_json::Value = serde_json::from_str(&none.stdout).expect("JSON");
    assert_eq!(
        (&none["state"], &none["cloud"], &none["region"]),
        (&"none".into(), &"demo".into(), &"RegionOne".into())
    );
    assert!(none["user"].as_str().expect("a user").starts_with("user `demo`"), "{none}");

    demo.token();
    let requests = keystone.requests().len();
    let valid = demo.run("status -f json");
    let table = demo.run("status");
    let hits = demo.run("cache stats -f value -c hits");
    let valid = valid.json();
    assert_eq!(table.code, Some(0), "{table:?}");
    assert_eq!(
        (&valid["state"], &valid["user_name"], &valid["scope"]),
        (&"valid".into(), &"demo".into(), &"demo".into())
    );
    assert!(valid["remaining"].as_u64().expect("seconds") > 3000, "{valid}");
    assert!(valid["kept_in"].as_str().expect("a place").ends_with("/.cache/archstone"), "{valid}");
    // Showing the token does not count as a use.
    assert_eq!(hits.result(), "0\n");
    assert_eq!((keystone.requests().len(), keystone.logins()), (requests, 1));
}

#[test]
fn status_shows_an_expired_token_and_what_cannot_be_known() {
    let keystone = FakeKeystone::start();
    keystone.change(|cloud| cloud.token_lifetime(Duration::from_secs(1)));
    let demo = demo(&keystone, "password: secret");
    demo.run("token issue").result();
    let expired = || demo.run("status -f value -c state").stdout == "expired\n";
    let prompt = || demo.run("prompt").result().to_owned();
    while !expired() {
        std::thread::yield_now();
    }
    assert_eq!((demo.run("status").code, &*prompt()), (Some(4), "demo:demo expired\n"));

    let given = Program::new().with("OS_AUTH_URL", &keystone.auth_url()).with("ARCHSTONE_TOKEN_ID", "marked-token");
    let unknown = given.run("status");
    assert!(unknown.stdout.contains("unknown") && !unknown.stdout.contains("marked"), "{unknown:?}");
    let shared = demo.run("status --token-cache redis://127.0.0.1:9 -f value -c state -c kept_in");
    assert_eq!((shared.code, &*shared.stdout), (Some(4), "unknown\nredis://127.0.0.1:9/0\n"));
    let nobody = Program::new().run("status");
    assert_eq!((nobody.code, &*nobody.stdout), (Some(3), ""), "{nobody:?}");
    assert_eq!(keystone.logins(), 1);
}

#[test]
fn a_prompt_shows_what_is_at_hand_and_nothing_where_there_is_no_cloud() {
    let keystone = FakeKeystone::start();
    let with_password = demo(&keystone, "password: secret, project_name: demo");
    assert_eq!(with_password.run("prompt").result(), "demo:demo\n");
    with_password.token();
    let left = with_password.run("prompt").result().to_owned();
    let minutes = left.strip_prefix("demo:demo ").and_then(|left| left.trim().strip_suffix('m')).expect("minutes");
    assert!((50..=60).contains(&minutes.parse::<u32>().expect("a number")), "{left}");
    let template = |text: &str| {
        with_password.read(&with_password.command(&["prompt", "--template", text]).output().expect("a run"))
    };
    assert_eq!(template("<{user}@{region}> {cloud}").result(), "<demo@RegionOne> demo\n");
    let wrong = template("{nothing}");
    assert_eq!((wrong.code, wrong.stdout.as_str()), (Some(2), ""));
    assert!(wrong.stderr.contains("{cloud}, {project}"), "{wrong:?}");

    // There is no prompt, no command runs, and errors are not shown.
    let marker = with_password.home.join("ran");
    let by_command = demo(&keystone, &format!("password_command: 'touch {}', project_name: web", marker.display()));
    let without_password = demo(&keystone, "project_name: web");
    let by_environment =
        Program::new().with("OS_AUTH_URL", "http://keystone.example:5000/v3").with("OS_USERNAME", "bob");
    let broken = demo(&keystone, "password: [");
    let unknown = Program::new().with("OS_CLOUD", "nowhere");
    for (program, expected) in [
        (&by_command, "demo:web\n"),
        (&without_password, "demo:web\n"),
        (&by_environment, "keystone.example\n"),
        (&broken, ""),
        (&unknown, ""),
        (&Program::new(), ""),
    ] {
        let prompt = program.run("prompt");
        assert_eq!((prompt.code, &*prompt.stdout, &*prompt.stderr), (Some(0), expected, ""));
    }
    assert!(!marker.exists());
    assert_eq!(keystone.logins(), 1);
}

#[test]
fn names_from_the_cloud_cannot_change_a_prompt() {
    use archstone_testing::{FakeCloud, FakeProject, FakeUser};
    let cloud = FakeCloud::new()
        .project(FakeProject::new("a\x1b]0;b\u{202e}"))
        .user(FakeUser::new("demo", "secret").member_of("a\x1b]0;b\u{202e}"));
    let keystone = cloud.start();
    let demo = demo(&keystone, "password: secret");
    demo.run("token issue").result();
    assert!(demo.run("prompt").result().starts_with("demo:a\\u{1b}]0;b\\u{202e} "), "{:?}", demo.run("prompt"));
}

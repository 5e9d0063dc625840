//! Behavior of the identity service.

use std::time::Duration;

use archstone_testing::{FakeCloud, FakeKeystone, FakeProject, FakeTrust, FakeUser};
use serde_json::{Value, json};

use crate::wire::{Answer, ask};

fn cloud() -> FakeKeystone {
    FakeCloud::demo()
        .domain("acme", "Acme")
        .project(FakeProject::new("web"))
        .project(FakeProject::new("retired").disabled())
        .project(FakeProject::new("web").in_domain("acme"))
        .user(FakeUser::new("alice", "a").member_of("web").member_of("retired").with_domain_role("admin", "acme"))
        .user(FakeUser::new("alice", "b").in_domain("acme").member_of("web").with_default_project("web"))
        .user(FakeUser::new("root", "r").with_system_role("admin"))
        .user(FakeUser::new("grace", "g").member_of("web").with_totp("123456"))
        .user(FakeUser::new("erin", "e").member_of("web").disabled())
        .user(FakeUser::new("frank", "f").member_of("web").with_expired_password())
        .user(FakeUser::new("heidi", "h").with_default_project("web"))
        .user(FakeUser::new("robot", "o").member_of("web").with_application_credential("ci", "ci-secret", "web"))
        .trust(FakeTrust::new("t1", "demo", "robot", "demo"))
        .trust(FakeTrust::new("t2", "demo", "robot", "demo").with_impersonation())
        .start()
}

fn log_in(keystone: &FakeKeystone, identity: &Value, scope: &Value, headers: &str) -> Answer {
    let mut auth = json!({ "identity": identity });
    if !scope.is_null() {
        auth["scope"] = scope.clone();
    }
    ask(keystone, "POST /v3/auth/tokens", headers, &json!({ "auth": auth }).to_string())
}

fn password(name: &str, password: &str) -> Value {
    let user = json!({"name": name, "domain": {"id": "default"}, "password": password});
    json!({"methods": ["password"], "password": {"user": user}})
}

fn token_of(answer: &Answer) -> String {
    answer.header("x-subject-token").unwrap().to_owned()
}

#[test]
fn versions_name_the_host_that_was_asked() {
    let keystone = cloud();
    let root = ask(&keystone, "GET /", "", "");
    assert_eq!((root.status, &root.json()["versions"]["values"][0]["id"]), (300, &json!("v3.14")));
    for path in ["/v3", "/v3/"] {
        let version = ask(&keystone, &format!("GET {path}"), "", "");
        assert_eq!((version.status, &version.json()["version"]["links"][0]["href"]), (200, &json!("http://fake/v3/")));
    }
    assert_eq!(ask(&keystone, "GET /v3/nothing", "", "").status, 404);
}

#[test]
fn every_scope_is_given_to_those_who_may_have_it() {
    let keystone = cloud();
    let alice = password("alice", "a");
    let acme_alice = json!({"methods": ["password"], "password": {"user":
        {"name": "alice", "domain": {"name": "Acme"}, "password": "b"}}});
    let by_id = json!({"methods": ["password"], "password": {"user": {"id": "alice-id", "password": "a"}}});
    let application = json!({"methods": ["application_credential"], "application_credential":
        {"id": "ci-id", "secret": "ci-secret"}});
    let application_by_name = json!({"methods": ["application_credential"], "application_credential":
        {"name": "ci", "secret": "ci-secret", "user": {"name": "robot", "domain": {"id": "default"}}}});
    let robot = password("robot", "o");
    let web = json!({"project": {"name": "web", "domain": {"id": "default"}}});
    let none = Value::Null;
    let table = [
        (&alice, none.clone(), "/user/id", json!("alice-id")),
        (&by_id, json!("unscoped"), "/catalog", none.clone()),
        (&alice, web.clone(), "/project/id", json!("web-id")),
        (&alice, json!({"project": {"id": "web-id"}}), "/roles/0/name", json!("member")),
        (&alice, json!({"domain": {"name": "Acme"}}), "/domain/id", json!("acme")),
        (&acme_alice, none.clone(), "/project/id", json!("acme-web-id")),
        (&acme_alice, json!({"unscoped": {}}), "/project", none.clone()),
        (&password("root", "r"), json!({"system": {"all": true}}), "/system/all", json!(true)),
        // Without a role on the default project, the token is unscoped.
        (&password("heidi", "h"), none.clone(), "/project", none.clone()),
        (&application, none.clone(), "/project/name", json!("web")),
        (&application_by_name, none.clone(), "/application_credential/id", json!("ci-id")),
        (&robot, json!({"OS-TRUST:trust": {"id": "t1"}}), "/user/name", json!("robot")),
        (&robot, json!({"OS-TRUST:trust": {"id": "t2"}}), "/user/name", json!("demo")),
        (&robot, json!({"OS-TRUST:trust": {"id": "t2"}}), "/OS-TRUST:trust/trustee_user/id", json!("robot-id")),
    ];
    for (identity, scope, pointer, expected) in table {
        let answer = log_in(&keystone, identity, &scope, "");
        assert_eq!(answer.status, 201, "{identity} {scope}");
        let found = answer.json()["token"].pointer(pointer).cloned().unwrap_or_default();
        assert_eq!(found, expected, "{identity} {scope}");
        assert!(keystone.accepts(&token_of(&answer)));
    }
}

#[test]
fn logins_are_refused_as_keystone_refuses_them() {
    let keystone = cloud();
    let alice = password("alice", "a");
    let application = |secret: &str| {
        json!({"methods": ["application_credential"], "application_credential":
        {"id": "ci-id", "secret": secret}})
    };
    let none = Value::Null;
    let table = [
        (password("alice", "x"), none.clone(), 401, "requires authentication"),
        (password("nobody", "x"), none.clone(), 401, "requires authentication"),
        (password("erin", "e"), none.clone(), 401, "requires authentication"),
        (password("frank", "f"), none.clone(), 401, "password is expired"),
        (alice.clone(), json!({"project": {"id": "demo-id"}}), 401, "requires authentication"),
        (alice.clone(), json!({"project": {"id": "retired-id"}}), 401, "requires authentication"),
        (alice.clone(), json!({"project": {"id": "nowhere"}}), 401, "requires authentication"),
        (alice.clone(), json!({"domain": {"id": "default"}}), 401, "requires authentication"),
        (alice.clone(), json!({"system": {"all": true}}), 401, "requires authentication"),
        (alice.clone(), json!({"OS-TRUST:trust": {"id": "t1"}}), 403, "not trustee"),
        (application("wrong"), none.clone(), 401, "requires authentication"),
        (application("ci-secret"), json!({"project": {"id": "web-id"}}), 401, "requires authentication"),
        (
            json!({"methods": ["application_credential"], "application_credential": {"id": "no"}}),
            none.clone(),
            404,
            "Could not find",
        ),
        (json!({"methods": ["token"], "token": {"id": "no"}}), none.clone(), 404, "Could not find token"),
        (json!({"methods": ["carrier_pigeon"]}), none.clone(), 401, "unsupported method"),
        (json!({}), none.clone(), 400, "Expecting to find identity"),
    ];
    for (identity, scope, status, words) in table {
        let answer = log_in(&keystone, &identity, &scope, "");
        assert_eq!(answer.status, status, "{identity} {scope}");
        assert!(answer.json()["error"]["message"].as_str().unwrap().contains(words), "{identity} {scope}");
        assert!(answer.header("x-subject-token").is_none());
    }
}

#[test]
fn a_second_factor_is_asked_for_with_a_receipt() {
    let keystone = cloud();
    let totp = |passcode: &str| {
        let user = json!({"name": "grace", "domain": {"id": "default"}, "passcode": passcode});
        json!({"methods": ["totp"], "totp": {"user": user}})
    };
    let first = log_in(&keystone, &password("grace", "g"), &Value::Null, "");
    assert_eq!(first.status, 401);
    assert_eq!(first.json()["required_auth_methods"], json!([["password", "totp"]]));
    assert_eq!(first.json()["receipt"]["methods"], json!(["password"]));
    let receipt = format!("Openstack-Auth-Receipt: {}\r\n", first.header("openstack-auth-receipt").unwrap());

    assert_eq!(log_in(&keystone, &totp("000000"), &Value::Null, &receipt).status, 401);
    assert_eq!(log_in(&keystone, &totp("123456"), &Value::Null, "Openstack-Auth-Receipt: no\r\n").status, 401);
    // Another user's factor is not accepted.
    assert_eq!(log_in(&keystone, &password("alice", "a"), &Value::Null, &receipt).status, 401);
    let second = log_in(&keystone, &totp("123456"), &json!({"project": {"id": "web-id"}}), &receipt);
    assert_eq!((second.status, &second.json()["token"]["methods"]), (201, &json!(["totp", "password"])));

    let both = json!({"methods": ["password", "totp"], "password": password("grace", "g")["password"], "totp": totp("123456")["totp"]});
    assert_eq!(log_in(&keystone, &both, &Value::Null, "").status, 201);
    keystone.set_clock_ahead(Duration::from_secs(301));
    assert_eq!(log_in(&keystone, &totp("123456"), &Value::Null, &receipt).status, 401);
}

#[test]
fn an_exchanged_token_keeps_the_expiry_and_the_chain_of_the_first() {
    let keystone = cloud();
    let first = log_in(&keystone, &password("alice", "a"), &Value::Null, "");
    keystone.set_clock_ahead(Duration::from_secs(1800));
    let exchange = json!({"methods": ["token"], "token": {"id": token_of(&first)}});

    let second = log_in(&keystone, &exchange, &json!({"project": {"id": "web-id"}}), "");

    let (first, second) = (first.json()["token"].clone(), second.json()["token"].clone());
    assert_eq!(first["expires_at"], second["expires_at"]);
    assert_ne!(first["issued_at"], second["issued_at"]);
    assert_eq!(second["audit_ids"][1], first["audit_ids"][0]);
    assert_eq!(second["methods"], json!(["token", "password"]));
}

#[test]
fn tokens_are_shown_and_revoked_to_those_who_may() {
    let keystone = cloud();
    let [alice, demo, root] = ["alice", "demo", "root"].map(|user| keystone.issue(user));
    let about = |method: &str, caller: &str, subject: &str| {
        let headers = format!("X-Auth-Token: {caller}\r\nX-Subject-Token: {subject}\r\n");
        ask(&keystone, &format!("{method} /v3/auth/tokens"), &headers, "")
    };
    let shown = about("GET", &demo, &demo);
    assert_eq!((shown.status, token_of(&shown)), (200, demo.clone()));
    assert_eq!(shown.json()["token"]["catalog"][1]["endpoints"][0]["url"], format!("{}/compute/v2.1", keystone.url()));
    assert_eq!(about("HEAD", &demo, &demo).body, b"");
    for (caller, subject, status) in
        [(&*root, &*demo, 200), (&alice, &demo, 200), (&demo, &alice, 403), (&demo, "no", 404), ("no", &demo, 401)]
    {
        // Alice is an administrator in a domain.
        assert_eq!(about("GET", caller, subject).status, status, "{caller} {subject}");
    }

    assert_eq!(about("DELETE", &demo, &demo).status, 204);
    assert!(!keystone.accepts(&demo) && keystone.accepts(&alice));
    keystone.revoke(&alice);
    assert!(!keystone.accepts(&alice) && keystone.accepts(&root));
    keystone.revoke_all();
    assert!(!keystone.accepts(&root));
}

#[test]
fn a_user_sees_what_is_his() {
    let keystone = cloud();
    let get = |path: &str, user: &str| {
        let headers = format!("X-Auth-Token: {}\r\n", keystone.issue(user));
        let answer = ask(&keystone, &format!("GET {path}"), &headers, "");
        (answer.status, answer.json())
    };
    let (_, projects) = get("/v3/auth/projects", "alice");
    let names: Vec<_> = projects["projects"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
    assert_eq!(names, ["web"], "the disabled one is not listed");
    let (_, catalog) = get("/v3/auth/catalog", "demo");
    let stored = catalog["catalog"][3]["endpoints"][0]["url"].as_str().unwrap();
    assert!(stored.ends_with("/object-store/v1/AUTH_demo-id"), "{stored}");
    let table = [
        ("/v3/auth/catalog", "alice", 403),
        ("/v3/users/demo-id", "demo", 200),
        ("/v3/users/root-id", "demo", 403),
        ("/v3/users/demo-id", "root", 200),
        ("/v3/users/no", "root", 404),
        ("/v3/projects/demo-id", "demo", 200),
        ("/v3/projects/web-id", "demo", 403),
        ("/v3/projects/no", "root", 404),
        ("/v3/roles", "root", 404),
    ];
    for (path, user, status) in table {
        assert_eq!(get(path, user).0, status, "{path} {user}");
    }
    assert_eq!(get("/v3/users/demo-id", "demo").1["user"]["default_project_id"], "demo-id");
    assert_eq!(ask(&keystone, "GET /v3/auth/projects", "", "").status, 401);
}

#[test]
fn tokens_live_as_long_as_is_said_and_not_longer() {
    let keystone = FakeCloud::demo().token_lifetime(Duration::from_secs(60)).start();
    let token = keystone.issue("demo");

    keystone.set_clock_ahead(Duration::from_secs(50));
    assert!(keystone.accepts(&token));
    keystone.set_clock_ahead(Duration::from_secs(61));
    assert!(!keystone.accepts(&token));
    keystone.change(|cloud| cloud.token_lifetime(Duration::from_secs(600)));
    let longer = keystone.issue("demo");
    keystone.set_clock_ahead(Duration::from_secs(600));
    assert!(keystone.accepts(&longer));
}

#[test]
fn logins_are_counted_and_say_what_was_sent() {
    let keystone = FakeKeystone::start();

    log_in(&keystone, &password("demo", "wrong"), &Value::Null, "");
    log_in(&keystone, &password("demo", "secret"), &Value::Null, "");

    assert_eq!(keystone.logins(), 2);
    let sent = keystone.requests()[0].json();
    assert_eq!(sent["auth"]["identity"]["password"]["user"]["password"], "wrong");
}

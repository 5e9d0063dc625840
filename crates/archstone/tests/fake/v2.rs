//! Identity API v2.0. Current versions of Keystone no longer have it: the fake follows its documentation.

use archstone::{Access, ClientBuilder, EndpointFilter, ErrorKind, Interface, TokenCache, host::Host};
use archstone_testing::{FakeKeystone, FakeProject, FakeTrust, FakeUser, Reply};
use serde_json::{Value, json};

use crate::demo;

/// Options with their values.
type Options = &'static [(&'static str, &'static str)];

fn keystone() -> FakeKeystone {
    let keystone = FakeKeystone::start();
    keystone.change(|cloud| {
        cloud
            .speaking_v2()
            .project(FakeProject::new("db"))
            .user(FakeUser::new("single", "secret").member_of("db"))
            .user(FakeUser::new("many", "secret").member_of("db").member_of("demo"))
            .trust(FakeTrust::new("t1", "demo", "single", "demo").with_impersonation())
    });
    keystone
}

fn v2(keystone: &FakeKeystone) -> ClientBuilder {
    demo(keystone).auth_type("v2password")
}

/// The bodies sent to `/v2.0/tokens`.
fn sent(keystone: &FakeKeystone) -> Vec<Value> {
    let logins = keystone.requests().into_iter().filter(|it| it.method() == "POST" && it.path() == "/v2.0/tokens");
    logins.map(|it| it.json()["auth"].clone()).collect()
}

#[tokio::test]
async fn a_password_is_for_the_default_tenant_the_only_one_or_the_one_that_is_named() {
    let keystone = keystone();
    let by_name = json!({"username": "demo", "password": "secret"});
    let table: [(Options, Option<&str>, Value); 7] = [
        (&[], Some("demo"), json!({"passwordCredentials": by_name})),
        (&[("tenant_name", "demo")], Some("demo"), json!({"passwordCredentials": by_name, "tenantName": "demo"})),
        (&[("tenant_id", "demo-id")], Some("demo"), json!({"passwordCredentials": by_name, "tenantId": "demo-id"})),
        (
            &[("user_id", "demo-id")],
            Some("demo"),
            json!({"passwordCredentials": {"userId": "demo-id", "password": "secret"}}),
        ),
        (&[("username", "single")], Some("db"), json!({"token": {"id": "-"}, "tenantId": "db-id"})),
        (&[("username", "many")], None, json!({"passwordCredentials": {"username": "many", "password": "secret"}})),
        (
            &[("username", "single"), ("trust_id", "t1")],
            Some("demo"),
            json!({"passwordCredentials": {"username": "single", "password": "secret"}, "trust_id": "t1"}),
        ),
    ];
    for (options, project, expected) in table {
        let client = options.iter().fold(v2(&keystone), |it, (name, value)| it.option(name, *value)).build().unwrap();
        let access = client.access().await.unwrap_or_else(|error| panic!("{options:?}: {error:?}"));
        assert_eq!(access.project_name(), project, "{options:?}");
        let mut last = sent(&keystone).pop().unwrap();
        if let Some(id) = last.pointer_mut("/token/id") {
            *id = "-".into();
        }
        assert_eq!(last, expected, "{options:?}");
    }
    let many = v2(&keystone).username("many").build().unwrap();
    let names: Vec<_> = many.projects().await.unwrap().iter().map(|it| it.name.clone()).collect();
    assert_eq!(names, ["demo", "db"]);
}

#[tokio::test]
async fn all_that_the_document_says_is_read() {
    let keystone = keystone();
    let client = v2(&keystone).tenant_name("demo").build().unwrap();
    let access = client.access().await.unwrap();

    assert_eq!((access.user_name(), access.user_id()), (Some("demo"), Some("demo-id")));
    assert_eq!(access.roles().iter().filter_map(|it| it.name.as_deref()).collect::<Vec<_>>(), ["member"]);
    assert!(keystone.accepts(access.token().expose()));
    assert!(!access.body().contains(access.token().expose()), "{}", access.body());
    for interface in [Interface::Public, Interface::Internal, Interface::Admin] {
        let filter = EndpointFilter::from("compute").interface(interface);
        assert!(client.url_for(filter).await.unwrap().as_str().ends_with("/compute/v2.1"));
    }
    assert_eq!(
        (client.user().await.unwrap().name.as_str(), client.user().await.unwrap().id.as_str()),
        ("demo", "demo-id")
    );
    assert_eq!(client.project().await.unwrap().unwrap().name, "demo");
    let trust = v2(&keystone).username("single").trust_id("t1").build().unwrap().access().await.unwrap();
    assert_eq!(trust.trust().unwrap().id, "t1");
    assert_eq!((trust.user_name(), trust.trust().unwrap().trustee.id.as_deref()), (Some("demo"), Some("single-id")));
    // A stored reference can be read again.
    let again = Access::from_reference(access.to_reference().expose(), &Host::default()).unwrap();
    assert_eq!((again.project_id(), again.token().expose()), (Some("demo-id"), access.token().expose()));
}

#[tokio::test]
async fn tokens_are_exchanged_renewed_and_shared() {
    let (keystone, tokens) = (keystone(), TokenCache::new());
    let client = || v2(&keystone).token_cache(&tokens).build().unwrap();
    let first = client().token().await.unwrap();
    assert_eq!(client().token().await.unwrap().expose(), first.expose());
    assert_eq!(sent(&keystone).len(), 1);
    keystone.revoke_all();
    let second = client().replace(&first).await.unwrap();
    assert!(keystone.accepts(second.expose()));

    let exchange = demo(&keystone).auth_type("v2token").token(second.expose()).tenant_name("demo").build().unwrap();
    assert_eq!(exchange.access().await.unwrap().project_name(), Some("demo"));
    let last = keystone.requests().pop().unwrap();
    assert_eq!(last.header("x-auth-token"), Some(second.expose()));
    let wrong = demo(&keystone).auth_type("v2token").token("marked-token").build().unwrap();
    let error = wrong.access().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TokenRejected, "{error:?}");
}

#[tokio::test]
async fn what_v2_does_not_have_is_refused_before_anything_is_sent() {
    let keystone = keystone();
    for (option, value) in
        [("domain_id", "default"), ("system_scope", "all"), ("user_domain_name", "acme"), ("default_domain_id", "acme")]
    {
        let error = v2(&keystone).option(option, value).build().unwrap().access().await.unwrap_err();
        assert!(error.hint().is_some_and(|it| it.contains("auth_type")), "{option}: {error:?}");
    }
    // It is never chosen unless requested.
    for url in [keystone.auth_url(), keystone.url().to_owned(), format!("{}/v2.0", keystone.url())] {
        let error = demo(&keystone).auth_url(&url).build().unwrap().access().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotIdentityService, "{url}: {error:?}");
        let is_listed = !url.ends_with("/v3");
        assert_eq!(error.hint().is_some_and(|it| it.contains("`v2password`")), is_listed, "{url}: {error:?}");
    }
    assert!(sent(&keystone).is_empty());
}

#[tokio::test]
async fn refusals_and_malformed_answers_are_named() {
    let keystone = keystone();
    let error = v2(&keystone).password("marked-password").build().unwrap().access().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    assert!(error.hint().is_some_and(|it| it.contains("password")), "{error:?}");
    for (answer, expected) in [
        (Reply::text(200, "<html>"), "is not JSON"),
        (Reply::json(200, json!({"access": {"token": {}}})), "has no token"),
        (Reply::json(200, json!({"access": {"token": {"id": "marked-token"}}})), "`expires_at`"),
    ] {
        keystone.on("POST", "/v2.0/tokens").reply(answer);
        let error = v2(&keystone).build().unwrap().access().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error:?}");
        assert!(error.to_string().contains(expected), "{error:?}");
        assert!(!format!("{error:?}").contains("marked"), "{error:?}");
    }
    // A cloud with v3 only.
    let new = FakeKeystone::start();
    let error = v2(&new).build().unwrap().access().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotIdentityService, "{error:?}");
}

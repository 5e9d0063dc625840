//! The result of a login when something breaks, and how soon it is returned.

use std::{sync::Arc, time::Duration};

use archstone::{Access, ErrorKind, host::Host};
use archstone_testing::{CatalogBuilder, Failure, FakeKeystone, FakeServer, FakeUser, Reply, TokenBuilder};
use serde_json::json;

use crate::{demo, within};

const PATIENCE: Duration = Duration::from_millis(500);
const DEADLINE: Duration = Duration::from_secs(10);

/// A login is never retried: a cloud may lock a user after several failed logins.
#[tokio::test]
async fn every_fault_of_a_login_has_an_end_and_a_name() {
    use ErrorKind::{
        ConnectionFailed, InvalidResponse, NotIdentityService, RateLimited, ServerError, Timeout, Unauthenticated,
    };
    let seven = Duration::from_secs(7);
    let table = [
        (Failure::ResetBefore, ConnectionFailed, "closed the connection"),
        (Failure::ResetDuring, ConnectionFailed, "broke off its answer"),
        (Failure::Close, ConnectionFailed, "closed the connection"),
        (Failure::Delay(Duration::from_secs(60)), Timeout, "no answer from"),
        (Failure::Silence, Timeout, "no answer from"),
        (Failure::Drip(Duration::from_millis(20)), Timeout, "no answer from"),
        (Failure::Truncated, ConnectionFailed, "broke off its answer"),
        (Failure::BrokenChunks, ConnectionFailed, "broke off its answer"),
        (Failure::Garbage, ConnectionFailed, "does not speak HTTP"),
        (Failure::ContentLength(20), InvalidResponse, "token"),
        (Failure::ContentLength(1 << 20), Timeout, "no answer from"),
        (Failure::Status(401), Unauthenticated, "was refused"),
        (Failure::Status(500), ServerError, "HTTP 500"),
        (Failure::Status(503), ServerError, "HTTP 503"),
        (Failure::RetryAfter(429, seven), RateLimited, "HTTP 429"),
        (Failure::RetryAfterDate(429, seven), RateLimited, "HTTP 429"),
        (
            Failure::Redirect(302, "http://elsewhere.invalid/".into()),
            NotIdentityService,
            "to `http://elsewhere.invalid/`",
        ),
        (Failure::Redirect(301, "https://h.invalid/v3/auth/tokens".into()), NotIdentityService, "301"),
        (Failure::RedirectLoop, NotIdentityService, "302"),
        (Reply::text(200, "hello").into(), NotIdentityService, "is not an identity service"),
    ];
    for (failure, kind, words) in table {
        let what = format!("{failure:?}");
        let keystone = FakeKeystone::start();
        keystone.on("POST", "/v3/auth/tokens").fail_next(1, failure);
        let client = demo(&keystone).timeout(PATIENCE).build().unwrap();

        let error = within(DEADLINE, &what, client.access()).await.unwrap_err();

        assert_eq!((error.kind(), keystone.logins()), (kind, 1), "{what}: {error:?}");
        assert!(error.to_string().contains(words), "{what}: {error}");
        assert!(!format!("{error:?}").contains("secret"), "{what}");
        assert_eq!(error.retry_after().is_some(), kind == RateLimited, "{what}");
        assert_eq!(error.hint().unwrap_or_default().contains(" in 7 s"), kind == RateLimited, "{what}: {error:?}");
        assert_eq!(within(DEADLINE, &what, client.access()).await.unwrap().user_name(), Some("demo"), "{what}");
    }
}

/// Gateways in front of Keystone, and other implementations, have their own formats for errors.
#[tokio::test]
async fn the_status_of_a_refused_login_decides_and_the_body_has_the_words() {
    use ErrorKind::{Forbidden, InvalidRequest, NotIdentityService, RateLimited, ServerError, Unauthenticated};
    let unauthorized = r#"{"unauthorized": {"code": 401, "message": "Username or api key is invalid."}}"#;
    let page = "<html><head><title>401 Authorization Required</title></head></html>";
    let gateway = r#"{"error_msg": "Incorrect IAM authentication information", "error_code": "APIGW.0301"}"#;
    let table = [
        (Reply::json(401, unauthorized), Unauthenticated, "was refused: Username or api key is invalid."),
        (Reply::json(401, gateway), Unauthenticated, "was refused: Incorrect IAM authentication information"),
        (Reply::json(401, "{}"), Unauthenticated, "was refused (HTTP 401)"),
        (Reply::text(401, page), Unauthenticated, "was refused: 401 Authorization Required"),
        (Reply::text(401, ""), Unauthenticated, "was refused (HTTP 401)"),
        (Reply::json(403, gateway), Forbidden, "Incorrect IAM authentication information (HTTP 403 from "),
        (Reply::text(403, page), Forbidden, "401 Authorization Required (HTTP 403 from "),
        (Reply::json(400, r#"{"message": "bad"}"#), InvalidRequest, "bad (HTTP 400 from "),
        (Reply::text(404, page), NotIdentityService, "is not an identity service: it answered 404 with"),
        (Reply::json(405, "{}"), NotIdentityService, "(HTTP 405)"),
        (Reply::json(429, r#"{"overLimit": {"message": "slow"}}"#), RateLimited, "too many logins (HTTP 429)"),
        (Reply::text(502, "<h1>Bad Gateway</h1>"), ServerError, "failed (HTTP 502): Bad Gateway"),
    ];
    for (reply, kind, words) in table {
        let what = format!("{reply:?}");
        let keystone = FakeKeystone::start();
        keystone.on("POST", "/v3/auth/tokens").reply(reply);

        let error = demo(&keystone).build().unwrap().access().await.unwrap_err();

        assert_eq!(error.kind(), kind, "{what}: {error:?}");
        assert!(error.to_string().contains(words), "{what}: {error}");
        assert!(error.hint().is_some() || matches!(kind, Forbidden | InvalidRequest), "{what}: {error:?}");
    }
}

#[tokio::test]
async fn what_a_login_sent_as_secret_is_in_no_error() {
    for (said, shown) in [
        ("bad: {\"password\": \"correct \\u00b5 horse\"}", r#"bad: {"password": "***"}"#),
        ("user demo is unknown", "user demo is unknown"),
    ] {
        for status in [400, 401, 403, 500] {
            let keystone = FakeKeystone::start();
            keystone.on("POST", "/v3/auth/tokens").reply(Reply::error(status, said));

            let error = demo(&keystone).password("correct µ horse").build().unwrap().access().await.unwrap_err();

            assert!(error.to_string().contains(shown), "{status}: {error}");
        }
    }
}

/// Keystone says so only with `insecure_debug`, and only of accounts that were locked by its password rules. The
/// messages are Keystone's.
#[tokio::test]
async fn an_account_that_keystone_says_is_closed_is_told_from_a_wrong_password() {
    for words in ["The account is disabled for user: u1.", "The account is locked for user: u1."] {
        let keystone = FakeKeystone::start();
        keystone.on("POST", "/v3/auth/tokens").reply(Reply::error(401, words));

        let error = demo(&keystone).build().unwrap().access().await.unwrap_err();

        assert_eq!(error.kind(), ErrorKind::Disabled, "{error:?}");
        assert!(error.to_string().ends_with(words) && error.hint().is_some(), "{error:?}");
    }
}

#[tokio::test]
async fn a_new_login_brings_its_own_catalog() {
    let keystone = FakeKeystone::start();
    let client = demo(&keystone).build().unwrap();
    assert!(client.url_for("compute").await.is_ok());
    keystone.change(|cloud| cloud.catalog(CatalogBuilder::new().service("dns", "designate", "http://dns.example")));
    keystone.revoke_all();

    assert_eq!(client.user().await.unwrap().name, "demo");

    assert_eq!(client.url_for("dns").await.unwrap().as_str().trim_end_matches('/'), "http://dns.example");
    assert_eq!(client.url_for("compute").await.unwrap_err().kind(), ErrorKind::EndpointNotFound);
    assert_eq!((keystone.logins(), keystone.count("GET", "/v3/auth/catalog")), (2, 0));
}

#[tokio::test]
async fn every_fault_of_the_list_of_versions_has_an_end_and_a_name() {
    use ErrorKind::{ConnectionFailed, InvalidResponse, NotIdentityService, RateLimited, ServerError, Timeout};
    let table = [
        (Failure::ResetBefore, ConnectionFailed),
        (Failure::ResetDuring, ConnectionFailed),
        (Failure::Close, ConnectionFailed),
        (Failure::Silence, Timeout),
        (Failure::Drip(Duration::from_millis(20)), Timeout),
        (Failure::Truncated, ConnectionFailed),
        (Failure::BrokenChunks, ConnectionFailed),
        (Failure::Garbage, ConnectionFailed),
        (Failure::ContentLength(20), InvalidResponse),
        (Failure::ContentLength(1 << 20), Timeout),
        (Failure::Status(503), ServerError),
        (Failure::RetryAfter(429, Duration::from_secs(7)), RateLimited),
        (Failure::Redirect(302, "http://elsewhere.invalid/".into()), NotIdentityService),
    ];
    for (failure, kind) in table {
        let what = format!("{failure:?}");
        let keystone = FakeKeystone::start();
        // The list of versions, and `/v3`, which is requested if the list is not available.
        keystone.on("GET", "*").fail(failure);
        let client = demo(&keystone).auth_url(keystone.url()).timeout(PATIENCE).build().unwrap();

        let error = within(DEADLINE, &what, client.access()).await.unwrap_err();

        assert_eq!((error.kind(), keystone.logins()), (kind, 0), "{what}: {error:?}");
        keystone.heal();
        assert!(within(DEADLINE, &what, client.access()).await.is_ok(), "{what}");
    }
}

/// If Keystone's clock is minutes or years off, there are no additional logins.
#[tokio::test]
async fn a_wrong_clock_at_the_server_costs_no_login() {
    for seconds in [90, 86400, 10 * 365 * 86400] {
        for ahead in [true, false] {
            let keystone = FakeKeystone::start();
            let by = Duration::from_secs(seconds);
            if ahead {
                keystone.set_clock_ahead(by);
            } else {
                keystone.set_clock_behind(by);
            }
            let client = demo(&keystone).build().unwrap();

            let access = client.access().await.unwrap();

            assert!(!access.is_expired() && access.remaining() > Duration::from_secs(3500), "{seconds} {ahead}");
            let skew = access.clock_skew().unwrap().as_secs();
            assert!((skew.unsigned_abs()).abs_diff(seconds) <= 2 && (skew > 0) == ahead, "{skew}");
            client.access().await.unwrap();
            assert_eq!(keystone.logins(), 1);
        }
    }
}

#[tokio::test]
async fn where_a_login_redirects_to_is_said_and_the_tail_of_an_auth_url_is_dropped() {
    let keystone = FakeKeystone::start();
    let moved = FakeServer::start();
    for (method, status, path) in [("POST", 301, "/v3/auth/tokens"), ("GET", 302, "/"), ("GET", 308, "/identity")] {
        let target =
            if method == "POST" { keystone.auth_url() + "/auth/tokens" } else { keystone.url().to_owned() + "/" };
        moved.on(method, path).reply(Failure::Redirect(status, target.clone()));
        let url = format!("{}{}", moved.url(), path.trim_end_matches("/auth/tokens"));

        let error = demo(&keystone).auth_url(url).build().unwrap().access().await.unwrap_err();

        assert_eq!((error.kind(), error.status()), (ErrorKind::NotIdentityService, Some(status)), "{error:?}");
        assert!(error.to_string().contains(&format!("redirects to `{target}`")), "{error}");
        let base = target.trim_end_matches("/auth/tokens");
        assert!(error.hint().unwrap().contains(&format!("to `{base}`")), "{error:?}");
        assert_eq!(keystone.logins(), 0);
    }
    for tail in ["/auth/tokens", "/auth/tokens/", "/auth/tokens?x=1"] {
        let client = demo(&keystone).auth_url(format!("{}{tail}", keystone.auth_url())).build().unwrap();
        assert!(client.access().await.is_ok(), "{tail}");
    }
}

#[tokio::test]
async fn a_part_of_a_token_that_does_not_fit_costs_that_part_and_not_the_login() {
    let parts = [
        "methods",
        "user",
        "issued_at",
        "project",
        "is_domain",
        "domain",
        "system",
        "roles",
        "catalog",
        "audit_ids",
        "OS-TRUST:trust",
        "OS-OAUTH1",
        "application_credential",
        "service_providers",
        "is_admin_project",
        "bind",
        "oauth2_credential",
    ];
    for odd in [json!(null), json!(7), json!("x"), json!([null, 7]), json!({"id": [1], "name": null, "domain": 3})] {
        for part in parts {
            let token =
                TokenBuilder::new().user("u1", "demo").project("p1", "web").role("member").member(part, odd.clone());
            let keystone = FakeKeystone::start();
            keystone.on("POST", "/v3/auth/tokens").reply(token.reply("the-token"));

            let access = demo(&keystone).project_name("web").build().unwrap().access().await;

            let access = access.unwrap_or_else(|error| panic!("{part}: {odd}: {error:?}"));
            assert_eq!(access.token().expose(), "the-token", "{part}: {odd}");
            assert!(access.remaining().as_secs() > 3000, "{part}: {odd}");
            if part != "user" {
                assert_eq!(access.user_id(), Some("u1"), "{part}: {odd}");
            }
        }
    }
    // Valid items of the same list are kept.
    let keystone = FakeKeystone::start();
    let roles = json!([null, {"id": 7, "name": "member"}, "x", {"id": "r2", "name": null, "domain_id": 1}]);
    keystone.on("POST", "/v3/auth/tokens").reply(TokenBuilder::new().member("roles", roles).reply("t"));
    let access = demo(&keystone).project_name("web").build().unwrap().access().await.unwrap();
    assert_eq!(access.role_names().collect::<Vec<_>>(), ["member"]);
    assert_eq!(access.role_ids().collect::<Vec<_>>(), ["r2"]);
}

/// The login succeeded, but the list of projects after it fails.
#[tokio::test]
async fn a_failed_list_of_projects_costs_the_scope_and_not_the_login() {
    let table = [
        (Failure::Status(403), "HTTP 403"),
        (Failure::Status(404), "HTTP 404"),
        (Failure::Status(500), "HTTP 500"),
        (Reply::text(200, "<html>").into(), "malformed"),
        (Reply::json(200, "{}").into(), "malformed"),
        (Failure::ResetBefore, "closed the connection"),
        (Failure::Drip(Duration::from_millis(20)), "within"),
    ];
    for (failure, why) in table {
        let keystone = FakeKeystone::start();
        let homeless = FakeUser::new("homeless", "secret");
        keystone.change(|cloud| cloud.user(homeless));
        keystone.on("GET", "/v3/auth/projects").fail(failure);
        let builder = demo(&keystone).username("homeless");
        let client = if why == "within" { builder.timeout(PATIENCE) } else { builder }.build().unwrap();

        let access = within(DEADLINE, why, client.access()).await.unwrap();

        assert!(!access.is_scoped() && access.possible_projects().is_none(), "{why}");
        let restored = Access::from_reference(access.to_reference().expose(), &Host::default()).unwrap();
        for error in [client.url_for("compute").await.unwrap_err(), restored.scoped_catalog().unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::EndpointNotFound);
            assert!(error.hint().unwrap().contains(why), "{why}: {error:?}");
        }
        assert_eq!(keystone.logins(), 1, "{why}");
    }
}

#[tokio::test]
async fn a_failed_exchange_for_the_only_project_costs_the_scope_and_not_the_login() {
    let table = [
        (Failure::Status(401), "was refused"),
        (Failure::Status(403), "HTTP 403"),
        (Failure::Status(500), "HTTP 500"),
        (Reply::text(201, "<html>").into(), "is not an identity service"),
        (Reply::json(201, r#"{"token": {}}"#).into(), "X-Subject-Token"),
        (Failure::ResetBefore, "closed the connection"),
        (Failure::Silence, "no answer from"),
    ];
    for (failure, why) in table {
        let keystone = Arc::new(FakeKeystone::start());
        keystone.change(|cloud| cloud.user(FakeUser::new("homeless", "secret").member_of("demo")));
        // The login has succeeded by the time the projects are requested; the next request is the exchange.
        let server = Arc::downgrade(&keystone);
        keystone.on("GET", "/v3/auth/projects").reply_with(move |_| {
            let server = server.upgrade().unwrap();
            server.on("POST", "/v3/auth/tokens").fail_next(1, failure.clone());
            Reply::json(200, r#"{"projects": [{"id": "p1", "name": "one", "enabled": true}], "links": {}}"#)
        });
        let builder = demo(&keystone).username("homeless");
        let client = if why == "no answer from" { builder.timeout(PATIENCE) } else { builder }.build().unwrap();

        let access = within(DEADLINE, why, client.access()).await.unwrap();

        assert!(!access.is_scoped(), "{why}");
        let choices = access.possible_projects().map(|it| it.iter().map(|it| it.name.clone()).collect::<Vec<_>>());
        assert_eq!(choices, Some(vec!["one".into()]), "{why}");
        let restored = Access::from_reference(access.to_reference().expose(), &Host::default()).unwrap();
        for error in [client.url_for("compute").await.unwrap_err(), restored.scoped_catalog().unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::EndpointNotFound);
            assert!(error.hint().unwrap().contains(why), "{why}: {error:?}");
        }
    }
}

#[tokio::test]
async fn an_endless_list_of_projects_ends_with_the_login() {
    let page = |next: &str, projects: &str| {
        let body = format!(r#"{{"projects": {projects}, "links": {{"next": "http://h/v3/auth/projects?{next}"}}}}"#);
        Reply::json(200, body)
    };
    let one = r#"[{"id": "p1", "name": "one"}]"#;
    let replies = [page("marker=1", one), page("marker=1", one), page("marker=2", "[]")];
    for reply in replies {
        let keystone = FakeKeystone::start();
        keystone.change(|cloud| cloud.user(FakeUser::new("homeless", "secret")));
        keystone.on("GET", "/v3/auth/projects").reply(reply);
        let client = demo(&keystone).username("homeless").build().unwrap();

        let access = within(DEADLINE, "a login", client.access()).await.unwrap();

        assert!(!access.is_scoped());
        assert!(keystone.count("GET", "/v3/auth/projects") <= 2);
        let error = client.url_for("compute").await.unwrap_err();
        assert!(error.hint().unwrap().contains("it would never end"), "{error:?}");
    }
}

#[tokio::test]
async fn odd_tokens_are_used_as_far_as_they_go_or_are_a_clear_error() {
    let token = |member: &str, value: &str| TokenBuilder::new().project("p1", "web").member(member, json!(value));
    let table = [
        (token("expires_at", "9999-12-31T23:59:59.999999Z").reply("t"), Ok(())),
        (token("issued_at", "1970-01-01T00:00:00.000000Z").reply("t"), Ok(())),
        (token("expires_at", "2001-01-01T00:00:00.000000Z").reply("t"), Err("has already expired")),
        (token("expires_at", "soon").reply("t"), Err("no valid `expires_at`")),
        (token("methods", "").reply(""), Err("`X-Subject-Token` is empty")),
        (token("methods", "").reply("  "), Err("`X-Subject-Token` is empty")),
    ];
    for (reply, expected) in table {
        let keystone = FakeKeystone::start();
        keystone.on("POST", "/v3/auth/tokens").reply(reply);
        let client = demo(&keystone).build().unwrap();

        let outcome = client.access().await;

        match expected {
            Ok(()) => {
                assert!(outcome.unwrap().remaining() > Duration::from_secs(60));
                client.access().await.unwrap();
                assert_eq!(keystone.logins(), 1);
            }
            Err(words) => {
                let error = outcome.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error:?}");
                assert!(error.to_string().contains(words), "{error}");
            }
        }
    }
}

/// A token that claims to be issued in 1970 and to expire in 20 seconds is valid for 20 seconds.
#[tokio::test]
async fn a_date_of_issue_that_the_answers_date_contradicts_does_not_count() {
    let keystone = FakeKeystone::start();
    let token = TokenBuilder::new().project("p1", "web").lifetime(Duration::from_secs(20));
    let token = token.member("issued_at", json!("1970-01-01T00:00:00.000000Z"));
    keystone.on("POST", "/v3/auth/tokens").reply(token.reply("t"));

    let access = demo(&keystone).build().unwrap().access().await.unwrap();

    assert!(access.remaining() <= Duration::from_secs(21), "{:?}", access.remaining());
}

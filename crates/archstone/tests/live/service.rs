//! Requests to services.

use std::time::Duration;

use archstone::{Client, ErrorKind, RetryPolicy, ServiceClient, TokenCache};
use serde_json::{Value, json};

use crate::{
    keystone::Path,
    stub::{Reply, Stub},
};

/// A client of a stub, with a token that nobody checks.
fn at(stub: &Stub) -> ServiceClient {
    let client = Client::builder().token_id("the-token").mgmt_url("http://127.0.0.1:9/v3").build().unwrap();
    client.service("compute").endpoint_override(&stub.url).retries(quick())
}

fn quick() -> RetryPolicy {
    RetryPolicy { pause: Duration::from_millis(1), ..RetryPolicy::default() }
}

#[tokio::test]
async fn requests_find_their_url_in_the_catalog_and_carry_the_token() {
    let path = Path::new("");
    // The catalog's own URLs have no tag; this test wants to count.
    let client = path.user("alice").build().unwrap();
    let identity = client.service("identity").endpoint_override(path.auth_url());

    let projects: Value =
        identity.get("auth/projects").query("name", "web").send().await.unwrap().json().await.unwrap();
    assert_eq!(projects["projects"].as_array().unwrap().len(), 2);
    let from_catalog: Value =
        client.service("identity").get("/auth/projects").send().await.unwrap().json().await.unwrap();
    assert_eq!(from_catalog["projects"].as_array().unwrap().len(), 2);
    let refused = identity.get("users").send().await.unwrap_err();
    assert_eq!((refused.kind(), refused.status()), (ErrorKind::Forbidden, Some(403)));
    assert!(refused.to_string().contains("identity:list_users") && refused.request_id().is_some(), "{refused:?}");
    assert_eq!(path.logins(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_revoked_in_the_middle_is_replaced_once_by_many_requests() {
    let path = Path::new("");
    let client = path.user("alice").build().unwrap();
    let admin = Path::new("").user("admin").system_scope().build().unwrap();
    admin.revoke(&client.token().await.unwrap()).await.unwrap();

    let requests: Vec<_> = (0..32)
        .map(|_| {
            let identity = client.service("identity").endpoint_override(path.auth_url());
            tokio::spawn(async move { identity.get("auth/projects").send().await })
        })
        .collect();
    for request in requests {
        assert_eq!(request.await.unwrap().unwrap().status(), 200);
    }

    assert_eq!(path.logins(), 2);
}

#[tokio::test]
async fn a_given_token_that_is_refused_is_never_sent_twice() {
    let stub = Stub::new(vec![Reply::json(401, "{}")]);
    let error = at(&stub).get("servers").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TokenRejected);

    let stub = Stub::new(vec![Reply::json(401, r#"{"error": {"message": "no"}}"#)]);
    let answer = at(&stub).get("servers").without_reauthentication().any_status().send().await.unwrap();
    assert_eq!(answer.status(), 401);
    assert_eq!(stub.seen().len(), 1);
}

#[tokio::test]
async fn failures_are_tried_again_where_that_is_safe() {
    let ok = || Reply::json(200, "{}");
    let table = [
        ("GET", vec![Reply::json(503, ""), Reply::json(502, ""), ok()], Ok(3)),
        (
            "GET",
            vec![Reply::json(503, ""), Reply::json(503, ""), Reply::json(503, ""), ok()],
            Err(ErrorKind::ServerError),
        ),
        ("GET", vec![Reply::new(429, "retry-after: 0\r\n", ""), ok()], Ok(2)),
        ("GET", vec![Reply::Close, ok()], Ok(2)),
        ("DELETE", vec![Reply::Close, ok()], Ok(2)),
        ("POST", vec![Reply::json(503, ""), ok()], Err(ErrorKind::ServerError)),
        ("POST", vec![Reply::Close, ok()], Err(ErrorKind::ConnectionFailed)),
        ("GET", vec![Reply::json(500, ""), ok()], Err(ErrorKind::ServerError)),
        ("GET", vec![Reply::Raw("nonsense\r\n\r\n".into()); 3], Err(ErrorKind::ConnectionFailed)),
    ];
    for (method, replies, expected) in table {
        let stub = Stub::new(replies);
        let outcome = at(&stub).request(method.parse().unwrap(), "x").send().await;
        match expected {
            Ok(tries) => assert_eq!((outcome.unwrap().status().as_u16(), stub.seen().len()), (200, tries), "{method}"),
            Err(kind) => assert_eq!(outcome.unwrap_err().kind(), kind, "{method}"),
        }
    }
}

#[tokio::test]
async fn waits_are_as_long_as_the_service_asks_and_no_longer_than_allowed() {
    let date = "date: Mon, 23 Nov 2026 22:00:00 GMT\r\nretry-after: Mon, 23 Nov 2026 22:10:00 GMT\r\n";
    let stub = Stub::new(vec![Reply::new(503, date, "")]);
    let limited =
        RetryPolicy { deadline: Some(Duration::from_secs(5)), longest_pause: Duration::from_secs(900), ..quick() };

    let error = at(&stub).get("x").retries(limited).send().await.unwrap_err();

    assert_eq!(error.retry_after(), Some(Duration::from_secs(600)));
    assert_eq!(stub.seen().len(), 1);
}

#[tokio::test]
async fn silence_ends_at_the_timeout() {
    let stub = Stub::new(vec![Reply::Silence]);
    let request = at(&stub).get("x").timeout(Duration::from_millis(100)).retries(RetryPolicy::never());
    assert_eq!(request.send().await.unwrap_err().kind(), ErrorKind::Timeout);
}

#[tokio::test]
async fn answers_that_break_off_or_are_no_json_are_errors() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\nconnection: close\r\n\r\n{\"a\":";
    let stub = Stub::new(vec![Reply::Raw(head.into()), Reply::Close]);
    let cut = at(&stub).get("x").timeout(Duration::from_millis(300)).send().await.unwrap().json::<Value>().await;
    assert!(matches!(cut.unwrap_err().kind(), ErrorKind::ConnectionFailed | ErrorKind::Timeout));

    let stub = Stub::new(vec![Reply::new(200, "x-openstack-request-id: req-7\r\n", "<html>")]);
    let error = at(&stub).get("x").send().await.unwrap().json::<Value>().await.unwrap_err();
    assert_eq!((error.kind(), error.request_id()), (ErrorKind::InvalidResponse, Some("req-7")));
}

#[tokio::test]
async fn redirects_keep_method_and_body_and_carry_no_token_to_another_origin() {
    let other = Stub::new(vec![Reply::json(200, "{}")]);
    let away = format!("location: {}/there\r\n", other.url);
    let stub = Stub::new(vec![Reply::new(301, "location: /moved?page=2\r\n", ""), Reply::new(307, &away, "")]);

    let request = at(&stub).post("x").header("x-secret", "marked").query("q", 1).json(&json!({"a": 1}));
    let answer = request.send().await.unwrap();

    assert_eq!(answer.url().as_str(), format!("{}/there", other.url));
    let (here, there) = (stub.seen(), other.seen());
    assert!(here[0].head.starts_with("POST /x?q=1 ") && here[1].head.starts_with("POST /moved?page=2 "));
    assert!(here.iter().all(|it| it.has("x-auth-token: the-token") && it.body == "{\"a\":1}"));
    assert!(there[0].head.starts_with("POST /there ") && there[0].body == "{\"a\":1}");
    assert!(!there[0].has("x-auth-token") && !there[0].has("marked"), "{there:?}");

    let circle = Stub::new((0..40).map(|_| Reply::new(302, "location: /x\r\n", "")).collect());
    let error = at(&circle).get("x").send().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidResponse, Some(302)));
    assert!(error.to_string().contains("in a circle") && circle.seen().len() == 31, "{error}");

    let moved = Stub::new(vec![Reply::new(302, "location: /x\r\n", "")]);
    assert_eq!(at(&moved).get("x").redirects(0).send().await.unwrap().status(), 302);
}

#[tokio::test]
async fn microversions_are_written_as_each_service_reads_them() {
    let table = [
        ("compute", "openstack-api-version: compute 2.79", Some("x-openstack-nova-api-version: 2.79")),
        ("volumev3", "openstack-api-version: volume 2.79", None),
        ("sharev2", "openstack-api-version: shared-file-system 2.79", Some("x-openstack-manila-api-version: 2.79")),
        ("bare-metal", "openstack-api-version: baremetal 2.79", Some("x-openstack-ironic-api-version: 2.79")),
        ("placement", "openstack-api-version: placement 2.79", None),
    ];
    for (service_type, header, older) in table {
        let stub = Stub::new(vec![Reply::json(200, "{}")]);
        let client = Client::builder().token_id("t").mgmt_url("http://127.0.0.1:9/v3").build().unwrap();
        // An override with the implied version in its path needs no discovery.
        let url = format!("{}/v3", stub.url);
        let service = client.service(service_type).endpoint_override(url).microversion("2.79".parse().unwrap());

        service.get("x").global_request_id("req-own").send().await.unwrap();

        let seen = &stub.seen()[0];
        assert!(seen.has(header) && seen.has("x-openstack-request-id: req-own"), "{seen:?}");
        assert!(older.is_none_or(|older| seen.has(older)), "{seen:?}");
    }
}

#[tokio::test]
async fn overrides_are_filled_in_and_any_other_percent_sign_stays() {
    let stub = Stub::new(vec![Reply::json(200, "{}")]);
    let client = Path::new("").user("alice").token_cache(&TokenCache::new()).build().unwrap();
    let project = client.access().await.unwrap().project_id().unwrap().to_owned();

    let service =
        client.service("object-store").endpoint_override(format!("{}/v1/AUTH_%(project_id)s/a%2Fb", stub.url));
    service.get("c?d=e").send().await.unwrap();

    let head = &stub.seen()[0].head;
    assert!(head.starts_with(&format!("GET /v1/AUTH_{project}/a%2Fb/c?d=e ")), "{head}");
}

#[tokio::test]
async fn lists_are_followed_to_their_end_in_every_form() {
    let item = |id: u32| json!({"id": id.to_string()});
    let page = |ids: [u32; 2], more: Value| {
        let mut page = json!({"servers": ids.map(item)});
        page.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        Reply::json(200, &page.to_string())
    };
    let last = || Reply::json(200, &json!({"servers": [item(5)], "links": {"next": null}}).to_string());
    let elsewhere = "http://elsewhere.invalid/v2/servers?marker=2&limit=2";
    let links = [
        json!({"links": {"next": elsewhere}}),
        json!({"next": "/v2/servers?marker=2&limit=2"}),
        json!({"servers_links": [{"rel": "next", "href": elsewhere}]}),
        json!({"links": [{"rel": "next", "href": elsewhere}]}),
        // No link at all: the page is as long as was asked.
        json!({}),
    ];
    for link in links {
        let stub = Stub::new(vec![page([1, 2], link.clone()), page([3, 4], link.clone()), last()]);
        // The second page of the linked forms leads to itself, and ends the list.
        let ends_early = link != json!({});

        let found = at(&stub).list::<Value>("servers", "servers").limit(2).query("all", 1).all().await.unwrap();

        assert_eq!(found.len(), if ends_early { 4 } else { 5 }, "{link}");
        let seen = stub.seen();
        assert!(seen[0].head.starts_with("GET /servers?all=1&limit=2 "), "{seen:?}");
        assert!(seen[1].head.contains("marker=2"), "{seen:?}");
        assert!(seen.iter().all(|it| it.has("x-auth-token")));
    }

    let wrong = Stub::new(vec![Reply::json(200, r#"{"flavors": []}"#)]);
    let error = at(&wrong).list::<Value>("servers", "servers").all().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
}

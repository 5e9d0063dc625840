//! Requests to services.

use std::time::Duration;

use archstone::{Client, ErrorKind, RetryPolicy};
use archstone_testing::{Failure, FakeKeystone, FakeServer, Reply};
use futures_util::TryStreamExt;
use serde_json::{Value, json};

use crate::{at, demo, quick};

#[tokio::test]
async fn a_given_token_that_is_refused_is_never_sent_twice() {
    let server = FakeServer::start();
    server.on("GET", "/servers").reply(Reply::error(401, "no"));
    let error = at(&server).get("servers").send().await.unwrap_err();
    assert_eq!((error.kind(), server.requests().len()), (ErrorKind::TokenRejected, 1));

    let answer = at(&server).get("servers").without_reauthentication().any_status().send().await.unwrap();
    assert_eq!((answer.status().as_u16(), server.requests().len()), (401, 2));
}

#[tokio::test]
async fn failures_are_tried_again_where_that_is_safe() {
    let ok = || Reply::json(200, "{}");
    let busy = || Reply::from(Failure::Status(503));
    let table = [
        ("GET", vec![busy(), Failure::Status(502).into(), ok()], Ok(3)),
        ("GET", vec![busy(), busy(), busy(), ok()], Err(ErrorKind::ServerError)),
        ("GET", vec![Failure::RetryAfter(429, Duration::ZERO).into(), ok()], Ok(2)),
        ("GET", vec![Failure::Close.into(), ok()], Ok(2)),
        ("DELETE", vec![Failure::Close.into(), ok()], Ok(2)),
        ("POST", vec![busy(), ok()], Err(ErrorKind::ServerError)),
        ("POST", vec![Failure::Close.into(), ok()], Err(ErrorKind::ConnectionFailed)),
        ("GET", vec![Failure::Status(500).into(), ok()], Err(ErrorKind::ServerError)),
        ("GET", vec![Reply::raw("nonsense\r\n\r\n"); 3], Err(ErrorKind::ConnectionFailed)),
    ];
    for (method, replies, expected) in table {
        let server = FakeServer::replying(replies);
        let outcome = at(&server).request(method.parse().unwrap(), "x").send().await;
        match expected {
            Ok(tries) => {
                let seen = (outcome.unwrap().status().as_u16(), server.requests().len());
                assert_eq!(seen, (200, tries), "{method}");
            }
            Err(kind) => assert_eq!(outcome.unwrap_err().kind(), kind, "{method}"),
        }
    }
}

#[tokio::test]
async fn waits_are_as_long_as_the_service_asks_and_no_longer_than_allowed() {
    let server = FakeServer::start();
    server.fail(
        Reply::new(503)
            .header("date", "Mon, 23 Nov 2026 22:00:00 GMT")
            .header("retry-after", "Mon, 23 Nov 2026 22:10:00 GMT"),
    );
    let limited =
        RetryPolicy { deadline: Some(Duration::from_secs(5)), longest_pause: Duration::from_secs(900), ..quick() };

    let error = at(&server).get("x").retries(limited).send().await.unwrap_err();

    assert_eq!(error.retry_after(), Some(Duration::from_secs(600)));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn an_answer_that_is_not_json_names_its_request() {
    let server = FakeServer::start();
    server.on("*", "*").reply(Reply::text(200, "<html>").header("x-openstack-request-id", "req-7"));
    let error = at(&server).get("x").send().await.unwrap().json::<Value>().await.unwrap_err();
    assert_eq!((error.kind(), error.request_id()), (ErrorKind::InvalidResponse, Some("req-7")));
}

#[tokio::test]
async fn redirects_keep_method_and_body_and_carry_no_token_to_another_origin() {
    let other = FakeServer::replying([Reply::json(200, "{}")]);
    let server = FakeServer::replying([
        Failure::Redirect(301, "/moved?page=2".into()).into(),
        Failure::Redirect(307, format!("{}/there", other.url())).into(),
    ]);

    let request = at(&server).post("x").header("x-secret", "marked").query("q", 1).json(&json!({"a": 1}));
    let answer = request.send().await.unwrap();

    assert_eq!(answer.url().as_str(), format!("{}/there", other.url()));
    let (here, there) = (server.requests(), other.requests());
    let asked: Vec<_> = here.iter().map(|it| (it.method(), it.target())).collect();
    assert_eq!(asked, [("POST", "/x?q=1"), ("POST", "/moved?page=2")]);
    assert!(here.iter().all(|it| it.header("x-auth-token") == Some("the-token") && it.text() == "{\"a\":1}"));
    assert_eq!((there[0].method(), there[0].target(), &*there[0].text()), ("POST", "/there", "{\"a\":1}"));
    assert!(there[0].header("x-auth-token").is_none());
    assert!(there[0].headers().all(|(_, value)| !value.contains("marked")), "{there:?}");

    let circle = FakeServer::start();
    circle.fail(Failure::RedirectLoop);
    let error = at(&circle).get("x").send().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidResponse, Some(302)));
    assert!(error.to_string().contains("in a circle") && circle.requests().len() == 31, "{error}");

    let moved = FakeServer::replying([Failure::Redirect(302, "/x".into()).into()]);
    assert_eq!(at(&moved).get("x").redirects(0).send().await.unwrap().status(), 302);
}

#[tokio::test]
async fn microversions_are_written_as_each_service_reads_them() {
    let table = [
        ("compute", "compute 2.79", Some("x-openstack-nova-api-version")),
        ("volumev3", "volume 2.79", None),
        ("sharev2", "shared-file-system 2.79", Some("x-openstack-manila-api-version")),
        ("bare-metal", "baremetal 2.79", Some("x-openstack-ironic-api-version")),
        ("placement", "placement 2.79", None),
    ];
    for (service_type, value, older) in table {
        let server = FakeServer::replying([Reply::json(200, "{}")]);
        let client = Client::builder().token_id("t").mgmt_url("http://127.0.0.1:9/v3").build().unwrap();
        // An override with the implied version in its path needs no discovery.
        let url = format!("{}/v3", server.url());
        let service = client.service(service_type).endpoint_override(url).microversion("2.79".parse().unwrap());

        service.get("x").global_request_id("req-own").send().await.unwrap();

        let seen = &server.requests()[0];
        assert_eq!(seen.header("openstack-api-version"), Some(value));
        assert_eq!(seen.header("x-openstack-request-id"), Some("req-own"));
        assert!(older.is_none_or(|older| seen.header(older) == Some("2.79")), "{seen:?}");
    }
}

#[tokio::test]
async fn overrides_are_filled_in_and_any_other_percent_sign_stays() {
    let (keystone, server) = (FakeKeystone::start(), FakeServer::replying([Reply::json(200, "{}")]));
    let client = demo(&keystone).build().unwrap();

    let service =
        client.service("object-store").endpoint_override(format!("{}/v1/AUTH_%(project_id)s/a%2Fb", server.url()));
    service.get("c?d=e").send().await.unwrap();

    assert_eq!(server.requests()[0].target(), "/v1/AUTH_demo-id/a%2Fb/c?d=e");
}

#[tokio::test]
async fn lists_are_followed_to_their_end_in_every_form() {
    let item = |id: u32| json!({"id": id.to_string()});
    let page = |ids: [u32; 2], more: Value| {
        let mut page = json!({"servers": ids.map(item)});
        page.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        Reply::json(200, page)
    };
    let last = || Reply::json(200, json!({"servers": [item(5)], "links": {"next": null}}));
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
        let server = FakeServer::replying([page([1, 2], link.clone()), page([3, 4], link.clone()), last()]);
        // The second page of the linked forms leads to itself, and ends the list.
        let ends_early = link != json!({});

        let found = at(&server).list::<Value>("servers", "servers").limit(2).query("all", 1).all().await.unwrap();

        assert_eq!(found.len(), if ends_early { 4 } else { 5 }, "{link}");
        let seen = server.requests();
        assert_eq!(seen[0].target(), "/servers?all=1&limit=2");
        assert!(seen[1].query().unwrap().contains("marker=2"), "{seen:?}");
        assert!(seen.iter().all(|it| it.header("x-auth-token").is_some()));
    }

    let server =
        FakeServer::replying([page([1, 2], json!({})), page([3, 4], json!({})), last(), Reply::json(200, "{}")]);
    let stream = at(&server).list::<Value>("servers", "servers").limit(2).into_stream();
    let ids: Vec<_> = stream.map_ok(|it| it["id"].as_str().unwrap_or_default().to_owned()).try_collect().await.unwrap();
    assert_eq!((ids, server.requests().len()), (["1", "2", "3", "4", "5"].map(str::to_owned).to_vec(), 3));

    let wrong = FakeServer::replying([Reply::json(200, r#"{"flavors": []}"#)]);
    let error = at(&wrong).list::<Value>("servers", "servers").all().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
}

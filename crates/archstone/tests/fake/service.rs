//! Requests to services.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::Duration,
};

use archstone::{Client, EndpointFilter, ErrorKind, RetryPolicy};
use archstone_testing::{Failure, FakeKeystone, FakeServer, Reply};
use futures_util::TryStreamExt;
use serde_json::{Value, json};

use crate::{at, demo, quick, within};

#[tokio::test]
async fn a_given_token_that_is_refused_is_never_sent_twice() {
    let server = FakeServer::start();
    server.on("GET", "/servers").reply(Reply::error(401, "no"));
    let error = at(&server).get("servers").send().await.unwrap_err();
    assert_eq!((error.kind(), server.requests().len()), (ErrorKind::TokenRejected, 1));

    let answer = at(&server).get("servers").without_reauthentication().any_status().send().await.unwrap();
    assert_eq!((answer.status().as_u16(), server.requests().len()), (401, 2));
}

/// As in keystoneauth1: services that run without an identity service.
#[tokio::test]
async fn services_without_an_identity_service_get_a_password_or_nothing_that_counts() {
    let server = FakeServer::start();
    server.on("GET", "/servers").reply(Reply::json(200, "{}"));
    let version = json!({"id": "v1", "status": "CURRENT", "links": [{"rel": "self", "href": server.url()}]});
    server.on("GET", "/").reply(Reply::json(200, json!({ "versions": [version] })));
    let client = |auth_type: &str| Client::builder().auth_type(auth_type).mgmt_url(server.url());
    let basic = || client("http_basic").username("alice").password("p@ss:wörd marked");

    let none = client("none").build().unwrap();
    none.service("compute").get("servers").send().await.unwrap();
    basic().build().unwrap().service("image").get("servers").send().await.unwrap();

    let seen = server.requests();
    assert_eq!((seen[0].header("x-auth-token"), seen[0].header("authorization")), (Some("notused"), None));
    let authorization = "Basic YWxpY2U6cEBzczp3w7ZyZCBtYXJrZWQ=";
    assert_eq!((seen[1].header("x-auth-token"), seen[1].header("authorization")), (None, Some(authorization)));
    let error = basic().build().unwrap().token().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotAuthenticated);
    for client in [none, basic().build().unwrap()] {
        for error in [client.access().await.unwrap_err(), client.authenticate().await.unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::NotAuthenticated);
            assert!(error.to_string().contains("there is no token"), "{error}");
        }
        // One URL is used for every service, so its versions are those of the requested service.
        let offers = client.all_versions("baremetal".into()).await.unwrap();
        assert_eq!((offers.len(), offers[0].service_type.as_str()), (1, "baremetal"));
        assert_eq!(offers[0].versions[0].version.to_string(), "1.0");
        let error = client.all_versions(EndpointFilter::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    }

    // The password is sent to no other origin, appears in no error, and the hint mentions it.
    let other = FakeServer::start();
    server.on("GET", "/moved").reply(Reply::json(307, "").header("location", format!("{}/servers", other.url())));
    let quoted = format!("p@ss:wörd marked of {authorization} is wrong");
    server.on("GET", "/refused").reply(Reply::error(401, &quoted));
    let service = basic().build().unwrap().service("compute");
    let _ = service.get("moved").send().await;
    assert!(other.requests().iter().all(|it| it.header("authorization").is_none()));
    let error = service.get("refused").send().await.unwrap_err();
    assert!(!error.to_string().contains("marked") && !error.to_string().contains("YWxp"), "{error}");
    assert!(error.hint().unwrap().contains("password"), "{error:?}");
    assert!(!format!("{:?}", basic().build().unwrap()).contains("marked"));
    for (builder, lacks) in
        [(client("http_basic").username("alice"), "`password`"), (client("http_basic").password("p"), "`username`")]
    {
        assert!(builder.build().unwrap_err().to_string().contains(lacks));
    }
    assert_eq!(Client::builder().auth_type("none").build().unwrap_err().kind(), ErrorKind::NotConfigured);
}

/// Services quote refused requests: headers, bodies, and values derived from them.
#[tokio::test]
async fn what_was_sent_as_secret_is_in_no_error() {
    let body = json!({"server": {"name": "web", "adminPass": "marked password", "short": {"password": "mark"}}});
    let table = [
        ("X-Auth-Token: the-token-is-long", "X-Auth-Token: *** (HTTP 400"),
        ("{'adminPass': 'marked password'} is bad", "{'adminPass': '***'} is bad (HTTP 400"),
        ("name=web&adminPass=marked+password", "name=web&adminPass=*** (HTTP 400"),
        ("Authorization: Basic dTptYXJrZWQ=", "Authorization: Basic *** (HTTP 400"),
        ("no such mark", "withheld"),
        ("web is there", "web is there (HTTP 400"),
    ];
    for (said, shown) in table {
        let server = FakeServer::start();
        server.on("POST", "/servers").reply(Reply::error(400, said));
        let client = Client::builder().token_id("the-token-is-long").mgmt_url("http://127.0.0.1:9/v3").build().unwrap();
        let compute = client.service("compute").endpoint_override(server.url());
        let request = || compute.post("servers").header("authorization", "Basic dTptYXJrZWQ=").json(&body);

        let raised = request().send().await.unwrap_err();
        let later = request().any_status().send().await.unwrap().error_for_status().await.unwrap_err();

        for error in [raised, later] {
            assert!(error.to_string().contains(shown), "{said}: {error}");
            let raw = String::from_utf8_lossy(&error.response().unwrap().body).into_owned();
            assert!(raw.contains(said), "{raw}");
        }
    }
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
    let answer = request.follow_with_body().send().await.unwrap();

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
    assert!(error.to_string().contains("in a loop") && circle.requests().len() == 1, "{error}");

    let moved = FakeServer::replying([Failure::Redirect(302, "/x".into()).into()]);
    assert_eq!(at(&moved).get("x").redirects(0).send().await.unwrap().status(), 302);
}

#[tokio::test]
async fn the_redirect_after_the_last_one_that_may_be_followed_is_the_answer() {
    let hop = |to: &str| Reply::from(Failure::Redirect(302, to.into())).header("x-hop", to);
    let chain = || FakeServer::replying([hop("/b"), hop("/c"), hop("/d"), Reply::json(200, "{}")]);
    let paths = |server: &FakeServer| server.requests().iter().map(|it| it.target().to_owned()).collect::<Vec<_>>();

    for (most, status, asked) in [(0, 302, 1), (1, 302, 2), (2, 302, 3), (3, 200, 4), (30, 200, 4)] {
        let server = chain();
        let answer = at(&server).get("a").redirects(most).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), paths(&server).len()), (status, asked), "{most}");
        let followed: Vec<_> = answer.history().iter().map(|hop| hop.headers()["x-hop"].to_str().unwrap()).collect();
        assert_eq!(followed, ["/b", "/c", "/d"][..asked - 1]);
        assert!(answer.history().iter().all(|hop| hop.status() == 302));
        assert_eq!(answer.history().first().map(|hop| hop.url().path()), (asked > 1).then_some("/a"));
    }
    for most in [1, 2, 5] {
        let circle = FakeServer::start();
        circle.fail(Failure::RedirectLoop);
        let error = at(&circle).get("x").redirects(most).send().await.unwrap_err();
        assert!(error.to_string().contains("in a loop"), "{error}");
    }
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
        // An override whose path contains the version implied by the service type needs no discovery.
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
        // Without a link: the page has as many items as requested, so there may be more.
        json!({}),
    ];
    for link in links {
        let is_linked = link != json!({});
        let server = if is_linked {
            FakeServer::replying([page([1, 2], link.clone()), last()])
        } else {
            FakeServer::replying([page([1, 2], link.clone()), page([3, 4], link.clone()), last()])
        };

        let found = at(&server).list::<Value>("servers", "servers").limit(2).query("all", 1).all().await.unwrap();

        assert_eq!(found.len(), if is_linked { 3 } else { 5 }, "{link}");
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

#[tokio::test]
async fn a_body_goes_to_another_origin_only_where_that_is_asked_for() {
    for status in [301, 302, 307, 308] {
        let (store, image) = (FakeServer::start(), FakeServer::start());
        store.on("*", "*").reply(Reply::json(200, "{}"));
        image.fail(Failure::Redirect(status, format!("{}/there", store.url())));

        let error = at(&image).put("file").body("secret").send().await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidResponse, Some(status)), "{error:?}");
        assert!(error.to_string().contains(store.url()) && error.hint().is_some(), "{error:?}");
        assert!(store.requests().is_empty());

        at(&image).put("file").body("public").follow_with_body().send().await.unwrap();
        at(&image).delete("file").send().await.unwrap();
        assert_eq!(
            store.requests().iter().map(archstone_testing::SeenRequest::text).collect::<Vec<_>>(),
            ["public", ""]
        );

        // Bodies of the identity service are never shown: they contain passwords.
        let client = Client::builder().token_id("t").mgmt_url(format!("{}/v3", image.url())).build().unwrap();
        let update = client.identity().users().update("u1").password("s3cret-s3cret").await;
        assert_eq!(update.unwrap_err().kind(), ErrorKind::InvalidResponse);
        let url = format!("{}/v3/users", image.url());
        let post = client.request_to("POST".parse().unwrap(), &url).unwrap().body("s3cret").follow_with_body();
        assert_eq!(post.send().await.unwrap_err().kind(), ErrorKind::InvalidResponse);
        assert_eq!(store.requests().len(), 2);
    }
}

#[tokio::test]
async fn once_away_a_request_never_carries_the_token_again() {
    let (home, away) = (FakeServer::start(), FakeServer::start());
    home.on("GET", "/x").reply(Failure::Redirect(302, format!("{}/there", away.url())));
    away.on("GET", "/there").reply(Failure::Redirect(302, format!("{}/chosen-elsewhere", home.url())));
    home.on("GET", "/chosen-elsewhere").reply(Reply::json(200, "{}"));

    at(&home).get("x").header("x-own", "marked").send().await.unwrap();

    let seen: Vec<_> = home
        .requests()
        .iter()
        .chain(&away.requests())
        .map(|it| (it.path().to_owned(), it.header("x-auth-token").is_some() || it.header("x-own").is_some()))
        .collect();
    assert_eq!(seen, [("/x".into(), true), ("/chosen-elsewhere".into(), false), ("/there".into(), false)]);
}

#[tokio::test]
async fn only_the_origin_that_got_the_token_can_refuse_it() {
    let (keystone, away) = (FakeKeystone::start(), FakeServer::start());
    away.fail(Failure::Status(401));
    keystone.on("GET", "/compute/*").reply(Failure::Redirect(302, format!("{}/there", away.url())));
    let client = demo(&keystone).build().unwrap();
    let token = client.token().await.unwrap();

    for _ in 0..3 {
        assert_eq!(client.service("compute").get("servers").send().await.unwrap_err().status(), Some(401));
    }

    assert_eq!((client.token().await.unwrap(), keystone.logins()), (token, 1));
}

#[tokio::test]
async fn redirects_end_where_the_caller_says_and_a_circle_is_a_circle() {
    let server = FakeServer::start();
    for hop in 0..40 {
        server.on("GET", &format!("/{hop}")).reply(Failure::Redirect(302, format!("/{}", hop + 1)));
    }
    server.on("GET", "/40").reply(Reply::json(200, "{}"));
    server.on("GET", "/a").reply(Failure::Redirect(302, "/b".into()));
    server.on("GET", "/b").reply(Failure::Redirect(302, "/a".into()));
    let get = |path: &str| at(&server).get(path);

    for most in [1, 2, 5] {
        let answer = get("0").redirects(most).send().await.unwrap();
        assert_eq!(answer.status(), 302);
        assert!(answer.url().path().ends_with(&format!("/{most}")), "{answer:?}");
    }
    assert_eq!(get("0").redirects(40).send().await.unwrap().status(), 200);
    assert_eq!(get("12").send().await.unwrap().status(), 200);
    let error = get("0").send().await.unwrap_err();
    assert!(error.to_string().contains("more than 30 times"), "{error}");
    let error = get("a").redirects(40).send().await.unwrap_err();
    assert!(error.to_string().contains("in a loop"), "{error}");
}

#[tokio::test]
async fn calls_at_a_service_that_refuses_every_token_cost_two_logins() {
    let keystone = FakeKeystone::start();
    keystone.on("GET", "/compute/*").reply(Reply::error(401, "no"));
    let client = demo(&keystone).build().unwrap();

    for _ in 0..10 {
        let error = client.service("compute").get("servers").send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TokenRejected);
        assert!(error.hint().unwrap().starts_with("a new token was refused, too"), "{error:?}");
    }
    assert_eq!(keystone.logins(), 2);

    let busy = FakeKeystone::start();
    busy.on("GET", "/compute/*").reply(Reply::error(401, "no"));
    let client = demo(&busy).build().unwrap();
    let calls = (0..10).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.service("compute").get("servers").send().await.unwrap_err().kind() })
    });
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap(), ErrorKind::TokenRejected);
    }
    assert_eq!(busy.logins(), 2);
}

/// Keystone revokes by whole seconds, so each revocation can cost two tokens; and a slow request can meet several.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_is_slow_while_tokens_are_revoked_twice_succeeds() {
    let keystone = FakeKeystone::start();
    keystone.on("GET", "/compute/v2.1/quick").reply(Reply::json(200, "{}"));
    let (was_taken, third) = mpsc::channel();
    let (seen, third) = (AtomicUsize::new(0), Mutex::new(third));
    keystone.on("GET", "/compute/v2.1/slow").reply_with(move |_| match seen.fetch_add(1, Ordering::Relaxed) {
        2 => {
            third.lock().unwrap().recv().unwrap();
            Reply::error(401, "revoked again")
        }
        0 | 1 | 3 => Reply::error(401, "revoked"),
        _ => Reply::json(200, "{}"),
    });
    let client = demo(&keystone).build().unwrap();
    let service = client.service("compute");
    service.get("quick").send().await.unwrap();

    let slow = tokio::spawn({
        let service = service.clone();
        async move { service.get("slow").send().await }
    });
    let the_third = async {
        while keystone.count("GET", "/compute/v2.1/slow") < 3 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    within(Duration::from_secs(60), "the third request", the_third).await;
    // The third token works elsewhere before it is refused.
    service.get("quick").send().await.unwrap();
    was_taken.send(()).unwrap();

    assert_eq!(slow.await.unwrap().unwrap().status(), 200);
    assert_eq!(keystone.logins(), 5);
}

/// The same holds for the identity service's own routes: if a token that was just issued is refused, the caller is not
/// to blame.
#[tokio::test]
async fn a_new_token_that_is_refused_by_the_identity_service_is_said_to_be_new() {
    let keystone = FakeKeystone::start();
    keystone.on("GET", "/v3/users*").fail(Failure::Status(401));
    let client = demo(&keystone).build().unwrap();

    for _ in 0..5 {
        for error in [client.user().await.unwrap_err(), client.identity().users().list().all().await.unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::TokenRejected);
            assert!(error.hint().unwrap().starts_with("a new token was refused, too"), "{error:?}");
        }
    }
    assert_eq!(keystone.logins(), 2);
}

#[tokio::test]
async fn several_versions_are_an_answer_only_to_those_who_ask_for_them() {
    let nova = FakeServer::start();
    nova.on("*", "*").reply(Reply::json(300, json!({"choices": [{"id": "v2.1"}]})));

    let error = at(&nova).get("servers").send().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidRequest, Some(300)));
    assert!(error.hint().unwrap().contains("request a version"), "{error:?}");

    assert_eq!(at(&nova).get("servers").any_status().send().await.unwrap().status(), 300);
    assert_eq!(at(&nova).get("/").send().await.unwrap().status(), 300);
}

#[tokio::test]
async fn no_path_leaves_the_endpoint_with_the_token() {
    let server = FakeServer::start();
    server.on("*", "*").reply(Reply::json(200, "{}"));
    let client = Client::builder().token_id("t").mgmt_url("http://127.0.0.1:9/v3").build().unwrap();
    let service =
        client.service("object-store").endpoint_override(format!("{}/v1/AUTH_p", server.url())).skip_discovery();

    for path in ["../../x", "%2e%2e/AUTH_other/c", "..\\..\\x"] {
        assert_eq!(service.get(path).send().await.unwrap_err().kind(), ErrorKind::InvalidRequest, "{path}");
    }
    assert!(server.requests().is_empty());
    for url in ["controller:9292", "192.0.2.1:9292", "javascript:alert(1)", "ftp://h/", "http://h/\r\nx"] {
        let error = client.service("image").endpoint_override(url).get("x").send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfig, "{url}");
        assert!(error.to_string().contains("override of `image` is not an HTTP URL"), "{error}");
    }
}

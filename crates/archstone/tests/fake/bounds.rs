//! Limits for servers: endless lists and oversized bodies.

use std::{io::Write, sync::LazyLock, time::Duration};

use archstone::{Client, ErrorKind, identity::Identity};
use archstone_testing::{Failure, FakeKeystone, FakeServer, Reply};
use serde_json::{Value, json};

use crate::{at, demo, within};

const DEADLINE: Duration = Duration::from_secs(20);

fn identity(server: &FakeServer, timeout: Duration) -> Identity {
    let client = Client::builder().token_id("the-token").mgmt_url(format!("{}/v3", server.url()));
    client.timeout(timeout).build().unwrap().identity()
}

fn page(ids: &[&str], next: &str) -> Reply {
    let users: Vec<_> = ids.iter().map(|id| json!({"id": id, "name": id})).collect();
    Reply::json(200, json!({"users": users, "links": {"next": format!("http://h/v3/users?{next}")}}))
}

/// Pages of a list: the items of each, and the query of its link to the next.
type Pages<'a> = &'a [(&'a [&'a str], &'a str)];

#[tokio::test]
async fn pages_that_lead_back_or_nowhere_are_an_error() {
    // The pages, and the number of requests and items before the error.
    let table: [(Pages<'_>, usize, usize); 5] = [
        (&[(&["1"], "marker=1"), (&["2"], "marker=1")], 2, 2),
        (&[(&["1"], "marker=1"), (&["2"], "marker=2"), (&["3"], "marker=1")], 3, 3),
        (&[(&["1"], "marker=1&limit=2"), (&["2"], "limit=2&marker=1")], 2, 2),
        (&[(&["1"], "marker=1"), (&[], "marker=2")], 2, 1),
        (&[(&[], "marker=1")], 1, 0),
    ];
    for (pages, requests, items) in table {
        let replies = || pages.iter().map(|(ids, next)| page(ids, next));
        let server = FakeServer::replying(replies());
        let mut users = identity(&server, DEADLINE).users().list();
        for _ in 0..items {
            users.next().await.unwrap().unwrap();
        }
        let error = within(DEADLINE, "a list", users.next()).await.unwrap_err();
        assert_eq!((error.kind(), server.requests().len()), (ErrorKind::InvalidResponse, requests), "{error}");
        assert!(error.to_string().contains("it would never end"), "{error}");

        let server = FakeServer::replying(replies());
        let error = within(DEADLINE, "a list", at(&server).list::<Value>("users", "users").all()).await.unwrap_err();
        assert_eq!((error.kind(), server.requests().len()), (ErrorKind::InvalidResponse, requests), "{error}");
    }
    // Markers that the client derives from the last item.
    let server = FakeServer::start();
    server.on("*", "*").reply(Reply::json(200, json!({"servers": [{"id": "7"}]})));
    let list = at(&server).list::<Value>("servers", "servers").limit(1).all();
    assert_eq!(within(DEADLINE, "a list", list).await.unwrap_err().kind(), ErrorKind::InvalidResponse);
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_list_of_a_hundred_thousand_in_pages_is_read_to_its_end() {
    const PAGES: u32 = 100;
    let server = FakeServer::start();
    server.on("*", "*").reply_with(|request| {
        // The same request gets the same page.
        let marker = request.query().and_then(|it| it.strip_prefix("marker="));
        let page = marker.map_or(0, |it| it.parse::<u32>().unwrap() + 1);
        let users: Vec<_> = (0..1000).map(|it| json!({"id": format!("{page}-{it}"), "name": "x"})).collect();
        let next = (page + 1 < PAGES).then(|| format!("http://h/v3/users?marker={page}"));
        Reply::json(200, json!({"users": users, "links": {"next": next}}))
    });
    let mut users = identity(&server, DEADLINE).users().list();
    let mut count = 0;
    while users.next().await.unwrap().is_some() {
        count += 1;
    }
    assert_eq!(count, 100_000);
}

/// 40 MiB of blanks compressed to a few kilobytes. Created once: that takes a second in a debug build.
fn bomb() -> Reply {
    static BOMB: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        for _ in 0..40 {
            gzip.write_all(&vec![b' '; 1 << 20]).unwrap();
        }
        gzip.finish().unwrap()
    });
    Reply::new(200).header("content-encoding", "gzip").header("content-type", "application/json").body(BOMB.clone())
}

#[tokio::test]
async fn a_small_answer_that_grows_without_measure_is_an_error_wherever_it_comes_from() {
    let table = [
        ("POST", "/v3/auth/tokens"),
        ("GET", "/"),
        ("GET", "/v3/users/demo-id"),
        ("GET", "/v3/users"),
        ("GET", "/compute/*"),
    ];
    for (method, path) in table {
        let keystone = FakeKeystone::start();
        // The requests before the one under test succeed.
        keystone.on("GET", "/v3/users").reply(Reply::json(200, r#"{"users": []}"#));
        keystone.on(method, path).reply(bomb());
        if path == "/" {
            // If the list of versions is not available, the client requests `/v3` itself.
            keystone.on("GET", "/v3").reply(bomb());
        }
        let url = if path == "/" { keystone.url().to_owned() } else { keystone.auth_url() };
        let client = demo(&keystone).auth_url(url).build().unwrap();

        let outcome = within(DEADLINE, path, async {
            client.user().await?;
            client.identity().users().list().all().await?;
            client.service("compute").get("servers").send().await?.json::<Value>().await
        });
        let error = outcome.await.unwrap_err();

        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{path}: {error:?}");
        assert!(
            error.to_string().contains("times as large") || error.to_string().contains("64 MiB"),
            "{path}: {error}"
        );
    }
}

#[tokio::test]
async fn a_compressed_answer_is_read_as_it_was_meant_and_its_size_can_be_limited() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let document = json!({"servers": (0..5000).map(|it| json!({"id": it})).collect::<Vec<_>>()});
    gzip.write_all(document.to_string().as_bytes()).unwrap();
    let body = gzip.finish().unwrap();
    let server = FakeServer::start();
    server.on("GET", "/zipped").reply(Reply::new(200).header("content-encoding", "gzip").body(body.clone()));
    server.on("GET", "/plain").reply(Reply::json(200, &document));
    let (service, size) = (at(&server), document.to_string().len() as u64);

    for path in ["zipped", "plain"] {
        let answer = service.get(path).max_body_size(size).send().await.unwrap();
        assert!(answer.headers().get("content-encoding").is_none());
        assert_eq!(answer.json::<Value>().await.unwrap(), document);
        for limited in [service.get(path).max_body_size(size - 1), service.clone().max_body_size(7).get(path)] {
            let error = limited.send().await.unwrap().bytes().await.unwrap_err();
            assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidResponse, Some(200)), "{error:?}");
        }
    }
    assert_eq!(server.requests()[0].header("accept-encoding"), Some("gzip"));
    // A range refers to the stored bytes, so no compression is requested.
    service.get("plain").header("range", "bytes=0-1").send().await.unwrap();
    service.get("plain").header("accept-encoding", "identity").send().await.unwrap();
    let seen: Vec<_> =
        server.requests().iter().rev().take(2).map(|it| it.header("accept-encoding").map(str::to_owned)).collect();
    assert_eq!(seen, [Some("identity".to_owned()), None]);
}

/// The error is returned with its status, however slowly its body arrives.
#[tokio::test]
async fn the_body_of_an_error_is_not_waited_for_without_end() {
    let server = FakeServer::start();
    server.fail(Reply::error(409, "x".repeat(60_000)).with(Failure::DripBody(Duration::from_millis(1))));

    let request = at(&server).get("servers").read_timeout(Duration::from_secs(2));
    let error = within(DEADLINE, "an error", request.send()).await.unwrap_err();

    assert_eq!((error.kind(), error.status()), (ErrorKind::Conflict, Some(409)));
    assert!(error.response().unwrap().body.len() < 60_000);
}

#[tokio::test]
async fn resources_that_drip_end_with_their_time() {
    let server = FakeServer::start();
    let user = json!({"id": "1", "name": "x".repeat(4000)});
    server
        .on("GET", "/v3/users/1")
        .reply(Reply::json(200, json!({"user": user})).with(Failure::Drip(Duration::from_millis(50))));
    server
        .on("GET", "/v3/users")
        .reply(Reply::json(200, json!({"users": [user]})).with(Failure::Drip(Duration::from_millis(50))));
    let identity = identity(&server, Duration::from_millis(400));

    let one = within(DEADLINE, "a resource", std::future::IntoFuture::into_future(identity.users().get("1"))).await;
    let list = within(DEADLINE, "a list", identity.users().list().all()).await;

    assert_eq!(one.unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!(list.unwrap_err().kind(), ErrorKind::Timeout);
}

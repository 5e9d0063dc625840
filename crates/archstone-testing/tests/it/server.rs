//! Behavior of every fake server.

use std::{
    io::{ErrorKind, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use archstone_testing::{Failure, FakeKeystone, FakeServer, Reply};
use serde_json::json;

use crate::wire::{End, ask, connect, exchange, read_all};

const BODY: &str = r#"{"servers": []}"#;

fn with_body() -> FakeServer {
    let server = FakeServer::start();
    server.on("*", "*").reply(Reply::json(200, BODY));
    server
}

#[test]
fn the_last_route_that_fits_answers() {
    let server = FakeServer::start();
    server.on("*", "/servers/*").reply(Reply::text(200, "any"));
    server.on("GET", "/servers/1").reply(Reply::text(200, "one"));
    server.on("DELETE", "/servers/1").reply(Reply::new(204));
    server.on("GET", "/echo/*").reply_with(|request| Reply::text(200, request.target()));
    let table = [
        ("GET /servers/1?x=y", 200, "one"),
        ("GET /servers/2", 200, "any"),
        ("PUT /servers/1", 200, "any"),
        ("DELETE /servers/1", 204, ""),
        ("GET /echo/a?b=c", 200, "/echo/a?b=c"),
    ];
    for (request, status, body) in table {
        let answer = ask(&server, request, "", "");
        assert_eq!((answer.status, &*answer.body), (status, body.as_bytes()), "{request}");
    }
    let none = ask(&server, "GET /nothing", "", "");
    assert_eq!(none.status, 404);
    assert_eq!(none.json()["error"]["message"], "The test has no route for GET /nothing.");
    assert_eq!((server.count("*", "*"), server.count("GET", "/servers/*"), server.count("PUT", "*")), (6, 2, 1));
}

#[test]
fn replies_come_in_order_and_then_the_route_before() {
    let server = with_body();
    server.on("GET", "/x").replies([Failure::Status(503).into(), Failure::Close.into(), Reply::new(204)]);

    let answers = [(); 4].map(|()| ask(&server, "GET /x", "", "").status);

    assert_eq!(answers, [503, 0, 204, 200]);
}

#[test]
fn every_failure_is_seen_on_the_wire_as_it_is_named() {
    let full = format!("content-length: {}", BODY.len());
    let short = Duration::from_millis(400);
    let table = [
        (Failure::Status(503), 503, "content-length", End::Open),
        (Failure::RetryAfter(429, Duration::from_secs(7)), 429, "retry-after: 7\r\n", End::Open),
        (Failure::RetryAfterDate(503, Duration::from_secs(60)), 503, " GMT\r\n", End::Open),
        (Failure::Redirect(307, "/there".into()), 307, "location: /there\r\n", End::Open),
        (Failure::RedirectLoop, 302, "location: /x?y=z\r\n", End::Open),
        (Failure::Answer(Reply::new(418)), 418, "content-length: 0", End::Open),
        (Failure::Close, 0, "", End::Closed),
        (Failure::ResetBefore, 0, "", End::Reset),
        (Failure::ResetDuring, 200, &full, End::Reset),
        (Failure::ResetAfter, 200, &full, End::Reset),
        (Failure::Silence, 0, "", End::Open),
        (Failure::Truncated, 200, &full, End::Closed),
        (Failure::ContentLength(4), 200, "content-length: 4", End::Open),
        (Failure::ContentLength(4000), 200, "content-length: 4000", End::Open),
        (Failure::BrokenChunks, 200, "transfer-encoding: chunked", End::Closed),
        (Failure::Garbage, 0, "no HTTP", End::Closed),
        (Failure::Drip(Duration::ZERO), 200, &full, End::Open),
        (Failure::DripBody(Duration::ZERO), 200, &full, End::Open),
        (Failure::Delay(Duration::from_millis(50)), 200, &full, End::Open),
    ];
    for (failure, status, words, end) in table {
        let server = with_body();
        server.fail_next(1, failure.clone());
        let began = Instant::now();

        let answer = exchange(&server, "GET /x?y=z", "", "", short);

        let is_delayed = matches!(failure, Failure::Delay(_));
        assert!(!is_delayed || began.elapsed() >= Duration::from_millis(50), "{failure:?}");
        assert_eq!((answer.status, answer.end), (status, end), "{failure:?}");
        assert!(format!("{}\r\n", answer.head).contains(words), "{failure:?}: {}", answer.head);
        let body = String::from_utf8_lossy(&answer.body);
        match failure {
            Failure::ResetDuring | Failure::Truncated => assert_eq!(body, BODY[..7], "{failure:?}"),
            Failure::BrokenChunks => assert_eq!(body, "7\r\n{\"serve\r\n9\r\n"),
            Failure::ResetAfter
            | Failure::ContentLength(_)
            | Failure::Drip(_)
            | Failure::DripBody(_)
            | Failure::Delay(_) => {
                assert_eq!(body, BODY, "{failure:?}");
            }
            _ => {}
        }
        // Only that one request failed.
        assert_eq!(ask(&server, "GET /x", "", "").body, BODY.as_bytes(), "{failure:?}");
    }
}

#[test]
fn failures_happen_in_order_to_those_they_are_for_until_healed() {
    let server = with_body();
    server.on("GET", "/a").fail_next(1, Failure::Status(500));
    server.fail_next(1, Failure::Status(502));
    server.on("GET", "/a").fail(Failure::Status(503));

    let statuses = ["/b", "/a", "/b", "/a", "/a"].map(|path| ask(&server, &format!("GET {path}"), "", "").status);
    assert_eq!(statuses, [502, 500, 200, 503, 503]);

    server.heal();
    assert_eq!(ask(&server, "GET /a", "", "").status, 200);
}

#[test]
fn a_connection_serves_many_requests_with_bodies_of_both_kinds() {
    let server = with_body();
    let connection = connect(&server);
    let requests = "POST /a HTTP/1.1\r\ncontent-length: 3\r\n\r\nabc\
                    POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ndef\r\n2;x=y\r\ngh\r\n0\r\ntrailer: t\r\n\r\n\
                    HEAD /c HTTP/1.1\r\n\r\n\
                    PUT /d HTTP/1.1\r\nExpect: 100-continue\r\nConnection: close\r\ncontent-length: 1\r\n\r\ni";
    (&connection).write_all(requests.as_bytes()).unwrap();

    let (bytes, end) = read_all(&connection);

    let text = String::from_utf8(bytes).unwrap();
    assert_eq!((text.matches("HTTP/1.1 200 OK\r\n").count(), text.matches(BODY).count(), end), (4, 3, End::Closed));
    assert_eq!(text.matches("HTTP/1.1 100 Continue\r\n\r\n").count(), 1);
    let bodies: Vec<_> = server.requests().iter().map(|it| (it.method().to_owned(), it.text())).collect();
    let expected = [("POST", "abc"), ("POST", "defgh"), ("HEAD", ""), ("PUT", "i")];
    assert_eq!(bodies, expected.map(|(method, body)| (method.to_owned(), body.to_owned())));
    assert_eq!(server.connections(), 1);
}

#[test]
fn long_bodies_are_measured_and_not_kept() {
    let server = with_body();
    server.keep_bodies_up_to(1000);
    let (short, long) = ("a".repeat(1000), "a".repeat(3_000_000));

    for body in [&short, &long] {
        ask(&server, "PUT /x", "", body);
    }

    let requests = server.requests();
    assert_eq!((requests[0].body().len(), requests[1].body().len()), (1000, 0));
    let measured: Vec<_> = requests.iter().map(|it| (it.body_length(), it.body_checksum())).collect();
    assert_eq!(measured, [&short, &long].map(|it| (it.len() as u64, crc32fast::hash(it.as_bytes()))));

    server.only_count();
    ask(&server, "PUT /x", "", &short);
    assert_eq!((server.requests().len(), server.count("PUT", "/x")), (2, 3));
    server.forget_requests();
    assert_eq!((server.requests().len(), server.count("*", "*")), (0, 0));
}

#[test]
fn bodies_of_any_size_and_in_chunks_are_sent() {
    let server = FakeServer::start();
    server.on("GET", "/large").reply(Reply::new(200).filler(5_000_000));
    server.on("GET", "/bytes").reply(Reply::new(200).body(vec![7; 200_000]));
    server.on("GET", "/chunks").reply(Reply::json(200, BODY).chunked());
    server.on("GET", "/none").reply(Reply::new(200).chunked());

    assert_eq!(ask(&server, "GET /large", "", "").body.len(), 5_000_000);
    assert_eq!(ask(&server, "GET /bytes", "", "").body, vec![7; 200_000]);
    assert_eq!(ask(&server, "GET /chunks", "", "").body, b"7\r\n{\"serve\r\n8\r\nrs\": []}\r\n0\r\n\r\n");
    assert_eq!(ask(&server, "GET /none", "", "").body, b"0\r\n\r\n");
}

#[test]
fn what_is_no_http_is_refused_at_once() {
    let server = with_body();
    for nonsense in ["\u{16}\u{3}\u{1} client hello", "GET\r\n\r\n", "GET x HTTP/1.1\r\n\r\n", "get / HTTP/1.1\r\n\r\n"]
    {
        let connection = connect(&server);
        (&connection).write_all(nonsense.as_bytes()).unwrap();
        let (bytes, _) = read_all(&connection);
        assert!(bytes.starts_with(b"HTTP/1.1 400 "), "{nonsense:?}");
    }
    assert!(server.requests().is_empty());
}

#[test]
fn nothing_is_left_of_a_server_that_has_stopped() {
    let server = with_body();
    server.on("GET", "/slow").fail(Failure::Delay(Duration::from_secs(3600)));
    server.on("GET", "/silent").fail(Failure::Silence);
    server.on("GET", "/drip").fail(Failure::Drip(Duration::from_secs(3600)));
    let address = server.address();
    let connections: Vec<_> = ["/slow", "/silent", "/drip", "/idle"]
        .map(|path| {
            let connection = connect(&server);
            (&connection).write_all(format!("GET {path} HTTP/1.1\r\n\r\n").as_bytes()).unwrap();
            connection
        })
        .into();
    while server.count("*", "*") < connections.len() {
        std::thread::yield_now();
    }
    let began = Instant::now();

    server.stop();

    assert!(began.elapsed() < Duration::from_secs(60));
    for connection in &connections {
        assert_ne!(read_all(connection).1, End::Open);
    }
    assert_eq!(TcpStream::connect(address).unwrap_err().kind(), ErrorKind::ConnectionRefused);
}

#[test]
fn open_connections_can_be_reset() {
    let server = with_body();
    let connection = connect(&server);
    (&connection).write_all(b"GET /x HTTP/1.1\r\n\r\n").unwrap();
    while server.requests().is_empty() {
        std::thread::yield_now();
    }

    server.reset_connections();

    assert_eq!(read_all(&connection).1, End::Reset);
    assert_eq!(ask(&server, "GET /x", "", "").status, 200);
}

#[test]
fn the_clock_can_be_wrong() {
    let server = with_body();
    let year = |server: &FakeServer| {
        let answer = ask(server, "GET /x", "", "");
        // `Tue, 24 Nov 2026 06:00:00 GMT`
        answer.header("date").unwrap().split(' ').nth(3).unwrap().parse::<i32>().unwrap()
    };
    let now = year(&server);
    let decade = Duration::from_secs(3653 * 86400);

    server.set_clock_ahead(decade);
    assert_eq!(year(&server), now + 10);
    server.set_clock_behind(decade);
    assert_eq!(year(&server), now - 10);
}

#[test]
fn routes_that_need_a_token_know_those_of_their_identity_service() {
    let keystone = FakeKeystone::start();
    let beside = keystone.beside();
    let alone = FakeServer::start();
    let token = keystone.issue("demo");
    for server in [&keystone, &beside, &alone] {
        server.on("GET", "/x").with_token().replies([Reply::json(200, json!({}))]);
        let refused = ask(server, "GET /x", "", "");
        assert_eq!((refused.status, refused.header("www-authenticate").is_some()), (401, true));
    }
    for server in [&*keystone, &beside] {
        assert_eq!(ask(server, "GET /x", "x-auth-token: another\r\n", "").status, 401);
    }
    for server in [&keystone, &beside, &alone] {
        // The refused requests did not consume the only reply.
        assert_eq!(ask(server, "GET /x", &format!("X-Auth-Token: {token}\r\n"), "").status, 200);
    }
}

#[test]
fn secrets_are_not_shown() {
    let server = with_body();
    ask(
        &server,
        "POST /x",
        "X-Auth-Token: marked\r\nX-Subject-Token: marked\r\nx-seen: shown\r\n",
        r#"{"password": "marked"}"#,
    );

    let shown = format!("{server:?} {:?}", server.requests());

    assert!(shown.contains("shown") && !shown.contains("marked"), "{shown}");
    assert_eq!(server.requests()[0].json()["password"], "marked");
}

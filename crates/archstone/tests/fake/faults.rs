//! What the caller of a service gets when something breaks, and how soon.

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use archstone::{Client, Error, ErrorKind, RetryPolicy, TokenCache};
use archstone_testing::{Authority, Failure, FakeCloud, FakeKeystone, FakeServer, Reply};
use serde_json::{Value, json};

use crate::{at, demo, quick, within};

/// The read timeout of an attempt.
const PATIENCE: Duration = Duration::from_millis(400);
/// No case takes longer even on a busy machine: servers that are late here are late by a minute or more.
const DEADLINE: Duration = Duration::from_secs(30);

/// The result of a request whose whole body is read.
type Outcome = Result<(), ErrorKind>;

/// A fault, whether it happens once or always, and the result and the number of requests, for GET and for POST.
type Case = (&'static str, Failure, bool, (Outcome, usize), (Outcome, usize));

fn with_body() -> FakeServer {
    let server = FakeServer::start();
    server.on("*", "*").reply(Reply::json(200, json!({"servers": ["one", "two", "three"]})));
    server
}

async fn ask(server: &FakeServer, method: &str, policy: RetryPolicy, patience: Duration) -> Result<Value, Error> {
    let request = at(server).request(method.parse().unwrap(), "servers").retries(policy).read_timeout(patience);
    request.send().await?.json().await
}

#[tokio::test]
async fn every_fault_has_an_end_and_a_name() {
    use ErrorKind::{ConnectionFailed, InvalidResponse, RateLimited, ServerError, Timeout};
    let late = || Failure::Delay(Duration::from_secs(60));
    let second = Duration::from_secs(1);
    #[rustfmt::skip]
    let table: [Case; 26] = [
        ("reset before", Failure::ResetBefore, true, (Ok(()), 2), (Err(ConnectionFailed), 1)),
        ("reset before", Failure::ResetBefore, false, (Err(ConnectionFailed), 3), (Err(ConnectionFailed), 1)),
        ("reset during", Failure::ResetDuring, true, (Err(ConnectionFailed), 1), (Err(ConnectionFailed), 1)),
        ("reset after", Failure::ResetAfter, false, (Ok(()), 1), (Ok(()), 1)),
        ("close", Failure::Close, true, (Ok(()), 2), (Err(ConnectionFailed), 1)),
        ("close", Failure::Close, false, (Err(ConnectionFailed), 3), (Err(ConnectionFailed), 1)),
        ("slow, but in time", Failure::Delay(Duration::from_millis(20)), false, (Ok(()), 1), (Ok(()), 1)),
        ("late", late(), true, (Ok(()), 2), (Err(Timeout), 1)),
        ("late", late(), false, (Err(Timeout), 3), (Err(Timeout), 1)),
        ("silence", Failure::Silence, true, (Ok(()), 2), (Err(Timeout), 1)),
        ("silence", Failure::Silence, false, (Err(Timeout), 3), (Err(Timeout), 1)),
        ("truncated", Failure::Truncated, true, (Err(ConnectionFailed), 1), (Err(ConnectionFailed), 1)),
        ("broken chunks", Failure::BrokenChunks, true, (Err(ConnectionFailed), 1), (Err(ConnectionFailed), 1)),
        ("garbage", Failure::Garbage, true, (Ok(()), 2), (Err(ConnectionFailed), 1)),
        ("garbage", Failure::Garbage, false, (Err(ConnectionFailed), 3), (Err(ConnectionFailed), 1)),
        ("length too short", Failure::ContentLength(7), true, (Err(InvalidResponse), 1), (Err(InvalidResponse), 1)),
        ("length too long", Failure::ContentLength(7000), true, (Err(Timeout), 1), (Err(Timeout), 1)),
        ("503 then fine", Failure::Status(503), true, (Ok(()), 2), (Err(ServerError), 1)),
        ("503", Failure::Status(503), false, (Err(ServerError), 3), (Err(ServerError), 1)),
        ("500", Failure::Status(500), true, (Err(ServerError), 1), (Err(ServerError), 1)),
        ("429 in seconds", Failure::RetryAfter(429, second), true, (Ok(()), 2), (Err(RateLimited), 1)),
        ("429 by date", Failure::RetryAfterDate(429, second), true, (Ok(()), 2), (Err(RateLimited), 1)),
        ("503 in seconds", Failure::RetryAfter(503, second), true, (Ok(()), 2), (Err(ServerError), 1)),
        ("redirect", Failure::Redirect(307, "/elsewhere".into()), true, (Ok(()), 2), (Ok(()), 2)),
        ("redirect loop", Failure::RedirectLoop, false, (Err(InvalidResponse), 1), (Err(InvalidResponse), 1)),
        ("401", Failure::Status(401), false, (Err(ErrorKind::TokenRejected), 1), (Err(ErrorKind::TokenRejected), 1)),
    ];
    for (name, failure, once, get, post) in table {
        for (method, (expected, requests)) in [("GET", get), ("POST", post)] {
            let what = format!("{method}: {name}{}", if once { ", once" } else { "" });
            let server = with_body();
            if once {
                server.fail_next(1, failure.clone());
            } else {
                server.fail(failure.clone());
            }
            // The short timeout only applies to servers that never respond: on a busy machine other responses may take
            // a while.
            let is_silent = [&get, &post].iter().any(|(outcome, _)| *outcome == Err(Timeout));
            let patience = if is_silent { PATIENCE } else { DEADLINE };
            let began = Instant::now();

            let outcome = within(DEADLINE, &what, ask(&server, method, quick(), patience)).await;

            let waits = matches!(failure, Failure::RetryAfter(..) | Failure::RetryAfterDate(..)) && outcome.is_ok();
            assert!(!waits || began.elapsed() >= second, "{what}");
            assert_eq!(server.requests().len(), requests, "{what}");
            if let Err(error) = &outcome {
                assert!(error.url().is_some_and(|url| url.starts_with(server.url())), "{what}: {error:?}");
                assert!(!format!("{error:?}").contains("the-token"), "{what}");
            }
            assert_eq!(outcome.map(|_| ()).map_err(|error| error.kind()), expected, "{what}");
            // The next request is not affected.
            server.heal();
            let next = within(DEADLINE, &what, ask(&server, "GET", quick(), DEADLINE)).await;
            assert!(next.is_ok(), "{what}: {next:?}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_drips_arrives_all_the_same() {
    let server = with_body();
    server.fail(Failure::Drip(Duration::from_millis(1)));

    let request = at(&server).get("servers");
    let outcome = within(DEADLINE, "dripping", async { request.send().await?.json::<Value>().await }).await;

    assert_eq!(outcome.unwrap()["servers"][2], "three");
}

#[tokio::test]
async fn a_deadline_holds_whatever_the_service_does() {
    let limit = Duration::from_millis(300);
    let table = [
        Failure::Delay(Duration::from_secs(60)),
        Failure::Drip(Duration::from_millis(20)),
        Failure::Silence,
        Failure::ContentLength(7000),
        Failure::Status(503),
        Failure::RetryAfter(503, Duration::from_secs(60)),
        Failure::Close,
        // Each redirect is fast enough, but all of them together are not.
        Reply::from(Failure::RedirectLoop).with(Failure::Delay(Duration::from_millis(50))).into(),
    ];
    for failure in table {
        let what = format!("{failure:?}");
        let server = with_body();
        server.fail(failure);
        let endless = RetryPolicy { attempts: u32::MAX, deadline: Some(limit), ..quick() };

        let request = at(&server).get("servers").retries(endless);
        let outcome = within(DEADLINE, &what, async { request.send().await?.json::<Value>().await }).await;

        assert!(outcome.is_err(), "{what}");
    }
}

#[tokio::test]
async fn the_timeout_of_the_whole_ends_silence_and_bodies_that_drip() {
    for failure in [Failure::Silence, Failure::Drip(Duration::from_millis(20)), Failure::ContentLength(7000)] {
        let what = format!("{failure:?}");
        let server = with_body();
        server.fail(failure);

        let request = at(&server).get("servers").timeout(PATIENCE).retries(RetryPolicy::never());
        let outcome = within(DEADLINE, &what, async { request.send().await?.json::<Value>().await }).await;

        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Timeout, "{what}");
    }
}

#[tokio::test]
async fn a_longer_wait_than_is_allowed_is_no_wait() {
    let server = with_body();
    for failure in
        [Failure::RetryAfter(429, Duration::from_secs(600)), Failure::RetryAfterDate(429, Duration::from_secs(600))]
    {
        server.fail_next(1, failure);
        let limited =
            RetryPolicy { deadline: Some(Duration::from_secs(5)), longest_pause: Duration::from_secs(900), ..quick() };
        let error = within(DEADLINE, "no wait", ask(&server, "GET", limited, DEADLINE)).await.unwrap_err();
        let asked = error.retry_after().unwrap().as_secs();
        assert!((599..=601).contains(&asked), "{asked}");
        assert_eq!(error.kind(), ErrorKind::RateLimited);
    }
}

#[tokio::test]
async fn idle_connections_that_are_reset_are_replaced_in_silence() {
    let server = with_body();
    let service = at(&server).retries(RetryPolicy::never());
    for round in 0..50 {
        let answer = within(DEADLINE, "a stale connection", service.get("servers").send()).await;
        answer.unwrap_or_else(|error| panic!("{round}: {error:?}")).bytes().await.unwrap();
        server.reset_connections();
    }
    assert!(server.connections() >= 50);
}

#[tokio::test]
async fn only_a_connection_that_was_kept_is_replaced_in_silence() {
    for failure in [Failure::ResetBefore, Failure::Close] {
        for method in ["GET", "PUT", "DELETE", "POST"] {
            let server = with_body();
            let service = at(&server).retries(RetryPolicy::never());
            let ask = || service.request(method.parse().unwrap(), "servers").send();
            // A new connection, twice.
            for _ in 0..2 {
                server.fail_next(1, failure.clone());
                let error = within(DEADLINE, method, ask()).await.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::ConnectionFailed);
            }
            assert_eq!(server.requests().len(), 2, "{method} {failure:?}");
            // A connection that has been used before is replaced, if the request is safe to repeat.
            within(DEADLINE, method, ask()).await.unwrap().bytes().await.unwrap();
            server.fail_next(1, failure.clone());
            let outcome = within(DEADLINE, method, ask()).await;
            assert_eq!(outcome.is_ok(), method != "POST", "{method} {failure:?}");
            assert_eq!(server.requests().len(), if method == "POST" { 4 } else { 5 }, "{method} {failure:?}");
            // The replacement is a new connection, so its failure is returned.
            server.fail_next(2, failure.clone());
            within(DEADLINE, method, ask()).await.unwrap_err();
        }
    }
}

#[tokio::test]
async fn an_error_body_that_drips_ends_with_the_time_that_a_service_may_be_silent() {
    let server = FakeServer::start();
    // The headers arrive at once; the body takes more than a minute.
    server.on("*", "*").reply(Reply::error(500, "a long story ".repeat(5000)));
    server.on("*", "*").fail(Failure::DripBody(Duration::from_millis(1)));
    let patience = Duration::from_secs(2);
    let request = at(&server).get("servers").read_timeout(patience).retries(RetryPolicy::never());
    let error = within(DEADLINE, "an error that drips", request.send()).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::ServerError, Some(500)));
}

#[tokio::test]
async fn a_list_of_the_identity_service_that_drips_ends_with_the_timeout() {
    let keystone = FakeKeystone::start();
    let users: Vec<_> = (0..1000).map(|it| json!({"id": it.to_string(), "name": "x"})).collect();
    keystone.on("GET", "/v3/users").reply(Reply::json(200, json!({ "users": users, "links": {} })));
    let client = demo(&keystone).timeout(PATIENCE).build().unwrap();
    client.token().await.unwrap();
    keystone.fail(Failure::Drip(Duration::from_millis(20)));
    let error = within(DEADLINE, "a list that drips", client.identity().users().list().all()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
}

#[tokio::test]
async fn a_redirect_carries_no_token_to_another_origin_and_none_to_plain_http() {
    let (keystone, other) = (FakeKeystone::start(), with_body());
    keystone.on("GET", "/compute/*").reply(Failure::Redirect(302, format!("{}/there", other.url())));
    let client = demo(&keystone).build().unwrap();
    let answer = client.service("compute").get("servers").send().await.unwrap();
    assert_eq!((answer.status().as_u16(), other.requests().len()), (200, 1));
    assert!(other.requests()[0].header("x-auth-token").is_none());

    let authority = Authority::new();
    let safe = FakeCloud::demo().start_tls(&authority.certificate());
    safe.on("GET", "/compute/*").reply(Failure::Redirect(302, format!("{}/there", other.url())));
    let client = demo(&safe).cacert(authority.pem_file()).build().unwrap();
    let answer = client.service("compute").get("servers").send().await.unwrap();
    assert_eq!((answer.status().as_u16(), other.requests().len()), (302, 1));
}

#[tokio::test]
async fn a_token_that_is_refused_again_and_again_is_an_error_and_no_loop() {
    let keystone = FakeKeystone::start();
    keystone.on("GET", "/compute/*").reply(Reply::error(401, "no"));
    let client = demo(&keystone).build().unwrap();

    let error = within(DEADLINE, "401", client.service("compute").get("servers").send()).await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::TokenRejected);
    assert_eq!((keystone.logins(), keystone.count("GET", "/compute/*")), (2, 2));
}

#[tokio::test]
async fn servers_that_cannot_be_spoken_to() {
    use ErrorKind::{ConnectionFailed, HostNotFound, Timeout, TlsNotTrusted};
    let (authority, another) = (Authority::new(), Authority::new());
    let encrypted = |certificate| {
        let server = FakeServer::start_tls(&certificate);
        (server.url().to_owned(), Some(server))
    };
    let plain = with_body();
    let not_tls = plain.url().replace("http:", "https:");
    // The system accepts connections for it, but nothing ever responds.
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    let mute_url = format!("https://{}", mute.local_addr().unwrap());
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let table = [
        ("expired", encrypted(authority.expired_certificate()), TlsNotTrusted, "not trusted"),
        ("another authority", encrypted(another.certificate()), TlsNotTrusted, "not trusted"),
        ("another host", encrypted(authority.certificate_for(&["other.example"])), TlsNotTrusted, "not trusted"),
        ("no TLS", (not_tls, None), ConnectionFailed, "does not speak TLS"),
        ("mute", (mute_url, None), Timeout, "no answer from"),
        ("nothing there", (format!("http://{gone}"), None), ConnectionFailed, "nothing listens at"),
        ("no such name", ("http://no-such-host.invalid".into(), None), HostNotFound, "does not resolve"),
    ];
    let client = Client::builder().token_id("the-token").mgmt_url("http://127.0.0.1:9/v3").cacert(authority.pem_file());
    let client = client.token_cache(&TokenCache::new()).build().unwrap();
    for (what, (url, server), kind, words) in table {
        let service = client.service("compute").endpoint_override(url).retries(quick());
        for method in ["GET", "POST"] {
            let request = service.request(method.parse().unwrap(), "servers").read_timeout(PATIENCE);
            let error = within(DEADLINE, what, request.send()).await.unwrap_err();
            assert_eq!(error.kind(), kind, "{what}: {error:?}");
            assert!(error.to_string().contains(words) && error.hint().is_some(), "{what}: {error:?}");
        }
        // Neither the token nor anything else was sent.
        assert!(server.is_none_or(|it| it.requests().is_empty()), "{what}");
    }
}

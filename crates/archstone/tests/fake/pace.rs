//! Rate limits, retry budgets and timeouts.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use archstone::{ErrorKind, Limiter, RetryPolicy};
use archstone_testing::{Failure, FakeServer, Reply};

use crate::{at, within};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_requests_wait_at_once_than_are_allowed() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let server = FakeServer::start();
    let (counted, greatest) = (Arc::clone(&now), Arc::clone(&most));
    server.on("GET", "*").reply_with(move |_| {
        greatest.fetch_max(counted.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(5));
        counted.fetch_sub(1, Ordering::SeqCst);
        Reply::json(200, "{}")
    });
    let service = at(&server).limiter(&Limiter::new().at_once(3));

    let requests: Vec<_> = (0..30)
        .map(|_| {
            let service = service.clone();
            tokio::spawn(async move { service.get("x").send().await })
        })
        .collect();
    for request in requests {
        assert_eq!(request.await.unwrap().unwrap().status(), 200);
    }

    assert_eq!(most.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn requests_begin_no_faster_than_is_allowed() {
    let server = FakeServer::start();
    server.on("GET", "*").reply(Reply::json(200, "{}"));
    let limiter = Limiter::new().per_second(100.0);
    let (one, other) = (at(&server).limiter(&limiter), at(&server).limiter(&limiter));
    let began = Instant::now();

    for _ in 0..5 {
        one.get("x").send().await.unwrap();
        other.get("x").send().await.unwrap();
    }

    assert!(began.elapsed() >= Duration::from_millis(90), "{:?}", began.elapsed());
}

#[tokio::test]
async fn when_a_service_fails_for_everyone_it_is_not_asked_ever_more() {
    let server = FakeServer::start();
    server.on("GET", "*").fail(Failure::Status(503));
    let service = at(&server);

    for _ in 0..100 {
        assert_eq!(service.get("x").send().await.unwrap_err().kind(), ErrorKind::ServerError);
    }

    // Each request would be sent three times; together they have a hundred retries.
    assert_eq!(server.count("GET", "/x"), 200);
}

#[tokio::test]
async fn each_limit_of_time_is_one_requests_own() {
    let server = FakeServer::start();
    server.on("GET", "/late").reply(Reply::json(200, "{}").with(Failure::Delay(Duration::from_secs(1))));
    server.on("GET", "/slow").reply(Reply::text(200, "x".repeat(200)).with(Failure::Drip(Duration::from_millis(5))));
    let service = at(&server).retries(RetryPolicy::never());
    let short = Duration::from_millis(100);

    let silent = within(Duration::from_secs(30), "silence", service.get("late").read_timeout(short).send()).await;
    assert_eq!(silent.unwrap_err().kind(), ErrorKind::Timeout);
    let patient = service.get("late").read_timeout(Duration::from_secs(30)).send().await.unwrap();
    assert!(patient.elapsed() >= Duration::from_secs(1));
    // Each chunk arrives in time, the whole body does not.
    let pieces = service.get("slow").read_timeout(Duration::from_secs(2)).timeout(Duration::from_millis(400)).send();
    let whole = async { pieces.await?.bytes().await };
    assert_eq!(within(Duration::from_secs(30), "dripping", whole).await.unwrap_err().kind(), ErrorKind::Timeout);
    // An address of a network that is for documents only: nothing answers there.
    let nowhere = at(&server).endpoint_override("http://127.0.0.1:9").retries(RetryPolicy::never());
    let refused = nowhere.get("x").connect_timeout(short).send().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionFailed);
}

//! Spans that reach a collector, and headers that pass them on to services.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use archstone::{Client, RetryPolicy, TokenCache, VersionRange, telemetry::Telemetry};
use archstone_testing::{Failure, FakeKeystone, FakeServer, Reply, VersionsBuilder};
use tracing::instrument::WithSubscriber;
use tracing_subscriber::layer::SubscriberExt;

#[tokio::test(flavor = "multi_thread")]
async fn spans_reach_the_collector_and_services_are_told() {
    let collector = FakeServer::start();
    collector.on("POST", "/v1/traces").reply(Reply::new(200));
    let nova = FakeServer::start();
    nova.on("GET", "/").reply(VersionsBuilder::new(nova.url()).version("v2.1").list());
    nova.on("GET", "/v2.1/servers").fail_next(1, Failure::Status(503));
    nova.on("GET", "/v2.1/servers").reply(Reply::json(200, "{}"));
    let keystone = FakeKeystone::start();
    let client = Client::builder().auth_url(keystone.auth_url()).username("demo").password("secret");
    let client = client.token_cache(&TokenCache::new()).build().unwrap();
    let quick = RetryPolicy { pause: std::time::Duration::from_millis(1), ..RetryPolicy::default() };
    let compute = client.service("compute").endpoint_override(nova.url()).retries(quick);
    let compute = compute.versions(VersionRange::of("2.1".parse().unwrap()));
    let telemetry = Telemetry::to(collector.url(), "a-test").unwrap();
    let subscriber = tracing_subscriber::registry().with(telemetry.layer());

    compute.get("servers").send().with_subscriber(subscriber).await.unwrap();
    // `finish` waits for its own thread.
    tokio::task::spawn_blocking(|| telemetry.finish()).await.unwrap().unwrap();

    let sent: String = collector.requests().iter().map(|it| String::from_utf8_lossy(it.body()).into_owned()).collect();
    for word in ["login", "discovery", "request", "retry", "a-test", "demo", "v2.1/servers"] {
        assert!(sent.contains(word), "{word} is not in {sent:?}");
    }
    let token = client.token().await.unwrap();
    assert!(!sent.contains(token.expose()) && !sent.contains("secret"), "{sent:?}");
    for request in nova.requests().iter().chain(&keystone.requests()) {
        let parent = request.header("traceparent").unwrap_or_default();
        assert!(parent.starts_with("00-") && parent.len() == 55, "{request:?} {parent}");
    }
}

#[test]
fn a_collector_that_is_no_url_is_refused() {
    let error = Telemetry::to("collector.example", "a-test").unwrap_err();
    assert!(error.hint().is_some(), "{error:?}");
}

//! Code that runs in no Tokio runtime, or in one without timers or I/O, gets an error instead of a panic.

use std::{
    future::{Future, IntoFuture},
    pin::pin,
    task::{Context, Poll, Waker},
};

use archstone::{Error, ErrorKind, Result, blocking, identity::Bulk};
use archstone_testing::FakeKeystone;
use tokio::runtime::Builder;

use crate::demo;

/// The result of a future that must be ready immediately.
fn now<T>(future: impl IntoFuture<Output = T>) -> T {
    match pin!(future.into_future()).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("it waits"),
    }
}

fn refused<T>(outcome: Result<T>) -> Error {
    let error = outcome.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error:?}");
    assert!(error.to_string().contains("Tokio runtime") && error.hint().unwrap().contains("blocking"), "{error:?}");
    error
}

#[test]
fn without_a_runtime_there_is_an_error() {
    let keystone = FakeKeystone::start();
    let folder = std::env::temp_dir().join(format!("archstone-no-runtime-{}", std::process::id()));
    for builder in [demo(&keystone), demo(&keystone).disk_cache_in(&folder)] {
        let client = builder.build().unwrap();
        let users = || client.identity().users();
        let requests_alone = || {
            refused(now(client.renew()));
            refused(now(client.projects()));
            refused(now(client.service("image").get("v2/images").send()));
            refused(now(users().list().all()));
            refused(now(users().get("u")));
        };

        // Without a cached token.
        refused(now(client.access()));
        refused(now(client.url_for("image")));
        requests_alone();
        let report = now(Bulk::new([users().get("u"), users().get("v")]).run());
        assert_eq!(report.failures().count(), 2);

        // With a cached token: it is returned, and everything else is an error.
        let warm = blocking::Client::from(client.clone());
        warm.authenticate().unwrap();
        assert!(now(client.token()).is_ok() && now(client.url_for("image")).is_ok());
        requests_alone();
        assert!(warm.wait(client.renew()).is_ok());
    }
    assert_eq!(keystone.logins(), 4);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_runtime_without_timers_or_io_is_an_error() {
    let keystone = FakeKeystone::start();
    let folder = std::env::temp_dir().join(format!("archstone-poor-runtime-{}", std::process::id()));
    let with = |enable: fn(&mut Builder) -> &mut Builder| enable(&mut Builder::new_current_thread()).build().unwrap();
    for (runtime, lacks) in [
        (with(|it| it), "timers"),
        (with(Builder::enable_io), "timers"),
        (with(Builder::enable_time), "I/O"),
        (enabled_with_threads(), "I/O"),
    ] {
        for builder in [demo(&keystone), demo(&keystone).disk_cache_in(&folder)] {
            let client = builder.build().unwrap();
            let check = |error: Error| {
                assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error:?}");
                assert!(error.to_string().ends_with(&format!("without {lacks}")), "{error:?}");
                assert!(error.hint().unwrap().contains("enable_all"), "{error:?}");
            };
            check(runtime.block_on(client.access()).unwrap_err());
            check(runtime.block_on(client.renew()).unwrap_err());
            check(runtime.block_on(client.service("image").get("v2/images").send()).err().unwrap());
            let users = || client.identity().users();
            check(runtime.block_on(users().list().all()).unwrap_err());
            let report = runtime.block_on(Bulk::new([users().get("u")]).run());
            assert_eq!(report.failures().count(), 1);
        }
    }
    assert_eq!(keystone.logins(), 0);

    // A complete runtime works after an incomplete one.
    let client = demo(&keystone).build().unwrap();
    for _ in 0..20 {
        assert!(with(Builder::enable_all).block_on(client.renew()).is_ok());
    }
}

fn enabled_with_threads() -> tokio::runtime::Runtime {
    Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap()
}

#[tokio::test]
async fn the_blocking_client_works_inside_asynchronous_code() {
    let keystone = FakeKeystone::start();
    let client = demo(&keystone).build_blocking().unwrap();

    assert_eq!(client.access().unwrap().user_name(), Some("demo"));
    assert_eq!(
        tokio::task::spawn_blocking(move || client.renew().map(|it| it.is_scoped())).await.unwrap().ok(),
        Some(true)
    );
}

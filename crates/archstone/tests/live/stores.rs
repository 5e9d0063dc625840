//! Tokens shared between hosts: one login for all of them, and no failures when the store fails.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use archstone::{Client, ClientBuilder, ErrorKind, TokenCache};
use archstone_testing::{Failure, FakeKeystone};

use crate::{
    keystone::{Path, store, stores},
    token_cache::Moved,
};

/// The kinds of stores for a fleet.
const KINDS: [&str; 5] = ["plain", "tls", "sentinel", "cluster", "memcached"];

/// A client of a separate machine: only the store is shared with others.
fn machine(path: &Path, store: &[(String, String)], password: &str) -> Client {
    with_store(path.user("alice").password(password), store).build().unwrap()
}

/// The same with a login that takes almost no time, to measure the store.
fn beside(keystone: &FakeKeystone, store: &[(String, String)]) -> Client {
    let builder = Client::builder().auth_url(keystone.auth_url()).username("demo").password("secret");
    with_store(builder, store).build().unwrap()
}

/// Repeats an attempt that is too slow: a real delay occurs every time, but on a busy machine anything may be slow once.
async fn is_quicker_than(limit: Duration, what: &str, mut attempt: impl AsyncFnMut() -> Duration) {
    let mut took = Vec::new();
    for _ in 0..3 {
        took.push(attempt().await);
        if took.iter().any(|it| *it < limit) {
            return;
        }
    }
    panic!("{what}: {took:?}, each of which is more than {limit:?}");
}

fn with_store(builder: ClientBuilder, store: &[(String, String)]) -> ClientBuilder {
    let builder = builder.token_cache(&TokenCache::new());
    store.iter().fold(builder, |builder, (option, value)| builder.option(option, value.as_str()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn machines_that_share_a_store_cause_one_login_and_share_one_failure() {
    for kind in KINDS {
        let store = store(kind);
        for (password, succeeds) in [("alice-secret", true), ("wrong", false)] {
            // All machines have looked for a token before the login ends.
            let path = Path::new("delay=1000");
            let machines: Vec<_> = (0..8).map(|_| machine(&path, &store, password)).collect();
            // Connected one after the other: eight simultaneous handshakes take a small machine longer than the store's
            // timeout.
            for machine in &machines {
                assert!(machine.token_store().unwrap().status().await.unwrap().own.is_none());
            }

            let tasks: Vec<_> =
                machines.iter().cloned().map(|it| tokio::spawn(async move { it.access().await })).collect();
            let mut outcomes = Vec::new();
            for task in tasks {
                outcomes.push(task.await.unwrap());
            }

            assert_eq!(path.logins(), 1, "{kind}");
            let said = |outcome: &archstone::Result<Arc<archstone::Access>>| {
                outcome.as_ref().map(|it| it.audit_id().map(str::to_owned)).map_err(ToString::to_string)
            };
            assert!(outcomes.iter().all(|it| it.is_ok() == succeeds && said(it) == said(&outcomes[0])), "{kind}");
        }
    }
}

#[tokio::test]
async fn machines_that_share_a_token_do_not_all_look_for_its_successor_at_once() {
    for kind in ["plain", "memcached"] {
        let (path, store, clock) = (Path::new(""), store(kind), Moved::default());
        let builder = || path.user("alice").password("alice-secret").host(clock.host());
        let machines: Vec<_> = (0..32).map(|_| with_store(builder(), &store).build().unwrap()).collect();
        let first = machines[0].token().await.unwrap();
        let with_the_first = async |seconds| {
            clock.lifetime.store(seconds, Ordering::Relaxed);
            clock.date.store(seconds, Ordering::Relaxed);
            let mut count = 0;
            for machine in &machines {
                count += usize::from(machine.token().await.unwrap() == first);
            }
            count
        };

        // A token of an hour may be renewed in its last two minutes; machines start to do so in the first of them.
        assert_eq!(with_the_first(3600 - 130).await, 32, "{kind}");
        let in_the_middle = with_the_first(3600 - 120 + 27).await;
        assert!((1..32).contains(&in_the_middle), "{kind}: {in_the_middle} of 32");
        assert_eq!(path.logins(), 2, "{kind}");
        assert_eq!(with_the_first(3600 - 60).await, 0, "{kind}");
        assert_eq!(path.logins(), 2, "{kind}");
    }
}

#[tokio::test]
async fn a_failure_is_not_remembered_beyond_the_machines_that_waited() {
    for kind in ["plain", "memcached"] {
        let (path, store) = (Path::new("times=1+status=503"), store(kind));
        let refused = machine(&path, &store, "alice-secret").access().await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ServerError);
        assert!(machine(&path, &store, "alice-secret").access().await.is_ok(), "{kind}");
    }
}

#[tokio::test]
async fn a_token_that_one_machine_replaces_is_replaced_for_all() {
    for kind in ["plain", "memcached"] {
        let (path, store) = (Path::new(""), store(kind));
        let (one, other) = (machine(&path, &store, "alice-secret"), machine(&path, &store, "alice-secret"));
        let revoked = one.token().await.unwrap();
        assert_eq!(other.token().await.unwrap(), revoked, "{kind}");
        Path::new("").user("admin").system_scope().build().unwrap().revoke(&revoked).await.unwrap();

        let fresh = one.replace(&revoked).await.unwrap();
        assert_ne!(fresh, revoked);
        // It was refused here, too; the other client's replacement is used by both.
        assert_eq!(other.replace(&revoked).await.unwrap(), fresh, "{kind}");
        let renewed = one.renew().await.unwrap();
        assert_eq!(other.replace(&fresh).await.unwrap(), *renewed.token(), "{kind}");
        assert_eq!(path.logins(), 3, "{kind}");

        assert!(one.log_out().await.unwrap());
        machine(&path, &store, "alice-secret").token().await.unwrap();
        assert_eq!(path.logins(), 4, "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_login_lets_another_machine_try_at_once() {
    for kind in ["plain", "memcached"] {
        // A lease that is not released lasts for five seconds.
        is_quicker_than(Duration::from_secs(3), kind, async || {
            let (keystone, store) = (FakeKeystone::start(), store(kind));
            keystone.on("POST", "/v3/auth/tokens").fail(Failure::Silence);
            let one = beside(&keystone, &store);
            let login = tokio::spawn(async move { one.access().await });
            while keystone.logins() == 0 {
                tokio::task::yield_now().await;
            }
            login.abort();
            // The next login must be answered, even if the silence has not begun yet.
            keystone.heal();

            let began = Instant::now();
            assert!(beside(&keystone, &store).access().await.is_ok());
            began.elapsed()
        })
        .await;
    }
}

#[tokio::test]
async fn another_password_another_scope_and_another_fleet_secret_find_nothing() {
    for kind in ["plain", "memcached"] {
        let (path, store) = (Path::new(""), store(kind));
        let first = machine(&path, &store, "alice-secret").token().await.unwrap();
        let other = machine(&path, &store, "other").access().await.unwrap_err();
        assert_eq!(other.kind(), ErrorKind::Unauthenticated);
        let mut with_secret = store.clone();
        with_secret.push(("token_cache_secret".into(), "of the fleet".into()));
        let second = machine(&path, &with_secret, "alice-secret").token().await.unwrap();
        assert_ne!(second, first, "{kind}");
        assert_eq!(machine(&path, &with_secret, "alice-secret").token().await.unwrap(), second, "{kind}");
        assert_eq!(machine(&path, &store, "alice-secret").token().await.unwrap(), first, "{kind}");
        assert_eq!(path.logins(), 3, "{kind}");
    }
}

#[tokio::test]
async fn a_store_that_is_gone_stopped_or_restarted_costs_a_bounded_delay_and_no_request() {
    for kind in ["plain.failing", "memcached.failing"] {
        let (keystone, store) = (FakeKeystone::start(), store(kind));
        let warm = beside(&keystone, &store);
        warm.token().await.unwrap();
        for failure in ["stop", "go", "kill", "restart"] {
            stores(&[failure, kind]);
            // Two clients wait for the store once each, for a second at most.
            is_quicker_than(Duration::from_secs(4), &format!("{kind} {failure}"), async || {
                let began = Instant::now();
                for client in [&warm, &beside(&keystone, &store)] {
                    assert!(client.renew().await.is_ok(), "{kind} {failure}");
                    assert!(client.token().await.is_ok(), "{kind} {failure}");
                }
                began.elapsed()
            })
            .await;
        }
    }
}

#[tokio::test]
async fn a_store_shows_no_token_and_no_name() {
    let (path, store) = (Path::new(""), store("plain"));
    let token = machine(&path, &store, "alice-secret").token().await.unwrap();
    let names = stores(&["ask", "plain", "redis", "KEYS", "archstone:2:*"]);
    assert!(!names.is_empty());
    for name in names.lines() {
        let dump = if name.ends_with(":lease") { continue } else { name };
        let kind = stores(&["ask", "plain", "redis", "TYPE", dump]);
        let command = if kind == "hash" { "HGETALL" } else { "GET" };
        let all = stores(&["ask", "plain", "redis", command, dump]);
        for secret in [&token.expose()[..24], "alice", "127.0.0.1"] {
            assert!(!all.contains(secret) && !name.contains(secret), "{name}");
        }
    }
}

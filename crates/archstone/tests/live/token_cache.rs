//! One login for all clients that need it, and no unnecessary ones.

use std::{
    sync::{
        Arc, Barrier,
        atomic::{AtomicI32, Ordering},
    },
    time::Duration,
};

use archstone::{
    Client, ErrorKind, TokenCache, blocking,
    host::{Clock, Host, Moment},
};

use crate::keystone::{Path, call, folder};

/// The machine's clocks, moved by this many seconds.
#[derive(Clone, Default)]
pub(crate) struct Moved {
    pub(crate) lifetime: Arc<AtomicI32>,
    pub(crate) date: Arc<AtomicI32>,
}

impl Moved {
    pub(crate) fn host(&self) -> Host {
        Host::made([("HOME", "/nonexistent")]).with_clock(self.clone())
    }
}

impl Clock for Moved {
    fn now(&self) -> Moment {
        let real = std::fs::read_to_string("/proc/uptime").unwrap();
        let seconds: f64 = real.split(' ').next().unwrap().parse().unwrap();
        Moment::after_start(Duration::from_secs_f64(seconds + f64::from(self.lifetime.load(Ordering::Relaxed))))
    }

    fn wall(&self) -> Duration {
        let real = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        Duration::from_secs_f64(real.as_secs_f64() + f64::from(self.date.load(Ordering::Relaxed)))
    }

    fn boot_id(&self) -> Option<String> {
        Some("this start".into())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_tasks_cause_one_login_and_share_one_failure() {
    for (password, succeeds) in [("alice-secret", true), ("wrong", false)] {
        let path = Path::new("delay=300");
        let client = path.user("alice").password(password).build().unwrap();

        let tasks: Vec<_> = (0..1000)
            .map(|_| {
                let client = client.clone();
                tokio::spawn(async move { client.access().await })
            })
            .collect();
        let mut outcomes = Vec::new();
        for task in tasks {
            outcomes.push(task.await.unwrap());
        }

        assert_eq!(path.logins(), 1);
        let said = |outcome: &archstone::Result<_>| {
            outcome
                .as_ref()
                .map(|it: &Arc<archstone::Access>| it.audit_id().map(str::to_owned))
                .map_err(|error| format!("{error:?}"))
        };
        assert_eq!(outcomes[0].is_ok(), succeeds);
        assert!(outcomes.iter().all(|outcome| said(outcome) == said(&outcomes[0])));
    }
}

#[test]
fn fifty_threads_with_clients_of_their_own_cause_one_login_and_share_one_failure() {
    for (password, succeeds) in [("alice-secret", true), ("wrong", false)] {
        let (path, tokens, barrier) = (Path::new("delay=300"), TokenCache::new(), Barrier::new(50));
        let outcomes: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..50)
                .map(|_| {
                    scope.spawn(|| {
                        let client = path.user("alice").password(password).token_cache(&tokens).build().unwrap();
                        barrier.wait();
                        blocking::Client::from(client).token()
                    })
                })
                .collect();
            threads.into_iter().map(|it| it.join().unwrap()).collect()
        });

        assert_eq!(path.logins(), 1);
        // An error contains its request ID.
        let said: Vec<_> = outcomes.iter().map(|it| it.as_ref().map_err(|error| format!("{error:?}"))).collect();
        assert!(said.iter().all(|it| it.is_ok() == succeeds && *it == said[0]), "{said:?}");
    }
}

#[tokio::test]
async fn a_failure_is_not_remembered_beyond_those_who_waited() {
    let path = Path::new("times=1+status=503");
    let client = path.user("alice").disk_cache_in(folder("failure")).build().unwrap();

    assert_eq!(client.access().await.unwrap_err().kind(), ErrorKind::ServerError);
    assert!(client.access().await.is_ok());
}

#[tokio::test]
async fn a_token_is_renewed_ahead_of_its_expiry() {
    let (path, clock) = (Path::new(""), Moved::default());
    let client = path.user("alice").host(clock.host()).build().unwrap();
    let first = client.token().await.unwrap();

    clock.lifetime.store(3600 - 180, Ordering::Relaxed);
    assert_eq!(client.token().await.unwrap(), first);
    clock.lifetime.store(3600 - 60, Ordering::Relaxed);
    let second = client.token().await.unwrap();

    assert_ne!(second, first);
    assert_eq!(path.logins(), 2);
}

#[tokio::test]
async fn a_failed_renewal_never_costs_a_token_that_still_works() {
    let (path, clock) = (Path::new(""), Moved::default());
    let broken = Path::new("status=503");
    let good = path.user("alice").host(clock.host()).build().unwrap().access().await.unwrap();
    let client = broken.user("alice").host(clock.host()).token_ref(good.to_reference().expose()).build().unwrap();

    clock.lifetime.store(3600 - 60, Ordering::Relaxed);
    for _ in 0..5 {
        assert_eq!(client.token().await.unwrap(), *good.token());
    }
    // One attempt, and then a pause.
    assert_eq!(broken.logins(), 1);

    clock.lifetime.store(3600 - 5, Ordering::Relaxed);
    assert_eq!(client.token().await.unwrap_err().kind(), ErrorKind::ServerError);
}

#[tokio::test]
async fn a_wrong_date_changes_nothing() {
    for hours in [-1, 1] {
        let (path, clock, folder) = (Path::new(""), Moved::default(), folder("date"));
        clock.date.store(hours * 3600, Ordering::Relaxed);
        let client = || path.user("alice").host(clock.host()).disk_cache_in(&folder).build().unwrap();

        let access = client().access().await.unwrap();
        assert!((3500..=3600).contains(&access.remaining().as_secs()));
        assert!((access.clock_skew().unwrap().as_secs() + i64::from(hours) * 3600).abs() < 5);
        // From disk, and after the clock has been corrected.
        assert_eq!(client().token().await.unwrap(), *access.token());
        clock.date.store(0, Ordering::Relaxed);
        let again = client().access().await.unwrap();
        assert_eq!(again.token(), access.token());
        assert!((3500..=3600).contains(&again.remaining().as_secs()));
        assert_eq!(path.logins(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_token_is_replaced_once_by_all_who_bring_it_back() {
    let path = Path::new("");
    let client = path.user("alice").disk_cache_in(folder("refused")).build().unwrap();
    let revoked = client.token().await.unwrap();
    Path::new("").user("admin").system_scope().build().unwrap().revoke(&revoked).await.unwrap();

    // The client notices by itself, and the call succeeds.
    assert_eq!(client.user().await.unwrap().name, "alice");
    let fresh = client.token().await.unwrap();
    assert_ne!(fresh, revoked);

    let late: Vec<_> = (0..64)
        .map(|_| {
            let (client, revoked) = (client.clone(), revoked.clone());
            tokio::spawn(async move { client.replace(&revoked).await })
        })
        .collect();
    for caller in late {
        assert_eq!(caller.await.unwrap().unwrap(), fresh);
    }
    assert_eq!(path.logins(), 2);

    // The next process does not use the refused one from disk, either.
    let other = path.user("alice").disk_cache_in(client.config().cache_folder().unwrap()).build().unwrap();
    assert_eq!(other.token().await.unwrap(), fresh);
}

#[tokio::test]
async fn a_refused_token_on_disk_is_dropped_and_the_credentials_are_used_once() {
    let (path, folder) = (Path::new(""), folder("dropped"));
    let client = || path.user("alice").disk_cache_in(&folder).build().unwrap();
    let revoked = client().token().await.unwrap();
    let admin = Path::new("").user("admin").system_scope().build().unwrap();
    admin.revoke(&revoked).await.unwrap();

    let later = client();
    assert_eq!(later.token().await.unwrap(), revoked);
    assert!(later.projects().await.is_ok());

    assert_ne!(later.token().await.unwrap(), revoked);
    assert_eq!(path.logins(), 2);
}

#[tokio::test]
async fn two_passwords_two_tokens_and_two_scopes_never_meet() {
    let (path, tokens, folder) = (Path::new(""), TokenCache::new(), folder("meet"));
    let shared =
        |builder: archstone::ClientBuilder| builder.token_cache(&tokens).disk_cache_in(&folder).build().unwrap();
    let alice = shared(path.user("alice")).access().await.unwrap();

    let wrong = shared(path.user("alice").password("wrong")).access().await.unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::Unauthenticated);
    let unscoped = shared(path.user("alice").unscoped()).access().await.unwrap();
    assert!(!unscoped.is_scoped() && unscoped.catalog().is_none());
    let db = shared(path.user("alice").project_name("db")).access().await.unwrap();
    assert_eq!(db.project_name(), Some("db"));
    let bob = path.user("bob").unscoped().build().unwrap().token().await.unwrap();
    for (token, name) in [(alice.token(), "alice"), (&bob, "bob")] {
        let client = shared(path.client().token(token.expose()).project_name("web"));
        assert_eq!(client.access().await.unwrap().user_name(), Some(name));
    }
    // With a cached token, unscoped stays unscoped, and the default project stays the default.
    assert!(!shared(path.user("alice").unscoped()).access().await.unwrap().is_scoped());
    assert_eq!(shared(path.user("alice")).access().await.unwrap().token(), alice.token());
}

#[tokio::test]
async fn renewing_brings_a_new_expiry_and_replaces_what_is_kept() {
    let (path, folder) = (Path::new(""), folder("renew"));
    let client = || path.user("alice").disk_cache_in(&folder).build().unwrap();
    let first = client().access().await.unwrap();

    let second = client().renew().await.unwrap();

    assert_ne!(second.token(), first.token());
    assert!(second.issued_at() >= first.issued_at() && second.methods() == ["password"]);
    assert_eq!(client().token().await.unwrap(), *second.token());
    assert_eq!(path.logins(), 2);
}

#[tokio::test]
async fn logging_out_ends_the_token_here_and_at_the_service() {
    let (path, folder) = (Path::new(""), folder("out"));
    let client = || path.user("alice").disk_cache_in(&folder).build().unwrap();
    assert!(!client().log_out().await.unwrap());
    let token = client().token().await.unwrap();

    assert!(client().log_out().await.unwrap());

    // Another process may hold the lock, so its file stays.
    let mut files = std::fs::read_dir(&folder).unwrap().flatten().map(|it| it.file_name().into_string().unwrap());
    assert!(files.any(|name| name.starts_with("lock-")));
    assert!(!client().log_out().await.unwrap());
    let looked_up = path.client().token_id(token.expose()).build().unwrap().authenticate().await;
    assert_eq!(looked_up.unwrap_err().kind(), ErrorKind::TokenRejected);
    assert_eq!(path.logins(), 1);
}

#[tokio::test]
async fn folders_that_cannot_be_used_cost_the_caching_and_nothing_else() {
    let file = folder("file");
    std::fs::write(&file, "not a folder").unwrap();
    for unusable in [file.join("below"), "/proc/archstone".into()] {
        let path = Path::new("");
        assert!(path.user("alice").disk_cache_in(&unusable).build().unwrap().access().await.is_ok());
    }

    let (path, folder) = (Path::new(""), folder("vanishing"));
    let client = path.user("alice").disk_cache_in(&folder).build().unwrap();
    client.access().await.unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(client.renew().await.is_ok());
}

#[tokio::test]
async fn entries_that_are_corrupt_or_foreign_are_a_miss() {
    let (path, folder) = (Path::new(""), folder("corrupt"));
    let client = || path.user("alice").disk_cache_in(&folder).build().unwrap();
    client().access().await.unwrap();
    for file in std::fs::read_dir(&folder).unwrap().flatten() {
        if file.path().extension().is_some_and(|it| it == "token") {
            std::fs::write(file.path(), "{\"foreign\": true}").unwrap();
        }
    }
    std::fs::write(folder.join("somebody-elses.txt"), "kept").unwrap();

    assert!(client().access().await.is_ok());

    assert_eq!(path.logins(), 2);
    assert_eq!(std::fs::read_to_string(folder.join("somebody-elses.txt")).unwrap(), "kept");
}

#[tokio::test]
async fn a_disk_cache_shows_no_token_and_opens_for_nobody_else() {
    let (path, home, copy) = (Path::new(""), folder("home"), folder("copy"));
    let token = path.user("alice").disk_cache_in(&home).build().unwrap().token().await.unwrap();
    std::fs::create_dir_all(&copy).unwrap();
    for file in std::fs::read_dir(&home).unwrap().flatten() {
        let bytes = std::fs::read(file.path()).unwrap();
        for piece in [&token.expose().as_bytes()[..24], b"alice", b"127.0.0.1", b"compute"] {
            assert!(!bytes.windows(piece.len()).any(|window| window == piece), "{:?}", file.path());
        }
        std::fs::copy(file.path(), copy.join(file.file_name())).unwrap();
    }

    // In a copy, even the right password must log in again.
    path.user("alice").disk_cache_in(&copy).build().unwrap().access().await.unwrap();
    assert_eq!(path.logins(), 2);
    // In the original, another password finds nothing.
    let other = path.user("alice").password("other").disk_cache_in(&home).build().unwrap();
    assert_eq!(other.access().await.unwrap_err().kind(), ErrorKind::Unauthenticated);
}

#[tokio::test]
async fn a_cancelled_login_lets_the_next_caller_try() {
    let path = Path::new("times=1+delay=1500");
    let client = path.user("alice").disk_cache_in(folder("cancelled")).build().unwrap();

    let cancelled = tokio::time::timeout(Duration::from_millis(200), client.access()).await;

    assert!(cancelled.is_err());
    assert!(client.access().await.is_ok());
}

#[tokio::test]
async fn what_keystoneauth_has_stored_is_understood() {
    let path = Path::new("");
    let access = path.user("alice").build().unwrap().access().await.unwrap();
    let state = serde_json::json!({
        "auth_token": access.token().expose(),
        "body": serde_json::from_str::<serde_json::Value>(access.body()).unwrap(),
    });

    let client = Client::builder().token_ref(state.to_string()).build().unwrap();

    assert_eq!(client.access().await.unwrap().project_name(), Some("web"));
    assert!(client.url_for("compute").await.is_ok());
    let url = format!("{}/auth/projects", path.auth_url());
    let projects = call("GET", &url, &client.token().await.unwrap(), serde_json::Value::Null).await;
    assert_eq!(projects["projects"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_detached_client_goes_on_with_the_same_token() {
    let path = Path::new("");
    let client = path.user("alice").build().unwrap();
    let token = client.token().await.unwrap();

    let detached = client.detached(&TokenCache::new()).unwrap();

    assert_eq!(detached.token().await.unwrap(), token);
    assert_eq!(detached.user().await.unwrap().name, "alice");
    assert_eq!(path.logins(), 1);
}

//! Many tasks find at once that their token was revoked.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use archstone_testing::{FakeKeystone, Reply};

use crate::{demo, within};

fn with_servers() -> FakeKeystone {
    let keystone = FakeKeystone::start();
    keystone.on("GET", "/compute/v2.1/servers").with_token().reply(Reply::json(200, r#"{"servers": []}"#));
    keystone.only_count();
    keystone
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_login_serves_all_who_meet_a_revoked_token() {
    let keystone = with_servers();
    let client = demo(&keystone).build().unwrap();
    client.access().await.unwrap();
    keystone.revoke_all();

    let requests: Vec<_> = (0..64)
        .map(|_| {
            let service = client.service("compute");
            tokio::spawn(async move { service.get("servers").send().await })
        })
        .collect();
    for request in requests {
        let answer = within(Duration::from_secs(30), "a storm", request).await.unwrap();
        assert_eq!(answer.unwrap().status(), 200);
    }

    assert_eq!(keystone.logins(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_requests_live_through_ten_revocations() {
    const TASKS: usize = 200;
    const REQUESTS: usize = 50;
    let keystone = with_servers();
    let client = demo(&keystone).build().unwrap();
    client.access().await.unwrap();
    let done = Arc::new(AtomicUsize::new(0));

    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let (service, done) = (client.service("compute"), Arc::clone(&done));
            tokio::spawn(async move {
                for _ in 0..REQUESTS {
                    service.get("servers").send().await?.bytes().await?;
                    done.fetch_add(1, Ordering::Relaxed);
                }
                Ok::<_, archstone::Error>(())
            })
        })
        .collect();
    for revocation in 1..=10 {
        // In the middle of the work: the previous revocation has been noticed, and more requests have finished since
        // than were in flight.
        while keystone.logins() < revocation {
            tokio::task::yield_now().await;
        }
        let before = done.load(Ordering::Relaxed);
        while done.load(Ordering::Relaxed) <= before + TASKS + 500 {
            tokio::task::yield_now().await;
        }
        keystone.revoke_all();
    }
    for task in tasks {
        within(Duration::from_secs(120), "the work", task).await.unwrap().unwrap();
    }

    assert_eq!((done.load(Ordering::Relaxed), keystone.logins()), (TASKS * REQUESTS, 11));
}

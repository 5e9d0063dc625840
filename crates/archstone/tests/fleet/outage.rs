//! Outages of a store while the fleet continues.

use std::time::{Duration, Instant};

use archstone_testing::{Failure, FakeCloud, FakeKeystone};

use crate::{
    is_whole_run,
    run::{Fleet, Login, PROCESSES},
    store::Store,
};

/// A token is renewed from 0.8 of its lifetime on, and no longer returned from 0.95 on.
const LIFETIME: Duration = Duration::from_secs(3);
/// The documented bound (`docs/token-cache.md`), with a margin for the tests' own server. The time that a process
/// waited for a CPU, as reported by the system, is added.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// How long a lease blocks others after its process has died (`docs/token-cache.md`).
const LEASE: Duration = Duration::from_secs(5);

/// An outage of a store, and how it ends.
struct Outage {
    what: &'static str,
    /// Whether it is possible for this store.
    is_for: fn(&Store) -> bool,
    begin: fn(&Store),
    end: fn(&Store),
}

const OUTAGES: [Outage; 7] = [
    Outage {
        what: "killed",
        is_for: |_| true,
        begin: |store| store.act("kill", &[]),
        end: |store| store.act("restart", &[]),
    },
    Outage { what: "restarted empty", is_for: |_| true, begin: |store| store.act("restart", &[]), end: |_| {} },
    Outage {
        what: "stopped",
        is_for: |_| true,
        begin: |store| store.act("stop", &[]),
        end: |store| store.act("go", &[]),
    },
    Outage {
        what: "cut off",
        is_for: Store::can_be_cut,
        begin: |store| store.cut(true),
        end: |store| store.cut(false),
    },
    Outage {
        what: "failed over",
        is_for: |store| store.kind == "sentinel",
        begin: |store| store.act("failover", &[]),
        end: |_| {},
    },
    Outage {
        what: "with one node killed",
        is_for: |store| store.kind == "cluster",
        begin: |store| store.act("kill", &["redis-2"]),
        end: |store| store.act("restart", &["redis-2"]),
    },
    Outage {
        what: "with one server stopped",
        is_for: |store| store.kind == "memcached",
        begin: |store| store.act("stop", &["memcached-1"]),
        end: |store| store.act("go", &["memcached-1"]),
    },
];

/// Runs fleets through all outages of a store: every process renews the token during the outage, and afterwards they
/// share one again.
pub(crate) fn survive_all(store: &Store) {
    for (number, outage) in OUTAGES.iter().filter(|it| (it.is_for)(store)).enumerate() {
        // A process does not use a broken store for a while: only a whole run waits for the end of that each time.
        survive(outage, store, is_whole_run() || number == 0);
    }
}

/// Uses a fleet that has not seen any outage before.
fn survive(outage: &Outage, store: &Store, until_shared_again: bool) {
    // Resets the store: sentinels that were stopped do nothing for half a minute.
    store.act("restart", &[]);
    let keystone = FakeCloud::demo().token_lifetime(LIFETIME).start();
    let mut fleet = Fleet::start(PROCESSES, &login(&keystone), |host| store.variables(host));
    fleet.wait_for_a_shared_token();
    let (before, logins) = (fleet.what_happened(), keystone.logins());
    assert_eq!(before.failures, Vec::<String>::new(), "{}, before it is {}", store.title, outage.what);

    (outage.begin)(store);
    fleet.wait_for_new_tokens();
    (outage.end)(store);
    if until_shared_again {
        fleet.wait_for_a_shared_token();
    }

    let happened = fleet.what_happened();
    let what = format!("{}, {}", store.title, outage.what);
    println!(
        "{what}: {} logins, {} requests, the longest wait {:?}, {:?} without a processor",
        keystone.logins() - logins,
        happened.requests,
        happened.longest,
        happened.starved,
    );
    assert_eq!(happened.failures, Vec::<String>::new(), "{what}");
    assert!(happened.longest < LONGEST_WAIT + happened.starved, "{what}: {:?}", happened.longest);
    // Every login was for a token that is used.
    fleet.wait_until_as_many_tokens_as(|| keystone.logins());
}

/// Kills a process that holds the lease; the others wait until it expires, and then one of them logs in.
pub(crate) fn survive_a_killed_holder(store: &Store) {
    let keystone = FakeCloud::demo().start();
    keystone.on("POST", "/v3/auth/tokens").fail(Failure::Silence);
    let variables = |host| store.patient_variables(host);
    let holder = Fleet::start(1, &login(&keystone), variables);
    while keystone.logins() == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    holder.kill();
    // The next login must be answered, even if the silence has not begun yet.
    keystone.heal();
    let began = Instant::now();
    let mut fleet = Fleet::start(PROCESSES, &login(&keystone), variables);

    fleet.wait_for_new_tokens();

    let (took, happened) = (began.elapsed(), fleet.what_happened());
    let title = store.title;
    println!("{title}, a holder killed: all have a token after {took:?}, {:?} without a processor", happened.starved);
    assert_eq!((fleet.tokens().len(), keystone.logins(), happened.failures), (1, 2, vec![]), "{title}");
    assert!(took < LEASE + LONGEST_WAIT + happened.starved, "{title}: {took:?}");
}

fn login(keystone: &FakeKeystone) -> Login {
    Login { auth_url: keystone.auth_url(), user: "demo", password: "secret" }
}

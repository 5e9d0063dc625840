//! What can become of a store, while the fleet goes on.

use std::time::{Duration, Instant};

use archstone_testing::{Failure, FakeCloud, FakeKeystone};

use crate::{
    is_whole_run,
    run::{Fleet, Login, PROCESSES},
    store::Store,
};

/// From 0.8 of it on a token is renewed, from 0.95 on nobody gets it.
const LIFETIME: Duration = Duration::from_secs(3);
/// The documented bound, see `docs/token-cache.md`, and some for the tests' own server. What the system says that a process
/// waited for a processor comes on top.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// How long the lease of a process that is gone is in the way, see `docs/token-cache.md`.
const LEASE: Duration = Duration::from_secs(5);

/// Something that becomes of a store, and how it ends.
struct Outage {
    what: &'static str,
    /// Whether it can become of this one.
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

/// Lets fleets live through all outages of a store: everyone renews the token meanwhile, and afterwards they share one
/// again.
pub(crate) fn survive_all(store: &Store) {
    for (number, outage) in OUTAGES.iter().filter(|it| (it.is_for)(store)).enumerate() {
        // A process leaves a broken store alone for a while: a whole run waits for the end of it each time.
        survive(outage, store, is_whole_run() || number == 0);
    }
}

/// With a fleet that does not know of any outage before.
fn survive(outage: &Outage, store: &Store, until_shared_again: bool) {
    // Whatever was before: sentinels that were stopped do nothing for half a minute.
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
    assert_eq!(keystone.logins(), fleet.tokens().len(), "{what}: nobody logs in for a token that nobody has");
}

/// Kills a process that holds the lease; the others wait for its end, and then one of them logs in.
pub(crate) fn survive_a_killed_holder(store: &Store) {
    const TRIES: usize = 5;
    let is_shown = (0..TRIES).any(|_| is_waited_for_a_killed_holder(store));
    assert!(is_shown, "{}: this machine is too busy to show it", store.title);
}

/// `false` where processes were without a processor for as long as a store may be silent: they go on without it then, which shows
/// nothing.
fn is_waited_for_a_killed_holder(store: &Store) -> bool {
    /// How long a store may be silent.
    const SILENCE: Duration = Duration::from_millis(300);
    let keystone = FakeCloud::demo().start();
    keystone.on("POST", "/v3/auth/tokens").fail_next(1, Failure::Silence);
    let variables = |host| store.variables(host);
    let holder = Fleet::start(1, &login(&keystone), variables);
    while keystone.logins() == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    holder.kill();
    let began = Instant::now();
    let mut fleet = Fleet::start(PROCESSES, &login(&keystone), variables);

    fleet.wait_for_new_tokens();

    let (took, happened) = (began.elapsed(), fleet.what_happened());
    let title = store.title;
    println!("{title}, a holder killed: all have a token after {took:?}, {:?} without a processor", happened.starved);
    if fleet.tokens().len() > 1 && happened.starved > SILENCE {
        return false;
    }
    assert_eq!((fleet.tokens().len(), keystone.logins(), happened.failures), (1, 2, vec![]), "{title}");
    assert!(took < LEASE + LONGEST_WAIT + happened.starved, "{title}: {took:?}");
    true
}

fn login(keystone: &FakeKeystone) -> Login {
    Login { auth_url: keystone.auth_url(), user: "demo", password: "secret" }
}

//! A fleet: eight processes with 64 tasks each on four hosts, which share their token. At a real Keystone there is one
//! login per lifetime of a token; and whatever happens to the store that they share it through, no request fails.
//!
//! A host is a separate home folder. `dev/stores` runs real stores, and `dev/keystone` a Keystone whose tokens are
//! valid for seconds. `dev/fleet` runs for twenty lifetimes with each store, and prints its measurements.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test may panic, measures time, and talks to its processes by their output"
)]

mod dev;
mod keystone;
mod outage;
mod process;
mod proxy;
mod run;
mod starved;
mod store;
mod worker;

use std::{
    collections::BTreeMap,
    sync::{PoisonError, RwLock},
    time::{Duration, Instant},
};

use crate::{
    keystone::Keystone,
    run::{Fleet, PROCESSES},
    store::{KINDS, with_every_kind},
};

/// Tests that count logins exactly have the machine to themselves, with two fleets at most: if a store answers too late
/// because of a busy CPU, it is correct to continue without it.
static MACHINE: RwLock<()> = RwLock::new(());
const FLEETS_THAT_COUNT: usize = 2;

/// The number of lifetimes for which a fleet is watched.
fn lifetimes() -> usize {
    std::env::var("ARCHSTONE_FLEET_LIFETIMES").map_or(3, |it| it.parse().expect("a number"))
}

/// Whether this is more than the short run for every change.
fn is_whole_run() -> bool {
    std::env::var("ARCHSTONE_FLEET_LIFETIMES").is_ok()
}

/// The processes of a fleet run this test, too.
#[test]
fn a_fleet_logs_in_once_in_each_lifetime_whatever_the_store() {
    if std::env::var(process::IS_WORKER).is_ok() {
        return worker::work();
    }
    let _alone = MACHINE.write().unwrap_or_else(PoisonError::into_inner);
    with_every_kind(FLEETS_THAT_COUNT, |store| {
        if store.kind == "plain" {
            // As for a very large number of clients: no connection outlives the pause between two logins.
            store.act("ask", &["redis", "CONFIG", "SET", "timeout", "2"]);
        }
        let fail_over = || {
            if store.kind == "sentinel" {
                store.act("failover", &[]);
            }
        };
        one_login_in_each_lifetime(store.title, |host| store.patient_variables(host), fail_over);
        if let Some(questions) = store.questions() {
            println!("{}: {questions} questions of {PROCESSES} processes", store.title);
        }
    });
}

/// The processes of a host also share a folder; this fleet has one host.
#[test]
fn a_fleet_that_shares_a_folder_logs_in_once_in_each_lifetime() {
    let _alone = MACHINE.write().unwrap_or_else(PoisonError::into_inner);
    let folder = std::env::temp_dir().join(format!("archstone-fleet-disk-{}", std::process::id()));
    let variables = BTreeMap::from([("ARCHSTONE_TOKEN_CACHE".to_owned(), folder.display().to_string())]);
    one_login_in_each_lifetime("disk", |_| variables.clone(), || {});
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn no_request_fails_or_waits_for_long_whatever_becomes_of_the_store() {
    let _with_others = MACHINE.read().unwrap_or_else(PoisonError::into_inner);
    with_every_kind(KINDS.len(), outage::survive_all);
}

#[test]
fn a_process_that_is_killed_while_it_logs_in_delays_the_others_by_its_lease_at_most() {
    let _with_others = MACHINE.read().unwrap_or_else(PoisonError::into_inner);
    with_every_kind(KINDS.len(), outage::survive_a_killed_holder);
}

/// Watches a fleet for some lifetimes, and runs `in_the_middle` in the middle of the last one.
fn one_login_in_each_lifetime(what: &str, store: impl Fn(usize) -> BTreeMap<String, String>, in_the_middle: impl Fn()) {
    /// On a busy machine, that may take longer than the lifetime.
    const TRIES: usize = 5;
    const LIFETIME: Duration = Duration::from_secs(keystone::LIFETIME as u64);
    let (keystone, mut lifetimes) = (Keystone::new(), lifetimes());
    let mut fleet = Fleet::start(PROCESSES, &keystone.login(), store);
    let mut began = fleet.wait_for_a_shared_token();
    for _ in 2..lifetimes {
        fleet.wait_for_a_shared_token();
    }
    let mut before = (0, 0);
    for tries_left in (0..TRIES).rev() {
        let happens = Instant::now();
        in_the_middle();
        let is_over_in_time = happens.elapsed() < LIFETIME / 2;
        let ended = fleet.wait_for_a_shared_token();
        if is_over_in_time {
            // A token is renewed in the last fifth of its life.
            let least = LIFETIME * u32::try_from(lifetimes - 1).unwrap() * 7 / 10;
            assert!(ended - began > least, "tokens were renewed too early: {:?}", ended - began);
            break;
        }
        assert!(tries_left > 0, "{what}: this machine is too busy to show it");
        began = fleet.wait_for_a_shared_token();
        (lifetimes, before) = (2, (keystone.logins() - 1, fleet.tokens().len() - 1));
    }

    let happened = fleet.what_happened();
    let logins = keystone.logins() - before.0;
    println!(
        "{what}: {logins} logins in {lifetimes} lifetimes, {} requests, the longest wait {:?}, {:?} without a processor",
        happened.requests, happened.longest, happened.starved
    );
    assert_eq!(happened.failures, Vec::<String>::new());
    assert_eq!((logins, fleet.tokens().len() - before.1), (lifetimes, lifetimes));
    let last = |process: usize| fleet.met()[process].iter().rev().take(lifetimes).collect::<Vec<_>>();
    assert!((0..PROCESSES).all(|it| last(it) == last(0)), "all have met the same tokens in the same order");
}

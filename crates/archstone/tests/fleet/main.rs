//! A fleet: eight processes with 64 tasks each, on four hosts, that share their token. At a real Keystone there is one
//! login in each lifetime of a token; and whatever becomes of the store that they share it through, no request fails.
//!
//! A host is a home of its own. `dev/stores` runs real stores, and `dev/keystone` a Keystone whose tokens live for
//! seconds. `dev/fleet` goes on for twenty lifetimes with each store, and says what it measures.

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
mod store;
mod worker;

use std::{
    collections::BTreeMap,
    sync::{PoisonError, RwLock},
    time::Duration,
};

use crate::{
    keystone::Keystone,
    run::{Fleet, PROCESSES},
    store::{KINDS, with_every_kind},
};

/// Whoever counts logins to the last one has the machine for itself, and for two fleets at most: a store that answers
/// too late, since others want the processor, is rightly done without.
static MACHINE: RwLock<()> = RwLock::new(());
const FLEETS_THAT_COUNT: usize = 2;

/// How many lifetimes a fleet is watched for.
fn lifetimes() -> usize {
    std::env::var("ARCHSTONE_FLEET_LIFETIMES").map_or(3, |it| it.parse().expect("a number"))
}

/// Whether this is more than the short run that every change passes.
fn is_whole_run() -> bool {
    std::env::var("ARCHSTONE_FLEET_LIFETIMES").is_ok()
}

/// This test is also what the processes of a fleet run.
#[test]
fn a_fleet_logs_in_once_in_each_lifetime_whatever_the_store() {
    if std::env::var(process::IS_WORKER).is_ok() {
        return worker::work();
    }
    let _alone = MACHINE.write().unwrap_or_else(PoisonError::into_inner);
    with_every_kind(FLEETS_THAT_COUNT, |store| {
        if store.kind == "plain" {
            // As one for very many clients does: none of its connections outlives the pause between two logins.
            store.act("ask", &["redis", "CONFIG", "SET", "timeout", "2"]);
        }
        let fail_over = || {
            if store.kind == "sentinel" {
                store.act("failover", &[]);
            }
        };
        one_login_in_each_lifetime(store.title, |host| store.variables(host), fail_over);
        if let Some(questions) = store.questions() {
            println!("{}: {questions} questions of {PROCESSES} processes", store.title);
        }
    });
}

/// The processes of a host share a folder, too; this is a fleet of one host.
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

/// Watches a fleet for some lifetimes, with something that happens in the middle of one.
fn one_login_in_each_lifetime(
    what: &str,
    store: impl Fn(usize) -> BTreeMap<String, String>,
    in_the_middle: impl FnOnce(),
) {
    let (keystone, lifetimes) = (Keystone::new(), lifetimes());
    let mut fleet = Fleet::start(PROCESSES, &keystone.login(), store);
    let began = fleet.wait_for_a_shared_token();
    for _ in 2..lifetimes {
        fleet.wait_for_a_shared_token();
    }
    in_the_middle();
    let ended = fleet.wait_for_a_shared_token();

    let happened = fleet.what_happened();
    let logins = keystone.logins();
    println!(
        "{what}: {logins} logins in {lifetimes} lifetimes, {} requests, the longest wait {:?}, {:?} without a processor",
        happened.requests, happened.longest, happened.starved
    );
    assert_eq!(happened.failures, Vec::<String>::new());
    assert_eq!((logins, fleet.tokens().len()), (lifetimes, lifetimes));
    assert!(fleet.met().iter().all(|it| *it == fleet.met()[0]), "all have met the same tokens in the same order");
    // A token is renewed in the last fifth of its life.
    let least = Duration::from_secs(u64::from(keystone::LIFETIME)) * u32::try_from(lifetimes - 1).unwrap() * 7 / 10;
    assert!(ended - began > least, "tokens were renewed too early: {:?}", ended - began);
}

//! A process of the fleet: 64 tasks that repeatedly need the token.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use archstone::Client;
use serde_json::json;

use crate::starved;

pub(crate) const TASKS: usize = 64;
/// The pause between two uses of a task.
const PACE: Duration = Duration::from_millis(500);

/// What the tasks of a process have seen.
#[derive(Default)]
struct Met {
    tokens: HashSet<String>,
    failures: BTreeMap<String, u64>,
    requests: u64,
    longest_wait: Duration,
    /// The longest time by which a returned token had expired.
    expired_for: Duration,
    /// How long the process had waited for a CPU when this began.
    starved_before: Duration,
}

impl Met {
    fn fail(&mut self, how: String) {
        *self.failures.entry(how).or_default() += 1;
    }
}

/// Uses the token until standard input ends. Prints each token when it is first seen, and for each line of input what
/// has happened since the last one.
#[tokio::main(worker_threads = 2)]
pub(crate) async fn work() {
    let met = Arc::new(Mutex::new(Met::default()));
    let client = Client::from_env().unwrap();
    starved::woken_late();
    for number in 0..TASKS {
        let (client, met) = (client.clone(), Arc::clone(&met));
        tokio::spawn(async move {
            let mut turns = tokio::time::interval(PACE);
            turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            tokio::time::sleep(PACE * u32::try_from(number).unwrap() / u32::try_from(TASKS).unwrap()).await;
            loop {
                turns.tick().await;
                need(&client, &met).await;
            }
        });
    }
    let lines = || std::io::stdin().lines().map_while(Result::ok).for_each(|_| say_what_happened(&met));
    tokio::task::block_in_place(lines);
}

/// One use by a task.
async fn need(client: &Client, met: &Mutex<Met>) {
    let began = Instant::now();
    let outcome = client.access().await;
    let mut met = met.lock().unwrap();
    met.requests += 1;
    met.longest_wait = met.longest_wait.max(began.elapsed());
    match outcome {
        // By the date, for which server and test share a clock here. The remaining time by the local clock counts from
        // when the token was requested: if the server took longer than the token's lifetime, none remains.
        Ok(access) if access.expires_at() < jiff::Timestamp::now() => {
            let expired_for = jiff::Timestamp::now().duration_since(access.expires_at()).unsigned_abs();
            met.expired_for = met.expired_for.max(expired_for);
        }
        Ok(access) => {
            let token = access.audit_id().expect("an audit id").to_owned();
            if met.tokens.insert(token.clone()) {
                println!("{}", json!({"token": token}));
            }
        }
        Err(error) => met.fail(format!("{error:?}")),
    }
}

fn say_what_happened(met: &Mutex<Met>) {
    let mut met = met.lock().unwrap();
    let starved = starved::so_far();
    let next = Met { tokens: std::mem::take(&mut met.tokens), starved_before: starved, ..Met::default() };
    let mut past = std::mem::replace(&mut *met, next);
    let starved = starved.saturating_sub(past.starved_before);
    // A process that has a valid token but waits for a CPU is not to blame.
    if past.expired_for > starved {
        past.fail(format!("a token that had expired {:?} ago", past.expired_for));
    }
    println!(
        "{}",
        json!({
            "requests": past.requests,
            "failures": past.failures,
            "longest": past.longest_wait.as_secs_f64(),
            "starved": starved.as_secs_f64(),
        })
    );
}

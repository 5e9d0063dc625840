//! A process of the fleet: 64 tasks that need the token again and again.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use archstone::Client;
use serde_json::json;

pub(crate) const TASKS: usize = 64;
/// Between two needs of a task.
const PACE: Duration = Duration::from_millis(500);

/// What the tasks of a process have met.
#[derive(Default)]
struct Met {
    tokens: HashSet<String>,
    failures: BTreeMap<String, u64>,
    requests: u64,
    longest_wait: Duration,
    /// The longest time for which a token had been over that somebody got.
    expired_for: Duration,
    /// How long the process had waited for a processor when this began.
    starved_before: Duration,
}

impl Met {
    fn fail(&mut self, how: String) {
        *self.failures.entry(how).or_default() += 1;
    }
}

/// Needs the token until standard input ends. Says each token when it is first met, and for each line of input what
/// has happened since the last.
#[tokio::main(worker_threads = 2)]
pub(crate) async fn work() {
    let met = Arc::new(Mutex::new(Met::default()));
    let client = Client::from_env().unwrap();
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

/// One need of a task.
async fn need(client: &Client, met: &Mutex<Met>) {
    let began = Instant::now();
    let outcome = client.access().await;
    let mut met = met.lock().unwrap();
    met.requests += 1;
    met.longest_wait = met.longest_wait.max(began.elapsed());
    match outcome {
        Ok(access) if access.remaining().is_zero() => {
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
    let starved = starved();
    let next = Met { tokens: std::mem::take(&mut met.tokens), starved_before: starved, ..Met::default() };
    let mut past = std::mem::replace(&mut *met, next);
    let starved = starved.saturating_sub(past.starved_before);
    // A process that waits for a processor with a good token in its hand is not to blame.
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

/// How long the threads of this process have been ready to run, and had no processor: what a machine that is busy with
/// other things adds to every wait. Where the system does not count it, nothing.
fn starved() -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let waited = threads.filter_map(|thread| {
        let numbers = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        numbers.split(' ').nth(1)?.parse::<u64>().ok()
    });
    Duration::from_nanos(waited.sum())
}

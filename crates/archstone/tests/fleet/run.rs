//! All processes together: which tokens they have used, and when.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc::{self, Receiver},
    },
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    process::{Process, Said},
    starved,
};

pub(crate) const PROCESSES: usize = 8;
const HOSTS: usize = 4;
/// Anything that is waited for happens long before that, or never.
const PATIENCE: Duration = Duration::from_secs(120);

/// The user and the identity service of a login.
#[derive(Clone)]
pub(crate) struct Login {
    pub(crate) auth_url: String,
    pub(crate) user: &'static str,
    pub(crate) password: &'static str,
}

/// Processes on four hosts.
pub(crate) struct Fleet {
    processes: Vec<Process>,
    said: Receiver<Said>,
    /// The tokens that each process has used, in this order.
    met: Vec<Vec<String>>,
    /// The answers of processes about what has happened.
    answers: Vec<Value>,
    /// The delay of the test's identity service when this was last queried.
    late_before: Duration,
    homes: PathBuf,
}

/// What has happened in a period.
pub(crate) struct Happened {
    pub(crate) requests: u64,
    pub(crate) longest: Duration,
    /// The longest time that a process waited for a CPU, and how long the identity service of the test did.
    pub(crate) starved: Duration,
    /// Each with its number of occurrences.
    pub(crate) failures: Vec<String>,
}

impl Fleet {
    /// Starts this many, with the variables for the store on each host.
    pub(crate) fn start(size: usize, login: &Login, store: impl Fn(usize) -> BTreeMap<String, String>) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let homes = std::env::temp_dir().join(format!("archstone-fleet-{}-{number}", std::process::id()));
        let (sender, said) = mpsc::channel();
        let processes = (0..size)
            .map(|number| {
                let host = number % HOSTS;
                let home = homes.join(format!("host-{host}"));
                std::fs::create_dir_all(&home).unwrap();
                let mut variables = store(host);
                variables.insert("OS_AUTH_URL".into(), login.auth_url.clone());
                variables.insert("OS_USERNAME".into(), login.user.into());
                variables.insert("OS_PASSWORD".into(), login.password.into());
                Process::start(number, &home, &variables, sender.clone())
            })
            .collect();
        Self {
            processes,
            said,
            met: vec![Vec::new(); size],
            answers: Vec::new(),
            late_before: starved::woken_late(),
            homes,
        }
    }

    /// Kills all processes at once.
    pub(crate) fn kill(mut self) {
        self.processes.iter_mut().for_each(Process::kill);
    }

    /// All tokens that any process has used.
    pub(crate) fn tokens(&self) -> BTreeSet<&str> {
        self.met.iter().flatten().map(String::as_str).collect()
    }

    /// How many tokens each process has used.
    pub(crate) fn counts(&self) -> Vec<usize> {
        self.met.iter().map(Vec::len).collect()
    }

    /// The tokens of each process, in the order in which it used them.
    pub(crate) fn met(&self) -> &[Vec<String>] {
        &self.met
    }

    /// Waits until all have the same token, other than those before; returns when that was.
    pub(crate) fn wait_for_a_shared_token(&mut self) -> Instant {
        let before: BTreeSet<String> = self.tokens().into_iter().map(str::to_owned).collect();
        self.wait_until("all have the same new token", |met| {
            let last = met[0].last();
            last.is_some_and(|token| !before.contains(token)) && met.iter().all(|it| it.last() == last)
        });
        Instant::now()
    }

    /// Waits until every process has used another token.
    pub(crate) fn wait_for_new_tokens(&mut self) {
        let before = self.counts();
        self.wait_until("each has a new token", |met| met.iter().zip(&before).all(|(met, before)| met.len() > *before));
    }

    /// Waits until as many tokens have been used as there were logins: a process that logs in writes its token to the
    /// store first, and may not have reported it yet.
    pub(crate) fn wait_until_as_many_tokens_as(&mut self, logins: impl Fn() -> usize) {
        self.wait_until("the token of each login has been met", |met| {
            met.iter().flatten().collect::<BTreeSet<_>>().len() == logins()
        });
    }

    fn wait_until(&mut self, what: &str, is_so: impl Fn(&[Vec<String>]) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(&self.met) {
            assert!(self.listen(deadline), "waited in vain until {what}: {:?}", self.counts());
        }
    }

    /// Processes the next line of a process.
    fn listen(&mut self, deadline: Instant) -> bool {
        let left = deadline.saturating_duration_since(Instant::now());
        let Ok((number, said)) = self.said.recv_timeout(left) else { return false };
        let said = said.unwrap_or_else(|| panic!("process {number} has ended"));
        match said["token"].as_str() {
            Some(token) => self.met[number].push(token.to_owned()),
            None => self.answers.push(said),
        }
        true
    }

    /// What has happened since the last call.
    pub(crate) fn what_happened(&mut self) -> Happened {
        self.processes.iter_mut().for_each(Process::ask);
        let deadline = Instant::now() + PATIENCE;
        while self.answers.len() < self.processes.len() {
            assert!(self.listen(deadline), "not all tell what happened");
        }
        let answers = std::mem::take(&mut self.answers);
        let most = |what: &str| answers.iter().filter_map(|it| it[what].as_f64()).fold(0.0, f64::max);
        let late = starved::woken_late();
        let late_before = std::mem::replace(&mut self.late_before, late);
        let failures = answers.iter().flat_map(|it| it["failures"].as_object().unwrap());
        Happened {
            requests: answers.iter().filter_map(|it| it["requests"].as_u64()).sum(),
            longest: Duration::from_secs_f64(most("longest")),
            starved: Duration::from_secs_f64(most("starved")) + late.saturating_sub(late_before),
            failures: failures.map(|(how, times)| format!("{times} × {how}")).collect(),
        }
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        self.processes.clear();
        let _ = std::fs::remove_dir_all(&self.homes);
    }
}

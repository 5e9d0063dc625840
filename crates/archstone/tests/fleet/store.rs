//! A store of `dev/stores`, with a connection to it that can be cut.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
};

use crate::{dev::dev, proxy::Proxy};

/// Every kind that `dev/stores` knows, and what it runs.
pub(crate) const KINDS: [(&str, &str); 5] = [
    ("plain", "Redis"),
    ("tls", "Redis with TLS"),
    ("sentinel", "Redis with Sentinel"),
    ("cluster", "Redis Cluster"),
    ("memcached", "memcached"),
];

/// A store for this test only; it is stopped when dropped.
pub(crate) struct Store {
    pub(crate) kind: &'static str,
    pub(crate) title: &'static str,
    name: String,
    /// The variables that a process needs for it, for the hosts on either side of a network partition.
    sides: [BTreeMap<String, String>; 2],
    ways: [Vec<Proxy>; 2],
}

impl Store {
    fn up(kind: &'static str, title: &'static str) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{kind}.fleet-{}-{number}", std::process::id());
        dev("stores", &["up", &name]);
        let mut store = Self { kind, title, name, sides: Default::default(), ways: Default::default() };
        let mut variables = BTreeMap::new();
        for line in dev("stores", &["env", &store.name]).lines() {
            let (name, value) = line.strip_prefix("export ").and_then(|it| it.split_once('=')).expect("a variable");
            variables.insert(name.to_owned(), value.trim_matches('\'').to_owned());
        }
        // Sentinels and cluster nodes tell clients the addresses of the others, which bypass our proxies.
        let is_direct = !matches!(kind, "sentinel" | "cluster");
        for side in 0..2 {
            store.sides[side].clone_from(&variables);
            if is_direct && !(store.is_spread() && side == 1) {
                store.ways[side] = put_proxies(store.sides[side].get_mut("ARCHSTONE_TOKEN_CACHE").unwrap());
            }
        }
        if store.is_spread() {
            store.sides[1] = store.sides[0].clone();
        }
        store
    }

    /// Whether entries are distributed over servers by their addresses, which must be the same for all hosts then.
    fn is_spread(&self) -> bool {
        self.kind == "memcached"
    }

    pub(crate) fn variables(&self, host: usize) -> BTreeMap<String, String> {
        self.sides[host % 2].clone()
    }

    /// The same for processes that should wait for the store even on a busy machine: a process that continues without
    /// it makes an additional login.
    pub(crate) fn patient_variables(&self, host: usize) -> BTreeMap<String, String> {
        let mut variables = self.variables(host);
        variables.insert("ARCHSTONE_TOKEN_CACHE_TIMEOUT".into(), "20".into());
        variables
    }

    /// Whether its connections go through a proxy that can be cut.
    pub(crate) fn can_be_cut(&self) -> bool {
        !self.ways[0].is_empty()
    }

    /// Cuts the connection for half of the hosts (for all, if they share one), or restores it.
    pub(crate) fn cut(&self, is_cut: bool) {
        self.ways[0].iter().for_each(|way| way.cut(is_cut));
    }

    /// Runs a command of `dev/stores` on it.
    pub(crate) fn act(&self, command: &str, processes: &[&str]) {
        dev("stores", &[&[command, &self.name], processes].concat());
    }

    /// The number of requests to a single Redis so far: every request is a script.
    pub(crate) fn questions(&self) -> Option<usize> {
        if self.kind != "plain" {
            return None;
        }
        let told = dev("stores", &["ask", &self.name, "redis", "INFO", "commandstats"]);
        let scripts = told.lines().find_map(|line| line.strip_prefix("cmdstat_eval:calls="))?;
        scripts.split(',').next()?.parse().ok()
    }
}

/// Calls `act` with a store of each kind, this many at the same time, with staggered starts.
pub(crate) fn with_every_kind(at_once: usize, act: impl Fn(&Store) + Sync) {
    let mut failed = Vec::new();
    for kinds in KINDS.chunks(at_once) {
        std::thread::scope(|scope| {
            let threads: Vec<_> = kinds
                .iter()
                .map(|&(kind, title)| {
                    let (store, act) = (Store::up(kind, title), &act);
                    (title, scope.spawn(move || act(&store)))
                })
                .collect();
            failed.extend(threads.into_iter().filter_map(|(title, it)| it.join().err().map(|_| title)));
        });
    }
    assert_eq!(failed, Vec::<&str>::new(), "see above what is wrong with these");
}

impl Drop for Store {
    fn drop(&mut self) {
        dev("stores", &["down", "--delete", &self.name]);
    }
}

/// Puts a proxy in front of each server of a URL.
fn put_proxies(url: &mut String) -> Vec<Proxy> {
    let servers = url.rsplit(['/', '@']).next().unwrap().to_owned();
    let ways: Vec<_> = servers.split(',').map(|server| Proxy::to(server.parse().unwrap())).collect();
    let addresses: Vec<_> = ways.iter().map(|way| way.address.to_string()).collect();
    *url = url.replace(&servers, &addresses.join(","));
    ways
}

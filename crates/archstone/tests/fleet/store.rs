//! A store of `dev/stores`, with a way to it that can be cut.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
};

use crate::{dev::dev, proxy::Proxy};

/// Every kind that `dev/stores` knows, with what runs.
pub(crate) const KINDS: [(&str, &str); 5] = [
    ("plain", "Redis"),
    ("tls", "Redis with TLS"),
    ("sentinel", "Redis with Sentinel"),
    ("cluster", "Redis Cluster"),
    ("memcached", "memcached"),
];

/// A store of this test alone; it ends with this.
pub(crate) struct Store {
    pub(crate) kind: &'static str,
    pub(crate) title: &'static str,
    name: String,
    /// What a process needs to know of it, on either side of what may divide the hosts.
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
        // Sentinels and the nodes of a cluster tell clients the addresses of others, past any way of ours.
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

    /// Whether entries are spread over servers by their addresses, which must be the same for all then.
    fn is_spread(&self) -> bool {
        self.kind == "memcached"
    }

    pub(crate) fn variables(&self, host: usize) -> BTreeMap<String, String> {
        self.sides[host % 2].clone()
    }

    /// Whether there is a way to it that can be cut.
    pub(crate) fn can_be_cut(&self) -> bool {
        !self.ways[0].is_empty()
    }

    /// Cuts the way to it for half of the hosts, or where all share one, for all; or mends it.
    pub(crate) fn cut(&self, is_cut: bool) {
        self.ways[0].iter().for_each(|way| way.cut(is_cut));
    }

    /// Does to it what `dev/stores` can do.
    pub(crate) fn act(&self, command: &str, processes: &[&str]) {
        dev("stores", &[&[command, &self.name], processes].concat());
    }

    /// How much a single Redis was asked so far: every question is a script.
    pub(crate) fn questions(&self) -> Option<usize> {
        if self.kind != "plain" {
            return None;
        }
        let told = dev("stores", &["ask", &self.name, "redis", "INFO", "commandstats"]);
        let scripts = told.lines().find_map(|line| line.strip_prefix("cmdstat_eval:calls="))?;
        scripts.split(',').next()?.parse().ok()
    }
}

/// Does something with a store of each kind, with so many of them at the same time, though not begun at once.
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

/// Puts a proxy before each server of a URL.
fn put_proxies(url: &mut String) -> Vec<Proxy> {
    let servers = url.rsplit(['/', '@']).next().unwrap().to_owned();
    let ways: Vec<_> = servers.split(',').map(|server| Proxy::to(server.parse().unwrap())).collect();
    let addresses: Vec<_> = ways.iter().map(|way| way.address.to_string()).collect();
    *url = url.replace(&servers, &addresses.join(","));
    ways
}

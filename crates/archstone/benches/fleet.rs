//! What a fleet costs its store: very many workers that need one token, in one process, with a memory and a
//! connection of its own each. `docs/scale.md` continues from the figures.
//!
//! `cargo bench --package archstone --features redis --bench fleet -- 2000` asks a Redis of `dev/stores`. The identity
//! service is one in this process, which takes as long for a login as a real one.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a benchmark may panic, measures time, and prints"
)]

use std::{
    collections::BTreeMap,
    path::PathBuf,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use archstone::{Client, TokenCache};
use archstone_testing::{CatalogBuilder, Failure, FakeCloud, FakeKeystone, FakeProject, FakeUser};
use tokio::task::JoinSet;

/// What a login takes at a Keystone that has a processor for it.
const LOGIN: Duration = Duration::from_millis(300);
/// From 0.8 of it on, a token is renewed.
const LIFETIME: Duration = Duration::from_secs(20);
/// Between two needs of a worker.
const PACE: Duration = Duration::from_millis(100);
/// Workers that start at the same moment; all of them have this one process for what each has a machine for.
const AT_ONCE: usize = 50;
/// As many endpoints as a large cloud has: they are in the token.
const SERVICES: usize = 20;

#[tokio::main]
async fn main() {
    let count = std::env::args().find_map(|it| it.parse().ok()).unwrap_or(2000);
    let store = Store::up();
    let keystone = FakeCloud::new()
        .project(FakeProject::new("p"))
        .user(FakeUser::new("fleet", "secret").member_of("p").with_default_project("p"))
        .catalog(CatalogBuilder::sized(SERVICES, 3, 1))
        .token_lifetime(LIFETIME)
        .start();
    keystone.on("POST", "/v3/auth/tokens").fail(Failure::Delay(LOGIN));
    println!(
        "{count} workers that need the token every {PACE:?}; it lives for {LIFETIME:?}, a login takes {LOGIN:?}\n"
    );
    println!(
        "| | logins | the longest wait | commands of a worker | commands in a second, at most | bytes to and from a worker | processor time of Redis for a worker |"
    );
    println!("|---|---|---|---|---|---|---|");

    let workers: Vec<_> = (0..count).map(|_| worker(&keystone, &store.url)).collect();
    let row = Row::begin("start", &keystone);
    let longest = start(&workers).await;
    row.end(longest, count);

    let mut row = Row::begin("renewal", &keystone);
    let longest = until_renewed(&workers, &mut row).await;
    row.end(longest, count);

    println!("\nof Redis's memory, the token takes {} bytes, a connection {:.0}", Store::entry(), Store::connection());
}

fn worker(keystone: &FakeKeystone, store: &str) -> Client {
    let client = Client::builder().auth_url(keystone.auth_url()).username("fleet").password("secret");
    client.option("token_cache", store).token_cache(&TokenCache::new()).build().unwrap()
}

/// Every worker needs the token for the first time; the longest wait.
async fn start(workers: &[Client]) -> Duration {
    let mut longest = Duration::ZERO;
    for some in workers.chunks(AT_ONCE) {
        let mut tasks = JoinSet::new();
        for client in some {
            let client = client.clone();
            tasks.spawn(async move {
                let began = Instant::now();
                client.token().await.unwrap();
                began.elapsed()
            });
        }
        longest = tasks.join_all().await.into_iter().fold(longest, Duration::max);
    }
    longest
}

/// Every worker continues until it has the next token; the longest wait.
async fn until_renewed(workers: &[Client], row: &mut Row<'_>) -> Duration {
    let (longest, is_over) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let mut tasks = JoinSet::new();
    for client in workers {
        let client = client.clone();
        let (longest, is_over) = (Arc::clone(&longest), Arc::clone(&is_over));
        tasks.spawn(async move {
            let first = client.token().await.unwrap();
            while client.token().await.unwrap() == first && !is_over.load(Ordering::Relaxed) {
                let began = Instant::now();
                tokio::time::sleep(PACE).await;
                client.token().await.unwrap();
                let waited = began.elapsed().saturating_sub(PACE).as_micros();
                longest.fetch_max(u64::try_from(waited).unwrap(), Ordering::Relaxed);
            }
        });
    }
    while !tasks.is_empty() {
        let _ =
            tokio::time::timeout(Duration::from_secs(1), async { while tasks.join_next().await.is_some() {} }).await;
        row.look();
    }
    is_over.store(true, Ordering::Relaxed);
    Duration::from_micros(longest.load(Ordering::Relaxed))
}

/// A Redis of `dev/stores`; it ends with this.
struct Store {
    url: String,
}

/// What a Redis tells of itself.
struct Spent {
    commands: f64,
    bytes: f64,
    seconds: f64,
}

impl Store {
    const NAME: &str = "plain.bench";

    fn up() -> Self {
        Self { url: stores(&["up", Self::NAME]) }
    }

    fn ask(words: &[&str]) -> String {
        stores(&[&["ask", Self::NAME, "redis"], words].concat())
    }

    fn spent() -> Spent {
        let told = Self::ask(&["INFO", "everything"]);
        let lines: BTreeMap<_, _> = told.lines().filter_map(|line| line.trim().split_once(':')).collect();
        let number = |name: &str| lines.get(name).map_or(0.0, |it| it.parse().unwrap());
        // Each question is a script. The commands within are counted, too, but not sent.
        let scripts = lines.get("cmdstat_eval").and_then(|it| it.strip_prefix("calls=")?.split(',').next());
        Spent {
            commands: scripts.map_or(0.0, |it| it.parse().unwrap()),
            bytes: number("total_net_input_bytes") + number("total_net_output_bytes"),
            seconds: number("used_cpu_user") + number("used_cpu_sys"),
        }
    }

    /// How much memory a connection takes.
    fn connection() -> f64 {
        let told = Self::ask(&["INFO", "everything"]);
        let number = |name: &str| told.lines().find_map(|line| line.trim().strip_prefix(name)?.parse::<f64>().ok());
        number("mem_clients_normal:").unwrap() / number("connected_clients:").unwrap()
    }

    /// How much memory all that is kept of the login takes.
    fn entry() -> u64 {
        let keys = Self::ask(&["KEYS", "*"]);
        keys.lines().map(|key| Self::ask(&["MEMORY", "USAGE", key]).parse::<u64>().unwrap()).sum()
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        stores(&["down", "--delete", Self::NAME]);
    }
}

/// Runs `dev/stores`, and gives what it prints.
fn stores(arguments: &[&str]) -> String {
    let program = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../dev/stores");
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A row of the table.
struct Row<'a> {
    what: &'static str,
    keystone: &'a FakeKeystone,
    logins: usize,
    began: Spent,
    last: (Instant, f64),
    most_in_a_second: f64,
}

impl<'a> Row<'a> {
    fn begin(what: &'static str, keystone: &'a FakeKeystone) -> Self {
        let began = Store::spent();
        let last = (Instant::now(), began.commands);
        Self { what, keystone, logins: keystone.logins(), began, last, most_in_a_second: 0.0 }
    }

    /// Looks how much was asked since it last looked.
    fn look(&mut self) {
        let (now, commands) = (Instant::now(), Store::spent().commands);
        let pace = (commands - self.last.1) / (now - self.last.0).as_secs_f64();
        self.most_in_a_second = self.most_in_a_second.max(pace);
        self.last = (now, commands);
    }

    fn end(mut self, longest: Duration, workers: usize) {
        self.look();
        let (spent, workers) = (Store::spent(), workers as f64);
        println!(
            "| {} | {} | {:.0} ms | {:.1} | {:.0} | {:.0} | {:.0} µs |",
            self.what,
            self.keystone.logins() - self.logins,
            longest.as_secs_f64() * 1e3,
            (spent.commands - self.began.commands) / workers,
            self.most_in_a_second,
            (spent.bytes - self.began.bytes) / workers,
            (spent.seconds - self.began.seconds) * 1e6 / workers,
        );
    }
}

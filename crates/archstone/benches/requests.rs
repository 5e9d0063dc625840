//! What a request costs compared with one of bare `reqwest`: processor time, instructions and memory.
//!
//! `bench/run` and `bench/instructions` run it. By itself it prints one JSON object:
//!
//! ```text
//! cargo bench -p archstone --bench requests                  processor time and memory
//! cargo bench -p archstone --bench requests -- instructions  instructions, counted by callgrind (valgrind)
//! ```
//!
//! The server is on loopback and the client on one thread; both clients send the same bytes and read the whole answer.
//! They take turns, in alternating order, so that other load affects both alike. The ratio of the times is the median
//! of 11 such pairs. On one processor (`taskset --cpu-list 0`) the times vary least. Instructions do not depend on the
//! load, but do not show how long each takes.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark may panic, and prints"
)]

use std::{process::Command, time::Duration};

use archstone::{Client, TokenCache};
use archstone_testing::{CatalogBuilder, FakeCloud, FakeKeystone, FakeProject, FakeUser, Reply};

/// The ratio is the median of this many pairs,
const PAIRS: usize = 11;
/// each of so many turns of both clients,
const TURNS: usize = 14;
/// each of so many requests.
const GETS: usize = 250;
const BODY: &str =
    r#"{"servers": [{"id": "4d8c3732-a248-40ed-bebc-539a6ffd25c0", "name": "web-1", "status": "ACTIVE"}]}"#;

/// A cloud whose catalog has this many services, and a client of it that has logged in.
async fn cloud(services: usize) -> (FakeKeystone, Client) {
    let catalog = CatalogBuilder::sized(services, 3, 20);
    let keystone = FakeCloud::new()
        .project(FakeProject::new("web"))
        .user(FakeUser::new("alice", "secret").member_of("web"))
        .catalog(catalog)
        .start();
    keystone.on("GET", "/v2.1/servers").reply(Reply::json(200, BODY));
    let client = logged_in(keystone.url()).await;
    keystone.only_count();
    (keystone, client)
}

async fn logged_in(url: &str) -> Client {
    let client = Client::builder()
        .auth_url(format!("{url}/v3"))
        .username("alice")
        .password("secret")
        .project_name("web")
        .token_cache(&TokenCache::new())
        .build()
        .unwrap();
    client.access().await.unwrap();
    client
}

fn bare() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut headers = reqwest::header::HeaderMap::new();
    // The same on the wire.
    headers.insert("accept", "application/json".parse().unwrap());
    headers.insert("accept-encoding", "gzip".parse().unwrap());
    let roots = rustls::ClientConfig::builder().with_root_certificates(rustls::RootCertStore::empty());
    reqwest::Client::builder()
        .tls_backend_preconfigured(roots.with_no_client_auth())
        .redirect(reqwest::redirect::Policy::none())
        .tcp_nodelay(true)
        .default_headers(headers)
        .user_agent(concat!("archstone/", env!("CARGO_PKG_VERSION")))
        .build()
        .unwrap()
}

async fn get_bare(client: &reqwest::Client, url: &str, token: &reqwest::header::HeaderValue) {
    let answer = client.get(url).header("x-auth-token", token.clone()).send().await.unwrap();
    assert_eq!(answer.bytes().await.unwrap().len(), BODY.len());
}

async fn get_ours(service: &archstone::ServiceClient) {
    let answer = service.get("servers").send().await.unwrap();
    assert_eq!(answer.bytes().await.unwrap().len(), BODY.len());
}

/// The processor time of this thread so far.
#[cfg(unix)]
fn spent() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
}

/// The time so far: the standard library has no clock of processor time, and other systems are not measured.
#[cfg(not(unix))]
#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn spent() -> Duration {
    static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed()
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// Sends this many requests.
async fn send(kind: &str, url: &str, client: &Client, count: usize) {
    let header = client.token().await.unwrap().header();
    let (plain, compute) = (bare(), client.service("compute").endpoint_override(format!("{url}/v2.1")));
    for _ in 0..count {
        match kind {
            "bare" => get_bare(&plain, &format!("{url}/v2.1/servers"), &header).await,
            _ => get_ours(&compute).await,
        }
    }
}

/// Microseconds of processor time for one request, bare and ours, and how many times the one ours is.
async fn compare(services: usize) -> [f64; 3] {
    let (keystone, client) = cloud(services).await;
    let url = format!("{}/v2.1/servers", keystone.url());
    let compute = client.service("compute").endpoint_override(format!("{}/v2.1", keystone.url()));
    let plain = bare();
    let token = client.token().await.unwrap().header();
    let (mut of_bare, mut of_ours) = (Vec::new(), Vec::new());
    // The first pair warms up.
    for pair in 0..=PAIRS {
        let mut sums = [Duration::ZERO; 2];
        for turn in 0..2 * TURNS {
            // Bare, ours; ours, bare; and so on.
            let is_ours = turn % 4 == 1 || turn % 4 == 2;
            let began = spent();
            for _ in 0..GETS {
                if is_ours {
                    get_ours(&compute).await;
                } else {
                    get_bare(&plain, &url, &token).await;
                }
            }
            sums[usize::from(is_ours)] += spent().saturating_sub(began);
        }
        if pair > 0 {
            let [bare, ours] = sums.map(|sum| sum.as_secs_f64() * 1e6 / (TURNS * GETS) as f64);
            of_bare.push(bare);
            of_ours.push(ours);
        }
    }
    let ratios = of_bare.iter().zip(&of_ours).map(|(bare, ours)| ours / bare).collect();
    [median(of_bare), median(of_ours), median(ratios)]
}

/// The peak memory of this process in MB.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
}

/// What a command prints, and what it says on standard error.
fn run(command: &mut Command) -> (String, String) {
    let output = command.output().expect("the command runs; `instructions` needs valgrind");
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{err}");
    (out, err)
}

/// The memory of a process that has sent many requests.
fn memory(kind: &str, url: &str) -> f64 {
    let this = std::env::current_exe().unwrap();
    run(Command::new(this).args(["memory", kind, url])).0.trim().parse().unwrap()
}

/// The instructions of one request.
fn instructions(kind: &str, url: &str) -> f64 {
    let counted = |count: u32| {
        let mut valgrind = Command::new("valgrind");
        valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(std::env::current_exe().unwrap());
        let (_, report) = run(valgrind.args(["send", kind, url, &count.to_string()]));
        let count = report.lines().find_map(|line| line.split_once("Collected : ")).unwrap().1;
        count.trim().parse::<f64>().unwrap()
    };
    // Both begin alike: the difference is the requests.
    (counted(600) - counted(100)) / 500.0
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    match &*arguments.iter().map(String::as_str).collect::<Vec<_>>() {
        ["send", kind, url, count] => send(kind, url, &logged_in(url).await, count.parse().unwrap()).await,
        ["memory", kind, url] => {
            let token: archstone::Secret = "t".repeat(180).as_str().into();
            let client = Client::builder().token_id(token).mgmt_url("http://127.0.0.1:9/v3").build().unwrap();
            send(kind, url, &client, 20 * GETS).await;
            println!("{:.3}", peak());
        }
        ["instructions"] => {
            let (keystone, _client) = cloud(20).await;
            let [bare, ours] = ["bare", "ours"].map(|kind| instructions(kind, keystone.url()));
            println!(r#"{{"bare": {bare:.0}, "ours": {ours:.0}, "ratio": {:.4}}}"#, ours / bare);
        }
        [] => {
            let mut sizes = Vec::new();
            for services in [2, 20, 100] {
                let [bare, ours, ratio] = compare(services).await;
                sizes.push(format!(
                    r#"{{"services": {services}, "bare_us": {bare:.2}, "ours_us": {ours:.2}, "ratio": {ratio:.4}}}"#
                ));
            }
            let (keystone, _client) = cloud(2).await;
            // Which pages of the program are in memory is different in each run.
            let measure = |kind| median((0..25).map(|_| memory(kind, keystone.url())).collect());
            let (bare, ours) = (measure("bare"), measure("ours"));
            println!(r#"{{"requests": [{}], "bare_mb": {bare:.2}, "ours_mb": {ours:.2}}}"#, sizes.join(", "));
        }
        other => panic!("unknown arguments: {other:?}"),
    }
}

//! What a request costs beside one of bare `reqwest`: processor time of the client's thread, and memory.
//! Run by `bench/run`; prints one JSON object.
//!
//! Server and client are on loopback, the client on one thread; both read the whole answer. The contenders
//! take turns, and each round is compared with its neighbour, so that whatever else the machine does befalls
//! both. On one processor (`taskset --cpu-list 0`) the figures are steadiest.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark may stop where it stands, and prints"
)]

use std::{process::Command, time::Duration};

use archstone::{Client, TokenCache};
use archstone_testing::{CatalogBuilder, FakeCloud, FakeKeystone, FakeProject, FakeUser, Reply};
use rustix::time::{ClockId, clock_gettime};

const ROUNDS: usize = 150;
const GETS: usize = 250;
const BODY: &str =
    r#"{"servers": [{"id": "4d8c3732-a248-40ed-bebc-539a6ffd25c0", "name": "web-1", "status": "ACTIVE"}]}"#;

/// A cloud whose catalog has so many services, and a client of it that has logged in.
async fn cloud(services: usize) -> (FakeKeystone, Client) {
    let catalog = CatalogBuilder::sized(services, 3, 20);
    let keystone = FakeCloud::new()
        .project(FakeProject::new("web"))
        .user(FakeUser::new("alice", "secret").member_of("web"))
        .catalog(catalog)
        .start();
    keystone.on("GET", "/v2.1/servers").reply(Reply::json(200, BODY));
    let client = Client::builder()
        .auth_url(keystone.auth_url())
        .username("alice")
        .password("secret")
        .project_name("web")
        .token_cache(&TokenCache::new())
        .build()
        .unwrap();
    client.access().await.unwrap();
    keystone.only_count();
    (keystone, client)
}

fn bare() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("accept", "application/json".parse().unwrap());
    let roots = rustls::ClientConfig::builder().with_root_certificates(rustls::RootCertStore::empty());
    reqwest::Client::builder()
        .tls_backend_preconfigured(roots.with_no_client_auth())
        .redirect(reqwest::redirect::Policy::none())
        .tcp_nodelay(true)
        .default_headers(headers)
        // The same on the wire.
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
fn spent() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// Microseconds of processor time for one request, bare and ours, and how many times the one ours is.
async fn compare(services: usize) -> [f64; 3] {
    let (keystone, client) = cloud(services).await;
    let url = format!("{}/v2.1/servers", keystone.url());
    let compute = client.service("compute").endpoint_override(format!("{}/v2.1", keystone.url()));
    let plain = bare();
    let token = client.token().await.unwrap().header();
    let (mut of_bare, mut of_ours) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let began = spent();
        for _ in 0..GETS {
            get_bare(&plain, &url, &token).await;
        }
        let between = spent();
        for _ in 0..GETS {
            get_ours(&compute).await;
        }
        let ended = spent();
        // The first round warms up.
        if round > 0 {
            of_bare.push(between.saturating_sub(began).as_secs_f64() * 1e6 / GETS as f64);
            of_ours.push(ended.saturating_sub(between).as_secs_f64() * 1e6 / GETS as f64);
        }
    }
    let ratios = of_bare.iter().zip(&of_ours).map(|(bare, ours)| ours / bare).collect();
    [median(of_bare), median(of_ours), median(ratios)]
}

/// The peak memory of this process in MB, after many requests of one kind.
async fn memory(kind: &str, url: &str) {
    let token: archstone::Secret = "t".repeat(180).as_str().into();
    let client = Client::builder().token_id(token).mgmt_url("http://127.0.0.1:9/v3").build().unwrap();
    let header = client.token().await.unwrap().header();
    let (plain, compute) = (bare(), client.service("compute").endpoint_override(format!("{url}/v2.1")));
    for _ in 0..20 * GETS {
        match kind {
            "bare" => get_bare(&plain, &format!("{url}/v2.1/servers"), &header).await,
            _ => get_ours(&compute).await,
        }
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    println!("{:.3}", peak.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0);
}

fn peak(kind: &str, url: &str) -> f64 {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output = command.args(["memory", kind, url]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, mode, kind, url, ..] = &*arguments
        && mode == "memory"
    {
        return memory(kind, url).await;
    }
    let mut sizes = Vec::new();
    for services in [2, 20, 100] {
        let [bare, ours, ratio] = compare(services).await;
        sizes.push(format!(
            r#"{{"services": {services}, "bare_us": {bare:.2}, "ours_us": {ours:.2}, "ratio": {ratio:.4}}}"#
        ));
    }
    let (keystone, _client) = cloud(2).await;
    // Which pages of the program are in memory is different in each run.
    let measure = |kind| median((0..25).map(|_| peak(kind, keystone.url())).collect());
    let (bare, ours) = (measure("bare"), measure("ours"));
    println!(r#"{{"requests": [{}], "bare_mb": {bare:.2}, "ours_mb": {ours:.2}}}"#, sizes.join(", "));
}

//! What it takes to read a token that is kept between runs, with a catalog of 60 endpoints: from disk, and from the
//! store that `ARCHSTONE_TOKEN_CACHE` names. Run by `bench/run`; prints one JSON object.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark may panic, prints, and asks the machine"
)]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use archstone::{Client, TokenCache};
use archstone_testing::{CatalogBuilder, FakeServer, TokenBuilder};

/// Answers every login with the same token.
fn serve() -> FakeServer {
    let server = FakeServer::start();
    let catalog = CatalogBuilder::sized(20, 3, 1);
    let token = TokenBuilder::new().project("p1", "web").role("member").lifetime(Duration::from_secs(8 * 3600));
    server.on("POST", "/v3/auth/tokens").reply(token.catalog(&catalog).reply(&"t".repeat(180)));
    server
}

fn client(server: &FakeServer, place: &str) -> Client {
    let client = Client::builder().auth_url(format!("{}/v3", server.url())).username("alice").password("secret");
    client.project_name("web").token_cache(&TokenCache::new()).option("token_cache", place).build().unwrap()
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// Microseconds for one read, and for the first one of a process, with the derivation of the key.
async fn microseconds(server: &FakeServer, place: &str) -> (f64, f64) {
    let warm = client(server, place);
    let access = warm.access().await.unwrap();
    let endpoints = access.catalog().unwrap().services().iter().map(|it| it.endpoints().len()).sum::<usize>();
    assert_eq!(endpoints, 60);
    let store = warm.token_store().unwrap();
    let mut reads = Vec::new();
    for _ in 0..2000 {
        let began = Instant::now();
        assert!(black_box(store.access().await).is_some());
        reads.push(began.elapsed().as_secs_f64() * 1e6);
    }
    let mut firsts = Vec::new();
    for _ in 0..100 {
        let client = client(server, place);
        let began = Instant::now();
        black_box(client.access().await.unwrap());
        firsts.push(began.elapsed().as_secs_f64() * 1e6);
    }
    (median(reads), median(firsts))
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let server = serve();
    let folder = std::env::temp_dir().join(format!("archstone-bench-{}", std::process::id()));
    let (disk, first) = microseconds(&server, folder.to_str().unwrap()).await;
    std::fs::remove_dir_all(&folder).unwrap();
    let mut figures = format!(r#""disk_us": {disk:.0}, "first_from_disk_us": {first:.0}"#);
    if let Ok(place) = std::env::var("ARCHSTONE_TOKEN_CACHE") {
        let (store, first) = microseconds(&server, &place).await;
        figures.push_str(&format!(r#", "store_us": {store:.0}, "first_from_store_us": {first:.0}"#));
    }
    println!("{{{figures}}}");
}

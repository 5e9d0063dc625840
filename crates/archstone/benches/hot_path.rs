//! What a client costs in addition to the service it talks to. Run by `bench/run`; prints one JSON object.
//!
//! The service is a stub on loopback that answers every login with a catalog of 120 endpoints.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a benchmark may panic, prints, and asks the real clock"
)]

use std::{
    hint::black_box,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use archstone::{Client, EndpointFilter, Interface, TokenCache};
use archstone_testing::{CatalogBuilder, FakeServer, TokenBuilder};

/// Answers every login with the same token, prepared once.
fn serve() -> FakeServer {
    let server = FakeServer::start();
    server.only_count();
    let catalog = CatalogBuilder::sized(19, 3, 2).service("compute", "nova", "http://compute.example:8774/v2.1");
    let token = TokenBuilder::new().project("p1", "web").role("member").lifetime(Duration::from_secs(8 * 3600));
    server.on("POST", "/v3/auth/tokens").reply(token.catalog(&catalog).reply(&"t".repeat(180)));
    server
}

/// What the exchange costs by itself: a bare socket, connected again, that reads the whole answer.
fn bare_exchange(server: &FakeServer) {
    let request = "POST /v3/auth/tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";
    let mut connection = TcpStream::connect(server.address()).unwrap();
    connection.set_nodelay(true).unwrap();
    connection.write_all(request.as_bytes()).unwrap();
    let mut reader = BufReader::new(&connection);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    black_box(body);
}

fn client(server: &FakeServer) -> Client {
    Client::builder()
        .auth_url(format!("{}/v3", server.url()))
        .username("alice")
        .password("secret")
        .project_name("web")
        .token_cache(&TokenCache::new())
        .build()
        .unwrap()
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// Nanoseconds for one turn: the median of 21 rounds.
macro_rules! nanoseconds {
    ($turn:expr) => {{
        const TURNS: u32 = 200_000;
        let mut rounds = Vec::new();
        for _ in 0..21 {
            let began = Instant::now();
            for _ in 0..TURNS {
                drop(black_box($turn));
            }
            rounds.push(began.elapsed().as_nanos() as f64 / f64::from(TURNS));
        }
        median(rounds)
    }};
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let server = serve();
    let (mut logins, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..300 {
        let began = Instant::now();
        bare_exchange(&server);
        bare.push(began.elapsed().as_secs_f64() * 1e3);
        let began = Instant::now();
        client(&server).access().await.unwrap();
        logins.push(began.elapsed().as_secs_f64() * 1e3);
    }

    let client = client(&server);
    let access = client.access().await.unwrap();
    let catalog = access.catalog().unwrap();
    let internal = || EndpointFilter::from("compute").interface(Interface::Internal);
    let in_region = || EndpointFilter::from("compute").region("region-1");
    let token = nanoseconds!(client.token().await);
    let access = nanoseconds!(client.access().await);
    let url = nanoseconds!(client.url_for(black_box("compute")).await);
    let lookup = nanoseconds!(catalog.url_for(black_box("compute")));
    let internal = nanoseconds!(catalog.url_for(internal()));
    let in_region = nanoseconds!(catalog.url_for(in_region()));
    let (login, bare) = (median(logins), median(bare));
    println!(
        r#"{{"token_ns": {token:.1}, "access_ns": {access:.1}, "url_for_ns": {url:.1}, "catalog_url_for_ns": {lookup:.1}, "catalog_internal_ns": {internal:.1}, "catalog_in_region_ns": {in_region:.1}, "new_client_first_login_ms": {login:.3}, "bare_exchange_ms": {bare:.3}, "beside_the_server_ms": {:.3}}}"#,
        login - bare
    );
}

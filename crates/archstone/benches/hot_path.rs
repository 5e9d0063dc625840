//! What a client costs beside the service it talks to. Run by `bench/run`; prints one JSON object.
//!
//! The service is a stub on loopback that answers every login with a catalog of 120 endpoints.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a benchmark may stop where it stands, prints, and asks the real clock"
)]

use std::{
    hint::black_box,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    time::Instant,
};

use archstone::{Client, EndpointFilter, Interface, TokenCache};

const SERVICES: usize = 20;
const REGIONS: [&str; 2] = ["RegionOne", "RegionTwo"];

fn token_document() -> String {
    let services: Vec<_> = (0..SERVICES)
        .map(|number| {
            let service_type = if number == SERVICES / 2 { "compute".into() } else { format!("service-{number}") };
            let endpoints: Vec<_> = REGIONS
                .iter()
                .flat_map(|region| ["public", "internal", "admin"].map(|interface| (region, interface)))
                .map(|(region, interface)| {
                    format!(
                        r#"{{"id":"e-{number}-{region}-{interface}","interface":"{interface}","region_id":"{region}","region":"{region}","url":"http://{interface}.{region}.example:{}/v2.1"}}"#,
                        8000 + number
                    )
                })
                .collect();
            format!(
                r#"{{"id":"s-{number}","type":"{service_type}","name":"name-{number}","endpoints":[{}]}}"#,
                endpoints.join(",")
            )
        })
        .collect();
    let now = "2026-01-01T00:00:00.000000Z";
    let later = "2026-01-01T08:00:00.000000Z";
    format!(
        r#"{{"token":{{"methods":["password"],"user":{{"id":"u1","name":"alice","domain":{{"id":"default","name":"Default"}}}},"project":{{"id":"p1","name":"web","domain":{{"id":"default","name":"Default"}}}},"roles":[{{"id":"r1","name":"member"}}],"issued_at":"{now}","expires_at":"{later}","audit_ids":["a1"],"catalog":[{}]}}}}"#,
        services.join(",")
    )
}

/// Answers every request on every connection with the same token.
fn serve() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let body = token_document();
    let answer = format!(
        "HTTP/1.1 201 Created\r\nX-Subject-Token: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        "t".repeat(180),
        body.len()
    );
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let (connection, answer) = (connection.unwrap(), answer.clone());
            connection.set_nodelay(true).unwrap();
            std::thread::spawn(move || while exchange(&connection, &answer).is_some() {});
        }
    });
    port
}

fn exchange(mut connection: &TcpStream, answer: &str) -> Option<()> {
    let mut reader = BufReader::new(connection);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok()?;
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    connection.write_all(answer.as_bytes()).ok()
}

/// What the exchange costs by itself: a bare socket, connected anew, that reads the whole answer.
fn bare_exchange(port: u16) {
    let request = "POST /v3/auth/tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";
    let mut connection = TcpStream::connect(("127.0.0.1", port)).unwrap();
    connection.set_nodelay(true).unwrap();
    connection.write_all(request.as_bytes()).unwrap();
    let mut reader = BufReader::new(&connection);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.strip_prefix("Content-Length: ") {
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

fn client(port: u16) -> Client {
    Client::builder()
        .auth_url(format!("http://127.0.0.1:{port}/v3"))
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
    let port = serve();
    let (mut logins, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..300 {
        let began = Instant::now();
        bare_exchange(port);
        bare.push(began.elapsed().as_secs_f64() * 1e3);
        let began = Instant::now();
        client(port).access().await.unwrap();
        logins.push(began.elapsed().as_secs_f64() * 1e3);
    }

    let client = client(port);
    let access = client.access().await.unwrap();
    let catalog = access.catalog().unwrap();
    let internal = || EndpointFilter::from("compute").interface(Interface::Internal);
    let in_region = || EndpointFilter::from("compute").region("RegionTwo");
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

//! Broken stores: only the caching is lost.

#![cfg(all(feature = "memcached", feature = "redis"))]

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use archstone::host::{Clock, Host, Moment};
use archstone_testing::FakeKeystone;

use crate::{demo, within};

const DEADLINE: Duration = Duration::from_secs(20);

/// A server that answers every request like this. Its threads end with the process.
fn serve(answer: impl Fn(&[u8], &mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static) -> u16 {
    let (listener, answer) = (TcpListener::bind("127.0.0.1:0").unwrap(), Arc::new(answer));
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            thread::spawn(move || {
                let (mut connection, mut question) = (connection, vec![0; 1 << 16]);
                while let Ok(length @ 1..) = connection.read(&mut question) {
                    if answer(&question[..length], &mut connection).is_err() {
                        break;
                    }
                }
            });
        }
    });
    port
}

/// Sends the same piece until the client disconnects.
fn flood(connection: &mut TcpStream, piece: &[u8]) -> std::io::Result<()> {
    loop {
        connection.write_all(piece)?;
    }
}

#[tokio::test]
async fn a_hostile_store_costs_the_caching_and_nothing_else() {
    // The beginning of the answer, and the piece that follows endlessly.
    let memcached = [
        ("VALUE k 0 9999999999999999\r\n", ""),
        ("VALUE k 0 18446744073709551615 1\r\n", "x"),
        ("VALUE archstone:2:0:token 0 9999999999 1\r\n", "x"),
        ("VALUE k 0 -1 1\r\n", ""),
        ("VALUE ", "x"),
        ("", "VALUE k 0 1 1\r\nx\r\n"),
        ("STORED\r\nSTORED\r\n", ""),
        ("\0\0\0", ""),
        ("HTTP/1.1 400 Bad Request\r\n\r\n", ""),
    ];
    let redis = [
        ("$9999999999999\r\n", "x"),
        ("$-9\r\n", ""),
        ("*9999999999999\r\n", ""),
        ("*2147483647\r\n", "*2147483647\r\n"),
        ("%9999999999999\r\n", ""),
        ("+", "x"),
        ("", "*1\r\n"),
        ("(", "9"),
        ("\0\0\0", ""),
        ("HTTP/1.1 400 Bad Request\r\n\r\n", ""),
    ];
    let all = memcached.map(|it| ("memcached", it)).into_iter().chain(redis.map(|it| ("redis", it)));
    for (scheme, (begin, rest)) in all {
        let what = format!("{scheme} {begin:?} {rest:?}");
        let keystone = FakeKeystone::start();
        let piece = rest.repeat(1 << 12);
        let port = serve(move |_, connection| {
            connection.write_all(begin.as_bytes())?;
            if piece.is_empty() { Ok(()) } else { flood(connection, piece.as_bytes()) }
        });
        let store = format!("{scheme}://127.0.0.1:{port}");
        let client = demo(&keystone).option("token_cache", store.as_str()).build().unwrap();

        within(DEADLINE, &what, client.access()).await.unwrap();
        within(DEADLINE, &what, client.renew()).await.unwrap();

        assert_eq!(keystone.logins(), 2, "{what}");
    }
}

/// A clock that advances by a second whenever it is read.
struct Hurried(AtomicU64);

impl Clock for Hurried {
    fn now(&self) -> Moment {
        Moment::after_start(Duration::from_secs(1000 + self.0.fetch_add(1, Ordering::Relaxed)))
    }

    fn wall(&self) -> Duration {
        Duration::from_secs(1_800_000_000)
    }
}

#[tokio::test]
async fn a_list_of_tokens_without_an_end_is_an_error() {
    let keystone = FakeKeystone::start();
    let asked = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&asked);
    let port = serve(move |question, connection| {
        let is_scan = question.windows(4).any(|it| it == b"SCAN");
        if is_scan {
            let number = count.fetch_add(1, Ordering::Relaxed);
            let key = format!("archstone:2:{{{number:032x}}}:token");
            write!(connection, "*2\r\n$1\r\n5\r\n*1\r\n${}\r\n{key}\r\n", key.len())
        } else {
            // Replies for the handshake and for the reads of the client's own token.
            let commands = question.windows(1).filter(|it| *it == b"*").count();
            connection
                .write_all("*6\r\n:0\r\n:-2\r\n$1\r\n1\r\n$-1\r\n$-1\r\n$-1\r\n".repeat(commands.min(4)).as_bytes())
        }
    });
    let host = Host::default().with_clock(Hurried(AtomicU64::new(0)));
    let store = format!("redis://127.0.0.1:{port}");
    let client = demo(&keystone).host(host).option("token_cache", store.as_str()).build().unwrap();

    let error = within(DEADLINE, "the list", client.token_store().unwrap().status()).await.unwrap_err();

    assert!(error.to_string().contains("has no end"), "{error}");
    assert!(asked.load(Ordering::Relaxed) > 10, "{asked:?}");
}

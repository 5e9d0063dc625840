//! A client that sends exactly what it is told, and records every byte of the response.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::Duration,
};

use archstone_testing::FakeServer;
use serde_json::Value;

/// How an exchange ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum End {
    Closed,
    Reset,
    /// Nothing was received for a while.
    Open,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    pub(crate) end: End,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

pub(crate) fn connect(server: &FakeServer) -> TcpStream {
    let connection = TcpStream::connect(server.address()).unwrap();
    connection.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    connection
}

/// Everything that is received, until the end.
pub(crate) fn read_all(mut connection: &TcpStream) -> (Vec<u8>, End) {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    loop {
        match connection.read(&mut piece) {
            Ok(0) => return (bytes, End::Closed),
            Ok(length) => bytes.extend_from_slice(&piece[..length]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return (bytes, End::Reset),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return (bytes, End::Open),
            Err(error) => panic!("{error}"),
        }
    }
}

/// One exchange on a new connection that the client asks to close.
pub(crate) fn ask(server: &FakeServer, request: &str, headers: &str, body: &str) -> Answer {
    exchange(server, request, &format!("connection: close\r\n{headers}"), body, Duration::from_secs(10))
}

/// The same without asking to close, and with this timeout.
pub(crate) fn exchange(server: &FakeServer, request: &str, headers: &str, body: &str, patience: Duration) -> Answer {
    let connection = connect(server);
    connection.set_read_timeout(Some(patience)).unwrap();
    let length = body.len();
    let text = format!("{request} HTTP/1.1\r\nhost: fake\r\n{headers}content-length: {length}\r\n\r\n{body}");
    (&connection).write_all(text.as_bytes()).unwrap();
    let (bytes, end) = read_all(&connection);
    let at = bytes.windows(4).position(|it| it == b"\r\n\r\n");
    let (head, body) = at.map_or((&*bytes, &[][..]), |at| (&bytes[..at], &bytes[at + 4..]));
    let head = String::from_utf8_lossy(head).into_owned();
    let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).unwrap_or(0);
    Answer { status, head, body: body.to_vec(), end }
}

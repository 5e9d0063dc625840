//! A service that answers as it is told, for what no real one does when asked.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

/// What the stub does with one request.
#[derive(Clone)]
pub(crate) enum Reply {
    /// Sends this, to the letter.
    Raw(String),
    /// Closes the connection without an answer.
    Close,
    /// Says nothing, and keeps the connection open.
    Silence,
}

impl Reply {
    /// An answer with these header lines.
    pub(crate) fn new(status: u16, headers: &str, body: &str) -> Self {
        let length = body.len();
        Self::Raw(format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\n\r\n{body}"))
    }

    pub(crate) fn json(status: u16, body: &str) -> Self {
        Self::new(status, "content-type: application/json\r\n", body)
    }
}

/// A request that came: its head, and its body.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn has(&self, header: &str) -> bool {
        self.head.to_ascii_lowercase().contains(&header.to_ascii_lowercase())
    }
}

/// Gives its replies in order, whatever is asked.
pub(crate) struct Stub {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Stub {
    pub(crate) fn new(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (replies, recorded) = (Arc::new(Mutex::new(replies.into_iter())), Arc::clone(&seen));
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (replies, recorded) = (Arc::clone(&replies), Arc::clone(&recorded));
                std::thread::spawn(move || {
                    while let Some(request) = read(&connection) {
                        recorded.lock().unwrap().push(request);
                        let reply = replies.lock().unwrap().next();
                        match reply {
                            Some(Reply::Raw(text)) => (&connection).write_all(text.as_bytes()).unwrap(),
                            Some(Reply::Silence) => std::thread::park(),
                            Some(Reply::Close) | None => return,
                        }
                    }
                });
            }
        });
        Self { url, seen }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

fn read(connection: &TcpStream) -> Option<Seen> {
    let mut reader = BufReader::new(connection);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line == "\r\n" {
            break;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Seen { head, body: String::from_utf8(body).ok()? })
}

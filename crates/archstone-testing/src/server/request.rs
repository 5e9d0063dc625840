//! A recorded request.

use std::{fmt, sync::Arc};

use crc32fast::Hasher;
use serde_json::Value;

/// Headers that contain credentials.
const SECRET: [&str; 6] =
    ["authorization", "cookie", "openstack-auth-receipt", "x-auth-token", "x-service-token", "x-subject-token"];

/// A recorded request.
///
/// `Debug` shows neither the body nor headers with credentials. Clones are cheap.
///
/// ```
/// # use std::{io::{Read, Write}, net::TcpStream};
/// use archstone_testing::FakeServer;
///
/// let server = FakeServer::start();
/// # let mut connection = TcpStream::connect(server.address())?;
/// # connection.write_all(b"POST /servers?limit=2 HTTP/1.1\r\nconnection: close\r\ncontent-length: 8\r\n\r\n{\"a\": 1}")?;
/// # connection.read_to_string(&mut String::new())?;
/// // … something sends `POST /servers?limit=2` …
/// let request = &server.requests()[0];
/// assert_eq!((request.method(), request.path()), ("POST", "/servers"));
/// assert_eq!(request.query(), Some("limit=2"));
/// assert_eq!(request.header("content-length"), Some("8"));
/// assert_eq!(request.json()["a"], 1);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct SeenRequest(Arc<Parts>);

struct Parts {
    /// The first line and the headers.
    head: String,
    /// The end of the method in the first line,
    method: usize,
    /// and the end of the request target.
    target: usize,
    /// The body; empty if it was too long to be recorded.
    body: Vec<u8>,
    length: u64,
    /// For a body that was not recorded.
    checksum: Option<u32>,
}

impl SeenRequest {
    /// The method, such as `GET`.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.0.head[..self.0.method]
    }

    /// The path, as it was sent.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target().split('?').next().unwrap_or_default()
    }

    /// The query, without `?`.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        Some(self.target().split_once('?')?.1)
    }

    /// Path and query.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.0.head[self.0.method + 1..self.0.target]
    }

    /// A header's value; the first one if there are several. The name is case-insensitive.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers().find(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The headers, as they were sent.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        headers(&self.0.head)
    }

    /// The body; empty if it was [too long to be recorded](crate::FakeServer::keep_bodies_up_to).
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }

    /// The body as text, with invalid UTF-8 replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.body).into_owned()
    }

    /// The body as JSON; `Null` if it is not JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.0.body).unwrap_or_default()
    }

    /// The length of the body, even if it was not recorded.
    #[must_use]
    pub fn body_length(&self) -> u64 {
        self.0.length
    }

    /// The CRC-32 of the body, even if it was not recorded. (Python: `zlib.crc32`.)
    #[must_use]
    pub fn body_checksum(&self) -> u32 {
        self.0.checksum.unwrap_or_else(|| crc32fast::hash(&self.0.body))
    }

    /// The same with only the length and checksum of its body.
    pub(super) fn without_body(&self) -> Self {
        let Parts { head, method, target, length, .. } = &*self.0;
        let (head, checksum) = (head.clone(), Some(self.body_checksum()));
        Self(Arc::new(Parts { head, method: *method, target: *target, body: Vec::new(), length: *length, checksum }))
    }

    /// Whether its connection ends after the response.
    pub(super) fn is_last(&self) -> bool {
        self.header("connection").is_some_and(|it| it.eq_ignore_ascii_case("close"))
    }
}

impl fmt::Debug for SeenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = |name: &str| SECRET.iter().any(|it| name.eq_ignore_ascii_case(it));
        let headers: Vec<_> =
            self.headers().map(|(name, value)| (name, if hidden(name) { "…" } else { value })).collect();
        f.debug_struct("SeenRequest")
            .field("method", &self.method())
            .field("target", &self.target())
            .field("headers", &headers)
            .field("body_length", &self.0.length)
            .finish()
    }
}

fn headers(head: &str) -> impl Iterator<Item = (&str, &str)> {
    head.lines().skip(1).filter_map(|line| line.split_once(':')).map(|(name, value)| (name, value.trim()))
}

/// A request whose body is still being read.
pub(super) struct Incoming {
    parts: Parts,
    limit: usize,
    /// For a body that is not recorded.
    hasher: Option<Hasher>,
}

impl Incoming {
    /// Reads a head; `None` when it is malformed.
    pub(super) fn read(head: String, limit: usize) -> Option<Self> {
        let first = head.lines().next()?;
        let method = first.find(' ')?;
        let target = method + 1 + first[method + 1..].find(' ')?;
        // Requests to a proxy contain a whole URL.
        let is_target = ["/", "http://"].iter().any(|begin| first[method + 1..].starts_with(begin));
        let is_http = first[target + 1..].starts_with("HTTP/1.") && is_target;
        let parts = Parts { method, target, head, body: Vec::new(), length: 0, checksum: None };
        is_http.then_some(Self { parts, limit, hasher: None })
    }

    fn header(&self, name: &str) -> Option<&str> {
        headers(&self.parts.head).find(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub(super) fn is_chunked(&self) -> bool {
        self.header("transfer-encoding").is_some_and(|it| it.eq_ignore_ascii_case("chunked"))
    }

    /// The length that the head announces.
    pub(super) fn length(&self) -> u64 {
        self.header("content-length").and_then(|it| it.parse().ok()).unwrap_or(0)
    }

    /// Whether the client waits for `100 Continue` before it sends the body.
    pub(super) fn awaits_a_word(&self) -> bool {
        self.header("expect").is_some_and(|it| it.eq_ignore_ascii_case("100-continue"))
    }

    /// The next chunk of the body.
    pub(super) fn push(&mut self, piece: &[u8]) {
        let parts = &mut self.parts;
        parts.length += piece.len() as u64;
        if self.hasher.is_none() && parts.length <= self.limit as u64 {
            parts.body.extend_from_slice(piece);
            return;
        }
        let hasher = self.hasher.get_or_insert_with(|| {
            let mut hasher = Hasher::new();
            hasher.update(&std::mem::take(&mut parts.body));
            hasher
        });
        hasher.update(piece);
    }

    pub(super) fn whole(self) -> SeenRequest {
        SeenRequest(Arc::new(Parts { checksum: self.hasher.map(Hasher::finalize), ..self.parts }))
    }
}

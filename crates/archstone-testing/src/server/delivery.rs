//! Sends a response, complete or not.

use std::{
    io::{self, Read, Write},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use super::{Shared, connection::Connection, life::Life, request::SeenRequest};
use crate::{
    Reply,
    reply::{Course, End, HeaderValue, title},
};

/// Responses up to this size are a single write.
const ONE_WRITE: usize = 64 << 10;

impl<S: Read + Write> Connection<S> {
    /// Sends a response, and returns how the connection ends.
    pub(super) fn deliver(&mut self, reply: &Reply, request: Option<&SeenRequest>, shared: &Shared) -> io::Result<End> {
        if !shared.life.wait(reply.delay) {
            return Ok(End::Close);
        }
        let (all, half) = (reply.body.len(), reply.body.len() / 2);
        let pause = match reply.course {
            Course::Drip(pause) | Course::DripBody(pause) => Some(pause),
            _ => None,
        };
        self.out.clear();
        let mut pen = Pen { stream: &mut self.stream, out: &mut self.out, pause, life: &shared.life };
        match reply.course {
            Course::Nothing(end) => return Ok(end),
            Course::Bare => {
                pen.body(reply, 0, all)?;
                pen.lift()?;
                return Ok(End::Keep);
            }
            _ => {}
        }
        let has_body = !matches!(reply.status, 100..=199 | 204 | 304);
        let is_chunked = has_body && (reply.chunked || matches!(reply.course, Course::BrokenChunks));
        let length = if let Course::ContentLength(length) = reply.course { length } else { all };
        head(pen.out, reply, request, shared);
        match (has_body, is_chunked) {
            (true, true) => pen.out.extend_from_slice(b"transfer-encoding: chunked\r\n\r\n"),
            (true, false) => pen.out.extend_from_slice(format!("content-length: {length}\r\n\r\n").as_bytes()),
            (false, _) => pen.out.extend_from_slice(b"\r\n"),
        }
        if let Course::DripBody(_) = reply.course {
            pen.at_once()?;
        }
        let sends_body = has_body && request.is_none_or(|it| it.method() != "HEAD");
        let end = match reply.course {
            Course::Half(end) if sends_body && half > 0 => {
                pen.body(reply, 0, half)?;
                end
            }
            Course::Half(end) => {
                pen.out.truncate(pen.out.len() / 2);
                end
            }
            Course::BrokenChunks if sends_body => {
                pen.chunk(reply, 0, half)?;
                // Announces a chunk that is never sent.
                pen.out.extend_from_slice(format!("{:x}\r\n", all - half + 1).as_bytes());
                End::Close
            }
            _ if sends_body && is_chunked => {
                pen.chunk(reply, 0, half)?;
                pen.chunk(reply, half, all)?;
                pen.out.extend_from_slice(b"0\r\n\r\n");
                End::Keep
            }
            _ if sends_body => {
                pen.body(reply, 0, all)?;
                End::Keep
            }
            _ => End::Keep,
        };
        let goes_on = pen.lift()?;
        Ok(match reply.course {
            _ if !goes_on => End::Close,
            Course::WholeThen(end) => end,
            _ => end,
        })
    }
}

/// The status line and the headers, except the body's length.
fn head(out: &mut Vec<u8>, reply: &Reply, request: Option<&SeenRequest>, shared: &Shared) {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let mut text = format!("HTTP/1.1 {} {}\r\n", reply.status, title(reply.status));
    let is_given = |wanted: &str| reply.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted));
    if !is_given("date") {
        text.push_str(&format!("date: {}\r\n", shared.clock.http_date(Duration::ZERO)));
    }
    if !is_given("x-openstack-request-id") {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        text.push_str(&format!("x-openstack-request-id: req-00000000-0000-4000-8000-{number:012x}\r\n"));
    }
    if request.is_some_and(SeenRequest::is_last) && !is_given("connection") {
        text.push_str("connection: close\r\n");
    }
    for (name, value) in &reply.headers {
        match value {
            HeaderValue::Text(value) => text.push_str(&format!("{name}: {value}\r\n")),
            HeaderValue::DateIn(later) => text.push_str(&format!("{name}: {}\r\n", shared.clock.http_date(*later))),
            HeaderValue::SameTarget => {
                let target = request.map_or("/", SeenRequest::target);
                text.push_str(&format!("{name}: {target}\r\n"));
            }
        }
    }
    out.extend_from_slice(text.as_bytes());
}

/// Writes in as few writes as is sensible, or byte by byte.
struct Pen<'a, S> {
    stream: &'a mut S,
    out: &'a mut Vec<u8>,
    pause: Option<Duration>,
    life: &'a Life,
}

impl<S: Write> Pen<'_, S> {
    /// A part of the body.
    fn body(&mut self, reply: &Reply, begin: u64, end: u64) -> io::Result<()> {
        for piece in reply.body.pieces(begin, end) {
            if self.out.len() + piece.len() <= ONE_WRITE || self.pause.is_some() {
                self.out.extend_from_slice(piece);
            } else {
                self.stream.write_all(self.out)?;
                self.out.clear();
                self.stream.write_all(piece)?;
            }
        }
        Ok(())
    }

    /// A part of the body as a chunk. An empty chunk would be the last.
    fn chunk(&mut self, reply: &Reply, begin: u64, end: u64) -> io::Result<()> {
        if begin == end {
            return Ok(());
        }
        self.out.extend_from_slice(format!("{:x}\r\n", end - begin).as_bytes());
        self.body(reply, begin, end)?;
        self.out.extend_from_slice(b"\r\n");
        Ok(())
    }

    /// Flushes the buffer without a pause.
    fn at_once(&mut self) -> io::Result<()> {
        self.stream.write_all(self.out)?;
        self.out.clear();
        self.stream.flush()
    }

    /// Flushes the buffer. Returns whether to continue.
    fn lift(&mut self) -> io::Result<bool> {
        let Some(pause) = self.pause else { return self.at_once().map(|()| true) };
        for byte in self.out.iter() {
            self.stream.write_all(&[*byte])?;
            self.stream.flush()?;
            if !self.life.wait(pause) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

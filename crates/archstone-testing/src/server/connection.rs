//! A connection: reads requests and writes responses.

use std::io::{self, ErrorKind, Read, Write};

use super::{
    Shared,
    request::{Incoming, SeenRequest},
};
use crate::{Reply, reply::End};

/// The maximum size of the headers: the largest tokens are about 10 KiB.
const BUFFER: usize = 64 << 10;

pub(super) struct Connection<S> {
    pub(super) stream: S,
    /// The data for the next write.
    pub(super) out: Vec<u8>,
    buffer: Box<[u8]>,
    /// The range of bytes that were read but not consumed: from here,
    begin: usize,
    /// to here.
    end: usize,
}

/// Serves requests until the connection ends, and returns how to end it. It ends once there are more resets than these.
pub(super) fn serve<S: Read + Write>(stream: S, shared: &Shared, resets: usize) -> End {
    let buffer = vec![0; BUFFER].into();
    let mut connection = Connection { stream, out: Vec::new(), buffer, begin: 0, end: 0 };
    connection.converse(shared, resets).unwrap_or(End::Close)
}

impl<S: Read + Write> Connection<S> {
    fn converse(&mut self, shared: &Shared, resets: usize) -> io::Result<End> {
        loop {
            let request = match self.request(shared.log.body_limit()) {
                Ok(Some(request)) => request,
                Ok(None) => return Ok(End::Close),
                Err(error) if error.kind() == ErrorKind::InvalidData => {
                    self.deliver(&Reply::error(400, "This is no HTTP."), None, shared)?;
                    return Ok(End::Close);
                }
                Err(error) => return Err(error),
            };
            if shared.life.resets() != resets {
                // It arrived while the connection was being reset.
                return Ok(End::Reset);
            }
            shared.log.record(&request);
            let reply = shared.answer(&request);
            let end = self.deliver(&reply, Some(&request), shared)?;
            if end == End::Hold {
                while self.fill()? > 0 {
                    self.begin = self.end;
                }
                return Ok(End::Close);
            }
            if end != End::Keep || request.is_last() || reply.says_close() {
                return Ok(if end == End::Keep { End::Close } else { end });
            }
        }
    }

    /// The next request; `None` at the end.
    fn request(&mut self, body_limit: usize) -> io::Result<Option<SeenRequest>> {
        let Some(head) = self.head()? else { return Ok(None) };
        let mut incoming = Incoming::read(head, body_limit).ok_or_else(malformed)?;
        if incoming.awaits_a_word() {
            self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
            self.stream.flush()?;
        }
        if incoming.is_chunked() {
            loop {
                let size = self.line()?;
                let size = size.split(';').next().unwrap_or_default().trim();
                let size = u64::from_str_radix(size, 16).map_err(|_| malformed())?;
                if size == 0 {
                    break;
                }
                self.take(size, &mut incoming)?;
                self.line()?;
            }
            while !self.line()?.is_empty() {}
        } else {
            self.take(incoming.length(), &mut incoming)?;
        }
        Ok(Some(incoming.whole()))
    }

    /// A request's first line and headers.
    fn head(&mut self) -> io::Result<Option<String>> {
        const END: &[u8] = b"\r\n\r\n";
        let mut looked_at = 0;
        loop {
            let unread = &self.buffer[self.begin..self.end];
            if unread.first().is_some_and(|first| !first.is_ascii_uppercase()) {
                return Err(malformed());
            }
            if let Some(at) = unread[looked_at..].windows(END.len()).position(|it| it == END) {
                let length = looked_at + at + END.len();
                // Without the empty line.
                let head = std::str::from_utf8(&unread[..length - 2]).map_err(|_| malformed())?.to_owned();
                self.begin += length;
                return Ok(Some(head));
            }
            looked_at = unread.len().saturating_sub(END.len() - 1);
            if self.fill()? == 0 {
                return Ok(None);
            }
        }
    }

    /// A line without its terminator.
    fn line(&mut self) -> io::Result<String> {
        loop {
            let unread = &self.buffer[self.begin..self.end];
            if let Some(at) = unread.iter().position(|byte| *byte == b'\n') {
                let line = String::from_utf8_lossy(&unread[..at]).trim_end().to_owned();
                self.begin += at + 1;
                return Ok(line);
            }
            if self.fill()? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// This many bytes of a body.
    fn take(&mut self, mut length: u64, incoming: &mut Incoming) -> io::Result<()> {
        while length > 0 {
            if self.begin == self.end && self.fill()? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            let unread = &self.buffer[self.begin..self.end];
            let piece = &unread[..unread.len().min(usize::try_from(length).unwrap_or(usize::MAX))];
            incoming.push(piece);
            length -= piece.len() as u64;
            self.begin += piece.len();
        }
        Ok(())
    }

    /// Reads more; 0 at the end.
    fn fill(&mut self) -> io::Result<usize> {
        if self.begin > 0 {
            self.buffer.copy_within(self.begin..self.end, 0);
            self.end -= self.begin;
            self.begin = 0;
        }
        if self.end == self.buffer.len() {
            return Err(malformed());
        }
        let read = loop {
            match self.stream.read(&mut self.buffer[self.end..]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.end += read;
        Ok(read)
    }
}

fn malformed() -> io::Error {
    ErrorKind::InvalidData.into()
}

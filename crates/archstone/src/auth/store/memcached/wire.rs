//! The part of memcached's text protocol that is used here, over any stream.
//!
//! A server controls neither how much memory is allocated nor how many values are read: lines and values are bounded
//! before anything is allocated, and only requested keys are accepted. The caller is responsible for timeouts.

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};

/// A key has at most 250 bytes, and a line at most three numbers more.
const LONGEST_LINE: usize = 512;
/// No token is larger. A larger value is treated as missing.
const LARGEST_VALUE: u64 = 16 << 20;

/// A connection.
pub(super) struct Wire<S>(BufReader<S>);

/// The value of a key.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Value {
    /// Empty if it is larger than any value of Archstone's.
    pub(super) bytes: Vec<u8>,
    /// Changes with each write.
    pub(super) version: u64,
}

/// The outcome of a write that requires a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Swap {
    Done,
    /// Another writer was faster.
    Changed,
    /// The value no longer exists.
    Gone,
}

/// The outcome of an increment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Increment {
    To(u64),
    /// There is no value.
    Absent,
    /// The value is not a number.
    NotANumber,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub(super) fn new(stream: S) -> Self {
        Self(BufReader::new(stream))
    }

    /// The values of some keys.
    pub(super) async fn get<const N: usize>(&mut self, keys: [&str; N]) -> io::Result<[Option<Value>; N]> {
        self.send(&format!("gets {}", keys.join(" ")), None).await?;
        let mut values = [const { None }; N];
        loop {
            let line = self.line().await?;
            let mut words = line.split(' ');
            match words.next() {
                Some("END") => return Ok(values),
                Some("VALUE") => {}
                _ => return Err(unexpected(&line)),
            }
            let key = words.next().unwrap_or_default();
            let mut number = || words.next().and_then(|it| it.parse::<u64>().ok());
            let (Some(_flags), Some(length), Some(version)) = (number(), number(), number()) else {
                return Err(unexpected(&line));
            };
            let place = keys.iter().zip(&mut values).find(|(it, value)| **it == key && value.is_none());
            let Some((_, place)) = place else { return Err(garbled("a value that was not asked for")) };
            *place = Some(Value { bytes: self.value(length).await?, version });
        }
    }

    /// Stores a value if there is none. Returns whether it was stored.
    pub(super) async fn add(&mut self, key: &str, value: &[u8], life: u32) -> io::Result<bool> {
        self.send(&format!("add {key} 0 {life} {}", value.len()), Some(value)).await?;
        match &*self.line().await? {
            "STORED" => Ok(true),
            "NOT_STORED" => Ok(false),
            said => Err(unexpected(said)),
        }
    }

    /// Replaces a value if it has this version.
    pub(super) async fn swap(&mut self, key: &str, value: &[u8], version: u64, life: u32) -> io::Result<Swap> {
        self.send(&format!("cas {key} 0 {life} {} {version}", value.len()), Some(value)).await?;
        match &*self.line().await? {
            "STORED" => Ok(Swap::Done),
            "EXISTS" => Ok(Swap::Changed),
            "NOT_FOUND" => Ok(Swap::Gone),
            said => Err(unexpected(said)),
        }
    }

    /// Increments a number.
    pub(super) async fn increment(&mut self, key: &str) -> io::Result<Increment> {
        self.send(&format!("incr {key} 1"), None).await?;
        let line = self.line().await?;
        match (&*line, line.trim_end().parse()) {
            (_, Ok(number)) => Ok(Increment::To(number)),
            ("NOT_FOUND", _) => Ok(Increment::Absent),
            (line, _) if line.starts_with("CLIENT_ERROR") => Ok(Increment::NotANumber),
            (line, _) => Err(unexpected(line)),
        }
    }

    /// Deletes a value. Returns whether there was one.
    pub(super) async fn delete(&mut self, key: &str) -> io::Result<bool> {
        self.send(&format!("delete {key}"), None).await?;
        match &*self.line().await? {
            "DELETED" => Ok(true),
            "NOT_FOUND" => Ok(false),
            said => Err(unexpected(said)),
        }
    }

    async fn send(&mut self, line: &str, value: Option<&[u8]>) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(line.len() + 4 + value.map_or(0, <[u8]>::len));
        for part in [Some(line.as_bytes()), value].into_iter().flatten() {
            bytes.extend_from_slice(part);
            bytes.extend_from_slice(b"\r\n");
        }
        self.0.write_all(&bytes).await?;
        self.0.flush().await
    }

    /// Reads a line, without its terminator.
    async fn line(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        (&mut self.0).take(LONGEST_LINE as u64).read_until(b'\n', &mut line).await?;
        match line.strip_suffix(b"\r\n") {
            Some(line) => String::from_utf8(line.to_vec()).map_err(|_| garbled("a line that is not text")),
            None if line.len() < LONGEST_LINE => Err(io::ErrorKind::UnexpectedEof.into()),
            None => Err(garbled("a line without an end")),
        }
    }

    /// Reads a value of this length. A value that is too large is skipped piece by piece.
    async fn value(&mut self, length: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        if length > LARGEST_VALUE {
            let mut left = length;
            while left > 0 {
                let there = self.0.fill_buf().await?.len() as u64;
                if there == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                let read = there.min(left);
                self.0.consume(usize::try_from(read).unwrap_or_default());
                left -= read;
            }
        } else if (&mut self.0).take(length).read_to_end(&mut bytes).await? as u64 != length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut end = [0; 2];
        self.0.read_exact(&mut end).await?;
        if end == *b"\r\n" { Ok(bytes) } else { Err(garbled("a value that is longer than it says")) }
    }
}

/// An error response to a single command; anything else is not memcached's.
fn unexpected(line: &str) -> io::Error {
    let refusals = ["SERVER_ERROR", "CLIENT_ERROR", "ERROR"];
    if refusals.iter().any(|it| line.starts_with(it)) {
        return io::Error::other(crate::error::printable(line));
    }
    garbled("an answer that is not memcached's")
}

fn garbled(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{what} came from the server"))
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    /// A server that sends these bytes, whatever the command.
    fn wire(says: &[u8]) -> Wire<impl AsyncRead + AsyncWrite + Unpin> {
        let answer = io::Cursor::new(says.to_vec());
        Wire::new(tokio::io::join(answer, tokio::io::sink()))
    }

    #[test]
    fn what_a_hostile_server_says_costs_no_memory_and_ends() {
        let endless = "x".repeat(1 << 20);
        let table: [(&str, io::ErrorKind); 14] = [
            ("VALUE a 0 9999999999999999 1\r\nabc", io::ErrorKind::UnexpectedEof),
            ("VALUE a 0 18446744073709551615 1\r\nabc", io::ErrorKind::UnexpectedEof),
            ("VALUE a 0 18446744073709551616 1\r\nabc", io::ErrorKind::InvalidData),
            ("VALUE a 0 -1 1\r\nabc", io::ErrorKind::InvalidData),
            ("VALUE a 0 3\r\nabc\r\nEND\r\n", io::ErrorKind::InvalidData),
            ("VALUE a 0 2 1\r\nabc\r\nEND\r\n", io::ErrorKind::InvalidData),
            ("VALUE a 0 3 1\r\nabc\r\nVALUE a 0 3 1\r\nabc\r\nEND\r\n", io::ErrorKind::InvalidData),
            ("VALUE c 0 3 1\r\nabc\r\nEND\r\n", io::ErrorKind::InvalidData),
            ("SERVER_ERROR out of memory\r\n", io::ErrorKind::Other),
            ("HTTP/1.1 400 Bad Request\r\n", io::ErrorKind::InvalidData),
            ("END", io::ErrorKind::UnexpectedEof),
            ("", io::ErrorKind::UnexpectedEof),
            ("\r\n", io::ErrorKind::InvalidData),
            (&endless, io::ErrorKind::InvalidData),
        ];
        for (says, kind) in table {
            let outcome = wire(says.as_bytes()).get(["a", "b"]).now_or_never().expect("at once");
            assert_eq!(outcome.expect_err(&says[..says.len().min(40)]).kind(), kind, "{says:.40}");
        }
    }

    #[test]
    fn answers_are_read() {
        let mut many =
            wire(b"VALUE b 0 5 7\r\na\r\nbc\r\nEND\r\n12\r\nNOT_FOUND\r\nCLIENT_ERROR non-numeric\r\nEXISTS\r\n");
        let b = Value { bytes: b"a\r\nbc".to_vec(), version: 7 };
        let now = async {
            assert_eq!(many.get(["a", "b"]).await?, [None, Some(b)]);
            let increments = [many.increment("n").await?, many.increment("n").await?, many.increment("n").await?];
            assert_eq!(increments, [Increment::To(12), Increment::Absent, Increment::NotANumber]);
            assert_eq!(many.swap("a", b"x", 1, 5).await?, Swap::Changed);
            io::Result::Ok(())
        };
        now.now_or_never().expect("at once").expect("answers");
    }

    #[test]
    fn a_value_too_large_for_us_is_read_past() {
        let length = LARGEST_VALUE + 1;
        let mut says = format!("VALUE a 0 {length} 3\r\n").into_bytes();
        says.resize(says.len() + usize::try_from(length).expect("a length"), b'x');
        says.extend_from_slice(b"\r\nEND\r\nDELETED\r\n");
        let mut wire = wire(&says);
        let [value] = wire.get(["a"]).now_or_never().expect("at once").expect("a value");
        assert_eq!(value, Some(Value { bytes: Vec::new(), version: 3 }));
        assert!(wire.delete("a").now_or_never().expect("at once").expect("an answer"));
    }
}

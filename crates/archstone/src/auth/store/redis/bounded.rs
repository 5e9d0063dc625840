//! A stream that limits the size of each response: the crate `redis` buffers what it has received of a response,
//! whatever size the server announces.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Larger than one step of a listing, and than any token.
const LARGEST: usize = 16 << 20;
/// Enough of a line to read its type and the length of what follows.
const LONGEST_HEAD: usize = 32;

pub(super) struct Bounded<S> {
    stream: S,
    answer: Answer,
    largest: usize,
}

/// The state of the response being received.
#[derive(Default)]
struct Answer {
    size: usize,
    /// The number of values that are still to come.
    values: u64,
    /// The number of bytes of text that are still to come.
    text: u64,
    /// The beginning of the current line.
    head: Vec<u8>,
}

impl<S> Bounded<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, answer: Answer::default(), largest: LARGEST }
    }
}

impl Answer {
    /// Tracks received bytes, and returns whether they are within the limit.
    fn take(&mut self, mut bytes: &[u8], largest: usize) -> bool {
        while !bytes.is_empty() {
            let size = if self.text > 0 { self.take_text(bytes) } else { self.take_line(bytes) };
            bytes = &bytes[size..];
            self.size += size;
            if self.size > largest {
                return false;
            }
            if self.values == 0 && self.text == 0 {
                self.size = 0;
            }
        }
        true
    }

    fn take_text(&mut self, bytes: &[u8]) -> usize {
        let size = usize::try_from(self.text).unwrap_or(usize::MAX).min(bytes.len());
        self.text -= size as u64;
        size
    }

    fn take_line(&mut self, bytes: &[u8]) -> usize {
        if self.head.is_empty() {
            self.values = self.values.max(1);
        }
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let line = &bytes[..end.unwrap_or(bytes.len())];
        let room = LONGEST_HEAD.saturating_sub(self.head.len());
        self.head.extend(line.iter().take(room));
        let Some(end) = end else { return bytes.len() };
        let (kind, number) = self
            .head
            .split_first()
            .map_or((0, ""), |(kind, number)| (*kind, std::str::from_utf8(number).unwrap_or_default().trim()));
        let number: u64 = number.parse().unwrap_or(0);
        let is_null = self.head.get(1) == Some(&b'-');
        self.values -= 1;
        match kind {
            b'$' | b'!' | b'=' if !is_null => self.text = number.saturating_add(2),
            b'*' | b'~' | b'>' => self.values = self.values.saturating_add(number),
            b'%' => self.values = self.values.saturating_add(number.saturating_mul(2)),
            // It precedes the value that it belongs to.
            b'|' => self.values = self.values.saturating_add(number.saturating_mul(2)).saturating_add(1),
            _ => {}
        }
        self.head.clear();
        end + 1
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Bounded<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let largest = self.largest;
        if self.answer.take(&buffer.filled()[before..], largest) {
            return Poll::Ready(Ok(()));
        }
        let message = format!("an answer is larger than {largest} bytes");
        Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, message)))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Bounded<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    const SMALL: usize = 1 << 12;

    /// How many bytes are read from a server if no response may be larger than 4 KiB.
    async fn read(words: &[u8]) -> Result<usize, io::Error> {
        let mut bounded = Bounded { largest: SMALL, ..Bounded::new(words) };
        // In chunks with arbitrary boundaries.
        let (mut buffer, mut seen) = ([0; 99], 0);
        loop {
            match bounded.read(&mut buffer).await? {
                0 => return Ok(seen),
                size => seen += size,
            }
        }
    }

    #[tokio::test]
    async fn an_answer_without_an_end_is_an_error() {
        for (begin, rest) in [
            ("$9999999999999\r\n", "x"),
            ("$18446744073709551615\r\n", "x\r\n+OK\r\n"),
            ("*9999999999999\r\n", ":1\r\n"),
            ("*3\r\n:1\r\n:2\r\n$99999999\r\n", "+OK\r\n"),
            ("*1\r\n*99999999\r\n", "$1\r\nx\r\n"),
            ("%9999999\r\n", "$3\r\nabc\r\n"),
            ("~9999999999\r\n", "$-1\r\n"),
            ("|9999999999\r\n", ":1\r\n"),
            ("=99999999999\r\n", "x"),
            ("+", "x"),
            ("-ERR ", "x"),
            (":", "9"),
            ("", "*1\r\n"),
            ("\0\0\0", "x"),
        ] {
            let words = begin.to_owned() + &rest.repeat(2 * SMALL);
            let error = read(words.as_bytes()).await.expect_err(begin);
            assert_eq!(error.to_string(), "an answer is larger than 4096 bytes", "{begin}");
        }
    }

    #[tokio::test]
    async fn any_number_of_answers_is_read() {
        let long = format!("$4000\r\n{}\r\n", "\n".repeat(4000));
        for one in [
            "+OK\r\n",
            "$5\r\n\r\n\n\r\n\r\n",
            "*2\r\n$1\r\n0\r\n*3\r\n$0\r\n\r\n$-1\r\n:7\r\n",
            "*0\r\n*-1\r\n",
            "%1\r\n+a\r\n*1\r\n+b\r\n",
            "|1\r\n+a\r\n+b\r\n:7\r\n",
            "-ERR no\r\n_\r\n#t\r\n,1.5\r\n(99999999999999999999999999999999999999999999\r\n",
            &long,
        ] {
            let whole = one.repeat(1 + 5 * SMALL / one.len());
            assert_eq!(read(whole.as_bytes()).await.expect(one), whole.len());
        }
    }
}

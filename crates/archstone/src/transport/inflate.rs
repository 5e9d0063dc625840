//! Decompression of response bodies, with a limit on their growth.
//!
//! A megabyte of gzip can be a gigabyte of zeros, which would exhaust the memory of a client that reads it whole.

use std::{
    fmt,
    io::{self, Write},
    pin::Pin,
    task::{Context, Poll, ready},
};

use super::body::{BoxError, Incoming};
use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderValue, RANGE};
use http_body::{Body, Frame};

/// The maximum compression ratio of a body; a body smaller than `ALWAYS` may have any ratio. Text and JSON compress to
/// a tenth, or at best a hundredth.
const MOST_TIMES: u64 = 200;
const ALWAYS: u64 = 32 << 20;
/// How much is decompressed at once: at worst it grows a thousandfold.
const STEP: usize = 4 << 10;

/// Requests a compressed response, unless the caller sets the header, or requests a byte range of the body.
pub(super) fn ask(headers: &mut HeaderMap) {
    if !headers.contains_key(RANGE) {
        headers.entry(ACCEPT_ENCODING).or_insert(const { HeaderValue::from_static("gzip") });
    }
}

/// The decompressed response. One that is not compressed is unchanged.
pub(super) fn inflated<B>(mut answer: http::Response<B>) -> http::Response<Incoming<B>> {
    let headers = answer.headers_mut();
    let is_gzip = headers.get(CONTENT_ENCODING).is_some_and(|it| it == "gzip" || it == "x-gzip");
    if !is_gzip {
        return answer.map(Incoming::Plain);
    }
    headers.remove(CONTENT_ENCODING);
    headers.remove(CONTENT_LENGTH);
    answer.map(|body| Incoming::Inflating(Box::new(Inflating::new(body))))
}

/// The error for a body that grows too much.
#[derive(Debug)]
pub(super) struct GrowsTooMuch;

impl fmt::Display for GrowsTooMuch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the body is more than {MOST_TIMES} times as large as its compressed form")
    }
}

impl std::error::Error for GrowsTooMuch {}

pub(crate) struct Inflating<B> {
    body: B,
    decoder: MultiGzDecoder<Vec<u8>>,
    /// The part of the last chunk that is still compressed.
    rest: Bytes,
    taken: u64,
    given: u64,
    is_over: bool,
}

impl<B> Inflating<B> {
    fn new(body: B) -> Self {
        let decoder = MultiGzDecoder::new(Vec::new());
        Self { body, decoder, rest: Bytes::new(), taken: 0, given: 0, is_over: false }
    }

    /// The data that has been decompressed.
    fn given(&mut self) -> io::Result<Option<Frame<Bytes>>> {
        let piece = std::mem::take(self.decoder.get_mut());
        self.given += piece.len() as u64;
        if self.given > ALWAYS && self.given / MOST_TIMES > self.taken {
            return Err(io::Error::other(GrowsTooMuch));
        }
        Ok((!piece.is_empty()).then(|| Frame::data(piece.into())))
    }

    fn step(&mut self) -> io::Result<Option<Frame<Bytes>>> {
        let step = self.rest.split_to(self.rest.len().min(STEP));
        self.taken += step.len() as u64;
        self.decoder.write_all(&step)?;
        self.given()
    }

    fn end(&mut self) -> io::Result<Option<Frame<Bytes>>> {
        self.is_over = true;
        // A response without a body may still have a `Content-Encoding`.
        if self.taken > 0 {
            self.decoder.try_finish()?;
        }
        self.given()
    }
}

impl<B> Body for Inflating<B>
where
    B: Body<Data = Bytes, Error: Into<BoxError>> + Unpin,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        loop {
            let outcome = if self.is_over {
                return Poll::Ready(None);
            } else if self.rest.is_empty() {
                match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                    Some(Ok(frame)) => {
                        self.rest = frame.into_data().unwrap_or_default();
                        continue;
                    }
                    Some(Err(error)) => {
                        self.is_over = true;
                        return Poll::Ready(Some(Err(error.into())));
                    }
                    None => self.end(),
                }
            } else {
                self.step()
            };
            match outcome {
                Ok(None) => {}
                Ok(Some(frame)) => return Poll::Ready(Some(Ok(frame))),
                Err(error) => {
                    self.is_over = true;
                    return Poll::Ready(Some(Err(error.into())));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use flate2::{Compression, write::GzEncoder};

    use super::{super::body::Outgoing, *};

    fn gzip(body: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(body).expect("a vector takes all");
        encoder.finish().expect("a vector takes all")
    }

    fn answer(encoding: &str, body: Vec<u8>) -> http::Response<Incoming<Outgoing>> {
        let answer = http::Response::builder().header(CONTENT_ENCODING, encoding).header(CONTENT_LENGTH, body.len());
        inflated(answer.body(Outgoing::from(body)).expect("an answer"))
    }

    async fn read(mut body: Incoming<Outgoing>) -> Result<Vec<u8>, BoxError> {
        let mut whole = Vec::new();
        while let Some(piece) = body.piece().await {
            whole.extend_from_slice(&piece?);
        }
        Ok(whole)
    }

    #[tokio::test]
    async fn what_was_compressed_is_read_as_it_was_meant() {
        let text: Vec<u8> = (0..200_000_u32).flat_map(u32::to_be_bytes).collect();
        let twice = [gzip(b"one, "), gzip(b"two")].concat();
        for (encoding, body, expected) in [
            ("gzip", gzip(&text), text.as_slice()),
            ("x-gzip", gzip(b""), b""),
            ("gzip", twice, b"one, two"),
            ("gzip", Vec::new(), b""),
            ("identity", b"plain".to_vec(), b"plain"),
        ] {
            let answer = answer(encoding, body);
            assert_eq!(answer.headers().contains_key(CONTENT_ENCODING), encoding == "identity");
            assert_eq!(read(answer.into_body()).await.expect("a body"), expected);
        }
    }

    #[tokio::test]
    async fn what_is_broken_off_or_no_gzip_is_an_error() {
        let whole = gzip(&[7; 10_000]);
        for body in [whole[..whole.len() - 4].to_vec(), whole[..12].to_vec(), b"no gzip".to_vec()] {
            assert!(read(answer("gzip", body).into_body()).await.is_err());
        }
    }

    #[tokio::test]
    async fn a_body_that_grows_without_measure_is_given_up() {
        let mut bomb = answer("gzip", gzip(&vec![0; 48 << 20]));
        let mut size = 0;
        let error = loop {
            match bomb.body_mut().piece().await {
                Some(Ok(piece)) => size += piece.len() as u64,
                None => panic!("read whole"),
                Some(Err(error)) => break error,
            }
        };
        assert!(size <= ALWAYS + (8 << 20), "{size}");
        assert!(error.to_string().contains("times as large"), "{error:?}");
    }
}

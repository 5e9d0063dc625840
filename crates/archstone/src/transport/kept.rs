//! Tracks which connections have delivered a response: those were idle in between, and the server may have closed them
//! meanwhile.

use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering},
};

use http::Extensions;
use hyper_util::client::legacy::connect::HttpInfo;

const WORDS: usize = 1 << 10;

/// The connections of one pool, by local port. One without a port, such as to a UNIX socket, has port 0.
#[derive(Debug, Default)]
pub(super) struct Kept(OnceLock<Box<[AtomicU64]>>);

impl Kept {
    /// Records a response.
    pub(super) fn note(&self, extensions: &Extensions) {
        let (word, bit) = place(extensions.get());
        let words = self.0.get_or_init(|| (0..WORDS).map(|_| AtomicU64::new(0)).collect());
        // Usually the bit is set already, and only reading it avoids contention between processors.
        if let Some(word) = words.get(word)
            && word.load(Ordering::Relaxed) & bit == 0
        {
            word.fetch_or(bit, Ordering::Relaxed);
        }
    }

    /// Whether the failed connection had delivered a response before. Clears it, since its port may be reused.
    pub(super) fn forget(&self, failed: &hyper_util::client::legacy::Error) -> bool {
        let mut extras = Extensions::new();
        let Some(connection) = failed.connect_info() else { return false };
        connection.get_extras(&mut extras);
        let (word, bit) = place(extras.get());
        let word = self.0.get().and_then(|words| words.get(word));
        word.is_some_and(|word| word.fetch_and(!bit, Ordering::Relaxed) & bit != 0)
    }
}

fn place(connection: Option<&HttpInfo>) -> (usize, u64) {
    let port = connection.map_or(0, |it| it.local_addr().port());
    (usize::from(port / 64), 1 << (port % 64))
}

//! When to renew a token that is still valid: in one process at a time of those that share it, with pauses after
//! failures.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use super::{
    store::Entry,
    turn::{around, random_part},
};
use crate::{access::Access, host::Moment};

const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(10);
/// While another process renews the token, nobody looks for the new one more often than this.
const PAUSE_WHILE_ANOTHER_RENEWS: Duration = Duration::from_secs(1);
/// Processes that share a store start to renew at different moments within this part of the renewal window, so that the
/// first one logs in, and the others find its token, at different times.
const TIME_TO_BEGIN: f64 = 0.5;

#[derive(Default)]
pub(super) struct Renewal {
    /// No renewal before this moment, in milliseconds.
    paused_until: AtomicU64,
    /// When this process starts to renew, as a part of the renewal window; different for each process.
    begins: OnceLock<f64>,
}

impl Renewal {
    /// Whether this process should start to renew. On disk all processes start at once: looking there is cheap.
    pub(super) fn is_to_begin(&self, access: &Access, entry: Option<&Entry>) -> bool {
        let is_shared = entry.is_some_and(Entry::is_shared);
        !is_shared || access.is_due(*self.begins.get_or_init(|| TIME_TO_BEGIN * random_part()))
    }

    pub(super) fn is_paused(&self, now: Moment) -> bool {
        milliseconds(now.since_start()) < self.paused_until.load(Ordering::Relaxed)
    }

    pub(super) fn failed(&self, now: Moment) {
        self.pause(now, PAUSE_AFTER_FAILURE);
    }

    /// Another process is already renewing this token.
    pub(super) fn left_to_another(&self, access: &Access, now: Moment) {
        self.pause(now, around(PAUSE_WHILE_ANOTHER_RENEWS.min(access.remaining() / 8)));
    }

    fn pause(&self, now: Moment, pause: Duration) {
        self.paused_until.store(milliseconds(now.since_start() + pause), Ordering::Relaxed);
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

//! The identity service's clock: proofs that hold for a moment are made by it, and not by this machine's.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};

/// How far the identity service's date is from this machine's.
#[derive(Debug, Default)]
pub(super) struct ServerClock {
    /// In seconds; 0 where they agree, or nothing is known.
    ahead: AtomicI64,
}

/// Dates in answers are whole seconds, and answers take a while: less than this is no difference.
const TOLERANCE: Duration = Duration::from_secs(10);

impl ServerClock {
    /// Takes note of the date of an answer.
    pub(super) fn learn(&self, theirs: Option<Timestamp>, ours: Timestamp) {
        let Some(theirs) = theirs else { return };
        let ahead = theirs.duration_since(ours);
        let seconds = if ahead.unsigned_abs() < TOLERANCE { 0 } else { ahead.as_secs() };
        self.ahead.store(seconds, Ordering::Relaxed);
    }

    /// By how many seconds it is ahead of this machine's.
    pub(super) fn ahead(&self) -> i64 {
        self.ahead.load(Ordering::Relaxed)
    }

    /// A date of this machine, by the identity service's clock.
    pub(super) fn date(&self, ours: Timestamp) -> Timestamp {
        let ahead = SignedDuration::from_secs(self.ahead());
        ours.checked_add(ahead).unwrap_or(ours)
    }
}

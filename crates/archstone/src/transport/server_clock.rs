//! The identity service's clock: short-lived proofs are made by it, and not by this machine's.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};

/// The difference between the identity service's date and this machine's.
#[derive(Debug, Default)]
pub(super) struct ServerClock {
    /// In seconds; 0 if they agree, or nothing is known.
    ahead: AtomicI64,
}

/// Dates in responses are in whole seconds, and responses take a while: a smaller difference is ignored.
const TOLERANCE: Duration = Duration::from_secs(10);

impl ServerClock {
    /// Records the date of a response.
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

    /// Converts this machine's date to the identity service's clock.
    pub(super) fn date(&self, ours: Timestamp) -> Timestamp {
        let ahead = SignedDuration::from_secs(self.ahead());
        ours.checked_add(ahead).unwrap_or(ours)
    }
}

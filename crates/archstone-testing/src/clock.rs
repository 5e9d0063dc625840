//! The server's clock, which may be wrong on purpose.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};

/// This machine's clock, and how far the server's is ahead of it.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    ahead_in_ms: AtomicI64,
}

impl Clock {
    pub(crate) fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        now.checked_add(SignedDuration::from_millis(self.ahead_in_ms.load(Ordering::Relaxed))).unwrap_or(now)
    }

    pub(crate) fn set(&self, ahead: Duration, behind: Duration) {
        let ms = |it: Duration| i64::try_from(it.as_millis()).unwrap_or(i64::MAX);
        self.ahead_in_ms.store(ms(ahead) - ms(behind), Ordering::Relaxed);
    }

    /// The `Date` of a response.
    pub(crate) fn http_date(&self, later: Duration) -> String {
        let at = after(self.now(), later);
        jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&at).unwrap_or_default()
    }
}

pub(crate) fn after(at: Timestamp, later: Duration) -> Timestamp {
    at.checked_add(later).unwrap_or(Timestamp::MAX)
}

/// A time in Keystone's format.
pub(crate) fn keystone_time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}

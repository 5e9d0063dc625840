//! How long a token lives, by the server's dates and this machine's forward-only clock.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};

use crate::host::Moment;

const RENEW_BEFORE_EXPIRY: Duration = Duration::from_secs(120);
const UNUSABLE_BEFORE_EXPIRY: Duration = Duration::from_secs(10);

/// A token's life on this machine's forward-only clock.
#[derive(Clone, Copy)]
pub(super) struct Lifetime {
    pub(super) received: Moment,
    pub(super) life: Duration,
    pub(super) renew_from: Moment,
    pub(super) unusable_from: Moment,
}

impl Lifetime {
    /// Tokens that live shorter than a few margins have smaller ones, or they would never be used.
    pub(super) fn new(received: Moment, life: Duration) -> Self {
        let end = received.since_start() + life;
        let before = |margin| Moment::after_start(end.saturating_sub(margin));
        Self {
            received,
            life,
            renew_from: before(RENEW_BEFORE_EXPIRY.min(life / 5)),
            unusable_from: before(UNUSABLE_BEFORE_EXPIRY.min(life / 20)),
        }
    }

    /// Of a token that was received so long ago.
    pub(super) fn of_age(life: Duration, age: Duration, now: Moment) -> Self {
        let now = now.since_start();
        match now.checked_sub(age) {
            Some(received) => Self::new(Moment::after_start(received), life),
            // Before this start of the machine: what is left counts from its beginning.
            None => Self::new(Moment::after_start(Duration::ZERO), life.saturating_sub(age.saturating_sub(now))),
        }
    }
}

/// How the clocks stood when a token was received.
pub(crate) struct Received {
    pub(crate) at: Moment,
    /// The server's date, from the answer's `Date` header.
    pub(crate) server_date: Option<Timestamp>,
    /// Whether the token was issued by this very answer (or was only looked up).
    pub(crate) issued_now: bool,
}

/// A time as Keystone writes it: RFC 3339, or the same without a zone, which is then UTC.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    text.parse::<Timestamp>().ok().or_else(|| {
        let time: DateTime = text.parse().ok()?;
        Some(time.to_zoned_datetime(TimeZone::UTC).ok()?.timestamp())
    })
}

pub(super) fn timestamp(since_1970: Duration) -> Timestamp {
    SignedDuration::try_from(since_1970)
        .ok()
        .and_then(|time| Timestamp::from_duration(time).ok())
        .unwrap_or(Timestamp::UNIX_EPOCH)
}

pub(super) fn span(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}

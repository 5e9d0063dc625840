//! Token lifetimes, computed from the server's dates and this machine's monotonic clock.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};

use crate::host::Moment;

const RENEW_BEFORE_EXPIRY: Duration = Duration::from_secs(120);
const UNUSABLE_BEFORE_EXPIRY: Duration = Duration::from_secs(10);

/// A token's lifetime on this machine's monotonic clock.
#[derive(Clone, Copy)]
pub(super) struct Lifetime {
    pub(super) received: Moment,
    pub(super) life: Duration,
    pub(super) renew_from: Moment,
    pub(super) unusable_from: Moment,
}

impl Lifetime {
    /// Short-lived tokens get smaller renewal margins: with the full margins they would never be used.
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

    /// The lifetime of a token that was received `age` ago.
    pub(super) fn of_age(life: Duration, age: Duration, now: Moment) -> Self {
        let now = now.since_start();
        match now.checked_sub(age) {
            Some(received) => Self::new(Moment::after_start(received), life),
            // Received before this machine last booted: the remaining lifetime counts from boot.
            None => Self::new(Moment::after_start(Duration::ZERO), life.saturating_sub(age.saturating_sub(now))),
        }
    }
}

/// The clock readings at the time a token was received.
pub(crate) struct Received {
    pub(crate) at: Moment,
    /// The server's date, from the response's `Date` header.
    pub(crate) server_date: Option<Timestamp>,
    /// Whether this response issued the token (or only looked it up).
    pub(crate) issued_now: bool,
}

/// Allowed difference between two clocks of one service, including the processing time between their readings.
const TOLERANCE: Duration = Duration::from_secs(60);

impl Received {
    /// The start of the lifetime of a token that expires at `expires_at`, by the same clock that wrote `expires_at`:
    /// with both ends from one clock, its error cancels out.
    ///
    /// In a login response, `issued_at` is trusted only if another clock agrees: the one that wrote the `Date` header,
    /// or this machine's. Otherwise a token that claims to be issued in 1970 would be valid for decades.
    pub(super) fn begin(&self, issued_at: Option<Timestamp>, wall: Timestamp) -> Timestamp {
        let agrees =
            |issued_at: &Timestamp, clock: Timestamp| issued_at.duration_since(clock).unsigned_abs() <= TOLERANCE;
        let is_believed = |issued_at: &Timestamp| {
            self.issued_now && self.server_date.is_none_or(|date| agrees(issued_at, date) || agrees(issued_at, wall))
        };
        issued_at.filter(is_believed).or(self.server_date).unwrap_or(wall)
    }
}

/// Parses a time as Keystone writes it: RFC 3339, or the same without a zone, which means UTC. A
/// time too late in the year 9999 to be represented becomes the latest one.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    text.parse::<Timestamp>().ok().or_else(|| {
        let time: DateTime = text.strip_suffix(['Z', 'z']).unwrap_or(text).parse().ok()?;
        let latest = || (time.year() == 9999).then_some(Timestamp::MAX);
        time.to_zoned_datetime(TimeZone::UTC).ok().map(|it| it.timestamp()).or_else(latest)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_a_life_is_what_two_clocks_say() {
        let at = |seconds: i64| Timestamp::from_second(1_800_000_000 + seconds).expect("a time");
        let year = 365 * 86_400;
        // `issued_at`, the `Date` header, this machine's clock, and the expected start.
        let table = [
            (Some(-5), Some(0), 7200, -5),
            (Some(30), Some(0), -year, 30),
            // The server's two dates contradict each other: this machine decides, or `Date` if it cannot.
            (Some(-50 * year), Some(0), 0, 0),
            (Some(-50 * year), Some(0), 7200, 0),
            (Some(-600), Some(0), 0, 0),
            (Some(50 * year), Some(0), 0, 0),
            (Some(0), Some(-10 * year), 3, 0),
            (Some(0), Some(7200), -3, 0),
            // Only one of the dates.
            (Some(-7200), None, 0, -7200),
            (None, Some(7), 0, 7),
            (None, None, 3, 3),
        ];
        for (issued, date, wall, begin) in table {
            let mut received =
                Received { at: Moment::after_start(Duration::ZERO), server_date: date.map(at), issued_now: true };
            assert_eq!(received.begin(issued.map(at), at(wall)), at(begin), "{issued:?} {date:?} {wall}");
            // For a token that is looked up, an old `issued_at` is correct, and says nothing about the current time.
            received.issued_now = false;
            assert_eq!(
                received.begin(issued.map(at), at(wall)),
                at(date.unwrap_or(wall)),
                "{issued:?} {date:?} {wall}"
            );
        }
    }

    #[test]
    fn times_are_read_up_to_the_end_of_all_years() {
        for text in ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59"] {
            assert_eq!(instant(text), Some(Timestamp::MAX), "{text}");
        }
        for text in ["2026-11-28T20:00:00.000000Z", "2026-11-28T20:00:00", "2026-11-28T21:00:00+01:00"] {
            assert_eq!(instant(text), "2026-11-28T20:00:00Z".parse().ok(), "{text}");
        }
        for text in ["", "Z", "tomorrow", "2026-13-01T00:00:00Z"] {
            assert_eq!(instant(text), None, "{text}");
        }
    }
}

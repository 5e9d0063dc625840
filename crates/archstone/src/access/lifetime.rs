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

/// How far apart two clocks of one service may be, and the work between their readings.
const TOLERANCE: Duration = Duration::from_secs(60);

impl Received {
    /// Since when a token that is over at `expires_at` has lived, by the clock that wrote `expires_at`: both ends by the same
    /// clock, so that its error cancels out.
    ///
    /// Of what a login answers, `issued_at` counts only where another clock agrees, the one that wrote the answer's `Date`
    /// or this machine's: otherwise a token that says to be issued in 1970 would live for decades.
    pub(super) fn begin(&self, issued_at: Option<Timestamp>, wall: Timestamp) -> Timestamp {
        let agrees =
            |issued_at: &Timestamp, clock: Timestamp| issued_at.duration_since(clock).unsigned_abs() <= TOLERANCE;
        let is_believed = |issued_at: &Timestamp| {
            self.issued_now && self.server_date.is_none_or(|date| agrees(issued_at, date) || agrees(issued_at, wall))
        };
        issued_at.filter(is_believed).or(self.server_date).unwrap_or(wall)
    }
}

/// A time as Keystone writes it: RFC 3339, or the same without a zone, which is then UTC. The very end of the year 9999
/// is as late as times go.
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
        // When it was issued, by the answer's date and by this machine's; and what counts.
        let table = [
            (Some(-5), Some(0), 7200, -5),
            (Some(30), Some(0), -year, 30),
            // The server's two numbers contradict each other: this machine decides, and where it cannot, `Date`.
            (Some(-50 * year), Some(0), 0, 0),
            (Some(-50 * year), Some(0), 7200, 0),
            (Some(-600), Some(0), 0, 0),
            (Some(50 * year), Some(0), 0, 0),
            (Some(0), Some(-10 * year), 3, 0),
            (Some(0), Some(7200), -3, 0),
            // Only one number.
            (Some(-7200), None, 0, -7200),
            (None, Some(7), 0, 7),
            (None, None, 3, 3),
        ];
        for (issued, date, wall, begin) in table {
            let mut received =
                Received { at: Moment::after_start(Duration::ZERO), server_date: date.map(at), issued_now: true };
            assert_eq!(received.begin(issued.map(at), at(wall)), at(begin), "{issued:?} {date:?} {wall}");
            // Of a token that is looked up, an old date of issue is right, and says nothing of now.
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

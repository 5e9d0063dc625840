//! What may be sent again, when, and for how long.

use std::time::Duration;

use reqwest::Method;
use ring::rand::{SecureRandom, SystemRandom};

use crate::error::{Error, ErrorKind};

/// When a request that failed is sent again.
///
/// A request that cannot have reached the service is sent again whatever it is. One that may have
/// reached it is sent again only if doing it twice is the same as doing it once (`GET`, `HEAD`,
/// `PUT`, `DELETE`, `OPTIONS`), unless [`RetryPolicy::also_unsafe`] says otherwise. A body that can be
/// read only once is never sent again.
///
/// ```
/// use std::time::Duration;
/// use archstone::RetryPolicy;
///
/// let patient = RetryPolicy { attempts: 10, deadline: Some(Duration::from_secs(300)), ..RetryPolicy::default() };
/// assert!(patient.statuses.contains(&503));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How often a request is sent at the most, the first time included.
    pub attempts: u32,
    /// The answers that ask for another try.
    pub statuses: Vec<u16>,
    /// The pause before the second try; it doubles with each further one.
    pub pause: Duration,
    /// The longest pause, also where the service asks for a longer one with `Retry-After`.
    pub longest_pause: Duration,
    /// No further try begins after so long.
    pub deadline: Option<Duration>,
    /// Whether requests that may have reached the service are sent again whatever they do.
    pub also_unsafe: bool,
}

impl Default for RetryPolicy {
    /// Up to three tries, for 429, 502, 503 and 504 and for failed connections.
    fn default() -> Self {
        Self {
            attempts: 3,
            statuses: vec![429, 502, 503, 504],
            pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(60),
            deadline: None,
            also_unsafe: false,
        }
    }
}

/// What came of one try.
pub(crate) enum Tried<'a> {
    /// An answer with this status, and the wait that it asks for.
    Answer(u16, Option<Duration>),
    /// No answer.
    Failure(&'a Error),
}

impl RetryPolicy {
    /// Never again.
    #[must_use]
    pub fn never() -> Self {
        Self { attempts: 1, ..Self::default() }
    }

    /// How long to wait before another try; `None` when there is none to be.
    pub(crate) fn wait(&self, method: &Method, tries: u32, elapsed: Duration, result: &Tried<'_>) -> Option<Duration> {
        let repeatable = self.also_unsafe || method.is_idempotent();
        let (worth_it, asked) = match result {
            Tried::Answer(status, asked) => (self.statuses.contains(status) && repeatable, *asked),
            Tried::Failure(error) => match error.kind() {
                // Nothing was sent.
                ErrorKind::ConnectionFailed | ErrorKind::Timeout if error.is_before_sending() => (true, None),
                ErrorKind::ConnectionFailed | ErrorKind::Timeout => (repeatable, None),
                _ => (false, None),
            },
        };
        if !worth_it || tries >= self.attempts {
            return None;
        }
        let wait = asked.unwrap_or_else(|| jittered(self.doubled(tries))).min(self.longest_pause);
        let in_time = self.deadline.is_none_or(|deadline| elapsed + wait < deadline);
        in_time.then_some(wait)
    }

    fn doubled(&self, tries: u32) -> Duration {
        let factor = 1_u32.checked_shl(tries.saturating_sub(1)).unwrap_or(u32::MAX);
        self.pause.saturating_mul(factor).min(self.longest_pause)
    }
}

/// Between half and the whole, so that a fleet does not come back all at once.
fn jittered(pause: Duration) -> Duration {
    let mut random = [0; 1];
    // Without randomness, the whole pause.
    let part = SystemRandom::new().fill(&mut random).map_or(255, |()| random[0]);
    pause.mul_f64(0.5 + f64::from(part) / 510.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_safe_is_sent_again() {
        let refused = Error::new(ErrorKind::ConnectionFailed, "refused").before_sending();
        let broken = Error::new(ErrorKind::ConnectionFailed, "broken off");
        let untrusted = Error::new(ErrorKind::TlsNotTrusted, "untrusted").before_sending();
        let (usual, bold) = (RetryPolicy::default(), RetryPolicy { also_unsafe: true, ..RetryPolicy::default() });
        let seven = Some(Duration::from_secs(7));
        let table = [
            (&usual, Method::GET, Tried::Answer(503, None), true),
            (&usual, Method::DELETE, Tried::Answer(429, seven), true),
            (&usual, Method::GET, Tried::Answer(500, None), false),
            (&usual, Method::GET, Tried::Answer(404, None), false),
            (&usual, Method::POST, Tried::Answer(503, None), false),
            (&bold, Method::POST, Tried::Answer(503, None), true),
            (&usual, Method::POST, Tried::Failure(&refused), true),
            (&usual, Method::POST, Tried::Failure(&broken), false),
            (&usual, Method::GET, Tried::Failure(&broken), true),
            (&bold, Method::PATCH, Tried::Failure(&broken), true),
            (&usual, Method::GET, Tried::Failure(&untrusted), false),
        ];
        for (policy, method, tried, again) in table {
            assert_eq!(policy.wait(&method, 1, Duration::ZERO, &tried).is_some(), again, "{method}");
            assert_eq!(policy.wait(&method, 3, Duration::ZERO, &tried), None);
        }
    }

    #[test]
    fn pauses_double_up_to_a_cap_and_end_at_the_deadline() {
        let policy = RetryPolicy { attempts: 99, deadline: Some(Duration::from_secs(300)), ..RetryPolicy::default() };
        let wait = |tries, elapsed, asked| {
            policy.wait(&Method::GET, tries, Duration::from_secs(elapsed), &Tried::Answer(503, asked))
        };
        for (tries, whole) in [(1, 0.5), (2, 1.0), (3, 2.0), (8, 60.0), (50, 60.0)] {
            let wait = wait(tries, 0, None).expect("another try").as_secs_f64();
            assert!((whole / 2.0..=whole).contains(&wait), "{tries}: {wait}");
        }
        assert_eq!(wait(1, 0, Some(Duration::from_secs(7))), Some(Duration::from_secs(7)));
        assert_eq!(wait(1, 0, Some(Duration::from_secs(600))), Some(Duration::from_secs(60)));
        assert_eq!(wait(1, 299, Some(Duration::from_secs(7))), None);
    }
}

//! Retries: which requests, when, and for how long.

use std::{
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use http::Method;
use ring::rand::{SecureRandom, SystemRandom};

use crate::error::{Error, ErrorKind, Sent};

/// When a failed request is retried.
///
/// A request that cannot have reached the service is always retried. One that may have reached it is retried only if it
/// is idempotent (`GET`, `HEAD`, `PUT`, `DELETE`, `OPTIONS`), unless [`RetryPolicy::also_unsafe`] is set. A body that
/// can be read only once is never sent again.
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
    /// The maximum number of attempts, including the first.
    pub attempts: u32,
    /// The statuses that are retried.
    pub statuses: Vec<u16>,
    /// The pause before the second attempt; it doubles with each further one.
    pub pause: Duration,
    /// The maximum pause, even if the service requests a longer one with `Retry-After`.
    pub longest_pause: Duration,
    /// The time limit of all attempts and pauses together. An attempt in progress is then cancelled.
    pub deadline: Option<Duration>,
    /// Whether requests that may have reached the service are retried even if they are not idempotent.
    pub also_unsafe: bool,
}

impl Default for RetryPolicy {
    /// Up to three attempts, for 429, 502, 503 and 504 and for failed connections.
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

/// The result of one attempt.
pub(crate) enum Tried<'a> {
    /// A response with this status, and the wait that it requests.
    Answer(u16, Option<Duration>),
    /// No response.
    Failure(&'a Error),
}

impl RetryPolicy {
    /// The default, created once.
    pub(crate) fn usual() -> Arc<Self> {
        static USUAL: LazyLock<Arc<RetryPolicy>> = LazyLock::new(Arc::default);
        Arc::clone(&USUAL)
    }

    /// Never retries.
    #[must_use]
    pub fn never() -> Self {
        Self { attempts: 1, ..Self::default() }
    }

    /// How long to wait before another attempt; `None` if there is none.
    pub(crate) fn wait(&self, method: &Method, tries: u32, elapsed: Duration, result: &Tried<'_>) -> Option<Duration> {
        let repeatable = self.also_unsafe || method.is_idempotent();
        let (worth_it, asked) = match result {
            Tried::Answer(status, asked) => (self.statuses.contains(status) && repeatable, *asked),
            Tried::Failure(error) => match error.kind() {
                // A proxy that does not allow the request.
                ErrorKind::ProxyFailed if matches!(error.status(), Some(403 | 407)) => (false, None),
                // Nothing was sent.
                ErrorKind::ConnectionFailed | ErrorKind::ProxyFailed | ErrorKind::Timeout
                    if error.how_much_was_sent() == Sent::Nothing =>
                {
                    (true, None)
                }
                ErrorKind::ConnectionFailed | ErrorKind::ProxyFailed | ErrorKind::Timeout => (repeatable, None),
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

/// A budget for the retries of all requests of a client.
///
/// When a service fails for everyone, retries only make it worse: each takes one from a budget of 100, and ten
/// successful requests add one. Once the budget is used up, the first failure is returned.
#[derive(Debug)]
pub(crate) struct RetryBudget(AtomicU32);

impl RetryBudget {
    const RETRY: u32 = 10;
    const MOST: u32 = 100 * Self::RETRY;

    /// Takes one retry from the budget, if there is one.
    pub(crate) fn take(&self) -> bool {
        let less = |left: u32| left.checked_sub(Self::RETRY);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }

    /// Records a successful request.
    pub(crate) fn refill(&self) {
        // Usually nothing needs to be written.
        if self.0.load(Ordering::Relaxed) < Self::MOST {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self(AtomicU32::new(Self::MOST))
    }
}

/// A random time between half the pause and the whole, so that many clients do not retry all at once.
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
        let refused = Error::new(ErrorKind::ConnectionFailed, "refused").sent(Sent::Nothing);
        let broken = Error::new(ErrorKind::ConnectionFailed, "broken off");
        let untrusted = Error::new(ErrorKind::TlsNotTrusted, "untrusted").sent(Sent::Nothing);
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
    fn a_service_that_fails_for_everyone_is_not_asked_more_and_more() {
        let budget = RetryBudget::default();
        assert_eq!((0..1000).filter(|_| budget.take()).count(), 100);
        (0..25).for_each(|_| budget.refill());
        assert_eq!((0..10).filter(|_| budget.take()).count(), 2);
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

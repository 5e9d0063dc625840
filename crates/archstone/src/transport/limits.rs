//! Limits for concurrent requests and for requests per second.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::host::{Host, Moment};

/// A rate limit for requests: limits how fast and how many at once they are sent. Requests are sent in the order in
/// which they wait.
///
/// Clones share one limit, which can therefore apply to several services, or several clients, together. Idle time is
/// not saved up for a burst: after a quiet minute requests are still evenly spaced.
///
/// ```
/// use archstone::Limiter;
///
/// let gentle = Limiter::new().per_second(5.0).at_once(2);
/// # let _ = gentle;
/// ```
#[derive(Clone, Debug, Default)]
pub struct Limiter {
    at_once: Option<Arc<Semaphore>>,
    pace: Option<Arc<Pace>>,
}

#[derive(Debug)]
struct Pace {
    between: Duration,
    next: Mutex<Moment>,
}

impl Limiter {
    /// Creates a limiter without any limits.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Limits how many requests start per second; may be less than one. A value that is not above zero removes the
    /// limit.
    #[must_use]
    pub fn per_second(mut self, requests: f64) -> Self {
        let between = Duration::try_from_secs_f64(1.0 / requests).ok().filter(|it| !it.is_zero());
        let next = Mutex::new(Moment::after_start(Duration::ZERO));
        self.pace = between.map(|between| Arc::new(Pace { between, next }));
        self
    }

    /// Limits how many requests are in flight; at least one.
    #[must_use]
    pub fn at_once(mut self, requests: usize) -> Self {
        self.at_once = Some(Arc::new(Semaphore::new(requests.clamp(1, Semaphore::MAX_PERMITS))));
        self
    }

    /// Waits for a turn, which lasts until the returned permit is dropped.
    pub(crate) async fn turn(&self, host: &Host) -> Option<SemaphorePermit<'_>> {
        let permit = match &self.at_once {
            // Never closed, so this never fails.
            Some(semaphore) => semaphore.acquire().await.ok(),
            None => None,
        };
        if let Some(pace) = &self.pace {
            let wait = pace.wait(host.now());
            if !wait.is_zero() {
                tokio::time::sleep(wait).await;
            }
        }
        permit
    }
}

impl Pace {
    /// Reserves the next free slot, and returns the time until then.
    fn wait(&self, now: Moment) -> Duration {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = (*next).max(now);
        *next = mine.later(self.between);
        now.until(mine)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_no_credit() {
        let limiter = Limiter::new().per_second(2.0);
        let pace = limiter.pace.expect("a pace");
        let at = |seconds| Moment::after_start(Duration::from_secs(seconds));
        let waits: Vec<_> = [100, 100, 100, 200, 200].map(|now| pace.wait(at(now)).as_secs_f64()).into();
        assert_eq!(waits, [0.0, 0.5, 1.0, 0.0, 0.5]);
    }

    #[test]
    fn what_is_no_rate_is_no_limit() {
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(Limiter::new().per_second(rate).pace.is_none(), "{rate}");
        }
    }
}

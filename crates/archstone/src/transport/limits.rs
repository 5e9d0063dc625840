//! How many requests at a time, and how many in a second.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::host::{Host, Moment};

/// Keeps requests from coming too fast or too many at once. Whoever waits first goes first.
///
/// Clones share one limit, so that several services, or several clients, can be kept within it together.
/// A pause is no credit: after a quiet minute requests still come one after the other.
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
    /// No limit yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// At the most so many requests begin in a second; less than one will do. Not a number above zero: no
    /// limit.
    #[must_use]
    pub fn per_second(mut self, requests: f64) -> Self {
        let between = Duration::try_from_secs_f64(1.0 / requests).ok().filter(|it| !it.is_zero());
        let next = Mutex::new(Moment::after_start(Duration::ZERO));
        self.pace = between.map(|between| Arc::new(Pace { between, next }));
        self
    }

    /// At the most so many requests wait for their answers at once; at least one.
    #[must_use]
    pub fn at_once(mut self, requests: usize) -> Self {
        self.at_once = Some(Arc::new(Semaphore::new(requests.clamp(1, Semaphore::MAX_PERMITS))));
        self
    }

    /// Waits for a turn, which ends when what is returned is dropped.
    pub(crate) async fn turn(&self, host: &Host) -> Option<SemaphorePermit<'_>> {
        let permit = match &self.at_once {
            // Never closed, so never refused.
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
    /// How long until the next free moment, which is then taken.
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

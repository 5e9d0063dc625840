//! Read timeouts.
//!
//! Every request has one, and it almost never expires. Timers are therefore kept for the next request, and left
//! running: one that fires too early is reset only then. They belong to their runtime, as connections do.

use std::{
    future::poll_fn,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep, sleep_until};

/// The maximum number of idle timers, enough for this many concurrent requests.
const MOST: usize = 64;

/// The timers of one runtime.
#[derive(Clone, Debug, Default)]
pub(crate) struct Patience(Arc<Mutex<Vec<Pin<Box<Sleep>>>>>);

impl Patience {
    /// Waits for a future; `None` if it takes longer than the limit, counted from `since` or else from now. A future
    /// that is ready needs no timer.
    pub(super) async fn wait<F: Future>(
        &self,
        limit: Duration,
        since: Option<Instant>,
        mut future: Pin<&mut F>,
    ) -> Option<F::Output> {
        let mut timer = None;
        let outcome = poll_fn(|context| {
            if let Poll::Ready(outcome) = future.as_mut().poll(context) {
                return Poll::Ready(Some(outcome));
            }
            timer.get_or_insert_with(|| self.timer(limit, since)).poll(context).map(|()| None)
        })
        .await;
        if let (Some(_), Some(Timer { sleep, .. })) = (&outcome, timer) {
            let mut timers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if timers.len() < MOST {
                timers.push(sleep);
            }
        }
        outcome
    }

    fn timer(&self, limit: Duration, since: Option<Instant>) -> Timer {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match (kept, since.unwrap_or_else(Instant::now).checked_add(limit)) {
            (Some(mut sleep), Some(end)) => {
                if sleep.deadline() > end {
                    sleep.as_mut().reset(end);
                }
                Timer { sleep, end }
            }
            (None, Some(end)) => Timer { sleep: Box::pin(sleep_until(end)), end },
            (_, None) => {
                let sleep = Box::pin(sleep(limit));
                Timer { end: sleep.deadline(), sleep }
            }
        }
    }
}

/// A timer that fires at the deadline or earlier, and is then reset to it. Most waits are over before.
struct Timer {
    sleep: Pin<Box<Sleep>>,
    end: Instant,
}

impl Timer {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            ready!(self.sleep.as_mut().poll(context));
            if Instant::now() >= self.end {
                return Poll::Ready(());
            }
            self.sleep.as_mut().reset(self.end);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use super::*;

    #[tokio::test]
    async fn a_timer_that_was_kept_measures_from_the_start() {
        let patience = Patience::default();
        let (short, long) = (Duration::from_millis(20), Duration::from_secs(60));
        let slow = || Box::pin(tokio::time::sleep(Duration::from_millis(60)));
        let never = || Box::pin(std::future::pending());

        assert_eq!(patience.wait(short, None, pin!(std::future::ready(7))).await, Some(7));
        assert_eq!(patience.wait(short, None, never().as_mut()).await, None::<()>);
        assert_eq!(patience.wait(long, None, slow().as_mut()).await, Some(()));
        assert_eq!(patience.wait(long, None, slow().as_mut()).await, Some(()));
        assert_eq!(patience.wait(short, None, never().as_mut()).await, None::<()>);
        // One that fires during the next wait.
        patience.0.lock().expect("nobody fails").push(Box::pin(sleep(short)));
        assert_eq!(patience.wait(long, None, slow().as_mut()).await, Some(()));
    }

    #[tokio::test]
    async fn silence_may_have_begun_before() {
        let long = Duration::from_secs(60);
        // Some platforms cannot represent an instant before their start.
        let Some(since) = Instant::now().checked_sub(long) else { return };
        let patience = Patience::default();
        for kept in [None, Some(Box::pin(sleep(long)))] {
            patience.0.lock().expect("nobody fails").extend(kept);
            let never = pin!(std::future::pending::<()>());
            let outcome = tokio::time::timeout(long / 2, patience.wait(long, Some(since), never)).await;
            assert_eq!(outcome, Ok(None));
        }
    }
}

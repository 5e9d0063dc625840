//! How long a service may be silent.
//!
//! Every request has such a limit, and almost none reaches it. A timer that runs already is put off at a
//! fraction of the cost of a new one, so timers are kept for the next request. They belong to their runtime, as
//! connections do.

use std::{
    future::poll_fn,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep};

/// More are not kept than so many requests at once may need.
const MOST: usize = 64;

/// The timers of one runtime.
#[derive(Clone, Debug, Default)]
pub(crate) struct Patience(Arc<Mutex<Vec<Pin<Box<Sleep>>>>>);

impl Patience {
    /// Waits for what is to come; `None` when it does not for so long. What is there already needs no timer.
    pub(super) async fn wait<F: Future>(&self, limit: Duration, mut future: Pin<&mut F>) -> Option<F::Output> {
        let mut timer = None;
        let outcome = poll_fn(|context| {
            if let Poll::Ready(outcome) = future.as_mut().poll(context) {
                return Poll::Ready(Some(outcome));
            }
            timer.get_or_insert_with(|| self.timer(limit)).as_mut().poll(context).map(|()| None)
        })
        .await;
        if let (Some(_), Some(timer)) = (&outcome, timer) {
            let mut timers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if timers.len() < MOST {
                timers.push(timer);
            }
        }
        outcome
    }

    fn timer(&self, limit: Duration) -> Pin<Box<Sleep>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match (kept, Instant::now().checked_add(limit)) {
            (Some(mut timer), Some(end)) => {
                timer.as_mut().reset(end);
                timer
            }
            _ => Box::pin(sleep(limit)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use super::*;

    #[tokio::test]
    async fn a_timer_that_was_kept_measures_anew() {
        let patience = Patience::default();
        let short = Duration::from_millis(20);
        let slow = || Box::pin(tokio::time::sleep(Duration::from_millis(60)));

        assert_eq!(patience.wait(short, pin!(std::future::ready(7))).await, Some(7));
        assert_eq!(patience.wait(short, slow().as_mut()).await, None);
        assert_eq!(patience.wait(Duration::from_secs(60), slow().as_mut()).await, Some(()));
        assert_eq!(patience.wait(Duration::from_secs(60), slow().as_mut()).await, Some(()));
        assert_eq!(patience.wait(short, slow().as_mut()).await, None);
    }
}

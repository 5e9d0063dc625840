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

use tokio::time::{Instant, Sleep, sleep_until};

/// More are not kept than so many requests at once may need.
const MOST: usize = 64;

/// The timers of one runtime.
#[derive(Clone, Debug, Default)]
pub(super) struct Patience(Arc<Mutex<Vec<Pin<Box<Sleep>>>>>);

impl Patience {
    /// Waits for an answer; `None` when there is none for so long.
    pub(super) async fn wait<T>(&self, limit: Duration, answer: impl Future<Output = T> + Unpin) -> Option<T> {
        let end = Instant::now().checked_add(limit)?;
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut timer = match kept {
            Some(mut timer) => {
                timer.as_mut().reset(end);
                timer
            }
            None => Box::pin(sleep_until(end)),
        };
        let mut answer = answer;
        let outcome = poll_fn(|context| match Pin::new(&mut answer).poll(context) {
            Poll::Ready(answer) => Poll::Ready(Some(answer)),
            Poll::Pending => timer.as_mut().poll(context).map(|()| None),
        })
        .await;
        if outcome.is_some() {
            let mut timers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if timers.len() < MOST {
                timers.push(timer);
            }
        }
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_timer_that_was_kept_measures_anew() {
        let patience = Patience::default();
        let short = Duration::from_millis(20);
        let quick = || Box::pin(std::future::ready(7));
        let slow = || Box::pin(tokio::time::sleep(Duration::from_millis(60)));

        assert_eq!(patience.wait(Duration::from_secs(60), quick()).await, Some(7));
        assert_eq!(patience.wait(short, slow()).await, None);
        assert_eq!(patience.wait(Duration::from_secs(60), slow()).await, Some(()));
        assert_eq!(patience.wait(short, slow()).await, None);
        assert_eq!(patience.wait(short, quick()).await, Some(7));
    }
}

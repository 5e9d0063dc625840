//! Waiting awake for answers that come at once.
//!
//! A service on this host or close by answers within the time that it takes to put a processor to sleep and to
//! wake it again: on virtual machines that is most of what such a request costs. So a thread whose last answer
//! came that quickly looks for the next one a while before it sleeps. Where nothing came in that while, it sleeps
//! at once for a number of times, twice as many after each time in vain: who waits for slow services, or has to
//! share one processor with the service, loses next to nothing.

use std::{
    cell::Cell,
    future::{Future, poll_fn},
    pin::Pin,
    sync::LazyLock,
    task::Poll,
    time::Duration,
};

use tokio::{task::yield_now, time::Instant};

/// How long to look; an answer that took no longer is a quick one.
const AWHILE: Duration = Duration::from_micros(150);
/// The most waits in a row that are not tried awake.
const MOST_SKIPPED: u32 = 1 << 12;

/// What a thread has learnt from its last waits.
#[derive(Clone, Copy, Default)]
struct Habit {
    last_was_quick: bool,
    to_skip: u32,
    skipped: u32,
}

thread_local! {
    static HABIT: Cell<Habit> = const { Cell::new(Habit { last_was_quick: false, to_skip: 0, skipped: 0 }) };
}

/// The outcome of a future: looked for awake for a while, where the last one came quickly; then by `sleep`.
pub(crate) async fn outcome<F: Future>(
    mut future: Pin<&mut F>,
    sleep: impl AsyncFnOnce(Pin<&mut F>) -> F::Output,
) -> F::Output {
    // What needs no waiting teaches nothing.
    if let Poll::Ready(outcome) = look(future.as_mut()).await {
        return outcome;
    }
    let began = Instant::now();
    let mut habit = HABIT.get();
    if habit.is_worth_trying() {
        while began.elapsed() < AWHILE {
            yield_now().await;
            if let Poll::Ready(outcome) = look(future.as_mut()).await {
                HABIT.set(Habit { last_was_quick: true, ..Habit::default() });
                return outcome;
            }
        }
        habit.to_skip = (habit.to_skip.max(8) * 2).min(MOST_SKIPPED);
        habit.skipped = 0;
    }
    let outcome = sleep(future).await;
    habit.last_was_quick = began.elapsed() < AWHILE;
    HABIT.set(habit);
    outcome
}

impl Habit {
    fn is_worth_trying(&mut self) -> bool {
        static SEVERAL_PROCESSORS: LazyLock<bool> =
            LazyLock::new(|| std::thread::available_parallelism().is_ok_and(|number| number.get() > 1));
        if !self.last_was_quick || !*SEVERAL_PROCESSORS {
            return false;
        }
        let is_due = self.skipped >= self.to_skip;
        self.skipped += 1;
        is_due
    }
}

/// Whether the future is ready, without waiting.
async fn look<F: Future>(mut future: Pin<&mut F>) -> Poll<F::Output> {
    poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await
}

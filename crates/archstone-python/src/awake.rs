//! Busy-waiting for fast responses.
//!
//! A service on this host or close by responds within the time that it takes to put a processor to sleep and to wake it
//! again: on virtual machines that is most of the cost of such a request. A thread whose last response came that
//! quickly therefore polls for the next one for a while before it sleeps. If nothing arrives in that time, it sleeps
//! immediately for a number of times, twice as many after each failure: callers that wait for slow services, or share
//! one processor with the service, lose next to nothing.

use std::{
    cell::Cell,
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::LazyLock,
    task::Poll,
    time::Duration,
};

use tokio::{task::yield_now, time::Instant};

use crate::process::Waiting;

/// How long to poll; a response that took no longer is a fast one.
const AWHILE: Duration = Duration::from_micros(150);
/// The maximum number of consecutive waits without polling.
const MOST_SKIPPED: u32 = 1 << 12;

/// What a thread has learned from its last waits.
#[derive(Clone, Copy, Default)]
struct Habit {
    last_was_quick: bool,
    to_skip: u32,
    skipped: u32,
}

thread_local! {
    static HABIT: Cell<Habit> = const { Cell::new(Habit { last_was_quick: false, to_skip: 0, skipped: 0 }) };
}

/// The result of a future: first polls for a while, if the last one came quickly; then sleeps. `None` if there is no
/// result within the limit.
pub(crate) async fn outcome<F: Future>(
    mut future: Pin<&mut F>,
    limit: Option<Duration>,
    waiting: &Waiting,
) -> Option<F::Output> {
    let mut wait: Option<Wait> = None;
    let mut timer = None;
    let outcome = poll_fn(|context| {
        if let Poll::Ready(outcome) = future.as_mut().poll(context) {
            return Poll::Ready(Some(outcome));
        }
        let wait = wait.get_or_insert_with(Wait::begin);
        if wait.stays_awake() {
            return pin!(yield_now()).poll(context).map(|()| None);
        }
        let Some(limit) = limit else { return Poll::Pending };
        timer.get_or_insert_with(|| waiting.timer(wait.began + limit)).as_mut().poll(context).map(|()| None)
    })
    .await;
    // A future that was ready immediately says nothing about waits.
    if let Some(wait) = wait {
        wait.learn();
    }
    if let Some(timer) = timer {
        waiting.keep(timer);
    }
    outcome
}

/// A wait in progress.
struct Wait {
    began: Instant,
    habit: Habit,
    is_awake: bool,
}

impl Wait {
    fn begin() -> Self {
        let mut habit = HABIT.get();
        let is_awake = habit.is_worth_trying();
        Self { began: Instant::now(), habit, is_awake }
    }

    /// Whether to poll again at once, instead of sleeping until woken.
    fn stays_awake(&mut self) -> bool {
        if self.is_awake && self.began.elapsed() >= AWHILE {
            self.is_awake = false;
            self.habit.to_skip = (self.habit.to_skip.max(8) * 2).min(MOST_SKIPPED);
            self.habit.skipped = 0;
        }
        self.is_awake
    }

    fn learn(self) {
        HABIT.set(if self.is_awake {
            Habit { last_was_quick: true, ..Habit::default() }
        } else {
            Habit { last_was_quick: self.began.elapsed() < AWHILE, ..self.habit }
        });
    }
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

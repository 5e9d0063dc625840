//! Progress of long operations, on standard error.

use std::{
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use crate::console;

/// Work shorter than this shows nothing; longer work is shown this often.
const PAUSE: Duration = Duration::from_millis(100);

/// The progress of an operation that may be long, shown on a terminal from its start until it is dropped.
///
/// ```ignore
/// let progress = Progress::start("users created", Some(1000));
/// progress.add(1);
/// ```
pub(crate) struct Progress {
    work: Arc<Work>,
    display: Option<JoinHandle<()>>,
}

struct Work {
    what: &'static str,
    total: Option<u64>,
    started: Instant,
    done: AtomicU64,
    is_over: Mutex<bool>,
    ending: Condvar,
}

impl Progress {
    #[expect(clippy::disallowed_methods, reason = "no result depends on this time")]
    pub(crate) fn start(what: &'static str, total: Option<u64>) -> Self {
        let work = Arc::new(Work {
            what,
            total,
            started: Instant::now(),
            done: AtomicU64::new(0),
            is_over: Mutex::new(false),
            ending: Condvar::new(),
        });
        let shown = Arc::clone(&work);
        let display = console::has_status().then(|| std::thread::Builder::new().spawn(move || shown.display()).ok());
        Self { work, display: display.flatten() }
    }

    pub(crate) fn add(&self, done: u64) {
        self.work.done.fetch_add(done, Ordering::Relaxed);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        *self.work.is_over.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.work.ending.notify_all();
        if let Some(display) = self.display.take() {
            let _ = display.join();
        }
    }
}

impl Work {
    fn display(&self) {
        let mut is_over = self.is_over.lock().unwrap_or_else(PoisonError::into_inner);
        while !*is_over {
            let (guard, waited) = self.ending.wait_timeout(is_over, PAUSE).unwrap_or_else(PoisonError::into_inner);
            is_over = guard;
            if waited.timed_out() && !*is_over {
                console::show_status(&self.text(self.started.elapsed()));
            }
        }
        drop(console::without_status());
    }

    /// `users created: 120 of 1000 (40/s)`.
    fn text(&self, elapsed: Duration) -> String {
        let done = self.done.load(Ordering::Relaxed);
        let total = self.total.map(|total| format!(" of {total}")).unwrap_or_default();
        #[expect(clippy::cast_precision_loss, reason = "the lost digits do not matter")]
        let rate = done as f64 / elapsed.as_secs_f64().max(0.001);
        let digits = usize::from(rate < 10.0);
        format!("{}: {done}{total} ({rate:.digits$}/s)", self.what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_how_much_is_done_and_how_fast() {
        for (total, done, seconds, text) in [
            (Some(1000), 120, 3, "rows: 120 of 1000 (40/s)"),
            (None, 3, 2, "rows: 3 (1.5/s)"),
            (None, 0, 0, "rows: 0 (0.0/s)"),
        ] {
            let progress = Progress::start("rows", total);
            progress.add(done);
            assert_eq!(progress.work.text(Duration::from_secs(seconds)), text);
        }
    }
}

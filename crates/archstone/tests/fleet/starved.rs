//! How much a busy or briefly suspended machine adds to every wait.

use std::{
    sync::{
        Once,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

const BEAT: Duration = Duration::from_millis(10);

/// By how many microseconds an otherwise idle thread woke up too late.
static LATE: AtomicU64 = AtomicU64::new(0);

/// How long this process has waited for a CPU so far: any of its threads that were ready to run, if the system counts
/// that, and a thread that only wakes up periodically.
pub(crate) fn so_far() -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let waited = threads.filter_map(|thread| {
        let numbers = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        numbers.split(' ').nth(1)?.parse::<u64>().ok()
    });
    Duration::from_nanos(waited.sum()) + woken_late()
}

/// The share of the periodic thread, from the first call on.
pub(crate) fn woken_late() -> Duration {
    static BEGIN: Once = Once::new();
    BEGIN.call_once(|| {
        std::thread::spawn(|| {
            loop {
                let began = Instant::now();
                std::thread::sleep(BEAT);
                let late = began.elapsed().saturating_sub(BEAT * 2);
                LATE.fetch_add(u64::try_from(late.as_micros()).unwrap_or(0), Ordering::Relaxed);
            }
        });
    });
    Duration::from_micros(LATE.load(Ordering::Relaxed))
}

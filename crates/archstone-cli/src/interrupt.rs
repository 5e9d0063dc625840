//! Ctrl-C in long operations: the current step is finished, and no other is started. A second Ctrl-C ends the program.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicUsize, Ordering},
};

/// The received signal; 0 if there was none.
static SIGNAL: OnceLock<Arc<AtomicUsize>> = OnceLock::new();

/// Whether signals are only recorded, so that they do not end the program.
#[cfg(unix)]
pub(crate) fn is_watched() -> bool {
    SIGNAL.get().is_some()
}

/// The exit status of a program that was ended by the received signal, if any.
pub(crate) fn status() -> Option<u8> {
    let signal = u8::try_from(SIGNAL.get()?.load(Ordering::Relaxed)).ok()?;
    (signal > 0).then_some(128 + signal)
}

/// From now on, the first signal is only recorded.
#[cfg(unix)]
pub(crate) fn watch() -> std::io::Result<()> {
    use std::sync::atomic::AtomicBool;

    use signal_hook::{
        consts::{SIGHUP, SIGINT, SIGTERM},
        flag,
    };

    let (has_come, signal) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    for number in [SIGHUP, SIGINT, SIGTERM] {
        flag::register_conditional_default(number, Arc::clone(&has_come))?;
        flag::register(number, Arc::clone(&has_come))?;
        flag::register_usize(number, Arc::clone(&signal), usize::try_from(number).unwrap_or_default())?;
    }
    SIGNAL.get_or_init(|| signal);
    Ok(())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
pub(crate) fn watch() -> std::io::Result<()> {
    Ok(())
}

//! Ctrl-C in work of many steps: the step that runs is finished, and no other is begun. Another Ctrl-C ends the program.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicUsize, Ordering},
};

/// The signal that came; 0 where none did.
static SIGNAL: OnceLock<Arc<AtomicUsize>> = OnceLock::new();

/// Whether signals are only noted, so that nobody else may end the program by them.
#[cfg(unix)]
pub(crate) fn is_watched() -> bool {
    SIGNAL.get().is_some()
}

/// The exit status of a program that was ended by the signal that came, if one did.
pub(crate) fn status() -> Option<u8> {
    let signal = u8::try_from(SIGNAL.get()?.load(Ordering::Relaxed)).ok()?;
    (signal > 0).then_some(128 + signal)
}

/// From now on the first signal is only noted.
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
pub(crate) fn watch() -> std::io::Result<()> {
    Ok(())
}

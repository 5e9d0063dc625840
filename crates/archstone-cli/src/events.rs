//! The library's log, printed for people: warnings always, requests with `--debug`.

use std::sync::atomic::{AtomicBool, Ordering};

use archstone::events::{self, Level, Listener};

use crate::console::{self, Kind};

/// Prints events of this level and the graver ones from now on.
pub(crate) fn print_from(level: Level) {
    // Refused only where there is one already, and there is not.
    events::listen(level, Printer(level));
}

static IS_SILENT: AtomicBool = AtomicBool::new(false);

/// Prints no event from now on.
pub(crate) fn silence() {
    IS_SILENT.store(true, Ordering::Relaxed);
}

/// A warning of the program itself, which goes the same way.
macro_rules! warning {
    ($($text:tt)+) => { tracing::warn!($($text)+) };
}
pub(crate) use warning;

/// A failure of a command that has its own exit status.
macro_rules! failure {
    ($($text:tt)+) => { tracing::error!($($text)+) };
}
pub(crate) use failure;

struct Printer(Level);

impl Listener for Printer {
    fn wants(&self, level: Level) -> bool {
        level <= self.0 && !IS_SILENT.load(Ordering::Relaxed)
    }

    fn tell(&self, level: Level, _: &str, message: &str, fields: &str) {
        let kind = match level {
            Level::ERROR => Kind::Error,
            Level::WARN => Kind::Warning,
            Level::INFO => Kind::Info,
            _ => Kind::Debug,
        };
        console::say(kind, &format!("{message}{fields}"));
    }
}

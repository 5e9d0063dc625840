//! The library's log, printed for people: warnings always, requests with `--debug`.

use std::{
    fs::File,
    io::{self, Write},
    path::Path,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use archstone::{
    events::{self, Level, Listener},
    host::Host,
    text::escaped,
};

use crate::{
    console::{self, Kind},
    private::private,
};

/// Prints events of this level and the more severe ones from now on.
pub(crate) fn print_from(level: Level) {
    // Fails only if there already is a listener, which is never the case here.
    events::listen(level, Printer(level));
}

/// The log file for events: `--log-file`.
static LOG: OnceLock<Log> = OnceLock::new();

struct Log {
    file: Mutex<File>,
    level: Level,
    /// The cloud, the user and the project, once they are known.
    context: OnceLock<String>,
}

/// Also appends events of this level and the more severe ones to a file. If it creates the file, only the owner can
/// read it.
pub(crate) fn log_to(path: &Path, level: Level) -> io::Result<()> {
    let file = Mutex::new(private().append(true).create(true).open(path)?);
    // There is only one command and one log file per process.
    let _ = LOG.set(Log { file, level, context: OnceLock::new() });
    Ok(())
}

/// Sets the beginning of each line of the file from now on: the cloud, the user and the project.
pub(crate) fn log_context(context: impl FnOnce() -> [String; 3]) {
    if let Some(log) = LOG.get() {
        let _ = log.context.set(escaped(&context().join(" ")).into_owned());
    }
}

/// Writes a line only to the file.
pub(crate) fn log(level: Level, target: &str, text: &str) {
    let Some(log) = LOG.get().filter(|log| level <= log.level) else { return };
    let name = match level {
        Level::ERROR => "ERROR",
        Level::WARN => "WARNING",
        Level::INFO => "INFO",
        _ => "DEBUG",
    };
    let time = Host::default().date().strftime("%Y-%m-%d %H:%M:%S%.3f");
    let context = log.context.get().map_or("  ", String::as_str);
    let line = format!("{time} {} {name} {target} [{context}] {}\n", std::process::id(), escaped(text));
    // If that fails, there is nowhere to report it.
    let _ = log.file.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes());
}

static IS_SILENT: AtomicBool = AtomicBool::new(false);

/// Prints no event from now on.
pub(crate) fn silence() {
    IS_SILENT.store(true, Ordering::Relaxed);
}

/// Prints a warning of the program itself in the same way.
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

    fn tell(&self, level: Level, target: &str, message: &str, fields: &str) {
        log(level, &target.replace("::", "."), &format!("{message}{fields}"));
        let kind = match level {
            Level::ERROR => Kind::Error,
            Level::WARN => Kind::Warning,
            Level::INFO => Kind::Info,
            _ => Kind::Debug,
        };
        console::say(kind, &format!("{message}{fields}"));
    }
}

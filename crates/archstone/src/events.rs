//! The library's log, event by event: for programs without a [`tracing`] subscriber.
//!
//! Targets are `archstone::login`, `archstone::discovery`, `archstone::request`, `archstone::retry` and
//! `archstone::cache`. Events contain no secrets: a token appears as a digest, and bodies are never logged.
//!
//! ```
//! use archstone::events::{self, Level, Listener};
//!
//! struct Printer;
//!
//! impl Listener for Printer {
//!     fn wants(&self, level: Level) -> bool {
//!         level <= Level::INFO
//!     }
//!
//!     fn tell(&self, level: Level, target: &str, message: &str, fields: &str) {
//!         eprintln!("{level} {target}: {message}{fields}");
//!     }
//! }
//!
//! assert!(events::listen(Level::INFO, Printer));
//! ```

use std::fmt::{self, Write};

pub use tracing::Level;
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
    span,
    subscriber::Interest,
};

use crate::text::escaped;

/// Receives the library's log.
pub trait Listener: Send + Sync + 'static {
    /// Whether events of this level are currently wanted.
    fn wants(&self, level: Level) -> bool;

    /// Receives one event. `fields` is empty or begins with a space: ` status=200 url=…`. Both are text for people,
    /// without [invisible characters](crate::text).
    fn tell(&self, level: Level, target: &str, message: &str, fields: &str);
}

/// Sends all further events of this program up to the level `most` to a listener. Returns false, and changes nothing,
/// if the program already has a `tracing` subscriber.
pub fn listen(most: Level, listener: impl Listener) -> bool {
    tracing::subscriber::set_global_default(Lines { most, listener }).is_ok()
}

struct Lines<L> {
    most: Level,
    listener: L,
}

impl<L: Listener> Subscriber for Lines<L> {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.listener.wants(*metadata.level()) && !metadata.is_span() && metadata.target().starts_with("archstone")
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.most.into())
    }

    /// The wanted level may change.
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        let metadata = event.metadata();
        self.listener.tell(*metadata.level(), metadata.target(), &line.message, &line.fields);
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let value = format!("{value:?}");
        let value = escaped(&value);
        // Writing to memory cannot fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value}"),
            name => write!(self.fields, " {name}={value}"),
        };
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Collect(std::sync::mpsc::Sender<String>);

    impl Listener for Collect {
        fn wants(&self, _: Level) -> bool {
            true
        }

        fn tell(&self, _: Level, _: &str, message: &str, fields: &str) {
            let _ = self.0.send(format!("{message}{fields}"));
        }
    }

    #[test]
    fn nothing_hidden_is_in_a_line() {
        let (lines, heard) = std::sync::mpsc::channel();
        let subscriber = Lines { most: Level::DEBUG, listener: Collect(lines) };

        tracing::subscriber::with_default(subscriber, || {
            let outside = "w\x1b]0;x\n\u{202e}";
            tracing::warn!(target: "archstone::cache", store = outside, trouble = %outside, "no {outside}");
        });

        let shown = r"w\u{1b}]0;x\n\u{202e}";
        assert_eq!(heard.try_recv().as_deref(), Ok(&*format!("no {shown} store={shown} trouble={shown}")));
    }
}

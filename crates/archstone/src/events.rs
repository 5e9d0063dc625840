//! What the library tells of its work, line by line: for programs that have no subscriber of [`tracing`].
//!
//! Targets are `archstone::login`, `archstone::discovery`, `archstone::request`, `archstone::retry` and
//! `archstone::cache`. No line holds a secret: of a token it has a digest, and bodies are never told.
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

/// Hears what the library tells.
pub trait Listener: Send + Sync + 'static {
    /// Whether events of this level are wanted now.
    fn wants(&self, level: Level) -> bool;

    /// Hears one event. `fields` is empty or begins with a space: ` status=200 url=…`. Both are text for people, in
    /// which nothing is [hidden](crate::text).
    fn tell(&self, level: Level, target: &str, message: &str, fields: &str);
}

/// Has a listener hear all events of this program from now on, at the most those of the level `most`. Returns
/// false, and changes nothing, where the program has a subscriber of `tracing` already.
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

    /// What is wanted may change.
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
        // Writing into memory does not fail.
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

//! What a program keeps for a login between its runs, where its tokens are kept.

use std::time::Duration;

use super::Client;
use crate::secret::Secret;

/// Longer ones are not kept.
const LONGEST: usize = 256 << 10;

impl Client {
    /// A text that [`keep_note`](Self::keep_note) kept under a name, and how old it is by this machine's date. Never
    /// waits and never sends.
    #[must_use]
    pub fn note(&self, name: &str) -> Option<(Secret, Duration)> {
        let kept = self.source()?.entry?.document(&subject(name))?;
        let (made, text) = kept.expose().split_once('\n')?;
        // One from the future says nothing about its age.
        let age = self.0.identity.host.wall().checked_sub(Duration::from_millis(made.parse().ok()?))?;
        Some((Secret::from(text), age))
    }

    /// Keeps a text under a name, for programs of the same user with the same login: sealed, in the folder where
    /// tokens are kept. Without such a folder, and with a store that hosts share, nothing is kept.
    ///
    /// Another user, another scope or another secret finds nothing. A text of more than 256 KiB is not kept.
    pub fn keep_note(&self, name: &str, text: &Secret) {
        if text.expose().len() > LONGEST {
            return;
        }
        if let Some(entry) = self.source().and_then(|source| source.entry) {
            let made = self.0.identity.host.wall().as_millis();
            entry.keep_document(&subject(name), &Secret::from(format!("{made}\n{}", text.expose())));
        }
    }
}

/// Other documents are about a server, whose URL has no space.
fn subject(name: &str) -> String {
    format!("note {name}")
}

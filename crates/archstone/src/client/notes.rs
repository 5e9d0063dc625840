//! Data that a program stores for a login between runs, next to its tokens.

use std::time::Duration;

use super::Client;
use crate::secret::Secret;

/// Longer ones are not stored.
const LONGEST: usize = 256 << 10;

impl Client {
    /// A text that [`keep_note`](Self::keep_note) stored under a name, and its age by this machine's date. Never waits
    /// and never sends.
    #[must_use]
    pub fn note(&self, name: &str) -> Option<(Secret, Duration)> {
        let kept = self.link()?.entry()?.document(&subject(name))?;
        let (made, text) = kept.expose().split_once('\n')?;
        // The age of a note from the future is unknown.
        let age = self.0.identity.host.wall().checked_sub(Duration::from_millis(made.parse().ok()?))?;
        Some((Secret::from(text), age))
    }

    /// Stores a text under a name, for programs of the same user with the same login: encrypted, in the folder of the
    /// token cache. Without such a folder, or with a store that hosts share, nothing is stored.
    ///
    /// It cannot be read with another user, scope or secret. A text of more than 256 KiB is not stored.
    pub fn keep_note(&self, name: &str, text: &Secret) {
        if text.expose().len() > LONGEST {
            return;
        }
        if let Some(link) = self.link()
            && let Some(entry) = link.entry()
        {
            let made = self.0.identity.host.wall().as_millis();
            entry.keep_document(&subject(name), &Secret::from(format!("{made}\n{}", text.expose())));
        }
    }
}

/// The subject of other documents is a server's URL, which has no space.
fn subject(name: &str) -> String {
    format!("note {name}")
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    };

    use super::*;
    use crate::host::{Clock, Host, Moment};

    #[derive(Clone)]
    struct Date(Arc<AtomicU64>);

    impl Clock for Date {
        fn now(&self) -> Moment {
            Moment::after_start(self.wall())
        }

        fn wall(&self) -> Duration {
            Duration::from_secs(self.0.load(Ordering::Relaxed))
        }
    }

    #[test]
    fn a_note_is_for_its_login_alone() {
        let folder = std::env::temp_dir().join(format!("archstone-notes-{}", std::process::id()));
        let date = Arc::new(AtomicU64::new(1000));
        let client = |user: &str, password: &str, project: &str, cache: &str| {
            let builder = Client::builder().auth_url("http://127.0.0.1:9/v3").username(user).password(password);
            let builder = builder.project_name(project).option("token_cache", cache);
            builder
                .host(Host::made([("HOME", "/nonexistent")]).with_clock(Date(Arc::clone(&date))))
                .build()
                .expect("a client")
        };
        let cache = folder.display().to_string();
        let alice = client("alice", "right", "web", &cache);

        alice.keep_note("names", &Secret::from("one\ntwo"));
        date.store(1007, Ordering::Relaxed);

        let kept = client("alice", "right", "web", &cache).note("names");
        assert_eq!(kept, Some((Secret::from("one\ntwo"), Duration::from_secs(7))));
        assert_eq!(alice.note("other"), None);
        for (user, password, project) in [("bob", "right", "web"), ("alice", "wrong", "web"), ("alice", "right", "db")]
        {
            assert_eq!(client(user, password, project, &cache).note("names"), None, "{user} {password} {project}");
        }
        for file in std::fs::read_dir(&folder).expect("the folder").flatten() {
            let bytes = std::fs::read(file.path()).expect("a file");
            assert!(!bytes.windows(3).any(|it| it == b"two"), "{file:?}");
        }
        // Too long, from the future, or without a folder.
        alice.keep_note("names", &Secret::from("x".repeat(LONGEST + 1)));
        assert_eq!(alice.note("names"), kept);
        date.store(900, Ordering::Relaxed);
        assert_eq!(alice.note("names"), None);
        let nowhere = client("alice", "right", "web", "none");
        nowhere.keep_note("names", &Secret::from("one"));
        assert_eq!(nowhere.note("names"), None);
        std::fs::remove_dir_all(folder).expect("the folder");
    }
}

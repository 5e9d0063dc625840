//! Timeouts and a circuit breaker for shared stores, so that one that is down, paused or unreachable costs only a
//! bounded delay, and rarely.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use ring::rand::{SecureRandom, SystemRandom};

use super::{Trouble, lease::microseconds};
use crate::{host::Host, transport::runtime};

/// How long a store is not used after a failure.
const LEFT_ALONE: Duration = Duration::from_secs(10);
/// The prefix of all keys in a shared store; the number is that of the format.
pub(super) const PREFIX: &str = "archstone:2:";
/// The prefix of version 0.1.
#[cfg(feature = "redis")]
pub(super) const FIRST_PREFIX: &str = "archstone:1:";
/// A failure is useful only to those who wait for the login.
pub(super) const FAILURE_KEPT: Duration = Duration::from_secs(30);

/// A circuit breaker for one store in this process.
#[derive(Debug)]
pub(super) struct Breaker {
    shown: String,
    /// The timeout of one query, including connecting.
    question: Duration,
    host: Host,
    left_alone_until: AtomicU64,
}

impl Breaker {
    pub(super) fn new(shown: String, question: Duration, host: &Host) -> Self {
        Self { shown, question, host: host.clone(), left_alone_until: AtomicU64::new(0) }
    }

    /// Queries the store, unless it is paused after a failure.
    pub(super) async fn ask<T>(&self, question: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
        if runtime::current().is_err() {
            return Err(Trouble::refused("no Tokio runtime is there"));
        }
        let now = self.host.now();
        if microseconds(now.since_start()) < self.left_alone_until.load(Ordering::Relaxed) {
            return Err(Trouble::down("the store is not used for now"));
        }
        let outcome = match tokio::time::timeout(self.question, question).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Trouble::down("no answer in time")),
        };
        if let Err(trouble) = &outcome
            && trouble.is_down
        {
            let until = microseconds(self.host.now().since_start() + LEFT_ALONE);
            // Of all concurrent queries, only one logs the failure.
            if self.left_alone_until.swap(until, Ordering::Relaxed) < microseconds(now.since_start()) {
                tracing::warn!(
                    target: "archstone::cache",
                    store = self.shown,
                    %trouble,
                    "the token store is unavailable, and not used for {} seconds",
                    LEFT_ALONE.as_secs()
                );
            }
        }
        outcome
    }
}

/// The salt of a login in a shared store: the same on every machine, different for each login.
pub(super) fn salt(identity: &str) -> Vec<u8> {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    context.update(PREFIX.as_bytes());
    context.update(identity.as_bytes());
    context.finish().as_ref().to_vec()
}

/// A random id for a lease's owner: one of 2¹²⁸.
pub(super) fn owner() -> Result<String, Trouble> {
    let mut random = [0; 16];
    SystemRandom::new().fill(&mut random).map_err(|_| Trouble::refused("no random numbers"))?;
    Ok(random.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Whether the text is the name of a login.
#[cfg(feature = "redis")]
pub(super) fn is_name(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

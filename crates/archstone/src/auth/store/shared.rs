//! How long a shared store is waited for, and when it is left alone: so that one that is down, stopped or out of
//! reach costs a bounded delay, and rarely.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use ring::rand::{SecureRandom, SystemRandom};

use super::{Trouble, lease::microseconds};
use crate::{host::Host, transport::runtime};

/// An answer over a connection that is there.
pub(super) const ANSWER: Duration = Duration::from_millis(300);
/// All that one question may cost, reaching the store included.
pub(super) const QUESTION: Duration = Duration::from_secs(1);
/// After a failure nothing is asked for so long.
const LEFT_ALONE: Duration = Duration::from_secs(10);
/// What all keys of a shared store begin with; the number is that of the format.
pub(super) const PREFIX: &str = "archstone:2:";
/// The same of version 0.1.
#[cfg(feature = "redis")]
pub(super) const FIRST_PREFIX: &str = "archstone:1:";
/// Failures are of use only to those who wait.
pub(super) const FAILURE_KEPT: Duration = Duration::from_secs(30);

/// A circuit breaker: what this process grants one store.
#[derive(Debug)]
pub(super) struct Breaker {
    shown: String,
    host: Host,
    left_alone_until: AtomicU64,
}

impl Breaker {
    pub(super) fn new(shown: String, host: &Host) -> Self {
        Self { shown, host: host.clone(), left_alone_until: AtomicU64::new(0) }
    }

    /// Asks the store, unless it is left alone.
    pub(super) async fn ask<T>(&self, question: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
        if runtime::current().is_err() {
            return Err(Trouble::refused("no Tokio runtime is there"));
        }
        let now = self.host.now();
        if microseconds(now.since_start()) < self.left_alone_until.load(Ordering::Relaxed) {
            return Err(Trouble::down("the store is left alone for a while"));
        }
        let outcome = match tokio::time::timeout(QUESTION, question).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Trouble::down("no answer in time")),
        };
        if let Err(trouble) = &outcome
            && trouble.is_down
        {
            let until = microseconds(self.host.now().since_start() + LEFT_ALONE);
            // Of all who ask at the same time, one tells.
            if self.left_alone_until.swap(until, Ordering::Relaxed) < microseconds(now.since_start()) {
                tracing::warn!(
                    target: "archstone::cache",
                    store = self.shown,
                    %trouble,
                    "the store of tokens is left alone for {} seconds; tokens are got without it",
                    LEFT_ALONE.as_secs()
                );
            }
        }
        outcome
    }
}

/// The salt of a login in a shared store: the same on every machine, another for each login.
pub(super) fn salt(identity: &str) -> Vec<u8> {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    context.update(PREFIX.as_bytes());
    context.update(identity.as_bytes());
    context.finish().as_ref().to_vec()
}

/// A lease's owner: one of 2¹²⁸.
pub(super) fn owner() -> Result<String, Trouble> {
    let mut random = [0; 16];
    SystemRandom::new().fill(&mut random).map_err(|_| Trouble::refused("no randomness"))?;
    Ok(random.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Whether it is the name of a login.
#[cfg(feature = "redis")]
pub(super) fn is_name(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

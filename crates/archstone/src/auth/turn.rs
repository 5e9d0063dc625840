//! Decides which of the processes that use a store logs in.

use std::{sync::Arc, time::Duration};

use ring::rand::{SecureRandom, SystemRandom};

use super::{
    login::Login,
    store::{Count, Entry, Lease, Order},
};
use crate::{
    access::Access,
    error::Result,
    host::{Host, Moment},
};

/// Longer than any login: after this long, the holder is no longer waited for.
const LONGEST_WAIT_FOR_ANOTHER_PROCESS: Duration = Duration::from_secs(90);

/// Whether this process may log in, and whether others wait for it.
pub(super) enum Turn {
    /// This process holds the lease.
    Held(Lease),
    /// This process logs in without waiting for others: no lease is available, or its holder takes too long.
    Alone,
}

impl Turn {
    /// Takes the turn, unless another process has it now.
    pub(super) async fn try_now(entry: &Entry) -> Option<Self> {
        match entry.lease().await {
            Ok(lease) => lease.map(Self::Held),
            Err(trouble) => {
                tracing::debug!(target: "archstone::cache", %trouble, "no lease among processes");
                Some(Self::Alone)
            }
        }
    }

    /// Takes the turn, after waiting for it.
    pub(super) async fn wait(entry: &Entry, host: &Host) -> Self {
        let mut wait = Wait::begin(entry, host);
        loop {
            if let Some(turn) = Self::try_now(entry).await {
                return turn;
            }
            if !wait.a_little().await {
                return Self::Alone;
            }
        }
    }

    /// Logs in, and leaves the outcome for the others.
    pub(super) async fn log_in(self, login: &Login, entry: &Entry, replaces: Option<Order>) -> Result<Arc<Access>> {
        let outcome = match &self {
            Self::Held(lease) => lease.hold(login.log_in()).await,
            Self::Alone => login.log_in().await,
        };
        match (&outcome, &self) {
            (Ok(access), turn) => {
                let fence = if let Self::Held(lease) = turn { lease.fence() } else { 0 };
                entry.keep(access, fence, replaces).await;
                entry.count(Count::Login).await;
            }
            (Err(error), Self::Held(lease)) => entry.keep_failure(error, &lease.mark()).await,
            // Nobody waits for the outcome.
            (Err(_), Self::Alone) => {}
        }
        self.end().await;
        outcome.map(Arc::new)
    }

    /// Ends the turn, so that the next process can take it.
    pub(super) async fn end(self) {
        if let Self::Held(lease) = self {
            lease.release().await;
        }
    }
}

/// Waits for another process with growing, randomized delays.
pub(super) struct Wait<'a> {
    host: &'a Host,
    began: Moment,
    step: Duration,
    longest: Duration,
}

impl<'a> Wait<'a> {
    pub(super) fn begin(entry: &Entry, host: &'a Host) -> Self {
        let (step, longest) = if entry.is_shared() { (20, 150) } else { (2, 20) };
        let (step, longest) = (Duration::from_millis(step), Duration::from_millis(longest));
        Self { host, began: host.now(), step, longest }
    }

    /// Waits about one step; `false` when the wait has taken too long.
    pub(super) async fn a_little(&mut self) -> bool {
        if self.began.until(self.host.now()) > LONGEST_WAIT_FOR_ANOTHER_PROCESS {
            tracing::warn!(target: "archstone::cache", "another process has held the login lock for too long: logging in without it");
            return false;
        }
        tokio::time::sleep(around(self.step)).await;
        self.step = (self.step * 2).min(self.longest);
        true
    }
}

/// A random time between half and one and a half of `time`, so that many waiting processes do not act in step.
pub(super) fn around(time: Duration) -> Duration {
    time.mul_f64(0.5 + random_part())
}

/// A random number between 0 and 1. Without randomness it is 0, and all processes act in step.
pub(super) fn random_part() -> f64 {
    let mut random = [0; 4];
    let _ = SystemRandom::new().fill(&mut random);
    f64::from(u32::from_le_bytes(random)) / f64::from(u32::MAX)
}

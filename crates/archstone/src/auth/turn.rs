//! Whose turn it is to log in, among all processes that use a store.

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

/// A holder that takes longer than any login is not waited for.
const LONGEST_WAIT_FOR_ANOTHER_PROCESS: Duration = Duration::from_secs(90);

/// Whether this process may log in, and whether others wait for it.
pub(super) enum Turn {
    /// It is the one.
    Held(Lease),
    /// It logs in beside others: there is no lease to be had, or its holder takes too long.
    Alone,
}

impl Turn {
    /// Its turn, unless it is another's now.
    pub(super) async fn try_now(entry: &Entry) -> Option<Self> {
        match entry.lease().await {
            Ok(lease) => lease.map(Self::Held),
            Err(trouble) => {
                tracing::debug!(target: "archstone::cache", %trouble, "no lease among processes");
                Some(Self::Alone)
            }
        }
    }

    /// Its turn, after waiting for it.
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
            // Nobody waits for it.
            (Err(_), Self::Alone) => {}
        }
        self.end().await;
        outcome.map(Arc::new)
    }

    /// Lets the next one in.
    pub(super) async fn end(self) {
        if let Self::Held(lease) = self {
            lease.release().await;
        }
    }
}

/// A wait for another process: longer with each step, and not in step with others.
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

    /// Waits about a step; `false` when it has taken too long.
    pub(super) async fn a_little(&mut self) -> bool {
        if self.began.until(self.host.now()) > LONGEST_WAIT_FOR_ANOTHER_PROCESS {
            tracing::warn!(target: "archstone::cache", "another process has held the login for too long: logging in beside it");
            return false;
        }
        tokio::time::sleep(around(self.step)).await;
        self.step = (self.step * 2).min(self.longest);
        true
    }
}

/// From half to one and a half of a time, so that many who wait are not in step.
pub(super) fn around(time: Duration) -> Duration {
    time.mul_f64(0.5 + random_part())
}

/// Something between 0 and 1. Without randomness it is 0, and all are in step.
pub(super) fn random_part() -> f64 {
    let mut random = [0; 4];
    let _ = SystemRandom::new().fill(&mut random);
    f64::from(u32::from_le_bytes(random)) / f64::from(u32::MAX)
}

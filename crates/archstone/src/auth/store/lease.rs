//! Leases: the right to log in, held by one process at a time.

use std::{fs::File, sync::Arc, time::Duration};

use serde_json::{Value, json};

use super::Store;
use crate::{error::Error, host::Host, secret::Secret};

/// A holder that has crashed delays the others at most this long.
pub(super) const LEASE: Duration = Duration::from_secs(5);
/// How often a holder prolongs its lease.
const PROLONGED_EACH: Duration = Duration::from_millis(1500);

/// Held during a login.
#[derive(Debug)]
pub(crate) struct Lease(Kind);

#[derive(Debug)]
enum Kind {
    /// A lock of the operating system, which is released with the file or the process.
    Lock { host: Host, _file: File },
    /// An entry in a shared store, which expires by itself.
    Entry { store: Arc<dyn Store>, name: String, owner: String, fence: u64, is_over: bool },
}

impl Lease {
    pub(super) fn of_lock(file: File, host: &Host) -> Self {
        Self(Kind::Lock { host: host.clone(), _file: file })
    }

    /// Created before the store is queried, so that a caller that is cancelled during the query does not leave a lease
    /// behind.
    #[cfg(any(feature = "memcached", feature = "redis"))]
    pub(super) fn of_entry(store: Arc<dyn Store>, name: &str, owner: &str) -> Self {
        Self(Kind::Entry { store, name: name.to_owned(), owner: owner.to_owned(), fence: 0, is_over: false })
    }

    /// The store's response: the lease's number, or that another process has it.
    #[cfg(any(feature = "memcached", feature = "redis"))]
    pub(super) fn taken(mut self, number: Option<u64>) -> Option<Self> {
        if let Kind::Entry { fence, is_over, .. } = &mut self.0 {
            *fence = number.unwrap_or(0);
            *is_over = number.is_none();
        }
        number.map(|_| self)
    }

    /// Runs the work that the lease protects, and prolongs the lease meanwhile.
    pub(crate) async fn hold<T>(&self, work: impl Future<Output = T>) -> T {
        let Kind::Entry { store, name, owner, .. } = &self.0 else { return work.await };
        let prolonging = async {
            loop {
                tokio::time::sleep(PROLONGED_EACH).await;
                if let Err(trouble) = store.prolong(name, owner).await {
                    tracing::debug!(target: "archstone::cache", %trouble, "the lease is not prolonged");
                }
            }
        };
        let (work, prolonging) = (std::pin::pin!(work), std::pin::pin!(prolonging));
        match futures_util::future::select(work, prolonging).await {
            futures_util::future::Either::Left((outcome, _)) => outcome,
            futures_util::future::Either::Right((never, _)) => never,
        }
    }

    /// The number of the lease, which orders the tokens obtained under it.
    pub(crate) fn fence(&self) -> u64 {
        match self.0 {
            Kind::Lock { .. } => 0,
            Kind::Entry { fence, .. } => fence,
        }
    }

    /// The present, in a form that waiting processes can compare.
    pub(crate) fn mark(&self) -> Mark {
        match &self.0 {
            Kind::Lock { host, .. } => Mark::now(host),
            Kind::Entry { fence, store, .. } => Mark::Fence { fence: *fence, at: microseconds(store.now()) },
        }
    }

    /// Releases the lease, so that the next one can take it.
    pub(crate) async fn release(mut self) {
        if let Kind::Entry { store, name, owner, is_over, .. } = &mut self.0 {
            *is_over = true;
            if let Err(trouble) = store.release(name, owner).await {
                tracing::debug!(target: "archstone::cache", %trouble, "the lease is not released, and ends by itself");
            }
        }
    }
}

impl Drop for Lease {
    /// A cancelled login releases the lease, too.
    fn drop(&mut self) {
        let Kind::Entry { store, name, owner, is_over: false, .. } = &mut self.0 else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let (store, name, owner) = (Arc::clone(store), std::mem::take(name), std::mem::take(owner));
        runtime.spawn(async move {
            let _ = store.release(&name, &owner).await;
        });
    }
}

/// A point in the order of logins that all users of a store can compare.
#[derive(Clone, Debug)]
pub(crate) enum Mark {
    /// On this machine.
    Moment { boot_id: Option<String>, since_start: u64, wall: u64 },
    /// The number of a lease, and the time by the store's clock.
    Fence { fence: u64, at: u64 },
}

impl Mark {
    pub(super) fn now(host: &Host) -> Self {
        Self::Moment {
            boot_id: host.clock().boot_id(),
            since_start: microseconds(host.now().since_start()),
            wall: microseconds(host.wall()),
        }
    }

    /// Encodes an error, for others that wait for the same login.
    pub(super) fn record(&self, error: &Error) -> Secret {
        let mut record = json!({ "error": error.to_record() });
        match self {
            Self::Moment { boot_id, since_start, wall } => {
                record["boot_id"] = json!(boot_id);
                record["since_start_us"] = json!(since_start);
                record["wall_us"] = json!(wall);
            }
            Self::Fence { fence, at } => {
                record["fence"] = json!(fence);
                record["at_us"] = json!(at);
            }
        }
        Secret::from(record.to_string())
    }

    /// The error of another process, if it failed since. A store can only report a failure: one that is written back
    /// into it is old.
    pub(super) fn failure_since(&self, record: &Secret) -> Option<Error> {
        let record: Value = serde_json::from_str(record.expose()).ok()?;
        let is_since = match self {
            Self::Moment { boot_id, since_start, wall } => {
                let same_start = boot_id.is_some() && record["boot_id"].as_str() == boot_id.as_deref();
                let (key, began) = if same_start { ("since_start_us", since_start) } else { ("wall_us", wall) };
                record[key].as_u64()? > *began
            }
            // A holder stores its failure before it releases the lease: a process that looks in between has seen that
            // lease.
            Self::Fence { fence, at } => {
                record["fence"].as_u64()? >= *fence
                    && record["at_us"].as_u64()?.saturating_add(microseconds(LEASE)) >= *at
            }
        };
        is_since.then(|| Error::from_record(&record["error"])).flatten()
    }
}

pub(super) fn microseconds(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn a_failure_counts_for_those_who_saw_its_lease_and_for_nobody_later() {
        let second = 1_000_000;
        let error = Error::new(ErrorKind::Unauthenticated, "refused");
        let failed = Mark::Fence { fence: 100 * second, at: 103 * second }.record(&error);
        // The lease that was seen, and when.
        let table = [
            (100, 101, true),
            (90, 101, true),
            (100, 107, true),
            (101, 101, false),
            // An old failure next to a lease whose number matches.
            (1, 109, false),
            (100, 100_000, false),
        ];
        for (fence, at, counts) in table {
            let seen = Mark::Fence { fence: fence * second, at: at * second };
            assert_eq!(seen.failure_since(&failed).is_some(), counts, "{fence} {at}");
        }
    }
}

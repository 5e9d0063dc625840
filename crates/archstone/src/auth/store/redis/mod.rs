//! Redis and Valkey: a single server, one that Sentinels name, or a Cluster.
//!
//! Every atomic step is a script, which the server runs as a whole. All keys of a login share a hash tag, so that in a
//! Cluster they are on one server.

mod bounded;
mod link;
mod scripts;

use std::{
    collections::BTreeSet,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use redis::{Cmd, FromRedisValue};

use self::{
    link::Link,
    scripts::{CLEAR, COUNT, FAILURE, KEEP, LOOK, NUMBERS, PROLONG, RELEASE, TAKE},
};
use super::{
    Answer, Content, Count, KEPT, Kept, Lease, Listing, Look, Mark, Numbers, Order, Store, Trouble,
    lease::{LEASE, microseconds},
    shared::{Breaker, FAILURE_KEPT, FIRST_PREFIX, PREFIX, is_name, owner, salt},
};
use crate::{
    auth::store::{Server, SharedAddress},
    host::{Host, Moment},
    secret::Secret,
};

/// Later than any date, and exactly representable as a Lua number.
const MAX_DATE: u64 = 1 << 53;
/// How many keys a server examines in each step of a listing.
const STEP: u32 = 1000;
/// A listing stops at this many tokens, and after this long, whatever the server sends.
const MOST_NAMES: usize = 100_000;
const LONGEST_LISTING: Duration = Duration::from_secs(60);
/// Larger than any Cluster that the protocol's authors expect.
const MOST_NODES: usize = 1000;

/// A Redis or Valkey, on any number of servers.
pub(super) struct Redis {
    link: Link,
    breaker: Breaker,
    /// How far the server's date is ahead of this machine's monotonic clock, in microseconds.
    ahead: AtomicU64,
    host: Host,
}

impl Redis {
    pub(super) fn new(address: &SharedAddress, host: &Host) -> Self {
        Self {
            link: Link::new(address),
            breaker: Breaker::new(address.shown(), address.question(), host),
            ahead: AtomicU64::new(0),
            host: host.clone(),
        }
    }

    fn own_time(&self) -> u64 {
        microseconds(self.host.now().since_start())
    }

    async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Trouble> {
        self.breaker.ask(self.link.ask(command, None)).await
    }

    /// The names of all logins in a format on one server.
    async fn names(&self, prefix: &str, node: Option<&Server>, ends: Moment) -> Result<BTreeSet<String>, Trouble> {
        let mut names = BTreeSet::new();
        let mut cursor = 0;
        loop {
            let mut command = redis::cmd("SCAN");
            command.arg(cursor).arg("MATCH").arg(format!("{prefix}{{*}}:*")).arg("COUNT").arg(STEP);
            let (next, keys): (u64, Vec<Vec<u8>>) = self.breaker.ask(self.link.ask(&command, node)).await?;
            let inner = keys.iter().filter_map(|key| {
                let key = std::str::from_utf8(key).ok()?;
                key.strip_prefix(prefix)?.strip_prefix('{')?.split_once("}:")
            });
            names.extend(inner.map(|(name, _)| name).filter(|name| is_name(name)).map(ToOwned::to_owned));
            cursor = next;
            if cursor == 0 {
                return Ok(names);
            }
            if names.len() > MOST_NAMES || self.host.now() > ends {
                let seconds = LONGEST_LISTING.as_secs();
                let what = format!("the list has no end after {} tokens and up to {seconds} seconds", names.len());
                return Err(Trouble::refused(what));
            }
        }
    }

    /// The names of all logins in a format.
    async fn all_names(&self, prefix: &str) -> Result<BTreeSet<String>, Trouble> {
        let ends = self.host.now().later(LONGEST_LISTING);
        let Some(nodes) = self.breaker.ask(self.link.nodes()).await? else {
            return self.names(prefix, None, ends).await;
        };
        let mut names = BTreeSet::new();
        for node in nodes.iter().take(MOST_NODES) {
            names.append(&mut self.names(prefix, Some(node), ends).await?);
        }
        Ok(names)
    }

    async fn clear_as(&self, prefix: &str, name: &str) -> Result<bool, Trouble> {
        self.ask(&script_of(CLEAR, prefix, name, &["token", "failure", "counts"])).await
    }
}

fn key(name: &str, what: &str) -> String {
    key_of(PREFIX, name, what)
}

fn key_of(prefix: &str, name: &str, what: &str) -> String {
    format!("{prefix}{{{name}}}:{what}")
}

fn script(script: &str, name: &str, keys: &[&str]) -> Cmd {
    script_of(script, PREFIX, name, keys)
}

fn script_of(script: &str, prefix: &str, name: &str, keys: &[&str]) -> Cmd {
    let mut command = redis::cmd("EVAL");
    command.arg(script).arg(keys.len());
    for what in keys {
        command.arg(key_of(prefix, name, what));
    }
    command
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl Store for Redis {
    fn is_shared(&self) -> bool {
        true
    }

    fn salt(&self, identity: &str) -> Vec<u8> {
        salt(identity)
    }

    fn secret(&self) -> Option<&Secret> {
        self.link.address().secret.as_ref()
    }

    fn place(&self, name: &str, content: Content) -> Vec<u8> {
        key(name, content.name()).into_bytes()
    }

    /// The server's date, extrapolated with this machine's monotonic clock since it was last read.
    fn now(&self) -> Duration {
        match self.ahead.load(Ordering::Relaxed) {
            // Not read yet.
            0 => self.host.wall(),
            ahead => Duration::from_micros(self.own_time().wrapping_add(ahead)),
        }
    }

    fn look<'a>(&'a self, name: &'a str) -> Answer<'a, Look> {
        type Found = (u64, u64, i64, Option<Vec<u8>>, Option<u64>, Option<u64>);
        Box::pin(async move {
            let (now, since, left, sealed, issued, fence): Found =
                self.ask(&script(LOOK, name, &["token", "lease"])).await?;
            self.ahead.store(now.wrapping_sub(self.own_time()), Ordering::Relaxed);
            let order = Order { issued: issued.unwrap_or(0), fence: fence.unwrap_or(0) };
            Ok(Look {
                token: sealed.map(|sealed| Kept { sealed, order }),
                left: u64::try_from(left).ok().map(Duration::from_millis),
                since: Mark::Fence { fence: since, at: now },
            })
        })
    }

    fn failure<'a>(&'a self, name: &'a str) -> Answer<'a, Option<Vec<u8>>> {
        Box::pin(async move { self.ask(&script(FAILURE, name, &["failure"])).await })
    }

    fn keep<'a>(&'a self, name: &'a str, token: Kept, life: Duration, replaces: Option<Order>) -> Answer<'a, ()> {
        Box::pin(async move {
            let Kept { sealed, order: Order { issued, fence } } = token;
            let mut command = script(KEEP, name, &["token"]);
            command.arg(sealed).arg(issued).arg(fence).arg(milliseconds(life).max(1));
            match replaces {
                Some(seen) => command.arg(seen.issued).arg(seen.fence),
                None => command.arg("").arg(""),
            };
            let is_kept: bool = self.ask(&command).await?;
            if !is_kept {
                tracing::debug!(target: "archstone::cache", "the store has a fresher token");
            }
            Ok(())
        })
    }

    fn keep_failure<'a>(&'a self, name: &'a str, sealed: Vec<u8>) -> Answer<'a, ()> {
        Box::pin(async move {
            let mut command = redis::cmd("SET");
            command.arg(key(name, "failure")).arg(sealed).arg("PX").arg(milliseconds(FAILURE_KEPT));
            self.ask(&command).await
        })
    }

    fn forget<'a>(&'a self, name: &'a str) -> Answer<'a, ()> {
        Box::pin(async move { self.ask(redis::cmd("DEL").arg(key(name, "token"))).await })
    }

    fn lease<'a>(self: Arc<Self>, name: &'a str, _locks: &'static str) -> Answer<'a, Option<Lease>> {
        Box::pin(async move {
            let owner = owner()?;
            let too_late = match self.ahead.load(Ordering::Relaxed) {
                // Not read yet.
                0 => MAX_DATE,
                ahead => self.own_time().wrapping_add(ahead).wrapping_add(microseconds(self.link.address().question())),
            };
            let mut command = script(TAKE, name, &["token", "lease"]);
            command.arg(&owner).arg(milliseconds(LEASE)).arg(too_late);
            let lease = Lease::of_entry(Arc::clone(&self) as Arc<dyn Store>, name, &owner);
            Ok(lease.taken(self.ask(&command).await?))
        })
    }

    fn prolong<'a>(&'a self, name: &'a str, owner: &'a str) -> Answer<'a, ()> {
        Box::pin(async move { self.ask(script(PROLONG, name, &["lease"]).arg(owner).arg(milliseconds(LEASE))).await })
    }

    fn release<'a>(&'a self, name: &'a str, owner: &'a str) -> Answer<'a, ()> {
        Box::pin(async move { self.ask(script(RELEASE, name, &["lease"]).arg(owner)).await })
    }

    fn count<'a>(&'a self, name: &'a str, what: Count) -> Answer<'a, ()> {
        Box::pin(
            async move { self.ask(script(COUNT, name, &["counts"]).arg(what.name()).arg(milliseconds(KEPT))).await },
        )
    }

    fn shown(&self) -> String {
        self.link.address().shown()
    }

    fn list(&self) -> Answer<'_, Option<Listing>> {
        Box::pin(async move {
            let names = self.all_names(PREFIX).await?.into_iter().collect();
            let outdated = self.all_names(FIRST_PREFIX).await.map_or(0, |it| it.len());
            Ok(Some(Listing { names, outdated }))
        })
    }

    fn clear_all(&self) -> Answer<'_, Option<usize>> {
        Box::pin(async move {
            let mut cleared = 0;
            for name in self.all_names(PREFIX).await? {
                cleared += usize::from(self.clear_as(PREFIX, &name).await?);
            }
            // A user may have access only to keys of this format.
            for name in self.all_names(FIRST_PREFIX).await.unwrap_or_default() {
                cleared += usize::from(self.clear_as(FIRST_PREFIX, &name).await.unwrap_or(false));
            }
            Ok(Some(cleared))
        })
    }

    fn numbers<'a>(&'a self, name: &'a str) -> Answer<'a, Option<Numbers>> {
        type Found = (u64, i64, u64, Option<u64>, Option<u64>, Option<u64>);
        Box::pin(async move {
            let (size, left, now, fence, hits, logins): Found =
                self.ask(&script(NUMBERS, name, &["token", "counts"])).await?;
            if size == 0 {
                return Ok(None);
            }
            Ok(Some(Numbers {
                size,
                // A lease's number is the date on which it was taken.
                age: fence.filter(|it| *it > 0).map(|it| Duration::from_micros(now.saturating_sub(it))),
                left: u64::try_from(left).ok().map(Duration::from_millis),
                hits: hits.unwrap_or(0),
                logins: logins.unwrap_or(0),
            }))
        })
    }

    fn clear<'a>(&'a self, name: &'a str) -> Answer<'a, bool> {
        Box::pin(async move { self.clear_as(PREFIX, name).await })
    }
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Redis").field(&self.link.address().shown()).finish()
    }
}

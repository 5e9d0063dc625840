//! One connection to a memcached server, with the operations on a login's entries.

use std::{io, time::Duration};

use super::{
    super::{KEPT, Kept, Numbers, Order, lease::LEASE, shared::PREFIX, stream::Stream},
    wire::{Increment, Swap, Value, Wire},
};

/// How often a `cas` that lost a race is tried again.
const TRIES: usize = 8;

pub(super) struct Connection(pub(super) Wire<Box<dyn Stream>>);

impl Connection {
    pub(super) async fn look(&mut self, name: &str) -> io::Result<(Option<Kept>, u64)> {
        let [token, lease, fence] = self.get(name, ["token", "lease", "fence"]).await?;
        // If there is no lease now, the next one counts.
        let since = match lease {
            Some(lease) => number(&lease.bytes),
            None => fence.map_or(0, |it| number(&it.bytes)).saturating_add(1),
        };
        Ok((token.and_then(|it| opened(&it.bytes)), since))
    }

    pub(super) async fn get<const N: usize>(&mut self, name: &str, what: [&str; N]) -> io::Result<[Option<Value>; N]> {
        let keys = what.map(|what| key(name, what));
        self.0.get(keys.each_ref().map(String::as_str)).await
    }

    /// Updates an entry with the result of `make`, and retries while others are faster.
    pub(super) async fn change(
        &mut self,
        key: &str,
        life: u32,
        make: impl Fn(Option<&[u8]>) -> Option<Vec<u8>>,
    ) -> io::Result<()> {
        for _ in 0..TRIES {
            let [there] = self.0.get([key]).await?;
            let Some(value) = make(there.as_ref().map(|it| &*it.bytes)) else { return Ok(()) };
            let is_done = match there {
                None => self.0.add(key, &value, life).await?,
                Some(there) => self.0.swap(key, &value, there.version, life).await? == Swap::Done,
            };
            if is_done {
                return Ok(());
            }
        }
        Err(io::Error::other("others were faster each time"))
    }

    pub(super) async fn keep(
        &mut self,
        name: &str,
        token: &Kept,
        life: Duration,
        replaces: Option<Order>,
    ) -> io::Result<()> {
        let value = [&token.order.issued.to_be_bytes()[..], &token.order.fence.to_be_bytes(), &token.sealed].concat();
        let make = |there: Option<&[u8]>| {
            let there = there.and_then(opened).map(|it| it.order);
            let may = there.is_none_or(|there| Some(there) == replaces || there <= token.order);
            may.then(|| value.clone())
        };
        self.change(&key(name, "token"), seconds(life), make).await
    }

    pub(super) async fn delete(&mut self, name: &str, what: &str) -> io::Result<bool> {
        self.0.delete(&key(name, what)).await
    }

    pub(super) async fn numbers(&mut self, name: &str) -> io::Result<Option<Numbers>> {
        let [token, hits, logins] = self.get(name, ["token", "hits", "logins"]).await?;
        let Some(token) = token.and_then(|it| opened(&it.bytes)) else { return Ok(None) };
        let count = |value: Option<Value>| value.map_or(0, |it| number(&it.bytes));
        let size = token.sealed.len() as u64;
        Ok(Some(Numbers { size, age: None, left: None, hits: count(hits), logins: count(logins) }))
    }

    pub(super) async fn clear(&mut self, name: &str) -> io::Result<bool> {
        let was_there = self.delete(name, "token").await?;
        for what in ["failure", "hits", "logins"] {
            self.delete(name, what).await?;
        }
        Ok(was_there)
    }

    /// Increments a number; starts at `first` if there is none.
    pub(super) async fn increment(&mut self, key: &str, first: u64, life: u32) -> io::Result<u64> {
        for _ in 0..TRIES {
            match self.0.increment(key).await? {
                Increment::To(number) => return Ok(number),
                Increment::Absent => {}
                Increment::NotANumber => {
                    self.0.delete(key).await?;
                }
            }
            if self.0.add(key, first.to_string().as_bytes(), life).await? {
                return Ok(first);
            }
        }
        Err(io::Error::other("others were faster each time"))
    }

    pub(super) async fn lease(
        &mut self,
        name: &str,
        owner: &str,
        now: u64,
        is_abandoned: impl Fn(u64) -> bool,
    ) -> io::Result<Option<u64>> {
        let [held] = self.get(name, ["lease"]).await?;
        if held.as_ref().is_some_and(|held| !is_abandoned(held.version)) {
            return Ok(None);
        }
        // Counts from the current date, so that a restarted server does not begin with lower numbers.
        let fence = self.increment(&key(name, "fence"), now, seconds(KEPT)).await?;
        let (key, value) = (key(name, "lease"), format!("{fence} {owner}"));
        let is_taken = match held {
            None => self.0.add(&key, value.as_bytes(), seconds(LEASE)).await?,
            Some(held) => self.0.swap(&key, value.as_bytes(), held.version, seconds(LEASE)).await? == Swap::Done,
        };
        Ok(is_taken.then_some(fence))
    }

    pub(super) async fn prolong(&mut self, name: &str, owner: &str) -> io::Result<()> {
        let make = |there: Option<&[u8]>| there.filter(|it| it.ends_with(owner.as_bytes())).map(<[u8]>::to_vec);
        self.change(&key(name, "lease"), seconds(LEASE), make).await
    }

    pub(super) async fn release(&mut self, name: &str, owner: &str) -> io::Result<()> {
        let [Some(there)] = self.get(name, ["lease"]).await? else { return Ok(()) };
        let key = key(name, "lease");
        // The writer still has the lease, and nobody else can take it before it is deleted.
        if there.bytes.ends_with(owner.as_bytes())
            && self.0.swap(&key, b"0 released", there.version, seconds(LEASE)).await? == Swap::Done
        {
            self.0.delete(&key).await?;
        }
        Ok(())
    }
}

pub(super) fn key(name: &str, what: &str) -> String {
    format!("{PREFIX}{name}:{what}")
}

/// The number at the beginning of a value.
fn number(value: &[u8]) -> u64 {
    let digits = value.iter().take_while(|it| it.is_ascii_digit()).count();
    std::str::from_utf8(&value[..digits]).ok().and_then(|it| it.parse().ok()).unwrap_or(0)
}

fn opened(value: &[u8]) -> Option<Kept> {
    let (issued, rest) = value.split_first_chunk()?;
    let (fence, sealed) = rest.split_first_chunk()?;
    let order = Order { issued: u64::from_be_bytes(*issued), fence: u64::from_be_bytes(*fence) };
    Some(Kept { sealed: sealed.to_vec(), order })
}

/// Whole seconds, below the thirty days from which on memcached interprets them as a date.
pub(super) fn seconds(time: Duration) -> u32 {
    u32::try_from(time.as_secs().clamp(1, 29 * 24 * 3600)).unwrap_or(1)
}

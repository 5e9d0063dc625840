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
        // The server reads these keys in this order. A lease that is taken in between has the next number, too.
        let [fence, lease, token] = self.get(name, ["fence", "lease", "token"]).await?;
        let held = lease.map_or(0, |it| number(&it.bytes));
        // If there is no lease now, the next one counts.
        let since = if held > 0 { held } else { fence.map_or(0, |it| number(&it.bytes)).saturating_add(1) };
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
        let [fence, held] = self.get(name, ["fence", "lease"]).await?;
        if held.as_ref().is_some_and(|held| !is_abandoned(held.version)) {
            return Ok(None);
        }
        // Counts from the current date, so that a restarted server does not begin with lower numbers.
        let next = fence.as_ref().map_or(0, |it| number(&it.bytes)).saturating_add(1).max(now);
        let value = format!("{next} {owner}");
        let lease = key(name, "lease");
        let is_taken = match held {
            None => self.0.add(&lease, value.as_bytes(), seconds(LEASE)).await?,
            Some(held) => self.0.swap(&lease, value.as_bytes(), held.version, seconds(LEASE)).await? == Swap::Done,
        };
        if !is_taken {
            return Ok(None);
        }
        // Stored after the lease: a number without its lease would look like that of an earlier one, and a process that
        // looks in between would not recognize the outcome.
        let (key, value) = (key(name, "fence"), next.to_string());
        let is_next = match fence {
            None => self.0.add(&key, value.as_bytes(), seconds(KEPT)).await?,
            Some(fence) => self.0.swap(&key, value.as_bytes(), fence.version, seconds(KEPT)).await? == Swap::Done,
        };
        if !is_next {
            // Another process has held the lease since the number was read.
            self.release(name, owner).await?;
            return Ok(None);
        }
        Ok(Some(next))
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

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        sync::{Arc, Mutex},
    };

    use tokio::{
        io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream},
        sync::Semaphore,
    };

    use super::*;

    /// The values of a server, and their versions.
    type Values = Arc<Mutex<BTreeMap<String, (Vec<u8>, u64)>>>;

    /// A connection to a server that executes one command for each permit.
    fn connection(values: &Values, permits: &Arc<Semaphore>) -> Connection {
        let (near, far) = tokio::io::duplex(1 << 16);
        tokio::spawn(serve(BufReader::new(far), Arc::clone(values), Arc::clone(permits)));
        Connection(Wire::new(Box::new(near)))
    }

    async fn serve(mut client: BufReader<DuplexStream>, values: Values, permits: Arc<Semaphore>) -> io::Result<()> {
        loop {
            let mut line = String::new();
            client.read_line(&mut line).await?;
            let words: Vec<_> = line.split_whitespace().collect();
            let mut value = Vec::new();
            if let ["add" | "cas", _, _, _, length, ..] = *words {
                value.resize(length.parse::<usize>().expect("a length") + 2, 0);
                client.read_exact(&mut value).await?;
                value.truncate(value.len() - 2);
            }
            permits.acquire().await.expect("open").forget();
            let response = executed(&mut values.lock().expect("not poisoned"), &words, value);
            client.write_all(response.as_bytes()).await?;
        }
    }

    fn executed(values: &mut BTreeMap<String, (Vec<u8>, u64)>, words: &[&str], value: Vec<u8>) -> String {
        let there = words.get(1).and_then(|key| values.get(*key)).map(|it| it.1);
        let next = values.values().map(|it| it.1).max().unwrap_or(0) + 1;
        match (words, there) {
            (["gets", keys @ ..], _) => {
                let found = keys.iter().filter_map(|key| Some((key, values.get(*key)?)));
                let found = found.map(|(key, (value, version))| {
                    format!("VALUE {key} 0 {} {version}\r\n{}\r\n", value.len(), String::from_utf8_lossy(value))
                });
                found.collect::<String>() + "END\r\n"
            }
            (["add", ..], Some(_)) => "NOT_STORED\r\n".to_owned(),
            (["cas", .., version], Some(there)) if *version != there.to_string() => "EXISTS\r\n".to_owned(),
            (["cas" | "delete", ..], None) => "NOT_FOUND\r\n".to_owned(),
            (["add" | "cas", key, ..], _) => {
                values.insert((*key).to_owned(), (value, next));
                "STORED\r\n".to_owned()
            }
            (["delete", key], _) => {
                values.remove(*key);
                "DELETED\r\n".to_owned()
            }
            _ => "ERROR\r\n".to_owned(),
        }
    }

    /// Executes all tasks until they wait for something.
    async fn settled() {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn whoever_looks_while_a_lease_is_taken_recognizes_its_outcome_and_nobody_later_does() {
        // How many of the holder's commands have been executed when another process looks.
        for executed in 0..5 {
            let [permits, unlimited] = [0, 1000].map(|it| Arc::new(Semaphore::new(it)));
            let values = Values::default();
            let mut other = connection(&values, &unlimited);
            // An earlier lease, whose outcome must not be recognized.
            let earlier = other.lease("login", "earlier", 5, |_| false).await.unwrap().unwrap();
            other.release("login", "earlier").await.unwrap();

            let mut holder = connection(&values, &permits);
            let taken = tokio::spawn(async move {
                let fence = holder.lease("login", "holder", 5, |_| false).await.unwrap().unwrap();
                (holder, fence)
            });
            permits.add_permits(executed);
            settled().await;
            let (_, since) = other.look("login").await.unwrap();
            permits.add_permits(1000);
            let (mut holder, fence) = taken.await.unwrap();
            assert!(earlier < since && since <= fence, "{executed}: {earlier} {since} {fence}");

            holder.release("login", "holder").await.unwrap();
            assert!(other.look("login").await.unwrap().1 > fence, "{executed}");
        }
    }

    #[tokio::test]
    async fn a_number_that_is_none_or_has_been_used_meanwhile_is_not_used() {
        let [permits, unlimited] = [0, 1000].map(|it| Arc::new(Semaphore::new(it)));
        let values = Values::default();
        values.lock().unwrap().insert(key("login", "fence"), (b"tampered".to_vec(), 1));
        let mut other = connection(&values, &unlimited);
        let mut slow = connection(&values, &permits);
        let late = tokio::spawn(async move { slow.lease("login", "slow", 7, |_| false).await.unwrap() });
        permits.add_permits(1);
        settled().await;
        assert_eq!(other.lease("login", "other", 7, |_| false).await.unwrap(), Some(7));
        other.release("login", "other").await.unwrap();
        permits.add_permits(1000);
        assert_eq!(late.await.unwrap(), None);
        assert_eq!(other.lease("login", "other", 7, |_| false).await.unwrap(), Some(8));
    }
}

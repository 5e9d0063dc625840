//! memcached: several servers, each login on one of them.
//!
//! memcached has no multi-step transactions; an atomic step is an `add`, or a `cas` that is retried. A token is
//! preceded by 16 bytes that say how fresh it is. While a server is down, the entries of its logins are unavailable:
//! nobody looks for them on another server, or two tokens would be valid at once.
//!
//! It does not report an entry's remaining lifetime. A lease that its holder does not prolong is taken over, however
//! long the server would keep it.

mod connection;
mod ketama;
mod wire;

use std::{
    collections::HashMap,
    fmt, io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    runtime::{Handle, Id},
    time::timeout,
};

use super::{
    Answer, Content, Count, KEPT, Kept, Lease, Listing, Look, Mark, Numbers, Order, Store, Trouble,
    lease::{LEASE, microseconds},
    shared::{Breaker, FAILURE_KEPT, owner, salt},
    stream::open,
};
use crate::{
    auth::store::{Server, SharedAddress},
    host::{Host, Moment},
    secret::Secret,
};
use connection::{Connection, key, seconds};
use ketama::Ring;
use wire::{Value, Wire};

/// Idle connections that are kept for each server.
const IDLE: usize = 4;

/// How many leases of others are remembered at the same time.
const MOST_SEEN: usize = 4096;

/// The memcached servers.
pub(super) struct Memcached {
    address: SharedAddress,
    host: Host,
    ring: Ring,
    nodes: Vec<Node>,
    /// The leases of others: their versions, and since when they have not changed.
    seen: Mutex<HashMap<String, (u64, Moment)>>,
}

/// One server.
struct Node {
    server: Server,
    breaker: Breaker,
    /// A connection works only in the runtime that made it.
    idle: Mutex<Vec<(Id, Connection)>>,
}

impl Memcached {
    pub(super) fn new(address: &SharedAddress, host: &Host) -> Self {
        let names: Vec<_> = address.servers.iter().map(Server::shown).collect();
        let nodes = address.servers.iter().map(|server| Node {
            server: server.clone(),
            breaker: Breaker::new(address.shown_of(server), address.question(), host),
            idle: Mutex::default(),
        });
        Self {
            address: address.clone(),
            host: host.clone(),
            ring: Ring::of(&names),
            nodes: nodes.collect(),
            seen: Mutex::default(),
        }
    }

    /// Whether a lease has kept this version for longer than its holder would.
    fn is_abandoned(&self, name: &str, version: u64) -> bool {
        let now = self.host.now();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MOST_SEEN {
            seen.retain(|_, (_, since)| since.until(now) <= LEASE);
        }
        match seen.get(name) {
            Some((it, since)) if *it == version => since.until(now) > LEASE,
            _ => {
                seen.insert(name.to_owned(), (version, now));
                false
            }
        }
    }

    fn node(&self, name: &str) -> &Node {
        &self.nodes[self.ring.server_of(name)]
    }

    /// A connection, and whether it is new.
    async fn connected(&self, node: &Node) -> Result<(Connection, bool), Trouble> {
        let runtime = Handle::current().id();
        {
            let mut idle = node.idle.lock().unwrap_or_else(PoisonError::into_inner);
            idle.retain(|(id, _)| *id == runtime);
            if let Some((_, connection)) = idle.pop() {
                return Ok((connection, false));
            }
        }
        let stream = open(&self.address, &node.server).await?;
        Ok((Connection(Wire::new(stream)), true))
    }
}

impl Node {
    fn put_back(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE {
            idle.push((Handle::current().id(), connection));
        }
    }

    /// If the server has closed one connection, the others are dropped, too.
    fn disconnect(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Sends a query to the server of a name; retries once on a new connection if an old one was closed meanwhile.
macro_rules! ask {
    ($store:expr, $name:expr, $connection:ident => $question:expr) => {{
        let node = $store.node($name);
        let question = async {
            loop {
                let (mut $connection, is_new) = $store.connected(node).await?;
                match timeout($store.address.answer, $question).await {
                    Ok(Ok(answer)) => {
                        node.put_back($connection);
                        return Ok(answer);
                    }
                    Ok(Err(error)) if !is_new && is_gone(&error) => node.disconnect(),
                    Ok(Err(error)) if error.kind() == io::ErrorKind::Other => return Err(Trouble::refused(error)),
                    Ok(Err(error)) => return Err(Trouble::down(error)),
                    Err(_) => return Err(Trouble::down("no answer in time")),
                }
            }
        };
        node.breaker.ask(question).await
    }};
}

fn is_gone(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected | UnexpectedEof)
}

impl Store for Memcached {
    fn is_shared(&self) -> bool {
        true
    }

    fn salt(&self, identity: &str) -> Vec<u8> {
        salt(identity)
    }

    fn secret(&self) -> Option<&Secret> {
        self.address.secret.as_ref()
    }

    fn place(&self, name: &str, content: Content) -> Vec<u8> {
        key(name, content.name()).into_bytes()
    }

    /// The local date: the servers do not include a time in their responses.
    fn now(&self) -> Duration {
        self.host.wall()
    }

    fn look<'a>(&'a self, name: &'a str) -> Answer<'a, Look> {
        Box::pin(async move {
            let (token, fence): (Option<Kept>, u64) = ask!(self, name, connection => connection.look(name))?;
            let since = Mark::Fence { fence, at: microseconds(self.now()) };
            Ok(Look { token, left: None, since })
        })
    }

    fn failure<'a>(&'a self, name: &'a str) -> Answer<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            let [failure]: [Option<Value>; 1] = ask!(self, name, connection => connection.get(name, ["failure"]))?;
            Ok(failure.map(|it| it.bytes))
        })
    }

    fn keep<'a>(&'a self, name: &'a str, token: Kept, life: Duration, replaces: Option<Order>) -> Answer<'a, ()> {
        Box::pin(async move { ask!(self, name, connection => connection.keep(name, &token, life, replaces)) })
    }

    fn keep_failure<'a>(&'a self, name: &'a str, sealed: Vec<u8>) -> Answer<'a, ()> {
        let key = key(name, "failure");
        Box::pin(async move {
            ask!(self, name, connection => connection.change(&key, seconds(FAILURE_KEPT), |_| Some(sealed.clone())))
        })
    }

    fn forget<'a>(&'a self, name: &'a str) -> Answer<'a, ()> {
        Box::pin(async move { ask!(self, name, connection => connection.delete(name, "token")).map(|_| ()) })
    }

    fn lease<'a>(self: Arc<Self>, name: &'a str, _locks: &'static str) -> Answer<'a, Option<Lease>> {
        Box::pin(async move {
            let (owner, now) = (owner()?, microseconds(self.host.wall()));
            let lease = Lease::of_entry(Arc::clone(&self) as Arc<dyn Store>, name, &owner);
            let is_abandoned = |version| self.is_abandoned(name, version);
            let fence: Option<u64> = ask!(self, name, connection => connection.lease(name, &owner, now, is_abandoned))?;
            Ok(lease.taken(fence))
        })
    }

    fn prolong<'a>(&'a self, name: &'a str, owner: &'a str) -> Answer<'a, ()> {
        Box::pin(async move { ask!(self, name, connection => connection.prolong(name, owner)) })
    }

    fn release<'a>(&'a self, name: &'a str, owner: &'a str) -> Answer<'a, ()> {
        Box::pin(async move { ask!(self, name, connection => connection.release(name, owner)) })
    }

    fn count<'a>(&'a self, name: &'a str, what: Count) -> Answer<'a, ()> {
        let key = key(name, what.name());
        Box::pin(
            async move { ask!(self, name, connection => connection.increment(&key, 1, seconds(KEPT))).map(|_| ()) },
        )
    }

    fn shown(&self) -> String {
        self.address.shown()
    }

    fn list(&self) -> Answer<'_, Option<Listing>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn clear_all(&self) -> Answer<'_, Option<usize>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn numbers<'a>(&'a self, name: &'a str) -> Answer<'a, Option<Numbers>> {
        Box::pin(async move { ask!(self, name, connection => connection.numbers(name)) })
    }

    fn clear<'a>(&'a self, name: &'a str) -> Answer<'a, bool> {
        Box::pin(async move { ask!(self, name, connection => connection.clear(name)) })
    }
}

impl fmt::Debug for Memcached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Memcached").field(&self.address.shown()).finish()
    }
}

//! memcached: several servers, each login on one of them.
//!
//! memcached knows no steps made of several; what must be one is an `add`, or a `cas` that is tried again. A token
//! stands behind 16 bytes that say how fresh it is. A server that is down takes its share of the logins with it
//! until it is back: nobody looks for them elsewhere, or two would be valid at once.

use std::{
    fmt, io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use memcache_async::ascii::Protocol;
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    runtime::{Handle, Id},
    time::timeout,
};
use tokio_rustls::TlsConnector;

use super::{
    Answer, Content, Count, KEPT, Kept, Lease, Look, Mark, Numbers, Order, Store, Trouble,
    ketama::Ring,
    lease::{LEASE, microseconds},
    shared::{ANSWER, Breaker, FAILURE_KEPT, PREFIX, owner, salt},
};
use crate::{
    auth::store::{Server, SharedAddress},
    host::Host,
    secret::Secret,
    transport,
};

/// So often a `cas` that another was faster than is tried again.
const TRIES: usize = 8;
/// Connections that wait for their next use, for each server.
const IDLE: usize = 4;

/// Servers of memcached.
pub(super) struct Memcached {
    address: SharedAddress,
    host: Host,
    ring: Ring,
    nodes: Vec<Node>,
}

/// One server.
struct Node {
    server: Server,
    breaker: Breaker,
    /// A connection works as long as the runtime that made it.
    idle: Mutex<Vec<(Id, Connection)>>,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

struct Connection(Protocol<Box<dyn Stream>>);

impl Memcached {
    pub(super) fn new(address: &SharedAddress, host: &Host) -> Self {
        let names: Vec<_> = address.servers.iter().map(Server::shown).collect();
        let nodes = address.servers.iter().map(|server| Node {
            server: server.clone(),
            breaker: Breaker::new(address.shown_of(server), host),
            idle: Mutex::default(),
        });
        Self { address: address.clone(), host: host.clone(), ring: Ring::of(&names), nodes: nodes.collect() }
    }

    fn node(&self, name: &str) -> &Node {
        &self.nodes[self.ring.server_of(name)]
    }

    /// A connection, and whether it was made just now.
    async fn connected(&self, node: &Node) -> Result<(Connection, bool), Trouble> {
        let runtime = Handle::current().id();
        {
            let mut idle = node.idle.lock().unwrap_or_else(PoisonError::into_inner);
            idle.retain(|(id, _)| *id == runtime);
            if let Some((_, connection)) = idle.pop() {
                return Ok((connection, false));
            }
        }
        let Server { host, port } = &node.server;
        let stream = TcpStream::connect((host.as_str(), *port)).await.map_err(Trouble::down)?;
        stream.set_nodelay(true).map_err(Trouble::down)?;
        let stream: Box<dyn Stream> = if self.address.tls {
            let name = ServerName::try_from(host.clone()).map_err(Trouble::down)?;
            let tls = transport::tls_alone(self.address.cacert.as_deref()).map_err(Trouble::down)?;
            Box::new(TlsConnector::from(Arc::new(tls)).connect(name, stream).await.map_err(Trouble::down)?)
        } else {
            Box::new(stream)
        };
        Ok((Connection(Protocol::new(stream)), true))
    }
}

impl Node {
    fn put_back(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE {
            idle.push((Handle::current().id(), connection));
        }
    }

    /// What was closed at the other end takes the others with it.
    fn disconnect(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Asks the server of a name over a connection; once more over a new one, where an old one was closed meanwhile.
macro_rules! ask {
    ($store:expr, $name:expr, $connection:ident => $question:expr) => {{
        let node = $store.node($name);
        let question = async {
            loop {
                let (mut $connection, is_new) = $store.connected(node).await?;
                match timeout(ANSWER, $question).await {
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

/// What is not there is no failure.
fn found<T>(outcome: io::Result<T>) -> io::Result<Option<T>> {
    match outcome {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::AlreadyExists) => Ok(None),
        Err(error) => Err(error),
    }
}

impl Connection {
    async fn look(&mut self, name: &str) -> io::Result<Look> {
        let keys = ["token", "lease", "fence"].map(|what| key(name, what));
        let mut all = self.0.get_multi(&keys).await?;
        let [token, lease, fence] = keys.map(|key| all.remove(&key));
        // Without a lease now, the next one counts.
        let since = match lease {
            Some(lease) => number(&lease),
            None => fence.map_or(0, |it| number(&it)) + 1,
        };
        Ok(Look { token: token.and_then(|it| opened(&it)), left: None, since: Mark::Fence(since) })
    }

    /// Writes what `make` makes of what is there, until nobody else is faster.
    async fn change(
        &mut self,
        key: &str,
        life: u32,
        make: impl Fn(Option<&[u8]>) -> Option<Vec<u8>>,
    ) -> io::Result<()> {
        for _ in 0..TRIES {
            let there = found(self.0.gets_cas(key).await)?;
            let Some(value) = make(there.as_ref().map(|(value, _)| value.as_slice())) else { return Ok(()) };
            let is_done = match there {
                None => found(self.0.add(key, &value, life).await)?.is_some(),
                Some((_, unique)) => match self.0.cas(key, &value, unique, life).await {
                    // It has ended in between.
                    Err(error) if error.to_string().starts_with("NOT_FOUND") => false,
                    outcome => outcome?,
                },
            };
            if is_done {
                return Ok(());
            }
        }
        Err(io::Error::other("others were faster each time"))
    }

    async fn keep(&mut self, name: &str, token: &Kept, life: Duration, replaces: Option<Order>) -> io::Result<()> {
        let value = [&token.order.issued.to_be_bytes()[..], &token.order.fence.to_be_bytes(), &token.sealed].concat();
        let make = |there: Option<&[u8]>| {
            let there = there.and_then(opened).map(|it| it.order);
            let may = there.is_none_or(|there| Some(there) == replaces || there <= token.order);
            may.then(|| value.clone())
        };
        self.change(&key(name, "token"), seconds(life), make).await
    }

    async fn delete(&mut self, key: String) -> io::Result<()> {
        self.0.delete(key).await?;
        // No answer comes to that; one to this says that it is done.
        self.0.version().await.map(|_| ())
    }

    async fn numbers(&mut self, name: &str) -> io::Result<Option<Numbers>> {
        let keys = ["token", "hits", "logins"].map(|what| key(name, what));
        let mut all = self.0.get_multi(&keys).await?;
        let [token, hits, logins] = keys.map(|key| all.remove(&key));
        let Some(token) = token.and_then(|it| opened(&it)) else { return Ok(None) };
        let count = |value: Option<Vec<u8>>| value.map_or(0, |it| number(&it));
        let size = token.sealed.len() as u64;
        Ok(Some(Numbers { size, age: None, left: None, hits: count(hits), logins: count(logins) }))
    }

    async fn clear(&mut self, name: &str) -> io::Result<bool> {
        let was_there = found(self.0.get(key(name, "token")).await)?.is_some();
        for what in ["token", "failure", "hits", "logins"] {
            self.delete(key(name, what)).await?;
        }
        Ok(was_there)
    }

    async fn increment(&mut self, key: &str, first: u64, life: u32) -> io::Result<u64> {
        for _ in 0..TRIES {
            if let Some(number) = found(self.0.increment(key, 1).await)? {
                return Ok(number);
            }
            if found(self.0.add(key, first.to_string().as_bytes(), life).await)?.is_some() {
                return Ok(first);
            }
        }
        Err(io::Error::other("others were faster each time"))
    }

    async fn lease(&mut self, name: &str, owner: &str, now: u64) -> io::Result<Option<u64>> {
        let key_of_lease = key(name, "lease");
        if found(self.0.get(&key_of_lease).await)?.is_some() {
            return Ok(None);
        }
        // Counts from the date, so that a server that was started anew does not begin below.
        let fence = self.increment(&key(name, "fence"), now, seconds(KEPT)).await?;
        let value = format!("{fence} {owner}");
        Ok(found(self.0.add(&key_of_lease, value.as_bytes(), seconds(LEASE)).await)?.map(|()| fence))
    }

    async fn prolong(&mut self, name: &str, owner: &str) -> io::Result<()> {
        let make = |there: Option<&[u8]>| there.filter(|it| it.ends_with(owner.as_bytes())).map(<[u8]>::to_vec);
        self.change(&key(name, "lease"), seconds(LEASE), make).await
    }

    async fn release(&mut self, name: &str, owner: &str) -> io::Result<()> {
        let key = key(name, "lease");
        let Some((there, unique)) = found(self.0.gets_cas(&key).await)? else { return Ok(()) };
        // Whoever writes this has the lease still, and nobody can take it before it is deleted.
        if there.ends_with(owner.as_bytes()) && self.0.cas(&key, b"0 released", unique, seconds(LEASE)).await? {
            self.delete(key).await?;
        }
        Ok(())
    }
}

fn key(name: &str, what: &str) -> String {
    format!("{PREFIX}{name}:{what}")
}

/// The number that a value begins with.
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

/// Whole seconds, and less than the thirty days from which on memcached takes them for a date.
fn seconds(time: Duration) -> u32 {
    u32::try_from(time.as_secs().clamp(1, 29 * 24 * 3600)).unwrap_or(1)
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

    fn look<'a>(&'a self, name: &'a str) -> Answer<'a, Look> {
        Box::pin(async move { ask!(self, name, connection => connection.look(name)) })
    }

    fn failure<'a>(&'a self, name: &'a str) -> Answer<'a, Option<Vec<u8>>> {
        let key = key(name, "failure");
        Box::pin(async move { ask!(self, name, connection => async { found(connection.0.get(&key).await) }) })
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
        Box::pin(async move { ask!(self, name, connection => connection.delete(key(name, "token"))) })
    }

    fn lease(self: Arc<Self>, name: &str) -> Answer<'_, Option<Lease>> {
        Box::pin(async move {
            let (owner, now) = (owner()?, microseconds(self.host.wall()));
            let lease = Lease::of_entry(Arc::clone(&self) as Arc<dyn Store>, name, &owner);
            let fence: Option<u64> = ask!(self, name, connection => connection.lease(name, &owner, now))?;
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

    fn list(&self) -> Answer<'_, Option<Vec<String>>> {
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

//! The lifetime of connections: none outlives its server.

use std::{
    collections::HashMap,
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, PoisonError, Weak},
    time::Duration,
};

use socket2::SockRef;

use super::{Shared, connection::serve};
use crate::{locked, reply::End};

/// The open connections, and whether the server has ended.
#[derive(Default)]
pub(super) struct Life {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    ended: bool,
    opened: usize,
    /// How often all open connections have been reset.
    resets: usize,
    /// Each connection's thread owns it, so that nothing else closes or resets it.
    open: HashMap<usize, Weak<TcpStream>>,
}

impl Life {
    /// Registers a connection, and returns its number and how many resets there were before it; `None` if the server
    /// has ended.
    fn admit(&self, stream: &Arc<TcpStream>) -> Option<(usize, usize)> {
        let mut state = locked(&self.state);
        if state.ended {
            return None;
        }
        state.opened += 1;
        let number = state.opened;
        state.open.insert(number, Arc::downgrade(stream));
        Some((number, state.resets))
    }

    fn dismiss(&self, number: usize) {
        locked(&self.state).open.remove(&number);
    }

    /// How often all open connections have been reset.
    pub(super) fn resets(&self) -> usize {
        locked(&self.state).resets
    }

    pub(super) fn opened(&self) -> usize {
        locked(&self.state).opened
    }

    /// Waits for this long, or until the end. Returns whether to continue.
    pub(super) fn wait(&self, duration: Duration) -> bool {
        let state = locked(&self.state);
        if duration.is_zero() {
            return !state.ended;
        }
        let waited = self.changed.wait_timeout_while(state, duration, |state| !state.ended);
        !waited.unwrap_or_else(PoisonError::into_inner).0.ended
    }

    /// Wakes up all threads, which then end.
    pub(super) fn end(&self) {
        let mut state = locked(&self.state);
        state.ended = true;
        self.changed.notify_all();
        for stream in state.open.values().filter_map(Weak::upgrade) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Resets every open connection.
    pub(super) fn reset_open(&self) {
        let mut state = locked(&self.state);
        state.resets += 1;
        for stream in state.open.values().filter_map(Weak::upgrade) {
            reset_when_closed(&stream);
            // Its thread reads the end of the stream, and closes it. The client does not notice this yet.
            let _ = stream.shutdown(Shutdown::Read);
        }
    }
}

/// Accepts connections until the end, and returns when all of them are closed.
pub(super) fn accept(listener: &TcpListener, shared: &Shared) {
    const PAUSE: Duration = Duration::from_millis(1);
    std::thread::scope(|threads| {
        while shared.life.wait(Duration::ZERO) {
            let Ok((stream, _)) = listener.accept() else {
                // For example, too many open files.
                shared.life.wait(PAUSE);
                continue;
            };
            let stream = Arc::new(stream);
            let Some((number, resets)) = shared.life.admit(&stream) else { break };
            let connection = std::thread::Builder::new().name("fake connection".into());
            let started = connection.spawn_scoped(threads, move || {
                converse(&stream, shared, resets);
                drop(stream);
                shared.life.dismiss(number);
            });
            if started.is_err() {
                shared.life.dismiss(number);
            }
        }
    });
}

fn converse(stream: &TcpStream, shared: &Shared, resets: usize) {
    // Each response is a single write, so there is nothing to wait for.
    let _ = stream.set_nodelay(true);
    #[cfg(feature = "tls")]
    let end = match &shared.tls {
        None => serve(stream, shared, resets),
        Some(config) => match rustls::ServerConnection::new(Arc::clone(config)) {
            Ok(session) => serve(rustls::StreamOwned::new(session, stream), shared, resets),
            Err(_) => End::Close,
        },
    };
    #[cfg(not(feature = "tls"))]
    let end = serve(stream, shared, resets);
    if end == End::Reset {
        reset_when_closed(stream);
    }
}

fn reset_when_closed(stream: &TcpStream) {
    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
}

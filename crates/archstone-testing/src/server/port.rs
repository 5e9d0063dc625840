//! Ports that are never reused.
//!
//! Clients in a process share tokens and discovery results by URL. A server on the port of an earlier one would be
//! mistaken for it, and would not get a login.

use std::{
    collections::BTreeSet,
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::Mutex,
};

use crate::locked;

/// After this many attempts, the system has no other ports.
const MOST: usize = 1000;

/// Listens on a port of 127.0.0.1 that no server of this process had before.
pub(super) fn listen() -> io::Result<(TcpListener, SocketAddr)> {
    static USED: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    unused(&USED, || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
}

fn unused(
    used: &Mutex<BTreeSet<u16>>,
    bind: impl Fn() -> io::Result<TcpListener>,
) -> io::Result<(TcpListener, SocketAddr)> {
    // These stay bound meanwhile, so that the system returns others.
    let mut used_again = Vec::new();
    loop {
        let listener = bind()?;
        let address = listener.local_addr()?;
        if locked(used).insert(address.port()) || used_again.len() == MOST {
            return Ok((listener, address));
        }
        used_again.push(listener);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_does_not_come_back() {
        let (first, address) = listen().unwrap();
        drop(first);
        let used = Mutex::new(BTreeSet::from([address.port()]));
        let bound = Mutex::new(0);
        // The system returns the same port again, and then another one.
        let bind = || {
            *locked(&bound) += 1;
            if *locked(&bound) == 1 { TcpListener::bind(address) } else { TcpListener::bind((Ipv4Addr::LOCALHOST, 0)) }
        };

        let (_, fresh) = unused(&used, bind).unwrap();

        assert_ne!(fresh.port(), address.port());
        assert_eq!(*locked(&bound), 2);
        assert_eq!(locked(&used).len(), 2);
    }
}

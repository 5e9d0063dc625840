//! Ports that do not come back.
//!
//! Clients of a process share tokens and what they know of a service by its URL. A server whose port was another
//! one's before would be taken for that one, and not be asked to log in.

use std::{
    collections::BTreeSet,
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::Mutex,
};

use crate::locked;

/// More attempts than that, and the system has no other ports.
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
    // Held meanwhile, so that the system gives others.
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
        // The system hands out the same port again, and then another one.
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

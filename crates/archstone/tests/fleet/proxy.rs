//! A connection to a server that can be cut: then no data passes, and neither side is notified.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex},
    thread,
};

/// Whether it is cut, for all connections through it.
#[derive(Default)]
struct Way {
    is_cut: Mutex<bool>,
    changed: Condvar,
}

/// Forwards connections to a server until the program ends.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    way: Arc<Way>,
}

impl Proxy {
    pub(crate) fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, way) = (listener.local_addr().unwrap(), Arc::new(Way::default()));
        let shared = Arc::clone(&way);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let way = Arc::clone(&shared);
                thread::spawn(move || way.connect(client, server));
            }
        });
        Self { address, way }
    }

    pub(crate) fn cut(&self, is_cut: bool) {
        *self.way.is_cut.lock().unwrap() = is_cut;
        self.way.changed.notify_all();
    }
}

impl Way {
    fn connect(self: Arc<Self>, client: TcpStream, server: SocketAddr) {
        self.wait();
        let Ok(server) = TcpStream::connect(server) else { return };
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        let (other_client, other_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        let way = Arc::clone(&self);
        thread::spawn(move || way.pass(other_client, other_server));
        self.pass(server, client);
    }

    /// Forwards the data of one side, and its end.
    fn pass(&self, mut from: TcpStream, mut to: TcpStream) {
        let mut piece = [0; 16 << 10];
        while let Ok(length @ 1..) = from.read(&mut piece) {
            self.wait();
            if to.write_all(&piece[..length]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    }

    /// Waits while it is cut.
    fn wait(&self) {
        let guard = self.is_cut.lock().unwrap();
        drop(self.changed.wait_while(guard, |is_cut| *is_cut).unwrap());
    }
}

//! The Tokio runtime, which is needed for sending and waiting.

use std::{panic::catch_unwind, sync::LazyLock, time::Duration};

use arc_swap::ArcSwap;
use tokio::runtime::{Handle, Id};

use crate::error::{Error, ErrorKind, Result};

/// Runtimes that were found to have timers and I/O, the latest last.
static FIT: LazyLock<ArcSwap<Vec<Id>>> = LazyLock::new(ArcSwap::default);
/// If there are more, the oldest are checked again later.
const MOST: usize = 16;

/// The runtime of the calling code.
pub(crate) fn current() -> Result<Handle> {
    let runtime = Handle::try_current().map_err(|_| {
        Error::new(ErrorKind::InvalidRequest, "requests need a Tokio runtime, and this code runs in none")
            .with_hint("run it below `#[tokio::main]` or `Runtime::block_on`, or use `archstone::blocking::Client`")
    })?;
    let id = runtime.id();
    if !FIT.load().contains(&id) {
        check()?;
        FIT.rcu(|known| {
            let latest = known.iter().skip((known.len() + 1).saturating_sub(MOST));
            latest.copied().chain([id]).collect::<Vec<_>>()
        });
    }
    Ok(runtime)
}

/// Tokio reports that a runtime lacks timers or I/O only by a panic when they are used.
fn check() -> Result<()> {
    let lacks = if catch_unwind(|| drop(tokio::time::sleep(Duration::ZERO))).is_err() {
        "timers"
    } else if catch_unwind(|| drop(socket())).is_err() {
        "I/O"
    } else {
        return Ok(());
    };
    let message = format!("requests need a Tokio runtime with timers and I/O, and this one was built without {lacks}");
    Err(Error::new(ErrorKind::InvalidRequest, message)
        .with_hint("call `enable_all()` on its `tokio::runtime::Builder`, or use `archstone::blocking::Client`"))
}

/// The cheapest socket to register with the runtime. A failure to create one says nothing about the runtime.
#[cfg(unix)]
fn socket() -> std::io::Result<tokio::net::UnixDatagram> {
    tokio::net::UnixDatagram::unbound()
}

#[cfg(not(unix))]
fn socket() -> std::io::Result<tokio::net::UdpSocket> {
    let socket = std::net::UdpSocket::bind((std::net::Ipv4Addr::LOCALHOST, 0))?;
    socket.set_nonblocking(true)?;
    tokio::net::UdpSocket::from_std(socket)
}

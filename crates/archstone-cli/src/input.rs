//! Standard input, which can be read only once.

use std::{
    io::{self, IsTerminal, Read},
    sync::atomic::{AtomicBool, Ordering},
};

static IS_TAKEN: AtomicBool = AtomicBool::new(false);

/// From now on, commands have no standard input, because they are lines of a batch.
pub(crate) fn take() {
    IS_TAKEN.store(true, Ordering::Relaxed);
}

/// All of standard input.
pub(crate) fn read() -> io::Result<String> {
    if IS_TAKEN.load(Ordering::Relaxed) {
        return Err(io::Error::other("the lines of a batch have no standard input"));
    }
    io::read_to_string(io::stdin().lock())
}

/// Whether it is a terminal.
pub(crate) fn is_terminal() -> bool {
    io::stdin().is_terminal()
}

/// The same as bytes.
pub(crate) fn read_bytes() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
}

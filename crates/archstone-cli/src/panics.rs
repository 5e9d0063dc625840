//! The panic hook: a panic, which is a bug in this program, ends it immediately.
//!
//! Installed programs do not unwind (`panic = "abort"` in `Cargo.toml`), which keeps them small. Without this hook a
//! panic would raise `SIGABRT`: the terminal's echo would stay off, and a core file could contain secrets.

use std::{panic, process};

/// The exit status of Rust's own runtime after a panic.
const STATUS: i32 = 101;

/// Installs a panic hook that calls `restore`, reports the panic, and ends the program.
#[expect(clippy::exit, reason = "nothing can continue after a panic")]
pub(crate) fn end_the_program(restore: fn()) {
    let describe = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        restore();
        describe(panic);
        process::exit(STATUS);
    }));
}

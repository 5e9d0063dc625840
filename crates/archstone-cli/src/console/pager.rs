//! The pager.

use std::{
    io::{self, Write},
    process::{Child, ChildStdin, Command, Stdio},
};

use archstone::host::Host;

/// The destination of a result: standard output, or a pager.
pub(crate) enum Out {
    Stdout,
    Pager(Pager),
}

/// A running pager.
pub(crate) struct Pager {
    process: Child,
    input: ChildStdin,
    /// The text sent to it, in case it turns out that there is no such pager.
    given: String,
}

impl Out {
    /// The pager of `ARCHSTONE_PAGER` or `PAGER`, or `less`; standard output if it cannot be started.
    pub(crate) fn paged() -> Self {
        let variable = |name: &str| Host::default().variable(name).filter(|it| !it.trim().is_empty());
        let pager = variable("ARCHSTONE_PAGER").or_else(|| variable("PAGER")).unwrap_or_else(|| "less -FRX".into());
        match start(&pager) {
            Ok(out) => out,
            Err(error) => {
                super::say(super::Kind::Warning, &format!("cannot run the pager `{pager}`: {error}"));
                Self::Stdout
            }
        }
    }

    pub(crate) fn write(&mut self, text: &str) -> io::Result<()> {
        match self {
            Self::Stdout => super::print(text),
            Self::Pager(pager) => {
                pager.given.push_str(text);
                match pager.input.write_all(text.as_bytes()) {
                    // The user quit the pager early.
                    Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                    written => written,
                }
            }
        }
    }

    /// Waits until the user has quit the pager.
    pub(crate) fn finish(self) -> io::Result<()> {
        /// The exit statuses of a shell that cannot find or run a command.
        const NOT_RUN: [i32; 2] = [126, 127];
        let Self::Pager(Pager { mut process, input, given }) = self else { return Ok(()) };
        drop(input);
        // Any other status is unrelated to the result.
        match process.wait()?.code() {
            Some(code) if NOT_RUN.contains(&code) => super::print(&given),
            _ => Ok(()),
        }
    }
}

fn start(pager: &str) -> io::Result<Out> {
    // Through the shell, since the variable may contain options and quotes.
    let mut command = if cfg!(unix) { Command::new("/bin/sh") } else { Command::new("cmd") };
    command.arg(if cfg!(unix) { "-c" } else { "/C" }).arg(pager).stdin(Stdio::piped());
    // Ctrl-C is meant for the pager, which continues; this program must not end before it.
    #[cfg(unix)]
    signal_hook::flag::register(signal_hook::consts::SIGINT, std::sync::Arc::default())?;
    let mut child = command.spawn()?;
    match child.stdin.take() {
        Some(input) => Ok(Out::Pager(Pager { process: child, input, given: String::new() })),
        None => Err(io::Error::other("it has no input")),
    }
}

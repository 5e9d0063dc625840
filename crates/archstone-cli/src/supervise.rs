//! A command that runs as a child process while this program continues: passes signals on to it, and waits for its end.

use std::{
    io,
    process::{Child, Command, ExitStatus},
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread,
    time::Duration,
};

/// An event of the command.
enum Event {
    Ended(io::Result<ExitStatus>),
    #[cfg_attr(not(unix), expect(dead_code, reason = "signals are of Unix"))]
    Signal(i32),
}

/// Handles signals from its creation on, so that none ends this program before it has cleaned up.
pub(crate) struct Supervisor {
    sender: Sender<Event>,
    events: Receiver<Event>,
}

impl Supervisor {
    /// # Errors
    ///
    /// When signals cannot be watched.
    #[cfg_attr(not(unix), expect(clippy::unnecessary_wraps, reason = "as on Unix"))]
    pub(crate) fn start() -> io::Result<Self> {
        let (sender, events) = mpsc::channel();
        #[cfg(unix)]
        unix::watch(sender.clone())?;
        Ok(Self { sender, events })
    }

    /// Runs a command to its end. `meanwhile` is called from time to time, and returns when to call it again.
    ///
    /// # Errors
    ///
    /// When the command cannot be started.
    pub(crate) fn run(self, command: &mut Command, mut meanwhile: impl FnMut() -> Duration) -> io::Result<u8> {
        let mut child = command.spawn()?;
        let process = Process::of(&child);
        let sender = self.sender.clone();
        thread::spawn(move || sender.send(Event::Ended(child.wait())));
        let mut signals = 0;
        loop {
            match self.events.recv_timeout(meanwhile()) {
                Ok(Event::Ended(status)) => return status.map(code),
                Ok(Event::Signal(signal)) => {
                    signals += 1;
                    process.pass_on(signal, signals);
                }
                Err(RecvTimeoutError::Timeout) => {}
                // Cannot happen: this end of the channel has a sender, too.
                Err(RecvTimeoutError::Disconnected) => return Ok(1),
            }
        }
    }
}

/// The exit status of a shell for a command that ended in this way.
#[cfg(unix)]
fn code(status: ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

#[cfg(not(unix))]
fn code(status: ExitStatus) -> u8 {
    status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

/// The running command.
struct Process {
    #[cfg(unix)]
    id: Option<rustix::process::Pid>,
}

#[cfg(unix)]
impl Process {
    fn of(child: &Child) -> Self {
        Self { id: i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) }
    }

    /// The second signal kills it. The first Ctrl-C at a terminal has already reached it.
    fn pass_on(&self, signal: i32, count: u32) {
        use rustix::process::{Signal, kill_process};
        use signal_hook::consts::{SIGHUP, SIGINT};
        let Some(id) = self.id else { return };
        let signal = match (count, signal) {
            (2.., _) => Signal::KILL,
            (_, SIGINT) if crate::input::is_terminal() => return,
            (_, SIGINT) => Signal::INT,
            (_, SIGHUP) => Signal::HUP,
            _ => Signal::TERM,
        };
        let _ = kill_process(id, signal);
    }
}

#[cfg(not(unix))]
impl Process {
    fn of(_: &Child) -> Self {
        Self {}
    }

    #[expect(clippy::unused_self, reason = "as on Unix")]
    fn pass_on(&self, _: i32, _: u32) {}
}

#[cfg(unix)]
mod unix {
    use std::{io, sync::mpsc::Sender, thread};

    use signal_hook::{
        consts::{SIGHUP, SIGINT, SIGTERM},
        iterator::Signals,
    };

    use super::Event;

    pub(super) fn watch(sender: Sender<Event>) -> io::Result<()> {
        let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM])?;
        thread::spawn(move || {
            for signal in signals.forever() {
                if sender.send(Event::Signal(signal)).is_err() {
                    break;
                }
            }
        });
        Ok(())
    }
}

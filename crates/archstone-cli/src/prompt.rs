//! A secret that is typed at the terminal, without echo.

use std::io::{self, Write};

use archstone::{Error, ErrorKind, Result, Secret};

/// Prompts for a secret. `None` when the input ends instead of the line (Ctrl-D).
///
/// The echo is always restored: after an answer, after an error, by a signal that ends or stops the program, and by a
/// panic. (`SIGKILL` cannot be handled.)
pub(crate) fn secret(question: &str) -> io::Result<Option<Secret>> {
    #[cfg(unix)]
    return unix::secret(question);
    #[cfg(not(unix))]
    rpassword::prompt_password(question).map(|answer| Some(Secret::from(answer)))
}

/// Restores the echo in a program that ends during a prompt for a secret. It never blocks.
pub(crate) fn restore_echo() {
    #[cfg(unix)]
    unix::restore_echo();
}

/// Prompts for a line that is not a secret. `None` when the input ends.
pub(crate) fn line(question: &str) -> Result<Option<String>> {
    let mut answer = String::new();
    let read = io::stderr()
        .write_all(archstone::text::escaped_lines(question).as_bytes())
        .and_then(|()| io::stdin().read_line(&mut answer));
    match read {
        Ok(0) => Ok(None),
        Ok(_) => Ok(Some(answer.trim().to_owned())),
        Err(error) => Err(Error::new(ErrorKind::InvalidRequest, format!("cannot ask at the terminal: {error}"))),
    }
}

#[cfg(unix)]
mod unix {
    use std::{
        fs::File,
        io::{self, Read, Write},
        sync::{Mutex, MutexGuard, OnceLock, PoisonError, TryLockError},
        thread,
    };

    use archstone::Secret;
    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
    use signal_hook::{
        consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP},
        iterator::Signals,
        low_level::emulate_default_handler,
    };

    use crate::interrupt;

    pub(super) fn secret(question: &str) -> io::Result<Option<Secret>> {
        watch_signals()?;
        let mut terminal = File::options().read(true).write(true).open("/dev/tty")?;
        let hidden = Hidden::start(terminal.try_clone()?, question)?;
        let line = line(&terminal);
        drop(hidden);
        let line = line?;
        if !line.ends_with(b"\n") {
            terminal.write_all(b"\n")?;
        }
        if line.is_empty() {
            return Ok(None);
        }
        let typed = String::from_utf8(line).map_err(|_| io::Error::other("the input is not UTF-8"))?;
        let typed = Secret::from(typed);
        Ok(Some(Secret::from(typed.expose().trim_end_matches(['\r', '\n']))))
    }

    /// A line with its terminator, or the rest of it if the input ends.
    fn line(mut terminal: &File) -> io::Result<Vec<u8>> {
        // The terminal returns one edited line at a time, which is never longer than this.
        let mut line = vec![0; 4096];
        let mut read = 0;
        while read < line.len() && !line[..read].ends_with(b"\n") {
            match terminal.read(&mut line[read..])? {
                0 => break,
                more => read += more,
            }
        }
        line.truncate(read);
        Ok(line)
    }

    /// A question whose answer is not echoed. As long as there is one, signals restore the echo.
    struct Question {
        terminal: File,
        text: String,
        before: Termios,
    }

    impl Question {
        fn ask(&mut self) -> io::Result<()> {
            let mut silent = self.before.clone();
            silent.local_modes.remove(LocalModes::ECHO);
            silent.local_modes.insert(LocalModes::ICANON | LocalModes::ISIG | LocalModes::ECHONL);
            // Input typed before the prompt is not an answer to it.
            tcsetattr(&self.terminal, OptionalActions::Flush, &silent)?;
            self.terminal.write_all(self.text.as_bytes())
        }

        fn restore(&self) {
            let _ = tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
        }
    }

    static CURRENT: Mutex<Option<Question>> = Mutex::new(None);

    fn current() -> MutexGuard<'static, Option<Question>> {
        CURRENT.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn restore_echo() {
        let current = match CURRENT.try_lock() {
            Ok(current) => current,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        if let Some(question) = &*current {
            question.restore();
        }
    }

    /// Ends the question when it is dropped.
    struct Hidden;

    impl Hidden {
        fn start(terminal: File, text: &str) -> io::Result<Self> {
            let before = tcgetattr(&terminal)?;
            let hidden = Self;
            current().insert(Question { terminal, text: text.to_owned(), before }).ask()?;
            Ok(hidden)
        }
    }

    impl Drop for Hidden {
        fn drop(&mut self) {
            if let Some(question) = current().take() {
                question.restore();
            }
        }
    }

    /// Restores the default behaviour of signals, except for the echo. This is permanent: a handler cannot be removed.
    fn watch_signals() -> io::Result<()> {
        static STARTED: OnceLock<()> = OnceLock::new();
        if STARTED.get().is_some() {
            return Ok(());
        }
        let mut signals = Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP])?;
        thread::Builder::new().name("signals".into()).spawn(move || {
            for signal in signals.forever() {
                let mut current = current();
                if let Some(question) = &*current {
                    question.restore();
                }
                if current.is_none() && signal != SIGTSTP && interrupt::is_watched() {
                    continue;
                }
                // Terminates the program, or stops it until it is continued.
                let _ = emulate_default_handler(signal);
                if let Some(question) = &mut *current {
                    let _ = question.ask();
                }
            }
        })?;
        STARTED.get_or_init(|| ());
        Ok(())
    }

    #[cfg(test)]
    mod tests {
        use std::process::Command;

        use archstone::host::Host;

        use super::*;
        use crate::panics;

        /// Runs a program at its own terminal, and appends to its standard error whether the terminal echoes.
        const AT_A_TERMINAL: &str = "
import os, pty, subprocess, sys, termios
controller, terminal = pty.openpty()
ended = subprocess.run(sys.argv[1:], env={**os.environ, 'ARCHSTONE_TEST_TERMINAL': os.ttyname(terminal)})
print('echo', bool(termios.tcgetattr(terminal)[3] & termios.ECHO), ended.returncode, file=sys.stderr)
";

        #[test]
        fn a_panic_restores_the_echo_and_ends_the_program_without_a_core_file() {
            if let Some(path) = Host::default().variable("ARCHSTONE_TEST_TERMINAL") {
                let open = || File::options().read(true).write(true).open(&path).unwrap();
                panics::end_the_program(restore_echo);
                let hidden = Hidden::start(open(), "Password: ").unwrap();
                assert!(!tcgetattr(open()).unwrap().local_modes.contains(LocalModes::ECHO));
                let _ = thread::spawn(|| panic!("a mistake")).join();
                drop(hidden);
                return;
            }
            let name = thread::current().name().unwrap().to_owned();
            let this = std::env::current_exe().unwrap();
            let ended = Command::new("python3")
                .args(["-c", AT_A_TERMINAL])
                .arg(this)
                .args(["--exact", &name, "--nocapture"])
                .output()
                .unwrap();

            let said = String::from_utf8_lossy(&ended.stderr);
            assert!(said.contains("a mistake") && said.ends_with("echo True 101\n"), "{ended:?}");
        }
    }
}

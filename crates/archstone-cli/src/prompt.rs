//! A secret that is typed at the terminal, without its echo.

use std::io::{self, Write};

use archstone::{Error, ErrorKind, Result, Secret};

/// Asks for a secret. `None` when the input ends instead of the line (Ctrl-D).
///
/// The echo is restored on every way out: by an answer, by an error, and by a signal that ends or stops the program.
/// (`SIGKILL` cannot be handled.)
pub(crate) fn secret(question: &str) -> io::Result<Option<Secret>> {
    #[cfg(unix)]
    return unix::secret(question);
    #[cfg(not(unix))]
    rpassword::prompt_password(question).map(|answer| Some(Secret::from(answer)))
}

/// Asks for a line that is no secret. `None` when the input ends.
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
        sync::{Mutex, MutexGuard, OnceLock, PoisonError},
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
        let typed = String::from_utf8(line).map_err(|_| io::Error::other("what was typed is not UTF-8"))?;
        let typed = Secret::from(typed);
        Ok(Some(Secret::from(typed.expose().trim_end_matches(['\r', '\n']))))
    }

    /// A line with its end, or what there is of it where the input ends.
    fn line(mut terminal: &File) -> io::Result<Vec<u8>> {
        // The terminal hands out one line at a time, after it was edited, and none is longer than this.
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
            // What was typed before the question is no answer to it.
            tcsetattr(&self.terminal, OptionalActions::Flush, &silent)?;
            self.terminal.write_all(self.text.as_bytes())
        }

        fn restore(&self) {
            let _ = tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
        }
    }

    fn current() -> MutexGuard<'static, Option<Question>> {
        static CURRENT: Mutex<Option<Question>> = Mutex::new(None);
        CURRENT.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// Lets signals do what they do without us, but for the echo. Once and for good: a handler cannot be taken away.
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
                // Ends the program, or stops it until it is continued.
                let _ = emulate_default_handler(signal);
                if let Some(question) = &mut *current {
                    let _ = question.ask();
                }
            }
        })?;
        STARTED.get_or_init(|| ());
        Ok(())
    }
}

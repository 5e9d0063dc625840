//! Names from the cloud: cached for a minute with the login's token, or requested.

use std::{
    process::{self, Stdio},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

use archstone::{Secret, blocking::Client};
use clap::Command;

use super::{Limit, TIMEOUT, line::Line};
use crate::{
    named::{Names, Things},
    session::unattended,
};

/// How long cached names are used as they are. Older ones are requested again, and still used if there is no response.
const FRESH: Duration = Duration::from_secs(60);
/// How long cached names stay usable.
const USEFUL: Duration = Duration::from_secs(3600);
/// How long completion does not log in again after an attempt: Keystone counts failed logins, and locks users out.
const PAUSE: Duration = Duration::from_secs(600);

/// How long a request may take before another one for the same names is made.
const ASKED: Duration = Duration::from_secs(20);

/// The result of a thread.
enum News {
    Names(Vec<String>),
    /// A request is in progress, and its response is worth a longer wait.
    Asks,
    /// The response takes longer than a user waits.
    Later,
}

/// The names of things, as far as they are known in time.
pub(super) fn names(line: &Line, named: &Things, beginning: &str, limit: Limit) -> Vec<String> {
    let (options, arguments) = line.cloud();
    // Standard input is the terminal, where the user is typing.
    if options.iter().any(|it| it.starts_with("--password-file=-")) {
        return Vec::new();
    }
    let (send, receive) = mpsc::channel();
    let (mut known, mut asks) = (Vec::new(), false);
    let job = Job { options, arguments, named: named.clone(), beginning: beginning.to_owned(), limit };
    // The thread is abandoned at the timeout: the process ends first.
    thread::spawn(move || job.run(&send));
    loop {
        match receive.recv_timeout(limit.left()) {
            Ok(News::Names(better)) => known = better,
            Ok(News::Asks) => asks = true,
            Ok(News::Later) => go_on(),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                if asks {
                    go_on();
                }
                break;
            }
        }
    }
    known
}

/// Repeats this in a background process, which prints nothing and ends soon. The next completion uses the names that it
/// has cached.
fn go_on() {
    let Ok(program) = std::env::current_exe() else { return };
    let mut command = process::Command::new(program);
    command.args(std::env::args_os().skip(1)).env(TIMEOUT, ASKED.as_millis().to_string());
    let _ = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
}

/// The result of a separate thread, so that nothing that hangs can block the shell.
struct Job {
    options: Vec<String>,
    arguments: Vec<clap::Arg>,
    named: Things,
    beginning: String,
    limit: Limit,
}

impl Job {
    /// Sends what is known, and later a better result.
    fn run(self, to: &mpsc::Sender<News>) -> Option<()> {
        let command = Command::new("archstone").no_binary_name(true).disable_help_flag(true).args(&self.arguments);
        let options = command.try_get_matches_from(&self.options).ok()?;
        let client = unattended(&options).ok()?.build().ok()?;
        let list = format!("names of {}", self.named.key());
        let kept = client.note(&list).filter(|(_, age)| *age < USEFUL);
        let mut is_fresh = false;
        if let Some((text, age)) = kept {
            let names = Names::from(text.expose());
            is_fresh = age < FRESH && (names.are_all || self.beginning.is_empty());
            to.send(News::Names(names.names)).ok()?;
        }
        if is_fresh {
            return None;
        }
        if !self.limit.is_chosen {
            let asked = format!("asked for {list}");
            if client.note(&asked).is_some_and(|(_, age)| age < ASKED) {
                return None;
            }
            client.keep_note(&asked, &Secret::from(""));
        }
        // Without a store, a caller with a longer timeout would wait in vain.
        let can_keep = client.token_store().is_some();
        if client.current_token().is_none() && client.kept_access().is_none() {
            const TRY: &str = "login for completion";
            // A login is only attempted if the attempt can be recorded.
            client.token_store().filter(|it| !it.is_shared())?;
            if client.note(TRY).is_some_and(|(_, age)| age < PAUSE) {
                return None;
            }
            // Keystone takes long to check a password.
            if !self.limit.is_chosen {
                return to.send(News::Later).ok();
            }
            client.keep_note(TRY, &Secret::from(""));
        }
        if can_keep && !self.limit.is_chosen {
            to.send(News::Asks).ok()?;
        }
        let client = Client::from(client);
        let names = client.wait(self.named.ask(client.asynchronous(), &self.beginning)).ok()?;
        if self.beginning.is_empty() || names.are_all {
            client.keep_note(&list, &Secret::from(names.to_text()));
        }
        to.send(News::Names(names.names)).ok()
    }
}

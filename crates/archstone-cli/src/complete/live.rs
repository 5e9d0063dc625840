//! Names that the cloud has: kept for a minute with the login's token, or asked for.

use std::{
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use archstone::{Secret, blocking::Client};
use clap::Command;

use super::line::Line;
use crate::{
    named::{Names, Things},
    session::unattended,
};

/// How long names are taken as they are kept. Older ones are asked for again, and good enough where nobody answers.
const FRESH: Duration = Duration::from_secs(60);
/// How long names are good for anything.
const USEFUL: Duration = Duration::from_secs(3600);
/// How long nobody logs in for completion after a try: Keystone counts those that fail, and locks users out.
const PAUSE: Duration = Duration::from_secs(600);

/// The names of things, those that are known in time.
pub(super) fn names(line: &Line, named: &Things, beginning: &str, until: Instant) -> Vec<String> {
    let (options, arguments) = line.cloud();
    // Standard input is the terminal's, and the person is typing.
    if options.iter().any(|it| it.starts_with("--password-file=-")) {
        return Vec::new();
    }
    let (send, receive) = mpsc::channel();
    let mut known = Vec::new();
    let job = Job { options, arguments, named: named.clone(), beginning: beginning.to_owned() };
    // It is left alone when the time is over: the process ends before it.
    thread::spawn(move || job.run(&send));
    while let Ok(names) = receive.recv_timeout(until.saturating_duration_since(super::now())) {
        known = names;
    }
    known
}

/// What a thread of its own finds out, so that nothing that hangs can hold up the shell.
struct Job {
    options: Vec<String>,
    arguments: Vec<clap::Arg>,
    named: Things,
    beginning: String,
}

impl Job {
    /// Sends what is known, and then what is better.
    fn run(self, to: &mpsc::Sender<Vec<String>>) -> Option<()> {
        let command = Command::new("archstone").no_binary_name(true).disable_help_flag(true).args(&self.arguments);
        let options = command.try_get_matches_from(&self.options).ok()?;
        let client = unattended(&options).ok()?.build().ok()?;
        let list = format!("names of {}", self.named.key());
        let kept = client.note(&list).filter(|(_, age)| *age < USEFUL);
        let mut is_fresh = false;
        if let Some((text, age)) = kept {
            let names = Names::from(text.expose());
            is_fresh = age < FRESH && (names.are_all || self.beginning.is_empty());
            to.send(names.names).ok()?;
        }
        if is_fresh {
            return None;
        }
        if client.current_token().is_none() && client.kept_access().is_none() {
            const TRY: &str = "login for completion";
            // Where a try cannot be noted, there is none.
            client.token_store().filter(|it| !it.is_shared())?;
            if client.note(TRY).is_some_and(|(_, age)| age < PAUSE) {
                return None;
            }
            client.keep_note(TRY, &Secret::from(""));
        }
        let client = Client::from(client);
        let names = client.wait(self.named.ask(client.asynchronous(), &self.beginning)).ok()?;
        if self.beginning.is_empty() || names.are_all {
            client.keep_note(&list, &Secret::from(names.to_text()));
        }
        to.send(names.names).ok()
    }
}

//! Completion: what can come next on a command line, with the names of clouds, users, projects and so on.
//!
//! The script of each shell calls `archstone complete`, which is not a command for users. Whatever fails, it prints the
//! candidates that it has, writes nothing to standard error, and exits with 0 within a third of a second.
//!
//! - `line`: parses the line, to find out what kind of word comes next.
//! - `live`: names from the cloud, from the token cache's folder or by a request.
//! - `words`: how each shell passes the line, and reads the candidates.

mod line;
mod live;
mod words;

use std::{
    ffi::OsString,
    process::ExitCode,
    time::{Duration, Instant},
};

use archstone::{
    config::{OPTIONS, clouds},
    host::Host,
};
use clap::Arg;

use self::line::{Line, Place, is_of_cloud};
use crate::{console, named::Things, program::Program, shells::Shell};

/// The arguments of `archstone complete`.
const COMPLETE: &str = "complete";
/// How long it may take, and the variable that sets another limit, in milliseconds.
const LIMIT: Duration = Duration::from_millis(280);
const TIMEOUT: &str = "ARCHSTONE_COMPLETE_TIMEOUT";

/// The candidates for the next word.
#[derive(Debug, Default)]
struct Offer {
    candidates: Vec<Candidate>,
    /// Whether the shell should complete file names.
    is_file: bool,
}

#[derive(Clone, Debug)]
struct Candidate {
    text: String,
    about: String,
}

impl Offer {
    fn files() -> Self {
        Self { candidates: Vec::new(), is_file: true }
    }
}

/// Runs completion, if the words request it.
pub(crate) fn run(words: &[OsString]) -> Option<ExitCode> {
    if words.get(1)? != COMPLETE || Program::of(words.first().map(OsString::as_os_str)) != Program::Archstone {
        return None;
    }
    let host = Host::default();
    let limit = Limit::of(&host);
    let words: Vec<String> = words.iter().skip(2).map(|it| it.to_string_lossy().into_owned()).collect();
    let shell = Shell::named(words.iter().find_map(|it| it.strip_prefix("--shell="))?)?;
    let given = words.iter().position(|it| it == "--").and_then(|at| words.get(at + 1..)).unwrap_or_default();
    let asked = words::read(shell, given, &host);
    let offer = asked.words.first().map(|_| offer(&asked.words, &asked.word, limit)).unwrap_or_default();
    // If the shell has closed the pipe, the error cannot be reported.
    let _ = console::print(&words::write(shell, &offer, &asked));
    Some(ExitCode::SUCCESS)
}

/// The deadline.
#[derive(Clone, Copy, Debug)]
struct Limit {
    until: Instant,
    /// Whether the user set it, and therefore accepts the wait.
    is_chosen: bool,
}

impl Limit {
    fn of(host: &Host) -> Self {
        let chosen = host.variable(TIMEOUT).and_then(|it| it.parse().ok()).map(Duration::from_millis);
        Self { until: now() + chosen.unwrap_or(LIMIT), is_chosen: chosen.is_some() }
    }

    fn left(self) -> Duration {
        self.until.saturating_duration_since(now())
    }
}

#[expect(clippy::disallowed_methods, reason = "the person at the keyboard waits, whatever a test says")]
fn now() -> Instant {
    Instant::now()
}

/// The candidates for a word, given the words before it. The first of these is the program's name.
fn offer(words: &[String], word: &str, limit: Limit) -> Offer {
    let program = Program::of(words.first().map(AsRef::as_ref));
    let (line, pending) = Line::read(program, words);
    let mut offer = match line.place(pending, word) {
        Place::Option => {
            let options = line.shown_options().map(|(text, about)| Candidate { text, about });
            Offer { candidates: options.collect(), is_file: false }
        }
        Place::Value(option, before) => value(&line, option, word, &before, limit),
        Place::Word(argument) => {
            let words = line.next_words().into_iter().filter(|it| it.starts_with(word));
            let words: Vec<_> = words.map(|it| Candidate { text: it.to_owned(), about: line.meaning(it) }).collect();
            let mut offer = argument.map(|it| value(&line, it, word, "", limit)).unwrap_or_default();
            if !line.only_values() {
                // It would be parsed as an option.
                offer.candidates.retain(|it| !it.text.starts_with('-'));
            }
            offer.candidates.splice(0..0, words);
            offer
        }
    };
    offer.candidates.retain(|it| it.text.starts_with(word));
    let mut seen = std::collections::BTreeSet::new();
    offer.candidates.retain(|it| seen.insert(it.text.clone()));
    offer
}

/// Candidates for the value of an argument, after the part of the word that precedes it.
fn value(line: &Line, argument: &Arg, word: &str, before: &str, limit: Limit) -> Offer {
    let written = word.strip_prefix(before).unwrap_or_default();
    // Complete the last of several comma-separated values.
    let done = argument.get_value_delimiter().and_then(|it| written.rfind(it)).map_or(0, |at| at + 1);
    let (before, written) = (format!("{before}{}", &written[..done]), &written[done..]);
    let choices: Vec<_> = argument.get_possible_values().into_iter().filter(|it| !it.is_hide_set()).collect();
    let name = argument.get_value_names().and_then(|names| names.first()).map_or("", |it| it.as_str());
    let texts: Vec<(String, String)> = if !choices.is_empty() {
        let about = |it: &clap::builder::PossibleValue| it.get_help().map(ToString::to_string).unwrap_or_default();
        choices.iter().map(|it| (it.get_name().to_owned(), about(it))).collect()
    } else if name.starts_with("CLOUD") {
        clouds(&Host::default()).unwrap_or_default().into_iter().map(|it| (it.name, String::new())).collect()
    } else if name == "OPTION" {
        OPTIONS.iter().flat_map(|it| it.iter()).map(|it| (it.name.to_owned(), it.help.to_owned())).collect()
    } else if ["FILE", "PATH", "COMMAND"].iter().any(|it| name.starts_with(it)) {
        return Offer::files();
    } else if let Some(named) = named(line, argument, name) {
        let names = live::names(line, &named, written, limit);
        // An option and its value may be separated by an equals sign; otherwise a word with a hyphen is an option.
        let is_free = !before.is_empty();
        let can_be = |it: &String| is_free || line.only_values() || !it.starts_with('-');
        names.into_iter().filter(can_be).map(|it| (it, String::new())).collect()
    } else {
        Vec::new()
    };
    let candidates = texts
        .into_iter()
        .filter(|(text, _)| text.starts_with(written) && text.chars().all(archstone::text::is_visible));
    let candidates = candidates.map(|(text, about)| Candidate { text: format!("{before}{text}"), about });
    Offer { candidates: candidates.collect(), is_file: false }
}

/// The things that an argument names, according to its description or the name of its value in the help.
fn named(line: &Line, argument: &Arg, value: &str) -> Option<Things> {
    let id = argument.get_id().as_str().trim_start_matches('=');
    let given = |name: &str| line.text(name).filter(|it| !it.is_empty());
    if let Some(named) = line.command.and_then(|it| it.work.named(id, &given)) {
        return Some(named);
    }
    // The connection options refer to a cloud that is not known yet.
    line.command.filter(|_| !is_of_cloud(argument))?;
    let named = Things::called(value)?;
    let domain = [argument.get_long(), Some(value)].into_iter().flatten();
    let domain = domain.map(|it| format!("{}-domain", it.to_lowercase())).find_map(|it| given(&it));
    Some(match domain {
        Some(domain) => named.within_domain(domain),
        None => named,
    })
}

//! The state of the command line so far, and what can come next.
//!
//! The line is not valid yet, so nothing here is an error: unknown words are skipped.

use clap::{Arg, ArgAction};

use crate::{
    cloud_options::CLOUD,
    command::Spec,
    command_line::{arguments, commands_of},
    commands::{self, GROUPS},
    program::Program,
};

const HELP: &str = "help";

/// A command line up to the word that is completed.
pub(super) struct Line {
    program: Program,
    /// The words of the command so far.
    path: Vec<&'static str>,
    pub(super) command: Option<&'static Spec>,
    /// All arguments that are accepted.
    arguments: Vec<Arg>,
    /// Indexes into `arguments`, and the values, if any.
    given: Vec<(usize, Option<String>)>,
    /// The number of positional values.
    values: usize,
    /// Whether `--` was given: nothing after it is an option.
    only_values: bool,
    is_help: bool,
}

/// The kind of the word to complete.
#[derive(Debug)]
pub(super) enum Place<'a> {
    /// The name of an option.
    Option,
    /// A word of the command, or else the value of a positional argument.
    Word(Option<&'a Arg>),
    /// The value of an option, after this part of the word.
    Value(&'a Arg, String),
}

impl Line {
    /// Reads the line before the last word. The first word is the program's name.
    pub(super) fn read(program: Program, words: &[String]) -> (Self, Option<usize>) {
        let mut line = Self {
            program,
            path: Vec::new(),
            command: None,
            arguments: arguments(None, program),
            given: Vec::new(),
            values: 0,
            only_values: false,
            is_help: false,
        };
        // The option whose value is the next word.
        let mut pending = None;
        for word in words.iter().skip(1) {
            match pending.take() {
                Some(option) => line.given.push((option, Some(word.clone()))),
                None => pending = line.take(word),
            }
        }
        (line, pending)
    }

    /// The kind of the next word.
    pub(super) fn place(&self, pending: Option<usize>, word: &str) -> Place<'_> {
        if let Some(option) = pending.and_then(|at| self.arguments.get(at)) {
            return Place::Value(option, String::new());
        }
        if !self.only_values && word.starts_with('-') {
            let option = word.strip_prefix("--").and_then(|rest| rest.split_once('='));
            let option = option.and_then(|(name, _)| Some((name, self.arguments.get(self.long(name)?)?)));
            return match option {
                Some((name, option)) if takes_value(option) => Place::Value(option, format!("--{name}=")),
                _ => Place::Option,
            };
        }
        let values: Vec<_> = self.own().filter(|it| it.is_positional()).collect();
        let may_repeat = |it: &&&Arg| matches!(it.get_action(), ArgAction::Append);
        let value = values.get(self.values).or_else(|| values.last().filter(may_repeat));
        Place::Word(value.copied().filter(|_| !self.is_help))
    }

    /// The value of an argument, by name.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let given =
            self.given.iter().rev().find(|(at, _)| self.arguments.get(*at).is_some_and(|it| name_of(it) == name));
        given.and_then(|(_, text)| text.clone())
    }

    /// The options of the cloud that were given, and their descriptions.
    pub(super) fn cloud(&self) -> (Vec<String>, Vec<Arg>) {
        let given = self.given.iter().filter_map(|(at, text)| Some((self.arguments.get(*at)?, text)));
        let given: Vec<_> = given.filter(|(it, _)| is_of_cloud(it)).collect();
        let word = |(it, text): &(&Arg, &Option<String>)| {
            let value = text.as_ref().map(|text| format!("={text}")).unwrap_or_default();
            Some(format!("--{}{value}", it.get_long()?))
        };
        let words = given.iter().filter_map(word).collect();
        let described = self.arguments.iter().filter(|it| given.iter().any(|(given, _)| given.get_id() == it.get_id()));
        (words, described.cloned().collect())
    }

    /// The words that can continue the command.
    pub(super) fn next_words(&self) -> Vec<&'static str> {
        if self.values > 0 || self.only_values {
            return Vec::new();
        }
        let goes_on = |it: &&Spec| it.words.len() > self.path.len() && it.words.starts_with(&self.path);
        let mut next: Vec<_> = Vec::new();
        for word in commands_of(self.program).filter(goes_on).map(|it| it.words[self.path.len()]) {
            if !next.contains(&word) {
                next.push(word);
            }
        }
        if self.path.is_empty() && !self.is_help {
            next.push(HELP);
        }
        next
    }

    /// The description of one of these words.
    pub(super) fn meaning(&self, word: &str) -> String {
        if word == HELP && self.path.is_empty() {
            return "Print help".to_owned();
        }
        let path: Vec<&str> = self.path.iter().copied().chain([word]).collect();
        match commands::all().find(|it| it.words == path) {
            Some(command) => command.work.describe().get_about().map(ToString::to_string).unwrap_or_default(),
            None => GROUPS.iter().find(|(words, _)| *words == path).map_or("", |(_, about)| about).to_owned(),
        }
    }

    /// The options that help shows.
    pub(super) fn shown_options(&self) -> impl Iterator<Item = (String, String)> {
        let shown = self.arguments.iter().filter(|it| !it.is_hide_set());
        shown.filter_map(|it| {
            let about = it.get_help().map(ToString::to_string).unwrap_or_default();
            Some((format!("--{}", it.get_long()?), about))
        })
    }

    pub(super) fn only_values(&self) -> bool {
        self.only_values
    }

    /// Consumes one word. Returns an option whose value is the next word.
    fn take(&mut self, word: &str) -> Option<usize> {
        if !self.only_values {
            if word == "--" {
                self.only_values = true;
                return None;
            }
            if let Some(option) = word.strip_prefix("--") {
                return self.take_long(option);
            }
            if word.len() > 1 && word.starts_with('-') {
                return self.take_short(word.get(1..).unwrap_or_default());
            }
            if self.take_command_word(word) {
                return None;
            }
        }
        let own: Vec<_> = self.own().filter(|it| it.is_positional()).map(|it| it.get_id().clone()).collect();
        if let Some(at) = own.get(self.values).and_then(|id| self.arguments.iter().position(|it| it.get_id() == id)) {
            self.given.push((at, Some(word.to_owned())));
        }
        self.values += 1;
        None
    }

    fn take_long(&mut self, option: &str) -> Option<usize> {
        let (name, value) = option.split_once('=').map_or((option, None), |(name, value)| (name, Some(value)));
        let at = self.long(name)?;
        let argument = self.arguments.get(at)?;
        if value.is_none() && takes_value(argument) && !argument.is_require_equals_set() {
            return Some(at);
        }
        self.given.push((at, value.map(str::to_owned)));
        None
    }

    fn take_short(&mut self, letters: &str) -> Option<usize> {
        for (position, letter) in letters.char_indices() {
            let at = self.arguments.iter().position(|it| it.get_short() == Some(letter))?;
            if self.arguments.get(at).is_some_and(takes_value) {
                let rest = letters.get(position + letter.len_utf8()..).unwrap_or_default();
                if rest.is_empty() {
                    return Some(at);
                }
                self.given.push((at, Some(rest.trim_start_matches('=').to_owned())));
                return None;
            }
        }
        None
    }

    fn take_command_word(&mut self, word: &str) -> bool {
        if self.values > 0 {
            return false;
        }
        if word == HELP && self.path.is_empty() && !self.is_help {
            self.is_help = true;
            return true;
        }
        let next = self.next_words();
        let whole = next.iter().find(|it| **it == word);
        let mut near = next.iter().filter(|it| self.program.can_mean(word, it));
        let Some(found) = whole.or_else(|| near.next().filter(|_| near.next().is_none())) else { return false };
        self.path.push(found);
        if let Some(command) = commands::all().find(|it| it.words == self.path) {
            self.choose(command);
        }
        true
    }

    /// Sets the command: its arguments now come first. Values given so far stay with the arguments of the same name.
    fn choose(&mut self, command: &'static Spec) {
        self.command = Some(command);
        let before = std::mem::replace(&mut self.arguments, arguments(Some(command), self.program));
        let moved = std::mem::take(&mut self.given).into_iter().filter_map(|(at, text)| {
            let id = before.get(at)?.get_id();
            Some((self.arguments.iter().position(|it| it.get_id() == id)?, text))
        });
        self.given = moved.collect();
    }

    /// The arguments of the command itself, the only ones that can be positional.
    fn own(&self) -> impl Iterator<Item = &Arg> {
        self.arguments.iter().filter(|_| self.command.is_some())
    }

    /// An option by its name, which may be abbreviated if the program allows that.
    fn long(&self, name: &str) -> Option<usize> {
        let names = |it: &Arg| {
            let aliases = it.get_all_aliases().unwrap_or_default().into_iter().map(str::to_owned);
            it.get_long().map(str::to_owned).into_iter().chain(aliases).collect::<Vec<_>>()
        };
        let all = || self.arguments.iter().enumerate();
        let whole = all().find(|(_, it)| names(it).iter().any(|it| it == name));
        let near = || all().find(|(_, it)| names(it).iter().any(|it| self.program.can_mean(name, it)));
        whole.or_else(near).map(|(at, _)| at)
    }
}

/// Whether an argument selects the cloud, the user or the scope.
pub(super) fn is_of_cloud(argument: &Arg) -> bool {
    argument.get_help_heading() == Some(CLOUD)
}

/// The name by which other arguments refer to it.
fn name_of(argument: &Arg) -> &str {
    argument.get_long().unwrap_or_else(|| argument.get_id().as_str().trim_start_matches('='))
}

fn takes_value(argument: &Arg) -> bool {
    matches!(argument.get_action(), ArgAction::Set | ArgAction::Append) && !argument.is_positional()
}

//! Interprets a file of shell commands as far as possible without running anything.

use std::collections::BTreeMap;

use super::{
    UnreadLine, option,
    windows::{self, Statement},
    words::{self, Command, Link, Word, is_name},
};

/// The known value of each variable; `None` if only a shell can compute it.
pub(super) type Variables = BTreeMap<String, Option<String>>;

/// The maximum number of lines of one command.
const LONGEST: usize = 64;

/// The result of a file's commands.
#[derive(Default)]
pub(super) struct Script {
    pub(super) variables: Variables,
    pub(super) unread: Vec<UnreadLine>,
    blocks: Vec<Block>,
}

/// Whether a command is executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reached {
    Yes,
    No,
    Perhaps,
}

impl Reached {
    /// Combines it with a condition; `None` if only a shell can evaluate it.
    fn and(self, condition: Option<bool>) -> Self {
        match (self, condition) {
            (Self::No, _) | (_, Some(false)) => Self::No,
            (Self::Yes, Some(true)) => Self::Yes,
            _ => Self::Perhaps,
        }
    }
}

/// `if … fi`, a loop, or a group of commands.
struct Block {
    outer: Reached,
    reached: Reached,
    /// Whether a previous branch was taken.
    taken: Option<bool>,
}

fn either(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

impl Script {
    pub(super) fn read(text: &str) -> Self {
        let mut script = Self::default();
        let lines: Vec<&str> = text.lines().collect();
        let mut at = 0;
        while let Some(rest) = lines.get(at..).filter(|rest| !rest.is_empty()) {
            let (line, count) = whole(rest);
            script.follow(at + 1, &line);
            at += count;
        }
        script
    }

    fn follow(&mut self, number: usize, text: &str) {
        let mut unread: Vec<String> = Vec::new();
        let mut rest = text;
        let (mut link, mut status) = (Link::Then, Some(true));
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ';');
            if rest.is_empty() {
                break;
            }
            let around = self.blocks.last().map_or(Reached::Yes, |block| block.reached);
            let reached = match link {
                Link::Then => around,
                Link::And => around.and(status),
                Link::Or => around.and(status.map(|it| !it)),
            };
            if let Some((statement, behind)) = windows::statement(rest, &self.variables) {
                if !self.apply(statement, reached) {
                    unread.extend(names_in(&rest[..rest.len() - behind.len()]));
                }
                rest = behind;
                (link, status) = (Link::Then, None);
                continue;
            }
            let command = words::command(rest, &self.variables);
            let is_read;
            (is_read, status) = self.run(&command, reached);
            if !is_read {
                unread.extend(names_in(command.raw));
            }
            (link, rest) = (command.link, command.rest);
        }
        unread.dedup();
        if !unread.is_empty() {
            self.unread.push(UnreadLine { line: number, variables: unread });
        }
    }

    /// Applies a statement; returns whether it was fully understood.
    fn apply(&mut self, statement: Statement, reached: Reached) -> bool {
        match statement {
            Statement::Comment => true,
            Statement::Set(name, value) => self.set(&name, value.as_deref(), reached),
            Statement::Unset(name) => self.unset(&name, reached),
        }
    }

    fn set(&mut self, name: &str, value: Option<&str>, reached: Reached) -> bool {
        match reached {
            Reached::Yes => drop(self.variables.insert(name.to_owned(), value.map(ToOwned::to_owned))),
            Reached::Perhaps => drop(self.variables.insert(name.to_owned(), None)),
            Reached::No => {}
        }
        reached != Reached::Perhaps
    }

    fn unset(&mut self, name: &str, reached: Reached) -> bool {
        match (reached, self.variables.get_mut(name)) {
            (Reached::Yes, _) => drop(self.variables.remove(name)),
            // An empty variable counts as unset anyway.
            (Reached::Perhaps, Some(value)) if value.as_deref() != Some("") => {
                *value = None;
                return false;
            }
            _ => {}
        }
        true
    }

    /// Runs a command; returns whether it was fully understood, and whether it succeeds.
    fn run(&mut self, command: &Command<'_>, mut reached: Reached) -> (bool, Option<bool>) {
        let mut words = &command.words[..];
        let mut branch = None;
        let mut is_negated = false;
        while let Some((first, rest)) = words.split_first() {
            let block = self.blocks.last_mut();
            match (first.raw, block) {
                ("if", _) => {
                    self.blocks.push(Block { outer: reached, reached, taken: Some(false) });
                    branch = Some(());
                }
                ("elif" | "elsif", Some(block)) => {
                    reached = block.outer.and(block.taken.map(|it| !it));
                    branch = Some(());
                }
                ("else", Some(block)) => {
                    block.reached = block.outer.and(block.taken.map(|it| !it));
                    reached = block.reached;
                }
                ("fi" | "done" | "esac" | "end" | "endif" | "}", Some(_)) => drop(self.blocks.pop()),
                ("{" | "begin", _) => self.blocks.push(Block { outer: reached, reached, taken: Some(true) }),
                ("for" | "foreach" | "while" | "until" | "case" | "select" | "switch" | "function", _) => {
                    let inside = reached.and(None);
                    self.blocks.push(Block { outer: reached, reached: inside, taken: None });
                    return (names_in(command.raw).is_empty(), None);
                }
                ("then" | "do" | "time", _) => {}
                ("!", _) => is_negated = true,
                _ => break,
            }
            words = rest;
        }
        let (is_read, status) = self.simple(command, words, reached);
        let status = status.map(|it| it != is_negated);
        if branch.is_some()
            && let Some(block) = self.blocks.last_mut()
        {
            // More conditions follow.
            let status = status.filter(|_| command.link == Link::Then);
            block.reached = block.outer.and(block.taken.map(|it| !it)).and(status);
            block.taken = either(block.taken, status);
        }
        (is_read, status)
    }

    fn simple(&mut self, command: &Command<'_>, words: &[Word<'_>], reached: Reached) -> (bool, Option<bool>) {
        if command.is_strange {
            // `name() {` starts code that runs later, if at all.
            if words.iter().any(|word| word.raw == "{") {
                self.blocks.push(Block { outer: reached, reached: reached.and(None), taken: None });
            }
            return (names_in(command.raw).is_empty() || reached == Reached::No, None);
        }
        if reached == Reached::No {
            return (true, None);
        }
        let mut is_read = true;
        for (name, value) in &command.defaults {
            is_read &= self.set(name, value.as_deref(), reached);
        }
        let Some(first) = words.first() else { return (is_read, Some(true)) };
        let arguments = &words[1..];
        if words.iter().all(|word| word.assignment().is_some()) {
            return (is_read & self.assign(words, reached), Some(true));
        }
        match first.raw {
            "export" | "declare" | "typeset" | "readonly" | "local" => {
                (is_read & self.declare(first.raw, arguments, reached), Some(true))
            }
            "set" => (is_read & self.fish(arguments, reached), Some(true)),
            "setenv" => match arguments {
                [name, value] if is_name(name.raw) => (self.set(name.raw, value.value.as_deref(), reached), Some(true)),
                _ => (false, None),
            },
            "unset" | "unsetenv" => {
                for name in arguments.iter().filter(|word| !word.raw.starts_with('-')) {
                    is_read &= is_name(name.raw) && self.unset(name.raw, reached);
                }
                (is_read, Some(true))
            }
            "read" => {
                self.ask(arguments);
                (is_read, Some(true))
            }
            "[" | "[[" | "test" => (is_read, holds(arguments)),
            "echo" | "printf" | "print" | "true" | ":" | "exit" | "return" => (is_read, Some(true)),
            "false" => (is_read, Some(false)),
            _ => (names_in(command.raw).is_empty(), None),
        }
    }

    fn assign(&mut self, words: &[Word<'_>], reached: Reached) -> bool {
        let mut is_read = true;
        for word in words {
            is_read &= word.assignment().is_some_and(|(name, value)| self.set(name, value, reached));
        }
        is_read
    }

    /// `export NAME=value OTHER`, `declare -x NAME="value"`.
    fn declare(&mut self, command: &str, arguments: &[Word<'_>], reached: Reached) -> bool {
        let (flags, words): (Vec<&Word<'_>>, Vec<&Word<'_>>) =
            arguments.iter().partition(|word| word.raw.starts_with(['-', '+']));
        let has = |letters: &[char]| flags.iter().any(|flag| flag.raw.contains(letters));
        if has(&['a', 'A', 'f', 'i', 'l', 'u']) {
            return words.is_empty();
        }
        let is_taken_back = command == "export" && has(&['n']);
        let mut is_read = true;
        for word in words {
            is_read &= match word.assignment() {
                Some((name, value)) => self.set(name, value, reached),
                None if !is_name(word.raw) => false,
                None if is_taken_back => self.unset(word.raw, reached),
                // From the environment of the shell; `declare -x` also lists variables without a value.
                None if command == "export" && !self.variables.contains_key(word.raw) => {
                    self.set(word.raw, None, reached)
                }
                None => true,
            };
        }
        is_read
    }

    /// `set -gx NAME value`, `set -e NAME`.
    fn fish(&mut self, arguments: &[Word<'_>], reached: Reached) -> bool {
        let count = arguments.iter().take_while(|word| word.raw.starts_with('-')).count();
        let (flags, words) = arguments.split_at(count);
        let has = |letter: char, word: &str| {
            flags.iter().any(|flag| flag.raw == word || !flag.raw.starts_with("--") && flag.raw.contains(letter))
        };
        match words {
            [] => true,
            names if has('e', "--erase") => names.iter().all(|name| is_name(name.raw) && self.unset(name.raw, reached)),
            [name, values @ ..] if has('x', "--export") && is_name(name.raw) => {
                let values: Option<Vec<&str>> = values.iter().map(|word| word.value.as_deref()).collect();
                self.set(name.raw, values.map(|it| it.join(" ")).as_deref(), reached)
            }
            words => words.iter().all(|word| names_in(word.raw).is_empty()),
        }
    }

    /// `read -p "Password: " NAME`: a person types the value.
    fn ask(&mut self, arguments: &[Word<'_>]) {
        let mut arguments = arguments.iter();
        while let Some(word) = arguments.next() {
            if word.raw.starts_with('-') {
                // These options take an argument.
                if word.raw.ends_with(['p', 't', 'n', 'N', 'd', 'u', 'i', 'a', 'P']) {
                    arguments.next();
                }
            } else if option(word.raw).is_some() {
                self.variables.insert(word.raw.to_owned(), None);
            } else {
                self.variables.remove(word.raw);
            }
        }
    }
}

/// Evaluates the arguments of `[`.
fn holds(arguments: &[Word<'_>]) -> Option<bool> {
    let arguments = match arguments {
        [inside @ .., last] if matches!(last.raw, "]" | "]]") => inside,
        all => all,
    };
    let (is_negated, arguments) = match arguments {
        [not, rest @ ..] if not.raw == "!" => (true, rest),
        all => (false, all),
    };
    let holds = match arguments {
        [word] => !word.value.as_deref()?.is_empty(),
        [operator, word] if operator.raw == "-z" => word.value.as_deref()?.is_empty(),
        [operator, word] if operator.raw == "-n" => !word.value.as_deref()?.is_empty(),
        [one, operator, other] if matches!(operator.raw, "=" | "==") => one.value.as_ref()? == other.value.as_ref()?,
        [one, operator, other] if operator.raw == "!=" => one.value.as_ref()? != other.value.as_ref()?,
        _ => return None,
    };
    Some(holds != is_negated)
}

/// The first line joined with its continuation lines, and the number of lines.
fn whole(lines: &[&str]) -> (String, usize) {
    let is_continued = |line: &str| {
        let is_windows = windows::statement(line.trim_start(), &Variables::default()).is_some();
        !is_windows
            && !line.trim_start().starts_with('#')
            && line.chars().rev().take_while(|c| *c == '\\').count() % 2 == 1
    };
    let mut line = String::new();
    let mut count = 0;
    for part in lines.iter().take(LONGEST) {
        count += 1;
        if !is_continued(part) || count == lines.len().min(LONGEST) {
            line.push_str(part);
            break;
        }
        line.push_str(&part[..part.len() - 1]);
    }
    if sets(&line) && words::is_open(&line) {
        let mut longer = line.clone();
        for (more, part) in lines.iter().enumerate().skip(count).take(LONGEST) {
            longer.push('\n');
            longer.push_str(part);
            if !words::is_open(&longer) {
                return (longer, more + 1);
            }
        }
    }
    (line, count)
}

/// Whether a line starts like one that sets a variable.
fn sets(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let is_assignment = |word: &str| word.split_once('=').is_some_and(|(name, _)| is_name(name));
    let first = words.next().unwrap_or_default();
    windows::statement(line.trim_start(), &Variables::default()).is_none()
        && (is_assignment(first)
            || matches!(first, "export" | "declare" | "typeset" | "readonly" | "local" | "setenv" | "set"))
}

/// The variables for clouds that occur in a text.
fn names_in(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let names = words.map(str::to_ascii_uppercase).filter(|word| {
        ["OS_", "ARCHSTONE_"].iter().any(|it| word.strip_prefix(it).is_some_and(|rest| !rest.is_empty()))
    });
    names.collect()
}

//! The command line: the command, its output options, and the options of the cloud.
//!
//! An option may be before or after the words of the command.

pub(crate) mod broken;
mod root;

use std::{collections::BTreeSet, ffi::OsString};

use archstone::{
    config::{OPTIONS, OptionSpec, nearest},
    events::Level,
};
use clap::{
    Arg, ArgMatches, Command,
    error::{ContextKind, ContextValue, ErrorKind},
    parser::ValueSource,
};

pub(crate) use self::root::{LOG_FILE, arguments, change_options, commands_of, general_options};
use self::root::{names_a_command, quick_root, root_of_commands, root_of_program};
use crate::{
    cloud_options::{given, is_switched_on, is_without_prefix, long},
    command::Spec,
    commands,
    output::{Answer, Layout},
    output_options::layout,
    program::Program,
    resource,
    session::Session,
};

/// A valid command line.
pub(crate) struct Parsed {
    pub(crate) program: Program,
    pub(crate) command: &'static Spec,
    /// Whether no word of the command is abbreviated.
    pub(crate) is_whole: bool,
    pub(crate) options: ArgMatches,
    pub(crate) layout: Layout,
    pub(crate) level: Level,
    pub(crate) timing: bool,
}

impl Parsed {
    /// Runs the command. Returns its answer and the exit status.
    pub(crate) fn answer(&self, session: &Session<'_>) -> Result<(Answer, u8), archstone::Error> {
        let (answer, status) = self.command.work.run(session, &self.options)?.ending();
        Ok((resource::previewed(session).unwrap_or(answer), status))
    }
}

pub(crate) fn parse(words: &[OsString]) -> Result<Parsed, Box<clap::Error>> {
    let program = Program::of(words.first().map(OsString::as_os_str));
    let mut root = quick_root(words, program);
    let mut matches = match root.try_get_matches_from_mut(words) {
        Ok(matches) => matches,
        Err(_) => {
            if let Some(error) = error_of_program(words, program) {
                return Err(error.into());
            }
            root = root_of_commands(words, program);
            root.try_get_matches_from_mut(words).map_err(|error| with_near_words(error, &root, words))?
        }
    };
    let mut path = Vec::new();
    while let Some((word, below)) = matches.remove_subcommand() {
        path.push(word);
        matches = below;
    }
    let Some(command) = commands::all().find(|command| path == command.words) else {
        return Err(root.error(ErrorKind::MissingSubcommand, "a command is missing").into());
    };
    check(words, program, &matches).map_err(|(kind, message)| plain(kind, &message, command))?;
    let layout = layout(command, &matches, program == Program::Archstone)
        .map_err(|message| plain(ErrorKind::ArgumentConflict, &message, command))?;
    let level = match (matches.get_flag("quiet"), matches.get_count("verbose")) {
        _ if matches.get_flag("debug") => Level::DEBUG,
        (true, _) => Level::ERROR,
        (false, 0) => Level::WARN,
        (false, 1) => Level::INFO,
        (false, _) => Level::DEBUG,
    };
    let is_whole = command_in(words).is_some_and(|it| it.words == command.words);
    Ok(Parsed { program, command, is_whole, layout, level, timing: matches.get_flag("timing"), options: matches })
}

/// An error that clap does not detect. It has no usage, which would not explain it.
fn plain(kind: ErrorKind, message: &str, command: &Spec) -> clap::Error {
    let words = command.words.join(" ");
    clap::Error::raw(kind, format!("{message}\n\nFor more information, try 'archstone {words} --help'.\n"))
}

/// The program's own help, or an error before any command.
fn error_of_program(words: &[OsString], program: Program) -> Option<clap::Error> {
    let mut root = root_of_program(words, program);
    match root.try_get_matches_from_mut(words) {
        Ok(matches) => match matches.subcommand() {
            Some(("help", of)) if of.get_raw("rest").is_none() => {
                root.try_get_matches_from_mut(["archstone", "--help"]).err()
            }
            _ => None,
        },
        Err(error) => {
            let is_of_program = matches!(
                error.kind(),
                ErrorKind::DisplayHelp
                    | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
                    | ErrorKind::InvalidSubcommand
                    | ErrorKind::MissingSubcommand
            );
            (is_of_program || !names_a_command(words, program)).then(|| with_near_words(error, &root, words))
        }
    }
}

/// The command of a line, if its words are not abbreviated, even if the line is invalid.
pub(crate) fn command_in(words: &[OsString]) -> Option<&'static Spec> {
    let are_in_order = |command: &&Spec| {
        let mut rest = words.iter().skip(1);
        command.words.iter().all(|word| rest.any(|it| it == word))
    };
    commands::all().filter(are_in_order).max_by_key(|command| command.words.len())
}

/// Checks that clap cannot do, since one option may be before the command's words and the other after them.
fn check(words: &[OsString], program: Program, matches: &ArgMatches) -> Result<(), (ErrorKind, String)> {
    const CONTRADICTIONS: [(&str, &str); 4] = [
        ("verify", "insecure"),
        ("password", "password_file"),
        ("token_cache", "no_cache"),
        ("sort_ascending", "sort_descending"),
    ];
    let option = |id: &str| match OptionSpec::find(id) {
        Some(spec) => format!("--{}", long(spec)),
        None => format!("--{}", id.replace('_', "-")),
    };
    let is_given = |id: &str| given(matches, id).is_some() || is_switched_on(matches, id);
    if let Some((one, other)) = CONTRADICTIONS.iter().find(|(one, other)| is_given(one) && is_given(other)) {
        let message = format!("`{}` and `{}` contradict each other", option(one), option(other));
        return Err((ErrorKind::ArgumentConflict, message));
    }
    if program == Program::Archstone {
        // Most likely an unset variable: the configured value must not be used instead.
        let has_empty = words.iter().any(|word| word.is_empty() || word.as_encoded_bytes().ends_with(b"="));
        let mut secrets = OPTIONS.iter().flat_map(|group| group.iter()).filter(|spec| has_empty && spec.secret);
        return match secrets.find(|spec| given(matches, spec.name) == Some("")) {
            Some(spec) => Err((ErrorKind::InvalidValue, format!("the value of `{}` is empty", option(spec.name)))),
            None => Ok(()),
        };
    }
    // `openstack project list --user bob` must not be read as `--user-agent`: options that `openstack` does not have
    // are never abbreviated.
    for spec in own_options() {
        let is_on_it = |name: &str| words.iter().any(|word| is_option(word, name));
        let names = std::iter::once(long(spec)).chain([format!("os-{}", long(spec))]);
        let is_given = matches!(matches.try_get_raw(spec.name), Ok(Some(_)))
            && matches.value_source(spec.name) == Some(ValueSource::CommandLine);
        let aliases = spec.aliases.iter().map(|alias| format!("os-{}", alias.replace('_', "-")));
        if is_given && !names.chain(aliases).any(|name| is_on_it(&name)) {
            let message = format!("`{}` cannot be abbreviated: `openstack` does not have it", option(spec.name));
            return Err((ErrorKind::UnknownArgument, message));
        }
    }
    Ok(())
}

/// The options of clouds that `openstack` does not have.
fn own_options() -> impl Iterator<Item = &'static OptionSpec> {
    let all = OPTIONS.iter().flat_map(|group| group.iter());
    all.filter(|spec| is_without_prefix(spec) && !["verify", "insecure"].contains(&spec.name))
}

/// Whether a word of the command line is this option, with or without its value.
fn is_option(word: &OsString, name: &str) -> bool {
    let option = word.to_str().and_then(|word| word.strip_prefix("--")).and_then(|word| word.strip_prefix(name));
    option.is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
}

/// The error with better suggestions than clap's, which suggests `--user-agent` for `--user`.
fn with_near_words(mut error: clap::Error, root: &Command, words: &[OsString]) -> clap::Error {
    let of_options = error.kind() == ErrorKind::UnknownArgument;
    let (kind, suggestions) = match error.kind() {
        ErrorKind::UnknownArgument => (ContextKind::InvalidArg, ContextKind::SuggestedArg),
        ErrorKind::InvalidSubcommand => (ContextKind::InvalidSubcommand, ContextKind::SuggestedSubcommand),
        ErrorKind::InvalidValue => (ContextKind::InvalidValue, ContextKind::SuggestedValue),
        _ => return error,
    };
    let Some(ContextValue::String(word)) = error.get(kind).cloned() else { return error };
    let program = Program::of(words.first().map(OsString::as_os_str));
    let known = match error.remove(suggestions) {
        _ if of_options => options_of(root, words, program),
        Some(ContextValue::String(one)) => vec![one],
        Some(ContextValue::Strings(several)) => several,
        _ => return error,
    };
    let near = near(&word, &known, program);
    if !near.is_empty() {
        error.insert(suggestions, ContextValue::Strings(near));
    }
    error
}

/// The options of the command that the words name; as `openstack`, only those that `openstack` has.
fn options_of(root: &Command, words: &[OsString], program: Program) -> Vec<String> {
    let below = |command, word| Command::find_subcommand(command, word).unwrap_or(command);
    let command = words.iter().skip(1).fold(root, below);
    let is_known = |long: &&str| program == Program::Archstone || own_options().all(|spec| self::long(spec) != *long);
    command.get_arguments().filter_map(Arg::get_long).filter(is_known).map(|long| format!("--{long}")).collect()
}

/// The options that a word abbreviates, or else the one that it misspells.
fn near(word: &str, known: &[String], program: Program) -> Vec<String> {
    const MOST: usize = 6;
    let (dashes, bare) = word.split_at(if word.starts_with("--") { 2 } else { 0 });
    // A complete word is not an abbreviation, except in `openstack`, where `--user` is an option of other commands.
    let goes_on = |rest: &str| program == Program::Openstack || !rest.starts_with('-') || bare.contains('-');
    let is_whole = |it: &&String| !bare.is_empty() && it.strip_prefix(word).is_some_and(goes_on);
    let whole: BTreeSet<_> = known.iter().filter(is_whole).cloned().collect();
    if (1..=MOST).contains(&whole.len()) {
        return whole.into_iter().collect();
    }
    let candidates = known.iter().filter_map(|it| it.strip_prefix(dashes));
    nearest(bare, candidates).map(|it| format!("{dashes}{it}")).into_iter().collect()
}

#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;

//! The command line: which command, how its answer is written, and the options of the cloud.
//!
//! An option may be before or after the words of the command.

pub(crate) mod broken;

use std::{collections::BTreeSet, ffi::OsString};

use archstone::{
    config::{OPTIONS, OptionSpec, nearest},
    events::Level,
};
use clap::{
    Arg, ArgAction, ArgMatches, Command,
    error::{ContextKind, ContextValue, ErrorKind},
    parser::ValueSource,
};

use crate::{
    cloud_options::{cloud_options, given, is_switched_on, is_without_prefix, long},
    command::{Answers, Changes, Spec},
    commands,
    output::{Answer, Layout},
    output_options::{layout, output_options},
    program::{OPENSTACK_VERSION, Program},
    resource,
    session::Session,
};

/// A command line that makes sense.
pub(crate) struct Parsed {
    pub(crate) program: Program,
    pub(crate) command: &'static Spec,
    /// Whether all words of the command are whole.
    pub(crate) is_whole: bool,
    pub(crate) options: ArgMatches,
    pub(crate) layout: Layout,
    pub(crate) level: Level,
    pub(crate) timing: bool,
}

impl Parsed {
    /// Does what the command line says: what it answers, and with which exit status.
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
            root = root_for_errors(words, program);
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
    check(words, program, &matches).map_err(|(kind, message)| root.error(kind, message))?;
    let layout = layout(command, &matches, program == Program::Archstone)
        .map_err(|message| root.error(ErrorKind::ArgumentConflict, message))?;
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

/// The command that a command line means, as far as its words are whole, even if it makes no sense.
pub(crate) fn command_in(words: &[OsString]) -> Option<&'static Spec> {
    let are_in_order = |command: &&Spec| {
        let mut rest = words.iter().skip(1);
        command.words.iter().all(|word| rest.any(|it| it == word))
    };
    commands::all().filter(are_in_order).max_by_key(|command| command.words.len())
}

/// What clap cannot check, since one option may be before the command's words and the other after them.
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
        return Ok(());
    }
    // `project list --user bob` of `openstack` must not be taken for `--user-agent`: options that `openstack`
    // does not have are never abbreviated.
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

/// The error with suggestions of what was probably meant, and no others: clap finds `--user-agent` near `--user`.
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

/// The options of the command that the words name; as `openstack`, only those that it has.
fn options_of(root: &Command, words: &[OsString], program: Program) -> Vec<String> {
    let below = |command, word| Command::find_subcommand(command, word).unwrap_or(command);
    let command = words.iter().skip(1).fold(root, below);
    let is_known = |long: &&str| program == Program::Archstone || own_options().all(|spec| self::long(spec) != *long);
    command.get_arguments().filter_map(Arg::get_long).filter(is_known).map(|long| format!("--{long}")).collect()
}

/// Those that a word abbreviates, or else the one that it is a typo of.
fn near(word: &str, known: &[String], program: Program) -> Vec<String> {
    const MOST: usize = 6;
    let (dashes, bare) = word.split_at(if word.starts_with("--") { 2 } else { 0 });
    // A whole word abbreviates nothing, but in `openstack`: `--user` is an option of other commands.
    let goes_on = |rest: &str| program == Program::Openstack || !rest.starts_with('-') || bare.contains('-');
    let is_whole = |it: &&String| !bare.is_empty() && it.strip_prefix(word).is_some_and(goes_on);
    let whole: BTreeSet<_> = known.iter().filter(is_whole).cloned().collect();
    if (1..=MOST).contains(&whole.len()) {
        return whole.into_iter().collect();
    }
    let candidates = known.iter().filter_map(|it| it.strip_prefix(dashes));
    nearest(bare, candidates).map(|it| format!("{dashes}{it}")).into_iter().collect()
}

/// How much help shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Help {
    /// `-h`: what is needed most, on one screen.
    Short,
    /// `--help`: everything.
    Long,
}

/// The whole command line, for help and errors.
fn root_for_errors(words: &[OsString], program: Program) -> Command {
    let words = || words.iter().skip(1).filter_map(|word| word.to_str()).take_while(|word| *word != "--");
    let is_short = |word: &str| word.starts_with('-') && !word.starts_with("--") && word.contains('h');
    let asks_for_more = words().any(|word| word == "--help" || word == "help");
    let is_short = !asks_for_more && (words().next().is_none() || words().any(is_short));
    whole_root(if is_short { Help::Short } else { Help::Long }, program)
}

fn whole_root(help: Help, program: Program) -> Command {
    let root = root(|_| true, |_, _| true, cloud_options(), help, program);
    let root = match help {
        Help::Short => hide_resources(root),
        Help::Long => root,
    };
    // Shown once, by the program's own long help.
    root.mut_subcommands(|command| hide_what_the_root_shows(command, program == Program::Archstone))
}

/// The commands on resources are alike and many: their names are enough for one screen.
fn hide_resources(root: Command) -> Command {
    /// What is only there since `openstack` has it.
    const SAME: [&str; 4] = ["cloud", "command", "configuration", "module"];
    let resources = commands::resources();
    let names = resources.join(", ");
    let root = root.mut_subcommands(|command| {
        let is_hidden = resources.iter().chain(&SAME).any(|it| *it == command.get_name());
        if is_hidden { command.hide(true) } else { command }
    });
    root.after_help(format!(
        "Commands on resources, such as `user create` and `role list`:\n  {names}\n\n\
         See `archstone --help` for all options and examples, and `archstone user --help` for the commands on users."
    ))
}

/// The options that `-h` shows, besides a command's own.
const MOST_NEEDED: [&str; 6] = ["help", "cloud", "format", "column", "quiet", "debug"];

fn hide_what_the_root_shows(command: Command, is_own: bool) -> Command {
    // A group prints nothing itself.
    let of_group = command.is_subcommand_required_set().then(|| output_options(Answers::Text, is_own, |_, _| true));
    command
        .mut_subcommands(|command| hide_what_the_root_shows(command, is_own))
        .args(cloud_options().map(|option| option.hide(true)))
        .args(of_group.into_iter().flatten())
}

/// The part of it that this run can need: describing what nobody asked for takes longer than
/// reading a token from the cache.
fn quick_root(words: &[OsString], program: Program) -> Command {
    let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).filter(|word| !word.is_empty()).collect();
    let options: Vec<&str> = words.iter().filter_map(|word| word.strip_prefix("--")?.split('=').next()).collect();
    let can_mean = |option: &Arg| {
        let names = option.get_long().into_iter().chain(option.get_all_aliases().unwrap_or_default());
        names.into_iter().any(|name| options.iter().any(|word| program.can_mean(word, name)))
    };
    let is_short = |word: &&&str| word.starts_with('-') && !word.starts_with("--");
    let shorts: String = words.iter().filter(is_short).copied().collect();
    let can_be = |long: &str, short: Option<char>| {
        short.is_some_and(|short| shorts.contains(short)) || options.iter().any(|word| program.can_mean(word, long))
    };
    let cloud_options = (!options.is_empty()).then(cloud_options).into_iter().flatten().filter(can_mean);
    let is_on_line = |name: &str| words.iter().any(|word| program.can_mean(word, name));
    root(is_on_line, can_be, cloud_options, Help::Short, program)
}

fn root(
    is_needed: impl Fn(&str) -> bool,
    is_described: impl Fn(&str, Option<char>) -> bool,
    cloud_options: impl IntoIterator<Item = Arg>,
    help: Help,
    program: Program,
) -> Command {
    let may_abbreviate = program == Program::Openstack;
    let shown = |option: Arg| {
        let is_shown = help == Help::Long || MOST_NEEDED.contains(&option.get_id().as_str());
        if is_shown { option } else { option.hide(true) }
    };
    let output_options = |answers| output_options(answers, program == Program::Archstone, &is_described);
    let mut root = Command::new("archstone")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Identity for OpenStack: log in once, hand out tokens and endpoints")
        .after_help(match help {
            Help::Short => "See `archstone --help` for all options and examples.",
            Help::Long => AFTER_HELP,
        })
        .disable_help_flag(true)
        .infer_long_args(may_abbreviate)
        .infer_subcommands(may_abbreviate)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .args(output_options(Answers::All).map(shown))
        .args(
            general_options()
                .into_iter()
                .filter(|it| it.get_id() != LOG_FILE || is_described("log-file", None))
                .map(shown),
        )
        .args(cloud_options.into_iter().map(shown));
    if program == Program::Openstack {
        root = root.display_name("openstack").version(OPENSTACK_VERSION);
    }
    // `openstack` has `batch` neither, and another one may.
    let is_there = |spec: &&Spec| program == Program::Archstone || spec.words != ["batch"];
    for spec in commands::all().filter(is_there).filter(|spec| is_needed(spec.words[0])) {
        let command = spec.work.describe().args(output_options(spec.answers).map(shown));
        let command = match program {
            Program::Archstone => command.args(change_options(spec.work.changes())),
            Program::Openstack => command,
        };
        let command = command.help_template(template(spec, help)).after_help(match help {
            Help::Short => format!("See `archstone {} --help` for more.", spec.words.join(" ")),
            Help::Long if spec.more.is_empty() => GLOBAL.to_owned(),
            Help::Long => format!("{}\n\n{GLOBAL}", spec.more),
        });
        root = add(root, spec.words, 0, command);
    }
    root
}

/// What can be given with a command, or before it is known which one: its own arguments first.
pub(crate) fn arguments(command: Option<&Spec>, program: Program) -> Vec<Arg> {
    let is_own = program == Program::Archstone;
    let answers = command.map_or(Answers::All, |it| it.answers);
    let own = command.map(|it| it.work.describe()).unwrap_or_default();
    let changes = command.filter(|_| is_own).map(|it| change_options(it.work.changes()));
    let mut arguments: Vec<_> = own.get_arguments().cloned().chain(changes.into_iter().flatten()).collect();
    arguments.extend(output_options(answers, is_own, |_, _| true));
    arguments.extend(general_options());
    arguments.extend(cloud_options());
    arguments
}

const GLOBAL: &str = "Global options are accepted here, too; see `archstone --help`.";

/// How the help of a command is laid out: what it is for first, by example.
fn template(spec: &Spec, help: Help) -> String {
    let examples = spec.examples.lines().map(broken::example).collect::<String>();
    let examples = match help {
        Help::Long if !examples.is_empty() => format!("Examples:\n{examples}\n"),
        _ => String::new(),
    };
    format!("{{about-with-newline}}\n{examples}{{usage-heading}} {{usage}}\n\n{{all-args}}{{after-help}}")
}

/// Puts a command where its words say, in the groups that they name.
fn add(parent: Command, words: &'static [&'static str], depth: usize, command: Command) -> Command {
    let Some(word) = words.get(depth) else { return parent };
    if depth + 1 == words.len() {
        return parent.subcommand(command.name(*word));
    }
    if parent.find_subcommand(word).is_some() {
        return parent.mut_subcommand(word, |group| add(group, words, depth + 1, command));
    }
    parent.subcommand(add(group(&words[..=depth]), words, depth + 1, command))
}

/// The words before a command's last one.
fn group(words: &'static [&'static str]) -> Command {
    let about = commands::GROUPS.iter().find(|(it, _)| *it == words).map_or("", |(_, about)| about);
    Command::new(words.last().copied().unwrap_or_default())
        .about(about)
        .subcommand_required(true)
        .arg_required_else_help(true)
}

const AFTER_HELP: &str = "\
The options of the cloud are read from these places, in this order of precedence:
  1. the command line
  2. environment variables (OS_CLOUD selects a cloud)
  3. secure.yaml and clouds.yaml, in this folder, ~/.config/openstack or /etc/openstack

Tokens are kept on disk, encrypted, so that the next command need not log in again: see `--token-cache`. \
`OS_PASSWORD` and other secrets can be given in the same places; on the command line other users can see them.

Examples:
  archstone --os-cloud mycloud token issue
  curl -H \"X-Auth-Token: $(archstone token issue -f value -c id)\" \"$(archstone url compute)/servers\"";

/// The options of commands that change something in the cloud.
pub(crate) fn change_options(changes: Changes) -> impl Iterator<Item = Arg> {
    let switch = |id: &'static str| Arg::new(id).action(ArgAction::SetTrue).overrides_with(id);
    let dry_run = switch("dry_run").long("dry-run").help("Change nothing: show what would be sent");
    let yes = switch("yes").long("yes").short('y').help("Do not ask for confirmation");
    let dry_run = (changes != Changes::Nothing).then_some(dry_run);
    dry_run.into_iter().chain((changes == Changes::Deletes).then_some(yes))
}

/// The file that the log is written to, too.
pub(crate) const LOG_FILE: &str = "log_file";

pub(crate) fn general_options() -> [Arg; 7] {
    let switch = |id: &'static str| Arg::new(id).long(id).action(ArgAction::SetTrue).overrides_with(id).global(true);
    [
        // One line for each option, also with `--help`: `root` says what each of the two shows.
        Arg::new("help")
            .long("help")
            .short('h')
            .action(ArgAction::HelpShort)
            .global(true)
            .help("Print help: with `-h` in short, with `--help` all of it"),
        Arg::new("verbose")
            .long("verbose")
            .short('v')
            .action(ArgAction::Count)
            .global(true)
            .help("More output on standard error (`-vv`: same as `--debug`)"),
        switch("quiet").short('q').help("Only print errors"),
        switch("debug").help("Show each request and answer on standard error, without secrets"),
        Arg::new(LOG_FILE)
            .long("log-file")
            .value_name("FILE")
            .overrides_with(LOG_FILE)
            .global(true)
            .help("Also write warnings and errors to a file; with `-v` and `--debug`, more"),
        switch("no_input").long("no-input").help("Never ask for anything at the terminal"),
        switch("timing").help("List the requests and how long each took, after the result"),
    ]
}

#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;

//! The command line: which command, how its answer is written, and the options of the cloud.
//!
//! An option may be before or after the words of the command.

use std::ffi::OsString;

use archstone::{config::OptionSpec, events::Level};
use clap::{Arg, ArgAction, ArgMatches, Command, error::ErrorKind, value_parser};

use crate::{
    cloud_options::{cloud_options, given, is_switched_on, long},
    command::{Answers, Spec},
    commands,
    output::{Format, Layout, Quote},
};

/// A command line that makes sense.
pub(crate) struct Parsed {
    pub(crate) command: &'static Spec,
    pub(crate) options: ArgMatches,
    pub(crate) layout: Layout,
    pub(crate) level: Level,
    pub(crate) timing: bool,
}

pub(crate) fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Parsed, clap::Error> {
    let words: Vec<OsString> = words.into_iter().collect();
    let mut root = quick_root(&words);
    let mut matches = match root.try_get_matches_from_mut(&words) {
        Ok(matches) => matches,
        Err(_) => {
            root = full_root();
            root.try_get_matches_from_mut(words)?
        }
    };
    let mut path = Vec::new();
    while let Some((word, below)) = matches.remove_subcommand() {
        path.push(word);
        matches = below;
    }
    let Some(command) = commands::ALL.iter().find(|command| path == command.words) else {
        return Err(root.error(ErrorKind::MissingSubcommand, "a command is missing"));
    };
    let layout = layout(command, &matches).map_err(|message| root.error(ErrorKind::ArgumentConflict, message))?;
    // Checked here, since one of them may stand before the command's words and the other after them.
    for (one, other) in [("verify", "insecure"), ("password", "password_file"), ("token_cache", "no_cache")] {
        let is_given = |id: &str| given(&matches, id).is_some() || is_switched_on(&matches, id);
        if is_given(one) && is_given(other) {
            let [one, other] = [one, other].map(|id| match OptionSpec::find(id) {
                Some(spec) => format!("--{}", long(spec)),
                None => format!("--{}", id.replace('_', "-")),
            });
            let message = format!("`{one}` and `{other}` contradict each other");
            return Err(root.error(ErrorKind::ArgumentConflict, message));
        }
    }
    let level = match (matches.get_flag("quiet"), matches.get_count("verbose")) {
        _ if matches.get_flag("debug") => Level::DEBUG,
        (true, _) => Level::ERROR,
        (false, 0) => Level::WARN,
        (false, 1) => Level::INFO,
        (false, _) => Level::DEBUG,
    };
    Ok(Parsed { command, layout, level, timing: matches.get_flag("timing"), options: matches })
}

/// The whole command line, for help, errors and completions.
pub(crate) fn full_root() -> Command {
    root(|_| true, cloud_options()).mut_subcommands(|command| {
        // Shown once, by the program's own help.
        command.mut_subcommands(|command| command.args(hidden_cloud_options())).args(hidden_cloud_options())
    })
}

/// The part of it that this run can need: describing what nobody asked for takes longer than
/// reading a token from the cache.
fn quick_root(words: &[OsString]) -> Command {
    let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).filter(|word| !word.is_empty()).collect();
    // Names may be shortened: all that a word can mean are here, so that one which means several is told.
    let options: Vec<&str> = words.iter().filter_map(|word| word.strip_prefix("--")?.split('=').next()).collect();
    let can_mean = |option: &Arg| {
        let names = option.get_long().into_iter().chain(option.get_all_aliases().unwrap_or_default());
        names.into_iter().any(|name| options.iter().any(|word| name.starts_with(word)))
    };
    let cloud_options = (!options.is_empty()).then(cloud_options).into_iter().flatten().filter(can_mean);
    root(|name| words.iter().any(|word| name.starts_with(word)), cloud_options)
}

fn root(is_needed: impl Fn(&str) -> bool, cloud_options: impl IntoIterator<Item = Arg>) -> Command {
    let mut root = Command::new("archstone")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Identity for OpenStack: log in once, hand out tokens and endpoints")
        .after_help(AFTER_HELP)
        .disable_help_flag(true)
        .infer_long_args(true)
        .infer_subcommands(true)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .args(output_options(Answers::All))
        .args(general_options())
        .args(cloud_options);
    for spec in commands::ALL.iter().filter(|spec| is_needed(spec.words[0])) {
        let command = (spec.describe)().args(output_options(spec.answers)).after_help(format!(
            "{}\n\nOptions such as `--os-cloud` or `--os-project-name` may stand here, too: `archstone --help` has them all.",
            spec.more
        ));
        root = match spec.words {
            [word] => root.subcommand(command.name(*word)),
            [group, word, ..] if root.find_subcommand(group).is_some() => {
                root.mut_subcommand(group, |group| group.subcommand(command.name(*word)))
            }
            [group, word, ..] => root.subcommand(self::group(group).subcommand(command.name(*word))),
            [] => root,
        };
    }
    root
}

/// The first word of the two-word commands.
fn group(name: &'static str) -> Command {
    let about = commands::GROUPS.iter().find(|(it, _)| *it == name).map_or("", |(_, about)| about);
    Command::new(name)
        .about(about)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .args(output_options(Answers::Text))
}

const AFTER_HELP: &str = "\
The options of the cloud are read from these places; what stands first wins:
  1. the command line
  2. the environment, where OS_CLOUD names a cloud
  3. secure.yaml and clouds.yaml, in this folder, ~/.config/openstack or /etc/openstack

Tokens are kept on disk, sealed, so that the next command need not log in again: see `--token-cache`.
`OS_PASSWORD` and other secrets can be given in the same places; on the command line others can see them.

Examples:
  archstone --os-cloud mycloud token issue
  curl -H \"X-Auth-Token: $(archstone token issue -f value -c id)\" \"$(archstone url compute)/servers\"";

fn hidden_cloud_options() -> impl Iterator<Item = Arg> {
    cloud_options().map(|option| option.hide(true))
}

fn general_options() -> [Arg; 5] {
    let switch = |id: &'static str| Arg::new(id).long(id).action(ArgAction::SetTrue).overrides_with(id).global(true);
    [
        // One line for each option, also with `--help`.
        Arg::new("help").long("help").short('h').action(ArgAction::HelpShort).global(true).help("Print help"),
        Arg::new("verbose")
            .long("verbose")
            .short('v')
            .action(ArgAction::Count)
            .global(true)
            .help("Tell more on standard error; twice is `--debug`"),
        switch("quiet").short('q').help("Tell only errors on standard error"),
        switch("debug").help("Show each request and answer on standard error, without secrets"),
        switch("timing").help("After the answer, list the requests and how long each took"),
    ]
}

/// The options of the answer's form. A command's own help shows those that make sense for it.
fn output_options(answers: Answers) -> Vec<Arg> {
    let show = matches!(answers, Answers::Show | Answers::All);
    let list = matches!(answers, Answers::List | Answers::All);
    let any = show || list;
    let switch = |id: &'static str| Arg::new(id).action(ArgAction::SetTrue).overrides_with(id);
    let value = |id: &'static str| Arg::new(id).overrides_with(id);
    let formats = answers.formats().iter().map(|(name, _)| *name);
    let options = [
        value("format")
            .short('f')
            .long("format")
            .value_name("FORMAT")
            .value_parser(clap::builder::PossibleValuesParser::new(formats))
            .help("How to write the answer; `table` unless said otherwise")
            .hide(!any),
        Arg::new("column")
            .short('c')
            .long("column")
            .alias("variable")
            .value_name("COLUMN")
            .action(ArgAction::Append)
            .help("Only this column or field; may be repeated")
            .hide(!any),
        value("sort_column")
            .long("sort-column")
            .value_name("COLUMN")
            .action(ArgAction::Append)
            .help("Sort the rows by this column; may be repeated")
            .hide(!list),
        switch("sort_ascending").long("sort-ascending").help("Smallest first, as is usual").hide(!list),
        switch("sort_descending").long("sort-descending").help("Largest first").hide(!list),
        switch("noindent").long("noindent").help("json: all on one line").hide(!any),
        value("prefix").long("prefix").value_name("PREFIX").help("shell: put this before each name").hide(!show),
        value("quote")
            .long("quote")
            .value_name("WHAT")
            .value_parser(QUOTES.map(|(name, _)| name))
            .help("csv: what to quote; `nonnumeric` unless said otherwise")
            .hide(!list),
        value("max_width")
            .long("max-width")
            .value_name("COLUMNS")
            .value_parser(value_parser!(usize))
            .help("table: break cells to make it at most so wide (CLIFF_MAX_TERM_WIDTH)")
            .hide(!any),
        switch("fit_width")
            .long("fit-width")
            .help("table: fit it to the terminal, as is usual on one (CLIFF_FIT_WIDTH)")
            .hide(!any),
        switch("print_empty").long("print-empty").help("table: draw it even when it has no rows").hide(!list),
    ];
    options.into_iter().map(|option| option.global(true).help_heading("Output")).collect()
}

const QUOTES: [(&str, Quote); 4] =
    [("all", Quote::All), ("minimal", Quote::Minimal), ("none", Quote::None), ("nonnumeric", Quote::Nonnumeric)];

/// The form of the answer; or what is wrong with it for this command.
fn layout(command: &Spec, options: &ArgMatches) -> Result<Layout, String> {
    let named = |id: &str| options.get_one::<String>(id).map(String::as_str);
    let all = |id: &str| options.get_many::<String>(id).into_iter().flatten().cloned().collect();
    let words = command.words.join(" ");
    let format = match named("format") {
        None => Format::default(),
        Some(_) if command.answers == Answers::Text => {
            return Err(format!("`{words}` has one form, and takes no `--format`"));
        }
        Some(name) => match command.answers.formats().iter().find(|(it, _)| *it == name) {
            Some((_, format)) => *format,
            None => {
                let formats: Vec<_> = command.answers.formats().iter().map(|(name, _)| *name).collect();
                return Err(format!("`{words}` has no format `{name}`: it has {}", formats.join(", ")));
            }
        },
    };
    let quote = QUOTES.iter().find(|(name, _)| Some(*name) == named("quote")).map_or(Quote::Nonnumeric, |(_, it)| *it);
    Ok(Layout {
        format,
        columns: all("column"),
        sort_columns: all("sort_column"),
        descending: options.get_flag("sort_descending"),
        indented: !options.get_flag("noindent"),
        prefix: named("prefix").unwrap_or_default().to_owned(),
        quote,
        max_width: options.get_one::<usize>("max_width").copied(),
        fit_width: options.get_flag("fit_width"),
        print_empty: options.get_flag("print_empty"),
    })
}

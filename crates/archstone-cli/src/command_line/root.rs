//! The description of the command line, limited to what a run needs.
//!
//! Describing a command takes longer than reading a token from the cache, and clap copies each shared option to every
//! command that it knows. Therefore there are three descriptions: what a valid line needs; the program itself, with a
//! list of its commands; and the commands that the line names, with their help.

use std::ffi::OsString;

use clap::{Arg, ArgAction, Command, builder::StyledStr};

use super::broken;
use crate::{
    cloud_options::cloud_options,
    command::{Answers, Changes, Spec},
    commands,
    output_options::output_options,
    program::{OPENSTACK_VERSION, Program},
};

/// How much help shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Help {
    /// `-h`: the most important options, on one screen.
    Short,
    /// `--help`: everything.
    Long,
}

/// How the command line is described.
#[derive(Clone, Copy, Debug)]
struct Description {
    program: Program,
    help: Help,
    /// Whether options that are not on the line are described, too.
    is_whole: bool,
}

/// The description that the run of a valid line may need.
pub(super) fn quick_root(words: &[OsString], program: Program) -> Command {
    let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).filter(|word| !word.is_empty()).collect();
    let options: Vec<&str> = words.iter().filter_map(|word| word.strip_prefix("--")?.split('=').next()).collect();
    let is_given = |option: &Arg| {
        let names = option.get_long().into_iter().chain(option.get_all_aliases().unwrap_or_default());
        names.into_iter().any(|name| options.iter().any(|word| program.can_mean(word, name)))
    };
    let is_short = |word: &&&str| word.starts_with('-') && !word.starts_with("--");
    let shorts: String = words.iter().filter(is_short).copied().collect();
    let can_be_given = |long: &str, short: Option<char>| {
        short.is_some_and(|short| shorts.contains(short)) || options.iter().any(|word| program.can_mean(word, long))
    };
    let description = Description { program, help: Help::Short, is_whole: false };
    let cloud_options = (!options.is_empty()).then(cloud_options).into_iter().flatten().filter(is_given);
    let output_options = output_options(Answers::All, program == Program::Archstone, can_be_given);
    let general_options =
        general_options().into_iter().filter(|it| it.get_id() != LOG_FILE || can_be_given("log-file", None));
    let root = description.root(output_options.chain(general_options).chain(cloud_options));
    let is_named = |name: &str| words.iter().any(|word| can_mean(program, word, name));
    commands_of(program).fold(root, |root, spec| {
        let known = spec.words.iter().take_while(|name| is_named(name)).count();
        if known == spec.words.len() {
            return description.add(root, spec.words, 0, |_| description.command(spec, can_be_given));
        }
        // The other commands that an abbreviation could mean.
        let words = if program == Program::Openstack { &spec.words[..known] } else { &[] };
        description.add(root, words, 0, |word| Command::new(word).subcommand_required(true))
    })
}

/// The program itself: its options, and the summary of each command. Commands accept any words here.
pub(super) fn root_of_program(words: &[OsString], program: Program) -> Command {
    const HELP: &str = "Print this message or the help of the given subcommand(s)";
    let description = Description { program, help: help_in(words), is_whole: true };
    let listed = |name: &'static str, about: StyledStr| {
        let rest = Arg::new("rest").num_args(0..).trailing_var_arg(true).allow_hyphen_values(true);
        Command::new(name).about(about).arg(rest).disable_help_flag(true)
    };
    let root = description.root(description.options().map(|option| option.global(false))).disable_help_subcommand(true);
    let root = commands_of(program).fold(root, |root, spec| {
        let words = &spec.words[..1];
        description.add(root, words, 0, |word| listed(word, about_part(spec, words)))
    });
    let root = root.subcommand(listed("help", HELP.into()));
    match description.help {
        Help::Short => hide_resources(root),
        Help::Long => root,
    }
}

/// The commands that the line names, with everything for their help and errors. If it names none, only the names of all
/// commands: clap adds the command `help` only if there are others.
pub(super) fn root_of_commands(words: &[OsString], program: Program) -> Command {
    let description = Description { program, help: help_in(words), is_whole: true };
    let root = description.root(description.options());
    let is_about_none = !names_a_command(words, program);
    let described = commands_of(program).filter(|spec| is_about_none || is_named(spec.words[0], words, program));
    described.fold(root, |root, spec| {
        let known = spec.words.iter().take_while(|name| is_named(name, words, program)).count();
        let words = &spec.words[..spec.words.len().min(known + 1)];
        description.add(root, words, 0, |word| {
            if known == spec.words.len() {
                description.whole(spec)
            } else {
                Command::new(word).about(about_part(spec, words))
            }
        })
    })
}

/// The commands of the program. `openstack` has no `batch`, and one of its plugins may add one; there, `config show`
/// abbreviates `configuration show`.
pub(crate) fn commands_of(program: Program) -> impl Iterator<Item = &'static Spec> {
    commands::all().filter(move |spec| program == Program::Archstone || !["batch", "config"].contains(&spec.words[0]))
}

/// Whether a word of the command line can mean this word of a command. In `openstack`, commands that only Archstone has
/// cannot be abbreviated: they would make abbreviations ambiguous.
fn can_mean(program: Program, word: &str, name: &str) -> bool {
    const OWN: [&str; 13] = [
        "url",
        "whoami",
        "login",
        "logout",
        "status",
        "prompt",
        "diff",
        "doctor",
        "env",
        "exec",
        "cache",
        "completion",
        "credential-helper",
    ];
    word == name || program.can_mean(word, name) && !OWN.contains(&name)
}

/// All commands, with their full help.
#[cfg(test)]
pub(super) fn whole_root(help: Help, program: Program) -> Command {
    let description = Description { program, help, is_whole: true };
    let root = description.root(description.options());
    let root =
        commands_of(program).fold(root, |root, spec| description.add(root, spec.words, 0, |_| description.whole(spec)));
    match help {
        Help::Short => hide_resources(root),
        Help::Long => root,
    }
}

/// Whether the line can contain a command.
pub(super) fn names_a_command(words: &[OsString], program: Program) -> bool {
    commands_of(program).any(|spec| is_named(spec.words[0], words, program))
}

fn is_named(name: &str, words: &[OsString], program: Program) -> bool {
    let words = words.iter().skip(1).filter_map(|word| word.to_str()).filter(|word| !word.is_empty());
    words.into_iter().any(|word| can_mean(program, word, name))
}

/// The summary of a command, or of its group with these words.
fn about_part(spec: &Spec, words: &[&str]) -> StyledStr {
    if words == spec.words {
        spec.work.describe().get_about().cloned().unwrap_or_default()
    } else {
        about(words).into()
    }
}

/// How much help the words request.
fn help_in(words: &[OsString]) -> Help {
    let words = || words.iter().skip(1).filter_map(|word| word.to_str()).take_while(|word| *word != "--");
    let is_short = |word: &str| word.starts_with('-') && !word.starts_with("--") && word.contains('h');
    let asks_for_more = words().any(|word| ["--help", "help"].contains(&word));
    let is_short = !asks_for_more && (words().next().is_none() || words().any(is_short));
    if is_short { Help::Short } else { Help::Long }
}

/// There are many similar commands on resources: on one screen, their names are enough.
fn hide_resources(root: Command) -> Command {
    /// Commands that exist only because `openstack` has them.
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

/// Hidden here: the program's own long help shows them once.
fn hidden_cloud_options() -> impl Iterator<Item = Arg> {
    cloud_options().map(|option| option.hide(true))
}

impl Description {
    /// The program itself, with options that all commands share.
    fn root(self, options: impl Iterator<Item = Arg>) -> Command {
        let is_openstack = self.program == Program::Openstack;
        let root = Command::new("archstone").version(env!("CARGO_PKG_VERSION"));
        let root = if is_openstack { root.display_name("openstack").version(OPENSTACK_VERSION) } else { root };
        root.about(ABOUT)
            .after_help(match self.help {
                Help::Short => "See `archstone --help` for all options and examples.",
                Help::Long => AFTER_HELP,
            })
            .disable_help_flag(true)
            .infer_long_args(is_openstack)
            .infer_subcommands(is_openstack)
            .subcommand_required(true)
            .arg_required_else_help(true)
            .args(options.map(|option| self.shown(option)))
    }

    /// All options that commands share.
    fn options(self) -> impl Iterator<Item = Arg> {
        let output_options = output_options(Answers::All, self.program == Program::Archstone, |_, _| true);
        output_options.chain(general_options()).chain(cloud_options())
    }

    fn shown(self, option: Arg) -> Arg {
        /// The options that `-h` shows, besides a command's own.
        const MOST_NEEDED: [&str; 6] = ["help", "cloud", "format", "column", "quiet", "debug"];
        let is_shown = self.help == Help::Long || MOST_NEEDED.contains(&option.get_id().as_str());
        if is_shown { option } else { option.hide(true) }
    }

    /// A command, with all options.
    fn whole(self, spec: &Spec) -> Command {
        self.command(spec, |_, _| true).args(hidden_cloud_options())
    }

    /// A command, with the output options that are needed.
    fn command(self, spec: &Spec, is_needed: impl Fn(&str, Option<char>) -> bool) -> Command {
        let is_own = self.program == Program::Archstone;
        let output_options = output_options(spec.answers, is_own, is_needed).map(|option| self.shown(option));
        let changes = if is_own { spec.work.changes() } else { Changes::Nothing };
        spec.work
            .describe()
            .args(output_options)
            .args(change_options(changes))
            .help_template(template(spec, self.help))
            .after_help(match self.help {
                Help::Short => format!("See `archstone {} --help` for more.", spec.words.join(" ")),
                Help::Long if spec.more.is_empty() => GLOBAL.to_owned(),
                Help::Long => format!("{}\n\n{GLOBAL}", spec.more),
            })
    }

    /// Adds a command under its words, in the groups that they name.
    fn add(
        self,
        parent: Command,
        words: &'static [&'static str],
        depth: usize,
        command: impl FnOnce(&'static str) -> Command,
    ) -> Command {
        let Some(word) = words.get(depth) else { return parent };
        let is_last = depth + 1 == words.len();
        if parent.find_subcommand(word).is_some() {
            // This runs again for each command of a group.
            let further = |group| if is_last { group } else { self.add(group, words, depth + 1, command) };
            return parent.mut_subcommand(word, further);
        }
        if is_last {
            return parent.subcommand(command(word).name(*word));
        }
        // A group prints nothing itself.
        let output_options = || output_options(Answers::Text, self.program == Program::Archstone, |_, _| true);
        let options = self.is_whole.then(|| hidden_cloud_options().chain(output_options()));
        let group = Command::new(*word)
            .about(about(&words[..=depth]))
            .subcommand_required(true)
            .arg_required_else_help(true)
            .args(options.into_iter().flatten());
        parent.subcommand(self.add(group, words, depth + 1, command))
    }
}

/// The description of a group of commands.
pub(super) fn about(words: &[&str]) -> &'static str {
    commands::GROUPS.iter().find(|(it, _)| *it == words).map_or("", |(_, about)| about)
}

/// The arguments that are accepted with a command, or before it is known which one: its own arguments first.
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

/// The layout of a command's help: its purpose and examples first.
fn template(spec: &Spec, help: Help) -> String {
    let examples = spec.examples.lines().map(broken::example).collect::<String>();
    let examples = match help {
        Help::Long if !examples.is_empty() => format!("Examples:\n{examples}\n"),
        _ => String::new(),
    };
    format!("{{about-with-newline}}\n{examples}{{usage-heading}} {{usage}}\n\n{{all-args}}{{after-help}}")
}

/// The description of the program.
pub(super) const ABOUT: &str = "Identity for OpenStack: log in once, hand out tokens and endpoints";

pub(super) const AFTER_HELP: &str = "\
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
    let dry_run = switch("dry_run").long("dry-run").help("Change nothing: show what would be done");
    let yes = switch("yes").long("yes").short('y').help("Do not ask for confirmation");
    let dry_run = (changes != Changes::Nothing).then_some(dry_run);
    dry_run.into_iter().chain((changes == Changes::Deletes).then_some(yes))
}

/// The file that also receives the log.
pub(crate) const LOG_FILE: &str = "log_file";

pub(crate) fn general_options() -> [Arg; 7] {
    let switch = |id: &'static str| Arg::new(id).long(id).action(ArgAction::SetTrue).overrides_with(id).global(true);
    [
        // One line for each option, also with `--help`: `root` decides what each of the two shows.
        Arg::new("help")
            .long("help")
            .short('h')
            .action(ArgAction::HelpShort)
            .global(true)
            .help("Print help (`-h`: summary, `--help`: everything)"),
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

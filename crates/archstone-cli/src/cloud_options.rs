//! The options of the cloud: its URL, the user and the scope.
//!
//! They are generated from the library's table, so that a new one appears here automatically.

use archstone::config::{OPTIONS, OptionSpec};
use clap::{Arg, ArgAction, ArgMatches};

/// The value of a cloud option on the command line. Options that were not given need not be described for this run.
pub(crate) fn given<'a>(options: &'a ArgMatches, id: &str) -> Option<&'a str> {
    options.try_get_one::<String>(id).ok().flatten().map(String::as_str)
}

/// Whether a switch among the cloud options was given.
pub(crate) fn is_switched_on(options: &ArgMatches, id: &str) -> bool {
    options.try_get_one::<bool>(id).ok().flatten().copied().unwrap_or_default()
}

/// Whether any cloud option was given.
pub(crate) fn are_given(options: &ArgMatches) -> bool {
    let names = OPTIONS.iter().flat_map(|group| group.iter()).map(|spec| spec.name);
    let mut names = names.chain(["cloud"]).chain(API_VERSIONS.iter().copied());
    names.any(|name| given(options, name).is_some()) || is_switched_on(options, "no_cache")
}

/// The option's name on the command line.
pub(crate) fn long(spec: &OptionSpec) -> String {
    let name = spec.name.replace('_', "-");
    if is_without_prefix(spec) { name } else { format!("os-{name}") }
}

/// Whether the option has no `os-` prefix: two options of `openstack` (`verify`, `insecure`), and those that
/// `openstack` does not have, including all that give the source of a secret.
pub(crate) fn is_without_prefix(spec: &OptionSpec) -> bool {
    WITHOUT_PREFIX.contains(&spec.name)
        || ["_file", "_command", "_keyring", "_token_url"].iter().any(|ending| spec.name.ends_with(ending))
}

/// How a hint writes an option: as used in a shell. For secrets, only the variable, since arguments are visible to
/// others.
pub(crate) fn in_a_shell(option: &str) -> String {
    match (option, OptionSpec::find(option)) {
        ("cloud", _) => "`--os-cloud` (OS_CLOUD)".into(),
        (_, Some(spec)) if spec.secret => format!("`{}`", spec.variable()),
        (_, Some(spec)) => format!("`--{}` ({})", long(spec), spec.variable()),
        (name, None) => format!("`{name}`"),
    }
}

const WITHOUT_PREFIX: &[&str] = &[
    "verify",
    "insecure",
    "timeout",
    "connect_timeout",
    "tls_min_version",
    "insecure_endpoints",
    "proxy",
    "no_proxy",
    "unix_socket",
    "original_ip",
    "unscoped",
    "token_cache",
    "token_cache_password",
    "token_cache_secret",
    "token_cache_cacert",
    "token_cache_timeout",
    "user_agent",
    "profile",
];

/// Switches: they need no value.
const SWITCHES: &[&str] = &["verify", "insecure", "unscoped"];

/// Settings of services that `openstack` has as options. They have no meaning for identity, but are passed on to
/// other programs.
pub(crate) const API_VERSIONS: &[&str] = &[
    "os-identity-api-version",
    "os-accelerator-api-version",
    "os-compute-api-version",
    "os-image-api-version",
    "os-network-api-version",
    "os-object-api-version",
    "os-volume-api-version",
];

/// The heading of these options.
pub(crate) const CLOUD: &str = "Cloud, user and scope";

pub(crate) fn cloud_options() -> impl Iterator<Item = Arg> {
    let cloud = Arg::new("cloud")
        .long("os-cloud")
        .visible_alias("cloud")
        .value_name("CLOUD")
        .help("A cloud of clouds.yaml [env: OS_CLOUD]");
    let no_cache =
        Arg::new("no_cache").long("no-cache").action(ArgAction::SetTrue).help("Do not read or write the token cache");
    let hidden = API_VERSIONS
        .iter()
        .map(|name| Arg::new(*name).long(*name).hide(true))
        // Has no effect: there are no such commands.
        .chain([Arg::new("os-beta-command").long("os-beta-command").action(ArgAction::SetTrue).hide(true)]);
    let table = OPTIONS.iter().flat_map(|group| group.iter()).map(cloud_option);
    [cloud].into_iter().chain(table).chain([no_cache]).chain(hidden).map(|option| {
        let is_switch = matches!(option.get_action(), ArgAction::SetTrue);
        let option = option.global(true).help_heading(CLOUD);
        let id = option.get_id().clone();
        if is_switch { option.overrides_with(id) } else { option.action(ArgAction::Set).overrides_with(id) }
    })
}

fn cloud_option(spec: &'static OptionSpec) -> Arg {
    let long = long(spec);
    let mut aliases: Vec<String> = spec.aliases.iter().map(|alias| format!("os-{}", alias.replace('_', "-"))).collect();
    if !long.starts_with("os-") {
        aliases.push(format!("os-{long}"));
    }
    let option = Arg::new(spec.name)
        .long(long)
        .aliases(aliases)
        .value_name(value_name(spec.name))
        .help(format!("{} [env: {}]", capitalised(spec.help), spec.variable()))
        // Accepted, since scripts use it; hidden, since other users can see it.
        .hide(spec.secret);
    if SWITCHES.contains(&spec.name) {
        option.num_args(0..=1).require_equals(true).default_missing_value("true").hide_possible_values(true)
    } else {
        option
    }
}

fn value_name(option: &str) -> &'static str {
    const ENDINGS: &[(&str, &str)] = &[
        ("_id", "ID"),
        ("name", "NAME"),
        ("_url", "URL"),
        ("cert", "FILE"),
        ("_key", "KEY"),
        ("key", "FILE"),
        ("timeout", "SECONDS"),
        ("interface", "INTERFACE"),
        ("token_cache", "PLACE"),
        ("version", "VERSION"),
        ("no_proxy", "HOSTS"),
        ("_file", "FILE"),
        ("_command", "COMMAND"),
        ("_keyring", "PLACE"),
        ("profile", "NAME"),
        ("proxy", "URL"),
        ("unix_socket", "PATH"),
        ("original_ip", "ADDRESS"),
        ("verify", "BOOL"),
        ("insecure", "BOOL"),
        ("unscoped", "BOOL"),
        ("catalog", "BOOL"),
    ];
    ENDINGS.iter().find(|(ending, _)| option.ends_with(ending)).map_or("VALUE", |(_, name)| name)
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

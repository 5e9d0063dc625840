//! `archstone config set`: sets an option of a cloud.

use archstone::{
    Error, ErrorKind, Result, Secret,
    config::{ConfigFile, Family, KeyringPlace, OptionSpec, clouds, nearest},
    host::Host,
};
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::files::{cloud, files, save};
use crate::{
    command::{Answers, OwnChange, Spec},
    events::warning,
    output::Answer,
    session::{Session, ask, first_line},
};

pub(in crate::commands) const SPEC: Spec = Spec {
    words: &["config", "set"],
    answers: Answers::Text,
    examples: "\
archstone config set mycloud auth_url https://keystone.example:5000/v3
archstone config set mycloud password            (asks for it)
pass show cloud | archstone config set mycloud password -
archstone config set mycloud password --keyring   (keeps it in the keyring)
archstone config set mycloud password_command 'pass show cloud'",
    more: "\
Changes the file that has the option; otherwise clouds.yaml, or a new one in your own configuration folder. Comments, \
order and formatting are preserved. A file that gets a secret is made readable for its owner only.",
    work: &OwnChange { describe, run },
};

fn describe() -> Command {
    Command::new("set").about("Set an option of a cloud in clouds.yaml").args([
        cloud(),
        Arg::new("option")
            .value_name("OPTION")
            .required(true)
            .help("An option, or a setting such as `compute_api_version`"),
        Arg::new("value")
            .value_name("VALUE")
            .allow_hyphen_values(true)
            .help("The value; `-` reads the first line of standard input. Secrets are prompted for if it is omitted"),
        Arg::new("secure").long("secure").action(ArgAction::SetTrue).help("Write to secure.yaml"),
        Arg::new("keyring")
            .long("keyring")
            .action(ArgAction::SetTrue)
            .help("Store the secret in the system keyring, and its place in the file"),
    ])
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let text = |id: &str| options.get_one::<String>(id).map_or("", String::as_str);
    let (cloud, option) = (text("of_cloud"), text("option"));
    let spec = OptionSpec::find(option.strip_prefix("auth.").unwrap_or(option));
    let value = match options.get_one::<String>("value").map(String::as_str) {
        Some("-") => first_line("-", "the value")?,
        Some("") if spec.is_some_and(|spec| spec.secret) => {
            return Err(Error::new(ErrorKind::InvalidRequest, format!("the value of `{option}` is empty"))
                .with_hint("`archstone config unset CLOUD OPTION` removes it"));
        }
        Some(value) => {
            if spec.is_some_and(|spec| spec.hides(value)) {
                warning!(
                    "everyone on this machine can see the secret in the process list; omit the value to be asked for it, or use `-`"
                );
            }
            value.into()
        }
        None => spec.filter(|spec| spec.secret).map(ask).transpose()?.flatten().ok_or_else(|| {
            Error::new(ErrorKind::InvalidRequest, format!("there is no value for `{option}`"))
                .with_hint("give the value after the option, or `-` for standard input")
        })?,
    };
    let host = Host::default();
    if options.get_flag("keyring") {
        return keep(session, cloud, option, &value, options.get_flag("secure"), &host);
    }
    let mut file = chosen(cloud, option, options.get_flag("secure"), &host)?;
    file.set(cloud, option, value.expose())?;
    let names: Vec<String> = clouds(&host).into_iter().flatten().map(|it| it.name).collect();
    save(session, &file)?;
    say_if_new(cloud, &names, &file);
    Ok(Answer::Text(format!("{}\n", file.path().display())))
}

/// Warns about a new cloud, since a typo in the name creates one.
fn say_if_new(cloud: &str, names: &[String], file: &ConfigFile) {
    if names.iter().any(|name| name == cloud) {
        return;
    }
    let meant = nearest(cloud, names.iter().map(String::as_str));
    let meant = meant.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
    warning!("`{cloud}` is a new cloud in `{}`{meant}", file.path().display());
}

/// Stores a secret in the keyring, and a reference to it in the file.
fn keep(
    session: &Session<'_>,
    cloud: &str,
    option: &str,
    secret: &Secret,
    in_secure: bool,
    host: &Host,
) -> Result<Answer> {
    let option = option.strip_prefix("auth.").unwrap_or(option);
    let spec = OptionSpec::find(&format!("{option}_keyring")).ok_or_else(|| {
        Error::new(ErrorKind::InvalidRequest, format!("`{option}` cannot be stored in the keyring"))
            .with_hint("`password` and `application_credential_secret` can")
    })?;
    let account = if option == "password" { cloud.to_owned() } else { format!("{cloud}.{option}") };
    let place: KeyringPlace = format!("archstone/{account}").parse()?;
    if !session.only_says(|| format!("would store the secret in the keyring as `{place}`")) {
        place.write(secret)?;
    }
    // It is stored in one place only.
    for other in [option.to_owned(), format!("{option}_file"), format!("{option}_command")] {
        for mut file in files(host)?.into_iter().filter(|file| file.has(cloud, &other)) {
            file.unset(cloud, &other)?;
            save(session, &file)?;
        }
    }
    let names: Vec<String> = clouds(host).into_iter().flatten().map(|it| it.name).collect();
    let mut file = chosen(cloud, spec.name, in_secure, host)?;
    file.set(cloud, spec.name, &place.to_string())?;
    save(session, &file)?;
    say_if_new(cloud, &names, &file);
    Ok(Answer::Text(format!("{}\n", file.path().display())))
}

fn chosen(cloud: &str, option: &str, in_secure: bool, host: &Host) -> Result<ConfigFile> {
    if in_secure { ConfigFile::of(Family::Secure, host) } else { place(cloud, option, host) }
}

/// The file that has the option already, or else the one for clouds.
fn place(cloud: &str, option: &str, host: &Host) -> Result<ConfigFile> {
    let has = files(host)?.into_iter().find(|file| file.has(cloud, option));
    has.map_or_else(|| ConfigFile::of(Family::Clouds, host), Ok)
}

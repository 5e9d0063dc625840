//! `archstone config import-openrc`: imports an openrc file as a cloud of clouds.yaml.

use std::fs;

use archstone::{
    Error, ErrorKind, Result, Secret,
    config::{ConfigFile, Family, OptionSpec, UnreadLine, read_openrc},
    host::Host,
    text::shell_word,
};
use clap::{Arg, ArgMatches, Command};

use super::files::{cloud, save};
use crate::{
    command::{Answers, OwnChange, Spec},
    events::warning,
    input,
    output::Answer,
    session::Session,
};

pub(in crate::commands) const SPEC: Spec = Spec {
    words: &["config", "import-openrc"],
    answers: Answers::Text,
    examples: "\
archstone config import-openrc mycloud demo-openrc.sh
archstone config set mycloud password",
    more: "\
Reads what POSIX shells, csh, fish, PowerShell and Windows' own command line set. Nothing in the file is run.
Values that the file prompts for, such as a password, are left out, and each line that is not understood is reported.",
    work: &OwnChange { describe, run },
};

fn describe() -> Command {
    Command::new("import-openrc").about("Import an openrc file as a cloud of clouds.yaml").args([
        cloud(),
        Arg::new("file").value_name("FILE").required(true).help("The openrc file; `-` is standard input"),
    ])
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let text = |id: &str| options.get_one::<String>(id).map_or("", String::as_str);
    let (cloud, path) = (text("of_cloud"), text("file"));
    let read = match path {
        "-" => input::read(),
        path => fs::read_to_string(path),
    };
    let invalid = |message: String| Error::new(ErrorKind::InvalidConfig, message);
    let content = Secret::from(read.map_err(|error| invalid(format!("cannot read `{path}`: {error}")))?);
    let openrc = read_openrc(content.expose());
    if openrc.options.is_empty() {
        let error = invalid(format!("`{path}` sets no `OS_*` variable that is an option"));
        return Err(match openrc.unread.as_slice() {
            [] => error,
            unread => error.with_hint(unread.iter().map(not_read).collect::<Vec<_>>().join("\n      ")),
        });
    }
    let mut file = ConfigFile::of(Family::Clouds, &Host::default())?;
    if file.clouds().iter().any(|it| it == cloud) {
        return Err(invalid(format!("there is a cloud `{cloud}` in `{}` already", file.path().display()))
            .with_hint("use another name, or remove the cloud first"));
    }
    for (option, value) in &openrc.options {
        file.set(cloud, option, value.expose())?;
    }
    save(session, &file)?;
    for variable in &openrc.open {
        warning!("the file does not say what `{variable}` is; set it with `{}`", command_to_set(cloud, variable));
    }
    for variable in &openrc.unknown {
        warning!("`{variable}` is not an option, and is left out");
    }
    for line in &openrc.unread {
        warning!("{}", not_read(line));
    }
    Ok(Answer::Text(format!("{}\n", file.path().display())))
}

fn not_read(line: &UnreadLine) -> String {
    let variables: Vec<_> = line.variables.iter().map(|name| format!("`{name}`")).collect();
    format!("line {} is not understood and is left out: it names {}", line.line, variables.join(", "))
}

/// The command that sets the option of a variable; it prompts for a secret.
fn command_to_set(cloud: &str, variable: &str) -> String {
    let key = variable.trim_start_matches("ARCHSTONE_").trim_start_matches("OS_").to_ascii_lowercase();
    let spec = OptionSpec::find(&key);
    let value = if spec.is_some_and(|spec| spec.secret) { "" } else { " VALUE" };
    let option = spec.map_or(key.as_str(), |spec| spec.name);
    format!("archstone config set {} {option}{value}", shell_word(cloud))
}

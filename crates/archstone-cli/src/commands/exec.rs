//! `archstone exec -- CMD`: a command with a token in its environment.

use std::process;

use archstone::{Error, ErrorKind, Result, host::Host};
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::{Answers, Spec};
use crate::{output::Answer, session::Session};

pub(super) const SPEC: Spec = Spec {
    words: &["exec"],
    answers: Answers::Text,
    describe,
    more: "\
The command gets OS_TOKEN, OS_AUTH_TYPE=token, OS_AUTH_URL, the scope by its id, and how the cloud is
reached; no password, and no other `OS_*` variable. Its exit status is that of this command.

Examples:
  archstone exec -- sh -c 'curl -H \"X-Auth-Token: $OS_TOKEN\" \"$OS_AUTH_URL/auth/catalog\"'
  archstone --os-cloud mycloud exec -- ./backup",
    run,
};

fn describe() -> Command {
    Command::new("exec").about("Run a command with a token in its environment").arg(
        Arg::new("command")
            .value_name("COMMAND")
            .required(true)
            .num_args(1..)
            .action(ArgAction::Append)
            .last(true)
            .help("The command and its arguments, after `--`"),
    )
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let mut words = options.get_many::<String>("command").into_iter().flatten();
    let program = words.next().map_or("", String::as_str);
    let mut command = process::Command::new(program);
    command.args(words);
    for name in Host::default().cloud_variables() {
        command.env_remove(name);
    }
    for (name, value) in variables(session)? {
        command.env(name, value);
    }
    let failed =
        |error| Error::new(ErrorKind::InvalidRequest, format!("the command `{program}` does not start: {error}"));
    start(command).map(|code| Answer::Ending(Box::new(Answer::Text(String::new())), code)).map_err(failed)
}

/// The token, and what it is good for and where.
fn variables(session: &Session<'_>) -> Result<Vec<(String, String)>> {
    const HOW: &[&str] = &[
        "OS_AUTH_URL",
        "OS_REGION_NAME",
        "OS_INTERFACE",
        "OS_CACERT",
        "OS_CERT",
        "OS_KEY",
        "OS_VERIFY",
        "OS_INSECURE",
    ];
    let access = session.client()?.authenticate()?;
    let all = session.builder()?.to_environment()?;
    let mut variables: Vec<(String, String)> = all
        .into_iter()
        .filter(|(name, _)| HOW.contains(&name.as_str()))
        .map(|(name, value)| (name, value.expose().to_owned()))
        .collect();
    let mut put = |name: &str, value: Option<&str>| {
        variables.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    };
    put("OS_TOKEN", Some(access.token().expose()));
    put("OS_AUTH_TYPE", Some("token"));
    put("OS_PROJECT_ID", access.project_id());
    put("OS_DOMAIN_ID", access.domain_id());
    put("OS_SYSTEM_SCOPE", access.is_system_scoped().then_some("all"));
    Ok(variables)
}

/// The command takes this process's place, so that signals reach it.
#[cfg(unix)]
fn start(mut command: process::Command) -> std::io::Result<u8> {
    use std::os::unix::process::CommandExt;
    Err(command.exec())
}

#[cfg(not(unix))]
fn start(mut command: process::Command) -> std::io::Result<u8> {
    let status = command.status()?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

//! `archstone exec -- CMD`: a command with a token in its environment.

use std::{io, path::PathBuf, process};

use archstone::{Result, Trust, host::Host};
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::{
    command::{Answers, Own, Spec},
    events::failure,
    handover::{NOT_FOUND, NOT_RUNNABLE, start},
    output::Answer,
    session::Session,
};

pub(super) const SPEC: Spec = Spec {
    words: &["exec"],
    answers: Answers::Text,
    examples: "\
archstone exec -- sh -c 'curl -H \"X-Auth-Token: $OS_TOKEN\" \"$OS_AUTH_URL/auth/catalog\"'
archstone --os-cloud mycloud exec -- ./backup",
    more: "\
The command gets OS_TOKEN, OS_AUTH_TYPE=token, OS_AUTH_URL, the scope by ID, and how the cloud is reached. All other \
variables that begin with `OS_` or `ARCHSTONE_` are removed: they can hold secrets. The exit status is that of the \
command, 127 if it is not found, and 126 if it cannot be run.",
    work: &Own { describe, run },
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
    let status = start(command).unwrap_or_else(|error| {
        failure!("cannot run `{program}`: {error}");
        if error.kind() == io::ErrorKind::NotFound { NOT_FOUND } else { NOT_RUNNABLE }
    });
    Ok(Answer::Ending(Box::new(Answer::Text(String::new())), status))
}

/// The token, what it is good for, and how the cloud is reached.
fn variables(session: &Session<'_>) -> Result<Vec<(&'static str, String)>> {
    let client = session.client()?;
    let access = session.authenticate()?;
    let config = client.config();
    let transport = config.transport();
    let file = |path: &Option<PathBuf>| path.as_ref().map(|it| it.display().to_string());
    let (cacert, insecure) = match &transport.trust {
        Trust::System => (None, None),
        Trust::Bundle(bundle) => (Some(bundle.display().to_string()), None),
        Trust::Nothing => (None, Some("true".to_owned())),
    };
    let variables = [
        ("OS_TOKEN", Some(access.token().expose().to_owned())),
        ("OS_AUTH_TYPE", Some("token".to_owned())),
        ("OS_AUTH_URL", config.auth_url().map(ToString::to_string)),
        ("OS_PROJECT_ID", access.project_id().map(ToOwned::to_owned)),
        ("OS_DOMAIN_ID", access.domain_id().map(ToOwned::to_owned)),
        ("OS_SYSTEM_SCOPE", access.is_system_scoped().then(|| "all".to_owned())),
        ("OS_REGION_NAME", config.region().map(ToOwned::to_owned)),
        ("OS_INTERFACE", config.interfaces().first().map(ToString::to_string)),
        ("OS_CACERT", cacert),
        ("OS_INSECURE", insecure),
        ("OS_CERT", file(&transport.client_certificate)),
        ("OS_KEY", file(&transport.client_key)),
        ("ARCHSTONE_UNIX_SOCKET", file(&transport.unix_socket)),
    ];
    Ok(variables.into_iter().filter_map(|(name, value)| Some((name, value?))).collect())
}

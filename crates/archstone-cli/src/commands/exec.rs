//! `archstone exec -- CMD`: a command with a token in its environment.

mod least;
mod refresh;

use std::{
    ffi::{OsStr, OsString},
    io,
    path::PathBuf,
    process,
    time::Duration,
};

use archstone::{Access, Error, ErrorKind, Proxy, Result, TransportSettings, Trust, blocking::Client, host::Host};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use crate::{
    command::{Answers, Own, Spec, duration},
    events::failure,
    handover::{NOT_FOUND, NOT_RUNNABLE, start},
    output::Answer,
    session::Session,
    supervise::Supervisor,
};

pub(super) const SPEC: Spec = Spec {
    words: &["exec"],
    answers: Answers::Text,
    examples: "\
archstone exec -- sh -c 'curl -H \"X-Auth-Token: $OS_TOKEN\" \"$OS_AUTH_URL/auth/catalog\"'
archstone --os-cloud mycloud exec -- ./backup
archstone exec --refresh -- ./controller
archstone exec --least-privilege --role reader --ttl 1h --rule 'compute GET /v2.1/servers/**' -- ./report",
    more: "\
With `--refresh`, the file that ARCHSTONE_TOKEN_ID_FILE names has a token that stays fresh as long as the command runs. \
Archstone, and programs that log in with Archstone's plugin, read it again when needed; other clients read OS_TOKEN once, \
and their token expires. With `--least-privilege`, the command gets an application credential instead of a token, with only \
these roles and for only these requests. It is deleted when the command ends, also by a signal, and it expires in any case.

The command gets OS_TOKEN, OS_AUTH_TYPE=token, OS_AUTH_URL, the scope by ID, and how the cloud is reached. All other \
variables that begin with `OS_` or `ARCHSTONE_` are removed: they can hold secrets. The exit status is that of the \
command, 127 if it is not found, and 126 if it cannot be run.",
    work: &Own { describe, run },
};

fn describe() -> Command {
    let flag = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    let least = |name: &'static str| Arg::new(name).long(name).requires("least-privilege");
    Command::new("exec").about("Run a command with a token in its environment").args([
        flag("refresh").conflicts_with("least-privilege").help("Keep the token fresh, in a file"),
        flag("least-privilege").help("Create an application credential for the command, and delete it afterwards"),
        least("role")
            .value_name("ROLE")
            .action(ArgAction::Append)
            .help("Name of a role that it has (repeatable) [default: all that you have]"),
        least("rule")
            .value_name("RULE")
            .value_parser(least::rule)
            .action(ArgAction::Append)
            .help("A request that it may make (repeatable), such as 'compute GET /v2.1/servers/**' [default: any]"),
        least("ttl").value_name("TIME").value_parser(duration).help("When it expires in any case [default: 1h]"),
        Arg::new("command")
            .value_name("COMMAND")
            .required(true)
            .num_args(1..)
            .action(ArgAction::Append)
            // Arguments of a command need not be UTF-8.
            .value_parser(value_parser!(OsString))
            .last(true)
            .help("The command and its arguments, after `--`"),
    ])
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let mut words = options.get_many::<OsString>("command").into_iter().flatten();
    let program = words.next().map_or(OsStr::new(""), OsString::as_os_str);
    let mut command = process::Command::new(program);
    command.args(words);
    for name in Host::default().cloud_variables() {
        command.env_remove(name);
    }
    let (client, access) = (session.client()?, session.authenticate()?);
    command.envs(way(client, &access));
    let outcome = if options.get_flag("least-privilege") {
        let supervisor = Supervisor::start().map_err(unwatched)?;
        let credential = least::make(client, &access, options)?;
        let outcome = least::variables(&credential).map(|variables| {
            // A login with the credential has the credential's scope.
            command.envs(variables);
            supervisor.run(&mut command, || A_WHILE)
        });
        least::delete(client, &credential);
        outcome?
    } else {
        command.envs(variables(&access));
        if options.get_flag("refresh") {
            let supervisor = Supervisor::start().map_err(unwatched)?;
            let mut file = refresh::TokenFile::new(&access)?;
            command.env("ARCHSTONE_TOKEN_ID_FILE", file.path());
            supervisor.run(&mut command, || file.refresh(client))
        } else {
            start(command)
        }
    };
    let status = outcome.unwrap_or_else(|error| {
        failure!("cannot run `{}`: {error}", program.display());
        if error.kind() == io::ErrorKind::NotFound { NOT_FOUND } else { NOT_RUNNABLE }
    });
    Ok(Answer::Ending(Box::new(Answer::Text(String::new())), status))
}

const A_WHILE: Duration = Duration::from_secs(3600);

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
fn unwatched(error: io::Error) -> Error {
    Error::new(ErrorKind::InvalidConfig, format!("signals cannot be watched: {error}"))
}

/// The token, and its scope.
fn variables(access: &Access) -> impl Iterator<Item = (&'static str, String)> {
    let variables = [
        ("OS_TOKEN", Some(access.token().expose().to_owned())),
        ("OS_AUTH_TYPE", Some("token".to_owned())),
        ("OS_PROJECT_ID", access.project_id().map(ToOwned::to_owned)),
        ("OS_DOMAIN_ID", access.domain_id().map(ToOwned::to_owned)),
        ("OS_SYSTEM_SCOPE", access.is_system_scoped().then(|| "all".to_owned())),
    ];
    variables.into_iter().filter_map(|(name, value)| Some((name, value?)))
}

/// The connection settings.
fn way(client: &Client, access: &Access) -> impl Iterator<Item = (&'static str, String)> + use<> {
    let config = client.config();
    // If the login continues to another cloud, the token belongs to that one.
    let goes_on = config.method().is_some_and(|method| !method.spec().scope_prefix.is_empty());
    let auth_url = if goes_on { access.auth_url() } else { config.auth_url() };
    let transport = config.transport();
    let file = |path: &Option<PathBuf>| path.as_ref().map(|it| it.display().to_string());
    let (cacert, insecure) = match &transport.trust {
        Trust::System => (None, None),
        Trust::Bundle(bundle) => (Some(bundle.display().to_string()), None),
        Trust::Nothing => (None, Some("true".to_owned())),
    };
    let proxy = match &transport.proxy {
        Proxy::System => None,
        Proxy::Direct => Some("none".to_owned()),
        Proxy::Through(proxy) => Some(proxy.expose().to_owned()),
    };
    let (endpoints, tls, defaults) =
        (transport.insecure_endpoints, transport.tls_min_version, TransportSettings::default());
    let variables = [
        ("OS_AUTH_URL", auth_url.map(ToString::to_string)),
        ("OS_REGION_NAME", config.region().map(ToOwned::to_owned)),
        ("OS_INTERFACE", config.interfaces().first().map(ToString::to_string)),
        ("OS_CACERT", cacert),
        ("OS_INSECURE", insecure),
        ("OS_CERT", file(&transport.client_certificate)),
        ("OS_KEY", file(&transport.client_key)),
        // If it cannot be read, the command that needs it reports that.
        ("ARCHSTONE_KEY_PASSWORD", transport.key_password().ok().flatten().map(|it| it.expose().to_owned())),
        ("ARCHSTONE_UNIX_SOCKET", file(&transport.unix_socket)),
        ("ARCHSTONE_PROXY", proxy),
        ("ARCHSTONE_NO_PROXY", transport.no_proxy.clone()),
        (
            "ARCHSTONE_INSECURE_ENDPOINTS",
            (endpoints != defaults.insecure_endpoints).then(|| endpoints.as_str().to_owned()),
        ),
        ("OS_TLS_MIN_VERSION", (tls != defaults.tls_min_version).then(|| tls.to_string())),
    ];
    variables.into_iter().filter_map(|(name, value)| Some((name, value?)))
}

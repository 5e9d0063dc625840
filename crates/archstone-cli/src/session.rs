//! From options to a client, made when a command first needs it.

use std::{
    cell::{Cell, OnceCell},
    fs,
    io::{self, IsTerminal, Read},
};

use archstone::{
    Client as AsyncClient, ClientBuilder, Error, ErrorKind, Result, Secret, Timing,
    blocking::Client,
    config::{Explanation, OPTIONS, OptionSpec, Origin},
};
use clap::{ArgMatches, Command};

use crate::{cloud_options, events::warning};

/// One run: what was asked for, and the client for it.
#[derive(Debug)]
pub(crate) struct Session<'a> {
    options: &'a ArgMatches,
    command_line: fn() -> Command,
    client: OnceCell<Client>,
    /// Whether it was told that secrets on the command line are seen.
    is_warned: Cell<bool>,
}

impl<'a> Session<'a> {
    pub(crate) fn new(options: &'a ArgMatches, command_line: fn() -> Command) -> Self {
        Self { options, command_line, client: OnceCell::new(), is_warned: Cell::default() }
    }

    /// The client for the cloud, user and scope that the options, the environment and `clouds.yaml`
    /// say.
    pub(crate) fn client(&self) -> Result<&Client> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = self.builder()?.build()?;
        Ok(self.client.get_or_init(|| Client::from(client)))
    }

    /// What the options and the environment say, for a client or in its place.
    pub(crate) fn builder(&self) -> Result<ClientBuilder> {
        if !self.is_warned.replace(true) {
            warn_of_seen_secrets(self.options);
        }
        builder(self.options)
    }

    /// The options that count, and where each comes from.
    pub(crate) fn explain(&self) -> Result<Explanation> {
        self.builder()?.explain()
    }

    /// The whole command line, for the command that describes it.
    pub(crate) fn command_line(&self) -> Command {
        (self.command_line)()
    }

    /// The requests that were made.
    pub(crate) fn timings(&self) -> Vec<Timing> {
        self.client.get().map(|client| client.asynchronous().timings()).unwrap_or_default()
    }
}

fn warn_of_seen_secrets(options: &ArgMatches) {
    for spec in OPTIONS.iter().flat_map(|group| group.iter()) {
        let Some(value) = cloud_options::given(options, spec.name) else { continue };
        if spec.hides(value) {
            let option = format!("--{}", cloud_options::long(spec));
            warning!(
                "`{option}` lets everyone on this machine see the secret in the process list; use {}",
                match spec.name {
                    "password" => "`--password-file FILE`, `OS_PASSWORD` or `clouds.yaml`".to_owned(),
                    "token_cache" => "`ARCHSTONE_TOKEN_CACHE_PASSWORD` or `clouds.yaml`".to_owned(),
                    _ => format!("`{}` or `clouds.yaml`", spec.variable()),
                }
            );
        }
    }
}

fn builder(options: &ArgMatches) -> Result<ClientBuilder> {
    let mut builder = AsyncClient::builder().environment().default_option("token_cache", "disk").ask(ask);
    if let Some(cloud) = cloud_options::given(options, "cloud") {
        builder = builder.cloud(cloud);
    }
    for spec in OPTIONS.iter().flat_map(|group| group.iter()) {
        let Some(value) = cloud_options::given(options, spec.name) else { continue };
        let option = format!("--{}", cloud_options::long(spec));
        builder = match (spec.name, value) {
            // Standard input can be read only once, and only by the program.
            ("password_file", "-") => {
                builder.option_from("password", first_line("-", "the password")?, Origin::Argument(option))
            }
            (name, value) => builder.option_from(name, value, Origin::Argument(option)),
        };
    }
    for option in cloud_options::API_VERSIONS {
        if let Some(version) = cloud_options::given(options, option) {
            let key = option.trim_start_matches("os-").replace('-', "_");
            builder = builder.option_from(&key, version, Origin::Argument(format!("--{option}")));
        }
    }
    if cloud_options::is_switched_on(options, "no_cache") {
        builder = builder.option_from("token_cache", "none", Origin::Argument("--no-cache".into()));
    }
    Ok(builder)
}

/// The first line of a file, or of standard input when the file is `-`.
pub(crate) fn first_line(file: &str, what: &str) -> Result<Secret> {
    let (place, read) = match file {
        "-" => {
            let mut text = String::new();
            ("standard input".to_owned(), io::stdin().lock().read_to_string(&mut text).map(|_| text))
        }
        file => (format!("`{file}`"), fs::read_to_string(file)),
    };
    let invalid = |message: String| Error::new(ErrorKind::InvalidConfig, message);
    let text = read.map_err(|error| invalid(format!("cannot read {what} from {place}: {error}")))?;
    let text = Secret::from(text);
    match text.expose().lines().next() {
        Some(line) if !line.is_empty() => Ok(Secret::from(line)),
        _ => Err(invalid(format!("{place} should hold {what} in its first line, and that is empty"))),
    }
}

/// Asks the person at the terminal.
pub(crate) fn ask(option: &'static OptionSpec) -> Result<Option<Secret>> {
    if !io::stdin().is_terminal() {
        return Ok(None);
    }
    let mut prompt = option.name.replace('_', " ");
    if let Some(first) = prompt.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let answer = rpassword::prompt_password(format!("{prompt}: ")).map_err(|error| {
        Error::new(ErrorKind::NotConfigured, format!("cannot ask for `{}` at the terminal: {error}", option.name))
    })?;
    Ok(Some(Secret::from(answer)))
}

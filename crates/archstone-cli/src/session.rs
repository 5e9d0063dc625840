//! From options to a client, made when a command first needs it.

use std::{
    cell::{Cell, OnceCell, RefCell},
    fs,
    io::{self, IsTerminal, Read},
    sync::Arc,
};

use archstone::{
    Access, Client as AsyncClient, ClientBuilder, Error, ErrorKind, Result, Scope, Secret, Timing,
    blocking::Client,
    config::{Explanation, OPTIONS, OptionSpec, Origin},
    identity::OperationSpec,
};
use clap::{ArgMatches, Command};
use serde_json::{Map, Value};

use crate::{cloud_options, console, events::warning, program::Program, prompt};

/// One run: what was asked for, and the client for it.
#[derive(Debug)]
pub(crate) struct Session<'a> {
    program: Program,
    options: &'a ArgMatches,
    command_line: fn() -> Command,
    client: OnceCell<Client>,
    /// Whether the warning about secrets on the command line was given.
    is_warned: Cell<bool>,
    /// What would have been sent, with `--dry-run`.
    previews: RefCell<Vec<Value>>,
}

impl<'a> Session<'a> {
    pub(crate) fn new(program: Program, options: &'a ArgMatches, command_line: fn() -> Command) -> Self {
        Self {
            program,
            options,
            command_line,
            client: OnceCell::new(),
            is_warned: Cell::default(),
            previews: RefCell::default(),
        }
    }

    /// What the program is to its user.
    pub(crate) fn program(&self) -> Program {
        self.program
    }

    /// Changes something in the cloud; with `--dry-run`, only notes what would be sent, and answers null.
    pub(crate) fn change(&self, operation: &'static OperationSpec, arguments: Map<String, Value>) -> Result<Value> {
        let client = self.client()?;
        if self.is_dry_run() {
            let preview = client.identity().preview_request(operation, arguments)?;
            self.previews.borrow_mut().push(preview);
            return Ok(Value::Null);
        }
        client.wait(client.identity().perform(operation, arguments))
    }

    /// Whether nothing is to be changed, only shown.
    pub(crate) fn is_dry_run(&self) -> bool {
        cloud_options::is_switched_on(self.options, "dry_run")
    }

    /// What would have been sent, if that is all that was asked for.
    pub(crate) fn previews(&self) -> Option<Vec<Value>> {
        self.is_dry_run().then(|| self.previews.take())
    }

    /// Asks before things are deleted, where a person is there to answer. As `openstack`, it never asks: cron jobs go on.
    ///
    /// # Errors
    ///
    /// When the answer is no.
    pub(crate) fn confirm_deletion(&self, kind: &str, names: &[&str]) -> Result<()> {
        let is_on = |switch: &str| cloud_options::is_switched_on(self.options, switch);
        if self.program == Program::Openstack || self.is_dry_run() || is_on("yes") || is_on("no_input") {
            return Ok(());
        }
        if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
            return Ok(());
        }
        let things: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
        // A domain takes all its users, groups and projects with it.
        let agrees = if kind == "domain" {
            let question = format!("Delete the domain {} with all that it owns? Type its name: ", things.join(", "));
            prompt::line(&question)?.is_some_and(|line| line == names.join(" "))
        } else {
            let question = format!("Delete the {kind} {}? [y/N] ", things.join(", "));
            prompt::line(&question)?.is_some_and(|line| ["y", "yes"].contains(&line.to_lowercase().as_str()))
        };
        if agrees { Ok(()) } else { Err(Error::new(ErrorKind::InvalidRequest, "nothing was deleted")) }
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
        with_options(AsyncClient::builder().environment(), self.options)
    }

    /// A client that asks nobody for a secret, for what needs no login.
    pub(crate) fn client_without_asking(&self) -> Result<AsyncClient> {
        self.builder()?.ask(|_| Ok(None)).build()
    }

    /// A client with another value of one option, which this option of the command gave.
    pub(crate) fn client_with(&self, name: &str, value: &str, option: &str) -> Result<Client> {
        let builder = self.builder()?.option_from(name, value, Origin::Argument(option.to_owned()));
        builder.build().map(Client::from)
    }

    /// A client for a cloud of `clouds.yaml`, where a command takes several: what the environment says is about one
    /// cloud, and is not taken into account. The options of the command line are.
    pub(crate) fn client_of(&self, cloud: &str) -> Result<Client> {
        if !self.is_warned.replace(true) {
            warn_of_seen_secrets(self.options);
        }
        with_options(AsyncClient::builder(), self.options)?.cloud(cloud).build().map(Client::from)
    }

    /// The token, from the cache or by a login. A warning where it is unscoped and nobody asked for that.
    pub(crate) fn authenticate(&self) -> Result<Arc<Access>> {
        let client = self.client()?;
        let access = client.authenticate()?;
        self.warn_of_no_scope(&access)?;
        Ok(access)
    }

    /// Warns where a token is unscoped and nobody asked for that: it has no roles and no catalog.
    pub(crate) fn warn_of_no_scope(&self, access: &Access) -> Result<()> {
        let is_scoped = access.project_id().or(access.domain_id()).is_some() || access.is_system_scoped();
        if !is_scoped
            && self.client()?.config().scope() == &Scope::Default
            && let Err(error) = access.scoped_catalog()
        {
            let hint = error.hint_with(cloud_options::in_a_shell).map(|hint| format!(": {hint}")).unwrap_or_default();
            warning!("the token is unscoped{hint}");
        }
        Ok(())
    }

    /// Asks the person at the terminal for a secret.
    ///
    /// # Errors
    ///
    /// Where nobody is there to ask, or nothing was typed.
    pub(crate) fn ask(&self, question: &str) -> Result<Secret> {
        let may_ask = !cloud_options::is_switched_on(self.options, "no_input");
        let answer = if may_ask { ask_for(question)? } else { None };
        answer.ok_or_else(|| {
            let message = format!("there is no terminal to ask for the {} at", question.to_lowercase());
            Error::new(ErrorKind::InvalidRequest, message)
                .with_hint("give it on standard input, with `-` as the option's value")
        })
    }

    /// The same for a new secret, which is typed twice; again where the two differ.
    pub(crate) fn ask_twice(&self, question: &str) -> Result<Secret> {
        for _ in 0..TRIES {
            let new = self.ask(question)?;
            if self.ask(&format!("Repeat {question}"))?.expose() == new.expose() {
                return Ok(new);
            }
            console::tell("The passwords entered were not the same");
        }
        Err(Error::new(ErrorKind::InvalidRequest, "the two passwords were not the same").with_hint("try again"))
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

fn with_options(builder: ClientBuilder, options: &ArgMatches) -> Result<ClientBuilder> {
    let mut builder = builder.default_option("token_cache", "disk").ask(ask);
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

/// How often a question is asked again.
const TRIES: usize = 3;

/// Asks the person at the terminal for a secret option. `None` where there is no terminal.
pub(crate) fn ask(option: &'static OptionSpec) -> Result<Option<Secret>> {
    let mut question = option.name.replace('_', " ");
    if let Some(first) = question.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    ask_for(&question)
}

/// The same in other words. An empty answer is asked for again, but not for ever.
fn ask_for(question: &str) -> Result<Option<Secret>> {
    if !io::stdin().is_terminal() {
        return Ok(None);
    }
    let what = question.to_lowercase();
    let failed = |message: String| Error::new(ErrorKind::NotConfigured, message);
    for _ in 0..TRIES {
        let answer = prompt::secret(&format!("{question}: "))
            .map_err(|error| failed(format!("cannot ask for the {what} at the terminal: {error}")))?;
        match answer {
            Some(secret) if secret.expose().is_empty() => {}
            Some(secret) => return Ok(Some(secret)),
            None => break,
        }
    }
    Err(failed(format!("no {what} was typed")))
}

//! From options to a client, made when a command first needs it.

use std::{
    cell::{Cell, OnceCell, RefCell},
    collections::BTreeMap,
    fs,
    io::{self, IsTerminal},
    sync::{Arc, Mutex, PoisonError},
};

use archstone::{
    Access, Client as AsyncClient, ClientBuilder, Error, ErrorKind, Result, Scope, Secret, Timing,
    blocking::Client,
    config::{Explanation, OPTIONS, OptionSpec, Origin},
    identity::OperationSpec,
};
use clap::ArgMatches;
use serde_json::{Map, Value};

use crate::{cloud_options, console, events::warning, input, output::Answer, program::Program, prompt};

/// One run: what was asked for, and the client for it.
#[derive(Debug)]
pub(crate) struct Session<'a> {
    program: Program,
    options: &'a ArgMatches,
    above: Above,
    /// The batch that this run is a line of.
    batch: Option<&'a Batch<'a>>,
    client: OnceCell<Client>,
    ids: Arc<Ids>,
    /// Whether the warning about secrets on the command line was given.
    is_warned: Cell<bool>,
    /// What would have been sent, with `--dry-run`.
    previews: RefCell<Vec<Value>>,
    /// Whether the run is one of a batch.
    has_lines: Cell<bool>,
}

/// What is above the commands, and what some of them are about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Above {
    pub(crate) lines: fn(&Session<'_>, &ArgMatches) -> Result<Answer>,
}

/// What the lines of a batch have in common: options, and a client.
#[derive(Debug)]
pub(crate) struct Batch<'a> {
    options: &'a ArgMatches,
    above: Above,
    client: Mutex<Option<Client>>,
}

impl Batch<'_> {
    fn client(&self, builder: impl FnOnce() -> Result<ClientBuilder>) -> Result<Client> {
        let mut client = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = &*client {
            return Ok(client.clone());
        }
        Ok(client.insert(builder()?.build().map(Client::from)?).clone())
    }
}

/// The name of a thing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Named {
    pub(crate) kind: &'static str,
    /// The id of its domain, where that is given.
    pub(crate) domain: Option<String>,
    pub(crate) name: String,
}

/// The ids that were looked up.
#[derive(Debug, Default)]
pub(crate) struct Ids(Mutex<BTreeMap<Named, String>>);

impl Ids {
    pub(crate) fn get(&self, name: &Named) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    pub(crate) fn insert(&self, name: Named, id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name, id.to_owned());
    }
}

impl<'a> Session<'a> {
    pub(crate) fn new(program: Program, options: &'a ArgMatches, above: Above) -> Self {
        Self {
            program,
            options,
            above,
            batch: None,
            client: OnceCell::new(),
            ids: Arc::default(),
            is_warned: Cell::default(),
            previews: RefCell::default(),
            has_lines: Cell::default(),
        }
    }

    /// The run of a line of a batch. It shares the ids that are known with other lines.
    pub(crate) fn of_line(options: &'a ArgMatches, batch: &'a Batch<'a>, ids: Arc<Ids>) -> Self {
        Self { batch: Some(batch), ids, ..Self::new(Program::Archstone, options, batch.above) }
    }

    /// What lines of a batch have in common.
    pub(crate) fn batch(&self) -> Batch<'a> {
        Batch { options: self.options, above: self.above, client: Mutex::new(self.client.get().cloned()) }
    }

    /// Whether this is the run of a line of a batch.
    pub(crate) fn is_line(&self) -> bool {
        self.batch.is_some()
    }

    /// Runs the lines of a batch.
    pub(crate) fn run_lines(&self) -> Result<Answer> {
        self.has_lines.set(true);
        (self.above.lines)(self, self.options)
    }

    /// The ids that were looked up.
    pub(crate) fn ids(&self) -> &Ids {
        &self.ids
    }

    /// Whether a switch is on: here, or for the batch.
    pub(crate) fn is_on(&self, switch: &str) -> bool {
        let is_on = |options| cloud_options::is_switched_on(options, switch);
        is_on(self.options) || self.batch.is_some_and(|batch| is_on(batch.options))
    }

    /// What the program is to its user.
    pub(crate) fn program(&self) -> Program {
        self.program
    }

    /// Whether people get advice on standard error. Not as `openstack`, which gives none: cron jobs mail what is there.
    pub(crate) fn advises(&self) -> bool {
        self.program == Program::Archstone
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
        self.is_on("dry_run")
    }

    /// What would have been sent, if that is all that was asked for.
    pub(crate) fn previews(&self) -> Option<Vec<Value>> {
        // What lines would send, they show themselves.
        (self.is_dry_run() && !self.has_lines.get()).then(|| self.previews.take())
    }

    /// Asks before things are deleted, where a person is there to answer. As `openstack`, it never asks: cron jobs go on.
    ///
    /// # Errors
    ///
    /// When the answer is no.
    pub(crate) fn confirm_deletion(&self, kind: &str, names: &[&str]) -> Result<()> {
        // Of a batch, it is asked once, before the first line.
        if self.batch.is_some() || !self.may_ask_to_confirm() {
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

    /// Whether a person is there who can be asked before something is deleted.
    pub(crate) fn may_ask_to_confirm(&self) -> bool {
        let is_answered = self.is_dry_run() || self.is_on("yes") || self.is_on("no_input");
        self.program == Program::Archstone && !is_answered && input::is_terminal() && io::stderr().is_terminal()
    }

    /// The client for the cloud, user and scope that the options, the environment and `clouds.yaml`
    /// say. The lines of a batch that give no such options have one together.
    pub(crate) fn client(&self) -> Result<&Client> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = match self.batch {
            Some(batch) if !cloud_options::are_given(self.options) => batch.client(|| self.builder())?,
            _ => self.builder()?.build().map(Client::from)?,
        };
        Ok(self.client.get_or_init(|| client))
    }

    /// What the options and the environment say, for a client or in its place.
    pub(crate) fn builder(&self) -> Result<ClientBuilder> {
        self.with_all_options(AsyncClient::builder().environment())
    }

    fn with_all_options(&self, builder: ClientBuilder) -> Result<ClientBuilder> {
        if self.advises() && !self.is_warned.replace(true) && self.batch.is_none() {
            warn_of_seen_secrets(self.options);
        }
        let builder = builder.default_option("token_cache", "disk");
        let builder = if self.is_on("no_input") { builder.ask(|_| Ok(None)) } else { builder.ask(ask) };
        let above = self.batch.map(|batch| batch.options);
        above.into_iter().chain([self.options]).try_fold(builder, with_options)
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
        self.with_all_options(AsyncClient::builder())?.cloud(cloud).build().map(Client::from)
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
        if !self.advises() {
            return Ok(());
        }
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
        let may_ask = !self.is_on("no_input") && !self.is_line();
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

/// What options and the environment say, for a client that asks nobody for a secret.
pub(crate) fn unattended(options: &ArgMatches) -> Result<ClientBuilder> {
    let builder = AsyncClient::builder().environment().default_option("token_cache", "disk");
    with_options(builder, options).map(ClientBuilder::unattended)
}

fn with_options(mut builder: ClientBuilder, options: &ArgMatches) -> Result<ClientBuilder> {
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
        "-" => ("standard input".to_owned(), input::read()),
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
    if !input::is_terminal() {
        return Ok(None);
    }
    // Nothing may be written over the question.
    let _line = console::without_status();
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

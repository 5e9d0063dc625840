//! Creates the client from the options when a command first needs it.

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

use crate::{browser, cloud_options, console, events::warning, input, output::Answer, program::Program, prompt};

/// One run: its options, and its client.
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
    /// The requests that would have been sent, with `--dry-run`.
    previews: RefCell<Vec<Value>>,
    /// Whether the run is that of a batch.
    has_lines: Cell<bool>,
}

/// Functions of higher layers that some commands call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Above {
    pub(crate) lines: fn(&Session<'_>, &ArgMatches) -> Result<Answer>,
}

/// What the lines of a batch share: options, and a client.
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
    /// The ID of its domain, if that is given.
    pub(crate) domain: Option<String>,
    pub(crate) name: String,
}

/// IDs that were looked up.
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

    /// The run of a line of a batch. It shares known IDs with other lines.
    pub(crate) fn of_line(options: &'a ArgMatches, batch: &'a Batch<'a>, ids: Arc<Ids>) -> Self {
        Self { batch: Some(batch), ids, ..Self::new(Program::Archstone, options, batch.above) }
    }

    /// The shared state of the lines of a batch.
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

    /// IDs that were looked up.
    pub(crate) fn ids(&self) -> &Ids {
        &self.ids
    }

    /// Whether a switch is on: here, or for the batch.
    pub(crate) fn is_on(&self, switch: &str) -> bool {
        let is_on = |options| cloud_options::is_switched_on(options, switch);
        is_on(self.options) || self.batch.is_some_and(|batch| is_on(batch.options))
    }

    /// The name by which the program was called.
    pub(crate) fn program(&self) -> Program {
        self.program
    }

    /// Whether to print advice on standard error. `openstack` prints none, because cron jobs mail any output.
    pub(crate) fn advises(&self) -> bool {
        self.program == Program::Archstone
    }

    /// Changes something in the cloud; with `--dry-run`, only records the request, and returns null.
    pub(crate) fn change(&self, operation: &'static OperationSpec, arguments: Map<String, Value>) -> Result<Value> {
        let client = self.client()?;
        if self.is_dry_run() {
            let preview = client.identity().preview_request(operation, arguments)?;
            self.previews.borrow_mut().push(preview);
            return Ok(Value::Null);
        }
        client.wait(client.identity().perform(operation, arguments))
    }

    /// Whether changes are only shown.
    pub(crate) fn is_dry_run(&self) -> bool {
        self.is_on("dry_run")
    }

    /// Whether an action is only described: with `--dry-run`, whose answer then contains the description.
    pub(crate) fn only_says(&self, what: impl FnOnce() -> String) -> bool {
        let is_dry_run = self.is_dry_run();
        if is_dry_run {
            self.previews.borrow_mut().push(what().into());
        }
        is_dry_run
    }

    /// The requests that would have been sent, with `--dry-run`.
    pub(crate) fn previews(&self) -> Option<Vec<Value>> {
        // Lines of a batch print their own previews.
        (self.is_dry_run() && !self.has_lines.get()).then(|| self.previews.take())
    }

    /// Asks for confirmation before things are deleted, if a user can answer. As `openstack`, it never asks, so that
    /// cron jobs keep working.
    ///
    /// # Errors
    ///
    /// If the answer is no.
    pub(crate) fn confirm_deletion(&self, kind: &str, names: &[&str]) -> Result<()> {
        // In a batch, there is one prompt before the first line.
        if self.batch.is_some() || !self.may_ask_to_confirm() {
            return Ok(());
        }
        let things: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
        // All users, groups and projects of a domain are deleted with it.
        let agrees = if kind == "domain" {
            let question = format!("Delete the domain {} and everything in it? Type its name: ", things.join(", "));
            prompt::line(&question)?.is_some_and(|line| line == names.join(" "))
        } else {
            let question = format!("Delete the {kind} {}? [y/N] ", things.join(", "));
            prompt::line(&question)?.is_some_and(|line| ["y", "yes"].contains(&line.to_lowercase().as_str()))
        };
        if agrees { Ok(()) } else { Err(Error::new(ErrorKind::InvalidRequest, "nothing was deleted")) }
    }

    /// Whether a user can be asked for confirmation.
    pub(crate) fn may_ask_to_confirm(&self) -> bool {
        let is_answered = self.is_dry_run() || self.is_on("yes") || self.is_on("no_input");
        self.program == Program::Archstone && !is_answered && input::is_terminal() && io::stderr().is_terminal()
    }

    /// The client for the cloud, user and scope in the options, the environment and `clouds.yaml`. The lines of a batch
    /// that have no such options share one.
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

    /// The options and the environment, for a client or without one.
    pub(crate) fn builder(&self) -> Result<ClientBuilder> {
        self.with_all_options(AsyncClient::builder().environment())
    }

    fn with_all_options(&self, builder: ClientBuilder) -> Result<ClientBuilder> {
        if self.advises() && !self.is_warned.replace(true) && self.batch.is_none() {
            warn_of_seen_secrets(self.options);
        }
        let builder = builder.default_option("token_cache", "disk");
        let builder = if self.is_on("no_input") {
            builder.ask(|_| Ok(None)).on_login_page(browser::refuse)
        } else {
            builder.ask(ask).on_login_page(browser::show)
        };
        let above = self.batch.map(|batch| batch.options);
        above.into_iter().chain([self.options]).try_fold(builder, with_options)
    }

    /// A client that never prompts, for what needs no login.
    pub(crate) fn client_without_asking(&self) -> Result<AsyncClient> {
        self.builder()?.ask(|_| Ok(None)).build()
    }

    /// The options and the environment, for the cloud that the command names, or else for their own.
    pub(crate) fn builder_of(&self, cloud: Option<&str>) -> Result<ClientBuilder> {
        let builder = self.builder()?;
        let given = cloud_options::given(self.options, "cloud");
        match (cloud, given) {
            (None, _) => Ok(builder),
            (Some(cloud), Some(given)) if cloud != given => {
                let message = format!("two clouds are named: `{cloud}`, and `{given}` by `--os-cloud`");
                Err(Error::new(ErrorKind::InvalidRequest, message).with_hint("name one of them"))
            }
            (Some(cloud), _) => Ok(builder.cloud(cloud)),
        }
    }

    /// The same client, blocking.
    pub(crate) fn client_that_asks_nobody(&self) -> Result<Client> {
        self.client_without_asking().map(Client::from)
    }

    /// A client with another value of one option, set by `option` of the command.
    pub(crate) fn client_with(&self, name: &str, value: &str, option: &str) -> Result<Client> {
        let builder = self.builder()?.option_from(name, value, Origin::Argument(option.to_owned()));
        builder.build().map(Client::from)
    }

    /// A client for a cloud of `clouds.yaml`, for commands that take several: the environment describes one cloud, and
    /// is ignored. The options of the command line apply.
    pub(crate) fn client_of(&self, cloud: &str) -> Result<Client> {
        self.with_all_options(AsyncClient::builder())?.cloud(cloud).build().map(Client::from)
    }

    /// The token, from the cache or by a login. Warns if it is unscoped and that was not requested.
    pub(crate) fn authenticate(&self) -> Result<Arc<Access>> {
        let client = self.client()?;
        let access = client.authenticate()?;
        self.warn_of_no_scope(&access)?;
        Ok(access)
    }

    /// Warns if a token is unscoped and that was not requested: it has no roles and no catalog.
    pub(crate) fn warn_of_no_scope(&self, access: &Access) -> Result<()> {
        self.warn_of_no_scope_of(self.client()?, access);
        Ok(())
    }

    /// The same for another client.
    pub(crate) fn warn_of_no_scope_of(&self, client: &Client, access: &Access) {
        if !self.advises() {
            return;
        }
        let is_scoped = access.project_id().or(access.domain_id()).is_some() || access.is_system_scoped();
        if !is_scoped
            && client.config().scope() == &Scope::Default
            && let Err(error) = access.scoped_catalog()
        {
            let hint = error.hint_with(cloud_options::in_a_shell).map(|hint| format!(": {hint}")).unwrap_or_default();
            warning!("the token is unscoped{hint}");
        }
    }

    /// Prompts for a secret at the terminal.
    ///
    /// # Errors
    ///
    /// If there is no terminal, or nothing was typed.
    pub(crate) fn ask(&self, question: &str) -> Result<Secret> {
        let may_ask = !self.is_on("no_input") && !self.is_line();
        let answer = if may_ask { ask_for(question)? } else { None };
        answer.ok_or_else(|| {
            let message = format!("cannot prompt for the {}: there is no terminal", question.to_lowercase());
            Error::new(ErrorKind::InvalidRequest, message)
                .with_hint("pass `-` as the option's value to read it from standard input")
        })
    }

    /// The same for a new secret, which is typed twice; prompts again if the two differ.
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

    /// The effective options, and their origins.
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

/// The options and the environment, for a client that never prompts.
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

/// How often a prompt is repeated.
const TRIES: usize = 3;

/// Prompts for a secret option at the terminal. `None` if there is no terminal.
pub(crate) fn ask(option: &'static OptionSpec) -> Result<Option<Secret>> {
    let mut question = option.name.replace('_', " ");
    if let Some(first) = question.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    ask_for(&question)
}

/// The same with another prompt. It is repeated after an empty answer, but not forever.
fn ask_for(question: &str) -> Result<Option<Secret>> {
    if !input::is_terminal() {
        return Ok(None);
    }
    // Nothing may be written over the prompt.
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
    Err(failed(format!("no {what} was entered")))
}

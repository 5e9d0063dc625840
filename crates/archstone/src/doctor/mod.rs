//! Finds out why a cloud cannot be used: tries every step, and reports a verdict for each.
//!
//! ```no_run
//! # async fn run() {
//! use archstone::{Client, doctor::{Doctor, Verdict}};
//!
//! let diagnosis = Doctor::new(Client::builder().environment().cloud("demo")).run().await;
//! for check in diagnosis.checks.iter().filter(|check| check.verdict == Verdict::Failed) {
//!     println!("{} {}: {}", check.step.name(), check.subject, check.evidence);
//! }
//! # }
//! ```

mod catalog;
mod configuration;
mod identity;
mod reach;
mod report;

use std::time::Duration;

use crate::{
    auth::GivenToken,
    client::{Client, ClientBuilder},
    config::Explanation,
    error::{Error, ErrorKind, public_url},
    hint::Hint,
    host::{Host, Moment},
    redaction::SentSecrets,
};

/// A step on the way to a cloud, in the order in which the steps are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Step {
    /// The configuration: files, environment and options.
    Configuration,
    /// The token cache between runs.
    TokenCache,
    /// The proxy to the identity service, and where it is configured.
    Proxy,
    /// The addresses of the host.
    Dns,
    /// A connection to each address.
    Tcp,
    /// The server's certificate.
    Tls,
    /// The difference between this machine's clock and the server's.
    Clock,
    /// The versions of the identity API.
    Discovery,
    /// The login.
    Login,
    /// The scope of the token.
    Scope,
    /// The services and endpoints that come with the token.
    Catalog,
    /// Whether an endpoint of the catalog responds.
    Endpoint,
}

impl Step {
    /// Every step, in order.
    pub const ALL: [Self; 12] = [
        Self::Configuration,
        Self::TokenCache,
        Self::Proxy,
        Self::Dns,
        Self::Tcp,
        Self::Tls,
        Self::Clock,
        Self::Discovery,
        Self::Login,
        Self::Scope,
        Self::Catalog,
        Self::Endpoint,
    ];

    /// The name, for people and programs: `token cache`, `dns`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::TokenCache => "token cache",
            Self::Proxy => "proxy",
            Self::Dns => "dns",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Clock => "clock",
            Self::Discovery => "discovery",
            Self::Login => "login",
            Self::Scope => "scope",
            Self::Catalog => "catalog",
            Self::Endpoint => "endpoint",
        }
    }
}

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// No problem.
    Ok,
    /// It works, but something looks wrong.
    Warning,
    /// It does not work.
    Failed,
    /// It was not tried; the evidence says why.
    Skipped,
}

impl Verdict {
    /// The name, for people and programs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// A single check.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Check {
    /// The step that it belongs to.
    pub step: Step,
    /// The object of the check: a file, a host, an endpoint.
    pub subject: String,
    /// The result.
    pub verdict: Verdict,
    /// What was observed, in one line, without secrets.
    pub evidence: String,
    /// What to do.
    pub remedy: Option<Hint>,
    /// The kind of error that a client would report.
    pub kind: Option<ErrorKind>,
    /// How long it took.
    pub took: Option<Duration>,
}

impl Check {
    fn new(step: Step, subject: impl Into<String>, verdict: Verdict, evidence: impl Into<String>) -> Self {
        let (subject, evidence) = (subject.into(), evidence.into());
        Self { step, subject, verdict, evidence, remedy: None, kind: None, took: None }
    }

    fn ok(step: Step, subject: impl Into<String>, evidence: impl Into<String>) -> Self {
        Self::new(step, subject, Verdict::Ok, evidence)
    }

    fn warning(step: Step, subject: impl Into<String>, evidence: impl Into<String>) -> Self {
        Self::new(step, subject, Verdict::Warning, evidence)
    }

    fn failed(step: Step, subject: impl Into<String>, kind: ErrorKind, evidence: impl Into<String>) -> Self {
        Self { kind: Some(kind), ..Self::new(step, subject, Verdict::Failed, evidence) }
    }

    fn skipped(step: Step, subject: impl Into<String>, evidence: impl Into<String>) -> Self {
        Self::new(step, subject, Verdict::Skipped, evidence)
    }

    fn error(step: Step, subject: impl Into<String>, error: &Error) -> Self {
        let mut evidence = error.to_string();
        if let Some(cause) = error.causes().last().filter(|cause| !evidence.contains(cause.as_str())) {
            evidence = format!("{evidence}: {cause}");
        }
        let check = Self::failed(step, subject, error.kind(), evidence);
        Self { remedy: error.hint_parts().cloned(), ..check }
    }

    fn remedy(self, remedy: impl Into<Hint>) -> Self {
        Self { remedy: Some(remedy.into()), ..self }
    }

    fn took(self, took: Duration) -> Self {
        Self { took: Some(took), ..self }
    }
}

/// The result of a [`Doctor`] run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Diagnosis {
    /// All checks, in the order of the steps. They contain no secrets.
    pub checks: Vec<Check>,
    /// The configuration, value by value; `None` if it cannot be read.
    pub settings: Option<Explanation>,
    secrets: SentSecrets,
}

impl Diagnosis {
    /// The first check that failed.
    #[must_use]
    pub fn failure(&self) -> Option<&Check> {
        self.checks.iter().find(|check| check.verdict == Verdict::Failed)
    }
}

/// Tries every step of the way to a cloud.
///
/// It logs in once, with a token that is neither shared nor stored. It sends no request that changes anything.
#[derive(Debug)]
#[must_use]
pub struct Doctor {
    builder: ClientBuilder,
    is_offline: bool,
    patience: Duration,
}

impl Doctor {
    /// Diagnoses the client that a builder configures.
    pub fn new(builder: ClientBuilder) -> Self {
        Self { builder, is_offline: false, patience: Duration::from_secs(5) }
    }

    /// Runs only the checks that need no network.
    pub fn offline(self) -> Self {
        Self { is_offline: true, ..self }
    }

    /// The timeout for each endpoint of the catalog (default: five seconds).
    pub fn endpoint_timeout(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Runs all checks. If a step fails, those that depend on it are skipped, with the reason.
    pub async fn run(self) -> Diagnosis {
        let host = self.builder.machine().clone();
        let settings = self.builder.clone().explain().ok();
        let mut visit = Visit { host, checks: Vec::new(), secrets: report::secrets(settings.as_ref()) };
        if let Err(Stop(why)) = visit.every_step(&self).await {
            for step in Step::ALL {
                if !visit.checks.iter().any(|check| check.step == step) {
                    visit.checks.push(Check::skipped(step, "", &*why));
                }
            }
        }
        visit.checks.sort_by_key(|check| check.step);
        report::mask(&mut visit.checks, &visit.secrets);
        Diagnosis { checks: visit.checks, settings, secrets: visit.secrets }
    }
}

/// Why the remaining steps are skipped.
struct Stop(String);

impl From<&str> for Stop {
    fn from(why: &str) -> Self {
        Self(why.to_owned())
    }
}

/// One run.
struct Visit {
    host: Host,
    checks: Vec<Check>,
    secrets: SentSecrets,
}

impl Visit {
    async fn every_step(&mut self, doctor: &Doctor) -> Result<(), Stop> {
        let client = self.configuration(&doctor.builder)?;
        let (url, way) = self.way(&client)?;
        if doctor.is_offline {
            return Err("only checks without network were requested".into());
        }
        let reached = self.reach(&client, &url, &way).await?;
        if client.config().given.as_ref().is_some_and(GivenToken::is_without_identity_service) {
            let why = format!("the service at `{}` runs without an identity service", public_url(&url));
            self.add(Check::skipped(Step::Discovery, "", why));
            self.login(&client).await?;
            return Ok(());
        }
        self.discovery(&client, &url, reached).await?;
        let access = self.login(&client).await?;
        self.scope(&client, &access);
        // If the login did not include it, it is fetched now.
        let access = match client.access_with_catalog().await {
            Ok(access) => access,
            Err(error) => {
                self.add(Check::error(Step::Catalog, "", &error));
                return Err("the catalog cannot be read".into());
            }
        };
        let Some(services) = self.catalog(&client, &access) else {
            return Err("there is no catalog".into());
        };
        self.endpoints(&client, services, doctor.patience).await;
        Ok(())
    }

    fn add(&mut self, check: Check) {
        self.checks.push(check);
    }

    /// The time since `began`.
    fn since(&self, began: Moment) -> Duration {
        began.until(self.host.now())
    }
}

/// A client with its own, unshared token.
fn client(builder: &ClientBuilder) -> crate::Result<Client> {
    builder.clone().build_apart()
}

/// `12 ms`, `1.2 s`.
fn in_words(time: Duration) -> String {
    match time.as_millis() {
        0..=9 => format!("{:.1} ms", time.as_secs_f64() * 1e3),
        millis @ 10..=999 => format!("{millis} ms"),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}

/// `1 endpoint`, `3 endpoints`.
fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

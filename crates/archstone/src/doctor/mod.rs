//! What is wrong between here and a cloud: every step of the way is tried, and each gets a verdict.
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
    client::{Client, ClientBuilder},
    config::Explanation,
    error::{Error, ErrorKind},
    hint::Hint,
    host::{Host, Moment},
    redaction::SentSecrets,
};

/// A step on the way to a cloud, in the order in which they are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Step {
    /// The files, the environment and the options that say what is asked for.
    Configuration,
    /// Where tokens are kept between runs.
    TokenCache,
    /// Through which proxy the identity service is reached, and why.
    Proxy,
    /// The addresses of the host.
    Dns,
    /// A connection to each address.
    Tcp,
    /// The server's certificate.
    Tls,
    /// How far the clock of this machine is from the server's.
    Clock,
    /// The versions of the identity API.
    Discovery,
    /// The login.
    Login,
    /// What the token is for.
    Scope,
    /// The services and endpoints that come with the token.
    Catalog,
    /// Whether an endpoint of the catalog answers.
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

/// What a check came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// All is well.
    Ok,
    /// It works, and something about it looks wrong.
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

/// One thing that was looked at.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Check {
    /// The step that it belongs to.
    pub step: Step,
    /// What was looked at: a file, a host, an endpoint.
    pub subject: String,
    /// What it came to.
    pub verdict: Verdict,
    /// What was seen: one line, without secrets.
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

/// What a [`Doctor`] found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Diagnosis {
    /// Every check, in the order of the steps. No text in it holds a secret.
    pub checks: Vec<Check>,
    /// What is configured, value by value; `None` where that cannot be read.
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
/// It logs in once, with a token that it shares with nobody and does not keep. It sends no request that changes anything.
#[derive(Debug)]
#[must_use]
pub struct Doctor {
    builder: ClientBuilder,
    is_offline: bool,
    patience: Duration,
}

impl Doctor {
    /// For the client that a builder describes.
    pub fn new(builder: ClientBuilder) -> Self {
        Self { builder, is_offline: false, patience: Duration::from_secs(5) }
    }

    /// Looks only at what needs no network.
    pub fn offline(self) -> Self {
        Self { is_offline: true, ..self }
    }

    /// How long each endpoint of the catalog may take; five seconds by default.
    pub fn endpoint_timeout(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Tries everything. Where a step fails, those that need it are skipped, and say so.
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

/// Why the steps that are left are skipped.
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
            return Err("only what needs no network was asked for".into());
        }
        let reached = self.reach(&client, &url, &way).await?;
        self.discovery(&client, &url, reached).await?;
        let access = self.login(&client).await?;
        self.scope(&client, &access);
        let Some(services) = self.catalog(&client, &access) else {
            return Err("there is no catalog".into());
        };
        self.endpoints(&client, services, doctor.patience).await;
        Ok(())
    }

    fn add(&mut self, check: Check) {
        self.checks.push(check);
    }

    /// How long ago that was.
    fn since(&self, began: Moment) -> Duration {
        began.until(self.host.now())
    }
}

/// A client whose token is its own.
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

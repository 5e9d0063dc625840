//! `archstone doctor`: finds out why a cloud does not work.

use std::time::Duration;

use archstone::{
    Error, ErrorKind, Result, blocking,
    doctor::{Check, Doctor},
};
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::{
    cloud_options::in_a_shell,
    command::{Answers, Own, Spec, has_output_options, is_given, whole_number},
    output::{Answer, Column, Value},
    session::Session,
};

pub(super) const SPEC: Spec = Spec {
    words: &["doctor"],
    answers: Answers::List,
    examples: "\
archstone doctor
archstone doctor mycloud
archstone doctor mycloud --report > report.txt
archstone doctor --offline -f json",
    more: "\
Checks the configuration, proxy, DNS, TCP, TLS, clock, versions, login, scope, catalog and every endpoint. Each check is \
`ok`, `warning`, `failed` or `skipped`; once a step has failed, the steps that need it are skipped. It logs in once and \
changes nothing. The report is for pasting into a bug report: it has the configuration with secrets masked.

The exit status is 0 if no check failed; otherwise that of the first failure, as if a command had failed in this way.",
    work: &Own { describe, run },
};

fn describe() -> Command {
    Command::new("doctor").about("Find out why a cloud does not work, step by step").args([
        Arg::new("doctor_cloud").value_name("CLOUD").help("A cloud of clouds.yaml, as with `--os-cloud`"),
        Arg::new("offline").long("offline").action(ArgAction::SetTrue).help("Only check what needs no network"),
        Arg::new("report").long("report").action(ArgAction::SetTrue).help("Print a plain-text report, without secrets"),
        Arg::new("endpoint_timeout")
            .long("endpoint-timeout")
            .value_name("SECONDS")
            .value_parser(whole_number(1, 3600))
            .default_value("5")
            .overrides_with("endpoint_timeout")
            .help("Time limit for each endpoint"),
    ])
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let is_report = options.get_flag("report");
    let has_format = is_given(options, "format");
    if is_report && has_format {
        let message = "`--report` prints one text; `--format` is not supported with it";
        return Err(Error::new(ErrorKind::InvalidRequest, message));
    }
    let mut builder = session.builder()?;
    if let Some(cloud) = options.get_one::<String>("doctor_cloud") {
        builder = builder.cloud(cloud);
    }
    let seconds = options.get_one::<i64>("endpoint_timeout").copied().unwrap_or_default().unsigned_abs();
    let mut doctor = Doctor::new(builder).endpoint_timeout(Duration::from_secs(seconds));
    if options.get_flag("offline") {
        doctor = doctor.offline();
    }
    let diagnosis = blocking::diagnose(doctor)?;
    let status = diagnosis.failure().map(|check| check.kind.unwrap_or(ErrorKind::ServerError).exit_code());
    let answer = if is_report {
        Answer::Text(diagnosis.report(in_a_shell))
    } else {
        let columns = ["Verdict", "Step", "Subject", "Evidence", "Remedy"].map(Column::from);
        // Rarely needed on a terminal, which has no room for it; programs get it.
        let seconds = Column::long("Seconds", has_output_options(options));
        Answer::list(columns.into_iter().chain([seconds]), diagnosis.checks.iter().map(row))
    };
    Ok(match status {
        Some(status) => Answer::Ending(Box::new(answer), status),
        None => answer,
    })
}

/// A missing value is empty for people and null for programs; durations are in milliseconds for people and in seconds
/// for programs.
fn row(check: &Check) -> Vec<Value> {
    let or_empty = |value: Option<Value>| value.unwrap_or_else(|| Value::Shown(String::new(), Box::new(Value::None)));
    let remedy = check.remedy.as_ref().map(|remedy| remedy.worded(in_a_shell).into());
    let took = check.took.map(|took| {
        let seconds = took.as_secs_f64();
        Value::Shown(format!("{seconds:.3}"), Box::new(Value::Float(seconds)))
    });
    vec![
        check.verdict.name().into(),
        check.step.name().into(),
        check.subject.as_str().into(),
        check.evidence.as_str().into(),
        or_empty(remedy),
        or_empty(took),
    ]
}

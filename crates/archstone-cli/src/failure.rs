//! Failures of a run: their output and exit status.

use std::{
    ffi::OsString,
    io::{self, IsTerminal},
    process::ExitCode,
};

use archstone::{Error, host::Host};

use crate::{
    cloud_options::in_a_shell,
    command_line::broken,
    console::{self, Kind},
    output::{Value, line_of_json},
    paint::{self, value_of},
    program::Program,
};

/// The exit status that shells report if a program was ended by a closed pipe.
pub(crate) const BROKEN_PIPE: u8 = 141;

/// Why a run ends early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line is invalid, or requests help.
    Usage(Box<clap::Error>),
    /// The same, worded as in `openstack`.
    Argparse(String),
    /// The command failed.
    Command(Error),
    /// The result could not be written.
    Output(io::Error),
}

impl From<clap::Error> for Failure {
    fn from(error: clap::Error) -> Self {
        Self::Usage(Box::new(error))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Command(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// How errors are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorFormat {
    Text,
    /// One object on a line.
    Json,
    /// As text, with the exit status of `openstack`.
    Openstack,
}

impl ErrorFormat {
    /// From the words of the command line, which may be invalid, or else from `ARCHSTONE_ERROR_FORMAT`.
    pub(crate) fn of(words: &[OsString], program: Program) -> Self {
        if program == Program::Openstack {
            return Self::Openstack;
        }
        let variable = || Host::default().variable("ARCHSTONE_ERROR_FORMAT");
        let named = value_of(words, "--error-format").map(ToOwned::to_owned).or_else(variable);
        if named.is_some_and(|name| name == "json") { Self::Json } else { Self::Text }
    }
}

impl Failure {
    /// Prints the reason, and returns the exit status.
    pub(crate) fn report(&self, format: ErrorFormat) -> ExitCode {
        match self {
            // Help is a result.
            Self::Usage(error) if !error.use_stderr() => match console::print(&rendered(error, &io::stdout())) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => Self::Output(error).report(format),
            },
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(BROKEN_PIPE),
            _ => {
                match (format, self) {
                    (ErrorFormat::Json, _) => console::tell_as_is(&self.json()),
                    (_, Self::Usage(error)) => {
                        console::tell_as_is(rendered(error, &io::stderr()).trim_end_matches('\n'));
                    }
                    (_, Self::Argparse(message)) => console::tell(message),
                    (ErrorFormat::Openstack, Self::Command(error)) => console::tell(&error.to_string()),
                    (_, Self::Command(error)) => explain(error),
                    (_, Self::Output(error)) => {
                        console::say(Kind::Error, &format!("cannot write the result\n  caused by: {error}"));
                    }
                }
                ExitCode::from(self.exit_code(format))
            }
        }
    }

    pub(crate) fn exit_code(&self, format: ErrorFormat) -> u8 {
        match self {
            Self::Argparse(_) => 2,
            Self::Command(_) if format == ErrorFormat::Openstack => 1,
            Self::Usage(error) => u8::try_from(error.exit_code()).unwrap_or(2),
            Self::Command(error) => error.kind().exit_code(),
            Self::Output(_) => 1,
        }
    }

    /// Its kind, its message, its cause and its hint.
    pub(crate) fn parts(&self) -> (&'static str, String, Option<String>, Option<String>) {
        match self {
            Self::Usage(error) => {
                let (message, hint) = usage(error);
                ("usage", message, None, hint)
            }
            Self::Command(error) => {
                let message = error.to_string();
                let cause = last_cause(error, &message);
                (error.kind().name(), message, cause, error.hint_with(in_a_shell))
            }
            Self::Argparse(message) => ("usage", message.clone(), None, None),
            Self::Output(error) => ("output", "cannot write the result".to_owned(), Some(error.to_string()), None),
        }
    }

    /// All of its details, on one line.
    fn json(&self) -> String {
        let (kind, message, cause, hint) = self.parts();
        let error = if let Self::Command(error) = self { Some(error) } else { None };
        line_of_json(&Value::object([
            ("kind", kind.into()),
            ("message", message.into()),
            ("cause", cause.into()),
            ("hint", hint.into()),
            ("request_id", error.and_then(Error::request_id).into()),
            ("status", error.and_then(Error::status).map(i64::from).map_or(Value::None, Value::Integer)),
            ("url", error.and_then(Error::url).into()),
            ("exit_code", Value::Integer(self.exit_code(ErrorFormat::Json).into())),
        ]))
    }
}

/// Clap's message, in color if the stream supports it.
fn rendered(error: &clap::Error, stream: &impl IsTerminal) -> String {
    let text = error.render();
    let text = if paint::is_painted(stream) { text.ansi().to_string() } else { text.to_string() };
    // Where clap has no suggestion, it leaves two empty lines; and `--help` lists the commands better.
    let lines = text.split_inclusive('\n').filter(|line| !line.trim_start().starts_with("[subcommands: "));
    lines.map(broken::usage).collect::<String>().replace("\n\n\n", "\n\n")
}

/// Clap's message, and its advice, if any.
fn usage(error: &clap::Error) -> (String, Option<String>) {
    use clap::error::ErrorKind::{DisplayHelpOnMissingArgumentOrSubcommand, MissingSubcommand};
    if matches!(error.kind(), DisplayHelpOnMissingArgumentOrSubcommand | MissingSubcommand) {
        return ("a command or an argument is missing".into(), Some("`--help` lists them".into()));
    }
    let text = error.render().to_string();
    let mut lines = text.lines().map(str::trim);
    let message: Vec<&str> = lines.by_ref().take_while(|line| !line.is_empty() && !line.starts_with('[')).collect();
    // The possible values, or the most similar one.
    let values = text.lines().find_map(|line| line.trim().strip_prefix('[')?.strip_suffix(']'));
    let tip = lines.find_map(|line| line.strip_prefix("tip: "));
    (message.join(" ").trim_start_matches("error: ").to_owned(), tip.or(values).map(ToOwned::to_owned))
}

/// The root cause: those in between only say that something below them failed.
fn last_cause(error: &Error, message: &str) -> Option<String> {
    error.causes().last().filter(|cause| !message.contains(cause.as_str()))
}

/// Prints the message, its cause, the request ID and the hint.
fn explain(error: &Error) {
    let mut text = error.to_string();
    if let Some(cause) = last_cause(error, &text) {
        text.push_str(&format!("\n  caused by: {cause}"));
    }
    if let Some(id) = error.request_id() {
        text.push_str(&format!("\n  request id: {id}"));
    }
    let hint = error.hint_with(in_a_shell);
    if hint.is_some() {
        text.push('\n');
    }
    console::say(Kind::Error, &text);
    if let Some(hint) = hint {
        console::say(Kind::Hint, &hint);
    }
}

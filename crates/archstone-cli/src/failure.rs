//! Why a run ends early: what is printed, and the exit status.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use archstone::Error;

use crate::{cloud_options::in_a_shell, console};

/// As a shell says that a program was ended by a pipe that nobody reads.
const BROKEN_PIPE: u8 = 141;

/// Why a run ends early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line makes no sense, or asks for help.
    Usage(Box<clap::Error>),
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

impl Failure {
    /// Tells people, and returns the exit status for programs.
    pub(crate) fn report(&self) -> ExitCode {
        match self {
            Self::Usage(error) => {
                let is_result = !error.use_stderr();
                let printed = if is_result && console::is_closed() {
                    console::print("help")
                } else {
                    error.print().and_then(|()| io::stdout().flush())
                };
                match printed {
                    Err(error) if is_result => Self::Output(error).report(),
                    _ => ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2)),
                }
            }
            Self::Command(error) => {
                console::tell(&explain(error));
                ExitCode::from(error.kind().exit_code())
            }
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(BROKEN_PIPE),
            Self::Output(error) => {
                console::tell(&format!("error: cannot write the result\n  caused by: {error}"));
                ExitCode::FAILURE
            }
        }
    }
}

/// The message, where it comes from, and what to do next.
fn explain(error: &Error) -> String {
    let mut text = format!("error: {error}");
    // The causes in between only say that something below them failed.
    if let Some(cause) = error.causes().last().filter(|cause| !text.contains(cause.as_str())) {
        text.push_str(&format!("\n  caused by: {cause}"));
    }
    if let Some(id) = error.request_id() {
        text.push_str(&format!("\n  request id: {id}"));
    }
    if let Some(hint) = error.hint_with(in_a_shell) {
        text.push_str(&format!("\n\nhint: {hint}"));
    }
    text
}

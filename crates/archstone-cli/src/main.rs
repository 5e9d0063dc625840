//! The `archstone` command: parse, run, print, exit.

mod argparse;
mod batch;
mod browser;
mod cells;
mod cloud_options;
mod command;
mod command_line;
mod commands;
mod complete;
mod console;
mod drawing;
mod events;
mod failure;
mod handover;
mod input;
mod interrupt;
mod named;
mod output;
mod output_options;
mod paint;
mod panics;
mod private;
mod program;
mod progress;
mod prompt;
mod resource;
mod session;
mod shells;
mod supervise;
mod timing;

use std::{
    ffi::OsString,
    process::{self, ExitCode},
};

use archstone::{config::ExplainedValue, events::Level};
use clap::error::ErrorKind;
use failure::{ErrorFormat, Failure};
use program::Program;

fn main() -> ExitCode {
    panics::end_the_program(prompt::restore_echo);
    let words: Vec<OsString> = std::env::args_os().collect();
    if let Some(done) = complete::run(&words) {
        return done;
    }
    let program = Program::of(words.first().map(OsString::as_os_str));
    paint::decide(&words, program);
    let error_format = ErrorFormat::of(&words, program);
    let ended = run(&words, program);
    if let Err(Failure::Command(error)) = &ended {
        events::log(Level::ERROR, "archstone", &error.to_string());
    }
    ended.map_or_else(|failure| failure.report(error_format), ExitCode::from)
}

fn run(words: &[OsString], program: Program) -> Result<u8, Failure> {
    // This comes first: for `--help` and for a typo, no file is read.
    let parsed = match command_line::parse(words) {
        Ok(parsed) => parsed,
        Err(error) => return other_program(words, program, *error),
    };
    // Among `openstack`'s commands, which are more, an abbreviation can mean something else.
    if program == Program::Openstack
        && (!parsed.is_whole || matches!(parsed.command.words, ["command" | "module", "list"]))
        && let Some(openstack) = handover::openstack(words)
    {
        return handed_over(openstack);
    }
    events::print_from(parsed.level);
    if parsed.program == Program::Openstack || parsed.level == Level::ERROR {
        console::be_quiet();
    }
    let above = session::Above { lines: batch::run };
    let session = session::Session::new(parsed.program, &parsed.options, above);
    if let Some(file) = cloud_options::given(&parsed.options, command_line::LOG_FILE) {
        log_to(file, &parsed)?;
    }
    let printed = parsed.answer(&session).map_err(Failure::from).and_then(|(answer, status)| {
        let mut out = if parsed.layout.is_paged() { console::Out::paged() } else { console::Out::Stdout };
        let written = parsed.layout.write::<Failure>(answer, &mut |text| out.write(text));
        out.finish()?;
        written.map(|()| status)
    });
    if parsed.timing {
        console::print(&timing::text(&session.timings(), &parsed.layout)?)?;
    }
    printed
}

/// Handles `--log-file`. The command line is not logged, because it may contain secrets.
fn log_to(file: &str, parsed: &command_line::Parsed) -> Result<(), Failure> {
    events::log_to(file.as_ref(), parsed.level).map_err(|error| {
        let message = format!("`--log-file` names `{file}`, which cannot be written: {error}");
        archstone::Error::new(archstone::ErrorKind::InvalidRequest, message)
    })?;
    events::log_context(|| {
        let settings = session::unattended(&parsed.options).and_then(archstone::ClientBuilder::explain).ok();
        let find = |name: &str| settings.as_ref()?.values.iter().find(|it| it.name == name);
        let value = |name: &str| find(name).map(ExplainedValue::shown);
        let cloud = settings.as_ref().and_then(|it| it.cloud.clone());
        [cloud, value("username"), value("project_name")].map(Option::unwrap_or_default)
    });
    events::log(Level::INFO, "archstone", &format!("START {}", parsed.command.words.join(" ")));
    Ok(())
}

/// Runs another program for a command that this one does not have.
fn other_program(words: &[OsString], program: Program, error: clap::Error) -> Result<u8, Failure> {
    let other = match (program, error.kind()) {
        (Program::Archstone, ErrorKind::InvalidSubcommand) => handover::extension(words),
        (
            Program::Openstack,
            ErrorKind::InvalidSubcommand
            | ErrorKind::MissingSubcommand
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
            | ErrorKind::DisplayVersion,
        ) => handover::openstack(words),
        // Login options that only `openstack` has.
        (Program::Openstack, ErrorKind::UnknownArgument) if argparse::is_about_login(&error) => {
            handover::openstack(words)
        }
        (Program::Openstack, ErrorKind::DisplayHelp) if command_line::command_in(words).is_none() => {
            handover::openstack(words)
        }
        _ => None,
    };
    match (other, program) {
        (Some(other), _) => handed_over(other),
        (None, Program::Openstack) if error.use_stderr() => {
            let command = command_line::command_in(words).map_or(&[][..], |it| it.words);
            Err(Failure::Argparse(argparse::message(&error, command, words)))
        }
        (None, _) => Err(error.into()),
    }
}

fn handed_over(command: process::Command) -> Result<u8, Failure> {
    let program = command.get_program().display().to_string();
    handover::start(command).map_err(|error| {
        let error =
            archstone::Error::new(archstone::ErrorKind::InvalidConfig, format!("cannot run `{program}`: {error}"));
        error.with_hint(format!("{} can name another `openstack`", handover::OPENSTACK)).into()
    })
}

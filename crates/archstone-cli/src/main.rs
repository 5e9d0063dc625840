//! The `archstone` command: parse, run, print, exit.

mod cells;
mod cloud_options;
mod command;
mod command_line;
mod commands;
mod console;
mod events;
mod failure;
mod output;
mod output_options;
mod paint;
mod program;
mod progress;
mod prompt;
#[expect(dead_code, reason = "commands that need the rest are on their way")]
mod resource;
mod session;
mod timing;

use std::{ffi::OsString, process::ExitCode};

use archstone::events::Level;
use failure::{ErrorFormat, Failure};
use program::Program;

fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    let program = Program::of(words.first().map(OsString::as_os_str));
    paint::decide(&words, program);
    let error_format = ErrorFormat::of(&words, program);
    run(words).map_or_else(|failure| failure.report(error_format), ExitCode::from)
}

fn run(words: Vec<OsString>) -> Result<u8, Failure> {
    // First of all: help and a typo must not read a file or wait for anything.
    let parsed = command_line::parse(words)?;
    events::print_from(parsed.level);
    if parsed.program == Program::Openstack || parsed.level == Level::ERROR {
        console::be_quiet();
    }
    let session = session::Session::new(parsed.program, &parsed.options, command_line::full_root);
    let answer = parsed.command.work.run(&session, &parsed.options).map(output::Answer::ending);
    let answer = answer.map(|(answer, status)| (resource::previewed(&session).unwrap_or(answer), status));
    let printed = answer.map_err(Failure::from).and_then(|(answer, status)| {
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

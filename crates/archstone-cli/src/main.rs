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
mod program;
mod prompt;
#[expect(dead_code, reason = "commands that need the rest are on their way")]
mod resource;
mod session;
mod timing;

use std::process::ExitCode;

use failure::Failure;

fn main() -> ExitCode {
    run().map_or_else(|failure| failure.report(), ExitCode::from)
}

fn run() -> Result<u8, Failure> {
    // First of all: help and a typo must not read a file or wait for anything.
    let parsed = command_line::parse(std::env::args_os())?;
    events::print_from(parsed.level);
    let session = session::Session::new(parsed.program, &parsed.options, command_line::full_root);
    let answer = parsed.command.work.run(&session, &parsed.options).map(output::Answer::ending);
    let answer = answer.map(|(answer, status)| (resource::previewed(&session).unwrap_or(answer), status));
    let printed = answer
        .and_then(|(answer, status)| Ok((parsed.layout.write(answer)?, status)))
        .map_err(Failure::from)
        .and_then(|(text, status)| console::print(&text).map(|()| status).map_err(Failure::from));
    if parsed.timing {
        console::print(&timing::text(&session.timings(), &parsed.layout)?)?;
    }
    printed
}

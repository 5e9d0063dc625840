//! The `archstone` command: parse, run, print, exit.

mod arguments;
mod commands;
mod console;
mod events;
mod failure;
mod output;
mod session;
mod timing;

use std::process::ExitCode;

use failure::Failure;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run() -> Result<(), Failure> {
    // First of all: help and a slip of the pen must not read a file or wait for anything.
    let parsed = arguments::parse(std::env::args_os())?;
    events::print_from(parsed.level);
    let session = session::Session::new(&parsed.options);
    let answer = (parsed.command.run)(&session, &parsed.options);
    let printed = answer
        .and_then(|answer| parsed.layout.write(answer))
        .map_err(Failure::from)
        .and_then(|text| console::print(&text).map_err(Failure::from));
    if parsed.timing {
        console::print(&timing::text(&session.timings(), &parsed.layout)?)?;
    }
    printed
}

//! Command-line errors, worded as by Python's `argparse`, which scripts for `openstack` expect.

use std::{error::Error as _, ffi::OsString};

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

use crate::resource::NOT_A_PAIR;

/// The message for the command with these words.
pub(crate) fn message(error: &Error, words: &[&str], given: &[OsString]) -> String {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        _ => String::new(),
    };
    let is_group = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if is_group || error.kind() == ErrorKind::InvalidSubcommand {
        return format!(
            "openstack: '{}' is not a command of identity, and there is no other `openstack` on PATH to hand it over to \
             ({} can name one)",
            if is_group { commands_in(given) } else { text(ContextKind::InvalidSubcommand) },
            crate::handover::OPENSTACK,
        );
    }
    // Errors that the program creates itself have only a message.
    let is_told = error.get(ContextKind::InvalidArg).is_some();
    let argument = || option(&text(ContextKind::InvalidArg));
    let value = text(ContextKind::InvalidValue);
    let what = match error.kind() {
        ErrorKind::MissingRequiredArgument => {
            let missing = match error.get(ContextKind::InvalidArg) {
                Some(ContextValue::Strings(names)) => names.iter().map(|name| required(name)).collect(),
                _ => vec![argument()],
            };
            format!("the following arguments are required: {}", missing.join(", "))
        }
        ErrorKind::UnknownArgument if could_mean(error).len() > 1 => {
            let given = text(ContextKind::InvalidArg);
            format!("ambiguous option: {given} could match {}", could_mean(error).join(", "))
        }
        ErrorKind::UnknownArgument | ErrorKind::TooManyValues if is_told => {
            format!("unrecognized arguments: {}", text(ContextKind::InvalidArg))
        }
        ErrorKind::ArgumentConflict if is_told => {
            format!("argument {}: not allowed with argument {}", argument(), option(&text(ContextKind::PriorArg)))
        }
        ErrorKind::InvalidValue if value.is_empty() => format!("argument {}: expected one argument", argument()),
        ErrorKind::InvalidValue => {
            let choices = match error.get(ContextKind::ValidValue) {
                Some(ContextValue::Strings(all)) => all.iter().map(|it| format!("'{it}'")).collect::<Vec<_>>(),
                _ => Vec::new(),
            };
            format!("argument {}: invalid choice: '{value}' (choose from {})", argument(), choices.join(", "))
        }
        ErrorKind::ValueValidation if error.source().is_some_and(|it| it.to_string() == NOT_A_PAIR) => {
            format!("argument {}: Expected 'key=value' type, but got: {value}", argument())
        }
        ErrorKind::ValueValidation => format!("argument {}: invalid int value: '{value}'", argument()),
        ErrorKind::WrongNumberOfValues | ErrorKind::TooFewValues | ErrorKind::NoEquals => {
            format!("argument {}: expected one argument", argument())
        }
        _ => error.render().to_string().trim_start_matches("error: ").lines().next().unwrap_or_default().to_owned(),
    };
    format!("{}: error: {what}", ["openstack"].iter().chain(words).copied().collect::<Vec<_>>().join(" "))
}

/// The options that an unknown one may abbreviate.
fn could_mean(error: &Error) -> &[String] {
    match (error.get(ContextKind::InvalidArg), error.get(ContextKind::SuggestedArg)) {
        (Some(ContextValue::String(given)), Some(ContextValue::Strings(near)))
            if near.iter().all(|it| it.starts_with(given.as_str())) =>
        {
            near
        }
        _ => &[],
    }
}

/// The words before the first option.
fn commands_in(given: &[OsString]) -> String {
    let words = given.iter().skip(1).map(|word| word.to_string_lossy()).take_while(|word| !word.starts_with('-'));
    words.collect::<Vec<_>>().join(" ")
}

/// Whether the error is an unknown login option.
pub(crate) fn is_about_login(error: &Error) -> bool {
    matches!(error.get(ContextKind::InvalidArg), Some(ContextValue::String(name)) if name.starts_with("--os-"))
}

/// `--limit <LIMIT>` becomes `--limit`; `--format` becomes `-f/--format`.
fn option(written: &str) -> String {
    let name = written.split(' ').next().unwrap_or_default();
    match name {
        "--format" => "-f/--format".to_owned(),
        "--column" => "-c/--column".to_owned(),
        name => required(name),
    }
}

/// `<DOMAIN_NAME>...` becomes `<domain-name>`.
fn required(written: &str) -> String {
    let name = written.split(' ').next().unwrap_or_default();
    if name.starts_with('<') { name.trim_end_matches("...").to_lowercase().replace('_', "-") } else { name.to_owned() }
}

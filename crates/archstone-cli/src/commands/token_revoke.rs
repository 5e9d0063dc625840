//! `archstone token revoke`: revokes a token.

use archstone::{Error, ErrorKind, Result, Token};
use clap::{Arg, ArgMatches, Command};

use crate::{
    command::{Answers, OwnChange, Spec},
    console,
    events::warning,
    output::Answer,
    program::Program,
    session::{Session, first_line},
};

pub(super) const SPEC: Spec = Spec {
    words: &["token", "revoke"],
    answers: Answers::Text,
    examples: "\
archstone token revoke                 revoke the cached token of this login
archstone token revoke - < token.txt   revoke another one",
    more: "\
Without TOKEN, revokes the cached token of this login, if there is one.",
    work: &OwnChange { describe, run },
};

/// What `--dry-run` shows: the token is in a header.
const REQUEST: &str = "DELETE auth/tokens";

fn describe() -> Command {
    Command::new("revoke").about("Revoke a token").arg(
        Arg::new("token_to_end")
            .value_name("TOKEN")
            .allow_hyphen_values(false)
            .help("The token to revoke; `-` reads it from standard input, so that the process list does not show it"),
    )
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let client = session.client()?;
    let token = match options.get_one::<String>("token_to_end").map(String::as_str) {
        None if session.program() == Program::Openstack => {
            // `openstack` requires the token, and a mistake must not revoke the user's own one.
            console::tell("openstack token revoke: error: the following arguments are required: <token>");
            return Ok(Answer::Ending(Box::new(Answer::Text(String::new())), 2));
        }
        None if session.is_dry_run() && client.token_store_status()?.is_some_and(|it| it.own.is_none()) => {
            return Ok(Answer::Text(String::new()));
        }
        None if session.only_says(|| REQUEST.to_owned()) => return Ok(Answer::Text(String::new())),
        None => {
            if !client.log_out()? {
                warning!("no token is cached for this login: there is nothing to revoke");
            }
            return Ok(Answer::Text(String::new()));
        }
        Some("-") => first_line("-", "the token")?,
        Some("") if session.program() == Program::Archstone => {
            return Err(Error::new(ErrorKind::InvalidRequest, "the token to revoke is empty"));
        }
        Some(token) => {
            if session.advises() {
                warning!(
                    "everyone on this machine can see the token in the process list; `token revoke -` reads it from standard input"
                );
            }
            token.into()
        }
    };
    let token = Token::new(token)?;
    if !session.only_says(|| REQUEST.to_owned()) {
        client.revoke(&token)?;
    }
    Ok(Answer::Text(String::new()))
}

//! `archstone token revoke`: end a token early.

use archstone::{Result, Token};
use clap::{Arg, ArgMatches, Command};

use crate::{
    command::{Answers, Own, Spec},
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
    work: &Own { describe, run },
};

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
            // There the token is always named, and no mistake may revoke the own one.
            console::tell("openstack token revoke: error: the following arguments are required: <token>");
            return Ok(Answer::Ending(Box::new(Answer::Text(String::new())), 2));
        }
        None => {
            if !client.log_out()? {
                warning!("no token is cached for this login: there is nothing to revoke");
            }
            return Ok(Answer::Text(String::new()));
        }
        Some("-") => first_line("-", "the token")?,
        Some(token) => {
            if session.advises() {
                warning!(
                    "everyone on this machine can see the token in the process list; `token revoke -` reads it from standard input"
                );
            }
            token.into()
        }
    };
    client.revoke(&Token::new(token)?)?;
    Ok(Answer::Text(String::new()))
}

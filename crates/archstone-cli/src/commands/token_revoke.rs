//! `archstone token revoke`: end a token early.

use archstone::{Result, Token};
use clap::{Arg, ArgMatches, Command};

use crate::{
    command::{Answers, Spec},
    events::warning,
    output::Answer,
    session::{Session, first_line},
};

pub(super) const SPEC: Spec = Spec {
    words: &["token", "revoke"],
    answers: Answers::Text,
    describe,
    more: "\
Without TOKEN this ends the token that is kept for this login, and forgets it. When none is kept,
there is nothing to do.

Examples:
  archstone token revoke                 end the token that is kept for this login
  archstone token revoke - < token.txt   end another one",
    run,
};

fn describe() -> Command {
    Command::new("revoke").about("End a token before its time").arg(
        Arg::new("token_to_end")
            .value_name("TOKEN")
            .allow_hyphen_values(false)
            .help("The token to end; `-` reads it from standard input, where nobody sees it in the process list"),
    )
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let client = session.client()?;
    let token = match options.get_one::<String>("token_to_end").map(String::as_str) {
        None => {
            if !client.log_out()? {
                warning!("no token is kept for this login: there is nothing to revoke");
            }
            return Ok(Answer::Text(String::new()));
        }
        Some("-") => first_line("-", "the token")?,
        Some(token) => {
            warning!(
                "everyone on this machine can see the token in the process list; `token revoke -` reads it from standard input"
            );
            token.into()
        }
    };
    client.revoke(&Token::new(token)?)?;
    Ok(Answer::Text(String::new()))
}

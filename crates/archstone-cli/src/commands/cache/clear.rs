//! `archstone cache clear`: forget the token that is kept, or all of them.

use archstone::Result;
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::{
    command::{Answers, Spec},
    events::warning,
    output::Answer,
    session::Session,
};

pub(in crate::commands) const SPEC: Spec = Spec {
    words: &["cache", "clear"],
    answers: Answers::Text,
    describe,
    more: "\
The token stays good until it expires: `token revoke` ends it, too. memcached cannot tell what it
keeps, so `--all` cannot clear it.

Examples:
  archstone cache clear             forget the token that is kept for this login
  archstone cache clear --all       forget all tokens in the same store, those of others too",
    run,
};

fn describe() -> Command {
    Command::new("clear").about("Forget the token that is kept for this login, or all in its store").arg(
        Arg::new("all").long("all").action(ArgAction::SetTrue).help("All tokens of the store, whoever they are for"),
    )
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let client = session.client()?;
    if options.get_flag("all") {
        client.clear_token_store()?;
    } else if !client.clear_stored_token()? {
        warning!("no token is kept for this login: there is nothing to clear");
    }
    Ok(Answer::Text(String::new()))
}

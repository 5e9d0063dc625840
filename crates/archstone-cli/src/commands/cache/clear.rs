//! `archstone cache clear`: removes the cached token, or all of them.

use archstone::{Result, blocking::clear_token_store};
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::{
    command::{Answers, Own, Spec},
    events::warning,
    output::Answer,
    session::Session,
};

pub(in crate::commands) const SPEC: Spec = Spec {
    words: &["cache", "clear"],
    answers: Answers::Text,
    examples: "\
archstone cache clear             remove the cached token of this login
archstone cache clear --all       remove every token in the same store",
    more: "\
The token stays valid until it expires; `token revoke` revokes it, too. `--all` needs no login; memcached cannot list \
its entries, so `--all` cannot clear it.",
    work: &Own { describe, run },
};

/// The same under the name that `openstack` has for it.
pub(in crate::commands) const CLOUD_CACHE_DELETE: Spec = Spec {
    words: &["cloud", "cache", "delete"],
    answers: Answers::Text,
    examples: "archstone cloud cache delete",
    more: "",
    work: &Own { describe, run },
};

fn describe() -> Command {
    Command::new("clear").about("Remove the cached token of this login, or all in its store").arg(
        Arg::new("all")
            .long("all")
            .action(ArgAction::SetTrue)
            .help("Remove all tokens of the store, also those of other users"),
    )
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    if options.get_flag("all") {
        // Whoever the tokens are for: it takes no login.
        match session.builder()?.token_store()? {
            Some(store) => {
                clear_token_store(&store)?;
            }
            None => warning!("no tokens are cached between runs: there is nothing to clear"),
        }
    } else if !session.client()?.clear_stored_token()? {
        warning!("no token is cached for this login: there is nothing to clear");
    }
    Ok(Answer::Text(String::new()))
}

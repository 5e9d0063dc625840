//! `archstone cache clear`: removes the cached token, or all of them.

use archstone::{Result, blocking::clear_token_store};
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::{
    command::{Answers, OwnChange, Spec},
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
    work: &OwnChange { describe, run },
};

/// The same under `openstack`'s name for it.
pub(in crate::commands) const CLOUD_CACHE_DELETE: Spec = Spec {
    words: &["cloud", "cache", "delete"],
    answers: Answers::Text,
    examples: "archstone cloud cache delete",
    more: "",
    work: &OwnChange { describe, run },
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
        // For the tokens of all users, no login is needed.
        match session.builder()?.token_store()? {
            Some(_) if session.only_says(|| "would remove all tokens of the store".to_owned()) => {}
            Some(store) => drop(clear_token_store(&store)?),
            None => warning!("no tokens are cached between runs: there is nothing to clear"),
        }
    } else if session.is_dry_run() {
        if let Some(status) = session.client()?.token_store_status()?.filter(|it| it.own.is_some()) {
            session.only_says(|| format!("would remove the token of this login in `{}`", status.place));
        }
    } else if !session.client()?.clear_stored_token()? {
        warning!("no token is cached for this login: there is nothing to clear");
    }
    Ok(Answer::Text(String::new()))
}

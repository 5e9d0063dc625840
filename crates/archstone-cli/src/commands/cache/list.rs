//! `archstone cache list`: cached tokens and their users.

use archstone::{Result, StoredToken};
use clap::{ArgMatches, Command};

use super::stores::{open_option, scope, stores};
use crate::{
    cells::{number, time},
    command::{Answers, Own, Spec},
    output::{Answer, Value},
    session::Session,
};

pub(in crate::commands) const SPEC: Spec = Spec {
    words: &["cache", "list"],
    answers: Answers::List,
    examples: "\
archstone cache list
archstone cache list --open
archstone cache list --token-cache redis://cache.example -f json",
    more: "\
A token is listed with its cloud and user when this login, or a cloud of clouds.yaml, has the secret \
that decrypts it. Of the others in the same store, only the size and age are known. \
Tokens whose secret comes from a command, a keyring or a prompt are decrypted only with `--open`. \
memcached cannot list the tokens of others.",
    work: &Own { describe, run },
};

fn describe() -> Command {
    Command::new("list").about("List cached tokens and their users").arg(open_option())
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let mut rows = Vec::new();
    for store in stores(session, options)? {
        let opened = store.opened.iter().map(|(cloud, token)| row(cloud.as_deref(), token, &store.place));
        rows.extend(opened);
        rows.extend(store.sealed.iter().flatten().map(|token| row(None, token, &store.place)));
    }
    let columns = ["Cloud", "User", "Scope", "Remaining", "Hits", "Logins", "Age", "Size", "Sealed", "Store"];
    Ok(Answer::list(columns, rows))
}

fn row(cloud: Option<&str>, token: &StoredToken, place: &str) -> Vec<Value> {
    let access = token.access.as_deref();
    vec![
        cloud.into(),
        access.and_then(|it| it.user_name()).into(),
        access.and_then(scope).into(),
        time(token.remaining),
        number(token.hits),
        number(token.logins),
        time(token.age),
        number(token.size),
        access.is_none().into(),
        place.into(),
    ]
}

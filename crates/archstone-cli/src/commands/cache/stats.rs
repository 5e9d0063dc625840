//! `archstone cache stats`: how many logins the token stores have saved.

use archstone::{Result, StoredToken};
use clap::{ArgMatches, Command};

use super::stores::{Store, open_option, stores};
use crate::{
    cells::number,
    command::{Answers, Own, Spec},
    output::{Answer, Value},
    session::Session,
};

pub(in crate::commands) const SPEC: Spec = Spec {
    words: &["cache", "stats"],
    answers: Answers::List,
    examples: "\
archstone cache stats
archstone cache stats -f value -c Hits",
    more: "\
A hit is a token read from the store, which saves a login. Hits and logins are counted for as long as the store keeps the \
entry of a login.",
    work: &Own { describe, run },
};

fn describe() -> Command {
    Command::new("stats").about("Show the number of tokens, hits and logins of each store").arg(open_option())
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let columns = ["Store", "Tokens", "Sealed", "Hits", "Logins", "Size"];
    Ok(Answer::list(columns, stores(session, options)?.iter().map(row)))
}

fn row(store: &Store) -> Vec<Value> {
    let sealed = store.sealed.as_deref();
    let all = || store.opened.iter().map(|(_, token)| token).chain(sealed.into_iter().flatten());
    let sum = |of: fn(&StoredToken) -> u64| number(all().map(of).sum());
    vec![
        store.place.as_str().into(),
        number(all().count() as u64),
        sealed.map_or(Value::None, |it| number(it.len() as u64)),
        sum(|it| it.hits),
        sum(|it| it.logins),
        sum(|it| it.size),
    ]
}

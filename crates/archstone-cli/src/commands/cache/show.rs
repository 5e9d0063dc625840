//! `archstone cache show`: the cached token of this login.

use archstone::{Error, ErrorKind, Result};
use clap::{ArgMatches, Command};

use super::stores::scope;
use crate::{
    cells::{expiry, field, number, time},
    command::{Answers, Own, Spec},
    output::Answer,
    session::Session,
};

pub(in crate::commands) const SPEC: Spec = Spec {
    words: &["cache", "show"],
    answers: Answers::Show,
    examples: "\
archstone cache show
archstone --os-cloud mycloud cache show -f value -c hits",
    more: "\
Sends nothing and does not log in. The token itself is not shown: `token issue` prints it.",
    work: &Own { describe, run },
};

fn describe() -> Command {
    Command::new("show").about("Show the cached token of this login")
}

fn run(session: &Session<'_>, _: &ArgMatches) -> Result<Answer> {
    let client = session.client()?;
    let status = client.token_store_status()?.ok_or_else(|| {
        Error::new(ErrorKind::NotFound, "tokens are not cached between runs").with_hint("see `--token-cache`")
    })?;
    let token = status.own.ok_or_else(|| {
        Error::new(ErrorKind::NotFound, format!("no token is cached for this login in `{}`", status.place))
            .with_hint("`archstone token issue` gets one")
    })?;
    let access = token.access.as_deref();
    let fields = [
        field("cloud", client.asynchronous().config().name()),
        field("user_name", access.and_then(|it| it.user_name())),
        field("scope", access.and_then(scope)),
        field("auth_url", access.and_then(|it| it.auth_url()).map(ToString::to_string)),
        field("expires", access.map(expiry)),
        field("remaining", token.remaining.map(|it| time(Some(it)))),
        field("age", token.age.map(|it| time(Some(it)))),
        field("hits", Some(number(token.hits))),
        field("logins", Some(number(token.logins))),
        field("size", Some(number(token.size))),
        field("name", Some(token.name.as_str())),
        field("store", Some(status.place.as_str())),
    ];
    Ok(Answer::Show(fields.into_iter().flatten().collect()))
}

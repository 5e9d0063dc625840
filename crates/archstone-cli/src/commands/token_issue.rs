//! `archstone token issue`: a token, from the cache or by a login.

use archstone::Result;
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::{
    cells::{expiry, field},
    command::{Answers, Own, Spec},
    output::Answer,
    session::Session,
};

pub(super) const SPEC: Spec = Spec {
    words: &["token", "issue"],
    answers: Answers::Show,
    examples: "\
archstone token issue
archstone token issue -f value -c id
eval \"$(archstone token issue -f shell --prefix t_)\"; echo \"$t_expires\"",
    more: "\
A cached token is used as long as it is valid; otherwise this logs in and caches the new token. Without a project, a \
user who can act in several gets an unscoped token and a warning that lists them.",
    work: &Own { describe, run },
};

fn describe() -> Command {
    Command::new("issue")
        .about("Print a token with its scope and expiry")
        .arg(Arg::new("renew").long("renew").action(ArgAction::SetTrue).help("Log in now and replace the cached token"))
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let access = if options.get_flag("renew") {
        let access = session.client()?.renew()?;
        session.warn_of_no_scope(&access)?;
        access
    } else {
        session.authenticate()?
    };
    let fields = [
        field("domain_id", access.domain_id()),
        field("expires", Some(expiry(&access))),
        field("id", Some(access.token().expose())),
        field("project_id", access.project_id()),
        field("system", access.is_system_scoped().then_some("all")),
        field("user_id", access.user_id()),
    ];
    Ok(Answer::Show(fields.into_iter().flatten().collect()))
}

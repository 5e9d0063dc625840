//! `archstone access list`: lists effective role assignments.

use archstone::Result;
use clap::{ArgMatches, Command};

use super::{asked, words};
use crate::{
    command::{Answers, Own, Spec},
    output::Answer,
    session::Session,
};

pub(super) const SPEC: Spec = Spec {
    words: &["access", "list"],
    answers: Answers::List,
    examples: "\
archstone access list --project web
archstone access list --user alice
archstone access list --role admin --system all
archstone access list --group developers --group-domain acme -f json",
    more: "\
One row for each role that a user has in the end: given directly, through a group, inherited from a domain or a \
project above, or implied by another role. `Access` says how, on one line for each way. These are the roles that a \
token has; whether users and projects are enabled makes no difference here.

This needs a role that may list role assignments, such as `admin`, or `reader` on the system or a domain. Otherwise the \
roles of your own token are shown.",
    work: &Own { describe, run },
};

fn describe() -> Command {
    Command::new("list")
        .about("List who has which role where, and how they get it")
        .args(asked::actor_options())
        .args(asked::place_options())
        .arg(asked::names())
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let filter = asked::filter(session, options)?;
    let grants = asked::grants(session, &filter)?;
    let is_structured = words::is_structured(options);
    let mut columns = words::columns(is_structured);
    columns.push("Access".into());
    let rows = grants.effective(&filter).into_iter().map(|grant| {
        let mut row = words::cells(&grants, grant.user, Some(grant.role), grant.place);
        row.push(words::chains(&grants, &grant, is_structured));
        row
    });
    Ok(Answer::list(columns, rows.collect::<Vec<_>>()))
}

//! `archstone whoami`: who the token is for, what it may do, and until when.

use archstone::Result;
use clap::{ArgMatches, Command};

use crate::{
    cells::{expiry, field, in_words},
    command::{Answers, Own, Spec},
    output::{Answer, Value},
    session::Session,
};

pub(super) const SPEC: Spec = Spec {
    words: &["whoami"],
    answers: Answers::Show,
    examples: "\
archstone whoami
archstone whoami -f value -c project_name
archstone whoami -f json -c roles",
    more: "\
The token itself is not printed. In formats for programs, `remaining` is in seconds.",
    work: &Own { describe, run },
};

fn describe() -> Command {
    Command::new("whoami").about("Show user, project, roles and expiry of the token")
}

fn run(session: &Session<'_>, _: &ArgMatches) -> Result<Answer> {
    let access = session.authenticate()?;
    let seconds = access.remaining().as_secs();
    let remaining =
        Value::Shown(in_words(seconds), Box::new(Value::Integer(i64::try_from(seconds).unwrap_or(i64::MAX))));
    // Keystone's order varies.
    let mut roles: Vec<_> = access.role_names().collect();
    roles.sort_unstable();
    let fields = [
        field("user_name", access.user_name()),
        field("user_id", access.user_id()),
        field("user_domain_name", access.user_domain_name()),
        field("user_domain_id", access.user_domain_id()),
        field("project_name", access.project_name()),
        field("project_id", access.project_id()),
        field("project_domain_name", access.project_domain_name()),
        field("project_domain_id", access.project_domain_id()),
        field("domain_name", access.domain_name()),
        field("domain_id", access.domain_id()),
        field("system", access.is_system_scoped().then_some("all")),
        field("trust_id", access.trust().map(|trust| trust.id.as_str())),
        field("roles", Some(names(roles))),
        field("methods", Some(names(access.methods().iter().map(String::as_str).collect()))),
        field("expires", Some(expiry(&access))),
        field("remaining", Some(remaining)),
        field("auth_url", access.auth_url().map(ToString::to_string)),
    ];
    Ok(Answer::Show(fields.into_iter().flatten().collect()))
}

fn names(names: Vec<&str>) -> Value {
    Value::Shown(names.join(", "), Box::new(Value::List(names.into_iter().map(Value::from).collect())))
}

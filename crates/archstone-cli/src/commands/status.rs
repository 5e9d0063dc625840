//! `archstone status`: whether a valid token is cached, whose it is, and where; without a request.

use archstone::{ErrorKind, Result};
use clap::{ArgMatches, Command};

use crate::{
    cells::{expiry, field, scope_of, time},
    command::{Answers, Own, Spec},
    output::{Answer, Name, Value},
    session::Session,
};

pub(super) const SPEC: Spec = Spec {
    words: &["status"],
    answers: Answers::Show,
    examples: "\
archstone status
archstone status -f value -c state
archstone status -q >/dev/null || archstone token issue
archstone --os-cloud mycloud status -f json",
    more: "\
Sends nothing and never prompts. The exit status is 0 if a valid token is cached, and 4 if there is none, if it has \
expired, or if that is not known: the state is `valid`, `none`, `expired` or `unknown`. It is 3 if the configuration is \
incomplete or wrong; the cached token can only be read with the password. In formats for programs, `remaining` is in \
seconds.",
    work: &Own { describe, run },
};

fn describe() -> Command {
    Command::new("status").about("Show whether a valid token is cached, without a request")
}

fn run(session: &Session<'_>, _: &ArgMatches) -> Result<Answer> {
    let client = session.client_without_asking()?;
    let config = client.config();
    let store = client.token_store();
    let place = store.as_ref().map(archstone::TokenStore::place);
    let is_shared = store.is_some_and(|store| store.is_shared());
    let access = client.known_access();
    let (state, why) = match &access {
        Some(access) if access.is_expired() => ("expired", None),
        Some(_) => ("valid", None),
        None if is_shared => {
            ("unknown", Some("the token cache is shared between hosts, and reading it needs a request"))
        }
        None if client.current_token().is_some() => ("unknown", Some("only the token is given, without its expiry")),
        None => ("none", None),
    };
    let mut fields: Vec<Option<(Name, Value)>> =
        vec![field("state", Some(state)), field("reason", why), field("cloud", config.name())];
    match &access {
        Some(access) => fields.extend([
            field("user_name", access.user_name()),
            field("user_id", access.user_id()),
            field("user_domain_name", access.user_domain_name()),
            field("scope", Some(scope_of(access))),
            field("project_id", access.project_id()),
            field("project_domain_name", access.project_domain_name()),
            field("expires", Some(expiry(access))),
            field("remaining", Some(time(Some(access.remaining())))),
        ]),
        None => fields.extend([
            field("user", config.method().map(archstone::AuthMethod::subject)),
            field("scope", Some(config.scope().to_string())),
        ]),
    }
    // A query may contain a secret.
    let auth_url = config.auth_url().and_then(|url| url.as_str().split(['?', '#']).next());
    fields.extend([
        field("region", config.region()),
        field("auth_url", auth_url),
        field("kept_in", Some(place.unwrap_or_else(|| "nowhere: in the program's memory only".into()))),
    ]);
    let answer = Answer::Show(fields.into_iter().flatten().collect());
    let is_valid = state == "valid";
    Ok(if is_valid { answer } else { Answer::Ending(Box::new(answer), ErrorKind::NotAuthenticated.exit_code()) })
}

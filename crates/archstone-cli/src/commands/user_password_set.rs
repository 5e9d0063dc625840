//! `archstone user password set`: one's own password, also an expired one.

use archstone::{Error, ErrorKind, Result, Secret};
use clap::{Arg, ArgMatches, Command};

use crate::{
    command::{Answers, Own, Spec},
    events::warning,
    output::Answer,
    session::{Session, ask_for, first_line},
};

pub(super) const SPEC: Spec = Spec {
    words: &["user", "password", "set"],
    answers: Answers::Text,
    examples: "\
archstone --os-cloud mycloud user password set
archstone user password set --password - < new-password.txt",
    more: "\
The password that the login uses is the old one; it is asked for if none is configured. No token is needed, so an expired \
password can be changed, too. The configuration is not changed: afterwards, put the new password where the old one is, \
for example with `archstone config set mycloud password`.",
    work: &Own { describe, run },
};

fn describe() -> Command {
    let option = |id: &'static str, value: &'static str| Arg::new(id).long(id).value_name(value).overrides_with(id);
    Command::new("set").about("Change your own password").args([
        option("new_password", "PASSWORD")
            .long("password")
            .help("The new password; `-` reads it from standard input [default: asks for it]"),
        option("original_password", "PASSWORD")
            .long("original-password")
            .help("The old password [default: the one that the login uses]"),
    ])
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let given = |id: &str| options.get_one::<String>(id).map(String::as_str);
    for (id, option) in [("new_password", "--password"), ("original_password", "--original-password")] {
        if given(id).is_some_and(|value| value != "-") {
            warning!("`{option}` lets everyone on this machine see the secret in the process list");
        }
    }
    let client = match given("original_password") {
        Some(old) => session.client_with("password", old, "--original-password")?,
        None => session.client()?.clone(),
    };
    let new = match given("new_password") {
        Some("-") => first_line("-", "the new password")?,
        Some(new) => new.into(),
        None => asked()?,
    };
    client.change_password(new)?;
    Ok(Answer::Text(String::new()))
}

/// The new password, typed twice.
fn asked() -> Result<Secret> {
    let missing = || {
        Error::new(ErrorKind::InvalidRequest, "there is no new password")
            .with_hint("give it on standard input, with `--password -`")
    };
    let new = ask_for("New password")?.ok_or_else(missing)?;
    let again = ask_for("New password again")?.ok_or_else(missing)?;
    if new.expose() == again.expose() {
        return Ok(new);
    }
    Err(Error::new(ErrorKind::InvalidRequest, "the two new passwords are not the same").with_hint("try again"))
}

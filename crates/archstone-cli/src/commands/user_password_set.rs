//! `archstone user password set`: changes the user's own password, even an expired one.

use archstone::{
    Error, ErrorKind, Result, Secret,
    identity::{Resource, User},
};

use crate::{
    command::{Answers, Changes, Spec},
    output::Answer,
    program::Program,
    resource::{Request, Special, common::warn_of_no_password, option, perform},
};

pub(super) const SPEC: Spec = Spec {
    more: "\
The password used to log in is the current one; you are prompted for it if none is configured. No token is needed, so \
an expired password can be changed, too. The configuration is not changed: afterwards, put the new password where the old one is, \
for example with `archstone config set mycloud password`.",
    ..SET.command(
        &["user", "password", "set"],
        Answers::Text,
        "\
archstone --os-cloud mycloud user password set
archstone user password set --password - < new-password.txt",
    )
};

static SET: Special = Special {
    about: "Change your own password",
    arguments: &[
        option("password", "password", "The new password; `-` reads it from standard input [default: prompt]").secret(),
        option("original-password", "password", "The current password [default: the one used to log in]").secret(),
    ],
    changes: Changes::Something,
    run,
};

fn run(request: &Request<'_>) -> Result<Answer> {
    let session = request.session;
    let old = match request.secret("original-password")? {
        // `openstack` does not use the password of the login here.
        None if session.program() == Program::Openstack => Some(session.ask("Current Password")?),
        // An empty setting would count as unset.
        Some(old) if old.expose().is_empty() => {
            return Err(Error::new(ErrorKind::InvalidRequest, "the value of `--original-password` is empty"));
        }
        old => old,
    };
    let client = match &old {
        Some(old) => session.client_with("password", old.expose(), "--original-password")?,
        None => session.client()?.clone(),
    };
    let new = match request.secret("password")? {
        Some(new) => new,
        None => session.ask_twice("New Password")?,
    };
    if new.expose().is_empty() {
        warn_of_no_password();
    }
    if session.is_dry_run() {
        let old = old.unwrap_or_else(|| Secret::from("***"));
        let user = client.authenticate()?.user_id().into();
        let arguments = [("user", user), ("old_password", old.expose().into()), ("new_password", new.expose().into())];
        perform(request, User::SPEC, "update_password", arguments)?;
    } else {
        client.change_password(new)?;
    }
    Ok(Answer::Text(String::new()))
}

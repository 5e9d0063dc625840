//! `archstone user password set`: one's own password, also an expired one.

use archstone::{
    Result, Secret,
    identity::{Resource, User},
};

use crate::{
    command::{Answers, Changes, Spec},
    output::Answer,
    program::Program,
    resource::{Request, Special, option, perform},
};

pub(super) const SPEC: Spec = Spec {
    more: "\
The password that the login uses is the old one; it is asked for if none is configured. No token is needed, so an expired \
password can be changed, too. The configuration is not changed: afterwards, put the new password where the old one is, \
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
        option("password", "password", "The new password; `-` reads it from standard input [default: asks for it]")
            .secret(),
        option("original-password", "password", "The old password [default: the one that the login uses]").secret(),
    ],
    changes: Changes::Something,
    run,
};

fn run(request: &Request<'_>) -> Result<Answer> {
    let session = request.session;
    let old = match request.secret("original-password")? {
        // `openstack` does not take it from the login.
        None if session.program() == Program::Openstack => Some(session.ask("Current Password")?),
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

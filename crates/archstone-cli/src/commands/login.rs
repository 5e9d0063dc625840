//! `archstone login` and `archstone logout`.

mod all_projects;
mod missing;

use archstone::{Access, Error, ErrorKind, Result, StoredToken, blocking::Client};
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::{
    cells::{expiry, field, scope_of, time},
    command::{Answers, Own, Spec},
    output::{Answer, Name, Value},
    session::Session,
};

pub(super) const LOGIN: Spec = Spec {
    words: &["login"],
    answers: Answers::All,
    examples: "\
archstone login mycloud
archstone login mycloud --all-projects --dry-run
archstone login mycloud --all-projects --yes",
    more: "\
Uses the login method of the cloud, and asks for what the configuration lacks. A cached token that is still valid is \
used unless `--renew` is given. With `--all-projects`, each project that the user can act in, and each region, becomes a \
cloud of clouds.yaml, with the credentials of the cloud; the changes are shown first. Clouds that exist are not changed.",
    work: &Own { describe: describe_login, run: log_in },
};

pub(super) const LOGOUT: Spec = Spec {
    words: &["logout"],
    answers: Answers::Show,
    examples: "\
archstone logout mycloud
archstone logout mycloud --local",
    more: "\
The token is revoked at the identity service, so everyone who shares it loses it: other programs of this login, and those \
who share the token store. So is the refresh token of a person's login at an OpenID Connect provider that lets clients do so. `--local` only removes it from the store: those who have it can use it until it expires.",
    work: &Own { describe: describe_logout, run: log_out },
};

fn cloud() -> Arg {
    Arg::new("of_cloud")
        .value_name("CLOUD")
        .help("The cloud of clouds.yaml [default: OS_CLOUD, `--os-cloud`, or the OS_* variables]")
}

fn describe_login() -> Command {
    let flag = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    Command::new("login").about("Log in, and show where the token is cached and when it expires").args([
        cloud(),
        flag("renew").help("Log in now and replace the cached token"),
        flag("all-projects").help("Add a cloud to clouds.yaml for each project and region"),
        flag("accept").long("yes").short('y').requires("all-projects").help("Write without confirmation"),
        flag("preview").long("dry-run").requires("all-projects").help("Only show what would be written"),
    ])
}

fn describe_logout() -> Command {
    Command::new("logout").about("Revoke the cached token of a login, and remove it").args([
        cloud(),
        Arg::new("local")
            .long("local")
            .action(ArgAction::SetTrue)
            .help("Only remove the token from the cache, do not revoke it"),
    ])
}

fn named(options: &ArgMatches) -> Option<&str> {
    options.get_one::<String>("of_cloud").map(String::as_str)
}

/// The client, if its tokens can be cached: without a cache, the login would be lost at once.
fn client(session: &Session<'_>, options: &ArgMatches) -> Result<Client> {
    let client = missing::client(session, named(options))?;
    if client.asynchronous().token_store().is_some() {
        return Ok(client);
    }
    let method = client.asynchronous().config().method().map(|method| method.spec().auth_types[0]);
    let (message, hint) = if session.builder_of(named(options))?.token_store()?.is_none() {
        (
            "tokens are not cached between runs: no token store is configured",
            "leave out `--no-cache`, or see `--token-cache`",
        )
    } else if let Some(why) = client.asynchronous().why_no_token() {
        (why, "requests need no login")
    } else if method.is_none() {
        ("a token is given, so there is no login whose token could be cached", "give credentials instead of a token")
    } else {
        (
            "tokens of this login method are not cached between runs in this store",
            "with a key in the keyring they are: `--token-cache keyring`",
        )
    };
    Err(Error::new(ErrorKind::NotConfigured, message).with_hint(hint))
}

fn log_in(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let client = client(session, options)?;
    let access = if options.get_flag("renew") { client.renew()? } else { client.authenticate()? };
    if options.get_flag("all-projects") {
        let how =
            all_projects::How { is_accepted: options.get_flag("accept"), is_preview: options.get_flag("preview") };
        return all_projects::add(session, &client, &access, named(options), &how);
    }
    session.warn_of_no_scope_of(&client, &access);
    let status = client.token_store_status()?;
    let place = status.as_ref().map(|it| it.place.clone());
    let Some(token) = status.and_then(|it| it.own) else {
        let place = place.unwrap_or_default();
        let message = format!("the login succeeded, but its token is not cached in `{place}`");
        return Err(Error::new(ErrorKind::InvalidConfig, message).with_hint("the warnings above say why"));
    };
    Ok(Answer::Show(fields(&client, &access, &token, place.as_deref())))
}

fn fields(client: &Client, access: &Access, token: &StoredToken, place: Option<&str>) -> Vec<(Name, Value)> {
    let config = client.asynchronous().config();
    let fields = [
        field("cloud", config.name()),
        field("method", config.method().map(|method| method.spec().auth_types[0])),
        field("user_name", access.user_name()),
        field("user_domain_name", access.user_domain_name()),
        field("scope", Some(scope_of(access))),
        field("expires", Some(expiry(access))),
        field("remaining", Some(time(Some(access.remaining())))),
        field("store", place),
        field("name", Some(token.name.as_str())),
    ];
    fields.into_iter().flatten().collect()
}

fn log_out(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let client = client(session, options)?;
    let status = client.token_store_status()?;
    let place = status.as_ref().map(|it| it.place.clone()).unwrap_or_default();
    let access = client.asynchronous().known_access();
    let (mut is_revoked, mut is_forgotten) = (false, false);
    if options.get_flag("local") {
        if let Some(store) = client.asynchronous().token_store() {
            is_forgotten = client.wait(store.clear())?;
        }
    } else {
        is_revoked = client.log_out().map_err(|error| {
            let hint = error.hint_parts().cloned().unwrap_or_default();
            let or = if hint.to_string().is_empty() { "" } else { "; " };
            error.with_hint(hint + or + "`archstone logout --local` only removes the token from the cache")
        })?;
        is_forgotten |= is_revoked;
    }
    let fields = [
        field("cloud", client.asynchronous().config().name()),
        field("user_name", access.as_ref().and_then(|it| it.user_name())),
        field("revoked", Some(is_revoked)),
        field("forgotten", Some(is_forgotten)),
        field("store", Some(place.as_str())),
    ];
    let answer = Answer::Show(fields.into_iter().flatten().collect());
    let text = match (is_revoked, is_forgotten) {
        (true, _) => {
            "The token is revoked: everyone who shared it has lost it, including other programs of this login.\n"
                .to_owned()
        }
        (false, true) => {
            format!(
                "The token is removed from `{place}`. It is still valid: those who have it can use it until it expires.\n"
            )
        }
        (false, false) => format!("There is no token of this login in `{place}`.\n"),
    };
    Ok(Answer::told(text, answer))
}

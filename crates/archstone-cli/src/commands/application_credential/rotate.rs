//! `archstone application credential rotate`: replaces a credential step by step, so that an
//! interrupted run loses nothing.
//!
//! The new credential is created and tested by a login; it replaces the old one in the configuration; the login of the
//! configuration is tested; and then the old one may be deleted. The name of a new one contains the time, by which
//! another run knows what has been done.

use std::{thread, time::Duration};

use archstone::{
    Access, Client as AsyncClient, Error, ErrorKind, Result, Secret, blocking::Client, host::Host,
    identity::ApplicationCredential,
};
use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::Value;

use super::place::Place;
use crate::{
    cells::in_words,
    command::{Answers, Own, Spec, duration},
    console,
    output::Answer,
    session::Session,
};

pub(super) const SPEC: Spec = Spec {
    words: &["application", "credential", "rotate"],
    answers: Answers::Show,
    examples: "\
archstone --os-cloud alice application credential rotate backup --in backup-cloud
archstone --os-cloud alice application credential rotate backup --grace 10m
archstone --os-cloud alice application credential rotate backup --finish",
    more: "\
The new credential has the roles, access rules and restrictions of the old one; one that expires gets the same lifetime, or \
`--expiration`. Its name ends in the time. It is written where the old one is: clouds.yaml, secure.yaml, the keyring, or the file \
of `application_credential_secret_file`. The old one is deleted after `--grace`, or later by `--finish`. A run that is \
interrupted loses nothing; the next one says how to go on.",
    work: &Own { describe, run },
};

fn describe() -> Command {
    Command::new("rotate")
        .about("Replace an application credential of your own, and write the new one where the old one is")
        .args([
            Arg::new("credential")
                .value_name("APPLICATION-CREDENTIAL")
                .required(true)
                .help("The credential (name or ID)"),
            Arg::new("in_cloud")
                .long("in")
                .value_name("CLOUD")
                .help("The cloud of clouds.yaml that uses it [default: the one that does]"),
            Arg::new("grace")
                .long("grace")
                .value_name("TIME")
                .value_parser(duration)
                .conflicts_with("finish")
                .help("Delete the old one after this time, such as 10m"),
            Arg::new("finish")
                .long("finish")
                .action(ArgAction::SetTrue)
                .help("Delete the old one that an earlier run kept"),
            Arg::new("expiration")
                .long("expiration")
                .value_name("TIME")
                .conflicts_with("finish")
                .help("When the new one expires, in UTC, such as 2030-01-31T23:59:59"),
        ])
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let text = |id: &str| options.get_one::<String>(id).map(String::as_str);
    let client = session.client()?;
    let wanted = text("credential").unwrap_or_default();
    let all = client.wait(client.identity().application_credentials().list().all())?;
    let family = Family::of(wanted, &all)?;
    let place = Place::find(&family.ids_and_names(), text("in_cloud"), &Host::default())?;
    let at = family.members.iter().position(|it| place.holds(&it.id, &it.name)).ok_or_else(|| {
        Error::new(ErrorKind::NotFound, format!("the cloud `{}` does not use `{wanted}`", place.cloud))
    })?;
    let (older, newer) = (&family.members[..at], &family.members[at + 1..]);
    let current = family.members[at];
    if let [orphan, ..] = newer {
        let message = format!(
            "`{}` was created by a rotation that was interrupted before saving it: its secret is lost",
            orphan.name
        );
        return Err(Error::new(ErrorKind::Conflict, message).with_hint(format!(
            "delete it with `archstone application credential delete {}`, and run this again",
            orphan.id
        )));
    }
    if options.get_flag("finish") {
        if older.is_empty() {
            return Err(Error::new(
                ErrorKind::NotFound,
                format!("there is no older credential than `{}`", current.name),
            ));
        }
        place.tidy(&current.id)?;
        verify(&place, &current.id)?;
        session.confirm_deletion("application credential", &older.iter().map(|it| &*it.name).collect::<Vec<_>>())?;
        return deleted(client, older, current);
    }
    if let [.., old] = older {
        let message = format!("`{}` is in use already, and the older `{}` is still there", current.name, old.name);
        return Err(Error::new(ErrorKind::Conflict, message)
            .with_hint("to delete the older one, add `--finish`; to rotate again, finish this rotation first"));
    }
    let new = make(client, current, family.base, text("expiration"))?;
    let secret = new.secret.clone().unwrap_or_else(|| Secret::from(""));
    if let Err(error) = try_new(client, &new.id, &secret) {
        let undone = client.wait(client.identity().application_credentials().delete(&new.id));
        let state = if undone.is_ok() { "it was deleted again, and nothing has changed" } else { "nothing is written" };
        return Err(Error::new(error.kind(), format!("the new credential cannot log in: {error}; {state}")));
    }
    place.write(&new.id, &new.name, &secret)?;
    verify(&place, &new.id)?;
    let Some(grace) = options.get_one::<Duration>("grace") else {
        return Ok(answer(&new, &[current], &[]));
    };
    console::tell(&format!(
        "`{}` is in use; `{}` is deleted in {}. If this is interrupted: `--finish` deletes it.",
        new.name,
        current.name,
        in_words(grace.as_secs())
    ));
    thread::sleep(*grace);
    deleted(client, &[current], &new)
}

fn deleted(client: &Client, old: &[&ApplicationCredential], new: &ApplicationCredential) -> Result<Answer> {
    for it in old {
        client.wait(client.identity().application_credentials().delete(&it.id))?;
    }
    Ok(answer(new, &[], old))
}

fn answer(new: &ApplicationCredential, kept: &[&ApplicationCredential], deleted: &[&ApplicationCredential]) -> Answer {
    let ids = |all: &[&ApplicationCredential]| all.iter().map(|it| it.id.clone()).collect::<Vec<_>>().join(", ").into();
    let expires = new.expires_at.clone().map_or(crate::output::Value::None, Into::into);
    Answer::show([
        ("id", new.id.clone().into()),
        ("name", new.name.clone().into()),
        ("expires_at", expires),
        ("old", ids(kept)),
        ("deleted", ids(deleted)),
    ])
}

/// A credential and its replacements, the oldest first.
struct Family<'a> {
    base: &'a str,
    members: Vec<&'a ApplicationCredential>,
}

impl<'a> Family<'a> {
    fn of(wanted: &str, all: &'a [ApplicationCredential]) -> Result<Self> {
        let is_it = |it: &&ApplicationCredential| it.id == wanted || it.name == wanted || base(&it.name) == wanted;
        let one = all.iter().find(is_it).ok_or_else(|| {
            Error::new(ErrorKind::NotFound, format!("you have no application credential `{wanted}`"))
                .with_hint("`archstone application credential list` lists them")
        })?;
        let base = base(&one.name);
        let mut members: Vec<_> = all.iter().filter(|it| self::base(&it.name) == base).collect();
        // A credential without a time in its name comes first.
        members.sort_by_key(|it| made(&it.name));
        Ok(Self { base, members })
    }

    fn ids_and_names(&self) -> Vec<&str> {
        self.members.iter().flat_map(|it| [&*it.id, &*it.name]).collect()
    }
}

/// `-20261129T101500Z`
const TIME: usize = 17;

/// The name without the time of a rotation.
fn base(name: &str) -> &str {
    made(name).map_or(name, |_| &name[..name.len() - TIME])
}

/// The time when a rotation created a credential, from its name.
fn made(name: &str) -> Option<&str> {
    let at = name.len().checked_sub(TIME)?;
    let time = name.get(at..)?.strip_prefix('-')?;
    let fits = time.bytes().enumerate().all(|(at, byte)| match at {
        8 => byte == b'T',
        15 => byte == b'Z',
        _ => byte.is_ascii_digit(),
    });
    fits.then_some(time)
}

/// The time of a name in the notation of RFC 3339.
fn written(time: &str) -> String {
    format!("{}-{}-{}T{}:{}:{}Z", &time[..4], &time[4..6], &time[6..8], &time[9..11], &time[11..13], &time[13..15])
}

/// The name of the credential that replaces the newest one. Its time is the later one, even within a second and if the
/// clock was set back: the order of names is the order of rotations.
fn next_name(base: &str, newest: &str) -> String {
    let now = Host::default().date();
    let after = made(newest)
        .and_then(|time| parsed(&now, &written(time)))
        .and_then(|time| time.checked_add(Duration::from_secs(1)).ok());
    let time = after.map_or(now, |after| after.max(now));
    format!("{base}-{}", time.strftime("%Y%m%dT%H%M%SZ"))
}

fn make(
    client: &Client,
    old: &ApplicationCredential,
    base: &str,
    until: Option<&str>,
) -> Result<ApplicationCredential> {
    let access = client.authenticate()?;
    if let (Some(mine), Some(its)) = (access.project_id(), old.project_id.as_deref())
        && mine != its
    {
        let message = format!("`{}` is for the project `{its}`, and the token is for `{mine}`", old.name);
        return Err(Error::new(ErrorKind::ScopeConflict, message).with_hint(
            "application credentials belong to the project of the token: select it with `--os-project-id`",
        ));
    }
    let now = now(&access);
    let expires = match (until, &old.expires_at) {
        (Some(until), _) => Some(until.to_owned()),
        (None, None) => None,
        (None, Some(end)) => Some(same_lifetime(&old.name, end, now)?),
    };
    let own = client.identity().application_credentials();
    let mut create = own.create(next_name(base, &old.name)).unrestricted(old.unrestricted.unwrap_or(false));
    if let Some(description) = &old.description {
        create = create.description(&**description);
    }
    if let Some(expires) = expires {
        create = create.expires_at(expires);
    }
    let part = |value: &Value, names: &[&str]| -> Value {
        names.iter().filter_map(|name| Some(((*name).to_owned(), value.get(*name)?.clone()))).collect()
    };
    if let Some(roles) = &old.roles {
        create = create.roles(roles.iter().map(|role| part(role, &["id"])).collect::<Vec<_>>());
    }
    if let Some(rules) = old.access_rules.as_ref().filter(|rules| !rules.is_empty()) {
        create =
            create.access_rules(rules.iter().map(|it| part(it, &["path", "method", "service"])).collect::<Vec<_>>());
    }
    client.wait(create)
}

/// Keystone's current time, in seconds since 1970.
fn now(access: &Access) -> i64 {
    access.expires_at().as_second() - i64::try_from(access.remaining().as_secs()).unwrap_or_default()
}

/// The expiry of a credential that is valid for as long as the old one, whose creation time is in its name.
fn same_lifetime(name: &str, end: &str, now: i64) -> Result<String> {
    let unknown = || {
        let message =
            format!("`{name}` ends at {end}, and Keystone does not tell when it was created: its lifetime is unknown");
        Error::new(ErrorKind::InvalidRequest, message).with_hint("set when the new one expires, with `--expiration`")
    };
    let today = Host::default().date();
    let first = made(name).and_then(|time| parsed(&today, &written(time))).ok_or_else(unknown)?;
    let last = parsed(&today, &format!("{}Z", end.trim_end_matches('Z'))).ok_or_else(unknown)?;
    let lifetime = last.as_second() - first.as_second();
    let from_today = u64::try_from(now + lifetime - today.as_second()).map_err(|_| unknown())?;
    let end = today.checked_add(Duration::from_secs(from_today)).map_err(|_| unknown())?;
    Ok(end.strftime("%Y-%m-%dT%H:%M:%S").to_string())
}

/// Parses a time of the same type as another one.
fn parsed<T: std::str::FromStr>(_: &T, text: &str) -> Option<T> {
    text.parse().ok()
}

/// Tests a login with the new credential, before it is written.
fn try_new(client: &Client, id: &str, secret: &Secret) -> Result<()> {
    let config = client.asynchronous().config();
    let url = config.auth_url().map(ToString::to_string).unwrap_or_default();
    let mut builder = AsyncClient::builder().auth_url(url).application_credential_id(id);
    let transport = config.transport();
    if let archstone::Trust::Bundle(path) = &transport.trust {
        builder = builder.cacert(path);
    } else if transport.trust == archstone::Trust::Nothing {
        builder = builder.insecure();
    }
    let path = |name: &str, path: &Option<std::path::PathBuf>, builder: archstone::ClientBuilder| match path {
        Some(path) => builder.option(name, path.display().to_string()),
        None => builder,
    };
    builder = path("cert", &transport.client_certificate, builder);
    builder = path("key", &transport.client_key, builder);
    if let Some(passphrase) = transport.key_password()? {
        builder = builder.option("key_password", passphrase);
    }
    builder = path("unix_socket", &transport.unix_socket, builder);
    let client = builder.application_credential_secret(secret.clone()).build().map(Client::from)?;
    client.renew().map(drop)
}

/// Tests a login with the current configuration.
fn verify(place: &Place, id: &str) -> Result<()> {
    let client = AsyncClient::builder().cloud(&place.cloud).option("token_cache", "none").build().map(Client::from)?;
    let access = client.renew().map_err(|error| {
        let message = format!("the cloud `{}` cannot log in with the new credential: {error}", place.cloud);
        Error::new(error.kind(), message).with_hint("the old credential is still there: nothing was deleted")
    })?;
    let is_it = access.application_credential().is_some_and(|it| it.id.as_deref() == Some(id));
    if is_it {
        return Ok(());
    }
    let message = format!("the cloud `{}` does not log in with the new credential", place.cloud);
    Err(Error::new(ErrorKind::InvalidConfig, message)
        .with_hint("the old credential is still there: nothing was deleted"))
}

#[cfg(test)]
mod tests {
    use super::{base, made, next_name, same_lifetime};

    #[test]
    fn the_name_says_what_was_rotated_and_when() {
        for (name, expected, time) in [
            ("backup", "backup", None),
            ("backup-20261129T101500Z", "backup", Some("20261129T101500Z")),
            ("backup-20261129T10150Z0", "backup-20261129T10150Z0", None),
            ("é-20261129T101500Z", "é", Some("20261129T101500Z")),
            ("-20261129T101500Z", "", Some("20261129T101500Z")),
        ] {
            assert_eq!((base(name), made(name)), (expected, time), "{name}");
        }
    }

    #[test]
    fn a_replacement_is_later_by_its_name() {
        let first = next_name("backup", "backup");
        let second = next_name("backup", &first);
        assert!(first < second && base(&second) == "backup", "{first}, {second}");
        // As by a clock that was ahead.
        for (newest, expected) in [
            ("backup-29991231T235959Z", "backup-30000101T000000Z"),
            ("backup-29990228T101559Z", "backup-29990228T101600Z"),
        ] {
            assert_eq!(next_name("backup", newest), expected);
        }
    }

    #[test]
    fn a_lifetime_is_known_by_the_name() {
        let now = archstone::host::Host::default().date().as_second();
        let end = same_lifetime("a-20261129T100000Z", "2026-12-01T10:00:00.000000", now).expect("an end");
        assert_eq!(end.len(), 19);
        let error = same_lifetime("a", "2026-12-01T10:00:00.000000", now).expect_err("no beginning");
        assert!(error.hint().is_some_and(|it| it.contains("--expiration")), "{error}");
    }
}

//! External secrets: in a separate file, from a command, or in the keyring.

use super::{KeyringPlace, Settings, Sourced, resolve};
use crate::{
    auth::methods,
    error::{Error, ErrorKind, Result, printable},
    host::Host,
    secret::Secret,
    settings::{command, first_line, secret_in, secret_text},
    transport::{KeyPassword, TransportSettings},
};

/// The secrets of the token store.
pub(super) const OF_STORE: [&str; 2] = ["token_cache_password", "token_cache_secret"];

/// Fetches the secrets that the login and the store need, if the configuration names their sources. When running
/// unattended, no command is run, and no keyring is queried. Returns the options of the login that can be read again.
pub(crate) fn fetch(settings: &mut Settings, unattended: bool, host: &Host) -> Result<Vec<&'static str>> {
    let live = fetch_of_login(settings, unattended, host)?;
    fetch_of_store(settings, unattended, host)?;
    Ok(live)
}

/// Fetches only the secrets that the login needs.
pub(super) fn fetch_of_login(settings: &mut Settings, unattended: bool, host: &Host) -> Result<Vec<&'static str>> {
    refuse_two(settings)?;
    let method = methods::chosen(settings)?;
    let of_login = methods::lacking_secrets(method, settings);
    let mut live = fetch_these(&of_login, settings, unattended, host)?;
    if methods::has_part(method, settings, |it| it.unscoped_first) {
        live.extend(fetch_of_provider(settings, host)?);
    }
    if methods::has_part(method, settings, |it| it.by_certificate) || methods::shows_certificate(settings) {
        let transport = TransportSettings {
            key_password: key_password(settings, unattended, host),
            ..resolve::transport(settings, host)?
        };
        if let Some(key) = transport.client_key_digest() {
            live.push(settings.set_client_key(key));
        }
    }
    Ok(live)
}

/// Fetches the secrets for the provider of a login: the text of the signing key, and the platform's secret.
fn fetch_of_provider(settings: &mut Settings, host: &Host) -> Result<Vec<&'static str>> {
    let mut live = Vec::new();
    if let Some(file) = settings.text(methods::SIGNING_KEY_FILE) {
        let path = resolve::file_path(&file, host)?;
        let key = secret_text(&path, &file.origin)?;
        let is_pipe = !path.is_file();
        let name = settings.set_signing_key(key);
        live.extend((!is_pipe).then_some(name));
    }
    if let Some(secret) = methods::platform_secret(settings, host)? {
        live.push(settings.set_platform_secret(secret));
    }
    Ok(live)
}

/// Fetches only the secrets that the store needs.
pub(crate) fn fetch_of_store(settings: &mut Settings, unattended: bool, host: &Host) -> Result<()> {
    let is_shared = settings.text("token_cache").is_some_and(|it| it.value.contains("://"));
    let of_store = OF_STORE.into_iter().filter(|name| is_shared && !settings.has(name));
    fetch_these(&of_store.collect::<Vec<_>>(), settings, unattended, host).map(drop)
}

fn fetch_these(
    names: &[&'static str],
    settings: &mut Settings,
    unattended: bool,
    host: &Host,
) -> Result<Vec<&'static str>> {
    let mut live = Vec::new();
    for &name in names {
        let Some((source, value)) = Source::of(name, settings) else { continue };
        let secret = source.read(name, &value, unattended, host)?;
        // A pipe can be read only once.
        if !matches!(source, Source::File) || resolve::file_path(&value, host)?.is_file() {
            live.push(name);
        }
        let origin = value.origin.clone();
        settings.put(name, Sourced { value: secret, origin });
    }
    Ok(live)
}

/// The passphrase of the client's private key, which is fetched when a connection needs it.
pub(super) fn key_password(settings: &Settings, unattended: bool, host: &Host) -> Option<KeyPassword> {
    const NAME: &str = "key_password";
    if let Some(given) = settings.secret(NAME) {
        let passphrase = given.value.clone();
        return Some(KeyPassword::new(passphrase.clone(), move || Ok(passphrase.clone())));
    }
    let (source, Sourced { value, origin }) = Source::of(NAME, settings)?;
    let (value, host) = (value.to_owned(), host.clone());
    let said = format!("{}: {value}", source.name()).into();
    Some(KeyPassword::new(said, move || {
        source.read(NAME, &Sourced { value: value.as_str(), origin: origin.clone() }, unattended, &host)
    }))
}

/// Whether an option names the source of a secret.
pub(super) fn is_elsewhere(option: &str) -> bool {
    methods::TOKEN_URLS.contains(&option)
        || Source::ALL.iter().any(|source| option.strip_suffix(source.name()).is_some_and(|rest| rest.ends_with('_')))
}

#[derive(Clone, Copy)]
enum Source {
    File,
    Command,
    Keyring,
}

impl Source {
    const ALL: [Self; 3] = [Self::File, Self::Command, Self::Keyring];

    const fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Command => "command",
            Self::Keyring => "keyring",
        }
    }

    /// The source of a secret in the settings.
    fn of<'a>(secret: &str, settings: &'a Settings) -> Option<(Self, Sourced<&'a str>)> {
        Self::ALL.into_iter().find_map(|source| Some((source, settings.text(&format!("{secret}_{}", source.name()))?)))
    }

    fn read(self, name: &str, value: &Sourced<&str>, unattended: bool, host: &Host) -> Result<Secret> {
        match self {
            Self::Command | Self::Keyring if unattended => {
                let message =
                    format!("`{name}` is not fetched from {}: commands and keyrings are not used here", value.origin);
                Err(Error::new(ErrorKind::NotConfigured, message))
            }
            Self::File => of_file(value, host),
            Self::Command => of_command(value),
            Self::Keyring => of_keyring(value),
        }
    }
}

/// A layer hides the values of lower ones; within a layer, a secret must have only one source.
fn refuse_two(settings: &Settings) -> Result<()> {
    let is_place = |it: &str| matches!(it, "itself" | "url") || Source::ALL.iter().any(|source| source.name() == it);
    // Each secret is a group of alternatives under its name.
    let said: Vec<_> = settings.alternatives().filter(|(_, alternative, _)| is_place(alternative)).collect();
    for (position, (name, _, first)) in said.iter().enumerate() {
        let others: Vec<_> = said[position + 1..].iter().filter(|(it, ..)| it == name).collect();
        if !others.is_empty() {
            let others: String = others.iter().map(|(.., place)| format!(" and by {place}")).collect();
            let message = format!("`{name}` is set in more than one way: by {first}{others}");
            return Err(Error::new(ErrorKind::InvalidConfig, message).with_hint("keep one of them"));
        }
    }
    Ok(())
}

/// The first line of a file.
pub(super) fn of_file(value: &Sourced<&str>, host: &Host) -> Result<Secret> {
    secret_in(&resolve::file_path(value, host)?, &value.origin)
}

fn of_command(value: &Sourced<&str>) -> Result<Secret> {
    let hint = "its first line of output should be the secret";
    let words = command::words_of(value)?;
    let text = command::output_of(&words, &value.origin, &[], hint)?;
    first_line(&text).ok_or_else(|| {
        let message =
            format!("{}: the command `{}` prints nothing in its first line", value.origin, printable(&words[0]));
        Error::new(ErrorKind::InvalidConfig, message).with_hint(hint)
    })
}

fn of_keyring(value: &Sourced<&str>) -> Result<Secret> {
    let secret = value.value.parse().and_then(|place: KeyringPlace| place.read());
    secret.map_err(|error| {
        let hint = error.hint_parts().cloned().unwrap_or_default();
        Error::new(error.kind(), format!("{}: {error}", value.origin)).with_hint(hint)
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::config::Origin;

    #[test]
    fn a_command_is_run_as_it_is_written_and_shown_as_one_line() {
        use std::os::unix::fs::PermissionsExt;
        let folder = std::env::temp_dir().join(format!("archstone-command-{}", std::process::id()));
        // A name that is longer than what messages show, and one that ends with a blank.
        let long = folder.join("n".repeat(200)).join("m".repeat(200));
        let run = |program: &std::path::Path| {
            let words = serde_json::json!([program]).to_string();
            of_command(&Sourced { value: words.as_str(), origin: Origin::Argument("password_command".into()) })
        };
        for program in [long.join("pass"), folder.join("pass ")] {
            std::fs::create_dir_all(program.parent().expect("a folder")).expect("a folder");
            std::fs::write(&program, "#!/bin/sh\necho secret\n").expect("a program");
            std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).expect("a program");
            assert_eq!(run(&program).expect("the command runs").expose(), "secret");
        }
        let missing = run(&folder.join("a\nb")).expect_err("there is no such program").to_string();
        assert!(missing.contains("cannot run the command") && missing.contains("a\\nb`"), "{missing}");
        std::fs::remove_dir_all(folder).expect("a folder of its own");
    }
}

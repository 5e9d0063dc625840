//! External secrets: in a file of their own, with a program that keeps them, or in the keyring.

use super::{KeyringPlace, OPTIONS, OptionSpec, Settings, Sourced, resolve};
use crate::{
    auth::methods,
    error::{Error, ErrorKind, Result, printable},
    host::Host,
    secret::Secret,
    settings::command,
};

/// Those of the store that keeps tokens.
const OF_STORE: [&str; 2] = ["token_cache_password", "token_cache_secret"];

/// Fetches the secrets that the login and the store need, when the configuration says where they are. Unattended, no
/// command runs, and no keyring is asked.
pub(crate) fn fetch(settings: &mut Settings, unattended: bool, host: &Host) -> Result<()> {
    refuse_two(settings)?;
    let of_login = methods::lacking_secrets(methods::chosen(settings)?, settings);
    fetch_these(&of_login, settings, unattended, host)?;
    fetch_of_store(settings, unattended, host)
}

/// The same of the secrets that the store needs alone.
pub(crate) fn fetch_of_store(settings: &mut Settings, unattended: bool, host: &Host) -> Result<()> {
    let is_shared = settings.text("token_cache").is_some_and(|it| it.value.contains("://"));
    let of_store = OF_STORE.into_iter().filter(|name| is_shared && !settings.has(name));
    fetch_these(&of_store.collect::<Vec<_>>(), settings, unattended, host)
}

fn fetch_these(names: &[&'static str], settings: &mut Settings, unattended: bool, host: &Host) -> Result<()> {
    for &name in names {
        let source = Source::ALL.into_iter().find_map(|source| {
            let value = settings.text(&format!("{name}_{}", source.name()))?;
            Some((source, value))
        });
        let Some((source, value)) = source else { continue };
        let secret = match source {
            Source::Command | Source::Keyring if unattended => {
                let message = format!("`{name}` is not fetched as {} says, since nobody asked for that", value.origin);
                return Err(Error::new(ErrorKind::NotConfigured, message));
            }
            Source::File => of_file(&value, host)?,
            Source::Command => of_command(&value)?,
            Source::Keyring => of_keyring(&value)?,
        };
        let origin = value.origin.clone();
        settings.put(name, Sourced { value: secret, origin });
    }
    Ok(())
}

/// Whether an option says where else a secret is.
pub(super) fn is_elsewhere(option: &str) -> bool {
    Source::ALL.iter().any(|source| option.strip_suffix(source.name()).is_some_and(|rest| rest.ends_with('_')))
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
}

/// A layer hides what lower ones say; within one, a secret stands in one place.
fn refuse_two(settings: &Settings) -> Result<()> {
    let secrets = OPTIONS.iter().flat_map(|group| group.iter()).filter(|spec| spec.secret);
    for OptionSpec { name, .. } in secrets {
        let elsewhere = Source::ALL.iter().map(|source| format!("{name}_{}", source.name()));
        let names = std::iter::once((*name).to_owned()).chain(elsewhere);
        let places: Vec<_> = names.filter_map(|name| settings.origin(&name).map(ToString::to_string)).collect();
        if places.len() > 1 {
            let message = format!("`{name}` is said in more than one way: by {}", places.join(" and by "));
            return Err(Error::new(ErrorKind::InvalidConfig, message).with_hint("keep one of them"));
        }
    }
    Ok(())
}

/// The first line of a file.
pub(super) fn of_file(value: &Sourced<&str>, host: &Host) -> Result<Secret> {
    let path = resolve::file_path(value, host)?;
    let text = std::fs::read_to_string(&path).map(Secret::from).map_err(|error| {
        let message = format!("{} names `{}`, which cannot be read: {error}", value.origin, path.display());
        Error::new(ErrorKind::InvalidConfig, message)
    })?;
    first_line(&text).ok_or_else(|| {
        let message = format!("{} names `{}`, whose first line is empty", value.origin, path.display());
        Error::new(ErrorKind::InvalidConfig, message).with_hint("the secret stands alone in the first line")
    })
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

fn first_line(text: &Secret) -> Option<Secret> {
    text.expose().lines().next().filter(|line| !line.is_empty()).map(Secret::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Origin;

    #[cfg(unix)]
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

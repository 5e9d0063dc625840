//! External secrets: in a file of their own, with a program that keeps them, or in the keyring.

use std::process::{Command, Stdio};

use super::{KeyringPlace, OPTIONS, OptionSpec, Settings, Sourced, resolve};
use crate::{
    auth::methods,
    error::{Error, ErrorKind, Result, printable},
    host::Host,
    secret::Secret,
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
    let failed = |what: String| Error::new(ErrorKind::InvalidConfig, format!("{}: {what}", value.origin));
    let words = words_of(value)?;
    let Some((program, arguments)) = words.split_first() else {
        return Err(failed("the command is empty".into()));
    };
    let shown = printable(program);
    // It may ask a person: the terminal stays its own, but for what it prints.
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::inherit())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| failed(format!("cannot run the command `{shown}`: {error}")))?;
    let text = String::from_utf8(output.stdout).map(Secret::from);
    if !output.status.success() {
        return Err(failed(format!("the command `{shown}` failed ({})", output.status))
            .with_hint("run it by hand: its first line of output should be the secret"));
    }
    let text = text.map_err(|_| failed(format!("the command `{shown}` prints what is not UTF-8 text")))?;
    first_line(&text).ok_or_else(|| {
        failed(format!("the command `{shown}` prints nothing in its first line"))
            .with_hint("its first line of output should be the secret")
    })
}

/// The words of a command, or why it cannot be run.
pub(super) fn words_of(value: &Sourced<&str>) -> Result<Vec<String>> {
    let invalid = |what: &str| Error::new(ErrorKind::InvalidConfig, format!("{}: {what}", value.origin));
    let words = words(value.value).ok_or_else(|| {
        invalid("a quote that was opened is not closed")
            .with_hint("write the words of the command as a list: `[pass, show, cloud]`")
    })?;
    if words.is_empty() { Err(invalid("the command is empty")) } else { Ok(words) }
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

/// The words of a command: a list in JSON, as lists of `clouds.yaml` are kept, or one line in which quotes
/// hold words together. Nothing is expanded. `None` when a quote is not closed.
fn words(text: &str) -> Option<Vec<String>> {
    if let Ok(words) = serde_json::from_str::<Vec<String>>(text) {
        return Some(words);
    }
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match c {
            '\'' | '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match characters.next()? {
                        end if end == c => break,
                        '\\' if c == '"' => word.push(characters.next()?),
                        inside => word.push(inside),
                    }
                }
            }
            '\\' => word.get_or_insert_default().push(characters.next()?),
            c if c.is_whitespace() => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Some(words)
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

    #[test]
    fn a_command_is_split_into_words_without_a_shell() {
        let table: &[(&str, Option<&[&str]>)] = &[
            ("pass show cloud/demo", Some(&["pass", "show", "cloud/demo"])),
            ("sh -c 'echo \"$HOME\"'", Some(&["sh", "-c", "echo \"$HOME\""])),
            ("a \"b \\\" c\" d\\ e ''", Some(&["a", "b \" c", "d e", ""])),
            ("[\"a b\", \"c\"]", Some(&["a b", "c"])),
            ("  ", Some(&[])),
            ("a 'b", None),
        ];
        for (text, expected) in table {
            let words = words(text);
            assert_eq!(
                words.as_deref(),
                expected.map(|it| it.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>()).as_deref(),
                "{text}"
            );
        }
    }
}

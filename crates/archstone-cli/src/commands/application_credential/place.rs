//! The place of an application credential in the configuration, and its replacement there: after each step, the files
//! contain one complete credential, the old or the new.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use archstone::{
    Client, Error, ErrorKind, Result, Secret,
    config::{ConfigFile, ExplainedValue, KeyringPlace, Origin, clouds},
    host::Host,
};

use crate::private::private;

const SECRET: &str = "application_credential_secret";

/// The credential of a cloud.
pub(super) struct Place {
    pub(super) cloud: String,
    /// `application_credential_id`, or `…_name`.
    by: &'static str,
    /// Its value.
    called: String,
    /// The file with the ID or name of the credential.
    file: PathBuf,
    secret: Source,
    /// The file with the secret, or with a reference to it.
    secret_file: PathBuf,
}

enum Source {
    /// In the configuration file itself.
    Plain,
    /// In another file: its path, and the path as written in the configuration.
    File(PathBuf, String),
    Keyring(KeyringPlace, String),
}

impl Place {
    /// The cloud that uses one of these: `named`, or the only one that does.
    pub(super) fn find(ids_and_names: &[&str], named: Option<&str>, host: &Host) -> Result<Self> {
        let candidates = match named {
            Some(name) => vec![name.to_owned()],
            None => clouds(host)?.into_iter().map(|cloud| cloud.name).collect(),
        };
        let mut found = Vec::new();
        for cloud in candidates {
            let values = Client::builder().cloud(&cloud).explain()?.values;
            let value = |name: &str| values.iter().find(|value| value.name == name);
            let by = ["application_credential_id", "application_credential_name"].into_iter().find_map(|by| {
                let value = value(by)?;
                ids_and_names.contains(&&*value.shown()).then_some((by, value))
            });
            if let Some((by, id)) = by {
                found.push(Self::of(cloud, by, id, &value, host)?);
            }
        }
        match found.len() {
            1 => Ok(found.remove(0)),
            0 => {
                let message = match named {
                    Some(cloud) => format!("the cloud `{cloud}` does not use this credential"),
                    None => "no cloud of clouds.yaml uses this credential".to_owned(),
                };
                Err(Error::new(ErrorKind::NotFound, message)
                    .with_hint("name the cloud that is to use the new one with `--in`"))
            }
            _ => {
                let all: Vec<_> = found.iter().map(|it| format!("`{}`", it.cloud)).collect();
                let message = format!("several clouds use this credential: {}", all.join(", "));
                Err(Error::new(ErrorKind::Ambiguous, message)
                    .with_hint("name one with `--in`, and change the others by hand"))
            }
        }
    }

    fn of<'a>(
        cloud: String,
        by: &'static str,
        id: &ExplainedValue,
        value: &dyn Fn(&str) -> Option<&'a ExplainedValue>,
        host: &Host,
    ) -> Result<Self> {
        let kin = |place: &str| value(&format!("{SECRET}_{place}"));
        let (source, origin) = if let Some(it) = value(SECRET) {
            (Source::Plain, &it.origin)
        } else if let Some(it) = kin("file") {
            let path = it.shown();
            let full = match path.strip_prefix("~/") {
                Some(rest) => {
                    host.variable("HOME").map_or_else(|| path.clone().into(), |home| Path::new(&home).join(rest))
                }
                None => path.clone().into(),
            };
            (Source::File(full, path), &it.origin)
        } else if let Some(it) = kin("keyring") {
            let place = it.shown();
            (Source::Keyring(place.parse()?, place), &it.origin)
        } else {
            let message = match kin("command") {
                Some(it) => format!("{} is a command: the new secret cannot be written there", it.origin),
                None => format!("the cloud `{cloud}` has no `{SECRET}` in its files"),
            };
            return Err(Error::new(ErrorKind::InvalidConfig, message)
                .with_hint("make a credential with `archstone application credential create NAME`, and put it where the command finds it"));
        };
        let path = |origin: &Origin| match origin {
            Origin::File { path, .. } => Ok(path.clone()),
            other => Err(Error::new(ErrorKind::InvalidConfig, format!("{other} is not in a file that can be changed"))),
        };
        Ok(Self { cloud, by, called: id.shown(), file: path(&id.origin)?, secret: source, secret_file: path(origin)? })
    }

    pub(super) fn holds(&self, id: &str, name: &str) -> bool {
        self.called == if self.by == "application_credential_id" { id } else { name }
    }

    /// Writes another credential. Each file is replaced in one step.
    pub(super) fn write(&self, id: &str, name: &str, secret: &Secret) -> Result<()> {
        let called = if self.by == "application_credential_id" { id } else { name };
        match &self.secret {
            Source::Plain => self.set(called, SECRET, secret.expose()),
            Source::File(path, written) => {
                let option = format!("{SECRET}_file");
                let new = new_file(path);
                write_file(&new, secret)?;
                self.set(called, &option, &new.display().to_string())?;
                write_file(path, secret)?;
                self.set(called, &option, written)?;
                fs::remove_file(&new).map_err(|error| unwritable(&new, &error))
            }
            Source::Keyring(place, written) => {
                let option = format!("{SECRET}_keyring");
                let new: KeyringPlace = format!("{}/{}{}", place.service(), place.account(), beside(id)).parse()?;
                new.write(secret)?;
                self.set(called, &option, &new.to_string())?;
                place.write(secret)?;
                self.set(called, &option, written)?;
                new.delete().map(drop)
            }
        }
    }

    /// Finishes a run that was interrupted when the configuration already contained the new credential.
    pub(super) fn tidy(&self, id: &str) -> Result<()> {
        let (path, written) = match &self.secret {
            Source::Plain => return Ok(()),
            Source::File(path, written) => (path, written),
            Source::Keyring(place, written) => {
                let Some(old) = written.strip_suffix(&beside(id)) else { return Ok(()) };
                old.parse::<KeyringPlace>()?.write(&place.read()?)?;
                self.set(&self.called, &format!("{SECRET}_keyring"), old)?;
                return place.delete().map(drop);
            }
        };
        let Some(old) = written.strip_suffix(NEW) else { return Ok(()) };
        let text = fs::read_to_string(path).map(Secret::from).map_err(|error| unwritable(path, &error))?;
        let before = PathBuf::from(path.to_string_lossy().strip_suffix(NEW).unwrap_or_default());
        write_file(&before, &Secret::from(text.expose().lines().next().unwrap_or_default()))?;
        self.set(&self.called, &format!("{SECRET}_file"), old)?;
        fs::remove_file(path).map_err(|error| unwritable(path, &error))
    }

    /// Sets the credential and its secret together. If they are in two files, both are first written to the one that
    /// takes precedence.
    fn set(&self, called: &str, option: &str, value: &str) -> Result<()> {
        if self.file == self.secret_file {
            let mut file = ConfigFile::at(&self.file)?;
            file.set(&self.cloud, self.by, called)?;
            file.set(&self.cloud, option, value)?;
            return file.save();
        }
        let is_secure = |path: &Path| path.file_stem().is_some_and(|stem| stem == "secure");
        let (upper, lower, of_lower, lower_value) = if is_secure(&self.secret_file) {
            (&self.secret_file, &self.file, self.by, called)
        } else {
            (&self.file, &self.secret_file, option, value)
        };
        let mut strong = ConfigFile::at(upper)?;
        strong.set(&self.cloud, self.by, called)?;
        strong.set(&self.cloud, option, value)?;
        strong.save()?;
        let mut weak = ConfigFile::at(lower)?;
        weak.set(&self.cloud, of_lower, lower_value)?;
        weak.save()?;
        strong.unset(&self.cloud, of_lower)?;
        strong.save()
    }
}

/// The suffix of a file that is about to replace another one.
const NEW: &str = ".new";

/// The suffix of a keyring entry whose secret is about to replace another one.
fn beside(id: &str) -> String {
    format!(".{id}")
}

fn new_file(path: &Path) -> PathBuf {
    PathBuf::from(format!("{}{NEW}", path.display()))
}

/// Replaces a file with one that only its owner can read.
fn write_file(path: &Path, secret: &Secret) -> Result<()> {
    // A symbolic link is kept: its target is replaced.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let part = PathBuf::from(format!("{}.part", path.display()));
    let write = || {
        let _ = fs::remove_file(&part);
        let mut file = private().write(true).create_new(true).open(&part)?;
        writeln!(file, "{}", secret.expose())?;
        file.sync_all()?;
        fs::rename(&part, path)
    };
    write().map_err(|error| unwritable(path, &error))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Error {
    Error::new(ErrorKind::InvalidConfig, format!("`{}` cannot be written: {error}", path.display()))
}

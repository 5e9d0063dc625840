//! Edits configuration files carefully: comments, order and formatting are kept, the file is replaced atomically, and a
//! file with a secret is readable only by its owner.

mod copy;
mod diff;
mod document;
mod openrc;
mod save;
mod scalar;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use self::document::{Document, Refusal, Value};
use super::{
    FetchedProfile, OPTIONS, OptionSpec, Origin, ValueKind,
    files::{self, Family, FileState},
    named, service, values,
};
use crate::{
    error::{Error, ErrorKind, Result, printable},
    host::Host,
    settings::Settings,
};

pub(super) use save::replace;

pub use openrc::{Openrc, UnreadLine, read_openrc};

/// A configuration file that is being edited. Nothing is written before [`save`](Self::save).
///
/// ```
/// # fn main() -> archstone::Result<()> {
/// use archstone::config::ConfigFile;
///
/// let folder = std::env::temp_dir().join(format!("archstone-doc-{}", std::process::id()));
/// let mut file = ConfigFile::at(folder.join("clouds.yaml"))?;
/// file.set("demo", "auth_url", "https://keystone.example:5000/v3")?;
/// file.set("demo", "username", "alice")?;
/// file.save()?;
/// let text = std::fs::read_to_string(folder.join("clouds.yaml")).expect("the file");
/// assert_eq!(text, "clouds:\n  demo:\n    auth:\n      auth_url: https://keystone.example:5000/v3\n      username: alice\n");
/// # std::fs::remove_dir_all(folder).expect("a folder of one's own");
/// # Ok(())
/// # }
/// ```
pub struct ConfigFile {
    path: PathBuf,
    document: Document,
    /// The text of the file on disk.
    before: String,
    key: &'static str,
    /// Whether a secret was set.
    secret: bool,
}

impl ConfigFile {
    /// The file at this path; it need not exist yet.
    ///
    /// # Errors
    ///
    /// [`InvalidConfig`](ErrorKind::InvalidConfig) when it exists, and cannot be read or parsed.
    pub fn at(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                let message = format!("`{}` cannot be read: {error}", path.display());
                return Err(Error::new(ErrorKind::InvalidConfig, message));
            }
        };
        let is_json = path.extension().is_some_and(|it| it.eq_ignore_ascii_case("json"));
        let is_public = path.file_stem().is_some_and(|it| it == Family::Public.name());
        let key = if is_public { Family::Public.key() } else { Family::Clouds.key() };
        let text = if is_json && text.trim().is_empty() { "{}\n".to_owned() } else { text };
        let before = text.clone();
        match Document::parse(text, is_json) {
            Ok(document) => Ok(Self { path, document, before, key, secret: false }),
            Err(refusal) => Err(explain(&path, refusal)),
        }
    }

    /// The file of a family that is in use on this machine, or else the path for a new one in the user's own folder.
    ///
    /// # Errors
    ///
    /// As [`at`](Self::at); [`NotConfigured`](ErrorKind::NotConfigured) when the user has no folder.
    pub fn of(family: Family, host: &Host) -> Result<Self> {
        let used = files::searched(host).into_iter().find(|it| it.family == family && it.state == FileState::Used);
        if let Some(file) = used {
            return Self::at(file.path);
        }
        let named = family.variable().and_then(|variable| host.variable(variable)).map(|path| host.path(&path));
        let own = || Some(host.own_configuration_folder()?.join(format!("{}.yaml", family.name())));
        let path = named.or_else(own).ok_or_else(|| {
            Error::new(ErrorKind::NotConfigured, "there is no folder for configuration: `HOME` is not set")
        })?;
        Self::at(path)
    }

    /// The path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The names of the clouds in it.
    #[must_use]
    pub fn clouds(&self) -> Vec<String> {
        match self.document.get(&[self.key]).map(|entry| &entry.node) {
            Some(super::yaml::Node::Mapping(members)) => members.iter().map(|it| it.key.clone()).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether the file sets an option of a cloud.
    #[must_use]
    pub fn has(&self, cloud: &str, option: &str) -> bool {
        let path = self.place(cloud, option.strip_prefix("auth.").unwrap_or(option));
        let keys: Vec<&str> = path.iter().map(String::as_str).collect();
        self.document.get(&keys).is_some()
    }

    /// Sets an option of a cloud, or a setting of a service, by its name or an alias. The cloud is added if it does not
    /// exist.
    ///
    /// # Errors
    ///
    /// [`InvalidConfig`](ErrorKind::InvalidConfig) when there is no such option, when a client would refuse the value,
    /// or when the file is written in a way that cannot be edited safely; the message says why.
    pub fn set(&mut self, cloud: &str, option: &str, value: &str) -> Result<()> {
        let option = option.strip_prefix("auth.").unwrap_or(option);
        let (kind, secret) = kind(option)?;
        let mut alone = Settings::default();
        alone.set(option, value, Origin::Argument(option.to_owned()))?;
        values::check(&alone, &Host::default())?;
        let is_switch = matches!(kind, ValueKind::Switch | ValueKind::SwitchOrPath);
        let switch = OptionSpec::find(option).filter(|_| is_switch).and_then(|spec| alone.switch(spec.name).ok()?);
        let value = match (kind, switch) {
            (_, Some(switch)) => Value::Bare(if switch { "true" } else { "false" }),
            (ValueKind::Number | ValueKind::Seconds, _) => Value::Bare(value),
            (ValueKind::Words, _) if value.contains(',') => Value::Words(value.split(',').map(str::trim).collect()),
            _ => Value::Text(value),
        };
        let path = self.place(cloud, option);
        let keys: Vec<&str> = path.iter().map(String::as_str).collect();
        self.document.set(&keys, &value).map_err(|refusal| explain(&self.path, refusal))?;
        self.secret |= secret;
        Ok(())
    }

    /// Removes an option of a cloud; returns whether it existed.
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set).
    pub fn unset(&mut self, cloud: &str, option: &str) -> Result<bool> {
        let option = option.strip_prefix("auth.").unwrap_or(option);
        kind(option)?;
        let mut was_there = false;
        // With each of its names, next to `auth` and in it.
        while self.has(cloud, option) {
            let path = self.place(cloud, option);
            let keys: Vec<&str> = path.iter().map(String::as_str).collect();
            if !self.document.unset(&keys).map_err(|refusal| explain(&self.path, refusal))? {
                break;
            }
            was_there = true;
        }
        Ok(was_there)
    }

    /// Renames a cloud; returns whether it existed.
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set), and when there is already a cloud with the new name.
    pub fn rename(&mut self, cloud: &str, name: &str) -> Result<bool> {
        self.document.rename(&[self.key, cloud], name).map_err(|refusal| explain(&self.path, refusal))
    }

    /// Removes a cloud; returns whether it existed.
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set).
    pub fn remove(&mut self, cloud: &str) -> Result<bool> {
        self.document.unset(&[self.key, cloud]).map_err(|refusal| explain(&self.path, refusal))
    }

    /// The changes that [`save`](Self::save) would make, line by line: `-` and `+` before a removed or added line, with
    /// the line number. Secrets are shown as `***`.
    #[must_use]
    pub fn diff(&self) -> String {
        diff::lines(&self.before, self.document.text())
    }

    /// Writes the file atomically. If a secret was set, the file becomes readable only by its owner.
    ///
    /// # Errors
    ///
    /// [`InvalidConfig`](ErrorKind::InvalidConfig) when it cannot be written.
    pub fn save(&self) -> Result<()> {
        save::replace(&self.path, self.document.text(), self.secret).map_err(|source| {
            let message = format!("`{}` cannot be written", self.path.display());
            Error::new(ErrorKind::InvalidConfig, message).with_source(source)
        })
    }

    /// Stores a vendor's profile that was fetched, under the name of its host.
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set).
    pub fn set_profile(&mut self, profile: &FetchedProfile) -> Result<()> {
        let mut path = vec![self.key.to_owned(), profile.host.clone()];
        self.remove(&profile.host)?;
        self.set_members(&mut path, &profile.members)
    }

    fn set_members(
        &mut self,
        path: &mut Vec<String>,
        members: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<()> {
        for (key, value) in members {
            path.push(key.clone());
            match value {
                serde_json::Value::Object(members) => self.set_members(path, members)?,
                value => {
                    let text = match value {
                        serde_json::Value::String(text) => text.clone(),
                        other => other.to_string(),
                    };
                    let value = match value {
                        serde_json::Value::String(_) => Value::Text(&text),
                        serde_json::Value::Array(_) => Value::Flow(&text),
                        _ => Value::Bare(&text),
                    };
                    let keys: Vec<&str> = path.iter().map(String::as_str).collect();
                    self.document.set(&keys, &value).map_err(|refusal| explain(&self.path, refusal))?;
                }
            }
            path.pop();
        }
        Ok(())
    }

    /// The keys of an option: where it already is, under any of its names; otherwise where it belongs.
    fn place(&self, cloud: &str, option: &str) -> Vec<String> {
        let keys = |keys: &[&str]| keys.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let Some(spec) = OptionSpec::find(option) else {
            return keys(&[self.key, cloud, option]);
        };
        let names = || std::iter::once(spec.name).chain(spec.aliases.iter().copied());
        let spellings = names()
            .chain(names())
            .enumerate()
            .map(|(at, name)| if at < spec.aliases.len() + 1 { name.to_owned() } else { name.replace('_', "-") });
        // Keys next to `auth` take precedence.
        for name in spellings {
            for path in [&[self.key, cloud, &*name][..], &[self.key, cloud, "auth", &*name][..]] {
                if self.document.get(path).is_some() {
                    return keys(path);
                }
            }
        }
        if is_auth(spec) { keys(&[self.key, cloud, "auth", spec.name]) } else { keys(&[self.key, cloud, spec.name]) }
    }
}

impl std::fmt::Debug for ConfigFile {
    /// The text may contain secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConfigFile").field("path", &self.path).finish_non_exhaustive()
    }
}

/// The type of an option's value, and whether it is a secret.
fn kind(option: &str) -> Result<(ValueKind, bool)> {
    if let Some(spec) = OptionSpec::find(option) {
        return Ok((spec.kind, spec.secret));
    }
    match service::find(option) {
        Some((_, setting)) => Ok((setting.kind, false)),
        None => Err(named::unknown(option, &Origin::Argument(option.to_owned()))),
    }
}

/// Whether openstacksdk expects the option in `auth`: those for the user and the scope.
fn is_auth(spec: &OptionSpec) -> bool {
    const OF_CLOUD: &[&str] =
        &["auth_url", "mgmt_url", "token_id", "token_ref", "default_domain_id", "default_domain_name"];
    let of_cloud = OPTIONS.first().is_some_and(|group| group.iter().any(|it| it.name == spec.name));
    !of_cloud || OF_CLOUD.contains(&spec.name)
}

fn explain(path: &Path, refusal: Refusal) -> Error {
    match refusal {
        Refusal::Malformed(problem) => files::malformed(path, problem),
        Refusal::Unsuitable(what) => {
            Error::new(ErrorKind::InvalidConfig, format!("`{}` is not changed: {}", path.display(), printable(&what)))
                .with_hint("change it with an editor, and run `archstone config check`")
        }
    }
}

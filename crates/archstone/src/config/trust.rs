//! Files in a working directory: anyone may have put them there, so they may run commands and read files only after the
//! user has trusted them.
//!
//! The list of trusted files is next to the user's own `clouds.yaml`: the path, the owner and the digest of each file.
//! A file that has changed since, or now belongs to another user, is no longer trusted.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::Mutex,
};

use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use url::Url;

use super::{
    edit::replace,
    files::{Family, FileState, is_in_working_folder, searched},
};
use crate::{
    error::{Error, ErrorKind, Result, public_url},
    host::Host,
    settings::{Origin, Settings},
    text::shell_word,
};

/// The file next to the user's own `clouds.yaml`.
const NAME: &str = "archstone-trusted.json";

/// Allows a configuration file in a working directory to run commands and read files for secrets, until it changes.
///
/// ```
/// # fn main() -> archstone::Result<()> {
/// use archstone::{config::{distrust, trust}, host::Host};
///
/// # let folder = std::env::temp_dir().join(format!("archstone-trust-{}", std::process::id()));
/// # std::fs::create_dir_all(folder.join("work")).expect("a folder");
/// # std::fs::write(folder.join("work/clouds.yaml"), "clouds: {}").expect("a file");
/// let host = Host::made([("HOME", folder.clone())]).with_folders(folder.join("work"), folder.join("root"));
/// trust(&folder.join("work/clouds.yaml"), &host)?;
/// assert!(distrust(&folder.join("work/clouds.yaml"), &host)?);
/// # std::fs::remove_dir_all(folder).expect("a folder of its own");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`InvalidConfig`](ErrorKind::InvalidConfig) when the file cannot be read, or the list of trusted files cannot be
/// written; [`NotConfigured`](ErrorKind::NotConfigured) when the user has no folder for configuration.
pub fn trust(path: &Path, host: &Host) -> Result<()> {
    let unreadable = |error: std::io::Error| {
        let message = format!("`{}` cannot be read: {error}", path.display());
        Error::new(ErrorKind::InvalidConfig, message)
    };
    let content = fs::read(path).map_err(unreadable)?;
    let record = record(path, &content).map_err(unreadable)?;
    let mut all = trusted(host);
    all.retain(|it| it["path"] != record["path"]);
    all.push(record);
    write(&all, host)
}

/// Undoes [`trust`]; returns whether the file was trusted.
///
/// # Errors
///
/// As [`trust`].
pub fn distrust(path: &Path, host: &Host) -> Result<bool> {
    let mut all = trusted(host);
    let before = all.len();
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    all.retain(|it| it["path"].as_str() != real.to_str());
    if all.len() == before {
        return Ok(false);
    }
    write(&all, host).map(|()| true)
}

/// The files in the working directory that are used and not trusted.
#[must_use]
pub fn untrusted(host: &Host) -> Vec<PathBuf> {
    let used = searched(host).into_iter().filter(|file| file.state == FileState::Used);
    used.map(|file| file.path).filter(|path| is_untrusted(path, host)).collect()
}

/// Whether anyone may have put the file there, and the user has neither named nor trusted it.
fn is_untrusted(path: &Path, host: &Host) -> bool {
    let is_named = || {
        let named = Family::ALL.iter().filter_map(|family| host.variable(family.variable()?));
        named.into_iter().any(|named| host.path(&named) == path)
    };
    is_in_working_folder(path, host)
        && !is_named()
        && !fs::read(path).is_ok_and(|content| is_trusted(path, &content, host))
}

/// Whether the user trusts the file in its current state.
pub(super) fn is_trusted(path: &Path, content: &[u8], host: &Host) -> bool {
    record(path, content).is_ok_and(|record| trusted(host).contains(&record))
}

fn record(path: &Path, content: &[u8]) -> std::io::Result<Value> {
    let real = fs::canonicalize(path)?;
    let text = real.to_str().ok_or_else(|| std::io::Error::other("its path is not UTF-8 text"))?;
    let hex: String = digest(&SHA256, content).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(json!({"path": text, "owner": owner(&real)?, "sha256": hex}))
}

#[cfg(unix)]
fn owner(path: &Path) -> std::io::Result<Option<u32>> {
    fs::metadata(path).map(|it| Some(std::os::unix::fs::MetadataExt::uid(&it)))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
fn owner(_path: &Path) -> std::io::Result<Option<u32>> {
    Ok(None)
}

fn place(host: &Host) -> Option<PathBuf> {
    host.own_configuration_folder().map(|folder| folder.join(NAME))
}

/// An unreadable list means that nothing is trusted.
fn trusted(host: &Host) -> Vec<Value> {
    let text = place(host).and_then(|path| fs::read_to_string(path).ok());
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

fn write(all: &[Value], host: &Host) -> Result<()> {
    let path = place(host).ok_or_else(|| {
        Error::new(ErrorKind::NotConfigured, "there is no folder for configuration: `HOME` is not set")
    })?;
    let text = format!("{:#}\n", Value::from(all));
    replace(&path, &text, false).map_err(|source| {
        let message = format!("`{}` cannot be written", path.display());
        Error::new(ErrorKind::InvalidConfig, message).with_source(source)
    })
}

/// A message for each secret from elsewhere that would be sent where a file in the working directory says.
pub(super) fn strangers(settings: &Settings, host: &Host) -> Vec<(PathBuf, String)> {
    const SECRETS: [&str; 5] = ["password", "application_credential_secret", "token", "token_id", "token_ref"];
    let is_url = |name: &str| matches!(name, "auth_url" | "mgmt_url") || name.ends_with("_endpoint_override");
    let mut found: Vec<(PathBuf, String)> = Vec::new();
    for (_, url) in settings.all().filter(|(name, _)| is_url(name)) {
        let Origin::File { path, .. } = &url.origin else { continue };
        if found.iter().any(|(it, _)| it == path) {
            continue;
        }
        let secret = SECRETS.iter().filter_map(|name| settings.origin(name)).find(|origin| match origin {
            Origin::Variable(_) => true,
            Origin::File { path: other, .. } => other != path,
            _ => false,
        });
        let Some(secret) = secret.filter(|_| is_untrusted(path, host)) else { continue };
        let place = Url::parse(url.value.expose())
            .map_or_else(|_| "the URL".to_owned(), |url| format!("`{}`", public_url(&url)));
        found.push((path.clone(), format!("the secret from {secret} goes to {place}, which is from {}", url.origin)));
    }
    found
}

/// What to do about a file in the working directory.
pub(super) fn advice(path: &Path) -> String {
    let word = shell_word(&path.to_string_lossy()).into_owned();
    format!("anyone may have put the file there: read it, then run `archstone config trust {word}`")
}

/// Warns about such secrets, once for each file.
pub(super) fn warn_of_strangers(settings: &Settings, host: &Host) {
    static WARNED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
    for (path, message) in strangers(settings, host) {
        let is_first = WARNED.lock().is_ok_and(|mut warned| warned.insert(path.clone()));
        if is_first {
            tracing::warn!("{message}; {}", advice(&path));
        }
    }
}

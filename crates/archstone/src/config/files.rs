//! The configuration files and the places where they are searched.
//!
//! The first file of a family that is found is used, as in openstacksdk: the one that a variable names; then those in
//! the working directory, the user's folders, the system's folders; `.yaml` before `.yml` before `.json`.

use std::{
    collections::HashMap,
    io::{ErrorKind as Io, Result as IoResult},
    path::{Path, PathBuf},
};

use super::{
    trust,
    yaml::{self, Entry, Member, Node},
};
use crate::{
    error::{Error, ErrorKind, Result},
    host::Host,
};

/// A kind of configuration file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Family {
    /// `clouds.yaml`: the clouds.
    Clouds,
    /// `secure.yaml`: values that override those in `clouds.yaml`, such as passwords.
    Secure,
    /// `clouds-public.yaml`: vendor profiles, on which clouds are based.
    Public,
}

impl Family {
    /// All families.
    pub const ALL: [Self; 3] = [Self::Clouds, Self::Secure, Self::Public];

    /// The file's name, without its extension.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clouds => "clouds",
            Self::Secure => "secure",
            Self::Public => "clouds-public",
        }
    }

    /// The environment variable that names the file.
    #[must_use]
    pub const fn variable(self) -> Option<&'static str> {
        match self {
            Self::Clouds => Some("OS_CLIENT_CONFIG_FILE"),
            Self::Secure => Some("OS_CLIENT_SECURE_FILE"),
            Self::Public => None,
        }
    }

    /// The key that contains the entries.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Clouds | Self::Secure => "clouds",
            Self::Public => "public-clouds",
        }
    }
}

/// A place that was searched for a file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SearchedFile {
    /// The kind of file.
    pub family: Family,
    /// The path.
    pub path: PathBuf,
    /// The state of the file.
    pub state: FileState,
}

/// The state of a file at a place that was searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileState {
    /// The file in use.
    Used,
    /// A file that is ignored, since an earlier one is used.
    Hidden,
    /// A file that this user may not read; the search continues.
    Unreadable,
    /// There is no file.
    Missing,
}

/// Every place that is searched for configuration files, in order, and the state of the file there.
///
/// ```
/// use archstone::{config::{FileState, searched}, host::Host};
///
/// let host = Host::made([("HOME", "/home/nobody-has-this")]);
/// assert!(searched(&host).iter().any(|it| it.path.ends_with("openstack/clouds.yaml")));
/// ```
#[must_use]
pub fn searched(host: &Host) -> Vec<SearchedFile> {
    Family::ALL.into_iter().flat_map(|family| searched_for(family, host)).collect()
}

fn searched_for(family: Family, host: &Host) -> Vec<SearchedFile> {
    let mut found = false;
    let mut state = |path: &Path| match std::fs::File::open(path) {
        Ok(file) if file.metadata().is_ok_and(|it| it.is_file()) => {
            if std::mem::replace(&mut found, true) {
                FileState::Hidden
            } else {
                FileState::Used
            }
        }
        Err(error) if error.kind() == Io::PermissionDenied => FileState::Unreadable,
        _ => FileState::Missing,
    };
    // An unreadable variable is reported when the file itself is needed.
    let named = named(family, host).ok().flatten().map(|(_, path)| path);
    let paths = named.into_iter().chain(usual(family, host));
    paths.map(|path| SearchedFile { family, state: state(&path), path }).collect()
}

fn named(family: Family, host: &Host) -> Result<Option<(&'static str, PathBuf)>> {
    let Some(variable) = family.variable() else { return Ok(None) };
    Ok(host.checked_variable(variable)?.map(|path| (variable, host.path(&path))))
}

pub(crate) fn usual(family: Family, host: &Host) -> impl Iterator<Item = PathBuf> {
    host.configuration_folders().into_iter().flat_map(move |folder| {
        ["yaml", "yml", "json"].map(|ending| folder.join(format!("{}.{ending}", family.name())))
    })
}

/// A file of a family: its entries by name.
pub(crate) struct File {
    pub(crate) family: Family,
    pub(crate) path: PathBuf,
    /// In the working directory, where anyone may have put it, and not trusted.
    pub(crate) is_stray: bool,
    pub(crate) entries: Vec<Member>,
    /// The index in `entries` of each name.
    places: HashMap<String, usize>,
    /// The section for all clouds in the file.
    pub(crate) cache: Option<Entry>,
    /// Keys that look like entries, but are next to the key that should contain them.
    pub(crate) beside: Vec<String>,
}

impl File {
    /// The file of a family that is in use, if there is one.
    pub(crate) fn find(family: Family, host: &Host) -> Result<Option<Self>> {
        if let Some((variable, path)) = named(family, host)? {
            let text = text_of(&path)?.map_err(|error| {
                let message = format!(
                    "environment variable `{variable}` names `{}`, which cannot be read: {error}",
                    path.display()
                );
                Error::new(ErrorKind::InvalidConfig, message)
                    .with_hint(format!("correct the path, or unset `{variable}`"))
            })?;
            return Self::parse(family, path, &text).map(Some);
        }
        for path in usual(family, host) {
            // Missing, a folder, or not readable: continue with the next one.
            if let Ok(text) = text_of(&path)? {
                let is_stray = is_in_working_folder(&path, host) && !trust::is_trusted(&path, text.as_bytes(), host);
                return Self::parse(family, path, &text).map(|file| Some(Self { is_stray, ..file }));
            }
        }
        Ok(None)
    }

    pub(crate) fn parse(family: Family, path: PathBuf, text: &str) -> Result<Self> {
        let top = document(&path, text)?;
        let key = family.key();
        let mut beside = Vec::new();
        let cache = top.get("cache").cloned();
        if let Node::Mapping(members) = &top.node {
            let misplaced = members.iter().filter(|member| member.key != key && member.value.get("auth").is_some());
            beside.extend(misplaced.map(|member| member.key.clone()));
        }
        let entries = match top.node {
            Node::Nothing => Vec::new(),
            Node::Mapping(members) => match members.into_iter().find(|member| member.key == key) {
                Some(Member { value: Entry { node: Node::Mapping(entries), .. }, .. }) => entries,
                None | Some(Member { value: Entry { node: Node::Nothing, .. }, .. }) => Vec::new(),
                Some(member) => {
                    let what = format!("`{key}` must hold a mapping of clouds by name");
                    return Err(invalid(&path, member.value.line, &what));
                }
            },
            _ => {
                let what = format!("the file must hold a mapping with the key `{key}`");
                return Err(invalid(&path, top.line, &what));
            }
        };
        let places = entries.iter().enumerate().map(|(at, member)| (member.key.clone(), at)).collect();
        Ok(Self { family, path, is_stray: false, entries, places, cache, beside })
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|member| member.key.as_str())
    }

    /// The entry with this name, which must be a mapping or empty.
    pub(crate) fn entry(&self, name: &str) -> Result<Option<&Entry>> {
        let Some(member) = self.places.get(name).and_then(|at| self.entries.get(*at)) else { return Ok(None) };
        match &member.value.node {
            Node::Mapping(_) | Node::Nothing => Ok(Some(&member.value)),
            _ => {
                let name = crate::error::printable(name);
                let what = format!("`{}.{name}` must hold a mapping", self.family.key());
                Err(invalid(&self.path, member.value.line, &what))
            }
        }
    }
}

/// Whether the file is found only because of the working directory.
pub(super) fn is_in_working_folder(path: &Path, host: &Host) -> bool {
    let Some(folder) = path.parent().filter(|it| *it == host.working_folder()) else { return false };
    let real =
        |folder: &Path| std::fs::canonicalize(if folder == Path::new("") { Path::new(".") } else { folder }).ok();
    let here = real(folder);
    !host.configuration_folders().iter().skip(1).any(|other| real(other) == here && here.is_some())
}

/// The parsed content of the file.
pub(crate) fn document(path: &Path, text: &str) -> Result<Entry> {
    let is_json = path.extension().is_some_and(|it| it.eq_ignore_ascii_case("json"));
    // JSON may be indented with tabs, which YAML forbids; JSON strings cannot contain any.
    let parsed = if is_json { yaml::parse(&text.replace('\t', " ")) } else { yaml::parse(text) };
    parsed.map_err(|problem| malformed(path, problem))
}

pub(crate) fn malformed(path: &Path, problem: yaml::Problem) -> Error {
    let error = invalid(path, problem.line, &problem.what);
    problem.hint.into_iter().fold(error, Error::with_hint)
}

/// A file's text; the outer error concerns a file that exists.
fn text_of(path: &Path) -> Result<IoResult<String>> {
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == Io::InvalidData => Err(invalid(path, 1, "the file is not UTF-8 text")
            .with_hint("save it as UTF-8, for instance with `iconv -t UTF-8`")),
        outcome => Ok(outcome),
    }
}

pub(crate) fn invalid(path: &Path, line: usize, what: &str) -> Error {
    Error::new(ErrorKind::InvalidConfig, format!("`{}` line {line}: {what}", path.display()))
}

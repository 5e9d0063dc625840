//! Which files are looked for, and where.
//!
//! The first file of a family that is found counts, as in openstacksdk: the one that a variable names;
//! then the working folder, the user's own folders, the machine's; `.yaml` before `.yml` before `.json`.

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

/// Files that hold the same kind of thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Family {
    /// `clouds.yaml`: the clouds.
    Clouds,
    /// `secure.yaml`: what is laid over them, such as passwords.
    Secure,
    /// `clouds-public.yaml`: vendor profiles, which clouds are laid over.
    Public,
}

impl Family {
    /// All families.
    pub const ALL: [Self; 3] = [Self::Clouds, Self::Secure, Self::Public];

    /// The file's name, without its ending.
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

    /// The key that holds the entries.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Clouds | Self::Secure => "clouds",
            Self::Public => "public-clouds",
        }
    }
}

/// A place where a file was looked for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SearchedFile {
    /// What kind of file.
    pub family: Family,
    /// Where.
    pub path: PathBuf,
    /// What is there.
    pub state: FileState,
}

/// What is at a place where a file was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileState {
    /// The file that counts.
    Used,
    /// A file that does not count, since an earlier one does.
    Hidden,
    /// A file that this user may not read; the next one is looked for.
    Unreadable,
    /// Nothing.
    Missing,
}

/// Every place where configuration files are looked for, in order, and what is there.
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
    // A variable that cannot be read is told by who looks for the file itself.
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
    /// From the working folder, where anyone may have put it, and not trusted.
    pub(crate) is_stray: bool,
    pub(crate) entries: Vec<Member>,
    /// Where in `entries` each name is.
    places: HashMap<String, usize>,
    /// The section for all clouds of the file.
    pub(crate) cache: Option<Entry>,
    /// What looks like an entry, but stands beside the key that should hold it.
    pub(crate) beside: Vec<String>,
}

impl File {
    /// The file of a family that counts, if there is one.
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
            // Missing, a folder, or for other eyes: the next one.
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

    /// The entry of this name, which must hold a mapping or nothing.
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

/// Whether only the working folder leads to the file.
pub(super) fn is_in_working_folder(path: &Path, host: &Host) -> bool {
    let Some(folder) = path.parent().filter(|it| *it == host.working_folder()) else { return false };
    let real =
        |folder: &Path| std::fs::canonicalize(if folder == Path::new("") { Path::new(".") } else { folder }).ok();
    let here = real(folder);
    !host.configuration_folders().iter().skip(1).any(|other| real(other) == here && here.is_some())
}

/// The file's document, whatever is in it.
pub(crate) fn document(path: &Path, text: &str) -> Result<Entry> {
    let is_json = path.extension().is_some_and(|it| it.eq_ignore_ascii_case("json"));
    // JSON may be indented with tabs, which YAML forbids; inside of JSON's strings there are none.
    let parsed = if is_json { yaml::parse(&text.replace('\t', " ")) } else { yaml::parse(text) };
    parsed.map_err(|problem| malformed(path, problem))
}

pub(crate) fn malformed(path: &Path, problem: yaml::Problem) -> Error {
    let error = invalid(path, problem.line, &problem.what);
    problem.hint.into_iter().fold(error, Error::with_hint)
}

/// A file's text; the outer error is about a file that is there.
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

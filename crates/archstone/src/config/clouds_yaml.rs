//! A cloud's entry in `clouds.yaml`, with what `secure.yaml` adds.
//!
//! The first file found in the search path counts, as in openstacksdk: `OS_CLIENT_CONFIG_FILE`, the
//! working folder, `~/.config/openstack`, `/etc/openstack`; `.yaml` before `.yml` before `.json`.
//! Scalars are taken as they are written: a password `0123` or `no` stays what it is.

use std::path::{Path, PathBuf};

use saphyr::{MarkedYaml, ScalarStyle, YamlData, YamlLoader};

use super::{OptionSpec, Origin, Settings, settings};
use crate::{
    error::{Error, ErrorKind, Result},
    host::Host,
};

/// The entry of a cloud, or of the only cloud when none is named; `None` when there is no file and
/// none was asked for.
pub(crate) fn load(cloud: Option<&str>, region: Option<&str>, host: &Host) -> Result<Option<(String, Settings)>> {
    let files = [("clouds", "OS_CLIENT_CONFIG_FILE"), ("secure", "OS_CLIENT_SECURE_FILE")]
        .map(|(family, variable)| find(family, variable, host));
    let [clouds, secure] = files;
    let (clouds, secure) = (clouds?, secure?);
    let all: Vec<&str> = clouds.iter().chain(&secure).flat_map(File::clouds).collect();
    let name = match cloud {
        Some(name) if all.contains(&name) => name.to_owned(),
        Some(name) => return Err(no_such_cloud(name, &all, clouds.as_ref().or(secure.as_ref()), host)),
        None => match *all {
            [only] => only.to_owned(),
            _ => return Ok(None),
        },
    };
    let mut merged = Settings::default();
    // The secure file is the upper layer.
    for file in secure.iter().chain(&clouds) {
        merged = merged.over(file.cloud(&name, region)?);
    }
    Ok(Some((name, merged)))
}

struct File {
    path: PathBuf,
    /// The cloud's name, its line, its entry.
    entries: Vec<(String, Entry)>,
}

/// What is used of a YAML document: text, lists and mappings, each with its line.
enum Node {
    Nothing,
    Text(String),
    List(Vec<Entry>),
    Mapping(Vec<(String, Entry)>),
}

struct Entry {
    line: usize,
    node: Node,
}

fn folders(host: &Host) -> Vec<PathBuf> {
    let mut folders = vec![PathBuf::new()];
    folders.extend(host.config_home().map(|home| home.join("openstack")));
    folders.extend(host.home().map(|home| home.join(".config").join("openstack")));
    folders.push(PathBuf::from("/etc/openstack"));
    folders.dedup();
    folders
}

fn find(family: &str, variable: &str, host: &Host) -> Result<Option<File>> {
    let named = host.variable(variable).map(PathBuf::from);
    let usual = folders(host)
        .into_iter()
        .flat_map(|folder| ["yaml", "yml", "json"].map(|ending| folder.join(format!("{family}.{ending}"))));
    for path in named.into_iter().chain(usual) {
        match std::fs::read_to_string(&path) {
            Ok(text) => return File::parse(path, &text).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
                return Err(invalid(&path, 1, "the file is not UTF-8 text"));
            }
            // Missing, a folder, or for other eyes: the next one.
            Err(_) => {}
        }
    }
    Ok(None)
}

impl File {
    fn parse(path: PathBuf, text: &str) -> Result<Self> {
        let malformed = |error: &saphyr::ScanError| {
            let what = format!("column {}: {}", error.marker().col() + 1, crate::error::printable(error.info()));
            invalid(&path, error.marker().line(), &what)
        };
        let mut loader = YamlLoader::<MarkedYaml<'_>>::default();
        loader.early_parse(false);
        saphyr_parser::Parser::new_from_str(text).load(&mut loader, true).map_err(|error| malformed(&error))?;
        if let Some(error) = loader.error() {
            return Err(malformed(error));
        }
        let document = loader.into_documents().into_iter().next();
        let top = document.map_or(Entry { line: 1, node: Node::Nothing }, Entry::from);
        let entries = match top.node {
            Node::Nothing => Vec::new(),
            Node::Mapping(keys) => match keys.into_iter().find(|(key, _)| key == "clouds") {
                Some((_, Entry { node: Node::Mapping(clouds), .. })) => clouds,
                None | Some((_, Entry { node: Node::Nothing, .. })) => Vec::new(),
                Some((_, entry)) => {
                    return Err(invalid(&path, entry.line, "`clouds` must hold a mapping of clouds by name"));
                }
            },
            _ => return Err(invalid(&path, top.line, "the file must hold a mapping with the key `clouds`")),
        };
        Ok(Self { path, entries })
    }

    fn clouds(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(name, _)| name.as_str())
    }

    /// The cloud's values; nothing when the file does not name it.
    fn cloud(&self, name: &str, region: Option<&str>) -> Result<Settings> {
        let mut settings = Settings::default();
        let Some((_, entry)) = self.entries.iter().find(|(it, _)| it == name) else { return Ok(settings) };
        let at = format!("clouds.{name}");
        let Node::Mapping(keys) = &entry.node else {
            return Err(invalid(&self.path, entry.line, &format!("`{at}` must hold a mapping")));
        };
        // What stands beside `auth` is stronger than what stands in it, as in openstacksdk.
        let (auth, beside): (Vec<_>, Vec<_>) = keys.iter().partition(|(key, _)| key == "auth");
        for (_, auth) in auth {
            match &auth.node {
                Node::Mapping(keys) => {
                    for (key, value) in keys {
                        let origin = self.origin(&format!("{at}.auth.{key}"), value);
                        if OptionSpec::find(key).is_none() {
                            return Err(settings::unknown(key, &origin));
                        }
                        self.set(&mut settings, key, value, origin)?;
                    }
                }
                Node::Nothing => {}
                _ => return Err(invalid(&self.path, auth.line, &format!("`{at}.auth` must hold a mapping"))),
            }
        }
        for (key, value) in beside {
            let origin = self.origin(&format!("{at}.{key}"), value);
            match key.as_str() {
                "profile" | "cloud" => return Err(unsupported(&origin, "vendor profiles")),
                "regions" => self.region(&mut settings, value, region, &origin)?,
                // Other programs keep settings of their own here.
                key if OptionSpec::find(key).is_none() => {}
                key => self.set(&mut settings, key, value, origin)?,
            }
        }
        fill_domains(&mut settings);
        Ok(settings)
    }

    fn origin(&self, key: &str, value: &Entry) -> Origin {
        Origin::File { path: self.path.clone(), line: value.line, key: key.to_owned() }
    }

    fn set(&self, settings: &mut Settings, key: &str, value: &Entry, origin: Origin) -> Result<()> {
        match &value.node {
            Node::Nothing => Ok(()),
            Node::Text(text) => settings.set(key, text.as_str(), origin),
            Node::List(items) => {
                let texts = items.iter().map(|item| match &item.node {
                    Node::Text(text) => Ok(text.as_str()),
                    _ => Err(invalid(&self.path, item.line, &format!("`{key}` must hold words"))),
                });
                let texts = texts.collect::<Result<Vec<_>>>()?.join(",");
                settings.set(key, texts, origin)
            }
            Node::Mapping(_) => {
                Err(invalid(&self.path, value.line, &format!("`{key}` must hold one value, not a mapping")))
            }
        }
    }

    /// The region asked for must be in the list; without one, the first counts.
    fn region(&self, settings: &mut Settings, list: &Entry, wanted: Option<&str>, origin: &Origin) -> Result<()> {
        let items: &[Entry] = match &list.node {
            Node::Nothing => return Ok(()),
            Node::List(items) => items,
            _ => return Err(invalid(&self.path, list.line, "`regions` must hold a list")),
        };
        let mut names = Vec::new();
        for item in items {
            match &item.node {
                Node::Text(name) => names.push(name.as_str()),
                Node::Mapping(keys) => {
                    if keys.iter().any(|(key, value)| key == "values" && !matches!(value.node, Node::Nothing)) {
                        return Err(unsupported(origin, "`regions` with values of their own"));
                    }
                    if let Some((_, Entry { node: Node::Text(name), .. })) = keys.iter().find(|(key, _)| key == "name")
                    {
                        names.push(name);
                    }
                }
                _ => return Err(invalid(&self.path, item.line, "a region must be a name, or a mapping with a `name`")),
            }
        }
        match (wanted, names.first()) {
            (Some(wanted), Some(_)) if !names.contains(&wanted) => Err(Error::new(
                ErrorKind::InvalidConfig,
                format!("the region `{}` is not in {origin}", crate::error::printable(wanted)),
            )
            .with_hint(format!("the regions are `{}`; upper and lower case differ", names.join("`, `")))),
            (None, Some(first)) => settings.set("region_name", *first, origin.clone()),
            _ => Ok(()),
        }
    }
}

/// In a file, `domain_id` beside a project means the domain of user and project: older tools wrote
/// it so, and openstacksdk reads it so.
fn fill_domains(settings: &mut Settings) {
    if !settings.has("project_id") && !settings.has("project_name") {
        return;
    }
    for (part, user, project) in [
        ("domain_id", "user_domain_id", "project_domain_id"),
        ("domain_name", "user_domain_name", "project_domain_name"),
    ] {
        let Some(domain) = settings.take(part) else { continue };
        for (target, whose) in [(user, "user"), (project, "project")] {
            if !settings.has(&format!("{whose}_domain_id")) && !settings.has(&format!("{whose}_domain_name")) {
                settings.put(target, domain.clone());
            }
        }
    }
}

fn invalid(path: &Path, line: usize, what: &str) -> Error {
    Error::new(ErrorKind::InvalidConfig, format!("`{}` line {line}: {what}", path.display()))
}

fn unsupported(origin: &Origin, what: &str) -> Error {
    Error::new(ErrorKind::InvalidConfig, format!("{origin}: {what} are not supported"))
        .with_hint("write the values into the cloud's own entry")
}

fn no_such_cloud(name: &str, all: &[&str], file: Option<&File>, host: &Host) -> Error {
    let name = crate::error::printable(name);
    let Some(file) = file else {
        let folders: Vec<_> =
            folders(host).iter().map(|it| format!("`{}`", it.join("clouds.yaml").display())).collect();
        let message = format!("there is no cloud `{name}`: no `clouds.yaml` was found");
        return Error::new(ErrorKind::NotConfigured, message).with_hint(format!("looked for {}", folders.join(", ")));
    };
    let error =
        Error::new(ErrorKind::NotConfigured, format!("there is no cloud `{name}` in `{}`", file.path.display()));
    match all {
        [] => error.with_hint("the file names no cloud"),
        all => error.with_hint(format!("the clouds are `{}`", all.join("`, `"))),
    }
}

impl From<MarkedYaml<'_>> for Entry {
    fn from(yaml: MarkedYaml<'_>) -> Self {
        let line = yaml.span.start.line();
        let node = match yaml.data {
            YamlData::Representation(text, ScalarStyle::Plain, _)
                if matches!(text.as_ref(), "" | "~" | "null" | "Null" | "NULL") =>
            {
                Node::Nothing
            }
            YamlData::Representation(text, ..) => Node::Text(text.into_owned()),
            YamlData::Sequence(items) => Node::List(items.into_iter().map(Self::from).collect()),
            YamlData::Mapping(keys) => Node::Mapping(
                keys.into_iter()
                    .filter_map(|(key, value)| match Self::from(key).node {
                        Node::Text(key) => Some((key, Self::from(value))),
                        _ => None,
                    })
                    .collect(),
            ),
            YamlData::Tagged(_, inner) => return Self { line, ..Self::from(*inner) },
            _ => Node::Nothing,
        };
        Self { line, node }
    }
}

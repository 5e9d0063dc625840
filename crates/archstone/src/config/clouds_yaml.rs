//! A cloud's entry in `clouds.yaml`, merged with `secure.yaml`, its region and its vendor's profile.
//!
//! The order of precedence: the region's own values, `secure.yaml`, `clouds.yaml`, the section `cache` of these files,
//! then the profile with its regions.

use std::path::PathBuf;

use super::{
    OptionSpec, Origin, Settings, Sourced, ValueKind,
    files::{Family, File},
    named,
    options::TOKEN_CACHE,
    profile, secret_source, service, trust,
    yaml::{Entry, Member, Node},
};
use crate::{
    error::{Error, ErrorKind, Result, printable},
    host::Host,
    spelling::nearest,
};

/// The cloud's name, and its settings in the files.
pub(crate) type Loaded = (Option<String>, Settings);

/// The entry of a cloud, or of the only cloud if none is named; `None` if there is no file and no cloud was requested.
/// `above` has higher precedence: it may choose the region.
pub(crate) fn load(cloud: Option<&str>, above: &Settings, host: &Host) -> Result<Option<Loaded>> {
    let clouds = File::find(Family::Clouds, host)?;
    let secure = File::find(Family::Secure, host)?;
    let all: Vec<&str> = clouds.iter().chain(&secure).flat_map(File::names).collect();
    let name = match cloud {
        Some(name) if all.contains(&name) => name.to_owned(),
        Some(name) => return Err(no_such_cloud(name, &all, clouds.as_ref().or(secure.as_ref()), host)),
        None => match *all {
            [only] => only.to_owned(),
            // The same cloud in both files counts once.
            [one, other] if one == other => one.to_owned(),
            _ => return Ok(None),
        },
    };
    let mut layers = Vec::new();
    let mut caches = Vec::new();
    // `secure.yaml` takes precedence.
    for file in secure.iter().chain(&clouds) {
        layers.extend(Layer::of(file, &name)?);
        caches.extend(Layer::of_cache(file));
    }
    let settings = merge(layers, &caches, above, host)?;
    Ok(Some((Some(name), settings)))
}

/// A vendor's profile, without a cloud from a file.
pub(crate) fn load_profile(above: &Settings, host: &Host) -> Result<Settings> {
    merge(Vec::new(), &[], above, host)
}

/// The name of the pseudo-cloud for the environment variables alone.
pub(crate) fn is_environment(cloud: &str, host: &Host) -> bool {
    host.variable("OS_CLOUD_NAME").as_deref().unwrap_or("envvars") == cloud
}

/// One entry from one file.
pub(super) struct Layer {
    /// The keys above the entry.
    pub(super) at: String,
    pub(super) source: Source,
    pub(super) entry: Entry,
}

#[derive(Clone)]
pub(super) enum Source {
    File {
        path: PathBuf,
    },
    /// A file in the working directory, which anyone may have put there, or a vendor's profile.
    Untrusted {
        path: PathBuf,
    },
    /// A built-in profile with this name.
    BuiltIn(String),
}

impl Layer {
    pub(super) fn of(file: &File, name: &str) -> Result<Option<Self>> {
        let path = file.path.clone();
        let source = if file.is_stray { Source::Untrusted { path } } else { Source::File { path } };
        let at = format!("{}.{name}", file.family.key());
        Ok(file.entry(name)?.map(|entry| Self { at, source, entry: entry.clone() }))
    }

    /// A file's settings for caching, for all its clouds.
    pub(super) fn of_cache(file: &File) -> Option<Self> {
        let path = file.path.clone();
        let source = if file.is_stray { Source::Untrusted { path } } else { Source::File { path } };
        Some(Self { at: "cache".into(), source, entry: file.cache.clone()? })
    }

    /// The vendor whose profile the entry is based on.
    pub(super) fn profile(&self) -> Result<Option<Sourced<String>>> {
        for key in ["profile", "cloud"] {
            let Some(value) = self.entry.get(key) else { continue };
            match &value.node {
                Node::Text(text) => {
                    return Ok(Some(Sourced { value: text.value.clone(), origin: self.origin(key, value) }));
                }
                Node::Nothing => {}
                _ => return Err(self.wrong(key, value, "must be the name of a profile")),
            }
        }
        Ok(None)
    }

    /// The regions that the entry lists, and the one that it selects.
    pub(super) fn regions(&self) -> Result<Regions> {
        let mut regions = Regions::default();
        for (key, value) in self.members() {
            match (key.as_str(), &value.node) {
                ("regions", Node::Nothing) => {}
                ("regions", Node::List(items)) => {
                    regions.origin = Some(self.origin("regions", value));
                    for item in items {
                        regions.listed.push(self.region(item)?);
                    }
                }
                ("regions", _) => return Err(self.wrong("regions", value, "must hold a list")),
                // In older files: several regions in one value.
                ("region_name" | "region", Node::List(items)) => {
                    regions.origin = Some(self.origin(&key, value));
                    for item in items {
                        regions.listed.push(self.region(item)?);
                    }
                }
                ("region_name" | "region", Node::Text(text)) => {
                    let origin = self.origin(&key, value);
                    let names: Vec<_> = text.value.split(',').map(str::trim).filter(|it| !it.is_empty()).collect();
                    if let [only] = *names {
                        regions.chosen = Some(Sourced { value: only.to_owned(), origin });
                    } else {
                        regions.origin = Some(origin);
                        regions.listed.extend(names.iter().map(|name| ((*name).to_owned(), None)));
                    }
                }
                _ => {}
            }
        }
        Ok(regions)
    }

    fn region(&self, item: &Entry) -> Result<(String, Option<Entry>)> {
        let wrong = || self.wrong("regions", item, "must list names, or mappings with a `name` and `values`");
        match &item.node {
            Node::Text(name) => Ok((name.value.clone(), None)),
            Node::Mapping(_) => {
                let name = item.get("name").and_then(Entry::text).ok_or_else(wrong)?;
                let values = item.get("values").filter(|values| values.node != Node::Nothing);
                match values.map(|values| &values.node) {
                    None | Some(Node::Mapping(_)) => Ok((name.to_owned(), values.cloned())),
                    Some(_) => Err(wrong()),
                }
            }
            _ => Err(wrong()),
        }
    }

    fn members(&self) -> impl Iterator<Item = (String, &Entry)> {
        members(Some(&self.entry))
    }

    fn has_project(&self) -> bool {
        let names_project = |(key, value): (String, &Entry)| {
            let is_set = value.text().is_some_and(|text| !text.is_empty());
            is_set && OptionSpec::find(&key).is_some_and(|it| matches!(it.name, "project_id" | "project_name"))
        };
        self.members().any(names_project) || members(self.entry.get("auth")).any(names_project)
    }

    /// The entry's settings. Invalid values are added to `problems`, and left out.
    fn settings(&self, beside_project: bool, problems: &mut Vec<Error>) -> Settings {
        let mut settings = Settings::default();
        // Keys next to `auth` take precedence over those in it, as in openstacksdk.
        if let Some(auth) = self.entry.get("auth") {
            match &auth.node {
                Node::Mapping(members) => {
                    for Member { key, value, .. } in members {
                        problems.extend(self.set_in_auth(&mut settings, key, value).err());
                    }
                }
                Node::Nothing => {}
                _ => problems.push(self.wrong("auth", auth, "must hold a mapping")),
            }
        }
        for (key, value) in self.members() {
            if matches!(key.as_str(), "auth" | "profile" | "cloud" | "regions" | "region_name" | "region") {
                continue;
            }
            let origin = self.origin(&key, value);
            let kind = OptionSpec::find(&key).map(|spec| spec.kind);
            // Other programs keep their own settings here.
            if let Some(kind) = kind.or_else(|| service::find(&key).map(|(_, option)| option.kind)) {
                problems.extend(self.set(&mut settings, kind, &key, value, origin).err());
            }
        }
        settings.fill_domains(beside_project);
        settings
    }

    fn set_in_auth(&self, settings: &mut Settings, key: &str, value: &Entry) -> Result<()> {
        let origin = self.origin(&format!("auth.{key}"), value);
        let Some(spec) = OptionSpec::find(key) else { return Err(named::unknown(key, &origin)) };
        if let Some(other) = settings.text(spec.name).filter(|it| Some(it.value) != value.text()) {
            let message = format!("{origin} contradicts {}", other.origin);
            return Err(Error::new(ErrorKind::InvalidConfig, message).with_hint("keep one of them"));
        }
        self.set(settings, spec.kind, key, value, origin)
    }

    /// The settings in the section for caching, where openstacksdk keeps its own keys.
    fn cache_settings(&self, problems: &mut Vec<Error>) -> Settings {
        let mut settings = Settings::default();
        for (key, value) in self.members() {
            let origin = self.origin(&key, value);
            match TOKEN_CACHE.iter().find(|spec| spec.name == key) {
                Some(spec) => problems.extend(self.set(&mut settings, spec.kind, &key, value, origin).err()),
                None if key.starts_with("token_cache") => problems.push(named::unknown(&key, &origin)),
                None => {}
            }
        }
        settings
    }

    fn origin(&self, key: &str, value: &Entry) -> Origin {
        match &self.source {
            Source::File { path } | Source::Untrusted { path } => {
                Origin::File { path: path.clone(), line: value.line, key: format!("{}.{key}", self.at) }
            }
            Source::BuiltIn(name) => Origin::Profile { name: name.clone(), key: key.to_owned() },
        }
    }

    fn wrong(&self, key: &str, value: &Entry, what: &str) -> Error {
        Error::new(ErrorKind::InvalidConfig, format!("{} {what}", self.origin(key, value)))
    }

    fn set(&self, settings: &mut Settings, kind: ValueKind, key: &str, value: &Entry, origin: Origin) -> Result<()> {
        let is_list = matches!(value.node, Node::List(_));
        match (&value.node, kind) {
            (Node::Nothing, _) => Ok(()),
            (Node::Text(_) | Node::List(_), _) if is_elsewhere(key) && !matches!(self.source, Source::File { .. }) => {
                let message = format!("{origin}: a command, a file or a URL for a secret is not accepted there");
                Err(Error::new(ErrorKind::InvalidConfig, message).with_hint(match &self.source {
                    Source::Untrusted { path } if !self.at.starts_with(Family::Public.key()) => trust::advice(path),
                    _ => "the vendor set it: put it into your own entry of the cloud".into(),
                }))
            }
            (Node::Text(text), _) => settings.set(key, text.value.as_str(), origin),
            (Node::List(items), ValueKind::Words | ValueKind::Command) => {
                let words = items.iter().map(|item| item.text().ok_or(item)).collect::<Result<Vec<_>, _>>();
                let words = words.map_err(|item| {
                    Error::new(
                        ErrorKind::InvalidConfig,
                        format!("{origin} must be a list of strings, but line {} is not a string", item.line),
                    )
                })?;
                let text = match kind {
                    ValueKind::Command => serde_json::Value::from(words).to_string(),
                    _ => words.join(","),
                };
                settings.set(key, text, origin)
            }
            _ => {
                let what = if is_list { "a list" } else { "a mapping" };
                Err(Error::new(ErrorKind::InvalidConfig, format!("{origin} must hold one value, not {what}")))
            }
        }
    }
}

/// The members of a mapping, with underscores in their keys.
fn members(mapping: Option<&Entry>) -> impl Iterator<Item = (String, &Entry)> {
    let members: &[Member] = match mapping.map(|entry| &entry.node) {
        Some(Node::Mapping(members)) => members,
        _ => &[],
    };
    members.iter().map(|member| (member.key.replace('-', "_"), &member.value))
}

/// Whether the option names another source of its secret.
fn is_elsewhere(key: &str) -> bool {
    OptionSpec::find(key).is_some_and(|spec| secret_source::is_elsewhere(spec.name))
}

/// The regions in an entry.
#[derive(Default)]
pub(super) struct Regions {
    /// The cloud's regions, each with its own values.
    pub(super) listed: Vec<(String, Option<Entry>)>,
    /// Where they are listed.
    origin: Option<Origin>,
    /// The region to use endpoints from.
    chosen: Option<Sourced<String>>,
}

impl Regions {
    /// The names of the regions.
    pub(super) fn names(&self) -> Vec<String> {
        let listed = self.listed.iter().map(|(name, _)| name.clone());
        let chosen = self.chosen.iter().map(|it| it.value.clone()).filter(|_| self.listed.is_empty());
        listed.chain(chosen).collect()
    }
}

/// Merges a cloud's entries with each other and with their profile.
fn merge(layers: Vec<Layer>, caches: &[Layer], above: &Settings, host: &Host) -> Result<Settings> {
    let mut problems = Vec::new();
    let settings = merge_all(layers, caches, above, host, &mut problems)?;
    problems.into_iter().next().map_or(Ok(settings), Err)
}

/// The same, to find all problems: invalid values are added to `problems`, and left out.
pub(super) fn merge_all(
    mut layers: Vec<Layer>,
    caches: &[Layer],
    above: &Settings,
    host: &Host,
    problems: &mut Vec<Error>,
) -> Result<Settings> {
    let own = layers.len();
    let mut named = above.text("profile").map(|it| Sourced { value: it.value.to_owned(), origin: it.origin });
    for layer in &layers {
        named = match named {
            None => layer.profile()?,
            some => some,
        };
    }
    if let Some(named) = named {
        layers.extend(profile::layers(&named, host)?);
    }
    let regions = layers.iter().map(Layer::regions).collect::<Result<Vec<_>>>()?;
    let region = choose(&regions, above)?;
    let valued: Vec<Option<Layer>> = layers
        .iter()
        .zip(&regions)
        .map(|(layer, regions)| {
            let (name, entry) =
                regions.listed.iter().find(|(name, _)| Some(name) == region.as_ref().map(|it| &it.value))?;
            let at = match &layer.source {
                Source::BuiltIn(_) => String::new(),
                _ => format!("{}.regions.{name}.values", layer.at),
            };
            Some(Layer { at, source: layer.source.clone(), entry: entry.clone()? })
        })
        .collect();
    let beside_project = valued.iter().flatten().chain(&layers).any(Layer::has_project);
    let mut settings = Settings::default();
    if let Some(region) = region {
        settings.set("region_name", region.value, region.origin)?;
    }
    // The cloud's own entries, with their region's values, take precedence over the whole profile.
    let (own_values, profile_values) = valued.split_at(own);
    let (own, profile) = layers.split_at(own);
    for layer in own_values.iter().flatten().chain(own) {
        settings = settings.over(layer.settings(beside_project, problems));
    }
    for cache in caches {
        settings = settings.over(cache.cache_settings(problems));
    }
    for layer in profile_values.iter().flatten().chain(profile) {
        settings = settings.over(layer.settings(beside_project, problems));
    }
    Ok(settings)
}

/// The selected region: the one requested above, the one that an entry selects, or the first of those that it lists.
/// The entry with the highest precedence that mentions regions determines which ones exist.
fn choose(regions: &[Regions], above: &Settings) -> Result<Option<Sourced<String>>> {
    let asked = above.text("region_name").map(|it| Sourced { value: it.value.to_owned(), origin: it.origin });
    let Some(deciding) = regions.iter().find(|it| it.origin.is_some() || it.chosen.is_some()) else {
        return Ok(asked);
    };
    let chosen = asked.or_else(|| deciding.chosen.clone());
    match (&deciding.origin, deciding.listed.first(), chosen) {
        (Some(origin), Some(_), Some(chosen)) if !deciding.listed.iter().any(|(name, _)| *name == chosen.value) => {
            let names: Vec<_> = deciding.listed.iter().map(|(name, _)| name.as_str()).collect();
            let message = format!("the region `{}` ({}) is not in {origin}", printable(&chosen.value), chosen.origin);
            Err(Error::new(ErrorKind::InvalidConfig, message)
                .with_hint(format!("the regions are `{}` (case-sensitive)", names.join("`, `"))))
        }
        (Some(origin), Some((first, _)), None) => Ok(Some(Sourced { value: first.clone(), origin: origin.clone() })),
        (_, _, chosen) => Ok(chosen),
    }
}

fn no_such_cloud(name: &str, all: &[&str], file: Option<&File>, host: &Host) -> Error {
    let shown = printable(name);
    let Some(file) = file else {
        let folders = host.configuration_folders();
        let folders: Vec<_> = folders.iter().map(|it| format!("`{}`", it.join("clouds.yaml").display())).collect();
        let message = format!("there is no cloud `{shown}`: no `clouds.yaml` was found");
        return Error::new(ErrorKind::NotConfigured, message).with_hint(format!("looked for {}", folders.join(", ")));
    };
    let message = format!("there is no cloud `{shown}` in `{}`", file.path.display());
    let error = Error::new(ErrorKind::NotConfigured, message);
    if file.beside.iter().any(|it| it == name) {
        return error.with_hint(format!("`{shown}` is next to `clouds`, not below it: indent it"));
    }
    match (all, nearest(name, all.iter().copied())) {
        ([], _) => error.with_hint("the file names no cloud"),
        (_, Some(near)) => error.with_hint(format!("did you mean `{near}`?")),
        (all, None) => error.with_hint(format!("the clouds are `{}`", all.join("`, `"))),
    }
}

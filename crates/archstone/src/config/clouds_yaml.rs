//! A cloud's entry in `clouds.yaml`, with what `secure.yaml`, its region and its vendor's profile add.
//!
//! What wins: the region's own values, `secure.yaml`, `clouds.yaml`, their section `cache`, then the profile
//! with its regions.

use std::path::PathBuf;

use super::{
    OptionSpec, Origin, Settings, Sourced, ValueKind,
    files::{Family, File},
    foreign, named,
    options::TOKEN_CACHE,
    profile, secret_source, service, trust,
    yaml::{Entry, Member, Node},
};
use crate::{
    auth::methods,
    error::{Error, ErrorKind, Result, printable},
    host::Host,
    spelling::nearest,
};

/// What files say: the cloud's name, and its settings.
pub(crate) type Loaded = (Option<String>, Settings);

/// The entry of a cloud, or of the only cloud when none is named; `None` when there is no file and none was
/// asked for. `above` is what is stronger: it may choose the region.
pub(crate) fn load(cloud: Option<&str>, above: &Settings, host: &Host) -> Result<Option<Loaded>> {
    let clouds = File::find(Family::Clouds, host)?;
    let secure = File::find(Family::Secure, host)?;
    let all: Vec<&str> = clouds.iter().chain(&secure).flat_map(File::names).collect();
    let name = match cloud {
        Some(name) if all.contains(&name) => name.to_owned(),
        Some(name) => return Err(no_such_cloud(name, &all, clouds.as_ref().or(secure.as_ref()), host)),
        None => match *all {
            [only] => only.to_owned(),
            // One cloud in both files is one.
            [one, other] if one == other => one.to_owned(),
            _ => return Ok(None),
        },
    };
    let mut layers = Vec::new();
    let mut caches = Vec::new();
    // The secure file is the upper layer.
    for file in secure.iter().chain(&clouds) {
        layers.extend(Layer::of(file, &name)?);
        caches.extend(Layer::of_cache(file));
    }
    let settings = merge(layers, &caches, above, host)?;
    Ok(Some((Some(name), settings)))
}

/// A vendor's profile without any cloud of a file.
pub(crate) fn load_profile(above: &Settings, host: &Host) -> Result<Settings> {
    merge(Vec::new(), &[], above, host)
}

/// The name of the cloud that stands for the environment alone.
pub(crate) fn is_environment(cloud: &str, host: &Host) -> bool {
    host.variable("OS_CLOUD_NAME").as_deref().unwrap_or("envvars") == cloud
}

/// One entry of one file.
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
    /// A file of the working folder, which anyone may have put there, or a profile of a vendor.
    Untrusted {
        path: PathBuf,
    },
    /// A profile of this name.
    BuiltIn(String),
}

impl Layer {
    pub(super) fn of(file: &File, name: &str) -> Result<Option<Self>> {
        let path = file.path.clone();
        let source = if file.is_stray { Source::Untrusted { path } } else { Source::File { path } };
        let at = format!("{}.{name}", file.family.key());
        Ok(file.entry(name)?.map(|entry| Self { at, source, entry: entry.clone() }))
    }

    /// What a file says about caching, for all its clouds.
    pub(super) fn of_cache(file: &File) -> Option<Self> {
        let path = file.path.clone();
        let source = if file.is_stray { Source::Untrusted { path } } else { Source::File { path } };
        Some(Self { at: "cache".into(), source, entry: file.cache.clone()? })
    }

    /// The vendor whose profile the entry is laid over.
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

    /// The regions that the entry lists, and the one that it chooses.
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
                // As older files have it: several regions in one value.
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

    /// The entry's settings. What is wrong goes to `problems`, and is left out.
    fn settings(&self, beside_project: bool, problems: &mut Vec<Error>) -> Settings {
        let mut settings = Settings::default();
        // What stands beside `auth` is stronger than what stands in it, as in openstacksdk.
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
            match kind.or_else(|| service::find(&key).map(|(_, option)| option.kind)) {
                Some(kind) => problems.extend(self.set(&mut settings, kind, &key, value, origin).err()),
                None if foreign::methods_of(&key).next().is_some() => problems.push(self.unknown(&key, &origin)),
                // Other programs keep settings of their own here.
                None => {}
            }
        }
        settings.fill_domains(beside_project);
        settings
    }

    fn set_in_auth(&self, settings: &mut Settings, key: &str, value: &Entry) -> Result<()> {
        let origin = self.origin(&format!("auth.{key}"), value);
        let Some(spec) = OptionSpec::find(key) else { return Err(self.unknown(key, &origin)) };
        if let Some(other) = settings.text(spec.name).filter(|it| Some(it.value) != value.text()) {
            let message = format!("{origin} contradicts {}", other.origin);
            return Err(Error::new(ErrorKind::InvalidConfig, message).with_hint("keep one of them"));
        }
        self.set(settings, spec.kind, key, value, origin)
    }

    /// The settings of the section for caching, where openstacksdk keeps keys of its own.
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

    /// Why a key is refused: the auth method that is asked for is the better reason.
    fn unknown(&self, key: &str, origin: &Origin) -> Error {
        let mut typed = Settings::default();
        for named in ["auth_type", "auth_plugin"] {
            if let Some(value) = self.entry.get(named)
                && let Some(text) = value.text()
                && typed.set(named, text, self.origin(named, value)).is_err()
            {
                break;
            }
        }
        match methods::chosen(&typed) {
            Err(error) if foreign::methods_of(&key.replace('-', "_")).next().is_some() => error,
            _ => named::unknown(key, origin),
        }
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
                let message = format!("{origin}: a command or a file for a secret is not taken from there");
                Err(Error::new(ErrorKind::InvalidConfig, message).with_hint(match &self.source {
                    Source::Untrusted { path } if !self.at.starts_with(Family::Public.key()) => trust::advice(path),
                    _ => "the vendor has written that: put it into your own entry of the cloud".into(),
                }))
            }
            (Node::Text(text), _) => settings.set(key, text.value.as_str(), origin),
            (Node::List(items), ValueKind::Words | ValueKind::Command) => {
                let words = items.iter().map(|item| item.text().ok_or(item)).collect::<Result<Vec<_>, _>>();
                let words = words.map_err(|item| {
                    Error::new(
                        ErrorKind::InvalidConfig,
                        format!("{origin} must hold words, but line {} holds none", item.line),
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

/// The members of a mapping, their keys spelled with underscores.
fn members(mapping: Option<&Entry>) -> impl Iterator<Item = (String, &Entry)> {
    let members: &[Member] = match mapping.map(|entry| &entry.node) {
        Some(Node::Mapping(members)) => members,
        _ => &[],
    };
    members.iter().map(|member| (member.key.replace('-', "_"), &member.value))
}

/// Whether the option says where else its secret is.
fn is_elsewhere(key: &str) -> bool {
    OptionSpec::find(key).is_some_and(|spec| secret_source::is_elsewhere(spec.name))
}

/// What an entry says about regions.
#[derive(Default)]
pub(super) struct Regions {
    /// The regions that the cloud has, each with values of its own.
    pub(super) listed: Vec<(String, Option<Entry>)>,
    /// Where they are listed.
    origin: Option<Origin>,
    /// The one to take endpoints from.
    chosen: Option<Sourced<String>>,
}

impl Regions {
    /// The regions that there are.
    pub(super) fn names(&self) -> Vec<String> {
        let listed = self.listed.iter().map(|(name, _)| name.clone());
        let chosen = self.chosen.iter().map(|it| it.value.clone()).filter(|_| self.listed.is_empty());
        listed.chain(chosen).collect()
    }
}

/// A cloud's entries, laid over each other and over their profile.
fn merge(layers: Vec<Layer>, caches: &[Layer], above: &Settings, host: &Host) -> Result<Settings> {
    let mut problems = Vec::new();
    let settings = merge_all(layers, caches, above, host, &mut problems)?;
    problems.into_iter().next().map_or(Ok(settings), Err)
}

/// The same, for those who want to know all that is wrong: it goes to `problems`, and is left out.
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
    // The cloud's own entries, with their region's values, are stronger than all of the profile.
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

/// The region that counts: the one asked for above, the one that an entry chooses, or the first of those
/// that it lists. The highest entry that says anything decides which regions there are.
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
                .with_hint(format!("the regions are `{}`; upper and lower case differ", names.join("`, `"))))
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
        return error.with_hint(format!("`{shown}` stands beside `clouds`, and not below it: indent it"));
    }
    match (all, nearest(name, all.iter().copied())) {
        ([], _) => error.with_hint("the file names no cloud"),
        (_, Some(near)) => error.with_hint(format!("did you mean `{near}`?")),
        (all, None) => error.with_hint(format!("the clouds are `{}`", all.join("`, `"))),
    }
}

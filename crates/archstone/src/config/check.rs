//! What is wrong with the configuration, all of it at once, before anyone stumbles over it.

use std::path::Path;

use super::{
    OPTIONS, OptionSpec, SERVICE_OPTIONS, ValueKind, clouds,
    files::{self, Family, File, FileState},
    foreign,
    options::TOKEN_CACHE,
    service, typing,
    yaml::{Entry, Member, Node},
};
use crate::{
    auth::methods,
    config::{CloudConfig, Origin, Sourced},
    error::{Error, ErrorKind, Result, printable},
    hint::Hint,
    host::Host,
    spelling::{distance, nearest},
};

/// Something that is wrong, or looks wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// Whether Archstone refuses it; otherwise it only looks wrong.
    pub is_error: bool,
    /// What, and where: one line, and never a secret.
    pub message: String,
    /// What to do.
    pub hint: Option<Hint>,
}

/// Looks at every configuration file that counts, each cloud in each of its regions, and the environment.
///
/// ```
/// use archstone::{config::check, host::Host};
///
/// let host = Host::made([("OS_PROJCT_NAME", "web")]).with_folders("/nowhere", "/nowhere");
/// assert_eq!(check(&host)[0].hint.as_ref().unwrap().to_string(), "did you mean `OS_PROJECT_NAME`?");
/// ```
#[must_use]
pub fn check(host: &Host) -> Vec<Finding> {
    let mut findings = Findings::default();
    let mut readable = true;
    for file in files::searched(host).into_iter().filter(|file| file.state == FileState::Used) {
        let outcome = findings.file(file.family, &file.path);
        readable &= findings.refused(outcome).is_some();
    }
    if readable {
        findings.clouds(host);
    }
    findings.environment(host);
    findings.0
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn warn(&mut self, message: String, hint: Option<String>) {
        self.add(Finding { is_error: false, message, hint: hint.map(Hint::from) });
    }

    fn refused<T>(&mut self, outcome: Result<T>) -> Option<T> {
        outcome
            .map_err(|error| {
                self.add(Finding { is_error: true, message: error.to_string(), hint: error.hint_parts().cloned() });
            })
            .ok()
    }

    fn add(&mut self, finding: Finding) {
        // The same slip shows in each region of a cloud.
        if !self.0.contains(&finding) {
            self.0.push(finding);
        }
    }

    fn file(&mut self, family: Family, path: &Path) -> Result<()> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            let message = format!("`{}` cannot be read: {error}", path.display());
            Error::new(ErrorKind::InvalidConfig, message)
        })?;
        let document = files::document(path, &text)?;
        let file = File::parse(family, path.to_owned(), &text)?;
        let known: &[&str] = match family {
            Family::Public => &["public-clouds"],
            _ => &["clouds", "cache", "client", "metrics", "ansible", "public-clouds"],
        };
        if let Node::Mapping(members) = &document.node {
            for Member { key, line, .. } in members.iter().filter(|it| !known.contains(&it.key.as_str())) {
                let what = format!("`{}` line {line}: there is no key `{}` here", path.display(), printable(key));
                let near = nearest(key, known.iter().copied());
                self.warn(what, near.map(|near| format!("did you mean `{near}`?")));
            }
        }
        let place = Place { path, text: &text };
        let mut holds_secret = false;
        for member in &file.entries {
            let at = format!("{}.{}", family.key(), member.key);
            holds_secret |= self.entry(&place, &at, &member.value);
        }
        if let Some(Entry { node: Node::Mapping(members), .. }) = &file.cache {
            for member in members.iter().filter(|it| TOKEN_CACHE.iter().any(|spec| spec.name == it.key)) {
                holds_secret |= self.value(&place, &format!("cache.{}", member.key), member);
            }
        }
        if holds_secret && let Some(others) = others_who_read(path) {
            let message = format!("`{}` holds a secret, and {others} can read it", path.display());
            self.warn(message, Some(format!("run `chmod 600 {}`", path.display())));
        }
        Ok(())
    }

    /// The keys of a cloud, of a profile, or of a region's values; whether a secret is among them.
    fn entry(&mut self, place: &Place<'_>, at: &str, entry: &Entry) -> bool {
        let Node::Mapping(members) = &entry.node else { return false };
        let mut holds_secret = false;
        for Member { key, line, value, .. } in members {
            let name = key.replace('-', "_");
            match name.as_str() {
                "auth" => {
                    if let Node::Mapping(members) = &value.node {
                        for member in members {
                            holds_secret |= self.value(place, &format!("{at}.auth.{}", member.key), member);
                        }
                    }
                }
                "regions" => {
                    let items: &[Entry] = if let Node::List(items) = &value.node { items } else { &[] };
                    for values in items.iter().filter_map(|item| item.get("values")) {
                        holds_secret |= self.entry(place, &format!("{at}.regions"), values);
                    }
                }
                "profile" | "cloud" => {}
                _ if OptionSpec::find(&name).is_some() || service::find(&name).is_some() => {
                    let member = Member { key: key.clone(), line: *line, start: 0, end: 0, value: value.clone() };
                    holds_secret |= self.value(place, &format!("{at}.{key}"), &member);
                }
                _ if foreign::is_of_others(&name) => {}
                // Refused when the cloud is loaded.
                _ if foreign::methods_of(&name).next().is_some() => {}
                _ => {
                    let what = format!(
                        "`{at}.{}` in `{}` line {line} is not known, and left alone",
                        printable(key),
                        place.path.display()
                    );
                    self.warn(what, nearest(&name, known_keys()).map(|near| format!("did you mean `{near}`?")));
                }
            }
        }
        holds_secret
    }

    /// What other programs, or a person who reads the line, take the value for; whether it is a secret.
    fn value(&mut self, place: &Place<'_>, at: &str, member: &Member) -> bool {
        let spec = OptionSpec::find(&member.key);
        let secret = spec.is_some_and(|spec| spec.secret);
        let kind = spec.map(|spec| spec.kind).or_else(|| service::find(&member.key).map(|(_, option)| option.kind));
        let here = format!("`{}` in `{}` line {}", printable(at), place.path.display(), member.value.line);
        let written = place.written(&member.value);
        let version = member.value.text().filter(|_| member.key == "identity_api_version");
        if version.is_some_and(|version| !version.trim_start_matches('v').starts_with('3')) {
            self.warn(format!("{here} is not 3, and only version 3 of the identity API is spoken"), None);
        }
        match &member.value.node {
            Node::Text(text) if text.plain => {
                let typed = matches!(
                    kind,
                    Some(ValueKind::Switch | ValueKind::SwitchOrPath | ValueKind::Number | ValueKind::Seconds)
                );
                if let Some(seen) = typing::read_elsewhere(&text.value).filter(|_| !typed) {
                    let seen = if secret { "something else".to_owned() } else { format!("`{seen}`") };
                    let what = format!("{here} is taken as written here, but other programs read {seen}");
                    self.warn(what, Some("put it in quotes".into()));
                }
                if secret
                    && written.is_some_and(|rest| rest.trim_start_matches(|c| c != ' ').trim_start().starts_with('#'))
                {
                    let what = format!("{here} ends where ` #` begins a comment");
                    self.warn(what, Some("if that belongs to the secret, put the whole in quotes".into()));
                }
            }
            Node::Nothing if secret => {
                let what = format!("{here} is empty");
                self.warn(what, Some("a secret that begins with `#` must stand in quotes".into()));
            }
            _ => {}
        }
        secret && member.value.node != Node::Nothing
    }

    /// Each cloud as it would be used.
    fn clouds(&mut self, host: &Host) {
        let files = clouds::files(host);
        let Some(files) = self.refused(files) else { return };
        let listed = clouds::named(&files, host);
        let Some(all) = self.refused(listed) else { return };
        let in_clouds: Vec<&str> = all.iter().filter(|it| it.files.len() > 1).map(|it| it.name.as_str()).collect();
        for cloud in &all {
            let is_secure_only = cloud.files.iter().all(|path| path.file_stem().is_some_and(|it| it == "secure"));
            let others =
                all.iter().map(|it| it.name.as_str()).filter(|it| *it != cloud.name && !in_clouds.contains(it));
            if let Some(near) = is_secure_only.then(|| nearest(&cloud.name, others)).flatten() {
                let what = format!("only `secure.yaml` names the cloud `{}`", printable(&cloud.name));
                self.warn(what, Some(format!("did you mean `{near}`?")));
                continue;
            }
            let regions: Vec<Option<&str>> = match cloud.regions.as_slice() {
                [] => vec![None],
                regions => regions.iter().map(|it| Some(it.as_str())).collect(),
            };
            for region in regions {
                let outcome = resolved(&cloud.name, region, &files, host);
                self.refused(outcome);
            }
        }
    }

    /// Variables that look like one that counts, and are none.
    fn environment(&mut self, host: &Host) {
        let options: Vec<String> = known_variables().collect();
        for variable in host
            .cloud_variables()
            .into_iter()
            .filter_map(|name| name.into_string().ok())
            .filter(|name| name.starts_with("OS_"))
        {
            let key = variable["OS_".len()..].to_ascii_lowercase();
            if options.contains(&variable) || service::find(&key).is_some() || foreign::is_of_others(&key) {
                continue;
            }
            let near = nearest(&variable, options.iter().map(String::as_str));
            if let Some(near) = near.filter(|near| distance(near, &variable) <= 2) {
                let what = format!("environment variable `{}` is not known, and left alone", printable(&variable));
                self.warn(what, Some(format!("did you mean `{near}`?")));
            }
        }
    }
}

/// A file, and what is written in it.
struct Place<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Place<'_> {
    /// The rest of the line from where a value begins.
    fn written(&self, value: &Entry) -> Option<&str> {
        let line = self.text.lines().nth(value.line.checked_sub(1)?)?;
        let text = value.text()?;
        line.find(text).map(|at| &line[at..])
    }
}

/// A cloud as it would be used, but for the secrets that stand somewhere else or are asked for.
fn resolved(name: &str, region: Option<&str>, files: &[File], host: &Host) -> Result<()> {
    let mut settings = clouds::settings(name, region, files, host)?;
    let kind = methods::kind(&settings)?;
    for names in methods::lacking(kind, &settings) {
        if let &[only] = names
            && OptionSpec::find(only).is_some_and(|spec| spec.secret)
        {
            settings.put(only, Sourced { value: "asked for".into(), origin: Origin::Default(only.to_owned()) });
        }
    }
    CloudConfig::resolve(Some(name.to_owned()), settings, host).map(|_| ()).map_err(|error| match error.kind() {
        ErrorKind::NotConfigured => {
            let hint = error.hint_parts().cloned().unwrap_or_default();
            Error::new(error.kind(), format!("the cloud `{}`: {error}", printable(name))).with_hint(hint)
        }
        _ => error,
    })
}

fn known_keys() -> impl Iterator<Item = &'static str> {
    let options = OPTIONS.iter().flat_map(|group| group.iter());
    let services = SERVICE_OPTIONS.iter().filter(|option| option.general).map(|option| option.name);
    options
        .flat_map(|spec| std::iter::once(spec.name).chain(spec.aliases.iter().copied()))
        .chain(services)
        .chain(foreign::keys_of_others().iter().copied())
        .chain(["auth", "regions"])
}

fn known_variables() -> impl Iterator<Item = String> {
    let options = OPTIONS.iter().flat_map(|group| group.iter());
    let names = options.flat_map(|spec| std::iter::once(spec.name).chain(spec.aliases.iter().copied()));
    let others = ["OS_CLOUD", "OS_CLOUD_NAME", "OS_CLIENT_CONFIG_FILE", "OS_CLIENT_SECURE_FILE"];
    names.map(OptionSpec::variable_of).chain(others.map(ToOwned::to_owned))
}

#[cfg(unix)]
fn others_who_read(path: &Path) -> Option<&'static str> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path).ok()?.permissions().mode();
    match (mode & 0o004 != 0, mode & 0o040 != 0) {
        (true, _) => Some("everyone on this machine"),
        (false, true) => Some("the file's group"),
        _ => None,
    }
}

#[cfg(not(unix))]
fn others_who_read(_path: &Path) -> Option<&'static str> {
    None
}

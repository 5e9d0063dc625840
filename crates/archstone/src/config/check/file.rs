//! Checks a file on its own, independent of how its clouds are used.

use std::path::Path;

use super::{Findings, nearest_key};
use crate::{
    config::{
        OptionSpec, ValueKind,
        files::{self, Family, File},
        foreign,
        options::TOKEN_CACHE,
        service, typing,
        yaml::{Entry, Member, Node},
    },
    error::{Error, ErrorKind, Result, printable},
    spelling::nearest,
    text::shell_word,
};

impl Findings {
    pub(super) fn file(&mut self, family: Family, path: &Path) -> Result<()> {
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
        let place = Place { path, lines: text.lines().collect() };
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
            self.warn(message, Some(format!("run `chmod 600 {}`", shell_word(&path.to_string_lossy()))));
        }
        Ok(())
    }

    /// Checks the keys of a cloud, of a profile, or of a region's values; returns whether one of them is a secret.
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
                _ => {
                    let what = format!(
                        "`{at}.{}` in `{}` line {line} is unknown and ignored",
                        printable(key),
                        place.path.display()
                    );
                    self.warn(what, nearest_key(&name).map(|near| format!("did you mean `{near}`?")));
                }
            }
        }
        holds_secret
    }

    /// Checks how other programs, or a person, would read the value; returns whether it is a secret.
    fn value(&mut self, place: &Place<'_>, at: &str, member: &Member) -> bool {
        let spec = OptionSpec::find(&member.key);
        let secret = spec.is_some_and(|spec| spec.secret);
        let kind = spec.map(|spec| spec.kind).or_else(|| service::find(&member.key).map(|(_, option)| option.kind));
        let here = format!("`{}` in `{}` line {}", printable(at), place.path.display(), member.value.line);
        let written = place.written(&member.value);
        let version = member.value.text().filter(|_| member.key == "identity_api_version");
        if version.is_some_and(|version| !version.trim_start_matches('v').starts_with('3')) {
            self.warn(format!("{here} is not 3, and only version 3 of the identity API is supported"), None);
        }
        match &member.value.node {
            Node::Text(text) if text.plain => {
                let typed = matches!(
                    kind,
                    Some(ValueKind::Switch | ValueKind::SwitchOrPath | ValueKind::Number | ValueKind::Seconds)
                );
                if let Some(seen) = typing::read_elsewhere(&text.value).filter(|_| !typed) {
                    let seen = if secret { "something else".to_owned() } else { format!("`{seen}`") };
                    let what = format!("{here} is used as written here, but other programs read {seen}");
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
                self.warn(what, Some("put a secret that begins with `#` in quotes".into()));
            }
            _ => {}
        }
        secret && member.value.node != Node::Nothing
    }
}

/// A file, and its text.
struct Place<'a> {
    path: &'a Path,
    lines: Vec<&'a str>,
}

impl Place<'_> {
    /// The rest of the line, starting at a value.
    fn written(&self, value: &Entry) -> Option<&str> {
        let line = self.lines.get(value.line.checked_sub(1)?)?;
        let text = value.text()?;
        line.find(text).map(|at| &line[at..])
    }
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

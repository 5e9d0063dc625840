//! Checks the whole configuration at once, before a problem shows up in use.

mod environment;
mod file;

use std::collections::HashSet;

use super::{
    NamedCloud, OptionSpec, SERVICE_OPTIONS, clouds,
    files::{self, File, FileState},
    foreign,
    load::asked_for,
    resolve, trust, values,
};
use crate::{
    error::{Error, ErrorKind, Result, printable, public_url},
    hint::Hint,
    host::Host,
    settings::Settings,
    spelling::nearest,
    transport::Way,
};

/// An error, or a likely mistake.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Finding {
    /// Whether Archstone refuses it; otherwise it is only a likely mistake.
    pub is_error: bool,
    /// The problem and its place, in one line, never with a secret.
    pub message: String,
    /// What to do.
    pub hint: Option<Hint>,
}

/// Checks every configuration file in use, each cloud in each of its regions, the files that they name, and the
/// environment. Sends nothing, and runs no command.
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
    let mut is_readable = true;
    for file in files::searched(host).into_iter().filter(|file| file.state == FileState::Used) {
        let outcome = findings.file(file.family, &file.path);
        is_readable &= findings.refused(outcome).is_some();
    }
    let files = if is_readable { findings.refused(clouds::files(host)) } else { None };
    if let Some(files) = &files {
        findings.clouds(files, host);
    }
    findings.environment(files.as_deref(), host);
    findings.all
}

#[derive(Default)]
struct Findings {
    all: Vec<Finding>,
    known: HashSet<Finding>,
}

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
        // The same mistake appears in each region of a cloud.
        if self.known.insert(finding.clone()) {
            self.all.push(finding);
        }
    }

    /// Checks each cloud as it would be used.
    fn clouds(&mut self, files: &[File], host: &Host) {
        let Some(all) = self.refused(clouds::named(files, host)) else { return };
        let is_secure_only =
            |cloud: &NamedCloud| cloud.files.iter().all(|path| path.file_stem().is_some_and(|it| it == "secure"));
        let unmatched: Vec<&str> = all.iter().filter(|it| it.files.len() == 1).map(|it| it.name.as_str()).collect();
        // With this many names, they are not typos.
        let unmatched = if unmatched.len() > 1_000 { Vec::new() } else { unmatched };
        for cloud in &all {
            let others = unmatched.iter().copied().filter(|it| *it != cloud.name);
            if let Some(near) = is_secure_only(cloud).then(|| nearest(&cloud.name, others)).flatten() {
                let what = format!("only `secure.yaml` names the cloud `{}`", printable(&cloud.name));
                self.warn(what, Some(format!("did you mean `{near}`?")));
                continue;
            }
            let regions: Vec<Option<&str>> = match cloud.regions.as_slice() {
                [] => vec![None],
                regions => regions.iter().map(|it| Some(it.as_str())).collect(),
            };
            for region in regions {
                self.cloud(&cloud.name, region, files, host);
            }
        }
    }

    /// Checks a cloud as it would be used, without external secrets and those that are prompted for.
    fn cloud(&mut self, name: &str, region: Option<&str>, files: &[File], host: &Host) {
        let mut problems = Vec::new();
        let settings = clouds::settings(name, region, files, host, &mut problems);
        for problem in problems {
            self.refused::<()>(Err(problem));
        }
        let Some(mut settings) = self.refused(settings) else { return };
        self.settings(&settings, host);
        asked_for(&mut settings);
        for problem in resolve::problems(&settings, host) {
            let problem = match problem.kind() {
                ErrorKind::NotConfigured => {
                    let hint = problem.hint_parts().cloned().unwrap_or_default();
                    let message = format!("the cloud `{}`: {problem}", printable(name));
                    Error::new(problem.kind(), message).with_hint(hint)
                }
                _ => problem,
            };
            self.refused::<()>(Err(problem));
        }
        self.proxy(&settings, host);
        for (path, message) in trust::strangers(&settings, host) {
            self.warn(message, Some(trust::advice(&path)));
        }
    }

    /// Checks the proxy for the identity service from a variable, which may be meant for another program.
    fn proxy(&mut self, settings: &Settings, host: &Host) {
        if settings.has("proxy") {
            return;
        }
        if let Ok(Some((url, Way::Through(proxy)))) = resolve::way(settings, host) {
            let message = format!("requests to `{}` go through {proxy}", public_url(&url));
            let itself = url.host_str().unwrap_or_default();
            self.warn(message, Some(format!("if that is not meant, add `{itself}` to `no_proxy`")));
        }
    }

    /// Checks each value of a layer on its own.
    fn settings(&mut self, settings: &Settings, host: &Host) {
        for problem in values::wrong(settings, host).into_iter().chain(values::unusable_files(settings, host)) {
            self.refused::<()>(Err(problem));
        }
        for (message, hint) in values::odd(settings) {
            self.warn(message, Some(hint));
        }
    }
}

/// The key that was most likely meant, next to `auth`.
fn nearest_key(name: &str) -> Option<&'static str> {
    let options = OptionSpec::all();
    let services = SERVICE_OPTIONS.iter().filter(|option| option.general).map(|option| option.name);
    let known = options
        .flat_map(|spec| std::iter::once(spec.name).chain(spec.aliases.iter().copied()))
        .chain(services)
        .chain(foreign::keys_of_others().iter().copied())
        .chain(["auth", "regions"]);
    nearest(name, known)
}

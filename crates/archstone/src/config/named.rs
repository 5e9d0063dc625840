//! Settings by name. This module knows which options exist; [`crate::settings`] does not.

use std::collections::BTreeMap;

use super::service;
use crate::{
    auth::methods,
    error::{Error, ErrorKind, Result, printable},
    host::Host,
    secret::Secret,
    settings::{OptionSpec, Origin, Settings, Sourced},
    spelling::nearest,
};

impl Settings {
    /// Sets an option or a service's setting by its name or an alias. An empty value counts as unset.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<Secret>, origin: Origin) -> Result<()> {
        let value = value.into();
        let is_empty = value.expose().is_empty();
        let value = Sourced { value, origin };
        if let Some(spec) = OptionSpec::find(name) {
            if !is_empty {
                self.insert(spec, value);
            }
        } else if let Some((service, option)) = service::find(name) {
            if !is_empty {
                self.insert_service(service::key(&service, option), value);
            }
        } else {
            return Err(unknown(name, &value.origin));
        }
        Ok(())
    }

    /// Merges these settings over lower ones: see the rule in [`crate::config`].
    pub(crate) fn over(self, lower: Self) -> Self {
        self.laid_over(lower, methods::takes)
    }

    /// Every `OS_*` or `ARCHSTONE_*` variable that is an option.
    pub(crate) fn from_environment(host: &Host) -> Result<Self> {
        let variables = host.settings_variables()?;
        let mut settings = Self::default();
        // The other way round, each option's name would have to be converted to upper case, and few are set.
        let mut ranks = BTreeMap::new();
        for (variable, value) in &variables {
            let Some((spec, rank)) = option_of(variable) else { continue };
            // An option's own name takes precedence over its aliases.
            if ranks.get(spec.name).is_none_or(|known| rank < *known) {
                ranks.insert(spec.name, rank);
                let origin = Origin::Variable(variable.clone());
                settings.insert(spec, Sourced { value: value.as_str().into(), origin });
            }
        }
        for (variable, value) in variables {
            if let Some((service, option)) = variable.strip_prefix("OS_").and_then(service::find) {
                let key = service::key(&service, option);
                if !settings.services().contains_key(&key) {
                    settings.insert_service(key, Sourced { value: value.into(), origin: Origin::Variable(variable) });
                }
            }
        }
        settings.prefer_token_file();
        settings.fill_domains(settings.has_project());
        Ok(settings)
    }

    /// `archstone exec --refresh` sets both: the token is for programs that do not read the file.
    fn prefer_token_file(&mut self) {
        if !self.has("token_id_file") {
            return;
        }
        self.take("token");
        if self.text("auth_type").is_some_and(|it| methods::named(&it).is_ok_and(|method| method.name == "token")) {
            self.take("auth_type");
        }
    }

    /// With a project, a domain option is the domain of user and project: older tools wrote it that way, and
    /// openstacksdk reads it that way.
    pub(crate) fn fill_domains(&mut self, beside_project: bool) {
        if !beside_project {
            return;
        }
        for (part, user, project) in [
            ("domain_id", "user_domain_id", "project_domain_id"),
            ("domain_name", "user_domain_name", "project_domain_name"),
        ] {
            let Some(domain) = self.take(part) else { continue };
            for (target, whose) in [(user, "user"), (project, "project")] {
                if !self.has(&format!("{whose}_domain_id")) && !self.has(&format!("{whose}_domain_name")) {
                    self.put(target, domain.clone());
                }
            }
        }
    }

    /// Sets an option that is not set yet, under its main name.
    pub(crate) fn put(&mut self, name: &str, value: Sourced<Secret>) {
        if let Some(spec) = OptionSpec::find(name) {
            self.insert_missing(spec, value);
        }
    }
}

/// The option that a variable sets, and the position of its name among the option's names.
fn option_of(variable: &str) -> Option<(&'static OptionSpec, usize)> {
    let (_, name) = variable.split_once('_')?;
    let name = name.to_ascii_lowercase();
    let found = OptionSpec::all().find_map(|spec| {
        let mut names = std::iter::once(spec.name).chain(spec.aliases.iter().copied());
        names.position(|it| it == name).map(|rank| (spec, rank))
    });
    found.filter(|_| OptionSpec::variable_of(&name) == variable)
}

/// The option that was most likely meant: one with a similar spelling, or whose name starts with the key, such as
/// `username` for `user`.
fn nearest_option(key: &str) -> Option<&'static str> {
    let names = || {
        let options = OptionSpec::all();
        options
            .flat_map(|spec| std::iter::once(spec.name).chain(spec.aliases.iter().copied()).map(|it| (it, spec.name)))
    };
    let completed = ["name", "_name", "_url", "_id"].iter().find_map(|ending| {
        let whole = format!("{key}{ending}");
        names().find(|(name, _)| *name == whole)
    });
    let near = nearest(key, names().map(|(name, _)| name)).and_then(|near| names().find(|(name, _)| *name == near));
    completed.or(near).map(|(_, option)| option)
}

/// The error for an unknown option, with the most similar one.
pub(crate) fn unknown(name: &str, origin: &Origin) -> Error {
    let key = name.replace('-', "_").to_ascii_lowercase();
    let name = printable(name);
    // An option that is only named has no other place.
    let place = match origin {
        Origin::Argument(argument) if *argument == *name => String::new(),
        origin => format!(" ({origin})"),
    };
    let error = Error::new(ErrorKind::InvalidConfig, format!("unknown option `{name}`{place}"));
    match nearest_option(&key) {
        Some(nearest) => error.with_hint(format!("did you mean `{nearest}`?")),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A variable's option is found by its name.
    #[test]
    fn each_name_is_that_of_one_option() {
        let mut options = BTreeMap::new();
        for spec in OptionSpec::all() {
            for name in std::iter::once(spec.name).chain(spec.aliases.iter().copied()) {
                assert_eq!(options.insert(name, spec.name), None, "{name}");
            }
        }
    }
}

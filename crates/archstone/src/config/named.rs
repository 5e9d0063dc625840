//! Settings by name. Which options there are is known here, and not in [`crate::settings`].

use super::{OPTIONS, foreign, service};
use crate::{
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

    /// Every `OS_*` or `ARCHSTONE_*` variable that is an option.
    pub(crate) fn from_environment(host: &Host) -> Result<Self> {
        let variables = host.settings_variables()?;
        let mut settings = Self::default();
        for spec in OPTIONS.iter().flat_map(|group| group.iter()) {
            // The first that is set: the option's own name before its aliases.
            let names = std::iter::once(spec.name).chain(spec.aliases.iter().copied());
            for variable in names.map(OptionSpec::variable_of) {
                if let Some(value) = variables.get(&variable) {
                    let origin = Origin::Variable(variable);
                    settings.insert(spec, Sourced { value: value.as_str().into(), origin });
                    break;
                }
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
        settings.fill_domains(settings.has_project());
        Ok(settings)
    }

    /// Beside a project, a domain is that of user and project: older tools wrote it so, and openstacksdk
    /// reads it so.
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

    /// Sets an option that is not set yet, by its own name.
    pub(crate) fn put(&mut self, name: &str, value: Sourced<Secret>) {
        if let Some(spec) = OptionSpec::find(name) {
            self.insert_missing(spec, value);
        }
    }
}

/// The option that was most likely meant: one that is spelled almost so, or whose name goes on to say by what its
/// value is known, as `username` does where `user` was written.
fn nearest_option(key: &str) -> Option<&'static str> {
    let names = || {
        let options = OPTIONS.iter().flat_map(|group| group.iter());
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

/// An option that does not exist, with the nearest that does; or one of an auth method that is not
/// supported.
pub(crate) fn unknown(name: &str, origin: &Origin) -> Error {
    let key = name.replace('-', "_").to_ascii_lowercase();
    let name = printable(name);
    // An option that is only named has no other place.
    let place = match origin {
        Origin::Argument(argument) if *argument == *name => String::new(),
        origin => format!(" ({origin})"),
    };
    let methods: Vec<_> = foreign::methods_of(&key).collect();
    if !methods.is_empty() {
        let others = if methods.len() > 2 { " and others" } else { "" };
        let methods = methods[..methods.len().min(2)].join("` or `");
        let message = format!("`{name}`{place} is for the auth method `{methods}`{others}, which is not supported");
        return Error::new(ErrorKind::InvalidConfig, message).with_hint(
            "use a password, a token or an application credential; `v3applicationcredential` works for federated users, too",
        );
    }
    let error = Error::new(ErrorKind::InvalidConfig, format!("unknown option `{name}`{place}"));
    match nearest_option(&key) {
        Some(nearest) => error.with_hint(format!("did you mean `{nearest}`?")),
        None => error,
    }
}

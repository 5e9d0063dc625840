//! Values by option name, in layers.

use std::{collections::BTreeMap, fmt};

use super::{OptionSpec, Origin, Sourced, foreign, service};
use crate::{
    error::{Error, ErrorKind, Result},
    host::Host,
    secret::Secret,
};

/// One layer of values, or all layers merged. Every value is kept as a secret: the types that
/// configuration ends in know better.
#[derive(Clone, Default)]
pub(crate) struct Settings {
    values: BTreeMap<&'static str, Sourced<Secret>>,
    /// What is said about single services, by the key.
    services: BTreeMap<String, Sourced<Secret>>,
}

impl Settings {
    /// Sets an option or a service's setting by its name or an alias. An empty value counts as unset.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<Secret>, origin: Origin) -> Result<()> {
        let value = value.into();
        let is_empty = value.expose().is_empty();
        let value = Sourced { value, origin };
        if let Some(spec) = OptionSpec::find(name) {
            if !is_empty {
                self.values.insert(spec.name, value);
            }
        } else if let Some((service, option)) = service::find(name) {
            if !is_empty {
                self.services.insert(service::key(&service, option), value);
            }
        } else {
            return Err(unknown(name, &value.origin));
        }
        Ok(())
    }

    /// Every `OS_*` variable that is an option.
    pub(crate) fn from_environment(host: &Host) -> Self {
        let mut settings = Self::default();
        for spec in super::OPTIONS.iter().flat_map(|group| group.iter()) {
            // The first that is set: the option's own name before its aliases.
            let names = std::iter::once(spec.name).chain(spec.aliases.iter().copied());
            for variable in names.map(OptionSpec::variable_of) {
                if let Some(value) = host.variable(&variable) {
                    let origin = Origin::Variable(variable);
                    settings.values.insert(spec.name, Sourced { value: value.into(), origin });
                    break;
                }
            }
        }
        for (variable, value) in host.variables("OS_") {
            if let Some((service, option)) = service::find(&variable["OS_".len()..]) {
                let value = Sourced { value: value.into(), origin: Origin::Variable(variable) };
                settings.services.entry(service::key(&service, option)).or_insert(value);
            }
        }
        settings.fill_domains(settings.has_project());
        settings
    }

    /// Whether a project is named, by its id or its name.
    pub(crate) fn has_project(&self) -> bool {
        self.has("project_id") || self.has("project_name")
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
            let Some(domain) = self.values.remove(part) else { continue };
            for (target, whose) in [(user, "user"), (project, "project")] {
                if !self.has(&format!("{whose}_domain_id")) && !self.has(&format!("{whose}_domain_name")) {
                    self.values.insert(target, domain.clone());
                }
            }
        }
    }

    /// These settings over lower ones: see the rule in [`crate::config`].
    pub(crate) fn over(mut self, lower: Self) -> Self {
        let made: Vec<(&str, &str)> = self.choices().collect();
        for (name, value) in lower.values {
            let hidden = OptionSpec::find(name).is_some_and(|spec| {
                spec.choices.iter().any(|(choice, alternative)| {
                    let mut alternatives = made.iter().filter(|(it, _)| it == choice).peekable();
                    alternatives.peek().is_some() && alternatives.all(|(_, it)| it != alternative)
                })
            });
            // A kind of login below says nothing about a proof above.
            let stale = name == "auth_type" && made.iter().any(|(choice, _)| *choice == "proof");
            if !hidden && !stale {
                self.values.entry(name).or_insert(value);
            }
        }
        // A version that names a microversion hides what lower layers say about it, and the other way round.
        let above: Vec<String> = self.services.keys().cloned().collect();
        for (name, value) in lower.services {
            let said_above = |service: &str, other: &str| {
                let key = format!("{service}_{other}");
                above.contains(&key).then(|| self.services.get(&key)).flatten()
            };
            let asks = |it: &Sourced<Secret>| service::asks_for_microversion(it.value.expose());
            let is_hidden = match (name.strip_suffix("_default_microversion"), name.strip_suffix("_api_version")) {
                (Some(service), _) => said_above(service, "api_version").is_some_and(asks),
                (None, Some(service)) => said_above(service, "default_microversion").is_some() && asks(&value),
                (None, None) => false,
            };
            if !is_hidden {
                self.services.entry(name).or_insert(value);
            }
        }
        self
    }

    /// Every option that is set, by its name.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &Sourced<Secret>)> {
        let services = self.services.iter().map(|(name, value)| (name.as_str(), value));
        self.values.iter().map(|(name, value)| (*name, value)).chain(services)
    }

    pub(crate) fn services(&self) -> &BTreeMap<String, Sourced<Secret>> {
        &self.services
    }

    fn choices(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.values.keys().filter_map(|name| OptionSpec::find(name)).flat_map(|spec| spec.choices.iter().copied())
    }

    pub(crate) fn secret(&self, name: &str) -> Option<&Sourced<Secret>> {
        self.values.get(name)
    }

    /// A value that is no secret.
    pub(crate) fn text(&self, name: &str) -> Option<Sourced<&str>> {
        self.values.get(name).map(|it| Sourced { value: it.value.expose(), origin: it.origin.clone() })
    }

    pub(crate) fn string(&self, name: &str) -> Option<String> {
        self.text(name).map(|it| it.value.to_owned())
    }

    /// A switch, as YAML, variables and people spell it.
    pub(crate) fn switch(&self, name: &str) -> Result<Option<bool>> {
        let Some(Sourced { value, origin }) = self.text(name) else { return Ok(None) };
        match value.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Ok(Some(true)),
            "false" | "no" | "off" | "0" => Ok(Some(false)),
            _ => Err(Error::new(
                ErrorKind::InvalidConfig,
                format!("{origin} is `{}`, which is neither true nor false", crate::error::printable(value)),
            )
            .with_hint("write `true` or `false`")),
        }
    }

    pub(crate) fn origin(&self, name: &str) -> Option<&Origin> {
        self.values.get(name).map(|it| &it.origin)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    pub(crate) fn take(&mut self, name: &str) -> Option<Sourced<Secret>> {
        self.values.remove(name)
    }

    pub(crate) fn put(&mut self, name: &'static str, value: Sourced<Secret>) {
        self.values.entry(name).or_insert(value);
    }
}

/// An option that does not exist, with the nearest that does; or one of an auth method that is not
/// supported.
pub(crate) fn unknown(name: &str, origin: &Origin) -> Error {
    let key = name.replace('-', "_").to_ascii_lowercase();
    let name = crate::error::printable(name);
    let methods: Vec<_> = foreign::methods_of(&key).collect();
    if !methods.is_empty() {
        let others = if methods.len() > 2 { " and others" } else { "" };
        let methods = methods[..methods.len().min(2)].join("` or `");
        let message = format!("`{name}` ({origin}) is for the auth method `{methods}`{others}, which is not supported");
        return Error::new(ErrorKind::InvalidConfig, message).with_hint(
            "use a password, a token or an application credential; `v3applicationcredential` works for federated users, too",
        );
    }
    let error = Error::new(ErrorKind::InvalidConfig, format!("there is no option `{name}` ({origin})"));
    match nearest(&key, super::OPTIONS.iter().flat_map(|group| group.iter()).map(|spec| spec.name)) {
        Some(nearest) => error.with_hint(format!("did you mean `{nearest}`?")),
        None => error,
    }
}

/// The name that a slip of the pen most likely stands for.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let (slips, nearest) = known.map(|it| (crate::catalog::distance(name, it), it)).min()?;
    (slips <= 3 && slips < name.len()).then_some(nearest)
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.values.iter().map(|(name, value)| (name, &value.origin))).finish()
    }
}

//! Values by option name, in layers.

use std::{collections::BTreeMap, fmt};

use super::{OptionSpec, Origin, Sourced};
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
}

impl Settings {
    /// Sets an option by its name or an alias. An empty value counts as unset.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<Secret>, origin: Origin) -> Result<()> {
        let spec = OptionSpec::find(name).ok_or_else(|| unknown(name, &origin))?;
        let value = value.into();
        if !value.expose().is_empty() {
            self.values.insert(spec.name, Sourced { value, origin });
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
        settings
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
        self
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

/// An option that does not exist, with the nearest that does.
pub(crate) fn unknown(name: &str, origin: &Origin) -> Error {
    let nearest = super::OPTIONS
        .iter()
        .flat_map(|group| group.iter())
        .map(|spec| (crate::catalog::distance(name, spec.name), spec.name))
        .min();
    let error = Error::new(ErrorKind::InvalidConfig, format!("there is no option `{name}` ({origin})"));
    match nearest {
        Some((slips, nearest)) if slips <= 3 => error.with_hint(format!("did you mean `{nearest}`?")),
        _ => error,
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.values.iter().map(|(name, value)| (name, &value.origin))).finish()
    }
}

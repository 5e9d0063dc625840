//! Values of options, in layers.

mod ask;
pub(crate) mod command;
mod option;
mod origin;
mod reference;

use std::{collections::BTreeMap, fmt};

pub(crate) use ask::Ask;
pub(crate) use option::options_with_secrets;
pub use option::{OptionSpec, ValueKind};
pub use origin::{Origin, Sourced};
pub(crate) use reference::{domain_of, domain_ref, user};

use crate::{
    error::{Error, ErrorKind, Result, printable},
    secret::Secret,
};

/// One layer of values, or all layers merged. Every value is kept as a secret: the types that
/// configuration ends in know better.
#[derive(Clone, Default)]
pub(crate) struct Settings {
    values: BTreeMap<&'static str, Value>,
    /// What is said about single services, by the key.
    services: BTreeMap<String, Sourced<Secret>>,
}

/// An option's value. The option comes with it, so that nobody has to look it up.
#[derive(Clone)]
struct Value {
    option: &'static OptionSpec,
    value: Sourced<Secret>,
}

impl Settings {
    /// Sets an option, whatever it was.
    pub(crate) fn insert(&mut self, option: &'static OptionSpec, value: Sourced<Secret>) {
        self.values.insert(option.name, Value { option, value });
    }

    /// Sets an option that is not set yet.
    pub(crate) fn insert_missing(&mut self, option: &'static OptionSpec, value: Sourced<Secret>) {
        self.values.entry(option.name).or_insert(Value { option, value });
    }

    /// Sets what is said about one service, whatever it was.
    pub(crate) fn insert_service(&mut self, key: String, value: Sourced<Secret>) {
        self.services.insert(key, value);
    }

    /// Whether a project is named, by its id or its name.
    pub(crate) fn has_project(&self) -> bool {
        self.has("project_id") || self.has("project_name")
    }

    /// These settings over lower ones: see the rule in [`crate::config`].
    pub(crate) fn over(mut self, lower: Self) -> Self {
        let made: Vec<(&str, &str)> = self.choices().collect();
        for (name, value) in lower.values {
            let hidden = value.option.choices.iter().any(|(choice, alternative)| {
                let mut alternatives = made.iter().filter(|(it, _)| it == choice).peekable();
                alternatives.peek().is_some() && alternatives.all(|(_, it)| it != alternative)
            });
            // A kind of login below says nothing about a proof above.
            let stale = name == "auth_type" && made.iter().any(|(choice, _)| *choice == "proof");
            if !hidden && !stale {
                self.values.entry(name).or_insert(value);
            }
        }
        // A version that names a microversion hides what lower layers say about it, and the other way round.
        let said_above = |service: &str, other: &str| self.services.get(&format!("{service}_{other}"));
        let asks = |it: &Sourced<Secret>| asks_for_microversion(it.value.expose());
        let is_hidden = |name: &str, value: &Sourced<Secret>| match (
            name.strip_suffix("_default_microversion"),
            name.strip_suffix("_api_version"),
        ) {
            (Some(service), _) => said_above(service, "api_version").is_some_and(asks),
            (None, Some(service)) => said_above(service, "default_microversion").is_some() && asks(value),
            (None, None) => false,
        };
        let mut shown = lower.services;
        shown.retain(|name, value| !is_hidden(name, value));
        for (name, value) in shown {
            self.services.entry(name).or_insert(value);
        }
        self
    }

    /// Every option that is set, by its name.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &Sourced<Secret>)> {
        let services = self.services.iter().map(|(name, value)| (name.as_str(), value));
        self.values.iter().map(|(name, it)| (*name, &it.value)).chain(services)
    }

    pub(crate) fn services(&self) -> &BTreeMap<String, Sourced<Secret>> {
        &self.services
    }

    fn choices(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.values.values().flat_map(|it| it.option.choices.iter().copied())
    }

    pub(crate) fn secret(&self, name: &str) -> Option<&Sourced<Secret>> {
        self.values.get(name).map(|it| &it.value)
    }

    /// A value that is no secret.
    pub(crate) fn text(&self, name: &str) -> Option<Sourced<&str>> {
        self.secret(name).map(|it| Sourced { value: it.value.expose(), origin: it.origin.clone() })
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
                format!("{origin} is `{}`, which is neither true nor false", printable(value)),
            )
            .with_hint("write `true` or `false`")),
        }
    }

    pub(crate) fn origin(&self, name: &str) -> Option<&Origin> {
        self.secret(name).map(|it| &it.origin)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    pub(crate) fn take(&mut self, name: &str) -> Option<Sourced<Secret>> {
        self.values.remove(name).map(|it| it.value)
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.values.iter().map(|(name, it)| (name, &it.value.origin))).finish()
    }
}

/// Whether a version of an API asks for a microversion: `2.79` does, `2.0` and `3` do not.
pub(crate) fn asks_for_microversion(version: &str) -> bool {
    version.split_once('.').is_some_and(|(_, minor)| minor != "0")
}

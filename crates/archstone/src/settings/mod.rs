//! Values of options, in layers.

mod ask;
pub(crate) mod command;
mod file;
mod option;
mod origin;
mod reference;

use std::{collections::BTreeMap, fmt, time::Duration};

use url::Url;

pub(crate) use ask::Ask;
pub(crate) use file::{first_line, secret_in, secret_text};
pub(crate) use option::options_with_secrets;
pub use option::{OptionSpec, ValueKind};
pub use origin::{Origin, Sourced};
pub(crate) use reference::{scope, system_scope, user};

use crate::{
    error::{Error, ErrorKind, Result, printable},
    provider::Provider,
    secret::Secret,
};

/// One layer of values, or all layers merged. Every value is stored as a secret: only the typed configuration
/// distinguishes them.
#[derive(Clone, Default)]
pub(crate) struct Settings {
    /// Sorted by name. Few options are set and many are looked up: iterating over those that are set is faster than
    /// searching.
    values: Vec<Value>,
    /// The settings of individual services, by key.
    services: BTreeMap<String, Sourced<Secret>>,
    /// The token provider, if the program has passed one.
    provider: Option<Provider>,
}

/// An option's value, with the option, so that it need not be looked up.
#[derive(Clone)]
struct Value {
    option: &'static OptionSpec,
    value: Sourced<Secret>,
}

/// A pseudo-option for a provider, which hides other proofs of identity like any proof.
static TOKEN_PROVIDER: OptionSpec = OptionSpec::plain("token_provider", "what gets the token, in the program itself")
    .choices(&[("proof", "token provider")]);

/// A pseudo-option for the client's private key, if that is the proof of identity.
static CLIENT_KEY: OptionSpec = OptionSpec::plain("client_key", "what stands for the client's key").secret();

/// A pseudo-option for the content of the file with the signing key.
static SIGNING_KEY: OptionSpec = OptionSpec::plain("signing_key", "the key that signs for the client").secret();

/// A pseudo-option for the platform's secret for getting tokens.
static PLATFORM_SECRET: OptionSpec = OptionSpec::plain("platform_secret", "what the platform wants to see").secret();

impl Settings {
    /// Sets the digest of the client's key, and returns the name to look it up by.
    pub(crate) fn set_client_key(&mut self, value: Secret) -> &'static str {
        self.set_found(&CLIENT_KEY, value)
    }

    /// Sets the content of the file with the signing key.
    pub(crate) fn set_signing_key(&mut self, value: Secret) -> &'static str {
        self.set_found(&SIGNING_KEY, value)
    }

    /// That content; `None` if it has not been read.
    pub(crate) fn signing_key(&self) -> Option<&Secret> {
        self.secret(SIGNING_KEY.name).map(|it| &it.value)
    }

    /// Sets the secret that the platform requires for a token.
    pub(crate) fn set_platform_secret(&mut self, value: Secret) -> &'static str {
        self.set_found(&PLATFORM_SECRET, value)
    }

    /// That secret; empty if it requires none.
    pub(crate) fn platform_secret(&self) -> Secret {
        self.secret(PLATFORM_SECRET.name).map_or_else(|| "".into(), |it| it.value.clone())
    }

    fn set_found(&mut self, option: &'static OptionSpec, value: Secret) -> &'static str {
        self.insert(option, Sourced { value, origin: Origin::Default(option.name.to_owned()) });
        option.name
    }

    /// The digest of the client's key; empty if the key cannot be read repeatedly.
    pub(crate) fn client_key(&self) -> Secret {
        self.secret(CLIENT_KEY.name).map_or_else(|| "".into(), |it| it.value.clone())
    }

    /// Sets the token provider.
    pub(crate) fn set_provider(&mut self, provider: Provider) {
        let value = Sourced { value: provider.name().into(), origin: Origin::Argument(TOKEN_PROVIDER.name.to_owned()) };
        self.insert(&TOKEN_PROVIDER, value);
        self.provider = Some(provider);
    }

    pub(crate) fn provider(&self) -> Option<&Provider> {
        self.provider.as_ref()
    }

    /// Sets an option, replacing its value.
    pub(crate) fn insert(&mut self, option: &'static OptionSpec, value: Sourced<Secret>) {
        match self.place(option.name) {
            Ok(place) => self.values[place] = Value { option, value },
            Err(place) => self.values.insert(place, Value { option, value }),
        }
    }

    /// Sets an option that is not set yet.
    pub(crate) fn insert_missing(&mut self, option: &'static OptionSpec, value: Sourced<Secret>) {
        if let Err(place) = self.place(option.name) {
            self.values.insert(place, Value { option, value });
        }
    }

    /// The index of an option, or the one where it would be inserted.
    fn place(&self, name: &str) -> std::result::Result<usize, usize> {
        self.values.binary_search_by_key(&name, |it| it.option.name)
    }

    /// Sets a service's setting, replacing its value.
    pub(crate) fn insert_service(&mut self, key: String, value: Sourced<Secret>) {
        self.services.insert(key, value);
    }

    /// Whether a project is set, by its id or its name.
    pub(crate) fn has_project(&self) -> bool {
        self.has("project_id") || self.has("project_name")
    }

    /// Merges these settings over lower ones: see the rule in [`crate::config`]. `takes` says whether a login of this
    /// `auth_type` reads an option.
    pub(crate) fn laid_over(mut self, lower: Self, takes: impl Fn(&str, &str) -> bool) -> Self {
        let made: Vec<(&str, &str)> =
            self.alternatives().map(|(choice, alternative, _)| (choice, alternative)).collect();
        let is_proof = |value: &&Value| value.option.choices.iter().any(|(choice, _)| *choice == "proof");
        let proofs: Vec<&str> = self.values.iter().filter(is_proof).map(|it| it.option.name).collect();
        for Value { option, value } in lower.values {
            let hidden = option.choices.iter().any(|(choice, alternative)| {
                let mut alternatives = made.iter().filter(|(it, _)| it == choice).peekable();
                alternatives.peek().is_some() && alternatives.all(|(_, it)| it != alternative)
            });
            // An `auth_type` in a lower layer does not apply to a proof in a higher layer that it does not use.
            let stale = option.name == "auth_type" && proofs.iter().any(|proof| !takes(value.value.expose(), proof));
            if !hidden && !stale {
                self.insert_missing(option, value);
            }
        }
        // A version that implies a microversion hides a microversion in lower layers, and vice versa.
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
        self.values.iter().map(|it| (it.option.name, &it.value)).chain(services)
    }

    pub(crate) fn services(&self) -> &BTreeMap<String, Sourced<Secret>> {
        &self.services
    }

    /// The alternatives that are set, each with its group and its origin.
    pub(crate) fn alternatives(&self) -> impl Iterator<Item = (&'static str, &'static str, &Origin)> {
        self.values.iter().flat_map(|it| {
            it.option.choices.iter().map(|(choice, alternative)| (*choice, *alternative, &it.value.origin))
        })
    }

    pub(crate) fn secret(&self, name: &str) -> Option<&Sourced<Secret>> {
        self.values.iter().find(|it| it.option.name == name).map(|it| &it.value)
    }

    /// A value that is not secret.
    pub(crate) fn text(&self, name: &str) -> Option<Sourced<&str>> {
        self.secret(name).map(|it| Sourced { value: it.value.expose(), origin: it.origin.clone() })
    }

    pub(crate) fn string(&self, name: &str) -> Option<String> {
        self.text(name).map(|it| it.value.to_owned())
    }

    /// A duration above zero, in seconds.
    pub(crate) fn seconds(&self, name: &str) -> Result<Option<Duration>> {
        let Some(Sourced { value, origin }) = self.text(name) else { return Ok(None) };
        let seconds = value.parse::<f64>().ok().and_then(|it| Duration::try_from_secs_f64(it).ok());
        seconds.filter(|it| !it.is_zero()).map(Some).ok_or_else(|| {
            let message = format!("{origin} is `{}`, which is not a number of seconds", printable(value));
            Error::new(ErrorKind::InvalidConfig, message).with_hint("write a number above zero, such as `30` or `2.5`")
        })
    }

    /// A boolean, in the spellings of YAML, variables and people.
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
        self.secret(name).is_some()
    }

    pub(crate) fn take(&mut self, name: &str) -> Option<Sourced<Secret>> {
        self.place(name).ok().map(|place| self.values.remove(place).value)
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.values.iter().map(|it| (it.option.name, &it.value.origin))).finish()
    }
}

/// The URL of a server, which must not contain a password.
pub(crate) fn server_url(text: &Sourced<&str>) -> Result<Url> {
    let url = Url::parse(text.value).ok().filter(|it| matches!(it.scheme(), "http" | "https") && it.has_host());
    url.filter(|it| it.username().is_empty() && it.password().is_none()).ok_or_else(|| {
        let message = format!("{} is not the URL of a server", text.origin);
        Error::new(ErrorKind::InvalidConfig, message)
            .with_hint("write it whole, without a user name: `https://login.example/token`")
    })
}

/// Whether a version of an API implies a microversion: `2.79` does, `2.0` and `3` do not.
pub(crate) fn asks_for_microversion(version: &str) -> bool {
    version.split_once('.').is_some_and(|(_, minor)| minor != "0")
}

//! Credentials that are read again: secrets from files, commands and the keyring, and the configuration files if
//! `reload_config` is set.

use super::{CloudConfig, OptionSpec, Settings, Sources, secret_source};
use crate::{
    auth::{AuthMethod, Credentials, Recipe, methods},
    error::{Error, ErrorKind, Result},
    hint::Hint,
    host::Host,
};

/// How to recreate a login. `live` lists the options whose secrets were fetched into `settings` and can be fetched
/// again.
pub(super) fn recipe(
    config: &CloudConfig,
    settings: &Settings,
    live: &[&'static str],
    sources: Option<Sources>,
    unattended: bool,
    host: &Host,
) -> Option<Recipe> {
    let method = config.method.as_ref()?;
    let (host, read) = (host.clone(), host.now());
    let mut without = settings.clone();
    for name in live {
        without.take(name);
    }
    if let Some(sources) = sources {
        let again = Again { sources, before: without, method: method.clone(), host };
        return Some(Recipe::new(move || again.credentials(), read));
    }
    if live.is_empty() {
        return None;
    }
    let scope = config.scope.clone();
    let make = move || {
        let mut settings = without.clone();
        secret_source::fetch_of_login(&mut settings, unattended, &host)?;
        let (method, further) = proof(&settings)?;
        Ok(Credentials { method, further, scope: scope.clone() })
    };
    Some(Recipe::new(make, read))
}

fn proof(settings: &Settings) -> Result<(AuthMethod, Vec<AuthMethod>)> {
    let spec = methods::chosen(settings)?;
    let method = methods::read(spec, settings)?.ok_or_else(|| methods::missing(spec, settings))?;
    Ok((method, methods::further(spec, settings)?))
}

/// Reads the whole configuration again.
struct Again {
    sources: Sources,
    /// The settings when the client was created.
    before: Settings,
    method: AuthMethod,
    host: Host,
}

impl Again {
    fn credentials(&self) -> Result<Credentials> {
        let unattended = self.sources.unattended;
        let (name, mut settings) = self.sources.clone().merge(&self.host)?;
        self.refuse_another_cloud(&settings)?;
        secret_source::fetch_of_login(&mut settings, unattended, &self.host)?;
        // Secrets that a person was prompted for.
        for name in methods::lacking_secrets(methods::chosen(&settings)?, &settings) {
            if let Some(answer) = self.before.secret(name) {
                settings.put(name, answer.clone());
            }
        }
        let config = CloudConfig::resolve(name, &settings, &self.host)?;
        let method = config.method.ok_or_else(|| methods::missing(self.method.spec(), &settings))?;
        if method.spec().form != self.method.spec().form {
            let (before, now) = (self.method.spec().auth_types[0], method.spec().auth_types[0]);
            let message = format!("the configuration has changed from `{before}` to `{now}` since the client was made");
            return Err(Error::new(ErrorKind::InvalidConfig, message)
                .with_hint("a client cannot change between these methods: make a new one"));
        }
        self.warn_of_the_rest(&settings);
        Ok(Credentials { method, further: config.further, scope: config.scope })
    }

    /// Secrets for another identity service must not be used for this one.
    fn refuse_another_cloud(&self, settings: &Settings) -> Result<()> {
        let url = |settings: &Settings| settings.string("auth_url");
        if url(&self.before) == url(settings) {
            return Ok(());
        }
        let place = settings.origin("auth_url").or(self.before.origin("auth_url")).map(ToString::to_string);
        let message = format!("{} has changed since the client was made", place.unwrap_or_default());
        Err(Error::new(ErrorKind::InvalidConfig, message)
            .with_hint("a client stays with its identity service: make a new one for " + Hint::option("auth_url")))
    }

    /// Other changes take effect only in the next client.
    fn warn_of_the_rest(&self, settings: &Settings) {
        let of_login = |name: &str| {
            let is_of_a_method = || methods::OPTIONS.iter().any(|group| group.iter().any(|it| it.name == name));
            matches!(name, "auth_type" | "reload_config")
                || OptionSpec::find(name).is_some_and(OptionSpec::is_of_scope)
                || is_of_a_method()
        };
        let differs = |one: &Settings, other: &Settings| {
            let all = one.all().filter(|(name, _)| !of_login(name)).map(|(name, value)| (name.to_owned(), value));
            let other: Vec<_> = other.all().collect();
            let changed = all.filter(|(name, value)| {
                !other.iter().any(|(it, value_there)| it == name && value_there.value == value.value)
            });
            changed.map(|(name, _)| name).collect::<Vec<_>>()
        };
        let mut changed = differs(settings, &self.before);
        changed.extend(differs(&self.before, settings));
        // They were fetched for the client, and are not fetched again.
        changed.retain(|name| !secret_source::OF_STORE.contains(&name.as_str()));
        changed.sort();
        changed.dedup();
        if !changed.is_empty() {
            let options = changed.join(", ");
            tracing::warn!(target: "archstone::login", options, "configuration has changed that only a new client uses");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        Client,
        config::{METHODS, ValueKind},
        host::Host,
    };

    /// Every secret of every method that can be in a file is read again.
    #[test]
    fn each_secret_in_a_file_is_read_again() {
        let folder = std::env::temp_dir().join(format!("archstone-reread-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let file = folder.join("secret");
        let mut seen = 0;
        let of_method = |name: &str| METHODS.iter().find(|it| it.name == name).copied();
        for method in METHODS.iter().filter(|it| !it.is_given()) {
            for secret in method.needs.iter().flat_map(|group| group.iter()) {
                let option = format!("{secret}_file");
                if super::super::OptionSpec::find(&option).is_none() {
                    continue;
                }
                let beside = if method.name == "ec2credential" { of_method("password") } else { None };
                let mut client =
                    Client::builder().auth_type(method.auth_types[0]).host(Host::made([("HOME", "/none")]));
                client = client.option("auth_url", "http://127.0.0.1:9/v3").option(&option, file.display().to_string());
                let mut given = vec![*secret];
                for group in method.needs.iter().chain(beside.iter().flat_map(|it| it.needs)) {
                    if !group.iter().any(|name| given.contains(name)) {
                        given.push(group[0]);
                        let is_url =
                            super::super::OptionSpec::find(group[0]).is_some_and(|it| it.kind == ValueKind::Url);
                        client = client.option(group[0], if is_url { "https://login.example/" } else { "MFRGG===" });
                    }
                }
                if method.name == "application_credential" {
                    client = client.user_id("u");
                }
                std::fs::write(&file, "MFRGG\n").expect("a file");
                let config = client.config().unwrap_or_else(|error| panic!("{} {option}: {error}", method.name));
                let before = config.method.expect("a method");
                std::fs::write(&file, "MFRGGZDF\n").expect("a file");
                let again = config.recipe.unwrap_or_else(|| panic!("{option} is not read again")).now();
                assert_ne!(again.expect("credentials").method, before, "{} {option}", method.name);
                seen += 1;
            }
        }
        assert!(seen >= 8, "{seen}");
        std::fs::remove_dir_all(folder).expect("a folder of its own");
    }
}

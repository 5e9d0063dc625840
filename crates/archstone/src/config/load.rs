//! Merges all layers: arguments, the environment, the files, the defaults.

use super::{
    CloudConfig, OptionSpec, Origin, Settings, Sourced, clouds, clouds_yaml, export, missing_secret, mixture, reread,
    resolve, secret_source, trust,
};
use crate::{
    auth::{
        Person, methods,
        store::{FolderKey, StoreAddress, store_address},
    },
    error::{Error, ErrorKind, Result, printable},
    hint::Hint,
    host::Host,
    secret::Secret,
    settings::Ask,
    transport::TransportSettings,
};

/// The sources of settings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    /// The program's arguments.
    pub(crate) arguments: Settings,
    /// Defaults, with the lowest precedence.
    pub(crate) defaults: Settings,
    /// The requested cloud.
    pub(crate) cloud: Option<String>,
    /// Whether the environment is used.
    pub(crate) environment: bool,
    /// Whether the program runs unattended: it runs no command, and queries neither a keyring nor a person.
    pub(crate) unattended: bool,
}

impl Sources {
    /// The cloud's name, if it comes from a file, and the merged settings.
    pub(crate) fn merge(self, host: &Host) -> Result<(Option<String>, Settings)> {
        let Self { arguments, defaults, mut cloud, environment, .. } = self;
        let mut settings = arguments;
        if environment {
            cloud = match cloud {
                None => host.checked_variable("OS_CLOUD")?,
                named => named,
            };
            settings = settings.over(Settings::from_environment(host)?);
        }
        // The only cloud in the file is used if nothing else configures a URL.
        let lost = environment && !["auth_url", "token_id", "token_ref", "profile"].iter().any(|it| settings.has(it));
        let mut name = None;
        let loaded = match &cloud {
            Some(cloud) => match clouds_yaml::load(Some(cloud), &settings, host) {
                Err(error)
                    if error.kind() == ErrorKind::NotConfigured
                        && environment
                        && clouds_yaml::is_environment(cloud, host) =>
                {
                    None
                }
                outcome => outcome?,
            },
            None if lost => clouds_yaml::load(None, &settings, host)?,
            None => None,
        };
        if let Some((found, entry)) = loaded {
            settings = settings.over(entry);
            name = found;
        } else if settings.has("profile") {
            let profile = clouds_yaml::load_profile(&settings, host)?;
            settings = settings.over(profile);
        }
        let mut settings = settings.over(defaults);
        if environment {
            bundle_of_others(&mut settings, host)?;
        }
        Ok((name, settings))
    }
}

/// If no CA bundle is configured, uses the one for Python's requests and curl from their variables, as the `openstack`
/// command does.
fn bundle_of_others(settings: &mut Settings, host: &Host) -> Result<()> {
    let is_path = |it: Sourced<&str>| it.value.contains('/');
    if settings.has("cacert") || settings.text("verify").is_some_and(is_path) {
        return Ok(());
    }
    for variable in ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"] {
        if let Some(bundle) = host.checked_variable(variable)? {
            settings.put("cacert", Sourced { value: bundle.into(), origin: Origin::Variable(variable.to_owned()) });
            break;
        }
    }
    Ok(())
}

/// The configuration from these sources, with secrets fetched or prompted for.
pub(crate) fn make(sources: Sources, host: &Host, mut person: Person) -> Result<CloudConfig> {
    let may_choose = sources.environment && sources.cloud.is_none();
    let unattended = sources.unattended;
    person.ask = person.ask.filter(|_| !unattended);
    let again = sources.clone();
    let made = whole(sources, host, person.ask.as_ref()).and_then(|Whole { name, settings, mixture, live }| {
        let method = methods::chosen(&settings)?;
        let lacks_once = methods::lacking(method, &settings).iter().any(|names| names.iter().any(|it| is_once(it)));
        let config = CloudConfig::resolve(name, &settings, host)?;
        if person.ask.is_none() && lacks_once && config.given.is_none() {
            return Err(methods::missing(method, &settings));
        }
        if let Some(login) = config.method.as_ref().filter(|_| config.given.is_none()) {
            login.method().usable(host, unattended)?;
        }
        let again = settings.switch("reload_config")?.unwrap_or(false).then_some(again);
        let recipe = reread::recipe(&config, &settings, &live, again, unattended, host);
        // The login that started this process may hold the very lock that a store would wait for.
        let token_store = config.token_store.clone().filter(|_| !methods::exec::is_within(host));
        let mut config = CloudConfig { mixture, token_store, recipe, person, ..config };
        config.transport.key_password = secret_source::key_password(&settings, unattended, host);
        Ok(config)
    });
    let made = made.and_then(|config| if unattended { without_keyring(config) } else { Ok(config) });
    made.map_err(|error| if may_choose { with_choice(error, host) } else { error })
}

fn is_once(option: &str) -> bool {
    OptionSpec::find(option).is_some_and(|spec| spec.once)
}

/// If no login is configured and no cloud was chosen, the error lists the available clouds.
fn with_choice(error: Error, host: &Host) -> Error {
    const MOST: usize = 20;
    if error.kind() != ErrorKind::NotConfigured || host.variable("OS_CLOUD").is_some() {
        return error;
    }
    let clouds = clouds::names(host).unwrap_or_default();
    let listed: Vec<_> = clouds.iter().take(MOST).map(|name| format!("`{}`", printable(name))).collect();
    let more = if clouds.len() > MOST { ", …" } else { "" };
    match error.hint_parts().cloned() {
        Some(hint) if clouds.len() > 1 => {
            let choice = "choose a cloud with " + Hint::option("cloud") + format!(": {}{more}; or ", listed.join(", "));
            error.with_hint(choice + hint)
        }
        _ => error,
    }
}

/// Returns an error if the key of the token cache is in the keyring.
fn without_keyring(config: CloudConfig) -> Result<CloudConfig> {
    match config.token_store {
        Some(StoreAddress::Folder { key: FolderKey::Keyring, .. }) => {
            let message = "the key of the token cache is in the keyring, which is not used here";
            Err(Error::new(ErrorKind::NotConfigured, message))
        }
        _ => Ok(config),
    }
}

/// The token store of these sources, whoever logs in. `None` if tokens are kept only in memory.
pub(crate) fn make_store(sources: Sources, host: &Host) -> Result<Option<StoreAddress>> {
    let unattended = sources.unattended;
    let (_, mut settings) = sources.merge(host)?;
    secret_source::fetch_of_store(&mut settings, unattended, host)?;
    store_address(&settings, host)
}

/// The connection settings of arguments and environment. Files are ignored: a cloud may need a profile that is yet to
/// be fetched with these settings.
pub(crate) fn make_transport(sources: Sources, host: &Host) -> Result<TransportSettings> {
    let Sources { arguments, defaults, environment, .. } = sources;
    let said = if environment { arguments.over(Settings::from_environment(host)?) } else { arguments };
    let mut said = said.over(defaults);
    if environment {
        bundle_of_others(&mut said, host)?;
    }
    resolve::transport(&said, host)
}

/// The configuration as variables for other programs.
pub(crate) fn make_variables(sources: Sources, host: &Host, ask: Option<&Ask>) -> Result<Vec<(String, Secret)>> {
    let may_choose = sources.environment && sources.cloud.is_none();
    let choose = |error| if may_choose { with_choice(error, host) } else { error };
    let Whole { name, settings, .. } = whole(sources, host, ask).map_err(choose)?;
    if let Some(provider) = settings.provider() {
        let message = format!("{} is a part of this program, and cannot be passed on in variables", provider.name());
        return Err(Error::new(ErrorKind::InvalidConfig, message).with_hint("pass its token on instead"));
    }
    let config = CloudConfig::resolve(name, &settings, host).map_err(choose)?;
    Ok(export::variables(&config, &settings))
}

/// Settings with all secrets.
struct Whole {
    /// The cloud's name.
    name: Option<String>,
    settings: Settings,
    /// The origins of the parts of the login.
    mixture: Option<String>,
    /// The options of the login whose secrets can be fetched again.
    live: Vec<&'static str>,
}

fn whole(sources: Sources, host: &Host, ask: Option<&Ask>) -> Result<Whole> {
    let (unattended, ask) = (sources.unattended, ask.filter(|_| !sources.unattended));
    let (name, mut settings) = sources.merge(host)?;
    let live = secret_source::fetch(&mut settings, unattended, host)?;
    trust::warn_of_strangers(&settings, host);
    // A person who was prompted knows where the answer comes from.
    let mixture = mixture::mixture(&settings);
    if let (Some(ask), Some(missing)) = (ask, missing_secret(&settings)?)
        && let Some(value) = ask.now(missing)?
    {
        settings.put(missing.name, Sourced { value, origin: Origin::Argument(missing.name.to_owned()) });
    }
    Ok(Whole { name, settings, mixture, live })
}

/// Sets a placeholder for a secret that a login would prompt for or fetch, for only inspecting the configuration.
pub(super) fn asked_for(settings: &mut Settings) {
    let Ok(method) = methods::chosen(settings) else { return };
    for names in methods::lacking(method, settings) {
        if let &[first, ..] = names
            && OptionSpec::find(first).is_some_and(|spec| spec.secret)
        {
            settings.put(first, Sourced { value: "asked for".into(), origin: Origin::Default(first.to_owned()) });
        }
    }
}

//! All layers, in one: what was passed, the environment, the files, the defaults.

use super::{
    CloudConfig, OptionSpec, Origin, Settings, Sourced, clouds, clouds_yaml, export, missing_secret, mixture, resolve,
    secret_source, trust,
};
use crate::{
    auth::{
        methods,
        store::{FolderKey, StoreAddress, store_address},
    },
    error::{Error, ErrorKind, Result, printable},
    hint::Hint,
    host::Host,
    secret::Secret,
    settings::Ask,
    transport::TransportSettings,
};

/// Where settings come from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    /// What was passed.
    pub(crate) arguments: Settings,
    /// What everything else is stronger than.
    pub(crate) defaults: Settings,
    /// The cloud that was named.
    pub(crate) cloud: Option<String>,
    /// Whether the environment counts.
    pub(crate) environment: bool,
    /// Whether nobody is there: no command runs, no keyring is asked, and no person.
    pub(crate) unattended: bool,
}

impl Sources {
    /// The cloud's name, when a file has it, and the merged settings.
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
        // The only cloud of the file serves when nothing else says where to go.
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

/// Where nothing says whom to trust, the bundle that Python's requests and curl are told of, as in the `openstack`
/// command.
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

/// The configuration of these sources, with secrets fetched from where they are, or asked for.
pub(crate) fn make(sources: Sources, host: &Host, ask: Option<Ask>) -> Result<CloudConfig> {
    let may_choose = sources.environment && sources.cloud.is_none();
    let unattended = sources.unattended;
    let ask = ask.filter(|_| !unattended);
    let made = whole(sources, host, ask.as_ref()).and_then(|(name, settings, mixture)| {
        let method = methods::chosen(&settings)?;
        let lacks_once = methods::lacking(method, &settings).iter().any(|names| names.iter().any(|it| is_once(it)));
        let config = CloudConfig::resolve(name, &settings, host)?;
        if ask.is_none() && lacks_once && config.given.is_none() {
            return Err(methods::missing(method, &settings));
        }
        if let Some(login) = config.method.as_ref().filter(|_| config.given.is_none()) {
            login.method().usable(host, unattended)?;
        }
        // The login that runs this process may hold the very lock that a store would wait for.
        let token_store = config.token_store.clone().filter(|_| !methods::exec::is_within(host));
        Ok(CloudConfig { mixture, token_store, ask, ..config })
    });
    let made = made.and_then(|config| if unattended { without_keyring(config) } else { Ok(config) });
    made.map_err(|error| if may_choose { with_choice(error, host) } else { error })
}

fn is_once(option: &str) -> bool {
    OptionSpec::find(option).is_some_and(|spec| spec.once)
}

/// Where nothing is configured for a login and no cloud was chosen, the error lists the clouds to choose from.
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

/// A cloud whose tokens open without the keyring.
fn without_keyring(config: CloudConfig) -> Result<CloudConfig> {
    match config.token_store {
        Some(StoreAddress::Folder { key: FolderKey::Keyring, .. }) => {
            let message = "the key of the token cache is in the keyring, which is not asked";
            Err(Error::new(ErrorKind::NotConfigured, message))
        }
        _ => Ok(config),
    }
}

/// Where these sources keep tokens, whoever logs in. `None` where that is in memory alone.
pub(crate) fn make_store(sources: Sources, host: &Host) -> Result<Option<StoreAddress>> {
    let unattended = sources.unattended;
    let (_, mut settings) = sources.merge(host)?;
    secret_source::fetch_of_store(&mut settings, unattended, host)?;
    store_address(&settings, host)
}

/// How arguments and environment say that servers are reached. No file counts: a cloud may want a profile that is
/// yet to be fetched this way.
pub(crate) fn make_transport(sources: Sources, host: &Host) -> Result<TransportSettings> {
    let Sources { arguments, defaults, environment, .. } = sources;
    let said = if environment { arguments.over(Settings::from_environment(host)?) } else { arguments };
    let mut said = said.over(defaults);
    if environment {
        bundle_of_others(&mut said, host)?;
    }
    resolve::transport(&said, host)
}

/// The same as variables for other programs.
pub(crate) fn make_variables(sources: Sources, host: &Host, ask: Option<&Ask>) -> Result<Vec<(String, Secret)>> {
    let may_choose = sources.environment && sources.cloud.is_none();
    let choose = |error| if may_choose { with_choice(error, host) } else { error };
    let (name, settings, _) = whole(sources, host, ask).map_err(choose)?;
    let config = CloudConfig::resolve(name, &settings, host).map_err(choose)?;
    Ok(export::variables(&config, &settings))
}

/// The cloud's name, its settings, and where the parts of the login come from.
fn whole(sources: Sources, host: &Host, ask: Option<&Ask>) -> Result<(Option<String>, Settings, Option<String>)> {
    let (unattended, ask) = (sources.unattended, ask.filter(|_| !sources.unattended));
    let (name, mut settings) = sources.merge(host)?;
    secret_source::fetch(&mut settings, unattended, host)?;
    trust::warn_of_strangers(&settings, host);
    // A person who is asked knows where the answer comes from.
    let mixture = mixture::mixture(&settings);
    if let (Some(ask), Some(missing)) = (ask, missing_secret(&settings)?)
        && let Some(value) = ask.now(missing)?
    {
        settings.put(missing.name, Sourced { value, origin: Origin::Argument(missing.name.to_owned()) });
    }
    Ok((name, settings, mixture))
}

/// A placeholder for the secret that a login would ask for or fetch, for when the configuration is only looked at.
pub(super) fn asked_for(settings: &mut Settings) {
    let Ok(method) = methods::chosen(settings) else { return };
    for names in methods::lacking(method, settings) {
        if let &[only] = names
            && OptionSpec::find(only).is_some_and(|spec| spec.secret)
        {
            settings.put(only, Sourced { value: "asked for".into(), origin: Origin::Default(only.to_owned()) });
        }
    }
}

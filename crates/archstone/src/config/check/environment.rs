//! Checks the environment, alone and together with the cloud that it names.

use super::Findings;
use crate::{
    config::{
        OPTIONS, OptionSpec, Origin, Settings, Sources, clouds, files::File, foreign, load::asked_for, resolve, service,
    },
    error::printable,
    host::Host,
    spelling::nearest,
};

/// Options of the first group that concern the user or the URL.
const OF_LOGIN: [&str; 5] = ["auth_url", "auth_type", "mgmt_url", "token_id", "token_ref"];

impl Findings {
    pub(super) fn environment(&mut self, files: Option<&[File]>, host: &Host) {
        let settings = Settings::from_environment(host);
        let Some(settings) = self.refused(settings) else { return };
        self.settings(&settings, host);
        self.unknown_variables(host);
        let cloud = host.variable("OS_CLOUD");
        if cloud.is_some() || settings.has("auth_url") {
            let sources = Sources { environment: true, ..Sources::default() };
            if let Some((_, mut merged)) = self.refused(sources.merge(host)) {
                asked_for(&mut merged);
                for problem in resolve::problems(&merged, host) {
                    self.refused::<()>(Err(problem));
                }
                self.proxy(&merged, host);
            }
        }
        if let (Some(cloud), Some(files)) = (cloud, files) {
            self.left_over(&cloud, &settings, files, host);
        }
    }

    /// Finds variables that contradict the login of the cloud that `OS_CLOUD` names.
    fn left_over(&mut self, cloud: &str, environment: &Settings, files: &[File], host: &Host) {
        let region = environment.string("region_name");
        // Problems in the files have been reported already.
        let Ok(of_files) = clouds::settings(cloud, region.as_deref(), files, host, &mut Vec::new()) else { return };
        let is_of_login = |spec: &OptionSpec| {
            OF_LOGIN.contains(&spec.name)
                || OPTIONS.iter().skip(2).flat_map(|group| group.iter()).any(|it| it.name == spec.name)
        };
        for (name, value) in environment.all() {
            let Some(spec) = OptionSpec::find(name).filter(|spec| is_of_login(spec)) else { continue };
            let said = |other: &OptionSpec| {
                let is_alternative =
                    other.choices.iter().any(|(choice, _)| spec.choices.iter().any(|(it, _)| it == choice));
                other.name == spec.name || is_alternative
            };
            let hidden = of_files.all().find(|(other, it)| {
                OptionSpec::find(other).is_some_and(said)
                    && !(*other == name && it.value == value.value)
                    && matches!(it.origin, Origin::File { .. } | Origin::Profile { .. })
            });
            if let Some((_, hidden)) = hidden {
                let message = format!(
                    "{} takes precedence over {}, though `OS_CLOUD` names the cloud `{}`",
                    value.origin,
                    hidden.origin,
                    printable(cloud)
                );
                let Origin::Variable(variable) = &value.origin else { continue };
                self.warn(message, Some(format!("if it is left over from another login, run `unset {variable}`")));
            }
        }
    }

    /// Finds variables that look like options, but are not.
    fn unknown_variables(&mut self, host: &Host) {
        let known: Vec<String> = known_variables().collect();
        for variable in host
            .cloud_variables()
            .into_iter()
            .filter_map(|name| name.into_string().ok())
            .filter(|name| name.starts_with("OS_"))
        {
            let key = variable["OS_".len()..].to_ascii_lowercase();
            if known.contains(&variable) || service::find(&key).is_some() || foreign::is_of_others(&key) {
                continue;
            }
            let keys = known.iter().filter_map(|it| Some((it.strip_prefix("OS_")?, it)));
            let near = nearest(&variable["OS_".len()..], keys.map(|(key, _)| key));
            if let Some(near) = near {
                let what = format!("environment variable `{}` is unknown and ignored", printable(&variable));
                self.warn(what, Some(format!("did you mean `OS_{near}`?")));
            }
        }
    }
}

fn known_variables() -> impl Iterator<Item = String> {
    let options = OptionSpec::all();
    let names = options.flat_map(|spec| std::iter::once(spec.name).chain(spec.aliases.iter().copied()));
    let others = ["OS_CLOUD", "OS_CLOUD_NAME", "OS_CLIENT_CONFIG_FILE", "OS_CLIENT_SECURE_FILE"];
    names.map(OptionSpec::variable_of).chain(others.map(ToOwned::to_owned))
}

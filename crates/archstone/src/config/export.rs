//! Exports a configuration as environment variables, for other programs.

use super::{CloudConfig, OptionSpec, Settings};
use crate::{
    auth::{
        AuthMethod, GivenToken, METHODS,
        methods::{self, Method},
    },
    reference::{DomainRef, ProjectRef, UserRef},
    scope::Scope,
    secret::Secret,
    transport::Trust,
};

/// The variables with which other programs do the same, including secrets.
pub(crate) fn variables(config: &CloudConfig, settings: &Settings) -> Vec<(String, Secret)> {
    let mut out = Export::default();
    for (name, value) in settings.all() {
        let Some(spec) = OptionSpec::find(name) else {
            out.put(format!("OS_{}", name.to_ascii_uppercase()), value.value.clone());
            continue;
        };
        let is_ours = spec.variable().starts_with("ARCHSTONE_");
        let is_of_method = METHODS.iter().any(|method| method.options.iter().any(|it| it.name == spec.name));
        let is_said_below = !spec.choices.is_empty() && !spec.secret && !is_of_method;
        match spec.name {
            "auth_type" | "mgmt_url" => {}
            // The name that others use.
            "timeout" => out.put("OS_API_TIMEOUT".into(), value.value.clone()),
            _ if is_ours || is_said_below => {}
            _ => out.put(spec.variable(), value.value.clone()),
        }
    }
    // Others read `OS_VERIFY=false` as a file name, and a list of interfaces as the name of one.
    match &config.transport.trust {
        Trust::Nothing => out.put("OS_INSECURE".into(), "true".into()),
        Trust::Bundle(bundle) => out.put("OS_CACERT".into(), bundle.to_string_lossy().into_owned().into()),
        Trust::System => {}
    }
    if let Some(interface) = config.interfaces.first() {
        out.put("OS_INTERFACE".into(), interface.as_str().into());
    }
    if let Some(url) = &config.auth_url {
        out.put("OS_AUTH_URL".into(), url.value.as_str().into());
    }
    // A login that continues to another cloud is exported as the login at home, with additional options.
    let method = config.method.as_ref().map(AuthMethod::method);
    let at_home = method.and_then(Method::at_home).map(|(_, credentials)| credentials);
    let method = at_home.map(|it| it.method.method()).or(method);
    let scope = at_home.map_or(&config.scope, |it| &it.scope);
    let spec = method.map(Method::spec).or_else(|| methods::chosen(settings).ok().filter(|spec| spec.is_given()));
    let auth_type = spec.map_or("admin_token", |spec| spec.auth_types[0]);
    if let (None, Some(given @ (GivenToken::Id(_) | GivenToken::Nothing | GivenToken::Basic { .. }))) =
        (&config.method, &config.given)
    {
        match (given, settings.secret("username")) {
            (GivenToken::Id(token), _) => out.put("OS_TOKEN".into(), token.clone()),
            (GivenToken::Basic { .. }, Some(user)) => out.put("OS_USERNAME".into(), user.value.clone()),
            _ => {}
        }
        if let Some(url) = &config.mgmt_url {
            out.put("OS_ENDPOINT".into(), url.as_str().into());
        }
    }
    out.put("OS_AUTH_TYPE".into(), auth_type.into());
    match method.and_then(Method::user) {
        Some(UserRef::Id(id)) => out.put("OS_USER_ID".into(), id.as_str().into()),
        Some(UserRef::Name { name, domain }) => {
            out.put("OS_USERNAME".into(), name.as_str().into());
            out.domain("OS_USER_DOMAIN", domain);
        }
        None => {}
    }
    match scope {
        Scope::Project(ProjectRef::Id(id)) => out.put("OS_PROJECT_ID".into(), id.as_str().into()),
        Scope::Project(ProjectRef::Name { name, domain }) => {
            out.put("OS_PROJECT_NAME".into(), name.as_str().into());
            out.domain("OS_PROJECT_DOMAIN", domain);
        }
        Scope::Domain(domain) => out.domain("OS_DOMAIN", domain),
        Scope::System => out.put("OS_SYSTEM_SCOPE".into(), "all".into()),
        Scope::Trust(id) => out.put("OS_TRUST_ID".into(), id.as_str().into()),
        Scope::Unscoped | Scope::Default => {}
    }
    out.0.sort_by(|(one, _), (other, _)| one.cmp(other));
    out.0
}

#[derive(Default)]
struct Export(Vec<(String, Secret)>);

impl Export {
    /// The last value for a variable is used.
    fn put(&mut self, variable: String, value: Secret) {
        self.0.retain(|(name, _)| *name != variable);
        self.0.push((variable, value));
    }

    fn domain(&mut self, prefix: &str, domain: &DomainRef) {
        let (ending, value) = match domain {
            DomainRef::Id(id) => ("ID", id),
            DomainRef::Name(name) => ("NAME", name),
        };
        self.put(format!("{prefix}_{ending}"), value.as_str().into());
    }
}

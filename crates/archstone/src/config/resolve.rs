//! From merged settings to one typed configuration; contradictions are refused here, before any
//! network traffic, with what to change.

use std::{net::IpAddr, path::PathBuf, time::Duration};

use url::Url;

use super::{CloudConfig, service::Services, values};
use crate::{
    auth::{
        GivenToken,
        methods::{self, MethodSpec, Reads},
        store::store_address,
    },
    catalog::Interface,
    error::{Error, ErrorKind, Result, printable},
    hint::Hint,
    host::Host,
    reference::ProjectRef,
    scope::Scope,
    settings::{OptionSpec, Settings, Sourced, domain_of, domain_ref, user},
    transport::{InsecureEndpoints, Origins, Proxies, Proxy, Rules, TlsVersion, TransportSettings, Trust, Way},
};

impl CloudConfig {
    pub(crate) fn resolve(name: Option<String>, settings: &Settings, host: &Host) -> Result<Self> {
        let spec = methods::chosen(settings)?;
        let given = GivenToken::beside(settings).or_else(|| match spec.reads {
            Reads::Given(read) => read(settings),
            Reads::Login(_) => None,
        });
        let url = |name: &str| settings.text(name).map(|it| http_url(&it, settings)).transpose();
        let further = methods::further(spec, settings)?;
        let (auth_url, mgmt_url) = (url("auth_url")?, url("mgmt_url")?.map(|it| it.value));
        let endpoint = endpoint_of_all(settings, given.is_some(), mgmt_url.as_ref())?;
        let scope = scope(settings)?;
        let method = match methods::read(spec, settings) {
            // A token that was given is enough.
            Err(error) if given.is_some() && error.kind() == ErrorKind::NotConfigured => None,
            outcome => outcome?,
        };
        if let (Some(why), true) = (spec.scopeless, method.is_some()) {
            refuse_scope(spec, why, settings)?;
        }
        if given.is_none() && auth_url.is_none() {
            return Err(methods::missing(spec, settings));
        }
        Ok(Self {
            name,
            auth_url,
            method,
            scope,
            given,
            mgmt_url,
            endpoint,
            mixture: None,
            region: settings.string("region_name"),
            interfaces: settings.text("interface").map_or(Ok(Vec::new()), |it| interfaces(&it))?,
            services: Services::from_settings(settings)?,
            transport: transport(settings, host)?,
            token_store: store_address(settings, host)?,
            ask: None,
            further,
        })
    }
}

/// All that a client would refuse in these settings: each value, and what goes together with what.
pub(super) fn problems(settings: &Settings, host: &Host) -> Vec<Error> {
    let mut problems = values::wrong(settings, host);
    let parts = [
        methods::chosen(settings).map(drop),
        scope(settings).map(drop),
        user(settings).map(drop),
        transport(settings, host).map(drop),
        way(settings, host).map(drop),
        Services::from_settings(settings).map(drop),
        CloudConfig::resolve(None, settings, host).map(drop),
    ];
    for problem in parts.into_iter().filter_map(Result::err) {
        if !problems.iter().any(|known| known.to_string() == problem.to_string()) {
            problems.push(problem);
        }
    }
    problems
}

/// The URL that serves every service: where `auth_type` names a method that exchanges nothing, such as `admin_token`.
fn endpoint_of_all(settings: &Settings, has_token: bool, mgmt_url: Option<&Url>) -> Result<Option<Url>> {
    let is_given = |it: &Sourced<&str>| methods::named(it).is_ok_and(MethodSpec::is_given);
    let named = settings.text("auth_type").filter(is_given);
    let tells_of_token = ["token", "token_id", "token_ref"].iter().any(|name| settings.has(name));
    match (named, mgmt_url) {
        // `auth_url` says where the services are for a token, too.
        (Some(named), None) if has_token && !(settings.has("auth_url") && tells_of_token) => {
            let message = format!("{} is `{}`, which needs the URL of the services", named.origin, named.value);
            Err(Error::new(ErrorKind::NotConfigured, message)
                .with_hint("give it with " + Hint::option("mgmt_url") + "; every service is used at that URL"))
        }
        (Some(_), Some(url)) => Ok(Some(url.clone())),
        _ => Ok(None),
    }
}

/// The secret that alone is missing for a login.
pub(crate) fn missing_secret(settings: &Settings) -> Result<Option<&'static OptionSpec>> {
    match *methods::lacking(methods::chosen(settings)?, settings) {
        [&[only]] => Ok(OptionSpec::find(only).filter(|spec| spec.secret && !spec.once)),
        _ => Ok(None),
    }
}

/// What is bound to its project takes no scope: Keystone refuses any other.
fn refuse_scope(method: &MethodSpec, why: &str, settings: &Settings) -> Result<()> {
    const SCOPES: [&str; 7] =
        ["project_id", "project_name", "domain_id", "domain_name", "system_scope", "trust_id", "unscoped"];
    let asked: Vec<_> = SCOPES.iter().filter_map(|name| settings.origin(name)).map(ToString::to_string).collect();
    if asked.is_empty() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::ScopeConflict,
        format!("an {} cannot take a scope, but one is asked by {}", method.proof, asked.join(" and ")),
    )
    .with_hint(format!("take the scope away: {why}")))
}

/// Whether the system itself is asked for.
pub(super) fn system(settings: &Settings) -> Result<bool> {
    match settings.text("system_scope") {
        None => Ok(false),
        Some(it) if it.value == "all" => Ok(true),
        Some(it) => {
            let message = format!("{} is `{}`, and Keystone knows only `all`", it.origin, printable(it.value));
            Err(Error::new(ErrorKind::InvalidConfig, message).with_hint("write `all`"))
        }
    }
}

pub(super) fn scope(settings: &Settings) -> Result<Scope> {
    let unscoped = settings.switch("unscoped")?.unwrap_or(false);
    let system = system(settings)?;
    let project = match (settings.string("project_id"), settings.string("project_name")) {
        (Some(id), _) => Some(ProjectRef::Id(id)),
        (None, Some(name)) => Some(ProjectRef::Name { domain: domain_of(settings, "project")?, name }),
        (None, None) => None,
    };
    let domain = domain_ref(settings, "domain_id", "domain_name");
    let scopes = [
        (project.map(Scope::Project), ["project_id", "project_name"]),
        (domain.map(Scope::Domain), ["domain_id", "domain_name"]),
        (system.then_some(Scope::System), ["system_scope"; 2]),
        (settings.string("trust_id").map(Scope::Trust), ["trust_id"; 2]),
        (unscoped.then_some(Scope::Unscoped), ["unscoped"; 2]),
    ];
    let mut asked: Vec<_> = scopes
        .into_iter()
        .filter_map(|(scope, names)| {
            let origin = names.iter().find_map(|name| settings.origin(name))?;
            Some((scope?, origin.to_string()))
        })
        .collect();
    match asked.len() {
        0 => Ok(Scope::Default),
        1 => Ok(asked.remove(0).0),
        _ => {
            let origins: Vec<_> = asked.into_iter().map(|(_, origin)| origin).collect();
            Err(Error::new(
                ErrorKind::ScopeConflict,
                format!("{} scopes are asked: by {}", origins.len(), origins.join(" and by ")),
            )
            .with_hint("a token has one scope: keep the one you mean, and take the others away"))
        }
    }
}

pub(super) fn http_url(text: &Sourced<&str>, settings: &Settings) -> Result<Sourced<Url>> {
    let origin = &text.origin;
    let text = Sourced { value: &*filled(text, settings)?, origin: origin.clone() };
    let invalid = |why: String| Error::new(ErrorKind::InvalidConfig, format!("{origin} {why}"));
    // A URL may hold a password: it is shown only in parts.
    let url = Url::parse(text.value).map_err(|source| {
        let error = invalid("is not a URL".into()).with_source(source);
        match text.value.split_once(':') {
            None if !text.value.contains(['@', '?', '/']) => {
                error.with_hint(format!("write it whole: `http://{}:5000/v3`", printable(text.value)))
            }
            _ => error.with_hint("write it whole: `https://keystone.example:5000/v3`"),
        }
    })?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(invalid(format!("begins with `{}:`, and not with `http://` or `https://`", url.scheme()))
            .with_hint("write the scheme before the host: `https://keystone.example:5000/v3`"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid("holds a user name or a password".into())
            .with_hint("take it out of the URL, and use " + Hint::options(["username", "password"], "and")));
    }
    Ok(Sourced { value: url, origin: origin.clone() })
}

/// A URL with `{region_name}` and the like replaced by what they stand for, as profiles of vendors have it.
pub(crate) fn filled(text: &Sourced<&str>, settings: &Settings) -> Result<String> {
    let mut filled = String::new();
    let mut rest = text.value;
    while let Some((before, (name, after))) =
        rest.split_once('{').and_then(|(before, it)| Some((before, it.split_once('}')?)))
    {
        let spec = OptionSpec::find(name).filter(|spec| !spec.secret);
        let Some(value) = spec.and_then(|spec| settings.text(spec.name)) else {
            let message = format!("{} needs `{}`, which is not set", text.origin, printable(name));
            return Err(Error::new(ErrorKind::NotConfigured, message)
                .with_hint("give " + Hint::option(&printable(name)) + ", or write the URL without `{…}`"));
        };
        filled.push_str(before);
        filled.push_str(value.value);
        rest = after;
    }
    Ok(filled + rest)
}

/// Several interfaces, the preferred first.
pub(crate) fn interfaces(text: &Sourced<&str>) -> Result<Vec<Interface>> {
    let Sourced { value, origin } = text;
    let names = value.split(',').map(str::trim).filter(|name| !name.is_empty());
    let interfaces: Vec<_> = names.map(Interface::from).collect();
    for interface in &interfaces {
        if let Interface::Other(name) = interface {
            let message = format!("{origin}: there is no interface `{}`", printable(name));
            return Err(Error::new(ErrorKind::InvalidConfig, message)
                .with_hint("the interfaces are `public`, `internal` and `admin`"));
        }
    }
    Ok(interfaces)
}

pub(super) fn transport(settings: &Settings, host: &Host) -> Result<TransportSettings> {
    let path = |name: &str| settings.text(name).map(|it| file_path(&it, host)).transpose();
    // As with Python's requests, `verify` may name a bundle.
    let names_bundle = settings.text("verify").is_some_and(|it| it.value.contains('/'));
    let (bundle, verify) = if names_bundle { (path("verify")?, None) } else { (None, settings.switch("verify")?) };
    let insecure = settings.switch("insecure")?.unwrap_or(false) || verify == Some(false);
    let bundle_is_verify = !settings.has("cacert") && bundle.is_some();
    let trust = match path("cacert")?.or(bundle) {
        _ if insecure => Trust::Nothing,
        Some(bundle) => Trust::Bundle(bundle),
        None => Trust::System,
    };
    let mut transport = TransportSettings {
        trust,
        tls_min_version: tls_min_version(settings)?,
        insecure_endpoints: insecure_endpoints(settings)?,
        client_certificate: path("cert")?,
        client_key: path("key")?,
        proxy: proxy(settings)?,
        no_proxy: settings.string("no_proxy"),
        unix_socket: path("unix_socket")?,
        user_agent: settings.string("user_agent"),
        original_ip: original_ip(settings)?,
        origins: Origins {
            cacert: settings.origin(if bundle_is_verify { "verify" } else { "cacert" }).map(ToString::to_string),
            proxy: settings.origin("proxy").map(ToString::to_string),
        },
        ..TransportSettings::default()
    };
    if let Some(timeout) = seconds(settings, "timeout")? {
        transport.timeout = timeout;
        transport.connect_timeout = transport.connect_timeout.min(timeout);
    }
    if let Some(timeout) = seconds(settings, "connect_timeout")? {
        transport.connect_timeout = timeout;
    }
    if transport.client_key.is_some() && transport.client_certificate.is_none() {
        let place = settings.origin("key").map(ToString::to_string).unwrap_or_default();
        return Err(Error::new(ErrorKind::InvalidConfig, format!("{place} is given, but no certificate"))
            .with_hint("give " + Hint::option("cert") + ", or remove " + Hint::option("key")));
    }
    Ok(transport)
}

/// Where a file is. What belongs in the file itself is a frequent mistake, and may be a secret: it is not shown.
pub(super) fn file_path(text: &Sourced<&str>, host: &Host) -> Result<PathBuf> {
    let invalid = |what: &str| Error::new(ErrorKind::InvalidConfig, format!("{} {what}", text.origin));
    if text.value.contains("-----BEGIN") {
        return Err(invalid("is the text of a certificate or a key, where the path of a file is expected")
            .with_hint("save the text as a file, and write the path of the file"));
    }
    if text.value.contains(['\n', '\0']) {
        return Err(invalid("has several lines, where the path of a file is expected"));
    }
    Ok(host.path(text.value))
}

pub(super) fn seconds(settings: &Settings, name: &str) -> Result<Option<Duration>> {
    let Some(Sourced { value, origin }) = settings.text(name) else { return Ok(None) };
    let seconds = value.parse::<f64>().ok().and_then(|it| Duration::try_from_secs_f64(it).ok());
    seconds.filter(|it| !it.is_zero()).map(Some).ok_or_else(|| {
        let message = format!("{origin} is `{}`, which is not a number of seconds", printable(value));
        Error::new(ErrorKind::InvalidConfig, message).with_hint("write a number above zero, such as `30` or `2.5`")
    })
}

pub(super) fn insecure_endpoints(settings: &Settings) -> Result<InsecureEndpoints> {
    let Some(Sourced { value, origin }) = settings.text("insecure_endpoints") else {
        return Ok(InsecureEndpoints::default());
    };
    let all = [InsecureEndpoints::Warn, InsecureEndpoints::Allow, InsecureEndpoints::Refuse];
    all.into_iter().find(|it| it.as_str() == value).ok_or_else(|| {
        let message =
            format!("{origin} is `{}`, which is not a policy for endpoints over plain HTTP", printable(value));
        Error::new(ErrorKind::InvalidConfig, message).with_hint("write `warn`, `allow` or `refuse`")
    })
}

pub(super) fn tls_min_version(settings: &Settings) -> Result<TlsVersion> {
    let Some(Sourced { value, origin }) = settings.text("tls_min_version") else { return Ok(TlsVersion::default()) };
    match value {
        "1.2" => Ok(TlsVersion::Tls12),
        "1.3" => Ok(TlsVersion::Tls13),
        other => {
            let message = format!("{origin} is `{}`, which is not a supported TLS version", printable(other));
            Err(Error::new(ErrorKind::InvalidConfig, message).with_hint("write `1.2` or `1.3`"))
        }
    }
}

pub(super) fn proxy(settings: &Settings) -> Result<Proxy> {
    let Some(Sourced { value: url, origin }) = settings.secret("proxy") else { return Ok(Proxy::System) };
    if url.expose() == "none" {
        return Ok(Proxy::Direct);
    }
    Rules::parse(url.expose(), &origin.to_string())?;
    Ok(Proxy::Through(url.clone()))
}

/// How the identity service is reached; `None` where nothing says where it is.
pub(super) fn way(settings: &Settings, host: &Host) -> Result<Option<(Url, Way)>> {
    let Some(url) = settings.text("mgmt_url").or_else(|| settings.text("auth_url")) else { return Ok(None) };
    let url = http_url(&url, settings)?.value;
    let settings = TransportSettings {
        proxy: proxy(settings)?,
        no_proxy: settings.string("no_proxy"),
        unix_socket: settings.string("unix_socket").map(PathBuf::from),
        ..TransportSettings::default()
    };
    let way = Proxies::of(&settings, host).to(&url)?;
    Ok(Some((url, way)))
}

pub(super) fn original_ip(settings: &Settings) -> Result<Option<IpAddr>> {
    let Some(Sourced { value, origin }) = settings.text("original_ip") else { return Ok(None) };
    value.parse().map(Some).map_err(|_| {
        let message = format!("{origin} is `{}`, which is not an IP address", printable(value));
        Error::new(ErrorKind::InvalidConfig, message).with_hint("write an address such as `192.0.2.7` or `2001:db8::7`")
    })
}

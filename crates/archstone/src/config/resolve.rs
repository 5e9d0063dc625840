//! Converts merged settings to a typed configuration; contradictions are refused here, before any network traffic, with
//! a hint at what to change.

use std::{net::IpAddr, path::PathBuf};

use url::Url;

use super::{CloudConfig, secret_source, service::Services, values};
use crate::{
    auth::{
        GivenToken, Person,
        methods::{self, MethodSpec, Reads},
        store::store_address,
    },
    catalog::Interface,
    error::{Error, ErrorKind, Result, printable},
    hint::Hint,
    host::Host,
    settings::{OptionSpec, Settings, Sourced, scope, user},
    transport::{InsecureEndpoints, Origins, Proxies, Proxy, Rules, TlsVersion, TransportSettings, Trust, Way},
};

impl CloudConfig {
    pub(crate) fn resolve(name: Option<String>, settings: &Settings, host: &Host) -> Result<Self> {
        let spec = methods::chosen(settings)?;
        let given = GivenToken::beside(settings).or_else(|| match spec.reads {
            Reads::Given(read) => read(settings),
            Reads::Login(_) | Reads::Provided(_) => None,
        });
        let url = |name: &str| settings.text(name).map(|it| http_url(&it, settings)).transpose();
        let further = methods::further(spec, settings)?;
        let (auth_url, mgmt_url) = (url("auth_url")?, url("mgmt_url")?.map(|it| it.value));
        let endpoint = endpoint_of_all(settings, given.is_some(), mgmt_url.as_ref())?;
        let scope = scope(settings, spec.scope_prefix)?;
        let given = given.map(|given| given.scoped(&scope)).transpose()?;
        let method = match methods::read(spec, settings) {
            // A given token is sufficient.
            Err(error) if given.is_some() && error.kind() == ErrorKind::NotConfigured => None,
            outcome => outcome?,
        };
        if let (Some(why), true) = (spec.scopeless, method.is_some()) {
            refuse_scope(spec, why, settings)?;
        }
        let mut transport = transport(settings, host)?;
        if let Some(GivenToken::Certificate(headers)) = &given {
            if let Some(url) = auth_url.as_ref().filter(|url| !transport.is_private(&url.value)) {
                let message = format!("{} is plain HTTP, over which no client certificate is sent", url.origin);
                return Err(Error::new(ErrorKind::InvalidConfig, message).with_hint("use an `https://` URL"));
            }
            transport.scope_headers.clone_from(headers);
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
            transport,
            token_store: store_address(settings, host)?,
            recipe: None,
            person: Person::default(),
            further,
            include_catalog: settings.switch("include_catalog")?.unwrap_or(true),
        })
    }
}

/// All reasons why a client would refuse these settings: invalid values, and contradictions.
pub(super) fn problems(settings: &Settings, host: &Host) -> Vec<Error> {
    let mut problems = values::wrong(settings, host);
    let parts = [
        methods::chosen(settings).map(drop),
        scope(settings, "").map(drop),
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

/// The URL that serves every service, if `auth_type` names a method without an exchange, such as `admin_token`.
fn endpoint_of_all(settings: &Settings, has_token: bool, mgmt_url: Option<&Url>) -> Result<Option<Url>> {
    let has_one_url = |it: &Sourced<&str>| methods::named(it).is_ok_and(MethodSpec::has_one_url);
    let named = settings.text("auth_type").filter(has_one_url);
    let tells_of_token = ["token", "token_id", "token_ref"].iter().any(|name| settings.has(name));
    match (named, mgmt_url) {
        // With a token, `auth_url` also leads to the services.
        (Some(named), None) if has_token && !(settings.has("auth_url") && tells_of_token) => {
            let message = format!("{} is `{}`, which needs the URL of the services", named.origin, named.value);
            Err(Error::new(ErrorKind::NotConfigured, message)
                .with_hint("give it with " + Hint::option("mgmt_url") + "; every service is used at that URL"))
        }
        (Some(_), Some(url)) => Ok(Some(url.clone())),
        _ => Ok(None),
    }
}

/// The secret, if it is the only thing that a login lacks.
pub(crate) fn missing_secret(settings: &Settings) -> Result<Option<&'static OptionSpec>> {
    match *methods::lacking(methods::chosen(settings)?, settings) {
        [&[first, ..]] => Ok(OptionSpec::find(first).filter(|spec| spec.secret && !spec.once)),
        _ => Ok(None),
    }
}

/// Credentials that are bound to their project accept no scope: Keystone refuses any other.
fn refuse_scope(method: &MethodSpec, why: &str, settings: &Settings) -> Result<()> {
    const SCOPES: [&str; 7] =
        ["project_id", "project_name", "domain_id", "domain_name", "system_scope", "trust_id", "unscoped"];
    let asked: Vec<_> = SCOPES.iter().filter_map(|name| settings.origin(name)).map(ToString::to_string).collect();
    if asked.is_empty() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::ScopeConflict,
        format!("an {} cannot take a scope, but one is requested by {}", method.proof, asked.join(" and ")),
    )
    .with_hint(format!("remove the scope: {why}")))
}

pub(super) fn http_url(text: &Sourced<&str>, settings: &Settings) -> Result<Sourced<Url>> {
    let origin = &text.origin;
    let text = Sourced { value: &*filled(text, settings)?, origin: origin.clone() };
    let invalid = |why: String| Error::new(ErrorKind::InvalidConfig, format!("{origin} {why}"));
    // A URL may contain a password: it is shown only in part.
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
            .with_hint("remove it from the URL, and use " + Hint::options(["username", "password"], "and")));
    }
    Ok(Sourced { value: url, origin: origin.clone() })
}

/// A URL with `{region_name}` and other placeholders replaced, as in vendors' profiles.
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
    let origin = |name: &str| settings.origin(name).map(ToString::to_string);
    let mut transport = TransportSettings {
        trust,
        tls_min_version: tls_min_version(settings)?,
        insecure_endpoints: insecure_endpoints(settings)?,
        client_certificate: path("cert")?,
        client_key: path("key")?,
        key_password: secret_source::key_password(settings, false, host),
        proxy: proxy(settings)?,
        no_proxy: settings.string("no_proxy"),
        unix_socket: path("unix_socket")?,
        user_agent: settings.string("user_agent"),
        original_ip: original_ip(settings)?,
        origins: Origins {
            cacert: origin(if bundle_is_verify { "verify" } else { "cacert" }),
            cert: origin("cert"),
            key: origin("key"),
            proxy: origin("proxy"),
        },
        ..TransportSettings::default()
    };
    if let Some(timeout) = settings.seconds("timeout")? {
        transport.timeout = timeout;
        transport.connect_timeout = transport.connect_timeout.min(timeout);
    }
    if let Some(timeout) = settings.seconds("connect_timeout")? {
        transport.connect_timeout = timeout;
    }
    if transport.client_key.is_some() && transport.client_certificate.is_none() {
        let place = settings.origin("key").map(ToString::to_string).unwrap_or_default();
        return Err(Error::new(ErrorKind::InvalidConfig, format!("{place} is given, but no certificate"))
            .with_hint("give " + Hint::option("cert") + ", or remove " + Hint::option("key")));
    }
    Ok(transport)
}

/// The path of a file. Giving the file's content instead is a frequent mistake, and may be a secret: it is not shown.
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

/// The route to the identity service; `None` if its URL is not configured.
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

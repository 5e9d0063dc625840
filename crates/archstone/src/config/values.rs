//! Checks each value on its own: whether a client would accept it, and whether it looks like a mistake.

use super::{profile, resolve, secret_source, service::Services};
use crate::{
    auth::{methods, store::store_address},
    error::{Error, ErrorKind, Result},
    host::Host,
    keyring::KeyringPlace,
    settings::{OptionSpec, Settings, Sourced, ValueKind, command, system_scope},
    text::{escaped, is_visible},
    transport::is_pkcs12,
};

/// The errors for invalid values. Combinations of values are not checked.
pub(super) fn wrong(settings: &Settings, host: &Host) -> Vec<Error> {
    let options = settings.all().filter_map(|(name, _)| OptionSpec::find(name));
    let of_options = options.filter_map(|spec| refused(spec, settings, host).err());
    let of_services = settings.services().iter().filter_map(|(key, value)| {
        let mut alone = Settings::default();
        alone.insert_service(key.clone(), value.clone());
        Services::from_settings(&alone).err()
    });
    // A value for a URL's placeholder may come from another layer.
    of_options.chain(of_services).filter(|error| error.kind() != ErrorKind::NotConfigured).collect()
}

/// Whether a client would accept a value of an option or of a service's setting.
pub(super) fn check(settings: &Settings, host: &Host) -> Result<()> {
    wrong(settings, host).into_iter().next().map_or(Ok(()), Err)
}

fn refused(spec: &OptionSpec, settings: &Settings, host: &Host) -> Result<()> {
    let Some(text) = settings.text(spec.name) else { return Ok(()) };
    match (spec.name, spec.kind) {
        ("auth_type", _) => methods::named(&text).map(drop),
        ("system_scope", _) => system_scope(settings).map(drop),
        ("interface", _) => resolve::interfaces(&text).map(drop),
        ("tls_min_version", _) => resolve::tls_min_version(settings).map(drop),
        ("insecure_endpoints", _) => resolve::insecure_endpoints(settings).map(drop),
        ("proxy", _) => resolve::proxy(settings).map(drop),
        ("original_ip", _) => resolve::original_ip(settings).map(drop),
        ("token_cache", _) => store_address(settings, host).map(drop),
        ("profile", _) => {
            profile::layers(&Sourced { value: text.value.to_owned(), origin: text.origin }, host).map(drop)
        }
        (_, ValueKind::Url) => resolve::http_url(&text, settings).map(drop),
        (name, ValueKind::Seconds) => settings.seconds(name).map(drop),
        (name, ValueKind::Switch) => settings.switch(name).map(drop),
        (name, ValueKind::SwitchOrPath) if !names_file(&text, spec) => settings.switch(name).map(drop),
        (_, ValueKind::Path | ValueKind::SwitchOrPath) => resolve::file_path(&text, host).map(drop),
        (_, ValueKind::Command) => command::words_of(&text).map(drop),
        (name, _) if name.ends_with("_keyring") => text.value.parse::<KeyringPlace>().map(drop),
        _ => Ok(()),
    }
}

fn names_file(text: &Sourced<&str>, spec: &OptionSpec) -> bool {
    match spec.kind {
        ValueKind::Path => !matches!(spec.name, "token_cache" | "unix_socket"),
        ValueKind::SwitchOrPath => text.value.contains('/') || text.value.contains("-----BEGIN"),
        _ => false,
    }
}

/// Named files that do not exist, cannot be read, or have invalid content.
pub(super) fn unusable_files(settings: &Settings, host: &Host) -> Vec<Error> {
    let named = settings.all().filter_map(|(name, _)| {
        let (spec, text) = (OptionSpec::find(name)?, settings.text(name)?);
        names_file(&text, spec).then_some((spec, text))
    });
    named.filter_map(|(spec, text)| unusable(spec, &text, host).err()).collect()
}

fn unusable(spec: &OptionSpec, text: &Sourced<&str>, host: &Host) -> Result<()> {
    // A value that is not a path at all is refused elsewhere.
    let Ok(path) = resolve::file_path(text, host) else { return Ok(()) };
    let invalid = |what: String| {
        let message = format!("{} names `{}`, {what}", text.origin, path.display());
        Error::new(ErrorKind::InvalidConfig, message)
    };
    let unreadable = |error: std::io::Error| invalid(format!("which cannot be read: {error}"));
    let kind = std::fs::metadata(&path).map_err(unreadable)?;
    let is_bundle = matches!(spec.name, "cacert" | "verify" | "token_cache_cacert");
    if kind.is_dir() {
        return if is_bundle { Ok(()) } else { Err(invalid("which is a folder".into())) };
    }
    // A pipe can be read only once.
    if !kind.is_file() {
        return Ok(());
    }
    if spec.name.ends_with("_file") {
        return secret_source::of_file(text, host).map(drop);
    }
    let content = std::fs::read(&path).map_err(unreadable)?;
    let is_pkcs12 = spec.name == "cert" && is_pkcs12(&content);
    if is_pkcs12 || content.windows(10).any(|it| it == b"-----BEGIN") {
        Ok(())
    } else {
        Err(invalid("which holds no PEM text".into()).with_hint("PEM text begins with `-----BEGIN`"))
    }
}

/// Finds characters that are unlikely to be intended: invisible ones, and surrounding blanks. Returns the problem, and
/// what to do.
pub(super) fn odd(settings: &Settings) -> Vec<(String, String)> {
    let odd = settings.all().filter_map(|(name, value)| {
        let text = value.value.expose();
        // A file's content instead of its path is refused already, and may be a key.
        if text.contains("-----BEGIN") {
            return None;
        }
        let hidden = text.chars().find(|c| !is_visible(*c));
        let what = match hidden {
            Some('\r') => "a carriage return".to_owned(),
            Some('\n') => "a line break".to_owned(),
            Some(c) => format!("the invisible character U+{:04X}", u32::from(c)),
            None if text.trim() != text => "a blank before or after it".to_owned(),
            None => return None,
        };
        let is_hidden = OptionSpec::find(name).is_some_and(|spec| spec.hides(text));
        let shown = if is_hidden { String::new() } else { format!(": `{}`", escaped(text)) };
        let hint = match hidden {
            Some('\r') => {
                "files with line ends of Windows do that: remove it, for instance with `sed -i 's/\\r$//' FILE`"
            }
            Some('\n') => "write the value on one line; in YAML, without `|` or `>`",
            _ => "remove it, unless it belongs to the value",
        };
        Some((format!("{} holds {what}{shown}", value.origin), hint.to_owned()))
    });
    odd.collect()
}

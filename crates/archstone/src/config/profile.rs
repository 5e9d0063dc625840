//! Vendor profiles: a vendor's settings for its cloud, on which a cloud's own entry is based.
//!
//! A profile comes from `clouds-public.yaml`, or is built in. A profile at a URL is never fetched implicitly:
//! [`fetch_profile`](super::fetch_profile) is a separate step, which stores it in `clouds-public.yaml`.

use super::{
    Origin, Sourced,
    clouds_yaml::{Layer, Source},
    files::{Family, File},
    yaml::Entry,
};
use crate::{
    error::{Error, ErrorKind, Result, printable},
    host::Host,
    spelling::nearest,
};

/// From openstacksdk 4.22, `openstack/config/vendors`, under the Apache License 2.0.
const BUILT_IN: &str = include_str!("vendors.yaml");

/// A profile may be based on another, and so on; at most this many.
const LONGEST_CHAIN: usize = 4;

/// The layers of a profile, the highest precedence first.
pub(super) fn layers(wanted: &Sourced<String>, host: &Host) -> Result<Vec<Layer>> {
    let own = File::find(Family::Public, host)?;
    let built_in = built_in()?;
    let mut layers = Vec::new();
    let mut next = Some(wanted.clone());
    while let Some(Sourced { value: name, origin }) = next.take() {
        if layers.len() >= LONGEST_CHAIN {
            let message = format!("{origin}: profiles refer to each other, more than {LONGEST_CHAIN} levels deep");
            return Err(Error::new(ErrorKind::InvalidConfig, message));
        }
        let layer = match own.as_ref().map(|file| found(file, &name)).transpose()?.flatten() {
            Some((key, entry)) => {
                let path = own.as_ref().map(|file| file.path.clone()).unwrap_or_default();
                Layer { at: format!("{}.{key}", Family::Public.key()), source: Source::Untrusted { path }, entry }
            }
            None => match found(&built_in, &name)? {
                Some((key, entry)) => Layer { at: String::new(), source: Source::BuiltIn(key), entry },
                None => return Err(unknown(&name, &origin, own.as_ref(), &built_in)),
            },
        };
        refuse_dead(&name, &origin, &layer.entry)?;
        next = layer.profile()?;
        layers.push(layer);
    }
    Ok(layers)
}

fn built_in() -> Result<File> {
    File::parse(Family::Public, "vendors.yaml".into(), BUILT_IN)
}

/// Finds a profile by name; one that came from a URL may be stored under the URL or its host.
fn found(file: &File, name: &str) -> Result<Option<(String, Entry)>> {
    let host = url::Url::parse(name).ok().and_then(|url| Some(url.host_str()?.to_owned()));
    for name in std::iter::once(name.trim_end_matches('/').to_owned()).chain(host) {
        if let Some(entry) = file.entry(&name)? {
            return Ok(Some((name, entry.clone())));
        }
    }
    Ok(None)
}

fn unknown(name: &str, origin: &Origin, own: Option<&File>, built_in: &File) -> Error {
    let shown = printable(name);
    if name.contains("://") {
        let message = format!("{origin}: the profile at `{shown}` was not fetched yet");
        return Error::new(ErrorKind::NotConfigured, message).with_hint(format!(
            "profiles are not fetched implicitly: run `archstone config fetch-profile {shown}` once"
        ));
    }
    let names: Vec<&str> = own.into_iter().flat_map(File::names).chain(built_in.names()).collect();
    let error = Error::new(ErrorKind::InvalidConfig, format!("{origin}: there is no profile `{shown}`"));
    match nearest(name, names.iter().copied()) {
        Some(near) => error.with_hint(format!("did you mean `{near}`?")),
        None => error.with_hint(format!("the profiles are `{}`", names.join("`, `"))),
    }
}

fn refuse_dead(name: &str, origin: &Origin, entry: &Entry) -> Result<()> {
    let text = |key: &str| entry.get(key).and_then(Entry::text).unwrap_or_default();
    match text("status") {
        "shutdown" => Err(Error::new(
            ErrorKind::InvalidConfig,
            format!("{origin}: the cloud of the profile `{name}` was shut down: {}", printable(text("message"))),
        )),
        "deprecated" => {
            tracing::warn!("the profile `{name}` is deprecated: {}", printable(text("message")));
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The names of the built-in profiles.
///
/// ```
/// assert!(archstone::config::built_in_profiles().iter().any(|name| name == "citycloud"));
/// ```
#[must_use]
pub fn built_in_profiles() -> Vec<String> {
    built_in().map(|file| file.names().map(ToOwned::to_owned).collect()).unwrap_or_default()
}

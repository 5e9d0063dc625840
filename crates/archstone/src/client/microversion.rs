//! Microversions: which one is requested, and its headers.

use http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::{
    catalog::{ApiVersion, VersionInfo, VersionRange},
    error::{Error, ErrorKind, Result},
};

/// The microversion to request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Microversion {
    /// None: the service uses its oldest behavior.
    #[default]
    Unsaid,
    /// This one.
    Fixed(ApiVersion),
    /// The newest that both sides support.
    Newest(VersionRange),
}

/// Writes the header of the API guideline, and the older ones that some services still need. Headers that the caller
/// has set are kept.
pub(super) fn write(headers: &mut HeaderMap, service_type: &str, version: ApiVersion) -> Result<()> {
    if version.minor().is_none() && version != ApiVersion::LATEST {
        let message = format!("`{version}` is not a valid microversion");
        return Err(Error::new(ErrorKind::InvalidRequest, message).with_hint("use a number, or `latest`"));
    }
    let (name, older) = match service_type {
        "volume" | "volumev2" | "volumev3" | "block-storage" | "block-store" => ("volume", None),
        "share" | "sharev2" | "shared-file-system" => ("shared-file-system", Some("x-openstack-manila-api-version")),
        "compute" => ("compute", Some("x-openstack-nova-api-version")),
        "baremetal" | "bare-metal" => ("baremetal", Some("x-openstack-ironic-api-version")),
        other => (other, None),
    };
    let mut write = |header: &'static str, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.entry(HeaderName::from_static(header)).or_insert(value);
        }
    };
    write("openstack-api-version", format!("{name} {version}"));
    if let Some(header) = older {
        write(header, version.to_string());
    }
    Ok(())
}

/// The newest microversion of a range that the service supports.
pub(super) fn newest(service_type: &str, wanted: VersionRange, info: Option<&VersionInfo>) -> Result<ApiVersion> {
    let offered = info.and_then(|it| Some((it.min_microversion?, it.max_microversion?)));
    let Some((min, max)) = offered else {
        let message = format!("`{service_type}` does not list its microversions");
        return Err(
            Error::new(ErrorKind::EndpointNotFound, message).with_hint("request one with `microversion`, or none")
        );
    };
    let offered = VersionRange::between(Some(min), Some(max))?;
    match wanted.exactly_and(offered) {
        Some(both) => Ok(both.max()),
        None => Err(Error::new(
            ErrorKind::EndpointNotFound,
            format!("`{service_type}` supports no microversion from {wanted}"),
        )
        .with_hint(format!("it supports {offered}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_that_both_know_is_taken() {
        let version = |text: &str| text.parse::<ApiVersion>().expect("a version");
        let between = |min, max| VersionRange::between(Some(version(min)), Some(version(max))).expect("a range");
        let info = |min: Option<&str>, max: Option<&str>| VersionInfo {
            min_microversion: min.map(version),
            max_microversion: max.map(version),
            ..VersionInfo::at("http://h/v2.1".parse().expect("a URL"), version("2.1"))
        };
        let nova = info(Some("2.1"), Some("2.96"));
        let table = [
            (between("2.1", "latest"), Some("2.96")),
            (between("2.10", "2.50"), Some("2.50")),
            (between("2.0", "2.0"), None),
            (between("2.97", "latest"), None),
            (VersionRange::of(version("2.latest")), Some("2.96")),
        ];
        for (wanted, expected) in table {
            let found = newest("compute", wanted, Some(&nova)).ok().map(|it| it.to_string());
            assert_eq!(found.as_deref(), expected, "{wanted}");
        }
        assert!(newest("compute", VersionRange::ANY, Some(&info(None, None))).is_err());
        assert!(newest("compute", VersionRange::ANY, None).is_err());
    }
}

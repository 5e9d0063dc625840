//! From a catalog's URL and the matching versions to the URL of one version.
//!
//! The order is keystoneauth's: first the catalog's own URL, without any request, then the version's own document, then
//! the list of all versions. A version is never assumed: if none of the documents can be read, the catalog's URL is
//! used only if its path names a matching version.

use url::Url;

use super::{VersionInfo, VersionStatus, path::Parts};
use crate::{
    catalog::{ApiVersion, VersionRange},
    error::{Error, ErrorKind, Result, public_url},
};

/// Which versions are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Allow {
    /// Deprecated versions (default: allowed).
    pub deprecated: bool,
    /// Experimental versions.
    pub experimental: bool,
    /// Versions without a known status.
    pub unknown: bool,
}

impl Default for Allow {
    fn default() -> Self {
        Self { deprecated: true, experimental: false, unknown: false }
    }
}

impl Allow {
    fn fits(self, status: VersionStatus) -> bool {
        match status {
            VersionStatus::Current | VersionStatus::Supported => true,
            VersionStatus::Deprecated => self.deprecated,
            VersionStatus::Experimental => self.experimental,
            VersionStatus::Unknown => self.unknown,
        }
    }
}

/// The versions that a service type's name implies: `volumev3` is version 3.
///
/// # Errors
///
/// [`ErrorKind::InvalidConfig`] when other versions are requested.
pub(crate) fn implied(service_type: &str, asked: Option<VersionRange>) -> Result<Option<VersionRange>> {
    const TYPES: [&str; 5] = ["volumev2", "volumev3", "workflowv2", "sharev2", "metricv1"];
    let Some(name) = TYPES.iter().find(|it| **it == service_type) else { return Ok(asked) };
    let major = name.rsplit('v').next().and_then(|it| it.parse().ok());
    let Some(own) = major.map(|major| VersionRange::of(ApiVersion::new(major, 0))) else { return Ok(asked) };
    match asked {
        None => Ok(Some(own)),
        Some(asked) => asked.and(own).map(Some).ok_or_else(|| {
            let message = format!("service type `{service_type}` is version {}, but {asked} is requested", own.min());
            Error::new(ErrorKind::InvalidConfig, message)
                .with_hint("remove the version, or use the service type without its number")
        }),
    }
}

/// URLs where version documents may be, the most likely first.
pub(super) fn candidates(catalog_url: &Url, parts: &Parts, range: VersionRange) -> Vec<Url> {
    let mut urls = Vec::new();
    let mut add = |url: Url| {
        if !urls.contains(&url) {
            urls.push(url);
        }
    };
    if parts.version.is_some_and(|version| range.contains(version)) {
        add(folder(parts.versioned.clone()));
    }
    add(folder(parts.root.clone()));
    add(folder(parts.versioned.clone()));
    add(catalog_url.clone());
    urls
}

fn folder(mut url: Url) -> Url {
    let path = format!("{}/", url.path().trim_end_matches('/'));
    url.set_path(&path);
    url
}

/// The newest matching version.
pub(super) fn newest(versions: &[VersionInfo], range: VersionRange, allow: Allow) -> Option<&VersionInfo> {
    versions.iter().find(|it| allow.fits(it.status) && range.contains(it.version))
}

/// The error when no version matches.
pub(super) fn not_offered(catalog_url: &Url, range: VersionRange, offered: &[VersionInfo]) -> Error {
    let shown = public_url(catalog_url);
    let message = format!("`{shown}` offers no version from {range}");
    let error = Error::new(ErrorKind::EndpointNotFound, message).with_url(catalog_url);
    if offered.is_empty() {
        return error.with_hint("its list of versions cannot be read: request no version, or set an endpoint override");
    }
    let offered: Vec<_> = offered.iter().map(|it| format!("{} ({})", it.version, it.status.as_str())).collect();
    error.with_hint(format!("it offers {}", offered.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_looked_for_in_order_and_never_twice() {
        let range = |text: &str| VersionRange::of(text.parse().expect("a version"));
        let table: [(&str, &str, &[&str]); 4] = [
            ("http://h/vol/v3/p1", "3", &["http://h/vol/v3/", "http://h/vol/", "http://h/vol/v3/p1"]),
            ("http://h/vol/v3/p1", "2", &["http://h/vol/", "http://h/vol/v3/", "http://h/vol/v3/p1"]),
            ("http://h:9292/", "2", &["http://h:9292/"]),
            ("http://h/image", "2", &["http://h/image/", "http://h/image"]),
        ];
        for (url, version, expected) in table {
            let url = Url::parse(url).expect("a URL");
            let parts = Parts::of(&url, Some("p1"));
            let found: Vec<_> = candidates(&url, &parts, range(version)).iter().map(Url::to_string).collect();
            assert_eq!(found, expected, "{url} {version}");
        }
    }

    #[test]
    fn a_type_with_a_number_is_that_version() {
        let version = |text: &str| VersionRange::of(text.parse().expect("a version"));
        assert_eq!(implied("volumev3", None).expect("a range"), Some(version("3")));
        assert_eq!(implied("block-storage", None).expect("no range"), None);
        assert_eq!(implied("volumev3", Some(version("latest"))).expect("a range"), Some(version("3")));
        assert_eq!(implied("volumev3", Some(version("2"))).unwrap_err().kind(), ErrorKind::InvalidConfig);
    }
}

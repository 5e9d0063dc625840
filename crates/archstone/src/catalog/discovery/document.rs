//! Version documents, in each of the forms that services use.

use http::header::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::link;
use crate::catalog::ApiVersion;

/// The life cycle status of an API version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum VersionStatus {
    /// The version to use. Also written `stable`.
    Current,
    /// Still supported, next to a newer one.
    Supported,
    /// To be removed.
    Deprecated,
    /// Not stable yet.
    Experimental,
    /// The service does not say, or the status is unknown.
    Unknown,
}

impl VersionStatus {
    fn read(text: &str) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "current" | "stable" => Self::Current,
            "supported" => Self::Supported,
            "deprecated" => Self::Deprecated,
            "experimental" => Self::Experimental,
            _ => Self::Unknown,
        }
    }

    /// The name, as version documents spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Current => "CURRENT",
            Self::Supported => "SUPPORTED",
            Self::Deprecated => "DEPRECATED",
            Self::Experimental => "EXPERIMENTAL",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// One version of an API, as the service describes it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct VersionInfo {
    /// The version, from the `id`.
    pub version: ApiVersion,
    /// The life cycle status.
    pub status: VersionStatus,
    /// The status as the service spells it.
    pub raw_status: Option<String>,
    /// The version's URL: the service's own link, with the scheme and host of the request.
    pub url: Url,
    /// The base URL of its resources, if the service provides it.
    pub collection: Option<Url>,
    /// The lowest microversion; `None` if there are none.
    pub min_microversion: Option<ApiVersion>,
    /// The highest microversion; `None` if there are none.
    pub max_microversion: Option<ApiVersion>,
    /// The lowest microversion after the next release that raises it.
    pub next_min_version: Option<ApiVersion>,
    /// The earliest date of that release.
    pub not_before: Option<String>,
}

impl VersionInfo {
    /// A version of which only the URL is known.
    pub(crate) fn at(url: Url, version: ApiVersion) -> Self {
        Self {
            version,
            status: VersionStatus::Unknown,
            raw_status: None,
            url,
            collection: None,
            min_microversion: None,
            max_microversion: None,
            next_min_version: None,
            not_before: None,
        }
    }
}

/// The versions in a document, the newest first; `None` if it is not a version document.
///
/// The forms: a list or an object of `versions`, a single `version`, and the bare description of older baremetal
/// services, with its microversions in headers.
pub(super) fn read(document: &Value, headers: &HeaderMap, asked: &Url) -> Option<Vec<VersionInfo>> {
    let entries: Vec<&Value> = match (&document["versions"], &document["version"]) {
        (Value::Array(entries), _) => entries.iter().collect(),
        (Value::Object(versions), _) => versions.get("values")?.as_array()?.iter().collect(),
        (_, version @ Value::Object(_)) => {
            return Some(entry(version, asked, link::of_only_version).into_iter().collect());
        }
        _ if document["id"].is_string() => {
            let mut only = entry(document, asked, link::of_only_version)?;
            only.status = VersionStatus::Current;
            only.min_microversion = only.min_microversion.or_else(|| header(headers, "-api-minimum-version"));
            only.max_microversion = only.max_microversion.or_else(|| header(headers, "-api-maximum-version"));
            return Some(vec![only]);
        }
        _ => return None,
    };
    let mut versions: Vec<_> = entries.into_iter().filter_map(|it| entry(it, asked, link::repaired)).collect();
    versions.sort_by_key(|it| std::cmp::Reverse(it.version));
    Some(versions)
}

/// An entry without a version or a link is ignored. `place` computes the version's URL from its self link.
fn entry(entry: &Value, asked: &Url, place: fn(&Url, &str) -> Url) -> Option<VersionInfo> {
    let links = entry["links"].as_array()?;
    let href = |rel: &str| links.iter().find(|link| link["rel"] == rel)?["href"].as_str();
    // An empty text is treated as missing.
    let microversion = |key: &str| entry[key].as_str().filter(|it| !it.is_empty())?.parse().ok();
    let raw_status = entry["status"].as_str().map(crate::error::printable);
    Some(VersionInfo {
        version: entry["id"].as_str()?.parse().ok()?,
        status: raw_status.as_deref().map_or(VersionStatus::Unknown, VersionStatus::read),
        raw_status,
        url: place(asked, href("self")?),
        collection: href("collection").map(|href| link::repaired(asked, href)),
        min_microversion: microversion("min_version"),
        max_microversion: microversion("max_version").or_else(|| microversion("version")),
        next_min_version: microversion("next_min_version"),
        not_before: entry["not_before"].as_str().map(crate::error::printable),
    })
}

fn header(headers: &HeaderMap, ending: &str) -> Option<ApiVersion> {
    let (_, value) = headers.iter().find(|(name, _)| {
        let name = name.as_str();
        name.starts_with("x-openstack-") && name.ends_with(ending)
    })?;
    value.to_str().ok()?.parse().ok()
}

//! API versions and microversions: parsing, comparison and ranges.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result, printable};

/// A version of an API, or a microversion: `3`, `v2.1`, `2.latest`, `latest`.
///
/// ```
/// use archstone::ApiVersion;
///
/// let newest: ApiVersion = "2.latest".parse()?;
/// let current: ApiVersion = "v2.96".parse()?;
/// assert!(current < newest);
/// assert_eq!(current.to_string(), "2.96");
/// # Ok::<(), archstone::Error>(())
/// ```
///
/// Follows the API special interest group's microversion specification, and keystoneauth's notation for open ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct ApiVersion {
    major: Part,
    minor: Part,
}

/// A number, or `latest`, which is greater than any number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Part {
    Number(u32),
    Latest,
}

impl ApiVersion {
    /// The newest of all versions.
    pub const LATEST: Self = Self { major: Part::Latest, minor: Part::Latest };

    /// A version by its numbers.
    #[must_use]
    pub const fn new(major: u32, minor: u32) -> Self {
        Self { major: Part::Number(major), minor: Part::Number(minor) }
    }

    /// The newest version with this major number: `2.latest`.
    #[must_use]
    pub const fn latest_of(major: u32) -> Self {
        Self { major: Part::Number(major), minor: Part::Latest }
    }

    /// The major number; `None` for `latest`.
    #[must_use]
    pub const fn major(self) -> Option<u32> {
        match self.major {
            Part::Number(number) => Some(number),
            Part::Latest => None,
        }
    }

    /// The minor number; `None` for `latest` and `2.latest`.
    #[must_use]
    pub const fn minor(self) -> Option<u32> {
        match self.minor {
            Part::Number(number) => Some(number),
            Part::Latest => None,
        }
    }

    /// Whether an API of version `offered` satisfies a request for this version: the same major number, and not lower.
    #[must_use]
    pub fn is_served_by(self, offered: Self) -> bool {
        self.major == offered.major && offered.minor >= self.minor
    }
}

impl FromStr for ApiVersion {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        parse(text).ok_or_else(|| {
            Error::new(ErrorKind::InvalidConfig, format!("`{}` is not an API version", printable(text)))
                .with_hint("write `3`, `v2.1`, `2.latest` or `latest`")
        })
    }
}

impl TryFrom<String> for ApiVersion {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<ApiVersion> for String {
    fn from(version: ApiVersion) -> Self {
        version.to_string()
    }
}

fn parse(text: &str) -> Option<ApiVersion> {
    let text = text.trim();
    if text == "latest" {
        return Some(ApiVersion::LATEST);
    }
    let (major, minor) = match text.strip_prefix('v').unwrap_or(text).split_once('.') {
        Some((major, minor)) => (major, Some(minor)),
        None => (text.strip_prefix('v').unwrap_or(text), None),
    };
    let minor = match minor {
        None => Part::Number(0),
        Some("latest") => Part::Latest,
        Some(minor) => Part::Number(number(minor)?),
    };
    Some(ApiVersion { major: Part::Number(number(major)?), minor })
}

/// Only digits: no sign, which Rust's own parser would accept.
fn number(text: &str) -> Option<u32> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.major, self.minor) {
            (Part::Number(major), Part::Number(minor)) => write!(f, "{major}.{minor}"),
            (Part::Number(major), Part::Latest) => write!(f, "{major}.latest"),
            (Part::Latest, _) => f.write_str("latest"),
        }
    }
}

/// Matching versions, both ends included.
///
/// ```
/// use archstone::{ApiVersion, VersionRange};
///
/// // `3` alone means: 3.0, or any later version with the same major number.
/// let three = VersionRange::of("3".parse()?);
/// assert!(three.contains("3.14".parse()?));
/// assert!(!three.contains("4.0".parse()?));
/// assert!(VersionRange::between(None, Some("3.latest".parse()?))?.contains("2.1".parse()?));
/// # Ok::<(), archstone::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VersionRange {
    min: ApiVersion,
    max: ApiVersion,
}

impl VersionRange {
    /// Every version.
    pub const ANY: Self = Self { min: ApiVersion::new(0, 0), max: ApiVersion::LATEST };

    /// A version, or any later one with the same major number. `latest` is the newest of all; `2.latest` the newest
    /// with the major number 2.
    #[must_use]
    pub fn of(version: ApiVersion) -> Self {
        match (version.major, version.minor) {
            (Part::Number(major), Part::Latest) => {
                Self { min: ApiVersion::new(major, 0), max: ApiVersion::latest_of(major) }
            }
            (Part::Number(major), Part::Number(_)) => Self { min: version, max: ApiVersion::latest_of(major) },
            (Part::Latest, _) => Self::ANY,
        }
    }

    /// From the minimum to the maximum version, inclusive; a missing end is open.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] when the minimum is greater than the maximum.
    pub fn between(min: Option<ApiVersion>, max: Option<ApiVersion>) -> Result<Self> {
        let range = Self { min: min.unwrap_or(Self::ANY.min), max: max.unwrap_or(Self::ANY.max) };
        if range.min > range.max {
            let message =
                format!("the minimum version {} is greater than the maximum version {}", range.min, range.max);
            return Err(Error::new(ErrorKind::InvalidConfig, message));
        }
        Ok(range)
    }

    /// The minimum version.
    #[must_use]
    pub const fn min(self) -> ApiVersion {
        self.min
    }

    /// The maximum version.
    #[must_use]
    pub const fn max(self) -> ApiVersion {
        self.max
    }

    /// Whether a version is in the range.
    #[must_use]
    pub fn contains(self, version: ApiVersion) -> bool {
        self.min <= version && version <= self.whole_max()
    }

    /// The intersection of two ranges; `None` if it is empty.
    #[must_use]
    pub fn and(self, other: Self) -> Option<Self> {
        let both = Self { min: self.min.max(other.min), max: self.whole_max().min(other.whole_max()) };
        (both.min <= both.max).then_some(both)
    }

    /// The same for microversions, where a maximum of `2.0` means exactly that.
    pub(crate) fn exactly_and(self, other: Self) -> Option<Self> {
        let both = Self { min: self.min.max(other.min), max: self.max.min(other.max) };
        (both.min <= both.max).then_some(both)
    }

    /// A maximum of `3` includes every 3.x.
    fn whole_max(self) -> ApiVersion {
        match (self.max.major, self.max.minor) {
            (Part::Number(major), Part::Number(0)) => ApiVersion::latest_of(major),
            _ => self.max,
        }
    }
}

impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.min, self.max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_people_write_them() {
        let table = [
            ("1", Some("1.0")),
            ("v3", Some("3.0")),
            ("v2.1", Some("2.1")),
            ("3.20", Some("3.20")),
            ("2.latest", Some("2.latest")),
            ("latest", Some("latest")),
            (" 2.5 ", Some("2.5")),
            ("", None),
            ("v", None),
            ("-1", None),
            ("1_0", None),
            ("2.1.3", None),
            ("latest.1", None),
            ("99999999999", None),
        ];
        for (text, version) in table {
            let read = text.parse::<ApiVersion>().ok().map(|it| it.to_string());
            assert_eq!(read.as_deref(), version, "{text}");
        }
    }

    #[test]
    fn ranges_hold_what_they_say() {
        let version = |text: &str| text.parse::<ApiVersion>().expect("a version");
        let range = |min, max| VersionRange::between(Some(version(min)), Some(version(max))).expect("a range");
        let table = [
            (VersionRange::of(version("2")), vec!["2.0", "2.79"], vec!["1.9", "3.0"]),
            (VersionRange::of(version("2.latest")), vec!["2.0", "2.79"], vec!["3.0"]),
            (VersionRange::of(version("latest")), vec!["0.1", "99.0"], vec![]),
            (range("2.5", "3"), vec!["2.5", "3.0", "3.9"], vec!["2.4", "4.0"]),
            (range("2.5", "2.8"), vec!["2.5", "2.8"], vec!["2.4", "2.9"]),
        ];
        for (range, inside, outside) in table {
            assert!(inside.iter().all(|it| range.contains(version(it))), "{range}");
            assert!(!outside.iter().any(|it| range.contains(version(it))), "{range}");
        }
        assert!(VersionRange::between(Some(version("3")), Some(version("2"))).is_err());
        assert!(version("2.1").is_served_by(version("2.79")) && !version("2.1").is_served_by(version("3.5")));
    }
}

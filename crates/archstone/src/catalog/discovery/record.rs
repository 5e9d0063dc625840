//! Version documents, stored for the next run of a program.
//!
//! A stored record is trusted no more than a response: it must match the requested URL, name no other server, and not
//! be older than a document may become. The store encrypts it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use super::{ABSENCE_KEPT, DOCUMENT_KEPT, VersionInfo};
use crate::secret::Secret;

/// The version of the format; other versions are a miss.
const FORMAT: u32 = 2;

#[derive(Deserialize, Serialize)]
struct Record {
    version: u32,
    url: Url,
    versions: Vec<VersionInfo>,
    /// Milliseconds since 1970, by this machine's date.
    read_ms: u64,
}

/// The versions, and how long they remain valid.
pub(super) fn read(record: &Secret, url: &Url, wall: Duration) -> Option<(Vec<VersionInfo>, Duration)> {
    let record: Record = serde_json::from_str(record.expose()).ok()?;
    let is_of_server = |it: &VersionInfo| std::iter::once(&it.url).chain(&it.collection).all(|it| is_same(it, url));
    let is_believed = record.version == FORMAT && record.url == *url && record.versions.iter().all(is_of_server);
    // A date in the future shows that this machine's date has changed since.
    let age = milliseconds(wall).checked_sub(record.read_ms).map(Duration::from_millis)?;
    let kept = if record.versions.is_empty() { ABSENCE_KEPT } else { DOCUMENT_KEPT };
    let left = kept.checked_sub(age).filter(|left| !left.is_zero())?;
    is_believed.then_some((record.versions, left))
}

/// The record of a document that was just read.
pub(super) fn write(url: &Url, versions: &[VersionInfo], wall: Duration) -> Option<Secret> {
    let record = Record { version: FORMAT, url: url.clone(), versions: versions.to_vec(), read_ms: milliseconds(wall) };
    serde_json::to_string(&record).ok().map(Secret::from)
}

/// Whether two URLs have the same origin.
fn is_same(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme()
        && one.host_str() == other.host_str()
        && one.port_or_known_default() == other.port_or_known_default()
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_believed_as_an_answer_would_be() {
        let url: Url = "https://h/".parse().expect("a URL");
        let at = Duration::from_secs;
        let versions =
            [VersionInfo::at("https://h:443/v2.1".parse().expect("a URL"), "2.1".parse().expect("a version"))];
        let record = write(&url, &versions, at(10_000)).expect("a record");
        let left = |seconds| read(&record, &url, at(seconds)).map(|(_, left)| left);

        assert_eq!(read(&record, &url, at(10_010)), Some((versions.to_vec(), at(3590))));
        assert_eq!((left(9_999), left(13_600)), (None, None));
        assert_eq!(read(&record, &"https://h/v2".parse().expect("a URL"), at(10_010)), None);
        let none = write(&url, &[], at(10_000)).expect("a record");
        assert_eq!(read(&none, &url, at(10_599)), Some((Vec::new(), at(1))));
        assert_eq!(read(&none, &url, at(10_600)), None);

        for (from, to) in [
            ("https://h/v2.1", "https://evil.example/v2.1"),
            ("https://h/v2.1", "http://h/v2.1"),
            ("https://h/v2.1", "https://h:444/v2.1"),
            ("\"collection\":null", "\"collection\":\"https://evil.example/v2.1\""),
            ("\"version\":2,", "\"version\":1,"),
            ("}", ""),
        ] {
            assert!(record.expose().contains(from), "{from}");
            let changed = Secret::from(record.expose().replacen(from, to, 1));
            assert_eq!(read(&changed, &url, at(10_010)), None, "{to}");
        }
    }
}

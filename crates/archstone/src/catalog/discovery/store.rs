//! Version documents kept on disk, so that the next run of a program need not ask.
//!
//! They are no secrets, but tell which clouds someone uses: files are for their owner only, and beside the
//! tokens. Like these they cost nothing but a request when they cannot be read or written.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use url::Url;

use super::VersionInfo;
use crate::{
    files::{make_private, write_private},
    transport::Trust,
};

/// A file larger than this is not ours.
const LARGEST: u64 = 1 << 20;

/// A folder of version documents.
#[derive(Debug)]
pub(super) struct DocumentStore {
    folder: PathBuf,
    /// What was read without checking whom it came from is not for those who check.
    trust: String,
}

#[derive(Deserialize, Serialize)]
struct Record {
    /// Of the format; another one is a miss.
    version: u32,
    url: Url,
    versions: Vec<VersionInfo>,
    /// Both since 1970, by this machine's date.
    read_ms: u64,
    kept_until_ms: u64,
}

const FORMAT: u32 = 1;

impl DocumentStore {
    pub(super) fn open(folder: &Path, trust: &Trust) -> Option<Self> {
        make_private(folder).ok()?;
        Some(Self { folder: folder.to_owned(), trust: format!("{trust:?}") })
    }

    fn path(&self, url: &Url) -> PathBuf {
        let key = format!("{}\n{url}", self.trust);
        let digest = ring::digest::digest(&ring::digest::SHA256, key.as_bytes());
        let name: String = digest.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(format!("{name}.versions"))
    }

    /// The versions, and how long they may still be believed.
    pub(super) fn read(&self, url: &Url, wall: Duration) -> Option<(Vec<VersionInfo>, Duration)> {
        let path = self.path(url);
        if fs::metadata(&path).ok()?.len() > LARGEST {
            return None;
        }
        let record: Record = serde_json::from_slice(&fs::read(&path).ok()?).ok()?;
        let now = milliseconds(wall);
        // A date in the future says that this machine's date was another one then.
        let is_believed = record.version == FORMAT && record.url == *url && record.read_ms <= now;
        let left = record.kept_until_ms.checked_sub(now).filter(|left| *left > 0)?;
        is_believed.then(|| (record.versions, Duration::from_millis(left)))
    }

    pub(super) fn write(&self, url: &Url, versions: &[VersionInfo], wall: Duration, kept: Duration) {
        let record = Record {
            version: FORMAT,
            url: url.clone(),
            versions: versions.to_vec(),
            read_ms: milliseconds(wall),
            kept_until_ms: milliseconds(wall + kept),
        };
        let path = self.path(url);
        let written = serde_json::to_vec(&record)
            .map_err(std::io::Error::from)
            .and_then(|bytes| write_private(&path, &bytes, |half| fs::rename(half, &path)));
        if let Err(error) = written {
            tracing::debug!(target: "archstone::discovery", folder = %self.folder.display(), %error, "not kept on disk");
        }
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_believed_for_its_time_and_by_those_who_trust_alike() {
        let folder = std::env::temp_dir().join(format!("archstone-documents-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        let store = DocumentStore::open(&folder, &Trust::System).expect("a folder");
        let careless = DocumentStore::open(&folder, &Trust::Nothing).expect("a folder");
        let url: Url = "https://h/".parse().expect("a URL");
        let at = Duration::from_secs;
        let versions = [VersionInfo::at(url.clone(), "2.1".parse().expect("a version"))];

        store.write(&url, &versions, at(1000), at(60));

        assert_eq!(store.read(&url, at(1010)), Some((versions.to_vec(), at(50))));
        assert_eq!(store.read(&url, at(1060)), None);
        assert_eq!(store.read(&url, at(999)), None);
        assert_eq!(store.read(&"https://h/v2".parse().expect("a URL"), at(1010)), None);
        assert_eq!(careless.read(&url, at(1010)), None);
        fs::write(store.path(&url), "{").expect("a broken file");
        assert_eq!(store.read(&url, at(1010)), None);
    }
}

//! Version discovery: reading what a service says of its versions, and choosing one.
//!
//! Documents are read once and kept for a while, and so is that there is none: a service without
//! discovery does not cost a failing request each time. Everyone who needs the same document at the
//! same moment waits for one request.

mod document;
mod identity;
mod link;
mod path;
mod resolve;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use url::Url;

pub use document::{VersionInfo, VersionStatus};
pub use resolve::Allow;

pub(crate) use identity::identity_v3;
pub(crate) use resolve::implied;

use super::{ApiVersion, VersionRange};
use crate::{
    error::{ErrorKind, Result},
    host::{Host, Moment},
    transport::Answer,
};

/// How long a document is believed.
const DOCUMENT_KEPT: Duration = Duration::from_secs(3600);
/// How long it is believed that there is none.
const ABSENCE_KEPT: Duration = Duration::from_secs(600);
/// How long a service that does not answer is left alone.
const FAILURE_KEPT: Duration = Duration::from_secs(10);
/// The oldest are forgotten when there are more.
const MOST_DOCUMENTS: usize = 512;

/// A service's URL for one version of its API.
#[derive(Clone, Debug)]
pub struct VersionedEndpoint {
    /// Where the API's resources begin.
    pub url: Url,
    /// The version; `None` when nothing says it.
    pub version: Option<ApiVersion>,
    /// What the service says of the version, when it had to be asked.
    pub info: Option<VersionInfo>,
}

/// Brings version documents.
pub(crate) trait Documents: Sync {
    /// Asks for one.
    fn fetch(&self, url: &Url) -> impl Future<Output = Result<Answer>> + Send;
}

/// The version documents that have been read, for all who share them.
#[derive(Debug, Default)]
pub(crate) struct Discovery {
    documents: Mutex<HashMap<Url, Arc<Document>>>,
}

/// One document's place; the lock is held while it is read.
type Document = tokio::sync::Mutex<Option<(Moment, Arc<[VersionInfo]>, Duration)>>;

impl Discovery {
    /// The versions that a document names; none when there is no document.
    pub(crate) async fn versions(&self, url: &Url, host: &Host, source: &impl Documents) -> Arc<[VersionInfo]> {
        let place = self.place(url);
        let mut document = place.lock().await;
        if let Some((read, versions, kept)) = &*document
            && read.until(host.now()) < *kept
        {
            return Arc::clone(versions);
        }
        let (versions, kept) = match source.fetch(url).await {
            Ok(response) => match read(&response) {
                Some(versions) => (versions, DOCUMENT_KEPT),
                None => (Vec::new(), if response.status >= 500 { FAILURE_KEPT } else { ABSENCE_KEPT }),
            },
            Err(error) => {
                tracing::debug!(%error, "no version document");
                (Vec::new(), if error.kind() == ErrorKind::HostNotFound { ABSENCE_KEPT } else { FAILURE_KEPT })
            }
        };
        let versions: Arc<[_]> = versions.into();
        *document = Some((host.now(), Arc::clone(&versions), kept));
        versions
    }

    fn place(&self, url: &Url) -> Arc<Document> {
        let mut documents = self.documents.lock().unwrap_or_else(PoisonError::into_inner);
        if documents.len() >= MOST_DOCUMENTS && !documents.contains_key(url) {
            documents.retain(|_, document| Arc::strong_count(document) > 1);
        }
        Arc::clone(documents.entry(url.clone()).or_default())
    }

    /// The URL of a version that will do, with as few requests as that takes: none when the catalog's
    /// URL names such a version, unless a `microversion` range has to be known.
    pub(crate) async fn resolve(
        &self,
        catalog_url: &Url,
        project_id: Option<&str>,
        wanted: &Wanted,
        host: &Host,
        source: &impl Documents,
    ) -> Result<VersionedEndpoint> {
        let parts = path::Parts::of(catalog_url, project_id);
        let as_listed = || VersionedEndpoint { url: catalog_url.clone(), version: parts.version, info: None };
        let Some(range) = wanted.range else { return Ok(as_listed()) };
        let is_newest_asked = range.max() == ApiVersion::LATEST;
        let names_it = parts.version.filter(|version| range.contains(*version));
        if names_it.is_some() && !wanted.in_full && !is_newest_asked {
            return Ok(as_listed());
        }
        let mut offered: Option<Arc<[VersionInfo]>> = None;
        for url in resolve::candidates(catalog_url, &parts, range) {
            let versions = self.versions(&url, host, source).await;
            if let Some(info) = resolve::newest(&versions, range, wanted.allow) {
                let url = parts.with_project(info.url.clone());
                return Ok(VersionedEndpoint { url, version: Some(info.version), info: Some(info.clone()) });
            }
            if !versions.is_empty() {
                offered.get_or_insert(versions);
            }
        }
        match offered {
            // The service cannot be asked, and the catalog says enough.
            None if names_it.is_some() => Ok(as_listed()),
            offered => Err(resolve::not_offered(catalog_url, range, &offered.unwrap_or_default())),
        }
    }
}

/// Which version is wanted, and how much is to be known of it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted {
    /// `None`: the catalog's URL as it is.
    pub(crate) range: Option<VersionRange>,
    /// Which versions may be taken.
    pub(crate) allow: Allow,
    /// Whether the service must be asked, since its microversions have to be known.
    pub(crate) in_full: bool,
}

/// Where a service's documents may be, that of all versions first.
pub(crate) fn documents(catalog_url: &Url, project_id: Option<&str>) -> Vec<Url> {
    let parts = path::Parts::of(catalog_url, project_id);
    resolve::candidates(catalog_url, &path::Parts { version: None, ..parts }, VersionRange::ANY)
}

fn read(response: &Answer) -> Option<Vec<VersionInfo>> {
    if !matches!(response.status, 200..=300) {
        return None;
    }
    let document = serde_json::from_str(&response.body).ok()?;
    document::read(&document, &response.headers, &response.url).filter(|versions| !versions.is_empty())
}

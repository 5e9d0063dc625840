//! Version discovery: reads the versions that a service offers, and chooses one.
//!
//! Documents are cached for a while, and so is their absence: a service without discovery does not cost a failing
//! request each time. Concurrent callers that need the same document share one request.

mod document;
mod identity;
mod link;
mod path;
mod record;
mod resolve;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tracing::Instrument;
use url::Url;

pub use document::{VersionInfo, VersionStatus};
pub use resolve::Allow;

pub(crate) use identity::{check_url, identity_offer, identity_v3, not_identity};
pub(crate) use link::below;
pub(crate) use resolve::implied;

use super::{ApiVersion, Endpoint, VersionRange};
use crate::{
    error::{Error, Result, public_url},
    host::{Host, Moment},
    secret::Secret,
    transport::Answer,
};

/// How long a document is cached.
const DOCUMENT_KEPT: Duration = Duration::from_secs(3600);
/// How long the absence of a document is cached.
const ABSENCE_KEPT: Duration = Duration::from_secs(600);
/// How long a service that does not respond is not queried again.
const FAILURE_KEPT: Duration = Duration::from_secs(10);
/// If there are more, the oldest are forgotten.
const MOST_DOCUMENTS: usize = 512;

/// The versions that one endpoint of the catalog offers: see [`Client::all_versions`](crate::Client::all_versions).
#[derive(Clone, Debug)]
pub struct OfferedVersions {
    /// The official service type.
    pub service_type: String,
    /// The endpoint.
    pub endpoint: Endpoint,
    /// Its versions, the newest first; empty if neither the service nor the URL names any.
    pub versions: Vec<VersionInfo>,
}

/// A service's URL for one version of its API.
#[derive(Clone, Debug)]
pub struct VersionedEndpoint {
    /// The base URL of the API's resources.
    pub url: Url,
    /// The version; `None` if it is not known.
    pub version: Option<ApiVersion>,
    /// The service's description of the version, if the service was queried.
    pub info: Option<VersionInfo>,
}

impl VersionedEndpoint {
    /// A URL from the catalog, of which only its path is known.
    pub(crate) fn listed(url: Url) -> Self {
        let version = path::Parts::of(&url, None).version;
        Self { url, version, info: None }
    }
}

/// A source of version documents.
pub(crate) trait Documents: Sync {
    /// Requests a document.
    fn fetch(&self, url: &Url) -> impl Future<Output = Result<Answer>> + Send;

    /// What an earlier run of the program has stored, if anything.
    fn kept(&self, url: &Url) -> Option<Secret>;

    /// Stores a document for the next run.
    fn keep(&self, url: &Url, record: &Secret);
}

/// The cached version documents, shared by all clients that use them.
#[derive(Debug, Default)]
pub(crate) struct Discovery {
    documents: Mutex<HashMap<Url, Arc<Document>>>,
}

/// One document; the lock is held while it is fetched.
type Document = tokio::sync::Mutex<Option<Kept>>;

/// The result of fetching a document, and how long it is valid.
#[derive(Clone, Debug)]
struct Kept {
    read: Moment,
    lasts: Duration,
    offer: Offer,
}

/// The content of a document.
#[derive(Clone, Debug, Default)]
pub(crate) struct Offer {
    /// The versions, the newest first; empty if there is no such document.
    pub(crate) versions: Arc<[VersionInfo]>,
    /// Why it is not known whether there is a document.
    pub(crate) failure: Option<Error>,
}

impl Offer {
    fn of(answer: Result<Answer>) -> (Self, Duration) {
        let error = match answer {
            Ok(answer) => match read(&answer) {
                Some(versions) => return (Self { versions: versions.into(), failure: None }, DOCUMENT_KEPT),
                None if answer.status == 429 || answer.status >= 500 => answer.failure(),
                None => return (Self::default(), ABSENCE_KEPT),
            },
            Err(error) => error,
        };
        tracing::debug!(target: "archstone::discovery", %error, "the version document cannot be read");
        (Self { versions: Arc::default(), failure: Some(error) }, FAILURE_KEPT)
    }
}

impl Discovery {
    /// The versions in a document.
    pub(crate) async fn versions(&self, url: &Url, host: &Host, source: &impl Documents) -> Offer {
        let place = self.place(url);
        let mut document = place.lock().await;
        if let Some(kept) = &*document
            && kept.read.until(host.now()) < kept.lasts
        {
            return kept.offer.clone();
        }
        let stored = source.kept(url).and_then(|kept| record::read(&kept, url, host.wall()));
        let (offer, lasts) = match stored {
            Some((versions, left)) => (Offer { versions: versions.into(), failure: None }, left),
            None => {
                let span = tracing::info_span!(target: "archstone::discovery", "discovery", url = public_url(url));
                let (offer, lasts) = Offer::of(source.fetch(url).instrument(span).await);
                // A temporary failure is not stored for the next run.
                if offer.failure.is_none()
                    && let Some(record) = record::write(url, &offer.versions, host.wall())
                {
                    source.keep(url, &record);
                }
                (offer, lasts)
            }
        };
        *document = Some(Kept { read: host.now(), lasts, offer: offer.clone() });
        offer
    }

    fn place(&self, url: &Url) -> Arc<Document> {
        let mut documents = self.documents.lock().unwrap_or_else(PoisonError::into_inner);
        if documents.len() >= MOST_DOCUMENTS && !documents.contains_key(url) {
            documents.retain(|_, document| Arc::strong_count(document) > 1);
        }
        Arc::clone(documents.entry(url.clone()).or_default())
    }

    /// The URL of a matching version, with as few requests as possible: none if the catalog's URL names such a version,
    /// unless the `microversion` range has to be known.
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
        let range = match wanted.range {
            Some(range) => range,
            None if !wanted.in_full => return Ok(as_listed()),
            // The version in the catalog's URL, or the newest.
            None => parts.version.map_or(VersionRange::ANY, VersionRange::of),
        };
        let is_newest_asked = range.max() == ApiVersion::LATEST;
        let names_it = parts.version.filter(|version| range.contains(*version));
        if names_it.is_some() && !wanted.in_full && !is_newest_asked {
            return Ok(as_listed());
        }
        let (mut offered, mut failure) = (None, None);
        for url in resolve::candidates(catalog_url, &parts, range) {
            let offer = self.versions(&url, host, source).await;
            if let Some(info) = resolve::newest(&offer.versions, range, wanted.allow) {
                let url = parts.with_project(info.url.clone());
                return Ok(VersionedEndpoint { url, version: Some(info.version), info: Some(info.clone()) });
            }
            if !offer.versions.is_empty() {
                offered.get_or_insert(offer.versions);
            }
            failure = failure.or(offer.failure);
        }
        match (offered, failure) {
            // The service cannot be queried, but the catalog's URL names the version.
            (None, failure) if names_it.is_some() && !(wanted.in_full && failure.is_some()) => Ok(as_listed()),
            (None, Some(failure)) => Err(unreadable(catalog_url, failure)),
            (offered, _) => Err(resolve::not_offered(catalog_url, range, &offered.unwrap_or_default())),
        }
    }
}

/// Why the versions of a service are not known.
pub(crate) fn unreadable(catalog_url: &Url, failure: Error) -> Error {
    failure.in_context(&format!("the versions of `{}` cannot be read", public_url(catalog_url)))
}

/// The wanted version, and how much has to be known about it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted {
    /// `None`: the catalog's URL is used as it is.
    pub(crate) range: Option<VersionRange>,
    /// Which versions are allowed.
    pub(crate) allow: Allow,
    /// Whether the service must be queried, because its microversions have to be known.
    pub(crate) in_full: bool,
}

/// What a URL alone reveals: the version in its path.
pub(crate) fn inferred(url: &Url, project_id: Option<&str>) -> Option<VersionInfo> {
    path::Parts::of(url, project_id).version.map(|version| VersionInfo::at(url.clone(), version))
}

/// The URLs where a service's documents may be, starting with the list of all versions.
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

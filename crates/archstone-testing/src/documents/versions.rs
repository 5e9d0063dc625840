//! Version documents.

use serde_json::{Map, Value, json};

use crate::Reply;

/// Builds a service's version documents, in all formats in use.
///
/// ```
/// use archstone_testing::{FakeServer, VersionsBuilder};
///
/// let nova = FakeServer::start();
/// let versions = VersionsBuilder::new(nova.url())
///     .version("v2.1").microversions("2.1", "2.96")
///     .version("v2.0").status("DEPRECATED");
/// nova.on("GET", "/").reply(versions.list());
/// nova.on("GET", "/v2.1/").reply(versions.single("v2.1"));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct VersionsBuilder {
    url: String,
    versions: Vec<Map<String, Value>>,
}

impl VersionsBuilder {
    /// No versions yet, for a service at this URL, which all links begin with.
    pub fn new(url: &str) -> Self {
        Self { url: url.trim_end_matches('/').into(), versions: Vec::new() }
    }

    /// Adds a version. It is `CURRENT`, and its link ends in its ID.
    pub fn version(self, id: &str) -> Self {
        let link = format!("{}/{id}/", self.url);
        self.version_at(id, &link)
    }

    /// Adds a version with this link.
    pub fn version_at(mut self, id: &str, link: &str) -> Self {
        let links = json!([{"rel": "self", "href": link}]);
        let fields = [("id", json!(id)), ("status", json!("CURRENT")), ("links", links)];
        self.versions.push(fields.map(|(name, value)| (name.to_owned(), value)).into_iter().collect());
        self
    }

    /// Sets the status of the last version added, such as `SUPPORTED`.
    pub fn status(self, status: &str) -> Self {
        self.field("status", json!(status))
    }

    /// Sets the lowest and the highest microversion of the last version added.
    pub fn microversions(self, least: &str, greatest: &str) -> Self {
        self.field("min_version", json!(least)).field("version", json!(greatest))
    }

    /// Sets any field of the last version added.
    pub fn field(mut self, name: &str, value: Value) -> Self {
        if let Some(version) = self.versions.last_mut() {
            version.insert(name.to_owned(), value);
        }
        self
    }

    /// `{"versions": […]}`: most services.
    pub fn list(&self) -> Reply {
        Reply::json(200, json!({ "versions": self.versions }))
    }

    /// `{"versions": {"values": […]}}` with 300 Multiple Choices: Keystone.
    pub fn choices(&self) -> Reply {
        Reply::json(300, json!({"versions": {"values": self.versions}}))
    }

    /// `{"version": {…}}`: the document of a single version. 404 if there is no such version.
    pub fn single(&self, id: &str) -> Reply {
        match self.find(id) {
            Some(version) => Reply::json(200, json!({ "version": version })),
            None => Reply::error(404, format!("There is no version {id}.")),
        }
    }

    /// The description of a single version without an outer object, as in older baremetal services. 404 if there is no
    /// such version.
    pub fn bare(&self, id: &str) -> Reply {
        match self.find(id) {
            Some(version) => Reply::json(200, json!(version)),
            None => Reply::error(404, format!("There is no version {id}.")),
        }
    }

    fn find(&self, id: &str) -> Option<&Map<String, Value>> {
        self.versions.iter().find(|version| version["id"] == id)
    }
}

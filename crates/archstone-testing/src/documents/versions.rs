//! Version documents.

use serde_json::{Map, Value, json};

use crate::Reply;

/// What a service says of its versions, in the forms that there are.
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
    /// The versions of the service at this URL, which stands before their links.
    pub fn new(url: &str) -> Self {
        Self { url: url.trim_end_matches('/').into(), versions: Vec::new() }
    }

    /// One more version. It is `CURRENT`, and its link ends in its id.
    pub fn version(self, id: &str) -> Self {
        let link = format!("{}/{id}/", self.url);
        self.version_at(id, &link)
    }

    /// One more version, with this link.
    pub fn version_at(mut self, id: &str, link: &str) -> Self {
        let links = json!([{"rel": "self", "href": link}]);
        let fields = [("id", json!(id)), ("status", json!("CURRENT")), ("links", links)];
        self.versions.push(fields.map(|(name, value)| (name.to_owned(), value)).into_iter().collect());
        self
    }

    /// How far along the version is that was added last, such as `SUPPORTED`.
    pub fn status(self, status: &str) -> Self {
        self.field("status", json!(status))
    }

    /// The least and the greatest microversion of the version that was added last.
    pub fn microversions(self, least: &str, greatest: &str) -> Self {
        self.field("min_version", json!(least)).field("version", json!(greatest))
    }

    /// Any field of the version that was added last.
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

    /// `{"version": {…}}`: one version's own document. 404 when there is no such version.
    pub fn single(&self, id: &str) -> Reply {
        match self.find(id) {
            Some(version) => Reply::json(200, json!({ "version": version })),
            None => Reply::error(404, format!("There is no version {id}.")),
        }
    }

    /// One version's description by itself, as older baremetal services give it. 404 when there is no such version.
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

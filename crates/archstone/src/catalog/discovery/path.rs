//! Parses the path of a catalog URL: a version, a project id, and the part before them.

use url::Url;

use super::link;
use crate::catalog::ApiVersion;

/// The parts of a catalog URL.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts {
    /// The URL without version and project.
    pub(super) root: Url,
    /// The URL with the version, without the project.
    pub(super) versioned: Url,
    /// The version in the path.
    pub(super) version: Option<ApiVersion>,
    /// The last segment, if it is the project's id.
    pub(super) project: Option<String>,
}

impl Parts {
    pub(super) fn of(url: &Url, project_id: Option<&str>) -> Self {
        let mut versioned = link::trimmed(url.clone());
        let mut project = None;
        let last = link::last_segment(&versioned).to_owned();
        let is_project = match project_id {
            // Swift prefixes it with `AUTH_`. Only whole segments count, since ids can be numbers.
            Some(id) => last == id || last.strip_prefix("AUTH_") == Some(id),
            // After a version, it cannot be anything else.
            None => version(&last).is_none() && version(link::last_segment(&link::parent(&versioned))).is_some(),
        };
        if is_project && !last.is_empty() {
            versioned = link::parent(&versioned);
            project = Some(last);
        }
        let version = version(link::last_segment(&versioned));
        let root = if version.is_some() { link::parent(&versioned) } else { versioned.clone() };
        Self { root, versioned, version, project }
    }

    /// Appends the project to a discovered URL again.
    pub(super) fn with_project(&self, mut url: Url) -> Url {
        if let (Some(project), Ok(mut path)) = (&self.project, url.path_segments_mut()) {
            path.pop_if_empty().push(project);
        }
        url
    }
}

/// `v3`, `v2.1`: a path segment is a version only with the letter, or a numeric project id would be taken for one.
pub(super) fn version(segment: &str) -> Option<ApiVersion> {
    segment.starts_with('v').then(|| segment.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        let table = [
            ("http://h/v3", None, "http://h/", Some("3.0"), None),
            ("http://h/volume/v3/p1", Some("p1"), "http://h/volume", Some("3.0"), Some("p1")),
            ("http://h/volume/v3/p1/", None, "http://h/volume", Some("3.0"), Some("p1")),
            ("http://h/v1/AUTH_p1", Some("p1"), "http://h/", Some("1.0"), Some("AUTH_p1")),
            ("http://h/v2.1/1234", Some("1234"), "http://h/", Some("2.1"), Some("1234")),
            ("http://h/v2.1/1234", Some("34"), "http://h/v2.1/1234", None, None),
            ("http://h:9292", Some("p1"), "http://h:9292/", None, None),
            ("http://h/image", None, "http://h/image", None, None),
        ];
        for (url, project_id, root, version, project) in table {
            let parts = Parts::of(&Url::parse(url).expect("a URL"), project_id);
            assert_eq!(parts.root.as_str(), root, "{url}");
            assert_eq!(parts.version.map(|it| it.to_string()).as_deref(), version, "{url}");
            assert_eq!(parts.project.as_deref(), project, "{url}");
        }
    }
}

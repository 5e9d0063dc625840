//! Links in version documents. They often name a host that is reachable only internally, so the scheme and host of the
//! request are kept.

use url::Url;

use super::path;

/// A link that can be followed. If it leads to another host, or leaves the requested path, there is a proxy in front of
/// the service: then only the version at the end of its path is used.
pub(super) fn repaired(asked: &Url, href: &str) -> Url {
    let link = joined(asked, href);
    // Versions are siblings.
    let base = if path::version(last_segment(asked)).is_some() { parent(asked) } else { asked.clone() };
    let mut url = without_query(asked);
    if is_on_host(&link, asked) && is_below(&link, &base) {
        url.set_path(link.path());
    } else if last_segment(asked) != last_segment(&link) {
        url.set_path(&format!("{}/{}", base.path().trim_end_matches('/'), last_segment(&link)));
    }
    url
}

/// The URL of the only version in a document: the document's own URL, unless it links to a path below.
pub(super) fn of_only_version(asked: &Url, href: &str) -> Url {
    let link = joined(asked, href);
    let mut url = without_query(asked);
    if path::version(last_segment(asked)).is_none() && is_on_host(&link, asked) && is_below(&link, asked) {
        url.set_path(link.path());
    }
    url
}

/// Resolves a link, with the document's URL as a folder.
fn joined(asked: &Url, href: &str) -> Url {
    let mut folder = asked.clone();
    folder.set_path(&format!("{}/", asked.path().trim_end_matches('/')));
    folder.join(href).unwrap_or(folder)
}

fn without_query(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url
}

fn is_on_host(link: &Url, asked: &Url) -> bool {
    link.host_str() == asked.host_str() && link.port_or_known_default() == asked.port_or_known_default()
}

fn is_below(link: &Url, base: &Url) -> bool {
    let rest = link.path().strip_prefix(base.path().trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The last non-empty segment.
pub(super) fn last_segment(url: &Url) -> &str {
    url.path().trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

/// The URL without its last segment.
pub(super) fn parent(url: &Url) -> Url {
    let path = url.path().trim_end_matches('/');
    let cut = path.rfind('/').unwrap_or(0);
    let path = path[..cut].to_owned();
    let mut url = url.clone();
    url.set_path(&path);
    url
}

/// The URL without trailing slashes.
pub(super) fn trimmed(mut url: Url) -> Url {
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    url
}

/// The URL of a resource below an API's base URL. Each segment is escaped.
pub(crate) fn below(api: &Url, segments: &[&str]) -> Url {
    let mut url = api.clone();
    // Only URLs without a host have no segments.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_repaired() {
        let table = [
            ("http://h:5000/", "http://h:5000/v3/", "http://h:5000/v3/"),
            ("http://h:5000", "/v3", "http://h:5000/v3"),
            ("http://h/identity", "v3/", "http://h/identity/v3/"),
            ("http://h/admin", "v2", "http://h/admin/v2"),
            ("https://real/identity", "http://internal:5000/v3/", "https://real/identity/v3"),
            ("https://real/identity/v3", "http://internal:5000/v3/", "https://real/identity/v3"),
            // TLS is terminated in front of the service, which does not know it.
            ("https://real/identity", "http://real:443/identity/v3/", "https://real/identity/v3/"),
            ("https://h/x?q=1", "", "https://h/x/"),
            // A proxy strips the prefix, and the service does not know it.
            ("http://h/compute/", "http://h/v2.1/", "http://h/compute/v2.1"),
            ("http://h/compute/v2.1", "http://h/v2/", "http://h/compute/v2"),
            ("http://h/compute/v2.1/", "http://h/compute/v2/", "http://h/compute/v2/"),
            ("http://h/compute", "http://h/computer/v2/", "http://h/compute/v2"),
        ];
        for (asked, href, expected) in table {
            let asked = Url::parse(asked).expect("a URL");
            assert_eq!(repaired(&asked, href).as_str(), expected, "{asked} {href}");
        }
    }

    #[test]
    fn a_document_of_one_version_is_at_its_own_url() {
        let table = [
            ("http://h/compute/v2.1", "http://h/v2.1/", "http://h/compute/v2.1"),
            ("http://h/compute/v2.1/", "http://elsewhere:8774/v2.1/", "http://h/compute/v2.1/"),
            ("http://h/compute/v2.1/", "http://h/", "http://h/compute/v2.1/"),
            // A proxy maps `compute` to the version itself.
            ("https://h/compute", "http://nova:8774/v2.1/", "https://h/compute"),
            ("https://h/compute", "http://h/v2.1/", "https://h/compute"),
            // The service's only version, below its root.
            ("http://h:9311/", "http://h:9311/v1/", "http://h:9311/v1/"),
            ("http://h:9311", "v1", "http://h:9311/v1"),
        ];
        for (asked, href, expected) in table {
            let asked = Url::parse(asked).expect("a URL");
            assert_eq!(of_only_version(&asked, href).as_str(), expected, "{asked} {href}");
        }
    }
}

//! The links of version documents. They often name a host that only insiders reach, so scheme and
//! host stay those that were asked.

use url::Url;

/// A link as it can be followed. When its host is another one than was asked, its path is not
/// believed either, but for the version at its end.
pub(super) fn repaired(asked: &Url, href: &str) -> Url {
    let mut folder = asked.clone();
    folder.set_path(&format!("{}/", asked.path().trim_end_matches('/')));
    let link = folder.join(href).unwrap_or_else(|_| folder.clone());
    let same_host =
        link.host_str() == asked.host_str() && link.port_or_known_default() == asked.port_or_known_default();
    let mut url = asked.clone();
    url.set_query(None);
    url.set_fragment(None);
    if same_host {
        url.set_path(link.path());
    } else if last_segment(asked) != last_segment(&link) {
        url.set_path(&format!("{}/{}", asked.path().trim_end_matches('/'), last_segment(&link)));
    }
    url
}

/// The last segment that is not empty.
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

/// The URL without slashes at its end.
pub(super) fn trimmed(mut url: Url) -> Url {
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    url
}

/// The URL of a resource below an API's own. What is in a segment stays in it.
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
            // TLS ends before the service, which does not know it.
            ("https://real/identity", "http://real:443/identity/v3/", "https://real/identity/v3/"),
            ("https://h/x?q=1", "", "https://h/x/"),
        ];
        for (asked, href, expected) in table {
            let asked = Url::parse(asked).expect("a URL");
            assert_eq!(repaired(&asked, href).as_str(), expected, "{asked} {href}");
        }
    }
}

//! Version discovery: what an `auth_url` offers.
//!
//! A URL that names `v3` is taken at its word, so that a login is one request. Otherwise the version
//! document is read. Its links often name a host that only insiders reach, so scheme, host and path
//! prefix stay those that were asked, and only the version is taken.

use serde_json::Value;
use url::Url;

use crate::{
    auth::keystone::not_identity,
    error::{Error, ErrorKind, Result, public_url},
    transport::{Request, Response, Transport},
};

/// The URL of Identity API v3 behind an `auth_url`.
pub(crate) async fn identity_v3(transport: &Transport, auth_url: &Url) -> Result<Url> {
    let mut url = auth_url.clone();
    url.set_query(None);
    url.set_fragment(None);
    match last_segment(&url) {
        "v3" => return Ok(trimmed(url)),
        "v2.0" => url = parent(&url),
        _ => {}
    }
    // Where a proxy hides the list of versions, the version itself may still answer.
    let first = match versions(transport, &url).await {
        Ok(document) => return v3_of(&document, &url),
        Err(error) => error,
    };
    let versioned = crate::auth::keystone::resource(&url, &["v3"]);
    match versions(transport, &versioned).await {
        Ok(document) => v3_of(&document, &versioned),
        Err(_) => Err(first),
    }
}

/// Reads a version document: 200, or 300 Multiple Choices.
async fn versions(transport: &Transport, url: &Url) -> Result<Value> {
    let response = transport.send(Request::get(url.clone())).await?;
    match response.status {
        200..=300 => {}
        429 => {
            let message = "the identity service asks for fewer requests (HTTP 429)";
            return Err(response.error(ErrorKind::RateLimited, message));
        }
        500.. => {
            let message = format!("the identity service failed (HTTP {})", response.status);
            return Err(response.error(ErrorKind::ServerError, message));
        }
        _ => return Err(not_identity(&response)),
    }
    parse(&response)
}

fn parse(response: &Response) -> Result<Value> {
    serde_json::from_str(&response.body).map_err(|source| {
        if matches!(response.body.trim_start().as_bytes().first(), Some(b'{' | b'[')) {
            response.error(ErrorKind::InvalidResponse, "the list of versions is not JSON").with_source(source)
        } else {
            not_identity(response)
        }
    })
}

/// The v3 entry of a version document, whatever its form.
fn v3_of(document: &Value, asked: &Url) -> Result<Url> {
    let entries: Vec<&Value> = match (&document["versions"], &document["version"]) {
        (Value::Array(entries), _) => entries.iter().collect(),
        (Value::Object(versions), _) => {
            versions.get("values").and_then(Value::as_array).into_iter().flatten().collect()
        }
        (_, version @ Value::Object(_)) => vec![version],
        _ => Vec::new(),
    };
    let id = |entry: &&Value| entry["id"].as_str().unwrap_or_default().to_owned();
    let Some(entry) = entries.iter().find(|entry| id(entry) == "v3" || id(entry).starts_with("v3.")) else {
        let shown = public_url(asked);
        let offered: Vec<_> = entries.iter().map(id).map(|id| crate::error::printable(&id)).collect();
        let message = if offered.is_empty() {
            format!("`{shown}` is not an identity service: it lists no versions")
        } else {
            format!("`{shown}` does not offer version 3 of the identity API: it offers {}", offered.join(", "))
        };
        return Err(Error::new(ErrorKind::NotIdentityService, message)
            .with_url(asked)
            .with_hint("check `auth_url` (OS_AUTH_URL): it may be another service's URL"));
    };
    let is_identity = entry["media-types"].as_array().is_none_or(|types| {
        types.iter().filter_map(|it| it["type"].as_str()).any(|it| it.contains("openstack.identity"))
    });
    if !is_identity {
        let message = format!("`{}` is another service's version list, not the identity service's", public_url(asked));
        return Err(Error::new(ErrorKind::NotIdentityService, message).with_url(asked));
    }
    let link = entry["links"].as_array().into_iter().flatten().find(|link| link["rel"] == "self");
    let href = link.and_then(|link| link["href"].as_str()).unwrap_or("v3");
    Ok(repaired(asked, href))
}

/// The link, with the scheme and host that were asked. When its host is another one, its path is not
/// believed either, but for the version at its end.
fn repaired(asked: &Url, href: &str) -> Url {
    let base = {
        let mut base = asked.clone();
        base.set_path(&format!("{}/", asked.path().trim_end_matches('/')));
        base
    };
    let link = base.join(href).unwrap_or_else(|_| base.clone());
    let same_host =
        link.host_str() == asked.host_str() && link.port_or_known_default() == asked.port_or_known_default();
    let mut url = asked.clone();
    if same_host {
        url.set_path(link.path());
    } else if last_segment(asked) != last_segment(&link) {
        url.set_path(&format!("{}/{}", asked.path().trim_end_matches('/'), last_segment(&link)));
    }
    trimmed(url)
}

fn last_segment(url: &Url) -> &str {
    url.path().trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

fn parent(url: &Url) -> Url {
    let path = url.path().trim_end_matches('/');
    let cut = path.rfind('/').unwrap_or(0);
    let mut url = url.clone();
    let path = path[..cut].to_owned();
    url.set_path(&path);
    url
}

fn trimmed(mut url: Url) -> Url {
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_repaired() {
        let table = [
            ("http://h:5000/", "http://h:5000/v3/", "http://h:5000/v3"),
            ("http://h:5000", "/v3", "http://h:5000/v3"),
            ("http://h/identity", "v3/", "http://h/identity/v3"),
            ("https://real/identity", "http://internal:5000/v3/", "https://real/identity/v3"),
            ("https://real/identity/v3", "http://internal:5000/v3/", "https://real/identity/v3"),
            // TLS ends before the service, which does not know it.
            ("https://real/identity", "http://real/identity/v3/", "https://real/identity/v3"),
        ];
        for (asked, href, expected) in table {
            let asked = Url::parse(asked).expect("a URL");
            assert_eq!(repaired(&asked, href).as_str(), expected, "{asked} {href}");
        }
    }
}

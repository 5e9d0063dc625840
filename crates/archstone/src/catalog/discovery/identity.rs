//! The versions that an `auth_url` offers.
//!
//! A URL that names `v3` is used as is, so that a login takes one request. Otherwise the version document is read
//! first.

use serde_json::Value;
use url::Url;

use super::{VersionInfo, document, link};
use crate::{
    error::{Error, ErrorKind, Result, printable, public_url},
    hint::Hint,
    transport::{Answer, Request, Transport},
};

/// Removes the login path, with which some configure the URL: `…/v3/auth/tokens` becomes `…/v3`.
fn without_login_path(url: &Url) -> Url {
    let mut url = link::trimmed(url.clone());
    url.set_query(None);
    url.set_fragment(None);
    for path in ["/auth/tokens", "/v2.0/tokens"] {
        if let Some(base) = url.path().strip_suffix(path).map(str::to_owned) {
            url.set_path(&base);
        }
    }
    url
}

/// The URL of Identity API v3 for an `auth_url`.
pub(crate) async fn identity_v3(transport: &Transport, auth_url: &Url) -> Result<Url> {
    let mut url = without_login_path(auth_url);
    match link::last_segment(&url) {
        "v3" => return Ok(link::trimmed(url)),
        "v2.0" => url = link::parent(&url),
        _ => {}
    }
    // If a proxy hides the list of versions, the version itself may still respond.
    let first = match versions(transport, &url).await {
        Ok(response) => return v3_of(&response),
        Err(error) => error,
    };
    match versions(transport, &link::below(&url, &["v3"])).await {
        Ok(response) => v3_of(&response),
        Err(_) => Err(first),
    }
}

/// What an `auth_url` offers, from its response to a plain request: the URL of version 3, and every version.
///
/// If the URL names a version that does not exist, the list at its parent shows which do.
pub(crate) async fn identity_offer(
    transport: &Transport,
    auth_url: &Url,
    answer: Answer,
) -> Result<(Url, Vec<VersionInfo>)> {
    let url = without_login_path(auth_url);
    let names_version = matches!(link::last_segment(&url), "v3" | "v2.0");
    let first = match judged(answer).and_then(|answer| offer_of(&answer)) {
        Ok(offer) => return Ok(offer),
        Err(error) => error,
    };
    let other = if names_version { link::parent(&url) } else { link::below(&url, &["v3"]) };
    match versions(transport, &other).await.and_then(|answer| offer_of(&answer)) {
        Ok((_, offered)) if link::last_segment(&url) == "v3" => {
            let offered: Vec<_> = offered.iter().map(|it| it.version.to_string()).collect();
            Err(first.with_hint(format!("`{}` offers {}", public_url(&other), offered.join(", "))))
        }
        Ok(offer) => Ok(offer),
        // A server that is not an identity service lists nothing; one without version 3 reports that.
        Err(error) if names_version && error.to_string().contains("does not offer version 3") => Err(error),
        Err(_) => Err(first),
    }
}

fn offer_of(answer: &Answer) -> Result<(Url, Vec<VersionInfo>)> {
    let v3 = v3_of(answer)?;
    let document: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    Ok((v3, document::read(&document, &answer.headers, &answer.url).unwrap_or_default()))
}

/// Requests a version document: 200, or 300 Multiple Choices.
async fn versions(transport: &Transport, url: &Url) -> Result<Answer> {
    judged(transport.send(Request::get(url.clone())).await?)
}

fn judged(response: Answer) -> Result<Answer> {
    match response.status {
        200..=300 => Ok(response),
        429 | 500.. => Err(response.failure()),
        _ => Err(not_identity(&response)),
    }
}

/// The service has moved. Credentials are not sent there.
fn redirected(response: &Answer) -> Option<Error> {
    let target = response.url.join(response.header("location")?).ok()?;
    if !matches!(response.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let (from, to) = (public_url(&response.url), public_url(&target));
    let message = format!("`{from}` redirects to `{to}` (HTTP {}), and credentials do not follow", response.status);
    let hint = if matches!(target.scheme(), "http" | "https") && target != response.url {
        let base = public_url(&without_login_path(&target));
        "if that is the identity service, set " + Hint::option("auth_url") + format!(" to `{base}`")
    } else {
        check_url()
    };
    Some(response.error(ErrorKind::NotIdentityService, message).with_hint(hint))
}

/// The server responds, but not as an identity service does.
pub(crate) fn not_identity(response: &Answer) -> Error {
    if let Some(error) = redirected(response) {
        return error;
    }
    let shown = public_url(&response.url);
    let kind = response.header("content-type").unwrap_or("no content type");
    let what = if kind.contains("html") { "a web page".to_owned() } else { printable(kind) };
    response
        .error(
            ErrorKind::NotIdentityService,
            format!("`{shown}` is not an identity service: it answered {} with {what}", response.status),
        )
        .with_hint(check_url())
}

/// Hints at the usual URL of an identity service.
pub(crate) fn check_url() -> Hint {
    "check " + Hint::option("auth_url") + ": it usually ends in `:5000/v3` or `/identity/v3`"
}

/// The URL of version 3, from a version document.
fn v3_of(response: &Answer) -> Result<Url> {
    let document: Value = serde_json::from_str(&response.body).map_err(|source| {
        if matches!(response.body.trim_start().as_bytes().first(), Some(b'{' | b'[')) {
            response.error(ErrorKind::InvalidResponse, "the list of versions is not JSON").with_source(source)
        } else {
            not_identity(response)
        }
    })?;
    let asked = &response.url;
    let shown = public_url(asked);
    let not_it = |message: String| {
        Error::new(ErrorKind::NotIdentityService, message)
            .with_url(asked)
            .with_hint("check " + Hint::option("auth_url") + ": it may be another service's URL")
    };
    let versions = document::read(&document, &response.headers, asked).unwrap_or_default();
    if versions.is_empty() {
        return Err(not_it(format!("`{shown}` is not an identity service: it lists no versions")));
    }
    if let Some(other) = other_service(&document) {
        return Err(not_it(format!(
            "`{shown}` is not the identity service: its versions are of `{}`",
            printable(other)
        )));
    }
    let Some(v3) = versions.iter().find(|it| it.version.major() == Some(3)) else {
        let offered: Vec<_> = versions.iter().map(|it| it.version.to_string()).collect();
        let offered = offered.join(", ");
        let error = not_it(format!("`{shown}` does not offer version 3 of the identity API: it offers {offered}"));
        let is_old = versions.iter().any(|it| it.version.major() == Some(2));
        return Err(if is_old {
            error.with_hint("log in at version 2.0 with `v2password` or `v2token` as " + Hint::option("auth_type"))
        } else {
            error
        });
    };
    Ok(link::trimmed(v3.url.clone()))
}

/// The media type of versions of another service, such as `application/vnd.openstack.volume+json`.
fn other_service(document: &Value) -> Option<&str> {
    let entries = document["versions"]["values"].as_array().or_else(|| document["versions"].as_array())?;
    let mut types = entries
        .iter()
        .filter_map(|entry| entry["media-types"].as_array())
        .flatten()
        .filter_map(|media| media["type"].as_str())
        .filter(|media| media.contains("vnd.openstack."));
    types.clone().all(|media| !media.contains(".identity")).then(|| types.next()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_the_login_is_no_part_of_the_services_url() {
        let table = [
            ("http://h:5000/v3/auth/tokens", "http://h:5000/v3"),
            ("http://h/identity/v3/auth/tokens/?a=b#c", "http://h/identity/v3"),
            ("http://h:5000/auth/tokens", "http://h:5000/"),
            ("http://h:5000/v2.0/tokens", "http://h:5000/"),
            ("http://h:5000/v3/", "http://h:5000/v3"),
            ("http://h:5000", "http://h:5000/"),
        ];
        for (url, base) in table {
            assert_eq!(without_login_path(&Url::parse(url).expect("a URL")).as_str(), base, "{url}");
        }
    }
}
